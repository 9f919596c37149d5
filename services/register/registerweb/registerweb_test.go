package registerweb_test

import (
	"context"
	"fmt"
	"net/http"
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
	"shenzhong/services/register"
	"shenzhong/services/register/registerweb"
)

const (
	keeper  = "token-of-the-registrar"
	market  = "token-of-another-registrar"
	officer = "token-of-the-officer"
	admin   = "token-of-the-administrator"
	auditor = "token-of-the-auditor"
	party   = "token-of-the-facility"

	home = `{"name":"青松殡仪馆","category":"funeral_home","subject_kind":"institution","uscc":"12100000400000624D","town":"凤山街道","address":"松涛路1号","risk":"M","established":"2009-04-01"}`
	wang = `{"name":"王守正","unit":"mzj","cert_no":"50015600101","cert_until":"2028-12-31","skills":["消防"],"max":4}`
)

// scene is a server with the registers of a district behind it.
type scene struct {
	servicetest.Ground
	*register.Service
	log    *store.Memory
	server *web.Server
	keys   int
}

func newScene(t *testing.T) *scene {
	t.Helper()
	g := servicetest.NewGround(t, time.Date(2026, 11, 24, 2, 0, 0, 0, time.UTC))
	log := store.NewMemory()
	s, err := register.New(context.Background(), register.Config{District: "500156", Log: log, Tables: view.NewMemory(), Clock: g.Clock, Law: g.Law})
	if err != nil {
		t.Fatal(err)
	}
	server := webtest.New(t, g.Clock, webtest.Actors{
		keeper:  {ID: "500156-RY-mzj-001", Unit: "mzj", Roles: []identity.Role{identity.Registrar}},
		market:  {ID: "500156-RY-scjgj-001", Unit: "scjgj", Roles: []identity.Role{identity.Registrar}},
		officer: {ID: "500156-RY-000001", Unit: "mzj", Roles: []identity.Role{identity.Officer}},
		admin:   {ID: "500156-RY-sjb-001", Unit: "sjb", Roles: []identity.Role{identity.Admin}},
		auditor: {ID: "500156-RY-sjb-002", Unit: "sjb", Roles: []identity.Role{identity.Auditor}},
		party:   {ID: "500156-JG-000001", Unit: "500156-JG-000001", Roles: []identity.Role{identity.Party}},
	})
	registerweb.Mount(server.API(), s)
	return &scene{Ground: g, Service: s, log: log, server: server}
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

// does posts an act that must succeed and returns the entry.
func does[E any](t *testing.T, s *scene, token, path, body string) E {
	t.Helper()
	a := s.post(t, token, path, body)
	if a.Status != http.StatusOK && a.Status != http.StatusCreated {
		t.Fatalf("%s: %d %s", path, a.Status, a.Body)
	}
	return webtest.Read[E](t, a)
}

// TestFacilityOverHTTP drives a facility from its entry to its closing by the
// interface alone.
func TestFacilityOverHTTP(t *testing.T) {
	s := newScene(t)
	f := does[events.Facility](t, s, keeper, "/facilities", home)
	at := "/facilities/" + f.ID
	if f.ID != "500156-JG-000001" || f.Status != "open" || f.Town != "凤山街道" {
		t.Fatalf("entered %+v", f)
	}
	moved := strings.TrimSuffix(strings.Replace(home, "松涛路1号", "松涛路2号", 1), "}") + `,"reason":"门牌号有误"}`
	if f = does[events.Facility](t, s, keeper, at+"/correct", moved); f.Address != "松涛路2号" {
		t.Errorf("corrected %+v", f)
	}
	f = does[events.Facility](t, s, officer, at+"/flag", `{"kind":"abnormal","reason":"年报未报","evidence":["渝市监异〔2026〕3号"]}`)
	if len(f.Flags) != 1 || f.Flags[0].Since != "2026-11-24" {
		t.Errorf("flagged %+v", f)
	}
	webtest.Refused(t, s.post(t, officer, at+"/unflag", `{"kind":"abnormal","reason":"已移出"}`), http.StatusForbidden)
	if f = does[events.Facility](t, s, keeper, at+"/unflag", `{"kind":"abnormal","reason":"已移出"}`); len(f.Flags) != 0 {
		t.Errorf("unflagged %+v", f)
	}
	for query, want := range map[string]int{
		"": 1, "?category=funeral_home&status=open": 1, "?risk=H": 0, "?after=" + f.ID: 0, "?uscc=12100000400000624D&limit=1": 1,
	} {
		got := webtest.Read[struct{ Facilities []events.Facility }](t, s.get(t, auditor, "/facilities"+query))
		if len(got.Facilities) != want || got.Facilities == nil {
			t.Errorf("%q lists %+v", query, got)
		}
	}
	if f = does[events.Facility](t, s, keeper, at+"/close", `{"on":"2026-11-20","reason":"注销"}`); f.Status != "closed" || f.ClosedOn != "2026-11-20" {
		t.Errorf("closed %+v", f)
	}
	webtest.Refused(t, s.post(t, keeper, at+"/correct", moved), http.StatusConflict)
	servicetest.MustVerify(t, s.log)
}

// TestOfficerOverHTTP drives an officer from entry to leaving.
func TestOfficerOverHTTP(t *testing.T) {
	s := newScene(t)
	f := does[events.Facility](t, s, keeper, "/facilities", home)
	o := does[events.Officer](t, s, keeper, "/officers", strings.TrimSuffix(wang, "}")+fmt.Sprintf(`,"interests":[{"facility":%q,"reason":"配偶任职"}]}`, f.ID))
	at := "/officers/" + o.ID
	if o.ID != "500156-RY-000001" || len(o.Interests) != 1 {
		t.Fatalf("entered %+v", o)
	}
	renewed := strings.TrimSuffix(strings.Replace(wang, "2028", "2031", 1), "}") + `,"reason":"换证"}`
	if o = does[events.Officer](t, s, keeper, at+"/correct", renewed); o.CertUntil != "2031-12-31" || len(o.Interests) != 1 {
		t.Errorf("renewed %+v", o)
	}
	withdraw := fmt.Sprintf(`{"facility":%q,"reason":"配偶已调离"}`, f.ID)
	webtest.Refused(t, s.post(t, officer, at+"/withdraw", withdraw), http.StatusForbidden)
	if o = does[events.Officer](t, s, keeper, at+"/withdraw", withdraw); len(o.Interests) != 0 {
		t.Errorf("withdrawn %+v", o)
	}
	webtest.Refused(t, s.post(t, keeper, at+"/withdraw", withdraw), http.StatusConflict)
	if o = does[events.Officer](t, s, officer, at+"/declare", fmt.Sprintf(`{"facility":%q,"reason":"本人曾任职"}`, f.ID)); len(o.Interests) != 1 {
		t.Errorf("declared %+v", o)
	}
	if got := webtest.Read[events.Officer](t, s.get(t, officer, at)); got.CertNo != "50015600101" {
		t.Errorf("reads %+v", got)
	}
	if got := webtest.Read[struct{ Officers []events.Officer }](t, s.get(t, auditor, "/officers?unit=mzj&status=active")); len(got.Officers) != 1 {
		t.Errorf("lists %+v", got)
	}
	if o = does[events.Officer](t, s, keeper, at+"/leave", `{"reason":"退休"}`); o.Status != "left" {
		t.Errorf("left %+v", o)
	}
}

// TestPublicLists reads without a token what the plan publishes.
func TestPublicLists(t *testing.T) {
	s := newScene(t)
	loaded := does[struct{ Items []register.ItemRow }](t, s, keeper, "/district/load", "")
	if len(loaded.Items) != len(s.Law.Items(s.Today())) {
		t.Fatalf("loaded %d items", len(loaded.Items))
	}
	before := len(servicetest.Facts(t, s.log))
	does[struct{ Items []register.ItemRow }](t, s, keeper, "/district/load", "")
	if n := len(servicetest.Facts(t, s.log)) - before; n != 0 {
		t.Errorf("loading again made %d commits", n)
	}
	if got := webtest.Read[struct {
		Areas []struct{ Code, Lead, Basis string }
	}](t, s.get(t, "", "/areas")); len(got.Areas) != 6 || got.Areas[0].Lead != "mzj" || got.Areas[0].Basis == "" {
		t.Errorf("areas %+v", got)
	}
	if got := webtest.Read[struct{ Units []events.Unit }](t, s.get(t, "", "/units?kind=member")); len(got.Units) != 23 {
		t.Errorf("%d members", len(got.Units))
	}
	kinds := webtest.Read[struct {
		Categories   []struct{ Code, Name string }
		SubjectKinds []struct{ Code, Name string } `json:"subject_kinds"`
	}](t, s.get(t, "", "/facility-kinds"))
	if len(kinds.Categories) < 10 || len(kinds.SubjectKinds) != 6 {
		t.Errorf("kinds %+v", kinds)
	}
	i := does[register.Item](t, s, keeper, "/items/mzj-102/retire", `{"reason":"清单调整"}`)
	if i.State != register.Retired {
		t.Errorf("retired %+v", i)
	}
	got := webtest.Read[struct{ Items []register.ItemRow }](t, s.get(t, "", "/items?state=retired"))
	if len(got.Items) != 1 || got.Items[0].Code != "mzj-102" || got.Items[0].Reason != "清单调整" {
		t.Errorf("retired items %+v", got)
	}
	if i = does[register.Item](t, s, keeper, "/items/mzj-102/publish", ""); i.State != register.Published {
		t.Errorf("published %+v", i)
	}
	webtest.Refused(t, s.post(t, keeper, "/items/mzj-999/publish", ""), http.StatusUnprocessableEntity)
}

func TestSameKeyEntersOnce(t *testing.T) {
	s := newScene(t)
	call := webtest.Call{Token: keeper, Key: "one", Body: home}
	first := webtest.Read[events.Facility](t, webtest.Post(t, s.server, "/api/v1/facilities", call))
	again := webtest.Read[events.Facility](t, webtest.Post(t, s.server, "/api/v1/facilities", call))
	if first.ID == "" || first.ID != again.ID {
		t.Errorf("entered %q and %q", first.ID, again.ID)
	}
	p := webtest.Refused(t, s.post(t, keeper, "/facilities", home), http.StatusConflict)
	if !strings.Contains(p.Detail, first.ID) {
		t.Errorf("the refusal says %q", p.Detail)
	}
}
