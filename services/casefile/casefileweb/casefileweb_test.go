package casefileweb_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"shenzhong/events"
	"shenzhong/services/casefile"
	"shenzhong/services/casefile/casefileweb"
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
	legal    = "token-of-the-legal-reviewer"
	stranger = "token-of-another-unit"
	facility = "500156-JG-000001"
)

var (
	digest  = strings.Repeat("ab", 32)
	penalty = `{"kinds":["fine"],"text":"罚款六万元","fine_fen":6000000}`
)

// scene is a server with the cases of a district behind it.
type scene struct {
	servicetest.Ground
	server *web.Server
	pump   func()
	keys   int

	publish *servicetest.Voice
}

func newScene(t *testing.T) *scene {
	t.Helper()
	g := servicetest.NewGround(t, time.Date(2026, 8, 10, 2, 0, 0, 0, time.UTC))
	log := store.NewMemory()
	s, err := casefile.New(context.Background(), casefile.Config{District: "500156", Log: log, Tables: view.NewMemory(), Clock: g.Clock, Law: g.Law, Calendar: g.Calendar})
	if err != nil {
		t.Fatal(err)
	}
	register := servicetest.NewVoice("register", g.Clock)
	register.Say(t, "facility", facility, events.FacilityChanged{Facility: events.Facility{ID: facility, Name: "青松公墓有限公司", SubjectKind: "enterprise", Address: "武隆区"}})
	for _, id := range []string{"500156-RY-000001", "500156-RY-000002"} {
		register.Say(t, "officer", id, events.OfficerChanged{Officer: events.Officer{ID: id, Unit: "mzj", CertNo: id, CertUntil: "2027-12-31", Status: "active"}})
	}
	publish := servicetest.NewVoice("disclose", g.Clock)
	pump := func() { servicetest.Pump(t, []store.Log{log, register.Log, publish.Log}, s.Reactions()) }
	pump()
	server := webtest.New(t, g.Clock, webtest.Actors{
		officer:  {ID: "500156-RY-000001", Unit: "mzj", Roles: []identity.Role{identity.Officer}},
		leader:   {ID: "500156-RY-000003", Unit: "mzj", Roles: []identity.Role{identity.Leader}},
		legal:    {ID: "500156-RY-000004", Unit: "mzj", Roles: []identity.Role{identity.Legal}},
		stranger: {ID: "500156-RY-000009", Unit: "scjgj", Roles: []identity.Role{identity.Officer, identity.Leader, identity.Legal}},
	})
	casefileweb.Mount(server.API(), s)
	return &scene{Ground: g, server: server, pump: pump, publish: publish}
}

func (s *scene) post(t *testing.T, token, path, body string) webtest.Answer {
	t.Helper()
	s.keys++
	return webtest.Post(t, s.server, "/api/v1"+path, webtest.Call{Token: token, Key: fmt.Sprintf("key-%d", s.keys), Body: body})
}

// does posts an act that must succeed and returns the case.
func (s *scene) does(t *testing.T, token, path, body string) casefileweb.Shown {
	t.Helper()
	a := s.post(t, token, path, body)
	if a.Status != http.StatusOK && a.Status != http.StatusCreated {
		t.Fatalf("%s: %d %s", path, a.Status, a.Body)
	}
	return webtest.Read[casefileweb.Shown](t, a)
}

// TestCaseOverHTTP drives a case from filing to service by the interface alone.
func TestCaseOverHTTP(t *testing.T) {
	s := newScene(t)
	filing := fmt.Sprintf(`{"facility":%q,"offence":"oversized_plot","act":"2026-08-01","leads":["巡查"]}`, facility)
	c := s.does(t, leader, "/cases", filing)
	at := "/cases/" + c.ID
	c = s.does(t, leader, at+"/assign", `{"officers":["500156-RY-000001","500156-RY-000002"]}`)
	if c.State != casefile.Investigating || c.Title != "调查中" || len(c.Case.Gates) == 0 || len(c.Open) == 0 {
		t.Fatalf("after assigning: %+v", c)
	}
	s.does(t, officer, at+"/evidence", fmt.Sprintf(`{"kind":"physical","name":"墓碑","proves":"超面积","sha256":%q,"holder":"物证室","held":true}`, digest))
	s.does(t, officer, at+"/custody", `{"no":1,"holder":"档案室","place":"一楼"}`)
	s.does(t, officer, at+"/dispose", `{"no":1,"how":"退还当事人"}`)
	s.does(t, officer, at+"/report", `{"facts":"超面积","proposal":"penalty"}`)
	s.does(t, officer, at+"/notice", fmt.Sprintf(`{"facts":"超面积","grounds":"违反规定","basis":"条例","cite":"公布文本","penalty":%s,"sha256":%q}`, penalty, digest))
	s.does(t, officer, at+"/statement", `{"waived":true,"text":"书面放弃"}`)
	webtest.Refused(t, s.post(t, officer, at+"/hearing-lapse", ""), http.StatusConflict)
	s.Clock.Advance(30 * 24 * time.Hour)
	if c = s.does(t, officer, at+"/hearing-lapse", ""); c.State != casefile.Heard {
		t.Fatalf("after the hearing lapsed: %s", c.State)
	}
	s.does(t, legal, at+"/review", `{"passed":true,"text":"同意"}`)
	s.does(t, leader, at+"/discussion", fmt.Sprintf(`{"present":["局长","副局长"],"text":"同意","sha256":%q}`, digest))
	decide := fmt.Sprintf(`{"facts":"超面积","basis":"条例","cite":"公布文本","penalty":%s,"perform":"十五日内缴纳","severity_by":"较大数额","sha256":%q}`, penalty, digest)
	c = s.does(t, leader, at+"/decide", decide)
	if c.Decision == nil || c.Decision.No != "武隆民罚决字〔2026〕1号" || c.Owed != 6000000 || len(c.Open) != 0 {
		t.Fatalf("decided %+v", c)
	}
	s.does(t, officer, at+"/serve", `{"manner":"direct","receipt":"1号","repair_notice":true}`)
	c = s.does(t, officer, at+"/pay", `{"fen":6000000,"receipt":"票据1号"}`)
	if c.Owed != 0 {
		t.Errorf("owed %d after paying", c.Owed)
	}
	s.closesOnlyWhenPublished(t, c.ID)
	got := webtest.Get(t, s.server, "/api/v1/cases?state=served", webtest.Call{Token: officer})
	list := webtest.Read[struct{ Cases []casefile.Row }](t, got)
	if len(list.Cases) != 1 || list.Cases[0].ID != c.ID {
		t.Errorf("the list reads %s", got.Body)
	}
	got = webtest.Get(t, s.server, "/api/v1/cases/due", webtest.Call{Token: officer})
	if due := webtest.Read[struct{ Cases []casefile.Row }](t, got); len(due.Cases) != 1 {
		t.Errorf("due reads %s", got.Body)
	}
	s.publish.Say(t, "record", recordID, events.ChannelAdded{Record: recordID, Settled: []string{limitOf(c.ID, "gsxt")}})
	s.pump()
	if c = s.does(t, leader, at+"/close", `{"note":"结案"}`); c.State != casefile.Closed {
		t.Errorf("published everywhere, and %s", c.State)
	}
}

const recordID = "500156-GS-2026-000001"

func limitOf(id, channel string) string {
	return events.DeadlineID(casefile.Subject(id), "pub.penalty."+channel)
}

// closesOnlyWhenPublished: a case against an enterprise does not close before its
// decision is on the portal, in 信用中国 and in 公示系统; it is left with the last
// of them open.
func (s *scene) closesOnlyWhenPublished(t *testing.T, id string) {
	t.Helper()
	record := events.Record{ID: recordID, Sort: "penalty", Source: casefile.Subject(id)}
	for _, step := range []struct {
		fact events.Event
		says string
	}{
		{nil, "公示"},
		{events.RecordPrepared{Record: record}, "公示"},
		{events.RecordPublished{Record: record, Settled: []string{limitOf(id, "portal")}}, "全部渠道"},
		{events.ChannelAdded{Record: recordID, Settled: []string{limitOf(id, "credit")}}, "全部渠道"},
	} {
		if step.fact != nil {
			s.publish.Say(t, "record", recordID, step.fact)
		}
		s.pump()
		a := s.post(t, leader, "/cases/"+id+"/close", `{"note":"结案"}`)
		webtest.Refused(t, a, http.StatusConflict)
		if !strings.Contains(string(a.Body), step.says) {
			t.Errorf("after %T the close is refused with %s", step.fact, a.Body)
		}
	}
}

func TestSameKeyFilesOnce(t *testing.T) {
	s := newScene(t)
	call := webtest.Call{Token: leader, Key: "one", Body: fmt.Sprintf(`{"facility":%q,"offence":"oversized_plot","act":"2026-08-01","leads":["巡查"]}`, facility)}
	first := webtest.Read[casefileweb.Shown](t, webtest.Post(t, s.server, "/api/v1/cases", call))
	again := webtest.Read[casefileweb.Shown](t, webtest.Post(t, s.server, "/api/v1/cases", call))
	if first.ID == "" || first.ID != again.ID {
		t.Errorf("filed %q and %q", first.ID, again.ID)
	}
}

func TestRefusals(t *testing.T) {
	s := newScene(t)
	filing := fmt.Sprintf(`{"facility":%q,"offence":"oversized_plot","act":"2026-08-01","leads":["巡查"]}`, facility)
	at := "/cases/" + s.does(t, leader, "/cases", filing).ID
	for _, tt := range []struct {
		token, path, body string
		status            int
	}{
		{"", "/cases", filing, http.StatusUnauthorized},
		{officer, "/cases", filing, http.StatusForbidden},
		{stranger, at + "/assign", `{"officers":["500156-RY-000001","500156-RY-000002"]}`, http.StatusForbidden},
		{leader, at + "/assign", `{"officers":["500156-RY-000001"]}`, http.StatusUnprocessableEntity},
		{leader, at + "/assign", `{"officers":["500156-RY-000001","500156-RY-000002"],"skip":true}`, http.StatusUnprocessableEntity},
		{leader, "/cases", strings.Replace(filing, "2026-08-01", "yesterday", 1), http.StatusUnprocessableEntity},
		{leader, "/cases", strings.Replace(filing, "2026-08-01", "2027-08-01", 1), http.StatusUnprocessableEntity},
		{officer, at + "/evidence", `{"kind":"rumor","name":"a","proves":"b","sha256":"c","holder":"d"}`, http.StatusUnprocessableEntity},
		{officer, at + "/pay", `{"fen":0.5,"receipt":"1"}`, http.StatusUnprocessableEntity},
		{leader, "/cases/500156-AJ-2026-000099/close", `{"note":"结案"}`, http.StatusNotFound},
		{leader, "/cases/1/close", `{"note":"结案"}`, http.StatusUnprocessableEntity},
		{legal, at + "/review", `{"passed":true,"text":"同意"}`, http.StatusConflict},
		{leader, at + "/decide", fmt.Sprintf(`{"facts":"a","basis":"b","penalty":%s,"perform":"c","severity_by":"d","sha256":%q}`, penalty, digest), http.StatusConflict},
	} {
		webtest.Refused(t, s.post(t, tt.token, tt.path, tt.body), tt.status)
	}
	webtest.Refused(t, webtest.Get(t, s.server, "/api/v1"+at, webtest.Call{Token: stranger}), http.StatusForbidden)
	webtest.Refused(t, webtest.Get(t, s.server, "/api/v1"+at, webtest.Call{}), http.StatusUnauthorized)
}

// TestEveryActIsDescribed keeps an act of the service from having no operation.
func TestEveryActIsDescribed(t *testing.T) {
	s := newScene(t)
	posts := webtest.Acts(t, s.server)
	want := []string{
		"case-assign", "case-close", "case-confirm", "case-custody", "case-decide", "case-discussion", "case-dispose", "case-drop",
		"case-evidence", "case-file", "case-hearing-convene", "case-hearing-hold", "case-hearing-lapse", "case-hearing-request",
		"case-hearing-waive", "case-identify", "case-notice", "case-pause", "case-pause-answer", "case-pay", "case-refer", "case-report",
		"case-resume", "case-return", "case-review", "case-revoke", "case-serve", "case-spare", "case-statement",
	}
	if !slices.Equal(posts, want) {
		t.Errorf("the acts are %v", posts)
	}
}
