package bench

import (
	"context"
	"errors"
	"fmt"
	"net"
	"path/filepath"

	"shenzhong/deploy/packs"
	"shenzhong/events"
	"shenzhong/services/clue"
	"shenzhong/services/clue/clueweb"
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
	"shenzhong/services/kit/web"
	"shenzhong/services/kit/web/tokens"
	"shenzhong/services/kit/workday"
)

// kept is what the listener makes of a fact: an entity of its own.
type kept struct {
	Fact events.Envelope `json:"fact"`
}

// noted says that the listener has kept a fact. It never travels.
type noted struct {
	Fact string `json:"fact"`
}

// Kind is no contract: nobody hears it.
func (noted) Kind() string { return "bench.noted.v1" }

// kit is the chain as the system has it: the interface of the clues, its store,
// the bus, and a listener that commits each fact to a store of its own.
type kit struct {
	side
	clues, heard store.Log
	bus          *jsbus.Bus
	stores       []*sqlite.DB
}

// openKit wires the chain in dir, and nothing else of the system: what other
// contexts would do with the fact is no part of the chain.
func openKit(ctx context.Context, dir string) (k *kit, err error) {
	k = &kit{}
	k.ear, k.close = &ear{}, k.shut
	defer func() {
		if err != nil {
			err = errors.Join(err, k.shut())
		}
	}()
	server, err := k.speaker(ctx, filepath.Join(dir, "clue.db"))
	if err != nil {
		return k, err
	}
	hears, parking, err := k.listener(ctx, filepath.Join(dir, "bench.db"))
	if err != nil {
		return k, err
	}
	k.bus, err = jsbus.New(jsbus.Config{
		Embedded: &jsbus.Embedded{Dir: filepath.Join(dir, "jetstream")},
		Contexts: []jsbus.Context{{Name: "clue"}, {Name: "bench", Reactions: []bus.Reaction{hears}, Parking: parking}},
	})
	if err != nil {
		return k, err
	}
	if err := k.bus.Declare(ctx, []string{"clue", "bench"}); err != nil {
		return k, err
	}
	ln, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return k, fmt.Errorf("listen: %w", err)
	}
	k.addr = ln.Addr().String()
	k.parts = []service.Part{
		{Name: "guard", Run: k.bus.Guard},
		{Name: "relay", Run: func(ctx context.Context) error { return k.bus.Relay(ctx, "clue", k.clues) }},
		{Name: "listener", Run: func(ctx context.Context) error { return k.bus.Consume(ctx, hears) }},
		{Name: "web", Run: func(ctx context.Context) error { return server.Serve(ctx, ln) }},
	}
	return k, nil
}

// open opens a store of its own at path.
func (k *kit) open(ctx context.Context, path string) (store.Log, view.Tables, error) {
	db, err := sqlite.Open(ctx, path, sqlite.Options{})
	if err != nil {
		return nil, nil, err
	}
	k.stores = append(k.stores, db)
	log, err := sqlitelog.Open(ctx, db)
	return log, sqliteview.New(db), err
}

// speaker is the clue context with its interface.
func (k *kit) speaker(ctx context.Context, path string) (*web.Server, error) {
	log, tables, err := k.open(ctx, path)
	if err != nil {
		return nil, err
	}
	k.clues = log
	files, err := packs.Wulong()
	if err != nil {
		return nil, err
	}
	pack, err := law.Load(files)
	if err != nil {
		return nil, err
	}
	calendar, err := workday.New()
	if err != nil {
		return nil, err
	}
	clues, err := clue.New(ctx, clue.Config{
		District: pack.Manifest().District, Log: log, Tables: tables, Clock: clock.System{},
		Law: pack, Calendar: calendar, Key: make([]byte, clue.KeyBytes),
	})
	if err != nil {
		return nil, err
	}
	directory, err := tokens.Open(ctx, tables, clock.System{}, "clue")
	if err != nil {
		return nil, err
	}
	server, err := web.New(web.Config{
		Title: "bench", Version: "1", Clock: clock.System{}, Tokens: directory,
		Ready:   func(context.Context) (any, error) { return "ready", nil },
		Healthy: func() error { return k.bus.Healthy() },
	})
	if err != nil {
		return nil, err
	}
	clueweb.Mount(server.API(), clues)
	return server, nil
}

// listener is a second context that commits what it hears.
func (k *kit) listener(ctx context.Context, path string) (bus.Reaction, bus.Parking, error) {
	log, tables, err := k.open(ctx, path)
	if err != nil {
		return bus.Reaction{}, nil, err
	}
	k.heard = log
	parking, err := view.NewParking(ctx, tables, "bench")
	if err != nil {
		return bus.Reaction{}, nil, err
	}
	heard := store.NewCollection[kept]("heard", log, clock.System{})
	return bus.Reaction{
		Name: "bench-hears", Kinds: []string{events.ClueReceived{}.Kind()},
		Handle: func(ctx context.Context, e events.Envelope) error {
			err := heard.Create(ctx, bus.Cause(e, "bench"), events.EntityID(e.Subject), func(k *kept) (events.Event, error) {
				k.Fact = e
				return noted{Fact: e.ID}, nil
			})
			if err == nil {
				k.ear.heard(e.Time)
			}
			return err
		},
	}, parking, nil
}

func (k *kit) shut() error {
	if k.bus != nil {
		k.bus.Close()
	}
	var errs []error
	for _, db := range k.stores {
		errs = append(errs, db.Close())
	}
	return errors.Join(errs...)
}

// sizes are how many bytes each step of the chain carries.
type sizes struct{ answer, row, message, kept int }

// weigh sends one complaint through the chain and weighs it at every step, so
// that the minimum carries as much.
func (k *kit) weigh(ctx context.Context) (sizes, error) {
	var s sizes
	one, err := complaint()
	if err != nil {
		return s, err
	}
	c, err := call(ctx, k.addr)
	if err != nil {
		return s, err
	}
	answer, err := c.ask(one)
	if err = errors.Join(err, c.conn.Close()); err != nil {
		return s, err
	}
	s.answer = len(answer)
	for k.ear.n.Load() == 0 {
		if err := pause(ctx); err != nil {
			return s, err
		}
	}
	said, err := k.clues.Scan(ctx, "", 0, 1)
	if err != nil {
		return s, err
	}
	heard, err := k.heard.Scan(ctx, "", 0, 1)
	if err != nil {
		return s, err
	}
	if len(said) == 0 || len(heard) == 0 {
		return s, errors.New("weigh the chain: what was committed is not there")
	}
	letter, err := said[0].Envelope().Encode()
	s.row = len(said[0].State) + len(said[0].Data) + len(said[0].Starts)
	s.message, s.kept = len(letter), len(heard[0].State)+len(heard[0].Data)
	return s, err
}
