package fdraw

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// WitnessPolicy says which log and which witnesses count, and how many of them
// (C2SP tlog-policy). It is published ahead; a citizen should not take it from
// the party that is to be checked.
type WitnessPolicy struct {
	Logs      []*Key
	Witnesses []*Key
	names     map[string]int // witness or group: index below
	members   []member
	quorum    int
	urls      map[*Key]string // where a witness is asked, of those that have it
}

// nobody is the predefined name by which a policy asks for no witness. What
// nobody saw counts as seen by nobody, so the checks that need witnesses do not
// hold.
const nobody = "none"

// member is a witness, or a group that asks for need of its members.
type member struct {
	witness *Key // nil for a group
	need    int
	of      []int
}

// ParseWitnessPolicy reads lines "log KEY [URL]", "witness NAME KEY [URL]",
// "group NAME any|all|K MEMBER…" and "quorum NAME"; "#" begins a comment line.
func ParseWitnessPolicy(text string) (*WitnessPolicy, error) {
	p := &WitnessPolicy{names: map[string]int{}, quorum: -1, urls: map[*Key]string{}}
	n := 0
	for line := range strings.Lines(text) {
		n++
		w := strings.Fields(line)
		if len(w) == 0 || strings.HasPrefix(w[0], "#") {
			continue
		}
		if err := p.line(w); err != nil {
			return nil, fmt.Errorf("见证政策第 %d 行：%w", n, err)
		}
	}
	if p.quorum < 0 || len(p.Logs) == 0 {
		return nil, fmt.Errorf("见证政策缺少 log 行或 quorum 行")
	}
	return p, nil
}

func (p *WitnessPolicy) line(w []string) error {
	switch {
	case w[0] == "log" && (len(w) == 2 || len(w) == 3):
		k, err := ParseKey(w[1])
		if err != nil {
			return err
		}
		p.Logs = append(p.Logs, k)
		return nil
	case w[0] == "witness" && (len(w) == 3 || len(w) == 4):
		k, err := ParseKey(w[2])
		if err != nil {
			return err
		}
		for _, other := range p.Witnesses {
			if other.pub.Equal(k.pub) {
				return fmt.Errorf("公钥 %s 与 %s 是同一把，一个见证人不能算两个", k.Fingerprint(), other.Fingerprint())
			}
		}
		p.Witnesses = append(p.Witnesses, k)
		if len(w) == 4 {
			p.urls[k] = w[3]
		}
		return p.define(w[1], member{witness: k})
	case w[0] == "group" && len(w) >= 4:
		return p.group(w[1], w[2], w[3:])
	case w[0] == "quorum" && len(w) == 2 && p.quorum < 0 && w[1] == nobody:
		p.quorum = len(p.members)
		p.members = append(p.members, member{need: 1}) // of no members: never reached
		return nil
	case w[0] == "quorum" && len(w) == 2 && p.quorum < 0:
		i, ok := p.names[w[1]]
		if !ok {
			return fmt.Errorf("“%s”未定义", show(w[1]))
		}
		p.quorum = i
		return nil
	}
	return fmt.Errorf("看不懂“%s”", show(strings.Join(w, " ")))
}

func (p *WitnessPolicy) define(name string, m member) error {
	if _, taken := p.names[name]; taken || name == nobody {
		return fmt.Errorf("“%s”重复定义", show(name))
	}
	p.names[name] = len(p.members)
	p.members = append(p.members, m)
	return nil
}

func (p *WitnessPolicy) group(name, need string, members []string) error {
	m := member{}
	counted := map[int]bool{}
	for _, other := range members {
		i, ok := p.names[other]
		if !ok || counted[i] {
			return fmt.Errorf("成员“%s”未定义或重复", show(other))
		}
		counted[i] = true
		m.of = append(m.of, i)
	}
	switch need {
	case "any":
		m.need = 1
	case "all":
		m.need = len(m.of)
	default:
		var err error
		if m.need, err = parseNumber(need, 1, len(m.of)); err != nil {
			return err
		}
	}
	return p.define(name, m)
}

// URL is where a witness of the policy is asked, or empty.
func (p *WitnessPolicy) URL(k *Key) string { return p.urls[k] }

// QuorumAt is when the quorum had seen the checkpoint, by the times in its valid
// cosignatures; ok is false while the quorum has not.
func (p *WitnessPolicy) QuorumAt(c *Checkpoint) (at time.Time, ok bool) {
	seen := map[*Key]time.Time{}
	for _, k := range p.Witnesses {
		if t, err := c.SeenBy(k); err == nil && !t.IsZero() {
			seen[k] = t
		}
	}
	for _, t := range slices.SortedFunc(maps.Values(seen), time.Time.Compare) {
		if p.quorate(func(k *Key) bool { return !seen[k].IsZero() && !seen[k].After(t) }) {
			return t, true
		}
	}
	return time.Time{}, false
}

// quorate reports whether the witnesses that satisfy seen make up the quorum.
func (p *WitnessPolicy) quorate(seen func(*Key) bool) bool { return p.counts(p.quorum, seen) }

func (p *WitnessPolicy) counts(i int, seen func(*Key) bool) bool {
	m := p.members[i]
	if m.witness != nil {
		return seen(m.witness)
	}
	n := 0
	for _, j := range m.of {
		if p.counts(j, seen) {
			n++
		}
	}
	return n >= m.need
}

// fingerprints names every key, for a person to compare.
func (p *WitnessPolicy) fingerprints() string {
	var names []string
	for _, k := range slices.Concat(p.Logs, p.Witnesses) {
		names = append(names, k.Fingerprint())
	}
	return strings.Join(names, "、")
}
