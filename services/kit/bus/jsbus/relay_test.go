package jsbus

import (
	"context"
	"errors"
	"math/rand/v2"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"shenzhong/services/kit/clock"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/store"
)

// checkHeldInOrder asserts that the stream holds every commit once, and those of
// one subject in their order.
func (s *setup) checkHeldInOrder(t testing.TB) {
	t.Helper()
	s.checkHeld(t)
	last := map[string]int64{}
	s.asSetup(t, func(ctx context.Context, js jetstream.JetStream) {
		stream, err := js.Stream(ctx, "sz-clue")
		must(t, err)
		for seq := uint64(1); seq <= stream.CachedInfo().State.LastSeq; seq++ {
			m, err := stream.GetMsg(ctx, seq)
			must(t, err)
			e, err := decode(m.Data)
			must(t, err)
			if e.Version != last[e.Subject]+1 {
				t.Errorf("sequence %d holds %s after version %d", seq, e.ID, last[e.Subject])
			}
			last[e.Subject] = e.Version
		}
	})
}

func TestTwoRelaysAtOnce(t *testing.T) {
	s := newSetup(t)
	run(t, s.relay, s.relay, s.hear)
	for range 5 {
		s.clue.sayAll(t, 40, 5)
		s.quiet(t)
	}
	s.checkHeard(t)
	s.checkHeldInOrder(t)
}

// TestRelayKilledBetweenPublishAndMark stops the relay, as a crash would, at
// points where the broker has a batch and the store does not know, or knows and
// the relay does not.
func TestRelayKilledBetweenPublishAndMark(t *testing.T) {
	for _, point := range []string{"published", "marked"} {
		t.Run(point, func(t *testing.T) {
			var times atomic.Int64
			s := newSetup(t, func(c *Config) {
				c.Hook = func(at string) error {
					if at == point && times.Add(1)%2 == 1 && times.Load() < 12 {
						return errors.New("killed here")
					}
					return nil
				}
			})
			s.clue.sayAll(t, 60, 30) // four batches
			run(t, s.relay, s.hear)
			s.clue.sayAll(t, 3, 2)
			s.quiet(t)
			s.checkHeard(t)
			s.checkHeldInOrder(t)
			if times.Load() < 4 {
				t.Errorf("killed %d times", times.Load())
			}
		})
	}
}

// TestHealingKilledHalfWay stops the relay after it has rewound the listeners
// and before the store knows what to send again.
func TestHealingKilledHalfWay(t *testing.T) {
	var times atomic.Int64
	kill := func(c *Config) {
		c.Hook = func(at string) error {
			if at == "healing" && times.Add(1) < 3 {
				return errors.New("killed here")
			}
			return nil
		}
	}
	s := newSetup(t, kill)
	stop := run(t, s.relay, s.hear)
	s.clue.sayAll(t, 10, 10)
	s.quiet(t)
	stop()
	s.Close()
	blocks := s.blocks(t)
	cut(t, blocks[len(blocks)-1], half)
	s.open(t, kill)
	run(t, s.relay, s.hear)
	s.quiet(t)
	s.checkHeard(t)
	s.checkHeld(t)
	if times.Load() < 3 {
		t.Errorf("healed %d times; want 3", times.Load())
	}
}

// TestBrokerRestartedUnderLoad replaces the server again and again while facts
// are said, sent and heard.
func TestBrokerRestartedUnderLoad(t *testing.T) {
	s := newSetup(t)
	run(t, s.relay, s.hear)
	var saying atomic.Bool
	saying.Store(true)
	run(t, func(ctx context.Context) error {
		for saying.Load() && ctx.Err() == nil {
			s.clue.say(t, rand.IntN(50)+1, "")
			sleep(ctx, 200*time.Microsecond)
		}
		return nil
	})
	for range 8 {
		sleep(t.Context(), time.Duration(50+rand.IntN(150))*time.Millisecond)
		must(t, s.broker.restart())
	}
	saying.Store(false)
	s.quiet(t)
	s.checkHeard(t)
	s.checkHeldInOrder(t)
	if s.aside(t) > 0 {
		t.Errorf("%d facts were put aside", s.aside(t))
	}
}

// TestCommitThatCannotBeSentHoldsBackOnlyItsSubject has one fact that no message
// can carry.
func TestCommitThatCannotBeSentHoldsBackOnlyItsSubject(t *testing.T) {
	s := newSetup(t)
	run(t, s.relay, s.hear)
	s.clue.sayAll(t, 3, 1)
	s.clue.say(t, 2, strings.Repeat("x", 2<<20))
	s.clue.sayAll(t, 3, 20)
	eventually(t, "the others are heard", func() bool { return s.ear.total() == 1+21+21 })
	eventually(t, "what waits is told", func() bool { l := s.Lag()[0]; return l.Held == 21 && l.Waiting == 21 })
}

// TestFullStreamRefuses gives the stream less room than there is to say: the
// context must keep its facts, and send them when there is room.
func TestFullStreamRefuses(t *testing.T) {
	s := newSetup(t, func(c *Config) { c.MaxBytes = 1 << 20 })
	stop := run(t, s.relay, s.hear)
	for i := range 100 {
		s.clue.say(t, i%7+1, strings.Repeat("x", 20<<10))
	}
	eventually(t, "the relay says why", func() bool { return strings.Contains(s.Lag()[0].Reason, "maximum bytes") })
	stop()
	s.Close()
	s.open(t) // with the usual room
	run(t, s.relay, s.hear)
	s.quiet(t)
	s.checkHeard(t)
	s.checkHeldInOrder(t)
}

func TestRebuildStream(t *testing.T) {
	s := newSetup(t)
	run(t, s.hear)
	stop := run(t, s.relay)
	s.clue.sayAll(t, 20, 40)
	s.quiet(t)
	stop()
	n, err := s.RebuildStream(t.Context(), "clue", s.clue.log)
	if n != 800 || err != nil {
		t.Errorf("rebuilt with %d facts, %v; want 800", n, err)
	}
	run(t, s.relay)
	s.clue.sayAll(t, 20, 1)
	s.quiet(t)
	s.checkHeard(t)
	s.checkHeldInOrder(t)
}

func TestBatchesRespectBothBounds(t *testing.T) {
	big := letter{id: "a", body: make([]byte, 400<<10)}
	small := letter{id: "b", body: make([]byte, 10)}
	many := make([]letter, 1200)
	for i := range many {
		many[i] = small
	}
	tests := []struct {
		name string
		in   []letter
		want []int
	}{
		{"nothing", nil, nil},
		{"one too big for two", []letter{big, big, big, small}, []int{2, 2}},
		{"by number", many, []int{500, 500, 200}},
		{"one alone above the bound", []letter{{body: make([]byte, 1<<20)}, small}, []int{1, 1}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := batches(tt.in)
			if len(got) != len(tt.want) {
				t.Fatalf("%d batches; want %d", len(got), len(tt.want))
			}
			for i := range got {
				if len(got[i]) != tt.want[i] {
					t.Errorf("batch %d has %d letters; want %d", i, len(got[i]), tt.want[i])
				}
			}
		})
	}
}

// TestCommandsAreRefusedWhileTheOutboxIsOld moves two clocks: the one commits
// are stamped with, and the machine's.
func TestCommandsAreRefusedWhileTheOutboxIsOld(t *testing.T) {
	start := time.Date(2026, 9, 30, 0, 0, 0, 0, time.UTC)
	business, machine := clock.NewFake(start), clock.NewFake(start)
	b := &Bus{cfg: Config{Limits: Limits{Behind: 30 * time.Second}}, outboxes: map[string]*outbox{}}
	o := &outbox{context: "clue", clock: business, machine: machine}
	b.outboxes["clue"] = o
	steps := []struct {
		name    string
		do      func()
		refused bool
	}{
		{"empty", func() { o.saw(nil) }, false},
		{"one just committed", func() { o.saw([]store.Commit{{At: business.Now()}}) }, false},
		{"a rehearsal moves its clock by a year", func() { business.Advance(365 * 24 * time.Hour) }, false},
		{"half a minute passes", func() { machine.Advance(31 * time.Second) }, true},
		{"sent", func() { o.saw(nil) }, false},
		{"old ones after a long rest", func() { o.saw([]store.Commit{{At: start}}) }, false},
		{"load without end, but each is young", func() {
			machine.Advance(time.Hour)
			business.Advance(time.Hour)
			o.saw([]store.Commit{{At: business.Now().Add(-time.Second)}})
		}, false},
		{"load that the relay cannot follow", func() { o.saw([]store.Commit{{At: business.Now().Add(-time.Minute)}}) }, true},
	}
	for _, s := range steps {
		s.do()
		if err := b.Healthy(); (err != nil) != s.refused || s.refused && !fault.Is(err, fault.Unavailable) {
			t.Errorf("%s: Healthy() = %v; want refused = %v", s.name, err, s.refused)
		}
	}
}

func TestStalledMeansWorkAndNoneDone(t *testing.T) {
	base := progress{pending: 3, floor: 10, delivered: 10}
	tests := []struct {
		name        string
		before, now progress
		want        bool
	}{
		{"stands still", base, base, true},
		{"nothing to do", progress{floor: 10, delivered: 10}, progress{floor: 10, delivered: 10}, false},
		{"new work only", progress{floor: 10, delivered: 10}, base, false},
		{"delivered more", base, progress{pending: 2, floor: 10, delivered: 11}, false},
		{"slow handler", base, progress{pending: 3, floor: 10, delivered: 10, inHand: 1}, false},
	}
	for _, tt := range tests {
		if got := tt.now.stalled(tt.before); got != tt.want {
			t.Errorf("%s: %v; want %v", tt.name, got, tt.want)
		}
	}
}

// TestStalledSubscriptionIsMadeAnew pauses the consumer, so that nothing comes
// though there is something.
func TestStalledSubscriptionIsMadeAnew(t *testing.T) {
	s := newSetup(t, func(c *Config) { c.Limits.Stall = 100 * time.Millisecond })
	run(t, s.relay, s.hear)
	s.clue.say(t, 1, "")
	s.quiet(t)
	s.asSetup(t, func(ctx context.Context, js jetstream.JetStream) {
		_, err := js.PauseConsumer(ctx, "sz-clue", "casefile-hears", clock.System{}.Now().Add(2*time.Second))
		must(t, err)
	})
	s.clue.say(t, 1, "")
	eventually(t, "the stall is noticed", func() bool { return s.stalls.Load() > 0 })
	s.quiet(t)
	s.checkHeard(t)
}
