package main

import (
	"context"

	"shenzhong/services/credit"
	"shenzhong/services/disclose"
	"shenzhong/services/draw"
	"shenzhong/services/draw/fdraw"
	"shenzhong/services/inspect"
	"shenzhong/services/oversee"
)

// contexts is every context there is and how it is opened on its ground.
var contexts = []struct {
	name string
	open func(context.Context, *room, ground) error
}{
	{"inspect", openInspect},
	{"draw", openDraw},
	{"disclose", openDisclose},
	{"credit", openCredit},
	{"oversee", openOversee},
}

func openInspect(ctx context.Context, r *room, g ground) error {
	s, err := inspect.New(ctx, inspect.Config{District: district, Log: g.log, Tables: g.tables, Clock: g.clock, Law: g.law, Calendar: g.calendar})
	if err != nil {
		return err
	}
	r.reactions, r.views = s.Reactions(), s.Views()
	return nil
}

func openDraw(ctx context.Context, r *room, g ground) error {
	s, err := draw.New(ctx, draw.Config{District: district, Log: g.log, Tables: g.tables, Clock: g.clock, Law: g.law, Hash: fdraw.SM3})
	if err != nil {
		return err
	}
	r.reactions, r.views = s.Reactions(), s.Views()
	r.sweeps = map[string]func(context.Context) (int, error){"draw opens": s.Sweep}
	return nil
}

func openDisclose(ctx context.Context, r *room, g ground) error {
	s, err := disclose.New(ctx, disclose.Config{District: district, Log: g.log, Tables: g.tables, Clock: g.clock, Law: g.law, Calendar: g.calendar})
	if err != nil {
		return err
	}
	r.reactions, r.views = s.Reactions(), s.Views()
	r.sweeps = map[string]func(context.Context) (int, error){"disclose expires": s.Sweep}
	return nil
}

func openCredit(ctx context.Context, r *room, g ground) error {
	s, err := credit.New(ctx, credit.Config{District: district, Log: g.log, Tables: g.tables, Clock: g.clock, Law: g.law, Calendar: g.calendar})
	if err != nil {
		return err
	}
	r.reactions, r.views = s.Reactions(), s.Views()
	r.sweeps = map[string]func(context.Context) (int, error){"credit grades anew": s.Sweep}
	return nil
}

func openOversee(ctx context.Context, r *room, g ground) error {
	s, err := oversee.New(ctx, oversee.Config{District: district, Log: g.log, Tables: g.tables, Clock: g.clock, Law: g.law, Calendar: g.calendar})
	if err != nil {
		return err
	}
	r.reactions, r.views = s.Reactions(), s.Views()
	r.sweeps = map[string]func(context.Context) (int, error){"oversee": s.Sweep}
	return nil
}
