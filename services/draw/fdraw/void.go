package fdraw

import (
	"fmt"
	"slices"
	"strings"
)

// Void says why an attempt was given up before its public number was drawn
// (section 5). It is the document of the leaf draw/void; with it everybody can
// tell whether the attempt had to be given up.
type Void struct {
	Head
	Reason VoidReason
	// Parties is, for VoidCommits, who of the announced parties handed in nothing;
	// for VoidReveals and VoidUnclosed, what became of every commitment. Sorted.
	Parties []Reveal
}

// VoidReason is why an attempt was given up, as a code.
type VoidReason string

// The reasons.
const (
	VoidCommits  VoidReason = "commits"  // 提交承诺的单位不足
	VoidReveals  VoidReason = "reveals"  // 揭示的单位不足
	VoidUnfrozen VoidReason = "unfrozen" // 名录没有在揭示截止之前锁定
	VoidUnclosed VoidReason = "unclosed" // 揭示没有在公共随机数产生之前截止
	VoidUnseen   VoidReason = "unseen"   // 见证人没有在公共随机数产生之前见到揭示
)

// Title is the reason for people.
func (r VoidReason) Title() string {
	switch r {
	case VoidCommits:
		return "提交承诺值的单位不足"
	case VoidReveals:
		return "揭示的单位不足"
	case VoidUnfrozen:
		return "名录没有在揭示截止之前锁定"
	case VoidUnclosed:
		return "揭示没有在公开随机数产生之前截止"
	case VoidUnseen:
		return "见证方没有在公开随机数产生之前见证揭示"
	}
	return string(r)
}

// ParseVoid reads a void file.
func ParseVoid(text string) (*Void, error) {
	r := newReader(VoidFile, text)
	v := &Void{Head: r.head(), Reason: VoidReason(r.word("reason"))}
	switch v.Reason {
	case VoidCommits, VoidReveals, VoidUnfrozen, VoidUnclosed, VoidUnseen:
	default:
		r.fail("不认识的作废理由“%s”", show(string(v.Reason)))
	}
	v.Parties = r.fates()
	return v, r.end(v.Text)
}

// fates reads what became of commitments, sorted by party.
func (r *reader) fates() []Reveal {
	var out []Reveal
	before := ""
	for r.err == nil && r.rest != "" {
		var p Reveal
		if r.more("absent") {
			p = Reveal{Party: r.asID(r.word("absent")), Absent: true}
		} else {
			w := r.fields("reveal", 2)
			p = Reveal{Party: r.asID(w[0]), Nonce: r.asDigest(w[1])}
		}
		r.ascend(before, p.Party, "参与方")
		out, before = append(out, p), p.Party
	}
	return out
}

func fatesText(parties []Reveal) string {
	var b strings.Builder
	for _, p := range parties {
		if p.Absent {
			b.WriteString("absent " + p.Party + "\n")
		} else {
			b.WriteString("reveal " + p.Party + " " + p.Nonce.String() + "\n")
		}
	}
	return b.String()
}

// Text is the canonical spelling.
func (v *Void) Text() string {
	return v.text(VoidFile) + "reason " + string(v.Reason) + "\n" + fatesText(v.Parties)
}

// Revealed counts the parties that kept their promise.
func (v *Void) Revealed() int {
	return len(slices.DeleteFunc(slices.Clone(v.Parties), func(p Reveal) bool { return p.Absent }))
}

// givenUp is V5 of an attempt that was given up: it took no public number, and
// the files show that it had to be given up as far as files can.
func (v *verifier) givenUp() finding {
	if lack := v.lack(AnnounceFile, VoidFile); lack != "" {
		return unknown("%s，不能核对作废的理由。", lack)
	}
	a, reason := v.announce, v.void.Reason
	switch {
	case v.void.Head != a.Head:
		return fails("作废说明属于抽取 %s，不是 %s。", v.void.Head, a.Head)
	case v.given[BeaconFile] || v.given[ResultFile]:
		return fails("本次尝试称已作废，却有公共随机数或者结果。")
	}
	switch reason {
	case VoidCommits:
		return v.tooFewCommits()
	case VoidReveals:
		return v.tooFewReveals()
	case VoidUnfrozen:
		if v.given[FreezeFile] {
			return fails("作废说明称名录没有锁定，验证包中却有冻结文件。")
		}
	case VoidUnclosed, VoidUnseen:
	}
	return unknown("本次尝试已作废，没有取公共随机数；理由是%s，须由公开日志印证。", reason.Title())
}

func (v *verifier) tooFewCommits() finding {
	a := v.announce
	for _, p := range v.void.Parties {
		if !p.Absent || !a.IsParty(p.Party) {
			return fails("作废说明把 %s 列为没有提交承诺值的参与方，与公告不符。", p.Party)
		}
	}
	switch n := len(a.Parties) - len(v.void.Parties); {
	case v.given[FreezeFile]:
		return fails("作废说明称承诺不足，验证包中却有冻结文件。")
	case n >= a.Quorum:
		return fails("提交承诺值的有 %d 方，达到法定的 %d 方，不应作废。", n, a.Quorum)
	default:
		return holds("本次尝试在公共随机数产生之前作废：提交承诺值的只有 %d 方，少于法定的 %d 方。", n, a.Quorum)
	}
}

func (v *verifier) tooFewReveals() finding {
	if lack := v.lack(FreezeFile); lack != "" {
		return unknown("%s，不能核对作废的理由。", lack)
	}
	a, commits := v.announce, v.freeze.Commits
	same := func(p Reveal, c Commitment) bool { return p.Party == c.Party }
	if !slices.EqualFunc(v.void.Parties, commits, same) {
		return fails("作废说明所列的参与方与冻结文件中提交承诺的不一致。")
	}
	for _, p := range v.void.Parties {
		if !p.Absent && !v.freeze.Opens(a.Hash, p.Party, p.Nonce) {
			return fails("%s 揭示的随机数与它冻结前的承诺不符。", p.Party)
		}
	}
	if n := v.void.Revealed(); n >= a.Quorum {
		return fails("揭示的有 %d 方，达到法定的 %d 方，不应作废。", n, a.Quorum)
	}
	return holds("本次尝试在公共随机数产生之前作废：揭示的只有 %d 方，少于法定的 %d 方。", v.void.Revealed(), a.Quorum)
}

// voidSteps is what the log must hold of an attempt that was given up.
func (v *verifier) voidSteps() []step {
	steps := []step{{StageAnnounce, AnnounceFile, v.b.Announce}}
	if v.b.Freeze != "" {
		steps = append(steps, step{StageFreeze, FreezeFile, v.b.Freeze})
	}
	if v.b.Reveals != "" {
		steps = append(steps, step{StageReveals, RevealsFile, v.b.Reveals})
	}
	return append(steps, step{StageVoid, VoidFile, v.b.Void})
}

// voidOrder is V8 of an attempt that was given up: nothing came after that.
func (v *verifier) voidOrder(head Head) finding {
	for _, stage := range []Stage{StageBeacon, StageSealed, StageOpen} {
		e, err := v.log.only(stage, head)
		if err != nil || e != nil {
			return fails("本次抽取 %s 称已作废，公开日志却记有 %s 一步。", head, stage)
		}
	}
	return v.inOrder(head, v.voidSteps(), "本次尝试至作废的各步依次记入日志，内容与文件相符，其后没有随机数、密封和公开。")
}

// voidSeen is V9 of an attempt that was given up: a quorum saw that before the
// public number existed. One seen later proves nothing against it: the witnesses
// may have been late, or their being late is the reason.
func (v *verifier) voidSeen() finding {
	if lack := v.lack(AnnounceFile, VoidFile); lack != "" {
		return unknown("%s，不能核对见证时间。", lack)
	}
	f := v.witnessed(StageVoid, v.b.Void, v.announce.Beacon.At, "公共随机数产生")
	switch f.status {
	case Fails:
		return unknown("%s作废的理由是%s，请核对。", f.why, v.void.Reason.Title())
	case Holds:
		f.byHand = v.log.keys()
	}
	return f
}

// ended is whether the list of numbers says of this attempt what the package
// says: that it was given up, or that it was not.
func (v *verifier) ended(head Head) error {
	i := slices.IndexFunc(v.numbers.Draws, func(a Attempt) bool { return a.Head == head })
	switch {
	case i < 0:
		return fmt.Errorf("清单中没有本次抽取 %s", head)
	case v.numbers.Draws[i].Ended == Voided && !v.given[VoidFile]:
		return fmt.Errorf("清单把本次抽取 %s 记为作废", head)
	case v.numbers.Draws[i].Ended != Voided && v.given[VoidFile]:
		return fmt.Errorf("本次抽取 %s 称已作废，清单却没有这样记", head)
	}
	return nil
}
