package stats

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

func near(t *testing.T, what string, got, want, within float64) {
	t.Helper()
	if math.IsNaN(got) || math.Abs(got-want) > within {
		t.Errorf("%s: %.5f; want %.5f", what, got, want)
	}
}

// TestExact compares with intervals that are published: Clopper and Pearson's
// for 0 of 10, 1 of 10, 5 of 10 and 10 of 10.
func TestExact(t *testing.T) {
	for _, tt := range []struct {
		hits, n   int
		low, high float64
	}{{0, 10, 0, 0.30850}, {1, 10, 0.00253, 0.44502}, {5, 10, 0.18709, 0.81291}, {10, 10, 0.69150, 1}, {0, 0, 0, 1}} {
		i := Exact(tt.hits, tt.n)
		near(t, fmt.Sprint("low ", tt.hits, "/", tt.n), i.Low, tt.low, 2e-5)
		near(t, fmt.Sprint("high ", tt.hits, "/", tt.n), i.High, tt.high, 2e-5)
	}
}

// TestViolationsAreOfAll draws risky objects oftener than others and finds the
// share among all, which counting the visits would not.
func TestViolationsAreOfAll(t *testing.T) {
	rnd := rand.New(rand.NewPCG(5, 5))
	const years = 2000
	covered, mean, naive := 0, 0.0, 0.0
	const truth = (800*0.05 + 200*0.40) / 1000
	for range years {
		var cases []Case
		found := 0
		for i := range 1000 {
			c := Case{Stratum: "low", Chance: 0.05}
			share := 0.05
			if i >= 800 {
				c, share = Case{Stratum: "high", Chance: 0.5}, 0.40
			}
			if rnd.Float64() < c.Chance {
				c.Found = rnd.Float64() < share
				cases = append(cases, c)
				if c.Found {
					found++
				}
			}
		}
		e := Violations(cases)
		mean += e.Rate / years
		naive += float64(found) / float64(len(cases)) / years
		if e.Low <= truth && truth <= e.High {
			covered++
		}
	}
	near(t, "mean of the estimates", mean, truth, 0.005)
	if naive < 0.2 {
		t.Errorf("counting visits gives %.3f: the test tries nothing", naive)
	}
	if share := float64(covered) / years; share < 0.93 {
		t.Errorf("the interval holds the truth in %.3f of years", share)
	}
}

func TestViolationsOfFew(t *testing.T) {
	if e := Violations(nil); e.Low != 0 || e.High != 1 || e.Cases != 0 {
		t.Errorf("of no case: %+v", e)
	}
	cases := make([]Case, 20)
	for i := range cases {
		cases[i] = Case{Stratum: "s", Chance: 0.2}
	}
	none := Violations(cases)
	near(t, "none of 20: high", none.High, 0.16843, 1e-4) // as Clopper and Pearson say of a plain sample
	cases[0].Found = true
	if one := Violations(cases); one.Low <= 0 || one.High <= none.High || one.Rate != 0.05 {
		t.Errorf("one of 20: %+v", one)
	}
}

// TestStrict lets thirty officers look at the same things, one of them blindly.
func TestStrict(t *testing.T) {
	rnd := rand.New(rand.NewPCG(7, 7))
	alarms := 0
	for range 200 {
		var checks []Check
		for o := range 30 {
			for v := range 40 {
				share := []float64{0.1, 0.6}[v%2]
				checks = append(checks, Check{Officer: fmt.Sprintf("o%02d", o), Stratum: fmt.Sprint(v % 2), Found: o != 7 && rnd.Float64() < share})
			}
		}
		checks = append(checks, Check{Officer: "novice", Stratum: "0", Found: true})
		for _, s := range Strict(checks) {
			switch {
			case s.Officer == "o07":
				if !s.Unusual || !s.Enough || s.Found != 0 {
					t.Fatalf("who never finds anything: %+v", s)
				}
			case s.Officer == "novice":
				if s.Enough || s.Unusual || s.Expected != 0 || s.Interval != (Interval{}) {
					t.Fatalf("one visit says nothing: %+v", s)
				}
			case s.Unusual:
				alarms++
			}
		}
	}
	if alarms > 24 { // 200 comparisons at 5 % are 10; five standard deviations above
		t.Errorf("%d false alarms in 200 comparisons", alarms)
	}
}

// TestAhead reads the figures of the draw specification, section 8: four draws
// with a cap of one visit, after which the floor of 2 % is left.
func TestAhead(t *testing.T) {
	after := func(p float64) func(int, int) float64 {
		return func(_, visited int) float64 {
			if visited > 0 {
				return 0.02
			}
			return p
		}
	}
	for p, year := range map[float64]float64{0.05: 0.1855, 0.10: 0.3439, 0.25: 0.6836, 0.03: 0.1147} {
		near(t, fmt.Sprint("year at ", p), Ahead(4, 1, after(p)).Year, year, 6e-5)
	}
	near(t, "expected visits of class A", Ahead(4, 0, after(0.05)).Expected, 0.1913, 5e-4)
	census := Ahead(4, 2, func(t, visited int) float64 {
		if visited > 0 {
			return 0.02
		}
		return 1 / float64(4-t)
	})
	near(t, "census", census.Year, 1, 1e-12)
	near(t, "census in the third draw", census.This, 0.5, 1e-12)
	must := Ahead(4, 0, func(int, int) float64 { return 1 })
	near(t, "must", must.Expected, 4, 1e-12)
}
