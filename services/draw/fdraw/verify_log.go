package fdraw

import (
	"strings"
	"time"
)

// step is a stage that every draw passes, with the file that it records.
type step struct {
	stage Stage
	file  FileType
	text  string
}

// steps is all of them, in their order.
func (v *verifier) steps() []step {
	return []step{
		{StageAnnounce, AnnounceFile, v.b.Announce},
		{StageFreeze, FreezeFile, v.b.Freeze},
		{StageReveals, RevealsFile, v.b.Reveals},
		{StageBeacon, BeaconFile, v.b.Beacon},
		{StageSealed, SealedFile, v.b.Sealed},
		{StageOpen, ResultFile, v.b.Result},
	}
}

// logOrder is V8: the log recorded the steps in their order.
func (v *verifier) logOrder() finding {
	if f, ok := v.log.usable(); !ok {
		return f
	}
	head, ok := v.head()
	if !ok {
		return unknown("验证包中没有抽取公告，不知道核对哪一次抽取。")
	}
	if v.given[VoidFile] {
		return v.voidOrder(head)
	}
	if v.log.count(StageVoid, v.head) > 0 {
		return fails("公开日志记载本次抽取 %s 已经作废。", head)
	}
	return v.inOrder(head, v.steps(), "公告、冻结、揭示、随机数、密封、公开六步依次记入日志，内容与文件相符。")
}

// inOrder holds steps against the log.
func (v *verifier) inOrder(head Head, steps []step, good string) finding {
	last := v.log.last()
	before := int64(-1)
	var missing []string
	for _, s := range steps {
		e, err := v.log.only(s.stage, head)
		switch {
		case err != nil:
			return fails("%s。", err)
		case e == nil || e.proofAt(last.Size) == nil:
			missing = append(missing, string(s.stage))
			continue
		case s.text == "":
			missing = append(missing, s.file.Name())
		case !e.leaf.IsOf(s.text):
			return fails("公开日志中 %s 一步记录的不是验证包中的%s。", s.stage, s.file.Name())
		}
		index := e.proofAt(last.Size).Index
		if index <= before {
			return fails("公开日志中 %s 一步排在了前一步之前。", s.stage)
		}
		before = index
	}
	if len(missing) > 0 {
		return unknown("日志摘录缺少 %s 的条目、证明或文件；已有的次序正确。", strings.Join(missing, "、"))
	}
	f := holds("%s", good)
	f.byHand = v.log.keys()
	return f
}

// witnessTimes is V9, on which the security of the ceremony rests: others had
// seen the reveals before the public number existed, and the sealed result
// before the first visit.
func (v *verifier) witnessTimes() finding {
	if f, ok := v.log.usable(); !ok {
		return f
	}
	if v.given[VoidFile] {
		return v.voidSeen()
	}
	if lack := v.lack(AnnounceFile, RevealsFile, SealedFile); lack != "" {
		return unknown("%s，不能核对见证时间。", lack)
	}
	f := v.witnessed(StageReveals, v.b.Reveals, v.announce.Beacon.At, "公共随机数产生")
	if f.status != Holds {
		return f
	}
	if lack := v.lack(LedgerFile); lack != "" {
		return unknown("%s但%s，不知道首次检查的时间。", f.why, lack)
	}
	if v.ledger.Head != v.announce.Head {
		return fails("结果公示台账属于抽取 %s，不是 %s。", v.ledger.Head, v.announce.Head)
	}
	first, event := v.ledger.FirstVisit(), "首次检查"
	if first.IsZero() {
		first, event = v.ledger.AsOf, "台账截止（尚无检查）"
	}
	g := v.witnessed(StageSealed, v.b.Sealed, first, event)
	if g.status == Holds {
		g.why = f.why + g.why
		g.byHand = v.log.keys()
	}
	return g
}

// witnessed checks that a quorum had seen the leaf of a stage before limit.
func (v *verifier) witnessed(stage Stage, file string, limit time.Time, event string) finding {
	e, err := v.log.only(stage, v.announce.Head)
	switch {
	case err != nil:
		return fails("%s。", err)
	case e == nil:
		return unknown("日志摘录中没有 %s 一步的条目。", stage)
	case !e.leaf.IsOf(file):
		return fails("公开日志中 %s 一步记录的不是验证包中的文件。", stage)
	}
	atAll, timely := v.log.seen(e.entry, func(t time.Time) bool { return t.Before(limit) })
	switch {
	case timely:
		return holds("法定数目的见证人在%s（%s）之前已见证 %s 一步。", event, formatTime(limit), stage)
	case atAll:
		return fails("见证人见到 %s 一步时，已不早于%s（%s）。", stage, event, formatTime(limit))
	}
	return unknown("日志摘录中没有法定数目的见证签名覆盖 %s 一步。", stage)
}

// published is V14: the result of every visit was published in time.
func (v *verifier) published() finding {
	if lack := v.lack(ResultFile, LedgerFile); lack != "" {
		return unknown("%s，不能核对结果公示。", lack)
	}
	if v.ledger.Head != v.result.Head {
		return fails("结果公示台账属于抽取 %s，不是 %s。", v.ledger.Head, v.result.Head)
	}
	rows := map[string]*Kept{}
	for i := range v.ledger.Visits {
		k := &v.ledger.Visits[i]
		if rows[k.Facility] = k; v.result.Find(k.Facility) == nil {
			return fails("台账中的 %s 并未抽中。", k.Facility)
		}
	}
	open := 0
	for i := range v.result.Visits {
		k := rows[v.result.Visits[i].Facility]
		switch {
		case k == nil:
			return fails("抽中的 %s 在台账中没有下落。", v.result.Visits[i].Facility)
		case k.Published.IsZero() && !k.Due.IsZero() && k.Due.Before(v.ledger.AsOf):
			return fails("%s 的检查结果应于 %s 前公示，台账截止时仍未公示。", k.Facility, formatTime(k.Due))
		case k.Published.IsZero():
			open++
		case k.Published.After(k.Due):
			return fails("%s 的检查结果迟于期限 %s 公示。", k.Facility, formatTime(k.Due))
		}
	}
	if open > 0 {
		return unknown("有 %d 个对象尚未检查或尚未到公示期限；其余都按期公示。", open)
	}
	return v.recorded()
}

// recorded checks that the log had every published record in time.
func (v *verifier) recorded() finding {
	if f, ok := v.log.usable(); !ok {
		f.why = "台账称都已按期公示，但无从印证：" + f.why
		return f
	}
	for i := range v.ledger.Visits {
		k := &v.ledger.Visits[i]
		timely := false
		for _, leaf := range v.log.records[k.Record] {
			_, ok := v.log.seen(leaf, func(t time.Time) bool { return !t.After(k.Due) })
			timely = timely || ok
		}
		if !timely {
			return unknown("台账称 %s 的结果已按期公示，但日志摘录中没有期限前经见证的记录 %s。", k.Facility, k.Record)
		}
	}
	f := holds("%d 个对象的检查结果都在期限内公示，记录在期限前已由见证人见到。", len(v.ledger.Visits))
	f.byHand = "期限出自规则 " + v.ledger.Rule + "，可另行复算"
	if keys := v.log.keys(); keys != "" {
		f.byHand += "；" + keys
	}
	return f
}
