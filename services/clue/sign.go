package clue

import (
	"context"
	"errors"
	"fmt"
	"time"

	"shenzhong/events"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/identity"
	"shenzhong/services/kit/store"
	"shenzhong/services/kit/view"
)

// Sign signs for the clue (签收) on behalf of its lead. No limit stops or starts
// with it: the clue is still taken up or given back within its own.
func (c *Clue) Sign(by identity.Actor) (events.Event, error) {
	if c.State != Routed {
		return nil, c.may(Accepted)
	}
	if err := by.OfUnit(c.To.Lead); err != nil {
		return nil, err
	}
	if c.SignBy == nil {
		return nil, fault.New(fault.Conflict, "该线索已经签收，请在期限内受理或者依法退回")
	}
	c.SignBy = nil
	return events.ClueSigned{Clue: c.ID, Unit: c.To.Lead}, nil
}

// Lapse makes the clue count as signed for once the time for it is over.
func (c *Clue) Lapse(now time.Time) (events.Event, error) {
	if c.SignBy == nil || now.Before(c.SignBy.Due) {
		return nil, store.Unchanged
	}
	c.SignBy = nil
	return events.ClueSigned{Clue: c.ID, Unit: c.To.Lead, Lapsed: true}, nil
}

// Sign is a unit's signature for a clue (签收).
type Sign struct {
	store.Cause
	Clue string
}

// Sign signs for a clue.
func (s *Service) Sign(ctx context.Context, cmd Sign) error {
	if err := permits.Check(cmd.Actor, "clue.sign"); err != nil {
		return err
	}
	return s.clues.Change(ctx, cmd.Cause, cmd.Clue, func(c *Clue) (events.Event, error) { return c.Sign(cmd.Actor) })
}

// Sweep does what only the time asks for, and returns how many clues it changed:
// one that nobody signed for in time counts as signed for. One clue that cannot
// be dealt with does not keep the others waiting.
func (s *Service) Sweep(ctx context.Context) (int, error) {
	now := s.cfg.Clock.Now()
	rows, err := s.views.board.List(ctx, view.Query{
		Equal: map[string]any{"state": string(Routed)}, AtMost: map[string]any{"sign": now.UnixMilli()}, Limit: 1000,
	})
	if err != nil {
		return 0, err
	}
	by := store.Cause{ID: "sweep/" + now.Format(time.RFC3339Nano), Actor: identity.Service("clue")}
	changed := 0
	var errs []error
	for _, row := range rows {
		lapsed := false
		err := s.clues.Change(ctx, by, row.ID, func(c *Clue) (events.Event, error) {
			fact, err := c.Lapse(now)
			lapsed = err == nil
			return fact, err
		})
		if err != nil {
			errs = append(errs, fmt.Errorf("sweep clue %s: %w", row.ID, err))
		} else if lapsed {
			changed++
		}
	}
	return changed, errors.Join(errs...)
}
