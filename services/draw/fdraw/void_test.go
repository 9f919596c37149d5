package fdraw

import (
	"slices"
	"strings"
	"testing"
)

// voided is the package of an attempt of the scenario's draw that was given up
// for a reason, with its log.
func voided(tb testing.TB, reason VoidReason) *Bundle {
	tb.Helper()
	s := newScenario(tb)
	b := &Bundle{Format: bundleFormat, Announce: s.bundle.Announce, Policy: s.bundle.Policy, Numbers: strings.Replace(s.bundle.Numbers, "0002 2 open", "0002 2 void", 1)}
	v := &Void{Head: scenarioHead, Reason: reason}
	froze := reason != VoidCommits && reason != VoidUnfrozen
	if froze {
		b.Pool, b.Officers, b.Freeze, b.Registry = s.bundle.Pool, s.bundle.Officers, s.bundle.Freeze, s.bundle.Registry
	}
	switch reason {
	case VoidCommits:
		v.Parties = []Reveal{{Party: "lyj", Absent: true}, {Party: "mzj", Absent: true}, {Party: "scjgj", Absent: true}}
	case VoidReveals, VoidUnclosed:
		v.Parties = []Reveal{{Party: "lyj", Absent: true}, {Party: "mzj", Nonce: seedOf("nonce", "mzj")}, {Party: "sfj", Absent: true}}
	case VoidUnseen:
		b.Reveals = s.bundle.Reveals
	}
	b.Void = v.Text()
	l := &testLog{}
	l.add(tb, NewLeaf(scenarioHead, StageAnnounce, b.Announce).Text())
	if froze {
		l.add(tb, NewLeaf(scenarioHead, StageFreeze, b.Freeze).Text())
	}
	if b.Reveals != "" {
		l.add(tb, NewLeaf(scenarioHead, StageReveals, b.Reveals).Text())
	}
	l.add(tb, NewLeaf(scenarioHead, StageVoid, b.Void).Text())
	at := "2026-03-02T21:00:00"
	if reason == VoidUnseen {
		at = "2026-03-02T21:40:00"
	}
	l.checkpoint(tb, 2, clock(tb, at))
	b.Log = l.extract(tb)
	return b
}

var voidReasons = []VoidReason{VoidCommits, VoidReveals, VoidUnfrozen, VoidUnclosed, VoidUnseen}

// TestVerifyVoid: an attempt that was given up has a package too, of which
// nothing fails and which shows whether it had to be given up.
func TestVerifyVoid(t *testing.T) {
	want := map[VoidReason]map[string]Status{
		VoidCommits:  {"V5": Holds, "V8": Holds, "V9": Holds, "V12": Holds, "V6": NotApplicable},
		VoidReveals:  {"V5": Holds, "V8": Holds, "V9": Holds, "V12": Holds, "V10": Holds, "V14": NotApplicable},
		VoidUnfrozen: {"V5": NotApplicable, "V8": Holds, "V9": Holds, "V12": Holds},
		VoidUnclosed: {"V5": NotApplicable, "V8": Holds, "V9": Holds, "V12": Holds},
		VoidUnseen:   {"V5": NotApplicable, "V8": Holds, "V9": NotApplicable, "V12": Holds, "V2": Holds, "V4": Holds},
	}
	for _, reason := range voidReasons {
		r := Verify(voided(t, reason))
		if r.Failed() {
			t.Errorf("%s: a check fails\n%s", reason, dump(r))
		}
		for id, status := range want[reason] {
			if c := r.Find(id); c.Status != status {
				t.Errorf("%s: %s %s, %s; want %s", reason, id, c.Status, c.Why, status)
			}
		}
	}
}

// TestVoidWithoutCause: what does not bear out the reason fails, and so does a
// draw that went on although it was given up.
func TestVoidWithoutCause(t *testing.T) {
	s := newScenario(t)
	sfj := seedOf("nonce", "sfj").String()
	for _, tt := range []struct {
		name   string
		reason VoidReason
		spoil  func(*Bundle)
		check  string
		why    string
	}{
		{"enough had revealed", VoidReveals, func(b *Bundle) { b.Void = strings.Replace(b.Void, "absent sfj", "reveal sfj "+sfj, 1) }, "V5", "不应作废"},
		{"a nonce that opens nothing", VoidReveals, func(b *Bundle) {
			b.Void = strings.Replace(b.Void, seedOf("nonce", "mzj").String(), sfj, 1)
		}, "V5", "承诺不符"},
		{"a party is left out", VoidReveals, func(b *Bundle) { b.Void = strings.Replace(b.Void, "absent sfj\n", "", 1) }, "V5", "不一致"},
		{"enough had committed", VoidCommits, func(b *Bundle) { b.Void = strings.Replace(b.Void, "absent lyj\n", "", 1) }, "V5", "不应作废"},
		{"a stranger is absent", VoidCommits, func(b *Bundle) { b.Void = strings.Replace(b.Void, "absent lyj\n", "absent lxj\n", 1) }, "V5", "与公告不符"},
		{"of another attempt", VoidReveals, func(b *Bundle) { b.Void = strings.Replace(b.Void, "attempt 2", "attempt 1", 1) }, "V5", "属于抽取"},
		{"it was drawn all the same", VoidReveals, func(b *Bundle) { b.Beacon = s.bundle.Beacon }, "V5", "却有公共随机数"},
		{"it was frozen all the same", VoidUnfrozen, func(b *Bundle) { b.Freeze = s.bundle.Freeze }, "V5", "却有冻结文件"},
		{"the log goes on", VoidReveals, func(b *Bundle) { b.Log = s.bundle.Log }, "V8", "公开日志却记有"},
		{"the list does not say so", VoidReveals, func(b *Bundle) { b.Numbers = s.bundle.Numbers }, "V12", "却没有这样记"},
		{"no reason that is known", VoidReveals, func(b *Bundle) { b.Void = strings.Replace(b.Void, "reason reveals", "reason rain", 1) }, "V1", "不认识的作废理由"},
	} {
		b := voided(t, tt.reason)
		tt.spoil(b)
		if c := Verify(b).Find(tt.check); c.Status != Fails || !strings.Contains(c.Why, tt.why) {
			t.Errorf("%s: %s %s, %s; want it to fail with %q", tt.name, tt.check, c.Status, c.Why, tt.why)
		}
	}
	{
		b := s.copy(t)
		b.Numbers = strings.Replace(b.Numbers, "0002 2 open", "0002 2 void", 1)
		if c := Verify(b).Find("V12"); c.Status != Fails || !strings.Contains(c.Why, "记为作废") {
			t.Errorf("a list that calls the draw void: %+v", *c)
		}
	}
	if !slices.ContainsFunc(voidReasons, func(r VoidReason) bool { return r.Title() == "揭示的单位不足" }) {
		t.Error("a reason has no name")
	}
}
