package inspect

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"shenzhong/events"
	"shenzhong/services/kit/view"
)

// FacilityRow is what inspect knows of a facility.
type FacilityRow struct {
	events.Facility
}

// OfficerRow is what inspect knows of an officer.
type OfficerRow struct {
	events.Officer
}

// ItemRow is what inspect knows of an inspection item.
type ItemRow struct {
	events.Item
	Published bool `json:"published"`
}

// BatchRow is a batch as lists show it.
type BatchRow struct {
	ID     string   `json:"id"`
	Plan   string   `json:"plan"`
	No     int      `json:"no"`
	Title  string   `json:"title"`
	Lead   string   `json:"lead"`
	State  State    `json:"state"`
	Visits []string `json:"visits"`
}

// VisitRow is a visit as lists show it.
type VisitRow struct {
	ID        string   `json:"id"`
	Batch     string   `json:"batch"`
	Facility  string   `json:"facility"`
	Name      string   `json:"name"`
	Lead      string   `json:"lead"`
	State     State    `json:"state"`
	Year      string   `json:"year"`
	Units     []string `json:"units"`
	Officers  []string `json:"officers"`
	VisitedOn string   `json:"visited_on"`
}

// OrderRow is a rectification as lists show it.
type OrderRow struct {
	ID       string          `json:"id"`
	Facility string          `json:"facility"`
	Name     string          `json:"name"`
	Unit     string          `json:"unit"`
	State    State           `json:"state"`
	Deadline events.Deadline `json:"deadline"`
}

// PlanRow is a plan as lists show it.
type PlanRow struct {
	events.Plan
	State State `json:"state"`
}

type views struct {
	facilities *view.View[FacilityRow]
	officers   *view.View[OfficerRow]
	items      *view.View[ItemRow]
	plans      *view.View[PlanRow]
	batches    *view.View[BatchRow]
	visits     *view.View[VisitRow]
	orders     *view.View[OrderRow]
}

func (v *views) all() []view.Folding {
	return []view.Folding{v.facilities, v.officers, v.items, v.plans, v.batches, v.visits, v.orders}
}

func (v *views) open(ctx context.Context, tables view.Tables) error {
	var err error
	if v.facilities, err = view.New(ctx, tables, view.Spec[FacilityRow]{
		Name: "inspect-facilities", Kinds: events.Of("facility"), Fold: foldFacility,
		Columns: []view.Column{{Name: "category"}, {Name: "status"}},
		Values: func(_ string, r FacilityRow) map[string]any {
			return map[string]any{"category": r.Category, "status": r.Status}
		},
	}); err != nil {
		return err
	}
	if v.officers, err = view.New(ctx, tables, view.Spec[OfficerRow]{
		Name: "inspect-officers", Kinds: events.Of("officer"), Fold: foldOfficer,
		Columns: []view.Column{{Name: "unit"}, {Name: "status"}},
		Values: func(_ string, r OfficerRow) map[string]any {
			return map[string]any{"unit": r.Unit, "status": r.Status}
		},
	}); err != nil {
		return err
	}
	if v.items, err = view.New(ctx, tables, view.Spec[ItemRow]{
		Name: "inspect-items", Kinds: events.Of("item"), Fold: foldItem,
	}); err != nil {
		return err
	}
	if v.plans, err = view.New(ctx, tables, view.Spec[PlanRow]{
		Name: "inspect-plans", Kinds: events.Of("plan"), Fold: foldPlan,
		Columns: []view.Column{{Name: "state"}, {Name: "year", Int: true}},
		Values: func(_ string, r PlanRow) map[string]any {
			return map[string]any{"state": string(r.State), "year": int64(r.Year)}
		},
	}); err != nil {
		return err
	}
	if v.batches, err = view.New(ctx, tables, view.Spec[BatchRow]{
		Name: "inspect-batches", Kinds: events.Of("batch"), Fold: foldBatch,
		Columns: []view.Column{{Name: "plan"}, {Name: "state"}},
		Values: func(_ string, r BatchRow) map[string]any {
			return map[string]any{"plan": r.Plan, "state": string(r.State)}
		},
	}); err != nil {
		return err
	}
	if v.visits, err = view.New(ctx, tables, view.Spec[VisitRow]{
		Name: "inspect-visits", Kinds: events.Of("visit"), Fold: foldVisit,
		Columns: []view.Column{{Name: "batch"}, {Name: "facility"}, {Name: "state"}, {Name: "year"}},
		Values: func(_ string, r VisitRow) map[string]any {
			return map[string]any{"batch": r.Batch, "facility": r.Facility, "state": string(r.State), "year": r.Year}
		},
	}); err != nil {
		return err
	}
	v.orders, err = view.New(ctx, tables, view.Spec[OrderRow]{
		Name: "inspect-rectifications", Kinds: events.Of("rectification"), Fold: foldOrder,
		Columns: []view.Column{{Name: "facility"}, {Name: "unit"}, {Name: "state"}},
		Values: func(_ string, r OrderRow) map[string]any {
			return map[string]any{"facility": r.Facility, "unit": r.Unit, "state": string(r.State)}
		},
	})
	return err
}

// into decodes the fact of an envelope.
func into[T any](e events.Envelope) (T, error) {
	var fact T
	if err := json.Unmarshal(e.Data, &fact); err != nil {
		return fact, fmt.Errorf("decode %s: %w", e.ID, err)
	}
	return fact, nil
}

func foldFacility(r *FacilityRow, e events.Envelope) error {
	fact, err := into[events.FacilityChanged](e)
	r.Facility = fact.Facility
	return err
}

func foldOfficer(r *OfficerRow, e events.Envelope) error {
	fact, err := into[events.OfficerChanged](e)
	r.Officer = fact.Officer
	return err
}

func foldItem(r *ItemRow, e events.Envelope) error {
	if e.Type == (events.ItemRetired{}).Kind() {
		r.Published = false
		return nil
	}
	fact, err := into[events.ItemPublished](e)
	r.Item, r.Published = fact.Item, true
	return err
}

func foldPlan(r *PlanRow, e events.Envelope) error {
	switch e.Type {
	case events.PlanDrafted{}.Kind():
		fact, err := into[events.PlanDrafted](e)
		r.Plan, r.State = fact.Plan, Drafted
		return err
	case events.PlanApproved{}.Kind():
		fact, err := into[events.PlanApproved](e)
		r.Approvals = append(r.Approvals, fact.Approval)
		if len(fact.Missing) == 0 {
			r.State = Approved
		}
		return err
	case events.PlanPublished{}.Kind():
		r.State = Published
	}
	return nil
}

func foldBatch(r *BatchRow, e events.Envelope) error {
	r.ID = events.EntityID(e.Subject)
	switch e.Type {
	case events.BatchAnnounced{}.Kind():
		fact, err := into[events.BatchAnnounced](e)
		r.Plan, r.No, r.Title, r.Lead, r.State = fact.Plan, fact.No, fact.Title, fact.Lead, Announced
		return err
	case events.BatchFrozen{}.Kind():
		r.State = Frozen
	case events.BatchDrawn{}.Kind():
		fact, err := into[events.BatchDrawn](e)
		r.State, r.Visits = Drawn, fact.Visits
		return err
	case events.BatchFinished{}.Kind():
		r.State = Finished
	}
	return nil
}

func foldVisit(r *VisitRow, e events.Envelope) error {
	switch e.Type {
	case events.VisitAssigned{}.Kind():
		fact, err := into[events.VisitAssigned](e)
		v := fact.Visit
		*r = VisitRow{ID: v.ID, Batch: v.Batch, Facility: v.Facility, Name: v.Name, Lead: v.Lead, State: Assigned, Year: yearOf(v.Batch)}
		for _, section := range v.Sections {
			r.Units = append(r.Units, section.Unit)
			r.Officers = append(r.Officers, section.Officers...)
		}
		return err
	case events.VisitReseated{}.Kind():
		fact, err := into[events.VisitReseated](e)
		for i, o := range r.Officers {
			if o == fact.Was && fact.Was != "" {
				r.Officers[i] = fact.Officer
				return err
			}
		}
		r.Officers = append(r.Officers, fact.Officer)
		return err
	case events.VisitApproved{}.Kind():
		fact, err := into[events.VisitApproved](e)
		if len(fact.Missing) == 0 {
			r.State = Approved
		}
		return err
	case events.VisitNoticed{}.Kind():
		fact, err := into[events.VisitNoticed](e)
		r.State, r.VisitedOn = Noticed, fact.On
		return err
	case events.VisitSigned{}.Kind():
		r.State = Signed
	case events.VisitRecorded{}.Kind():
		r.State = Recorded
	}
	return nil
}

// yearOf is the year in an id such as "500156-PC-2026-000001".
func yearOf(id string) string {
	if parts := strings.Split(id, "-"); len(parts) > 2 {
		return parts[2]
	}
	return ""
}

func foldOrder(r *OrderRow, e events.Envelope) error {
	switch e.Type {
	case events.RectificationOrdered{}.Kind():
		o, err := into[events.RectificationOrdered](e)
		*r = OrderRow{ID: o.Rectification, Facility: o.Facility, Name: o.Name, Unit: o.Unit, State: Ordered, Deadline: o.Deadline}
		return err
	case events.RectificationProved{}.Kind():
		r.State = Proved
	case events.RectificationChecked{}.Kind():
		c, err := into[events.RectificationChecked](e)
		r.State = Ordered
		if c.Passed {
			r.State = Closed
		}
		return err
	}
	return nil
}
