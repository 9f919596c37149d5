package oversee

import (
	"context"
	"fmt"
	"strings"
	"time"

	"shenzhong/events"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/identity"
	"shenzhong/services/kit/law"
	"shenzhong/services/kit/store"
	"shenzhong/services/kit/workday"
)

// DraftMeasure proposes a measure against a unit that lets limits pass.
type DraftMeasure struct {
	store.Cause
	Sort    string   // code of the law pack: order, interview, circular
	Limits  []string // numbers that oversee keeps them under; all of one unit
	Facts   string   // what was not done, without personal data
	Demands string   // what is to be done
}

// DraftMeasure returns the number of the measure. Each limit must have come as
// far as the law pack wants for such a measure.
func (s *Service) DraftMeasure(ctx context.Context, cmd DraftMeasure) (string, error) {
	if err := permits.Check(cmd.Actor, "measure.draft"); err != nil {
		return "", err
	}
	on := workday.DateOf(s.cfg.Clock.Now())
	rule, err := s.cfg.Law.Law().Measure(cmd.Sort, on)
	if err != nil {
		return "", fault.About("sort", fault.Invalid, "规则包中没有这种督查措施，请选择督办单、约谈或者通报")
	}
	if err := takes(cmd.Actor, rule); err != nil {
		return "", err
	}
	for _, in := range []struct {
		field, title string
		text         *string
	}{{"facts", "未按期办理的情况", &cmd.Facts}, {"demands", "要求", &cmd.Demands}} {
		if err := need(in.field, in.title, in.text); err != nil {
			return "", err
		}
	}
	unit, err := s.behind(ctx, cmd.Limits, rule)
	if err != nil {
		return "", err
	}
	of := events.Measure{
		Sort: rule.Code, Unit: unit, From: cmd.Actor.Unit, Limits: cmd.Limits, Facts: cmd.Facts, Demands: cmd.Demands,
		Drafted: cmd.Actor.ID, Public: rule.Public, Citation: rule.Citation(),
	}
	series := fmt.Sprintf("%s-DC-%04d-000000", s.cfg.District, on.Year())
	return s.measures.Open(ctx, cmd.Cause, series, func(id string, m *Measure) (events.Event, error) {
		of := of
		of.ID = id
		return m.Draft(of, rule.Hold != "")
	})
}

// takes refuses an actor whose unit may not take such a measure.
func takes(by identity.Actor, rule law.Measure) error {
	for _, unit := range rule.By {
		if by.OfUnit(unit) == nil {
			return nil
		}
	}
	return fault.New(fault.Denied, "您所在的单位不能发出%s（%s）", rule.Name, rule.Citation())
}

// behind returns the unit that let those limits pass.
func (s *Service) behind(ctx context.Context, ids []string, rule law.Measure) (string, error) {
	if len(ids) == 0 {
		return "", fault.About("limits", fault.Invalid, "请选择所涉的逾期事项")
	}
	unit := ""
	for _, id := range ids {
		l, _, err := s.limits.Load(ctx, id)
		if err != nil {
			return "", err
		}
		switch {
		case l.State != Overdue:
			return "", fault.About("limits", fault.Conflict, "期限 %s 目前为“%s”，没有逾期，不能据以发出%s", id, Title(l.State), rule.Name)
		case rule.Needs == law.NeedsEscalated && !l.escalated():
			return "", fault.About("limits", fault.Conflict, "期限 %s 尚未报送负责人，先发督办单；%s在报送负责人以后才能发出", id, rule.Name)
		case unit != "" && unit != l.Deadline.Owner:
			return "", fault.About("limits", fault.Invalid, "所涉事项不属于同一个单位，请分别办理")
		}
		unit = l.Deadline.Owner
	}
	return unit, nil
}

// escalated reports whether the limit was put before a leader.
func (l *Limit) escalated() bool {
	for _, s := range l.Stages[:l.Fired] {
		if strings.HasPrefix(s.Name, "escalate-") {
			return true
		}
	}
	return false
}

// MeasureAct is one step of a measure. What is filled in depends on the step.
type MeasureAct struct {
	store.Cause
	Measure string
	Text    string // reason, note, answer or minutes
	Link    string // of an answer
	Present []string
	SHA256  string // of the signed minutes
}

// IssueMeasure sends a measure that another person drafted.
func (s *Service) IssueMeasure(ctx context.Context, cmd MeasureAct) error {
	return s.measure(ctx, cmd, "measure.issue", func(m *Measure, rule law.Measure, now time.Time) (events.Event, error) {
		next, owner := rule.Answer, m.Unit
		if rule.Hold != "" {
			next, owner = rule.Hold, m.From
		}
		limit, err := s.limitOf(m, rule, next, owner, now)
		if err != nil {
			return nil, err
		}
		return m.Issue(cmd.Actor, limit)
	})
}

// DropMeasure gives a draft up.
func (s *Service) DropMeasure(ctx context.Context, cmd MeasureAct) error {
	return s.measure(ctx, cmd, "measure.issue", func(m *Measure, _ law.Measure, _ time.Time) (events.Event, error) {
		return m.Drop(cmd.Actor, cmd.Text)
	})
}

// HoldInterview notes an interview that took place today.
func (s *Service) HoldInterview(ctx context.Context, cmd MeasureAct) error {
	on := workday.DateOf(s.cfg.Clock.Now()).String()
	return s.measure(ctx, cmd, "measure.issue", func(m *Measure, rule law.Measure, now time.Time) (events.Event, error) {
		answer, err := s.limitOf(m, rule, rule.Answer, m.Unit, now)
		if err != nil {
			return nil, err
		}
		return m.Hold(cmd.Actor, events.InterviewHeld{On: on, Present: cmd.Present, Minutes: cmd.Text, SHA256: cmd.SHA256}, answer)
	})
}

// AnswerMeasure is what the unit has done.
func (s *Service) AnswerMeasure(ctx context.Context, cmd MeasureAct) error {
	return s.measure(ctx, cmd, "measure.answer", func(m *Measure, _ law.Measure, _ time.Time) (events.Event, error) {
		return m.Answer(cmd.Actor, cmd.Text, cmd.Link)
	})
}

// ReturnMeasure gives an answer back.
func (s *Service) ReturnMeasure(ctx context.Context, cmd MeasureAct) error {
	return s.measure(ctx, cmd, "measure.issue", func(m *Measure, rule law.Measure, now time.Time) (events.Event, error) {
		answer, err := s.limitOf(m, rule, rule.Answer, m.Unit, now)
		if err != nil {
			return nil, err
		}
		return m.Return(cmd.Actor, cmd.Text, answer)
	})
}

// CloseMeasure ends a measure whose demands were met.
func (s *Service) CloseMeasure(ctx context.Context, cmd MeasureAct) error {
	return s.measure(ctx, cmd, "measure.issue", func(m *Measure, _ law.Measure, _ time.Time) (events.Event, error) {
		return m.Close(cmd.Actor, cmd.Text)
	})
}

// RevokeMeasure takes a measure back.
func (s *Service) RevokeMeasure(ctx context.Context, cmd MeasureAct) error {
	return s.measure(ctx, cmd, "measure.issue", func(m *Measure, _ law.Measure, _ time.Time) (events.Event, error) {
		return m.Revoke(cmd.Actor, cmd.Text)
	})
}

// measure is the frame of every step: who may, by which rule of today.
func (s *Service) measure(ctx context.Context, cmd MeasureAct, permit string, do func(*Measure, law.Measure, time.Time) (events.Event, error)) error {
	if err := permits.Check(cmd.Actor, permit); err != nil {
		return err
	}
	now := s.cfg.Clock.Now()
	return s.measures.Change(ctx, cmd.Cause, cmd.Measure, func(m *Measure) (events.Event, error) {
		rule, err := s.cfg.Law.Law().Measure(m.Sort, workday.DateOf(now))
		if err != nil {
			return nil, err
		}
		return do(m, rule, now)
	})
}

// limitOf counts a limit of a measure.
func (s *Service) limitOf(m *Measure, rule law.Measure, of, owner string, from time.Time) (events.Deadline, error) {
	return s.counter().Start(of, "measure/"+m.ID, owner, rule.Name+" "+m.ID, from)
}

// Measure returns a measure to the unit it is addressed to, to the one that took
// it, and to those who see everything.
func (s *Service) Measure(ctx context.Context, by identity.Actor, id string) (Measure, error) {
	m, _, err := s.measures.Load(ctx, id)
	if err != nil {
		return m, err
	}
	if err := reads(by, m.Unit); err != nil && (by.Unit != m.From || permits.Check(by, "deadline.read") != nil) {
		return Measure{}, err
	}
	if m.State == MeasureDrafted && by.Unit != m.From && !by.Has(identity.Auditor) {
		return Measure{}, fault.New(fault.NotFound, "没有编号为 %s 的记录，请核对编号", id)
	}
	return m, nil
}
