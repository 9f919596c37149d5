package inspect

import (
	"context"
	"slices"

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
	Round  int      `json:"round"`
	Title  string   `json:"title"`
	Lead   string   `json:"lead"`
	State  State    `json:"state"`
	Visits []string `json:"visits"`
}

// VisitRow is a visit as lists show it.
type VisitRow struct {
	ID        string          `json:"id"`
	Batch     string          `json:"batch"`
	Facility  string          `json:"facility"`
	Name      string          `json:"name"`
	Category  string          `json:"category"`
	Lead      string          `json:"lead"`
	State     State           `json:"state"`
	Year      string          `json:"year"`
	Units     []string        `json:"units"`
	Officers  []string        `json:"officers"` // empty = a seat that is vacant
	Answered  []string        `json:"answered"` // units that have answered
	VisitedOn string          `json:"visited_on"`
	Sections  []SectionResult `json:"sections"` // once it is recorded
}

// SectionResult is what one unit found, without the words.
type SectionResult struct {
	Unit     string   `json:"unit"`
	Results  []string `json:"results"`  // codes of the standard categories
	Findings int      `json:"findings"` // how many problems
}

// team are the officers who are seated.
func (r VisitRow) team() []string {
	return slices.DeleteFunc(slices.Clone(r.Officers), func(o string) bool { return o == "" })
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
	recusals   *view.View[RecusalRow]
	filings    *view.View[FilingRow]
	campaigns  *view.View[CampaignRow]
	proofs     *view.View[ProofRow]
}

func (v *views) all() []view.Folding {
	return []view.Folding{v.facilities, v.officers, v.items, v.plans, v.batches, v.visits, v.orders, v.recusals, v.filings, v.campaigns, v.proofs}
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
	if v.recusals, err = view.New(ctx, tables, view.Spec[RecusalRow]{
		Name: "inspect-recusals", Kinds: events.Of("recusal"), Fold: foldRecusal,
		Columns: []view.Column{{Name: "facility"}, {Name: "unit"}, {Name: "visit"}},
		Values: func(_ string, r RecusalRow) map[string]any {
			return map[string]any{"facility": r.Facility, "unit": r.Unit, "visit": r.Visit}
		},
	}); err != nil {
		return err
	}
	if v.filings, err = view.New(ctx, tables, view.Spec[FilingRow]{
		Name: "inspect-code-filings", Kinds: events.Of("filing"), Fold: foldFiling,
		Columns: []view.Column{{Name: "unit"}, {Name: "state"}},
		Values: func(_ string, r FilingRow) map[string]any {
			return map[string]any{"unit": r.Unit, "state": string(r.State)}
		},
	}); err != nil {
		return err
	}
	if v.campaigns, err = view.New(ctx, tables, view.Spec[CampaignRow]{
		Name: "inspect-campaigns", Kinds: events.Of("campaign"), Fold: foldCampaign,
		Columns: []view.Column{{Name: "lead"}, {Name: "state"}, {Name: "year", Int: true}},
		Values: func(_ string, r CampaignRow) map[string]any {
			return map[string]any{"lead": r.Lead, "state": string(r.State), "year": int64(r.Year)}
		},
	}); err != nil {
		return err
	}
	if v.proofs, err = view.New(ctx, tables, view.Spec[ProofRow]{
		Name: "inspect-proofs", Kinds: []string{events.DrawCompleted{}.Kind()}, Fold: foldProofs,
		Columns: []view.Column{{Name: "batch"}},
		Values:  func(_ string, r ProofRow) map[string]any { return map[string]any{"batch": r.Batch} },
	}); err != nil {
		return err
	}
	v.orders, err = view.New(ctx, tables, view.Spec[OrderRow]{
		Name: "inspect-rectifications", Kinds: events.Of("rectification"), Fold: foldOrder,
		Columns: []view.Column{{Name: "facility"}, {Name: "unit"}, {Name: "state"}, {Name: "due"}},
		Values: func(_ string, r OrderRow) map[string]any {
			return map[string]any{"facility": r.Facility, "unit": r.Unit, "state": string(r.State), "due": r.Deadline.DueDate}
		},
	})
	return err
}
