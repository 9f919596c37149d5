// Package deadline counts the statutory limits that facts start. It must never
// know a number of days: the law pack does, by the date of the fact.
package deadline

import (
	"fmt"
	"time"

	"shenzhong/events"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/law"
	"shenzhong/services/kit/workday"
)

// Counter counts limits by the rules and the calendar of one district.
type Counter struct {
	Law      law.Source
	Calendar workday.Source
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
		Pack: c.Law.Law().Version(),
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
	term, err := c.term(d)
	if err != nil {
		return events.Deadline{}, err
	}
	return c.count(d, term)
}

// Renew counts a running limit by the law pack in force, where that is another
// than the one that set its length and the rule says so (on_pack_change). A limit
// whose rule says keep, or whose length a person set, stays as it is: what the law
// of its first day has given is not taken away.
func (c Counter) Renew(d events.Deadline) (events.Deadline, error) {
	pack := c.Law.Law()
	if d.Pack == "" || d.Pack == pack.Version() {
		return d, nil
	}
	r, err := pack.Deadline(d.Rule, workday.DateOf(d.From))
	if err != nil || r.OnPackChange != "recount" {
		return d, ignoreUnknown(err)
	}
	term, err := r.Term(0)
	if err != nil {
		return d, err
	}
	d.Pack, d.Basis = pack.Version(), r.Citation()
	return c.count(d, term)
}

// ignoreUnknown drops the refusal of a rule that the pack in force does not have:
// the limit keeps what it was given.
func ignoreUnknown(err error) error {
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	return err
}

// Paused counts a running limit with these pauses, all that were approved for it.
func (c Counter) Paused(d events.Deadline, pauses []events.Pause) (events.Deadline, error) {
	d.Pauses = pauses
	return c.Recount(d)
}

// term is the limit by the rule of its first day, of the length that it has.
func (c Counter) term(d events.Deadline) (workday.Term, error) {
	r, err := c.Law.Law().Deadline(d.Rule, workday.DateOf(d.From))
	if err != nil {
		return workday.Term{}, err
	}
	term, err := r.Term(0)
	term.N = d.N
	return term, err
}

// pausesOf reads the pauses of a limit.
func pausesOf(d events.Deadline) ([]workday.Pause, error) {
	var pauses []workday.Pause
	for _, p := range d.Pauses {
		pause := workday.Pause{Reason: p.Reason, Approver: p.Approver}
		for day, into := range map[string]*workday.Date{p.From: &pause.From, p.To: &pause.To} {
			parsed, err := workday.ParseDate(day)
			if err != nil {
				return nil, err
			}
			*into = parsed
		}
		pauses = append(pauses, pause)
	}
	return pauses, nil
}

// Explain counts a running limit again and says how, day by day. The limit
// keeps the length it was started with.
func (c Counter) Explain(d events.Deadline) (workday.Reckoning, error) {
	term, err := c.term(d)
	if err != nil {
		return workday.Reckoning{}, err
	}
	pauses, err := pausesOf(d)
	if err != nil {
		return workday.Reckoning{}, err
	}
	return c.Calendar.Calendar().Reckon(d.From, term, pauses)
}

func (c Counter) count(d events.Deadline, term workday.Term) (events.Deadline, error) {
	pauses, err := pausesOf(d)
	if err != nil {
		return d, err
	}
	r, err := c.Calendar.Calendar().Reckon(d.From, term, pauses)
	if err != nil {
		return d, fmt.Errorf("count %s: %w", d.ID, err)
	}
	d.DayZero, d.Due, d.DueDate = r.DayZero.String(), r.Due.UTC(), r.DueDate.String()
	d.N, d.Unit, d.Calendar, d.Provisional = term.N, string(term.Unit), r.Calendar, r.Provisional
	return d, nil
}
