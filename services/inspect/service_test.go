package inspect

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"shenzhong/events"
	"shenzhong/services/draw"
	"shenzhong/services/draw/fdraw"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/identity"
	"shenzhong/services/kit/servicetest"
	"shenzhong/services/kit/store"
	"shenzhong/services/kit/view"
)

// TestVoidedDrawIsHeldAgain lets the first round lapse, and holds the second
// with the real draw up to its opening: the ratios that inspect announced are
// those that were drawn with.
func TestVoidedDrawIsHeldAgain(t *testing.T) {
	f := newFixture(t)
	ctx := context.Background()
	theirs := store.NewMemory()
	d, err := draw.New(ctx, draw.Config{District: "500156", Log: theirs, Tables: view.NewMemory(), Clock: f.Clock, Law: f.Law, Hash: fdraw.SM3})
	must(t, "draw", err)
	pump := func() {
		t.Helper()
		servicetest.Pump(t, []store.Log{f.log, f.register.Log, theirs}, append(f.Reactions(), d.Reactions()...))
	}
	f.published(t)
	round := func() {
		t.Helper()
		cmd, shift := announcing(), f.Clock.Now().Sub(begin)
		for _, at := range []*time.Time{&cmd.CommitBy, &cmd.FreezeBy, &cmd.RevealBy, &cmd.BeaconAt} {
			*at = at.Add(shift)
		}
		cmd.Cause = f.by(drafting)
		_, err := f.AnnounceBatch(ctx, cmd)
		must(t, "announce", err)
		pump()
	}
	round()
	f.Clock.Set(revealBy.Add(time.Minute))
	_, err = d.Sweep(ctx)
	must(t, "sweep", err)
	pump()
	b, err := f.Batch(ctx, batchID)
	must(t, "batch", err)
	if b.State != Voided || len(servicetest.Of[events.BatchVoided](t, f.log)) != 1 {
		t.Fatalf("the batch is %q", b.State)
	}
	wants(t, "freeze what is voided", f.FreezeBatch(ctx, FreezeBatch{Cause: f.by(drafting), Batch: batchID}), fault.Conflict)

	second := f.Clock.Now()
	round()
	const id = "500156-2026-0001" // the next attempt at the same draw
	parties := []string{"mzj", "scjgj", "sfj"}
	secret := func(unit string) fdraw.Commit {
		return fdraw.Commit{Head: fdraw.Head{Draw: id, Attempt: 2}, Party: unit, Nonce: fdraw.SM3.Raw(unit)}
	}
	for _, unit := range parties {
		c := secret(unit)
		must(t, "commit", d.Commit(ctx, draw.Commit{Cause: f.by(who("500156-RY-"+unit+"-001", unit, identity.Officer)), Draw: id, Commit: c.Digest(fdraw.SM3).String()}))
	}
	f.Clock.Set(second.Add(freezeBy.Sub(begin)))
	must(t, "freeze", f.FreezeBatch(ctx, FreezeBatch{Cause: f.by(drafting), Batch: batchID}))
	pump()
	for _, unit := range parties {
		must(t, "reveal", d.Reveal(ctx, draw.Reveal{Cause: f.by(who("500156-RY-"+unit+"-001", unit, identity.Officer)), Draw: id, Nonce: fdraw.SM3.Raw(unit).String()}))
	}
	must(t, "close", d.Close(ctx, draw.Close{Cause: f.by(member("mzj", 3)), Draw: id}))
	f.Clock.Set(second.Add(beaconAt.Sub(begin)).Add(time.Hour))
	for _, unit := range parties[:2] {
		must(t, "number", d.TypeBeacon(ctx, draw.TypeBeacon{Cause: f.by(who("500156-RY-"+unit+"-001", unit, identity.Officer)), Draw: id, Value: strings.Repeat("7", 20)}))
	}
	pump()
	assigned := servicetest.Of[events.VisitAssigned](t, f.log)
	facilities := map[string]bool{}
	for _, a := range assigned {
		facilities[a.Visit.Facility] = true
		for _, section := range a.Visit.Sections {
			if seated(section.Officers) < 2 {
				t.Errorf("%s sends %v to %s", section.Unit, section.Officers, a.Visit.Facility)
			}
			if a.Visit.Facility == commercial && slices.Contains(section.Officers, officerID(10)) {
				t.Error("an officer was sent to a facility in which they have an interest")
			}
		}
	}
	for _, sure := range []string{"500156-JG-000001", "500156-JG-000002", "500156-JG-000003", flagged1} {
		if !facilities[sure] {
			t.Errorf("%s was not drawn: small categories and flagged facilities always are", sure)
		}
	}
	if facilities[closed1] {
		t.Error("a closed facility was drawn")
	}
	f.Clock.Set(openBy)
	_, err = d.Sweep(ctx)
	must(t, "sweep", err)
	pump()
	ratiosAreDrawnWith(t, f, d, id)
	servicetest.MustVerify(t, f.log)
}

func ratiosAreDrawnWith(t *testing.T, f fixture, d *draw.Service, id string) {
	t.Helper()
	bundle, err := d.Bundle(context.Background(), id, 0)
	must(t, "bundle", err)
	pool, err := fdraw.ParsePool(bundle.Pool)
	must(t, "pool", err)
	batch, err := f.Batch(context.Background(), batchID)
	must(t, "batch", err)
	if batch.Round != 2 || !batch.Opened {
		t.Errorf("round %d, opened %v", batch.Round, batch.Opened)
	}
	if len(pool.Units) != 15 {
		t.Fatalf("the pool has %d facilities", len(pool.Units))
	}
	for _, u := range pool.Units {
		want := int(line(t, batch.Rates, "cemetery_rural", "A").PPM)
		switch {
		case u.Facility == closed1:
			want = 0
		case u.Facility == flagged1 || u.Reason == fdraw.ByCensus:
			want = 1_000_000
		}
		if u.PPM != want {
			t.Errorf("%s is drawn with %d; announced was %d", u.Facility, u.PPM, want)
		}
	}
}

// TestReactionsInAnyOrder hears of things before what they build on, and once
// more when all is over.
func TestReactionsInAnyOrder(t *testing.T) {
	f := newFixture(t)
	f.announced(t)
	early := servicetest.NewVoice("draw", f.Clock)
	early.Say(t, "draw", "500156-2026-0001", completed())
	early.Say(t, "draw", "500156-2026-0001", events.DrawReplaced{Batch: batchID, Was: officerID(11), Seat: events.Seat{Facility: commercial, Unit: "mzj", No: 1, Officer: officerID(13)}})
	for _, c := range servicetest.Facts(t, early.Log) {
		for _, err := range f.deliver(t, c.Envelope()) {
			wants(t, c.Kind+" too early", err, fault.Early)
		}
	}
	f.Clock.Set(freezeBy)
	must(t, "freeze", f.FreezeBatch(context.Background(), FreezeBatch{Cause: f.by(drafting), Batch: batchID}))
	f.draw.Say(t, "draw", "500156-2026-0001", completed())
	f.pump(t)
	for _, id := range []string{visit1, visit11} {
		units := []string{"mzj", "scjgj", "lyj"}
		if id == visit11 {
			units = []string{"mzj", "lyj"}
		}
		f.noticed(t, id, units...)
		for _, unit := range units {
			f.answers(t, id, unit, nothing)
		}
		f.recorded(t, id)
	}
	if said := servicetest.Of[events.BatchFinished](t, f.log); len(said) != 1 || said[0].Visits != 2 || said[0].Round != 1 {
		t.Fatalf("finished %+v", said)
	}
	late := servicetest.Facts(t, f.draw.Log)
	for _, c := range append(late, servicetest.Facts(t, f.log)...) {
		for _, err := range f.deliver(t, c.Envelope()) {
			wants(t, c.Kind+" once more", err, "")
		}
	}
	f.again(t)
}

// TestNothingDrawnIsFinishedAtOnce finishes a batch of which no facility was
// drawn: its draw would otherwise never be opened by the last visit.
func TestNothingDrawnIsFinishedAtOnce(t *testing.T) {
	f := newFixture(t)
	f.frozen(t)
	f.draw.Say(t, "draw", "500156-2026-0001", events.DrawCompleted{Draw: "500156-2026-0001", Batch: batchID, Facilities: []string{}})
	f.pump(t)
	if said := servicetest.Of[events.BatchFinished](t, f.log); len(said) != 1 || said[0].Visits != 0 {
		t.Fatalf("finished %+v", said)
	}
	f.again(t)
}

// TestViewsAreAFoldOfTheCommits throws every view away and folds it again.
func TestViewsAreAFoldOfTheCommits(t *testing.T) {
	f := newFixture(t)
	f.drawn(t)
	f.noticed(t, visit11, "mzj", "lyj")
	ctx := context.Background()
	for _, v := range f.Views() {
		before, err := v.Table().List(ctx, view.Query{Limit: 1000})
		must(t, "list", err)
		must(t, "clear", v.Table().Clear(ctx))
		for _, log := range []*store.Memory{f.log, f.register.Log, f.draw.Log} {
			for _, c := range servicetest.Facts(t, log) {
				if v.Reaction().Hears(c.Kind) {
					must(t, "fold", view.Apply(ctx, v, c.Envelope()))
				}
			}
		}
		after, err := v.Table().List(ctx, view.Query{Limit: 1000})
		must(t, "list", err)
		if len(before) != len(after) {
			t.Fatalf("%s has %d rows, had %d", v.Name(), len(after), len(before))
		}
		for i := range before {
			if string(before[i].Body) != string(after[i].Body) || before[i].Version != after[i].Version {
				t.Errorf("%s: was %s, folds to %s", v.Name(), before[i].Body, after[i].Body)
			}
		}
	}
}
