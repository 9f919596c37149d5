package jsbus

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// StreamState is what the broker holds of one stream, and how far its listeners
// have come.
type StreamState struct {
	Name      string          `json:"name"`
	Messages  uint64          `json:"messages"`
	Bytes     uint64          `json:"bytes"`
	MaxBytes  int64           `json:"max_bytes"` // it refuses more; -1 is no bound
	Last      uint64          `json:"last"`      // sequence of the newest message
	Made      time.Time       `json:"made"`
	Consumers []ConsumerState `json:"consumers"` // by name
}

// ConsumerState is what one reaction still has to hear from a stream.
type ConsumerState struct {
	Reaction string     `json:"reaction"`
	Pending  uint64     `json:"pending"`        // not yet delivered
	InHand   int        `json:"in_hand"`        // delivered, not yet acknowledged
	Again    int        `json:"again"`          // of those, delivered more than once
	Waiting  int        `json:"waiting"`        // requests of listeners for more; 0 means that nobody listens
	Last     *time.Time `json:"last,omitempty"` // when something was last acknowledged
}

// Survey asks the broker about all its streams and their consumers. It needs the
// key of setup. The streams of the bus itself are left out.
func (b *Bus) Survey(ctx context.Context) ([]StreamState, error) {
	if !b.provisions() {
		return nil, fmt.Errorf("bus: looking at all streams needs the key %s.seed", setupUser)
	}
	var out []StreamState
	err := b.onSession(ctx, setupUser, func(ctx context.Context, s *session) error {
		list := s.js.ListStreams(ctx)
		for info := range list.Info() {
			if name := info.Config.Name; strings.HasPrefix(name, StreamName("")) && name != adviceStream && name != canaryStream {
				out = append(out, stateOf(info))
			}
		}
		if err := list.Err(); err != nil {
			return fmt.Errorf("list streams: %w", err)
		}
		for i := range out {
			if err := out[i].ask(ctx, s); err != nil {
				return err
			}
		}
		return nil
	})
	slices.SortFunc(out, func(x, y StreamState) int { return strings.Compare(x.Name, y.Name) })
	return out, err
}

func stateOf(info *jetstream.StreamInfo) StreamState {
	return StreamState{
		Name: info.Config.Name, Messages: info.State.Msgs, Bytes: info.State.Bytes, MaxBytes: info.Config.MaxBytes,
		Last: info.State.LastSeq, Made: info.Created.UTC(),
	}
}

// ask fills in the consumers.
func (st *StreamState) ask(ctx context.Context, s *session) error {
	stream, err := s.js.Stream(ctx, st.Name)
	if err != nil {
		return fmt.Errorf("look at stream %s: %w", st.Name, err)
	}
	list := stream.ListConsumers(ctx)
	for c := range list.Info() {
		st.Consumers = append(st.Consumers, ConsumerState{
			Reaction: c.Name, Pending: c.NumPending, InHand: c.NumAckPending, Again: c.NumRedelivered, Waiting: c.NumWaiting,
			Last: c.AckFloor.Last,
		})
	}
	if err := list.Err(); err != nil {
		return fmt.Errorf("list consumers of %s: %w", st.Name, err)
	}
	slices.SortFunc(st.Consumers, func(x, y ConsumerState) int { return strings.Compare(x.Reaction, y.Reaction) })
	return nil
}

// Setup makes or corrects the streams of the contexts of this process and the
// consumers of their reactions. It needs the key of setup.
func (b *Bus) Setup(ctx context.Context) error {
	if !b.provisions() {
		return fmt.Errorf("bus: making streams and consumers needs the key %s.seed", setupUser)
	}
	return b.Declare(ctx, names(b.cfg.Contexts))
}

// Condition is how the connection to the broker does, for an operator.
type Condition struct {
	Deaf     bool  `json:"deaf"`     // the last probe was not answered
	Restarts int64 `json:"restarts"` // of the embedded server, since the start
	Stalls   int64 `json:"stalls"`   // subscriptions that were made anew because nothing moved
}

// Condition reports how the connection does.
func (b *Bus) Condition() Condition {
	return Condition{Deaf: b.deaf.Load(), Restarts: b.restarts.Load(), Stalls: b.stalls.Load()}
}
