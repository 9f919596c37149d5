package fairness

import (
	"context"
	"fmt"
	"math"

	"shenzhong/services/draw/fdraw"
)

// Class is a number of facilities that are alike, in a year that is simulated.
type Class struct {
	Name     string       `json:"name"`
	Count    int          `json:"count"`
	Category string       `json:"category"`
	Grade    string       `json:"grade"` // empty = none yet
	Risk     string       `json:"risk"`
	Flags    []fdraw.Flag `json:"flags,omitempty"`
}

// Year is a plan to try: the policy, the facilities in their classes and how many
// draws the year has.
type Year struct {
	Policy   *fdraw.Policy
	Classes  []Class
	Draws    int
	Officers *fdraw.Officers // who may go; nil leaves the seats out
	Demand   fdraw.Demand
}

// Seen is what the simulated years came to for one class.
type Seen struct {
	Class
	First    float64 `json:"first"`    // chance in the first draw
	Year     float64 `json:"year"`     // share of facilities visited at least once
	Expected float64 `json:"expected"` // visits of one facility in a year
	Error    float64 `json:"error"`    // standard error of Year
}

// Simulated is what the years came to.
type Simulated struct {
	Years    int    `json:"years"`
	Seed     uint64 `json:"seed"`
	Classes  []Seen `json:"classes"`
	Sizes    []Span `json:"sizes"`     // facilities selected, draw by draw
	MaxLoad  int    `json:"max_load"`  // most visits of one officer in one draw
	MinLoad  int    `json:"min_load"`  // fewest, of a department that went at all
	Vacant   int    `json:"vacant"`    // seats that stayed empty, in all years
	Searches int    `json:"searches"`  // seats for which somebody had to be moved
	Seats    int    `json:"seats"`     // dealt, in all years
	Same     int    `json:"same_pair"` // most often that one pair of a department went together in one year
}

// Span is how many facilities one draw of the year selected.
type Span struct {
	Expected float64 `json:"expected"` // on average over the years
	Least    int     `json:"least"`
	Most     int     `json:"most"`
}

// Simulate goes through years of draws by fdraw-rate-1, -ruler-1 and -deal-1,
// each draw with the register as the draws before it left it.
func Simulate(ctx context.Context, y Year, years int, seed uint64) (*Simulated, error) {
	s := &Simulated{Years: years, Seed: seed, Sizes: make([]Span, y.Draws), MinLoad: math.MaxInt}
	entries, class := y.entries()
	visited := make([]float64, len(y.Classes))
	visits := make([]float64, len(y.Classes))
	first := make([]int, len(y.Classes))
	for range years {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		next := Seeds(seed)
		seed = seed*6364136223846793005 + 1442695040888963407
		times, pairs := make([]int, len(entries)), map[[2]string]int{}
		for t := range y.Draws {
			pool, err := y.pool(entries, times, t)
			if err != nil {
				return nil, err
			}
			for i, u := range pool.Units {
				if t == 0 {
					first[class[i]] = u.PPM
				}
			}
			hits := s.draw(y, pool, next(), t, pairs)
			for _, h := range hits {
				times[h.Unit]++
			}
		}
		for i, n := range times {
			visits[class[i]] += float64(n)
			if n > 0 {
				visited[class[i]]++
			}
		}
		for _, n := range pairs {
			s.Same = max(s.Same, n)
		}
	}
	for k, c := range y.Classes {
		n := float64(c.Count * years)
		p := visited[k] / n
		s.Classes = append(s.Classes, Seen{
			Class: c, First: float64(first[k]) / fdraw.Certain, Year: p, Expected: visits[k] / n, Error: math.Sqrt(p * (1 - p) / n),
		})
	}
	if s.MinLoad == math.MaxInt {
		s.MinLoad = 0
	}
	return s, nil
}

// entries are the facilities at the beginning of the year, in order of id, and
// the class of each.
func (y *Year) entries() ([]fdraw.Entry, []int) {
	var entries []fdraw.Entry
	var class []int
	for k, c := range y.Classes {
		for range c.Count {
			entries = append(entries, fdraw.Entry{
				Facility: fmt.Sprintf("500156-JG-%06d", len(entries)+1), Category: c.Category, Grade: c.Grade, Risk: c.Risk, Flags: c.Flags, Status: fdraw.Active,
			})
			class = append(class, k)
		}
	}
	return entries, class
}

// simulatedDraw names the draws of a simulation.
var simulatedDraw = fdraw.Head{Draw: "500156-2026-0001", Attempt: 1}

// pool is what draw t is held from, with the register as it stands.
func (y *Year) pool(entries []fdraw.Entry, times []int, t int) (*fdraw.Pool, error) {
	now := make([]fdraw.Entry, len(entries))
	categories := map[string]bool{}
	var plans []fdraw.Plan
	for i, e := range entries {
		e.Inspected, e.Drawn = times[i], times[i] > 0
		now[i] = e
		if !categories[e.Category] {
			categories[e.Category] = true
			plans = append(plans, fdraw.Plan{Category: e.Category, Draw: t + 1, Of: y.Draws})
		}
	}
	registry, err := fdraw.NewRegistry(simulatedDraw, plans, now)
	if err != nil {
		return nil, err
	}
	chances, err := fdraw.Rates(y.Policy, registry)
	if err != nil {
		return nil, err
	}
	units := make([]fdraw.Unit, len(chances))
	for i, c := range chances {
		e := now[i]
		grade := e.Grade
		if grade == "" {
			grade = fdraw.Ungraded
		}
		units[i] = fdraw.Unit{Facility: c.Facility, Stratum: e.Category + "." + grade + "." + e.Risk, PPM: c.PPM, Reason: c.Reason, Demand: y.Demand}
	}
	return fdraw.NewPool(simulatedDraw, units)
}

// draw holds one draw and notes how large it was and who went.
func (s *Simulated) draw(y Year, pool *fdraw.Pool, seed fdraw.Digest, t int, pairs map[[2]string]int) []fdraw.Hit {
	hits := fdraw.Ruler(fdraw.SHA256, seed, pool.Units)
	size := &s.Sizes[t]
	if size.Least == 0 || len(hits) < size.Least {
		size.Least = len(hits)
	}
	size.Most = max(size.Most, len(hits))
	size.Expected += float64(len(hits)) / float64(s.Years)
	if y.Officers == nil {
		return hits
	}
	o := fdraw.Deal(fdraw.SHA256, seed, pool, hits, y.Officers)
	s.Vacant, s.Searches = s.Vacant+o.Vacant, s.Searches+o.Searches
	load := map[string]int{}
	for _, v := range o.Result.Visits {
		s.Seats += len(v.Seats)
		for i, seat := range v.Seats {
			load[seat.Officer]++
			for _, other := range v.Seats[:i] {
				if other.Dept == seat.Dept && other.Officer != "" && seat.Officer != "" {
					pairs[[2]string{min(seat.Officer, other.Officer), max(seat.Officer, other.Officer)}]++
				}
			}
		}
	}
	if len(hits) > 0 {
		for _, officer := range y.Officers.Officers {
			s.MaxLoad, s.MinLoad = max(s.MaxLoad, load[officer.ID]), min(s.MinLoad, load[officer.ID])
		}
	}
	return hits
}
