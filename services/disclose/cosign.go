package disclose

import (
	"context"
	"fmt"

	"shenzhong/events"
	"shenzhong/services/disclose/publiclog"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/identity"
	"shenzhong/services/kit/store"
)

// Cosign takes a checkpoint of this log with the lines of witnesses, as it comes
// back from them on a USB stick, and returns who has seen it by now. The lines of
// several witnesses may come one after another.
func (s *Service) Cosign(ctx context.Context, by identity.Actor, text string) (LogStatus, error) {
	if err := permits.Check(by, "log.cosign"); err != nil {
		return LogStatus{}, err
	}
	if s.public == nil {
		return LogStatus{}, errNoLog
	}
	l := s.public
	if !l.watched() {
		return LogStatus{}, fault.New(fault.Conflict, "本系统没有设置见证政策，请先用 --witnesses 写明见证方的公钥")
	}
	point, err := publiclog.OpenCheckpoint(text, l.cfg.Notary.Keys.Public())
	if err != nil {
		return LogStatus{}, err
	}
	l.mu.RLock()
	root, err := l.tree.Root(min(point.Size, l.tree.Size()))
	size := l.tree.Size()
	before := l.pending[point.Size]
	if n, sized := publiclog.SizeOf(l.point); sized == nil && n == point.Size {
		before = l.point
	}
	l.mu.RUnlock()
	if err != nil {
		return LogStatus{}, err
	}
	if point.Size > size || root != point.Root { // we signed it, and have lost or changed what it is of
		l.mu.Lock()
		defer l.mu.Unlock()
		l.forbid(ctx, contradicted(point.Size, size))
		return LogStatus{}, fault.New(fault.Conflict, "联署的检查点与本日志不一致，请保存该文件并立即通报各见证方和监督部门")
	}
	if before == "" {
		before = text
	}
	cosigned, fresh, err := l.policy.Attach(before, text)
	if err != nil {
		return LogStatus{}, err
	}
	if _, ok := l.policy.QuorumAt(point); fresh == 0 && before != text && !ok {
		return LogStatus{}, fault.New(fault.Invalid, "文件中没有见证政策所列见证方的新联署，请核对见证方公钥")
	}
	_, err = l.admit(ctx, cosigned)
	return s.LogStatus(), err
}

// admit takes up a checkpoint with the lines of witnesses; if a quorum has seen
// it, and nothing as large before, it says so.
func (l *ledger) admit(ctx context.Context, text string) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	text, err := l.republish(text)
	if err != nil {
		return 0, err
	}
	point, err := publiclog.ParseCheckpoint(text)
	if err != nil {
		return 0, err
	}
	at, ok := l.policy.QuorumAt(point)
	switch {
	case !ok:
		if text != l.point {
			l.shelve(point.Size, text)
		}
		return 0, nil
	case point.Size < l.newest.size, point.Size == l.newest.size && !at.After(l.newest.at):
		return 0, nil
	case point.Size == l.newest.size:
		l.newest = sight{point.Size, text, at}
		return 0, nil
	}
	fact := events.CheckpointCosigned{Size: point.Size, Checkpoint: text, At: at, Steps: []events.StepSeen{}}
	for _, step := range l.steps {
		if step.index >= l.newest.size && step.index < point.Size {
			fact.Steps = append(fact.Steps, step.StepSeen)
		}
	}
	by := store.Cause{ID: fmt.Sprintf("log/cosigned/%d", point.Size), Actor: identity.Service("disclose")}
	err = l.cosignings.Put(ctx, by, l.cosigningID(), func(c *Cosigning) (events.Event, error) {
		if c.Size >= fact.Size {
			return nil, store.Unchanged
		}
		c.Size, c.At = fact.Size, fact.At
		return fact, nil
	})
	if err != nil {
		return 0, err
	}
	l.remember(fact)
	delete(l.pending, point.Size)
	return 1, nil
}

// republish puts the lines under text under the published checkpoint too, if that
// is the same one, and returns it with all that are known; l.mu is held.
func (l *ledger) republish(text string) (string, error) {
	given, err := publiclog.SizeOf(text)
	if err != nil {
		return "", err
	}
	if size, err := publiclog.SizeOf(l.point); err != nil || size != given {
		return text, nil
	}
	with, fresh, err := l.policy.Attach(l.point, text)
	if err != nil || fresh == 0 {
		return l.point, err
	}
	l.point = with
	kept, err := l.cfg.Notary.Memory.Last()
	if err != nil {
		return "", err
	}
	if size, err := publiclog.SizeOf(kept); err != nil || size != given {
		return with, nil // a larger one is signed and on its way
	}
	return with, l.cfg.Notary.Memory.Keep(with)
}

// shelve keeps a checkpoint until more lines come; l.mu is held.
func (l *ledger) shelve(size int64, text string) {
	if len(l.pending) >= pendingLimit {
		oldest := size
		for n := range l.pending {
			oldest = min(oldest, n)
		}
		delete(l.pending, oldest)
	}
	l.pending[size] = text
}

// LogPolicy is which witnesses count and how many of them, as C2SP tlog-policy
// writes it; "quorum none" where there are none.
func (s *Service) LogPolicy() (string, error) {
	if s.public == nil {
		return "", errNoLog
	}
	return s.public.policy.Text, nil
}

// WitnessedCheckpoint is the newest checkpoint that a quorum of witnesses has
// seen. Before there is one, it is fault.Early.
func (s *Service) WitnessedCheckpoint() (string, error) {
	if s.public == nil {
		return "", errNoLog
	}
	l := s.public
	l.mu.RLock()
	defer l.mu.RUnlock()
	if l.newest.text == "" {
		return "", fault.New(fault.Early, "公开日志尚无达到法定数目的见证联署")
	}
	return l.newest.text, nil
}
