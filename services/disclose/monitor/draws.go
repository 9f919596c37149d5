package monitor

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"shenzhong/services/disclose/publiclog"
	"shenzhong/services/draw/fdraw"
	"shenzhong/services/kit/workday"
)

// grace is how long after an instant of a ceremony its entry may need to be
// seen from outside.
const grace = time.Hour

func beijing(t time.Time) string { return t.In(workday.Zone).Format("2006-01-02 15:04") }

// course is an attempt at a draw as the log tells it.
type course struct {
	fdraw.Head
	number fdraw.Number
	index  map[fdraw.Stage]int64
	leaf   map[fdraw.Stage]*fdraw.Leaf
}

func (c *course) has(stage fdraw.Stage) bool { _, ok := c.index[stage]; return ok }

// courses are all attempts at draws, by number and attempt.
func (l *look) courses() []*course {
	if l.draws != nil {
		return l.draws
	}
	by := map[fdraw.Head]*course{}
	for i, text := range l.book.Leaves {
		leaf, err := fdraw.ParseLeaf(text)
		if err != nil {
			continue // of something else; M2 has judged it
		}
		c := by[leaf.Head]
		if c == nil {
			number, err := fdraw.ParseNumber(leaf.Draw)
			if err != nil {
				continue
			}
			c = &course{Head: leaf.Head, number: number, index: map[fdraw.Stage]int64{}, leaf: map[fdraw.Stage]*fdraw.Leaf{}}
			by[leaf.Head] = c
			l.draws = append(l.draws, c)
		}
		c.index[leaf.Stage], c.leaf[leaf.Stage] = int64(i), leaf
	}
	slices.SortFunc(l.draws, func(a, b *course) int {
		return cmp.Or(cmp.Compare(a.Draw, b.Draw), cmp.Compare(a.Attempt, b.Attempt))
	})
	return l.draws
}

// dense is M7: no number is missing, so no draw was made and kept quiet.
func (l *look) dense(context.Context) (finding, error) {
	var before *course
	for _, c := range l.courses() {
		want := fdraw.Number{District: c.number.District, Year: c.number.Year, Serial: 1}
		attempt := 1
		if before != nil && before.number.Year == c.number.Year && before.number.District == c.number.District {
			want = before.number
			if c.number != before.number {
				want.Serial++
			} else {
				attempt = before.Attempt + 1
			}
		}
		switch {
		case c.number != want:
			return fails("抽取编号不连续：%s 之前缺第 %04d 号。", c.Draw, want.Serial), nil
		case c.Attempt != attempt:
			return fails("抽取 %s 缺第 %d 次。", c.Draw, attempt), nil
		case attempt > 1 && !before.has(fdraw.StageVoid):
			return fails("抽取 %s 第 %d 次没有作废，却又重抽。", c.Draw, before.Attempt), nil
		case !c.has(fdraw.StageAnnounce):
			return fails("抽取 %s 没有公告。", c.Head), nil
		}
		before = c
	}
	if before == nil {
		return unknown("日志中还没有抽取。"), nil
	}
	return holds("%d 次抽取的编号连续，作废的也都在内。", len(l.draws)), nil
}

// drawsInTime is M6: every step in its time, nothing voided once the outcome
// could be known.
func (l *look) drawsInTime(ctx context.Context) (finding, error) {
	if len(l.courses()) == 0 {
		return unknown("日志中还没有抽取。"), nil
	}
	for _, c := range l.courses() {
		if !c.has(fdraw.StageAnnounce) {
			return fails("抽取 %s 没有公告。", c.Head), nil
		}
		raw, err := l.Site.Read(ctx, "api/v1/draws/"+c.Draw+"/files/announce?attempt="+strconv.Itoa(c.Attempt))
		if err != nil {
			return fails("抽取 %s 的公告读不到：%s", c.Head, err), nil
		}
		a, err := fdraw.ParseAnnounce(string(raw))
		if err != nil || a.Head != c.Head || !c.leaf[fdraw.StageAnnounce].IsOf(string(raw)) {
			return fails("抽取 %s 的公告与日志所记的不符。", c.Head), nil
		}
		if why := l.late(c, a); why != "" {
			return fails("抽取 %s：%s。", c.Head, why), nil
		}
	}
	return holds("%d 次抽取的各步骤都在公告的时间之内，没有在公开随机数产生之后作废的。", len(l.draws)), nil
}

// late is which step of a draw did not come in its time, or "".
func (l *look) late(c *course, a *fdraw.Announce) string {
	over := func(t time.Time) bool { return l.now.After(t.Add(grace)) }
	if c.has(fdraw.StageVoid) {
		if c.has(fdraw.StageReveals) && l.seenBefore(c.index[fdraw.StageReveals], a.Beacon.At) {
			return "揭示已在公开随机数产生之前经见证，却在其后作废"
		}
		return ""
	}
	switch {
	case !c.has(fdraw.StageFreeze) && over(a.RevealBy):
		return "名录逾期没有锁定，也没有作废"
	case !c.has(fdraw.StageReveals) && over(a.Beacon.At):
		return "揭示逾期没有截止，也没有作废"
	case c.has(fdraw.StageBeacon) && !c.has(fdraw.StageSealed) && over(a.Beacon.At.Add(24*time.Hour)):
		return "公开随机数已确认，结果却没有封存"
	case c.has(fdraw.StageSealed) && !c.has(fdraw.StageOpen) && over(a.OpenBy):
		return fmt.Sprintf("应于 %s 启封，至今没有启封", beijing(a.OpenBy))
	}
	if after, _ := l.memory.between(c.index[fdraw.StageReveals]); c.has(fdraw.StageReveals) && after.After(a.Beacon.At) {
		return "揭示在公开随机数产生之后才记入日志"
	}
	return ""
}

// seenBefore reports whether a quorum saw an entry before an instant.
func (l *look) seenBefore(index int64, limit time.Time) bool {
	return slices.ContainsFunc(l.seen, func(c *fdraw.Checkpoint) bool {
		at, ok := l.policy.QuorumAt(c)
		return ok && c.Size > index && at.Before(limit)
	})
}

// opened reads the packages of all opened draws.
func (l *look) opened(ctx context.Context) ([]*fdraw.Bundle, error) {
	var out []*fdraw.Bundle
	for _, c := range l.courses() {
		if !c.has(fdraw.StageOpen) {
			continue
		}
		raw, err := l.Site.Read(ctx, "api/v1/draws/"+c.Draw+"/bundle")
		if err != nil {
			return nil, err
		}
		b, err := fdraw.ParseBundle(raw)
		if err != nil {
			return nil, err
		}
		if !c.leaf[fdraw.StageOpen].IsOf(b.Result) {
			return nil, fmt.Errorf("抽取 %s 的验证包不是日志所记的那一份", c.Head)
		}
		out = append(out, b)
	}
	return out, nil
}

// withdrawnInTime is M5: what became wrong was taken back within the time that
// the law gives (行政处罚法 art. 48). The entries of the daily state date the ones
// between them; so do what this monitor and the witnesses saw.
func (l *look) withdrawnInTime(context.Context) (finding, error) {
	timely, open := 0, 0
	for i, leaf := range l.book.Leaves {
		if publiclog.Kind(leaf) != "withdraw" {
			continue
		}
		basis, err := workday.ParseDate(field(leaf, "basis-date"))
		if err != nil {
			return fails("第 %d 条的日期不成立。", i), nil
		}
		due, err := l.WithdrawBy(basis)
		if err != nil {
			return finding{}, err
		}
		after, by := l.dated(int64(i))
		switch {
		case !after.Before(due):
			return fails("第 %d 条的撤回迟于 %s（依据形成于 %s）。", i, beijing(due), basis), nil
		case !by.IsZero() && !by.After(due):
			timely++
		default:
			open++
		}
	}
	switch {
	case timely+open == 0:
		return unknown("日志中没有撤回。"), nil
	case open > 0:
		return unknown("%d 条撤回中有 %d 条的时间不能从外面确定，其余都在期限之内。", timely+open, open), nil
	}
	return holds("%d 条撤回都在依据形成后的法定期限之内。", timely), nil
}

// dated is when an entry was appended, by what was seen and by the daily states.
func (l *look) dated(index int64) (after, by time.Time) {
	after, by = l.memory.between(index)
	if by.IsZero() || l.now.Before(by) {
		by = l.now
	}
	for i, leaf := range l.book.Leaves {
		if publiclog.Kind(leaf) != "state" {
			continue
		}
		day, err := workday.ParseDate(publiclog.StateDate(leaf))
		switch {
		case err != nil:
		case int64(i) < index && day.Start().After(after):
			after = day.Start()
		case int64(i) > index && day.End().Before(by):
			by = day.End()
		}
	}
	return after, by
}
