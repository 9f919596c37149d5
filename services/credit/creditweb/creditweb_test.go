package creditweb_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"shenzhong/events"
	"shenzhong/services/credit"
	"shenzhong/services/credit/creditweb"
	"shenzhong/services/kit/identity"
	"shenzhong/services/kit/servicetest"
	"shenzhong/services/kit/store"
	"shenzhong/services/kit/view"
	"shenzhong/services/kit/web"
	"shenzhong/services/kit/web/webtest"
)

const (
	officer  = "token-of-the-officer"
	leader   = "token-of-the-leader-of-the-unit"
	stranger = "token-of-the-leader-of-another-unit"
	party    = "token-of-the-facility"
	rival    = "token-of-another-facility"
	admin    = "token-of-the-administrator"

	facility = "500156-JG-000001"
	code     = "12500156000000000A"
	pledge   = `{"facility":"500156-JG-000001","sort":"active","signatory":"馆长","obligations":["明码标价","不强制捆绑"],"text_version":"2026"}`
)

// TestMain finds what the interface leaves running; the clock of the web
// library is the one thing that runs as long as the process.
func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("github.com/valyala/fasthttp.updateServerDate.func1"))
}

type scene struct {
	servicetest.Ground
	*web.Server
	credit             *credit.Service
	register, disclose *servicetest.Voice
	log                *store.Memory
	keys               int
}

func newScene(t *testing.T) *scene {
	t.Helper()
	g := servicetest.NewGround(t, time.Date(2026, 10, 14, 2, 0, 0, 0, time.UTC))
	log := store.NewMemory()
	c, err := credit.New(context.Background(), credit.Config{District: "500156", Log: log, Tables: view.NewMemory(), Clock: g.Clock, Law: g.Law, Calendar: g.Calendar})
	if err != nil {
		t.Fatal(err)
	}
	server := webtest.New(t, g.Clock, webtest.Actors{
		officer:  {ID: "500156-RY-000001", Unit: "mzj", Roles: []identity.Role{identity.Officer}},
		leader:   {ID: "500156-RY-000002", Unit: "mzj", Roles: []identity.Role{identity.Leader}},
		stranger: {ID: "500156-RY-000003", Unit: "scjgj", Roles: []identity.Role{identity.Leader}},
		party:    {ID: "500156-JG-000001-1", Unit: facility, Roles: []identity.Role{identity.Party}},
		rival:    {ID: "500156-JG-000002-1", Unit: "500156-JG-000002", Roles: []identity.Role{identity.Party}},
		admin:    {ID: "500156-GL-000001", Unit: "mzj", Roles: []identity.Role{identity.Admin}},
	})
	creditweb.Mount(server.API(), c)
	s := &scene{Ground: g, Server: server, credit: c, register: servicetest.NewVoice("register", g.Clock), disclose: servicetest.NewVoice("disclose", g.Clock), log: log}
	s.register.Say(t, "facility", facility, events.FacilityChanged{Change: "entered", Facility: events.Facility{ID: facility, Name: "青松殡仪馆", USCC: code, Status: "open"}})
	s.pump(t)
	return s
}

func (s *scene) pump(t *testing.T) {
	t.Helper()
	servicetest.Pump(t, []store.Log{s.log, s.register.Log, s.disclose.Log}, s.credit.Reactions())
}

func (s *scene) get(t *testing.T, token, path string) webtest.Answer {
	t.Helper()
	return webtest.Get(t, s.Server, "/api/v1"+path, webtest.Call{Token: token})
}

func (s *scene) post(t *testing.T, token, path, body string) webtest.Answer {
	t.Helper()
	s.keys++
	return webtest.Post(t, s.Server, "/api/v1"+path, webtest.Call{Token: token, Key: fmt.Sprintf("key-%d", s.keys), Body: body})
}

func (s *scene) does(t *testing.T, token, path, body string) creditweb.Shown {
	t.Helper()
	a := s.post(t, token, path, body)
	if a.Status != http.StatusOK && a.Status != http.StatusCreated {
		t.Fatalf("%s: %d %s", path, a.Status, a.Body)
	}
	s.pump(t)
	return webtest.Read[creditweb.Shown](t, a)
}

// TestEveryPointIsExplained: a commitment is made and broken, a penalty is
// published; the record says of each entry what it weighs, by what law, and
// what the grade would be without it.
func TestEveryPointIsExplained(t *testing.T) {
	s := newScene(t)
	at := "/commitments/" + s.does(t, party, "/commitments", pledge).ID
	s.does(t, officer, at+"/notice", `{"obligation":2,"fact":"捆绑销售","evidence":["票据照片"]}`)
	s.does(t, party, at+"/hear", `{"statement":"愿意改正"}`)
	if c := s.does(t, leader, at+"/establish", `{"remedy":"公开说明并改正"}`); c.State != credit.Breached || c.Title != "已认定违诺" {
		t.Fatalf("after establishing: %+v", c)
	}
	s.disclose.Say(t, "record", "500156-GS-2026-000001", events.RecordPublished{On: "2026-10-14", Record: events.Record{
		ID: "500156-GS-2026-000001", Sort: "penalty", Source: "case/500156-AJ-2026-000001", Facility: facility, On: "2026-09-30", Severity: "general", DocNo: "1号",
	}})
	s.pump(t)
	a := s.get(t, officer, "/credit/"+facility)
	r := webtest.Read[credit.Explained](t, a)
	if r.USCC != code || len(r.Entries) != 3 || !strings.Contains(r.Formula, "基础分 100") || r.GradeName == "" {
		t.Fatalf("the record reads %d %s", a.Status, a.Body)
	}
	sum := 100
	for _, e := range r.Entries {
		sum += e.Points
		if e.Name == "" || e.Why == "" || e.Basis == "" || !e.Counts || e.WithoutScore != r.Score-e.Points {
			t.Errorf("not explained: %+v", e)
		}
	}
	if r.Score != sum {
		t.Errorf("the score is %d, the entries sum up to %d", r.Score, sum)
	}
	list := webtest.Read[struct{ Records []credit.Row }](t, s.get(t, officer, "/credit?uscc="+code))
	if len(list.Records) != 1 || list.Records[0].Grade != r.Grade {
		t.Errorf("by its code: %+v", list)
	}
	own := webtest.Read[struct{ Commitments []credit.CommitmentRow }](t, s.get(t, party, "/commitments"))
	if len(own.Commitments) != 1 || own.Commitments[0].State != credit.Breached {
		t.Errorf("the facility sees %+v", own)
	}
}

func TestSuspicionCanBeDropped(t *testing.T) {
	s := newScene(t)
	at := "/commitments/" + s.does(t, party, "/commitments", pledge).ID
	s.does(t, officer, at+"/notice", `{"obligation":1,"fact":"未明码标价","evidence":["照片"]}`)
	if c := s.does(t, leader, at+"/drop", `{"reason":"证据不足"}`); c.State != credit.Made {
		t.Errorf("after dropping: %+v", c)
	}
}

func TestRefusals(t *testing.T) {
	s := newScene(t)
	at := "/commitments/" + s.does(t, party, "/commitments", pledge).ID
	for _, tt := range []struct {
		token, path, body string
		status            int
	}{
		{"", "/commitments", pledge, http.StatusUnauthorized},
		{rival, "/commitments", pledge, http.StatusForbidden},
		{leader, "/commitments", pledge, http.StatusForbidden},
		{party, "/commitments", strings.Replace(pledge, `["明码标价","不强制捆绑"]`, `[]`, 1), http.StatusUnprocessableEntity},
		{party, "/commitments", strings.Replace(pledge, `"不强制捆绑"`, `" "`, 1), http.StatusUnprocessableEntity},
		{officer, at + "/notice", `{"obligation":2,"fact":"捆绑销售","evidence":[]}`, http.StatusUnprocessableEntity},
		{officer, at + "/notice", `{"obligation":9,"fact":"捆绑销售","evidence":["票据"]}`, http.StatusUnprocessableEntity},
		{party, at + "/notice", `{"obligation":2,"fact":"捆绑销售","evidence":["票据"]}`, http.StatusForbidden},
		{leader, at + "/establish", `{"remedy":"改正"}`, http.StatusConflict},
		{leader, at + "/drop", `{"reason":"不成立"}`, http.StatusConflict},
		{leader, "/commitments/500156-CN-2026-000099/drop", `{"reason":"不成立"}`, http.StatusNotFound},
		{leader, "/commitments/1/drop", `{"reason":"不成立"}`, http.StatusUnprocessableEntity},
	} {
		webtest.Refused(t, s.post(t, tt.token, tt.path, tt.body), tt.status)
	}
	s.does(t, officer, at+"/notice", `{"obligation":2,"fact":"捆绑销售","evidence":["票据"]}`)
	webtest.Refused(t, s.post(t, rival, at+"/hear", `{"statement":"与我无关"}`), http.StatusForbidden)
	s.does(t, officer, at+"/hear", `{"statement":"放弃陈述"}`)
	webtest.Refused(t, s.post(t, stranger, at+"/establish", `{"remedy":"改正"}`), http.StatusForbidden)
	for token, status := range map[string]int{"": http.StatusUnauthorized, rival: http.StatusForbidden, admin: http.StatusForbidden} {
		for _, path := range []string{at, "/credit/" + facility, "/credit?facility=" + facility, "/commitments?facility=" + facility} {
			webtest.Refused(t, s.get(t, token, path), status)
		}
	}
}

// asks posts what must succeed and answers with what came back.
func asks[T any](t *testing.T, s *scene, token, path, body string) T {
	t.Helper()
	a := s.post(t, token, path, body)
	if a.Status != http.StatusOK && a.Status != http.StatusCreated {
		t.Fatalf("%s: %d %s", path, a.Status, a.Body)
	}
	s.pump(t)
	return webtest.Read[T](t, a)
}

// TestRepairAndObjectionOverHTTP: a facility objects to its penalty and has it
// repaired when its time has come; nobody else may ask, no other unit decides.
func TestRepairAndObjectionOverHTTP(t *testing.T) {
	s := newScene(t)
	s.disclose.Say(t, "record", "500156-GS-2026-000001", events.RecordPublished{On: "2026-10-14", Record: events.Record{
		ID: "500156-GS-2026-000001", Sort: "penalty", Source: "case/500156-AJ-2026-000001", Facility: facility, On: "2026-09-30", Severity: "general", DocNo: "1号", Unit: "mzj",
	}})
	s.pump(t)
	const entry = `"facility":"500156-JG-000001","source":"case/500156-AJ-2026-000001","rule":"penalty.general","proofs":["缴款书"]`
	claim := `{` + entry + `,"claim":"罚款数额有误"}`
	webtest.Refused(t, s.post(t, rival, "/objections", claim), http.StatusForbidden)
	webtest.Refused(t, s.post(t, leader, "/objections", claim), http.StatusForbidden)
	webtest.Refused(t, s.post(t, party, "/objections", strings.Replace(claim, "罚款数额有误", " ", 1)), http.StatusUnprocessableEntity)
	o := asks[creditweb.ObjectionShown](t, s, party, "/objections", claim)
	if o.Title != "异议处理中" || o.Running == nil || o.Running.DueDate != "2026-10-23" {
		t.Fatalf("raised: %+v", o)
	}
	r := webtest.Read[credit.Explained](t, s.get(t, party, "/credit/"+facility))
	if len(r.Entries) != 1 || r.Entries[0].Objection != o.ID || r.Entries[0].Repair.From != "2026-12-31" {
		t.Fatalf("the record reads %+v", r.Entries)
	}
	at := "/objections/" + o.ID
	webtest.Refused(t, s.post(t, stranger, at+"/decide", `{"upheld":true,"reason":"属实"}`), http.StatusForbidden)
	if o = asks[creditweb.ObjectionShown](t, s, leader, at+"/decide", `{"upheld":false,"reason":"数额与决定书一致"}`); o.Title != "异议不成立" {
		t.Errorf("decided: %+v", o)
	}
	promise := s.does(t, party, "/commitments", strings.Replace(pledge, `"active"`, `"repair"`, 1)).ID
	ask := `{` + entry + `,"commitment":"` + promise + `"}`
	webtest.Refused(t, s.post(t, party, "/repairs", ask), http.StatusConflict) // too early
	s.Clock.Set(time.Date(2026, 12, 31, 2, 0, 0, 0, time.UTC))
	x := asks[creditweb.RepairShown](t, s, party, "/repairs", ask)
	if x.Title != "已申请" || x.Running == nil {
		t.Fatalf("asked: %+v", x)
	}
	at = "/repairs/" + x.ID
	webtest.Refused(t, s.post(t, officer, at+"/refuse", `{"reason":" "}`), http.StatusUnprocessableEntity)
	webtest.Refused(t, s.post(t, leader, at+"/decide", `{"granted":true,"reason":"符合条件"}`), http.StatusConflict)
	if x = asks[creditweb.RepairShown](t, s, officer, at+"/accept", ""); x.Title != "已受理" || !strings.HasSuffix(x.Running.ID, "#credit.repair.decide") {
		t.Fatalf("taken up: %+v", x)
	}
	webtest.Refused(t, s.post(t, officer, at+"/decide", `{"granted":true,"reason":"符合条件"}`), http.StatusForbidden)
	if x = asks[creditweb.RepairShown](t, s, leader, at+"/decide", `{"granted":true,"reason":"符合条件"}`); x.Title != "准予修复" {
		t.Fatalf("decided: %+v", x)
	}
	if r = webtest.Read[credit.Explained](t, s.get(t, party, "/credit/"+facility)); r.Entries[0].Counts || r.Entries[0].Repaired != "2026-12-31" {
		t.Errorf("after the repair: %+v", r.Entries[0])
	}
	for _, path := range []string{"/repairs?state=granted", "/objections?state=rejected", at, "/objections/" + o.ID} {
		if a := s.get(t, party, path); a.Status != http.StatusOK || !strings.Contains(string(a.Body), facility) {
			t.Errorf("%s: %d %s", path, a.Status, a.Body)
		}
	}
	for _, path := range []string{at, "/objections/" + o.ID, "/repairs?facility=" + facility} {
		webtest.Refused(t, s.get(t, rival, path), http.StatusForbidden)
	}
}
