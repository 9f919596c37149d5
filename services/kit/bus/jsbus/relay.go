package jsbus

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"sync"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"shenzhong/services/kit/store"
)

// readAhead is how many commits a relay takes from its store at once.
const readAhead = 2000

// lookAfter is how many sweeps pass between two looks at the stream itself.
const lookAfter = 10

// goneError says that the stream gave a sequence a second time: it has lost what
// it had acknowledged behind after.
type goneError struct{ after, last uint64 }

func (e goneError) Error() string {
	return fmt.Sprintf("the stream went on at %d after it had acknowledged %d", e.after+1, e.last)
}

// Relay sends what a context has committed, those of one subject in their order,
// and marks each commit once the broker has acknowledged it. Several relays of
// one context do no harm: what one has sent the broker refuses from the other.
// It returns nil when ctx ends; nothing else ends it.
func (b *Bus) Relay(ctx context.Context, name string, log store.Log) error {
	if _, ok := b.known(name); !ok {
		return fmt.Errorf("bus: no context %s in this process", name)
	}
	r := &relay{bus: b, name: name, stream: StreamName(name), log: log, out: b.outbox(name), told: map[string]bool{}}
	var watch sync.WaitGroup
	defer watch.Wait()
	watch.Go(func() { r.out.watch(ctx, log, b.cfg.Limits.Sweep) })
	b.sustain(ctx, name, "relay of "+name, r.run)
	return nil
}

// relay is the run of one Relay. Only its own goroutine uses it.
type relay struct {
	bus    *Bus
	name   string
	stream string
	log    store.Log
	out    *outbox

	js    jetstream.Stream
	epoch string          // which stream it is
	last  uint64          // highest sequence known to have been acknowledged
	slow  int             // batches in a row that were not answered
	told  map[string]bool // commits that can never be sent and were logged
}

// run sends until the connection ends or something goes wrong.
func (r *relay) run(ctx context.Context, s *session) error {
	if err := r.inspect(ctx, s); err != nil {
		return r.note(ctx, err)
	}
	sweep := time.NewTicker(r.bus.cfg.Limits.Sweep)
	defer sweep.Stop()
	for sweeps := 0; ; {
		sent, rival, err := r.pass(ctx, s)
		if err != nil {
			return r.note(ctx, err)
		}
		if rival { // another relay of this context is at work: give way
			sleep(ctx, r.bus.cfg.Limits.Sweep)
		}
		if sent > 0 {
			continue
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-r.log.Grown():
			runtime.Gosched() // who was answered just now may bring more; a batch costs one sync
		case <-sweep.C:
			if sweeps++; sweeps%lookAfter == 0 {
				if err := r.inspect(ctx, s); err != nil {
					return r.note(ctx, err)
				}
			}
		}
	}
}

// note remembers for the report what stopped the relay, and has a broker looked
// at that does not answer.
func (r *relay) note(ctx context.Context, err error) error {
	r.out.refused(err)
	if isTimeout(err) && ctx.Err() == nil {
		if r.slow++; r.slow > 1 {
			r.bus.suspect(r.stream)
		}
	}
	return err
}

// pass sends what the store holds at the moment. It reports how many commits
// were marked and whether another relay had sent some of them.
func (r *relay) pass(ctx context.Context, s *session) (sent int, rival bool, err error) {
	commits, err := r.log.Unrelayed(ctx, readAhead)
	if err != nil {
		return 0, false, fmt.Errorf("read what is to be sent: %w", err)
	}
	r.out.saw(commits)
	letters, held := r.pack(ctx, s, commits)
	r.out.took(len(commits), held)
	if len(letters) == 0 {
		return 0, false, nil
	}
	marks := make(chan map[string]uint64, 1)
	var marking sync.WaitGroup
	var markErr error
	marking.Go(func() { // the store marks one batch while the broker takes the next
		for seqs := range marks {
			if markErr == nil {
				markErr = r.mark(ctx, seqs)
			}
			if markErr == nil {
				sent += len(seqs)
			}
		}
	})
	for _, batch := range batches(letters) {
		var seqs map[string]uint64
		var had bool
		seqs, had, err = r.send(ctx, s, batch)
		rival = rival || had
		if err == nil || len(seqs) > 0 {
			marks <- seqs
		}
		if err != nil {
			break
		}
		r.slow = 0
	}
	close(marks)
	marking.Wait()
	r.out.sent(sent)
	var gone goneError
	if errors.As(err, &gone) {
		err = r.regained(ctx, s, gone)
	}
	return sent, rival, errors.Join(err, markErr)
}

func (r *relay) mark(ctx context.Context, seqs map[string]uint64) error {
	if err := r.bus.cfg.Hook("published"); err != nil {
		return err
	}
	if err := r.log.MarkRelayed(ctx, r.epoch, seqs); err != nil {
		return fmt.Errorf("mark %d commits as sent: %w", len(seqs), err)
	}
	return r.bus.cfg.Hook("marked")
}

// letter is a commit ready to be sent.
type letter struct {
	id      string
	subject string // of the entity
	address string
	version int64
	body    []byte
}

// size is about what the letter takes on the wire.
func (l letter) size() int { return len(l.body) + 2*len(l.id) + len(l.address) + headerSize }

const (
	headerSize = 256
	batchCount = 500
	batchBytes = 900 << 10
)

// pack turns commits into letters. A commit that the broker would refuse for
// ever holds back those that follow it in the life of its subject, and only
// those; their number is reported.
func (r *relay) pack(ctx context.Context, s *session, commits []store.Commit) (letters []letter, held int) {
	barred := map[string]bool{}
	for _, c := range commits {
		if barred[c.Subject] {
			held++
			continue
		}
		l, err := encode(c)
		if err == nil && l.size() > int(s.nc.MaxPayload()) {
			err = fmt.Errorf("%d bytes are too much for one message", l.size())
		}
		if err != nil {
			barred[c.Subject] = true
			held++
			if !r.told[c.ID()] {
				slog.ErrorContext(ctx, "commit cannot be sent, its subject waits", "commit", c.ID(), "err", err)
				r.told[c.ID()] = true
			}
			continue
		}
		letters = append(letters, l)
	}
	return letters, held
}

// batches cuts letters into runs that fit one atomic batch, in their order.
func batches(letters []letter) [][]letter {
	var out [][]letter
	for start := 0; start < len(letters); {
		size, end := 0, start
		for end < len(letters) && end-start < batchCount && (end == start || size+letters[end].size() <= batchBytes) {
			size += letters[end].size()
			end++
		}
		out = append(out, letters[start:end])
		start = end
	}
	return out
}
