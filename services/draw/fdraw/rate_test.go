package fdraw

import (
	"fmt"
	"math/big"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// TestChance goes through the rules of section 4.2 one by one and through their
// precedence.
func TestChance(t *testing.T) {
	base := "fdraw/v1 policy\nrate gm A L 100000\nrate gm C H 600000\nrate gm U L 300000\nrate gm Z L 1000\nrate yp A L 50000\ncensus-below 5\nfloor 20000\n"
	const third = 333_333 // the second of four draws
	for _, tt := range []struct {
		name, policy, row string
		many              bool // whether category gm has five objects or more
		ppm               int
		reason            Reason
	}{
		{"rate", "", "gm A L active 0 no -", true, 100_000, ByRate},
		{"high rate", "", "gm C H active 0 no -", true, 600_000, ByRate},
		{"no grade yet", "", "gm - L active 0 no -", true, 300_000, ByRate},
		{"never below the floor", "", "gm Z L active 0 no -", true, 20_000, ByRate},
		{"closed", "", "gm A L closed 0 no high-attention", true, 0, ByClosed},
		{"closed counts before small", "", "gm A L closed 0 no -", false, 0, ByClosed},
		{"out of scope", "", "gm A L scope 0 no serious-violation", true, 0, ByScope},
		{"flag is must by default", "", "gm A L active 9 yes high-complaint", true, Certain, ByMust},
		{"flag must", "flag must\n", "gm A L active 0 no abnormal-list,serious-violation", true, Certain, ByMust},
		{"flag tripled", "flag x3\n", "gm A L active 0 no high-attention", true, 300_000, ByRate},
		{"flag tripled, at most certain", "flag x3\n", "gm C H active 0 no high-attention", true, Certain, ByRate},
		{"a flag lifts the cap", "flag x3\ncap-hard gm 1 12\n", "gm A L active 7 no high-attention", true, 300_000, ByRate},
		{"below the cap", "cap gm 2 12\n", "gm A L active 1 no -", true, 100_000, ByRate},
		{"at the cap", "cap gm 2 12\n", "gm A L active 2 no -", true, 20_000, ByFloor},
		{"at a hard cap", "cap-hard gm 2 12\n", "gm A L active 2 no -", true, 0, ByCap},
		{"another category's cap", "cap-hard yp 1 12\n", "gm A L active 2 no -", true, 100_000, ByRate},
		{"small category", "cap-hard gm 1 12\n", "gm A L active 2 no -", false, third, ByCensus},
		{"small category, drawn", "", "gm A L active 0 yes -", false, 20_000, ByFloor},
		{"small category needs no rate", "", "gm X X active 0 no -", false, third, ByCensus},
	} {
		row := "r F0 " + tt.row + "\n"
		rows, n := row, 1
		if tt.many {
			for i := 1; i <= 5; i++ {
				rows += fmt.Sprintf("r F%d gm A L active 0 no -\n", i)
				n++
			}
		} else { // the closed do not make a small category large
			for i := 1; i <= 9; i++ {
				rows += fmt.Sprintf("r F%d gm A L closed 0 no -\n", i)
				n++
			}
		}
		g := must[*Registry](t)(ParseRegistry(fmt.Sprintf("fdraw/v1 registry\n%splan gm 2 4\ncount %d\n%s", heads, n, rows)))
		p := must[*Policy](t)(ParsePolicy(base + tt.policy))
		got := must[[]Chance](t)(Rates(p, g))[0]
		if want := (Chance{"F0", tt.ppm, tt.reason}); got != want {
			t.Errorf("%s: got %+v, want %+v", tt.name, got, want)
		}
	}
}

func TestRatesNeedsARate(t *testing.T) {
	g := must[*Registry](t)(ParseRegistry(strings.Replace(specimens[RegistryFile], "gm A L active", "gm B L active", 1)))
	p := must[*Policy](t)(ParsePolicy("fdraw/v1 policy\ncensus-below 0\nfloor 0\n"))
	if _, err := Rates(p, g); err == nil || !strings.Contains(err.Error(), "GM0001") || !strings.Contains(err.Error(), "等级 B") {
		t.Errorf("got %v", err)
	}
	if _, err := Rates(p, &Registry{Entries: g.Entries}); err == nil {
		t.Error("a registry put together by hand has not been counted and must be refused")
	}
}

// TestCensus plays years of small categories through the real draw: whoever is
// drawn does not need to be drawn again, and by the last draw all were (I17).
func TestCensus(t *testing.T) {
	policy := must[*Policy](t)(ParsePolicy("fdraw/v1 policy\ncensus-below 5\nfloor 0\n"))
	rapid.Check(t, func(t *rapid.T) {
		n, draws := rapid.IntRange(1, 4).Draw(t, "objects"), rapid.IntRange(1, 5).Draw(t, "draws")
		drawn := map[string]bool{}
		for k := 1; k <= draws; k++ {
			var entries []Entry
			for i := range n {
				f := fmt.Sprint("F", i)
				entries = append(entries, Entry{Facility: f, Category: "byg", Risk: "L", Status: Active, Drawn: drawn[f]})
			}
			g, err := NewRegistry(testHead, []Plan{{"byg", k, draws}}, entries)
			if err != nil {
				t.Fatal(err)
			}
			chances, err := Rates(policy, g)
			if err != nil {
				t.Fatal(err)
			}
			var units []Unit
			for _, c := range chances {
				units = append(units, Unit{Facility: c.Facility, Stratum: "byg", PPM: c.PPM, Reason: c.Reason})
			}
			for _, hit := range Ruler(SM3, seedOf(rapid.Uint64().Draw(t, "seed")), units) {
				f := units[hit.Unit].Facility
				if drawn[f] {
					t.Fatalf("%s is drawn twice", f)
				}
				drawn[f] = true
			}
		}
		if len(drawn) != n {
			t.Fatalf("%d of %d were inspected in the year", len(drawn), n)
		}
	})
}

// TestBudget: the sum stays within the budget and the next L would not, counted
// with numbers of any size.
func TestBudget(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 30).Draw(t, "n")
		weights := rapid.SliceOfN(rapid.Int64Range(0, 1000), n, n).Draw(t, "weights")
		floors := rapid.SliceOfN(rapid.Int64Range(0, 100_000), n, n).Draw(t, "floors")
		visits := rapid.IntRange(0, 2*n).Draw(t, "visits")
		least, most := int64(0), int64(0)
		for i := range n {
			least, most = least+floors[i], max(most, weights[i])
		}
		ppm, l, err := Budget(weights, floors, visits)
		if least > int64(visits)*Certain || most == 0 {
			if err == nil {
				t.Fatal("an impossible budget was accepted")
			}
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		sumAt := func(l *big.Int) *big.Int {
			sum := new(big.Int)
			for i := range n {
				p := new(big.Int).Mul(l, big.NewInt(weights[i]))
				p.Rsh(p, 20)
				if f := big.NewInt(floors[i]); p.Cmp(f) < 0 {
					p = f
				}
				if c := big.NewInt(Certain); p.Cmp(c) > 0 {
					p = c
				}
				sum.Add(sum, p)
			}
			return sum
		}
		limit := big.NewInt(int64(visits) * Certain)
		got := new(big.Int)
		for _, p := range ppm {
			got.Add(got, big.NewInt(int64(p)))
		}
		here := big.NewInt(l)
		if got.Cmp(sumAt(here)) != 0 || got.Cmp(limit) > 0 {
			t.Fatalf("sum %v at L=%d, limit %v", got, l, limit)
		}
		if next := new(big.Int).Add(here, big.NewInt(1)); l < (1<<62)/most && sumAt(next).Cmp(limit) <= 0 {
			t.Fatalf("L=%d is not the largest", l)
		}
	})
}

func TestBudgetRefusals(t *testing.T) {
	for _, tt := range []struct {
		name            string
		weights, floors []int64
		visits          int
	}{
		{"nothing", nil, nil, 1},
		{"lengths differ", []int64{1}, []int64{0, 0}, 1},
		{"negative weight", []int64{-1, 1}, []int64{0, 0}, 1},
		{"floor above certain", []int64{1}, []int64{Certain + 1}, 2},
		{"negative visits", []int64{1}, []int64{0}, -1},
		{"floors exceed the budget", []int64{1, 1}, []int64{Certain, Certain}, 1},
		{"no weight at all", []int64{0}, []int64{0}, 1},
	} {
		if _, _, err := Budget(tt.weights, tt.floors, tt.visits); err == nil {
			t.Errorf("%s: accepted", tt.name)
		}
	}
}
