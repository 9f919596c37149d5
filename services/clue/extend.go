package clue

import (
	"context"
	"slices"
	"time"

	"shenzhong/events"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/identity"
	"shenzhong/services/kit/store"
	"shenzhong/services/kit/workday"
	"shenzhong/services/kit/written"
)

// Extend gives the lead more time for verifying, before its time is over and at
// most as often as the rule allows. To is the same limit with its new length,
// counted from the same instant.
func (c *Clue) Extend(by identity.Actor, to events.Deadline, reason string, most int, now time.Time) (events.Event, error) {
	if c.State == Reopened {
		return nil, fault.New(fault.Conflict, "重新核查的期限不能延长，请在期限内办结")
	}
	if c.State != Accepted {
		return nil, c.may(Concluded)
	}
	if err := by.OfUnit(c.To.Lead); err != nil {
		return nil, err
	}
	i := slices.IndexFunc(c.Limits, func(d events.Deadline) bool { return d.Rule == ruleVerify })
	switch {
	case i < 0:
		return nil, fault.New(fault.Conflict, "该线索没有在计算的核查期限，不需要延长")
	case c.Extended >= most:
		return nil, fault.New(fault.Conflict, "核查期限最多延长 %d 次，请在期限内办结", most)
	case !now.Before(c.Limits[i].Due):
		return nil, fault.New(fault.Conflict, "核查期限已经届满，不能再延长；请尽快办结，逾期情况照实记录")
	}
	c.Extended++
	c.Limits[i] = to
	return events.ClueExtended{Clue: c.ID, Unit: c.To.Lead, By: by.ID, Reason: reason, Deadline: to}, nil
}

// Extend is more time for verifying a clue (延长核查期限).
type Extend struct {
	store.Cause
	Clue   string
	Reason string
}

// Extend gives it, once or as often as the rule of the clue's first day allows.
func (s *Service) Extend(ctx context.Context, cmd Extend) error {
	if err := permits.Check(cmd.Actor, "clue.extend"); err != nil {
		return err
	}
	reason, err := written.Text("reason", "延长的理由", cmd.Reason, 5, written.Long)
	if err != nil {
		return err
	}
	now := s.cfg.Clock.Now()
	return s.clues.Change(ctx, cmd.Cause, cmd.Clue, func(c *Clue) (events.Event, error) {
		to, most, err := s.longer(c)
		if err != nil {
			return nil, err
		}
		return c.Extend(cmd.Actor, to, reason, most, now)
	})
}

// longer is the limit for verifying with one extension more, and how many its
// rule allows.
func (s *Service) longer(c *Clue) (events.Deadline, int, error) {
	i := slices.IndexFunc(c.Limits, func(d events.Deadline) bool { return d.Rule == ruleVerify })
	if i < 0 { // Extend says so
		return events.Deadline{}, 0, nil
	}
	d := c.Limits[i]
	rule, err := s.cfg.Law.Law().Deadline(d.Rule, workday.DateOf(d.From))
	if err != nil || c.Extended >= rule.Extend.Times {
		return d, rule.Extend.Times, err
	}
	term, err := rule.Term(c.Extended + 1)
	if err != nil {
		return d, 0, err
	}
	to, err := s.counter.Grant(d.Rule, Subject(c.ID), d.Owner, d.About, d.From, term.N)
	return to, rule.Extend.Times, err
}
