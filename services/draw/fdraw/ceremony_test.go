package fdraw

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// TestCommitmentsBind: the party, the draw and the attempt are inside a
// commitment, so an old nonce or another's opens nothing.
func TestCommitmentsBind(t *testing.T) {
	nonce := seedOf("nonce")
	own := Commit{Head{"500156-2026-0001", 1}, "mzj", nonce}
	f := &Freeze{Head: own.Head, Commits: []Commitment{{"lyj", own.Digest(SM3)}, {"mzj", own.Digest(SM3)}}}
	for _, tt := range []struct {
		name  string
		h     Hash
		head  Head
		party string
		nonce Digest
		want  bool
	}{
		{"as promised", SM3, own.Head, "mzj", nonce, true},
		{"another nonce", SM3, own.Head, "mzj", seedOf("other"), false},
		{"another's promise", SM3, own.Head, "lyj", nonce, false},
		{"no promise", SM3, own.Head, "sfj", nonce, false},
		{"the next attempt", SM3, Head{"500156-2026-0001", 2}, "mzj", nonce, false},
		{"another draw", SM3, Head{"500156-2026-0002", 1}, "mzj", nonce, false},
		{"another hash", SHA256, own.Head, "mzj", nonce, false},
	} {
		f.Head = tt.head
		if got := f.Opens(tt.h, tt.party, tt.nonce); got != tt.want {
			t.Errorf("%s: opens is %v", tt.name, got)
		}
	}
}

// TestAllAbsent: when nobody reveals, the attempt has no quorum.
func TestAllAbsent(t *testing.T) {
	s := newScenario(t)
	v := NewReveals(SM3, s.freeze, nil)
	if v.Revealed() != 0 || len(v.Parties) != len(s.freeze.Commits) {
		t.Fatalf("got %+v", v.Parties)
	}
	b := s.copy(t)
	b.Reveals = v.Text()
	if c := Verify(b).Find("V2"); c.Status != Fails || !strings.Contains(c.Why, "只有 0 方揭示") {
		t.Errorf("got %+v", *c)
	}
}

// TestYear: a draw frozen on the last day of a year counts to it.
func TestYear(t *testing.T) {
	text := strings.ReplaceAll(specimens[AnnounceFile], "2028-02-29", "2026-12-31")
	text = strings.Replace(text, "2026-12-31T20:00:00", "2027-01-01T07:00:00", 1) // reveal-by
	text = strings.Replace(text, "2026-12-31T21:30:00", "2027-01-01T21:30:00", 1) // beacon
	if a := must[*Announce](t)(ParseAnnounce(text)); a.Year() != 2026 {
		t.Errorf("the year is %d", a.Year())
	}
}

func TestDigestJSON(t *testing.T) {
	d := seedOf("digest")
	data := must[[]byte](t)(json.Marshal(map[string]Digest{"d": d}))
	if want := fmt.Sprintf(`{"d":"%s"}`, d); string(data) != want {
		t.Errorf("got %s, want %s", data, want)
	}
	var back map[string]Digest
	if err := json.Unmarshal(data, &back); err != nil || back["d"] != d {
		t.Errorf("got %v, %v", back, err)
	}
	if err := json.Unmarshal([]byte(`{"d":"`+strings.Repeat("g", 64)+`"}`), &back); err == nil {
		t.Error("a digest of letters beyond f was accepted")
	}
}

// TestDigestsAreOfTexts: what is hashed piece by piece has the digest of its
// text, and a ticket is the hash of its lines, with or without the shortcut.
func TestDigestsAreOfTexts(t *testing.T) {
	pool := largePool(3000)
	officers := &Officers{Head: testHead, Officers: []Officer{{"o", "d", 1, nil}}}
	for _, h := range []Hash{SHA256, SM3} {
		if pool.Digest(h) != h.Sum(labelPool, pool.Text()) || officers.Digest(h) != h.Sum(labelOfficers, officers.Text()) {
			t.Errorf("%s: the digest is not that of the text", h)
		}
		fast, slow := newTickets(h, labelCard, "a", "b"), newTickets(h, labelCard, "a", "b")
		slow.again = nil
		want := h.Sum(labelCard, "a\nb\nc\n")
		for range 2 {
			if fast.of("c") != want || slow.of("c") != want {
				t.Errorf("%s: a ticket is not the hash of its lines", h)
			}
		}
		if BareHash(h, Digest{}, []Unit{{Facility: "F"}}) != newTickets(h, labelUnit, zeros).of("F") {
			t.Errorf("%s: the bare hash is not of the same bytes", h)
		}
	}
}

// TestNotices: each facility finds its own, every proof holds, none holds for
// another, and a draw that selects nobody has the empty tree.
func TestNotices(t *testing.T) {
	s := newScenario(t)
	for i, v := range s.result.Visits {
		if got := s.notices.Find(v.Facility); got != i {
			t.Fatalf("%s is notice %d, want %d", v.Facility, got, i)
		}
		for j := range s.result.Visits {
			err := s.notices.At(j).Check(s.sealed, must[Proof](t)(s.notices.Prove(i)))
			if (err == nil) != (i == j) {
				t.Errorf("notice %d with proof %d: %v", j, i, err)
			}
		}
	}
	if s.notices.Find("nobody") != -1 {
		t.Error("a facility that was not drawn has a notice")
	}
	for _, i := range []int{-1, s.notices.Len()} {
		if _, err := s.notices.Prove(i); err == nil {
			t.Errorf("notice %d was proved", i)
		}
	}
	none, notices, err := Seal(SM3, s.seed, s.reveals, s.beacon, &Result{Head: scenarioHead})
	if err != nil || notices.Len() != 0 || none.Root.String() != "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=" {
		t.Errorf("got %+v, %v; want the hash of nothing", none, err)
	}
}

// TestRecordLeaf: a second version replaces the first and no other.
func TestRecordLeaf(t *testing.T) {
	text := NewRecordLeaf(ones[:32], 3, Digest{}, "x").Text()
	if !strings.Contains(text, "version 3\nkind disclosure\nreplaces 2\n") {
		t.Errorf("got %s", text)
	}
	for old, bad := range map[string]string{
		"replaces 2": "replaces 1", "replaces 2\n": "", "record 1": "record g", "kind disclosure": "kind 殡葬", "record " + ones[:32]: "record " + ones,
	} {
		if _, err := ParseRecordLeaf(strings.Replace(text, old, bad, 1)); err == nil {
			t.Errorf("%q for %q was accepted", bad, old)
		}
	}
}

func TestSourceNames(t *testing.T) {
	for _, s := range []Source{KL8, SSQ, Dice, Drand} {
		if s.Name() == string(s) || s.Name() == "" {
			t.Errorf("%s has no name for citizens", s)
		}
	}
	if Source("x").Name() != "x" || FileType("x").Name() != "x" {
		t.Error("an unknown word stands for itself")
	}
}

// TestDiffPools: what came, went and changed, in order, at both ends.
func TestDiffPools(t *testing.T) {
	unit := func(f string, p int) Unit { return Unit{Facility: f, PPM: p} }
	old := &Pool{Units: []Unit{unit("b", 1), unit("c", 1), unit("d", 1), unit("z", 1)}}
	now := &Pool{Units: []Unit{unit("a", 1), unit("b", 1), unit("d", 2), unit("zz", 1)}}
	var got []string
	for _, c := range DiffPools(old, now) {
		got = append(got, fmt.Sprint(c.Kind, c.Facility, c.Old, c.New))
	}
	if want := "adda0 0 dropc0 0 chanced1 2 dropz0 0 addzz0 0"; strings.Join(got, " ") != want {
		t.Errorf("got %s, want %s", strings.Join(got, " "), want)
	}
	if len(DiffPools(old, old)) != 0 || len(DiffPools(old, &Pool{})) != 4 || len(DiffPools(&Pool{}, now)) != 4 {
		t.Error("a pool against itself or nothing")
	}
	said := &Changes{Changes: []Change{{Facility: "a", Kind: Added, Why: WhyRegistered}, {Facility: "b", Kind: Added, Why: WhyRegistered}}}
	if err := said.Explain(&Pool{}, &Pool{Units: now.Units[:1]}); err == nil || !strings.Contains(err.Error(), "并未发生") {
		t.Errorf("got %v", err)
	}
}
