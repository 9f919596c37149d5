package stats

import (
	"maps"
	"slices"
	"strings"

	"gonum.org/v1/gonum/stat/distuv"
)

// Check is what one officer's part in one visit came to.
type Check struct {
	Officer string
	Stratum string // what is visited and what is looked for there
	Found   bool
}

// Strictness is how often one officer finds something, beside what others find
// in the same strata. It says nothing of why; with visits assigned by lot it is
// at least a fair comparison.
type Strictness struct {
	Officer  string   `json:"officer"`
	Visits   int      `json:"visits"`
	Found    int      `json:"found"`
	Expected float64  `json:"expected"` // as often as others would have, in the same strata
	Enough   bool     `json:"enough"`   // otherwise nothing below is given
	Interval Interval `json:"interval"`
	Unusual  bool     `json:"unusual"` // what others find lies outside the interval, all officers considered
}

// FewVisits is below how many visits nothing is said about an officer.
const FewVisits = 10

// Strict compares every officer with the others, sorted by officer. Because many
// are compared, one is called unusual only if chance would single out any of them
// in one of twenty such comparisons (Bonferroni).
func Strict(checks []Check) []Strictness {
	type cell struct{ n, found float64 }
	all, own := map[string]cell{}, map[string]map[string]cell{}
	for _, c := range checks {
		add := cell{n: 1}
		if c.Found {
			add.found = 1
		}
		a := all[c.Stratum]
		all[c.Stratum] = cell{a.n + add.n, a.found + add.found}
		if own[c.Officer] == nil {
			own[c.Officer] = map[string]cell{}
		}
		o := own[c.Officer][c.Stratum]
		own[c.Officer][c.Stratum] = cell{o.n + add.n, o.found + add.found}
	}
	out := make([]Strictness, 0, len(own))
	judged := 0
	for _, officer := range slices.Sorted(maps.Keys(own)) {
		s := Strictness{Officer: officer}
		comparable := 0
		for stratum, o := range own[officer] {
			others := cell{all[stratum].n - o.n, all[stratum].found - o.found}
			s.Visits, s.Found = s.Visits+int(o.n), s.Found+int(o.found)
			if others.n == 0 {
				continue
			}
			comparable += int(o.n)
			s.Expected += o.n * others.found / others.n
		}
		s.Enough = s.Visits >= FewVisits && comparable == s.Visits
		if s.Enough {
			judged++
			s.Interval = Exact(s.Found, s.Visits)
		} else {
			s.Expected = 0
		}
		out = append(out, s)
	}
	for i := range out {
		if s := &out[i]; s.Enough {
			s.Unusual = unusual(s.Found, s.Visits, s.Expected/float64(s.Visits), judged)
		}
	}
	slices.SortFunc(out, func(a, b Strictness) int { return strings.Compare(a.Officer, b.Officer) })
	return out
}

// unusual reports whether so many hits or so few would come by chance in less
// than one of twenty comparisons of that many officers.
func unusual(hits, n int, share float64, officers int) bool {
	if share <= 0 || share >= 1 {
		return false // the others never or always find something: no scale to measure by
	}
	b := distuv.Binomial{N: float64(n), P: share}
	low, high := b.CDF(float64(hits)), 1.0
	if hits > 0 {
		high = 1 - b.CDF(float64(hits-1))
	}
	return 2*min(low, high) < (1-Confidence)/float64(officers)
}
