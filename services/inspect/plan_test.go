package inspect

import (
	"slices"
	"testing"

	"shenzhong/events"
	"shenzhong/services/kit/fault"
)

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

func TestTurnsAreCountedByCategory(t *testing.T) {
	year := []events.PlannedBatch{{No: 1, Categories: []string{"a"}}, {No: 2, Categories: []string{"a", "b"}}, {No: 3, Categories: []string{"b"}}}
	got := turns(year, 2, []string{"a", "b"})
	if want := []events.Turn{{Category: "a", Draw: 2, Of: 2}, {Category: "b", Draw: 1, Of: 2}}; !slices.Equal(got, want) {
		t.Errorf("turns %+v", got)
	}
}

func TestPercentIsExact(t *testing.T) {
	for ppm, want := range map[int64]string{0: "0%", 20000: "2%", 1000000: "100%", 12345: "1.2345%", 5: "0.0005%"} {
		if got := percent(ppm); got != want {
			t.Errorf("percent(%d) = %s; want %s", ppm, got, want)
		}
	}
}
