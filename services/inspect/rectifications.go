package inspect

import (
	"context"
	"fmt"
	"strings"

	"shenzhong/events"
	"shenzhong/services/kit/bus"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/store"
	"shenzhong/services/kit/workday"
)

// onVisitRecorded orders every finding put right that has a time for it.
func (s *Service) onVisitRecorded(ctx context.Context, h bus.Heard[events.VisitRecorded]) error {
	visit := h.Fact.Visit
	for _, section := range visit.Sections {
		for _, f := range section.Findings {
			if f.Days == 0 {
				continue
			}
			id := fmt.Sprintf("%s-ZG-%s-%s-%d", s.cfg.District, strings.TrimPrefix(visit.ID, s.cfg.District+"-JC-"), section.Unit, f.No)
			due, err := s.counter.Grant("rectify", s.orders.Subject(id), section.Unit, "完成整改："+visit.Name, h.Envelope.Time, f.Days)
			if err != nil {
				return err
			}
			order := events.RectificationOrdered{
				Rectification: id, Visit: visit.ID, Facility: visit.Facility, Name: visit.Name, USCC: visit.USCC,
				Unit: section.Unit, Finding: f, Deadline: due,
			}
			err = s.orders.Create(ctx, h.Cause("inspect"), id, func(r *Rectification) (events.Event, error) { return r.Order(order) })
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// ExtendRectification gives the facility more time.
type ExtendRectification struct {
	store.Cause
	Rectification string
	Days          int // more, in the unit of the limit
	Reason        string
}

// ExtendRectification gives it, within what the rule of the order allows.
func (s *Service) ExtendRectification(ctx context.Context, cmd ExtendRectification) error {
	if err := permits.Check(cmd.Actor, "rectification.extend"); err != nil {
		return err
	}
	r, err := s.Rectification(ctx, cmd.Actor, cmd.Rectification)
	if err != nil {
		return err
	}
	d := r.Deadline
	rule, err := s.cfg.Law.Law().Deadline(d.Rule, workday.DateOf(d.From))
	if err != nil {
		return err
	}
	if cmd.Days < 1 || cmd.Days > rule.Extend.N {
		return fault.About("days", fault.Invalid, "延长的天数应在 1 至 %d 之间", rule.Extend.N)
	}
	to, err := s.counter.Grant(d.Rule, s.orders.Subject(r.Rectification), d.Owner, d.About, d.From, d.N+cmd.Days)
	if err != nil {
		return err
	}
	now := s.cfg.Clock.Now()
	return s.orders.Change(ctx, cmd.Cause, cmd.Rectification, func(r *Rectification) (events.Event, error) {
		return r.Extend(cmd.Actor, to, cmd.Reason, rule.Extend.Times, now)
	})
}

// ProveRectification hands in proof that something was put right.
type ProveRectification struct {
	store.Cause
	Rectification string
	Proof         string
	SHA256        string
}

// ProveRectification notes the proof.
func (s *Service) ProveRectification(ctx context.Context, cmd ProveRectification) error {
	if err := permits.Check(cmd.Actor, "rectification.prove"); err != nil {
		return err
	}
	r, err := s.Rectification(ctx, cmd.Actor, cmd.Rectification)
	if err != nil {
		return err
	}
	recheck, err := s.counter.Start("rectify.recheck", s.orders.Subject(r.Rectification), r.Unit, "复查整改情况："+r.Name, s.cfg.Clock.Now())
	if err != nil {
		return err
	}
	return s.orders.Change(ctx, cmd.Cause, cmd.Rectification, func(r *Rectification) (events.Event, error) {
		return r.Prove(cmd.Actor, cmd.Proof, cmd.SHA256, recheck)
	})
}

// CheckRectification is the outcome of the re-inspection.
type CheckRectification struct {
	store.Cause
	Rectification string
	Passed        bool
	Note          string
	Officers      []string
}

// CheckRectification notes the outcome.
func (s *Service) CheckRectification(ctx context.Context, cmd CheckRectification) error {
	if err := permits.Check(cmd.Actor, "rectification.check"); err != nil {
		return err
	}
	least, err := s.least()
	if err != nil {
		return err
	}
	r, err := s.Rectification(ctx, cmd.Actor, cmd.Rectification)
	if err != nil {
		return err
	}
	for _, id := range cmd.Officers {
		o, err := s.views.officers.Get(ctx, id)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return err
		}
		switch {
		case o.Unit != cmd.Actor.Unit || !certified(o, s.today().String()):
			return fault.About("officers", fault.Invalid, "复查人员须为本单位执法证件有效的人员")
		case interested(o, r.Facility):
			return fault.About("officers", fault.Invalid, "复查人员 %s 与检查对象有利害关系，应当回避", id)
		}
	}
	on := s.today().String()
	return s.orders.Change(ctx, cmd.Cause, cmd.Rectification, func(r *Rectification) (events.Event, error) {
		return r.Check(cmd.Actor, cmd.Passed, cmd.Note, on, cmd.Officers, least)
	})
}
