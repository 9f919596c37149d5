package years

import (
	"time"

	"github.com/6tail/lunar-go/HolidayUtil"
)

// The calendar of the oracle: days are the midnights of a fixed offset, and
// which of them are worked comes from a library that the services do not use.

// beijing has had one offset and no summer time since 1991.
var beijing = time.FixedZone("Beijing", 8*60*60)

// midnight is the beginning of the day of t in the district.
func midnight(t time.Time) time.Time {
	y, m, d := t.In(beijing).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, beijing)
}

// statutory are the days off of early 2027 that the statute itself fixes
// (全国年节及纪念日放假办法 art. 2): no notice for that year was known in 2026.
// The eve of the Spring Festival is 5 February.
var statutory = map[string]bool{"2027-01-01": true, "2027-02-05": true, "2027-02-06": true, "2027-02-07": true, "2027-02-08": true}

// works reports whether the day that begins at t is worked.
func works(t time.Time) bool {
	day := t.Format(time.DateOnly)
	if h := HolidayUtil.GetHoliday(day); h != nil {
		return h.IsWork()
	}
	return t.Weekday() != time.Saturday && t.Weekday() != time.Sunday && !statutory[day]
}

// workdays is the n-th worked day behind day, or before it for a negative n.
func workdays(day time.Time, n int) time.Time {
	step := 1
	if n < 0 {
		step, n = -1, -n
	}
	for n > 0 {
		if day = day.AddDate(0, 0, step); works(day) {
			n--
		}
	}
	return day
}

// term is the length of a limit as the statute has it, written down here a
// second time.
type term struct {
	n     int
	days  bool // natural days, the last one moved off a day of rest (民法典 art. 203)
	hours bool // counted from the instant on, day and night (民法典 art. 201)
}

// terms are the limits that clues, cases and alerts meet with, by the rule of the
// catalogue.
var terms = map[string]term{
	"complaint.accept":     {n: 7},
	"clue.accept":          {n: 5},
	"clue.verify":          {n: 15},
	"clue.ruling":          {n: 5},
	"report.notify":        {n: 5},
	"case.decide":          {n: 90, days: true},
	"case.hearing.request": {n: 5},
	"case.serve":           {n: 7},
	"fine.pay":             {n: 15, days: true},
	"pub.penalty.portal":   {n: 7},
	"pub.penalty.credit":   {n: 7},
	"pub.penalty.gsxt":     {n: 20},
	"pub.withdraw":         {n: 3},
	"pub.check.result":     {n: 20},
	"pub.check.local":      {n: 5},
	"check.nocode.file":    {n: 3},
	"rectify":              {n: 15, days: true},
	"rectify.recheck":      {n: 10},
	"alert.handle":         {n: 5},
	"alert.urgent":         {n: 24, hours: true},
}

// last is the last day of a limit that begins at from; the day of from is day
// zero.
func (t term) last(from time.Time) time.Time {
	if t.hours {
		return midnight(t.due(from))
	}
	day := midnight(from)
	if !t.days {
		return workdays(day, t.n)
	}
	day = day.AddDate(0, 0, t.n)
	for !works(day) {
		day = day.AddDate(0, 0, 1)
	}
	return day
}

// due is the first instant that is too late.
func (t term) due(from time.Time) time.Time {
	if t.hours {
		return from.Add(time.Duration(t.n) * time.Hour)
	}
	return t.last(from).AddDate(0, 0, 1)
}

// sessions are when offices are open, as distances from midnight: a local
// setting.
var sessions = [][2]time.Duration{{9 * time.Hour, 12 * time.Hour}, {14 * time.Hour, 18 * time.Hour}}

// signBy is when a clue sent at from counts as signed for: four hours during
// which offices were open.
func signBy(from time.Time) time.Time {
	left := 4 * time.Hour
	for day := midnight(from); ; day = day.AddDate(0, 0, 1) {
		if !works(day) {
			continue
		}
		for _, s := range sessions {
			open, shut := day.Add(s[0]), day.Add(s[1])
			if from.After(open) {
				open = from
			}
			if !open.Before(shut) {
				continue
			}
			if rest := shut.Sub(open); left > rest {
				left -= rest
				continue
			}
			return open.Add(left)
		}
	}
}
