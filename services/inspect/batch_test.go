package inspect

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"shenzhong/events"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/store"
)

func ceremony() events.BatchAnnounced {
	return events.BatchAnnounced{
		Batch: "500156-PC-2026-000101", Lead: "mzj", Parties: []string{"mzj", "scjgj", "sfj"}, Quorum: 2, Beacon: "cwl-kl8 2026052",
		CommitBy: now, FreezeBy: now.Add(time.Hour), RevealBy: now.Add(2 * time.Hour), BeaconAt: now.Add(3 * time.Hour), OpenBy: now.Add(900 * time.Hour),
	}
}

func batchAt(s State) Batch {
	return Batch{State: s, BatchAnnounced: ceremony(), Visits: []string{"a"}}
}

func TestBatchWorkflow(t *testing.T) {
	pool := events.BatchFrozen{Candidates: []events.Candidate{{Facility: "500156-JG-000001"}}}
	walk(t, nextBatch, batchAt, func(b Batch) State { return b.State }, []walked[Batch]{
		{"announce", func(b *Batch) (events.Event, error) { return b.Announce(ceremony(), before) }, []State{"", Voided}, []State{Announced}},
		{"freeze", func(b *Batch) (events.Event, error) { return b.Freeze(lead, pool, now) }, []State{Announced}, []State{Frozen}},
		{"void", func(b *Batch) (events.Event, error) { return b.Void("500156-2026-0001", b.Round, "逾期") }, []State{Announced, Frozen}, []State{Voided}},
		{"thaw", func(b *Batch) (events.Event, error) { return b.Thaw(b.Round, []string{"席位空缺"}) }, []State{Frozen}, []State{Announced}},
		{"drawn", func(b *Batch) (events.Event, error) { return b.Drawn("500156-2026-0001", []string{"a"}) }, []State{Frozen}, []State{Drawn}},
		{"finish", func(b *Batch) (events.Event, error) { return b.Finish(now, nil) }, []State{Drawn}, []State{Finished}},
	})
}

func TestCeremonyNeedsThreePartiesAndTimesInOrder(t *testing.T) {
	spoil := map[string]func(*events.BatchAnnounced){
		"two parties":           func(a *events.BatchAnnounced) { a.Parties = a.Parties[:2] },
		"one party twice":       func(a *events.BatchAnnounced) { a.Parties[2] = "mzj" },
		"quorum of one":         func(a *events.BatchAnnounced) { a.Quorum = 1 },
		"quorum too large":      func(a *events.BatchAnnounced) { a.Quorum = 4 },
		"a number nobody draws": func(a *events.BatchAnnounced) { a.Beacon = "ssq 2026026" },
		"everybody inspects": func(a *events.BatchAnnounced) {
			a.Tasks = []events.UnitTask{{Unit: "mzj"}, {Unit: "scjgj"}, {Unit: "sfj"}}
		},
		"already over":       func(a *events.BatchAnnounced) { a.CommitBy = before },
		"number first":       func(a *events.BatchAnnounced) { a.BeaconAt = a.RevealBy },
		"frozen before then": func(a *events.BatchAnnounced) { a.FreezeBy = a.CommitBy.Add(-time.Minute) },
	}
	for name, change := range spoil {
		a := ceremony()
		change(&a)
		var b Batch
		if _, err := b.Announce(a, before); fault.KindOf(err) != fault.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestFreezeHasItsTime keeps the lists back until the parties have committed.
func TestFreezeHasItsTime(t *testing.T) {
	pool := events.BatchFrozen{Candidates: []events.Candidate{{Facility: "500156-JG-000001"}}, Officers: []events.CandidateOfficer{{Officer: "a", Unit: "mzj", Max: 3}}}
	for name, tt := range map[string]struct {
		at    time.Time
		seats int
		want  fault.Kind
	}{
		"while the parties commit": {before, 1, fault.Conflict},
		"in its time":              {now, 1, ""},
		"to the last minute":       {now.Add(time.Hour), 1, ""},
		"too late":                 {now.Add(time.Hour + 1), 1, fault.Conflict},
		"too few officers":         {now, 2, fault.Conflict},
	} {
		b := batchAt(Announced)
		b.Round, b.Tasks = 2, []events.UnitTask{{Unit: "mzj", Officers: tt.seats}}
		e, err := b.Freeze(lead, pool, tt.at)
		if fault.KindOf(err) != tt.want {
			t.Errorf("%s: %v", name, err)
		}
		if err == nil && e.(events.BatchFrozen).Round != 2 {
			t.Errorf("%s: %+v", name, e)
		}
	}
}

// TestRounds announces a voided batch again, with another public number; what is
// said of the first round later changes nothing.
func TestRounds(t *testing.T) {
	var b Batch
	for round := 1; round <= 2; round++ {
		a := ceremony()
		if round > 1 {
			a.Beacon = "cwl-kl8 2026051"
			if _, err := b.Announce(a, before); fault.KindOf(err) != fault.Invalid {
				t.Fatalf("the same public number again: %v", err)
			}
		}
		a.Beacon = fmt.Sprintf("cwl-kl8 202605%d", round)
		e, err := b.Announce(a, before)
		if err != nil || e.(events.BatchAnnounced).Round != round || b.Round != round {
			t.Fatalf("round %d: %+v, %v", round, e, err)
		}
		if _, err := b.Void("d", round-1, "逾期"); !errors.Is(err, store.Unchanged) {
			t.Fatalf("the round before: %v", err)
		}
		e, err = b.Void("d", round, "逾期")
		if err != nil || e.(events.BatchVoided).Round != round {
			t.Fatalf("void: %+v, %v", e, err)
		}
	}
}
