package oversee

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"shenzhong/events"
	"shenzhong/services/kit/store"
	"shenzhong/services/kit/view"
)

// said is what one fact says of a limit, as the tests of order make it up.
type said struct {
	envelope events.Envelope
	starts   *events.Deadline
	ends     bool
}

// hear feeds a fact as oversee does: what it starts before what it ends, and
// nothing of a change that was none is kept.
func (s said) hear(t *testing.T, l *Limit) {
	t.Helper()
	keep := func(after Limit, err error) {
		switch {
		case errors.Is(err, store.Unchanged):
		case err != nil:
			t.Fatal(err)
		default:
			*l = after
		}
	}
	if s.starts != nil {
		after := l.clone()
		_, err := after.Start(*s.starts, planOf(s.starts.Due), s.envelope)
		keep(after, err)
	}
	if s.ends {
		after := l.clone()
		_, err := after.Settle(limitOf("", due).ID, s.envelope)
		keep(after, err)
	}
}

// clone is what a store would read back.
func (l *Limit) clone() Limit {
	c := *l
	c.Ends, c.Stages = slices.Clone(l.Ends), slices.Clone(l.Stages)
	return c
}

// truth is how a limit must stand after those facts, whatever their order: by
// its last start, and by the earliest end that is not older than that start.
func truth(facts []said) (State, events.Deadline, time.Time) {
	var last said
	for _, f := range facts {
		if f.starts != nil && (last.starts == nil || f.envelope.Version > last.envelope.Version) {
			last = f
		}
	}
	var at time.Time
	for _, f := range facts {
		counts := f.ends && (f.envelope.Subject != subject || f.envelope.Version >= last.envelope.Version)
		if counts && (at.IsZero() || f.envelope.Time.Before(at)) {
			at = f.envelope.Time
		}
	}
	switch {
	case at.IsZero():
		return Armed, *last.starts, at
	case at.Before(last.starts.Due):
		return Met, *last.starts, at
	}
	return MetLate, *last.starts, at
}

// lives are the lives of a limit that are tried: what each of up to four facts
// of its subject says of it, the first of which starts it, and when another
// subject ends it, if one does.
func lives() [][]said {
	soon, late := begin.Add(25*time.Hour), begin.Add(35*time.Hour)
	kinds := []func(*said){
		func(s *said) { s.ends = true },
		func(s *said) { d := limitOf("scjgj", soon); s.starts = &d },
		func(s *said) { d := limitOf("fgw", soon); s.starts = &d },
		func(s *said) { d := limitOf("scjgj", late); s.starts = &d },
		func(s *said) { d := limitOf("mzj", late); s.starts, s.ends = &d, true },
	}
	var out [][]said
	grow := func(rest [][]said) [][]said {
		var longer [][]said
		for _, life := range rest {
			for _, kind := range kinds {
				v := int64(len(life) + 1)
				next := said{envelope: fact(subject, v, begin.Add(time.Duration(v)*10*time.Hour))}
				kind(&next)
				longer = append(longer, append(slices.Clone(life), next))
			}
		}
		return longer
	}
	first := said{envelope: fact(subject, 1, begin.Add(10*time.Hour))}
	kinds[1](&first)
	own := [][]said{{first}}
	for range 3 {
		own = grow(own)
		for _, life := range own {
			out = append(out, life)
			for _, hours := range []int{5, 22, 50} {
				foreign := said{envelope: fact("record/500156-GS-2026-000001", 3, begin.Add(time.Duration(hours)*time.Hour)), ends: true}
				out = append(out, append(slices.Clone(life), foreign))
			}
		}
	}
	return out
}

// orders are all orders of that many things.
func orders(n int) [][]int {
	if n == 0 {
		return [][]int{nil}
	}
	var out [][]int
	for _, shorter := range orders(n - 1) {
		for at := range n {
			out = append(out, slices.Insert(slices.Clone(shorter), at, n-1))
		}
	}
	return out
}

// TestNoOrderLeavesALimitOpen gives every life of a limit in every order, each
// fact also a second time at the end: ends of its own subject and of another
// around a start again, an end before its start, an end repeated. How it stands,
// whose it is, when it is due and when it ended are the same each time, and
// nothing is said of what has ended.
func TestNoOrderLeavesALimitOpen(t *testing.T) {
	tried := 0
	for _, life := range lives() {
		state, deadline, at := truth(life)
		for _, order := range orders(len(life)) {
			tried++
			var l Limit
			for _, i := range append(slices.Clone(order), order...) {
				life[i].hear(t, &l)
			}
			if l.State != state || l.Deadline.Owner != deadline.Owner || !l.Deadline.Due.Equal(deadline.Due) || !l.EndedAt.Equal(at) || l.next().IsZero() != (state != Armed) {
				t.Fatalf("heard %v of %s: stands at %q with %s, due %s, ended at %s, next %s; want %q with %s, due %s, ended at %s",
					order, told(life), l.State, l.Deadline.Owner, l.Deadline.Due, l.EndedAt, l.next(), state, deadline.Owner, deadline.Due, at)
			}
		}
	}
	if tried < 40000 {
		t.Fatalf("tried %d orders", tried)
	}
}

// TestEndsAroundARestart stops the service after every fact it takes in, over a
// limit that ends twice, begins again and ends a third time by another context,
// heard in the order that leaves most to be guessed. Behind the last day nothing
// is said of it.
func TestEndsAroundARestart(t *testing.T) {
	for _, last := range []string{"another", "its own"} {
		f := newFixture(t)
		ctx := context.Background()
		at := func(hours int) time.Time { return begin.Add(time.Duration(hours) * time.Hour) }
		d, err := f.counter.Start("pub.penalty.portal", subject, "scjgj", "公示处罚决定", begin)
		if err != nil {
			t.Fatal(err)
		}
		says := func(from string, version int64, hours int, starts bool) events.Envelope {
			e := fact(from, version, at(hours))
			if !starts {
				e.Settles = []string{d.ID}
				return e
			}
			if e.Starts, err = events.WriteLimits([]events.Deadline{d}); err != nil {
				t.Fatal(err)
			}
			return e
		}
		end := says("record/500156-GS-2026-000001", 2, 30, false)
		if last != "another" {
			end = says(subject, 8, 30, false)
		}
		for _, e := range []events.Envelope{
			says(subject, 6, 2, false), says(subject, 5, 1, true), end, says(subject, 6, 2, false), says(subject, 7, 20, true), says(subject, 5, 1, true), end,
		} {
			if err := f.service.keep(ctx, e); err != nil {
				t.Fatal(err)
			}
			f.service = f.sibling(t)
			f.settle(t)
		}
		if got := f.pass(t, d.Due.Add(72*time.Hour)); len(got) != 0 {
			t.Errorf("ended by %s: said %v", last, got)
		}
		rows, err := f.service.board.List(ctx, view.Query{})
		if err != nil || len(rows) != 1 || rows[0].State != Met || rows[0].Next != never {
			t.Errorf("ended by %s: %+v, %v", last, rows, err)
		}
	}
}

// told is a life for a report.
func told(life []said) string {
	out := ""
	for _, s := range life {
		switch {
		case s.starts != nil:
			out += fmt.Sprintf(" [%d starts, due %s]", s.envelope.Version, s.starts.Due)
		case s.envelope.Subject == subject:
			out += fmt.Sprintf(" [%d ends]", s.envelope.Version)
		default:
			out += fmt.Sprintf(" [another ends at %s]", s.envelope.Time)
		}
	}
	return out
}
