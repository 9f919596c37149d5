package workday

import (
	"fmt"
	"time"

	"shenzhong/services/kit/fault"
)

// Counted is one day that the reckoning looked at, and what it made of it.
type Counted struct {
	Date   Date   `json:"date"`
	Counts bool   `json:"counts"`
	Reason string `json:"reason"` // Chinese
}

// Reckoning is a due date and how it was counted.
type Reckoning struct {
	Term    Term      `json:"term"`
	Pauses  []Pause   `json:"pauses,omitempty"`
	From    time.Time `json:"from"`    // the moment of the event
	DayZero Date      `json:"dayZero"` // its day, which is not counted
	// Raw is the last day before it was moved off a holiday.
	Raw     Date `json:"raw,omitzero"`
	DueDate Date `json:"dueDate,omitzero"`
	// Due is the first instant that is too late: 24:00 of DueDate, or the end
	// of business. It is zero while a pause is open.
	Due time.Time `json:"due,omitzero"`
	// Stopped says that a pause is open, so that there is no due date yet.
	Stopped bool `json:"stopped,omitempty"`
	// Provisional says that DueDate rests on a year that is not published or,
	// unless it was counted in hours, lies beyond the horizon: count again when
	// the notice is loaded.
	Provisional bool   `json:"provisional"`
	Calendar    string `json:"calendar"` // version
	// Counted is every day that was looked at, in the order of counting.
	Counted []Counted `json:"counted"`
}

// reckoner is one counting on its way.
type reckoner struct {
	*Calendar
	Reckoning
}

// Reckon counts term from the moment of the event. Days within a pause do not
// count. It returns fault.Invalid for a term, a pause or a moment that cannot
// be counted.
//
// The day of the event is not counted (Civil Code art. 201). Workdays are
// counted one by one. Natural days and months end on a day that may be off;
// unless the term keeps its last day, it then moves to the next workday (art.
// 203), or to the workday before it when counting backward, so that the person
// who waits never gets less than the law gives.
func (c *Calendar) Reckon(from time.Time, term Term, pauses []Pause) (Reckoning, error) {
	if err := term.Check(); err != nil {
		return Reckoning{}, err
	}
	if err := checkFrom(from); err != nil {
		return Reckoning{}, err
	}
	if err := checkPauses(term, pauses); err != nil {
		return Reckoning{}, err
	}
	r := reckoner{c, Reckoning{
		Term: term, Pauses: pauses, From: from.In(Zone), DayZero: DateOf(from), Calendar: c.version,
	}}
	switch term.Unit {
	case Workday:
		r.workdays()
	case Day:
		r.days(r.Term.N)
	case Month:
		r.days(r.months())
	case Hour:
		r.hours()
	case WorkHour:
		r.workHours()
	default:
		return Reckoning{}, fault.New(fault.Internal, "期限单位“%s”没有计算方法。", term.Unit)
	}
	r.finish()
	return r.Reckoning, nil
}

// Before returns the day n workdays before d, d itself not counted: the last
// day on which something that must come n workdays earlier is in time.
func (c *Calendar) Before(d Date, n int) (Date, error) {
	r, err := c.Reckon(d.Start(), Term{N: n, Unit: Workday, Direction: Backward}, nil)
	if err != nil {
		return Date{}, fmt.Errorf("count back from %s: %w", d, err)
	}
	return r.DueDate, nil
}

// After returns the day n workdays after d, d itself not counted.
func (c *Calendar) After(d Date, n int) (Date, error) {
	r, err := c.Reckon(d.Start(), Term{N: n, Unit: Workday}, nil)
	if err != nil {
		return Date{}, fmt.Errorf("count from %s: %w", d, err)
	}
	return r.DueDate, nil
}

// Between returns the number of workdays after a up to and including b, and
// zero if b is not after a.
func (c *Calendar) Between(a, b Date) int {
	n := 0
	for d := a.AddDays(1); !d.After(b); d = d.AddDays(1) {
		if c.works(d) {
			n++
		}
	}
	return n
}

// works is IsWorkday without the words.
func (c *Calendar) works(d Date) bool {
	if m, marked := c.marks[d]; marked {
		return !m.off
	}
	return !weekend(d)
}

// step is the direction of the count in days.
func (r *reckoner) step() int {
	if r.Term.Direction == Backward {
		return -1
	}
	return 1
}

// note puts down a day that was looked at.
func (r *reckoner) note(d Date, counts bool, reason string) {
	r.Counted = append(r.Counted, Counted{Date: d, Counts: counts, Reason: reason})
}

// ask is IsWorkday for a result that rests on the answer.
func (r *reckoner) ask(d Date) (works bool, reason string) {
	works, reason, state := r.IsWorkday(d)
	if state != Published {
		r.Provisional = true
	}
	return works, reason
}

// held notes d as paused, if it is. When the pause is open the count has
// stopped.
func (r *reckoner) held(d Date) bool {
	p, held := pausedBy(r.Pauses, d)
	if !held {
		return false
	}
	r.note(d, false, "中止："+p.Reason+"（"+p.Approver+"批准）")
	r.Stopped = endless(r.Pauses, d)
	return true
}

func (r *reckoner) workdays() {
	d := r.DayZero
	for n := 0; n < r.Term.N; {
		d = d.AddDays(r.step())
		if r.held(d) {
			if r.Stopped {
				return
			}
			continue
		}
		works, reason := r.ask(d)
		if works {
			n++
		}
		r.note(d, works, reason)
	}
	r.Raw, r.DueDate = d, d
}

// months returns the number of days to the corresponding day.
func (r *reckoner) months() int {
	to := r.DayZero.AddMonths(r.step() * r.Term.N)
	return r.step() * to.Sub(r.DayZero)
}

// days counts days that are not paused and settles on the last.
func (r *reckoner) days(days int) {
	d := r.DayZero
	for n := 0; n < days; {
		d = d.AddDays(r.step())
		if r.held(d) {
			if r.Stopped {
				return
			}
			continue
		}
		n++
		_, reason, _ := r.IsWorkday(d)
		r.note(d, true, reason)
	}
	r.Raw = d
	if r.Term.LastDay == Keep {
		r.DueDate = d
		return
	}
	r.roll(d)
}

// roll moves the last day off a holiday, and out of a pause that follows it.
func (r *reckoner) roll(d Date) {
	works, _ := r.ask(d)
	for !works {
		d = d.AddDays(r.step())
		if r.held(d) {
			if r.Stopped {
				return
			}
			continue
		}
		var reason string
		works, reason = r.ask(d)
		if works {
			reason += "，" + r.moved() + "至此"
		} else {
			reason += "，继续" + r.moved()
		}
		r.note(d, false, reason)
	}
	r.DueDate = d
}

// moved is the Chinese word for what a last day that is off does.
func (r Reckoning) moved() string {
	if r.Term.Direction == Backward {
		return "提前"
	}
	return "顺延"
}

// finish sets the instant and marks what lies beyond the horizon.
func (r *reckoner) finish() {
	if r.Stopped {
		r.Raw, r.DueDate, r.Due = Date{}, Date{}, time.Time{}
		return
	}
	switch {
	case !r.Due.IsZero():
	case r.Term.End == EndOfBusiness:
		r.Due = r.closing(r.DueDate)
	default:
		r.Due = r.DueDate.End()
	}
	if r.DueDate.After(r.horizon) && r.Term.Unit != Hour {
		r.Provisional = true
	}
}
