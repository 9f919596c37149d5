package inspect

import (
	"context"
	"math"
	"testing"

	"shenzhong/events"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/identity"
)

// proven gives the draw of the fixture the chances that it was held with.
func proven(reason string) events.DrawCompleted {
	d := completed()
	d.Notices = []events.ProvenEntry{
		{Facility: commercial, Text: "n1", PPM: 500_000, Reason: "census"}, {Facility: rural, Text: "n2", Index: 1, Size: 2, PPM: 200_000, Reason: reason},
	}
	return d
}

// visited records both visits: nothing at the first facility, something at the
// second.
func (f fixture) visited(t *testing.T, reason string) {
	t.Helper()
	f.frozen(t)
	f.Clock.Set(beaconAt.Add(1))
	f.draw.Say(t, "handover", "500156-2026-0001", proven(reason))
	f.pump(t)
	f.noticed(t, visit1, "mzj", "scjgj", "lyj")
	f.noticed(t, visit11, "mzj", "lyj")
	for _, unit := range []string{"mzj", "scjgj", "lyj"} {
		f.answers(t, visit1, unit, []string{"1"})
	}
	f.answers(t, visit11, "mzj", []string{"5"}, events.Finding{Item: "mzj-201", Text: "没有公示收费标准", Result: "5", Days: 15, Evidence: "照片"})
	f.answers(t, visit11, "lyj", []string{"1"})
	f.recorded(t, visit1)
	f.recorded(t, visit11)
}

// TestViolationRatesAreOfAllObjects: each visit stands for as many objects as its
// chance says; what was certain because of complaints stands for nobody.
func TestViolationRatesAreOfAllObjects(t *testing.T) {
	f := newFixture(t)
	ctx := context.Background()
	if rates, err := f.ViolationRates(ctx, "2026"); err != nil || len(rates) != 0 {
		t.Fatalf("before any visit: %+v, %v", rates, err)
	}
	f.visited(t, "rate")
	rates, err := f.ViolationRates(ctx, "2026")
	must(t, "rates", err)
	if len(rates) != 2 || rates[0].Category != "cemetery_commercial" || rates[0].Estimate.Rate != 0 || rates[0].Estimate.Cases != 1 || rates[0].Estimate.High < 0.9 {
		t.Fatalf("rates %+v", rates)
	}
	if r := rates[1].Estimate; r.Rate != 1 || r.Cases != 1 || r.Low > 0.1 || rates[1].LeftOut != 0 {
		t.Errorf("rural: %+v", rates[1])
	}

	f = newFixture(t)
	f.visited(t, "must")
	rates, err = f.ViolationRates(ctx, "2026")
	must(t, "rates", err)
	if r := rates[1]; r.LeftOut != 1 || r.Estimate.Cases != 0 || r.Estimate.Low != 0 || r.Estimate.High != 1 {
		t.Errorf("what was certain counts: %+v", r)
	}
}

// TestStrictnessIsShownToThePersonFirst keeps the figures of an officer from the
// head of the unit until the officer has seen them, and again when they change.
func TestStrictnessIsShownToThePersonFirst(t *testing.T) {
	f := newFixture(t)
	ctx := context.Background()
	see := func() error { return f.SeeStrictness(ctx, SeeStrictness{Cause: f.by(member("mzj", 1)), Year: "2026"}) }
	wants(t, "see nothing", see(), fault.Conflict)
	f.visited(t, "rate")
	head := leader("mzj")
	shown := func() map[string]bool {
		rows, err := f.Strictness(ctx, head, "2026")
		must(t, "list", err)
		out := map[string]bool{}
		for _, r := range rows {
			if r.Shown != (r.Figures.Visits > 0) {
				t.Errorf("figures that were not shown: %+v", r)
			}
			out[r.Officer] = r.Shown
		}
		return out
	}
	if got := shown(); len(got) != 2 || got[officerID(11)] || got[officerID(12)] {
		t.Fatalf("before anybody has looked: %v", got)
	}
	own, err := f.OwnStrictness(ctx, member("mzj", 1), "2026")
	must(t, "own", err)
	if own.Visits != 2 || own.Found != 1 || own.Enough || own.Expected != 0 {
		t.Errorf("two visits say nothing yet: %+v", own)
	}
	must(t, "see", see())
	must(t, "see again", see())
	if got := shown(); !got[officerID(11)] || got[officerID(12)] {
		t.Errorf("after one has looked: %v", got)
	}
	if rows, err := f.Strictness(ctx, leader("gaj"), "2026"); err != nil || len(rows) != 0 {
		t.Errorf("another unit sees %+v, %v", rows, err)
	}
}

// TestChancesAreThoseOfThePlan reads them before anything is drawn and after: they
// are the same, for who was drawn is sealed.
func TestChancesAreThoseOfThePlan(t *testing.T) {
	f := newFixture(t)
	f.published(t)
	ctx := context.Background()
	read := func(facility string) Chances {
		c, err := f.Chances(ctx, leader("mzj"), facility, 2026)
		must(t, "chances", err)
		return c
	}
	before := read(rural)
	if len(before.Batches) != 2 || before.Batches[0].Chance != 1 || before.Expected != 2 || before.AtLeast != 1 {
		t.Errorf("a flagged facility is drawn each time: %+v", before)
	}
	few := read(commercial)
	if len(few.Batches) != 1 || few.Batches[0].Chance != 1 || few.AtLeast != 1 {
		t.Errorf("three of a category are all drawn: %+v", few)
	}
	plain := read("500156-JG-000012")
	p, q := plain.Batches[0].Chance, plain.Batches[1].Chance
	if p <= 0 || p >= 1 || math.Abs(plain.AtLeast-(1-(1-p)*(1-q))) > 1e-12 {
		t.Errorf("a rural cemetery: %+v", plain)
	}
	if closed := read(closed1); len(closed.Batches) != 0 || closed.AtLeast != 0 {
		t.Errorf("a closed one: %+v", closed)
	}
	own := who("p", rural, identity.Party)
	if _, err := f.Chances(ctx, own, rural, 0); err != nil {
		t.Errorf("its own: %v", err)
	}
	_, err := f.Chances(ctx, own, commercial, 0)
	wants(t, "another's", err, fault.Denied)
	g := newFixture(t)
	g.visited(t, "rate")
	after, err := g.Chances(ctx, leader("mzj"), "500156-JG-000012", 2026)
	must(t, "chances", err)
	if after.AtLeast != plain.AtLeast || after.Expected != plain.Expected {
		t.Errorf("a draw changed what the plan promises: %+v, %+v", plain, after)
	}
}
