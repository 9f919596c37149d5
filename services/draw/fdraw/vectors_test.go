package fdraw

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/mod/sumdb/tlog"
)

func TestVectorPrimitives(t *testing.T) {
	v := mustVectors(t)
	for word, want := range v.Primitives {
		h := must[Hash](t)(ParseHash(word))
		if h.String() != word {
			t.Errorf("%s reads back as %s", word, h)
		}
		if got := h.Raw("abc").String(); got != want.ABC {
			t.Errorf("%s of abc is %s, want %s", word, got, want.ABC)
		}
		// The body is a seed of zeros and a facility.
		if got := h.Sum(labelUnit, Digest{}.String()+"\nGM0001\n").String(); got != want.Unit {
			t.Errorf("labeled %s is %s, want %s", word, got, want.Unit)
		}
		if got := newTickets(h, labelUnit, Digest{}.String()).of("GM0001").String(); got != want.Unit {
			t.Errorf("ticket in %s is %s, want %s", word, got, want.Unit)
		}
	}
}

// TestVectorDraws plays the whole ceremony of each vector through the exported
// functions and compares every byte on the way.
func TestVectorDraws(t *testing.T) {
	for _, d := range mustVectors(t).Draws {
		a := must[*Announce](t)(ParseAnnounce(d.Announce))
		t.Run(d.Hash+"/"+a.Head.String(), func(t *testing.T) {
			same := func(what string, got, want any) {
				t.Helper()
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("%s (-want +got):\n%s", what, diff)
				}
			}
			h := a.Hash
			same("hash", h.String(), d.Hash)
			policy := must[*Policy](t)(ParsePolicy(d.Policy))
			same("policy digest", policy.Digest(h), a.Policy)
			pool := must[*Pool](t)(ParsePool(d.Pool))
			same("pool text", pool.Text(), d.Pool)
			officers := must[*Officers](t)(ParseOfficers(d.Officers))

			var commits []Commitment
			for party, nonce := range d.Nonces {
				c := Commit{Head: a.Head, Party: party, Nonce: nonce}
				same("commitment of "+party, c.Digest(h), d.Commits[party])
				commits = append(commits, Commitment{Party: party, Digest: c.Digest(h)})
			}
			f := NewFreeze(a, pool, officers, commits)
			same("freeze", f.Text(), d.Freeze)
			same("freeze digest", f.Digest(h), d.FreezeHash)

			nonces := map[string]Digest{}
			for _, p := range must[*Reveals](t)(ParseReveals(d.Reveals)).Parties {
				if !p.Absent {
					nonces[p.Party] = d.Nonces[p.Party]
				}
			}
			v := NewReveals(h, f, nonces)
			same("reveals", v.Text(), d.Reveals)
			same("reveals digest", v.Digest(h), d.RevealsHash)

			b := must[*Beacon](t)(ParseBeacon(d.Beacon))
			seed := SeedOf(h, v, b)
			same("seed", seed, d.Seed)
			same("seed body", h.Sum(labelSeed, d.SeedBody), d.Seed)
			same("start", h.Sum(labelStart, seed.String()+"\n"), d.Start)
			same("stratum", newTickets(h, labelStratum, seed.String()).of("gm.B.M"), d.Stratum)
			tickets := newTickets(h, labelUnit, seed.String())
			for facility, want := range d.Tickets {
				same("ticket of "+facility, tickets.of(facility), want)
			}

			out := Draw(h, seed, pool, officers)
			same("result", out.Result.Text(), d.Result)
			same("vacant", out.Vacant, d.Vacant)
			same("searches", out.Searches, d.Searches)

			s, notices, err := Seal(h, seed, v, b, out.Result)
			if err != nil {
				t.Fatal(err)
			}
			same("sealed", s.Text(), d.Sealed)
			same("sealed seed", s.SeedCommit, d.SeedCommit)
			same("sealed result", s.Result, d.ResultHash)
			same("root", s.Root, d.Root)
			same("size", int64(notices.Len()), d.Size)
			same("notice", notices.At(0).Text(), d.Notice0)
			proof := must[Proof](t)(notices.Prove(0))
			same("path", proof.Path, d.Proof0)
			if err := must[*Notice](t)(ParseNotice(d.Notice0)).Check(s, proof); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestVectorTiny(t *testing.T) {
	tiny := mustVectors(t).Tiny
	var units []Unit
	for _, s := range strings.Split(tiny.Units, "; ") {
		var u Unit
		if _, err := fmt.Sscan(s, &u.Facility, &u.Stratum, &u.PPM); err != nil {
			t.Fatal(err)
		}
		units = append(units, u)
	}
	for _, c := range tiny.Cases {
		var got []string
		for _, hit := range Ruler(must[Hash](t)(ParseHash(tiny.Hash)), c.Seed, units) {
			got = append(got, fmt.Sprintf("%s@%d", units[hit.Unit].Facility, hit.Offset))
		}
		if !slices.Equal(got, c.Selected) {
			t.Errorf("seed %s selects %v, want %v", c.Seed, got, c.Selected)
		}
	}
}

func TestVectorDealCases(t *testing.T) {
	for _, c := range mustVectors(t).DealCases {
		out := Draw(must[Hash](t)(ParseHash(c.Hash)), c.Seed, must[*Pool](t)(ParsePool(c.Pool)), must[*Officers](t)(ParseOfficers(c.Officers)))
		if diff := cmp.Diff(c.Result, out.Result.Text()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.Kind, diff)
		}
		if out.Vacant != c.Vacant || out.Searches != c.Searches {
			t.Errorf("%s: %d vacant after %d searches, want %d after %d", c.Kind, out.Vacant, out.Searches, c.Vacant, c.Searches)
		}
	}
}

func TestVectorBudget(t *testing.T) {
	c := mustVectors(t).RateBudget
	p, l, err := Budget(c.Weights, c.Floors, c.N)
	if err != nil {
		t.Fatal(err)
	}
	sum := 0
	for _, x := range p {
		sum += x
	}
	if !slices.Equal(p, c.P) || l != c.Lambda || sum != c.Sum {
		t.Errorf("got %v, L=%d, sum %d; want %v, L=%d, sum %d", p, l, sum, c.P, c.Lambda, c.Sum)
	}
}

func TestVectorLogLeaf(t *testing.T) {
	c := mustVectors(t).LogLeaf
	l := must[*RecordLeaf](t)(ParseRecordLeaf(c.Leaf))
	if again := NewRecordLeaf(l.Record, l.Version, c.Salt, c.Document); again.Text() != c.Leaf {
		t.Errorf("leaf is\n%s\nwant\n%s", again.Text(), c.Leaf)
	}
	if SHA256.Raw(c.Input) != l.SHA256 || SM3.Raw(c.Input) != l.SM3 {
		t.Error("the digests are not those of the input")
	}
	if got := tlog.RecordHash([]byte(c.Leaf)).String(); got != c.LeafHash {
		t.Errorf("leaf hash is %s, want %s", got, c.LeafHash)
	}
}
