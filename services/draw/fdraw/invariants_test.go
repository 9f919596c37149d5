package fdraw

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// The invariants I1 to I17 of section 7, and the test that holds each:
//
//	I1  TestChancesAreExact              I10 TestRuler, TestHashesDiffer, TestPropertiesInBothHashes
//	I2  TestCountsAreTight, TestRuler    I11 TestStayingAwayGainsNothing
//	I3  TestChancesAreExact, TestRuler   I12 TestWithdrawalLeavesTheTree (and services/disclose)
//	I4  TestRuler, TestOrderIsNothing    I13 belongs to the log that signs checkpoints
//	I5  TestMutations, TestAnyChangeFails, TestMutationsBeside
//	I6  TestDealAgainstPlain             I14 TestCheckpointsAgree
//	I7  TestDealAgainstPlain,            I15 TestLeavesNameNobody
//	    TestLoadsAreEven                 I16 TestSealedTellsNothing (and services/draw)
//	I8  TestExchangeable                 I17 TestCensus
//	I9  TestVerifiersAgree (make verifiers)

func chance(t *rapid.T) *rand.Rand { return rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "chance"), 5)) }

// TestOrderIsNothing: the rows of the lists and the commitments may come in any
// order; the files, and so the seed and the outcome, are the same (I4).
func TestOrderIsNothing(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		rnd := chance(r)
		units := randomUnits(rnd)
		pool := must[*Pool](t)(NewPool(testHead, units))
		staff, barred := randomStaff(rnd, pool)
		officers := must[*Officers](t)(NewOfficers(testHead, Digest{}, staff, barred))
		a := must[*Announce](t)(ParseAnnounce(specimens[AnnounceFile]))
		commits := []Commitment{{"lyj", seedOf(1)}, {"mzj", seedOf(2)}, {"scjgj", seedOf(3)}}
		before := NewFreeze(a, pool, officers, commits).Text()
		rnd.Shuffle(len(units), func(i, j int) { units[i], units[j] = units[j], units[i] })
		rnd.Shuffle(len(staff), func(i, j int) { staff[i], staff[j] = staff[j], staff[i] })
		rnd.Shuffle(len(barred), func(i, j int) { barred[i], barred[j] = barred[j], barred[i] })
		rnd.Shuffle(len(commits), func(i, j int) { commits[i], commits[j] = commits[j], commits[i] })
		pool = must[*Pool](t)(NewPool(testHead, units))
		officers = must[*Officers](t)(NewOfficers(testHead, Digest{}, staff, barred))
		if after := NewFreeze(a, pool, officers, commits).Text(); after != before {
			r.Fatalf("frozen as\n%s\nand in another order as\n%s", before, after)
		}
	})
}

// TestAnyChangeFails: in any ceremony whatever, a change of one byte of one of
// the nine files makes a check fail (I5).
func TestAnyChangeFails(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		rnd := chance(r)
		b := randomDraw(t, rnd)
		for Verify(b).Failed() { // too few parties
			b = randomDraw(t, rnd)
		}
		file := ceremonyFiles[rnd.IntN(len(ceremonyFiles))]
		text := b.files()[file]
		at := rnd.IntN(len(*text))
		changed := mutate(rnd, *text, at)
		if changed == *text {
			return
		}
		*text = changed
		if v := Verify(b); !v.Failed() {
			r.Fatalf("a change of %s at byte %d is not noticed:\n%s", file, at, dump(v))
		}
	})
}

// TestMutationsBeside changes one byte at a time of what stands beside the nine
// files and is bound as they are: by the sealed tree, by the log, by signatures
// (I5). What nothing binds is left out: a register may say of an object what
// makes no difference, and a line under a checkpoint that names an unknown key is
// no signature at all.
func TestMutationsBeside(t *testing.T) {
	s := newScenario(t)
	rnd := rand.New(rand.NewPCG(8, 8))
	total := 0
	for i, text := range s.bundle.everyFile() {
		if i < 9+5 { // the nine, then registry, previous pool, changes, numbers, ledger
			continue
		}
		unbound := regexp.MustCompile(`(?m)^(?:#|witness |group |quorum |log |— sm2\.).*$|^— \S+ .{6}`).FindAllStringIndex(*text, -1)
		for at := range *text {
			if (at+i)%29 != 0 || slices.ContainsFunc(unbound, func(r []int) bool { return r[0] <= at && at <= r[1] }) {
				continue
			}
			original := *text
			*text = mutate(rnd, original, at)
			if *text == original {
				continue
			}
			total++
			if r := Verify(s.bundle); r.Complete() {
				t.Errorf("text %d: a change at byte %d goes unnoticed:\n%s", i, at, *text)
			}
			*text = original
		}
	}
	if total < 200 {
		t.Errorf("only %d changes were tried", total)
	}
}

// TestPropertiesInBothHashes: the deal keeps its promises under either function,
// which seat people differently (I10).
func TestPropertiesInBothHashes(t *testing.T) {
	differ := 0
	rapid.Check(t, func(r *rapid.T) {
		rnd := chance(r)
		pool, officers := randomCase(rnd)
		seed := seedOf(rnd.Uint64())
		var filled [2]int
		var text [2]string
		for i, h := range []Hash{SM3, SHA256} {
			out := Draw(h, seed, pool, officers)
			checkTeams(t, pool, officers, out.Result)
			filled[i], text[i] = out.Vacant, out.Result.Text()
		}
		if filled[0] != filled[1] {
			r.Fatalf("%d vacant under one function, %d under the other", filled[0], filled[1])
		}
		if text[0] != text[1] {
			differ++
		}
	})
	if differ == 0 {
		t.Error("both functions draw alike")
	}
}

// TestStayingAwayGainsNothing: parties in league know all nonces, and choose who
// of them stays away. If they chose after the public number, they could protect
// a facility (that such a test can see it is the first half); they have to choose
// before, and then its chance is what it was (I11).
func TestStayingAwayGainsNothing(t *testing.T) {
	const draws, ppm, colluders = 4000, 200_000, 2
	head := testHead
	units := []Unit{{Facility: "protected", Stratum: "s", PPM: ppm}}
	for i := range 9 {
		units = append(units, Unit{Facility: fmt.Sprint("F", i), Stratum: "s", PPM: ppm})
	}
	hit := func(absent int, beacon *Beacon, draw int) bool {
		v := &Reveals{Head: head}
		for p := range colluders {
			v.Parties = append(v.Parties, Reveal{Party: fmt.Sprint("p", p), Absent: absent>>p&1 == 1, Nonce: seedOf("nonce", p, draw)})
		}
		v.Parties = append(v.Parties, Reveal{Party: "q", Nonce: seedOf("honest", draw)})
		return slices.ContainsFunc(Ruler(SHA256, SeedOf(SHA256, v, beacon), units), func(h Hit) bool { return h.Unit == 0 })
	}
	var before [1 << colluders]int
	after := 0
	rnd := rand.New(rand.NewPCG(11, 11))
	for draw := range draws {
		source, issue, value := randomBeacon(rnd, head)
		beacon := &Beacon{source, issue, value}
		escape := false
		for absent := range before {
			if hit(absent, beacon, draw) {
				before[absent]++
			} else {
				escape = true
			}
		}
		if !escape {
			after++
		}
	}
	if after > draws/100 {
		t.Errorf("choosing after the number, they are still selected %d times of %d: the attack is no attack", after, draws)
	}
	p := float64(ppm) / Certain
	for absent, n := range before {
		if d := float64(n) - draws*p; d*d > 25*draws*p*(1-p) {
			t.Errorf("with %b absent from the start the facility is selected %d times of %d, expected %.0f", absent, n, draws, draws*p)
		}
	}
}

// TestSealedTellsNothing: what is public before a draw is opened names nobody
// who was selected or sent, and a notice names its own facility and team only
// (I16).
func TestSealedTellsNothing(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		rnd := chance(r)
		b := randomDraw(t, rnd)
		result := must[*Result](t)(ParseResult(b.Result))
		beacon := must[*Beacon](t)(ParseBeacon(b.Beacon))
		a := must[*Announce](t)(ParseAnnounce(b.Announce))
		reveals := must[*Reveals](t)(ParseReveals(b.Reveals))
		_, notices, err := Seal(a.Hash, SeedOf(a.Hash, reveals, beacon), reveals, beacon, result)
		if err != nil {
			r.Fatal(err)
		}
		words := func(text string) []string { return strings.Fields(text) }
		for _, public := range []string{b.Announce, b.Freeze, b.Sealed, NewLeaf(a.Head, StageSealed, b.Sealed).Text()} {
			for _, v := range result.Visits {
				if slices.Contains(words(public), v.Facility) {
					r.Fatalf("%s is named before the opening:\n%s", v.Facility, public)
				}
				for _, s := range v.Seats {
					if s.Officer != "" && slices.Contains(words(public), s.Officer) {
						r.Fatalf("%s is named before the opening:\n%s", s.Officer, public)
					}
				}
			}
		}
		for i := range notices.Len() {
			for j, v := range result.Visits {
				if i != j && slices.Contains(words(notices.At(i).Text()), v.Facility) {
					r.Fatalf("the notice to %s names %s", result.Visits[i].Facility, v.Facility)
				}
			}
		}
	})
}
