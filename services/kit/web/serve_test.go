package web_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"shenzhong/services/kit/web"
)

// served starts a scene on a real port and stops it with the test.
func served(t *testing.T) (*scene, string) {
	t.Helper()
	s := newScene(t)
	ln, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.server.Serve(ctx, ln) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
		http.DefaultClient.CloseIdleConnections()
	})
	return s, ln.Addr().String()
}

// TestTenMegabytes sends more than may be sent, over a real connection, because
// it is the connection's reader that refuses it.
func TestTenMegabytes(t *testing.T) {
	s, addr := served(t)
	conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	const size = 10 << 20
	if _, err := fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n{", tellPath, size); err != nil {
		t.Fatal(err)
	}
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	var p web.Problem
	if err := json.NewDecoder(resp.Body).Decode(&p); err != nil {
		t.Fatal(err)
	}
	if resp.StatusCode != http.StatusRequestEntityTooLarge || p.Status != resp.StatusCode || !strings.Contains(p.Detail, "1 MB") || p.Request == "" || p.Request != resp.Header.Get("X-Request-Id") {
		t.Errorf("answered %d %+v", resp.StatusCode, p)
	}
	if resp.Header.Get("Content-Security-Policy") == "" || resp.Header.Get("Content-Type") != "application/problem+json" {
		t.Errorf("answered with %v", resp.Header)
	}
	if len(s.texts) != 0 {
		t.Errorf("the operation was asked %q", s.texts)
	}
}

// TestServeStopsWhenTold also stops a server that has an idle connection.
func TestServeStopsWhenTold(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent(), // two of fasthttp sleep once more before they look
		goleak.IgnoreAnyFunction("github.com/valyala/fasthttp.updateServerDate.func1"),
		goleak.IgnoreAnyFunction("github.com/valyala/fasthttp.(*workerPool).Start.func2"))
	s := newScene(t)
	ln, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.server.Serve(ctx, ln) }()
	client := &http.Client{Transport: &http.Transport{}}
	defer client.CloseIdleConnections()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+ln.Addr().String()+"/livez", nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	if body, err := io.ReadAll(resp.Body); err != nil || string(body) != `{"alive":true}` {
		t.Errorf("livez said %s, %v", body, err)
	}
	if err := resp.Body.Close(); err != nil {
		t.Fatal(err)
	}
	stop()
	select {
	case err := <-done:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(20 * time.Second):
		t.Fatal("the server does not stop")
	}
}
