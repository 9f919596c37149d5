package fdraw

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// pieces draws a line of a few units on a ruler whose ticks are so close that
// every start can be tried.
func pieces(t *rapid.T, certain int) []piece {
	lengths := rapid.SliceOfN(rapid.OneOf(
		rapid.IntRange(0, certain),
		rapid.SampledFrom([]int{0, 1, certain - 1, certain}),
	), 0, 12).Draw(t, "lengths")
	line := make([]piece, len(lengths))
	for i, l := range lengths {
		line[i] = piece{unit: int32(i), length: int32(l)}
	}
	return line
}

// TestChancesAreExact tries every start: each unit is selected for exactly as
// many of them as it is long (I1), always when certain and never at 0 (I3), and
// a nested department comes for exactly as many as its own share.
func TestChancesAreExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		certain := rapid.IntRange(2, 60).Draw(t, "certain")
		line := pieces(t, certain)
		share := rapid.IntRange(1, certain).Draw(t, "share")
		selected, attended := make([]int, len(line)), make([]int, len(line))
		for start := range certain {
			for _, hit := range walk(line, start, certain) {
				if hit.Offset < 0 || hit.Offset >= int(line[hit.Unit].length) {
					t.Fatalf("offset %d of a unit of length %d", hit.Offset, line[hit.Unit].length)
				}
				selected[hit.Unit]++
				if (Need{Below: share}).Attends(hit.Offset) {
					attended[hit.Unit]++
				}
			}
		}
		for i, p := range line {
			if selected[i] != int(p.length) {
				t.Fatalf("unit %d of length %d is selected for %d of %d starts", i, p.length, selected[i], certain)
			}
			if want := min(share, int(p.length)); attended[i] != want {
				t.Fatalf("a department with share %d comes to unit %d for %d of %d starts, want %d", share, i, attended[i], certain, want)
			}
		}
	})
}

// TestCountsAreTight: of any units that lie side by side, a stratum or all, as
// many are selected as their lengths amount to, rounded down or up (I2).
func TestCountsAreTight(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		certain := rapid.IntRange(2, 60).Draw(t, "certain")
		line := pieces(t, certain)
		from := rapid.IntRange(0, len(line)).Draw(t, "from")
		to := rapid.IntRange(from, len(line)).Draw(t, "to")
		sum := 0
		for _, p := range line[from:to] {
			sum += int(p.length)
		}
		for start := range certain {
			n := 0
			for _, hit := range walk(line, start, certain) {
				if hit.Unit >= from && hit.Unit < to {
					n++
				}
			}
			if n != sum/certain && n != (sum+certain-1)/certain {
				t.Fatalf("%d selected of a length of %d/%d", n, sum, certain)
			}
		}
	})
}

// somePool is a pool with several strata and all kinds of probabilities.
func somePool(t *rapid.T) []Unit {
	n := rapid.IntRange(0, 300).Draw(t, "n")
	strata := rapid.IntRange(1, 9).Draw(t, "strata")
	rnd := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "pool"), 0))
	units := make([]Unit, n)
	for i := range units {
		units[i] = Unit{Facility: fmt.Sprintf("F%04d", i), Stratum: fmt.Sprintf("s%d", rnd.IntN(strata)), Reason: ByRate}
		switch rnd.IntN(4) {
		case 0:
			units[i].PPM = Certain * rnd.IntN(2)
		default:
			units[i].PPM = rnd.IntN(Certain + 1)
		}
	}
	return units
}

// TestRuler checks real tickets in both hash functions: every stratum and the
// whole keep their counts (I2), certainty and impossibility hold (I3), the order
// of the rows is nothing (I4), and the two functions draw differently (I10).
func TestRuler(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		units := somePool(t)
		seed := seedOf(rapid.Uint64().Draw(t, "seed"))
		shuffled := slices.Clone(units)
		rand.New(rand.NewPCG(1, 2)).Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		for _, h := range []Hash{SHA256, SM3} {
			hits := Ruler(h, seed, units)
			sum, count, selected := map[string]int{}, map[string]int{}, map[int]bool{}
			for _, hit := range hits {
				count[units[hit.Unit].Stratum]++
				count[""]++
				selected[hit.Unit] = true
			}
			for i, u := range units {
				sum[u.Stratum] += u.PPM
				sum[""] += u.PPM
				if u.PPM == 0 && selected[i] || u.PPM == Certain && !selected[i] {
					t.Fatalf("%s with probability %d: selected %v", u.Facility, u.PPM, selected[i])
				}
			}
			for s := range sum {
				if count[s] != sum[s]/Certain && count[s] != (sum[s]+Certain-1)/Certain {
					t.Fatalf("%d of stratum %q selected, expected %d/%d", count[s], s, sum[s], Certain)
				}
			}
			again := Ruler(h, seed, shuffled)
			if len(again) != len(hits) {
				t.Fatalf("%d selected, %d in another order of rows", len(hits), len(again))
			}
			for i := range hits {
				if units[hits[i].Unit].Facility != shuffled[again[i].Unit].Facility || hits[i].Offset != again[i].Offset {
					t.Fatal("the order of the rows matters")
				}
			}
		}
	})
}

// TestHashesDiffer: the same seed draws differently in the two functions (I10).
func TestHashesDiffer(t *testing.T) {
	units := make([]Unit, 100)
	for i := range units {
		units[i] = Unit{Facility: fmt.Sprintf("F%04d", i), Stratum: "s", PPM: Certain / 2}
	}
	if slices.Equal(Ruler(SHA256, seedOf(1), units), Ruler(SM3, seedOf(1), units)) {
		t.Error("a hundred coins fell the same way in both")
	}
}

// TestRulerOrder compares the bins of sortPieces with the plain definition of
// the order: stratum ticket, unit ticket, facility.
func TestRulerOrder(t *testing.T) {
	const n = 5000
	units := make([]Unit, n)
	for i := range units {
		units[i] = Unit{Facility: fmt.Sprintf("F%05d", i), Stratum: fmt.Sprintf("s%d", i%7*i%3), PPM: 1 + i}
	}
	seed := seedOf("order")
	strata, tickets := newTickets(SM3, labelStratum, seed.String()), newTickets(SM3, labelUnit, seed.String())
	want := make([]string, n)
	for i, u := range units {
		want[i] = strata.of(u.Stratum).String() + tickets.of(u.Facility).String() + u.Facility
	}
	slices.Sort(want)
	for i, p := range line(SM3, seed, units) {
		u := units[p.unit]
		if got := strata.of(u.Stratum).String() + tickets.of(u.Facility).String() + u.Facility; got != want[i] {
			t.Fatalf("place %d is %s, want %s", i, got, want[i])
		}
	}
}

// TestSortPiecesTies: tickets that agree in their first 64 bits are decided by
// the rest, in whatever bin they fall.
func TestSortPiecesTies(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 4))
	p := make([]piece, 1000)
	for i := range p {
		p[i] = piece{ticket: uint64(rnd.IntN(5)) << 62, unit: int32(i)}
	}
	rnd.Shuffle(len(p), func(i, j int) { p[i], p[j] = p[j], p[i] })
	sortPieces(p, make([]piece, len(p)), func(a, b piece) int { return int(b.unit - a.unit) })
	if !slices.IsSortedFunc(p, func(a, b piece) int {
		if a.ticket != b.ticket {
			return map[bool]int{true: -1, false: 1}[a.ticket < b.ticket]
		}
		return int(b.unit - a.unit)
	}) {
		t.Error("not sorted")
	}
}

func TestRulerEdges(t *testing.T) {
	for _, tt := range []struct {
		name string
		ppm  []int
		want int // how many are selected, whatever the seed
	}{
		{"empty pool", nil, 0},
		{"nobody", []int{0, 0, 0}, 0},
		{"everybody", []int{Certain, Certain, Certain}, 3},
		{"one, certain", []int{Certain}, 1},
		{"one, never", []int{0}, 0},
		{"a whole number", []int{250_000, 250_000, 500_000, 400_000, 600_000}, 2},
	} {
		var units []Unit
		for i, p := range tt.ppm {
			units = append(units, Unit{Facility: fmt.Sprint("F", i), Stratum: "same", PPM: p})
		}
		for s := range 50 {
			if got := len(Ruler(SHA256, seedOf(s), units)); got != tt.want {
				t.Errorf("%s: %d selected, want %d", tt.name, got, tt.want)
			}
		}
	}
}

// TestSimulatedChances: over many seeds the relative frequencies come to the
// probabilities, within five standard errors. The seeds are fixed.
func TestSimulatedChances(t *testing.T) {
	units := []Unit{{Facility: "a", Stratum: "s", PPM: 100_000}, {Facility: "b", Stratum: "s", PPM: 500_000}, {Facility: "c", Stratum: "t", PPM: 300_000}, {Facility: "d", Stratum: "t", PPM: 900_000}}
	const draws = 20_000
	count := make([]int, len(units))
	for s := range draws {
		for _, hit := range Ruler(SHA256, seedOf(s), units) {
			count[hit.Unit]++
		}
	}
	for i, u := range units {
		p := float64(u.PPM) / Certain
		deviation := float64(count[i]) - draws*p
		if deviation*deviation > 25*draws*p*(1-p) {
			t.Errorf("%s was selected %d times of %d, expected %.0f", u.Facility, count[i], draws, draws*p)
		}
	}
}
