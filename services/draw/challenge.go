package draw

import (
	"context"

	"shenzhong/events"
	"shenzhong/services/draw/fdraw"
	"shenzhong/services/kit/bus"
	"shenzhong/services/kit/store"
)

// onRecusal gives the seat of an officer whose recusal was granted to the next
// card (行政处罚法 art. 43). Once the draw is open there is nothing to change.
func (s *Service) onRecusal(ctx context.Context, h bus.Heard[events.RecusalDecided]) error {
	f := h.Fact
	if !f.Reseat {
		return nil
	}
	id, err := s.find(ctx, f.Batch)
	if err != nil {
		return err
	}
	return s.draws.Change(ctx, h.Cause("draw"), id, func(d *Draw) (events.Event, error) {
		return d.challenged(f.Facility, f.Unit, f.Officer)
	})
}

// challenged replaces an officer wherever he sits in a visit.
func (d *Draw) challenged(facility, unit, officer string) (events.Event, error) {
	if d.State != Sealed {
		return nil, store.Unchanged
	}
	roster, err := d.roster()
	if err != nil {
		return nil, err
	}
	if v := roster.Result().Find(facility); v != nil {
		for _, s := range v.Seats {
			if s.Dept == unit && s.Officer == officer {
				return d.Replace(facility, unit, s.J, fdraw.Challenge, "当事人申请回避，经决定准予")
			}
		}
	}
	return nil, store.Unchanged // he was replaced for another reason
}
