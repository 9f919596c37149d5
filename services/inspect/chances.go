package inspect

import (
	"context"
	"slices"

	"shenzhong/events"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/identity"
	"shenzhong/services/kit/law"
	"shenzhong/services/kit/stats"
)

// Chances are what the published plan of a year promises one facility: known
// before the first draw is held, and the same whatever was drawn since, for who
// has been drawn is sealed.
type Chances struct {
	Facility string        `json:"facility"`
	Year     int           `json:"year"`
	Batches  []BatchChance `json:"batches"`  // in which it stands
	AtLeast  float64       `json:"at_least"` // chance of at least one visit in the year, 0 to 1
	Expected float64       `json:"expected"` // visits in the year on average
}

// BatchChance is the chance in one draw, if the facility was not visited before
// in the year.
type BatchChance struct {
	Plan    string  `json:"plan"`
	No      int     `json:"no"`
	Title   string  `json:"title"`
	Chance  float64 `json:"chance"`
	Formula string  `json:"formula"` // in Chinese
}

// Chances returns them: to a facility its own, to the authorities those of all.
func (s *Service) Chances(ctx context.Context, by identity.Actor, facility string, year int) (Chances, error) {
	if err := permits.Check(by, "chances.read"); err != nil {
		return Chances{}, err
	}
	if by.Has(identity.Party) && by.Unit != facility {
		return Chances{}, fault.New(fault.Denied, "只能查看本单位的抽查概率")
	}
	f, err := s.views.facilities.Get(ctx, facility)
	if err != nil {
		return Chances{}, err
	}
	if year == 0 {
		year = s.today().Year()
	}
	c := Chances{Facility: facility, Year: year, Batches: []BatchChance{}}
	plans, err := everyRow(ctx, s.views.plans, map[string]any{"year": int64(year), "state": string(Published)})
	if err != nil || f.Status == "closed" {
		return c, err
	}
	var rules []func(visited int) float64
	for _, p := range plans {
		for _, b := range p.Batches {
			if !slices.Contains(b.Categories, f.Category) {
				continue
			}
			turn := turns(p.Batches, b.No, []string{f.Category})[0]
			rule, formula, err := s.rule(ctx, f.Facility, turn)
			if err != nil {
				return c, err
			}
			rules = append(rules, rule)
			c.Batches = append(c.Batches, BatchChance{Plan: p.ID, No: b.No, Title: b.Title, Chance: rule(0), Formula: formula})
		}
	}
	ahead := stats.Ahead(len(rules), 0, func(t, visited int) float64 { return rules[t](visited) })
	c.AtLeast, c.Expected = ahead.Year, ahead.Expected
	return c, nil
}

// rule is the chance of a facility in one draw by how often it was visited in the
// year: the same rules by which the draw computes (fdraw-rate-1).
func (s *Service) rule(ctx context.Context, f events.Facility, turn events.Turn) (func(int) float64, string, error) {
	on := s.today()
	pack := s.cfg.Law.Law()
	kind, err := pack.FacilityKind(f.Category, on)
	if err != nil {
		return nil, "", err
	}
	sampling, err := pack.Sampling(on)
	if err != nil {
		return nil, "", err
	}
	objects, err := s.objects(ctx, f.Category)
	if err != nil {
		return nil, "", err
	}
	ppm, formula, err := s.formula(kind.Name, turn, graded(f.Grade), f.Risk, len(objects), on)
	if err != nil {
		return nil, "", err
	}
	share := func(ppm int64) float64 { return float64(ppm) / float64(law.Everything) }
	most, capped := pack.YearlyVisits(on)
	flagged := slices.ContainsFunc(f.Flags, func(flag events.Flag) bool { return slices.Contains(sampling.Flags, flag.Kind) })
	return func(visited int) float64 {
		switch {
		case len(objects) < sampling.AllBelow && visited > 0:
			return share(sampling.FloorPPM)
		case len(objects) < sampling.AllBelow:
			return share(ppm)
		case flagged:
			return 1
		case capped && int64(visited) >= *most.Value:
			return 0
		}
		return share(ppm)
	}, formula, nil
}
