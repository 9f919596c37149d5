package credit

import (
	"context"
	"testing"
	"time"

	"shenzhong/events"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/identity"
	"shenzhong/services/kit/servicetest"
	"shenzhong/services/kit/store"
	"shenzhong/services/kit/view"
)

const facility = "500156-JG-000001"

type fixture struct {
	servicetest.Ground
	*Service
	log                        *store.Memory
	register, disclose, visits *servicetest.Voice
}

func newFixture(t *testing.T) fixture {
	t.Helper()
	g := servicetest.NewGround(t, time.Date(2026, 10, 14, 2, 0, 0, 0, time.UTC))
	log := store.NewMemory()
	s, err := New(context.Background(), Config{District: "500156", Log: log, Tables: view.NewMemory(), Clock: g.Clock, Law: g.Law, Calendar: g.Calendar})
	if err != nil {
		t.Fatal(err)
	}
	f := fixture{
		Ground: g, Service: s, log: log, register: servicetest.NewVoice("register", g.Clock),
		disclose: servicetest.NewVoice("disclose", g.Clock), visits: servicetest.NewVoice("inspect", g.Clock),
	}
	f.register.Say(t, "facility", facility, events.FacilityChanged{Change: "entered", Facility: events.Facility{
		ID: facility, Name: "青松殡仪馆", USCC: "12500156000000000A", Category: "funeral_home", Status: "open",
	}})
	return f
}

func (f fixture) pump(t *testing.T) {
	t.Helper()
	servicetest.Pump(t, []store.Log{f.log, f.register.Log, f.disclose.Log, f.visits.Log}, f.Reactions())
}

func (f fixture) grade(t *testing.T) Record {
	t.Helper()
	f.pump(t)
	r, err := f.Record(context.Background(), facility)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func penalty(severity string) events.RecordPublished {
	return events.RecordPublished{On: "2026-10-14", Record: events.Record{
		ID: "500156-GS-2026-000001", Sort: "penalty", Source: "case/500156-AJ-2026-000001", Facility: facility, On: "2026-09-30", Severity: severity, DocNo: "1号",
	}}
}

// TestPublishedPenaltyLowersTheGradeAndItsWithdrawalRestoresIt is the loop from
// a decision to the next plan.
func TestPublishedPenaltyLowersTheGradeAndItsWithdrawalRestoresIt(t *testing.T) {
	f := newFixture(t)
	f.disclose.Say(t, "record", "500156-GS-2026-000001", penalty("serious"))
	r := f.grade(t)
	if r.Grade != "D" || r.Score != 55 || r.ID != "500156-XY-12500156000000000A" || len(r.Points) != 1 || r.Points[0].Until != "2029-09-30" {
		t.Fatalf("after the penalty: %+v", r)
	}
	f.disclose.Say(t, "record", "500156-GS-2026-000001", events.RecordWithdrawn{
		Record: "500156-GS-2026-000001", Source: "case/500156-AJ-2026-000001", Facility: facility, Sort: "penalty", On: "2026-11-03",
	})
	if r := f.grade(t); r.Grade != "A" || r.Score != 100 || len(r.Points) != 0 {
		t.Fatalf("after the withdrawal: %+v", r)
	}
	graded := servicetest.Of[events.CreditGraded](t, f.log)
	if len(graded) != 2 || graded[0].Facility != facility || graded[1].Was != "D" {
		t.Fatalf("said %+v", graded)
	}
	servicetest.MustVerify(t, f.log)
}

func TestOtherRecordsDoNotWeigh(t *testing.T) {
	f := newFixture(t)
	check := penalty("general")
	check.Record.Sort = "check"
	f.disclose.Say(t, "record", "500156-GS-2026-000002", check)
	f.pump(t)
	if _, err := f.Record(context.Background(), facility); fault.KindOf(err) != fault.NotFound {
		t.Fatalf("a published check made a record: %v", err)
	}
}

func TestVisitWeighsByItsHeaviestResult(t *testing.T) {
	tests := []struct {
		name    string
		results [][]string
		rule    string
	}{
		{"nothing found", [][]string{{"1"}, {"1"}}, "check.clean"},
		{"one unit found something", [][]string{{"1"}, {"2"}}, "check.disclosure_missing"},
		{"refused", [][]string{{"2", "6"}, {"1"}}, "check.refused"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := newFixture(t)
			v := events.Visit{ID: "500156-JC-2026-000101-000001", Facility: facility}
			for _, r := range tt.results {
				v.Sections = append(v.Sections, events.VisitSection{Results: r})
			}
			f.visits.Say(t, "visit", v.ID, events.VisitRecorded{Visit: v, On: "2026-10-12"})
			if r := f.grade(t); len(r.Points) != 1 || r.Points[0].Rule != tt.rule {
				t.Fatalf("entered %+v; want %s", r.Points, tt.rule)
			}
		})
	}
}

func TestOrderedAndPutRightWeighsOnceItIsChecked(t *testing.T) {
	f := newFixture(t)
	v := events.Visit{ID: "500156-JC-2026-000101-000001", Facility: facility, Sections: []events.VisitSection{{Results: []string{"5"}}}}
	f.visits.Say(t, "visit", v.ID, events.VisitRecorded{Visit: v, On: "2026-10-12"})
	f.pump(t)
	if _, err := f.Record(context.Background(), facility); fault.KindOf(err) != fault.NotFound {
		t.Fatalf("an order weighed before its time: %v", err)
	}
	f.visits.Say(t, "rectification", "500156-ZG-2026-000101-000001-mzj-1", events.RectificationChecked{Facility: facility, Passed: true, On: "2026-10-13"})
	if r := f.grade(t); len(r.Points) != 1 || r.Points[0].Rule != "check.corrected" {
		t.Fatalf("entered %+v", r.Points)
	}
}

// TestBreachEntersTheRecordOnlyAfterHearing is the commitment from its making
// to its breach.
func TestBreachEntersTheRecordOnlyAfterHearing(t *testing.T) {
	f := newFixture(t)
	ctx := context.Background()
	f.pump(t)
	officer := identity.Actor{ID: "o", Unit: "mzj", Roles: []identity.Role{identity.Officer}}
	head := identity.Actor{ID: "l", Unit: "mzj", Roles: []identity.Role{identity.Leader}}
	party := identity.Actor{ID: "p", Unit: facility, Roles: []identity.Role{identity.Party}}
	by := func(id string, a identity.Actor) store.Cause { return store.Cause{ID: id, Actor: a} }
	make := MakeCommitment{Cause: by("1", party), Facility: facility, Sort: "active", Signatory: "馆长", Obligations: []string{"明码标价", "不强制捆绑"}, TextVersion: "1"}
	id, err := f.MakeCommitment(ctx, make)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := f.MakeCommitment(ctx, make); err != nil || again != id {
		t.Fatalf("sent twice: %s, %v; want %s", again, err, id)
	}
	if r := f.grade(t); r.Score != 103 {
		t.Fatalf("after the commitment: %+v", r)
	}
	if err := f.EstablishBreach(ctx, EstablishBreach{Cause: by("x", head), Commitment: id}); fault.KindOf(err) != fault.Conflict {
		t.Fatalf("established without notice: %v", err)
	}
	if err := f.NoticeBreach(ctx, NoticeBreach{Cause: by("2", officer), Commitment: id, Obligation: 2, Fact: "捆绑销售", Evidence: []string{"票据照片"}}); err != nil {
		t.Fatal(err)
	}
	if err := f.EstablishBreach(ctx, EstablishBreach{Cause: by("y", head), Commitment: id}); fault.KindOf(err) != fault.Conflict {
		t.Fatalf("established without hearing: %v", err)
	}
	if err := f.HearBreach(ctx, HearBreach{Cause: by("3", party), Commitment: id, Statement: "愿意改正"}); err != nil {
		t.Fatal(err)
	}
	if err := f.EstablishBreach(ctx, EstablishBreach{Cause: by("4", head), Commitment: id, Remedy: "公开说明并改正"}); err != nil {
		t.Fatal(err)
	}
	if r := f.grade(t); r.Score != 83 || r.Grade != "B" || len(r.Points) != 2 {
		t.Fatalf("after the breach: %+v", r)
	}
}

func TestSweepGradesAnewWhenAnEntryEnds(t *testing.T) {
	f := newFixture(t)
	f.disclose.Say(t, "record", "500156-GS-2026-000001", penalty("general"))
	if r := f.grade(t); r.Grade != "B" {
		t.Fatalf("after the penalty: %+v", r)
	}
	ctx := context.Background()
	for day, want := range []string{"B", "A"} { // the last day of the entry, and the day after
		f.Clock.Set(time.Date(2027, 9, 30+day, 2, 0, 0, 0, time.UTC))
		for range 2 {
			if _, err := f.Sweep(ctx); err != nil {
				t.Fatal(err)
			}
		}
		if r := f.grade(t); r.Grade != want {
			t.Fatalf("%d days on: %+v; want %s", day, r, want)
		}
	}
}
