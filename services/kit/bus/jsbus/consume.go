package jsbus

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"shenzhong/events"
	"shenzhong/services/kit/bus"
)

// prefetch is how many facts are asked for at once.
const prefetch = 256

// heartbeat is how often the broker says that it still knows of the request for
// facts. A request can get lost where very much is delivered at once; the client
// asks anew after two heartbeats that did not come, by itself only after 30 s.
const heartbeat = 2 * time.Second

// Consume has a reaction hear everything that was ever said on its kinds and,
// until ctx ends, everything that will be. Facts of one subject are handled in
// their order, those of different subjects at the same time. It returns nil when
// ctx ends, after the handlers have; nothing else ends it.
func (b *Bus) Consume(ctx context.Context, reaction bus.Reaction) error {
	c, ok := b.known(speaker(reaction))
	if !ok {
		return fmt.Errorf("bus: reaction %s belongs to no context of this process", reaction.Name)
	}
	slots := make(chan struct{}, b.cfg.Limits.Workers)
	var running sync.WaitGroup
	for _, stream := range streamsHeard(reaction.Kinds) {
		l := &listener{bus: b, reaction: reaction, stream: stream, parking: c.Parking, slots: slots}
		b.hears(stream, reaction.Name)
		running.Go(func() { b.sustain(ctx, c.Name, reaction.Name+" on "+stream, l.run) })
	}
	aside := &listener{bus: b, reaction: reaction, parking: c.Parking}
	running.Go(func() { aside.revisit(ctx) })
	if b.provisions() {
		l := &listener{bus: b, reaction: reaction, stream: adviceStream, parking: c.Parking, slots: slots}
		running.Go(func() { b.sustain(ctx, setupUser, "rescue of "+reaction.Name, l.rescue) })
	}
	running.Wait()
	return nil
}

// hears notes that a reaction listens to a stream, for Idle.
func (b *Bus) hears(stream, reaction string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.heard[stream] == nil {
		b.heard[stream] = map[string]bool{}
	}
	b.heard[stream][reaction] = true
}

// listener hears one stream for one reaction.
type listener struct {
	bus      *Bus
	reaction bus.Reaction
	stream   string
	parking  bus.Parking
	slots    chan struct{} // one for each fact handled at the moment
}

// consumerConfig is the durable consumer of a reaction on a stream. MaxDeliver
// is a net below our own count of tries: what falls through it is told on the
// advice stream and rescued from there.
func (l *listener) consumerConfig() jetstream.ConsumerConfig {
	limits := l.bus.cfg.Limits
	return jetstream.ConsumerConfig{
		Durable:        l.reaction.Name,
		FilterSubjects: filters(l.reaction.Kinds, l.stream),
		DeliverPolicy:  jetstream.DeliverAllPolicy,
		AckPolicy:      jetstream.AckExplicitPolicy,
		AckWait:        limits.AckWait,
		MaxDeliver:     limits.Tries + 2,
		MaxAckPending:  limits.InHand,
	}
}

// run hears until the connection ends or the subscription does.
func (l *listener) run(ctx context.Context, s *session) error {
	consumer, err := l.consumer(ctx, s)
	if err != nil {
		return err
	}
	return l.hear(ctx, consumer, l.receive)
}

// consumer finds the durable consumer, or makes it where this process may. One
// that somebody else made must hear what the reaction hears, and wait for its
// answers.
func (l *listener) consumer(ctx context.Context, s *session) (jetstream.Consumer, error) {
	want := l.consumerConfig()
	if l.bus.provisions() {
		if err := l.bus.declareConsumer(ctx, l.stream, want); err != nil {
			return nil, err
		}
	}
	c, err := s.js.Consumer(ctx, l.stream, want.Durable)
	if err != nil {
		return nil, fmt.Errorf("find consumer: %w", err)
	}
	have := c.CachedInfo().Config
	heard := have.FilterSubjects
	if have.FilterSubject != "" {
		heard = append(heard, have.FilterSubject)
	}
	slices.Sort(heard)
	if !slices.Equal(heard, want.FilterSubjects) || have.AckPolicy != want.AckPolicy || have.MaxAckPending > want.MaxAckPending {
		return nil, fmt.Errorf("consumer %s on %s was made for %v with %v, must be for %v with %v",
			want.Durable, l.stream, heard, have.AckPolicy, want.FilterSubjects, want.AckPolicy)
	}
	return c, nil
}

// declareConsumer makes a consumer or corrects it.
func (b *Bus) declareConsumer(ctx context.Context, stream string, want jetstream.ConsumerConfig) error {
	return b.onSession(ctx, setupUser, func(ctx context.Context, s *session) error {
		_, err := b.makeConsumer(ctx, s, stream, want)
		return err
	})
}

// hear takes deliveries until ctx ends, the subscription breaks or the watchdog
// finds that nothing moves.
func (l *listener) hear(ctx context.Context, consumer jetstream.Consumer, receive func(*lanes, jetstream.Msg)) error {
	pool := newLanes(ctx, l.bus.cfg.Limits, l.slots, l.handle)
	defer pool.close()
	broken := make(chan error, 1)
	sub, err := consumer.Consume(
		func(m jetstream.Msg) { receive(pool, m) },
		jetstream.PullMaxMessages(min(prefetch, l.bus.cfg.Limits.InHand)), jetstream.PullHeartbeat(heartbeat),
		jetstream.ConsumeErrHandler(func(_ jetstream.ConsumeContext, err error) {
			if errors.Is(err, jetstream.ErrNoHeartbeat) { // the pull is renewed by the client
				return
			}
			select {
			case broken <- err:
			default:
			}
		}),
	)
	if err != nil {
		return fmt.Errorf("subscribe: %w", err)
	}
	defer func() {
		sub.Stop()
		<-sub.Closed()
	}()
	watch := time.NewTicker(l.bus.cfg.Limits.Stall)
	defer watch.Stop()
	var before progress
	for {
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case err := <-broken:
			return fmt.Errorf("subscription: %w", err)
		case <-watch.C:
			now, err := look(ctx, consumer, pool)
			if err != nil {
				return fmt.Errorf("watch progress: %w", err)
			}
			if now.stalled(before) {
				l.bus.stalls.Add(1)
				return fmt.Errorf("%d facts pending and nothing moved for %v, subscribing anew", now.pending, l.bus.cfg.Limits.Stall)
			}
			before = now
		}
	}
}

// progress is how far a consumer has got.
type progress struct {
	pending          uint64
	floor, delivered uint64
	inHand           int // by the pool: work that is slow is no stall
}

func look(ctx context.Context, consumer jetstream.Consumer, pool *lanes) (progress, error) {
	info, err := consumer.Info(ctx)
	if err != nil {
		return progress{}, err
	}
	return progress{
		pending: info.NumPending, floor: info.AckFloor.Stream, delivered: info.Delivered.Stream, inHand: pool.size(),
	}, nil
}

// stalled reports whether there was work all the time and none was done.
func (p progress) stalled(before progress) bool {
	return p.pending > 0 && before.pending > 0 && p.inHand == 0 && before.inHand == 0 &&
		p.floor == before.floor && p.delivered == before.delivered
}

// receive takes one delivery in hand. It never blocks: the broker hands out no
// more than the pool may hold.
func (l *listener) receive(pool *lanes, m jetstream.Msg) {
	it := addressed(m.Headers(), m.Subject(), m.Data())
	it.receipt = m
	if meta, err := m.Metadata(); err == nil {
		it.tries, it.seq = meta.NumDelivered, meta.Sequence.Stream
	}
	pool.put(it)
}

// addressed reads from the headers of a message which facts it must keep its
// order with.
func addressed(h nats.Header, address string, data []byte) *item {
	it := &item{address: address, subject: h.Get(headerSubject), data: data}
	it.version, _ = strconv.ParseInt(h.Get(headerVersion), 10, 64) // one without a number goes first
	if it.subject == "" {
		it.subject = address
	}
	return it
}

// handle lets the reaction deal with a fact.
func (l *listener) handle(ctx context.Context, it *item) outcome {
	e, err := decode(it.data)
	if err == nil && e.Address() != it.address {
		err = fmt.Errorf("envelope for %s came under %s", e.Address(), it.address)
	}
	if err != nil {
		it.envelope = unreadable(l.stream, it)
		return l.settle(ctx, it, unreadableFault(err))
	}
	it.envelope = e
	if it.parkFor != nil { // it was given up, only the parking did not work yet
		return l.settle(ctx, it, it.parkFor)
	}
	return l.settle(ctx, it, react(ctx, l.reaction, e))
}

// react calls the handler. A panic is an error of that fact alone.
func react(ctx context.Context, r bus.Reaction, e events.Envelope) (err error) {
	defer func() {
		if p := recover(); p != nil {
			slog.ErrorContext(ctx, "handler panicked", "reaction", r.Name, "fact", e.ID, "type", fmt.Sprintf("%T", p), "stack", string(debug.Stack()))
			err = fmt.Errorf("handler of %s panicked: %T", r.Name, p)
		}
	}()
	return r.Handle(ctx, e)
}
