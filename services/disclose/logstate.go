package disclose

import (
	"context"
	"fmt"

	"shenzhong/services/disclose/publiclog"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/identity"
	"shenzhong/services/kit/store"
	"shenzhong/services/kit/workday"
)

// stated is an entry of the state of all records; none while its leaf is empty.
type stated struct {
	index int64
	leaf  string
}

// snapshot is the state that an entry is of, kept because it is made of every
// record there ever was.
type snapshot struct {
	of    stated
	state *publiclog.State
}

// state appends the state of all records where it is due: once a day, which is
// also the sign that the log is alive, and after every withdrawal.
func (l *ledger) state(ctx context.Context) error {
	today := workday.DateOf(l.clock.Now()).String()
	l.mu.RLock()
	last, ended := l.stated, l.ended
	l.mu.RUnlock()
	if last.leaf != "" && ended <= last.index && today <= publiclog.StateDate(last.leaf) {
		return nil
	}
	by := store.Cause{ID: fmt.Sprintf("log/state/%s/%d", today, ended), Actor: identity.Service("disclose")}
	l.queue.turn.Lock() // nothing is appended until the state of it is, but all may read
	defer l.queue.turn.Unlock()
	var made *publiclog.State
	err := l.compose(ctx, by, "", func(size int64) (string, error) {
		l.mu.Lock()
		root := l.sm3.Root()
		made = l.states.At(l.tree.Size())
		l.mu.Unlock()
		if made.Size != size {
			return "", errBehind
		}
		return made.Leaf(today, root)
	})
	l.mu.Lock()
	defer l.mu.Unlock()
	if err == nil && made.Size == l.stated.index { // nobody else appended it
		l.snap = snapshot{of: l.stated, state: made}
	}
	return err
}

// covered is the newest state that the published checkpoint covers, and that
// checkpoint.
func (l *ledger) covered() (*publiclog.State, stated, string, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	size, err := l.published()
	if err != nil {
		return nil, stated{}, "", err
	}
	if l.stated.leaf == "" || l.stated.index >= size {
		if l.snap.of.leaf != "" && l.snap.of.index < size { // a newer one is not signed yet
			return l.snap.state, l.snap.of, l.point, nil
		}
		return nil, stated{}, "", fault.New(fault.Early, "公示状态清单尚未签发，请稍后再试")
	}
	if l.snap.of != l.stated {
		l.snap = snapshot{of: l.stated, state: l.states.At(l.stated.index)}
	}
	return l.snap.state, l.snap.of, l.point, nil
}

// LogState is the list of all records and how they stand, as the newest state
// entry has it that is signed, and that entry. It says of withdrawn ones no more
// than a random id.
func (s *Service) LogState() (file, leaf string, err error) {
	if s.public == nil {
		return "", "", errNoLog
	}
	state, of, _, err := s.public.covered()
	if err != nil {
		return "", "", err
	}
	return state.File(), of.leaf, nil
}

// StateProof proves how the record of that random id stands, or that there is
// none.
func (s *Service) StateProof(record string) (publiclog.StateProof, error) {
	if s.public == nil {
		return publiclog.StateProof{}, errNoLog
	}
	l := s.public
	state, of, point, err := l.covered()
	if err != nil {
		return publiclog.StateProof{}, err
	}
	size, err := publiclog.SizeOf(point)
	if err != nil {
		return publiclog.StateProof{}, err
	}
	p, err := state.Prove(record)
	if err != nil {
		return p, err
	}
	l.mu.RLock()
	defer l.mu.RUnlock()
	p.Leaf, p.Entry = of.leaf, publiclog.LogPlace{Index: of.index, Checkpoint: point}
	p.Entry.Path, err = l.tree.Include(of.index, size)
	return p, err
}
