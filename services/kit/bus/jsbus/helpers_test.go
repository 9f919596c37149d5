package jsbus

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"shenzhong/events"
	"shenzhong/services/kit/bus"
	"shenzhong/services/kit/clock"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/identity"
	"shenzhong/services/kit/store"
)

func TestMain(m *testing.M) {
	if os.Getenv("JSBUS_LOG") == "" {
		slog.SetDefault(slog.New(slog.NewTextHandler(io.Discard, nil)))
	}
	// A server that is replaced while a batch is under way leaves the staging
	// files of that batch to itself (nats-server 2.15.2).
	const store = "github.com/nats-io/nats-server/v2/server"
	goleak.VerifyTestMain(m,
		goleak.IgnoreTopFunction(store+".(*fileStore).flushStreamStateLoop"),
		goleak.IgnoreTopFunction(store+".(*msgBlock).flushLoop"),
		goleak.IgnoreTopFunction(store+"/ats.Register.func1"),
	)
}

// noted is a fact of the context clue, heard that of the context casefile.
type noted struct {
	N   int    `json:"n"`
	Pad string `json:"pad,omitempty"`
}

func (noted) Kind() string { return "clue.noted.v1" }

// thing is an entity that counts its changes.
type thing struct{ N int }

// speech is a context with its own store that says things.
type speech struct {
	log    store.Log
	things *store.Collection[thing]
}

func newSpeech() *speech {
	log := store.NewMemory()
	return &speech{log: log, things: store.NewCollection[thing]("clue", log, clock.System{})}
}

func id(n int) string { return fmt.Sprintf("500156-XS-2026-%06d", n) }

// say commits the next fact of entity n.
func (s *speech) say(t testing.TB, n int, pad string) {
	t.Helper()
	by := store.Cause{ID: fmt.Sprintf("test/%d", causes.next()), Actor: identity.Service("clue")}
	err := s.things.Put(t.Context(), by, id(n), func(x *thing) (events.Event, error) {
		x.N++
		return noted{N: x.N, Pad: pad}, nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// sayAll commits times facts of each of n entities, in turn.
func (s *speech) sayAll(t testing.TB, n, times int) {
	t.Helper()
	for range times {
		for i := 1; i <= n; i++ {
			s.say(t, i, "")
		}
	}
}

type counter struct {
	mu sync.Mutex
	n  int
}

func (c *counter) next() int { c.mu.Lock(); defer c.mu.Unlock(); c.n++; return c.n }

var causes counter

// ear is a listener that folds what it hears: once, in order, as views do.
type ear struct {
	mu    sync.Mutex
	seen  map[string]int64 // version by subject
	heard int              // calls
	wrong []string
	fail  func(events.Envelope) error // asked first, under mu
}

func newEar() *ear { return &ear{seen: map[string]int64{}} }

func (e *ear) handle(_ context.Context, env events.Envelope) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.heard++
	if e.fail != nil {
		if err := e.fail(env); err != nil {
			return err
		}
	}
	return e.fold(env)
}

// fold applies a fact as view.Apply does.
func (e *ear) fold(env events.Envelope) error {
	have := e.seen[env.Subject]
	switch {
	case env.Version <= have:
		return nil
	case env.Version > have+1:
		return fault.New(fault.Early, "%s comes before version %d", env.ID, have+1)
	}
	fact, err := events.Open[noted](env)
	if err != nil {
		return err
	}
	if int64(fact.N) != env.Version {
		e.wrong = append(e.wrong, fmt.Sprintf("%s carries change %d", env.ID, fact.N))
	}
	e.seen[env.Subject] = env.Version
	return nil
}

func (e *ear) total() (applied int64) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, v := range e.seen {
		applied += v
	}
	return applied
}

func (e *ear) calls() int { e.mu.Lock(); defer e.mu.Unlock(); return e.heard }

func (e *ear) reaction(name string) bus.Reaction {
	return bus.Reaction{Name: name, Kinds: []string{"clue.noted.v1"}, Handle: e.handle}
}

// quick are limits that keep tests short.
func quick() Limits {
	return Limits{
		Sweep: 20 * time.Millisecond, Probe: 200 * time.Millisecond, AckWait: 2 * time.Second,
		Stall: time.Second, Grace: time.Second, Tries: 3, Revisit: 100 * time.Millisecond,
	}
}

// setup is a bus with a speaker (clue) and a listener (casefile).
type setup struct {
	*Bus
	dir     string
	clue    *speech
	ear     *ear
	parking *parking
}

type option func(*Config)

func newSetup(t testing.TB, opts ...option) *setup {
	t.Helper()
	s := &setup{dir: t.TempDir(), clue: newSpeech(), ear: newEar(), parking: newParking(t)}
	s.open(t, opts...)
	t.Cleanup(func() { s.Close() })
	return s
}

// open makes the bus; a second call starts the program anew.
func (s *setup) open(t testing.TB, opts ...option) {
	t.Helper()
	cfg := Config{
		Embedded: &Embedded{Dir: s.dir},
		Contexts: []Context{
			{Name: "clue"},
			{Name: "casefile", Reactions: []bus.Reaction{s.ear.reaction("casefile-hears")}, Parking: s.parking},
		},
		MaxBytes: 256 << 20,
		Limits:   quick(),
	}
	for _, o := range opts {
		o(&cfg)
	}
	b, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	s.Bus = b
	if err := b.Declare(t.Context(), []string{"clue", "casefile"}); err != nil {
		b.Close()
		t.Fatal(err)
	}
}

// run starts parts and returns how to stop them and wait.
func run(t testing.TB, parts ...func(context.Context) error) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	for _, p := range parts {
		wg.Go(func() {
			if err := p(ctx); err != nil {
				t.Errorf("part ended: %v", err)
			}
		})
	}
	once := sync.OnceFunc(func() { cancel(); wg.Wait() })
	t.Cleanup(once)
	return once
}

func (s *setup) relay(ctx context.Context) error { return s.Relay(ctx, "clue", s.clue.log) }
func (s *setup) hear(ctx context.Context) error {
	return s.Consume(ctx, s.ear.reaction("casefile-hears"))
}

func (s *setup) logs() map[string]store.Log { return map[string]store.Log{"clue": s.clue.log} }

// quiet waits until nothing is on its way.
func (s *setup) quiet(t testing.TB) {
	t.Helper()
	eventually(t, "the bus is idle", func() bool {
		idle, err := s.Idle(t.Context(), s.logs())
		return err == nil && idle
	})
}

func eventually(t testing.TB, what string, ok func() bool) {
	t.Helper()
	deadline := time.After(30 * time.Second)
	for !ok() {
		select {
		case <-deadline:
			t.Fatalf("waited 30 s until %s", what)
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// checkHeard asserts that every fact of the speaker was applied once, in order.
func (s *setup) checkHeard(t testing.TB) {
	t.Helper()
	want := map[string]int64{}
	if err := store.Each(t.Context(), s.clue.log, func(c store.Commit) error { want[c.Subject] = c.Version; return nil }); err != nil {
		t.Fatal(err)
	}
	s.ear.mu.Lock()
	defer s.ear.mu.Unlock()
	for subject, v := range want {
		if s.ear.seen[subject] != v {
			t.Errorf("%s: folded up to version %d; want %d", subject, s.ear.seen[subject], v)
		}
	}
	for _, w := range s.ear.wrong {
		t.Error(w)
	}
}
