package jsbus

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// inspect compares the stream with what the store has noted of it and heals what
// was lost:
//
//   - another stream than the noted one: everything is sent again;
//   - a last sequence below the noted one: the tail was lost, what traveled
//     behind it is sent again;
//   - holes, though nothing is ever removed: from the first hole on everything
//     is sent again. The holes stay and become part of the stream's identity,
//     so that they are healed once.
//
// Facts that the stream still holds are refused as known or, when they are older
// than the broker's memory, delivered twice, which harms nobody.
func (r *relay) inspect(ctx context.Context, s *session) error {
	// What was noted is read first: a stream only grows, so this order cannot
	// take the work of another relay for a loss.
	noted, err := r.log.Stream(ctx)
	if err != nil {
		return fmt.Errorf("read what was noted of stream %s: %w", r.stream, err)
	}
	info, err := r.look(ctx, s)
	if err != nil {
		return err
	}
	last := info.State.LastSeq
	r.epoch, r.last = epochOf(info), min(noted.Last, last)
	switch {
	case noted.Epoch == "" || noted.Epoch == r.epoch && noted.Last <= last:
		return nil
	case born(noted.Epoch) != born(r.epoch):
		return r.heal(ctx, s, 0, last)
	case noted.Epoch != r.epoch:
		return r.heal(ctx, s, min(last, firstHole(info)-1), last)
	}
	return r.heal(ctx, s, last, last)
}

// regained heals a stream that was seen to go on below what it had
// acknowledged, though it may have outgrown that since.
func (r *relay) regained(ctx context.Context, s *session, gone goneError) error {
	epoch := r.epoch
	if err := r.inspect(ctx, s); err != nil || r.epoch != epoch {
		return err
	}
	r.last = gone.after
	return r.heal(ctx, s, gone.after, gone.after)
}

// look returns the state of the stream, made anew if it is not there.
func (r *relay) look(ctx context.Context, s *session) (*jetstream.StreamInfo, error) {
	stream, err := s.js.Stream(ctx, r.stream)
	if errors.Is(err, jetstream.ErrStreamNotFound) {
		if err := r.bus.Declare(ctx, []string{r.name}); err != nil {
			return nil, err
		}
		stream, err = s.js.Stream(ctx, r.stream)
	}
	if err != nil {
		return nil, fmt.Errorf("look at stream %s: %w", r.stream, err)
	}
	info := stream.CachedInfo()
	if info.State.NumDeleted > 0 {
		info, err = stream.Info(ctx, jetstream.WithDeletedDetails(true))
		if err != nil {
			return nil, fmt.Errorf("look for holes in stream %s: %w", r.stream, err)
		}
	}
	r.js = stream
	return info, nil
}

// heal makes the store send again what traveled behind after, in a stream that
// ends at last. The consumers come first: one that believes to have handled a sequence which is now given a
// second time would pass over the new fact. A crash in between repeats all of
// it.
func (r *relay) heal(ctx context.Context, s *session, after, last uint64) error {
	reset, err := r.rewind(ctx, s, last)
	if err != nil {
		return err
	}
	if err := r.bus.cfg.Hook("healing"); err != nil {
		return err
	}
	n, err := r.log.Unrelay(ctx, r.epoch, after)
	if err != nil {
		return fmt.Errorf("have sent again what stream %s lost: %w", r.stream, err)
	}
	slog.ErrorContext(ctx, "the stream lost facts, sending them again",
		"stream", r.stream, "after", after, "facts", n, "consumers_rewound", reset)
	r.out.healed(n)
	return nil
}

// rewind sets every consumer of the stream that is ahead of it back to its end.
func (r *relay) rewind(ctx context.Context, s *session, last uint64) (int, error) {
	reset := 0
	list := r.js.ListConsumers(ctx)
	for c := range list.Info() {
		if c.Delivered.Stream <= last && c.AckFloor.Stream <= last {
			continue
		}
		if _, err := s.js.ResetConsumerToSequence(ctx, r.stream, c.Name, last+1); err != nil {
			return reset, fmt.Errorf("rewind consumer %s of %s: %w", c.Name, r.stream, err)
		}
		reset++
	}
	if err := list.Err(); err != nil {
		return reset, fmt.Errorf("list consumers of %s: %w", r.stream, err)
	}
	return reset, nil
}

// epochOf is the identity of a stream: its name, when it was made, and what of
// it is missing.
func epochOf(info *jetstream.StreamInfo) string {
	epoch := info.Config.Name + "@" + info.Created.UTC().Format(time.RFC3339Nano)
	if info.State.FirstSeq > 1 || info.State.NumDeleted > 0 {
		epoch += "#" + strconv.FormatUint(info.State.FirstSeq, 10) + "-" + strconv.Itoa(info.State.NumDeleted)
	}
	return epoch
}

// born is an epoch without what is missing.
func born(epoch string) string {
	b, _, _ := strings.Cut(epoch, "#")
	return b
}

// firstHole is the lowest sequence that the stream no longer holds.
func firstHole(info *jetstream.StreamInfo) uint64 {
	if info.State.FirstSeq > 1 {
		return 1
	}
	hole := info.State.LastSeq + 1
	for _, seq := range info.State.Deleted {
		hole = min(hole, seq)
	}
	return hole
}
