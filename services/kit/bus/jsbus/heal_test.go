package jsbus

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/nats-io/nats.go/jetstream"

	"shenzhong/events"
	"shenzhong/services/kit/store"
)

// asSetup runs ask as the user who may do everything.
func (s *setup) asSetup(t testing.TB, ask func(context.Context, jetstream.JetStream)) {
	t.Helper()
	err := s.onSession(t.Context(), setupUser, func(ctx context.Context, x *session) error {
		ask(ctx, x.js)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// held returns how often the stream of clue holds each fact.
func (s *setup) held(t testing.TB) map[string]int {
	t.Helper()
	out := map[string]int{}
	s.asSetup(t, func(ctx context.Context, js jetstream.JetStream) {
		stream, err := js.Stream(ctx, "sz-clue")
		if err != nil {
			t.Fatal(err)
		}
		state := stream.CachedInfo().State
		for seq := max(state.FirstSeq, 1); seq <= state.LastSeq; seq++ {
			m, err := stream.GetMsg(ctx, seq)
			if err != nil {
				continue
			}
			e, err := decode(m.Data)
			if err != nil {
				t.Fatal(err)
			}
			out[e.ID]++
		}
	})
	return out
}

// checkHeld asserts that the stream holds every commit.
func (s *setup) checkHeld(t testing.TB) {
	t.Helper()
	held := s.held(t)
	missing := 0
	err := store.Each(t.Context(), s.clue.log, func(c store.Commit) error {
		if held[c.ID()] == 0 {
			missing++
		}
		return nil
	})
	if err != nil || missing > 0 {
		t.Errorf("%d facts are not in the stream (%v)", missing, err)
	}
}

// blocks returns the message files of the stream of clue, oldest first.
func (s *setup) blocks(t testing.TB) []string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(s.dir, "jetstream", "*", "streams", "sz-clue", "msgs", "*.blk"))
	if err != nil || len(found) == 0 {
		t.Fatalf("no message files: %v", err)
	}
	slices.SortFunc(found, func(a, b string) int {
		return len(a) - len(b) + int(a[len(a)-5]) - int(b[len(b)-5])
	})
	return found
}

func cut(t testing.TB, path string, leave func(size int64) int64) {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(path, leave(info.Size())); err != nil {
		t.Fatal(err)
	}
}

func half(size int64) int64 { return size / 2 }

// damage is a way to harm what the broker keeps. older is a copy of its folder
// from before the last facts.
type damage struct {
	name string
	harm func(t testing.TB, s *setup, older string)
}

func damages() []damage {
	newest := func(t testing.TB, s *setup) string { b := s.blocks(t); return b[len(b)-1] }
	loseIndex := func(t testing.TB, s *setup) {
		must(t, os.Remove(filepath.Join(filepath.Dir(newest(t, s)), "index.db")))
	}
	few := func(size int64) int64 { return size - 7 }
	all := func(int64) int64 { return 0 }
	return []damage{
		{"folder deleted", func(t testing.TB, s *setup, _ string) { must(t, os.RemoveAll(s.dir)) }},
		{"folder set back to an older copy", func(t testing.TB, s *setup, older string) {
			must(t, os.RemoveAll(s.dir))
			must(t, os.CopyFS(s.dir, os.DirFS(older)))
		}},
		{"newest file cut in half", func(t testing.TB, s *setup, _ string) { cut(t, newest(t, s), half) }},
		{"newest file cut in half, index gone", func(t testing.TB, s *setup, _ string) {
			cut(t, newest(t, s), half)
			loseIndex(t, s)
		}},
		{"newest file cut by a few bytes", func(t testing.TB, s *setup, _ string) { cut(t, newest(t, s), few) }},
		{"newest file emptied", func(t testing.TB, s *setup, _ string) { cut(t, newest(t, s), all) }},
		{"newest file emptied, index gone", func(t testing.TB, s *setup, _ string) {
			cut(t, newest(t, s), all)
			loseIndex(t, s)
		}},
		{"newest file deleted, index gone", func(t testing.TB, s *setup, _ string) {
			loseIndex(t, s)
			must(t, os.Remove(newest(t, s)))
		}},
		{"oldest file cut in half", func(t testing.TB, s *setup, _ string) { cut(t, s.blocks(t)[0], half) }},
		{"oldest file cut in half, index gone", func(t testing.TB, s *setup, _ string) {
			cut(t, s.blocks(t)[0], half)
			loseIndex(t, s)
		}},
	}
}

// TestDamageBetweenRuns stops the program, harms what the broker keeps, and
// starts the program again. Nothing may be missing from the stream, and every
// fact must reach both a listener that had heard all and one that had heard
// nothing.
func TestDamageBetweenRuns(t *testing.T) {
	for _, d := range damages() {
		for _, heardAll := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s, all heard before: %v", d.name, heardAll), func(t *testing.T) {
				s := newSetup(t)
				older := t.TempDir()
				pad := strings.Repeat("x", 200<<10)
				for range 2 {
					stop := run(t, s.relay)
					for i := range 30 { // some 6 MB each time: two message files in all
						s.clue.say(t, i%7+1, pad)
					}
					eventually(t, "all is sent", func() bool { return s.unrelayed(t) == 0 })
					if heardAll {
						stopHearing := run(t, s.hear)
						s.quiet(t)
						stopHearing()
					}
					stop()
					s.Close()
					if s.unhurt(t, older) {
						must(t, os.CopyFS(older, os.DirFS(s.dir)))
						s.open(t)
					}
				}
				d.harm(t, s, older)

				s.open(t)
				run(t, s.relay, s.hear)
				s.clue.sayAll(t, 7, 1)
				s.quiet(t)
				s.checkHeard(t)
				s.checkHeld(t)
				if s.Lag()[0].Healed == 0 {
					t.Error("nothing was sent again: the damage did no harm and proves nothing")
				}
			})
		}
	}
}

// unhurt reports whether there is no copy yet.
func (s *setup) unhurt(t testing.TB, older string) bool {
	found, err := os.ReadDir(older)
	must(t, err)
	return len(found) == 0
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (s *setup) unrelayed(t testing.TB) int {
	commits, err := s.clue.log.Unrelayed(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	return len(commits)
}

// TestStreamDeletedUnderARunningRelay takes the stream away while relay and
// listener are at work: the next acknowledgement gives the loss away.
func TestStreamDeletedUnderARunningRelay(t *testing.T) {
	s := newSetup(t)
	run(t, s.relay, s.hear)
	s.clue.sayAll(t, 5, 10)
	s.quiet(t)
	s.asSetup(t, func(ctx context.Context, js jetstream.JetStream) {
		if err := js.DeleteStream(ctx, "sz-clue"); err != nil {
			t.Fatal(err)
		}
		if err := s.Declare(ctx, []string{"clue"}); err != nil {
			t.Fatal(err)
		}
	})
	s.clue.sayAll(t, 5, 1)
	eventually(t, "the stream holds all again", func() bool { return len(s.held(t)) == 55 })
	s.quiet(t)
	s.checkHeard(t)
}

// TestKnownIDOfAnotherFactIsSentAllTheSame sends a fact whose id the broker
// remembers though its stream holds something else under it, as after a store
// was set back.
func TestKnownIDOfAnotherFactIsSentAllTheSame(t *testing.T) {
	s := newSetup(t)
	e := events.Envelope{SpecVersion: "1.0", ID: "clue/" + id(1) + "/1", Type: "clue.noted.v1", Subject: "clue/" + id(1), Version: 1, Data: []byte(`{"n":99}`)}
	s.asSetup(t, func(ctx context.Context, js jetstream.JetStream) {
		if _, err := js.Publish(ctx, e.Address(), []byte(`{"of":"another history"}`), jetstream.WithMsgID(e.ID)); err != nil {
			t.Fatal(err)
		}
	})
	s.clue.say(t, 1, "")
	run(t, s.relay, s.hear)
	eventually(t, "the fact is heard", func() bool { return s.ear.total() == 1 })
}
