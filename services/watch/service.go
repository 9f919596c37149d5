package watch

import (
	"context"
	"time"

	"shenzhong/events"
	"shenzhong/services/kit/clock"
	"shenzhong/services/kit/deadline"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/law"
	"shenzhong/services/kit/store"
	"shenzhong/services/kit/view"
	"shenzhong/services/kit/workday"
)

// Config is all that watch stands on.
type Config struct {
	District string
	Log      store.Log
	Tables   view.Tables
	Clock    clock.Clock
	Law      law.Source
	Calendar workday.Source
}

// Service watches a district.
type Service struct {
	cfg     Config
	counter deadline.Counter
	signals *store.Collection[Signal]
	gauges  *store.Collection[Gauge]
	alerts  *store.Collection[Alert]
	views   views
}

// New opens the service on its store.
func New(ctx context.Context, cfg Config) (*Service, error) {
	s := &Service{
		cfg:     cfg,
		counter: deadline.Counter{Law: cfg.Law, Calendar: cfg.Calendar},
		signals: store.NewCollection[Signal]("signal", cfg.Log, cfg.Clock),
		gauges:  store.NewCollection[Gauge]("gauge", cfg.Log, cfg.Clock),
		alerts:  store.NewCollection[Alert]("alert", cfg.Log, cfg.Clock),
	}
	return s, s.views.open(ctx, cfg.Tables)
}

// Views are the read models of watch.
func (s *Service) Views() []view.Folding { return s.views.all() }

func (s *Service) today() workday.Date { return workday.DateOf(s.cfg.Clock.Now()) }

// rule gives the watch rule of that id by the day.
func (s *Service) rule(id string) ruling {
	pack := s.cfg.Law.Law()
	return func(on workday.Date) (law.WatchRule, bool) {
		r, err := pack.WatchRule(id, on)
		return r, err == nil
	}
}

// signal completes a signal from the register. ok is false for a matter that the
// pack sends to nobody on that day: it is no signal. A facility that this context
// has not heard of yet is fault.Early.
func (s *Service) signal(ctx context.Context, says events.Signal, town string, at time.Time) (_ events.Signal, ok bool, err error) {
	on, err := workday.ParseDate(says.Day)
	if err != nil {
		return says, false, err
	}
	if _, err := s.cfg.Law.Law().Route(says.Matter, on); err != nil {
		return says, false, ignoreUnknown(err)
	}
	says.At = at
	if says.Facility != "" {
		f, err := s.views.facilities.Get(ctx, says.Facility)
		if fault.Is(err, fault.NotFound) {
			return says, false, fault.New(fault.Early, "facility %s is not known yet", says.Facility)
		}
		if err != nil {
			return says, false, err
		}
		says.Name = f.Name
		if f.Town != "" {
			town = f.Town
		}
	}
	if u, err := s.cfg.Law.Law().Town(town, on); err == nil {
		says.Town = u.Code
	}
	return says, true, nil
}

// ignoreUnknown drops the refusal of what the pack does not have.
func ignoreUnknown(err error) error {
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	return err
}

// spot is a gauge that a signal counts at.
type spot struct {
	id, rule string
	place    events.Place
}

// spots are the gauges that a signal counts at by the rules of its day.
func (s *Service) spots(sig events.Signal) []spot {
	on := day(sig.Day)
	var out []spot
	for _, r := range s.cfg.Law.Law().WatchRules(on) {
		if !r.Counts(sig.Sort, sig.Matter) {
			continue
		}
		at := events.Place{Sort: r.Place}
		switch r.Place {
		case law.PlaceTown:
			at.ID, at.Name = sig.Town, s.unitName(sig.Town, on)
		case law.PlaceFacility:
			at.ID, at.Name = sig.Facility, sig.Name
		default:
			at.ID, at.Name = s.cfg.District, "全区"
		}
		if at.ID != "" {
			out = append(out, spot{id: gaugeID(s.cfg.District, r.ID, at), rule: r.ID, place: at})
		}
	}
	return out
}

// unitName is how a unit is called in short; its code, if the pack does not know
// it.
func (s *Service) unitName(code string, on workday.Date) string {
	u, err := s.cfg.Law.Law().Unit(code, on)
	if err != nil {
		return code
	}
	return u.Short
}
