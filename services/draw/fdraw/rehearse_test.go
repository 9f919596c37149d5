package fdraw

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func seeds(n int) []Digest {
	out := make([]Digest, n)
	for i := range out {
		out[i] = seedOf("rehearsal", i)
	}
	return out
}

// TestRehearse: a list that suffices is ready; one that falls short names every
// seat that stayed empty, and needs that no draw could meet even if their
// facility never came up.
func TestRehearse(t *testing.T) {
	pool := &Pool{Head: testHead}
	for f := range 10 {
		pool.Units = append(pool.Units, Unit{Facility: fmt.Sprintf("F%d", f), Stratum: "s", PPM: 500_000, Reason: ByRate, Demand: Demand{{Dept: "d", Count: 2}}})
	}
	officers := &Officers{Head: testHead, Officers: []Officer{{"o1", "d", 10, nil}, {"o2", "d", 10, nil}, {"o3", "d", 0, nil}}}
	r := Rehearse(SM3, pool, officers, seeds(200))
	if !r.Ready() || r.Draws != 200 || r.MinVisits != 5 || r.MaxVisits != 5 || r.MaxLoad != 5 {
		t.Errorf("got %+v, want five visits each time and all staffed", *r)
	}

	officers.Barred = []Barred{{"o1", "F3", Avoid}, {"o1", "F3", Rotate}, {"o3", "F4", Avoid}}
	pool.Units[7].PPM, pool.Units[7].Demand = 1, Demand{{Dept: "d", Count: 1, Skill: "env"}, {Dept: "e", Count: 1}}
	pool.Units[8].PPM, pool.Units[8].Demand = 0, Demand{{Dept: "e", Count: 1}}
	r = Rehearse(SM3, pool, officers, seeds(200))
	want := []Shortage{
		{Facility: "F3", Need: Need{Dept: "d", Count: 2}, Have: 1, Skilled: 1},
		{Facility: "F7", Need: Need{Dept: "d", Count: 1, Skill: "env"}, Have: 2, Skilled: 0},
		{Facility: "F7", Need: Need{Dept: "e", Count: 1}, Have: 0, Skilled: 0},
	}
	if diff := cmp.Diff(want, r.Short); diff != "" {
		t.Errorf("shortages (-want +got):\n%s", diff)
	}
	if r.Ready() || r.Incomplete < 70 || r.Incomplete > 130 || len(r.Empty) != 1 || r.Empty[0] != (EmptySeat{"F3", "d", 2, r.Incomplete}) {
		t.Errorf("got %+v, want seat 2 of F3 empty in about half the draws", *r)
	}
}

func TestRehearseNothing(t *testing.T) {
	r := Rehearse(SHA256, &Pool{Head: testHead}, &Officers{Head: testHead}, seeds(3))
	if !r.Ready() || r.MaxLoad != 0 || r.MaxVisits != 0 {
		t.Errorf("got %+v", *r)
	}
}

func TestEmptySeatsAreSorted(t *testing.T) {
	pool := &Pool{Head: testHead}
	for _, f := range []string{"F1", "F2"} {
		pool.Units = append(pool.Units, Unit{Facility: f, Stratum: "s", PPM: Certain, Demand: Demand{{Dept: "e", Count: 2}, {Dept: "d", Count: 1}}})
	}
	var got []string
	for _, s := range Rehearse(SHA256, pool, &Officers{Head: testHead}, seeds(2)).Empty {
		got = append(got, fmt.Sprint(s.Facility, s.Dept, s.J, "x", s.Times))
	}
	if want := []string{"F1d1x2", "F1e1x2", "F1e2x2", "F2d1x2", "F2e1x2", "F2e2x2"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
