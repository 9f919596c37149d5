package oversee

import (
	"context"
	"fmt"

	"shenzhong/events"
	"shenzhong/services/kit/identity"
	"shenzhong/services/kit/store"
	"shenzhong/services/kit/view"
)

// basis is what limits are counted on.
type basis struct{ calendar, pack string }

// countAnew counts limits again when the calendar has gained a year, or the law
// pack was replaced, since it was last looked at, and when the service starts.
func (s *Service) countAnew(ctx context.Context) error {
	now := basis{s.cfg.Calendar.Calendar().Version(), s.cfg.Law.Law().Version()}
	was := s.counted.Load()
	if was != nil && *was == now {
		return nil
	}
	if was == nil || was.calendar != now.calendar {
		if _, err := s.Recount(ctx); err != nil {
			return err
		}
	}
	if was == nil || was.pack != now.pack {
		if _, err := s.Renew(ctx); err != nil {
			return err
		}
	}
	s.counted.Store(&now)
	return nil
}

// Recount counts again every running limit that was provisional on another
// calendar, and says of each what became of it: recounted or confirmed. It
// returns how many it said something of. The calendar is the cause, so that
// whoever asks again says nothing twice.
func (s *Service) Recount(ctx context.Context) (int, error) {
	version := s.cfg.Calendar.Calendar().Version()
	return s.each(ctx, "provisional", "yes", func(entity string, d events.Deadline) (bool, error) {
		if d.Calendar == version {
			return false, nil
		}
		now, err := s.counter().Recount(d)
		if err != nil {
			return false, err
		}
		return true, s.recount(ctx, "calendar/"+version, entity, now)
	})
}

// Renew counts again every running limit whose rule is to be counted by the law
// pack in force (on_pack_change: recount) and that another pack has counted. A
// limit whose rule says keep, or whose length a person set, stays. The pack is
// the cause.
func (s *Service) Renew(ctx context.Context) (int, error) {
	pack := s.cfg.Law.Law()
	said := 0
	for _, rule := range pack.RecountedDeadlines() {
		n, err := s.each(ctx, "rule", rule, func(entity string, d events.Deadline) (bool, error) {
			now, err := s.counter().Renew(d)
			if err != nil || now.Pack == d.Pack {
				return false, err
			}
			return true, s.recount(ctx, "pack/"+now.Pack, entity, now)
		})
		if said += n; err != nil {
			return said, err
		}
	}
	return said, nil
}

// each hands every running limit with that value in that column to do, and
// returns of how many do said something.
func (s *Service) each(ctx context.Context, column, value string, do func(string, events.Deadline) (bool, error)) (int, error) {
	said := 0
	for _, state := range []State{Armed, Overdue} {
		n, err := s.eachIn(ctx, map[string]any{column: value, "state": string(state)}, do)
		if said += n; err != nil {
			return said, err
		}
	}
	return said, nil
}

// eachIn hands every limit that the conditions select to do.
func (s *Service) eachIn(ctx context.Context, equal map[string]any, do func(string, events.Deadline) (bool, error)) (int, error) {
	said, after := 0, ""
	for {
		rows, err := s.board.List(ctx, view.Query{Equal: equal, Limit: sweepPage, After: after})
		if err != nil {
			return said, err
		}
		for _, row := range rows {
			if after, err = EntityOf(row.Deadline.ID); err != nil {
				return said, err
			}
			spoke, err := do(after, row.Deadline)
			if err != nil {
				return said, fmt.Errorf("recount %s: %w", row.Deadline.ID, err)
			}
			if spoke {
				said++
			}
		}
		if len(rows) < sweepPage {
			return said, nil
		}
	}
}

func (s *Service) recount(ctx context.Context, why, entity string, now events.Deadline) error {
	plan, err := s.plan(now)
	if err != nil {
		return err
	}
	cause := store.Cause{ID: why, Actor: identity.Service("oversee")}
	return s.limits.Change(ctx, cause, entity, func(l *Limit) (events.Event, error) { return l.Recount(now, plan, why) })
}
