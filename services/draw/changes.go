package draw

import (
	"context"
	"slices"

	"shenzhong/services/draw/fdraw"
	"shenzhong/services/kit/view"
)

// previous is the draw before, that a pool is compared with: the newest one that
// was opened and draws from a category of registry. nil if there is none. One that
// is still sealed never serves: what changed since would tell who was drawn in it.
func (s *Service) previous(ctx context.Context, registry *fdraw.Registry) (*fdraw.Bundle, error) {
	rows, err := s.board.List(ctx, view.Query{Equal: map[string]any{"state": string(Opened)}, Desc: true, Limit: 1000})
	if err != nil {
		return nil, err
	}
	for _, row := range rows {
		d, _, err := s.draws.Load(ctx, row.ID)
		if err != nil {
			return nil, err
		}
		before, err := fdraw.ParseRegistry(d.Files.Registry)
		if err != nil {
			return nil, err
		}
		if row.ID != registry.Draw && slices.ContainsFunc(before.Plans, func(p fdraw.Plan) bool { return planned(registry, p.Category) }) {
			return &d.Files, nil
		}
	}
	return nil, nil
}

// compare fills in how lists differ from those of the draw before.
func (s *Service) compare(ctx context.Context, d *Draw, l *lists) error {
	before, err := s.previous(ctx, l.registry)
	if err != nil {
		return err
	}
	if before != nil {
		l.before = before.Pool
	}
	l.changes, err = compared(*l, d.Files.Policy, before)
	return err
}

func planned(registry *fdraw.Registry, category string) bool {
	return slices.ContainsFunc(registry.Plans, func(p fdraw.Plan) bool { return p.Category == category })
}

// compared says how lists differ from those of the draw before, and why, facility
// by facility. before is nil where there was none.
func compared(l lists, policy string, before *fdraw.Bundle) (*fdraw.Changes, error) {
	c := &fdraw.Changes{Head: l.pool.Head}
	if before == nil {
		return c, nil
	}
	pool, err := fdraw.ParsePool(before.Pool)
	if err != nil {
		return nil, err
	}
	registry, err := fdraw.ParseRegistry(before.Registry)
	if err != nil {
		return nil, err
	}
	c.Previous, c.Changes = pool.Head, fdraw.DiffPools(pool, l.pool)
	was, is := entriesOf(registry), entriesOf(l.registry)
	for i := range c.Changes {
		x := &c.Changes[i]
		switch x.Kind {
		case fdraw.Added:
			x.Why = fdraw.WhyRegistered
			if !planned(registry, is[x.Facility].Category) {
				x.Why = fdraw.WhyScope
			}
		case fdraw.Dropped:
			x.Why = fdraw.WhyClosed
			if !planned(l.registry, was[x.Facility].Category) {
				x.Why = fdraw.WhyScope
			}
		case fdraw.Rechance:
			x.Why = why(was[x.Facility], is[x.Facility], pool.Find(x.Facility).Reason, l.pool.Find(x.Facility).Reason, policy != before.Policy)
		}
	}
	return c, nil
}

func entriesOf(g *fdraw.Registry) map[string]fdraw.Entry {
	out := make(map[string]fdraw.Entry, len(g.Entries))
	for _, e := range g.Entries {
		out[e.Facility] = e
	}
	return out
}

// why is for what reason a facility has another chance than in the draw before:
// the first that applies, in the order in which the policy looks at them.
func why(was, is fdraw.Entry, before, now fdraw.Reason, policy bool) fdraw.Why {
	either := func(reasons ...fdraw.Reason) bool {
		return slices.Contains(reasons, before) || slices.Contains(reasons, now)
	}
	switch {
	case was.Status != is.Status:
		return fdraw.WhyClosed
	case either(fdraw.ByCensus):
		return fdraw.WhyCensus
	case !slices.Equal(was.Flags, is.Flags):
		return fdraw.WhyFlag
	case either(fdraw.ByCap, fdraw.ByFloor):
		return fdraw.WhyFrequency
	case was.Grade != is.Grade:
		return fdraw.WhyGrade
	case was.Risk != is.Risk:
		return fdraw.WhyRisk
	case policy:
		return fdraw.WhyPolicy
	}
	return fdraw.WhyError
}
