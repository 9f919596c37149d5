package fdraw

import (
	"crypto/sha256"
	"encoding"
	"encoding/hex"
	"fmt"
	"hash"

	"github.com/emmansun/gmsm/sm3"
)

// Hash is the hash function of a draw, named by its announcement. The zero
// value is SM3, the default (draw specification, D6).
type Hash uint8

// The hash functions a draw may use.
const (
	SM3    Hash = iota // GB/T 32905-2016
	SHA256             // FIPS 180-4
)

// ParseHash reads the word that names a hash function in an announcement.
func ParseHash(word string) (Hash, error) {
	switch word {
	case "sm3":
		return SM3, nil
	case "sha256":
		return SHA256, nil
	}
	return SM3, fmt.Errorf("不认识的杂凑算法“%s”，只能是 sm3 或 sha256", show(word))
}

// String is the word that names h in an announcement.
func (h Hash) String() string {
	if h == SHA256 {
		return "sha256"
	}
	return "sm3"
}

// Raw is the plain hash of text, without a label: what a log leaf carries.
func (h Hash) Raw(text string) Digest {
	d := h.state()
	writeString(d, text)
	return sum(d)
}

// Sum is H(label, body) of section 2: the hash of "fdraw/v1/", the label, a
// line feed and the body.
func (h Hash) Sum(label Label, body string) Digest {
	d := h.state()
	writeString(d, prefix(label))
	writeString(d, body)
	return sum(d)
}

// Label separates the uses of a hash from each other: one label, one use.
type Label string

// The labels of section 2.
const (
	labelAnnounce Label = "announce"
	labelPolicy   Label = "policy"
	labelPool     Label = "pool"
	labelOfficers Label = "officers"
	labelCommit   Label = "commit"
	labelFreeze   Label = "freeze"
	labelReveals  Label = "reveals"
	labelBeacon   Label = "beacon"
	labelSeed     Label = "seed"
	labelSealed   Label = "sealed"
	labelStratum  Label = "stratum"
	labelUnit     Label = "unit"
	labelStart    Label = "start"
	labelVisit    Label = "visit"
	labelCard     Label = "card"
	labelSalt     Label = "salt"
	labelResult   Label = "result"
)

func prefix(label Label) string { return "fdraw/v1/" + string(label) + "\n" }

// resumable is a hash whose progress can be kept and taken up again. Both
// crypto/sha256 and gmsm/sm3 promise it in the documentation of New.
type resumable interface {
	hash.Hash
	encoding.BinaryMarshaler
	encoding.BinaryUnmarshaler
}

func (h Hash) state() hash.Hash {
	if h == SHA256 {
		return sha256.New()
	}
	return sm3.New()
}

// writeString feeds s to d without a second copy of s: a pool of a million
// facilities is 60 MB.
func writeString(d hash.Hash, s string) {
	buf := make([]byte, min(len(s), 32<<10))
	for len(s) > 0 {
		n := copy(buf, s)
		_, _ = d.Write(buf[:n]) // a hash.Hash never returns an error
		s = s[n:]
	}
}

func sum(d hash.Hash) Digest {
	var out Digest
	d.Sum(out[:0])
	return out
}

// tickets hashes many short lines that begin alike. What they share is hashed
// once; no ticket allocates.
type tickets struct {
	d     hash.Hash
	again encoding.BinaryUnmarshaler // nil when d cannot be resumed
	state []byte                     // d after the shared beginning
	begin []byte                     // the shared beginning itself
	line  []byte
	out   Digest
}

// newTickets prepares H(label, the given lines, then one line per ticket).
func newTickets(h Hash, label Label, lines ...string) *tickets {
	t := &tickets{d: h.state(), begin: []byte(prefix(label)), line: make([]byte, 0, 80)}
	for _, l := range lines {
		t.begin = append(append(t.begin, l...), '\n')
	}
	if r, ok := t.d.(resumable); ok {
		_, _ = r.Write(t.begin)
		if state, err := r.MarshalBinary(); err == nil {
			t.again, t.state = r, state
		}
	}
	return t
}

// of is the ticket of one line.
func (t *tickets) of(line string) Digest {
	if t.again == nil || t.again.UnmarshalBinary(t.state) != nil {
		t.d.Reset()
		_, _ = t.d.Write(t.begin)
	}
	t.line = append(append(t.line[:0], line...), '\n')
	_, _ = t.d.Write(t.line)
	t.d.Sum(t.out[:0])
	return t.out
}

// Digest is 32 bytes: a hash, a nonce, a salt or the seed. In files it is 64
// lowercase hexadecimal digits, which sort as the bytes do.
type Digest [32]byte

// ParseDigest reads 64 lowercase hexadecimal digits and nothing else.
func ParseDigest(s string) (Digest, error) {
	var d Digest
	if len(s) != 2*len(d) {
		return d, fmt.Errorf("“%s”应为 64 位十六进制数", show(s))
	}
	for _, c := range []byte(s) {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return d, fmt.Errorf("“%s”只能用数字和小写字母 a 至 f", show(s))
		}
	}
	if _, err := hex.Decode(d[:], []byte(s)); err != nil {
		return d, fmt.Errorf("“%s”不是十六进制数", show(s))
	}
	return d, nil
}

// String is the digest as it stands in a file.
func (d Digest) String() string { return hex.EncodeToString(d[:]) }

// MarshalText makes a digest in JSON the same word as in a file.
func (d Digest) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads what MarshalText writes.
func (d *Digest) UnmarshalText(text []byte) error {
	parsed, err := ParseDigest(string(text))
	if err == nil {
		*d = parsed
	}
	return err
}
