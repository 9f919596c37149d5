//go:build !race

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"

	"shenzhong/services/identity"
	"shenzhong/services/kit/clock"
	"shenzhong/services/kit/service"
	"shenzhong/services/kit/store"
)

// edge is the sample district behind a real listener, and the description of its
// interface as it is served.
type edge struct {
	system *system
	url    string
	spec   *openapi3.T
	calls  []call
	tokens map[string]string // by role
}

// call is one operation of the description.
type call struct {
	method, path string
	item         *openapi3.PathItem
	op           *openapi3.Operation
}

// everyday are the roles of a unit that one account may have together.
var everyday = []string{"officer", "intake", "leader", "legal", "publisher", "registrar"}

// newEdge serves the sample until the test ends.
func newEdge(t *testing.T) *edge {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	staged := newStagedClock(clock.NewFake(time.Date(2026, 11, 24, 1, 0, 0, 0, time.UTC)))
	dir := t.TempDir()
	s, err := openSystem(ctx, embedded(dir, staged))
	if err != nil {
		t.Fatal(err)
	}
	server, err := s.server()
	if err != nil {
		t.Fatal(err)
	}
	ln, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ready, ended := make(chan struct{}), make(chan error, 1)
	parts := append(s.parts(), service.Part{Name: "web", Run: func(ctx context.Context) error {
		if err := loadHistory(ctx, s, server, staged, dir); err != nil {
			return err
		}
		close(ready)
		return server.Serve(ctx, ln)
	}})
	go func() { ended <- service.Run(ctx, parts...) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		if err := s.close(); err != nil {
			t.Error(err)
		}
	})
	select {
	case <-ready:
	case err := <-ended:
		t.Fatalf("the sample did not start: %v", err)
	}
	e := &edge{system: s, url: "http://" + ln.Addr().String(), tokens: map[string]string{}}
	e.read(t)
	e.issue(t, "everyday", "mzj", everyday...)
	e.issue(t, "price", "scjgj", everyday...)
	e.issue(t, "office", "zbb", "office")
	e.issue(t, "admin", "mzj", "admin")
	e.issue(t, "auditor", "mzj", "auditor")
	e.issue(t, "party", "500156-JG-000035", "party")
	e.settle(t)
	return e
}

// read loads the description of the interface from where it is served.
func (e *edge) read(t *testing.T) {
	t.Helper()
	loader := openapi3.NewLoader()
	spec, err := loader.LoadFromData([]byte(read(t, e.url+"/api/openapi.json")))
	if err != nil {
		t.Fatal(err)
	}
	if err := spec.Validate(t.Context(), openapi3.AllowExtraSiblingFields("patternDescription")); err != nil {
		t.Fatalf("the description is not one of OpenAPI %s: %v", spec.OpenAPI, err)
	}
	e.spec = spec
	for path, item := range spec.Paths.Map() {
		for method, op := range item.Operations() {
			e.calls = append(e.calls, call{method, path, item, op})
		}
	}
	slices.SortFunc(e.calls, func(a, b call) int { return strings.Compare(a.op.OperationID, b.op.OperationID) })
	if len(e.calls) < 130 {
		t.Fatalf("the description has %d operations", len(e.calls))
	}
}

// issue makes a token as an operator at the machine does.
func (e *edge) issue(t *testing.T, name, unit string, roles ...string) {
	t.Helper()
	s := identity.New(identity.Config{District: "500156", Log: e.system.logs()["identity"], Clock: e.system.clock, Law: e.system.law})
	made, err := s.Issue(t.Context(), identity.Issue{
		Cause:   store.Cause{ID: "edge/" + name, Actor: identity.Operator()},
		Account: "500156-RY-edge-" + name, Unit: unit, Roles: roles, Days: 30,
	})
	if err != nil {
		t.Fatal(err)
	}
	e.tokens[name] = made.Secret
}

func (e *edge) settle(t *testing.T) {
	t.Helper()
	if err := e.system.settle(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// commits counts what is in all stores.
func (e *edge) commits(t *testing.T) int {
	t.Helper()
	n := 0
	for _, log := range e.system.logs() {
		err := store.Each(t.Context(), log, func(c store.Commit) error {
			if !strings.HasPrefix(c.Subject, "log/") { // the public log grows by itself: its keys, the state of the day
				n++
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return n
}

// inquiry is one request as it goes over the wire.
type inquiry struct {
	call  call
	path  string // with its parameters filled in and escaped
	query string
	head  http.Header
	body  []byte
}

// reply is what came back.
type reply struct {
	status int
	body   []byte
	detail string
	errors []struct{ Field, Message string }
}

// send makes a request and holds the answer against the description.
func (e *edge) send(t fataler, a inquiry) reply {
	t.Helper()
	target := e.url + a.path
	if a.query != "" {
		target += "?" + a.query
	}
	req, err := http.NewRequestWithContext(context.Background(), a.call.method, target, bytes.NewReader(a.body))
	if err != nil {
		t.Fatalf("%s: %v", a.call.op.OperationID, err)
	}
	req.Header = a.head.Clone()
	answer, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatalf("%s %s: %v", a.call.method, target, err)
	}
	defer func() { _ = answer.Body.Close() }()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatalf("%s %s: %v", a.call.method, target, err)
	}
	out := reply{status: answer.StatusCode, body: body}
	if answer.StatusCode >= http.StatusBadRequest {
		out.problem(t, answer, a)
	}
	e.conforms(t, req, answer, a, body)
	return out
}

// fataler is a test or a property under way.
type fataler interface {
	Helper()
	Errorf(string, ...any)
	Fatalf(string, ...any)
}

// problem holds a refusal against RFC 9457 and our own rule: Chinese words that
// say what to do, and never a failure of ours.
func (r *reply) problem(t fataler, answer *http.Response, a inquiry) {
	t.Helper()
	var p struct {
		Title, Detail, Request string
		Status                 int
		Errors                 []struct{ Field, Message string }
	}
	if err := json.Unmarshal(r.body, &p); err != nil {
		t.Errorf("%s answers %d with %q, which is no problem document", a.call.op.OperationID, answer.StatusCode, r.body)
		return
	}
	r.detail, r.errors = p.Detail, p.Errors
	words := p.Detail
	for _, flaw := range p.Errors {
		words += " / " + flaw.Message
		if !han(flaw.Message) {
			t.Errorf("%s says of %s in another language: %s", a.call.op.OperationID, flaw.Field, flaw.Message)
		}
	}
	switch {
	case answer.StatusCode >= http.StatusInternalServerError:
		t.Errorf("%s fails with %d: %s", a.call.op.OperationID, answer.StatusCode, r.body)
	case answer.Header.Get("Content-Type") != "application/problem+json" || p.Status != answer.StatusCode || p.Title == "" || p.Request == "":
		t.Errorf("%s answers %d with no proper problem document: %s", a.call.op.OperationID, answer.StatusCode, r.body)
	case !han(p.Detail):
		t.Errorf("%s answers %d in another language: %s", a.call.op.OperationID, answer.StatusCode, words)
	}
}

func han(words string) bool {
	return strings.ContainsFunc(words, func(r rune) bool { return unicode.Is(unicode.Han, r) })
}

// conforms holds an answer against what the description says of the operation.
func (e *edge) conforms(t fataler, req *http.Request, answer *http.Response, a inquiry, body []byte) {
	t.Helper()
	input := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: &openapi3filter.RequestValidationInput{
			Request: req, QueryParams: url.Values{},
			Route: &routers.Route{Spec: e.spec, Path: a.call.path, PathItem: a.call.item, Method: a.call.method, Operation: a.call.op},
		},
		Status: answer.StatusCode, Header: answer.Header,
		Options: &openapi3filter.Options{IncludeResponseStatus: true, MultiError: true},
	}
	input.SetBodyBytes(body)
	if err := openapi3filter.ValidateResponse(context.Background(), input); err != nil {
		t.Errorf("%s %s answers %d other than described: %v\n%.300s", a.call.method, a.path, answer.StatusCode, err, body)
	}
}
