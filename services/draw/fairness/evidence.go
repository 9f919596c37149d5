package fairness

import (
	"math"
	"slices"
	"strings"

	"shenzhong/services/draw/fdraw"
)

// Evidence is how much speaks against one facility having been left to chance,
// draw by draw: a bet that it is never selected, whose stake grows by 1/(1-p) at
// each draw that passes it over and is lost at the first that selects it. Under
// fair draws the stake ever reaches 1/a with a chance of at most a, whenever one
// looks (Ville).
type Evidence struct {
	Facility string  `json:"facility"`
	Draws    int     `json:"draws"` // in which it could have been selected
	Now      float64 `json:"now"`   // stake after the last draw
	Most     float64 `json:"most"`  // highest stake so far
}

// Course is the evidence of all facilities.
type Course struct {
	Facilities []Evidence `json:"facilities"` // the strongest first
	Average    []float64  `json:"average"`    // over all facilities, after each draw: itself such a bet
	Most       float64    `json:"most"`       // highest average: at 1/a, suspect with a chance of error of at most a
}

// Follow runs the bets through the draws in the order in which they were held.
// A facility enters with the first draw that lists it; the average is over the
// facilities that any draw lists, so that who enters later does not make it jump.
func Follow(draws []Held) Course {
	all := map[string]*Evidence{}
	for _, d := range draws {
		for _, u := range d.Pool.Units {
			if all[u.Facility] == nil {
				all[u.Facility] = &Evidence{Facility: u.Facility, Now: 1, Most: 1}
			}
		}
	}
	var c Course
	for _, d := range draws {
		for i := range d.Pool.Units {
			u := &d.Pool.Units[i]
			if u.PPM == 0 {
				continue
			}
			e := all[u.Facility]
			e.Draws++
			e.Now *= factor(u, d.Result.Find(u.Facility) != nil)
			e.Most = max(e.Most, e.Now)
		}
		sum := 0.0
		for _, e := range all {
			sum += e.Now
		}
		if len(all) > 0 {
			c.Average = append(c.Average, sum/float64(len(all)))
		}
	}
	for _, e := range all {
		c.Facilities = append(c.Facilities, *e)
	}
	slices.SortFunc(c.Facilities, func(a, b Evidence) int {
		if a.Most != b.Most {
			if a.Most > b.Most {
				return -1
			}
			return 1
		}
		return strings.Compare(a.Facility, b.Facility)
	})
	for _, v := range c.Average {
		c.Most = max(c.Most, v)
	}
	return c
}

// factor is what a draw does to the stake. A facility that had to be selected and
// was not proves the point alone.
func factor(u *fdraw.Unit, selected bool) float64 {
	switch {
	case selected:
		return 0
	case u.PPM == fdraw.Certain:
		return math.MaxFloat64
	}
	return 1 / (1 - float64(u.PPM)/fdraw.Certain)
}
