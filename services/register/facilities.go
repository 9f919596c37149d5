package register

import (
	"context"
	"slices"
	"strings"

	"shenzhong/events"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/identity"
	"shenzhong/services/kit/law"
	"shenzhong/services/kit/store"
	"shenzhong/services/kit/view"
	"shenzhong/services/kit/workday"
)

// EnterFacility enters a facility.
type EnterFacility struct {
	store.Cause
	FacilityDraft
}

// EnterFacility returns the id of the facility. A subject that is entered
// already is fault.Conflict that names its id.
func (s *Service) EnterFacility(ctx context.Context, cmd EnterFacility) (string, error) {
	if err := permits.Check(cmd.Actor, "facility.enter"); err != nil {
		return "", err
	}
	d, errs := cmd.review(s.cfg.Law.Law(), s.today())
	if err := earliest(errs); err != nil {
		return "", err
	}
	s.entering.Lock()
	defer s.entering.Unlock()
	id, err := s.enterFacility(ctx, cmd.Cause, d, func() error { return s.alone(ctx, d.USCC, "") })
	return id, err
}

// enterFacility enters a reviewed draft. unique is asked only if the cause is
// new, so that a command sent again is not refused for what it did itself. The
// caller holds entering.
func (s *Service) enterFacility(ctx context.Context, by store.Cause, d FacilityDraft, unique func() error) (string, error) {
	id, err := s.facilities.Open(ctx, by, s.cfg.District+"-JG-000000", func(id string, f *Facility) (events.Event, error) {
		if err := unique(); err != nil {
			return nil, err
		}
		return f.Enter(by.Actor, id, d)
	})
	if err != nil {
		return "", err
	}
	return id, s.show(ctx, s.views.facilities, s.facilities.Subject(id))
}

// alone refuses a code under which another facility is open: one subject is one
// entry. A closed one has given its code free.
func (s *Service) alone(ctx context.Context, code, but string) error {
	if code == "" {
		return nil
	}
	rows, err := s.views.facilities.List(ctx, view.Query{Equal: map[string]any{"uscc": code, "status": string(Open)}})
	if err != nil {
		return err
	}
	for _, f := range rows {
		if f.ID != but {
			return fault.About("uscc", fault.Conflict, "统一社会信用代码 %s 已登记为“%s”（%s），不能重复登记；如有变动请办理更正", code, f.Name, f.ID)
		}
	}
	return nil
}

// CorrectFacility corrects what was entered about a facility.
type CorrectFacility struct {
	store.Cause
	Facility string
	FacilityDraft
	Reason string
}

// CorrectFacility replaces what was entered by the draft, as a whole.
func (s *Service) CorrectFacility(ctx context.Context, cmd CorrectFacility) error {
	if err := permits.Check(cmd.Actor, "facility.correct"); err != nil {
		return err
	}
	d, errs := cmd.review(s.cfg.Law.Law(), s.today())
	if err := earliest(errs); err != nil {
		return err
	}
	s.entering.Lock()
	defer s.entering.Unlock()
	if err := s.alone(ctx, d.USCC, cmd.Facility); err != nil {
		return err
	}
	return s.changeFacility(ctx, cmd.Cause, cmd.Facility, func(f *Facility) (events.Event, error) {
		return f.Correct(cmd.Actor, d, cmd.Reason)
	})
}

// FlagFacility marks a facility that is inspected without a ceiling.
type FlagFacility struct {
	store.Cause
	Facility string
	Kind     string // complaints, abnormal, serious, attention
	Reason   string
	Evidence []string
}

// FlagFacility raises a flag that the law pack knows.
func (s *Service) FlagFacility(ctx context.Context, cmd FlagFacility) error {
	if err := permits.Check(cmd.Actor, "facility.flag"); err != nil {
		return err
	}
	today := s.today()
	flag := events.Flag{Kind: cmd.Kind, Reason: cmd.Reason, Since: today.String(), Evidence: cmd.Evidence}
	return s.changeFacility(ctx, cmd.Cause, cmd.Facility, func(f *Facility) (events.Event, error) {
		return s.flagged(cmd.Actor, today, f, flag)
	})
}

// flagged raises a flag that the law pack knows.
func (s *Service) flagged(by identity.Actor, today workday.Date, f *Facility, flag events.Flag) (events.Event, error) {
	if err := permits.Check(by, "facility.flag"); err != nil {
		return nil, err
	}
	sampling, err := s.cfg.Law.Law().Sampling(today)
	if err != nil {
		return nil, err
	}
	if !slices.Contains(sampling.Flags, flag.Kind) {
		return nil, fault.About("kind", fault.Invalid, "规则包中没有“%s”这种标记，可选：%s", clip(flag.Kind), strings.Join(flagChoice(s.cfg.Law.Law(), today), "、"))
	}
	return f.Flag(by, flag)
}

// UnflagFacility takes a flag back.
type UnflagFacility struct {
	store.Cause
	Facility string
	Kind     string
	Reason   string
}

// UnflagFacility takes it back.
func (s *Service) UnflagFacility(ctx context.Context, cmd UnflagFacility) error {
	now := s.cfg.Clock.Now()
	return s.changeFacility(ctx, cmd.Cause, cmd.Facility, func(f *Facility) (events.Event, error) {
		return f.Unflag(cmd.Actor, cmd.Kind, cmd.Reason, now)
	})
}

// CloseFacility closes a facility.
type CloseFacility struct {
	store.Cause
	Facility string
	On       string // day of the closing; empty = today
	Reason   string
}

// CloseFacility closes it.
func (s *Service) CloseFacility(ctx context.Context, cmd CloseFacility) error {
	today, on := s.today(), cmd.On
	if on == "" {
		on = today.String()
	}
	return s.changeFacility(ctx, cmd.Cause, cmd.Facility, func(f *Facility) (events.Event, error) {
		return closing(cmd.Actor, today, f, on, cmd.Reason)
	})
}

// closing closes a facility on a day that has come.
func closing(by identity.Actor, today workday.Date, f *Facility, on, reason string) (events.Event, error) {
	if err := permits.Check(by, "facility.close"); err != nil {
		return nil, err
	}
	day, err := date("on", "关闭日期", on)
	if err != nil {
		return nil, err
	}
	if day.After(today) {
		return nil, fault.About("on", fault.Invalid, "关闭日期 %s 晚于今天，请在关闭以后办理", day)
	}
	return f.Close(by, day.String(), reason)
}

// Kinds are the categories and subject kinds that may be filled in today.
func (s *Service) Kinds() ([]law.FacilityKind, []law.SubjectKind) {
	return s.cfg.Law.Law().FacilityKinds(s.today()), s.cfg.Law.Law().SubjectKinds(s.today())
}
