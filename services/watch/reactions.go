package watch

import (
	"context"
	"errors"
	"slices"

	"shenzhong/events"
	"shenzhong/services/kit/bus"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/law"
	"shenzhong/services/kit/store"
)

// Reactions is everything watch does when another, or watch itself, speaks.
func (s *Service) Reactions() []bus.Reaction {
	reactions := []bus.Reaction{
		bus.On("watch-hears-clues", s.onReceived),
		bus.On("watch-hears-routes", s.onRouted),
		bus.On("watch-drops-merged", s.onMerged),
		bus.On("watch-drops-unfounded", s.onConcluded),
		bus.On("watch-takes-reopened", s.onReopened),
		bus.On("watch-hears-decisions", s.onDecided),
		bus.On("watch-drops-revoked", s.onRevoked),
		bus.On("watch-counts-signals", s.onNoted),
		bus.On("watch-discounts-signals", s.onWithdrawn),
		bus.On("watch-raises-alerts", s.onMoved),
		bus.On("watch-begins-anew", s.onAlertConcluded),
	}
	for _, v := range s.views.all() {
		reactions = append(reactions, v.Reaction())
	}
	return reactions
}

// fromAlert is the source of clues that an alert has become: they are no signals
// again.
const fromAlert = "alert"

func (s *Service) onReceived(ctx context.Context, h bus.Heard[events.ClueReceived]) error {
	f := h.Fact
	if f.Offence == "" || f.Source == fromAlert {
		return nil
	}
	return s.hears(ctx, events.Signal{Sort: law.SignalClue, Source: f.Clue, Matter: f.Offence, Facility: f.Facility, Day: f.Day}, f.Town, h.Envelope)
}

// onRouted learns what a clue is about, at the first routing or a later one. A
// fact from before routings told the day of receipt says nothing here.
func (s *Service) onRouted(ctx context.Context, h bus.Heard[events.ClueRouted]) error {
	f := h.Fact
	if f.Day == "" || f.Source == fromAlert {
		return nil
	}
	return s.hears(ctx, events.Signal{Sort: law.SignalClue, Source: f.Clue, Matter: f.Route.Offence, Facility: f.Facility, Day: f.Day}, f.Town, h.Envelope)
}

func (s *Service) onDecided(ctx context.Context, h bus.Heard[events.CaseDecided]) error {
	d := h.Fact.Decision
	return s.hears(ctx, events.Signal{Sort: law.SignalDecision, Source: d.Case, Matter: d.Offence, Facility: d.Respondent.Facility, Day: d.On}, "", h.Envelope)
}

// hears takes in what a fact says of a matter.
func (s *Service) hears(ctx context.Context, says events.Signal, town string, e events.Envelope) error {
	says.ID = signalOf(says.Source)
	says, ok, err := s.signal(ctx, says, town, e.Time)
	if err != nil || !ok {
		return err
	}
	return s.signals.Put(ctx, bus.Cause(e, "watch"), says.ID, func(x *Signal) (events.Event, error) { return x.Say(says, e.Version) })
}

func (s *Service) onMerged(ctx context.Context, h bus.Heard[events.ClueMerged]) error {
	return s.void(ctx, h.Cause("watch"), h.Fact.Clue, whyMerged)
}

func (s *Service) onRevoked(ctx context.Context, h bus.Heard[events.DecisionRevoked]) error {
	return s.void(ctx, h.Cause("watch"), h.Fact.Case, whyRevoked)
}

func (s *Service) void(ctx context.Context, cause store.Cause, source, why string) error {
	id := signalOf(source)
	return s.signals.Put(ctx, cause, id, func(x *Signal) (events.Event, error) { return x.Void(id, why) })
}

// nothing are the outcomes of a verification by which there was nothing to count.
var nothing = []string{"unfounded", "not_ours"}

func (s *Service) onConcluded(ctx context.Context, h bus.Heard[events.ClueConcluded]) error {
	if !slices.Contains(nothing, h.Fact.Outcome) {
		return nil
	}
	id := signalOf(h.Fact.Clue)
	return s.signals.Put(ctx, h.Cause("watch"), id, func(x *Signal) (events.Event, error) { return x.Fall(id, h.Envelope.Version) })
}

func (s *Service) onReopened(ctx context.Context, h bus.Heard[events.ClueReopened]) error {
	id := signalOf(h.Fact.Clue)
	return s.signals.Put(ctx, h.Cause("watch"), id, func(x *Signal) (events.Event, error) { return x.Reopen(id, h.Envelope.Version) })
}

// onNoted counts a signal wherever it counts, and no more where it counted while
// it was about another matter.
func (s *Service) onNoted(ctx context.Context, h bus.Heard[events.SignalNoted]) error {
	e := Entry{Signal: h.Fact.Signal, Version: h.Envelope.Version}
	in := s.spots(e.Signal)
	if err := s.take(ctx, h.Cause("watch"), in, e); err != nil || h.Fact.Was == "" {
		return err
	}
	was := e.Signal
	was.Matter = h.Fact.Was
	left := slices.DeleteFunc(s.spots(was), func(p spot) bool { return slices.Contains(in, p) })
	e.Out = true
	return s.take(ctx, h.Cause("watch"), left, e)
}

func (s *Service) onWithdrawn(ctx context.Context, h bus.Heard[events.SignalWithdrawn]) error {
	if h.Fact.Signal.Matter == "" {
		return nil // nobody has said yet what it is about
	}
	return s.take(ctx, h.Cause("watch"), s.spots(h.Fact.Signal), Entry{Signal: h.Fact.Signal, Version: h.Envelope.Version, Out: true})
}

// take has gauges take in what a signal says of itself.
func (s *Service) take(ctx context.Context, cause store.Cause, at []spot, e Entry) error {
	var errs []error
	for _, p := range at {
		errs = append(errs, s.gauges.Put(ctx, cause, p.id, func(g *Gauge) (events.Event, error) {
			g.ID, g.Rule, g.Place = p.id, p.rule, p.place
			return g.Take(e, s.rule(p.rule))
		}))
	}
	return errors.Join(errs...)
}

// onMoved raises an alert, has an open one follow its gauge, or lifts it.
func (s *Service) onMoved(ctx context.Context, h bus.Heard[events.GaugeMoved]) error {
	f := h.Fact
	switch {
	case f.Raised == 0:
		return nil
	case f.Crossing == crossRaised:
		return s.raise(ctx, h)
	}
	id, err := s.alerts.Opened(ctx, events.EnvelopeID(h.Envelope.Subject, f.Raised))
	if err != nil {
		return err
	}
	if id == "" {
		return fault.New(fault.Early, "the alert that %s raised at %d is not there yet", f.Gauge, f.Raised)
	}
	return s.alerts.Change(ctx, h.Cause("watch"), id, func(a *Alert) (events.Event, error) {
		if f.Crossing == crossLifted {
			return a.Lift(h.Envelope.Version, bearing(f))
		}
		return a.Follow(h.Envelope.Version, bearing(f))
	})
}

// bearing are the signals that bear a warning: those of the fullest window and
// what came after it.
func bearing(f events.GaugeMoved) []events.Signal {
	first := ""
	for _, sig := range f.Signals {
		if slices.Contains(f.Window, sig.ID) && (first == "" || sig.Day < first) {
			first = sig.Day
		}
	}
	return slices.DeleteFunc(slices.Clone(f.Signals), func(sig events.Signal) bool { return sig.Day < first })
}

// onAlertConcluded has the gauge begin anew.
func (s *Service) onAlertConcluded(ctx context.Context, h bus.Heard[events.AlertConcluded]) error {
	f := h.Fact
	return s.gauges.Change(ctx, h.Cause("watch"), f.Gauge, func(g *Gauge) (events.Event, error) { return g.End(f.Raised, h.Envelope.Time, s.rule(g.Rule)) })
}
