package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"shenzhong/deploy/packs"
	"shenzhong/services/kit/bus"
	"shenzhong/services/kit/bus/jsbus"
	"shenzhong/services/kit/clock"
	"shenzhong/services/kit/law"
	"shenzhong/services/kit/service"
	"shenzhong/services/kit/sqlite"
	"shenzhong/services/kit/store"
	"shenzhong/services/kit/store/sqlitelog"
	"shenzhong/services/kit/view"
	"shenzhong/services/kit/view/sqliteview"
	"shenzhong/services/kit/workday"
)

// district is the one whose law pack ships.
const district = "500156"

// ground is what every context stands on: its own store, and what all share.
type ground struct {
	log      store.Log
	tables   view.Tables
	clock    clock.Clock
	law      *law.Pack
	calendar *workday.Calendar
}

// room is a context that is open: what it hears, shows and does by itself.
type room struct {
	name      string
	log       store.Log
	reactions []bus.Reaction
	views     []view.Folding
	sweeps    map[string]func(context.Context) (int, error)
	db        *sqlite.DB
}

// system is the contexts of this process and the broker between them.
type system struct {
	rooms []*room
	bus   *jsbus.Bus
}

// sweepPause is how often a context looks for what its clock has brought about.
const sweepPause = time.Second

// openSystem opens every context on a store of its own in dir, and the broker
// beside them.
func openSystem(ctx context.Context, dir string, clk clock.Clock) (*system, error) {
	pack, calendar, err := loadLaw()
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make %s: %w", dir, err)
	}
	s := &system{}
	heard := []jsbus.Context{}
	for _, c := range contexts {
		r := &room{name: c.name}
		s.rooms = append(s.rooms, r)
		if r.db, err = sqlite.Open(ctx, filepath.Join(dir, c.name+".db"), sqlite.Options{}); err != nil {
			return nil, errors.Join(err, s.close())
		}
		if r.log, err = sqlitelog.Open(ctx, r.db); err != nil {
			return nil, errors.Join(err, s.close())
		}
		tables := sqliteview.New(r.db)
		if err := c.open(ctx, r, ground{log: r.log, tables: tables, clock: clk, law: pack, calendar: calendar}); err != nil {
			return nil, errors.Join(fmt.Errorf("open %s: %w", c.name, err), s.close())
		}
		parking, err := view.NewParking(ctx, tables, c.name)
		if err != nil {
			return nil, errors.Join(err, s.close())
		}
		heard = append(heard, jsbus.Context{Name: c.name, Reactions: r.reactions, Parking: parking})
	}
	s.bus, err = jsbus.New(jsbus.Config{Embedded: &jsbus.Embedded{Dir: filepath.Join(dir, "jetstream")}, Contexts: heard, Clock: clk})
	if err != nil {
		return nil, errors.Join(err, s.close())
	}
	if err := s.bus.Declare(ctx, s.names()); err != nil {
		return nil, errors.Join(err, s.close())
	}
	return s, nil
}

// loadLaw returns the law pack and the calendar that ship.
func loadLaw() (*law.Pack, *workday.Calendar, error) {
	files, err := packs.Wulong()
	if err != nil {
		return nil, nil, err
	}
	pack, err := law.Load(files)
	if err != nil {
		return nil, nil, err
	}
	calendar, err := workday.New()
	return pack, calendar, err
}

func (s *system) names() []string {
	names := make([]string, len(s.rooms))
	for i, r := range s.rooms {
		names[i] = r.name
	}
	return names
}

// parts are everything that runs for as long as the system does.
func (s *system) parts() []service.Part {
	parts := []service.Part{{Name: "guard", Run: s.bus.Guard}}
	for _, r := range s.rooms {
		parts = append(parts, service.Part{Name: "relay of " + r.name, Run: func(ctx context.Context) error { return s.bus.Relay(ctx, r.name, r.log) }})
		for _, reaction := range r.reactions {
			parts = append(parts, service.Part{Name: reaction.Name, Run: func(ctx context.Context) error { return s.bus.Consume(ctx, reaction) }})
		}
		for name, sweep := range r.sweeps {
			parts = append(parts, service.Every(name, sweepPause, func(ctx context.Context) error {
				_, err := sweep(ctx)
				return err
			}, report))
		}
	}
	return parts
}

func report(ctx context.Context, name string, err error) {
	slog.ErrorContext(ctx, "sweep", "name", name, "err", err)
}

// close closes the broker and every store. What runs must have returned.
func (s *system) close() error {
	if s.bus != nil {
		s.bus.Close()
	}
	var errs []error
	for _, r := range s.rooms {
		if r.db != nil {
			errs = append(errs, r.db.Close())
		}
	}
	return errors.Join(errs...)
}

// logs are the stores by context.
func (s *system) logs() map[string]store.Log {
	logs := map[string]store.Log{}
	for _, r := range s.rooms {
		logs[r.name] = r.log
	}
	return logs
}

// settle waits until nothing is on its way any more.
func (s *system) settle(ctx context.Context) error {
	for {
		idle, err := s.bus.Idle(ctx, s.logs())
		if err != nil {
			return err
		}
		if idle {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(2 * time.Millisecond):
		}
	}
}
