package jsbus

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"shenzhong/events"
	"shenzhong/services/kit/bus"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/store"
)

// fold applies a fact as view.Apply does.
func (e *ear) fold(env events.Envelope) error {
	have := e.seen[env.Subject]
	switch {
	case env.Version <= have:
		return nil
	case env.Version > have+1:
		return fault.New(fault.Early, "%s comes before version %d", env.ID, have+1)
	}
	fact, err := events.Open[noted](env)
	if err != nil {
		return err
	}
	if int64(fact.N) != env.Version {
		e.wrong = append(e.wrong, fmt.Sprintf("%s carries change %d", env.ID, fact.N))
	}
	e.seen[env.Subject] = env.Version
	return nil
}

// memLog is a store.Log in memory.
type memLog struct {
	mu      sync.Mutex
	commits []store.Commit // in order of arrival; guarded by mu, as all below
	by      map[string]int // subject and version to index
	last    map[string]int // subject to index
	causes  map[string]bool
	first   int // all before it were relayed
	stream  store.Stream
	grown   chan struct{}
}

func newLog() *memLog {
	return &memLog{by: map[string]int{}, last: map[string]int{}, causes: map[string]bool{}, grown: make(chan struct{}, 1)}
}

func (l *memLog) Append(_ context.Context, c store.Commit) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.causes[c.Subject+"|"+c.Cause] {
		return store.ErrSeen
	}
	if _, ok := l.by[c.ID()]; ok {
		return fault.New(fault.Conflict, "taken")
	}
	l.causes[c.Subject+"|"+c.Cause] = true
	l.by[c.ID()] = len(l.commits)
	l.last[c.Subject] = len(l.commits)
	l.commits = append(l.commits, c)
	select {
	case l.grown <- struct{}{}:
	default:
	}
	return nil
}

func (l *memLog) Last(_ context.Context, subject, cause string) (store.Commit, bool, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	i, ok := l.last[subject]
	if !ok {
		return store.Commit{}, false, nil
	}
	return l.commits[i], l.causes[subject+"|"+cause], nil
}

func (l *memLog) Opened(context.Context, string) (string, error) { return "", nil }

func (l *memLog) Highest(context.Context, string) (string, error) { return "", nil }

func (l *memLog) Scan(_ context.Context, subject string, version int64, n int) ([]store.Commit, error) {
	l.mu.Lock()
	all := slices.Clone(l.commits)
	l.mu.Unlock()
	order := func(a, b store.Commit) int {
		return cmp.Or(strings.Compare(a.Subject, b.Subject), cmp.Compare(a.Version, b.Version))
	}
	slices.SortFunc(all, order)
	at, found := slices.BinarySearchFunc(all, store.Commit{Subject: subject, Version: version}, order)
	if found {
		at++
	}
	return all[at:min(len(all), at+n)], nil
}

func (l *memLog) Unrelayed(_ context.Context, n int) ([]store.Commit, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for l.first < len(l.commits) && l.commits[l.first].Relayed > 0 {
		l.first++
	}
	var out []store.Commit
	for _, c := range l.commits[l.first:] {
		if c.Relayed == 0 {
			out = append(out, c)
		}
		if len(out) == n {
			break
		}
	}
	return out, nil
}

func (l *memLog) MarkRelayed(_ context.Context, epoch string, seqs map[string]uint64) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.stream.Epoch = epoch
	for id, seq := range seqs {
		l.commits[l.by[id]].Relayed = seq
		l.stream.Last = max(l.stream.Last, seq)
	}
	return nil
}

func (l *memLog) Stream(context.Context) (store.Stream, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.stream, nil
}

func (l *memLog) Unrelay(_ context.Context, epoch string, after uint64) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	n := 0
	for i := range l.commits {
		if l.commits[i].Relayed > after {
			l.commits[i].Relayed = 0
			n++
		}
	}
	l.first = 0
	l.stream = store.Stream{Epoch: epoch, Last: after}
	return n, nil
}

func (l *memLog) Grown() <-chan struct{} { return l.grown }

// parking is a bus.Parking in memory. While broken is set it refuses.
type parking struct {
	mu     sync.Mutex
	all    map[string]bus.Parked
	broken bool
}

func newParking() *parking { return &parking{all: map[string]bus.Parked{}} }

func (p *parking) Park(_ context.Context, x bus.Parked) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.broken {
		return fault.New(fault.Unavailable, "away")
	}
	x.Tries += p.all[x.ID()].Tries
	x.State = "parked"
	p.all[x.ID()] = x
	return nil
}

func (p *parking) Parked(context.Context) ([]bus.Parked, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	var out []bus.Parked
	for _, x := range p.all {
		if x.State == "parked" {
			out = append(out, x)
		}
	}
	return out, nil
}

func (p *parking) Settle(_ context.Context, id, state, note string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	x := p.all[id]
	x.State, x.Note = state, note
	p.all[id] = x
	return nil
}
