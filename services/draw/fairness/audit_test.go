package fairness

import (
	"context"
	"errors"
	"reflect"
	"runtime"
	"testing"

	"shenzhong/services/draw/fdraw"
)

// past makes a history of draws. cheat says of a draw whether who runs it would
// rather have another one; then it is held once more, in secret.
func past(t *testing.T, seed uint64, draws int, cheat func(*fdraw.Result) bool) []Held {
	t.Helper()
	w := newWorld(seed)
	out := make([]Held, draws)
	for i := range out {
		c, err := w.prepared()
		if err != nil {
			t.Fatal(err)
		}
		o := fdraw.Draw(c.announce.Hash, w.next(), c.pool, c.officers)
		if cheat != nil && cheat(o.Result) {
			o = fdraw.Draw(c.announce.Hash, w.next(), c.pool, c.officers)
		}
		out[i] = Held{Name: c.announce.Head.String(), Hash: c.announce.Hash, Pool: c.pool, Officers: c.officers, Result: o.Result}
	}
	return out
}

// family is five facilities that the adversary protects.
var family = map[string]string{
	"500156-JG-000001": "f", "500156-JG-000002": "f", "500156-JG-000003": "f", "500156-JG-000004": "f", "500156-JG-000005": "f",
}

func hitsFamily(r *fdraw.Result) bool {
	n := 0
	for _, v := range r.Visits {
		if family[v.Facility] != "" {
			n++
		}
	}
	return n > 0
}

// TestRedrawIsExact audits fair histories: the chance that a statistic comes out
// below 0.05 is at most 0.05, whatever the constraints.
func TestRedrawIsExact(t *testing.T) {
	const histories, level = 80, 0.05
	low := map[string]int{}
	for i := range uint64(histories) {
		a, err := Redraw(t.Context(), past(t, 1000+i, 3, nil), Options{Redraws: 19, Seed: i, Groups: family})
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range a.Statistics {
			if s.P <= level {
				low[s.Name]++
			}
		}
	}
	for name, n := range low {
		if float64(n)/histories > level+Tolerance(level, histories) {
			t.Errorf("%s alarms in %d of %d fair histories", name, n, histories)
		}
	}
	if len(low) == 0 {
		t.Error("nothing ever alarms: the test sees nothing")
	}
}

// TestRedrawSeesAHand audits a history in which a family was spared for years by
// drawing once more; and a short one, which cannot show it, as the specification
// says honestly.
func TestRedrawSeesAHand(t *testing.T) {
	p := func(draws int) float64 {
		a, err := Redraw(t.Context(), past(t, 77, draws, hitsFamily), Options{Redraws: 199, Seed: 3, Groups: family})
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range a.Statistics {
			if s.Name == "group-low" {
				return s.P
			}
		}
		t.Fatal("no such statistic")
		return 0
	}
	if got := p(48); got > 0.01 {
		t.Errorf("48 draws with a spared family: p = %.3f", got)
	}
}

// TestRedrawIsRepeatable: the same number gives the same answer, however many
// work at it.
func TestRedrawIsRepeatable(t *testing.T) {
	draws := past(t, 5, 2, nil)
	first, err := Redraw(t.Context(), draws, Options{Redraws: 50, Seed: 9})
	if err != nil {
		t.Fatal(err)
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	second, err := Redraw(t.Context(), draws, Options{Redraws: 50, Seed: 9})
	if err != nil || !reflect.DeepEqual(first, second) {
		t.Errorf("two audits with one number differ, %v", err)
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if _, err := Redraw(ctx, draws, Options{Redraws: 50, Seed: 9}); !errors.Is(err, context.Canceled) {
		t.Errorf("stopped: %v", err)
	}
}

// TestStakesKeepTheirPromise: under fair draws the average stake exceeds 20 in at
// most one of twenty histories, whenever one looks; where the first facility is
// spared always, its own stake grows without end.
func TestStakesKeepTheirPromise(t *testing.T) {
	const histories = 150
	over := 0
	for i := range uint64(histories) {
		if Follow(past(t, 5000+i, 12, nil)).Most >= 20 {
			over++
		}
	}
	if share := float64(over) / histories; share > 0.05+Tolerance(0.05, histories) {
		t.Errorf("the average stake exceeds 20 in %.3f of fair histories", share)
	}
	spared := past(t, 9, 24, nil)
	for i := range spared { // it is taken out of the results: what cannot be done, but shows the bet
		r := *spared[i].Result
		r.Visits = nil
		for _, v := range spared[i].Result.Visits {
			if v.Facility != protectedOne {
				r.Visits = append(r.Visits, v)
			}
		}
		spared[i].Result = &r
	}
	c := Follow(spared)
	if c.Facilities[0].Facility != protectedOne || c.Facilities[0].Now < 200 || c.Facilities[0].Draws != 24 {
		t.Errorf("the spared facility: %+v", c.Facilities[0]) // 1.25^24 = 211
	}
}

// TestFromBundle reads a draw back as it was published, and refuses a result
// that names somebody who is not on the list.
func TestFromBundle(t *testing.T) {
	w := newWorld(2)
	b, _, err := w.shopping()
	if err != nil {
		t.Fatal(err)
	}
	h, err := FromBundle(b)
	if err != nil || h.Result.Find(protectedOne) == nil || len(h.Pool.Units) != shops {
		t.Fatalf("%+v, %v", h, err)
	}
	r := *h.Result
	r.Visits = append([]fdraw.Visit{{Facility: "500156-JG-000000"}}, r.Visits...)
	b.Result = r.Text()
	if _, err := FromBundle(b); err == nil {
		t.Error("a stranger in the result was taken")
	}
}
