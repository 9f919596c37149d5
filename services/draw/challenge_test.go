package draw

import (
	"testing"

	"shenzhong/events"
	"shenzhong/services/kit/servicetest"
)

// TestAGrantedRecusalReseats lets the next card take the seat of an officer whose
// recusal was granted; what was refused, or came too late, changes nothing.
func TestAGrantedRecusalReseats(t *testing.T) {
	f := newFixture(t)
	f.sealed(t)
	seat := servicetest.Of[events.DrawCompleted](t, f.log)[0].Seats[0]
	decided := events.RecusalDecided{Recusal: "r", Batch: batch, Facility: seat.Facility, Unit: seat.Unit, Officer: seat.Officer}
	say := func(id string, granted, reseat bool) int {
		decided.Granted, decided.Reseat = granted, reseat
		f.inspect.Say(t, "recusal", id, decided)
		f.pump(t)
		return len(servicetest.Of[events.DrawReplaced](t, f.log))
	}
	if n := say("500156-HB-1", false, false); n != 0 {
		t.Errorf("a refused request led to %d replacements", n)
	}
	if n := say("500156-HB-2", true, false); n != 0 {
		t.Errorf("a request that came too late led to %d replacements", n)
	}
	for range 2 { // the second time he sits there no more
		if n := say("500156-HB-3", true, true); n != 1 {
			t.Fatalf("%d replacements", n)
		}
	}
	replaced := servicetest.Of[events.DrawReplaced](t, f.log)[0]
	if replaced.Was != seat.Officer || replaced.Reason != "challenge" || replaced.Seat.Officer == seat.Officer || replaced.Seat.No != seat.No {
		t.Errorf("replaced %+v of %+v", replaced, seat)
	}
	f.again(t)
}
