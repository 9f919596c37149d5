package jsbus

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// probeWithin is how long the answer to a probe may take.
const probeWithin = 3 * time.Second

// Guard watches the broker until ctx ends: it publishes a probe every few
// seconds and listens to relays that get no answer. A broker that had a full
// disk stays deaf after there is room again and looks healthy; the embedded one
// is then replaced in process, of another one Ready reports it. It returns nil.
func (b *Bus) Guard(ctx context.Context) error {
	tick := time.NewTicker(b.cfg.Limits.Probe)
	defer tick.Stop()
	for {
		var reason error
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			reason = b.probe(ctx)
		case stream := <-b.kick:
			reason = fmt.Errorf("stream %s does not answer its relay", stream)
		}
		if ctx.Err() != nil {
			return nil
		}
		b.deaf.Store(reason != nil)
		if reason != nil {
			b.revive(ctx, reason)
		}
	}
}

// suspect tells Guard that a stream does not answer. It never blocks.
func (b *Bus) suspect(stream string) {
	select {
	case b.kick <- stream:
	default:
	}
}

// probe publishes one message and waits until it is stored.
func (b *Bus) probe(ctx context.Context) error {
	if !b.provisions() { // without the key of setup the relays are the only probes
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, probeWithin)
	defer cancel()
	return b.onSession(ctx, setupUser, func(ctx context.Context, s *session) error {
		_, err := s.js.Publish(ctx, canarySubject, nil, jetstream.WithExpectStream(canaryStream), jetstream.WithRetryAttempts(0))
		if errors.Is(err, jetstream.ErrNoStreamResponse) { // the folder was deleted, not the broker deaf
			if err := b.Declare(ctx, nil); err != nil {
				return err
			}
			_, err = s.js.Publish(ctx, canarySubject, nil, jetstream.WithExpectStream(canaryStream))
		}
		if err != nil {
			return fmt.Errorf("probe: %w", err)
		}
		return nil
	})
}

// revive replaces the embedded server. Nothing is lost by it: what was not
// acknowledged is still in the stores.
func (b *Bus) revive(ctx context.Context, reason error) {
	if b.broker == nil {
		slog.ErrorContext(ctx, "the broker does not answer; it needs an operator", "err", reason)
		return
	}
	if err := b.broker.room(); err != nil { // a restart now would only end as deaf, with its files half written
		slog.ErrorContext(ctx, "the broker does not answer, and there is no room for its files; make room", "err", err)
		return
	}
	slog.ErrorContext(ctx, "the broker does not answer, restarting it", "err", reason)
	if err := b.broker.restart(); err != nil {
		slog.ErrorContext(ctx, "restart the broker", "err", err)
		return
	}
	if err := b.probe(ctx); err != nil {
		slog.ErrorContext(ctx, "the broker does not answer after its restart", "err", err)
		return
	}
	b.deaf.Store(false)
	b.restarts.Add(1)
}
