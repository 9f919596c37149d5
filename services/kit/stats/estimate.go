package stats

import "math"

// Case is one object that was drawn with a known chance, and whether what is
// looked for was found there.
type Case struct {
	Stratum string  // objects of one stratum are alike
	Chance  float64 // of being drawn, above 0, at most 1
	Found   bool
}

// Estimate is what a draw says of all objects it was drawn from, not only of
// those that were visited: each stands for as many as its chance says
// (Horvitz-Thompson).
type Estimate struct {
	Interval
	Cases     int     `json:"cases"`
	Effective float64 `json:"effective"` // cases of a plain sample that would be as good
}

// Violations estimates the share of all objects at which something is found, as
// the ratio of two Horvitz-Thompson totals, with the exact interval of Korn and
// Graubard, which is honest for few cases and for shares near 0. Cases that are
// certain to be drawn because something is known of them must be left out by the
// caller.
func Violations(cases []Case) Estimate {
	var weight, squares, found float64
	for _, c := range cases {
		w := 1 / c.Chance
		weight, squares = weight+w, squares+w*w
		if c.Found {
			found += w
		}
	}
	if len(cases) == 0 {
		return Estimate{Interval: Exact(0, 0)}
	}
	rate := found / weight
	effective := weight * weight / squares // Kish: no share to go by
	if v := variance(cases, rate, weight); v > 0 && rate > 0 && rate < 1 {
		effective = min(float64(len(cases)), rate*(1-rate)/v)
	}
	e := Estimate{Interval: clopperPearson(rate*effective, effective), Cases: len(cases), Effective: effective}
	e.Rate = rate
	return e
}

// variance is the linearised variance of the ratio, stratum by stratum, as if
// objects had been drawn with replacement, which is never too small.
func variance(cases []Case, rate, weight float64) float64 {
	type sum struct{ n, z, zz float64 }
	strata := map[string]*sum{}
	for _, c := range cases {
		z := -rate / c.Chance / weight
		if c.Found {
			z += 1 / c.Chance / weight
		}
		s := strata[c.Stratum]
		if s == nil {
			s = &sum{}
			strata[c.Stratum] = s
		}
		s.n, s.z, s.zz = s.n+1, s.z+z, s.zz+z*z
	}
	v, lonely := 0.0, sum{}
	for _, s := range strata {
		if s.n < 2 { // one case says nothing of its stratum: such strata are taken together
			lonely.n, lonely.z, lonely.zz = lonely.n+s.n, lonely.z+s.z, lonely.zz+s.zz
			continue
		}
		v += s.n / (s.n - 1) * (s.zz - s.z*s.z/s.n)
	}
	if lonely.n > 1 {
		v += lonely.n / (lonely.n - 1) * (lonely.zz - lonely.z*lonely.z/lonely.n)
	}
	return math.Max(0, v)
}
