package draw

import (
	"context"
	"testing"
	"time"

	"shenzhong/events"
	"shenzhong/services/draw/fdraw"
	"shenzhong/services/kit/servicetest"
)

// TestAUnitThatJoinsAShare: a unit of the plan that joins four in ten visits
// stands in the pool with four tenths of each chance, sits at some visits and not
// at others, exactly where the offset says so, and the package holds.
func TestAUnitThatJoinsAShare(t *testing.T) {
	const share = 400_000
	ctx, f := context.Background(), newFixture(t)
	f.announce(t)
	f.commit(t, "mzj", "scjgj")
	lists := frozen()
	for i := range lists.Candidates {
		tasks := append([]events.UnitTask{}, lists.Candidates[i].Tasks...)
		tasks[1].Share = share
		lists.Candidates[i].Tasks = tasks
	}
	f.Clock.Set(freezeBy)
	f.inspect.Say(t, "batch", batch, lists)
	f.pump(t)
	f.reveal(t, "mzj", "scjgj")
	f.Clock.Set(revealBy.Add(time.Second))
	_, err := f.Sweep(ctx)
	must(t, "sweep", err)
	f.number(t, "mzj", "scjgj")
	f.pump(t)
	f.Clock.Set(openBy)
	_, err = f.Sweep(ctx)
	must(t, "open", err)
	b, err := f.Bundle(ctx, drawID, 0)
	must(t, "package", err)
	report := fdraw.Verify(b)
	if report.Failed() || report.Find("V6").Status != fdraw.Holds || report.Find("V10").Status != fdraw.Holds {
		t.Fatalf("the package: %+v", report.Checks)
	}
	pool, err := fdraw.ParsePool(b.Pool)
	must(t, "pool", err)
	result, err := fdraw.ParseResult(b.Result)
	must(t, "result", err)
	for _, u := range pool.Units {
		need := u.Demand[1]
		if want := u.PPM * share / fdraw.Certain; need.Dept != "scjgj" || need.Below != want || u.Demand[0].Below != 0 {
			t.Errorf("%s of %d: %+v", u.Facility, u.PPM, u.Demand)
		}
	}
	for _, v := range result.Visits {
		comes := false
		for _, s := range v.Seats {
			comes = comes || s.Dept == "scjgj"
		}
		if want := v.Offset < pool.Find(v.Facility).Demand[1].Below; comes != want {
			t.Errorf("%s at offset %d: scjgj comes %v", v.Facility, v.Offset, comes)
		}
	}
	if said := servicetest.Of[events.DrawCompleted](t, f.log); len(said) != 1 || len(said[0].Facilities) != len(result.Visits) {
		t.Errorf("handed over %d times", len(said))
	}
}
