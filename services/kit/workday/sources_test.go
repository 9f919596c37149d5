package workday

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/6tail/lunar-go/HolidayUtil"
	"github.com/6tail/lunar-go/calendar"
)

// TestSecondSource compares every day from 2004 to 2026 with an independent
// calendar library.
func TestSecondSource(t *testing.T) {
	raw, err := os.ReadFile("testdata/chinese-days.json")
	if err != nil {
		t.Fatal(err)
	}
	var other struct{ Off, Work map[string]string }
	if err := json.Unmarshal(raw, &other); err != nil {
		t.Fatal(err)
	}
	off, work := days(t, other.Off), days(t, other.Work)
	if len(off) < 600 || len(work) < 140 {
		t.Fatalf("read %d days off and %d make-up workdays", len(off), len(work))
	}
	// The other source begins each year on 1 January and so lacks the make-up
	// Saturday that the notice for 2006 put into 2005.
	known := map[Date]bool{mustDate(t, "2005-12-31"): true}
	eachDay(t, func(d Date, works bool) {
		want := work[d] || !off[d] && !weekend(d)
		if (works != want) != known[d] {
			t.Errorf("%s works = %t, the other source says %t", d, works, want)
		}
	})
}

// TestThirdSource compares every day from 2004 to 2026 with a calendar of other
// authors again. Its table names weekdays off and weekend days worked alone.
func TestThirdSource(t *testing.T) {
	raw, err := os.ReadFile("testdata/chinese_calendar.json")
	if err != nil {
		t.Fatal(err)
	}
	var other struct{ Off, Work map[string]string }
	if err := json.Unmarshal(raw, &other); err != nil {
		t.Fatal(err)
	}
	off, work := days(t, other.Off), days(t, other.Work)
	if len(off) < 300 || len(work) < 140 {
		t.Fatalf("read %d days off and %d make-up workdays", len(off), len(work))
	}
	// It lacks the make-up Saturday that the notice for 2006 put into 2005, as the
	// second source does; the seed has it.
	known := map[Date]bool{mustDate(t, "2005-12-31"): true}
	eachDay(t, func(d Date, works bool) {
		if want := work[d] || !off[d] && !weekend(d); (works != want) != known[d] {
			t.Errorf("%s works = %t, the third source says %t", d, works, want)
		}
	})
}

// TestSeed compares every day from 2004 to 2022 with the library that the years
// were taken from.
func TestSeed(t *testing.T) {
	// Two make-up workdays of the notice for 2013 that the seed lacks; the
	// second source has them.
	known := map[Date]bool{mustDate(t, "2013-04-07"): true, mustDate(t, "2013-10-12"): true}
	eachDay(t, func(d Date, works bool) {
		want := !weekend(d)
		if h := HolidayUtil.GetHoliday(d.String()); h != nil {
			want = h.IsWork()
		}
		if (works != want) != known[d] {
			t.Errorf("%s works = %t, the seed says %t", d, works, want)
		}
	})
}

// TestExpected checks the lunar dates of the year that is not published yet.
func TestExpected(t *testing.T) {
	c := mustCalendar(t)
	next := c.Horizon().Year() + 1
	for _, feast := range []struct {
		name       string
		month, day int
		shift      int
	}{{"春节", 1, 1, -1}, {"春节", 1, 1, 0}, {"春节", 1, 1, 1}, {"春节", 1, 1, 2}, {"端午节", 5, 5, 0}, {"中秋节", 8, 15, 0}} {
		d := mustDate(t, calendar.NewLunarFromYmd(next, feast.month, feast.day).GetSolar().ToYmd()).AddDays(feast.shift)
		works, reason, state := c.IsWorkday(d)
		if works || state != Expected || !strings.Contains(reason, feast.name) {
			t.Errorf("%s: %t, %q, %s; want %s off and expected", d, works, reason, state, feast.name)
		}
	}
	qingming := mustDate(t, calendar.NewSolarFromYmd(next, 4, 1).GetLunar().GetJieQiTable()["清明"].ToYmd())
	if works, _, _ := c.IsWorkday(qingming); works {
		t.Errorf("清明 %s is worked", qingming)
	}
}

// TestWorkdaysPerYear counts the workdays that the notices leave.
func TestWorkdaysPerYear(t *testing.T) {
	c := mustCalendar(t)
	for year, want := range map[int]int{2023: 249, 2024: 251, 2025: 248, 2026: 248} {
		eve, err := NewDate(year-1, time.December, 31)
		if err != nil {
			t.Fatal(err)
		}
		last, err := NewDate(year, time.December, 31)
		if err != nil {
			t.Fatal(err)
		}
		if got := c.Between(eve, last); got != want {
			t.Errorf("%d has %d workdays, want %d", year, got, want)
		}
	}
}

func TestEveryPublishedYearIsCited(t *testing.T) {
	c := mustCalendar(t)
	years := c.Years()
	if len(years) != 24 || years[0].Year != 2004 || years[23].Year != 2027 {
		t.Fatalf("have %d years", len(years))
	}
	for _, y := range years {
		if y.Year >= 2007 && y.State == Published && y.Notices[0].URL == "" {
			t.Errorf("%d has no address of its notice", y.Year)
		}
		if y.Year >= 2023 && !y.Notices[0].Verified {
			t.Errorf("%d is not verified", y.Year)
		}
	}
}

// days reads "MM-DD MM-DD" by year.
func days(t *testing.T, byYear map[string]string) map[Date]bool {
	t.Helper()
	set := make(map[Date]bool)
	for year, list := range byYear {
		for _, day := range strings.Fields(list) {
			set[mustDate(t, year+"-"+day)] = true
		}
	}
	return set
}

// eachDay calls see for every day of the published years.
func eachDay(t *testing.T, see func(d Date, works bool)) {
	t.Helper()
	c := mustCalendar(t)
	for d := mustDate(t, "2004-01-01"); !d.After(c.Horizon()); d = d.AddDays(1) {
		works, _, state := c.IsWorkday(d)
		if state != Published {
			t.Fatalf("%s is %s", d, state)
		}
		see(d, works)
	}
}
