package inspect

import (
	"context"
	"maps"
	"slices"

	"shenzhong/services/kit/stats"
	"shenzhong/services/kit/view"
)

// ViolationRate is what the draws of a year say of all objects of a category, not
// only of those that were visited.
type ViolationRate struct {
	Category string         `json:"category"`
	Name     string         `json:"name"`
	Estimate stats.Estimate `json:"estimate"`
	LeftOut  int            `json:"left_out"` // visits that were certain because something was known, which no rate can be made of
}

// clean is the standard category of a visit at which nothing was found (未发现问题).
const clean = "1"

// ViolationRates estimates, category by category, at what share of the objects
// something would be found, from the visits of draws that are opened.
func (s *Service) ViolationRates(ctx context.Context, year string) ([]ViolationRate, error) {
	rows, err := everyRow(ctx, s.views.visits, map[string]any{"state": string(Recorded), "year": year})
	if err != nil {
		return nil, err
	}
	cases, left := map[string][]stats.Case{}, map[string]int{}
	drawn := map[string]ProofRow{}
	for _, r := range rows {
		if special(r.Batch) {
			continue // nobody drew it: it says nothing of the others
		}
		batch, err := s.Batch(ctx, r.Batch)
		if err != nil {
			return nil, err
		}
		if !batch.Opened {
			continue
		}
		if _, known := drawn[r.Batch]; !known {
			proofs, err := s.views.proofs.List(ctx, view.Query{Equal: map[string]any{"batch": r.Batch}, Limit: 1})
			if err != nil {
				return nil, err
			}
			drawn[r.Batch] = ProofRow{}
			if len(proofs) > 0 {
				drawn[r.Batch] = proofs[0]
			}
		}
		chance := drawn[r.Batch].Notices[r.Facility]
		if chance.PPM == 0 || chance.Reason == "must" {
			left[r.Category]++
			continue
		}
		cases[r.Category] = append(cases[r.Category], stats.Case{
			Stratum: r.Batch + " " + chance.Reason, Chance: float64(chance.PPM) / 1e6,
			Found: slices.ContainsFunc(r.Sections, func(x SectionResult) bool { return !slices.Contains(x.Results, clean) }),
		})
	}
	for category := range left {
		if cases[category] == nil {
			cases[category] = []stats.Case{}
		}
	}
	out := []ViolationRate{}
	for _, category := range slices.Sorted(maps.Keys(cases)) {
		kind, err := s.cfg.Law.Law().FacilityKind(category, s.today())
		if err != nil {
			return nil, err
		}
		rate := ViolationRate{Category: category, Name: kind.Name, LeftOut: left[category], Estimate: stats.Violations(cases[category])}
		if rate.Estimate.Cases == 0 {
			rate.Estimate.Rate = 0 // of nothing: the interval, 0 to 1, says so
		}
		out = append(out, rate)
	}
	return out, nil
}
