package overseeweb_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"shenzhong/services/kit/web/webtest"
	"shenzhong/services/oversee"
)

func (s *scene) post(t *testing.T, token, path, body string) webtest.Answer {
	t.Helper()
	s.keys++
	return webtest.Post(t, s.Server, "/api/v1"+path, webtest.Call{Token: token, Key: fmt.Sprintf("post-%d", s.keys), Body: body})
}

const draft = `{"sort":"circular","limits":["` + limitID + `"],"facts":"处罚决定逾期未公示","demands":"立即公示"}`

// TestCircularOverHTTP drafts, issues, answers and closes a circular, and reads
// what the public sees.
func TestCircularOverHTTP(t *testing.T) {
	s := newScene(t)
	webtest.Refused(t, s.post(t, office, "/measures", draft), http.StatusConflict) // the limit still runs
	s.pass(t, time.Date(2026, 10, 16, 1, 0, 0, 0, time.UTC))
	for token, status := range map[string]int{"": http.StatusUnauthorized, officer: http.StatusForbidden, leader: http.StatusForbidden, admin: http.StatusForbidden} {
		webtest.Refused(t, s.post(t, token, "/measures", draft), status)
	}
	m := webtest.Read[oversee.Measure](t, s.post(t, office, "/measures", draft))
	if m.State != oversee.MeasureDrafted || m.Unit != "scjgj" || m.From != "zbb" {
		t.Fatalf("drafted %+v", m)
	}
	at := "/measures/" + m.ID
	webtest.Refused(t, s.get(t, leader, at), http.StatusNotFound) // a draft is not for the unit
	webtest.Refused(t, s.post(t, office, at+"/issue", `{}`), http.StatusForbidden)
	if m = webtest.Read[oversee.Measure](t, s.post(t, deputy, at+"/issue", `{}`)); m.State != oversee.MeasureIssued || m.Running == nil {
		t.Fatalf("issued %+v", m)
	}
	webtest.Refused(t, s.post(t, deputy, at+"/hold", `{"text":"x","present":["甲","乙"]}`), http.StatusConflict)
	webtest.Refused(t, s.post(t, stranger, at+"/answer", `{"text":"已公示"}`), http.StatusForbidden)
	webtest.Refused(t, s.post(t, leader, at+"/answer", `{"text":" "}`), http.StatusUnprocessableEntity)
	s.pass(t, s.Clock.Now())
	p := webtest.Read[struct{ Circulars []oversee.Circular }](t, s.get(t, "", "/public/performance"))
	if len(p.Circulars) != 1 || p.Circulars[0].UnitName != "武隆区市场监督管理局" || p.Circulars[0].Settled {
		t.Errorf("the public sees %+v", p.Circulars)
	}
	page := webtest.Get(t, s.Server, "/performance", webtest.Call{})
	for _, want := range []string{"通报", "尚未落实", "尚不能计量", "线索办结的去向", "查无实据"} {
		if !strings.Contains(string(page.Body), want) {
			t.Errorf("the page does not say %s", want)
		}
	}
	if m = webtest.Read[oversee.Measure](t, s.post(t, leader, at+"/answer", `{"text":"已补充公示","link":"https://example.invalid/1"}`)); m.State != oversee.MeasureAnswered {
		t.Fatalf("answered %+v", m)
	}
	if m = webtest.Read[oversee.Measure](t, s.post(t, office, at+"/close", `{"text":"已落实"}`)); m.State != oversee.MeasureClosed {
		t.Fatalf("closed %+v", m)
	}
	s.pass(t, s.Clock.Now())
	list := webtest.Read[struct{ Measures []oversee.MeasureRow }](t, s.get(t, leader, "/measures"))
	if len(list.Measures) != 1 || list.Measures[0].State != oversee.MeasureClosed {
		t.Errorf("the unit sees %+v", list)
	}
	webtest.Refused(t, s.get(t, stranger, at), http.StatusForbidden)
}

// TestLedgerOverHTTP records evidence for a task and has it confirmed.
func TestLedgerOverHTTP(t *testing.T) {
	s := newScene(t)
	const clause = `{"clause":"五(二)3","words":"处罚决定已公开","link":"https://example.invalid/1"}`
	webtest.Refused(t, s.post(t, "", "/tasks/evidence", clause), http.StatusUnauthorized)
	webtest.Refused(t, s.post(t, admin, "/tasks/evidence", clause), http.StatusForbidden)
	webtest.Refused(t, s.post(t, leader, "/tasks/report", clause), http.StatusForbidden)  // civil affairs leads
	webtest.Refused(t, s.post(t, stranger, "/tasks/report", clause), http.StatusConflict) // no evidence yet
	webtest.Refused(t, s.post(t, leader, "/tasks/evidence", `{"clause":"九(九)","words":"x","link":"y"}`), http.StatusNotFound)
	for _, step := range []struct{ token, path string }{{leader, "evidence"}, {stranger, "report"}, {office, "confirm"}} {
		if a := s.post(t, step.token, "/tasks/"+step.path, clause); a.Status != http.StatusOK {
			t.Fatalf("%s: %d %s", step.path, a.Status, a.Body)
		}
	}
	rows := webtest.Read[struct{ Tasks []oversee.LedgerRow }](t, s.get(t, officer, "/tasks")).Tasks
	for _, r := range rows {
		if confirmed := r.Clause == "五(二)3"; confirmed != (r.State == oversee.TaskConfirmed) || confirmed && (len(r.Evidence) != 1 || r.Evidence[0].Link == "" || r.Overdue) {
			t.Errorf("%s reads %+v", r.Clause, r)
		}
	}
	if len(rows) < 20 {
		t.Errorf("%d tasks", len(rows))
	}
}
