package inspect

import (
	"context"
	"strings"
	"testing"
	"time"

	"shenzhong/events"
	"shenzhong/services/kit/workday"
)

// TestWhoHasNotDeclaredIsNotDrawn: an officer without this year's declaration is
// not on the list, the preview says how many of which unit; a declaration counts
// to the end of its year.
func TestWhoHasNotDeclaredIsNotDrawn(t *testing.T) {
	ctx, f := context.Background(), newFixture(t)
	f.officer(t, 13, events.Officer{Unit: "mzj", CertUntil: "2027-12-31", Status: "active", Max: 20, Declared: "2025-12-31"})
	f.announced(t)
	batch, _, err := f.batches.Load(ctx, batchID)
	must(t, "load", err)
	drawn := func() (out []string) {
		t.Helper()
		pool, err := f.pool(ctx, batch)
		must(t, "pool", err)
		for _, o := range pool.Officers {
			if o.Unit == "mzj" {
				out = append(out, o.Officer)
			}
		}
		return out
	}
	if got := drawn(); len(got) != 3 || got[2] == officerID(13) {
		t.Errorf("mzj sends %v", got)
	}
	p, err := f.PreviewBatch(ctx, drafting, batchID)
	must(t, "preview", err)
	if said := strings.Join(p.Cautions, "；"); !strings.Contains(said, "mzj 有 1 名人员没有作本年度的回避申报") {
		t.Errorf("the preview cautions: %s", said)
	}
	f.officer(t, 13, events.Officer{Unit: "mzj", CertUntil: "2027-12-31", Status: "active", Max: 20, Declared: "2026-03-02"})
	f.pump(t)
	if got := drawn(); len(got) != 4 {
		t.Errorf("after the declaration mzj sends %v", got)
	}
	f.Clock.Set(time.Date(2027, 1, 4, 9, 0, 0, 0, workday.Zone))
	if got := drawn(); len(got) != 0 {
		t.Errorf("in the year after mzj sends %v", got)
	}
}
