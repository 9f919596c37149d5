package fdraw

import (
	"maps"
	"slices"
	"strings"
)

// Rehearsal says what would happen if the files were frozen as they are
// (section 4.3: a draw with a vacant seat is never repeated, so it is tried
// before the freeze with seeds that will not be used).
type Rehearsal struct {
	Draws      int         // how many seeds were tried
	Incomplete int         // draws in which at least one seat stayed empty
	Empty      []EmptySeat // the seats concerned, sorted by facility, department, number
	Short      []Shortage  // needs that no draw could ever meet, in order of the pool
	MaxLoad    int         // most visits of one officer in any of the draws
	MinVisits  int         // fewest and most facilities selected in one draw
	MaxVisits  int
}

// EmptySeat is a seat that stayed empty in so many of the draws tried.
type EmptySeat struct {
	Facility string
	Dept     string
	J        int
	Times    int
}

// Shortage is a need with too few officers who may come at all.
type Shortage struct {
	Facility string
	Need     Need
	Have     int // officers of the department who may come
	Skilled  int // of those, who have the skill that is asked for
}

// Ready reports that no seat could be seen to stay empty.
func (r *Rehearsal) Ready() bool { return r.Incomplete == 0 && len(r.Short) == 0 }

// Rehearse draws once with each seed. The seeds come from the caller, who makes
// them at random; the draw specification asks for two hundred.
func Rehearse(h Hash, pool *Pool, officers *Officers, seeds []Digest) *Rehearsal {
	r := &Rehearsal{Draws: len(seeds), Short: Shortages(pool, officers)}
	empty := map[EmptySeat]int{}
	for i, seed := range seeds {
		out := Draw(h, seed, pool, officers)
		n := len(out.Result.Visits)
		if i == 0 || n < r.MinVisits {
			r.MinVisits = n
		}
		r.MaxVisits = max(r.MaxVisits, n)
		if out.Vacant > 0 {
			r.Incomplete++
		}
		r.MaxLoad = max(r.MaxLoad, out.Result.tally(empty))
	}
	for s, times := range empty {
		s.Times = times
		r.Empty = append(r.Empty, s)
	}
	slices.SortFunc(r.Empty, EmptySeat.compare)
	return r
}

// tally counts the empty seats and returns the greatest load of an officer.
func (r *Result) tally(empty map[EmptySeat]int) int {
	load := map[string]int{}
	for i := range r.Visits {
		v := &r.Visits[i]
		for _, s := range v.Seats {
			if s.Officer == "" {
				empty[EmptySeat{Facility: v.Facility, Dept: s.Dept, J: s.J}]++
			} else {
				load[s.Officer]++
			}
		}
	}
	if len(load) == 0 {
		return 0
	}
	return slices.Max(slices.Collect(maps.Values(load)))
}

func (s EmptySeat) compare(t EmptySeat) int {
	switch {
	case s.Facility != t.Facility:
		return strings.Compare(s.Facility, t.Facility)
	case s.Dept != t.Dept:
		return strings.Compare(s.Dept, t.Dept)
	}
	return s.J - t.J
}

// Shortages finds every need that could not be met even if its facility were
// the only one selected. No rehearsal need be lucky enough to hit it.
func Shortages(pool *Pool, officers *Officers) []Shortage {
	type class struct{ dept, skill string }
	able := map[class]int{} // officers with at least one card
	for i := range officers.Officers {
		if o := &officers.Officers[i]; o.Max > 0 {
			able[class{dept: o.Dept}]++
			for _, skill := range o.Skills {
				able[class{o.Dept, skill}]++
			}
		}
	}
	barred := map[string][]*Officer{}
	for i, x := range officers.Barred {
		if i > 0 && officers.Barred[i-1].Officer == x.Officer && officers.Barred[i-1].Facility == x.Facility {
			continue
		}
		if o := officers.Find(x.Officer); o != nil && o.Max > 0 {
			barred[x.Facility] = append(barred[x.Facility], o)
		}
	}
	var short []Shortage
	for i := range pool.Units {
		u := &pool.Units[i]
		if u.PPM == 0 {
			continue
		}
		for _, n := range u.Demand {
			s := Shortage{Facility: u.Facility, Need: n, Have: able[class{dept: n.Dept}], Skilled: able[class{n.Dept, n.Skill}]}
			for _, o := range barred[u.Facility] {
				if o.Dept == n.Dept {
					s.Have--
					if o.Has(n.Skill) {
						s.Skilled--
					}
				}
			}
			if s.Have < n.Count || s.Skilled < 1 {
				short = append(short, s)
			}
		}
	}
	return short
}
