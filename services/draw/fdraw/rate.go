package fdraw

import (
	"errors"
	"fmt"
	"slices"
)

// Chance is the probability of a facility in one draw, and why.
type Chance struct {
	Facility string
	PPM      int
	Reason   Reason
}

// Rates applies a policy to a register by fdraw-rate-1 (section 4.2). The
// chances come in the order of the entries, which is that of the pool.
func Rates(p *Policy, g *Registry) ([]Chance, error) {
	if len(g.index) != len(g.Entries) {
		return nil, errors.New("对象属性表须由 NewRegistry 或 ParseRegistry 得到")
	}
	out := make([]Chance, len(g.Entries))
	for i := range g.Entries {
		ppm, reason, err := p.Chance(&g.Entries[i], g.Plans[g.index[i]], g.living[g.index[i]])
		if err != nil {
			return nil, fmt.Errorf("对象 %s：%w", g.Entries[i].Facility, err)
		}
		out[i] = Chance{Facility: g.Entries[i].Facility, PPM: ppm, Reason: reason}
	}
	return out, nil
}

// Chance is the first rule that applies to e. Its category has so many objects
// that are not closed: the plan's 监管对象数量, before anything else is left out.
func (p *Policy) Chance(e *Entry, plan Plan, objects int) (int, Reason, error) {
	switch {
	case e.Status == Closed:
		return 0, ByClosed, nil
	case e.Status == Outside:
		return 0, ByScope, nil
	case objects < p.CensusBelow && e.Drawn:
		return p.Floor, ByFloor, nil
	case objects < p.CensusBelow:
		// With t-1 draws behind, one in the T-t+1 that are left: every draw of
		// the year is equally likely, and by the last one it is certain.
		return Certain / (plan.Of - plan.Draw + 1), ByCensus, nil
	case len(e.Flags) > 0 && p.Flag.Times == 0:
		return Certain, ByMust, nil
	}
	limit, limited := p.capOf(e.Category)
	if limited && e.Inspected >= limit.Times && len(e.Flags) == 0 {
		if limit.Hard {
			return 0, ByCap, nil
		}
		return p.Floor, ByFloor, nil
	}
	rate, err := p.Rate(e.Category, e.Grade, e.Risk)
	if err != nil {
		return 0, "", err
	}
	if len(e.Flags) > 0 {
		rate = min(Certain, rate*p.Flag.Times)
	}
	return max(p.Floor, rate), ByRate, nil
}

// Budget finds probabilities that amount to the given number of visits as
// nearly as whole ppm allow, never above it: p = min(Certain, max(floor, L·weight
// / 2^20)) with the largest L that keeps the sum within visits. Weights are
// relative, floors in ppm. It returns L too, for the record.
//
// Rates are preferable: they are known a year ahead (section 4.2).
func Budget(weights, floors []int64, visits int) (ppm []int, l int64, err error) {
	if len(weights) != len(floors) || len(weights) == 0 {
		return nil, 0, fmt.Errorf("权重 %d 项、下限 %d 项：两者应一一对应且不为空", len(weights), len(floors))
	}
	limit := int64(visits) * Certain
	least := int64(0)
	for i := range weights {
		if weights[i] < 0 || weights[i] > maxNumber || floors[i] < 0 || floors[i] > Certain {
			return nil, 0, fmt.Errorf("第 %d 项的权重或下限超出范围", i+1)
		}
		least += floors[i]
	}
	most := slices.Max(weights)
	switch {
	case visits < 0 || visits > maxNumber:
		return nil, 0, fmt.Errorf("检查次数 %d 超出范围", visits)
	case most == 0:
		return nil, 0, errors.New("权重全为 0，无法分配")
	case least > limit:
		return nil, 0, fmt.Errorf("各对象的最低概率合计已超过 %d 次检查", visits)
	}
	lo, hi := int64(0), (int64(1)<<62)/most // lo fits, and nothing above hi is tried
	for lo < hi {
		mid := lo + (hi-lo+1)/2
		if budgetSum(weights, floors, mid) <= limit {
			lo = mid
		} else {
			hi = mid - 1
		}
	}
	ppm = make([]int, len(weights))
	for i := range weights {
		ppm[i] = int(budgeted(weights[i], floors[i], lo))
	}
	return ppm, lo, nil
}

func budgeted(weight, floor, l int64) int64 { return min(Certain, max(floor, (l*weight)>>20)) }

func budgetSum(weights, floors []int64, l int64) int64 {
	total := int64(0)
	for i := range weights {
		total += budgeted(weights[i], floors[i], l)
	}
	return total
}
