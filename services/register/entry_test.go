package register

import (
	"errors"
	"slices"
	"testing"
	"time"

	"shenzhong/events"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/identity"
	"shenzhong/services/kit/store"
	"shenzhong/services/kit/workday"
)

func TestOfficerDeclaresOnlyHisOwnInterest(t *testing.T) {
	o := &Officer{Officer: events.Officer{ID: "500156-RY-000001", Status: string(Active)}}
	other := identity.Actor{ID: "500156-RY-000002", Unit: "mzj", Roles: []identity.Role{identity.Officer}}
	if _, err := o.Declare(other, interest); fault.KindOf(err) != fault.Denied {
		t.Errorf("declared for somebody else: %v", err)
	}
	own := identity.Actor{ID: "500156-RY-000001", Unit: "mzj", Roles: []identity.Role{identity.Officer}}
	if _, err := o.Declare(own, interest); err != nil {
		t.Errorf("declared for himself: %v", err)
	}
	if _, err := o.DeclareYear(other, nil, "2027-01-04"); fault.KindOf(err) != fault.Denied {
		t.Errorf("another declares for the year: %v", err)
	}
	if _, err := o.DeclareYear(own, []events.Interest{interest}, "2027-01-04"); err != nil || o.Declared != "2027-01-04" || len(o.Interests) != 1 {
		t.Errorf("declared for the year: %v, %+v", err, o)
	}
	if _, err := o.DeclareYear(own, nil, "2027-01-04"); !errors.Is(err, store.Unchanged) {
		t.Errorf("declared again on the day: %v", err)
	}
	if _, err := o.Declare(own, interest); fault.KindOf(err) != fault.Conflict || len(o.Interests) != 1 {
		t.Errorf("declared twice: %v, %v", err, o.Interests)
	}
}

func TestInterestIsWithdrawnOnce(t *testing.T) {
	o := &Officer{Officer: events.Officer{Status: string(Active), Interests: []events.Interest{{Facility: "x"}, {Facility: "y"}}}}
	if _, err := o.Withdraw(keeper, "x", " "); fault.KindOf(err) != fault.Invalid {
		t.Errorf("withdrawn without a reason: %v", err)
	}
	ev, err := o.Withdraw(keeper, "x", "已调离")
	if err != nil || len(o.Interests) != 1 || o.Interests[0].Facility != "y" {
		t.Fatalf("withdrawn: %v, %v", err, o.Interests)
	}
	if said := ev.(events.OfficerChanged); said.Change != "interest_withdrawn" || len(said.Officer.Interests) != 1 {
		t.Errorf("said %+v", said)
	}
	if _, err := o.Withdraw(keeper, "x", "已调离"); fault.KindOf(err) != fault.Conflict {
		t.Errorf("withdrawn twice: %v", err)
	}
}

// TestOwnEntryIsShown: a facility and an officer read what is entered of them,
// and nobody else's.
func TestOwnEntryIsShown(t *testing.T) {
	party := identity.Actor{ID: "p", Unit: "500156-JG-000001", Roles: []identity.Role{identity.Party}}
	f := &Facility{}
	if err := f.shown(party, party.Unit); err != nil {
		t.Error(err)
	}
	if err := f.shown(party, "500156-JG-000002"); fault.KindOf(err) != fault.Denied {
		t.Errorf("another facility is shown: %v", err)
	}
	if err := new(Officer).shown(party, party.ID); fault.KindOf(err) != fault.Denied {
		t.Errorf("an officer is shown to a facility: %v", err)
	}
}

func TestNothingToDoIsUnchanged(t *testing.T) {
	f := &Facility{Facility: events.Facility{Status: string(Open), Grade: "B"}}
	f.take(facilityDraft())
	o := &Officer{Officer: events.Officer{Status: string(Active)}}
	o.take(officerDraft())
	for name, do := range map[string]func() (events.Event, error){
		"the same draft":   func() (events.Event, error) { return f.Correct(keeper, facilityDraft(), "核对") },
		"the same grade":   func() (events.Event, error) { return f.Grade(itself, "B", "85") },
		"too few":          func() (events.Event, error) { return f.Count(itself, []Complaint{{At: noon}}, 2, 12, "2026-11-24") },
		"the same officer": func() (events.Event, error) { return o.Correct(keeper, officerDraft(), "核对") },
		"the same item":    func() (events.Event, error) { return (&Item{Item: checked, State: Published}).Publish(keeper, checked) },
		"the same unit":    func() (events.Event, error) { return (&Unit{Unit: listed, State: Listed}).List(keeper, listed) },
	} {
		if ev, err := do(); ev != nil || !errors.Is(err, store.Unchanged) {
			t.Errorf("%s: %v, %v", name, ev, err)
		}
	}
}

func TestFlagsAreKept(t *testing.T) {
	f := &Facility{Facility: events.Facility{Status: string(Open)}}
	for _, tt := range []struct {
		name string
		edit func(*events.Flag)
		kind fault.Kind
	}{
		{"unknown kind", func(x *events.Flag) { x.Kind = "ugly" }, fault.Invalid},
		{"no reason", func(x *events.Flag) { x.Reason = " " }, fault.Invalid},
		{"no evidence", func(x *events.Flag) { x.Evidence = nil }, fault.Invalid},
		{"evidence twice", func(x *events.Flag) { x.Evidence = []string{"甲", "甲 "} }, fault.Invalid},
		{"control characters", func(x *events.Flag) { x.Reason = "年报\u202e未报" }, fault.Invalid},
		{"complete", func(*events.Flag) {}, ""},
		{"once more", func(*events.Flag) {}, fault.Conflict},
	} {
		next := flag
		tt.edit(&next)
		if _, err := f.Flag(keeper, next); fault.KindOf(err) != tt.kind {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
	if len(f.Flags) != 1 {
		t.Errorf("flags %+v", f.Flags)
	}
	if _, err := f.Unflag(keeper, "serious", "没有", noon); fault.KindOf(err) != fault.Conflict {
		t.Errorf("a flag that is not there was taken back: %v", err)
	}
	if _, err := f.Unflag(keeper, "abnormal", "", noon); fault.KindOf(err) != fault.Invalid {
		t.Errorf("taken back without a reason: %v", err)
	}
}

// TestComplaintsCountFromWhenTheFlagWasTakenBack raises, clears and raises the
// flag for complaints.
func TestComplaintsCountFromWhenTheFlagWasTakenBack(t *testing.T) {
	f := &Facility{Facility: events.Facility{Status: string(Open)}}
	three := []Complaint{{"1", noon}, {"2", noon.Add(time.Hour)}, {"3", noon.Add(2 * time.Hour)}}
	ev, err := f.Count(itself, three, 3, 12, "2026-11-24")
	if err != nil || !f.flagged("complaints") || !slices.Equal(f.Flags[0].Evidence, []string{"1", "2", "3"}) {
		t.Fatalf("three complaints: %v, %v, %+v", ev, err, f.Flags)
	}
	if _, err := f.Count(itself, three, 3, 12, "2026-11-24"); !errors.Is(err, store.Unchanged) {
		t.Errorf("counted again: %v", err)
	}
	if _, err := f.Unflag(keeper, "complaints", "经核查均不属实", noon.Add(3*time.Hour)); err != nil {
		t.Fatal(err)
	}
	four := append(slices.Clone(three), Complaint{"4", noon.Add(4 * time.Hour)})
	if _, err := f.Count(itself, four, 3, 12, "2026-11-24"); !errors.Is(err, store.Unchanged) {
		t.Errorf("what was dealt with raised the flag again: %v", err)
	}
	six := append(four, Complaint{"5", noon.Add(5 * time.Hour)}, Complaint{"6", noon.Add(6 * time.Hour)})
	if _, err := f.Count(itself, six, 3, 12, "2026-11-24"); err != nil || !f.flagged("complaints") {
		t.Errorf("three new complaints: %v", err)
	}
	f.Status, f.Flags = string(Closed), nil
	if _, err := f.Count(itself, six, 3, 12, "2026-11-24"); !errors.Is(err, store.Unchanged) {
		t.Errorf("a closed facility was flagged: %v", err)
	}
}

func TestExpiredCertificateIsNotDrawable(t *testing.T) {
	o := Officer{events.Officer{Status: string(Active), CertUntil: "2026-11-24"}}
	last, err := workday.ParseDate("2026-11-24")
	if err != nil {
		t.Fatal(err)
	}
	if ok, why := o.Drawable(last); !ok || why != "" {
		t.Errorf("on the last day: %v %s", ok, why)
	}
	if ok, why := o.Drawable(last.AddDays(1)); ok || why == "" {
		t.Errorf("on the day after: %v %s", ok, why)
	}
	o.Status = string(Left)
	if ok, why := o.Drawable(last); ok || why == "" {
		t.Errorf("after leaving: %v %s", ok, why)
	}
}
