package monitor

import (
	"context"
	"math"

	"shenzhong/services/draw/fdraw"
)

// pools is M9: nobody drops out of sight between two draws of a category.
func (l *look) pools(ctx context.Context) (finding, error) {
	bundles, err := l.opened(ctx)
	if err != nil {
		return fails("%s", err), nil
	}
	last := map[string]map[string]bool{} // of each category: who stood in its last register
	came, went := 0, 0
	for _, b := range bundles {
		registry, err := fdraw.ParseRegistry(b.Registry)
		if err != nil {
			return fails("启封的抽取没有可读的登记名录：%s", err), nil
		}
		pool, err := fdraw.ParsePool(b.Pool)
		if err != nil {
			return fails("启封的抽取没有可读的抽取名录：%s", err), nil
		}
		drawn := map[string]bool{}
		for _, u := range pool.Units {
			drawn[u.Facility] = true
		}
		stands := map[string]map[string]bool{}
		anywhere := map[string]bool{}
		for _, e := range registry.Entries {
			if !drawn[e.Facility] {
				return fails("抽取 %s：%s 在登记名录中，却不在抽取名录中。", registry.Head, e.Facility), nil
			}
			if stands[e.Category] == nil {
				stands[e.Category] = map[string]bool{}
			}
			anywhere[e.Facility] = true
			stands[e.Category][e.Facility] = e.Status != fdraw.Closed
		}
		explained := explanations(b)
		for category, now := range stands {
			for facility, open := range last[category] {
				if _, still := anywhere[facility]; open && !still && !explained[facility] {
					return fails("抽取 %s：%s 上次还在“%s”的名录中，这次不见了，没有说明。", registry.Head, facility, category), nil
				}
				if _, still := now[facility]; !still {
					went++
				}
			}
			for facility := range now {
				if _, before := last[category][facility]; last[category] != nil && !before {
					came++
				}
			}
			last[category] = now
		}
	}
	if len(bundles) == 0 {
		return unknown("还没有启封的抽取。"), nil
	}
	return holds("%d 次启封的抽取：登记的对象都在抽取名录中；前后两次之间新增 %d 个、减少 %d 个，减少的都有注销、停业的记载或者说明。", len(bundles), came, went), nil
}

// explanations are the facilities of which a draw says why they are not there.
func explanations(b *fdraw.Bundle) map[string]bool {
	out := map[string]bool{}
	if changes, err := fdraw.ParseChanges(b.Changes); err == nil {
		for _, c := range changes.Changes {
			out[c.Facility] = c.Kind == fdraw.Dropped
		}
	}
	return out
}

// statisticsLevel is the chance with which M10 cries wolf over the whole life of
// a log: 1 in 100.
const statisticsLevel = 0.01

// statistics is M10: whether the outcomes of the draws are such as their published
// probabilities make them. Of each facility the product over its draws of
// 1/(1-p) as long as it is not selected, and 0 once it was, is a bet on its being
// spared; the mean of all is one on somebody's being spared. If the draws were
// fair, it passes 1/level at any time with a chance of level at most (Ville).
// At the scale of a district it takes years to tell.
func (l *look) statistics(ctx context.Context) (finding, error) {
	bundles, err := l.opened(ctx)
	if err != nil {
		return fails("%s", err), nil
	}
	bets, pools, worst := map[string]float64{}, make([]*fdraw.Pool, len(bundles)), 0.0
	for i, b := range bundles { // who comes later has a bet of 1 all along, so that the mean is fair
		if pools[i], err = fdraw.ParsePool(b.Pool); err != nil {
			return fails("%s", err), nil
		}
		for _, u := range pools[i].Units {
			bets[u.Facility] = 1
		}
	}
	for i, b := range bundles {
		pool := pools[i]
		result, err := fdraw.ParseResult(b.Result)
		if err != nil {
			return fails("%s", err), nil
		}
		for _, u := range pool.Units {
			selected := result.Find(u.Facility) != nil
			switch {
			case selected && u.PPM == 0:
				return fails("抽取 %s 抽中了概率为零的 %s。", pool.Head, u.Facility), nil
			case !selected && u.PPM == fdraw.Certain:
				return fails("抽取 %s 没有抽中应当全数检查的 %s。", pool.Head, u.Facility), nil
			case selected:
				bets[u.Facility] = 0
			default:
				bets[u.Facility] /= 1 - float64(u.PPM)/fdraw.Certain
			}
		}
		sum := 0.0
		for _, bet := range bets {
			sum += bet
		}
		worst = math.Max(worst, sum/float64(len(bets)))
	}
	switch {
	case len(bundles) == 0:
		return unknown("还没有启封的抽取。"), nil
	case worst >= 1/statisticsLevel:
		return fails("启封的 %d 次抽取中，有对象没有被抽中的程度不像是偶然（e 值 %.0f，公平时超过 %.0f 的机会不到 1%%）。", len(bundles), worst, 1/statisticsLevel), nil
	}
	return holds("启封的 %d 次抽取的结果与公布的概率不相矛盾（e 值 %.2f，报警线 %.0f）。对象少、次数少时，统计要多年才能发现问题，真正防止操纵的是揭示先于公开随机数。", len(bundles), worst, 1/statisticsLevel), nil
}
