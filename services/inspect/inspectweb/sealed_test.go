package inspectweb_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"shenzhong/events"
	"shenzhong/services/inspect"
	"shenzhong/services/kit/web"
	"shenzhong/services/kit/web/webtest"
)

// TestVoidedBatchIsAnnouncedAgain gives the draw up and announces once more.
func TestVoidedBatchIsAnnouncedAgain(t *testing.T) {
	s := newScene(t)
	s.frozen(t)
	webtest.Refused(t, s.post(t, registrar, plan+"/batches", announcing), http.StatusConflict)
	s.draw.Say(t, "draw", "500156-2026-0001", events.DrawVoided{Draw: "500156-2026-0001", Batch: "500156-PC-2026-000101", Round: 1, Reason: "揭示的单位不足"})
	s.pump()
	list := webtest.Read[struct{ Batches []state }](t, s.get(t, "", plan+"/batches"))
	if len(list.Batches) != 1 || list.Batches[0].State != "voided" || list.Batches[0].Title != "抽取已作废" {
		t.Fatalf("the batches are %+v", list)
	}
	later := strings.ReplaceAll(announcing, "2026-03-0", "2026-03-1")
	a := s.does(t, office, plan+"/batches", later, "announced")
	if b := webtest.Read[inspect.PublicBatch](t, a); b.Round != 2 {
		t.Errorf("round %d", b.Round)
	}
	p := webtest.Read[inspect.Preview](t, s.get(t, price, batch+"/preview"))
	if p.Objects != 6 || p.Officers["mzj"] != 3 || len(p.Problems) != 0 {
		t.Errorf("preview %+v", p)
	}
}

// TestWhoHasNoPartLearnsNothing compares, byte by byte, what is answered about a
// facility that was drawn with what is answered about one that was not.
func TestWhoHasNoPartLearnsNothing(t *testing.T) {
	s := newScene(t)
	s.drawn(t)
	other := func(path string) string { return strings.ReplaceAll(path, "-000001", "-000003") }
	same := func(who string, drawn, not webtest.Answer) {
		t.Helper()
		a, b := webtest.Read[web.Problem](t, drawn), webtest.Read[web.Problem](t, not)
		if drawn.Status != not.Status || other(a.Detail) != b.Detail || a.Title != b.Title || drawn.Status < 400 {
			t.Errorf("%s learns from %d %s against %d %s", who, drawn.Status, drawn.Body, not.Status, not.Body)
		}
	}
	for _, who := range []string{"", registrar, colleague, office, auditor, stranger, party, neighbor} {
		for _, path := range []string{visit, visit + "/notice", order} {
			same(who, s.get(t, who, path), s.get(t, who, other(path)))
		}
		for path, body := range map[string]string{
			visit + "/approve": "", visit + "/notice": notice, visit + "/answer": found, visit + "/sign": signed, visit + "/record": "",
			order + "/prove": proof, order + "/check": passing, order + "/extend": more,
		} {
			same(who, s.post(t, who, path, body), s.post(t, who, other(path), body))
		}
		for _, path := range []string{"/visits", "/code-filings", "/rectifications", "/plans", plan, plan + "/batches", plan + "/ratios", batch, batch + "/preview", "/public/check-results", "/ratios/cemetery_commercial"} {
			got := s.get(t, who, path)
			for _, secret := range []string{"500156-JG-", "500156-JC-", "500156-RY-0000", "公墓\"", `"visits":1`} {
				if strings.Contains(string(got.Body), secret) {
					t.Errorf("%s of %q tells %s: %s", path, who, secret, got.Body)
				}
			}
		}
	}
}

func TestRefusals(t *testing.T) {
	s := newScene(t)
	for name, tt := range map[string]struct {
		token, path, body string
		status            int
		says              string
	}{
		"nobody":                  {"", "/plans", drafting, http.StatusUnauthorized, ""},
		"no officer's business":   {auditor, "/plans", drafting, http.StatusForbidden, ""},
		"the task force":          {office, "/plans", drafting, http.StatusForbidden, "议事协调机构"},
		"the task force inspects": {registrar, "/plans", strings.Replace(drafting, `"unit":"scjgj"`, `"unit":"zbb"`, 1), http.StatusForbidden, "议事协调机构"},
		"an unpublished item":     {registrar, "/plans", strings.Replace(drafting, "scjgj-302", "scjgj-301", 1), http.StatusUnprocessableEntity, "没有公布"},
		"one officer":             {registrar, "/plans", strings.Replace(drafting, `"officers":2`, `"officers":1`, 1), http.StatusUnprocessableEntity, ""},
		"an unknown field":        {registrar, "/plans", strings.Replace(drafting, `"year"`, `"rates":[],"year"`, 1), http.StatusUnprocessableEntity, ""},
		"no such plan":            {civil, plan + "/approve", "", http.StatusNotFound, ""},
		"no such number":          {civil, "/plans/7/approve", "", http.StatusUnprocessableEntity, ""},
		"no such batch":           {registrar, batch + "/freeze", "", http.StatusNotFound, ""},
	} {
		p := webtest.Refused(t, s.post(t, tt.token, tt.path, tt.body), tt.status)
		if raw := fmt.Sprint(p.Detail, p.Errors); !strings.Contains(raw, tt.says) {
			t.Errorf("%s is told %s", name, raw)
		}
	}
	s.does(t, registrar, "/plans", drafting, "drafted")
	webtest.Refused(t, s.get(t, "", plan), http.StatusForbidden)
	webtest.Refused(t, s.get(t, stranger, plan), http.StatusForbidden)
	if got := webtest.Read[struct{ Plans []inspect.PlanRow }](t, s.get(t, "", "/plans")); len(got.Plans) != 0 {
		t.Errorf("a draft is public: %+v", got)
	}
}

// TestSameKeyDraftsOnce sends one command twice.
func TestSameKeyDraftsOnce(t *testing.T) {
	s := newScene(t)
	call := webtest.Call{Token: registrar, Key: "one", Body: drafting}
	first := webtest.Read[state](t, webtest.Post(t, s.server, "/api/v1/plans", call))
	again := webtest.Read[state](t, webtest.Post(t, s.server, "/api/v1/plans", call))
	if first.ID == "" || first.ID != again.ID {
		t.Errorf("drafted %q and %q", first.ID, again.ID)
	}
}

// TestEveryActIsDescribed keeps an act of the service from having no operation.
func TestEveryActIsDescribed(t *testing.T) {
	s := newScene(t)
	posts := webtest.Acts(t, s.server)
	want := []string{
		"batch-announce", "batch-freeze", "campaign-approve", "campaign-draft", "campaign-file", "campaign-publish", "campaign-send", "code-filing-file", "plan-approve", "plan-draft", "plan-publish", "rectification-check", "rectification-extend",
		"rectification-prove", "recusal-decide", "recusal-request", "recusal-team", "strictness-see", "visit-answer", "visit-approve", "visit-notice", "visit-record", "visit-sign",
	}
	if !slices.Equal(posts, want) {
		t.Errorf("the acts are %v", posts)
	}
}
