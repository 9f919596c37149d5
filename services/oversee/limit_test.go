package oversee

import (
	"errors"
	"maps"
	"slices"
	"testing"
	"time"

	"shenzhong/events"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/store"
)

var (
	begin = time.Date(2026, 9, 30, 2, 0, 0, 0, time.UTC)
	due   = time.Date(2026, 10, 15, 16, 0, 0, 0, time.UTC)
)

const subject = "case/500156-AJ-2026-000001"

func limitOf(owner string, due time.Time) events.Deadline {
	return events.Deadline{
		ID: events.DeadlineID(subject, "pub.penalty.portal"), Rule: "pub.penalty.portal", Owner: owner, From: begin, Due: due, DueDate: "2026-10-15",
	}
}

func planOf(due time.Time) Plan {
	return Plan{Public: true, Stages: []Stage{
		{Name: "T-2", At: due.Add(-72 * time.Hour), To: "scjgj"}, {Name: "T-1", At: due.Add(-24 * time.Hour), To: "scjgj"},
		{Name: stageOverdue, At: due, To: "scjgj"}, {Name: "escalate-1", At: due, To: "unit_leader"},
	}}
}

func fact(from string, version int64, at time.Time) events.Envelope {
	return events.Envelope{ID: events.EnvelopeID(from, version), Subject: from, Version: version, Time: at}
}

// standing returns a limit in that state, reached through its own acts.
func standing(t *testing.T, state State) Limit {
	t.Helper()
	var l Limit
	must := func(_ events.Event, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	if state == "" {
		return l
	}
	must(l.Start(limitOf("scjgj", due), planOf(due), fact(subject, 5, begin)))
	switch state {
	case Overdue:
		must(l.Fire(due))
	case Met:
		must(l.Settle(l.Deadline.ID, fact(subject, 6, begin.Add(time.Hour))))
	case MetLate:
		must(l.Settle(l.Deadline.ID, fact(subject, 6, due.Add(time.Hour))))
	}
	if l.State != state {
		t.Fatalf("standing at %q; want %q", l.State, state)
	}
	return l
}

// TestWorkflow tries every act in every state. The moves that succeed must be
// exactly those that the table draws.
func TestWorkflow(t *testing.T) {
	later := due.Add(240 * time.Hour)
	acts := map[string]func(*Limit) (events.Event, error){
		"start": func(l *Limit) (events.Event, error) {
			return l.Start(limitOf("scjgj", later), planOf(later), fact(subject, 9, begin))
		},
		"settle": func(l *Limit) (events.Event, error) {
			return l.Settle(limitOf("", due).ID, fact(subject, 8, begin.Add(time.Hour)))
		},
		"settle late": func(l *Limit) (events.Event, error) { return l.Settle(limitOf("", due).ID, fact(subject, 8, due)) },
		"fire":        func(l *Limit) (events.Event, error) { return l.Fire(due) },
	}
	made := map[State][]State{}
	for state := range next {
		made[state] = []State{}
		for name, act := range acts {
			l := standing(t, state)
			_, err := act(&l)
			if errors.Is(err, store.Unchanged) || state == "" && name != "start" || name != "start" && l.State == state {
				continue // nothing was due, or something was said that moves nothing
			}
			if err != nil {
				t.Errorf("%s when %q: %v", name, state, err)
				continue
			}
			if !slices.Contains(made[state], l.State) {
				made[state] = append(made[state], l.State)
			}
		}
		slices.Sort(made[state])
	}
	drawn := map[State][]State{}
	for state, to := range next {
		drawn[state] = slices.Sorted(slices.Values(to))
	}
	if !maps.EqualFunc(made, drawn, slices.Equal) {
		t.Errorf("the acts make the moves %v, the table draws %v", made, drawn)
	}
}

func TestFireSaysEachStageOnce(t *testing.T) {
	l := standing(t, Armed)
	var said []string
	for at := begin; at.Before(due.Add(time.Hour)); at = at.Add(time.Hour) {
		for {
			e, err := l.Fire(at)
			if errors.Is(err, store.Unchanged) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			said = append(said, e.Kind())
		}
	}
	want := []string{"oversee.reminded.v1", "oversee.reminded.v1", "oversee.overdue.v1", "oversee.escalated.v1"}
	if !slices.Equal(said, want) {
		t.Fatalf("said %v; want %v", said, want)
	}
	if l.State != Overdue || !l.next().IsZero() {
		t.Fatalf("stands at %q with something left at %v", l.State, l.next())
	}
}

func TestFireAfterAnOutageSkipsStaleReminders(t *testing.T) {
	l := standing(t, Armed)
	e, err := l.Fire(due.Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := e.(events.Overdue); !ok {
		t.Fatalf("said %s first; want that the limit has passed", e.Kind())
	}
}

func TestNothingIsSaidBeforeItsTime(t *testing.T) {
	l := standing(t, Armed)
	if e, err := l.Fire(due.Add(-73 * time.Hour)); !errors.Is(err, store.Unchanged) {
		t.Fatalf("said %v, %v", e, err)
	}
}

func TestHandedOnKeepsTheDate(t *testing.T) {
	l := standing(t, Armed)
	e, err := l.Start(limitOf("fgw", due), planOf(due), fact(subject, 7, begin.Add(time.Hour)))
	if err != nil {
		t.Fatal(err)
	}
	kept, ok := e.(events.DeadlineKept)
	if !ok || kept.Change != "handed_on" || !kept.Deadline.Due.Equal(due) || kept.Deadline.Owner != "fgw" {
		t.Fatalf("got %+v", e)
	}
	if l.Round != 1 || l.Stages[0].To != "fgw" || l.Stages[3].To != "unit_leader" {
		t.Fatalf("round %d, stages %+v", l.Round, l.Stages)
	}
}

// TestOrderDoesNotMatter feeds the end of a limit before its beginning.
func TestOrderDoesNotMatter(t *testing.T) {
	tests := []struct {
		name string
		at   time.Time
		from string
		want State
	}{
		{"in time, same subject", due.Add(-time.Hour), subject, Met},
		{"late, same subject", due.Add(time.Hour), subject, MetLate},
		{"in time, by another", due.Add(-time.Hour), "record/500156-GS-2026-000001", Met},
		{"late, by another", due, "record/500156-GS-2026-000001", MetLate},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var l Limit
			if _, err := l.Settle(limitOf("", due).ID, fact(tt.from, 8, tt.at)); err != nil {
				t.Fatal(err)
			}
			if _, err := l.Start(limitOf("scjgj", due), planOf(due), fact(subject, 5, begin)); err != nil {
				t.Fatal(err)
			}
			if l.State != tt.want {
				t.Fatalf("stands at %q; want %q", l.State, tt.want)
			}
			if e, err := l.Fire(due.Add(time.Hour)); !errors.Is(err, store.Unchanged) {
				t.Fatalf("said %v, %v about a limit that has ended", e, err)
			}
		})
	}
}

// TestInTimeButHeardLate: a unit does not answer for a fact that traveled slowly.
func TestInTimeButHeardLate(t *testing.T) {
	l := standing(t, Overdue)
	e, err := l.Settle(l.Deadline.ID, fact(subject, 6, due.Add(-time.Minute)))
	if err != nil {
		t.Fatal(err)
	}
	kept, ok := e.(events.DeadlineKept)
	if !ok || l.State != Met || kept.Change != string(Met) || !kept.Next.IsZero() {
		t.Fatalf("stands at %q, said %+v", l.State, e)
	}
}

// TestStartHeardAgainAfterTheEnd: a fact that hands on a running limit as it is
// is kept as heard, so that it is known when it comes again behind the end.
func TestStartHeardAgainAfterTheEnd(t *testing.T) {
	for _, from := range []string{subject, "record/500156-GS-2026-000001"} {
		l := standing(t, Armed)
		again := fact(subject, 6, begin.Add(time.Minute))
		if e, err := l.Start(limitOf("scjgj", due), planOf(due), again); err != nil || e.(events.DeadlineKept).Change != "handed_on" || l.State != Armed || l.Round != 1 {
			t.Fatalf("handed on as it is: said %v, %v", e, err)
		}
		if _, err := l.Settle(l.Deadline.ID, fact(from, 7, begin.Add(time.Hour))); err != nil {
			t.Fatal(err)
		}
		if e, err := l.Start(limitOf("scjgj", due), planOf(due), again); !errors.Is(err, store.Unchanged) {
			t.Errorf("ended by %s, heard again: said %v, %v", from, e, err)
		}
		if e, err := l.Settle(l.Deadline.ID, fact(from, 7, begin.Add(time.Hour))); !errors.Is(err, store.Unchanged) {
			t.Errorf("ended by %s, the end heard again: said %v, %v", from, e, err)
		}
	}
}

// TestTheEarliestEndCounts: two facts end a limit, and the later one is heard
// first.
func TestTheEarliestEndCounts(t *testing.T) {
	l := standing(t, Armed)
	if _, err := l.Settle(l.Deadline.ID, fact(subject, 6, due.Add(time.Second))); err != nil || l.State != MetLate {
		t.Fatalf("stands at %q, %v", l.State, err)
	}
	if _, err := l.Settle(l.Deadline.ID, fact("record/500156-GS-2026-000001", 3, due.Add(-time.Second))); err != nil || l.State != Met {
		t.Fatalf("stands at %q, %v", l.State, err)
	}
}

// TestStartedAgainOutOfOrder: a limit is ended, started again and ended again;
// the second end is heard before the second start, which then starts nothing.
func TestStartedAgainOutOfOrder(t *testing.T) {
	l := standing(t, Armed) // by version 5
	for _, v := range []int64{6, 8} {
		if _, err := l.Settle(l.Deadline.ID, fact(subject, v, begin.Add(time.Duration(v)*time.Hour))); err != nil {
			t.Fatalf("end of version %d: %v", v, err)
		}
	}
	if _, err := l.Start(limitOf("scjgj", due), planOf(due), fact(subject, 7, begin.Add(7*time.Hour))); err != nil || l.State != Met || !l.next().IsZero() || !l.EndedAt.Equal(begin.Add(8*time.Hour)) {
		t.Fatalf("stands at %q, next %s, %v", l.State, l.next(), err)
	}
}

func TestStaleFactsChangeNothing(t *testing.T) {
	l := standing(t, Armed)
	if e, err := l.Start(limitOf("fgw", begin), planOf(begin), fact(subject, 4, begin)); !errors.Is(err, store.Unchanged) {
		t.Fatalf("an older start changed it: %v, %v", e, err)
	}
	if e, err := l.Settle(l.Deadline.ID, fact(subject, 3, begin)); !errors.Is(err, store.Unchanged) {
		t.Fatalf("an older end changed it: %v, %v", e, err)
	}
}

func TestEntityOf(t *testing.T) {
	got, err := EntityOf("case/500156-AJ-2026-000001#pub.penalty.portal")
	if want := "500156-QX-case.500156-AJ-2026-000001.pub.penalty.portal"; err != nil || got != want {
		t.Fatalf("EntityOf = %q, %v; want %q", got, err, want)
	}
	for _, bad := range []string{"", "case/1#x", "500156-AJ-1#x", "case/500156-AJ-1", "case/500156-AJ-1#"} {
		if _, err := EntityOf(bad); fault.KindOf(err) != fault.Invalid {
			t.Errorf("EntityOf(%q): %v", bad, err)
		}
	}
}
