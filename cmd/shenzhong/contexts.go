package main

import (
	"context"
	"net/http"

	"shenzhong/services/casefile"
	"shenzhong/services/casefile/casefileweb"
	"shenzhong/services/clue"
	"shenzhong/services/clue/clueweb"
	"shenzhong/services/credit"
	"shenzhong/services/credit/creditweb"
	"shenzhong/services/disclose"
	"shenzhong/services/disclose/discloseweb"
	"shenzhong/services/disclose/witness"
	"shenzhong/services/draw"
	"shenzhong/services/draw/drawweb"
	"shenzhong/services/draw/fdraw"
	"shenzhong/services/identity"
	"shenzhong/services/identity/identityweb"
	"shenzhong/services/inspect"
	"shenzhong/services/inspect/inspectweb"
	"shenzhong/services/kit/clock"
	"shenzhong/services/kit/web"
	"shenzhong/services/oversee"
	"shenzhong/services/oversee/overseeweb"
	"shenzhong/services/register"
	"shenzhong/services/register/registerweb"
	"shenzhong/services/watch"
	"shenzhong/services/watch/watchweb"
)

// contextEntry is a context and how it is opened on its ground.
type contextEntry struct {
	name string
	open func(context.Context, *room, ground) error
}

// contexts is every context there is.
var contexts = []contextEntry{
	{"identity", openIdentity},
	{"register", openRegister},
	{"inspect", openInspect},
	{"draw", openDraw},
	{"clue", openClue},
	{"casefile", openCasefile},
	{"disclose", openDisclose},
	{"credit", openCredit},
	{"watch", openWatch},
	{"oversee", openOversee},
}

func openIdentity(_ context.Context, r *room, g ground) error {
	s := identity.New(identity.Config{District: g.district, Log: g.log, Clock: g.clock, Law: g.law})
	r.mount = func(api *web.API) { identityweb.Mount(api, s) }
	return nil
}

func openRegister(ctx context.Context, r *room, g ground) error {
	s, err := register.New(ctx, register.Config{District: g.district, Log: g.log, Tables: g.tables, Clock: g.clock, Law: g.law})
	if err != nil {
		return err
	}
	r.reactions, r.views = s.Reactions(), s.Views()
	r.sample = func(ctx context.Context) error { return loadSample(ctx, s) }
	r.mount = func(api *web.API) { registerweb.Mount(api, s) }
	return nil
}

func openInspect(ctx context.Context, r *room, g ground) error {
	key, err := secret(g.keys, "inspect")
	if err != nil {
		return err
	}
	s, err := inspect.New(ctx, inspect.Config{District: g.district, Log: g.log, Tables: g.tables, Clock: g.clock, Law: g.law, Calendar: g.calendar, Key: key})
	if err != nil {
		return err
	}
	r.reactions, r.views = s.Reactions(), s.Views()
	r.mount = func(api *web.API) { inspectweb.Mount(api, s) }
	return nil
}

func openDraw(ctx context.Context, r *room, g ground) error {
	s, err := draw.New(ctx, draw.Config{District: g.district, Log: g.log, Tables: g.tables, Clock: g.clock, Law: g.law, Hash: fdraw.SM3, Watched: g.watchers != ""})
	if err != nil {
		return err
	}
	r.reactions, r.views = s.Reactions(), s.Views()
	r.mount = func(api *web.API) { drawweb.Mount(api, s) }
	programs, err := drawweb.Load()
	if err != nil {
		return err
	}
	r.nav, r.pages = drawweb.Nav(), programs.Pages
	r.sweeps = map[string]func(context.Context) (int, error){"draw opens": s.Sweep}
	return nil
}

func openClue(ctx context.Context, r *room, g ground) error {
	key, err := secret(g.keys, "clue")
	if err != nil {
		return err
	}
	s, err := clue.New(ctx, clue.Config{District: g.district, Log: g.log, Tables: g.tables, Clock: g.clock, Law: g.law, Calendar: g.calendar, Key: key})
	if err != nil {
		return err
	}
	r.reactions, r.views = s.Reactions(), s.Views()
	r.mount = func(api *web.API) { clueweb.Mount(api, s) }
	r.sweeps = map[string]func(context.Context) (int, error){"clue signs for": s.Sweep}
	return nil
}

func openCasefile(ctx context.Context, r *room, g ground) error {
	s, err := casefile.New(ctx, casefile.Config{District: g.district, Log: g.log, Tables: g.tables, Clock: g.clock, Law: g.law, Calendar: g.calendar})
	if err != nil {
		return err
	}
	r.reactions, r.views = s.Reactions(), s.Views()
	r.mount = func(api *web.API) { casefileweb.Mount(api, s) }
	return nil
}

func openDisclose(ctx context.Context, r *room, g ground) error {
	public, err := publicLog(g.keys, g.domain, g.district)
	if err != nil {
		return err
	}
	public.Witnesses, public.Ask = g.watchers, witness.HTTP{Client: &http.Client{Timeout: askTimeout}}
	public.Software = software(g.serves)
	s, err := disclose.New(ctx, disclose.Config{
		District: g.district, Log: g.log, Tables: g.tables, Clock: g.clock, Law: g.law, Calendar: g.calendar, Public: public,
	})
	if err != nil {
		return err
	}
	r.reactions, r.views = s.Reactions(), s.Views()
	r.mount = func(api *web.API) { discloseweb.Mount(api, s) }
	r.nav, r.pages = discloseweb.Nav(), func(server *web.Server) { discloseweb.Pages(server, s) }
	r.sweeps = map[string]func(context.Context) (int, error){"disclose expires": s.Sweep, "disclose signs log": s.SignLog, "disclose asks witnesses": s.Witness}
	r.report = func(context.Context) any { return map[string]any{"public_log": s.LogStatus()} }
	r.recover = s.RecoverLog
	return nil
}

func openCredit(ctx context.Context, r *room, g ground) error {
	s, err := credit.New(ctx, credit.Config{District: g.district, Log: g.log, Tables: g.tables, Clock: g.clock, Law: g.law, Calendar: g.calendar})
	if err != nil {
		return err
	}
	r.reactions, r.views = s.Reactions(), s.Views()
	r.mount = func(api *web.API) { creditweb.Mount(api, s) }
	r.sweeps = map[string]func(context.Context) (int, error){"credit grades anew": s.Sweep}
	return nil
}

func openWatch(ctx context.Context, r *room, g ground) error {
	s, err := watch.New(ctx, watch.Config{District: g.district, Log: g.log, Tables: g.tables, Clock: g.clock, Law: g.law, Calendar: g.calendar})
	if err != nil {
		return err
	}
	r.reactions, r.views = s.Reactions(), s.Views()
	r.mount = func(api *web.API) { watchweb.Mount(api, s) }
	return nil
}

func openOversee(ctx context.Context, r *room, g ground) error {
	cfg := oversee.Config{District: g.district, Log: g.log, Tables: g.tables, Clock: g.clock, Law: g.law, Calendar: g.calendar}
	if _, machine := g.clock.(clock.System); machine { // any other clock is there to be moved
		cfg.Leapt = clock.NewWatch().Leapt
	}
	s, err := oversee.New(ctx, cfg)
	if err != nil {
		return err
	}
	r.reactions, r.views = s.Reactions(), s.Views()
	r.mount = func(api *web.API) { overseeweb.Mount(api, s) }
	r.nav, r.pages = overseeweb.Nav(), func(server *web.Server) { overseeweb.Pages(server, s) }
	r.sweeps = map[string]func(context.Context) (int, error){"oversee": s.Sweep}
	r.late = func(ctx context.Context) (int64, error) { return s.Late(ctx, lateSweep) }
	r.report = func(ctx context.Context) any {
		n, err := r.late(ctx)
		if err != nil {
			return map[string]any{"limits_late": nil, "reason": err.Error()}
		}
		return map[string]any{"limits_late": n}
	}
	return nil
}
