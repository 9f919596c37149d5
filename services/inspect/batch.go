package inspect

import (
	"slices"
	"time"

	"shenzhong/events"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/identity"
)

// Batch is one batch of a published plan (抽查批次).
type Batch struct {
	events.BatchAnnounced
	State      State              `json:"state"`
	Pool       events.BatchFrozen `json:"pool"`
	DrawID     string             `json:"draw_id"`
	Visits     []string           `json:"visits"`
	FinishedAt time.Time          `json:"finished_at"`
}

// Announce says that the batch is about to be drawn. The parties are at least
// three units, so that no single one knows the seed.
func (b *Batch) Announce(a events.BatchAnnounced) (events.Event, error) {
	state, err := move(nextBatch, "批次", b.State, Announced)
	if err != nil {
		return nil, err
	}
	if err := checkCeremony(a); err != nil {
		return nil, err
	}
	b.BatchAnnounced, b.State = a, state
	return a, nil
}

func checkCeremony(a events.BatchAnnounced) error {
	parties := slices.Compact(slices.Sorted(slices.Values(a.Parties)))
	switch {
	case len(parties) < 3 || len(parties) != len(a.Parties):
		return fault.About("parties", fault.Invalid, "参加抽取的单位至少三个，且不能重复")
	case a.Quorum < 2 || a.Quorum > len(parties):
		return fault.About("quorum", fault.Invalid, "揭示的最少单位数应在 2 与 %d 之间", len(parties))
	}
	times := []time.Time{a.CommitBy, a.FreezeBy, a.RevealBy, a.BeaconAt, a.OpenBy}
	for i := 1; i < len(times); i++ {
		if !times[i].After(times[i-1]) {
			return fault.About("commit_by", fault.Invalid, "承诺、冻结、揭示、公开随机数、启封的时间必须依次在后")
		}
	}
	return nil
}

// Freeze fixes from which facilities and officers is drawn.
func (b *Batch) Freeze(by identity.Actor, frozen events.BatchFrozen) (events.Event, error) {
	if err := by.OfUnit(b.Lead); err != nil {
		return nil, err
	}
	state, err := move(nextBatch, "批次", b.State, Frozen)
	if err != nil {
		return nil, err
	}
	if len(frozen.Candidates) == 0 {
		return nil, fault.New(fault.Invalid, "名录中没有属于本批次类别的检查对象，请先核对检查对象名录库")
	}
	b.Pool, b.State = frozen, state
	return frozen, nil
}

// Drawn notes the visits that the draw led to.
func (b *Batch) Drawn(draw string, visits []string) (events.Event, error) {
	state, err := move(nextBatch, "批次", b.State, Drawn)
	if err != nil {
		return nil, err
	}
	b.State, b.DrawID, b.Visits = state, draw, visits
	return events.BatchDrawn{Batch: b.Batch, Draw: draw, Visits: visits}, nil
}

// Finish says that every visit is recorded.
func (b *Batch) Finish(at time.Time) (events.Event, error) {
	state, err := move(nextBatch, "批次", b.State, Finished)
	if err != nil {
		return nil, err
	}
	b.State, b.FinishedAt = state, at
	return events.BatchFinished{Batch: b.Batch, Visits: len(b.Visits)}, nil
}
