package fdraw

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

// randomDraw holds a small ceremony with everything left to chance: several
// departments, nested ones, skills, recusals, every source, absent parties. It
// is a bundle of the nine files.
func randomDraw(tb testing.TB, rnd *rand.Rand) *Bundle {
	tb.Helper()
	head := Head{Draw: fmt.Sprintf("500156-2026-%04d", 1+rnd.IntN(9999)), Attempt: 1 + rnd.IntN(3)}
	h := []Hash{SM3, SHA256}[rnd.IntN(2)]
	pool := must[*Pool](tb)(NewPool(head, randomUnits(rnd)))
	list, barred := randomStaff(rnd, pool)
	return hold(tb, rnd, h, pool, must[*Officers](tb)(NewOfficers(head, seedOf("salt", rnd.Uint64()), list, barred)))
}

// hold holds the ceremony for two lists; who takes part is left to chance.
func hold(tb testing.TB, rnd *rand.Rand, h Hash, pool *Pool, officers *Officers) *Bundle {
	tb.Helper()
	head := pool.Head
	policy := must[*Policy](tb)(ParsePolicy(scenarioPolicy))
	a := &Announce{
		Head: head, Hash: h, Policy: policy.Digest(h), Parties: []string{"lyj", "mzj", "scjgj", "sfj"}[:3+rnd.IntN(2)], Quorum: 2,
		CommitBy: clock(tb, "2026-03-02T17:00:00"), FreezeBy: clock(tb, "2026-03-02T18:00:00"), RevealBy: clock(tb, "2026-03-02T20:00:00"),
		Fallback: Dice, OpenBy: clock(tb, "2026-04-15T18:00:00"),
	}
	source, issue, value := randomBeacon(rnd, head)
	a.Beacon = Appointment{source, issue, clock(tb, "2026-03-02T21:30:00")}
	nonces, commits := map[string]Digest{}, []Commitment(nil)
	for _, p := range a.Parties {
		if rnd.IntN(8) == 0 {
			continue // does not commit
		}
		c := Commit{head, p, seedOf(p, rnd.Uint64())}
		commits = append(commits, Commitment{p, c.Digest(h)})
		if rnd.IntN(8) > 0 { // otherwise it stays away
			nonces[p] = c.Nonce
		}
	}
	freeze := NewFreeze(a, pool, officers, commits)
	reveals := NewReveals(h, freeze, nonces)
	beacon := must[*Beacon](tb)(ParseBeacon((&Beacon{source, issue, value}).Text()))
	seed := SeedOf(h, reveals, beacon)
	out := Draw(h, seed, pool, officers)
	sealed, _, err := Seal(h, seed, reveals, beacon, out.Result)
	if err != nil {
		tb.Fatal(err)
	}
	return &Bundle{
		Format: bundleFormat, Announce: a.Text(), Policy: scenarioPolicy, Pool: pool.Text(), Officers: officers.Text(), Freeze: freeze.Text(),
		Reveals: reveals.Text(), Beacon: beacon.Text(), Result: out.Result.Text(), Sealed: sealed.Text(),
	}
}

func randomUnits(rnd *rand.Rand) []Unit {
	var units []Unit
	for f := range rnd.IntN(14) {
		u := Unit{Facility: fmt.Sprintf("F%02d", f), Stratum: fmt.Sprint("s", rnd.IntN(3)), PPM: rnd.IntN(Certain + 1), Reason: ByRate}
		switch rnd.IntN(5) {
		case 0:
			u.PPM, u.Reason = Certain, ByMust
		case 1:
			u.PPM, u.Reason = 0, ByCap
		}
		for _, d := range rnd.Perm(3)[:rnd.IntN(4)] {
			n := Need{Dept: fmt.Sprint("d", d), Count: 1 + rnd.IntN(3)}
			if rnd.IntN(3) == 0 {
				n.Skill = "env"
			}
			if u.PPM > 0 && rnd.IntN(3) == 0 {
				n.Below = 1 + rnd.IntN(u.PPM)
			}
			u.Demand = append(u.Demand, n)
		}
		units = append(units, u)
	}
	return units
}

func randomStaff(rnd *rand.Rand, pool *Pool) (list []Officer, barred []Barred) {
	for i := range rnd.IntN(16) {
		o := Officer{ID: fmt.Sprintf("o%02d", i), Dept: fmt.Sprint("d", rnd.IntN(3)), Max: rnd.IntN(5)}
		if rnd.IntN(3) == 0 {
			o.Skills = []string{"env", "fire"}[:1+rnd.IntN(2)]
		}
		list = append(list, o)
		for _, u := range pool.Units {
			if rnd.IntN(8) == 0 {
				barred = append(barred, Barred{o.ID, u.Facility, []Code{Avoid, Leave, Rotate}[rnd.IntN(3)]})
			}
		}
	}
	return list, barred
}

func randomBeacon(rnd *rand.Rand, head Head) (source Source, issue, value string) {
	balls := func(n, most int) string {
		picked := rnd.Perm(most)[:n]
		slices.Sort(picked)
		text := ""
		for _, b := range picked {
			text += fmt.Sprintf(" %02d", b+1)
		}
		return text[1:]
	}
	switch rnd.IntN(4) {
	case 0:
		return KL8, "2026052", balls(20, 80)
	case 1:
		return SSQ, "2026023", balls(6, 33) + "+" + balls(1, 16)
	case 2:
		return Drand, "12345", seedOf(rnd.Uint64()).String()
	}
	for range 20 {
		value += fmt.Sprint(rnd.IntN(10))
	}
	return Dice, head.String(), value
}

// everyFile is every text of a bundle, to be changed in place.
func (b *Bundle) everyFile() []*string {
	var out []*string
	for _, text := range []*string{
		&b.Announce, &b.Policy, &b.Pool, &b.Officers, &b.Freeze, &b.Reveals, &b.Beacon, &b.Result, &b.Sealed,
		&b.Fallback, &b.Registry, &b.PreviousPool, &b.Changes, &b.Numbers, &b.Ledger, &b.Void,
	} {
		if *text != "" {
			out = append(out, text)
		}
	}
	for i := range b.Countersigns {
		out = append(out, &b.Countersigns[i])
	}
	for i := range b.Notices {
		out = append(out, &b.Notices[i].Text)
	}
	for i := range b.Substitutions {
		out = append(out, &b.Substitutions[i])
	}
	if b.Log != nil {
		out = append(out, &b.Log.WitnessPolicy)
		for i := range b.Log.Checkpoints {
			out = append(out, &b.Log.Checkpoints[i])
		}
		for i := range b.Log.Leaves {
			out = append(out, &b.Log.Leaves[i].Text)
		}
	}
	return out
}
