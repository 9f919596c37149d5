package casefile

import (
	"context"

	"shenzhong/events"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/identity"
	"shenzhong/services/kit/store"
)

// Referral is what the head of the unit decided about handing a suspected crime
// to the police (国务院令第310号 art. 5).
type Referral struct {
	Approved bool   `json:"approved"`
	Reason   string `json:"reason"`
	By       string `json:"by"`
	On       string `json:"on"`
}

// Refer decides, within three days of the report, whether a suspected crime goes
// to the police. Send is the limit for sending it. Who refuses puts the reason on
// record, and the case goes back to be reported without the suspicion, or with
// better grounds.
func (c *Case) Refer(by identity.Actor, r Referral, send events.Deadline) (events.Event, error) {
	if err := by.OfUnit(c.Unit); err != nil {
		return nil, err
	}
	if err := c.stands(Reported); err != nil {
		return nil, err
	}
	switch {
	case !c.Report.Crime:
		return nil, fault.New(fault.Conflict, "调查报告没有认为涉嫌犯罪，不需要决定移送")
	case c.Referral != nil:
		return nil, fault.New(fault.Conflict, "已经批准移送，请在期限内向公安机关移送")
	case c.Report.By == by.ID:
		return nil, fault.New(fault.Denied, "是否移送须由提出报告以外的负责人决定（国务院令第310号第五条）")
	case r.Reason == "":
		return nil, fault.About("reason", fault.Invalid, "请写明批准或者不批准移送的理由，记录在案（国务院令第310号第五条）")
	}
	decide := c.limit("police.decide")
	r.By = by.ID
	if !r.Approved {
		return c.back("referral_refused", by, r.Reason)
	}
	c.Referral = &r
	return c.step("referral_approved", []string{by.ID}, r.Reason, "", []events.Deadline{send}, decide), nil
}

// Refer decides whether a case goes to the police.
type Refer struct {
	store.Cause
	Case     string
	Approved bool
	Reason   string
}

// Refer decides it.
func (s *Service) Refer(ctx context.Context, cmd Refer) error {
	var in input
	in.need("reason", "批准或者不批准移送的理由", &cmd.Reason, longText)
	send, err := s.start("police.send", cmd.Case, cmd.Actor.Unit, s.cfg.Clock.Now())
	if err != nil {
		return err
	}
	on := s.today().String()
	return s.act(ctx, cmd.Cause, "case.refer", cmd.Case, in, func(c *Case) (events.Event, error) {
		return c.Refer(cmd.Actor, Referral{Approved: cmd.Approved, Reason: cmd.Reason, On: on}, send)
	})
}
