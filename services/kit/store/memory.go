package store

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"shenzhong/services/kit/fault"
)

// Memory is a Log that forgets everything with its process: for tests alone.
type Memory struct {
	mu      sync.RWMutex
	order   []*Commit            // in the order of insertion; guarded by mu, as all below
	ids     map[string]*Commit   // by id
	chains  map[string][]*Commit // by subject, in version order
	causes  map[[2]string]bool   // subject and cause
	opens   map[string]string    // Opens to subject
	stream  Stream
	growing chan struct{}
}

// NewMemory returns an empty log.
func NewMemory() *Memory {
	return &Memory{
		ids: map[string]*Commit{}, chains: map[string][]*Commit{},
		causes: map[[2]string]bool{}, opens: map[string]string{},
		growing: make(chan struct{}, 1),
	}
}

// Append adds the commits, all or none.
func (m *Memory) Append(ctx context.Context, commits ...Commit) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	for i, c := range commits {
		if err := m.add(c); err != nil {
			for _, added := range slices.Backward(commits[:i]) {
				m.remove(added)
			}
			return err
		}
	}
	select {
	case m.growing <- struct{}{}:
	default:
	}
	return nil
}

// add adds one; m.mu is held.
func (m *Memory) add(c Commit) error {
	_, opened := m.opens[c.Opens]
	switch {
	case m.causes[[2]string{c.Subject, c.Cause}] || opened && c.Opens != c.ID():
		return ErrSeen
	case m.ids[c.ID()] != nil || opened:
		return fault.New(fault.Conflict, "该记录刚刚被他人修改，请刷新后重试")
	}
	kept := new(c.clone())
	m.order = append(m.order, kept)
	m.ids[c.ID()] = kept
	chain := m.chains[c.Subject]
	at, _ := slices.BinarySearchFunc(chain, kept, byVersion)
	m.chains[c.Subject] = slices.Insert(chain, at, kept)
	m.causes[[2]string{c.Subject, c.Cause}] = true
	m.opens[c.Opens] = c.Subject
	return nil
}

// remove takes the newest commit back; m.mu is held.
func (m *Memory) remove(c Commit) {
	m.order = m.order[:len(m.order)-1]
	delete(m.ids, c.ID())
	chain := m.chains[c.Subject]
	at, _ := slices.BinarySearchFunc(chain, &c, byVersion)
	m.chains[c.Subject] = slices.Delete(chain, at, at+1)
	delete(m.causes, [2]string{c.Subject, c.Cause})
	delete(m.opens, c.Opens)
}

func byVersion(a, b *Commit) int { return cmp.Compare(a.Version, b.Version) }

// clone is a commit that shares nothing with c.
func (c Commit) clone() Commit {
	c.State, c.Data = slices.Clone(c.State), slices.Clone(c.Data)
	c.Starts, c.Settles = slices.Clone(c.Starts), slices.Clone(c.Settles)
	return c
}

// Last returns the newest commit of subject and whether cause was seen.
func (m *Memory) Last(ctx context.Context, subject, cause string) (Commit, bool, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	chain := m.chains[subject]
	if len(chain) == 0 || ctx.Err() != nil {
		return Commit{}, false, ctx.Err()
	}
	return chain[len(chain)-1].clone(), m.causes[[2]string{subject, cause}], nil
}

// Opened returns the subject that was opened under opens.
func (m *Memory) Opened(ctx context.Context, opens string) (string, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return m.opens[opens], ctx.Err()
}

// Highest returns the greatest subject that begins with prefix.
func (m *Memory) Highest(ctx context.Context, prefix string) (string, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	highest := ""
	for subject := range m.chains {
		if strings.HasPrefix(subject, prefix) {
			highest = max(highest, subject)
		}
	}
	return highest, ctx.Err()
}

// Scan returns up to n commits behind (subject, version).
func (m *Memory) Scan(ctx context.Context, subject string, version int64, n int) ([]Commit, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	var out []Commit
	for s, chain := range m.chains {
		if s < subject {
			continue
		}
		for _, c := range chain {
			if s > subject || c.Version > version {
				out = append(out, c.clone())
			}
		}
	}
	slices.SortFunc(out, func(a, b Commit) int {
		return cmp.Or(strings.Compare(a.Subject, b.Subject), cmp.Compare(a.Version, b.Version))
	})
	return out[:min(n, len(out))], ctx.Err()
}

// Unrelayed returns up to n commits that have not traveled yet, without State.
func (m *Memory) Unrelayed(ctx context.Context, n int) ([]Commit, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	var out []Commit
	for _, c := range m.order {
		if c.Relayed == 0 && len(out) < n {
			c := c.clone()
			c.State = nil
			out = append(out, c)
		}
	}
	return out, ctx.Err()
}

// MarkRelayed notes under which sequence each commit traveled, all or none.
func (m *Memory) MarkRelayed(ctx context.Context, epoch string, seqs map[string]uint64) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	for id, seq := range seqs {
		if m.ids[id] == nil || seq == 0 {
			return fmt.Errorf("mark %s relayed under %d: no such commit, or no sequence", id, seq)
		}
	}
	if epoch != m.stream.Epoch {
		m.stream = Stream{Epoch: epoch}
	}
	for id, seq := range seqs {
		m.ids[id].Relayed = seq
		m.stream.Last = max(m.stream.Last, seq)
	}
	return nil
}

// Stream returns what was noted of the stream.
func (m *Memory) Stream(ctx context.Context) (Stream, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return m.stream, ctx.Err()
}

// Unrelay makes every commit behind after unrelayed again.
func (m *Memory) Unrelay(ctx context.Context, epoch string, after uint64) (int, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	n := 0
	for _, c := range m.order {
		if c.Relayed > after {
			c.Relayed = 0
			n++
		}
	}
	m.stream = Stream{Epoch: epoch, Last: after}
	return n, nil
}

// Grown receives a value some time after a commit was appended.
func (m *Memory) Grown() <-chan struct{} { return m.growing }
