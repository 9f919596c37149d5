package workday

import (
	"encoding/json"
	"testing"
	"time"

	"pgregory.net/rapid"

	"shenzhong/services/kit/fault"
)

// TestDateAgreesWithTime compares the arithmetic of dates with package time.
func TestDateAgreesWithTime(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		moment := time.Date(rapid.IntRange(1, 9998).Draw(t, "year"), time.Month(rapid.IntRange(1, 12).Draw(t, "month")), rapid.IntRange(1, 28).Draw(t, "day"), 5, 0, 0, 0, Zone)
		n := rapid.IntRange(0, 300).Draw(t, "n")
		d := DateOf(moment)
		if d.Weekday() != moment.Weekday() || d.String() != moment.Format(time.DateOnly) {
			t.Fatalf("%s is %s, want %s", d, d.Weekday(), moment)
		}
		if got, want := d.AddDays(n), DateOf(moment.AddDate(0, 0, n)); got != want || got.Sub(d) != n || got.Compare(d) != min(1, n) {
			t.Fatalf("%s and %d days is %s, want %s", d, n, got, want)
		}
		if got, want := d.AddMonths(n), DateOf(moment.AddDate(0, n, 0)); got != want {
			t.Fatalf("%s and %d months is %s, want %s", d, n, got, want)
		}
		if d.End() != d.AddDays(1).Start() || DateOf(d.Start()) != d || DateOf(d.End().Add(-1)) != d {
			t.Fatalf("%s begins %s and ends %s", d, d.Start(), d.End())
		}
	})
}

func TestDateOfOtherZones(t *testing.T) {
	late := time.Date(2026, time.September, 30, 16, 0, 0, 0, time.UTC) // midnight in Shanghai
	if got := DateOf(late); got != mustDate(t, "2026-10-01") {
		t.Errorf("got %s", got)
	}
	if got := DateOf(late.Add(-time.Nanosecond)); got != mustDate(t, "2026-09-30") {
		t.Errorf("got %s", got)
	}
}

func TestParseDateRefuses(t *testing.T) {
	for _, s := range []string{"", "2026", "2026-13-01", "2026-02-29", "2026-9-30", "2026/09/30", "20260930", " 2026-09-30", "2026-09-30 ", "0000-01-01", "２０２６-09-30", "明天", "12026-01-01"} {
		if _, err := ParseDate(s); !fault.Is(err, fault.Invalid) {
			t.Errorf("%q: got %v, want a fault.Invalid", s, err)
		}
	}
	if _, err := NewDate(2026, time.February, 29); !fault.Is(err, fault.Invalid) {
		t.Errorf("29 February 2026: %v", err)
	}
}

func TestDateJSON(t *testing.T) {
	type paper struct {
		On Date          `json:"on"`
		To Date          `json:"to,omitzero"`
		By map[Date]bool `json:"by"`
	}
	in := paper{On: mustDate(t, "2024-02-29"), By: map[Date]bool{mustDate(t, "2026-01-04"): true}}
	data, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	if want := `{"on":"2024-02-29","by":{"2026-01-04":true}}`; string(data) != want {
		t.Fatalf("got %s, want %s", data, want)
	}
	var out paper
	if err := json.Unmarshal(data, &out); err != nil {
		t.Fatal(err)
	}
	if out.On != in.On || !out.To.IsZero() || !out.By[mustDate(t, "2026-01-04")] {
		t.Errorf("got %+v", out)
	}
	if err := json.Unmarshal([]byte(`{"on":"2024-02-30"}`), &out); !fault.Is(err, fault.Invalid) {
		t.Errorf("30 February: %v", err)
	}
}

func FuzzParseDate(f *testing.F) {
	for _, s := range []string{"2026-09-30", "2024-02-29", "0001-01-01", "9999-12-31", "2026-02-30", ""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, err := ParseDate(s)
		if err != nil {
			if !fault.Is(err, fault.Invalid) || !d.IsZero() {
				t.Fatalf("%q: %s, %v", s, d, err)
			}
			return
		}
		if d.String() != s || d.IsZero() {
			t.Fatalf("%q is printed as %q", s, d)
		}
	})
}
