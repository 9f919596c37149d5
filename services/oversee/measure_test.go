package oversee

import (
	"maps"
	"slices"
	"testing"

	"shenzhong/events"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/identity"
)

var (
	drafter  = identity.Actor{ID: "500156-RY-zbb-001", Unit: "zbb", Roles: []identity.Role{identity.Office}}
	issuer   = identity.Actor{ID: "500156-RY-zbb-002", Unit: "zbb", Roles: []identity.Role{identity.Office}}
	laggard  = identity.Actor{ID: "500156-RY-scjgj-001", Unit: "scjgj", Roles: []identity.Role{identity.Leader}}
	stranger = identity.Actor{ID: "500156-RY-mzj-001", Unit: "mzj", Roles: []identity.Role{identity.Leader, identity.Officer}}
)

func drafted(sort string) events.Measure {
	return events.Measure{ID: "500156-DC-2026-000001", Sort: sort, Unit: "scjgj", From: "zbb", Limits: []string{"x"}, Facts: "未公示", Demands: "公示", Drafted: drafter.ID}
}

// measureActs is every act on a measure, done by whoever may.
func measureActs() map[string]func(*Measure) (events.Event, error) {
	limit := events.Deadline{ID: "measure/500156-DC-2026-000001#measure.answer"}
	return map[string]func(*Measure) (events.Event, error){
		"draft": func(m *Measure) (events.Event, error) { return m.Draft(drafted("interview"), true) },
		"issue": func(m *Measure) (events.Event, error) { return m.Issue(issuer, limit) },
		"drop":  func(m *Measure) (events.Event, error) { return m.Drop(issuer, "已办结") },
		"hold": func(m *Measure) (events.Event, error) {
			return m.Hold(issuer, events.InterviewHeld{Present: []string{"甲", "乙"}, Minutes: "约谈内容"}, limit)
		},
		"answer": func(m *Measure) (events.Event, error) { return m.Answer(laggard, "已经公示", "") },
		"return": func(m *Measure) (events.Event, error) { return m.Return(drafter, "没有附网址", limit) },
		"close":  func(m *Measure) (events.Event, error) { return m.Close(drafter, "已落实") },
		"revoke": func(m *Measure) (events.Event, error) { return m.Revoke(drafter, "事实有误") },
	}
}

// paths reaches every state through the acts themselves. A meeting that is not
// one is answered without being held.
var paths = map[MeasureState][]string{
	"": {}, MeasureDrafted: {"draft"}, MeasureIssued: {"draft", "issue"}, MeasureHeld: {"draft", "issue", "hold"},
	MeasureAnswered: {"draft", "issue", "hold", "answer"}, MeasureReturned: {"draft", "issue", "hold", "answer", "return"},
	MeasureClosed: {"draft", "issue", "hold", "answer", "close"}, MeasureDropped: {"draft", "drop"}, MeasureRevoked: {"draft", "issue", "revoke"},
}

func measureAt(t *testing.T, state MeasureState) Measure {
	t.Helper()
	var m Measure
	for _, name := range paths[state] {
		if _, err := measureActs()[name](&m); err != nil {
			t.Fatalf("%s on the way to %q: %v", name, state, err)
		}
	}
	if m.State != state {
		t.Fatalf("stands at %q; want %q", m.State, state)
	}
	return m
}

// TestMeasureWorkflow tries every act in every state, of a meeting and of a
// measure that is none: the moves made are those that the table draws.
func TestMeasureWorkflow(t *testing.T) {
	made := map[MeasureState][]MeasureState{}
	for state := range measureNext {
		made[state] = []MeasureState{}
		for name, act := range measureActs() {
			for _, meets := range []bool{true, false} {
				m := measureAt(t, state)
				if m.Meets = meets; state == MeasureHeld && !meets {
					continue
				}
				if state == "" {
					m.Measure = drafted("order") // so that it is the state that refuses
				}
				_, err := act(&m)
				if err == nil && !slices.Contains(made[state], m.State) {
					made[state] = append(made[state], m.State)
				}
				if err != nil && (m.State != state || !fault.Is(err, fault.Conflict)) {
					t.Errorf("%s when %q: %v, and stands at %q", name, state, err, m.State)
				}
			}
		}
		slices.Sort(made[state])
	}
	drawn := map[MeasureState][]MeasureState{}
	for state, to := range measureNext {
		drawn[state] = slices.Sorted(slices.Values(to))
		if MeasureTitle(state) == "" {
			t.Errorf("%q has no title", state)
		}
	}
	if !maps.EqualFunc(made, drawn, slices.Equal) {
		t.Errorf("the acts make the moves %v, the table draws %v", made, drawn)
	}
}

func TestMeasureTakesTwoOfTheUnit(t *testing.T) {
	m := measureAt(t, MeasureDrafted)
	if _, err := m.Issue(drafter, events.Deadline{}); !fault.Is(err, fault.Denied) || m.State != MeasureDrafted {
		t.Errorf("the drafter issued it: %v", err)
	}
	for name, act := range map[string]func(*Measure) (events.Event, error){
		"issue": func(m *Measure) (events.Event, error) { return m.Issue(stranger, events.Deadline{}) },
		"drop":  func(m *Measure) (events.Event, error) { return m.Drop(stranger, "x") },
		"hold": func(m *Measure) (events.Event, error) {
			return m.Hold(laggard, events.InterviewHeld{Present: []string{"甲", "乙"}, Minutes: "x"}, events.Deadline{})
		},
		"answer": func(m *Measure) (events.Event, error) { return m.Answer(drafter, "x", "") },
		"return": func(m *Measure) (events.Event, error) { return m.Return(laggard, "x", events.Deadline{}) },
		"close":  func(m *Measure) (events.Event, error) { return m.Close(laggard, "x") },
		"revoke": func(m *Measure) (events.Event, error) { return m.Revoke(laggard, "x") },
	} {
		for state := range measureNext {
			m := measureAt(t, state)
			if m.From == "" {
				m.Measure = drafted("order")
			}
			if _, err := act(&m); !fault.Is(err, fault.Denied) || m.State != state {
				t.Errorf("%s when %q by a unit that may not: %v", name, state, err)
			}
		}
	}
}

// TestMeetingIsHeldBeforeItIsAnswered: the unit cannot answer for a meeting that
// has not been held, and what is no meeting is not held.
func TestMeetingIsHeldBeforeItIsAnswered(t *testing.T) {
	m := measureAt(t, MeasureIssued)
	if _, err := m.Answer(laggard, "已落实", ""); !fault.Is(err, fault.Conflict) {
		t.Errorf("answered before the meeting: %v", err)
	}
	m.Meets = false
	if _, err := m.Hold(issuer, events.InterviewHeld{Present: []string{"甲", "乙"}, Minutes: "x"}, events.Deadline{}); !fault.Is(err, fault.Conflict) {
		t.Errorf("an order was held: %v", err)
	}
	if e, err := m.Answer(laggard, "已落实", "https://example.invalid/1"); err != nil || len(e.(events.MeasureAnswered).Settled) != 1 || m.Running != nil {
		t.Errorf("answered %+v, %v; the limit for answering ends", e, err)
	}
}
