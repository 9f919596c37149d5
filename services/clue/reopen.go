package clue

import (
	"context"

	"shenzhong/events"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/store"
	"shenzhong/services/kit/written"
)

// Reopen has the lead verify again because the sender brought something new,
// once. Verify is the limit for it, from now: what was met stays met.
func (c *Clue) Reopen(text string, verify events.Deadline) (events.Event, error) {
	switch {
	case c.Into != "":
		return nil, fault.New(fault.Conflict, "该线索已并入同一事项的其他线索，请凭那一件的查询码申请")
	case c.Anew != "":
		return nil, fault.New(fault.Conflict, "该线索已经重新核查过一次；还有新的情况，请作为新的线索反映")
	case c.State == Answered && c.Conclusion != nil && c.Conclusion.Outcome == "case":
		return nil, fault.New(fault.Conflict, "该线索已经转入立案程序，处理结果将依法公开；有新的证据请直接提供给承办单位")
	}
	if err := c.move(Reopened); err != nil {
		return nil, err
	}
	verify.Owner = c.To.Lead
	c.Anew, c.Conclusion = text, nil
	c.Limits = append(c.Limits, verify)
	return events.ClueReopened{Clue: c.ID, Unit: c.To.Lead, Text: text, Deadlines: []events.Deadline{verify}}, nil
}

// Reopen is a sender who is not satisfied with the outcome and brings something
// new (申请重新核查).
type Reopen struct {
	store.Cause
	Code string // receipt code
	Text string
}

// Reopen takes the clue up again by its receipt code.
func (s *Service) Reopen(ctx context.Context, cmd Reopen) error {
	if err := permits.Check(cmd.Actor, "clue.reopen"); err != nil {
		return err
	}
	text, err := written.Text("text", "新的情况或者证据", cmd.Text, 5, written.Long)
	if err != nil {
		return err
	}
	if err := written.Impersonal("text", text); err != nil {
		return err
	}
	row, err := s.byCode(ctx, cmd.Code)
	if err != nil {
		return err
	}
	now := s.cfg.Clock.Now()
	return s.clues.Change(ctx, cmd.Cause, row.ID, func(c *Clue) (events.Event, error) {
		verify, err := s.limit(ruleVerify, *c, c.To.Lead, now)
		if err != nil {
			return nil, err
		}
		return c.Reopen(text, verify)
	})
}
