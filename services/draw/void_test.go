package draw

import (
	"context"
	"slices"
	"testing"
	"time"

	"shenzhong/events"
	"shenzhong/services/draw/fdraw"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/servicetest"
)

// later is the batch announced again, two weeks later, with another issue.
func later() events.BatchAnnounced {
	b := announcedBatch()
	b.Round, b.Beacon = 2, "cwl-kl8 2026066"
	for _, at := range []*time.Time{&b.CommitBy, &b.FreezeBy, &b.RevealBy, &b.BeaconAt} {
		*at = at.Add(14 * 24 * time.Hour)
	}
	return b
}

// TestAVoidAttemptIsFollowedByTheNextOfTheSameDraw: too few parties reveal, the
// attempt is given up and open to everybody, and the batch is announced again
// under the same number; what was handed in for the first attempt opens nothing
// in the second; the second is drawn (draw specification, section 5).
func TestAVoidAttemptIsFollowedByTheNextOfTheSameDraw(t *testing.T) {
	ctx, f := context.Background(), newFixture(t)
	first := announcedBatch()
	first.Round = 1
	f.inspect.Say(t, "batch", batch, first)
	f.pump(t)
	f.commit(t, "mzj", "scjgj")
	f.freezeRound(t, 1)
	f.reveal(t, "mzj")
	f.Clock.Set(revealBy.Add(time.Minute))
	_, err := f.Sweep(ctx)
	must(t, "sweep", err)
	f.pump(t)
	voided := servicetest.Of[events.DrawVoided](t, f.log)
	if len(voided) != 1 || voided[0].Round != 1 || voided[0].Attempt != 1 || voided[0].Draw != drawID || !slices.Equal(voided[0].Absent, []string{"scjgj"}) {
		t.Fatalf("voided %+v", voided)
	}
	b, err := f.Bundle(ctx, drawID, 1)
	must(t, "package of the void attempt", err)
	if c := fdraw.Verify(b).Find("V5"); c.Status != fdraw.Holds || b.Pool == "" {
		t.Fatalf("the void attempt: %+v", *c)
	}

	f.inspect.Say(t, "batch", batch, later())
	f.pump(t)
	late := frozen()
	late.Round = 1 // lists of the attempt that was given up
	f.inspect.Say(t, "batch", batch, late)
	f.pump(t)
	rows, err := f.Draws(ctx, batch, 10)
	must(t, "list", err)
	if len(rows) != 1 || rows[0].ID != drawID || rows[0].Round != 2 || rows[0].State != Announced || len(rows[0].Tries) != 2 ||
		rows[0].Tries[0] != (Try{1, fdraw.Voided, "揭示的单位不足"}) || rows[0].Tries[1] != (Try{2, fdraw.Announced, ""}) {
		t.Fatalf("the draws are %+v", rows)
	}
	if _, err := f.Bundle(ctx, drawID, 2); fault.KindOf(err) != fault.Conflict {
		t.Errorf("the attempt under way is open: %v", err)
	}
	if _, err := f.Bundle(ctx, drawID, 3); fault.KindOf(err) != fault.NotFound {
		t.Errorf("an attempt that there is not: %v", err)
	}
	if again, err := f.Bundle(ctx, drawID, 1); err != nil || again.Void != b.Void || again.Pool != b.Pool {
		t.Errorf("the void attempt is not kept: %v", err)
	}
	f.again(t)
	f.secondAttempt(t)
}

// secondAttempt takes it from the commitments to the sealed outcome.
func (f fixture) secondAttempt(t *testing.T) {
	t.Helper()
	ctx, b := context.Background(), later()
	f.Clock.Set(b.CommitBy)
	for _, unit := range []string{"mzj", "scjgj"} {
		c := fdraw.Commit{Head: fdraw.Head{Draw: drawID, Attempt: 2}, Party: unit, Nonce: nonce(unit)}
		must(t, "commit", f.Commit(ctx, Commit{Cause: by("again-"+unit, of(unit)), Draw: drawID, Commit: c.Digest(fdraw.SM3).String()}))
	}
	f.Clock.Set(b.FreezeBy)
	f.freezeRound(t, 2)
	f.Clock.Set(b.RevealBy)
	for _, unit := range []string{"mzj", "scjgj"} {
		must(t, "reveal", f.Reveal(ctx, Reveal{Cause: by("again-open-"+unit, of(unit)), Draw: drawID, Nonce: nonce(unit).String()}))
	}
	must(t, "close", f.Close(ctx, Close{Cause: by("again-close", of("mzj")), Draw: drawID}))
	f.Clock.Set(b.BeaconAt)
	for _, unit := range []string{"mzj", "scjgj"} {
		must(t, "type", f.TypeBeacon(ctx, TypeBeacon{Cause: by("again-type-"+unit, of(unit)), Draw: drawID, Value: number}))
	}
	f.pump(t)
	f.Clock.Set(openBy)
	_, err := f.Sweep(ctx)
	must(t, "sweep", err)
	f.pump(t)
	whole, err := f.Bundle(ctx, drawID, 0)
	must(t, "package", err)
	report := fdraw.Verify(whole)
	if report.Draw != drawID+"/2" || report.Failed() || report.Find("V6").Status != fdraw.Holds {
		t.Fatalf("the second attempt: %+v", report)
	}
	f.again(t)
}

// TestTheNextAttemptHasANumberOfItsOwn: the same issue again, a number that is
// skipped and another draw are refused.
func TestTheNextAttemptHasANumberOfItsOwn(t *testing.T) {
	same, skipped, other := again(2), again(3), again(2)
	same.Beacon.Issue, other.Draw = announcement(drawID).Beacon.Issue, "500156-2026-0002"
	for name, a := range map[string]*fdraw.Announce{"the same issue": same, "a skipped attempt": skipped, "another draw": other} {
		d := standing(t, Voided)
		if _, err := d.Announce(a, testPolicy().Text(), announcedBatch()); fault.KindOf(err) != fault.Conflict {
			t.Errorf("%s: %v", name, err)
		}
	}
	d := standing(t, Voided)
	_, err := d.Announce(again(2), testPolicy().Text(), announcedBatch())
	must(t, "announce the next attempt", err)
	if len(d.Past) != 1 || d.Past[0].Void == "" || len(d.Commits) != 0 {
		t.Errorf("after the second announcement: %d past, %d commitments", len(d.Past), len(d.Commits))
	}
	if _, err := d.Commit(of("mzj"), promise(drawID, "mzj"), commitBy); err != nil { // the old promise can be handed in, but opens nothing
		t.Fatal(err)
	}
	d.State = Frozen
	if _, err := d.Reveal(of("mzj"), nonce("mzj"), revealBy); fault.KindOf(err) != fault.Invalid {
		t.Errorf("a commitment to the first attempt opens the second: %v", err)
	}
}
