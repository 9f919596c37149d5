package workday

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

// aDate draws a date whose count stays within what is published or near it.
func aDate(t *rapid.T, label string) Date {
	return fromUTC(time.Date(2004, 1, 1, 0, 0, 0, 0, time.UTC)).AddDays(rapid.IntRange(0, 8400).Draw(t, label))
}

func TestWorkdaysAdd(t *testing.T) {
	c := mustCalendar(t)
	rapid.Check(t, func(t *rapid.T) {
		from, n, m := aDate(t, "from"), rapid.IntRange(1, 60).Draw(t, "n"), rapid.IntRange(1, 60).Draw(t, "m")
		once := mustAfter(t, c, from, n+m)
		twice := mustAfter(t, c, mustAfter(t, c, from, n), m)
		if once != twice {
			t.Fatalf("%s and %d+%d workdays is %s at once, %s in two steps", from, n, m, once, twice)
		}
		if got := c.Between(from, once); got != n+m {
			t.Fatalf("between %s and %s are %d workdays, counted %d", from, once, got, n+m)
		}
	})
}

func TestBeforeUndoesAfter(t *testing.T) {
	c := mustCalendar(t)
	rapid.Check(t, func(t *rapid.T) {
		from, n := aDate(t, "from"), rapid.IntRange(1, 60).Draw(t, "n")
		start := mustAfter(t, c, from, 1) // a workday
		back, err := c.Before(mustAfter(t, c, start, n), n)
		if err != nil {
			t.Fatal(err)
		}
		if back != start {
			t.Fatalf("%d workdays after %s and back again is %s", n, start, back)
		}
	})
}

func TestDueIsMonotone(t *testing.T) {
	c := mustCalendar(t)
	rapid.Check(t, func(t *rapid.T) {
		term := aTerm(t)
		a, b := aDate(t, "a"), aDate(t, "b")
		if b.Before(a) {
			a, b = b, a
		}
		first, second := reckonAt(t, c, a, term), reckonAt(t, c, b, term)
		if second.Due.Before(first.Due) {
			t.Fatalf("%v: from %s due %s, from the later %s due %s", term, a, first.DueDate, b, second.DueDate)
		}
		longer := term
		longer.N++
		if l := reckonAt(t, c, a, longer); (term.Direction != Backward) == l.Due.Before(first.Due) && !l.Due.Equal(first.Due) {
			t.Fatalf("%v: one more makes %s of %s", term, l.DueDate, first.DueDate)
		}
	})
}

func TestNeverDueOnADayOff(t *testing.T) {
	c := mustCalendar(t)
	rapid.Check(t, func(t *rapid.T) {
		term := aTerm(t)
		r := reckonAt(t, c, aDate(t, "from"), term)
		works, reason, _ := c.IsWorkday(r.DueDate)
		if !works && term.LastDay != Keep && term.Unit != Hour {
			t.Fatalf("%v: due on %s, %s", term, r.DueDate, reason)
		}
		if term.LastDay == Keep && r.DueDate != r.Raw {
			t.Fatalf("%v: kept last day moved from %s to %s", term, r.Raw, r.DueDate)
		}
		if r.Provisional && !r.DueDate.After(c.Horizon()) && !r.Raw.After(c.Horizon()) && r.Raw.Year() >= 2004 && r.DueDate.Year() >= 2004 {
			t.Fatalf("%v: %s is provisional within the horizon", term, r.DueDate)
		}
	})
}

// TestCountedDaysTellTheTruth holds the account against the result: the days
// that count number the term, and they are told without a gap.
func TestCountedDaysTellTheTruth(t *testing.T) {
	c := mustCalendar(t)
	rapid.Check(t, func(t *rapid.T) {
		term := Term{N: rapid.IntRange(1, 120).Draw(t, "n"), Unit: rapid.SampledFrom([]Unit{Workday, Day}).Draw(t, "unit")}
		from := aDate(t, "from")
		var pauses []Pause
		if rapid.Bool().Draw(t, "paused") {
			begin := from.AddDays(rapid.IntRange(-5, 60).Draw(t, "begin"))
			pauses = []Pause{{From: begin, To: begin.AddDays(rapid.IntRange(0, 40).Draw(t, "length")), Reason: "鉴定", Approver: "局长"}}
		}
		r, err := c.Reckon(from.Start(), term, pauses)
		if err != nil {
			t.Fatal(err)
		}
		counts := 0
		for i, day := range r.Counted {
			if want := from.AddDays(i + 1); day.Date != want {
				t.Fatalf("day %d is %s, want %s", i, day.Date, want)
			}
			if _, held := pausedBy(pauses, day.Date); held && day.Counts {
				t.Fatalf("%s counts within a pause", day.Date)
			}
			if day.Reason == "" {
				t.Fatalf("%s has no reason", day.Date)
			}
			if day.Counts {
				counts++
			}
		}
		if counts != term.N {
			t.Fatalf("%d days count, want %d", counts, term.N)
		}
		if last := r.Counted[len(r.Counted)-1]; last.Date != r.DueDate {
			t.Fatalf("the account ends on %s, due is %s", last.Date, r.DueDate)
		}
	})
}

func TestPauseNeverShortens(t *testing.T) {
	c := mustCalendar(t)
	rapid.Check(t, func(t *rapid.T) {
		term := aTerm(t)
		term.Direction = Forward
		from := aDate(t, "from")
		begin := from.AddDays(rapid.IntRange(0, 40).Draw(t, "begin"))
		pause := Pause{From: begin, To: begin.AddDays(rapid.IntRange(0, 40).Draw(t, "length")), Reason: "鉴定", Approver: "局长"}
		with, err := c.Reckon(from.Start(), term, []Pause{pause})
		if err != nil {
			t.Fatal(err)
		}
		without := reckonAt(t, c, from, term)
		if with.Due.Before(without.Due) {
			t.Fatalf("%v: a pause moved %s to %s", term, without.DueDate, with.DueDate)
		}
		if pause.From.After(without.DueDate) && with.DueDate != without.DueDate {
			t.Fatalf("%v: a pause after the due date %s moved it to %s", term, without.DueDate, with.DueDate)
		}
	})
}

// aTerm draws any term that can be counted without a pause.
func aTerm(t *rapid.T) Term {
	term := Term{
		N:         rapid.IntRange(1, 60).Draw(t, "n"),
		Unit:      rapid.SampledFrom([]Unit{Workday, Day, Month, Hour, WorkHour}).Draw(t, "unit"),
		LastDay:   rapid.SampledFrom([]LastDay{"", Roll, Keep}).Draw(t, "last day"),
		End:       rapid.SampledFrom([]End{"", EndOfDay, EndOfBusiness}).Draw(t, "end"),
		Direction: rapid.SampledFrom([]Direction{"", Forward, Backward}).Draw(t, "direction"),
	}
	if term.Unit == WorkHour {
		term.Direction = Forward
	}
	if term.Unit == Workday || term.Unit == Hour {
		term.LastDay = Roll
	}
	return term
}

func reckonAt(t *rapid.T, c *Calendar, from Date, term Term) Reckoning {
	r, err := c.Reckon(from.Start(), term, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func mustAfter(t *rapid.T, c *Calendar, from Date, n int) Date {
	d, err := c.After(from, n)
	if err != nil {
		t.Fatal(err)
	}
	return d
}
