package jsbus

import (
	"context"
	"errors"
	"fmt"
	"maps"

	"github.com/nats-io/nats.go/jetstream"

	"shenzhong/services/kit/store"
)

// Idle reports whether nothing is on its way: no commit in logs waits to be
// sent, and no consumer of any stream of those contexts has a fact before it or
// in hand. A true answer stays true until someone commits. logs are by context.
// It needs the key of setup.
func (b *Bus) Idle(ctx context.Context, logs map[string]store.Log) (bool, error) {
	idle := false
	err := b.onSession(ctx, setupUser, func(ctx context.Context, s *session) error {
		// The ends of the streams are read before and after: if no stream grew
		// in between, a consumer that was done then is done, and what its work
		// committed is seen in the logs.
		before, done, err := b.ends(ctx, s, logs)
		if err != nil || !done {
			return err
		}
		for _, log := range logs {
			commits, err := log.Unrelayed(ctx, 1)
			if err != nil {
				return fmt.Errorf("look into outbox: %w", err)
			}
			if len(commits) > 0 {
				return nil
			}
		}
		for name, last := range before {
			stream, err := s.js.Stream(ctx, name)
			if err != nil {
				return fmt.Errorf("look at stream %s: %w", name, err)
			}
			if stream.CachedInfo().State.LastSeq != last {
				return nil
			}
		}
		idle = true
		return nil
	})
	return idle, err
}

// ends returns the last sequence of each stream, those of the contexts and that of
// what the broker gave up, and whether all their consumers are done.
func (b *Bus) ends(ctx context.Context, s *session, logs map[string]store.Log) (map[string]uint64, bool, error) {
	ends := map[string]uint64{}
	for context, log := range logs {
		noted, err := log.Stream(ctx)
		if err != nil {
			return nil, false, fmt.Errorf("read what was noted of stream %s: %w", StreamName(context), err)
		}
		last, done, err := b.end(ctx, s, StreamName(context), noted)
		if err != nil || !done {
			return nil, false, err
		}
		ends[StreamName(context)] = last
	}
	last, done, err := b.end(ctx, s, adviceStream, store.Stream{})
	ends[adviceStream] = last
	return ends, done, err
}

// end returns the last sequence of a stream, and whether all its consumers are
// done and it holds what was noted of it.
func (b *Bus) end(ctx context.Context, s *session, name string, noted store.Stream) (uint64, bool, error) {
	stream, err := s.js.Stream(ctx, name)
	if err != nil {
		return 0, false, fmt.Errorf("look at stream %s: %w", name, err)
	}
	info := stream.CachedInfo()
	last := info.State.LastSeq
	if noted.Epoch != "" && (noted.Epoch != epochOf(info) || noted.Last > last) {
		return last, false, nil // a loss that is still to be healed
	}
	b.mu.Lock()
	missing := maps.Clone(b.heard[name]) // consumers that went with their stream and are to come again
	b.mu.Unlock()
	var consumers []*jetstream.ConsumerInfo
	list := stream.ListConsumers(ctx)
	for c := range list.Info() {
		consumers = append(consumers, c)
		delete(missing, c.Name)
	}
	if err := list.Err(); err != nil {
		return last, false, fmt.Errorf("list consumers of %s: %w", name, err)
	}
	if len(missing) > 0 {
		return last, false, nil
	}
	for _, c := range consumers {
		if c.NumPending > 0 || c.NumAckPending > 0 {
			return last, false, nil
		}
		behind, err := b.behind(ctx, stream, c)
		if err != nil || behind {
			return last, false, err
		}
	}
	return last, true, nil
}

// behind reports whether a fact that a consumer hears lies in the stream after
// what was delivered to it. The broker tells its consumers of a new fact after
// it has acknowledged it, so a count of zero may be a count from before.
func (b *Bus) behind(ctx context.Context, stream jetstream.Stream, c *jetstream.ConsumerInfo) (bool, error) {
	info := stream.CachedInfo()
	if c.Delivered.Stream >= info.State.LastSeq {
		return false, nil
	}
	filters := c.Config.FilterSubjects
	if c.Config.FilterSubject != "" {
		filters = []string{c.Config.FilterSubject}
	}
	for _, filter := range filters {
		last, err := b.lastOf(ctx, stream, filter)
		if err != nil {
			return false, fmt.Errorf("last of %s in stream %s: %w", filter, info.Config.Name, err)
		}
		if last > c.Delivered.Stream {
			return true, nil
		}
	}
	return false, nil
}

// lastSeen is the last sequence of each of the subjects that somebody hears, as
// of one end of a stream.
type lastSeen struct {
	epoch string
	last  uint64
	of    map[string]uint64
}

// lastOf returns the sequence of the last message of a stream on those subjects,
// 0 if there is none. It asks once for each end of the stream.
func (b *Bus) lastOf(ctx context.Context, stream jetstream.Stream, filter string) (uint64, error) {
	info := stream.CachedInfo()
	b.mu.Lock()
	seen := b.seen[info.Config.Name]
	if seen.of == nil || seen.epoch != epochOf(info) || seen.last != info.State.LastSeq {
		seen = lastSeen{epoch: epochOf(info), last: info.State.LastSeq, of: map[string]uint64{}}
		b.seen[info.Config.Name] = seen
	}
	last, ok := seen.of[filter]
	b.mu.Unlock()
	if ok {
		return last, nil
	}
	msg, err := stream.GetLastMsgForSubject(ctx, filter)
	switch {
	case errors.Is(err, jetstream.ErrMsgNotFound):
	case err != nil:
		return 0, err
	default:
		last = msg.Sequence
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	seen.of[filter] = last
	return last, nil
}
