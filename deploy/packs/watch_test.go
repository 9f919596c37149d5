package packs

import (
	"slices"
	"testing"

	"shenzhong/services/kit/law"
)

// TestWatchRules: what clause 五(二)5 of the plan names is watched from the first
// day of the plan on, every rule is marked as a setting of the district, and
// what may cost a life is urgent and needs no second signal.
func TestWatchRules(t *testing.T) {
	p := mustLoad(t)
	if rules := p.WatchRules(mustDate(t, "2024-01-07")); len(rules) != 0 {
		t.Errorf("%d rules before the plan", len(rules))
	}
	rules := p.WatchRules(mustDate(t, "2024-01-08"))
	watched := map[string]law.WatchRule{}
	for _, r := range rules {
		if r.IsLaw() || r.Note == "" || !slices.ContainsFunc(r.Basis, func(c law.Cite) bool { return c.Instrument == "plan2024" && c.Article == "五(二)5" }) {
			t.Errorf("%s: %v, %q", r.ID, r.Basis, r.Note)
		}
		if r.Urgent != (r.Threshold == 1) {
			t.Errorf("%s: urgent %v at %d", r.ID, r.Urgent, r.Threshold)
		}
		for _, m := range r.Matters {
			if slices.Contains(r.Signals, law.SignalClue) {
				watched[m] = r
			}
		}
	}
	for matter, place := range map[string]string{
		"oversized_plot": law.PlaceTown, "luxury_tomb": law.PlaceTown, "scattered_burial": law.PlaceTown, "unapproved_facility": law.PlaceTown,
		"profit_rural_cemetery": law.PlaceTown, "bundled_sale": law.PlaceFacility, "fire_safety": law.PlaceFacility, "gas_safety": law.PlaceFacility,
	} {
		if r, ok := watched[matter]; !ok || r.Place != place || !slices.Contains(r.Signals, law.SignalReport) {
			t.Errorf("%s is watched by %+v", matter, r)
		}
	}
}
