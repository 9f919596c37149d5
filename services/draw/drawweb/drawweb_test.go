package drawweb_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"shenzhong/events"
	"shenzhong/services/draw"
	"shenzhong/services/draw/drawweb"
	"shenzhong/services/draw/fdraw"
	"shenzhong/services/kit/identity"
	"shenzhong/services/kit/servicetest"
	"shenzhong/services/kit/store"
	"shenzhong/services/kit/view"
	"shenzhong/services/kit/web"
	"shenzhong/services/kit/web/webtest"
	"shenzhong/services/kit/workday"
)

const (
	civil    = "token-of-civil-affairs"
	market   = "token-of-market-supervision"
	justice  = "token-of-the-justice-bureau"
	forest   = "token-of-the-forestry-bureau"
	head     = "token-of-the-head-of-civil-affairs"
	office   = "token-of-the-coordinating-office"
	auditor  = "token-of-the-auditor"
	facility = "500156-JG-000001" // always drawn

	batch  = "500156-PC-2026-000101"
	drawID = "500156-2026-0001"
	at     = "/draws/" + drawID
	number = "02 05 11 14 18 23 27 31 36 40 44 47 52 55 59 63 66 70 74 79"
)

func hour(day, hour, minute int) time.Time {
	return time.Date(2026, 3, day, hour, minute, 0, 0, workday.Zone)
}

var (
	freezeBy = hour(3, 18, 0)
	revealBy = hour(3, 20, 0)
	beaconAt = hour(3, 21, 30)
	openBy   = time.Date(2026, 4, 15, 18, 0, 0, 0, workday.Zone)
)

// scene is a server with the draws of a district behind it.
type scene struct {
	servicetest.Ground
	server  *web.Server
	service *draw.Service
	log     *store.Memory
	inspect *servicetest.Voice
	actors  webtest.Actors
	keys    int
}

func newScene(t *testing.T) *scene {
	t.Helper()
	g := servicetest.NewGround(t, hour(2, 9, 0))
	s := &scene{Ground: g, log: store.NewMemory(), inspect: servicetest.NewVoice("inspect", g.Clock)}
	var err error
	s.service, err = draw.New(context.Background(), draw.Config{District: "500156", Log: s.log, Tables: view.NewMemory(), Clock: g.Clock, Law: g.Law, Hash: fdraw.SM3})
	if err != nil {
		t.Fatal(err)
	}
	s.actors = webtest.Actors{
		head:    {ID: "500156-RY-mzj-900", Unit: "mzj", Roles: []identity.Role{identity.Leader}},
		office:  {ID: "500156-RY-zbb-001", Unit: "zbb", Roles: []identity.Role{identity.Office}},
		auditor: {ID: "500156-RY-sjj-001", Unit: "sjj", Roles: []identity.Role{identity.Auditor}},
	}
	for token, unit := range map[string]string{civil: "mzj", market: "scjgj", justice: "sfj", forest: "lyj"} {
		s.actors[token] = identity.Actor{ID: "500156-RY-" + unit + "-001", Unit: unit, Roles: []identity.Role{identity.Officer}}
	}
	s.server = webtest.New(t, g.Clock, s.actors)
	drawweb.Mount(s.server.API(), s.service)
	s.inspect.Say(t, "batch", batch, events.BatchAnnounced{
		Batch: batch, Round: 1, Plan: "500156-JH-2026-000001", No: 1, Title: "第一批", Lead: "mzj", Categories: []string{"shop"}, Parties: []string{"scjgj", "mzj", "sfj"},
		Quorum: 2, CommitBy: hour(3, 17, 0), FreezeBy: freezeBy, RevealBy: revealBy, Beacon: "cwl-kl8 2026052", BeaconAt: beaconAt, OpenBy: openBy,
	})
	s.pump(t)
	return s
}

func (s *scene) pump(t *testing.T) {
	t.Helper()
	servicetest.Pump(t, []store.Log{s.log, s.inspect.Log}, s.service.Reactions())
}

// frozen is what inspect froze: twelve shops and ten officers of two units.
func frozen() events.BatchFrozen {
	f := events.BatchFrozen{Batch: batch, Round: 1, Turns: []events.Turn{{Category: "shop", Draw: 1, Of: 2}}}
	for i := range 12 {
		c := events.Candidate{
			Facility: fmt.Sprintf("500156-JG-%06d", i+1), Name: "服务部", Category: "shop", Stratum: "shop.H", Grade: "D", Risk: "M", Flags: []string{},
			Tasks: []events.UnitTask{{Unit: "mzj", Officers: 2}, {Unit: "scjgj", Officers: 2}},
		}
		if i == 0 {
			c.Flags = []string{"complaints"}
		}
		f.Candidates = append(f.Candidates, c)
	}
	for i := range 10 {
		o := events.CandidateOfficer{Officer: fmt.Sprintf("500156-RY-%06d", i+1), Unit: "mzj", Max: 12}
		if i >= 5 {
			o.Unit = "scjgj"
		}
		f.Officers = append(f.Officers, o)
	}
	return f
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

// shown is a draw as everybody sees it.
type shown struct {
	draw.Public
	StateTitle string `json:"state_title"`
}

// does posts an act that must succeed, and lets its facts travel.
func (s *scene) does(t *testing.T, token, path, body string) shown {
	t.Helper()
	a := s.post(t, token, path, body)
	if a.Status != http.StatusOK {
		t.Fatalf("%s: %d %s", path, a.Status, a.Body)
	}
	s.pump(t)
	return webtest.Read[shown](t, a)
}

func nonce(unit string) fdraw.Digest { return fdraw.SM3.Raw("secret of " + unit) }

func commitment(unit string) string {
	c := fdraw.Commit{Head: fdraw.Head{Draw: drawID, Attempt: 1}, Party: unit, Nonce: nonce(unit)}
	return fmt.Sprintf(`{"commit":%q}`, c.Digest(fdraw.SM3))
}

func opening(unit string) string { return fmt.Sprintf(`{"nonce":%q}`, nonce(unit)) }

func typed(value string) string { return fmt.Sprintf(`{"value":%q}`, value) }

// committed goes on to the frozen lists.
func (s *scene) committed(t *testing.T) {
	t.Helper()
	for token, unit := range map[string]string{civil: "mzj", market: "scjgj", justice: "sfj"} {
		s.does(t, token, at+"/commit", commitment(unit))
	}
	s.Clock.Set(freezeBy)
	s.inspect.Say(t, "batch", batch, frozen())
	s.pump(t)
}

// sealed goes on to the sealed result; the justice bureau stays away.
func (s *scene) sealed(t *testing.T) {
	t.Helper()
	s.committed(t)
	s.does(t, civil, at+"/reveal", opening("mzj"))
	s.does(t, market, at+"/reveal", opening("scjgj"))
	s.Clock.Set(revealBy.Add(time.Minute))
	s.does(t, civil, at+"/close", "")
	s.Clock.Set(beaconAt.Add(time.Hour))
	s.does(t, civil, at+"/beacon", typed(number))
	s.does(t, market, at+"/beacon", typed(number))
}

// TestCeremonyOverHTTP holds a whole draw by the interface alone and verifies
// what can be downloaded at its end.
func TestCeremonyOverHTTP(t *testing.T) {
	s := newScene(t)
	d := webtest.Read[shown](t, s.get(t, "", at))
	if d.StateTitle != "已公告" || d.Title != "第一批" || !slices.Equal(d.Parties, []string{"mzj", "scjgj", "sfj"}) || d.Quorum != 2 || d.Hash != "sm3" ||
		!strings.Contains(d.Files.Announce, "beacon cwl-kl8 2026052") || d.Files.Policy == "" {
		t.Fatalf("announced %+v", d)
	}
	s.sealed(t)
	d = webtest.Read[shown](t, s.get(t, "", at))
	if d.StateTitle != "已抽取并封存" || len(d.Commits) != 3 || d.Files.Sealed == "" || d.Files.Result != "" || d.Files.Pool != "" {
		t.Fatalf("sealed %+v", d)
	}
	list := webtest.Read[struct {
		Draws []struct{ ID, Title string }
	}](t, s.get(t, "", "/draws?batch="+batch))
	if len(list.Draws) != 1 || list.Draws[0].ID != drawID || list.Draws[0].Title != "已抽取并封存" {
		t.Errorf("list %+v", list)
	}
	s.does(t, civil, at+"/replace", fmt.Sprintf(`{"facility":%q,"unit":"mzj","no":1,"reason":"leave","note":"生病"}`, facility))
	webtest.Refused(t, s.post(t, civil, at+"/open", ""), http.StatusConflict)
	webtest.Refused(t, s.get(t, "", at+"/bundle"), http.StatusConflict)
	s.Clock.Set(openBy)
	if d = s.does(t, civil, at+"/open", ""); d.StateTitle != "已启封" {
		t.Fatalf("opened %+v", d)
	}
	a := s.get(t, "", at+"/bundle")
	if a.Status != http.StatusOK || a.Header.Get("Content-Type") != "application/json" || !strings.Contains(a.Header.Get("Content-Disposition"), drawID+".json") {
		t.Fatalf("the package: %d %v", a.Status, a.Header)
	}
	b, err := fdraw.ParseBundle(a.Body)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range fdraw.Verify(b).Checks {
		if c.Status == fdraw.Fails {
			t.Errorf("%s %s: %s", c.ID, c.Title, c.Why)
		}
	}
	files := webtest.Read[struct{ Files []draw.File }](t, s.get(t, "", at+"/files"))
	var names []string
	for _, f := range files.Files {
		names = append(names, f.Name)
	}
	want := []string{"announce", "policy", "registry", "pool", "officers", "changes", "freeze", "reveals", "beacon", "sealed", "result", "substitute-0001"}
	if !slices.Equal(names, want) {
		t.Errorf("the files are %v", names)
	}
	for name, text := range map[string]string{"pool": b.Pool, "result": b.Result, "substitute-0001": b.Substitutions[0]} {
		if a := s.get(t, "", at+"/files/"+name); string(a.Body) != text || a.Header.Get("Content-Type") != "text/plain; charset=utf-8" {
			t.Errorf("%s: %d %v %q", name, a.Status, a.Header, a.Body)
		}
	}
}

// TestNothingIsToldBeforeTheDrawIsOpened asks for everything there is as
// everybody who has no part in it, at every step, and looks for a facility, an
// officer and a secret.
func TestNothingIsToldBeforeTheDrawIsOpened(t *testing.T) {
	s := newScene(t)
	look := func(step string) {
		t.Helper()
		paths := []string{"/draws", at, at + "/bundle", at + "/files", at + "/trips"}
		for _, name := range []string{"announce", "policy", "registry", "pool", "officers", "freeze", "reveals", "beacon", "sealed", "result", "substitute-0001"} {
			paths = append(paths, at+"/files/"+name)
		}
		for _, token := range []string{"", civil, market, justice, forest, office, auditor} {
			for _, path := range paths {
				body := string(s.get(t, token, path).Body)
				for _, secret := range []string{"500156-JG-", "500156-RY-", nonce("mzj").String(), nonce("scjgj").String(), nonce("sfj").String()} {
					if strings.Contains(body, secret) {
						t.Errorf("%s: %s tells %s to %q", step, path, secret, token)
					}
				}
			}
		}
	}
	look("announced")
	s.committed(t)
	look("frozen")
	s.does(t, civil, at+"/reveal", opening("mzj"))
	s.does(t, market, at+"/reveal", opening("scjgj"))
	s.does(t, justice, at+"/reveal", opening("sfj"))
	look("revealed")
	s.does(t, civil, at+"/close", "")
	look("closed")
	s.Clock.Set(beaconAt)
	s.does(t, civil, at+"/beacon", typed(number))
	look("typed once")
	s.does(t, market, at+"/beacon", typed(number))
	look("sealed")
	if a := s.post(t, civil, at+"/replace", fmt.Sprintf(`{"facility":%q,"unit":"mzj","no":1,"reason":"leave","note":"生病"}`, facility)); strings.Contains(string(a.Body), "500156-RY-") {
		t.Errorf("the answer to a replacement tells %s", a.Body)
	}
	s.pump(t)
	look("replaced")
}

// TestWhoGoesIsToldToThoseWhoGo: an officer sees the visits on whose team they
// are, the head of a unit those to which it sends somebody.
func TestWhoGoesIsToldToThoseWhoGo(t *testing.T) {
	s := newScene(t)
	s.sealed(t)
	completed := servicetest.Of[events.DrawCompleted](t, s.log)[0]
	trips := func(token string) []draw.Trip {
		t.Helper()
		return webtest.Read[struct{ Trips []draw.Trip }](t, s.get(t, token, at+"/trips")).Trips
	}
	if got := trips(head); len(got) != len(completed.Facilities) {
		t.Errorf("the head of a unit that goes everywhere sees %d of %d visits", len(got), len(completed.Facilities))
	}
	was := completed.Seats[0]
	const member = "token-of-a-member-of-a-team"
	s.actors[member] = identity.Actor{ID: was.Officer, Unit: was.Unit, Roles: []identity.Role{identity.Officer}}
	want := 0
	for _, seat := range completed.Seats {
		if seat.Officer == was.Officer {
			want++
		}
	}
	got := trips(member)
	if len(got) != want || got[0].Facility != was.Facility || len(got[0].Seats) != 4 {
		t.Errorf("the member sees %+v; want %d visits", got, want)
	}
	s.does(t, civil, at+"/replace", fmt.Sprintf(`{"facility":%q,"unit":%q,"no":%d,"reason":"leave","note":"生病"}`, was.Facility, was.Unit, was.No))
	for _, trip := range trips(member) {
		if trip.Facility == was.Facility {
			t.Errorf("who was replaced still sees %+v", trip)
		}
	}
	replaced := servicetest.Of[events.DrawReplaced](t, s.log)
	s.actors[member] = identity.Actor{ID: replaced[0].Seat.Officer, Unit: was.Unit, Roles: []identity.Role{identity.Officer}}
	if !slices.ContainsFunc(trips(member), func(trip draw.Trip) bool { return trip.Facility == was.Facility }) {
		t.Error("who takes the seat does not see where to go")
	}
	webtest.Refused(t, s.get(t, "", at+"/trips"), http.StatusUnauthorized)
}

// TestTwoOfficersTypeTheNumber: one alone cannot, and if they differ both begin
// again.
func TestTwoOfficersTypeTheNumber(t *testing.T) {
	s := newScene(t)
	s.committed(t)
	s.does(t, civil, at+"/reveal", opening("mzj"))
	s.does(t, market, at+"/reveal", opening("scjgj"))
	s.Clock.Set(revealBy.Add(time.Minute))
	s.does(t, civil, at+"/close", "")
	webtest.Refused(t, s.post(t, civil, at+"/beacon", typed(number)), http.StatusConflict) // it is not drawn yet
	s.Clock.Set(beaconAt)
	webtest.Refused(t, s.post(t, civil, at+"/beacon", typed("1 2 3")), http.StatusUnprocessableEntity)
	webtest.Refused(t, s.post(t, forest, at+"/beacon", typed(number)), http.StatusForbidden)
	s.does(t, civil, at+"/beacon", typed(number))
	webtest.Refused(t, s.post(t, civil, at+"/beacon", typed(number)), http.StatusForbidden)
	if d := s.does(t, market, at+"/beacon", typed("01"+number[2:])); d.StateTitle != "揭示已截止" {
		t.Fatalf("two numbers that differ: %s", d.StateTitle)
	}
	s.does(t, market, at+"/beacon", typed(number))
	s.does(t, civil, at+"/beacon", typed(number))
	if d := webtest.Read[shown](t, s.get(t, "", at)); d.StateTitle != "已抽取并封存" {
		t.Errorf("two numbers that agree: %s", d.StateTitle)
	}
}

// TestDiceTakeThePlaceOfALotteryThatIsNotHeld: after a day, and when two parties
// say so; the package then says why and verifies.
func TestDiceTakeThePlaceOfALotteryThatIsNotHeld(t *testing.T) {
	s := newScene(t)
	s.committed(t)
	s.does(t, civil, at+"/reveal", opening("mzj"))
	s.does(t, market, at+"/reveal", opening("scjgj"))
	s.Clock.Set(revealBy.Add(time.Minute))
	s.does(t, civil, at+"/close", "")
	const dice = "20394857610293847561"
	s.Clock.Set(beaconAt.Add(24*time.Hour - time.Second))
	webtest.Refused(t, s.post(t, civil, at+"/miss", ""), http.StatusConflict) // it may still come
	s.Clock.Set(beaconAt.Add(24 * time.Hour))
	webtest.Refused(t, s.post(t, forest, at+"/miss", ""), http.StatusForbidden)
	if d := s.does(t, civil, at+"/miss", ""); d.Files.Fallback != "" {
		t.Fatal("one party alone turned to the dice")
	}
	webtest.Refused(t, s.post(t, civil, at+"/miss", ""), http.StatusForbidden)
	webtest.Refused(t, s.post(t, civil, at+"/beacon", typed(dice)), http.StatusUnprocessableEntity)
	if d := s.does(t, justice, at+"/miss", ""); !strings.Contains(d.Files.Fallback, "reason not-drawn") {
		t.Fatalf("two parties: %+v", d.Files)
	}
	webtest.Refused(t, s.post(t, market, at+"/miss", ""), http.StatusConflict)
	webtest.Refused(t, s.post(t, civil, at+"/beacon", typed(number)), http.StatusUnprocessableEntity)
	s.does(t, civil, at+"/beacon", typed(dice))
	s.does(t, market, at+"/beacon", typed(dice))
	s.Clock.Set(openBy)
	s.does(t, civil, at+"/open", "")
	b, err := fdraw.ParseBundle(s.get(t, "", at+"/bundle").Body)
	if err != nil {
		t.Fatal(err)
	}
	report := fdraw.Verify(b)
	if c := report.Find("V5"); c.Status != fdraw.Holds || report.Failed() || !strings.Contains(c.Why, "掷骰") {
		t.Errorf("V5: %+v, failed = %v", c, report.Failed())
	}
}

// TestANumberThatWasTypedIsNotThrownAway: who has seen the number must be heard
// before anybody turns to the dice.
func TestANumberThatWasTypedIsNotThrownAway(t *testing.T) {
	s := newScene(t)
	s.committed(t)
	s.does(t, civil, at+"/reveal", opening("mzj"))
	s.does(t, market, at+"/reveal", opening("scjgj"))
	s.Clock.Set(revealBy.Add(time.Minute))
	s.does(t, civil, at+"/close", "")
	s.Clock.Set(beaconAt.Add(48 * time.Hour))
	s.does(t, civil, at+"/beacon", typed(number))
	webtest.Refused(t, s.post(t, market, at+"/miss", ""), http.StatusConflict)
	if d := s.does(t, market, at+"/beacon", typed(number)); d.StateTitle != "公开随机数已确认" {
		t.Errorf("the number came late: %s", d.StateTitle)
	}
}

// TestTooFewPartiesVoidTheDraw: what there was of it is public.
func TestTooFewPartiesVoidTheDraw(t *testing.T) {
	s := newScene(t)
	s.committed(t)
	s.does(t, civil, at+"/reveal", opening("mzj"))
	s.Clock.Set(revealBy.Add(time.Minute))
	if d := s.does(t, civil, at+"/close", ""); d.StateTitle != "已作废" {
		t.Fatalf("one party of three: %s", d.StateTitle)
	}
	if a := s.get(t, "", at+"/bundle"); a.Status != http.StatusOK {
		t.Errorf("the package of a voided draw: %d %s", a.Status, a.Body)
	}
	webtest.Refused(t, s.post(t, market, at+"/reveal", opening("scjgj")), http.StatusConflict)
}

func TestRefusals(t *testing.T) {
	s := newScene(t)
	const unprocessable = http.StatusUnprocessableEntity
	for _, tt := range []struct {
		token, path, body string
		status            int
	}{
		{"", at + "/commit", commitment("mzj"), http.StatusUnauthorized},
		{forest, at + "/commit", commitment("lyj"), http.StatusForbidden},
		{office, at + "/commit", commitment("zbb"), http.StatusForbidden},
		{civil, at + "/commit", `{"commit":"abc"}`, unprocessable},
		{civil, at + "/commit", `{"commit":"` + strings.Repeat("A", 64) + `"}`, unprocessable},
		{civil, at + "/commit", `{"commit":"` + strings.Repeat("a", 64) + `","nonce":"b"}`, unprocessable},
		{civil, at + "/reveal", opening("mzj"), http.StatusConflict},
		{civil, at + "/close", "", http.StatusConflict},
		{market, at + "/close", "", http.StatusForbidden},
		{civil, at + "/beacon", typed(number), http.StatusConflict},
		{civil, at + "/open", "", http.StatusConflict},
		{civil, at + "/replace", `{"facility":"500156-JG-000001","unit":"mzj","no":1,"reason":"leave","note":"生病"}`, http.StatusConflict},
		{civil, at + "/replace", `{"facility":"500156-JG-000001","unit":"mzj","no":1,"reason":"whim","note":""}`, unprocessable},
		{civil, "/draws/500156-2026-0099/commit", commitment("mzj"), http.StatusNotFound},
		{civil, "/draws/1/commit", commitment("mzj"), unprocessable},
	} {
		webtest.Refused(t, s.post(t, tt.token, tt.path, tt.body), tt.status)
	}
	for path, status := range map[string]int{
		"/draws/500156-2026-0099": http.StatusNotFound, at + "/files/result": http.StatusNotFound, at + "/files/nothing": http.StatusNotFound,
		at + "/files/Result": unprocessable, at + "/bundle": http.StatusConflict,
	} {
		webtest.Refused(t, s.get(t, "", path), status)
	}
	s.committed(t)
	webtest.Refused(t, s.post(t, civil, at+"/reveal", opening("scjgj")), unprocessable)
	webtest.Refused(t, s.post(t, civil, at+"/close", ""), http.StatusConflict)
}

// TestEveryActIsDescribed keeps an act of the service from having no operation.
func TestEveryActIsDescribed(t *testing.T) {
	s := newScene(t)
	posts := webtest.Acts(t, s.server)
	if want := []string{"draw-appoint", "draw-beacon", "draw-close", "draw-commit", "draw-countersign", "draw-material", "draw-miss", "draw-open", "draw-replace", "draw-reveal"}; !slices.Equal(posts, want) {
		t.Errorf("the acts are %v", posts)
	}
}
