package fdraw

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
)

// Sealed is published before the first visit. It fixes the seed and the result
// without telling them, so that no facility is warned (section 1, D7).
type Sealed struct {
	Head
	Reveals    Digest
	Beacon     Digest
	SeedCommit Digest // H("sealed", seed)
	Result     Digest // H("result", seed and result): without the seed it cannot be guessed
	Notices    int    // leaves of the tree of notices, one for each selected facility
	Root       Node   // of that tree
}

// Seal closes a draw: the file to publish at once, and the notices, each of
// which its facility can check against that file when the team arrives.
func Seal(h Hash, seed Digest, v *Reveals, b *Beacon, result *Result) (*Sealed, *Notices, error) {
	notices, err := newNotices(h, seed, result)
	if err != nil {
		return nil, nil, err
	}
	root, err := notices.tree.root()
	if err != nil {
		return nil, nil, fmt.Errorf("hash the notices: %w", err)
	}
	return &Sealed{
		Head:       v.Head,
		Reveals:    v.Digest(h),
		Beacon:     b.Digest(h),
		SeedCommit: SealedSeed(h, seed),
		Result:     SealedResult(h, seed, result.Text()),
		Notices:    len(result.Visits),
		Root:       root,
	}, notices, nil
}

// SealedSeed is the digest that stands for the seed until it is opened.
func SealedSeed(h Hash, seed Digest) Digest { return h.Sum(labelSealed, seed.String()+"\n") }

// SealedResult is the digest that stands for the text of the result.
func SealedResult(h Hash, seed Digest, result string) Digest {
	d := h.state()
	writeString(d, prefix(labelResult))
	writeString(d, seed.String()+"\n")
	writeString(d, result)
	return sum(d)
}

// ParseSealed reads a sealed file.
func ParseSealed(text string) (*Sealed, error) {
	r := newReader(SealedFile, text)
	s := &Sealed{
		Head:       r.head(),
		Reveals:    r.digest("reveals"),
		Beacon:     r.digest("beacon"),
		SeedCommit: r.digest("seed-commit"),
		Result:     r.digest("result"),
	}
	w := r.fields("notices", 2)
	s.Notices = r.asNumber(w[0], 0, maxNumber)
	s.Root = r.asNode(w[1])
	return s, r.end(s.Text)
}

func (r *reader) asNode(word string) Node {
	if r.err != nil {
		return Node{}
	}
	node, err := tlog.ParseHash(word)
	if err != nil || node.String() != word {
		r.fail("“%s”应为 44 个字符的 base64 摘要", show(word))
	}
	return node
}

// Text is the canonical spelling.
func (s *Sealed) Text() string {
	return s.text(SealedFile) +
		"reveals " + s.Reveals.String() + "\nbeacon " + s.Beacon.String() +
		"\nseed-commit " + s.SeedCommit.String() + "\nresult " + s.Result.String() +
		"\nnotices " + strconv.Itoa(s.Notices) + " " + s.Root.String() + "\n"
}

// Notice is what the team shows a facility: its own part of the result, and a
// salt that only the seed yields. It reveals nothing about anybody else.
type Notice struct {
	Head
	Visit Visit
	Salt  Digest
}

// ParseNotice reads a notice.
func ParseNotice(text string) (*Notice, error) {
	r := newReader(NoticeFile, text)
	n := &Notice{Head: r.head(), Visit: r.visit(), Salt: r.digest("salt")}
	return n, r.end(n.Text)
}

// Text is the canonical spelling.
func (n *Notice) Text() string {
	b := n.Visit.append([]byte(n.text(NoticeFile)))
	return string(b) + "salt " + n.Salt.String() + "\n"
}

// Check says whether the notice belongs to the sealed file: a facility that was
// not drawn cannot be shown a notice that passes.
func (n *Notice) Check(s *Sealed, p Proof) error {
	switch {
	case n.Head != s.Head:
		return fmt.Errorf("通知属于抽取 %s，密封文件属于抽取 %s", n.Head, s.Head)
	case p.Size != int64(s.Notices):
		return fmt.Errorf("证明针对 %d 份通知，密封文件记有 %d 份", p.Size, s.Notices)
	case !p.Holds(s.Root, n.Text()):
		return fmt.Errorf("通知与密封文件不符：%s 不是这次抽取密封的第 %d 份通知", n.Visit.Facility, p.Index+1)
	}
	return nil
}

// Notices is all notices of a draw, in the order of the result.
type Notices struct {
	head  Head
	salts []Digest
	visit []Visit
	tree  tree
}

func newNotices(h Hash, seed Digest, result *Result) (*Notices, error) {
	salts := newTickets(h, labelSalt, seed.String())
	n := &Notices{head: result.Head, visit: result.Visits, salts: make([]Digest, len(result.Visits))}
	for i := range result.Visits {
		n.salts[i] = salts.of(result.Visits[i].Facility)
		if err := n.tree.add(n.At(i).Text()); err != nil {
			return nil, err
		}
	}
	return n, nil
}

// Len is the number of notices.
func (n *Notices) Len() int { return len(n.visit) }

// At is the notice to the i-th facility of the result, i from 0.
func (n *Notices) At(i int) *Notice {
	return &Notice{Head: n.head, Visit: n.visit[i], Salt: n.salts[i]}
}

// Prove is the proof that belongs to At(i).
func (n *Notices) Prove(i int) (Proof, error) { return n.tree.prove(int64(i)) }

// Find is the place of a facility among the notices, or -1.
func (n *Notices) Find(facility string) int {
	i, found := slices.BinarySearchFunc(n.visit, facility, func(v Visit, f string) int { return strings.Compare(v.Facility, f) })
	if !found {
		return -1
	}
	return i
}
