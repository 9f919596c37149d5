package clueweb_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"shenzhong/events"
	"shenzhong/services/clue"
	"shenzhong/services/clue/clueweb"
	"shenzhong/services/kit/identity"
	"shenzhong/services/kit/servicetest"
	"shenzhong/services/kit/store"
	"shenzhong/services/kit/view"
	"shenzhong/services/kit/web"
	"shenzhong/services/kit/web/webtest"
)

const (
	market = "token-of-market-supervision"
	civil  = "token-of-civil-affairs"
	land   = "token-of-land-and-planning"
	police = "token-of-public-security"
	intake = "token-of-the-intake-desk"
	office = "token-of-the-coordinating-office"
	head   = "token-of-the-head-of-market-supervision"
	home   = "500156-JG-000001"

	complaint = `{"facility":"500156-JG-000001","offence":"bundled_sale","text":"不买馆内花圈就不给安排告别厅。","contact":{"name":"赵德柱","phone":"13900000001"}}`
)

// scene is a server with the clues of a district behind it.
type scene struct {
	servicetest.Ground
	server *web.Server
	log    *store.Memory
	pump   func()
	keys   int
}

func newScene(t *testing.T) *scene {
	t.Helper()
	g := servicetest.NewGround(t, time.Date(2026, 7, 6, 1, 20, 0, 0, time.UTC))
	log := store.NewMemory()
	s, err := clue.New(context.Background(), clue.Config{
		District: "500156", Log: log, Tables: view.NewMemory(), Clock: g.Clock, Law: g.Law, Calendar: g.Calendar, Key: slices.Repeat([]byte{7}, clue.KeyBytes),
	})
	if err != nil {
		t.Fatal(err)
	}
	register := servicetest.NewVoice("register", g.Clock)
	register.Say(t, "facility", home, events.FacilityChanged{Facility: events.Facility{ID: home, Name: "武隆区殡仪馆", Category: "funeral_home", SubjectKind: "institution", Town: "芙蓉街道"}})
	pump := func() { servicetest.Pump(t, []store.Log{register.Log, log}, s.Reactions()) }
	pump()
	actors := webtest.Actors{
		intake: {ID: "500156-RY-mzj-001", Unit: "mzj", Roles: []identity.Role{identity.Intake}},
		head:   {ID: "500156-RY-scjgj-900", Unit: "scjgj", Roles: []identity.Role{identity.Leader}},
		office: {ID: "500156-RY-zbb-001", Unit: "zbb", Roles: []identity.Role{identity.Office}},
	}
	for token, unit := range map[string]string{market: "scjgj", civil: "mzj", land: "ghzrzyj", police: "gaj"} {
		actors[token] = identity.Actor{ID: "500156-RY-" + unit + "-009", Unit: unit, Roles: []identity.Role{identity.Officer}}
	}
	server := webtest.New(t, g.Clock, actors)
	clueweb.Mount(server.API(), s)
	return &scene{Ground: g, server: server, log: log, pump: pump}
}

func (s *scene) post(t *testing.T, token, path, body string) webtest.Answer {
	t.Helper()
	s.keys++
	return webtest.Post(t, s.server, "/api/v1"+path, webtest.Call{Token: token, Key: fmt.Sprintf("key-%d", s.keys), Body: body})
}

// does posts an act that must succeed, and lets its facts travel.
func does[T any](t *testing.T, s *scene, token, path, body string) T {
	t.Helper()
	a := s.post(t, token, path, body)
	if a.Status != http.StatusOK && a.Status != http.StatusCreated {
		t.Fatalf("%s: %d %s", path, a.Status, a.Body)
	}
	s.pump()
	return webtest.Read[T](t, a)
}

func reads[T any](t *testing.T, s *scene, token, path string) T {
	t.Helper()
	a := webtest.Get(t, s.server, "/api/v1"+path, webtest.Call{Token: token})
	if a.Status != http.StatusOK {
		t.Fatalf("%s: %d %s", path, a.Status, a.Body)
	}
	return webtest.Read[T](t, a)
}

type list struct{ Clues []clueweb.Shown }

func (s *scene) track(t *testing.T, code string) clue.Progress {
	t.Helper()
	return does[clue.Progress](t, s, "", "/clues/track", fmt.Sprintf(`{"code":%q}`, code))
}

// TestAComplaintOverHTTP carries a bundled sale from the citizen to the answer.
func TestAComplaintOverHTTP(t *testing.T) {
	s := newScene(t)
	r := does[clue.Receipt](t, s, "", "/clues", complaint)
	if r.Code == "" || !strings.Contains(r.Route, "第43条") || !strings.Contains(r.Route, "武隆区市场监督管理局主办") {
		t.Fatalf("receipt %+v", r)
	}
	at := "/clues/" + r.Clue
	c := reads[clueweb.Shown](t, s, market, at)
	if c.Title != "已分办" || c.To.Lead != "scjgj" || !slices.Equal(c.To.Assists, []string{"fgw", "mzj"}) || !c.Contact || c.SignBy == nil {
		t.Fatalf("routed %+v", c)
	}
	if c = does[clueweb.Shown](t, s, market, at+"/sign", ""); c.Signed != "signed" || c.Title != "已分办" {
		t.Errorf("signed %+v", c)
	}
	if c = does[clueweb.Shown](t, s, market, at+"/accept", ""); c.Title != "已受理" {
		t.Errorf("accepted %+v", c)
	}
	for path, want := range map[string]int{
		"/clues": 1, "/clues?state=accepted": 1, "/clues?state=routed": 0, "/clues?facility=" + home: 1, "/clues?offence=noise": 0, "/clues?assist=true": 0,
	} {
		if got := reads[list](t, s, market, path); len(got.Clues) != want {
			t.Errorf("%s lists %+v", path, got)
		}
	}
	if got := reads[list](t, s, civil, "/clues?assist=true"); len(got.Clues) != 1 {
		t.Errorf("civil affairs assist in %+v", got)
	}
	limits := reads[struct {
		Limits []struct{ Text, DueDate string }
	}](t, s, market, at+"/limits")
	if len(limits.Limits) != 1 || !strings.Contains(limits.Limits[0].Text, "15") {
		t.Errorf("limits %+v", limits)
	}
	webtest.Refused(t, s.post(t, market, at+"/extend", `{"reason":"需要等待检验结论"}`), http.StatusForbidden)
	if c = does[clueweb.Shown](t, s, head, at+"/extend", `{"reason":"需要等待检验结论"}`); len(c.Limits) != 1 || c.Limits[0].N != 30 {
		t.Errorf("extended to %+v", c.Limits)
	}
	webtest.Refused(t, s.post(t, head, at+"/extend", `{"reason":"仍需要等待检验结论"}`), http.StatusConflict)
	c = does[clueweb.Shown](t, s, market, at+"/conclude", `{"outcome":"case","act":"2026-07-03","summary":"现场检查，搭售情况属实。","evidence":["收费单据"]}`)
	if c.Outcome != "case" || c.Summary == "" {
		t.Errorf("concluded %+v", c)
	}
	p := s.track(t, r.Code)
	if p.State != "已答复" || len(p.Answers) != 1 || p.Lead != "武隆区市场监督管理局" || !strings.Contains(p.Basis, "第43条") || len(p.Steps) == 0 {
		t.Errorf("the reporter sees %+v", p)
	}
	does[clueweb.Shown](t, s, market, at+"/answer", `{"text":"经办人已与您联系。"}`)
	if p = s.track(t, r.Code); len(p.Answers) != 2 {
		t.Errorf("after a second answer %+v", p.Answers)
	}
}

// TestAStrayClueOverHTTP: returned, disputed, ruled, re-routed; what ran runs on.
func TestAStrayClueOverHTTP(t *testing.T) {
	s := newScene(t)
	r := does[clue.Receipt](t, s, intake, "/clues", `{"source":"hotline","origin":"12345-1","town":"和顺镇","text":"村口耕地里新修了两座坟。"}`)
	at := "/clues/" + r.Clue
	does[clueweb.Shown](t, s, intake, at+"/route", `{"offence":"scattered_burial"}`)
	due := reads[clueweb.Shown](t, s, intake, at).Limits
	does[clueweb.Shown](t, s, civil, at+"/return", `{"ground":"return.not_competent","note":"在耕地上","suggested":"ghzrzyj"}`)
	c := does[clueweb.Shown](t, s, land, at+"/dispute", `{"reason":"占用耕地尚未查明","basis":"《殡葬管理条例》"}`)
	if c.Title != "职责争议" || c.Dispute.Unit != "ghzrzyj" || c.Refusals[0].Note != "在耕地上" {
		t.Errorf("disputed %+v", c)
	}
	does[clueweb.Shown](t, s, office, at+"/rule", `{"lead":"ghzrzyj","offence":"farmland_grave","basis":"《土地管理法》","reason":"地籍图显示在耕地上"}`)
	c = reads[clueweb.Shown](t, s, land, at)
	if c.Title != "已分办" || c.To.By != "ruling" || len(c.Limits) != len(due) {
		t.Fatalf("after the ruling %+v", c)
	}
	for i, d := range c.Limits {
		if d.ID != due[i].ID || !d.Due.Equal(due[i].Due) {
			t.Errorf("%s moved from %s to %s", d.ID, due[i].Due, d.Due)
		}
	}
	if p := s.track(t, r.Code); len(p.Refusals) != 1 || p.Refusals[0].Basis == "" {
		t.Errorf("the reporter sees %+v", p)
	}
	if got := reads[list](t, s, police, "/offenses/farmland_grave/precedents"); len(got.Clues) != 1 || got.Clues[0].Ruling == nil {
		t.Errorf("precedents %+v", got)
	}
}

// TestADuplicateOverHTTP: the same matter twice is one clue with two answers.
func TestADuplicateOverHTTP(t *testing.T) {
	s := newScene(t)
	one := does[clue.Receipt](t, s, "", "/clues", complaint)
	two := does[clue.Receipt](t, s, "", "/clues", `{"facility":"500156-JG-000001","offence":"bundled_sale","text":"不买套餐就不给告别厅。"}`)
	if one.Clue == two.Clue {
		t.Fatal("two reports are one clue before anybody said so")
	}
	if got := reads[list](t, s, intake, "/clues/"+two.Clue+"/similar"); len(got.Clues) != 1 || got.Clues[0].ID != one.Clue {
		t.Errorf("similar %+v", got)
	}
	if c := does[clueweb.Shown](t, s, intake, "/clues/"+two.Clue+"/merge", fmt.Sprintf(`{"into":%q}`, one.Clue)); c.Title != "已并案" || c.Into != one.Clue {
		t.Errorf("merged %+v", c)
	}
	does[clueweb.Shown](t, s, market, "/clues/"+one.Clue+"/accept", "")
	does[clueweb.Shown](t, s, market, "/clues/"+one.Clue+"/conclude", `{"outcome":"unfounded","summary":"没有发现搭售。","evidence":["笔录"]}`)
	for _, r := range []clue.Receipt{one, two} {
		if p := s.track(t, r.Code); len(p.Answers) != 1 {
			t.Errorf("%s was answered %+v", r.Clue, p.Answers)
		}
	}
}

// TestTheReporterIsSealed: how to reach them is shown to the intake alone, each
// time with a reason that is kept.
func TestTheReporterIsSealed(t *testing.T) {
	s := newScene(t)
	r := does[clue.Receipt](t, s, "", "/clues", complaint)
	at := "/clues/" + r.Clue
	for _, path := range []string{at, "/clues", at + "/limits", at + "/similar"} {
		for _, token := range []string{market, intake, office} {
			a := webtest.Get(t, s.server, "/api/v1"+path, webtest.Call{Token: token})
			for _, secret := range []string{"赵德柱", "13900000001", r.Code} {
				if strings.Contains(string(a.Body), secret) {
					t.Errorf("%s tells %s to %s", path, secret, token)
				}
			}
		}
	}
	webtest.Refused(t, s.post(t, market, at+"/contact", `{"reason":"需要补充证据"}`), http.StatusForbidden)
	webtest.Refused(t, s.post(t, "", at+"/contact", `{"reason":"需要补充证据"}`), http.StatusUnauthorized)
	webtest.Refused(t, s.post(t, intake, at+"/contact", `{"reason":""}`), http.StatusUnprocessableEntity)
	if c := does[clue.Contact](t, s, intake, at+"/contact", `{"reason":"需要补充证据"}`); c.Name != "赵德柱" || c.Phone != "13900000001" {
		t.Errorf("the intake reads %+v", c)
	}
	if noted := servicetest.Of[events.ClueUnmasked](t, s.log); len(noted) != 1 {
		t.Errorf("%d looks were noted", len(noted))
	}
}

// TestTheReceiptIsTheSendersAlone: a request sent again answers with the same
// receipt; another's key gives nobody another's code.
func TestTheReceiptIsTheSendersAlone(t *testing.T) {
	s := newScene(t)
	call := webtest.Call{Key: "one", Body: complaint}
	mine := webtest.Read[clue.Receipt](t, webtest.Post(t, s.server, "/api/v1/clues", call))
	if again := webtest.Read[clue.Receipt](t, webtest.Post(t, s.server, "/api/v1/clues", call)); again != mine || mine.Code == "" {
		t.Errorf("sent again: %+v; want %+v", again, mine)
	}
	call.Body = strings.Replace(complaint, "花圈", "花篮", 1)
	if other := webtest.Read[clue.Receipt](t, webtest.Post(t, s.server, "/api/v1/clues", call)); other.Code == mine.Code {
		t.Error("another's report with the same key was given the receipt")
	}
	s.pump()
	if a := webtest.Get(t, s.server, "/api/v1/clues/"+mine.Clue, webtest.Call{Token: intake}); strings.Contains(string(a.Body), mine.Code) {
		t.Error("the code is shown a second time")
	}
}

func TestRefusals(t *testing.T) {
	s := newScene(t)
	at := "/clues/" + does[clue.Receipt](t, s, "", "/clues", complaint).Clue
	const unprocessable = http.StatusUnprocessableEntity
	for _, tt := range []struct {
		token, path, body string
		status            int
	}{
		{"", "/clues", `{"text":"不知道是哪里的问题。"}`, unprocessable},
		{"", "/clues", `{"text":"` + strings.Repeat("多", 2001) + `","town":"和顺镇"}`, unprocessable},
		{"", "/clues", strings.Replace(complaint, `"text"`, `"skip":1,"text"`, 1), unprocessable},
		{"", "/clues", strings.Replace(complaint, "13900000001", "call me", 1), unprocessable},
		{intake, "/clues", `{"source":"rumor","town":"和顺镇","text":"听说有人卖墓。"}`, unprocessable},
		{"", "/clues/track", `{"code":"1"}`, unprocessable},
		{"", "/clues/track", `{"code":"0000-0000-0000-0000"}`, http.StatusNotFound},
		{"", at + "/accept", "", http.StatusUnauthorized},
		{police, at + "/sign", "", http.StatusForbidden},
		{police, at + "/accept", "", http.StatusForbidden},
		{civil, at + "/accept", "", http.StatusForbidden},
		{market, at + "/route", `{"offence":"noise"}`, http.StatusForbidden},
		{intake, at + "/route", `{"offence":"noise"}`, http.StatusConflict},
		{market, at + "/return", `{"ground":"busy","suggested":"gaj"}`, unprocessable},
		{market, at + "/return", `{"ground":"return.not_competent","suggested":"scjgj"}`, unprocessable},
		{intake, at + "/rule", `{"lead":"gaj","basis":"职责","reason":"职责"}`, http.StatusForbidden},
		{office, at + "/rule", `{"lead":"gaj","offence":"noise","basis":"职责","reason":"职责"}`, http.StatusConflict},
		{market, at + "/conclude", `{"outcome":"fine","summary":"没有发现。","evidence":["笔录"]}`, unprocessable},
		{market, at + "/conclude", `{"outcome":"unfounded","summary":"没有发现。","evidence":["笔录"]}`, http.StatusConflict},
		{market, at + "/answer", `{"text":"已经核查。"}`, http.StatusConflict},
		{intake, at + "/merge", `{"into":"500156-XS-2026-000099"}`, http.StatusNotFound},
		{market, "/clues/500156-XS-2026-000099/accept", "", http.StatusNotFound},
		{market, "/clues/1/accept", "", unprocessable},
	} {
		a := s.post(t, tt.token, tt.path, tt.body)
		if a.Status != tt.status {
			t.Errorf("%s %.60s: %d %.200s; want %d", tt.path, tt.body, a.Status, a.Body, tt.status)
			continue
		}
		webtest.Refused(t, a, tt.status)
	}
	for token, status := range map[string]int{police: http.StatusForbidden, "": http.StatusUnauthorized} {
		webtest.Refused(t, webtest.Get(t, s.server, "/api/v1"+at, webtest.Call{Token: token}), status)
	}
	webtest.Refused(t, webtest.Get(t, s.server, "/api/v1/clues?unit=scjgj", webtest.Call{Token: police}), http.StatusForbidden)
}

// TestWhatACitizenMayChooseFrom: the matters, each with the unit that deals
// with it.
func TestWhatACitizenMayChooseFrom(t *testing.T) {
	s := newScene(t)
	got := reads[struct {
		Offenses []clue.Offence `json:"offenses"`
	}](t, s, "", "/offenses")
	i := slices.IndexFunc(got.Offenses, func(o clue.Offence) bool { return o.Code == "bundled_sale" })
	if i < 0 || got.Offenses[i].Lead != "武隆区市场监督管理局" || got.Offenses[i].Plain == "" {
		t.Errorf("offenses %+v", got)
	}
}

// TestEveryActIsDescribed keeps an act of the service from having no operation.
func TestEveryActIsDescribed(t *testing.T) {
	s := newScene(t)
	posts := webtest.Acts(t, s.server)
	want := []string{
		"clue-accept", "clue-answer", "clue-conclude", "clue-contact", "clue-dispute", "clue-extend", "clue-merge", "clue-receive", "clue-reopen", "clue-return",
		"clue-route", "clue-rule", "clue-sign", "clue-track",
	}
	if !slices.Equal(posts, want) {
		t.Errorf("the acts are %v", posts)
	}
}
