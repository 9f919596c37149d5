package draw

import (
	"context"
	"errors"
	"fmt"
	"time"

	"shenzhong/events"
	"shenzhong/services/kit/identity"
	"shenzhong/services/kit/store"
	"shenzhong/services/kit/view"
)

// Sweep does what only the time asks for, and returns how many draws it changed:
// reveals are closed when their time is over, an attempt in which a step was not
// taken in time is given up, and a sealed draw is opened when its day has come.
// One draw that cannot be dealt with does not keep the others waiting.
func (s *Service) Sweep(ctx context.Context) (int, error) {
	changed := 0
	var errs []error
	for _, state := range []State{Announced, Frozen, Sealed} {
		rows, err := s.board.List(ctx, view.Query{Equal: map[string]any{"state": string(state)}, Limit: 1000})
		if err != nil {
			return changed, err
		}
		for _, row := range rows {
			done, err := s.sweep(ctx, row.ID)
			if err != nil {
				errs = append(errs, fmt.Errorf("sweep draw %s: %w", row.ID, err))
			}
			if done {
				changed++
			}
		}
	}
	return changed, errors.Join(errs...)
}

// sweep reports whether the time asked for something.
func (s *Service) sweep(ctx context.Context, id string) (bool, error) {
	now, done := s.cfg.Clock.Now(), false
	by := store.Cause{ID: "sweep/" + now.Format(time.RFC3339Nano), Actor: identity.Service("draw")}
	err := s.draws.Change(ctx, by, id, func(d *Draw) (events.Event, error) {
		a, err := d.announced()
		if err != nil {
			return nil, err
		}
		done = true
		switch {
		case d.State == Announced && now.After(a.RevealBy), d.State == Frozen && !now.Before(a.Beacon.At):
			return d.Lapse(now)
		case d.State == Frozen && now.After(a.RevealBy):
			return d.Close(now)
		case d.State == Sealed && !now.Before(d.OpenBy):
			return d.Open(false, now)
		}
		done = false
		return nil, store.Unchanged
	})
	return done && err == nil, err
}
