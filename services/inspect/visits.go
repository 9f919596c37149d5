package inspect

import (
	"context"
	"strings"

	"shenzhong/events"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/store"
	"shenzhong/services/kit/workday"
)

// onVisit changes a visit that the actor may know of. To anybody else it does not
// exist, whatever they try.
func (s *Service) onVisit(ctx context.Context, by store.Cause, id string, decide func(*Visit) (events.Event, error)) error {
	if _, err := s.Visit(ctx, by.Actor, id); err != nil {
		return err
	}
	return s.visits.Change(ctx, by, id, decide)
}

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
	return s.onVisit(ctx, cmd.Cause, cmd.Visit, func(v *Visit) (events.Event, error) { return v.Approve(cmd.Actor, least, now) })
}

// NoticeVisit gives the facility notice of the visit.
type NoticeVisit struct {
	store.Cause
	Visit string
	No    string // number of the notice (检查通知书)
	On    string // day of the visit
	Coded Coded
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
	v, err := s.Visit(ctx, cmd.Actor, cmd.Visit)
	if err != nil {
		return err
	}
	code, err := s.underCode(cmd.Coded, day)
	if err != nil {
		return err
	}
	least, err := s.least()
	if err != nil {
		return err
	}
	if err := s.checkTeam(ctx, v, day.String(), least); err != nil {
		return err
	}
	at := s.cfg.Clock.Now()
	if !workday.DateOf(at).Equal(day) { // written down later
		at = day.Start()
	}
	return s.onVisit(ctx, cmd.Cause, cmd.Visit, func(v *Visit) (events.Event, error) {
		return v.Notice(cmd.Actor, strings.TrimSpace(cmd.No), day.String(), code, at)
	})
}

// checkTeam refuses a visit on a day on which one of its officers may not enforce
// the law, or has an interest that was declared since the draw, and one for which
// too few of a unit are left (行政处罚法 art. 42).
func (s *Service) checkTeam(ctx context.Context, v Visit, day string, least int) error {
	for _, section := range v.Sections {
		if seated(section.Officers) < least {
			return fault.New(fault.Conflict, "%s 的检查人员不足 %d 名，请先递补", section.Unit, least)
		}
		for _, id := range section.Officers {
			if id == "" {
				continue
			}
			o, err := s.views.officers.Get(ctx, id)
			if err != nil {
				return err
			}
			switch {
			case !certified(o, day):
				return fault.New(fault.Conflict, "检查人员 %s 的执法证件在 %s 无效，请先递补", id, day)
			case interested(o, v.Facility):
				return fault.New(fault.Conflict, "检查人员 %s 与检查对象有利害关系，应当回避，请先递补", id)
			}
		}
	}
	return nil
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
			if _, err := s.cfg.Law.Law().Route(code, s.today()); err != nil {
				return err
			}
		}
		if err := s.measure(&answer.Findings[i], s.today()); err != nil {
			return err
		}
	}
	categories := s.cfg.Law.Law().ResultCategories(s.today())
	return s.onVisit(ctx, cmd.Cause, cmd.Visit, func(v *Visit) (events.Event, error) {
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
	return s.onVisit(ctx, cmd.Cause, cmd.Visit, func(v *Visit) (events.Event, error) {
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
	v, err := s.Visit(ctx, cmd.Actor, cmd.Visit)
	if err != nil {
		return err
	}
	// The law gives one number of days for publishing the result, the district a
	// shorter one of its own: both run, and neither hides the other.
	var limits []events.Deadline
	for _, rule := range []string{"pub.check.result", "pub.check.local"} {
		d, err := s.counter.Start(rule, s.visits.Subject(v.ID), v.Lead, "公示抽查结果："+v.Name, s.cfg.Clock.Now())
		if err != nil {
			return err
		}
		limits = append(limits, d)
	}
	on := s.today().String()
	return s.onVisit(ctx, cmd.Cause, cmd.Visit, func(v *Visit) (events.Event, error) { return v.Record(cmd.Actor, on, limits) })
}
