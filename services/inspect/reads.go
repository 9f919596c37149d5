package inspect

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"shenzhong/events"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/identity"
	"shenzhong/services/kit/view"
)

// Plans lists the plans of a year (0 = all): to everybody those that are
// published, to the units of a plan also their drafts.
func (s *Service) Plans(ctx context.Context, by identity.Actor, year int) ([]PlanRow, error) {
	equal := map[string]any{}
	if year != 0 {
		equal["year"] = int64(year)
	}
	rows, err := everyRow(ctx, s.views.plans, equal)
	return slices.DeleteFunc(rows, func(r PlanRow) bool { return maySeePlan(by, Plan(r)) != nil }), err
}

// Plan returns a plan to those who may see it.
func (s *Service) Plan(ctx context.Context, by identity.Actor, id string) (Plan, error) {
	p, _, err := s.plans.Load(ctx, id)
	if err != nil {
		return Plan{}, err
	}
	if err := maySeePlan(by, p); err != nil {
		return Plan{}, err
	}
	return p, nil
}

func maySeePlan(by identity.Actor, p Plan) error {
	if p.State == Published || by.Has(identity.Office) || by.Has(identity.Auditor) {
		return nil
	}
	if err := permits.Check(by, "plan.read"); err != nil {
		return err
	}
	if !slices.Contains(p.Units(), by.Unit) {
		return fault.New(fault.Denied, "计划尚未公布，只有参加的单位可以查看")
	}
	return nil
}

// PublicBatch is what everybody may know of a batch: how it is drawn, never what
// is drawn from and never what was drawn.
type PublicBatch struct {
	events.BatchAnnounced
	State  State `json:"state"`
	Opened bool  `json:"opened"` // whether the draw is public
	Visits int   `json:"visits"` // how many facilities were drawn; 0 before the opening
}

// Batches lists the batches of a plan.
func (s *Service) Batches(ctx context.Context, plan string) ([]PublicBatch, error) {
	rows, err := everyRow(ctx, s.views.batches, map[string]any{"plan": plan})
	if err != nil {
		return nil, err
	}
	out := make([]PublicBatch, 0, len(rows))
	for _, r := range rows {
		b, err := s.Batch(ctx, r.ID)
		if err != nil {
			return nil, err
		}
		out = append(out, b)
	}
	return out, nil
}

// Batch returns what everybody may know of a batch.
func (s *Service) Batch(ctx context.Context, id string) (PublicBatch, error) {
	b, _, err := s.batches.Load(ctx, id)
	if err != nil {
		return PublicBatch{}, err
	}
	p := PublicBatch{BatchAnnounced: b.BatchAnnounced, State: b.State, Opened: b.opened(s.cfg.Clock.Now())}
	if p.Opened {
		p.Visits = len(b.Visits)
	}
	return p, nil
}

// Visits lists the visits that the actor may know of, of one batch or of all:
// those of a team, those that a head of a unit has to consent to, and what is
// recorded. Who has no part in a visit does not learn of it before.
func (s *Service) Visits(ctx context.Context, by identity.Actor, batch string) ([]VisitRow, error) {
	if err := permits.Check(by, "visit.read"); err != nil {
		return nil, err
	}
	equal := map[string]any{}
	if batch != "" {
		equal["batch"] = batch
	}
	rows, err := everyRow(ctx, s.views.visits, equal)
	return slices.DeleteFunc(rows, func(r VisitRow) bool { return !maySeeVisit(by, r.State, r.Facility, r.Units, r.Officers) }), err
}

// Visit returns a visit to those who may know of it. To anybody else it does not
// exist: a refusal would already say that the facility was drawn.
func (s *Service) Visit(ctx context.Context, by identity.Actor, id string) (Visit, error) {
	if err := permits.Check(by, "visit.read"); err != nil {
		return Visit{}, err
	}
	v, _, err := s.visits.Load(ctx, id)
	if err == nil {
		var units, officers []string
		for _, section := range v.Sections {
			units, officers = append(units, section.Unit), append(officers, section.Officers...)
		}
		if maySeeVisit(by, v.State, v.Facility, units, officers) {
			return v, nil
		}
	}
	if err == nil || fault.Is(err, fault.NotFound) {
		return Visit{}, fault.New(fault.NotFound, "没有编号为 %s 的检查，请核对编号", id)
	}
	return Visit{}, err
}

func maySeeVisit(by identity.Actor, state State, facility string, units, officers []string) bool {
	switch {
	case slices.Contains(officers, by.ID):
		return true
	case by.Has(identity.Leader) && slices.Contains(units, by.Unit):
		return true
	case by.Has(identity.Party):
		return by.Unit == facility && (state == Noticed || state == Answered || state == Signed || state == Recorded)
	case state != Recorded:
		return false
	}
	return by.Has(identity.Office) || by.Has(identity.Auditor) || slices.Contains(units, by.Unit)
}

// Orders selects orders to put something right. Empty fields select all.
type Orders struct {
	Unit, Facility string
	State          State
}

// Rectifications lists orders, those due first: to a unit its own, to a facility its own, to the
// office of the task force and the auditors all.
func (s *Service) Rectifications(ctx context.Context, by identity.Actor, o Orders) ([]OrderRow, error) {
	if err := permits.Check(by, "rectification.read"); err != nil {
		return nil, err
	}
	if by.Unit == "" { // an empty condition would select the orders of all
		return nil, by.OfUnit(o.Unit)
	}
	switch {
	case by.Has(identity.Party):
		o.Facility = by.Unit
	case !by.Has(identity.Office) && !by.Has(identity.Auditor):
		o.Unit = by.Unit
	}
	equal := map[string]any{}
	for column, value := range map[string]string{"unit": o.Unit, "facility": o.Facility, "state": string(o.State)} {
		if value != "" {
			equal[column] = value
		}
	}
	return s.views.orders.List(ctx, view.Query{Equal: equal, Order: "due", Limit: 1000})
}

// Rectification returns one order to its unit, its facility, the office and the
// auditors. To anybody else it does not exist: its number names the facility.
func (s *Service) Rectification(ctx context.Context, by identity.Actor, id string) (Rectification, error) {
	if err := permits.Check(by, "rectification.read"); err != nil {
		return Rectification{}, err
	}
	r, _, err := s.orders.Load(ctx, id)
	if err == nil && (by.Unit == r.Unit || by.Unit == r.Facility || by.Has(identity.Office) || by.Has(identity.Auditor)) {
		return r, nil
	}
	if err == nil || fault.Is(err, fault.NotFound) {
		return Rectification{}, fault.New(fault.NotFound, "没有编号为 %s 的责令改正，请核对编号", id)
	}
	return Rectification{}, err
}

// everyRow reads a view page by page.
func everyRow[R any](ctx context.Context, v *view.View[R], equal map[string]any) ([]R, error) {
	const page = 1000
	var all []R
	after := ""
	for {
		rows, err := v.Table().List(ctx, view.Query{Equal: equal, After: after, Limit: page})
		if err != nil {
			return nil, err
		}
		for _, row := range rows {
			var r R
			if err := json.Unmarshal(row.Body, &r); err != nil {
				return nil, fmt.Errorf("decode row %s of %s: %w", row.Key, v.Name(), err)
			}
			all = append(all, r)
			after = row.Key
		}
		if len(rows) < page {
			return all, nil
		}
	}
}
