package monitor

import (
	"context"
	"slices"
	"time"

	"shenzhong/services/disclose/publiclog"
	"shenzhong/services/draw/fdraw"
	"shenzhong/services/kit/fault"
)

// After how long without a quorum M8 fails, and when that is grave.
const (
	amberAfter = 24 * time.Hour
	redAfter   = 72 * time.Hour
)

// readWitnesses reads the policy and every cosigned checkpoint that is to be had.
// Each must be of this very log: a witness that cosigned another history would
// show a publisher with two heads.
func (l *look) readWitnesses(ctx context.Context, src Source) error {
	witnesses := l.Policy
	if witnesses == "" {
		raw, err := src.Read(ctx, "policy")
		if err != nil && !missing(err) {
			return err
		}
		witnesses = string(raw)
	}
	var err error
	if l.policy, err = publiclog.NewPolicy(l.keys, witnesses); err != nil {
		return err
	}
	texts := append(slices.Clone(l.memory.Cosigned), l.book.Text)
	raw, err := src.Read(ctx, "witnessed")
	switch {
	case err == nil:
		texts = append(texts, string(raw))
	case !missing(err) && !fault.Is(err, fault.Unavailable):
		return err
	}
	for _, text := range texts {
		c, err := l.ofThisLog(text)
		if err != nil {
			return err
		}
		if c == nil {
			continue
		}
		l.seen = append(l.seen, c)
		if _, ok := l.policy.QuorumAt(c); ok && !slices.Contains(l.cosigned, text) {
			l.cosigned = append(l.cosigned, text)
		}
	}
	return nil
}

// ofThisLog reads a checkpoint that must be signed by the log and agree with its
// entries; nil when it is larger than what was read.
func (l *look) ofThisLog(text string) (*fdraw.Checkpoint, error) {
	c, err := publiclog.OpenCheckpoint(text, l.keys)
	if err != nil {
		return nil, err
	}
	if c.Size > l.book.Point.Size {
		return nil, nil
	}
	root, err := l.book.Tree.Root(c.Size)
	if err != nil {
		return nil, err
	}
	if root != c.Root {
		return nil, fault.New(fault.Invalid, "日志分叉：另有一个大小 %d 的检查点由同一把公钥签发，却与日志的条目不符。请保存双方的检查点并通报各见证方和监督部门", c.Size)
	}
	return c, nil
}

// witnessed is M8: a quorum of other authorities has looked of late.
func (l *look) witnessed(context.Context) (finding, error) {
	if len(l.policy.Witnesses) == 0 {
		return unknown("本日志没有设置见证方。"), nil
	}
	var newest time.Time
	var size int64
	for _, c := range l.seen {
		if at, ok := l.policy.QuorumAt(c); ok && at.After(newest) {
			newest, size = at, c.Size
		}
	}
	age := l.now.Sub(newest)
	switch {
	case newest.IsZero():
		return fails("没有任何检查点经法定数目的见证方联署。"), nil
	case age > redAfter:
		return fails("红色：见证已中断 %d 小时，最近一次为 %s。", int(age.Hours()), beijing(newest)), nil
	case age > amberAfter:
		return fails("黄色：见证已延迟 %d 小时，最近一次为 %s。", int(age.Hours()), beijing(newest)), nil
	}
	if l.Policy == "" && !l.saidPolicy() {
		return fails("网站公布的见证政策没有记入日志：它可以随时更换。"), nil
	}
	return holds("法定数目的见证方于 %s 联署，覆盖前 %d 条。", beijing(newest), size), nil
}

// saidPolicy reports whether the log has an entry of the policy in force.
func (l *look) saidPolicy() bool {
	leaf := l.policy.Leaf()
	for _, other := range l.book.Leaves {
		if other == leaf {
			return true
		}
	}
	return false
}
