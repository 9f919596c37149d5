package draw

import (
	"slices"

	"shenzhong/services/draw/fdraw"
	"shenzhong/services/kit/law"
	"shenzhong/services/kit/workday"
)

// year is the window of a yearly cap in months.
const year = 12

// policy is that of the law in force.
func (s *Service) policy(categories []string, on workday.Date) (*fdraw.Policy, error) {
	return PolicyOf(s.cfg.Law.Law(), categories, on)
}

// PolicyOf writes the ratio table of a law pack and its cap on yearly visits as
// the policy file of a draw.
func PolicyOf(pack *law.Pack, categories []string, on workday.Date) (*fdraw.Policy, error) {
	sampling, err := pack.Sampling(on)
	if err != nil {
		return nil, err
	}
	most, capped := pack.YearlyVisits(on)
	p := &fdraw.Policy{CensusBelow: sampling.AllBelow, Floor: int(sampling.FloorPPM), Flag: fdraw.FlagRule{Written: true}}
	for _, category := range slices.Sorted(slices.Values(categories)) {
		for _, grade := range []string{"A", "B", "C", "D", law.Ungraded} {
			for _, risk := range []string{"H", "L", "M"} {
				rate, err := pack.Rate(category, grade, risk, on)
				if err != nil {
					return nil, err
				}
				p.Rates = append(p.Rates, fdraw.RateLine{Category: category, Grade: grade, Risk: risk, PPM: int(rate.PPM)})
			}
		}
		if capped { // what the authorities have published must not be exceeded: not even the floor remains
			p.Caps = append(p.Caps, fdraw.CapLine{Category: category, Times: int(*most.Value), Months: year, Hard: true})
		}
	}
	return p, nil
}
