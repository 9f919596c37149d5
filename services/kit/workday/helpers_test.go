package workday

import (
	"testing"
	"time"
)

func mustCalendar(t testing.TB) *Calendar {
	t.Helper()
	c, err := New()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func mustDate(t testing.TB, s string) Date {
	t.Helper()
	d, err := ParseDate(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func mustReckon(t testing.TB, c *Calendar, from time.Time, term Term, pauses ...Pause) Reckoning {
	t.Helper()
	r, err := c.Reckon(from, term, pauses)
	if err != nil {
		t.Fatal(err)
	}
	return r
}
