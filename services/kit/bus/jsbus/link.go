package jsbus

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/nats-io/nkeys"
)

// External is a NATS server, or a cluster of them, in other processes.
type External struct {
	// URL is "nats://host:4222", several separated by commas.
	URL string
	// Keys is the folder where the NKEY seed of each user lies as
	// "<user>.seed". A process without setup.seed declares nothing, it only
	// asserts what it finds. Empty logs in without a key.
	Keys string
	// CA, Cert and Key are paths for TLS; empty leaves it out.
	CA, Cert, Key string
	// Monitors are the monitoring addresses of ALL servers, "http://host:8222":
	// whether a server syncs every write can be asked nowhere else.
	Monitors []string
	// SyncAsserted is the operator's word that every server runs with
	// sync_interval: always, where there are no Monitors to ask.
	SyncAsserted bool
}

// setupUser declares streams and consumers and may do everything. Contexts may
// not.
const setupUser = "setup"

// errDisconnected ends the work on a connection that was lost.
var errDisconnected = errors.New("connection to the broker lost")

// session is one connection. It never reconnects: an acknowledgement then goes
// out on the connection on which its fact came in or not at all, and so can
// never be taken for that of another fact which got the same sequence after the
// broker had lost its tail.
type session struct {
	nc    *nats.Conn
	js    jetstream.JetStream
	ended context.Context // done once the connection is lost
}

// link makes sessions for one user, one at a time.
type link struct {
	user string
	dial func(onEnd func()) (*nats.Conn, error)

	mu  sync.Mutex
	cur *session // guarded by mu
}

// session returns the live session, made anew if there is none.
func (l *link) session(ctx context.Context) (*session, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if l.cur != nil && l.cur.ended.Err() == nil {
		return l.cur, nil
	}
	ended, end := context.WithCancel(context.Background())
	nc, err := l.dial(end)
	if err != nil {
		end()
		return nil, fmt.Errorf("connect to the broker as %s: %w", l.user, err)
	}
	js, err := jetstream.New(nc, jetstream.WithDefaultTimeout(askWithin))
	if err != nil {
		nc.Close()
		return nil, fmt.Errorf("open JetStream as %s: %w", l.user, err)
	}
	l.cur = &session{nc: nc, js: js, ended: ended}
	return l.cur, nil
}

// close ends the session after everything it has sent was taken in.
func (l *link) close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.cur == nil || l.cur.ended.Err() != nil {
		return
	}
	_ = l.cur.nc.FlushTimeout(time.Second) // acknowledgements; lost ones are only delivered again
	l.cur.nc.Close()
	<-l.cur.ended.Done()
}

// askWithin is how long an answer of the broker may take.
const askWithin = 5 * time.Second

// dialer returns how a user connects.
func (b *Bus) dialer(user string, key nkeys.KeyPair) func(func()) (*nats.Conn, error) {
	return func(onEnd func()) (*nats.Conn, error) {
		opts := []nats.Option{
			nats.Name("shenzhong/" + user),
			nats.NoReconnect(),
			nats.Timeout(askWithin),
			nats.PingInterval(askWithin),
			nats.MaxPingsOutstanding(2),
			nats.CustomInboxPrefix(inbox(user)),
			nats.ClosedHandler(func(*nats.Conn) { onEnd() }),
			nats.ErrorHandler(logAsyncError),
		}
		if key != nil {
			public, err := key.PublicKey()
			if err != nil {
				return nil, err
			}
			opts = append(opts, nats.Nkey(public, key.Sign))
		}
		if b.broker != nil {
			return nats.Connect("", append(opts, nats.InProcessServer(b.broker))...)
		}
		x := b.cfg.External
		if x.CA != "" {
			opts = append(opts, nats.RootCAs(x.CA))
		}
		if x.Cert != "" {
			opts = append(opts, nats.ClientCert(x.Cert, x.Key))
		}
		return nats.Connect(x.URL, opts...)
	}
}

// keys returns the key of each user who has one.
func (c Config) keys(users []string) (map[string]nkeys.KeyPair, error) {
	out := map[string]nkeys.KeyPair{}
	dir := ""
	switch {
	case c.Embedded != nil:
		dir = c.Embedded.Keys
	case c.External.Keys == "":
		return out, nil
	default:
		dir = c.External.Keys
	}
	for _, user := range users {
		key, err := readKey(filepath.Join(dir, user+".seed"), dir != "")
		if errors.Is(err, os.ErrNotExist) && c.Embedded != nil {
			key, err = makeKey(filepath.Join(dir, user+".seed"), dir != "")
		}
		if errors.Is(err, os.ErrNotExist) && user == setupUser {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("key of %s: %w", user, err)
		}
		out[user] = key
	}
	return out, nil
}

func readKey(path string, kept bool) (nkeys.KeyPair, error) {
	if !kept {
		return nil, os.ErrNotExist
	}
	seed, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return nkeys.ParseDecoratedNKey(seed)
}

func makeKey(path string, keep bool) (nkeys.KeyPair, error) {
	key, err := nkeys.CreateUser()
	if err != nil || !keep {
		return key, err
	}
	seed, err := key.Seed()
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, err
	}
	return key, os.WriteFile(path, append(seed, '\n'), 0o600)
}

// users returns the accounts of the embedded server.
func users(contexts []Context, keys map[string]nkeys.KeyPair) ([]*server.NkeyUser, error) {
	var out []*server.NkeyUser
	for user, key := range keys {
		public, err := key.PublicKey()
		if err != nil {
			return nil, fmt.Errorf("key of %s: %w", user, err)
		}
		u := &server.NkeyUser{Nkey: public}
		for _, c := range contexts {
			if c.Name != user {
				continue
			}
			g := Permissions(c.Name, c.Reactions)
			u.Permissions = &server.Permissions{
				Publish:   &server.SubjectPermission{Allow: g.Publish},
				Subscribe: &server.SubjectPermission{Allow: g.Subscribe},
			}
		}
		out = append(out, u)
	}
	return out, nil
}

// logAsyncError tells the operator what the client library met on the side:
// above all, that a user tried what it may not.
func logAsyncError(nc *nats.Conn, _ *nats.Subscription, err error) {
	slog.ErrorContext(context.Background(), "broker connection", "name", nc.Opts.Name, "err", err)
}
