package watch

import (
	"errors"
	"maps"
	"slices"
	"testing"

	"shenzhong/events"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/identity"
	"shenzhong/services/kit/store"
)

// standing is an alert in a state.
func standing(in State) Alert {
	a := Alert{State: in}
	if in == "" {
		return a
	}
	a.ID, a.Gauge, a.Raised, a.Moves = "500156-YJ-2026-000001", "500156-JCD-burial-xz-heshun", 3, 3
	a.To = events.Route{Lead: "mzj", Assists: []string{"ghzrzyj", "xz-heshun"}, Offence: "scattered_burial"}
	a.Signals = []events.Signal{{ID: "s1"}, {ID: "s2"}, {ID: "s3"}}
	a.Limits = []events.Deadline{{ID: events.DeadlineID(Subject(a.ID), ruleHandle)}}
	a.SignedBy = civil.ID
	return a
}

// acts is everything that can be done with an alert.
var acts = []struct {
	name string
	act  func(*Alert) (events.Event, error)
	from []State
	to   State
}{
	{"raise", func(a *Alert) (events.Event, error) {
		return a.Raise(events.AlertRaised{Alert: "500156-YJ-2026-000001"})
	}, []State{""}, Raised},
	{"follow", func(a *Alert) (events.Event, error) { return a.Follow(4, nil) }, []State{Raised, Acknowledged}, ""},
	{"acknowledge", func(a *Alert) (events.Event, error) { return a.Acknowledge(civil) }, []State{Raised}, Acknowledged},
	{"respond", func(a *Alert) (events.Event, error) { return a.Respond(land, "已到现场核实", nil) }, []State{Raised, Acknowledged}, ""},
	{"conclude", func(a *Alert) (events.Event, error) {
		return a.Conclude(civil, events.AlertConcluded{Outcome: "remedied"})
	}, []State{Acknowledged}, Concluded},
	{"dismiss", func(a *Alert) (events.Event, error) {
		return a.Conclude(head, events.AlertConcluded{Outcome: "unfounded"})
	}, []State{Acknowledged}, Concluded},
	{"lift", func(a *Alert) (events.Event, error) { return a.Lift(5, nil) }, []State{Raised, Acknowledged}, Lifted},
}

// TestEveryActInEveryState compares the moves made with the moves drawn.
func TestEveryActInEveryState(t *testing.T) {
	made := map[State][]State{}
	for s := range next {
		made[s] = []State{}
	}
	for _, tt := range acts {
		for from := range next {
			a := standing(from)
			fact, err := tt.act(&a)
			if !slices.Contains(tt.from, from) {
				if fault.KindOf(err) != fault.Conflict && !errors.Is(err, store.Unchanged) || a.State != from {
					t.Errorf("%s when %q: %v, then %q; want a conflict", tt.name, from, err, a.State)
				}
				continue
			}
			to := tt.to
			if to == "" {
				to = from
			}
			if err != nil || fact == nil || a.State != to {
				t.Errorf("%s when %q: %v, %v, then %q", tt.name, from, fact, err, a.State)
			}
			if a.State != from && !slices.Contains(made[from], a.State) {
				made[from] = append(made[from], a.State)
			}
		}
	}
	same := func(a, b []State) bool {
		return slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b)))
	}
	if !maps.EqualFunc(made, next, same) {
		t.Errorf("the acts make the moves %v, the table draws %v", made, next)
	}
	for s := range next {
		if Title(s) == "" {
			t.Errorf("%q has no name for people", s)
		}
	}
	for s := range nextSignal {
		if SignalTitle(s) == "" {
			t.Errorf("%q has no name for people", s)
		}
	}
	for s := range nextGauge {
		if GaugeTitle(s) == "" {
			t.Errorf("%q has no name for people", s)
		}
	}
}

// TestOnlyTheUnitsOfTheAlertAct goes through the acts and those who might try.
func TestOnlyTheUnitsOfTheAlertAct(t *testing.T) {
	conclude := func(outcome string) func(*Alert, identity.Actor) (events.Event, error) {
		return func(a *Alert, by identity.Actor) (events.Event, error) {
			return a.Conclude(by, events.AlertConcluded{Outcome: outcome})
		}
	}
	signer := head
	signer.ID = civil.ID // the one who has signed, now the head
	for name, tt := range map[string]struct {
		at  State
		act func(*Alert, identity.Actor) (events.Event, error)
		may []identity.Actor
	}{
		"acknowledge": {Raised, func(a *Alert, by identity.Actor) (events.Event, error) { return a.Acknowledge(by) }, []identity.Actor{civil, civil2, head, signer}},
		"respond": {Acknowledged, func(a *Alert, by identity.Actor) (events.Event, error) { return a.Respond(by, "已办理", nil) },
			[]identity.Actor{civil, civil2, head, signer, land, town}},
		"clue":      {Acknowledged, conclude("clue"), []identity.Actor{civil, civil2}},
		"campaign":  {Acknowledged, conclude("campaign"), []identity.Actor{civil, civil2}},
		"remedied":  {Acknowledged, conclude("remedied"), []identity.Actor{civil, civil2}},
		"unfounded": {Acknowledged, conclude("unfounded"), []identity.Actor{head}},
	} {
		for _, by := range []identity.Actor{civil, civil2, head, signer, land, town, police, office, citizen} {
			a := standing(tt.at)
			_, err := tt.act(&a, by)
			allowed := slices.ContainsFunc(tt.may, func(m identity.Actor) bool { return m.ID == by.ID && slices.Equal(m.Roles, by.Roles) })
			if allowed && err != nil || !allowed && !fault.Is(err, fault.Denied) {
				t.Errorf("%s by %s %v: %v; want allowed = %v", name, by.ID, by.Roles, err, allowed)
			}
		}
	}
}

// TestTheConclusionSettlesAndNamesTheSilent: the limit ends with it, and which of
// the units have not responded is on record.
func TestTheConclusionSettlesAndNamesTheSilent(t *testing.T) {
	a := standing(Acknowledged)
	for range 2 {
		if _, err := a.Respond(land, "已到现场核实", []string{"照片"}); err != nil {
			t.Fatal(err)
		}
	}
	fact, err := a.Conclude(civil, events.AlertConcluded{Outcome: "clue", Text: "转为线索"})
	if err != nil {
		t.Fatal(err)
	}
	got := fact.(events.AlertConcluded)
	if !slices.Equal(got.Settled, []string{"alert/500156-YJ-2026-000001#alert.handle"}) || !slices.Equal(got.Silent, []string{"xz-heshun"}) || len(a.Limits) != 0 || len(a.Responses) != 2 {
		t.Errorf("concluded %+v", got)
	}
	if got.Matter != "scattered_burial" || got.Gauge != a.Gauge || got.Raised != 3 || got.Unit != "mzj" {
		t.Errorf("concluded %+v", got)
	}
}

// TestTheConclusionNamesTheFacility: by the place or by a signal, also when the
// signals were taken back.
func TestTheConclusionNamesTheFacility(t *testing.T) {
	at := events.Place{Sort: "facility", ID: home, Name: "武隆区殡仪馆"}
	for name, tt := range map[string]struct {
		facility string
		place    events.Place
		signals  []events.Signal
		want     string
	}{
		"place":      {home, at, nil, "武隆区殡仪馆"},
		"signal":     {home, events.Place{Sort: "town", ID: "xz-heshun"}, []events.Signal{{Facility: home, Name: "武隆区殡仪馆"}}, "武隆区殡仪馆"},
		"none":       {"", events.Place{Sort: "town", ID: "xz-heshun", Name: "和顺镇"}, []events.Signal{{}}, ""},
		"taken back": {home, events.Place{Sort: "town", ID: "xz-heshun"}, nil, ""},
	} {
		a := standing(Acknowledged)
		a.Facility, a.Place, a.Signals = tt.facility, tt.place, tt.signals
		fact, err := a.Conclude(civil, events.AlertConcluded{Outcome: "clue"})
		if got, ok := fact.(events.AlertConcluded); err != nil || !ok || got.Name != tt.want {
			t.Errorf("%s: %+v, %v", name, fact, err)
		}
	}
}

// TestAnOlderWordOfTheGaugeChangesNothing: facts about a gauge come in any order.
func TestAnOlderWordOfTheGaugeChangesNothing(t *testing.T) {
	a := standing(Raised)
	if _, err := a.Follow(6, []events.Signal{{ID: "s1"}, {ID: "s2"}, {ID: "s3"}, {ID: "s4"}}); err != nil || len(a.Signals) != 4 {
		t.Fatalf("follows with %v, %v", a.Signals, err)
	}
	if _, err := a.Follow(5, nil); !errors.Is(err, store.Unchanged) || len(a.Signals) != 4 {
		t.Errorf("an older word: %v, %v", a.Signals, err)
	}
}
