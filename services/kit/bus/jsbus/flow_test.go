package jsbus

import (
	"testing"
	"time"
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
	for range 1000 { // the relay looks once more after the last fact
		if s.Lag()[0].Age == 0 {
			break
		}
		time.Sleep(5 * time.Millisecond)
	}
	if lag := s.Lag()[0]; lag.Sent != 1000 || lag.Age > 0 || s.Healthy() != nil || s.Ready() != nil {
		t.Errorf("lag = %+v, healthy = %v, ready = %v", lag, s.Healthy(), s.Ready())
	}
}
