package web_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"shenzhong/events"
	"shenzhong/services/kit/clock"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/identity"
	"shenzhong/services/kit/store"
	"shenzhong/services/kit/web"
	"shenzhong/services/kit/web/webtest"
)

func TestWhoIsAsking(t *testing.T) {
	s := newScene(t)
	tests := []struct {
		name, path, auth string
		status           int
		actor            string
	}{
		{"owner", notePath, "Bearer " + token, 200, officer.ID},
		{"owner, another casing", notePath, "bearer " + token, 200, officer.ID},
		{"owner of a public operation", tellPath, "Bearer " + token, 201, officer.ID},
		{"citizen", tellPath, "", 201, "citizen"},
		{"nobody", notePath, "", 401, ""},
		{"stranger", notePath, "Bearer this-token-is-not-known", 401, ""},
		{"stranger at a public operation", tellPath, "Bearer this-token-is-not-known", 401, ""},
		{"another scheme", notePath, "Basic " + token, 401, ""},
		{"no scheme", notePath, token, 401, ""},
		{"no token", notePath, "Bearer", 401, ""},
		{"too short", notePath, "Bearer x", 401, ""},
		{"too long", notePath, "Bearer " + strings.Repeat("x", 300), 401, ""},
		{"odd characters", notePath, "Bearer " + token + "\"", 401, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			req := httptest.NewRequest(http.MethodPost, tt.path, strings.NewReader(letter))
			req.Header.Set("Content-Type", "application/json")
			req.Header.Set("Idempotency-Key", "k1")
			if tt.auth != "" {
				req.Header.Set("Authorization", tt.auth)
			}
			a := webtest.Send(t, s.server, req)
			if tt.status >= 400 {
				webtest.Refused(t, a, tt.status)
				if a.Header.Get("WWW-Authenticate") == "" {
					t.Error("the caller is not told how to authenticate")
				}
				return
			}
			if got := webtest.Read[noted](t, a); a.Status != tt.status || got.Actor != tt.actor {
				t.Errorf("answered %d %s; want the actor %s", a.Status, a.Body, tt.actor)
			}
		})
	}
}

// lost is a directory whose store cannot be reached.
type lost struct{ err error }

func (l lost) Lookup(context.Context, string) (identity.Actor, error) { return identity.Actor{}, l.err }

func TestADirectoryThatIsAwayRefusesNobodysToken(t *testing.T) {
	for status, err := range map[int]error{
		503: fault.New(fault.Unavailable, "存储暂不可用"),
		500: errors.New("disk"),
		401: fault.New(fault.NotFound, "没有"),
	} {
		s, _ := mustServer(t, func(cfg *web.Config) { cfg.Tokens = lost{err} })
		web.Get(s.API(), web.Op{ID: "x", Path: "/x", Tag: "x", Summary: "x"}, nothing)
		webtest.Refused(t, webtest.Get(t, s, "/api/v1/x", webtest.Call{Token: token}), status)
	}
}

func TestCause(t *testing.T) {
	s := newScene(t)
	cause := func(path string, call webtest.Call) string {
		t.Helper()
		a := webtest.Post(t, s.server, path, call)
		if a.Status >= 300 {
			t.Fatalf("answered %d %s", a.Status, a.Body)
		}
		return webtest.Read[noted](t, a).Cause
	}
	if got := cause(notePath, webtest.Call{Token: token, Key: "k-1_2.3", Body: letter}); got != "http/"+officer.ID+"/k-1_2.3" {
		t.Errorf("the cause is %q", got)
	}
	if got := cause(tellPath, webtest.Call{Token: token, Key: "k1", Body: letter}); got != "http/"+officer.ID+"/k1" {
		t.Errorf("the cause of a public operation called with a token is %q", got)
	}
	first, second := cause(tellPath, webtest.Call{Body: letter}), cause(tellPath, webtest.Call{Body: letter})
	if first == second || !strings.HasPrefix(first, "http/citizen/") {
		t.Errorf("two commands without a key have the causes %q and %q", first, second)
	}
	mine := cause(tellPath, webtest.Call{Key: "k1", Body: letter})
	if again := cause(tellPath, webtest.Call{Key: "k1", Body: letter}); again != mine {
		t.Errorf("the same command has the causes %q and %q", mine, again)
	}
	other := strings.Replace(letter, "高价", "乱象", 1)
	if theirs := cause(tellPath, webtest.Call{Key: "k1", Body: other}); theirs == mine {
		t.Error("a citizen who guesses a key is taken for another")
	}
	for _, key := range []string{"", "a b", "a/b", "键", strings.Repeat("k", 129)} {
		p := webtest.Refused(t, webtest.Post(t, s.server, notePath, webtest.Call{Token: token, Key: key, Body: letter}), 400)
		if !strings.Contains(p.Detail, "Idempotency-Key") {
			t.Errorf("key %q: %s", key, p.Detail)
		}
	}
	a := webtest.Get(t, s.server, "/api/v1/notes/1", webtest.Call{Token: token})
	if got := webtest.Read[noted](t, a); got.Cause != "" || got.Actor != officer.ID {
		t.Errorf("a question has the cause %q and the actor %q", got.Cause, got.Actor)
	}
}

type noteTaken struct {
	Text string `json:"text"`
}

func (noteTaken) Kind() string { return "note.taken.v1" }

// TestTwicePostedIsOneChange goes all the way to the commit.
func TestTwicePostedIsOneChange(t *testing.T) {
	log := store.NewMemory()
	notes := store.NewCollection[noteTaken]("note", log, clock.System{})
	s := webtest.New(t, clock.System{}, webtest.Actors{token: officer})
	type input struct {
		Body struct {
			Text string `json:"text"`
		}
	}
	web.Post(s.API(), web.Op{ID: "take", Path: "/notes", Tag: "记录", Summary: "记录"}, func(ctx context.Context, in *input) (*web.Out[string], error) {
		id, err := notes.Open(ctx, web.Cause(ctx), "500156-JL-000000", func(_ string, n *noteTaken) (events.Event, error) {
			n.Text = in.Body.Text
			return *n, nil
		})
		return web.Reply(id), err
	})
	var ids []string
	for _, key := range []string{"k1", "k1", "k2"} {
		a := webtest.Post(t, s, "/api/v1/notes", webtest.Call{Token: token, Key: key, Body: `{"text":"祭扫"}`})
		if a.Status != 200 {
			t.Fatalf("answered %d %s", a.Status, a.Body)
		}
		ids = append(ids, webtest.Read[string](t, a))
	}
	var causes []string
	if err := store.Each(t.Context(), log, func(c store.Commit) error { causes = append(causes, c.Cause+" "+c.Actor+" "+c.Unit); return nil }); err != nil {
		t.Fatal(err)
	}
	if ids[0] != ids[1] || ids[0] == ids[2] || len(causes) != 2 || causes[0] != "http/"+officer.ID+"/k1 "+officer.ID+" mzj" {
		t.Errorf("answered %q, committed for %q", ids, causes)
	}
}
