package jsbus

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"shenzhong/events"
	"shenzhong/services/kit/bus"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/store"
)

// publish puts an envelope on the stream under a message id, as no relay would.
func (s *setup) publish(t testing.TB, e events.Envelope, msgID string) {
	t.Helper()
	body := fmt.Sprintf(`{"specversion":"1.0","id":%q,"type":%q,"subject":%q,"version":%d,"data":%s}`, e.ID, e.Type, e.Subject, e.Version, e.Data)
	s.asSetup(t, func(ctx context.Context, js jetstream.JetStream) {
		m := letter{id: msgID, subject: e.Subject, address: e.Address(), version: e.Version, body: []byte(body)}.message()
		if _, err := js.PublishMsg(ctx, m); err != nil {
			t.Fatal(err)
		}
	})
}

// committed returns what the speaker has committed, in order of subject and
// version.
func (s *setup) committed(t testing.TB) []events.Envelope {
	t.Helper()
	var out []events.Envelope
	must(t, store.Each(t.Context(), s.clue.log, func(c store.Commit) error { out = append(out, c.Envelope()); return nil }))
	return out
}

func TestSameFactDeliveredAHundredTimes(t *testing.T) {
	s := newSetup(t)
	s.clue.say(t, 1, "")
	e := s.committed(t)[0]
	for i := range 100 {
		s.publish(t, e, fmt.Sprintf("copy-%d", i))
	}
	run(t, s.hear)
	eventually(t, "all copies were delivered", func() bool { return s.ear.calls() >= 100 })
	s.checkHeard(t)
	if got := s.ear.total(); got != 1 {
		t.Errorf("applied %d times; want once", got)
	}
}

// TestWorstOrder delivers the facts of several subjects backwards, and has each
// refused once before it works, so that redelivery shuffles them further.
func TestWorstOrder(t *testing.T) {
	s := newSetup(t)
	refused := map[string]bool{}
	s.ear.fail = func(e events.Envelope) error {
		if e.Version%3 == 0 && !refused[e.ID] {
			refused[e.ID] = true
			return errors.New("not this time")
		}
		return nil
	}
	s.clue.sayAll(t, 5, 20)
	all := s.committed(t)
	slices.Reverse(all)
	for _, e := range all {
		s.publish(t, e, e.ID)
	}
	run(t, s.hear)
	eventually(t, "all is folded", func() bool { return s.ear.total() == 100 })
	s.checkHeard(t)
	if n := s.aside(t); n > 0 {
		t.Errorf("%d facts were put aside; want none", n)
	}
}

// TestEarlyFactWaitsWithoutTries keeps a fact waiting for longer than its tries
// would last, and lets its predecessor come then.
func TestEarlyFactWaitsWithoutTries(t *testing.T) {
	s := newSetup(t)
	s.clue.sayAll(t, 1, 3)
	all := s.committed(t)
	s.publish(t, all[2], "third")
	s.publish(t, all[1], "second")
	run(t, s.hear)
	eventually(t, "they were tried often", func() bool { return s.ear.calls() > 20 })
	streams, err := s.Survey(t.Context())
	must(t, err)
	if c := streams[len(streams)-1].Consumers; len(c) != 1 || c[0].InHand != 2 || c[0].Again != 0 {
		t.Errorf("consumers = %+v; want 2 in hand, none delivered again", c)
	}
	s.publish(t, all[0], "first")
	eventually(t, "all is folded", func() bool { return s.ear.total() == 3 })
	if n := s.aside(t); n > 0 {
		t.Errorf("%d facts were put aside; want none", n)
	}
}

// TestStoreAwayIsNoFaultOfTheFact has the store of the listener away for longer
// than the broker waits for an answer and than tries would last.
func TestStoreAwayIsNoFaultOfTheFact(t *testing.T) {
	s := newSetup(t, func(c *Config) { c.Limits.AckWait = time.Second })
	away := true
	s.ear.fail = func(events.Envelope) error {
		if away {
			return fault.New(fault.Unavailable, "存储暂不可用")
		}
		return nil
	}
	s.clue.sayAll(t, 20, 1)
	run(t, s.relay, s.hear)
	sleep(t.Context(), 4*time.Second)
	s.ear.mu.Lock()
	away = false
	s.ear.mu.Unlock()
	eventually(t, "all is folded", func() bool { return s.ear.total() == 20 })
	if n := s.aside(t); n > 0 {
		t.Errorf("%d facts were put aside; want none", n)
	}
}

// TestPatienceEnds puts a fact aside that waited too long, and has its
// predecessor come after that.
func TestPatienceEnds(t *testing.T) {
	s := newSetup(t, func(c *Config) { c.Limits.Patience = 300 * time.Millisecond })
	s.clue.sayAll(t, 1, 2)
	all := s.committed(t)
	s.publish(t, all[1], "second")
	run(t, s.hear)
	eventually(t, "the early fact is put aside", func() bool { return s.aside(t) == 1 })
	s.publish(t, all[0], "first")
	eventually(t, "both are folded", func() bool { return s.ear.total() == 2 })
	eventually(t, "none is aside any more", func() bool { return s.aside(t) == 0 })
}

// TestCrowdOfEarlyFactsLetsThePredecessorThrough has more facts wait than one
// consumer may have in hand, all for one that comes behind them.
func TestCrowdOfEarlyFactsLetsThePredecessorThrough(t *testing.T) {
	s := newSetup(t, func(c *Config) { c.Limits.InHand, c.Limits.AckWait = 16, 300*time.Millisecond })
	s.clue.sayAll(t, 1, 60)
	all := s.committed(t)
	slices.Reverse(all)
	for _, e := range all {
		s.publish(t, e, e.ID)
	}
	run(t, s.hear)
	eventually(t, "some are put aside", func() bool { return s.aside(t) > 0 })
	eventually(t, "all is folded", func() bool { return s.ear.total() == 60 })
	eventually(t, "none is aside any more", func() bool { return s.aside(t) == 0 })
	s.checkHeard(t)
}

func (s *setup) aside(t testing.TB) int {
	t.Helper()
	letters, err := s.Aside().Letters(t.Context())
	must(t, err)
	return len(letters)
}

func TestDeadLetterAfterTheLastTry(t *testing.T) {
	s := newSetup(t)
	broken := true
	s.ear.fail = func(e events.Envelope) error {
		if broken && e.Subject == "clue/"+id(2) && e.Version == 2 {
			panic("no such thing")
		}
		return nil
	}
	run(t, s.relay, s.hear)
	s.clue.sayAll(t, 3, 3)
	eventually(t, "the poisoned fact is put aside", func() bool { return s.aside(t) == 1 })
	letters, err := s.Aside().Letters(t.Context())
	must(t, err)
	p := letters[0]
	if p.Reaction != "casefile-hears" || p.Envelope.ID != "clue/"+id(2)+"/2" || p.Tries != 3 || !strings.Contains(p.Reason, "panic") {
		t.Errorf("parked = %+v", p)
	}
	if got := s.ear.total(); got != 7 {
		t.Errorf("folded %d facts; want 7: the other subjects and what came before", got)
	}
	night := bus.Deed{At: s.cfg.Clock.Now(), By: "值班员", Why: "程序已修复"}
	if _, err := s.Aside().Replay(t.Context(), p.ID(), night); err == nil || s.aside(t) != 1 {
		t.Errorf("a replay that fails gives %v and %d dead letters; want an error and 1", err, s.aside(t))
	}
	s.ear.mu.Lock()
	broken = false
	s.ear.mu.Unlock()
	if n, err := s.Aside().Replay(t.Context(), p.ID(), night); n < 1 || err != nil {
		t.Errorf("replayed %d, %v", n, err)
	}
	eventually(t, "what waited behind it follows", func() bool { return s.ear.total() == 9 })
	s.checkHeard(t)
	if n, err := s.Aside().Replay(t.Context(), p.ID(), night); n != 0 || err != nil {
		t.Errorf("a second replay gives %d, %v; want nothing done and no error", n, err)
	}
	if err := s.Aside().Discard(t.Context(), p.ID(), night); !fault.Is(err, fault.Conflict) {
		t.Errorf("discarded after it took effect: %v; want a conflict", err)
	}
	kept, _, err := s.cfg.Contexts[1].Parking.Find(t.Context(), p.ID())
	must(t, err)
	if len(kept.Deeds) != 2 || kept.Deeds[0].Failed == "" || kept.Deeds[1].Failed != "" || kept.Deeds[1].By != "值班员" || kept.At.IsZero() {
		t.Errorf("what was done about it reads %+v", kept)
	}
}

func TestInvalidFactIsPutAsideAtOnceAndDiscarded(t *testing.T) {
	s := newSetup(t)
	s.ear.fail = func(e events.Envelope) error { return fault.New(fault.Invalid, "内容不合规") }
	run(t, s.relay, s.hear)
	s.clue.say(t, 1, "")
	eventually(t, "the fact is put aside", func() bool { return s.aside(t) == 1 })
	s.quiet(t)
	if s.ear.calls() != 1 {
		t.Errorf("handled %d times; want once", s.ear.calls())
	}
	letters, err := s.Aside().Letters(t.Context())
	must(t, err)
	if err := s.Aside().Discard(t.Context(), letters[0].ID(), bus.Deed{By: "值班员", Why: " "}); !fault.Is(err, fault.Invalid) {
		t.Errorf("discarded without a reason: %v", err)
	}
	must(t, s.Aside().Discard(t.Context(), letters[0].ID(), bus.Deed{By: "值班员", Why: "重复登记，主管同意"}))
	if s.aside(t) != 0 {
		t.Error("a discarded fact is still there")
	}
}

func TestUnreadableMessageIsPutAside(t *testing.T) {
	s := newSetup(t)
	s.asSetup(t, func(ctx context.Context, js jetstream.JetStream) {
		_, err := js.Publish(ctx, "sz.500156.clue.noted.v1", []byte("\xff{"))
		must(t, err)
	})
	run(t, s.hear)
	eventually(t, "it is put aside", func() bool { return s.aside(t) == 1 })
	s.quiet(t)
}

// TestParkingAwayLosesNothing has no place to put a fact aside for a while.
func TestParkingAwayLosesNothing(t *testing.T) {
	s := newSetup(t)
	s.parking.broken.Store(true)
	s.ear.fail = func(e events.Envelope) error { return fault.New(fault.Invalid, "内容不合规") }
	run(t, s.relay, s.hear)
	s.clue.say(t, 1, "")
	eventually(t, "it was handled", func() bool { return s.ear.calls() == 1 })
	sleep(t.Context(), 300*time.Millisecond)
	if idle, err := s.Idle(t.Context(), s.logs()); idle || err != nil {
		t.Errorf("idle = %v, %v while a fact is in hand", idle, err)
	}
	s.parking.broken.Store(false)
	eventually(t, "it is put aside", func() bool { return s.aside(t) == 1 })
	if s.ear.calls() != 1 {
		t.Errorf("handled %d times; want once: only the parking was to be tried again", s.ear.calls())
	}
}

// TestBrokerGivesUp has the broker use up all deliveries without an answer, as a
// program does that is killed again and again, and then the listener come.
func TestBrokerGivesUp(t *testing.T) {
	s := newSetup(t)
	stop := run(t, s.relay, s.hear) // declares the consumers
	s.clue.say(t, 1, "")
	s.quiet(t)
	stop()
	s.clue.say(t, 2, "")
	stop = run(t, s.relay)
	eventually(t, "it is sent", func() bool { return s.unrelayed(t) == 0 })
	stop()
	s.asSetup(t, func(ctx context.Context, js jetstream.JetStream) {
		c, err := js.Consumer(ctx, "sz-clue", "casefile-hears")
		must(t, err)
		for range s.cfg.Limits.Tries + 2 {
			m, err := c.Next(jetstream.FetchMaxWait(2 * time.Second))
			must(t, err)
			must(t, m.Nak())
		}
		if m, err := c.Next(jetstream.FetchMaxWait(time.Second)); err == nil {
			meta, _ := m.Metadata()
			t.Fatalf("delivered %d times; the broker should have given up", meta.NumDelivered)
		}
	})
	if s.ear.total() != 1 {
		t.Fatal("heard too early")
	}
	run(t, s.hear)
	eventually(t, "it is rescued", func() bool { return s.ear.total() == 2 })
	s.quiet(t)
	s.checkHeard(t)
}
