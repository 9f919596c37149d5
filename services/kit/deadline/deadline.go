// Package deadline counts the statutory limits that facts start. It must never
// know a number of days: the law pack does, by the date of the fact.
package deadline

import (
	"fmt"
	"time"

	"shenzhong/events"
	"shenzhong/services/kit/law"
	"shenzhong/services/kit/workday"
)

// Counter counts limits by the rules and the calendar of one district.
type Counter struct {
	Law      law.Source
	Calendar *workday.Calendar
}

// Start counts the limit that rule sets for subject from the instant of its
// trigger, by the rule in force on that day. Owner is the code of the unit that
// must act; about says in Chinese, without personal data, what the limit is for.
func (c Counter) Start(rule, subject, owner, about string, from time.Time) (events.Deadline, error) {
	r, err := c.Law.Law().Deadline(rule, workday.DateOf(from))
	if err != nil {
		return events.Deadline{}, err
	}
	term, err := r.Term(0)
	if err != nil {
		return events.Deadline{}, err
	}
	return c.count(events.Deadline{
		ID: events.DeadlineID(subject, rule), Rule: rule, Owner: owner, About: about, From: from, Basis: r.Citation(),
	}, term)
}

// Grant counts a limit whose length an officer sets in an order, such as the
// time given to put something right. The rule says what kind of limit it is; n
// replaces its number.
func (c Counter) Grant(rule, subject, owner, about string, from time.Time, n int) (events.Deadline, error) {
	r, err := c.Law.Law().Deadline(rule, workday.DateOf(from))
	if err != nil {
		return events.Deadline{}, err
	}
	term, err := r.Term(0)
	if err != nil {
		return events.Deadline{}, err
	}
	term.N = n
	return c.count(events.Deadline{
		ID: events.DeadlineID(subject, rule), Rule: rule, Owner: owner, About: about, From: from, Basis: r.Citation(),
	}, term)
}

// Recount counts a running limit on the calendar of now, which may know a year
// that was not published when the limit began. The limit keeps its length, its
// owner and the rule of the day on which it began.
func (c Counter) Recount(d events.Deadline) (events.Deadline, error) {
	r, err := c.Law.Law().Deadline(d.Rule, workday.DateOf(d.From))
	if err != nil {
		return events.Deadline{}, err
	}
	term, err := r.Term(0)
	if err != nil {
		return events.Deadline{}, err
	}
	term.N = d.N
	return c.count(d, term)
}

// Explain counts a running limit again and says how, day by day. The limit
// keeps the length it was started with.
func (c Counter) Explain(d events.Deadline) (workday.Reckoning, error) {
	r, err := c.Law.Law().Deadline(d.Rule, workday.DateOf(d.From))
	if err != nil {
		return workday.Reckoning{}, err
	}
	term, err := r.Term(0)
	if err != nil {
		return workday.Reckoning{}, err
	}
	term.N = d.N
	return c.Calendar.Reckon(d.From, term, nil)
}

func (c Counter) count(d events.Deadline, term workday.Term) (events.Deadline, error) {
	r, err := c.Calendar.Reckon(d.From, term, nil)
	if err != nil {
		return d, fmt.Errorf("count %s: %w", d.ID, err)
	}
	d.DayZero, d.Due, d.DueDate = r.DayZero.String(), r.Due.UTC(), r.DueDate.String()
	d.N, d.Unit, d.Calendar, d.Provisional = term.N, string(term.Unit), r.Calendar, r.Provisional
	return d, nil
}
