package inspect

import (
	"slices"
	"testing"
	"time"

	"shenzhong/events"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/identity"
)

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
