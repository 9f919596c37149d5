// Package webtest calls a context's operations the way a stranger would: over
// HTTP, with a token, a key and a body. It is for tests alone.
package webtest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"shenzhong/services/kit/clock"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/identity"
	"shenzhong/services/kit/web"
)

// Actors are the owners of tokens: any name of at least 16 characters serves as
// a token.
type Actors map[string]identity.Actor

// Lookup finds the owner of the token with that hash.
func (a Actors) Lookup(_ context.Context, sha256hex string) (identity.Actor, error) {
	for token, actor := range a {
		sum := sha256.Sum256([]byte(token))
		if hex.EncodeToString(sum[:]) == sha256hex {
			return actor, nil
		}
	}
	return identity.Actor{}, fault.New(fault.Denied, "令牌无效")
}

// New is a server, always ready and healthy, whose callers are actors.
func New(t testing.TB, clk clock.Clock, actors Actors) *web.Server {
	t.Helper()
	s, err := web.New(web.Config{
		Title: "测试接口", Version: "1", Clock: clk, Tokens: actors,
		Ready:   func(context.Context) (any, error) { return map[string]string{}, nil },
		Healthy: func() error { return nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// Call is one request.
type Call struct {
	Token string // empty = anonymous
	Key   string // Idempotency-Key, empty = none
	Body  string // JSON, empty = none
}

// Answer is what came back.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
}

// Get asks for a path below the root of the server.
func Get(t testing.TB, s *web.Server, path string, call Call) Answer {
	t.Helper()
	return Do(t, s, http.MethodGet, path, call)
}

// Post submits to a path below the root of the server.
func Post(t testing.TB, s *web.Server, path string, call Call) Answer {
	t.Helper()
	return Do(t, s, http.MethodPost, path, call)
}

// Do sends one request and reads the answer.
func Do(t testing.TB, s *web.Server, method, path string, call Call) Answer {
	t.Helper()
	req := httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(call.Body))
	if call.Body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	if call.Token != "" {
		req.Header.Set("Authorization", "Bearer "+call.Token)
	}
	if call.Key != "" {
		req.Header.Set("Idempotency-Key", call.Key)
	}
	return Send(t, s, req)
}

// Send sends a request as it is.
func Send(t testing.TB, s *web.Server, req *http.Request) Answer {
	t.Helper()
	resp, err := s.Test(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }() // it lies in memory
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return Answer{Status: resp.StatusCode, Header: resp.Header, Body: body}
}

// Read decodes the body of an answer.
func Read[T any](t testing.TB, a Answer) T {
	t.Helper()
	var out T
	if err := json.Unmarshal(a.Body, &out); err != nil {
		t.Fatalf("read %d %s: %v", a.Status, a.Body, err)
	}
	return out
}

// Refused fails the test unless the answer is a problem with that status and
// Chinese words, and returns it.
func Refused(t testing.TB, a Answer, status int) web.Problem {
	t.Helper()
	p := Read[web.Problem](t, a)
	if a.Status != status || p.Status != status || a.Header.Get("Content-Type") != "application/problem+json" {
		t.Fatalf("answered %d %s %s; want the problem %d", a.Status, a.Header.Get("Content-Type"), a.Body, status)
	}
	if p.Detail == "" || p.Title == "" || p.Kind == "" || p.Request == "" {
		t.Fatalf("the problem says too little: %s", a.Body)
	}
	return p
}

// Acts are the ids of the operations that change something, sorted. It fails the
// test for every operation that is not described.
func Acts(t testing.TB, s *web.Server) []string {
	t.Helper()
	raw, err := s.API().OpenAPI()
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Paths map[string]map[string]struct{ OperationID, Summary string }
	}
	if err := json.Unmarshal(raw, &doc); err != nil {
		t.Fatal(err)
	}
	var acts []string
	for _, methods := range doc.Paths {
		for method, op := range methods {
			if method == "post" {
				acts = append(acts, op.OperationID)
			}
			if op.Summary == "" {
				t.Errorf("%s has no summary", op.OperationID)
			}
		}
	}
	slices.Sort(acts)
	return acts
}
