package fdraw

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
)

// Countersign is what a party signed after it had recomputed a sealed draw on its
// own machine (section 5, S5). Section 3 has no file for it, so it has one of its
// own: the signature is of all lines before the last.
type Countersign struct {
	Head
	Party  string
	Hash   Hash
	Sealed Digest // plain hash of the sealed file that was published
	// Differs is the plain hash of the sealed file that the party computed, where
	// that is another one; zero where the party agrees.
	Differs   Digest
	Kind      KeyKind
	Key       []byte // 32 bytes (ed25519), or 65 bytes, uncompressed point (sm2)
	Signature []byte // 64 bytes, or ASN.1
}

// NewCountersign is what a party says of a published sealed file, having computed
// another one or the same. It is not signed yet.
func NewCountersign(a *Announce, party, published, computed string) *Countersign {
	c := &Countersign{Head: a.Head, Party: party, Hash: a.Hash, Sealed: a.Hash.Raw(published)}
	if computed != published {
		c.Differs = a.Hash.Raw(computed)
	}
	return c
}

// Agrees reports whether the party came to the same sealed file.
func (c *Countersign) Agrees() bool { return c.Differs == Digest{} }

// ParseCountersign reads a countersign file. It does not check the signature.
func ParseCountersign(text string) (*Countersign, error) {
	r := newReader(CountersignFile, text)
	c := &Countersign{Head: r.head(), Party: r.asID(r.word("party"))}
	w := r.fields("sealed", 2)
	var err error
	if r.err == nil {
		c.Hash, err = ParseHash(w[0])
		r.check(err)
	}
	c.Sealed = r.asDigest(w[1])
	switch {
	case strings.HasPrefix(r.rest, "outcome agrees\n"):
		r.literal("outcome agrees")
	default:
		w = r.fields("outcome", 2)
		if r.err == nil && w[0] != "differs" {
			r.fail("复算的结论应为 agrees 或 differs，实为“%s”", show(w[0]))
		}
		c.Differs = r.asDigest(w[1])
		if r.err == nil && (c.Differs == c.Sealed || c.Differs == Digest{}) {
			r.fail("称复算结果不同，所记的摘要却没有不同")
		}
	}
	w = r.fields("key", 2)
	c.Kind, c.Key = KeyKind(w[0]), r.asBase64(w[1])
	if r.err == nil {
		r.check(c.Kind.check(c.Key))
	}
	c.Signature = r.asBase64(r.word("signature"))
	return c, r.end(c.Text)
}

// asBase64 reads bytes in their one spelling.
func (r *reader) asBase64(word string) []byte {
	if r.err != nil {
		return nil
	}
	data, err := base64.StdEncoding.Strict().DecodeString(word)
	if err != nil || len(data) == 0 {
		r.fail("“%s”不是 base64", show(word))
	}
	return data
}

// body is what is signed.
func (c *Countersign) body() string {
	outcome := "agrees"
	if !c.Agrees() {
		outcome = "differs " + c.Differs.String()
	}
	return c.text(CountersignFile) + "party " + c.Party + "\nsealed " + c.Hash.String() + " " + c.Sealed.String() + "\noutcome " + outcome +
		"\nkey " + string(c.Kind) + " " + base64.StdEncoding.EncodeToString(c.Key) + "\n"
}

// Text is the canonical spelling.
func (c *Countersign) Text() string {
	return c.body() + "signature " + base64.StdEncoding.EncodeToString(c.Signature) + "\n"
}

// Fingerprint is what a person compares with what the party has published of its
// key.
func (c *Countersign) Fingerprint() string { return SHA256.Raw(string(c.Key)).String()[:16] }

// Check reports what is wrong with a countersignature of a party of the draw to
// the sealed file, or nil.
func (c *Countersign) Check(a *Announce, sealed string) error {
	switch {
	case c.Head != a.Head:
		return fmt.Errorf("复算签署属于抽取 %s，不是 %s", c.Head, a.Head)
	case !a.IsParty(c.Party):
		return fmt.Errorf("%s 不是本次抽取的参与方", c.Party)
	case c.Hash != a.Hash || c.Sealed != a.Hash.Raw(sealed):
		return fmt.Errorf("%s 签署的不是公布的封存文件", c.Party)
	case !c.Kind.verifies(c.Key, []byte(c.body()), c.Signature):
		return fmt.Errorf("%s 的签名不成立", c.Party)
	}
	return nil
}

// Recompute makes the sealed file of a draw again from what it is computed from,
// as a party does: the text it must have, and the checks of the files. The
// outcome in the package, if there is one, is not used.
func Recompute(b *Bundle) (sealed string, report *Report, err error) {
	v := newVerifier(&Bundle{
		Format: b.Format, Announce: b.Announce, Policy: b.Policy, Registry: b.Registry, Pool: b.Pool, Officers: b.Officers, Freeze: b.Freeze, Reveals: b.Reveals,
		Fallback: b.Fallback, Beacon: b.Beacon,
	})
	if lack := v.lack(AnnounceFile, PolicyFile, PoolFile, OfficersFile, FreezeFile, RevealsFile, BeaconFile); lack != "" {
		return "", nil, fmt.Errorf("%s，不能复算", lack)
	}
	s, _, err := Seal(v.announce.Hash, v.seed, v.reveals, v.beacon, v.outcome().Result)
	if err != nil {
		return "", nil, err
	}
	again := *v.b
	again.Result, again.Sealed = v.outcome().Result.Text(), s.Text()
	return again.Sealed, Verify(&again), nil
}

// Countersigned is what the report says of one countersignature.
type Countersigned struct {
	Party  string `json:"party"`
	Status Status `json:"status"` // fails: the signature or what it is of is wrong
	Agrees bool   `json:"agrees"`
	Why    string `json:"why"`
	ByHand string `json:"by_hand,omitempty"`
}

// countersigned looks at what parties have signed. It is no check of section 6.4:
// a package without it lacks nothing.
func (v *verifier) countersigned() []Countersigned {
	var out []Countersigned
	for i, text := range v.b.Countersigns {
		c, err := ParseCountersign(text)
		if err == nil && (v.announce == nil || v.b.Sealed == "") {
			out = append(out, Countersigned{Party: c.Party, Status: NotApplicable, Agrees: c.Agrees(), Why: "验证包中没有抽取公告或者封存文件，不能核对复算签署。"})
			continue
		}
		party := fmt.Sprintf("第 %d 份", i+1)
		if err == nil {
			party = c.Party
			err = c.Check(v.announce, v.b.Sealed)
		}
		if err != nil {
			out = append(out, Countersigned{Party: party, Status: Fails, Why: err.Error() + "。"})
			continue
		}
		said := Countersigned{Party: party, Status: Holds, Agrees: c.Agrees(), Why: party + " 在自己的设备上复算，结果与封存文件一致，签名成立。"}
		if !c.Agrees() {
			said.Why = fmt.Sprintf("%s 声明复算结果与封存文件不同，签名成立；请看 V6 和 V7 的重算。", party)
			if !v.objected(text) {
				said.Status, said.Why = NotApplicable, said.Why+"公开日志的摘录中没有这份异议。"
			}
		}
		said.ByHand = fmt.Sprintf("%s 的 %s 公钥摘要 %s，请与该单位公布的比对", party, c.Kind.Title(), c.Fingerprint())
		out = append(out, said)
	}
	return out
}

// objected reports whether the log, as far as it is there, has the objection.
func (v *verifier) objected(text string) bool {
	if _, ok := v.log.usable(); !ok {
		return true // nothing to look in
	}
	return slices.ContainsFunc(v.log.draws, func(d drawEntry) bool { return d.leaf.Stage == StageFault && d.leaf.IsOf(text) })
}
