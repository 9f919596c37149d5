package fdraw

import (
	"fmt"
	"strings"
)

// ceremonyFiles are the files that every opened draw has.
var ceremonyFiles = []FileType{
	AnnounceFile, PolicyFile, PoolFile, OfficersFile, FreezeFile,
	RevealsFile, BeaconFile, ResultFile, SealedFile,
}

// formats is V1: every file has its one spelling.
func (v *verifier) formats() finding {
	if len(v.bad) > 0 {
		why := v.bad[0].Error()
		if n := len(v.bad); n > 1 {
			why += fmt.Sprintf("；另有 %d 个文件不合格式", n-1)
		}
		return fails("%s。", why)
	}
	if lack := v.lack(ceremonyFiles...); lack != "" {
		return unknown("%s；其余文件的格式、数目、次序和唯一性都符合规定。", lack)
	}
	return holds("九个文件的格式、数目、次序和唯一性都符合规定，重新写出后字节相同。")
}

// parties is V2: only announced parties promised, each of them revealed or was
// recorded absent, and enough revealed.
func (v *verifier) parties() finding {
	if lack := v.lack(AnnounceFile, FreezeFile, RevealsFile); lack != "" {
		return unknown("%s，不能核对参与方。", lack)
	}
	for _, c := range v.freeze.Commits {
		if !v.announce.IsParty(c.Party) {
			return fails("%s 提交了承诺，却不在公告的参与方之列。", c.Party)
		}
	}
	for i := range max(len(v.freeze.Commits), len(v.reveals.Parties)) {
		switch {
		case i >= len(v.reveals.Parties):
			return fails("%s 提交了承诺，揭示文件却没有它的一行。", v.freeze.Commits[i].Party)
		case i >= len(v.freeze.Commits):
			return fails("%s 没有提交承诺，却出现在揭示文件中。", v.reveals.Parties[i].Party)
		case v.freeze.Commits[i].Party != v.reveals.Parties[i].Party:
			return fails("承诺方与揭示文件所列不一致：%s、%s。", v.freeze.Commits[i].Party, v.reveals.Parties[i].Party)
		}
	}
	if n := v.reveals.Revealed(); n < v.announce.Quorum {
		return fails("只有 %d 方揭示，少于法定的 %d 方，本次应作废重来。", n, v.announce.Quorum)
	}
	return holds("公告 %d 方，承诺 %d 方，揭示 %d 方，达到法定的 %d 方。",
		len(v.announce.Parties), len(v.freeze.Commits), v.reveals.Revealed(), v.announce.Quorum)
}

// chain is V3: every file names the digest of the ones before it.
func (v *verifier) chain() finding {
	if f := v.links(); f.status == Fails {
		return f
	}
	if lack := v.lack(AnnounceFile, PolicyFile, PoolFile, OfficersFile, FreezeFile, RevealsFile, BeaconFile); lack != "" {
		return unknown("%s，摘要链不完整。", lack)
	}
	return holds("公告、政策、名录、承诺、揭示逐级以摘要相连，种子为 %s。", v.seed)
}

// links checks every link of which both ends are there.
func (v *verifier) links() finding {
	if v.announce == nil {
		return finding{}
	}
	for _, h := range v.heads() {
		if h.head != v.announce.Head {
			return fails("%s属于抽取 %s，公告属于抽取 %s。", h.file.Name(), h.head, v.announce.Head)
		}
	}
	h := v.announce.Hash
	for _, l := range []struct {
		ok       bool
		from, to FileType
		says     func() Digest
		label    Label
		text     string
	}{
		{v.policy != nil, AnnounceFile, PolicyFile, func() Digest { return v.announce.Policy }, labelPolicy, v.b.Policy},
		{v.freeze != nil, FreezeFile, AnnounceFile, func() Digest { return v.freeze.Announce }, labelAnnounce, v.b.Announce},
		{v.freeze != nil && v.pool != nil, FreezeFile, PoolFile, func() Digest { return v.freeze.Pool }, labelPool, v.b.Pool},
		{v.freeze != nil && v.officers != nil, FreezeFile, OfficersFile, func() Digest { return v.freeze.Officers }, labelOfficers, v.b.Officers},
		{v.reveals != nil && v.freeze != nil, RevealsFile, FreezeFile, func() Digest { return v.reveals.Freeze }, labelFreeze, v.b.Freeze},
		{v.sealed != nil && v.reveals != nil, SealedFile, RevealsFile, func() Digest { return v.sealed.Reveals }, labelReveals, v.b.Reveals},
		{v.sealed != nil && v.beacon != nil, SealedFile, BeaconFile, func() Digest { return v.sealed.Beacon }, labelBeacon, v.b.Beacon},
	} {
		if l.ok && l.says() != h.Sum(l.label, l.text) {
			return fails("%s的摘要与%s所记的不同：文件在绑定之后被改动过。", l.to.Name(), l.from.Name())
		}
	}
	return finding{}
}

type headOf struct {
	file FileType
	head Head
}

// heads is the draw that each readable file says it belongs to.
func (v *verifier) heads() []headOf {
	var out []headOf
	add := func(ok bool, file FileType, head func() Head) {
		if ok {
			out = append(out, headOf{file, head()})
		}
	}
	add(v.pool != nil, PoolFile, func() Head { return v.pool.Head })
	add(v.officers != nil, OfficersFile, func() Head { return v.officers.Head })
	add(v.freeze != nil, FreezeFile, func() Head { return v.freeze.Head })
	add(v.reveals != nil, RevealsFile, func() Head { return v.reveals.Head })
	add(v.result != nil, ResultFile, func() Head { return v.result.Head })
	add(v.sealed != nil, SealedFile, func() Head { return v.sealed.Head })
	return out
}

// nonces is V4: every nonce opens its commitment.
func (v *verifier) nonces() finding {
	if lack := v.lack(AnnounceFile, FreezeFile, RevealsFile); lack != "" {
		return unknown("%s，不能核对承诺。", lack)
	}
	n := 0
	for _, p := range v.reveals.Parties {
		if p.Absent {
			continue
		}
		if !v.freeze.Opens(v.announce.Hash, p.Party, p.Nonce) {
			return fails("%s 揭示的随机数与它冻结前的承诺不符。", p.Party)
		}
		n++
	}
	if n == 0 {
		return unknown("没有一方揭示，无可核对。")
	}
	return holds("揭示的 %d 个随机数都与冻结前的承诺相符。", n)
}

// beaconAsAnnounced is V5: the public number is the one that was announced.
func (v *verifier) beaconAsAnnounced() finding {
	if v.given[VoidFile] {
		return v.givenUp()
	}
	if lack := v.lack(AnnounceFile, BeaconFile); lack != "" {
		return unknown("%s，不能核对公共随机数。", lack)
	}
	b, a := v.beacon, v.announce
	f := holds("公共随机数取自公告约定的%s第 %s 期，写法规范。", b.Source.Name(), b.Issue)
	f.byHand = fmt.Sprintf("请与%s第 %s 期的公开记录核对号码：%s", b.Source.Name(), b.Issue, b.Value)
	switch {
	case b.Source == a.Beacon.Source && b.Issue == a.Beacon.Issue:
		return f
	case b.Source != a.Fallback || b.Issue != a.diceIssue():
		return fails("公告约定%s第 %s 期，实际用了%s第 %s 期。", a.Beacon.Source.Name(), a.Beacon.Issue, b.Source.Name(), b.Issue)
	case v.given[FallbackFile] && v.fallback == nil:
		return unknown("备用随机源说明不能读取（见 V1），不能核对为何没有用公告约定的随机数。")
	case v.fallback == nil:
		return unknown("用了公告约定的备用随机源，但验证包中没有说明原定随机数为何未产生。")
	case v.fallback.Head != a.Head || v.fallback.Source != a.Beacon.Source || v.fallback.Issue != a.Beacon.Issue:
		return fails("备用随机源说明针对的不是公告约定的%s第 %s 期。", a.Beacon.Source.Name(), a.Beacon.Issue)
	}
	f.why = fmt.Sprintf("原定%s第 %s 期届时未开出，按公告改用%s，期号相符，写法规范。", a.Beacon.Source.Name(), a.Beacon.Issue, b.Source.Name())
	f.byHand += fmt.Sprintf("；并核对%s第 %s 期在约定时间后一天内确未开出", a.Beacon.Source.Name(), a.Beacon.Issue)
	return f
}

// redraw is V6: the draw, made again, gives the same result.
func (v *verifier) redraw() finding {
	if lack := v.lack(AnnounceFile, PoolFile, OfficersFile, RevealsFile, BeaconFile, ResultFile); lack != "" {
		return unknown("%s，不能重算。", lack)
	}
	out := v.outcome()
	if got := out.Result.Text(); got != v.b.Result {
		n, want, has := firstDifference(got, v.b.Result)
		return fails("重算的结果与公布的不同，自第 %d 行起：应为“%s”，公布为“%s”。", n, show(want), show(has))
	}
	f := holds("重算 %d 个对象的抽取和 %d 个检查组的派员，与公布的结果逐字节相同。", len(v.pool.Units), len(v.result.Visits))
	if out.Vacant > 0 {
		f.why += fmt.Sprintf("其中 %d 个席位没有可派人员，空缺属实。", out.Vacant)
	}
	return f
}

// outcome is the draw made again, once. The caller has made sure of the files.
func (v *verifier) outcome() *Outcome {
	if v.drawn == nil {
		out := Draw(v.announce.Hash, v.seed, v.pool, v.officers)
		v.drawn = &out
	}
	return v.drawn
}

func firstDifference(a, b string) (line int, inA, inB string) {
	for line = 1; ; line++ {
		var restA, restB string
		inA, restA, _ = strings.Cut(a, "\n")
		inB, restB, _ = strings.Cut(b, "\n")
		if inA != inB || a == "" || b == "" {
			return line, inA, inB
		}
		a, b = restA, restB
	}
}

// sealing is V7: what was published before the first visit is this result.
func (v *verifier) sealing() finding {
	if lack := v.lack(AnnounceFile, SealedFile, RevealsFile, BeaconFile, ResultFile); lack != "" {
		if f := v.issued(); f.status == Fails {
			return f
		}
		return unknown("%s，不能核对密封。", lack)
	}
	h := v.announce.Hash
	want, _, err := Seal(h, v.seed, v.reveals, v.beacon, v.result)
	switch {
	case err != nil:
		return fails("通知树无法计算：%s。", err)
	case want.SeedCommit != v.sealed.SeedCommit:
		return fails("密封文件封存的不是这个种子。")
	case want.Result != v.sealed.Result:
		return fails("密封文件封存的不是这份结果。")
	case want.Notices != v.sealed.Notices || want.Root != v.sealed.Root:
		return fails("密封文件封存的不是这些通知。")
	case want.Text() != v.b.Sealed:
		return fails("密封文件与重算的不同。")
	}
	if f := v.issued(); f.status == Fails {
		return f
	}
	f := holds("种子、结果和 %d 份通知都与检查前封存的一致。", want.Notices)
	if n := len(v.notices); n > 0 {
		f.why += fmt.Sprintf("另核对了所附 %d 份通知的证明。", n)
	}
	return f
}

// issued checks the notices in the bundle against the sealed file.
func (v *verifier) issued() finding {
	if v.sealed == nil {
		return finding{}
	}
	for i, n := range v.notices {
		if n == nil {
			continue
		}
		if err := n.Check(v.sealed, v.b.Notices[i].Proof); err != nil {
			return fails("%s。", err)
		}
	}
	return finding{}
}
