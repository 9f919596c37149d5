package register

import (
	"context"
	"fmt"
	"slices"

	"shenzhong/events"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/law"
	"shenzhong/services/kit/store"
	"shenzhong/services/kit/view"
)

// PublishItem puts an item of the law pack on the public list.
type PublishItem struct {
	store.Cause
	Code string
}

// PublishItem publishes it as it stands in the law pack today.
func (s *Service) PublishItem(ctx context.Context, cmd PublishItem) error {
	if err := permits.Check(cmd.Actor, "item.publish"); err != nil {
		return err
	}
	item, err := grounded(s.cfg.Law.Law(), cmd.Code, s.today())
	if err != nil {
		return err
	}
	return s.putItem(ctx, cmd.Cause, cmd.Code, func(i *Item) (events.Event, error) { return i.Publish(cmd.Actor, item) })
}

// RetireItem takes an item off the public list.
type RetireItem struct {
	store.Cause
	Code   string
	Reason string
}

// RetireItem retires it, until a person publishes it again.
func (s *Service) RetireItem(ctx context.Context, cmd RetireItem) error {
	if err := permits.Check(cmd.Actor, "item.retire"); err != nil {
		return err
	}
	on := s.today().String()
	err := s.items.Change(ctx, cmd.Cause, s.itemID(cmd.Code), func(i *Item) (events.Event, error) {
		return i.Retire(cmd.Actor, cmd.Reason, on, true)
	})
	if err != nil {
		return err
	}
	return s.show(ctx, s.views.items, s.items.Subject(s.itemID(cmd.Code)))
}

// ListUnit enters a unit of the law pack into the list of units.
type ListUnit struct {
	store.Cause
	Code string
}

// ListUnit enters it as it stands in the law pack today.
func (s *Service) ListUnit(ctx context.Context, cmd ListUnit) error {
	if err := permits.Check(cmd.Actor, "unit.list"); err != nil {
		return err
	}
	unit, err := s.cfg.Law.Law().Unit(cmd.Code, s.today())
	if err != nil {
		return err
	}
	entry := events.Unit{Code: unit.Code, Name: unit.Name, Kind: string(unit.Kind), Enforces: unit.Enforces}
	err = s.units.Put(ctx, cmd.Cause, s.unitID(cmd.Code), func(u *Unit) (events.Event, error) { return u.List(cmd.Actor, entry) })
	if err != nil {
		return err
	}
	return s.show(ctx, s.views.units, s.units.Subject(s.unitID(cmd.Code)))
}

// LoadDistrict makes the lists say what the law pack says today.
type LoadDistrict struct{ store.Cause }

// LoadDistrict lists every unit, publishes every item that has a basis in force,
// and retires those that the pack has no longer. What a person retired stays
// retired. Done again, it changes nothing; broken off, it goes on.
func (s *Service) LoadDistrict(ctx context.Context, cmd LoadDistrict) error {
	today := s.today()
	units := slices.DeleteFunc(slices.Clone(s.cfg.Law.Law().Units()), func(u law.Unit) bool { return !u.On(today) })
	err := together(len(units), func(i int) func() error {
		return func() error {
			code := units[i].Code
			if err := s.ListUnit(ctx, ListUnit{Cause: s.part(cmd.Cause, "unit", code), Code: code}); err != nil {
				return fmt.Errorf("list unit %s: %w", code, err)
			}
			return nil
		}
	})
	if err != nil {
		return err
	}
	items := s.cfg.Law.Law().Items(today)
	published := make([]bool, len(items))
	err = together(len(items), func(i int) func() error {
		return func() (err error) {
			code := items[i].Code
			if published[i], err = s.loadItem(ctx, s.part(cmd.Cause, "item", code), code); err != nil {
				return fmt.Errorf("publish item %s: %w", code, err)
			}
			return nil
		}
	})
	if err != nil {
		return err
	}
	inForce := map[string]bool{}
	for i, item := range items {
		inForce[item.Code] = published[i]
	}
	return s.retireOthers(ctx, cmd.Cause, inForce)
}

// part is the cause of one of the changes of a command that makes several. The
// version of the pack is in it: a new pack is loaded anew.
func (s *Service) part(by store.Cause, what, code string) store.Cause {
	by.ID = fmt.Sprintf("%s+%s+%s-%s", by.ID, s.cfg.Law.Law().Version(), what, code)
	return by
}

// loadItem publishes one item of the law pack and reports whether it may stand
// on the public list.
func (s *Service) loadItem(ctx context.Context, by store.Cause, code string) (bool, error) {
	item, err := grounded(s.cfg.Law.Law(), code, s.today())
	if fault.Is(err, fault.Invalid) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return true, s.putItem(ctx, by, code, func(i *Item) (events.Event, error) {
		if i.State == Retired && i.ByHand {
			return nil, store.Unchanged
		}
		return i.Publish(by.Actor, item)
	})
}

func (s *Service) putItem(ctx context.Context, by store.Cause, code string, decide func(*Item) (events.Event, error)) error {
	if err := s.items.Put(ctx, by, s.itemID(code), decide); err != nil {
		return err
	}
	return s.show(ctx, s.views.items, s.items.Subject(s.itemID(code)))
}

// retireOthers retires the published items that are not in force.
func (s *Service) retireOthers(ctx context.Context, by store.Cause, inForce map[string]bool) error {
	rows, err := every(ctx, s.views.items, view.Query{Equal: map[string]any{"state": string(Published)}})
	if err != nil {
		return err
	}
	today := s.today()
	for _, row := range rows {
		if inForce[row.Code] {
			continue
		}
		cause := s.part(by, "retire", row.Code+"-"+today.String())
		err := s.items.Change(ctx, cause, s.itemID(row.Code), func(i *Item) (events.Event, error) {
			return i.Retire(by.Actor, "规则包 "+s.cfg.Law.Law().Version()+" 中已没有有效依据", today.String(), false)
		})
		if err != nil {
			return fmt.Errorf("retire item %s: %w", row.Code, err)
		}
		if err := s.show(ctx, s.views.items, s.items.Subject(s.itemID(row.Code))); err != nil {
			return err
		}
	}
	return nil
}
