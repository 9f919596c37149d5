package overseeweb_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"shenzhong/events"
	"shenzhong/services/kit/deadline"
	"shenzhong/services/kit/identity"
	"shenzhong/services/kit/servicetest"
	"shenzhong/services/kit/store"
	"shenzhong/services/kit/view"
	"shenzhong/services/kit/web"
	"shenzhong/services/kit/web/webtest"
	"shenzhong/services/oversee"
	"shenzhong/services/oversee/overseeweb"
)

const (
	officer  = "token-of-the-officer"
	leader   = "token-of-the-leader-of-the-unit"
	office   = "token-of-the-coordinating-office"
	deputy   = "token-of-another-of-the-office"
	stranger = "token-of-another-unit"
	admin    = "token-of-the-administrator"
	caseID   = "500156-AJ-2026-000002"
	limitID  = "500156-QX-case." + caseID + ".pub.penalty.portal"
)

// TestMain finds what the interface leaves running; the clock of the web
// library is the one thing that runs as long as the process.
func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("github.com/valyala/fasthttp.updateServerDate.func1"))
}

// scene is a server behind which a decision of 2026-09-30 waits for its
// publication.
type scene struct {
	servicetest.Ground
	*web.Server
	oversee *oversee.Service
	cases   *servicetest.Voice
	log     *store.Memory
	keys    int
}

func newScene(t *testing.T) *scene {
	t.Helper()
	g := servicetest.NewGround(t, time.Date(2026, 9, 30, 2, 0, 0, 0, time.UTC))
	log := store.NewMemory()
	o, err := oversee.New(context.Background(), oversee.Config{District: "500156", Log: log, Tables: view.NewMemory(), Clock: g.Clock, Law: g.Law, Calendar: g.Calendar})
	if err != nil {
		t.Fatal(err)
	}
	server := webtest.New(t, g.Clock, webtest.Actors{
		officer:  {ID: "500156-RY-000001", Unit: "scjgj", Roles: []identity.Role{identity.Officer}},
		leader:   {ID: "500156-RY-000002", Unit: "scjgj", Roles: []identity.Role{identity.Leader}},
		office:   {ID: "500156-RY-000003", Unit: "zbb", Roles: []identity.Role{identity.Office}},
		deputy:   {ID: "500156-RY-000006", Unit: "zbb", Roles: []identity.Role{identity.Office}},
		stranger: {ID: "500156-RY-000004", Unit: "mzj", Roles: []identity.Role{identity.Officer, identity.Leader}},
		admin:    {ID: "500156-RY-000005", Unit: "mzj", Roles: []identity.Role{identity.Admin}},
	})
	overseeweb.Mount(server.API(), o)
	overseeweb.Pages(server, o)
	s := &scene{Ground: g, Server: server, oversee: o, cases: servicetest.NewVoice("casefile", g.Clock), log: log}
	d, err := deadline.Counter{Law: g.Law, Calendar: g.Calendar}.Start("pub.penalty.portal", "case/"+caseID, "scjgj", "公示行政处罚决定："+caseID, g.Clock.Now())
	if err != nil {
		t.Fatal(err)
	}
	s.cases.Say(t, "case", caseID, events.CaseDecided{Deadlines: []events.Deadline{d}})
	s.pass(t, g.Clock.Now())
	return s
}

// pass lets time pass until now and oversee say what is due.
func (s *scene) pass(t *testing.T, now time.Time) {
	t.Helper()
	s.Clock.Set(now)
	pump := func() { servicetest.Pump(t, []store.Log{s.log, s.cases.Log}, s.oversee.Reactions()) }
	pump()
	if _, err := s.oversee.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	pump()
}

func (s *scene) get(t *testing.T, token, path string) webtest.Answer {
	t.Helper()
	return webtest.Get(t, s.Server, "/api/v1"+path, webtest.Call{Token: token})
}

func (s *scene) urge(t *testing.T, token, id, body string) webtest.Answer {
	t.Helper()
	s.keys++
	return webtest.Post(t, s.Server, "/api/v1/deadlines/"+id+"/urge", webtest.Call{Token: token, Key: fmt.Sprintf("key-%d", s.keys), Body: body})
}

func rows(t *testing.T, a webtest.Answer) []oversee.Row {
	t.Helper()
	if a.Status != http.StatusOK {
		t.Fatalf("answered %d %s", a.Status, a.Body)
	}
	return webtest.Read[struct{ Deadlines []oversee.Row }](t, a).Deadlines
}

// TestFromReminderToPublicFigures leaves a decision unpublished: it is due on
// 2026-10-15, reminded on the 13th and the 14th, and passes at midnight.
func TestFromReminderToPublicFigures(t *testing.T) {
	s := newScene(t)
	day := func(d, hour int) time.Time { return time.Date(2026, 10, d, hour-8, 0, 0, 0, time.UTC) } // in Beijing
	d := webtest.Read[oversee.Counted](t, s.get(t, officer, "/deadlines/"+limitID))
	counts := 0
	for _, day := range d.Days {
		if day.Counts {
			counts++
		}
	}
	if d.Deadline.DueDate != "2026-10-15" || d.Deadline.DayZero != "2026-09-30" || counts != 7 || d.Name == "" || len(d.Plan) < 5 {
		t.Fatalf("counted %d days: %+v", counts, d)
	}
	for _, step := range []struct {
		at       time.Time
		reminded string
		overdue  int
	}{
		{day(13, 10), "T-2", 0}, {day(14, 10), "T-2 T-1", 0}, {day(15, 23), "T-2 T-1", 0}, {day(16, 1), "T-2 T-1", 1},
	} {
		s.pass(t, step.at)
		got := rows(t, s.get(t, officer, "/deadlines"))
		if len(got) != 1 || !strings.HasSuffix(strings.Join(got[0].Reminded, " "), step.reminded) {
			t.Errorf("at %s: %+v", step.at, got)
		}
		p := webtest.Read[struct{ Overdue []oversee.Passed }](t, s.get(t, "", "/public/performance"))
		if len(p.Overdue) != step.overdue {
			t.Errorf("at %s the public sees %+v", step.at, p.Overdue)
		}
	}
	if got := rows(t, s.get(t, leader, "/deadlines?escalated=true&state=overdue")); len(got) != 1 || len(got[0].Escalated) == 0 || got[0].Escalated[0] != "unit_leader" {
		t.Errorf("the leader sees %+v", got)
	}
	public := s.get(t, "", "/public/performance")
	if body := string(public.Body); strings.Contains(body, caseID) || !strings.Contains(body, `"unit_name"`) || !strings.Contains(body, `"few":true`) {
		t.Errorf("the public reads %s", body)
	}
}

func TestUrging(t *testing.T) {
	s := newScene(t)
	got := webtest.Read[oversee.Counted](t, s.urge(t, leader, limitID, `{"words":"请于节前办结"}`))
	if len(got.Urged) != 1 || got.Urged[0].From != "scjgj" {
		t.Fatalf("after urging: %+v", got)
	}
	if a := s.urge(t, office, limitID, `{"words":"请抓紧"}`); a.Status != http.StatusOK {
		t.Fatalf("the office: %d %s", a.Status, a.Body)
	}
	for _, tt := range []struct {
		token, id, body string
		status          int
	}{
		{"", limitID, `{"words":"快"}`, http.StatusUnauthorized},
		{officer, limitID, `{"words":"快"}`, http.StatusForbidden},
		{stranger, limitID, `{"words":"快"}`, http.StatusForbidden},
		{leader, limitID, `{"words":" "}`, http.StatusUnprocessableEntity},
		{leader, limitID, `{}`, http.StatusUnprocessableEntity},
		{leader, "500156-QX-case.500156-AJ-2026-000099.pub.penalty.portal", `{"words":"快"}`, http.StatusNotFound},
		{leader, "x", `{"words":"快"}`, http.StatusUnprocessableEntity},
	} {
		webtest.Refused(t, s.urge(t, tt.token, tt.id, tt.body), tt.status)
	}
	s.cases.Say(t, "case", caseID, events.CaseServed{Settled: []string{"case/" + caseID + "#pub.penalty.portal"}})
	s.pass(t, s.Clock.Now())
	webtest.Refused(t, s.urge(t, leader, limitID, `{"words":"快"}`), http.StatusConflict)
	if urged := servicetest.Of[events.Urged](t, s.log); len(urged) != 2 {
		t.Errorf("said %+v", urged)
	}
}

func TestWhoSeesLimits(t *testing.T) {
	s := newScene(t)
	for token, status := range map[string]int{"": http.StatusUnauthorized, stranger: http.StatusForbidden, admin: http.StatusForbidden} {
		webtest.Refused(t, s.get(t, token, "/deadlines/"+limitID), status)
		webtest.Refused(t, s.get(t, token, "/deadlines?unit=scjgj"), status)
	}
	if got := rows(t, s.get(t, office, "/deadlines?rule="+url.QueryEscape("pub.penalty.portal"))); len(got) != 1 || got[0].ID != limitID {
		t.Errorf("the office sees %+v", got)
	}
	if got := rows(t, s.get(t, stranger, "/deadlines")); len(got) != 0 {
		t.Errorf("another unit sees %+v", got)
	}
}

// TestNothingRanksUnits keeps what is counted to time limits alone.
func TestNothingRanksUnits(t *testing.T) {
	s := newScene(t)
	var p map[string][]map[string]any
	if err := json.Unmarshal(s.get(t, "", "/public/performance").Body, &p); err != nil {
		t.Fatal(err)
	}
	for _, rows := range p {
		for _, row := range rows {
			for name := range row {
				for _, banned := range []string{"rank", "score", "fine", "inspection", "visits"} {
					if strings.Contains(name, banned) {
						t.Errorf("the figures have %s", name)
					}
				}
			}
		}
	}
}
