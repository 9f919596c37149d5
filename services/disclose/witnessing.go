package disclose

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"shenzhong/events"
	"shenzhong/services/disclose/publiclog"
	"shenzhong/services/kit/store"
)

// Asker asks a witness (见证方) over the network to cosign. A witness that says no
// is a *publiclog.Refusal; any other error says that it could not be asked. It
// must return within seconds: a checkpoint waits for it.
type Asker interface {
	Ask(ctx context.Context, prefix, request string) (lines string, err error)
}

// Cosigning is how far the public log has been seen by a quorum of its witnesses.
type Cosigning struct {
	Size int64     `json:"size"`
	At   time.Time `json:"at"`
}

// sight is a checkpoint that a quorum of witnesses has seen.
type sight struct {
	size int64
	text string
	at   time.Time // when the quorum had seen it
}

// placed is a step of a draw and the index of its entry.
type placed struct {
	events.StepSeen
	index int64
}

// heartbeat is how old a cosignature may become before the witnesses are asked
// to look again, although the log has not grown.
const heartbeat = 12 * time.Hour

// pendingLimit is how many checkpoints may wait for the lines of their witnesses
// to come back by hand.
const pendingLimit = 16

// witnessing is what the log knows of its witnesses. The ledger's mutex guards
// all but the first three.
type witnessing struct {
	policy     *publiclog.Policy
	ask        Asker // nil where all lines come by hand
	cosignings *store.Collection[Cosigning]

	since   time.Time        // when the log said that this policy is in force
	seen    map[string]int64 // size that a witness has seen, by the name of its key
	heard   map[string]bool  // that it has answered this process, likewise
	probed  time.Time        // when those that have not were asked last
	problem map[string]string
	asked   time.Time
	newest  sight
	first   map[events.StepSeen]sight // that covered a step
	pending map[int64]string          // checkpoints with too few lines yet, besides the published one
	steps   []placed                  // that matter to a draw, by index
}

// watched reports whether a policy asks for witnesses.
func (l *ledger) watched() bool { return len(l.policy.Witnesses) > 0 }

// openWitnessing reads what was cosigned before.
func (l *ledger) openWitnessing(ctx context.Context, cfg Config) error {
	policy, err := publiclog.NewPolicy(l.cfg.Notary.Keys.Public(), l.cfg.Witnesses)
	if err != nil {
		return err
	}
	l.witnessing = witnessing{
		policy: policy, ask: l.cfg.Ask, cosignings: store.NewCollection[Cosigning]("cosigning", cfg.Log, cfg.Clock),
		seen: map[string]int64{}, heard: map[string]bool{}, problem: map[string]string{}, first: map[events.StepSeen]sight{}, pending: map[int64]string{},
	}
	return l.readCosignings(ctx)
}

// readCosignings reads the facts of the log's own entity, page by page.
func (l *ledger) readCosignings(ctx context.Context) error {
	const page = 500
	subject := l.cosignings.Subject(l.cosigningID())
	for after := int64(0); ; after += page {
		commits, err := l.log.Scan(ctx, subject, after, page)
		if err != nil {
			return err
		}
		for _, c := range commits {
			if c.Subject != subject { // a scan goes on with the next entity
				return nil
			}
			fact, err := events.Open[events.CheckpointCosigned](c.Envelope())
			if err != nil {
				return err
			}
			l.remember(fact)
		}
		if len(commits) < page {
			return nil
		}
	}
}

func (l *ledger) cosigningID() string { return l.id + "-LS" }

func (l *ledger) remember(fact events.CheckpointCosigned) {
	l.newest = sight{fact.Size, fact.Checkpoint, fact.At}
	for _, step := range fact.Steps {
		l.first[step] = l.newest
	}
}

// cosigned asks every witness that has an address and that ask picks, and returns
// the checkpoint with the lines that came. A witness that knows of more than is
// here, or of something else, stops the log.
func (l *ledger) cosigned(ctx context.Context, text string, pick func(*publiclog.WitnessKey) bool) string {
	var all sync.WaitGroup
	lines := make([]string, len(l.policy.Witnesses))
	for i, k := range l.policy.Witnesses {
		if url := l.policy.URL(k); url != "" && l.ask != nil && pick(k) {
			all.Go(func() {
				var err error
				lines[i], err = l.askOne(ctx, k, url, text)
				l.answered(ctx, k, err)
			})
		}
	}
	all.Wait()
	for _, answer := range lines {
		if with, _, err := l.policy.Attach(text, answer); err == nil {
			text = with
		}
	}
	return text
}

func everyone(*publiclog.WitnessKey) bool { return true }

// answered notes what a witness answered.
func (l *ledger) answered(ctx context.Context, k *publiclog.WitnessKey, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	var refusal *publiclog.Refusal
	var halt *publiclog.Halt
	l.problem[k.Name] = ""
	l.heard[k.Name] = l.heard[k.Name] || err == nil || errors.As(err, &refusal)
	if err != nil {
		l.problem[k.Name] = err.Error()
		slog.WarnContext(ctx, "witness did not cosign", "witness", k.Name, "err", err)
	}
	if errors.As(err, &halt) {
		l.forbid(ctx, halt)
	}
}

// askOne asks a witness; once more if it has seen another size than was thought.
func (l *ledger) askOne(ctx context.Context, k *publiclog.WitnessKey, url, text string) (string, error) {
	size, err := publiclog.SizeOf(text)
	if err != nil {
		return "", err
	}
	for try := 0; ; try++ {
		l.mu.RLock()
		old := min(l.seen[k.Name], size)
		path, err := l.tree.Extend(old, size)
		l.mu.RUnlock()
		if err != nil {
			return "", err
		}
		lines, err := l.ask.Ask(ctx, url, publiclog.Request(old, path, text))
		var refusal *publiclog.Refusal
		again := errors.As(err, &refusal) && refusal.Code == 409 && try == 0 && refusal.Size != old && refusal.Size <= size
		l.mu.Lock()
		switch {
		case err == nil:
			l.seen[k.Name] = size
		case again:
			l.seen[k.Name] = refusal.Size
		}
		l.mu.Unlock()
		if !again && refusal != nil {
			err = l.weigh(ctx, k, old, size, refusal)
		}
		if !again {
			return lines, err
		}
	}
}

// due reports whether the published checkpoint should be shown to the witnesses:
// a quorum has not seen it, or saw it long ago.
func (l *ledger) due(now time.Time) (text string, ok bool) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	size, err := publiclog.SizeOf(l.point)
	if err != nil || l.halt != nil || !l.watched() {
		return "", false
	}
	since := now.Sub(l.asked)
	if since >= 0 && since < signingPause {
		return "", false
	}
	return l.point, l.newest.size < size || now.Sub(l.newest.at) > heartbeat
}

// Witness shows the published checkpoint to the witnesses that have not seen it,
// and returns 1 if a quorum has seen more than before. It also hands over what
// the log says of opened draws.
func (s *Service) Witness(ctx context.Context) (int, error) {
	if s.public == nil {
		return 0, nil
	}
	l, n := s.public, 0
	if text, ok := l.due(l.clock.Now()); ok {
		l.mu.Lock()
		l.asked = l.clock.Now()
		l.mu.Unlock()
		var err error
		if n, err = l.admit(ctx, l.cosigned(ctx, text, everyone)); err != nil {
			return n, err
		}
	}
	told, err := s.evidence(ctx)
	return n + told, err
}

// noteStep takes up what an entry means for witnesses and draws; l.mu is held, or
// nobody else knows l yet.
func (l *ledger) noteStep(fact events.LeafLogged, at time.Time) {
	if l.since.IsZero() && fact.Leaf == l.policy.Leaf() {
		l.since = at
	}
	switch stage := string(publiclog.Stage(fact.Leaf)); stage {
	case publiclog.Reveals, publiclog.Sealed, publiclog.Open, publiclog.Void:
		draw, attempt := publiclog.DrawOf(fact.Leaf)
		l.steps = append(l.steps, placed{events.StepSeen{Draw: draw, Attempt: attempt, Stage: stage}, fact.Index})
	}
}

// awaited reports whether a draw waits for a step of it to be signed; l.mu is held.
func (l *ledger) awaited() bool {
	size, err := publiclog.SizeOf(l.point)
	n := len(l.steps)
	return n > 0 && (err != nil || l.steps[n-1].index >= size)
}

// witnessed is how the log stands with its witnesses; l.mu is held.
func (l *ledger) witnessed(now time.Time) Witnessed {
	w := Witnessed{Size: l.newest.size, At: l.newest.at, Witnesses: []WitnessStatus{}}
	looked := l.newest.at
	if looked.IsZero() {
		looked = l.since
	}
	if looked.IsZero() {
		looked = now // the log has not said yet that they are its witnesses
	}
	w.State = fresh(l.watched(), looked, now)
	point, err := publiclog.ParseCheckpoint(l.newest.text)
	for _, k := range l.policy.Witnesses {
		one := WitnessStatus{Name: k.Name, Seen: l.seen[k.Name], Problem: l.problem[k.Name]}
		if err == nil {
			one.At, _ = point.SeenBy(k) // only lines that verify were attached
		}
		w.Witnesses = append(w.Witnesses, one)
	}
	return w
}
