package watchweb_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"shenzhong/events"
	"shenzhong/services/kit/identity"
	"shenzhong/services/kit/servicetest"
	"shenzhong/services/kit/store"
	"shenzhong/services/kit/view"
	"shenzhong/services/kit/web"
	"shenzhong/services/kit/web/webtest"
	"shenzhong/services/watch"
	"shenzhong/services/watch/watchweb"
)

const (
	civil  = "token-of-civil-affairs"
	head   = "token-of-the-head-of-civil-affairs"
	town   = "token-of-the-town"
	police = "token-of-public-security"
	office = "token-of-the-coordinating-office"

	report = `{"seen":"patrol","matter":"scattered_burial","town":"和顺镇","day":"2026-07-06","text":"巡查发现新坟一座。","evidence":["照片 1 张"]}`
)

type scene struct {
	servicetest.Ground
	server *web.Server
	pump   func()
	keys   int
}

func newScene(t *testing.T) *scene {
	t.Helper()
	g := servicetest.NewGround(t, time.Date(2026, 7, 6, 1, 20, 0, 0, time.UTC))
	log := store.NewMemory()
	s, err := watch.New(context.Background(), watch.Config{District: "500156", Log: log, Tables: view.NewMemory(), Clock: g.Clock, Law: g.Law, Calendar: g.Calendar})
	if err != nil {
		t.Fatal(err)
	}
	register := servicetest.NewVoice("register", g.Clock)
	register.Say(t, "facility", "500156-JG-000001", events.FacilityChanged{Facility: events.Facility{ID: "500156-JG-000001", Name: "武隆区殡仪馆", Town: "芙蓉街道"}})
	pump := func() { servicetest.Pump(t, []store.Log{register.Log, log}, s.Reactions()) }
	pump()
	actors := webtest.Actors{
		head:   {ID: "500156-RY-mzj-900", Unit: "mzj", Roles: []identity.Role{identity.Leader}},
		office: {ID: "500156-RY-zbb-001", Unit: "zbb", Roles: []identity.Role{identity.Office}},
	}
	for token, unit := range map[string]string{civil: "mzj", town: "xz-heshun", police: "gaj"} {
		actors[token] = identity.Actor{ID: "500156-RY-" + unit + "-009", Unit: unit, Roles: []identity.Role{identity.Officer}}
	}
	server := webtest.New(t, g.Clock, actors)
	watchweb.Mount(server.API(), s)
	return &scene{Ground: g, server: server, pump: pump}
}

func (s *scene) post(t *testing.T, token, path, body string) webtest.Answer {
	t.Helper()
	s.keys++
	s.Clock.Advance(time.Minute)
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

type alerts struct{ Alerts []watchweb.AlertShown }

// TestAnAlertOverHTTP carries three reports to the alert, the joint response and
// the conclusion.
func TestAnAlertOverHTTP(t *testing.T) {
	s := newScene(t)
	for range 2 {
		if x := does[watchweb.SignalShown](t, s, civil, "/signals", report); x.Title != "计入" || x.Town != "xz-heshun" || x.Seen != "patrol" || len(x.Evidence) != 1 {
			t.Fatalf("noted %+v", x)
		}
	}
	gauges := reads[struct{ Gauges []watchweb.GaugeShown }](t, s, town, "/gauges?rule=burial&place=xz-heshun").Gauges
	if len(gauges) != 1 || gauges[0].Title != "监测中" || gauges[0].Today != 2 || gauges[0].Threshold != 3 || gauges[0].Name != "散埋乱葬多发" || len(gauges[0].Signals) != 2 || gauges[0].Gauge != "500156-JCD-burial-xz-heshun" {
		t.Fatalf("gauges %+v", gauges)
	}
	x := does[watchweb.SignalShown](t, s, town, "/signals", report)
	if got := reads[watchweb.SignalShown](t, s, office, "/signals/"+x.ID); got.Text == "" || got.Unit != "xz-heshun" {
		t.Errorf("the signal reads %+v", got)
	}
	if got := reads[struct{ Signals []watchweb.SignalShown }](t, s, office, "/signals?sort=report&town=和顺镇&state=counts").Signals; len(got) != 3 {
		t.Errorf("signals %+v", got)
	}
	if got := reads[struct{ Gauges []watchweb.GaugeShown }](t, s, town, "/gauges?state=alarming").Gauges; len(got) != 1 || got[0].Title != "预警中" {
		t.Errorf("gauges %+v", got)
	}
	list := reads[alerts](t, s, civil, "/alerts?state=raised").Alerts
	if len(list) != 1 || list[0].Title != "已发出" || list[0].To.Lead != "mzj" || len(list[0].Limits) != 1 {
		t.Fatalf("alerts %+v", list)
	}
	at := "/alerts/" + list[0].ID
	if a := does[watchweb.AlertShown](t, s, civil, at+"/acknowledge", ""); a.Title != "已签收" {
		t.Errorf("acknowledged %+v", a)
	}
	if a := does[watchweb.AlertShown](t, s, town, at+"/respond", `{"text":"已到现场劝阻。","evidence":["照片 2 张"]}`); len(a.Responses) != 1 || a.Responses[0].Unit != "xz-heshun" {
		t.Errorf("responded %+v", a)
	}
	a := does[watchweb.AlertShown](t, s, civil, at+"/conclude", `{"outcome":"clue","text":"情况属实，依法查处。","evidence":["笔录"]}`)
	if a.Title != "已处置" || a.Outcome != "clue" || len(a.Limits) != 0 {
		t.Errorf("concluded %+v", a)
	}
	for path, want := range map[string]int{"/alerts": 1, "/alerts?state=raised": 0, "/alerts?unit=xz-heshun": 1, "/alerts?unit=gaj": 0, "/alerts?rule=tomb": 0} {
		if got := reads[alerts](t, s, office, path).Alerts; len(got) != want {
			t.Errorf("%s lists %+v", path, got)
		}
	}
	if got := reads[alerts](t, s, police, "/alerts").Alerts; len(got) != 0 {
		t.Errorf("the police see %+v", got)
	}
	rules := reads[struct {
		Rules []watch.Rule
		Seen  []watch.Choice
	}](t, s, police, "/watch/rules")
	if !slices.ContainsFunc(rules.Rules, func(r watch.Rule) bool {
		return r.ID == "safety" && r.Urgent && strings.Contains(r.Caution, "本地设置")
	}) || len(rules.Seen) != 4 {
		t.Errorf("rules %+v", rules)
	}
}

// TestAFalseAlarmTakesTheHead: the officer who signed cannot call it false.
func TestAFalseAlarmTakesTheHead(t *testing.T) {
	s := newScene(t)
	for range 3 {
		does[watchweb.SignalShown](t, s, civil, "/signals", report)
	}
	at := "/alerts/" + reads[alerts](t, s, civil, "/alerts").Alerts[0].ID
	does[watchweb.AlertShown](t, s, civil, at+"/acknowledge", "")
	const dismissed = `{"outcome":"unfounded","text":"三次所见为同一座坟。","evidence":["照片比对"]}`
	webtest.Refused(t, s.post(t, civil, at+"/conclude", dismissed), http.StatusForbidden)
	if a := does[watchweb.AlertShown](t, s, head, at+"/conclude", dismissed); a.Outcome != "unfounded" {
		t.Errorf("dismissed %+v", a)
	}
	webtest.Refused(t, s.post(t, head, at+"/conclude", dismissed), http.StatusConflict)
}

func TestRefusals(t *testing.T) {
	s := newScene(t)
	for range 3 {
		does[watchweb.SignalShown](t, s, civil, "/signals", report)
	}
	at := "/alerts/" + reads[alerts](t, s, civil, "/alerts").Alerts[0].ID
	const unprocessable = http.StatusUnprocessableEntity
	for _, tt := range []struct {
		token, path, body string
		status            int
	}{
		{"", "/signals", report, http.StatusUnauthorized},
		{head, "/signals", report, http.StatusForbidden},
		{civil, "/signals", strings.Replace(report, "patrol", "rumor", 1), unprocessable},
		{civil, "/signals", strings.Replace(report, "2026-07-06", "2026-07-07", 1), unprocessable},
		{civil, "/signals", strings.Replace(report, "2026-07-06", "gestern", 1), unprocessable},
		{civil, "/signals", strings.Replace(report, "scattered_burial", "no_such_matter", 1), unprocessable},
		{civil, "/signals", strings.Replace(report, "和顺镇", "某镇", 1), unprocessable},
		{civil, "/signals", strings.Replace(report, "新坟一座", "坟主13900000001", 1), unprocessable},
		{"", at + "/acknowledge", "", http.StatusUnauthorized},
		{police, at + "/acknowledge", "", http.StatusForbidden},
		{office, at + "/acknowledge", "", http.StatusForbidden},
		{civil, at + "/conclude", `{"outcome":"remedied","text":"已经消除。","evidence":["照片"]}`, http.StatusConflict},
		{civil, at + "/conclude", `{"outcome":"remedied","text":"已经消除。","evidence":[]}`, unprocessable},
		{civil, at + "/conclude", `{"outcome":"forgotten","text":"已经消除。","evidence":["照片"]}`, unprocessable},
		{police, at + "/respond", `{"text":"已到现场。"}`, http.StatusForbidden},
		{civil, "/alerts/500156-YJ-2026-000099/acknowledge", "", http.StatusNotFound},
		{civil, "/alerts/1/acknowledge", "", unprocessable},
	} {
		a := s.post(t, tt.token, tt.path, tt.body)
		if a.Status != tt.status {
			t.Errorf("%s %.60s: %d %.200s; want %d", tt.path, tt.body, a.Status, a.Body, tt.status)
			continue
		}
		webtest.Refused(t, a, tt.status)
	}
	for path, status := range map[string]int{
		at: http.StatusForbidden, "/alerts/500156-YJ-2026-000099": http.StatusNotFound, "/alerts/x": unprocessable, "/signals/500156-XH-2026-000099": http.StatusNotFound,
		"/signals/500156-YJ-2026-000001": unprocessable, "/gauges?state=loud": unprocessable, "/alerts?limit=0": unprocessable,
	} {
		webtest.Refused(t, webtest.Get(t, s.server, "/api/v1"+path, webtest.Call{Token: police}), status)
	}
}

// TestEveryActIsDescribed keeps an act of the service from having no operation.
func TestEveryActIsDescribed(t *testing.T) {
	s := newScene(t)
	if posts := webtest.Acts(t, s.server); !slices.Equal(posts, []string{"alert-acknowledge", "alert-conclude", "alert-respond", "signal-note"}) {
		t.Errorf("the acts are %v", posts)
	}
}
