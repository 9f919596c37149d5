package register

import (
	"context"
	"time"

	"shenzhong/events"
	"shenzhong/services/kit/bus"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/view"
	"shenzhong/services/kit/workday"
)

// Reactions is everything register does when others speak.
func (s *Service) Reactions() []bus.Reaction {
	reactions := []bus.Reaction{
		bus.On("register-counts-complaints", s.onClueReceived),
		bus.On("register-takes-grades", s.onCreditGraded),
	}
	for _, v := range s.Views() {
		reactions = append(reactions, v.Reaction())
	}
	return reactions
}

// Views are the read models of register.
func (s *Service) Views() []view.Folding { return s.views.all() }

// The lines of the law pack that say how many complaints within how many months
// raise the flag. A pack without them raises none.
const (
	complaintsLimit = "flag.complaints"
	complaintMonths = "flag.complaints.months"
)

// onClueReceived flags a facility that is complained of often enough (投诉举报多,
// 方案五(二)2).
func (s *Service) onClueReceived(ctx context.Context, h bus.Heard[events.ClueReceived]) error {
	if err := view.Apply(ctx, s.views.complaints, h.Envelope); err != nil {
		return err
	}
	if h.Fact.Facility == "" {
		return nil
	}
	day := workday.DateOf(h.Envelope.Time)
	most, err := s.cfg.Law.Law().Limit(complaintsLimit, day)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	months, err := s.cfg.Law.Law().Limit(complaintMonths, day)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	complaints, err := s.complaints(ctx, h.Fact.Facility, day.AddMonths(-int(*months.Value)).End(), h.Envelope.Time)
	if err != nil {
		return err
	}
	cause := h.Cause("register")
	err = s.changeFacility(ctx, cause, h.Fact.Facility, func(f *Facility) (events.Event, error) {
		return f.Count(cause.Actor, complaints, *most.Value, *months.Value, day.String())
	})
	if fault.Is(err, fault.NotFound) {
		return nil // no object of this register
	}
	return err
}

// complaints are those about a facility from since up to and including until.
func (s *Service) complaints(ctx context.Context, facility string, since, until time.Time) ([]Complaint, error) {
	rows, err := every(ctx, s.views.complaints, view.Query{
		Equal:   map[string]any{"facility": facility, "complains": "yes"},
		AtLeast: map[string]any{"at": since.UnixMilli()}, AtMost: map[string]any{"at": until.UnixMilli()},
	})
	if err != nil {
		return nil, err
	}
	out := make([]Complaint, len(rows))
	for i, r := range rows {
		out[i] = r.Complaint
	}
	return out, nil
}

// onCreditGraded takes over the grade that a subject has now. Facts of one
// record are taken in their order, so an old grade never replaces a newer one.
func (s *Service) onCreditGraded(ctx context.Context, h bus.Heard[events.CreditGraded]) error {
	if err := view.Apply(ctx, s.views.grades, h.Envelope); err != nil {
		return err
	}
	row, err := s.views.grades.Get(ctx, events.EntityID(h.Envelope.Subject))
	if err != nil {
		return err
	}
	if row.Facility == "" {
		return nil
	}
	cause := h.Cause("register")
	return s.changeFacility(ctx, cause, row.Facility, func(f *Facility) (events.Event, error) {
		return f.Grade(cause.Actor, row.Grade, row.Formula)
	})
}
