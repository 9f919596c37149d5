package fdraw

import (
	"fmt"
	"strconv"
	"strings"
)

// Changes explains how a pool differs from that of the previous draw of its
// kind. It is published with the freeze (section 5, S2), so that nobody drops
// out of sight between two draws.
type Changes struct {
	Head
	Previous Head // zero when there was no draw of the kind before
	Changes  []Change
}

// Change is one facility that came, went, or has another probability.
type Change struct {
	Facility string
	Kind     ChangeKind
	Old, New int // ppm, for Chance only
	Why      Why
}

// ChangeKind is what happened to a facility between two pools.
type ChangeKind string

// The kinds.
const (
	Added    ChangeKind = "add"
	Dropped  ChangeKind = "drop"
	Rechance ChangeKind = "chance"
)

// Why is the reason of a change, as a code.
type Why string

// The reasons.
const (
	WhyRegistered Why = "registered" // 新登记
	WhyClosed     Why = "closed"     // 注销、停业
	WhyMerged     Why = "merged"     // 合并
	WhyRenamed    Why = "renamed"    // 更名换号
	WhyGrade      Why = "grade"      // 信用等级变化
	WhyRisk       Why = "risk"       // 风险分类变化
	WhyFlag       Why = "flag"       // 标记变化
	WhyFrequency  Why = "frequency"  // 频次上限
	WhyCensus     Why = "census"     // 全数抽查的进度
	WhyScope      Why = "scope"      // 抽查范围
	WhyPolicy     Why = "policy"     // 政策调整
	WhyError      Why = "error"      // 更正
)

// DiffPools lists every difference, sorted by facility. The reasons are left
// for the register to fill in.
func DiffPools(previous, next *Pool) []Change {
	var out []Change
	i, j := 0, 0
	for i < len(previous.Units) || j < len(next.Units) {
		switch c := compareAt(previous.Units, next.Units, i, j); {
		case c < 0:
			out = append(out, Change{Facility: previous.Units[i].Facility, Kind: Dropped})
			i++
		case c > 0:
			out = append(out, Change{Facility: next.Units[j].Facility, Kind: Added})
			j++
		default:
			if old, now := previous.Units[i].PPM, next.Units[j].PPM; old != now {
				out = append(out, Change{Facility: next.Units[j].Facility, Kind: Rechance, Old: old, New: now})
			}
			i++
			j++
		}
	}
	return out
}

// compareAt says which of two sorted lists has the next facility.
func compareAt(a, b []Unit, i, j int) int {
	switch {
	case i == len(a):
		return 1
	case j == len(b):
		return -1
	}
	return strings.Compare(a[i].Facility, b[j].Facility)
}

// ParseChanges reads a changes file.
func ParseChanges(text string) (*Changes, error) {
	r := newReader(ChangesFile, text)
	c := &Changes{Head: r.head()}
	if r.rest != "" && strings.HasPrefix(r.rest, "previous -\n") {
		r.literal("previous -")
	} else {
		w := r.fields("previous", 2)
		c.Previous = Head{Draw: r.asID(w[0]), Attempt: r.asNumber(w[1], 1, maxNumber)}
	}
	count := r.number("count", 0, maxNumber)
	before := ""
	for r.err == nil && len(c.Changes) < count {
		x := r.change()
		r.ascend(before, x.Facility, "对象")
		c.Changes, before = append(c.Changes, x), x.Facility
	}
	return c, r.end(c.Text)
}

func (r *reader) change() Change {
	switch {
	case r.more(string(Rechance)):
		w := r.fields(string(Rechance), 4)
		return Change{Facility: r.asID(w[0]), Kind: Rechance, Old: r.asNumber(w[1], 0, Certain), New: r.asNumber(w[2], 0, Certain), Why: r.asWhy(w[3])}
	case r.more(string(Dropped)):
		w := r.fields(string(Dropped), 2)
		return Change{Facility: r.asID(w[0]), Kind: Dropped, Why: r.asWhy(w[1])}
	}
	w := r.fields(string(Added), 2)
	return Change{Facility: r.asID(w[0]), Kind: Added, Why: r.asWhy(w[1])}
}

func (r *reader) asWhy(word string) Why {
	w := Why(word)
	switch w {
	case WhyRegistered, WhyClosed, WhyMerged, WhyRenamed, WhyGrade, WhyRisk, WhyFlag, WhyFrequency, WhyCensus, WhyScope, WhyPolicy, WhyError:
	default:
		r.fail("不认识的变动理由“%s”", show(word))
	}
	return w
}

// Text is the canonical spelling.
func (c *Changes) Text() string {
	var b strings.Builder
	b.WriteString(c.text(ChangesFile))
	if c.Previous == (Head{}) {
		b.WriteString("previous -\n")
	} else {
		b.WriteString("previous " + c.Previous.Draw + " " + strconv.Itoa(c.Previous.Attempt) + "\n")
	}
	b.WriteString("count " + strconv.Itoa(len(c.Changes)) + "\n")
	for _, x := range c.Changes {
		b.WriteString(string(x.Kind) + " " + x.Facility)
		if x.Kind == Rechance {
			b.WriteString(" " + strconv.Itoa(x.Old) + " " + strconv.Itoa(x.New))
		}
		b.WriteString(" " + string(x.Why) + "\n")
	}
	return b.String()
}

// Explain checks that c accounts for exactly the differences of two pools.
func (c *Changes) Explain(previous, next *Pool) error {
	diff := DiffPools(previous, next)
	for i := range max(len(diff), len(c.Changes)) {
		switch {
		case i >= len(diff):
			return fmt.Errorf("说明了并未发生的变动：%s", c.Changes[i].Facility)
		case i >= len(c.Changes):
			return fmt.Errorf("没有说明 %s 的变动", diff[i].Facility)
		}
		said := c.Changes[i]
		said.Why = ""
		if said != diff[i] {
			return fmt.Errorf("对 %s 的变动说明与两份名录不符", min(said.Facility, diff[i].Facility))
		}
	}
	return nil
}
