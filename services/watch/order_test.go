package watch

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"shenzhong/events"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/servicetest"
	"shenzhong/services/kit/store"
	"shenzhong/services/kit/view"
	"shenzhong/services/kit/workday"
)

// orders calls try with every order of n things.
func orders(n int, try func([]int)) {
	var rest func(done []int)
	rest = func(done []int) {
		if len(done) == n {
			try(done)
			return
		}
		for i := range n {
			if !slices.Contains(done, i) {
				rest(append(slices.Clone(done), i))
			}
		}
	}
	rest(nil)
}

var begin = time.Date(2026, 7, 6, 1, 0, 0, 0, time.UTC)

func atHour(n int) time.Time { return begin.Add(time.Duration(n) * time.Hour) }

// TestSignalHasNoOrder: what is heard of one clue comes in any order and more
// than once; whether its signal counts, and as what, is the same in the end.
func TestSignalHasNoOrder(t *testing.T) {
	says := func(matter string, hour int) events.Signal {
		return events.Signal{ID: "500156-XH-XS-2026-000001", Sort: "clue", Matter: matter, Day: "2026-07-06", At: atHour(hour)}
	}
	id := says("", 0).ID
	say := func(matter string, version int64) func(*Signal) (events.Event, error) {
		return func(x *Signal) (events.Event, error) { return x.Say(says(matter, int(version)), version) }
	}
	fall := func(version int64) func(*Signal) (events.Event, error) {
		return func(x *Signal) (events.Event, error) { return x.Fall(id, version) }
	}
	reopen := func(x *Signal) (events.Event, error) { return x.Reopen(id, 6) }
	void := func(x *Signal) (events.Event, error) { return x.Void(id, whyMerged) }
	for name, tt := range map[string]struct {
		acts  []func(*Signal) (events.Event, error)
		state SignalState
	}{
		"ruled":               {[]func(*Signal) (events.Event, error){say("a", 1), say("b", 3), say("c", 4)}, Counts},
		"unfounded":           {[]func(*Signal) (events.Event, error){say("a", 1), say("c", 3), fall(5)}, Out},
		"reopened":            {[]func(*Signal) (events.Event, error){say("a", 1), say("c", 3), fall(5), reopen}, Counts},
		"unfounded after all": {[]func(*Signal) (events.Event, error){say("a", 1), say("c", 3), fall(5), reopen, fall(8)}, Out},
		"merged":              {[]func(*Signal) (events.Event, error){say("a", 1), say("c", 3), fall(5), reopen, void}, Out},
	} {
		orders(len(tt.acts), func(order []int) {
			var x Signal
			for _, i := range order {
				for range 2 {
					after := x
					fact, err := tt.acts[i](&after)
					if errors.Is(err, store.Unchanged) {
						continue
					}
					if err != nil || fact == nil {
						t.Fatalf("%s %v: %v", name, order, err)
					}
					x = after
				}
			}
			if x.State != tt.state || x.Signal != says("c", 1) {
				t.Fatalf("%s in the order %v is %s: %+v", name, order, x.State, x.Signal)
			}
		})
	}
}

// TestGaugeHasNoOrder: signals, what was taken back of them and the end of an
// alert come in any order, each twice; what counts and whether there is a warning
// is the same in the end.
func TestGaugeHasNoOrder(t *testing.T) {
	g := servicetest.NewGround(t, begin)
	rule := (&Service{cfg: Config{Law: g.Law}}).rule("burial")
	in := func(n, day int) Entry {
		return Entry{Version: 1, Signal: events.Signal{ID: fmt.Sprintf("s%d", n), Sort: "clue", Matter: "scattered_burial", Day: workday.DateOf(begin).AddDays(day).String(), At: atHour(24*day + n)}}
	}
	out := func(n, day int) Entry {
		e := in(n, day)
		e.Version, e.Out = 2, true
		return e
	}
	take := func(e Entry) func(*Gauge) (events.Event, error) {
		return func(x *Gauge) (events.Event, error) { return x.Take(e, rule) }
	}
	end := func(hour int) func(*Gauge) (events.Event, error) {
		return func(x *Gauge) (events.Event, error) {
			raised := x.Raised
			if raised == 0 {
				raised = -1 // of an alert that another word has ended
			}
			return x.End(raised, atHour(hour), rule)
		}
	}
	type act = func(*Gauge) (events.Event, error)
	for name, tt := range map[string]struct {
		acts  []act
		state GaugeState
		ids   string
	}{
		"two":                      {[]act{take(in(1, 0)), take(in(2, 9))}, Quiet, "[s1 s2]"},
		"three":                    {[]act{take(in(1, 0)), take(in(2, 9)), take(in(3, 20)), take(in(4, 21))}, Alarming, "[s1 s2 s3 s4]"},
		"too far apart":            {[]act{take(in(1, 0)), take(in(2, 20)), take(in(3, 40))}, Quiet, "[s1 s2 s3]"},
		"one taken back":           {[]act{take(in(1, 0)), take(in(2, 9)), take(in(3, 20)), take(out(2, 9))}, Quiet, "[s1 s3]"},
		"one taken back, one more": {[]act{take(in(1, 0)), take(in(2, 9)), take(in(3, 20)), take(out(2, 9)), take(in(4, 21))}, Alarming, "[s1 s3 s4]"},
		"dealt with":               {[]act{take(in(1, 0)), take(in(2, 1)), take(in(3, 2)), end(60), take(in(4, 4))}, Quiet, "[s4]"},
		"dealt with, and again":    {[]act{take(in(1, 0)), end(30), take(in(3, 2)), take(in(4, 4)), take(in(5, 5)), take(in(6, 6))}, Alarming, "[s3 s4 s5 s6]"},
	} {
		orders(len(tt.acts), func(order []int) {
			var x Gauge
			for _, i := range order {
				for range 2 {
					after := x
					after.Entries = slices.Clone(x.Entries)
					fact, err := tt.acts[i](&after)
					if errors.Is(err, store.Unchanged) {
						continue
					}
					if moved, ok := fact.(events.GaugeMoved); err != nil || !ok || after.Moves != x.Moves+1 || (moved.Crossing == crossRaised) != (after.Raised == after.Moves) {
						t.Fatalf("%s %v: %+v, %v", name, order, fact, err)
					}
					x = after
				}
			}
			if ids := fmt.Sprint(idsOf(x.counting())); x.State != tt.state || ids != tt.ids || (x.Raised != 0) != (tt.state == Alarming) {
				t.Fatalf("%s in the order %v is %s with %s, want %s with %s", name, order, x.State, ids, tt.state, tt.ids)
			}
		})
	}
}

// TestWhatIsTooLongAgo: a quiet gauge forgets what lies two windows back, and yet
// never overlooks a report that comes late but is enough by itself.
func TestWhatIsTooLongAgo(t *testing.T) {
	pack := servicetest.NewGround(t, begin).Law
	entry := func(n int, day string, out bool) Entry {
		return Entry{Version: 2, Out: out, Signal: events.Signal{ID: fmt.Sprint("s", n), Sort: "report", Day: day, At: atHour(1000 + n)}}
	}
	rule := (&Service{cfg: Config{Law: pack}}).rule("burial")
	var g Gauge
	for i, day := range []string{"2026-05-01", "2026-07-01", "2026-06-30"} {
		if _, err := g.Take(entry(i, day, false), rule); err != nil {
			t.Fatal(err)
		}
	}
	if ids := fmt.Sprint(idsOf(g.counting())); ids != "[s1 s2]" || g.State != Quiet {
		t.Errorf("remembers %s, %s", ids, g.State)
	}
	before := len(g.Entries)
	if _, err := g.Take(entry(0, "2026-05-01", true), rule); !errors.Is(err, store.Unchanged) {
		t.Errorf("what was forgotten is taken back: %v", err)
	}
	g.Entries = g.Entries[:before]
	rule = (&Service{cfg: Config{Law: pack}}).rule("safety")
	g = Gauge{}
	for _, e := range []Entry{entry(1, "2026-07-10", true), entry(2, "2026-07-06", false)} {
		if _, err := g.Take(e, rule); err != nil {
			t.Fatal(err)
		}
	}
	if g.State != Alarming {
		t.Errorf("a hazard seen four days before one that was none is overlooked: %+v", g)
	}
}

// TestAFloodIsOneWarning: a gauge keeps so many signals of an open alert and no
// more; it says once that there are more, is not lifted by what is taken back
// then, and begins anew after the end.
func TestAFloodIsOneWarning(t *testing.T) {
	rule := (&Service{cfg: Config{Law: servicetest.NewGround(t, begin).Law}}).rule("burial")
	entry := func(n int, version int64, out bool) Entry {
		return Entry{Version: version, Out: out, Signal: events.Signal{ID: fmt.Sprintf("s%03d", n), Sort: "clue", Day: "2026-07-06", At: begin.Add(time.Duration(n) * time.Minute)}}
	}
	var g Gauge
	moved := 0
	take := func(e Entry) {
		t.Helper()
		after := g
		after.Entries = slices.Clone(g.Entries)
		_, err := after.Take(e, rule)
		if errors.Is(err, store.Unchanged) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		g = after
		moved++
	}
	for n := range 3 * mostEntries {
		take(entry(n, 1, false))
	}
	if len(g.Entries) != mostEntries || moved != mostEntries+1 || !g.Over || g.State != Alarming {
		t.Fatalf("keeps %d signals after %d moves, over %v", len(g.Entries), moved, g.Over)
	}
	for n := range 3 * mostEntries {
		take(entry(n, 2, true))
	}
	if g.State != Alarming || len(g.counting()) != 0 || moved != 2*mostEntries+1 {
		t.Errorf("stands at %s with %d after %d moves", g.State, len(g.counting()), moved)
	}
	if _, err := g.End(g.Raised, begin.Add(5*time.Hour), rule); err != nil || g.Over || g.State != Quiet || len(g.Entries) != 0 {
		t.Errorf("after the end %+v, %v", g, err)
	}
	for n := range 3 {
		take(entry(400+n, 1, false))
	}
	if g.State != Alarming || len(g.Entries) != 3 {
		t.Errorf("began anew with %+v", g)
	}
}

// TestWatchHasNoOrder delivers facts of other contexts to the service in every
// order, each twice, and lets what follows travel at once or late.
func TestWatchHasNoOrder(t *testing.T) {
	clues := servicetest.NewVoice("clue", servicetest.NewGround(t, begin).Clock)
	received := func(n int, offence string) {
		clues.Say(t, "clue", clueID(n), events.ClueReceived{Clue: clueID(n), Source: "citizen", Offence: offence, Town: "和顺镇", Day: "2026-07-06"})
	}
	received(1, "scattered_burial")
	received(2, "scattered_burial")
	received(3, "")
	clues.Say(t, "clue", clueID(3), events.ClueRouted{Clue: clueID(3), Source: "citizen", Town: "和顺镇", Day: "2026-07-06", Route: events.Route{Offence: "scattered_burial"}})
	received(4, "scattered_burial")
	clues.Say(t, "clue", clueID(4), events.ClueMerged{Clue: clueID(4), Into: clueID(1)})
	facts := slices.DeleteFunc(servicetest.Facts(t, clues.Log), func(c store.Commit) bool {
		return c.Subject == "clue/"+clueID(3) && c.Version == 1 // says nothing that watch takes in
	})
	want := ""
	orders(len(facts), func(order []int) {
		for _, late := range []bool{false, true} {
			got := heardIn(t, facts, order, late)
			if want == "" {
				want = got
			}
			if got != want {
				t.Fatalf("in the order %v, late %v:\n%s\nwant\n%s", order, late, got, want)
			}
		}
	})
	if want != "alerts open 1, gauge alarming [500156-XH-XS-2026-000001 500156-XH-XS-2026-000002 500156-XH-XS-2026-000003]" {
		t.Error(want)
	}
}

// heardIn is how a service stands that has heard the facts in that order.
func heardIn(t *testing.T, facts []store.Commit, order []int, late bool) string {
	t.Helper()
	ctx := context.Background()
	g := servicetest.NewGround(t, begin.Add(time.Hour))
	log := store.NewMemory()
	s, err := New(ctx, Config{District: "500156", Log: log, Tables: view.NewMemory(), Clock: g.Clock, Law: g.Law, Calendar: g.Calendar})
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range order {
		e := facts[i].Envelope()
		for _, r := range append(s.Reactions(), s.Reactions()...) {
			if !r.Hears(e.Type) {
				continue
			}
			if err := r.Handle(ctx, e); err != nil && !fault.Is(err, fault.Early) {
				t.Fatal(err)
			}
		}
		if !late {
			servicetest.Pump(t, []store.Log{log}, s.Reactions())
		}
	}
	servicetest.Pump(t, []store.Log{log}, s.Reactions())
	open := 0
	rows, err := s.Alerts(ctx, office, AlertFilter{})
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range rows {
		if a.open() {
			open++
		}
	}
	gauges, err := s.Gauges(ctx, office, GaugeFilter{})
	if err != nil || len(gauges) != 1 {
		t.Fatalf("gauges %+v, %v", gauges, err)
	}
	ids := idsOf(gauges[0].Signals)
	slices.Sort(ids)
	return fmt.Sprintf("alerts open %d, gauge %s %v", open, gauges[0].State, ids)
}
