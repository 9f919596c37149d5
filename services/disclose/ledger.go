package disclose

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"sync"
	"time"

	"shenzhong/events"
	"shenzhong/services/disclose/publiclog"
	"shenzhong/services/kit/clock"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/store"
)

// PublicLog is what keeping the public log needs.
type PublicLog struct {
	Notary *publiclog.Notary
	// Secret turns the number of a record into the random id and the salt of its
	// entries. It is what opens a withdrawn record's digest, so it is kept where
	// the keys are and never shown.
	Secret []byte
	// Witnesses says who cosigns checkpoints and how many of them make a quorum:
	// lines "witness", "group" and "quorum" of C2SP tlog-policy. Empty asks for
	// nobody.
	Witnesses string
	Ask       Asker // nil where all cosignatures come by hand
	// Software are the entries of what serves and verifies; nil is none. It is
	// asked once, before the first signature.
	Software func() ([]string, error)
}

// SecretBytes is the length of PublicLog.Secret.
const SecretBytes = 32

// Growth is the public log as an entity. Its version is the number of entries.
type Growth struct {
	Size int64 `json:"size"`
}

// ledger is the public log of a district: its entries are the commits of one
// entity; the tree over them is in memory and made anew at every start.
type ledger struct {
	id     string
	log    store.Log
	clock  clock.Clock
	growth *store.Collection[Growth]
	cfg    PublicLog
	queue  queue
	serves func() []string // entries of what serves

	mu        sync.RWMutex
	tree      publiclog.Tree               // guarded by mu, as all below
	sm3       publiclog.SM3Tree            // the same entries with a domestic hash
	states    publiclog.States             // how records stand
	stated    stated                       // the newest entry of their state
	snap      snapshot                     // of that entry
	ended     int64                        // entries up to and with the last withdrawal
	histories map[string]publiclog.History // by what entries are about
	places    map[string][]int64           // index of each entry, likewise
	recovered map[string]bool              // entries that were taken from a copy of the log
	halt      error                        // why nothing is appended or signed any more
	point     string                       // the checkpoint that is published
	proven    map[events.StepSeen]bool     // openings of draws that evidence was handed over about
	witnessing
	signed time.Time // when it was signed by this process
}

// openLedger reads the whole log and makes sure that it has grown from the last
// checkpoint signed. If it has not, the service goes on without it: publishing
// records must not wait, forking the log must not happen.
func openLedger(ctx context.Context, cfg Config) (*ledger, error) {
	l := &ledger{
		id: cfg.District + "-RZ-1", log: cfg.Log, clock: cfg.Clock, growth: store.NewCollection[Growth]("log", cfg.Log, cfg.Clock), cfg: *cfg.Public,
		histories: map[string]publiclog.History{}, places: map[string][]int64{}, recovered: map[string]bool{}, proven: map[events.StepSeen]bool{},
	}
	l.serves = sync.OnceValue(func() []string { return serving(ctx, cfg.Public.Software) })
	if err := l.openWitnessing(ctx, cfg); err != nil {
		return nil, err
	}
	if err := l.catchUp(ctx); err != nil {
		return nil, err
	}
	text, _, err := l.cfg.Notary.Last(&l.tree)
	var halt *publiclog.Halt
	switch {
	case errors.As(err, &halt):
		l.stop(ctx, halt)
	case err != nil:
		return nil, err
	}
	l.point = text
	return l, nil
}

// catchUp takes up the entries that were committed since. What is in the tree
// was read from the store, so nothing is signed that it does not hold.
func (l *ledger) catchUp(ctx context.Context) error {
	last, _, err := l.log.Last(ctx, l.growth.Subject(l.id), "")
	if err != nil {
		return err
	}
	const page = 1000
	for {
		l.mu.RLock()
		size := l.tree.Size()
		l.mu.RUnlock()
		if last.Version <= size {
			return nil
		}
		commits := []store.Commit{last}
		if last.Version > size+1 {
			if commits, err = l.log.Scan(ctx, last.Subject, size, int(min(page, last.Version-size))); err != nil {
				return err
			}
		}
		if err := l.takeAll(commits); err != nil {
			return err
		}
	}
}

// takeAll takes up those of the commits that nobody has taken up meanwhile.
func (l *ledger) takeAll(commits []store.Commit) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, c := range commits {
		if c.Version <= l.tree.Size() {
			continue
		}
		if err := l.take(c); err != nil {
			return err
		}
	}
	return nil
}

// take takes up one; l.mu is held.
func (l *ledger) take(c store.Commit) error {
	fact, err := events.Open[events.LeafLogged](c.Envelope())
	if err != nil {
		return err
	}
	if fact.Index != l.tree.Size() || c.Version != fact.Index+1 {
		return fmt.Errorf("commit %s holds entry %d of the public log, want %d", c.ID(), fact.Index, l.tree.Size())
	}
	about := publiclog.About(fact.Leaf)
	history, err := l.histories[about].Follow(fact.Leaf)
	if err != nil {
		return fmt.Errorf("entry %d of the public log: %w", fact.Index, err)
	}
	if err := l.tree.Add(fact.Leaf); err != nil {
		return err
	}
	l.sm3.Add(fact.Leaf)
	l.states.Add(fact.Leaf)
	switch publiclog.Kind(fact.Leaf) {
	case "withdraw":
		l.ended = l.tree.Size()
	case "state":
		l.stated = stated{index: fact.Index, leaf: fact.Leaf}
	}
	if strings.HasPrefix(c.Cause, recoveredBy) {
		l.recovered[fact.Leaf] = true
	}
	l.histories[about] = history
	l.places[about] = append(l.places[about], fact.Index)
	l.noteStep(fact, c.At)
	return nil
}

// stop ends appending and signing; l.mu is held, or nobody else knows l yet.
func (l *ledger) stop(ctx context.Context, halt *publiclog.Halt) {
	l.halt = fault.New(fault.Unavailable, "公开日志已停止：%w", halt)
	slog.ErrorContext(ctx, "public log stopped", "err", halt)
}

// forbid is stop for a reason that is kept: also after a restart nothing is
// signed until an operator has mended it. l.mu is held.
func (l *ledger) forbid(ctx context.Context, halt *publiclog.Halt) {
	if err := l.cfg.Notary.Memory.Halt(halt.Message); err != nil {
		slog.ErrorContext(ctx, "public log", "err", err)
	}
	l.stop(ctx, halt)
}

// halted is why nothing is appended or signed any more, or nil.
func (l *ledger) halted() error {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return l.halt
}

// secretly is the HMAC of words under the secret of the log.
func (l *ledger) secretly(words ...string) []byte {
	mac := hmac.New(sha256.New, l.cfg.Secret)
	for _, w := range words {
		_, _ = fmt.Fprintf(mac, "%d:%s", len(w), w) // a hash takes everything
	}
	return mac.Sum(nil)
}

// name is the random id under which entries speak of a record.
func (l *ledger) name(record string) string {
	return hex.EncodeToString(l.secretly("record", record)[:16])
}

// salt is that of a version of a record.
func (l *ledger) salt(record string, version int) [32]byte {
	return [32]byte(l.secretly("salt", record, strconv.Itoa(version)))
}
