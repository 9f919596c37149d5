package disclose

import (
	"context"
	"errors"
	"sync"

	"shenzhong/events"
	"shenzhong/services/disclose/publiclog"
	"shenzhong/services/kit/store"
)

// batch is how many entries one step of the store takes at most.
const batch = 256

// queue is how entries come into the log: whoever has the turn appends all that
// wait, so that one sync of the disk serves many.
type queue struct {
	turn sync.Mutex // to append; taken before the mutex of the ledger

	mu      sync.Mutex
	waiting []*asked // guarded by mu
}

// asked is an entry that is to be appended. Once it waits in the queue, it
// belongs to whoever has the turn.
type asked struct {
	by          store.Cause
	about, leaf string

	done bool
	err  error
}

func (a *asked) answer(err error) { a.done, a.err = true, err }

func (q *queue) put(a *asked) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.waiting = append(q.waiting, a)
}

// take returns those that have waited longest.
func (q *queue) take() []*asked {
	q.mu.Lock()
	defer q.mu.Unlock()
	n := min(batch, len(q.waiting))
	taken := q.waiting[:n:n]
	q.waiting = q.waiting[n:]
	return taken
}

// errBehind says that another process has appended meanwhile.
var errBehind = errors.New("the log has grown")

// append makes leaf the next entry of the log, once for each cause. An entry
// that others must come before is fault.Early.
func (l *ledger) append(ctx context.Context, by store.Cause, about, leaf string) error {
	a := &asked{by: by, about: about, leaf: leaf}
	l.queue.put(a)
	l.queue.turn.Lock()
	defer l.queue.turn.Unlock()
	for !a.done { // mostly another has appended it with its own
		l.probeOnce(ctx)
		l.appendAll(context.WithoutCancel(ctx), l.queue.take())
	}
	return a.err
}

// appendAll appends and answers what was asked for. What cannot be one of
// several, because it is there already or cannot come now, is asked for alone,
// which says so. The turn is held.
func (l *ledger) appendAll(ctx context.Context, all []*asked) {
	if len(all) > 1 {
		taken, err := l.together(ctx, all)
		for _, a := range taken {
			a.answer(err)
		}
	}
	for _, a := range all {
		if !a.done {
			a.answer(l.compose(ctx, a.by, a.about, func(int64) (string, error) { return a.leaf, nil }))
		}
	}
}

// together appends, in one step of the store, those of all that can come next and
// returns them; none of them where one was appended before. The turn is held.
func (l *ledger) together(ctx context.Context, all []*asked) (taken []*asked, err error) {
	for {
		next, steps, err := l.following(all)
		switch {
		case err != nil:
			return all, err
		case len(next) == 0:
			return nil, nil
		}
		err = l.growth.PutAll(ctx, l.id, steps)
		switch {
		case errors.Is(err, store.ErrSeen):
			return nil, nil
		case err != nil && !errors.Is(err, errBehind):
			return next, err
		}
		if caught := l.catchUp(ctx); caught != nil || err == nil {
			return next, caught
		}
	}
}

// following are those of all that can come next, one after another, and the
// steps by which they do.
func (l *ledger) following(all []*asked) (next []*asked, steps []store.Step[Growth], err error) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	size := l.tree.Size()
	histories := map[string]publiclog.History{}
	for _, a := range all {
		about := publiclog.About(a.leaf)
		history, ok := histories[about]
		if !ok {
			history = l.histories[about]
		}
		if history, err = history.Follow(a.leaf); err != nil || publiclog.Check(a.leaf) != nil {
			continue
		}
		histories[about] = history
		next, steps = append(next, a), append(steps, store.Step[Growth]{By: a.by, Decide: grown(size+int64(len(next)), a.about, a.leaf)})
	}
	return next, steps, l.halt
}

// compose appends one entry, which write makes for a log of that size: again
// where another process came first. The turn is held.
func (l *ledger) compose(ctx context.Context, by store.Cause, about string, write func(size int64) (string, error)) error {
	for {
		l.mu.RLock()
		size, halt := l.tree.Size(), l.halt
		l.mu.RUnlock()
		if halt != nil {
			return halt
		}
		leaf, err := write(size)
		if err == nil {
			err = publiclog.Check(leaf)
		}
		if err == nil {
			err = l.growth.Put(ctx, by, l.id, func(g *Growth) (events.Event, error) {
				fact, err := grown(size, about, leaf)(g)
				if err == nil {
					err = l.follows(leaf)
				}
				if err != nil {
					return nil, err
				}
				return fact, nil
			})
		}
		if err != nil && !errors.Is(err, errBehind) {
			return err
		}
		if caught := l.catchUp(ctx); caught != nil || err == nil {
			return caught
		}
	}
}

// follows refuses an entry that cannot come now; store.Unchanged where a copy of
// the log has brought it back already.
func (l *ledger) follows(leaf string) error {
	l.mu.RLock()
	defer l.mu.RUnlock()
	_, err := l.histories[publiclog.About(leaf)].Follow(leaf)
	if err != nil && l.recovered[leaf] {
		return store.Unchanged // the copy had it, and whoever asks for it does not know
	}
	return err
}

// grown decides that a log of that size gets one more entry.
func grown(size int64, about, leaf string) func(*Growth) (events.Event, error) {
	return func(g *Growth) (events.Event, error) {
		if g.Size != size {
			return nil, errBehind
		}
		g.Size++
		return events.LeafLogged{Index: size, Leaf: leaf, About: about}, nil
	}
}
