package inspect

import (
	"context"
	"fmt"
	"strings"

	"shenzhong/events"
	"shenzhong/services/kit/bus"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/store"
)

// ApproveVisit is the consent of the head of the actor's unit to its part.
type ApproveVisit struct {
	store.Cause
	Visit string
}

// ApproveVisit notes the consent.
func (s *Service) ApproveVisit(ctx context.Context, cmd ApproveVisit) error {
	if err := permits.Check(cmd.Actor, "visit.approve"); err != nil {
		return err
	}
	least, err := s.least()
	if err != nil {
		return err
	}
	now := s.cfg.Clock.Now()
	return s.visits.Change(ctx, cmd.Cause, cmd.Visit, func(v *Visit) (events.Event, error) { return v.Approve(cmd.Actor, least, now) })
}

// NoticeVisit gives the facility notice of the visit.
type NoticeVisit struct {
	store.Cause
	Visit string
	No    string // number of the notice (检查通知书)
	On    string // day of the visit
}

// NoticeVisit notes the notice.
func (s *Service) NoticeVisit(ctx context.Context, cmd NoticeVisit) error {
	if err := permits.Check(cmd.Actor, "visit.notice"); err != nil {
		return err
	}
	day, err := s.dateOrToday(cmd.On)
	if err != nil {
		return err
	}
	if strings.TrimSpace(cmd.No) == "" {
		return fault.About("no", fault.Invalid, "请填写检查通知书文号")
	}
	return s.visits.Change(ctx, cmd.Cause, cmd.Visit, func(v *Visit) (events.Event, error) {
		return v.Notice(cmd.Actor, strings.TrimSpace(cmd.No), day.String())
	})
}

// AnswerSection is what the actor's unit found.
type AnswerSection struct {
	store.Cause
	Visit    string
	Results  []string
	Findings []events.Finding
	Signed   []string
}

// AnswerSection notes the answer.
func (s *Service) AnswerSection(ctx context.Context, cmd AnswerSection) error {
	if err := permits.Check(cmd.Actor, "visit.answer"); err != nil {
		return err
	}
	least, err := s.least()
	if err != nil {
		return err
	}
	answer := events.VisitSection{Unit: cmd.Actor.Unit, Results: cmd.Results, Findings: cmd.Findings, Signed: cmd.Signed}
	for i := range answer.Findings {
		answer.Findings[i].No = i + 1
		if code := answer.Findings[i].Offence; code != "" {
			if _, err := s.cfg.Law.Route(code, s.today()); err != nil {
				return err
			}
		}
	}
	categories := s.cfg.Law.ResultCategories(s.today())
	return s.visits.Change(ctx, cmd.Cause, cmd.Visit, func(v *Visit) (events.Event, error) {
		return v.Answer(cmd.Actor, answer, categories, least)
	})
}

// SignVisit is the signature of the facility, or its refusal.
type SignVisit struct {
	store.Cause
	Visit       string
	Countersign string // signed, refused
	RefusalNote string
}

// SignVisit notes it.
func (s *Service) SignVisit(ctx context.Context, cmd SignVisit) error {
	if err := permits.Check(cmd.Actor, "visit.sign"); err != nil {
		return err
	}
	return s.visits.Change(ctx, cmd.Cause, cmd.Visit, func(v *Visit) (events.Event, error) {
		return v.Sign(cmd.Actor, cmd.Countersign, cmd.RefusalNote)
	})
}

// RecordVisit closes a visit; its result must be published in time.
type RecordVisit struct {
	store.Cause
	Visit string
}

// RecordVisit closes.
func (s *Service) RecordVisit(ctx context.Context, cmd RecordVisit) error {
	if err := permits.Check(cmd.Actor, "visit.record"); err != nil {
		return err
	}
	v, _, err := s.visits.Load(ctx, cmd.Visit)
	if err != nil {
		return err
	}
	publish, err := s.counter.Start("pub.check.result", s.visits.Subject(v.ID), v.Lead, "公示抽查结果："+v.Name, s.cfg.Clock.Now())
	if err != nil {
		return err
	}
	on := s.today().String()
	return s.visits.Change(ctx, cmd.Cause, cmd.Visit, func(v *Visit) (events.Event, error) { return v.Record(cmd.Actor, on, publish) })
}

// onVisitRecorded orders every finding put right that has a time for it.
func (s *Service) onVisitRecorded(ctx context.Context, h bus.Heard[events.VisitRecorded]) error {
	visit := h.Fact.Visit
	for _, section := range visit.Sections {
		for _, f := range section.Findings {
			if f.Days == 0 {
				continue
			}
			id := fmt.Sprintf("%s-ZG-%s-%s-%d", s.cfg.District, strings.TrimPrefix(visit.ID, s.cfg.District+"-JC-"), section.Unit, f.No)
			due, err := s.counter.Grant("rectify", s.orders.Subject(id), section.Unit, "复查责令改正情况："+visit.Name, h.Envelope.Time, f.Days)
			if err != nil {
				return err
			}
			order := events.RectificationOrdered{
				Rectification: id, Visit: visit.ID, Facility: visit.Facility, Name: visit.Name, USCC: visit.USCC,
				Unit: section.Unit, Finding: f, Deadline: due,
			}
			err = s.orders.Put(ctx, h.Cause("inspect"), id, func(r *Rectification) (events.Event, error) { return r.Order(order) })
			if err != nil {
				return err
			}
		}
	}
	return nil
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
	return s.orders.Change(ctx, cmd.Cause, cmd.Rectification, func(r *Rectification) (events.Event, error) {
		return r.Prove(cmd.Actor, cmd.Proof, cmd.SHA256)
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
	for _, id := range cmd.Officers {
		o, err := s.views.officers.Get(ctx, id)
		if err != nil {
			return err
		}
		if o.Unit != cmd.Actor.Unit || o.Status != "active" || o.CertUntil < s.today().String() {
			return fault.About("officers", fault.Invalid, "复查人员须为本单位执法证件有效的人员")
		}
	}
	on := s.today().String()
	return s.orders.Change(ctx, cmd.Cause, cmd.Rectification, func(r *Rectification) (events.Event, error) {
		return r.Check(cmd.Actor, cmd.Passed, cmd.Note, on, cmd.Officers, least)
	})
}
