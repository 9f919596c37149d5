// Package jsbus carries facts from the store of one context to the reactions of
// the others, over NATS JetStream: it owns the server, the streams, the relays,
// the consumers and what is done with facts nobody could deal with. It must
// never be the only place where a fact is kept: every stream can be made again
// from the commits, and every delivery may happen twice.
package jsbus

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"shenzhong/events"
	"shenzhong/services/kit/bus"
	"shenzhong/services/kit/clock"
)

// Context is one context as the bus sees it.
type Context struct {
	// Name is the first part of its contracts, "clue".
	Name string
	// Reactions is what it does when others speak. Their names begin with
	// Name.
	Reactions []bus.Reaction
	// Parking keeps the facts that its reactions could not deal with. Only a
	// context without reactions may do without.
	Parking bus.Parking
}

// Config is all that a Bus depends on. Exactly one of Embedded and External is
// set. The zero value of every other field is usable.
type Config struct {
	Embedded *Embedded
	External *External
	// Contexts are those that this process speaks and listens for. The embedded
	// server lets nobody else in.
	Contexts []Context
	// Clock is the one the stores stamp their commits with; it measures how far
	// a relay is behind.
	Clock clock.Clock
	// Replicas of every stream: 1, or 3 on a cluster. 0 is 1.
	Replicas int
	// MaxBytes is how much one stream may hold before it refuses more, and its
	// context keeps its facts in the store. 0 is 4 GiB.
	MaxBytes int64
	// Limits say how patient the bus is.
	Limits Limits
	// Hook, if set, is called at named points of the relay ("published",
	// "marked", "healing"). An error stops the relay there, as a crash would.
	Hook func(point string) error
}

// Limits say how often, how long and how much at once. A zero field takes its
// default.
type Limits struct {
	Workers  int           // facts one reaction handles at once, which share a sync of its store; 64
	InHand   int           // facts one consumer may hold unacknowledged; 1024
	Tries    int           // deliveries before a fact is put aside; 20
	Patience time.Duration // how long a fact may be early, or a store away, before it is put aside; 24 h
	Revisit  time.Duration // between two tries of the facts that wait aside; 1 min
	AckWait  time.Duration // after which the broker believes that a listener died; 6 s
	Stall    time.Duration // without progress before a subscription is made anew; 30 s
	Sweep    time.Duration // between two looks of a relay that nobody woke; 1 s
	Probe    time.Duration // between two probes of the broker; 5 s
	Grace    time.Duration // for handlers to finish after a stop; 5 s
	Behind   time.Duration // age of the outbox from which commands are refused; 30 s
}

func orDefault[T int | int64 | time.Duration](have *T, otherwise T) {
	if *have == 0 {
		*have = otherwise
	}
}

func (c Config) withDefaults() Config {
	orDefault(&c.Replicas, 1)
	orDefault(&c.MaxBytes, 4<<30)
	orDefault(&c.Limits.Workers, 64)
	orDefault(&c.Limits.InHand, 1024)
	orDefault(&c.Limits.Tries, 20)
	orDefault(&c.Limits.Patience, 24*time.Hour)
	orDefault(&c.Limits.Revisit, time.Minute)
	orDefault(&c.Limits.AckWait, 6*time.Second)
	orDefault(&c.Limits.Stall, 30*time.Second)
	orDefault(&c.Limits.Sweep, time.Second)
	orDefault(&c.Limits.Probe, 5*time.Second)
	orDefault(&c.Limits.Grace, 5*time.Second)
	orDefault(&c.Limits.Behind, 30*time.Second)
	if c.Clock == nil {
		c.Clock = clock.System{}
	}
	if c.Hook == nil {
		c.Hook = func(string) error { return nil }
	}
	return c
}

func (c Config) check() error {
	if (c.Embedded == nil) == (c.External == nil) {
		return fmt.Errorf("bus: give either an embedded or an external server")
	}
	if c.Replicas != 1 && c.Replicas != 3 {
		return fmt.Errorf("bus: %d replicas; give 1 or 3", c.Replicas)
	}
	names, reactions := map[string]bool{}, map[string]bool{}
	for _, x := range c.Contexts {
		if !token(x.Name) || x.Name == setupUser || names[x.Name] {
			return fmt.Errorf("bus: context name %q is empty, malformed or used twice", x.Name)
		}
		names[x.Name] = true
		if x.Parking == nil && len(x.Reactions) > 0 {
			return fmt.Errorf("bus: context %s has reactions but nowhere to put facts aside", x.Name)
		}
		for _, r := range x.Reactions {
			if !token(r.Name) || speaker(r) != x.Name || reactions[r.Name] || r.Handle == nil || len(r.Kinds) == 0 {
				return fmt.Errorf("bus: reaction %q of %s is incomplete, misnamed or listed twice", r.Name, x.Name)
			}
			reactions[r.Name] = true
		}
	}
	return nil
}

// Bus is the connection of this process to the broker.
type Bus struct {
	cfg      Config
	broker   *broker // nil when the server is another process
	links    map[string]*link
	kick     chan string  // streams that a relay found deaf
	deaf     atomic.Bool  // the last probe was not answered
	restarts atomic.Int64 // of the embedded server
	stalls   atomic.Int64 // subscriptions that were made anew because nothing moved

	mu       sync.Mutex
	outboxes map[string]*outbox         // by context; guarded by mu, as all below
	heard    map[string]map[string]bool // stream and reaction: listened to by this process
	streams  map[string]bool            // by context: declared by this process
	seen     map[string]lastSeen        // by stream: what Idle has asked
}

// New starts the embedded server, if there is to be one, and asserts that what
// it acknowledges survives a power failure. It connects to nothing yet.
func New(cfg Config) (*Bus, error) {
	cfg = cfg.withDefaults()
	if err := cfg.check(); err != nil {
		return nil, err
	}
	b := &Bus{cfg: cfg, kick: make(chan string, 1), outboxes: map[string]*outbox{}, heard: map[string]map[string]bool{}, streams: map[string]bool{}, seen: map[string]lastSeen{}, links: map[string]*link{}}
	everybody := append(names(cfg.Contexts), setupUser)
	keys, err := cfg.keys(everybody)
	if err != nil {
		return nil, err
	}
	if cfg.Embedded != nil {
		accounts, err := users(cfg.Contexts, keys)
		if err != nil {
			return nil, err
		}
		b.broker, err = startBroker(*cfg.Embedded, accounts)
		if err != nil {
			return nil, err
		}
	}
	for _, user := range everybody {
		if cfg.External != nil && cfg.External.Keys != "" && keys[user] == nil {
			continue // this process may not set anything up
		}
		b.links[user] = &link{user: user, dial: b.dialer(user, keys[user])}
	}
	return b, nil
}

// Close ends all connections, then the embedded server. Relays and consumers
// must have returned.
func (b *Bus) Close() {
	for _, l := range b.links {
		l.close()
	}
	if b.broker != nil {
		b.broker.close()
	}
}

// Server returns the address at which the embedded server listens, or "" if it
// listens nowhere.
func (b *Bus) Server() string {
	if b.broker == nil {
		return ""
	}
	return b.broker.address()
}

// sustain runs step on a live connection, again and again with growing pauses,
// until ctx ends. The context of a step ends with its connection.
func (b *Bus) sustain(ctx context.Context, user, what string, step func(context.Context, *session) error) {
	const first, longest = 50 * time.Millisecond, 5 * time.Second
	pause := first
	for ctx.Err() == nil {
		began := clock.System{}.Now()
		err := b.onSession(ctx, user, step)
		if ctx.Err() != nil {
			return
		}
		if lasted := (clock.System{}).Now().Sub(began); lasted > 2*pause { // it worked for a while
			pause = first
		}
		slog.ErrorContext(ctx, "bus works no further, trying again", "what", what, "err", err, "in", pause)
		sleep(ctx, pause)
		pause = min(2*pause, longest)
	}
}

// onSession runs step once on a live connection.
func (b *Bus) onSession(ctx context.Context, user string, step func(context.Context, *session) error) error {
	l, ok := b.links[user]
	if !ok {
		return fmt.Errorf("bus: %s is not among the contexts of this process", user)
	}
	s, err := l.session(ctx)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	stop := context.AfterFunc(s.ended, func() { cancel(errDisconnected) })
	defer stop()
	return step(ctx, s)
}

// known returns what is known of the context with that name.
func (b *Bus) known(name string) (Context, bool) {
	i := slices.IndexFunc(b.cfg.Contexts, func(c Context) bool { return c.Name == name })
	if i < 0 {
		return Context{}, false
	}
	return b.cfg.Contexts[i], true
}

func names(contexts []Context) []string {
	var out []string
	for _, c := range contexts {
		out = append(out, c.Name)
	}
	return out
}

// streamsHeard returns the streams on which the kinds travel, sorted.
func streamsHeard(kinds []string) []string {
	var out []string
	for _, k := range kinds {
		out = append(out, StreamName(events.Context(k)))
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// sleep waits for d or until ctx ends.
func sleep(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}
