package inspect

import (
	"errors"
	"maps"
	"slices"
	"testing"
	"time"

	"shenzhong/events"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/identity"
	"shenzhong/services/kit/law"
	"shenzhong/services/kit/store"
)

var (
	now     = time.Date(2026, 3, 2, 1, 0, 0, 0, time.UTC)
	before  = now.Add(-time.Hour)
	lead    = identity.Actor{ID: "500156-RY-000001", Unit: "mzj", Roles: []identity.Role{identity.Leader, identity.Officer}}
	partner = identity.Actor{ID: "500156-RY-000002", Unit: "scjgj", Roles: []identity.Role{identity.Leader, identity.Officer}}
	outside = identity.Actor{ID: "500156-RY-000003", Unit: "lyj", Roles: []identity.Role{identity.Leader, identity.Officer}}
)

// categories are the eight standard results as far as the rules differ.
var categories = []law.ResultCategory{
	{Code: "1", Name: "未发现问题", Exclusive: true},
	{Code: "2", Name: "未按规定公示", Needs: "evidence"},
	{Code: "4", Name: "无法联系", Needs: "abnormal", Subjects: []string{"enterprise"}},
	{Code: "5", Name: "发现问题已责令改正", Needs: "rectification"},
	{Code: "7", Name: "未发现开展活动"},
	{Code: "8", Name: "发现问题待后续处理", Needs: "case"},
}

// walk tries every act in every state of a workflow and compares the moves made
// with the moves drawn.
type walked[T any] struct {
	name string
	act  func(*T) (events.Event, error)
	from []State
	to   []State // in the order of from; one entry if all the same
}

func walk[T any](t *testing.T, table map[State][]State, standing func(State) T, state func(T) State, acts []walked[T]) {
	t.Helper()
	made := map[State][]State{}
	for s := range table {
		made[s] = []State{}
	}
	for _, tt := range acts {
		for from := range table {
			t.Run(tt.name+" when "+string(from), func(t *testing.T) {
				x := standing(from)
				_, err := tt.act(&x)
				if !slices.Contains(tt.from, from) {
					if fault.KindOf(err) != fault.Conflict || state(x) != from {
						t.Fatalf("got %v in %q; want a conflict", err, state(x))
					}
					return
				}
				if err != nil || !slices.Contains(tt.to, state(x)) {
					t.Fatalf("got %q, %v; want one of %v", state(x), err, tt.to)
				}
				if to := state(x); to != from && !slices.Contains(made[from], to) {
					made[from] = append(made[from], to)
				}
			})
		}
	}
	same := func(a, b []State) bool {
		return slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b)))
	}
	if !maps.EqualFunc(made, table, same) {
		t.Errorf("the acts make the moves %v, the table draws %v", made, table)
	}
}

func planAt(s State) Plan {
	p := Plan{State: s, Plan: events.Plan{ID: "500156-JH-2026-000001", Lead: "mzj", Batches: []events.PlannedBatch{{No: 1, Tasks: []events.UnitTask{{Unit: "mzj"}, {Unit: "scjgj"}}}}}}
	if s == Drafted {
		p.Approvals = []events.Approval{{Unit: "scjgj"}}
	}
	return p
}

func TestPlanWorkflow(t *testing.T) {
	walk(t, nextPlan, planAt, func(p Plan) State { return p.State }, []walked[Plan]{
		{"draft", func(p *Plan) (events.Event, error) { return p.Draft(p.Plan) }, []State{""}, []State{Drafted}},
		{"approve", func(p *Plan) (events.Event, error) { return p.Approve(lead, now) }, []State{Drafted}, []State{Approved}},
		{"publish", func(p *Plan) (events.Event, error) { return p.Publish(lead) }, []State{Approved}, []State{Published}},
	})
}

func TestEveryUnitApprovesThePlan(t *testing.T) {
	p := planAt(Drafted)
	p.Approvals = nil
	e, err := p.Approve(partner, now)
	if err != nil || p.State != Drafted || !slices.Equal(e.(events.PlanApproved).Missing, []string{"mzj"}) {
		t.Fatalf("after one consent: %+v, %v, %s", e, err, p.State)
	}
	if _, err := p.Approve(outside, now); fault.KindOf(err) != fault.Denied {
		t.Fatalf("a unit that takes no part consented: %v", err)
	}
	if _, err := p.Approve(lead, now); err != nil || p.State != Approved {
		t.Fatalf("after all: %v, %s", err, p.State)
	}
}

func ceremony() events.BatchAnnounced {
	return events.BatchAnnounced{
		Batch: "500156-PC-2026-000101", Lead: "mzj", Parties: []string{"mzj", "scjgj", "sfj"}, Quorum: 2,
		CommitBy: now, FreezeBy: now.Add(time.Hour), RevealBy: now.Add(2 * time.Hour), BeaconAt: now.Add(3 * time.Hour), OpenBy: now.Add(900 * time.Hour),
	}
}

func batchAt(s State) Batch {
	return Batch{State: s, BatchAnnounced: ceremony(), Visits: []string{"a"}}
}

func TestBatchWorkflow(t *testing.T) {
	pool := events.BatchFrozen{Candidates: []events.Candidate{{Facility: "500156-JG-000001"}}}
	walk(t, nextBatch, batchAt, func(b Batch) State { return b.State }, []walked[Batch]{
		{"announce", func(b *Batch) (events.Event, error) { return b.Announce(ceremony(), before) }, []State{"", Voided}, []State{Announced}},
		{"freeze", func(b *Batch) (events.Event, error) { return b.Freeze(lead, pool, now) }, []State{Announced}, []State{Frozen}},
		{"void", func(b *Batch) (events.Event, error) { return b.Void("500156-2026-0001", b.Round, "逾期") }, []State{Announced, Frozen}, []State{Voided}},
		{"drawn", func(b *Batch) (events.Event, error) { return b.Drawn("500156-2026-0001", []string{"a"}) }, []State{Frozen}, []State{Drawn}},
		{"finish", func(b *Batch) (events.Event, error) { return b.Finish(now) }, []State{Drawn}, []State{Finished}},
	})
}

func TestCeremonyNeedsThreePartiesAndTimesInOrder(t *testing.T) {
	spoil := map[string]func(*events.BatchAnnounced){
		"two parties":        func(a *events.BatchAnnounced) { a.Parties = a.Parties[:2] },
		"one party twice":    func(a *events.BatchAnnounced) { a.Parties[2] = "mzj" },
		"quorum of one":      func(a *events.BatchAnnounced) { a.Quorum = 1 },
		"quorum too large":   func(a *events.BatchAnnounced) { a.Quorum = 4 },
		"already over":       func(a *events.BatchAnnounced) { a.CommitBy = before },
		"number first":       func(a *events.BatchAnnounced) { a.BeaconAt = a.RevealBy },
		"frozen before then": func(a *events.BatchAnnounced) { a.FreezeBy = a.CommitBy.Add(-time.Minute) },
	}
	for name, change := range spoil {
		a := ceremony()
		change(&a)
		var b Batch
		if _, err := b.Announce(a, before); fault.KindOf(err) != fault.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func visitAt(s State) Visit {
	v := Visit{State: s, Visit: events.Visit{
		ID: "500156-JC-2026-000101-000001", Lead: "mzj", SubjectKind: "enterprise",
		Sections: []events.VisitSection{
			{Unit: "mzj", Items: []string{"mzj-101"}, Officers: []string{lead.ID, "b"}},
			{Unit: "scjgj", Items: []string{"scjgj-301"}, Officers: []string{partner.ID, "d"}, Results: []string{"1"}, Signed: []string{partner.ID, "d"}},
		},
	}}
	switch s {
	case Assigned:
		v.Approvals = []events.Approval{{Unit: "scjgj"}}
	case Answered, Signed, Recorded:
		v.Sections[0].Results = []string{"1"}
	}
	return v
}

func answer(unit string, signed []string, results ...string) events.VisitSection {
	return events.VisitSection{Unit: unit, Results: results, Signed: signed}
}

func TestVisitWorkflow(t *testing.T) {
	walk(t, nextVisit, visitAt, func(v Visit) State { return v.State }, []walked[Visit]{
		{"assign", func(v *Visit) (events.Event, error) { return v.Assign(v.Visit) }, []State{""}, []State{Assigned}},
		{"reseat", func(v *Visit) (events.Event, error) {
			return v.Reseat(events.Seat{Unit: "mzj", No: 2, Officer: "e"}, "b", "leave")
		}, []State{Assigned, Approved, Noticed}, []State{Assigned, Approved, Noticed}},
		{"approve", func(v *Visit) (events.Event, error) { return v.Approve(lead, 2, now) }, []State{Assigned}, []State{Approved}},
		{"notice", func(v *Visit) (events.Event, error) { return v.Notice(lead, "检通〔2026〕1号", "2026-03-05") }, []State{Approved}, []State{Noticed}},
		{"answer", func(v *Visit) (events.Event, error) {
			return v.Answer(lead, answer("mzj", []string{lead.ID, "b"}, "1"), categories, 2)
		}, []State{Noticed}, []State{Answered}},
		{"sign", func(v *Visit) (events.Event, error) { return v.Sign(lead, "signed", "") }, []State{Answered}, []State{Signed}},
		{"record", func(v *Visit) (events.Event, error) { return v.Record(lead, "2026-03-05", events.Deadline{}) }, []State{Signed}, []State{Recorded}},
	})
}

func TestEachUnitAnswersItsOwnSectionOnce(t *testing.T) {
	v := visitAt(Noticed)
	if _, err := v.Answer(lead, answer("scjgj", []string{partner.ID, "d"}, "1"), categories, 2); fault.KindOf(err) != fault.Denied {
		t.Errorf("one unit answered for another: %v", err)
	}
	if _, err := v.Answer(outside, answer("lyj", []string{"x", "y"}, "1"), categories, 2); fault.KindOf(err) != fault.Denied {
		t.Errorf("a unit that takes no part answered: %v", err)
	}
	if _, err := v.Answer(partner, answer("scjgj", []string{partner.ID, "d"}, "1"), categories, 2); fault.KindOf(err) != fault.Conflict {
		t.Errorf("a section was answered twice: %v", err)
	}
}

func TestAnswerIsHeldAgainstTheStandardCategories(t *testing.T) {
	both := []string{lead.ID, "b"}
	finding := func(result string, change func(*events.Finding)) []events.Finding {
		f := events.Finding{No: 1, Item: "mzj-101", Text: "未设消防器材", Result: result}
		change(&f)
		return []events.Finding{f}
	}
	tests := []struct {
		name     string
		signed   []string
		results  []string
		findings []events.Finding
		want     fault.Kind
	}{
		{"nothing found", both, []string{"1"}, nil, ""},
		{"nothing found and something", both, []string{"1", "7"}, nil, fault.Invalid},
		{"nothing found, yet a finding", both, []string{"1"}, finding("1", func(*events.Finding) {}), fault.Invalid},
		{"unknown category", both, []string{"9"}, nil, fault.Invalid},
		{"the same twice", both, []string{"7", "7"}, nil, fault.Invalid},
		{"no result", both, nil, nil, fault.Invalid},
		{"put right without days", both, []string{"5"}, finding("5", func(*events.Finding) {}), fault.Invalid},
		{"put right", both, []string{"5"}, finding("5", func(f *events.Finding) { f.Days = 15 }), ""},
		{"followed up without offence", both, []string{"8"}, finding("8", func(*events.Finding) {}), fault.Invalid},
		{"followed up", both, []string{"8"}, finding("8", func(f *events.Finding) { f.Offence = "fire_safety" }), ""},
		{"without evidence", both, []string{"2"}, finding("2", func(*events.Finding) {}), fault.Invalid},
		{"with evidence", both, []string{"2"}, finding("2", func(f *events.Finding) { f.Evidence = "照片1" }), ""},
		{"two at once", both, []string{"5", "7"}, finding("5", func(f *events.Finding) { f.Days = 15 }), ""},
		{"item of another unit", both, []string{"5"}, finding("5", func(f *events.Finding) { f.Days, f.Item = 15, "scjgj-301" }), fault.Invalid},
		{"one signature", []string{lead.ID}, []string{"1"}, nil, fault.Invalid},
		{"one signature twice", []string{lead.ID, lead.ID}, []string{"1"}, nil, fault.Invalid},
		{"signature of a stranger", []string{lead.ID, "z"}, []string{"1"}, nil, fault.Denied},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			v := visitAt(Noticed)
			section := answer("mzj", tt.signed, tt.results...)
			section.Findings = tt.findings
			_, err := v.Answer(lead, section, categories, 2)
			if fault.KindOf(err) != tt.want {
				t.Fatalf("got %v; want %q", err, tt.want)
			}
		})
	}
}

func TestApprovalWaitsForEnoughOfficers(t *testing.T) {
	v := visitAt(Assigned)
	v.Sections[0].Officers[1] = ""
	if _, err := v.Approve(lead, 2, now); fault.KindOf(err) != fault.Conflict {
		t.Fatalf("approved with one officer: %v", err)
	}
	if _, err := v.Reseat(events.Seat{Unit: "mzj", No: 2, Officer: "e"}, "", "vacant"); err != nil {
		t.Fatal(err)
	}
	if _, err := v.Approve(lead, 2, now); err != nil || v.State != Approved {
		t.Fatalf("after the next officer took the seat: %v, %s", err, v.State)
	}
}

func TestOnlyTheTeamActs(t *testing.T) {
	colleague := identity.Actor{ID: "500156-RY-000099", Unit: "mzj", Roles: []identity.Role{identity.Officer}}
	for name, act := range map[string]func(identity.Actor) error{
		"notice": func(by identity.Actor) error {
			v := visitAt(Approved)
			_, err := v.Notice(by, "1号", "2026-03-05")
			return err
		},
		"answer": func(by identity.Actor) error {
			v := visitAt(Noticed)
			_, err := v.Answer(by, answer("mzj", []string{lead.ID, "b"}, "1"), categories, 2)
			return err
		},
		"sign": func(by identity.Actor) error { v := visitAt(Answered); _, err := v.Sign(by, "signed", ""); return err },
		"record": func(by identity.Actor) error {
			v := visitAt(Signed)
			_, err := v.Record(by, "2026-03-05", events.Deadline{})
			return err
		},
	} {
		if err := act(lead); err != nil {
			t.Errorf("%s by the team: %v", name, err)
		}
		for _, by := range []identity.Actor{colleague, partner, outside} {
			if err := act(by); fault.KindOf(err) != fault.Denied {
				t.Errorf("%s by %s of %s: %v", name, by.ID, by.Unit, err)
			}
		}
	}
}

func TestASeatIsNotGivenAwayOnceTheUnitHasAnswered(t *testing.T) {
	v := visitAt(Noticed)
	if _, err := v.Reseat(events.Seat{Unit: "scjgj", No: 1, Officer: "e"}, partner.ID, "leave"); fault.KindOf(err) != fault.Conflict {
		t.Errorf("after the answer: %v", err)
	}
	if _, err := v.Reseat(events.Seat{Unit: "mzj", No: 3, Officer: "e"}, "b", "leave"); fault.KindOf(err) != fault.Invalid {
		t.Errorf("a seat that there is not: %v", err)
	}
}

func TestMoreTimeIsGivenInTimeAndOnce(t *testing.T) {
	for name, tt := range map[string]struct {
		by     identity.Actor
		reason string
		at     time.Time
		times  int
		want   fault.Kind
	}{
		"in time":      {lead, "材料未到", now, 0, ""},
		"another unit": {partner, "材料未到", now, 0, fault.Denied},
		"no reason":    {lead, " ", now, 0, fault.Invalid},
		"too late":     {lead, "材料未到", now.AddDate(0, 0, 15), 0, fault.Conflict},
		"twice":        {lead, "材料未到", now, 1, fault.Conflict},
	} {
		r := orderAt(Ordered)
		r.Times = tt.times
		if _, err := r.Extend(tt.by, events.Deadline{ID: "later"}, tt.reason, 1, tt.at); fault.KindOf(err) != tt.want || (err == nil) != (r.Deadline.ID == "later") {
			t.Errorf("%s: %v, limit %+v", name, err, r.Deadline)
		}
	}
}

// TestFreezeHasItsTime keeps the lists back until the parties have committed.
func TestFreezeHasItsTime(t *testing.T) {
	pool := events.BatchFrozen{Candidates: []events.Candidate{{Facility: "500156-JG-000001"}}, Officers: []events.CandidateOfficer{{Officer: "a", Unit: "mzj", Max: 3}}}
	for name, tt := range map[string]struct {
		at    time.Time
		seats int
		want  fault.Kind
	}{
		"while the parties commit": {before, 1, fault.Conflict},
		"in its time":              {now, 1, ""},
		"to the last minute":       {now.Add(time.Hour), 1, ""},
		"too late":                 {now.Add(time.Hour + 1), 1, fault.Conflict},
		"too few officers":         {now, 2, fault.Conflict},
	} {
		b := batchAt(Announced)
		b.Round, b.Tasks = 2, []events.UnitTask{{Unit: "mzj", Officers: tt.seats}}
		e, err := b.Freeze(lead, pool, tt.at)
		if fault.KindOf(err) != tt.want {
			t.Errorf("%s: %v", name, err)
		}
		if err == nil && e.(events.BatchFrozen).Round != 2 {
			t.Errorf("%s: %+v", name, e)
		}
	}
}

// TestRounds announces a voided batch again; what is said of the first round
// later changes nothing.
func TestRounds(t *testing.T) {
	var b Batch
	for round := 1; round <= 2; round++ {
		e, err := b.Announce(ceremony(), before)
		if err != nil || e.(events.BatchAnnounced).Round != round || b.Round != round {
			t.Fatalf("round %d: %+v, %v", round, e, err)
		}
		if _, err := b.Void("d", round-1, "逾期"); !errors.Is(err, store.Unchanged) {
			t.Fatalf("the round before: %v", err)
		}
		e, err = b.Void("d", round, "逾期")
		if err != nil || e.(events.BatchVoided).Round != round {
			t.Fatalf("void: %+v, %v", e, err)
		}
	}
}

func TestTurnsAreCountedByCategory(t *testing.T) {
	year := []events.PlannedBatch{{No: 1, Categories: []string{"a"}}, {No: 2, Categories: []string{"a", "b"}}, {No: 3, Categories: []string{"b"}}}
	got := turns(year, 2, []string{"a", "b"})
	if want := []events.Turn{{Category: "a", Draw: 2, Of: 2}, {Category: "b", Draw: 1, Of: 2}}; !slices.Equal(got, want) {
		t.Errorf("turns %+v", got)
	}
}

func TestRefusalIsWitnessed(t *testing.T) {
	v := visitAt(Answered)
	if _, err := v.Sign(lead, "refused", " "); fault.KindOf(err) != fault.Invalid {
		t.Fatalf("a refusal without a witness: %v", err)
	}
	if _, err := v.Sign(lead, "", ""); fault.KindOf(err) != fault.Invalid {
		t.Fatalf("neither signed nor refused: %v", err)
	}
	if _, err := v.Sign(lead, "refused", "见证人：村委会干部"); err != nil {
		t.Fatal(err)
	}
}

func orderAt(s State) Rectification {
	return Rectification{State: s, RectificationOrdered: events.RectificationOrdered{
		Rectification: "500156-ZG-2026-000101-000001-mzj-1", Facility: "500156-JG-000001", Unit: "mzj", Deadline: events.Deadline{ID: "rectification/x#rectify", Due: now.AddDate(0, 0, 15)},
	}, Recheck: events.Deadline{ID: "rectification/x#rectify.recheck"}}
}

func TestRectificationWorkflow(t *testing.T) {
	party := identity.Actor{ID: "p", Unit: "500156-JG-000001", Roles: []identity.Role{identity.Party}}
	officers := []string{"a", "b"}
	walk(t, nextRectification, orderAt, func(r Rectification) State { return r.State }, []walked[Rectification]{
		{"order", func(r *Rectification) (events.Event, error) { return r.Order(r.RectificationOrdered) }, []State{""}, []State{Ordered}},
		{"extend", func(r *Rectification) (events.Event, error) {
			return r.Extend(lead, events.Deadline{}, "材料未到", 1, now)
		}, []State{Ordered}, []State{Ordered}},
		{"prove", func(r *Rectification) (events.Event, error) {
			return r.Prove(party, "已改正", "", events.Deadline{})
		}, []State{Ordered}, []State{Proved}},
		{"pass", func(r *Rectification) (events.Event, error) {
			return r.Check(lead, true, "合格", "2026-03-20", officers, 2)
		}, []State{Proved}, []State{Closed}},
		{"fail", func(r *Rectification) (events.Event, error) {
			return r.Check(lead, false, "仍未改正", "2026-03-20", officers, 2)
		}, []State{Proved}, []State{Ordered}},
	})
}

func TestOnlyAPassedCheckEndsTheLimit(t *testing.T) {
	for passed, want := range map[bool][]string{
		true: {"rectification/x#rectify.recheck", "rectification/x#rectify"}, false: {"rectification/x#rectify.recheck"},
	} {
		r := orderAt(Proved)
		e, err := r.Check(lead, passed, "复查", "2026-03-20", []string{"a", "b"}, 2)
		if err != nil {
			t.Fatal(err)
		}
		if _, settled := e.(events.RectificationChecked).Clocks(); !slices.Equal(settled, want) {
			t.Errorf("passed=%v ends %v", passed, settled)
		}
	}
	r := orderAt(Proved)
	if _, err := r.Check(lead, true, "复查", "2026-03-20", []string{"a", "a"}, 2); fault.KindOf(err) != fault.Invalid {
		t.Errorf("one officer checked alone: %v", err)
	}
	r = orderAt(Ordered)
	if _, err := r.Prove(outside, "已改正", "", events.Deadline{}); fault.KindOf(err) != fault.Denied {
		t.Errorf("a stranger handed in the proof: %v", err)
	}
}

func TestPercentIsExact(t *testing.T) {
	for ppm, want := range map[int64]string{0: "0%", 20000: "2%", 1000000: "100%", 12345: "1.2345%", 5: "0.0005%"} {
		if got := percent(ppm); got != want {
			t.Errorf("percent(%d) = %s; want %s", ppm, got, want)
		}
	}
}
