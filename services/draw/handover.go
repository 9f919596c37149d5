package draw

import (
	"context"

	"shenzhong/events"
	"shenzhong/services/draw/fdraw"
	"shenzhong/services/kit/bus"
)

// Handover is a sealed outcome as it is handed to those who make the visits
// (交接). It is an entity of its own, because what everybody hears of a draw must
// not be what only one context may hear.
type Handover struct {
	Draw string `json:"draw"`
}

// onSealed hands the outcome over: whom to visit, who goes, and what each
// facility can hold against the sealed file.
func (s *Service) onSealed(ctx context.Context, h bus.Heard[events.DrawSealed]) error {
	d, _, err := s.draws.Load(ctx, h.Fact.Draw)
	if err != nil {
		return err
	}
	fact, err := d.handover()
	if err != nil {
		return err
	}
	return s.handovers.Create(ctx, h.Cause("draw"), d.ID, func(o *Handover) (events.Event, error) {
		o.Draw = d.ID
		return fact, nil
	})
}

// handover is the outcome as it was drawn, before any replacement.
func (d *Draw) handover() (events.Event, error) {
	a, err := d.announced()
	if err != nil {
		return nil, err
	}
	result, err := fdraw.ParseResult(d.Files.Result)
	if err != nil {
		return nil, err
	}
	notices, err := d.notices()
	if err != nil {
		return nil, err
	}
	pool, err := fdraw.ParsePool(d.Files.Pool)
	if err != nil {
		return nil, err
	}
	fact := events.DrawCompleted{
		Draw: d.ID, Batch: d.Batch, Attempt: a.Attempt, Facilities: []string{}, Seats: []events.Seat{}, Sealed: d.Files.Sealed,
	}
	for i, v := range result.Visits {
		fact.Facilities = append(fact.Facilities, v.Facility)
		for _, s := range v.Seats {
			fact.Seats = append(fact.Seats, events.Seat{Facility: v.Facility, Unit: s.Dept, No: s.J, Officer: s.Officer})
		}
		proven := events.ProvenEntry{Facility: v.Facility, Text: notices[i].Text, Index: int(notices[i].Proof.Index), Size: int(notices[i].Proof.Size), Path: []string{}}
		if u := pool.Find(v.Facility); u != nil {
			proven.PPM, proven.Reason = u.PPM, string(u.Reason)
		}
		for _, hash := range notices[i].Proof.Path {
			proven.Path = append(proven.Path, hash.String())
		}
		fact.Notices = append(fact.Notices, proven)
	}
	return fact, nil
}
