package inspect

import (
	"context"
	"strings"
	"testing"
	"time"

	"shenzhong/events"
	"shenzhong/services/kit/fault"
)

// TestNoTwoSealedDrawsOfTheSameObjects: while a batch is drawn and not open, none
// that shares a category is frozen: its register would tell who was drawn. One of
// other categories is, and so is any once the first is open.
func TestNoTwoSealedDrawsOfTheSameObjects(t *testing.T) {
	ctx, f := context.Background(), newFixture(t)
	second := Batch{BatchAnnounced: events.BatchAnnounced{Batch: "500156-PC-2026-000102", Categories: []string{"cemetery_commercial"}}}
	free := func(name string, b Batch, at time.Time, want fault.Kind) {
		t.Helper()
		err := f.noneSealed(ctx, b, at)
		if fault.KindOf(err) != want {
			t.Errorf("%s: %v", name, err)
		}
		if want != "" && err != nil && !strings.Contains(err.Error(), batchID) {
			t.Errorf("%s: the refusal does not name the batch: %v", name, err)
		}
	}
	free("nothing is drawn yet", second, beaconAt, "")
	f.drawn(t)
	free("the same objects", second, beaconAt, fault.Conflict)
	free("up to the day of the opening", second, openBy.Add(-time.Second), fault.Conflict)
	free("once it is open", second, openBy, "")
	second.Categories = []string{"shop"}
	free("other objects", second, beaconAt, "")
	first, _, err := f.batches.Load(ctx, batchID)
	must(t, "load", err)
	free("itself", first, beaconAt, "")
}
