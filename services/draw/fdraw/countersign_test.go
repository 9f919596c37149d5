package fdraw

import (
	"strings"
	"testing"
)

// TestCountersign: a party recomputes what was sealed and signs it, with either
// kind of key; whatever is changed afterwards is found.
func TestCountersign(t *testing.T) {
	s := newScenario(t)
	inputs := s.copy(t)
	inputs.Result, inputs.Notices = "", nil
	computed, report, err := Recompute(inputs)
	if err != nil || computed != s.bundle.Sealed || report.Failed() || report.Find("V6").Status != Holds {
		t.Fatalf("recomputed %v, %v", err, report)
	}
	for _, kind := range []KeyKind{Ed25519, SM2} {
		key := must[*SigningKey](t)(NewSigningKey(kind))
		if again := must[*SigningKey](t)(ParseSigningKey(key.Text())); again.Text() != key.Text() {
			t.Fatalf("%s: the key is read back as another", kind)
		}
		c := NewCountersign(s.announce, "sfj", s.bundle.Sealed, computed)
		if err := key.Sign(c); err != nil {
			t.Fatal(err)
		}
		b := s.copy(t)
		b.Countersigns = []string{c.Text()}
		r := Verify(b)
		if r.Failed() || len(r.Countersigned) != 1 || r.Countersigned[0].Status != Holds || !r.Countersigned[0].Agrees {
			t.Fatalf("%s: %+v", kind, r.Countersigned)
		}
		for i := range len(c.Text()) {
			bad := []byte(c.Text())
			bad[i] ^= 1
			b.Countersigns = []string{string(bad)}
			if !Verify(b).Failed() {
				t.Fatalf("%s: byte %d changed in\n%s", kind, i, bad)
			}
		}
	}
}

// TestCountersignOfAnother: who signs another file, another attempt or as nobody
// has signed nothing.
func TestCountersignOfAnother(t *testing.T) {
	s := newScenario(t)
	key := must[*SigningKey](t)(NewSigningKey(Ed25519))
	sign := func(change func(*Countersign)) string {
		c := NewCountersign(s.announce, "sfj", s.bundle.Sealed, s.bundle.Sealed)
		change(c)
		if err := key.Sign(c); err != nil {
			t.Fatal(err)
		}
		return c.Text()
	}
	for name, tt := range map[string]struct {
		file, why string
	}{
		"another attempt":     {sign(func(c *Countersign) { c.Attempt = 1 }), "属于抽取"},
		"a stranger":          {sign(func(c *Countersign) { c.Party = "zoo" }), "不是本次抽取的参与方"},
		"another file":        {sign(func(c *Countersign) { c.Sealed = SM3.Raw("x") }), "不是公布的封存文件"},
		"another hash":        {sign(func(c *Countersign) { c.Hash = SHA256 }), "不是公布的封存文件"},
		"a signature of more": {strings.Replace(sign(func(*Countersign) {}), "party sfj", "party mzj", 1), "签名不成立"},
		"no such outcome":     {strings.Replace(sign(func(*Countersign) {}), "agrees", "perhaps", 1), "复算签署"},
		"no such key":         {strings.Replace(sign(func(*Countersign) {}), "key ed25519", "key rsa", 1), "不认识的密钥种类"},
	} {
		b := s.copy(t)
		b.Countersigns = []string{tt.file}
		if r := Verify(b); !r.Failed() || !strings.Contains(r.Countersigned[0].Why, tt.why) {
			t.Errorf("%s: %+v", name, r.Countersigned)
		}
	}
	if _, err := ParseSigningKey("fdraw/v1 signing-key ed25519\nsecret 00\n"); err == nil {
		t.Error("a key that is too short is taken")
	}
	if _, err := NewSigningKey("rsa"); err == nil {
		t.Error("a kind of key that nobody knows is made")
	}
}

// TestObjection: a party that comes to another outcome says so under its
// signature, and that it did is in the log.
func TestObjection(t *testing.T) {
	s := newScenario(t)
	key := must[*SigningKey](t)(NewSigningKey(SM2))
	c := NewCountersign(s.announce, "sfj", s.bundle.Sealed, strings.Replace(s.bundle.Sealed, "notices", "notice", 1))
	if err := key.Sign(c); err != nil {
		t.Fatal(err)
	}
	b := s.copy(t)
	b.Countersigns = []string{c.Text()}
	if r := Verify(b); r.Countersigned[0].Agrees || r.Countersigned[0].Status != NotApplicable || !strings.Contains(r.Countersigned[0].Why, "没有这份异议") {
		t.Errorf("an objection that the log lacks: %+v", r.Countersigned)
	}
	l := &testLog{}
	l.add(t, NewLeaf(scenarioHead, StageAnnounce, b.Announce).Text())
	l.add(t, NewLeaf(scenarioHead, StageFault, c.Text()).Text())
	l.checkpoint(t, 2, clock(t, "2026-03-03T08:00:00"))
	b.Log = l.extract(t)
	if r := Verify(b); r.Countersigned[0].Status != Holds || r.Countersigned[0].Agrees || !strings.Contains(r.Countersigned[0].Why, "不同") {
		t.Errorf("an objection: %+v", r.Countersigned)
	}
}
