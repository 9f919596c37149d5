package register

import (
	"context"

	"shenzhong/events"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/store"
	"shenzhong/services/kit/view"
)

// EnterOfficer enters an officer.
type EnterOfficer struct {
	store.Cause
	OfficerDraft
}

// EnterOfficer returns the id of the officer. A certificate that is entered
// already is fault.Conflict.
func (s *Service) EnterOfficer(ctx context.Context, cmd EnterOfficer) (string, error) {
	if err := permits.Check(cmd.Actor, "officer.enter"); err != nil {
		return "", err
	}
	if err := s.keeps(cmd.Actor, cmd.Unit); err != nil {
		return "", err
	}
	d, errs := cmd.review(s.cfg.Law.Law(), s.today())
	if err := earliest(errs); err != nil {
		return "", err
	}
	for _, in := range d.Interests {
		if _, _, err := s.facilities.Load(ctx, in.Facility); err != nil {
			return "", err
		}
	}
	s.entering.Lock()
	defer s.entering.Unlock()
	return s.enterOfficer(ctx, cmd.Cause, d, func() error { return s.certified(ctx, d.CertNo, "") })
}

// enterOfficer enters a reviewed draft; unique is asked only if the cause is
// new. The caller holds entering.
func (s *Service) enterOfficer(ctx context.Context, by store.Cause, d OfficerDraft, unique func() error) (string, error) {
	id, err := s.officers.Open(ctx, by, s.cfg.District+"-RY-000000", func(id string, o *Officer) (events.Event, error) {
		if err := unique(); err != nil {
			return nil, err
		}
		return o.Enter(by.Actor, id, d)
	})
	if err != nil {
		return "", err
	}
	return id, s.show(ctx, s.views.officers, s.officers.Subject(id))
}

// certified refuses a certificate that another active officer holds.
func (s *Service) certified(ctx context.Context, certNo, but string) error {
	rows, err := s.views.officers.List(ctx, view.Query{Equal: map[string]any{"cert_no": certNo, "status": string(Active)}})
	if err != nil {
		return err
	}
	for _, o := range rows {
		if o.ID != but {
			return fault.About("cert_no", fault.Conflict, "该执法证号已登记在 %s 名下，不能重复登记", o.ID)
		}
	}
	return nil
}

// CorrectOfficer corrects what was entered about an officer.
type CorrectOfficer struct {
	store.Cause
	Officer string
	OfficerDraft
	Reason string
}

// CorrectOfficer replaces what was entered by the draft, but for the declared
// interests.
func (s *Service) CorrectOfficer(ctx context.Context, cmd CorrectOfficer) error {
	if err := permits.Check(cmd.Actor, "officer.correct"); err != nil {
		return err
	}
	cmd.Interests = nil
	d, errs := cmd.review(s.cfg.Law.Law(), s.today())
	if err := earliest(errs); err != nil {
		return err
	}
	if err := s.keeps(cmd.Actor, d.Unit); err != nil {
		return err
	}
	s.entering.Lock()
	defer s.entering.Unlock()
	if err := s.certified(ctx, d.CertNo, cmd.Officer); err != nil {
		return err
	}
	return s.changeOfficer(ctx, cmd.Cause, cmd.Officer, func(o *Officer) (events.Event, error) {
		if err := s.keeps(cmd.Actor, o.Unit); err != nil {
			return nil, err
		}
		return o.Correct(cmd.Actor, d, cmd.Reason)
	})
}

// DeclareInterest declares that an officer must stay away from a facility.
type DeclareInterest struct {
	store.Cause
	Officer  string
	Facility string
	Reason   string
}

// DeclareInterest declares it.
func (s *Service) DeclareInterest(ctx context.Context, cmd DeclareInterest) error {
	f, _, err := s.facilities.Load(ctx, cmd.Facility)
	if err != nil {
		return err
	}
	in := events.Interest{Facility: f.ID, Reason: cmd.Reason, Since: s.today().String()}
	return s.changeOfficer(ctx, cmd.Cause, cmd.Officer, func(o *Officer) (events.Event, error) {
		if err := s.keeps(cmd.Actor, o.Unit); err != nil {
			return nil, err
		}
		return o.Declare(cmd.Actor, in)
	})
}

// DeclareYear is the declaration that an officer makes every year.
type DeclareYear struct {
	store.Cause
	Officer   string
	Interests []events.Interest // facility and reason of those that are new; none says that there are none
}

// DeclareYear takes it.
func (s *Service) DeclareYear(ctx context.Context, cmd DeclareYear) error {
	on := s.today().String()
	more := make([]events.Interest, len(cmd.Interests))
	for i, in := range cmd.Interests {
		f, _, err := s.facilities.Load(ctx, in.Facility)
		if err != nil {
			return err
		}
		more[i] = events.Interest{Facility: f.ID, Reason: in.Reason, Since: on}
	}
	return s.changeOfficer(ctx, cmd.Cause, cmd.Officer, func(o *Officer) (events.Event, error) {
		if err := s.keeps(cmd.Actor, o.Unit); err != nil {
			return nil, err
		}
		return o.DeclareYear(cmd.Actor, more, on)
	})
}

// WithdrawInterest takes a declared interest back.
type WithdrawInterest struct {
	store.Cause
	Officer  string
	Facility string
	Reason   string
}

// WithdrawInterest takes it back.
func (s *Service) WithdrawInterest(ctx context.Context, cmd WithdrawInterest) error {
	return s.changeOfficer(ctx, cmd.Cause, cmd.Officer, func(o *Officer) (events.Event, error) {
		if err := s.keeps(cmd.Actor, o.Unit); err != nil {
			return nil, err
		}
		return o.Withdraw(cmd.Actor, cmd.Facility, cmd.Reason)
	})
}

// OfficerLeaves notes that an officer does not enforce any more.
type OfficerLeaves struct {
	store.Cause
	Officer string
	Reason  string
}

// OfficerLeaves notes it.
func (s *Service) OfficerLeaves(ctx context.Context, cmd OfficerLeaves) error {
	return s.changeOfficer(ctx, cmd.Cause, cmd.Officer, func(o *Officer) (events.Event, error) {
		if err := s.keeps(cmd.Actor, o.Unit); err != nil {
			return nil, err
		}
		return o.Leave(cmd.Actor, cmd.Reason)
	})
}
