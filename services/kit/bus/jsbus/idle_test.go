package jsbus

import (
	"testing"
	"time"
)

// TestIdleMeansHeard asks again and again at once after a fact was said: the
// broker may not have told its consumers of it yet.
func TestIdleMeansHeard(t *testing.T) {
	s := newSetup(t)
	run(t, s.relay, s.hear)
	for n := 1; n <= 100; n++ {
		s.clue.say(t, n, "")
		for idle := false; !idle; {
			var err error
			idle, err = s.Idle(t.Context(), s.logs())
			must(t, err)
			time.Sleep(time.Millisecond)
		}
		if got := s.ear.calls(); got != n {
			t.Fatalf("idle with %d of %d facts heard", got, n)
		}
	}
}
