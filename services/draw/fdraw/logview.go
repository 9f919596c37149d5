package fdraw

import (
	"fmt"
	"strings"
	"time"
)

// logView is the log extract of a bundle, read.
type logView struct {
	given   bool
	policy  *WitnessPolicy
	own     bool // the policy is the bundle's own word
	points  []*Checkpoint
	draws   []drawEntry
	records map[string][]LogLeaf // by record id
	bad     string               // why the extract cannot be trusted, if it cannot
}

type drawEntry struct {
	leaf  *Leaf
	entry LogLeaf
}

func (e drawEntry) isOfAny(files []string) bool {
	for _, f := range files {
		if e.leaf.IsOf(f) {
			return true
		}
	}
	return false
}

// readLog reads the extract: every checkpoint must carry the log's signature,
// every cosignature of a known witness must be valid, every proof must lead
// to a checkpoint.
func (v *verifier) readLog(trusted *WitnessPolicy) {
	v.log.records = map[string][]LogLeaf{}
	x := v.b.Log
	if x == nil {
		return
	}
	v.log.given = true
	v.log.policy = trusted
	if trusted == nil && x.WitnessPolicy != "" {
		v.log.own = true
		var err error
		if v.log.policy, err = ParseWitnessPolicy(x.WitnessPolicy); err != nil {
			v.log.bad = err.Error()
			return
		}
	}
	for _, text := range x.Checkpoints {
		c, err := ParseCheckpoint(text)
		if err == nil {
			err = v.log.authentic(c)
		}
		if err != nil {
			v.log.bad = err.Error()
			return
		}
		v.log.points = append(v.log.points, c)
	}
	for i, leaf := range x.Leaves {
		if err := v.log.admit(leaf); err != nil {
			v.log.bad = fmt.Sprintf("日志第 %d 个条目：%s", i+1, err)
			return
		}
	}
}

// authentic checks the signatures under c, as far as the policy knows keys.
func (l *logView) authentic(c *Checkpoint) error {
	for _, other := range l.points {
		if other.Origin != c.Origin || other.Size == c.Size && other.Root != c.Root {
			return fmt.Errorf("两个检查点互相矛盾（大小 %d、%d）", other.Size, c.Size)
		}
	}
	if l.policy == nil {
		return nil
	}
	signed := false
	for _, k := range l.policy.Logs {
		present, valid := c.signedBy(k)
		if present && !valid {
			return fmt.Errorf("检查点（大小 %d）的日志签名不成立", c.Size)
		}
		signed = signed || valid && k.Name == c.Origin
	}
	if !signed {
		return fmt.Errorf("检查点（大小 %d）没有日志 %s 的签名", c.Size, show(c.Origin))
	}
	for _, k := range l.policy.Witnesses {
		if _, err := c.SeenBy(k); err != nil {
			return fmt.Errorf("检查点（大小 %d）：%w", c.Size, err)
		}
	}
	return nil
}

// admit takes a leaf whose proofs all hold.
func (l *logView) admit(leaf LogLeaf) error {
	for _, p := range leaf.Proofs {
		if p.Index != leaf.Proofs[0].Index {
			return fmt.Errorf("各份证明的序号不一致")
		}
		c := l.pointOf(p.Size)
		if c == nil {
			return fmt.Errorf("证明所指大小 %d 的检查点不在验证包中", p.Size)
		}
		if !p.Holds(c.Root, leaf.Text) {
			return fmt.Errorf("包含证明不成立（大小 %d）", p.Size)
		}
	}
	if strings.HasPrefix(leaf.Text, "fdlog/v1 record\n") {
		r, err := ParseRecordLeaf(leaf.Text)
		if err != nil {
			return err
		}
		l.records[r.Record] = append(l.records[r.Record], leaf)
		return nil
	}
	d, err := ParseLeaf(leaf.Text)
	if err != nil {
		return err
	}
	l.draws = append(l.draws, drawEntry{leaf: d, entry: leaf})
	return nil
}

func (l *logView) pointOf(size int64) *Checkpoint {
	for _, c := range l.points {
		if c.Size == size {
			return c
		}
	}
	return nil
}

// last is the largest checkpoint, or nil.
func (l *logView) last() *Checkpoint {
	var last *Checkpoint
	for _, c := range l.points {
		if last == nil || c.Size > last.Size {
			last = c
		}
	}
	return last
}

// count is the number of leaves of a stage that belong to the draw.
func (l *logView) count(stage Stage, head func() (Head, bool)) int {
	of, _ := head()
	n := 0
	for _, d := range l.draws {
		if d.leaf.Stage == stage && d.leaf.Head == of {
			n++
		}
	}
	return n
}

// usable says why the log extract cannot be used, or nothing.
func (l *logView) usable() (finding, bool) {
	switch {
	case !l.given:
		return unknown("验证包中没有公开日志的摘录。"), false
	case l.bad != "":
		return fails("日志摘录有误：%s。", l.bad), false
	case l.policy == nil:
		return unknown("没有日志和见证人的公钥，检查点的签名无从核对。"), false
	case l.last() == nil:
		return unknown("日志摘录中没有检查点，条目的序号只是自称。"), false
	}
	return finding{}, true
}

// keys is what a person must compare when the keys come from the bundle.
func (l *logView) keys() string {
	if !l.own {
		return ""
	}
	return "公钥出自验证包本身，请与各单位公布的比对：" + l.policy.fingerprints()
}

// only is the one entry of a stage; two would leave the order open.
func (l *logView) only(stage Stage, head Head) (*drawEntry, error) {
	var found *drawEntry
	for i, d := range l.draws {
		if d.leaf.Stage != stage || d.leaf.Head != head {
			continue
		}
		if found != nil {
			return nil, fmt.Errorf("公开日志把 %s 一步记了两次", stage)
		}
		found = &l.draws[i]
	}
	return found, nil
}

func (e *drawEntry) proofAt(size int64) *Proof {
	for i := range e.entry.Proofs {
		if e.entry.Proofs[i].Size == size {
			return &e.entry.Proofs[i]
		}
	}
	return nil
}

// seen is whether a quorum saw a checkpoint that covers the leaf, and whether
// it did so in time.
func (l *logView) seen(leaf LogLeaf, inTime func(time.Time) bool) (atAll, timely bool) {
	for _, p := range leaf.Proofs {
		c := l.pointOf(p.Size)
		by := func(in func(time.Time) bool) bool {
			return l.policy.quorate(func(k *Key) bool {
				at, err := c.SeenBy(k)
				return err == nil && !at.IsZero() && in(at)
			})
		}
		atAll = atAll || by(func(time.Time) bool { return true })
		timely = timely || by(inTime)
	}
	return atAll, timely
}
