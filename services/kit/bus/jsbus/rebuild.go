package jsbus

import (
	"context"
	"errors"
	"fmt"

	"github.com/nats-io/nats.go/jetstream"

	"shenzhong/services/kit/store"
)

// RebuildStream throws the stream of a context away and makes it anew from its
// commits. Every listener hears everything again, which changes nothing that
// was done. It is the cure for a damaged stream, and must follow when a store
// was set back to a backup: the old stream holds facts that no longer are. It
// returns how many facts the new stream got.
func (b *Bus) RebuildStream(ctx context.Context, name string, log store.Log) (int, error) {
	if _, ok := b.known(name); !ok {
		return 0, fmt.Errorf("bus: no context %s in this process", name)
	}
	err := b.onSession(ctx, setupUser, func(ctx context.Context, s *session) error {
		err := s.js.DeleteStream(ctx, StreamName(name))
		if err != nil && !errors.Is(err, jetstream.ErrStreamNotFound) {
			return fmt.Errorf("delete stream %s: %w", StreamName(name), err)
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	if err := b.Declare(ctx, []string{name}); err != nil {
		return 0, err
	}
	total := 0
	err = b.onSession(ctx, name, func(ctx context.Context, s *session) error {
		r := &relay{bus: b, name: name, stream: StreamName(name), log: log, out: b.outbox(name), told: map[string]bool{}}
		if err := r.inspect(ctx, s); err != nil {
			return err
		}
		for {
			sent, _, err := r.pass(ctx, s)
			total += sent
			if err != nil || sent == 0 {
				return err
			}
		}
	})
	if err != nil {
		return total, fmt.Errorf("rebuild stream %s: %w", StreamName(name), err)
	}
	return total, nil
}
