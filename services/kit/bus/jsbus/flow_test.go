package jsbus

import (
	"testing"
)

func TestEverythingSaidIsHeardOnceInOrder(t *testing.T) {
	s := newSetup(t)
	run(t, s.relay, s.hear)
	s.clue.sayAll(t, 50, 20)
	s.quiet(t)
	s.checkHeard(t)
	if got := s.ear.total(); got != 1000 {
		t.Errorf("applied %d facts; want 1000", got)
	}
	if lag := s.Lag()[0]; lag.Sent != 1000 || lag.Age > 0 || s.Healthy() != nil || s.Ready() != nil {
		t.Errorf("lag = %+v, healthy = %v, ready = %v", lag, s.Healthy(), s.Ready())
	}
}
