package conformance

import (
	"cmp"
	"errors"
	"io"
	"net"
	"net/url"
	"slices"
	"sync"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"
	driver "go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

// proxy stands between a client and a server and can cut them off.
type proxy struct {
	to string
	ln net.Listener

	mu    sync.Mutex
	conns []net.Conn // guarded by mu, as all below; both ends of each connection
	off   bool
	done  sync.WaitGroup
}

func mustProxy(t testing.TB, to string) *proxy {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &proxy{to: to, ln: ln}
	p.done.Go(p.accept)
	t.Cleanup(func() {
		if err := ln.Close(); err != nil {
			t.Error(err)
		}
		p.cut()
		p.done.Wait()
	})
	return p
}

func (p *proxy) addr() string { return p.ln.Addr().String() }

func (p *proxy) accept() {
	for {
		client, err := p.ln.Accept()
		if err != nil {
			return
		}
		server, err := net.Dial("tcp", p.to)
		if err != nil {
			_ = client.Close() // nobody to connect it with
			continue
		}
		p.mu.Lock()
		p.conns = append(p.conns, client, server)
		if p.off {
			p.hangUp()
		} else {
			p.done.Go(func() { pipe(client, server) })
			p.done.Go(func() { pipe(server, client) })
		}
		p.mu.Unlock()
	}
}

// pipe copies until either end is closed, and closes the other.
func pipe(to, from net.Conn) {
	_, _ = io.Copy(to, from) // the end of a connection is all that is to be known
	_ = to.Close()
}

// cut ends every connection and lets none through.
func (p *proxy) cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.off = true
	p.hangUp()
}

// hangUp ends every connection. The caller holds mu.
func (p *proxy) hangUp() {
	for _, c := range p.conns {
		_ = c.Close() // it may be closed already
	}
	p.conns = nil
}

func (p *proxy) mend() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.off = false
}

// primary is where the server that takes writes listens.
func (s server) primary(t testing.TB) string {
	t.Helper()
	client, err := driver.Connect(options.Client().ApplyURI(s.uri))
	if err != nil {
		t.Fatal(err)
	}
	var hello struct{ Me string }
	err = client.Database("admin").RunCommand(t.Context(), bson.D{{Key: "hello", Value: 1}}).Decode(&hello)
	if err := errors.Join(err, client.Disconnect(t.Context())); err != nil {
		t.Fatal(err)
	}
	return cmp.Or(hello.Me, mustURL(t, s.uri).Host)
}

// with is the URI of the server with other parameters and, if host is not empty,
// another host.
func (s server) with(t testing.TB, host string, parameters ...string) string {
	t.Helper()
	u := mustURL(t, s.uri)
	u.Host = cmp.Or(host, u.Host)
	query := u.Query()
	for pair := range slices.Chunk(parameters, 2) {
		query.Set(pair[0], pair[1])
	}
	u.RawQuery = query.Encode()
	return u.String()
}

func mustURL(t testing.TB, uri string) *url.URL {
	t.Helper()
	u, err := url.Parse(uri)
	if err != nil {
		t.Fatal(err)
	}
	return u
}
