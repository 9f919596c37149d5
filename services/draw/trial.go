package draw

import (
	"crypto/rand"
	"fmt"
	"slices"

	"shenzhong/events"
	"shenzhong/services/draw/fdraw"
)

// Before the lists are frozen they are tried with this many seeds that will not
// be used (draw specification, section 4.3): a draw with an empty seat is never
// repeated, so it must not come to one.
const trials = 200

// most is how many shortfalls a refusal names.
const most = 50

// trialSeeds makes seeds to try lists with.
func trialSeeds() ([]fdraw.Digest, error) {
	seeds := make([]fdraw.Digest, trials)
	for i := range seeds {
		if _, err := rand.Read(seeds[i][:]); err != nil {
			return nil, fmt.Errorf("make seeds: %w", err)
		}
	}
	return seeds, nil
}

// Try draws from lists with seeds that will not be used. It returns why the
// lists must not be frozen, or nil if no seat could be seen to stay empty. The
// draw stays as it is: the lists can be mended and handed in again in time.
func (d *Draw) Try(l lists, seeds []fdraw.Digest) (events.Event, error) {
	if err := d.stay(Announced); err != nil {
		return nil, err
	}
	a, err := d.announced()
	if err != nil {
		return nil, err
	}
	r := fdraw.Rehearse(a.Hash, l.pool, l.officers, seeds)
	if r.Ready() {
		return nil, nil
	}
	return events.DrawBlocked{
		Draw: d.ID, Batch: d.Batch, Round: d.Round, Attempt: a.Attempt, Tried: r.Draws, Incomplete: r.Incomplete, Short: shortfalls(l.pool, r),
	}, nil
}

// shortfalls names needs that can never be met, then those that some trial could
// not meet, the most frequent first.
func shortfalls(pool *fdraw.Pool, r *fdraw.Rehearsal) []events.Shortfall {
	out := []events.Shortfall{}
	type place struct{ facility, dept string }
	at := map[place]int{}
	for _, s := range r.Short {
		at[place{s.Facility, s.Need.Dept}] = len(out)
		out = append(out, events.Shortfall{Facility: s.Facility, Unit: s.Need.Dept, Skill: s.Need.Skill, Need: s.Need.Count, Have: s.Have})
	}
	never := len(out)
	for _, e := range r.Empty {
		where := place{e.Facility, e.Dept}
		i, ok := at[where]
		if !ok {
			i = len(out)
			at[where] = i
			need := needOf(pool, e.Facility, e.Dept)
			out = append(out, events.Shortfall{Facility: e.Facility, Unit: e.Dept, Skill: need.Skill, Need: need.Count})
		}
		out[i].Times = max(out[i].Times, e.Times)
	}
	slices.SortStableFunc(out[never:], func(a, b events.Shortfall) int { return b.Times - a.Times })
	return out[:min(len(out), most)]
}

func needOf(pool *fdraw.Pool, facility, dept string) fdraw.Need {
	if u := pool.Find(facility); u != nil {
		for _, n := range u.Demand {
			if n.Dept == dept {
				return n
			}
		}
	}
	return fdraw.Need{Dept: dept}
}
