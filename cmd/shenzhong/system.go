package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"shenzhong/deploy/packs"
	"shenzhong/services/disclose"
	"shenzhong/services/kit/bus"
	"shenzhong/services/kit/bus/jsbus"
	"shenzhong/services/kit/clock"
	"shenzhong/services/kit/law"
	"shenzhong/services/kit/notices"
	"shenzhong/services/kit/packfile"
	"shenzhong/services/kit/store"
	"shenzhong/services/kit/view"
	"shenzhong/services/kit/web"
	"shenzhong/services/kit/web/tokens"
	"shenzhong/services/kit/web/ui"
	"shenzhong/services/kit/workday"
)

// options are how one process runs: the same for all contexts at once and for
// one of them alone.
type options struct {
	contexts []string // names; empty is all
	stores   stores   // where each keeps what it knows
	broker   jsbus.Config
	keys     string   // folder of the secrets that contexts make for themselves
	watchers string   // file of the witnesses of the public log; empty is none
	domain   string   // of the office, in the name of its public log; empty for whichever the keys are of
	pack     string   // folder or archive of the law pack; empty is the one that ships
	trust    []string // files of public keys, each of which must have signed it; none trusts whoever may write there
	control  string   // folder in which operators find the door of a running program; empty is none
	notices  string   // folder of the holiday notices that were imported; empty is none
	clock    clock.Clock
	serves   bool          // a service that people use, whose program the public log names
	pause    time.Duration // between two looks at the clock; 0 is sweepPause
}

// ground is what a context stands on: a store of its own, and what all share.
type ground struct {
	district string
	keys     string
	domain   string
	watchers string // what that file says
	serves   bool
	log      store.Log
	tables   view.Tables
	clock    clock.Clock
	law      law.Source
	calendar workday.Source
}

// room is a context that is open: what it hears, shows and does by itself, and
// where it can be asked.
type room struct {
	name      string
	base      base
	reactions []bus.Reaction
	views     []view.Folding
	sweeps    map[string]func(context.Context) (int, error)
	mount     func(*web.API)
	pages     func(*web.Server)
	report    func(context.Context) any            // what /readyz shows of it
	late      func(context.Context) (int64, error) // limits about which something should have been said; nil = keeps none
	nav       []ui.Link                            // what pages adds to the main navigation
	sample    func(context.Context) error          // loads the sample, once
	recover   func(ctx context.Context, leaves []string, checkpoint string) (disclose.Recovery, error)
}

// system is the contexts of this process and the broker between them.
type system struct {
	rooms    []*room
	bus      *jsbus.Bus
	tokens   *tokens.Directory
	clock    clock.Clock
	pause    time.Duration
	law      law.Source
	pack     *packfile.Source // law, where it may be replaced; else nil
	calendar *notices.Book
	watchers string // what the file of the witnesses says
}

// How often a context looks for what its clock has brought about. In a
// rehearsal a day passes in no time.
const (
	sweepPause     = time.Second
	rehearsalPause = 20 * time.Millisecond
)

// openSystem opens the contexts on their stores, and the broker.
func openSystem(ctx context.Context, o options) (s *system, err error) {
	if s, err = openRooms(ctx, o); err != nil {
		return s, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.close())
		}
	}()
	broker := o.broker
	broker.Clock = o.clock
	if broker.Contexts, err = s.listeners(ctx); err != nil {
		return s, err
	}
	if s.bus, err = jsbus.New(broker); err != nil {
		return s, err
	}
	if err := s.bus.Declare(ctx, s.names()); err != nil {
		return s, fmt.Errorf("消息服务不可用或者不合要求，没有启动：%w", err)
	}
	return s, nil
}

// openRooms opens the contexts on their stores, without a broker.
func openRooms(ctx context.Context, o options) (s *system, err error) {
	s = &system{clock: o.clock, pause: cmp.Or(o.pause, sweepPause)}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.close())
		}
	}()
	if s.law, _, err = loadLaw(); err != nil {
		return s, err
	}
	if s.calendar, err = notices.Open(o.notices); err != nil {
		return s, err
	}
	if o.pack != "" {
		if s.pack, err = packfile.NewSource(o.pack, o.trust...); err != nil {
			return s, err
		}
		s.law = s.pack
	}
	if s.watchers, err = readWatchers(o.watchers); err != nil {
		return s, err
	}
	for _, name := range o.contexts {
		if !slices.ContainsFunc(contexts, func(c contextEntry) bool { return c.name == name }) {
			return s, usageError{fmt.Errorf("没有名为“%s”的服务", name)}
		}
	}
	for _, c := range contexts {
		if len(o.contexts) > 0 && !slices.Contains(o.contexts, c.name) {
			continue
		}
		if err := s.openRoom(ctx, o, c); err != nil {
			return s, fmt.Errorf("open %s: %w", c.name, err)
		}
	}
	return s, nil
}

// listeners are the contexts of this process as the bus sees them.
func (s *system) listeners(ctx context.Context) ([]jsbus.Context, error) {
	var out []jsbus.Context
	for _, r := range s.rooms {
		parking, err := view.NewParking(ctx, r.base.tables, r.name)
		if err != nil {
			return nil, fmt.Errorf("open %s: %w", r.name, err)
		}
		out = append(out, jsbus.Context{Name: r.name, Reactions: r.reactions, Parking: parking})
	}
	return out, nil
}

func (s *system) openRoom(ctx context.Context, o options, c contextEntry) error {
	r := &room{name: c.name}
	s.rooms = append(s.rooms, r)
	var err error
	if r.base, err = o.stores.open(ctx, c.name); err != nil {
		return err
	}
	g := ground{
		district: s.law.Law().Manifest().District, keys: o.keys, domain: o.domain, watchers: s.watchers, serves: o.serves, log: r.base.log, tables: r.base.tables,
		clock: o.clock, law: s.law, calendar: s.calendar,
	}
	if err := c.open(ctx, r, g); err != nil {
		return err
	}
	if s.tokens != nil {
		return nil
	}
	// Who calls is looked up in one place of a process: the first of its stores.
	if s.tokens, err = tokens.Open(ctx, r.base.tables, o.clock, r.name); err != nil {
		return err
	}
	r.views = append(r.views, s.tokens.View())
	r.reactions = append(r.reactions, s.tokens.View().Reaction())
	return nil
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

// room returns the open context of that name.
func (s *system) room(name string) *room {
	for _, r := range s.rooms {
		if r.name == name {
			return r
		}
	}
	return nil
}
