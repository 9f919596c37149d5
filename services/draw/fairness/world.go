package fairness

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"shenzhong/services/draw/fdraw"
)

// world is a district made up for simulations: forty shops at the same chance, of
// which the first is the one that somebody protects, and two departments.
type world struct {
	rnd  *rand.Rand
	next func() fdraw.Digest
	tail int // draws held so far
}

// protectedOne is whom the adversary wants left alone, and friend is the officer
// whom he would rather see there.
const (
	protectedOne = "500156-JG-000001"
	friend       = "500156-RY-100001"
	shops        = 40
	staff        = 12     // officers of each department
	share        = 200000 // ppm
	seatsEach    = 2
)

func newWorld(seed uint64) *world {
	return &world{rnd: rand.New(rand.NewPCG(seed, 20)), next: Seeds(seed)}
}

// zone is that of every time in a draw file.
func zone() *time.Location { return time.FixedZone("+08:00", 8*3600) }

// ceremony is a draw with all its secrets, as the adversary sees it who runs it.
type ceremony struct {
	announce *fdraw.Announce
	policy   *fdraw.Policy
	registry *fdraw.Registry
	pool     *fdraw.Pool
	officers *fdraw.Officers
	freeze   *fdraw.Freeze
	nonces   map[string]fdraw.Digest
}

// prepared is a draw up to its freeze, with three honest files.
func (w *world) prepared() (*ceremony, error) {
	w.tail++
	head := fdraw.Head{Draw: fmt.Sprintf("500156-2026-%04d", w.tail%10000), Attempt: 1}
	c := &ceremony{policy: &fdraw.Policy{
		Rates: []fdraw.RateLine{{Category: "shop", Grade: "B", Risk: "M", PPM: share}}, CensusBelow: 5, Floor: 20000, Flag: fdraw.FlagRule{Written: true},
	}}
	at := func(day int) time.Time { return time.Date(2026, 3, day, 18, 0, 0, 0, zone()) }
	c.announce = &fdraw.Announce{
		Head: head, Hash: fdraw.SHA256, Policy: c.policy.Digest(fdraw.SHA256), Parties: []string{"mzj", "scjgj", "sfj", "zgw"}, Quorum: 1,
		CommitBy: at(2), FreezeBy: at(3), RevealBy: at(4), OpenBy: at(30),
		Beacon: fdraw.Appointment{Source: fdraw.KL8, Issue: "2026060", At: at(5)}, Fallback: fdraw.Dice,
	}
	c.announce.Quorum = 2
	var entries []fdraw.Entry
	for i := range shops {
		entries = append(entries, fdraw.Entry{Facility: fmt.Sprintf("500156-JG-%06d", i+1), Category: "shop", Grade: "B", Risk: "M", Status: fdraw.Active})
	}
	var err error
	if c.registry, err = fdraw.NewRegistry(head, []fdraw.Plan{{Category: "shop", Draw: 1, Of: 4}}, entries); err != nil {
		return nil, err
	}
	if c.pool, err = c.listed(c.registry); err != nil {
		return nil, err
	}
	if c.officers, err = w.staffed(head); err != nil {
		return nil, err
	}
	c.nonces = map[string]fdraw.Digest{}
	for _, party := range c.announce.Parties {
		c.nonces[party] = w.next()
	}
	c.frozen()
	return c, nil
}

// listed is the pool as the policy makes it of a register.
func (c *ceremony) listed(registry *fdraw.Registry) (*fdraw.Pool, error) {
	chances, err := fdraw.Rates(c.policy, registry)
	if err != nil {
		return nil, err
	}
	demand := fdraw.Demand{{Dept: "mzj", Count: seatsEach}, {Dept: "scjgj", Count: seatsEach}}
	units := make([]fdraw.Unit, len(chances))
	for i, x := range chances {
		units[i] = fdraw.Unit{Facility: x.Facility, Stratum: "shop.B.M", PPM: x.PPM, Reason: x.Reason, Demand: demand}
	}
	return fdraw.NewPool(c.announce.Head, units)
}

func (w *world) staffed(head fdraw.Head) (*fdraw.Officers, error) {
	var officers []fdraw.Officer
	for d, dept := range []string{"mzj", "scjgj"} {
		for i := range staff {
			officers = append(officers, fdraw.Officer{ID: fmt.Sprintf("500156-RY-%d%05d", d+1, i+1), Dept: dept, Max: shops})
		}
	}
	return fdraw.NewOfficers(head, w.next(), officers, nil)
}

// frozen binds the lists and the commitments.
func (c *ceremony) frozen() {
	var commits []fdraw.Commitment
	for party, nonce := range c.nonces {
		secret := fdraw.Commit{Head: c.announce.Head, Party: party, Nonce: nonce}
		commits = append(commits, fdraw.Commitment{Party: party, Digest: secret.Digest(c.announce.Hash)})
	}
	c.freeze = fdraw.NewFreeze(c.announce, c.pool, c.officers, commits)
}

// revealed closes the reveals without those who stay away.
func (c *ceremony) revealed(absent ...string) *fdraw.Reveals {
	opened := map[string]fdraw.Digest{}
	for party, nonce := range c.nonces {
		if !slices.Contains(absent, party) {
			opened[party] = nonce
		}
	}
	return fdraw.NewReveals(c.announce.Hash, c.freeze, opened)
}

// number is twenty of eighty, as the lottery draws them.
func (w *world) number(a *fdraw.Announce) *fdraw.Beacon {
	balls := w.rnd.Perm(80)[:20]
	slices.Sort(balls)
	words := make([]string, len(balls))
	for i, ball := range balls {
		words[i] = fmt.Sprintf("%02d", ball+1)
	}
	return &fdraw.Beacon{Source: a.Beacon.Source, Issue: a.Beacon.Issue, Value: strings.Join(words, " ")}
}

// bundle is what is published of a draw.
func (c *ceremony) bundle(v *fdraw.Reveals, b *fdraw.Beacon) (*fdraw.Bundle, *fdraw.Roster, error) {
	h := c.announce.Hash
	seed := fdraw.SeedOf(h, v, b)
	out := fdraw.Draw(h, seed, c.pool, c.officers)
	sealed, _, err := fdraw.Seal(h, seed, v, b, out.Result)
	if err != nil {
		return nil, nil, err
	}
	return &fdraw.Bundle{
		Announce: c.announce.Text(), Policy: c.policy.Text(), Pool: c.pool.Text(), Officers: c.officers.Text(), Freeze: c.freeze.Text(),
		Reveals: v.Text(), Beacon: b.Text(), Result: out.Result.Text(), Sealed: sealed.Text(), Registry: c.registry.Text(),
	}, fdraw.NewRoster(h, seed, c.pool, c.officers, out.Result), nil
}

// selects reports whether a seed selects the protected facility.
func (c *ceremony) selects(v *fdraw.Reveals, b *fdraw.Beacon) bool {
	h := c.announce.Hash
	hits := fdraw.Ruler(h, fdraw.SeedOf(h, v, b), c.pool.Units)
	return slices.ContainsFunc(hits, func(x fdraw.Hit) bool { return c.pool.Units[x.Unit].Facility == protectedOne })
}
