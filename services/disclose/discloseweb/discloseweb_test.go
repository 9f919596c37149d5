package discloseweb_test

import (
	"context"
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"shenzhong/events"
	"shenzhong/services/disclose"
	"shenzhong/services/disclose/discloseweb"
	"shenzhong/services/disclose/publiclog"
	"shenzhong/services/kit/identity"
	"shenzhong/services/kit/servicetest"
	"shenzhong/services/kit/store"
	"shenzhong/services/kit/view"
	"shenzhong/services/kit/web"
	"shenzhong/services/kit/web/webtest"
)

const (
	first    = "token-of-the-publisher"
	second   = "token-of-the-leader-of-the-unit"
	auditor  = "token-of-the-auditor"
	stranger = "token-of-another-unit"
	lead     = "token-of-the-publisher-of-another-unit"
	admin    = "token-of-the-administrator"
	caseID   = "500156-AJ-2026-000001"
	portal   = `{"channels":[{"name":"portal","proof":"https://example.invalid/1"},{"name":"credit_china","proof":"回执 2"}]}`
)

// TestMain finds what the interface leaves running; the clock of the web
// library is the one thing that runs as long as the process.
func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("github.com/valyala/fasthttp.updateServerDate.func1"))
}

// scene is a server with the publications of a district behind it.
type scene struct {
	servicetest.Ground
	*web.Server
	disclose *disclose.Service
	cases    *servicetest.Voice
	draws    *servicetest.Voice
	log      *store.Memory
	keys     int
}

func newScene(t *testing.T) *scene {
	t.Helper()
	g := servicetest.NewGround(t, time.Date(2026, 9, 30, 2, 0, 0, 0, time.UTC))
	log := store.NewMemory()
	s, err := disclose.New(context.Background(), disclose.Config{
		District: "500156", Log: log, Tables: view.NewMemory(), Clock: g.Clock, Law: g.Law, Calendar: g.Calendar, Public: publicLog(t),
	})
	if err != nil {
		t.Fatal(err)
	}
	server := webtest.New(t, g.Clock, webtest.Actors{
		first:    {ID: "500156-RY-000001", Unit: "scjgj", Roles: []identity.Role{identity.Publisher}},
		second:   {ID: "500156-RY-000002", Unit: "scjgj", Roles: []identity.Role{identity.Leader}},
		auditor:  {ID: "500156-RY-000003", Unit: "sjj", Roles: []identity.Role{identity.Auditor}},
		stranger: {ID: "500156-RY-000004", Unit: "mzj", Roles: []identity.Role{identity.Publisher, identity.Leader}},
		lead:     {ID: "500156-RY-000006", Unit: "mzj", Roles: []identity.Role{identity.Publisher}},
		admin:    {ID: "500156-RY-000005", Unit: "mzj", Roles: []identity.Role{identity.Admin}},
	})
	discloseweb.Mount(server.API(), s)
	discloseweb.Pages(server, s)
	return &scene{Ground: g, Server: server, disclose: s, cases: servicetest.NewVoice("casefile", g.Clock), draws: servicetest.NewVoice("draw", g.Clock), log: log}
}

// publicLog is what a log is kept with, in a folder that goes with the test.
func publicLog(t *testing.T) *disclose.PublicLog {
	t.Helper()
	text, err := publiclog.Generate("example.invalid/fdlog-500156-1")
	if err != nil {
		t.Fatal(err)
	}
	keys, err := publiclog.ParseKeys(text)
	if err != nil {
		t.Fatal(err)
	}
	memory := &publiclog.File{Path: filepath.Join(t.TempDir(), "log.checkpoint")}
	return &disclose.PublicLog{Notary: &publiclog.Notary{Keys: keys, Memory: memory}, Secret: []byte(strings.Repeat("s", disclose.SecretBytes))}
}

// sign has the log signed over everything there is.
func (s *scene) sign(t *testing.T) {
	t.Helper()
	s.Clock.Advance(time.Minute)
	if n, err := s.disclose.SignLog(t.Context()); n != 1 || err != nil {
		t.Fatalf("signed %d, %v", n, err)
	}
}

func (s *scene) pump(t *testing.T) {
	t.Helper()
	servicetest.Pump(t, []store.Log{s.log, s.cases.Log, s.draws.Log}, s.disclose.Reactions())
}

// pad is a number as ids of draws have it.
func pad(i int) string { return fmt.Sprintf("%04d", i+1) }

// decided lets a case be decided.
func (s *scene) decided(t *testing.T, id, kind, name, facts string) {
	t.Helper()
	s.cases.Say(t, "case", id, events.CaseDecided{Decision: events.Decision{
		Case: id, No: "渝武市监处〔2026〕" + id[len(id)-1:] + "号", Type: "强制捆绑销售", Facts: facts, Basis: "价格法",
		Penalty:    events.Penalty{Kinds: []string{"fine"}, Text: "罚款五万元", FineFen: 5000000},
		Respondent: events.Respondent{Facility: "500156-JG-000001", Name: name, Type: kind, USCC: "92500156MA5U12345X"},
		Unit:       "scjgj", UnitName: "武隆区市场监管局", On: "2026-09-30", Severity: "general",
	}})
}

// decide lets a case be decided and returns the number of its record.
func (s *scene) decide(t *testing.T, id, kind, name, facts string) string {
	t.Helper()
	s.decided(t, id, kind, name, facts)
	s.pump(t)
	due := webtest.Read[struct{ Records []disclose.Row }](t, webtest.Get(t, s.Server, "/api/v1/records/due", webtest.Call{Token: first}))
	return due.Records[len(due.Records)-1].Record.ID
}

func (s *scene) post(t *testing.T, token, path, body string) webtest.Answer {
	t.Helper()
	s.keys++
	return webtest.Post(t, s.Server, "/api/v1"+path, webtest.Call{Token: token, Key: fmt.Sprintf("key-%d", s.keys), Body: body})
}

// does posts an act that must succeed and returns the record.
func (s *scene) does(t *testing.T, token, path, body string) discloseweb.Shown {
	t.Helper()
	a := s.post(t, token, path, body)
	if a.Status != http.StatusOK {
		t.Fatalf("%s: %d %s", path, a.Status, a.Body)
	}
	s.pump(t)
	return webtest.Read[discloseweb.Shown](t, a)
}

// publish publishes a record on the day before its limit ends.
func (s *scene) publish(t *testing.T, id string) discloseweb.Shown {
	t.Helper()
	s.Clock.Set(time.Date(2026, 10, 14, 2, 0, 0, 0, time.UTC))
	s.does(t, first, "/records/"+id+"/review", `{"verdict":"publish"}`)
	return s.does(t, second, "/records/"+id+"/publish", portal)
}

// TestPublishedInTimeAndHowItWasCounted is the decision of 2026-09-30 that is
// published on 2026-10-14, one day before its limit ends.
func TestPublishedInTimeAndHowItWasCounted(t *testing.T) {
	s := newScene(t)
	id := s.decide(t, caseID, "natural", "张三丰", "张三丰（电话13812345678）强制捆绑销售。")
	webtest.Refused(t, webtest.Get(t, s.Server, "/api/v1/public/records/"+id, webtest.Call{}), http.StatusNotFound)
	shown := s.publish(t, id)
	if shown.State != disclose.Published || shown.StateTitle != "公示中" || len(shown.Limits) != 2 {
		t.Fatalf("after publishing: %+v", shown)
	}
	for _, l := range shown.Limits {
		counted := 0
		for _, d := range l.Days {
			if d.Counts {
				counted++
			}
		}
		if l.DayZero != "2026-09-30" || l.Due != "2026-10-15" || l.DoneOn != "2026-10-14" || !l.Kept || counted != 7 || l.Basis == "" {
			t.Errorf("counted %d days: %+v", counted, l)
		}
	}
	a := webtest.Get(t, s.Server, "/api/v1/public/records/"+id, webtest.Call{})
	if body := string(a.Body); a.Status != http.StatusOK || strings.Contains(body, "张三丰") || strings.Contains(body, "13812345678") ||
		strings.Contains(body, "92500156MA5U12345X") || !strings.Contains(body, "张某") || !strings.Contains(body, "2026-10-15") {
		t.Errorf("the public reads %d %s", a.Status, a.Body)
	}
	shown = s.does(t, first, "/records/"+id+"/channel", `{"name":"gsxt","proof":"回执 3"}`)
	if len(shown.Channels) != 3 || len(shown.Limits) != 3 {
		t.Errorf("after another channel: %+v", shown)
	}
}

func TestWithholdingTakesTwo(t *testing.T) {
	s := newScene(t)
	id := s.decide(t, caseID, "legal", "青松殡仪服务有限公司", "强制捆绑销售。")
	at := "/records/" + id
	webtest.Refused(t, s.post(t, second, at+"/withhold", `{"reason":"国家秘密"}`), http.StatusConflict)
	s.does(t, second, at+"/review", `{"verdict":"withhold","ground":"withhold.secret"}`)
	webtest.Refused(t, s.post(t, second, at+"/withhold", `{"reason":"国家秘密"}`), http.StatusForbidden)
	s.does(t, first, at+"/review", `{"verdict":"withhold","ground":"withhold.secret"}`)
	if shown := s.does(t, second, at+"/withhold", `{"reason":"国家秘密"}`); shown.State != disclose.Withheld || len(shown.Reviewers) != 2 {
		t.Errorf("after withholding: %+v", shown)
	}
	webtest.Refused(t, webtest.Get(t, s.Server, "/api/v1/public/records/"+id, webtest.Call{}), http.StatusNotFound)
}

func TestWithdrawnLeavesATombstone(t *testing.T) {
	s := newScene(t)
	id := s.decide(t, caseID, "legal", "青松殡仪服务有限公司", "强制捆绑销售。")
	s.publish(t, id)
	s.cases.Say(t, "case", caseID, events.DecisionRevoked{Case: caseID, Reason: "复议机关撤销", On: "2026-11-02"})
	s.pump(t)
	s.Clock.Set(time.Date(2026, 11, 4, 2, 0, 0, 0, time.UTC))
	if shown := s.does(t, first, "/records/"+id+"/withdraw", `{"reason":"复议机关撤销原决定"}`); shown.State != disclose.Withdrawn {
		t.Fatalf("after withdrawing: %+v", shown)
	}
	a := webtest.Get(t, s.Server, "/api/v1/public/records/"+id, webtest.Call{})
	if body := string(a.Body); !strings.Contains(body, "复议机关撤销原决定") || strings.Contains(body, "青松") || strings.Contains(body, "92500156MA5U12345X") {
		t.Errorf("the public reads %s", body)
	}
	for _, words := range []string{"青松", "92500156MA5U12345X"} {
		a := webtest.Get(t, s.Server, "/api/v1/public/records?q="+words, webtest.Call{})
		if strings.Contains(string(a.Body), id) {
			t.Errorf("%s still finds %s", words, a.Body)
		}
	}
}

func TestRefusals(t *testing.T) {
	s := newScene(t)
	at := "/records/" + s.decide(t, caseID, "legal", "青松殡仪服务有限公司", "强制捆绑销售。")
	for _, tt := range []struct {
		token, path, body string
		status            int
	}{
		{"", at + "/review", `{"verdict":"publish"}`, http.StatusUnauthorized},
		{auditor, at + "/review", `{"verdict":"publish"}`, http.StatusForbidden},
		{stranger, at + "/review", `{"verdict":"publish"}`, http.StatusForbidden},
		{first, at + "/review", `{"verdict":"perhaps"}`, http.StatusUnprocessableEntity},
		{first, at + "/review", `{"verdict":"withhold"}`, http.StatusUnprocessableEntity},
		{first, at + "/review", `{"verdict":"publish","by":"me"}`, http.StatusUnprocessableEntity},
		{first, at + "/publish", `{"channels":[]}`, http.StatusUnprocessableEntity},
		{first, at + "/publish", `{"channels":[{"name":"wall","proof":"照片"}]}`, http.StatusUnprocessableEntity},
		{first, at + "/publish", portal, http.StatusConflict},
		{first, at + "/withdraw", `{"reason":"误发"}`, http.StatusConflict},
		{first, "/records/500156-GS-2026-000099/review", `{"verdict":"publish"}`, http.StatusNotFound},
		{first, "/records/1/review", `{"verdict":"publish"}`, http.StatusUnprocessableEntity},
	} {
		webtest.Refused(t, s.post(t, tt.token, tt.path, tt.body), tt.status)
	}
	for token, status := range map[string]int{"": http.StatusUnauthorized, stranger: http.StatusForbidden, admin: http.StatusForbidden} {
		webtest.Refused(t, webtest.Get(t, s.Server, "/api/v1"+at, webtest.Call{Token: token}), status)
		webtest.Refused(t, webtest.Get(t, s.Server, "/api/v1/records?unit=scjgj", webtest.Call{Token: token}), status)
		webtest.Refused(t, webtest.Get(t, s.Server, "/api/v1/records/due?unit=scjgj", webtest.Call{Token: token}), status)
	}
	if a := webtest.Get(t, s.Server, "/api/v1/records?state=prepared", webtest.Call{Token: auditor}); a.Status != 200 || !strings.Contains(string(a.Body), "000001") {
		t.Errorf("the auditor reads %d %s", a.Status, a.Body)
	}
}

// TestGroundFitsTheDecision: a decision is withheld on a ground of the law pack
// that is for decisions of its kind, by two persons, and on no other.
func TestGroundFitsTheDecision(t *testing.T) {
	s := newScene(t)
	at := "/records/" + s.decide(t, caseID, "legal", "青松殡仪服务有限公司", "强制捆绑销售")
	for ground, why := range map[string]string{
		"withhold.warning": "处罚种类不符",   // it is a fine
		"withhold.minor":   "失信严重程度不符", // it is general
	} {
		a := s.post(t, first, at+"/review", `{"verdict":"withhold","ground":"`+ground+`"}`)
		webtest.Refused(t, a, http.StatusUnprocessableEntity)
		if !strings.Contains(string(a.Body), why) || !strings.Contains(string(a.Body), "依据") {
			t.Errorf("%s: %s", ground, a.Body)
		}
	}
	webtest.Refused(t, s.post(t, second, at+"/withhold", `{"reason":"没有社会影响"}`), http.StatusConflict)
	s.does(t, first, at+"/review", `{"verdict":"withhold","ground":"withhold.noeffect"}`)
	webtest.Refused(t, s.post(t, first, at+"/withhold", `{"reason":"没有社会影响"}`), http.StatusForbidden)
	if shown := s.does(t, second, at+"/withhold", `{"reason":"没有社会影响"}`); shown.State != disclose.Withheld || len(shown.Reviewers) != 2 {
		t.Errorf("withheld %+v", shown)
	}
}
