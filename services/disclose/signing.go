package disclose

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"log/slog"
	"time"

	"shenzhong/services/disclose/publiclog"
	"shenzhong/services/kit/identity"
	"shenzhong/services/kit/store"
)

// signingPause is how long the log gathers entries before they are signed.
const signingPause = 10 * time.Second

// SignLog publishes a checkpoint over every entry, if there are new ones and
// the last was not signed just now. It returns 1 if it did. The entries by which
// the log names its own keys come first.
func (s *Service) SignLog(ctx context.Context) (int, error) {
	if s.public == nil {
		return 0, nil
	}
	return s.public.sign(ctx)
}

func (l *ledger) sign(ctx context.Context) (int, error) {
	if l.rests() {
		return 0, nil
	}
	l.probe(ctx)
	if l.halted() != nil {
		return 0, nil
	}
	for _, leaf := range l.ownLeaves() {
		if err := l.append(ctx, ownCause(leaf), "", leaf); err != nil {
			return 0, err
		}
	}
	if err := l.state(ctx); err != nil {
		return 0, err
	}
	text, err := l.signNew(ctx)
	if err != nil || text == "" {
		return 0, err
	}
	cosigned := text
	if l.watched() { // published once they have been asked, so that it mostly carries their lines
		cosigned = l.cosigned(ctx, text, everyone)
	}
	if l.halted() != nil {
		return 0, nil
	}
	l.mu.Lock()
	l.point, l.signed, l.asked = text, l.clock.Now(), l.clock.Now()
	l.mu.Unlock()
	_, err = l.admit(ctx, cosigned)
	return 1, err
}

// ownCause is the cause of an entry that the log makes of itself, once for each.
func ownCause(leaf string) store.Cause {
	sum := sha256.Sum256([]byte(leaf))
	return store.Cause{ID: "log/" + publiclog.Kind(leaf) + "/" + hex.EncodeToString(sum[:8]), Actor: identity.Service("disclose")}
}

// serving are the entries of what serves. A file that cannot be read must not
// stop the log.
func serving(ctx context.Context, read func() ([]string, error)) []string {
	if read == nil {
		return nil
	}
	leaves, err := read()
	if err != nil {
		slog.ErrorContext(ctx, "what serves is not said in the public log", "err", err)
	}
	return leaves
}

// ownLeaves are the entries by which the log says with which keys it signs, who
// its witnesses are, and what serves: each is there once.
func (l *ledger) ownLeaves() []string {
	var leaves []string
	for _, key := range l.cfg.Notary.Keys.Public() {
		leaves = append(leaves, publiclog.KeyLeaf(key))
	}
	if l.watched() {
		leaves = append(leaves, l.policy.Leaf())
	}
	return append(leaves, l.serves()...)
}

// signNew returns a checkpoint that is not published yet, or "" if there is
// nothing to publish. Where less is in the tree than was signed, another process
// may have appended and signed just now: then it looks again.
func (l *ledger) signNew(ctx context.Context) (string, error) {
	for {
		text, size, err := l.signTree()
		var halt *publiclog.Halt
		if !errors.As(err, &halt) {
			return text, err
		}
		if err := l.catchUp(ctx); err != nil {
			return "", err
		}
		l.mu.Lock()
		same := l.tree.Size() == size
		if same {
			l.stop(ctx, halt)
		}
		l.mu.Unlock()
		if same {
			return "", nil
		}
	}
}

// rests reports whether there is nothing to sign yet.
func (l *ledger) rests() bool {
	l.mu.RLock()
	defer l.mu.RUnlock()
	since := l.clock.Now().Sub(l.signed)
	return l.halt != nil || since >= 0 && since < signingPause && !l.awaited()
}

// signTree signs the tree, which has that size, and returns the checkpoint, "" if
// it is the published one.
func (l *ledger) signTree() (text string, size int64, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	text, err = l.cfg.Notary.Sign(&l.tree)
	if err != nil || text == l.point {
		text = ""
	}
	return text, l.tree.Size(), err
}
