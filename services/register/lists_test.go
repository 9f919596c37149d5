package register

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"shenzhong/events"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/identity"
	"shenzhong/services/kit/servicetest"
	"shenzhong/services/kit/store"
	"shenzhong/services/kit/workday"
)

func TestOfficersAreKeptByTheirUnitAndByTheLead(t *testing.T) {
	f := newFixture(t)
	ctx := context.Background()
	own := identity.Actor{ID: "b", Unit: "scjgj", Roles: []identity.Role{identity.Registrar}}
	d := officerDraft()
	d.Unit = "scjgj"
	id, err := f.EnterOfficer(ctx, EnterOfficer{Cause: store.Cause{ID: "1", Actor: own}, OfficerDraft: d})
	if err != nil {
		t.Fatal(err)
	}
	d.Unit = "mzj"
	if err := f.CorrectOfficer(ctx, CorrectOfficer{Cause: store.Cause{ID: "2", Actor: own}, Officer: id, OfficerDraft: d, Reason: "调动"}); fault.KindOf(err) != fault.Denied {
		t.Errorf("moved into another unit: %v", err)
	}
	if err := f.CorrectOfficer(ctx, CorrectOfficer{Cause: by("3"), Officer: id, OfficerDraft: d, Reason: "调动"}); err != nil {
		t.Errorf("moved by the lead: %v", err)
	}
	if err := f.OfficerLeaves(ctx, OfficerLeaves{Cause: store.Cause{ID: "4", Actor: own}, Officer: id, Reason: "退休"}); fault.KindOf(err) != fault.Denied {
		t.Errorf("the old unit let him go: %v", err)
	}
	if _, err := f.EnterOfficer(ctx, EnterOfficer{Cause: by("5"), OfficerDraft: d}); fault.KindOf(err) != fault.Conflict {
		t.Errorf("one certificate for two: %v", err)
	}
	office := identity.Actor{ID: "c", Unit: "zbb", Roles: []identity.Role{identity.Registrar}}
	if err := f.OfficerLeaves(ctx, OfficerLeaves{Cause: store.Cause{ID: "6", Actor: office}, Officer: id, Reason: "退休"}); err != nil {
		t.Errorf("the office keeps the list: %v", err)
	}
}

func TestItemWithoutABasisInForceIsNotPublished(t *testing.T) {
	f := newFixture(t)
	ctx := context.Background()
	for _, code := range []string{"mzj-999", ""} {
		if err := f.PublishItem(ctx, PublishItem{Cause: by("1"), Code: code}); fault.KindOf(err) != fault.Invalid {
			t.Errorf("%q: %v", code, err)
		}
	}
	f.Clock.Set(time.Date(2023, 12, 1, 4, 0, 0, 0, time.UTC)) // before the plan
	if err := f.PublishItem(ctx, PublishItem{Cause: by("2"), Code: "mzj-102"}); fault.KindOf(err) != fault.Invalid {
		t.Errorf("published before it was in force: %v", err)
	}
	if n := len(servicetest.Facts(t, f.log)); n != 0 {
		t.Errorf("%d commits", n)
	}
}

// TestDistrictIsLoadedOnce loads the law pack, loads it again under the same and
// under another cause, and on the day on which the new regulation comes into
// force.
func TestDistrictIsLoadedOnce(t *testing.T) {
	f := newFixture(t)
	ctx := context.Background()
	f.Clock.Set(time.Date(2026, 3, 29, 4, 0, 0, 0, time.UTC))
	load := func(id string) int {
		t.Helper()
		before := len(servicetest.Facts(t, f.log))
		if err := f.LoadDistrict(ctx, LoadDistrict{Cause: by(id)}); err != nil {
			t.Fatal(err)
		}
		return len(servicetest.Facts(t, f.log)) - before
	}
	today := f.Today()
	want := len(f.Law.Units()) + len(f.Law.Items(today))
	if n := load("load/1"); n != want {
		t.Errorf("the first load made %d commits; want %d", n, want)
	}
	if n := load("load/1") + load("load/2"); n != 0 {
		t.Errorf("the same pack again made %d commits", n)
	}
	f.pump(t)
	items, err := f.Items(ctx, Items{State: Published, Limit: 1000})
	if err != nil || len(items) != len(f.Law.Items(today)) {
		t.Fatalf("%d items are published, %v; want %d", len(items), err, len(f.Law.Items(today)))
	}
	for _, i := range items {
		if len(i.Basis) == 0 || i.Question == "" || i.Unit == "" {
			t.Errorf("published %+v", i)
		}
	}
	units, err := f.Units(ctx, "")
	if err != nil || len(units) != len(f.Law.Units()) {
		t.Errorf("%d units, %v; want %d", len(units), err, len(f.Law.Units()))
	}
	if err := f.RetireItem(ctx, RetireItem{Cause: by("retire"), Code: "mzj-102", Reason: "清单调整"}); err != nil {
		t.Fatal(err)
	}
	f.Clock.Set(time.Date(2026, 3, 30, 4, 0, 0, 0, time.UTC))
	if n := load("load/3"); n == 0 {
		t.Error("the new regulation changed nothing")
	}
	item, err := f.Item(ctx, "mzj-201")
	if err != nil || item.ValidFrom != "2026-03-30" || !strings.Contains(item.Basis[0], "824") {
		t.Errorf("mzj-201 reads %+v, %v", item, err)
	}
	if item, err := f.Item(ctx, "mzj-102"); err != nil || item.State != Retired {
		t.Errorf("what a person retired is %s, %v", item.State, err)
	}
	f.pump(t)
	servicetest.MustVerify(t, f.log)
}

// TestItemThatLostItsBasisIsRetired goes back to a day on which the pack has
// fewer items: those not in force are taken off the list, and come back with it.
func TestItemThatLostItsBasisIsRetired(t *testing.T) {
	f := newFixture(t)
	ctx := context.Background()
	if err := f.LoadDistrict(ctx, LoadDistrict{Cause: by("load/1")}); err != nil {
		t.Fatal(err)
	}
	f.Clock.Set(time.Date(2026, 3, 29, 4, 0, 0, 0, time.UTC))
	gone := ""
	for _, i := range f.Law.Items(mustDate(t, "2026-11-24")) {
		if _, err := f.Law.Item(i.Code, f.Today()); err != nil {
			gone = i.Code
		}
	}
	if gone == "" {
		t.Fatal("the pack has no item that began in 2026")
	}
	if err := f.LoadDistrict(ctx, LoadDistrict{Cause: by("load/2")}); err != nil {
		t.Fatal(err)
	}
	item, err := f.Item(ctx, gone)
	if err != nil || item.State != Retired || item.ByHand || item.RetiredOn != "2026-03-29" {
		t.Errorf("%s reads %+v, %v", gone, item, err)
	}
	f.Clock.Set(noon)
	if err := f.LoadDistrict(ctx, LoadDistrict{Cause: by("load/3")}); err != nil {
		t.Fatal(err)
	}
	if item, err := f.Item(ctx, gone); err != nil || item.State != Published {
		t.Errorf("%s did not come back: %+v, %v", gone, item, err)
	}
}

func mustDate(t testing.TB, text string) workday.Date {
	t.Helper()
	d, err := workday.ParseDate(text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// TestComplaintsRaiseTheFlag sends complaints over more than a year. Those that
// are too old, about others, or from inspections do not count.
func TestComplaintsRaiseTheFlag(t *testing.T) {
	f := newFixture(t)
	ctx := context.Background()
	home := f.enter(t, "1", asIs[FacilityDraft])
	other := f.enter(t, "2", func(d *FacilityDraft) { d.Name, d.USCC = "白鹤骨灰堂", "12100000400002259P" })
	n := 0
	receive := func(facility, source string) {
		t.Helper()
		n++
		id := fmt.Sprintf("500156-XS-2026-%06d", n)
		f.clue.Say(t, "clue", id, events.ClueReceived{Clue: id, Facility: facility, Source: source})
		f.pump(t)
	}
	flagged := func() bool {
		t.Helper()
		got, err := f.Facility(ctx, keeper, home)
		if err != nil {
			t.Fatal(err)
		}
		return got.flagged("complaints")
	}
	f.Clock.Set(time.Date(2025, 11, 24, 1, 0, 0, 0, time.UTC))
	receive(home, "citizen") // a year and a day before the last: too old by then
	f.Clock.Set(time.Date(2025, 11, 25, 16, 0, 0, 0, time.UTC))
	receive(home, "hotline") // on the first day of the period, Beijing time
	f.Clock.Set(time.Date(2026, 11, 24, 1, 0, 0, 0, time.UTC))
	receive(home, "inspection")
	receive(other, "citizen")
	receive("", "citizen")
	receive("500156-JG-000099", "citizen")
	receive(home, "citizen")
	if flagged() {
		t.Fatal("two complaints raised the flag")
	}
	receive(home, "hotline")
	if !flagged() {
		t.Fatal("three complaints in twelve months did not raise the flag")
	}
	if err := f.UnflagFacility(ctx, UnflagFacility{Cause: by("3"), Facility: home, Kind: "complaints", Reason: "均已办结"}); err != nil {
		t.Fatal(err)
	}
	f.Clock.Advance(time.Hour)
	receive(home, "hotline")
	if flagged() {
		t.Error("one more complaint raised a flag that a person took back")
	}
	var said []string
	for _, fact := range servicetest.Of[events.FacilityChanged](t, f.log) {
		if fact.Facility.ID == home {
			said = append(said, fact.Change)
		}
	}
	if said[len(said)-1] != "unflagged" {
		t.Errorf("said %v of %s", said, home)
	}
}

// TestGradeIsTakenOver delivers two grades in the wrong order.
func TestGradeIsTakenOver(t *testing.T) {
	f := newFixture(t)
	home := f.enter(t, "1", asIs[FacilityDraft])
	graded := func(grade string) events.CreditGraded {
		return events.CreditGraded{Record: "500156-XY-12100000400000624D", Facility: home, Grade: grade, Formula: "100-45=55"}
	}
	for _, grade := range []string{"B", "D"} {
		f.credit.Say(t, "credit", "500156-XY-12100000400000624D", graded(grade))
	}
	facts := servicetest.Facts(t, f.credit.Log)
	handle := f.Reactions()[1].Handle
	if err := handle(t.Context(), facts[1].Envelope()); fault.KindOf(err) != fault.Early {
		t.Fatalf("the second grade before the first: %v", err)
	}
	for _, i := range []int{0, 1, 0, 1} {
		if err := handle(t.Context(), facts[i].Envelope()); err != nil {
			t.Fatal(err)
		}
	}
	got, err := f.Facility(t.Context(), keeper, home)
	if err != nil || got.Facility.Grade != "D" {
		t.Fatalf("graded %s, %v", got.Facility.Grade, err)
	}
	said := servicetest.Of[events.FacilityChanged](t, f.log)
	if len(said) != 3 || said[2].Change != "graded" || said[2].Reason != "100-45=55" {
		t.Errorf("said %+v", said)
	}
	f.pump(t)
}

// TestListsShowWhatWasDone reads the lists at once, before any fact traveled.
func TestListsShowWhatWasDone(t *testing.T) {
	f := newFixture(t)
	ctx := context.Background()
	home := f.enter(t, "1", asIs[FacilityDraft])
	f.enter(t, "2", func(d *FacilityDraft) { d.Name, d.USCC, d.Risk = "白鹤骨灰堂", "12100000400002259P", "H" })
	if _, err := f.EnterOfficer(ctx, EnterOfficer{Cause: by("3"), OfficerDraft: officerDraft()}); err != nil {
		t.Fatal(err)
	}
	risky, err := f.Facilities(ctx, keeper, Facilities{Risk: "H"})
	if err != nil || len(risky) != 1 || risky[0].Name != "白鹤骨灰堂" {
		t.Errorf("risky: %+v, %v", risky, err)
	}
	later, err := f.Facilities(ctx, keeper, Facilities{After: home})
	if err != nil || len(later) != 1 {
		t.Errorf("after the first: %+v, %v", later, err)
	}
	officers, err := f.Officers(ctx, keeper, Officers{Unit: "mzj", Status: "active"})
	if err != nil || len(officers) != 1 || officers[0].CertNo != "50015600101" {
		t.Errorf("officers: %+v, %v", officers, err)
	}
	if none, err := f.Officers(ctx, keeper, Officers{Unit: "gaj"}); err != nil || len(none) != 0 {
		t.Errorf("officers of another unit: %+v, %v", none, err)
	}
}
