package fairness

import (
	"math"
	"testing"
)

// TestAttacksComeToNothing tries every attack through the code that draws and
// verifies. Rates are held against theory with five standard deviations, so a
// right program fails once in a million runs; the seed is fixed besides.
func TestAttacksComeToNothing(t *testing.T) {
	const trials = 300
	attacks, err := Attacks(t.Context(), trials, 1)
	if err != nil {
		t.Fatal(err)
	}
	cases := map[string]int{"last-revealer": 3, "re-roll": 2, "pool-removal": 2, "officer-shopping": 4, "two-heads": 5}
	for _, a := range attacks {
		if len(a.Cases) != cases[a.Name] || a.Trials != trials {
			t.Errorf("%s: %d cases of %d trials", a.Name, len(a.Cases), a.Trials)
		}
		for _, c := range a.Cases {
			if d := math.Abs(c.Without - c.WithoutTheory); d > Tolerance(c.WithoutTheory, trials) {
				t.Errorf("%s, %s: %.4f where nothing stands in the way; theory says %.4f", a.Name, c.Case, c.Without, c.WithoutTheory)
			}
			if d := math.Abs(c.Here - c.HereTheory); d > Tolerance(c.HereTheory, trials) {
				t.Errorf("%s, %s: %.4f here; theory says %.4f", a.Name, c.Case, c.Here, c.HereTheory)
			}
		}
	}
	for name, i := range map[string]int{"re-roll": 1, "pool-removal": 2} {
		for _, c := range attacks[i].Cases {
			if attacks[i].Name != name || c.Caught != 1 {
				t.Errorf("%s, %s: caught %.3f of the time; want always", attacks[i].Name, c.Case, c.Caught)
			}
		}
	}
	if last := attacks[3].Cases[3]; last.Caught != 1 {
		t.Errorf("a forged replacement is caught %.3f of the time", last.Caught)
	}
}
