// Package register keeps the lists that joint inspection stands on (一单两库):
// inspected objects, officers, the public list of inspection items, and the
// units that take part. It must never decide what is inspected, and never let
// an item without a legal basis, or a facility nobody can tell from another,
// onto a list.
package register

import (
	"context"
	"sync"

	"shenzhong/events"
	"shenzhong/services/kit/clock"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/identity"
	"shenzhong/services/kit/law"
	"shenzhong/services/kit/store"
	"shenzhong/services/kit/view"
	"shenzhong/services/kit/workday"
)

// Config is all that register stands on.
type Config struct {
	District string
	Log      store.Log
	Tables   view.Tables
	Clock    clock.Clock
	Law      law.Source
}

// Service keeps the registers of a district.
type Service struct {
	cfg        Config
	facilities *store.Collection[Facility]
	officers   *store.Collection[Officer]
	items      *store.Collection[Item]
	units      *store.Collection[Unit]
	views      views

	// entering is held while a subject is looked for and then entered, so that
	// two commands of this process cannot enter it twice. Two processes that
	// enter one subject within the time a fact travels are not told apart.
	entering sync.Mutex
}

// New opens the service on its store.
func New(ctx context.Context, cfg Config) (*Service, error) {
	s := &Service{
		cfg:        cfg,
		facilities: store.NewCollection[Facility]("facility", cfg.Log, cfg.Clock),
		officers:   store.NewCollection[Officer]("officer", cfg.Log, cfg.Clock),
		items:      store.NewCollection[Item]("item", cfg.Log, cfg.Clock),
		units:      store.NewCollection[Unit]("unit", cfg.Log, cfg.Clock),
	}
	return s, s.views.open(ctx, cfg.Tables)
}

func (s *Service) today() workday.Date { return workday.DateOf(s.cfg.Clock.Now()) }

// show folds the newest fact of a subject into a view at once, so that who made
// a change sees it and the next command is decided by it. The listener of the
// view folds it too; whoever is first, it counts once.
func (s *Service) show(ctx context.Context, v view.Folding, subject string) error {
	last, _, err := s.cfg.Log.Last(ctx, subject, "")
	if err != nil {
		return err
	}
	err = view.Apply(ctx, v, last.Envelope())
	if fault.Is(err, fault.Conflict) || fault.Is(err, fault.Early) {
		return nil
	}
	return err
}

// CatchUp folds every fact of the store into the lists: for a process that
// hears no bus. Doing it again changes nothing.
func (s *Service) CatchUp(ctx context.Context) error {
	return store.Each(ctx, s.cfg.Log, func(c store.Commit) error {
		e := c.Envelope()
		for _, v := range s.views.own() {
			if !v.Reaction().Hears(e.Type) {
				continue
			}
			if err := view.Apply(ctx, v, e); err != nil {
				return err
			}
		}
		return nil
	})
}

// keeps refuses an actor who does not keep the officers of that unit: a unit
// keeps its own, and those that lead an area of the plan or coordinate keep all.
func (s *Service) keeps(by identity.Actor, unit string) error {
	if by.Has(identity.System) {
		return nil
	}
	for _, area := range s.cfg.Law.Law().Areas() {
		if area.Lead == by.Unit {
			return nil
		}
	}
	if u, err := s.cfg.Law.Law().Unit(by.Unit, s.today()); err == nil && u.Kind == law.Coordinating {
		return nil
	}
	return by.OfUnit(unit)
}

// Facility returns an entry of the register of objects, if it may be shown to
// that account.
func (s *Service) Facility(ctx context.Context, by identity.Actor, id string) (Facility, error) {
	f, _, err := s.facilities.Load(ctx, id)
	if denied := f.shown(by, id); denied != nil {
		return Facility{}, denied
	}
	return f, err
}

// Officer returns an entry of the register of officers, if it may be shown to
// that account.
func (s *Service) Officer(ctx context.Context, by identity.Actor, id string) (Officer, error) {
	o, _, err := s.officers.Load(ctx, id)
	if denied := o.shown(by, id); denied != nil {
		return Officer{}, denied
	}
	return o, err
}

// Item returns an entry of the list of items by its code.
func (s *Service) Item(ctx context.Context, code string) (Item, error) {
	i, _, err := s.items.Load(ctx, s.itemID(code))
	return i, err
}

// Today is the day by which the service decides.
func (s *Service) Today() workday.Date { return s.today() }

// changeFacility changes a facility and shows the change.
func (s *Service) changeFacility(ctx context.Context, by store.Cause, id string, decide func(*Facility) (events.Event, error)) error {
	if err := s.facilities.Change(ctx, by, id, decide); err != nil {
		return err
	}
	return s.show(ctx, s.views.facilities, s.facilities.Subject(id))
}

// changeOfficer changes an officer and shows the change.
func (s *Service) changeOfficer(ctx context.Context, by store.Cause, id string, decide func(*Officer) (events.Event, error)) error {
	if err := s.officers.Change(ctx, by, id, decide); err != nil {
		return err
	}
	return s.show(ctx, s.views.officers, s.officers.Subject(id))
}
