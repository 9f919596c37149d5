package clue

import (
	"errors"
	"maps"
	"slices"
	"testing"
	"time"

	"shenzhong/events"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/identity"
	"shenzhong/services/kit/store"
)

var (
	intake  = identity.Actor{ID: "500156-RY-mzj-001", Unit: "mzj", Roles: []identity.Role{identity.Intake}}
	market  = identity.Actor{ID: "500156-RY-scjgj-001", Unit: "scjgj", Roles: []identity.Role{identity.Officer}}
	police  = identity.Actor{ID: "500156-RY-gaj-001", Unit: "gaj", Roles: []identity.Role{identity.Officer}}
	forest  = identity.Actor{ID: "500156-RY-lyj-001", Unit: "lyj", Roles: []identity.Role{identity.Officer}}
	office  = identity.Actor{ID: "500156-RY-zbb-001", Unit: "zbb", Roles: []identity.Role{identity.Office}}
	citizen = identity.Anonymous()

	came = time.Date(2026, 9, 30, 2, 0, 0, 0, time.UTC)
)

const (
	first  = "500156-XS-2026-000001"
	second = "500156-XS-2026-000002"
)

func limitOf(id, rule string, days int) events.Deadline {
	due := came.AddDate(0, 0, days)
	return events.Deadline{
		ID: events.DeadlineID(Subject(id), rule), Rule: rule, Owner: "scjgj", From: came, Due: due, DueDate: due.Format(time.DateOnly),
	}
}

// standing returns a clue in that state. Only the moves are under test here, so
// it is put there rather than led there; the commands' tests lead it.
func standing(s State) Clue {
	c := Clue{
		ID: second, Source: "citizen", Facility: "500156-JG-000001", Offence: "bundled_sale", Sealed: "ref", State: s,
		To: events.Route{Lead: "scjgj", Assists: []string{"fgw"}, Offence: "bundled_sale"}, Round: 1,
		Limits: []events.Deadline{limitOf(second, ruleComplaint, 15), limitOf(second, ruleVerify, 27)},
	}
	switch s {
	case "":
		return Clue{}
	case Routed:
		sign := limitOf(second, ruleSign, 1)
		c.SignBy = &sign
	case Returned, Disputed:
		c.Refused = []string{"scjgj"}
		c.Returned = &events.ClueReturned{Unit: "scjgj", Suggested: "gaj"}
		c.Limits = append(c.Limits, limitOf(second, ruleRuling, 8))
	case Ruled:
		c.Ruling = &events.ClueRuled{Route: events.Route{Lead: "gaj", Offence: "noise"}}
	case Merged:
		c.Into = first
	}
	return c
}

// acts is every act that moves a clue, and from which states it may.
var acts = []struct {
	name string
	act  func(*Clue) (events.Event, error)
	from []State
	to   State
}{
	{"receive", func(c *Clue) (events.Event, error) { return c.Receive(Clue{ID: second}, nil) }, []State{""}, Received},
	{"route", func(c *Clue) (events.Event, error) {
		return c.Route(events.Route{Lead: "lyj", Offence: "forest_grave"}, limitOf(second, ruleAccept, 7), limitOf(second, ruleSign, 1))
	}, []State{Received, Returned}, Routed},
	{"follow", func(c *Clue) (events.Event, error) { return c.Follow(limitOf(second, ruleSign, 1)) }, []State{Ruled}, Routed},
	{"sign", func(c *Clue) (events.Event, error) { return c.Sign(market) }, []State{Routed}, Routed},
	{"lapse", func(c *Clue) (events.Event, error) { return c.Lapse(came.AddDate(0, 0, 1)) }, []State{Routed}, Routed},
	{"accept", func(c *Clue) (events.Event, error) { return c.Accept(market) }, []State{Routed}, Accepted},
	{"return", func(c *Clue) (events.Event, error) {
		return c.Return(market, events.ClueReturned{Suggested: "gaj"}, 2)
	}, []State{Routed}, Returned},
	{"dispute", func(c *Clue) (events.Event, error) {
		return c.Dispute(police, "不属于公安职责", "条例", limitOf(second, ruleRuling, 8))
	}, []State{Returned}, Disputed},
	{"rule", func(c *Clue) (events.Event, error) { return c.Rule(events.Route{Lead: "gaj"}, "按职责") }, []State{Disputed}, Ruled},
	{"merge", func(c *Clue) (events.Event, error) {
		return c.Merge(market, Clue{ID: first, Facility: "500156-JG-000001", State: Accepted}, "")
	}, []State{Received, Routed, Returned, Accepted}, Merged},
	{"extend", func(c *Clue) (events.Event, error) {
		return c.Extend(market, limitOf(second, ruleVerify, 48), "需要检验", 1, came)
	}, []State{Accepted}, Accepted},
	{"conclude", func(c *Clue) (events.Event, error) {
		return c.Conclude(market, events.ClueConcluded{Outcome: "unfounded"}, limitOf(second, ruleNotify, 7))
	}, []State{Accepted, Reopened}, Concluded},
	{"answer", func(c *Clue) (events.Event, error) { return c.Answer("已核查") }, []State{Merged, Concluded}, Answered},
	{"reopen", func(c *Clue) (events.Event, error) { return c.Reopen("新的票据", limitOf(second, ruleVerify, 90)) }, []State{Answered}, Reopened},
	{"reply", func(c *Clue) (events.Event, error) { return c.Reply(market, "已核查") }, []State{Concluded, Answered}, Answered},
}

// TestEveryActInEveryState compares the moves made with the moves drawn.
func TestEveryActInEveryState(t *testing.T) {
	made := map[State][]State{}
	for s := range next {
		made[s] = []State{}
	}
	for _, tt := range acts {
		for from := range next {
			t.Run(tt.name+" when "+string(from), func(t *testing.T) {
				c := standing(from)
				fact, err := tt.act(&c)
				if !slices.Contains(tt.from, from) {
					if fault.KindOf(err) != fault.Conflict && !errors.Is(err, store.Unchanged) {
						t.Fatalf("got %v; want a conflict", err)
					}
					if c.State != from {
						t.Fatalf("a refused act left the clue %q", c.State)
					}
					return
				}
				if err != nil || fact == nil || c.State != tt.to {
					t.Fatalf("got %v, %q, %v; want %q", fact, c.State, err, tt.to)
				}
				if c.State != from && !slices.Contains(made[from], c.State) {
					made[from] = append(made[from], c.State)
				}
			})
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
}

// TestOnlyTheUnitInChargeActs goes through the acts that belong to one unit.
func TestOnlyTheUnitInChargeActs(t *testing.T) {
	limit := limitOf(second, ruleNotify, 7)
	for name, tt := range map[string]struct {
		at  State
		act func(*Clue, identity.Actor) (events.Event, error)
		may []identity.Actor
	}{
		"accept": {Routed, func(c *Clue, by identity.Actor) (events.Event, error) { return c.Accept(by) }, []identity.Actor{market}},
		"return": {Routed, func(c *Clue, by identity.Actor) (events.Event, error) {
			return c.Return(by, events.ClueReturned{Suggested: "gaj"}, 2)
		}, []identity.Actor{market}},
		"dispute": {Returned, func(c *Clue, by identity.Actor) (events.Event, error) {
			return c.Dispute(by, "理由", "依据", limit)
		}, []identity.Actor{police, intake}},
		"merge": {Routed, func(c *Clue, by identity.Actor) (events.Event, error) {
			return c.Merge(by, Clue{ID: first, Facility: c.Facility}, "")
		}, []identity.Actor{market, intake, office}},
		"conclude": {Accepted, func(c *Clue, by identity.Actor) (events.Event, error) {
			return c.Conclude(by, events.ClueConcluded{}, limit)
		}, []identity.Actor{market}},
		"reply": {Concluded, func(c *Clue, by identity.Actor) (events.Event, error) { return c.Reply(by, "答复") }, []identity.Actor{market, intake}},
		"extend": {Accepted, func(c *Clue, by identity.Actor) (events.Event, error) {
			return c.Extend(by, limit, "需要检验", 1, came)
		}, []identity.Actor{market}},
		"sign": {Routed, func(c *Clue, by identity.Actor) (events.Event, error) { return c.Sign(by) }, []identity.Actor{market}},
	} {
		for _, by := range []identity.Actor{market, police, forest, intake, office, citizen} {
			c := standing(tt.at)
			_, err := tt.act(&c, by)
			allowed := slices.ContainsFunc(tt.may, func(a identity.Actor) bool { return a.ID == by.ID })
			if allowed && err != nil || !allowed && !fault.Is(err, fault.Denied) {
				t.Errorf("%s by %s: %v; want allowed = %v", name, by.ID, err, allowed)
			}
		}
	}
}

// TestLimitsNeverStop: same ids and dates from the first routing to the last,
// whoever has the clue.
func TestLimitsNeverStop(t *testing.T) {
	c := standing(Received)
	c.Round = 0
	want := dates(c.Limits)
	must := func(e events.Event, err error) events.Event {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return e
	}
	must(c.Route(events.Route{Lead: "scjgj"}, limitOf(second, ruleAccept, 7), limitOf(second, ruleSign, 1)))
	must(c.Sign(market))
	must(c.Return(market, events.ClueReturned{Suggested: "gaj"}, 2))
	must(c.Dispute(police, "理由", "依据", limitOf(second, ruleRuling, 8)))
	ruled := must(c.Rule(events.Route{Lead: "scjgj"}, "理由")).(events.ClueRuled)
	if !slices.Equal(ruled.Settled, []string{events.DeadlineID(Subject(second), ruleRuling)}) {
		t.Errorf("the ruling settled %v", ruled.Settled)
	}
	routed := must(c.Follow(limitOf(second, ruleSign, 2))).(events.ClueRouted)
	if got := dates(routed.Deadlines); !maps.Equal(got, want) {
		t.Errorf("after return, dispute and ruling the limits are %v; want %v", got, want)
	}
	for _, d := range routed.Deadlines {
		if d.Owner != "scjgj" {
			t.Errorf("%s is with %s", d.ID, d.Owner)
		}
	}
	if routed.Round != 2 {
		t.Errorf("round %d; want 2", routed.Round)
	}
	if _, err := c.Return(market, events.ClueReturned{Suggested: "gaj"}, 9); !fault.Is(err, fault.Conflict) {
		t.Errorf("a clue that was ruled on was returned: %v", err)
	}
	accepted := must(c.Accept(market)).(events.ClueAccepted)
	if !slices.Equal(accepted.Settled, []string{events.DeadlineID(Subject(second), ruleComplaint)}) || len(c.Limits) != 1 {
		t.Errorf("accepting settled %v and left %v", accepted.Settled, c.Limits)
	}
}

func dates(limits []events.Deadline) map[string]string {
	out := map[string]string{}
	for _, d := range limits {
		out[d.ID] = d.DueDate
	}
	return out
}

// TestSigningTakesNothingAway: a clue is signed for once, by hand or by the
// lapse of time, and is then still taken up or given back.
func TestSigningTakesNothingAway(t *testing.T) {
	c := standing(Routed)
	due := c.SignBy.Due
	if _, err := c.Lapse(due.Add(-time.Nanosecond)); !errors.Is(err, store.Unchanged) || c.SignBy == nil {
		t.Errorf("signed for before its time: %v", err)
	}
	fact, err := c.Lapse(due)
	if err != nil || !fact.(events.ClueSigned).Lapsed || len(c.Limits) != 2 {
		t.Fatalf("lapsed with %+v, %v, limits %v", fact, err, c.Limits)
	}
	if _, err := c.Lapse(due); !errors.Is(err, store.Unchanged) {
		t.Errorf("lapsed twice: %v", err)
	}
	if _, err := c.Sign(market); !fault.Is(err, fault.Conflict) {
		t.Errorf("signed for after it counted as signed: %v", err)
	}
	if _, err := c.Return(market, events.ClueReturned{Suggested: "gaj"}, 2); err != nil {
		t.Errorf("a clue that was signed for could not be given back: %v", err)
	}
	for _, end := range []func(*Clue) (events.Event, error){
		func(c *Clue) (events.Event, error) { return c.Accept(market) },
		func(c *Clue) (events.Event, error) { return c.Return(market, events.ClueReturned{Suggested: "gaj"}, 2) },
		func(c *Clue) (events.Event, error) { return c.Merge(market, Clue{ID: first, Facility: c.Facility}, "") },
	} {
		c := standing(Routed)
		if _, err := end(&c); err != nil || c.SignBy != nil {
			t.Errorf("still to be signed for by %v, %v", c.SignBy, err)
		}
	}
}

func TestReturnsAreBounded(t *testing.T) {
	for _, tt := range []struct {
		most int
		want fault.Kind
	}{{2, ""}, {1, fault.Conflict}, {0, fault.Conflict}, {-1, ""}} {
		c := standing(Routed)
		c.Refused = []string{"gaj"}
		_, err := c.Return(market, events.ClueReturned{Suggested: "lyj"}, tt.most)
		if fault.KindOf(err) != tt.want {
			t.Errorf("a second return where %d are allowed: %v", tt.most, err)
		}
	}
	c := standing(Routed)
	if _, err := c.Return(market, events.ClueReturned{Suggested: "scjgj"}, 2); !fault.Is(err, fault.Invalid) {
		t.Errorf("a unit suggested itself: %v", err)
	}
	c = standing(Returned)
	if _, err := c.Route(events.Route{Lead: "scjgj"}, events.Deadline{}, events.Deadline{}); !fault.Is(err, fault.Conflict) {
		t.Errorf("a unit that returned the clue got it again without a ruling: %v", err)
	}
}

func TestTheLimitForTakingUpStartsOnce(t *testing.T) {
	c := Clue{ID: second, State: Received, Source: "superior", Limits: []events.Deadline{limitOf(second, ruleVerify, 27)}}
	fact, err := c.Route(events.Route{Lead: "mzj"}, limitOf(second, ruleAccept, 7), limitOf(second, ruleSign, 1))
	if err != nil || len(fact.(events.ClueRouted).Deadlines) != 2 {
		t.Fatalf("routed with %v, %v", fact, err)
	}
	c.State, c.Returned = Returned, &events.ClueReturned{Unit: "gaj"}
	fact, err = c.Route(events.Route{Lead: "lyj"}, limitOf(second, ruleAccept, 30), limitOf(second, ruleSign, 1))
	if err != nil {
		t.Fatal(err)
	}
	if got := dates(fact.(events.ClueRouted).Deadlines); got[events.DeadlineID(Subject(second), ruleAccept)] != limitOf(second, ruleAccept, 7).DueDate {
		t.Errorf("routing anew moved the limits to %v", got)
	}
}

func TestMergingNeedsTheSameMatter(t *testing.T) {
	for name, tt := range map[string]struct {
		into   Clue
		reason string
		want   fault.Kind
	}{
		"same facility":             {Clue{ID: first, Facility: "500156-JG-000001"}, "", ""},
		"other facility":            {Clue{ID: first, Facility: "500156-JG-000002"}, "", fault.Invalid},
		"other facility and why":    {Clue{ID: first, Facility: "500156-JG-000002"}, "同一经营者的两处门店", ""},
		"facility not named":        {Clue{ID: first}, "", fault.Invalid},
		"itself":                    {Clue{ID: second, Facility: "500156-JG-000001"}, "", fault.Invalid},
		"later one":                 {Clue{ID: "500156-XS-2026-000003", Facility: "500156-JG-000001"}, "", fault.Invalid},
		"one that was merged":       {Clue{ID: first, Facility: "500156-JG-000001", Into: "500156-XS-2026-000000"}, "", fault.Conflict},
		"one that was concluded":    {Clue{ID: first, Facility: "500156-JG-000001", Conclusion: &events.ClueConcluded{}}, "", fault.Conflict},
		"one of the year before":    {Clue{ID: "500156-XS-2025-000900", Facility: "500156-JG-000001"}, "", ""},
		"one of the year to follow": {Clue{ID: "500156-XS-2027-000001", Facility: "500156-JG-000001"}, "", fault.Invalid},
	} {
		c := standing(Accepted)
		_, err := c.Merge(market, tt.into, tt.reason)
		if fault.KindOf(err) != tt.want {
			t.Errorf("%s: %v; want %q", name, err, tt.want)
		}
	}
}

// TestAbsorbKeepsTheEarlierLimit: whichever of the two was earlier holds, under
// the id and the owner of the clue that goes on.
func TestAbsorbKeepsTheEarlierLimit(t *testing.T) {
	c := standing(Accepted)
	c.Limits = c.Limits[1:]
	later := Clue{ID: "500156-XS-2026-000004", Limits: []events.Deadline{limitOf("500156-XS-2026-000004", ruleVerify, 40)}}
	fact, err := c.Absorb(later)
	if err != nil || len(fact.(events.ClueAbsorbed).Deadlines) != 0 {
		t.Fatalf("a later limit moved an earlier one: %v, %v", fact, err)
	}
	earlier := Clue{ID: "500156-XS-2026-000003", Merged: []string{"500156-XS-2026-000005", later.ID}, Limits: []events.Deadline{
		limitOf("500156-XS-2026-000003", ruleVerify, 20), limitOf("500156-XS-2026-000003", ruleComplaint, 10),
	}}
	earlier.Limits[0].Owner = "gaj"
	fact, err = c.Absorb(earlier)
	if err != nil {
		t.Fatal(err)
	}
	moved := fact.(events.ClueAbsorbed).Deadlines
	want := limitOf(second, ruleVerify, 20)
	if len(moved) != 1 || moved[0].ID != want.ID || !moved[0].Due.Equal(want.Due) || moved[0].Owner != "scjgj" {
		t.Errorf("moved %+v; want %+v", moved, want)
	}
	if len(c.Limits) != 1 || !c.Limits[0].Due.Equal(want.Due) {
		t.Errorf("limits are %+v", c.Limits)
	}
	if !slices.Equal(c.Merged, []string{later.ID, earlier.ID, "500156-XS-2026-000005"}) {
		t.Errorf("merged are %v", c.Merged)
	}
	if _, err := c.Absorb(earlier); !errors.Is(err, store.Unchanged) {
		t.Errorf("absorbed twice: %v", err)
	}
	gone := standing(Merged)
	if _, err := gone.Absorb(earlier); !fault.Is(err, fault.Conflict) {
		t.Errorf("a merged clue absorbed another: %v", err)
	}
}

func TestConcludingStartsWordOnlyIfSomebodyWaits(t *testing.T) {
	for _, ref := range []string{"ref", ""} {
		c := standing(Accepted)
		c.Sealed, c.Merged = ref, []string{"500156-XS-2026-000009"}
		fact, err := c.Conclude(market, events.ClueConcluded{Outcome: "case", Offence: "price_violation"}, limitOf(second, ruleNotify, 7))
		if err != nil {
			t.Fatal(err)
		}
		f := fact.(events.ClueConcluded)
		if len(f.Starts) == 1 != (ref != "") || len(f.Settled) != 2 || f.Unit != "scjgj" || f.Offence != "price_violation" || len(f.Merged) != 1 {
			t.Errorf("concluded %+v", f)
		}
		told, err := c.Answer("已核查")
		if err != nil || len(told.(events.ClueAnswered).Settled) != len(f.Starts) || len(c.Limits) != 0 {
			t.Errorf("answered %+v, %v, limits left %v", told, err, c.Limits)
		}
	}
}

func TestContactIsOnlyThereIfItWasLeft(t *testing.T) {
	c := standing(Routed)
	if fact, err := c.Unmask("需要补充证据"); err != nil || fact.(events.ClueUnmasked).Reason != "需要补充证据" || c.State != Routed {
		t.Errorf("got %v, %v", fact, err)
	}
	c.Sealed = ""
	if _, err := c.Unmask("需要补充证据"); !fault.Is(err, fault.NotFound) {
		t.Errorf("an anonymous clue was unmasked: %v", err)
	}
}
