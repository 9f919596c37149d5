package casefile

import (
	"context"
	"fmt"
	"slices"
	"time"

	"shenzhong/events"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/identity"
	"shenzhong/services/kit/store"
	"shenzhong/services/kit/workday"
)

// Pause is a time in which the limit for deciding does not run (中止): asked for
// by one person on a ground of the law pack, approved by another, with both days.
type Pause struct {
	Ground  string `json:"ground"` // of the law pack
	Name    string `json:"name"`   // of the ground, in Chinese
	Basis   string `json:"basis"`
	Reason  string `json:"reason"`
	From    string `json:"from"` // the first day that does not count
	To      string `json:"to"`   // the last one
	AskedBy string `json:"asked_by"`
	By      string `json:"by"` // who approved it, empty = nobody yet
}

// pausable refuses a pause of a limit that does not run.
func (c *Case) pausable(by identity.Actor, now time.Time) error {
	if err := by.OfUnit(c.Unit); err != nil {
		return err
	}
	if err := c.stands(Investigating, Filed, Reported, Noticed, Heard, Reviewed, Discussed); err != nil {
		return err
	}
	if !now.Before(c.Limit.Due) {
		return fault.New(fault.Conflict, "办案期限已于 %s 届满，不能再中止；请尽快办结，逾期情况照实记录", c.Limit.DueDate)
	}
	return nil
}

// AskPause asks for a pause. One at a time waits for approval.
func (c *Case) AskPause(by identity.Actor, p Pause, now time.Time) (events.Event, error) {
	if err := c.pausable(by, now); err != nil {
		return nil, err
	}
	switch {
	case c.Asked != nil:
		return nil, fault.New(fault.Conflict, "已有一项中止申请等待批准，请先处理")
	case p.From < c.FiledOn:
		return nil, fault.About("from", fault.Invalid, "中止的开始日期早于立案日 %s，请核对", c.FiledOn)
	case p.To < p.From:
		return nil, fault.About("to", fault.Invalid, "中止的结束日期早于开始日期，请核对")
	case p.From > c.Limit.DueDate:
		return nil, fault.About("from", fault.Invalid, "中止的开始日期晚于办案期限的最后一日 %s，请核对", c.Limit.DueDate)
	case slices.ContainsFunc(c.Pauses, func(o Pause) bool { return p.From <= o.To && o.From <= p.To }):
		return nil, fault.About("from", fault.Invalid, "与已经批准的中止期间重叠，请核对日期")
	}
	p.AskedBy = by.ID
	c.Asked = &p
	return c.step("pause_asked", []string{by.ID}, fmt.Sprintf("申请自 %s 至 %s 中止办案期限：%s，%s", p.From, p.To, p.Name, p.Reason), "", nil), nil
}

// AnswerPause approves the pause that was asked for, or refuses it with the
// reason. Moved is the limit for deciding as it is counted with the pause. Who
// asked does not approve.
func (c *Case) AnswerPause(by identity.Actor, approved bool, reason string, moved events.Deadline, now time.Time) (events.Event, error) {
	if err := c.pausable(by, now); err != nil {
		return nil, err
	}
	switch {
	case c.Asked == nil:
		return nil, fault.New(fault.Conflict, "没有等待批准的中止申请")
	case c.Asked.AskedBy == by.ID:
		return nil, fault.New(fault.Denied, "中止须由提出申请以外的负责人批准")
	case !approved && reason == "":
		return nil, fault.About("reason", fault.Invalid, "不同意中止的，请写明理由")
	}
	asked := *c.Asked
	c.Asked = nil
	if !approved {
		return c.step("pause_refused", []string{by.ID}, reason, "", nil), nil
	}
	asked.By = by.ID
	c.Pauses = append(c.Pauses, asked)
	c.Limit = moved
	note := fmt.Sprintf("批准自 %s 至 %s 中止办案期限（%s），期限变为 %s", asked.From, asked.To, asked.Name, moved.DueDate)
	return c.step("paused", []string{asked.AskedBy, by.ID}, note, "", []events.Deadline{moved}), nil
}

// Resume ends a pause before its last day: from that day on the limit runs.
func (c *Case) Resume(by identity.Actor, on, reason string, moved events.Deadline, now time.Time) (events.Event, error) {
	if err := c.pausable(by, now); err != nil {
		return nil, err
	}
	pauses, err := c.resumed(on)
	if err != nil {
		return nil, err
	}
	c.Pauses, c.Limit = pauses, moved
	note := fmt.Sprintf("自 %s 起恢复计算办案期限，期限变为 %s：%s", on, moved.DueDate, reason)
	return c.step("resumed", []string{by.ID}, note, "", []events.Deadline{moved}), nil
}

// resumed is the pauses with the one that holds the day cut short before it.
func (c *Case) resumed(on string) ([]Pause, error) {
	i := slices.IndexFunc(c.Pauses, func(p Pause) bool { return p.From <= on && on <= p.To })
	if i < 0 {
		return nil, fault.About("on", fault.Conflict, "%s 不在中止期间，不需要恢复", on)
	}
	pauses := slices.Clone(c.Pauses)
	if pauses[i].From == on {
		return slices.Delete(pauses, i, i+1), nil
	}
	day, err := workday.ParseDate(on)
	if err != nil {
		return nil, err
	}
	pauses[i].To = day.AddDays(-1).String()
	return pauses, nil
}

// paused is the limit for deciding as it is counted with those pauses.
func (s *Service) paused(c *Case, pauses []Pause) (events.Deadline, error) {
	approved := make([]events.Pause, len(pauses))
	for i, p := range pauses {
		approved[i] = events.Pause{From: p.From, To: p.To, Reason: p.Name + "：" + p.Reason, Approver: p.By}
	}
	return s.counter.Paused(c.Limit, approved)
}

// AskPause asks for a pause of the limit for deciding.
type AskPause struct {
	store.Cause
	Case   string
	Ground string // of the law pack
	Reason string
	From   string
	To     string
}

// AskPause notes the request.
func (s *Service) AskPause(ctx context.Context, cmd AskPause) error {
	var in input
	in.need("reason", "中止的理由", &cmd.Reason, longText)
	from, to := in.date("from", "开始日期", cmd.From), in.date("to", "结束日期", cmd.To)
	if in.err != nil {
		return in.err
	}
	ground, err := s.cfg.Law.Law().Ground(cmd.Ground, s.today())
	if err != nil || ground.Act != "pause" {
		return fault.About("ground", fault.Invalid, "规则包中没有代码为“%s”的中止情形，请从列表中选择", cmd.Ground)
	}
	now := s.cfg.Clock.Now()
	return s.act(ctx, cmd.Cause, "case.pause", cmd.Case, in, func(c *Case) (events.Event, error) {
		return c.AskPause(cmd.Actor, Pause{
			Ground: ground.Code, Name: ground.Name, Basis: ground.Citation(), Reason: cmd.Reason, From: from.String(), To: to.String(),
		}, now)
	})
}

// AnswerPause approves or refuses the pause that was asked for.
type AnswerPause struct {
	store.Cause
	Case     string
	Approved bool
	Reason   string // needed to refuse
}

// AnswerPause notes the answer.
func (s *Service) AnswerPause(ctx context.Context, cmd AnswerPause) error {
	var in input
	in.text("reason", &cmd.Reason, longText)
	now := s.cfg.Clock.Now()
	return s.act(ctx, cmd.Cause, "case.pause.answer", cmd.Case, in, func(c *Case) (events.Event, error) {
		moved := c.Limit
		if cmd.Approved && c.Asked != nil {
			asked := *c.Asked
			asked.By = cmd.Actor.ID
			var err error
			if moved, err = s.paused(c, append(slices.Clone(c.Pauses), asked)); err != nil {
				return nil, err
			}
		}
		return c.AnswerPause(cmd.Actor, cmd.Approved, cmd.Reason, moved, now)
	})
}

// Resume ends a pause early.
type Resume struct {
	store.Cause
	Case   string
	On     string // the first day that counts again; empty = today
	Reason string
}

// Resume ends it.
func (s *Service) Resume(ctx context.Context, cmd Resume) error {
	var in input
	in.need("reason", "恢复的理由", &cmd.Reason, longText)
	on := in.day("on", cmd.On, s.today())
	now := s.cfg.Clock.Now()
	return s.act(ctx, cmd.Cause, "case.pause.answer", cmd.Case, in, func(c *Case) (events.Event, error) {
		pauses, err := c.resumed(on.String())
		if err != nil {
			return nil, err
		}
		moved, err := s.paused(c, pauses)
		if err != nil {
			return nil, err
		}
		return c.Resume(cmd.Actor, on.String(), cmd.Reason, moved, now)
	})
}
