package inspectweb_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"shenzhong/events"
	"shenzhong/services/inspect"
	"shenzhong/services/inspect/inspectweb"
	"shenzhong/services/kit/identity"
	"shenzhong/services/kit/servicetest"
	"shenzhong/services/kit/store"
	"shenzhong/services/kit/view"
	"shenzhong/services/kit/web"
	"shenzhong/services/kit/web/webtest"
)

const (
	registrar = "token-of-the-registrar"
	civil     = "token-of-the-head-of-mzj"
	price     = "token-of-the-head-of-scjgj"
	civil1    = "token-of-an-officer-of-mzj"
	price1    = "token-of-an-officer-of-scjgj"
	colleague = "token-of-an-officer-who-was-not-drawn"
	office    = "token-of-the-coordinating-office"
	auditor   = "token-of-the-auditor"
	stranger  = "token-of-another-unit"
	party     = "token-of-the-facility"
	neighbor  = "token-of-another-facility"

	facility = "500156-JG-000001"
	plan     = "/plans/500156-JH-2026-000001"
	batch    = "/batches/500156-PC-2026-000101"
	visit    = "/visits/500156-JC-2026-000101-000001"
	order    = "/rectifications/500156-ZG-2026-000101-000001-mzj-1"
)

// everybody is who calls.
var everybody = webtest.Actors{
	registrar: {ID: "500156-RY-mzj-901", Unit: "mzj", Roles: []identity.Role{identity.Registrar}},
	civil:     {ID: "500156-RY-mzj-903", Unit: "mzj", Roles: []identity.Role{identity.Leader}},
	price:     {ID: "500156-RY-scjgj-901", Unit: "scjgj", Roles: []identity.Role{identity.Leader}},
	civil1:    {ID: "500156-RY-000011", Unit: "mzj", Roles: []identity.Role{identity.Officer}},
	price1:    {ID: "500156-RY-000021", Unit: "scjgj", Roles: []identity.Role{identity.Officer}},
	colleague: {ID: "500156-RY-000013", Unit: "mzj", Roles: []identity.Role{identity.Officer}},
	office:    {ID: "500156-RY-zbb-901", Unit: "zbb", Roles: []identity.Role{identity.Office, identity.Registrar}},
	auditor:   {ID: "500156-RY-zbb-904", Unit: "zbb", Roles: []identity.Role{identity.Auditor}},
	stranger:  {ID: "500156-RY-lyj-901", Unit: "lyj", Roles: []identity.Role{identity.Officer, identity.Leader}},
	party:     {ID: "500156-DX-000001", Unit: facility, Roles: []identity.Role{identity.Party}},
	neighbor:  {ID: "500156-DX-000002", Unit: "500156-JG-000002", Roles: []identity.Role{identity.Party}},
}

// TestMain finds what the interface leaves running; the clock of the web
// library is the one thing that runs as long as the process.
func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("github.com/valyala/fasthttp.updateServerDate.func1"))
}

// scene is a server with the joint inspections of a district behind it.
type scene struct {
	servicetest.Ground
	server *web.Server
	draw   *servicetest.Voice
	pump   func()
	keys   int
}

func newScene(t *testing.T) *scene {
	t.Helper()
	g := servicetest.NewGround(t, at("2026-03-02 09:00"))
	log := store.NewMemory()
	s, err := inspect.New(context.Background(), inspect.Config{District: "500156", Log: log, Tables: view.NewMemory(), Clock: g.Clock, Law: g.Law, Calendar: g.Calendar, Key: slices.Repeat([]byte{3}, inspect.KeyBytes)})
	if err != nil {
		t.Fatal(err)
	}
	register, draw := servicetest.NewVoice("register", g.Clock), servicetest.NewVoice("draw", g.Clock)
	for code, unit := range map[string]string{"mzj-201": "mzj", "scjgj-302": "scjgj"} {
		register.Say(t, "item", "500156-SX-"+code, events.ItemPublished{Item: events.Item{Code: code, Unit: unit, Name: "事项"}})
	}
	for n := 1; n <= 6; n++ {
		id := fmt.Sprintf("500156-JG-%06d", n)
		register.Say(t, "facility", id, events.FacilityChanged{Facility: events.Facility{
			ID: id, Name: fmt.Sprintf("第%d公墓", n), Category: "cemetery_commercial", SubjectKind: "enterprise", Risk: "M", Grade: "B", Status: "open",
		}})
	}
	for _, n := range []int{11, 12, 13, 21, 22} {
		id, unit := fmt.Sprintf("500156-RY-%06d", n), "mzj"
		if n > 20 {
			unit = "scjgj"
		}
		register.Say(t, "officer", id, events.OfficerChanged{Officer: events.Officer{ID: id, Name: "某人员", Unit: unit, CertNo: id, CertUntil: "2027-12-31", Status: "active", Max: 9, Declared: "2026-01-05"}})
	}
	pump := func() { servicetest.Pump(t, []store.Log{log, register.Log, draw.Log}, s.Reactions()) }
	pump()
	server := webtest.New(t, g.Clock, everybody)
	inspectweb.Mount(server.API(), s)
	return &scene{Ground: g, server: server, draw: draw, pump: pump}
}

func at(day string) time.Time {
	when, err := time.Parse("2006-01-02 15:04 -0700", day+" +0800")
	if err != nil {
		return time.Time{}
	}
	return when
}

func (s *scene) post(t *testing.T, token, path, body string) webtest.Answer {
	t.Helper()
	s.keys++
	return webtest.Post(t, s.server, "/api/v1"+path, webtest.Call{Token: token, Key: fmt.Sprintf("key-%d", s.keys), Body: body})
}

func (s *scene) get(t *testing.T, token, path string) webtest.Answer {
	t.Helper()
	return webtest.Get(t, s.server, "/api/v1"+path, webtest.Call{Token: token})
}

// state is the one thing that every answer to an act has.
type state struct {
	ID    string `json:"id"`
	State string `json:"state"`
	Title string `json:"state_title"`
}

// does posts an act that must succeed, and wants the state that it leads to.
func (s *scene) does(t *testing.T, token, path, body, want string) webtest.Answer {
	t.Helper()
	a := s.post(t, token, path, body)
	if a.Status != http.StatusOK && a.Status != http.StatusCreated {
		t.Fatalf("%s: %d %s", path, a.Status, a.Body)
	}
	if got := webtest.Read[state](t, a); got.State != want || got.Title == "" {
		t.Fatalf("%s leads to %+v; want %s", path, got, want)
	}
	s.pump()
	return a
}

const (
	drafting = `{"year":2026,"title":"2026年联合抽查计划","batches":[{"title":"春季","area":"2","categories":["cemetery_commercial"],"from":"2026-04-10","to":"2026-05-10",
		"tasks":[{"unit":"mzj","officers":2,"items":["mzj-201"]},{"unit":"scjgj","officers":2,"items":["scjgj-302"]}]}]}`
	announcing = `{"no":1,"parties":["mzj","scjgj","lyj"],"quorum":2,"commit_by":"2026-03-03T09:00:00+08:00","freeze_by":"2026-03-04T09:00:00+08:00",
		"reveal_by":"2026-03-05T09:00:00+08:00","beacon":"dice-d10x20","beacon_at":"2026-03-06T09:00:00+08:00","open_by":"2026-05-12T09:00:00+08:00"}`
	notice  = `{"no":"武隆民检通〔2026〕1号","on":"2026-04-15","code":"ZF-2026-1"}`
	found   = `{"results":["5"],"findings":[{"item":"mzj-201","text":"扩建未报批","result":"5","days":15}],"signed":["500156-RY-000011","500156-RY-000012"]}`
	clue    = `{"results":["8"],"findings":[{"item":"scjgj-302","text":"收费高于公示","result":"8","offence":"price_violation"}],"signed":["500156-RY-000021","500156-RY-000022"]}`
	signed  = `{"countersign":"signed"}`
	proof   = `{"proof":"已经补办手续"}`
	failing = `{"passed":false,"note":"仍缺一项","officers":["500156-RY-000011","500156-RY-000012"]}`
	passing = `{"passed":true,"note":"合格","officers":["500156-RY-000011","500156-RY-000012"]}`
	more    = `{"days":10,"reason":"材料未到"}`
)

// frozen takes the year's plan to a batch whose lists are frozen.
func (s *scene) frozen(t *testing.T) {
	t.Helper()
	s.does(t, registrar, "/plans", drafting, "drafted")
	s.does(t, civil, plan+"/approve", "", "drafted")
	s.does(t, price, plan+"/approve", "", "approved")
	s.does(t, civil, plan+"/publish", "", "published")
	s.does(t, registrar, plan+"/batches", announcing, "announced")
	s.Clock.Set(at("2026-03-04 08:00"))
	s.does(t, registrar, batch+"/freeze", "", "frozen")
}

// drawn lets one facility be drawn.
func (s *scene) drawn(t *testing.T) {
	t.Helper()
	s.frozen(t)
	d := events.DrawCompleted{Draw: "500156-2026-0001", Batch: "500156-PC-2026-000101", Attempt: 1, Facilities: []string{facility}}
	for _, seat := range []events.Seat{{Unit: "mzj", No: 1, Officer: "500156-RY-000011"}, {Unit: "mzj", No: 2, Officer: "500156-RY-000012"}, {Unit: "scjgj", No: 1, Officer: "500156-RY-000021"}, {Unit: "scjgj", No: 2, Officer: "500156-RY-000022"}} {
		seat.Facility = facility
		d.Seats = append(d.Seats, seat)
	}
	s.draw.Say(t, "draw", d.Draw, d)
	s.pump()
}

// TestYearOverHTTP goes from the draft of the plan to the public result by the
// interface alone.
func TestYearOverHTTP(t *testing.T) {
	s := newScene(t)
	s.drawn(t)
	var plans struct{ Plans []inspect.PlanRow }
	if plans = webtest.Read[struct{ Plans []inspect.PlanRow }](t, s.get(t, "", "/plans?year=2026")); len(plans.Plans) != 1 {
		t.Errorf("the plans are %+v", plans)
	}
	if got := string(s.get(t, "", plan).Body); !strings.Contains(got, "信用等级 B × 风险等级 中 ＝ 抽查比例 30%") {
		t.Errorf("the plan does not say by which formula: %s", got)
	}
	ratios := webtest.Read[struct {
		Batches []inspect.PlanRatios
	}](t, s.get(t, "", plan+"/ratios"))
	if len(ratios.Batches) != 1 || ratios.Batches[0].Rates[0].PPM != 300_000 {
		t.Errorf("ratios %+v", ratios)
	}
	table := webtest.Read[struct{ Lines []events.RateLine }](t, s.get(t, "", "/ratios/cemetery_commercial"))
	if len(table.Lines) != 15 {
		t.Errorf("the table has %d lines", len(table.Lines))
	}

	mine := webtest.Read[struct{ Visits []inspect.VisitRow }](t, s.get(t, price1, "/visits"))
	if len(mine.Visits) != 1 || mine.Visits[0].Facility != facility {
		t.Fatalf("my visits are %+v", mine)
	}
	s.does(t, civil, visit+"/approve", "", "assigned")
	s.does(t, price, visit+"/approve", "", "approved")
	webtest.Refused(t, s.get(t, civil1, visit+"/notice"), http.StatusConflict)
	s.does(t, civil1, visit+"/notice", notice, "noticed")
	letter := webtest.Read[inspect.Notice](t, s.get(t, party, visit+"/notice"))
	if len(letter.Units) != 2 || letter.On != "2026-04-15" || letter.Forbidden == "" {
		t.Errorf("the notice reads %+v", letter)
	}
	webtest.Refused(t, s.post(t, civil1, visit+"/answer", `{"results":["1","5"],"signed":["500156-RY-000011","500156-RY-000012"]}`), http.StatusUnprocessableEntity)
	list := webtest.Read[struct{ Sections []inspect.Checklist }](t, s.get(t, civil1, visit+"/checklist"))
	if len(list.Sections) != 2 || list.Sections[0].Items[0].Question == "" {
		t.Errorf("the checklist reads %+v", list)
	}
	s.does(t, civil1, visit+"/answer", found, "noticed")
	s.does(t, price1, visit+"/answer", clue, "answered")
	s.does(t, civil1, visit+"/sign", signed, "signed")
	s.does(t, civil1, visit+"/record", "", "recorded")

	orders := webtest.Read[struct{ Rectifications []inspect.OrderRow }](t, s.get(t, party, "/rectifications"))
	if len(orders.Rectifications) != 1 || orders.Rectifications[0].Deadline.N != 15 {
		t.Fatalf("the facility has to put right %+v", orders)
	}
	s.does(t, civil, order+"/extend", more, "ordered")
	s.does(t, party, order+"/prove", proof, "proved")
	s.does(t, civil1, order+"/check", failing, "ordered")
	s.does(t, civil1, order+"/prove", proof, "proved")
	s.does(t, civil1, order+"/check", passing, "closed")

	results := webtest.Read[struct{ Results []inspect.Result }](t, s.get(t, "", "/public/check-results?year=2026"))
	if len(results.Results) != 1 || results.Results[0].Units[1].Results[0].Name != "发现问题待后续处理" {
		t.Errorf("the public reads %+v", results)
	}
	if b := webtest.Read[inspect.PublicBatch](t, s.get(t, "", batch)); b.State != inspect.Finished || !b.Opened || b.Visits != 1 {
		t.Errorf("the batch is %s, opened %v, with %d visits", b.State, b.Opened, b.Visits)
	}
}

// TestVisitWithoutACodeIsFiled: a notice without an 执法码 needs the reason, and
// the filing that it leads to is closed with the receipt of the justice unit.
func TestVisitWithoutACodeIsFiled(t *testing.T) {
	s := newScene(t)
	s.drawn(t)
	s.does(t, civil, visit+"/approve", "", "assigned")
	s.does(t, price, visit+"/approve", "", "approved")
	webtest.Refused(t, s.post(t, civil1, visit+"/notice", `{"no":"1号","on":"2026-04-15"}`), http.StatusUnprocessableEntity)
	s.does(t, civil1, visit+"/notice", `{"no":"1号","on":"2026-04-15","no_code":"系统故障"}`, "noticed")
	list := webtest.Read[struct{ Filings []inspect.FilingRow }](t, s.get(t, civil1, "/code-filings?state=filing_due"))
	if len(list.Filings) != 1 || list.Filings[0].Deadline.DueDate != "2026-04-20" {
		t.Fatalf("to be filed: %+v", list)
	}
	at := "/code-filings/" + list.Filings[0].ID
	if f := webtest.Read[inspectweb.FilingShown](t, s.get(t, civil1, at)); f.Title != "待备案" || f.Visit == "" || f.Reason != "系统故障" {
		t.Errorf("the officer reads %+v", f)
	}
	for _, who := range []string{office, colleague} {
		if a := s.get(t, who, at); a.Status != http.StatusOK || strings.Contains(string(a.Body), "-JC-") || strings.Contains(string(a.Body), "系统故障") {
			t.Errorf("%s learns of the visit: %d %s", who, a.Status, a.Body)
		}
	}
	webtest.Refused(t, s.get(t, price1, at), http.StatusForbidden)
	webtest.Refused(t, s.post(t, price1, at+"/file", `{"receipt":"1"}`), http.StatusForbidden)
	if a := s.post(t, civil1, at+"/file", `{"receipt":"司法局备案2026-7"}`); a.Status != http.StatusOK {
		t.Errorf("filed: %d %s", a.Status, a.Body)
	}
	webtest.Refused(t, s.post(t, civil, at+"/file", `{"receipt":"再报一次"}`), http.StatusConflict)
}

// TestCampaignOverHTTP: a special inspection passes its four gates in their order
// and is public only then.
func TestCampaignOverHTTP(t *testing.T) {
	s := newScene(t)
	const body = `{"year":2026,"title":"清明专项检查","need":"清明前投诉集中","basis":"殡葬管理条例","area":"武隆区","manner":"实地","from":"2026-03-05","to":"2026-04-10",
		"tasks":[{"unit":"mzj","officers":2,"items":["mzj-201"]}],"objects":["500156-JG-000001"]}`
	webtest.Refused(t, s.post(t, registrar, "/campaigns", strings.Replace(body, "清明前投诉集中", " ", 1)), http.StatusUnprocessableEntity)
	webtest.Refused(t, s.post(t, civil, "/campaigns", body), http.StatusForbidden)
	a := s.post(t, registrar, "/campaigns", body)
	c := webtest.Read[inspectweb.CampaignShown](t, a)
	if a.Status != http.StatusCreated || c.Title != "拟订" || len(c.Cautions) != 1 {
		t.Fatalf("drafted: %d %s", a.Status, a.Body)
	}
	s.pump()
	at := "/campaigns/" + c.ID
	webtest.Refused(t, s.get(t, "", at), http.StatusForbidden)
	webtest.Refused(t, s.post(t, civil, at+"/publish", ""), http.StatusConflict)
	for _, step := range []struct{ act, body, state string }{
		{"/approve", `{"authority":"武隆区人民政府","document":"武隆府〔2026〕9号"}`, "已批准"},
		{"/file", `{"receipt":"司法备1号"}`, "已备案"},
		{"/publish", "", "已公布"},
	} {
		webtest.Refused(t, s.post(t, price, at+step.act, step.body), http.StatusForbidden)
		if c := webtest.Read[inspectweb.CampaignShown](t, s.post(t, civil, at+step.act, step.body)); c.Title != step.state {
			t.Errorf("%s: %+v", step.act, c)
		}
	}
	s.pump()
	list := webtest.Read[struct{ Campaigns []inspect.CampaignRow }](t, s.get(t, "", "/campaigns?year=2026"))
	if len(list.Campaigns) != 1 || list.Campaigns[0].State != inspect.Published {
		t.Errorf("the public reads %+v", list)
	}
	webtest.Refused(t, s.post(t, civil, at+"/send", `{"facility":"500156-JG-000001","officers":["500156-RY-000011","500156-RY-000011"]}`), http.StatusConflict) // before its time
}
