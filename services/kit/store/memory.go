package store

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"sync"

	"shenzhong/services/kit/fault"
)

// Memory is a Log that forgets everything with its process: for tests alone.
type Memory struct {
	mu      sync.RWMutex
	chains  map[string][]Commit // by subject; guarded by mu, as all below
	order   []string            // ids in the order of their insertion
	causes  map[string]bool     // subject and cause
	opens   map[string]string   // Opens to subject
	stream  Stream
	growing chan struct{}
}

// NewMemory returns an empty log.
func NewMemory() *Memory {
	return &Memory{chains: map[string][]Commit{}, causes: map[string]bool{}, opens: map[string]string{}, growing: make(chan struct{}, 1)}
}

// Append adds c.
func (m *Memory) Append(ctx context.Context, c Commit) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	switch {
	case m.causes[c.Subject+"|"+c.Cause] || m.opens[c.Opens] != "":
		return ErrSeen
	case c.Version != int64(len(m.chains[c.Subject]))+1:
		return fault.New(fault.Conflict, "该记录刚刚被他人修改，请刷新后重试")
	}
	c.State, c.Data = slices.Clone(c.State), slices.Clone(c.Data)
	m.chains[c.Subject] = append(m.chains[c.Subject], c)
	m.order = append(m.order, c.ID())
	m.causes[c.Subject+"|"+c.Cause] = true
	m.opens[c.Opens] = c.Subject
	select {
	case m.growing <- struct{}{}:
	default:
	}
	return nil
}

// Last returns the newest commit of subject and whether cause was seen.
func (m *Memory) Last(_ context.Context, subject, cause string) (Commit, bool, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	chain := m.chains[subject]
	if len(chain) == 0 {
		return Commit{}, false, nil
	}
	return chain[len(chain)-1], m.causes[subject+"|"+cause], nil
}

// Opened returns the subject that was opened under opens.
func (m *Memory) Opened(_ context.Context, opens string) (string, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return m.opens[opens], nil
}

// Highest returns the greatest subject that begins with prefix.
func (m *Memory) Highest(_ context.Context, prefix string) (string, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	highest := ""
	for subject := range m.chains {
		if strings.HasPrefix(subject, prefix) {
			highest = max(highest, subject)
		}
	}
	return highest, nil
}

// Scan returns up to n commits behind (subject, version).
func (m *Memory) Scan(_ context.Context, subject string, version int64, n int) ([]Commit, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	var out []Commit
	for _, chain := range m.chains {
		for _, c := range chain {
			if c.Subject > subject || c.Subject == subject && c.Version > version {
				out = append(out, c)
			}
		}
	}
	slices.SortFunc(out, func(a, b Commit) int {
		return cmp.Or(strings.Compare(a.Subject, b.Subject), cmp.Compare(a.Version, b.Version))
	})
	return out[:min(n, len(out))], nil
}

// Unrelayed returns up to n commits that have not traveled yet.
func (m *Memory) Unrelayed(_ context.Context, n int) ([]Commit, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	var out []Commit
	for _, id := range m.order {
		if c := m.commit(id); c.Relayed == 0 && len(out) < n {
			out = append(out, *c)
		}
	}
	return out, nil
}

// commit finds a commit by its id. The caller holds mu.
func (m *Memory) commit(id string) *Commit {
	chain := m.chains[id[:strings.LastIndexByte(id, '/')]]
	i := slices.IndexFunc(chain, func(c Commit) bool { return c.ID() == id })
	return &chain[i]
}

// MarkRelayed notes under which sequence each commit traveled.
func (m *Memory) MarkRelayed(_ context.Context, epoch string, seqs map[string]uint64) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if epoch != m.stream.Epoch {
		m.stream = Stream{Epoch: epoch}
	}
	for id, seq := range seqs {
		m.commit(id).Relayed = seq
		m.stream.Last = max(m.stream.Last, seq)
	}
	return nil
}

// Stream returns what was noted of the stream.
func (m *Memory) Stream(context.Context) (Stream, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return m.stream, nil
}

// Unrelay makes every commit behind after unrelayed again.
func (m *Memory) Unrelay(_ context.Context, epoch string, after uint64) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	n := 0
	for _, id := range m.order {
		if c := m.commit(id); c.Relayed > after {
			c.Relayed = 0
			n++
		}
	}
	m.stream = Stream{Epoch: epoch, Last: after}
	return n, nil
}

// Grown receives a value some time after a commit was appended.
func (m *Memory) Grown() <-chan struct{} { return m.growing }
