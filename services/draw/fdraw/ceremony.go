package fdraw

import (
	"slices"
	"strings"
)

// Commit is what a party keeps to itself until everything else is frozen. Its
// digest is what the party hands in (section 5, S1). The party's name and the
// attempt are inside, so nobody can open another's commitment or an old one.
type Commit struct {
	Head
	Party string
	Nonce Digest // 32 random bytes
}

// ParseCommit reads the body of a commitment.
func ParseCommit(text string) (*Commit, error) {
	r := newReader(CommitFile, text)
	c := &Commit{Head: r.origin()}
	c.Party = r.asID(r.word("party"))
	c.Nonce = r.digest("nonce")
	return c, r.end(c.Text)
}

// Text is the canonical spelling.
func (c *Commit) Text() string {
	return c.origin() + "party " + c.Party + "\nnonce " + c.Nonce.String() + "\n"
}

// Digest is H("commit", text).
func (c *Commit) Digest(h Hash) Digest { return h.Sum(labelCommit, c.Text()) }

// Commitment is a party's promise as the freeze records it.
type Commitment struct {
	Party  string
	Digest Digest
}

// Freeze binds the announcement, both lists and every promise (section 5, S2).
// After it nothing about the draw can change but the numbers yet unknown.
type Freeze struct {
	Head
	Announce Digest
	Pool     Digest
	Officers Digest
	Commits  []Commitment // sorted by party
}

// NewFreeze binds the files of a draw. The commitments may come in any order.
func NewFreeze(a *Announce, pool *Pool, officers *Officers, commits []Commitment) *Freeze {
	sorted := slices.Clone(commits)
	slices.SortFunc(sorted, func(x, y Commitment) int { return strings.Compare(x.Party, y.Party) })
	return &Freeze{
		Head:     a.Head,
		Announce: a.Digest(),
		Pool:     pool.Digest(a.Hash),
		Officers: officers.Digest(a.Hash),
		Commits:  sorted,
	}
}

// ParseFreeze reads a freeze file.
func ParseFreeze(text string) (*Freeze, error) {
	r := newReader(FreezeFile, text)
	f := &Freeze{Head: r.head(), Announce: r.digest("announce"), Pool: r.digest("pool"), Officers: r.digest("officers")}
	before := ""
	for r.more("commit") {
		w := r.fields("commit", 2)
		c := Commitment{Party: r.asID(w[0]), Digest: r.asDigest(w[1])}
		r.ascend(before, c.Party, "参与方")
		f.Commits, before = append(f.Commits, c), c.Party
	}
	return f, r.end(f.Text)
}

// Text is the canonical spelling.
func (f *Freeze) Text() string {
	var b strings.Builder
	b.WriteString(f.text(FreezeFile))
	b.WriteString("announce " + f.Announce.String() + "\npool " + f.Pool.String() + "\nofficers " + f.Officers.String() + "\n")
	for _, c := range f.Commits {
		b.WriteString("commit " + c.Party + " " + c.Digest.String() + "\n")
	}
	return b.String()
}

// Digest is H("freeze", text).
func (f *Freeze) Digest(h Hash) Digest { return h.Sum(labelFreeze, f.Text()) }

// Opens reports whether nonce is what party promised.
func (f *Freeze) Opens(h Hash, party string, nonce Digest) bool {
	i, found := slices.BinarySearchFunc(f.Commits, party, func(c Commitment, p string) int { return strings.Compare(c.Party, p) })
	c := Commit{Head: f.Head, Party: party, Nonce: nonce}
	return found && f.Commits[i].Digest == c.Digest(h)
}

// Reveals says who kept the promise (section 5, S3). Who did not, or came with
// a nonce that does not open it, is absent; that is settled before the public
// number exists, so staying away gains nothing.
type Reveals struct {
	Head
	Freeze  Digest
	Parties []Reveal // every party that committed, sorted
}

// Reveal is one party's line.
type Reveal struct {
	Party  string
	Absent bool
	Nonce  Digest // zero when absent
}

// NewReveals closes the reveal: every committed party whose nonce opens its
// commitment is revealed, every other is absent.
func NewReveals(h Hash, f *Freeze, nonces map[string]Digest) *Reveals {
	r := &Reveals{Head: f.Head, Freeze: f.Digest(h)}
	for _, c := range f.Commits {
		nonce, ok := nonces[c.Party]
		if !ok || !f.Opens(h, c.Party, nonce) {
			r.Parties = append(r.Parties, Reveal{Party: c.Party, Absent: true})
			continue
		}
		r.Parties = append(r.Parties, Reveal{Party: c.Party, Nonce: nonce})
	}
	return r
}

// ParseReveals reads a reveals file.
func ParseReveals(text string) (*Reveals, error) {
	r := newReader(RevealsFile, text)
	v := &Reveals{Head: r.head(), Freeze: r.digest("freeze")}
	v.Parties = r.fates()
	return v, r.end(v.Text)
}

// Text is the canonical spelling.
func (v *Reveals) Text() string {
	return v.text(RevealsFile) + "freeze " + v.Freeze.String() + "\n" + fatesText(v.Parties)
}

// Digest is H("reveals", text).
func (v *Reveals) Digest(h Hash) Digest { return h.Sum(labelReveals, v.Text()) }

// Revealed counts the parties that kept their promise.
func (v *Reveals) Revealed() int {
	n := 0
	for _, p := range v.Parties {
		if !p.Absent {
			n++
		}
	}
	return n
}

// Digest is H("beacon", text).
func (b *Beacon) Digest(h Hash) Digest { return h.Sum(labelBeacon, b.Text()) }

// SeedOf mixes the parties' nonces with the public number (section 3). Through
// the reveals the seed depends on every byte of every file before it.
func SeedOf(h Hash, v *Reveals, b *Beacon) Digest {
	return h.Sum(labelSeed, v.origin()+"reveals "+v.Digest(h).String()+"\nbeacon "+b.Digest(h).String()+"\n")
}
