package clue

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

// Config is all that clue stands on.
type Config struct {
	District string
	Log      store.Log
	Tables   view.Tables
	Clock    clock.Clock
	Law      law.Source
	Calendar workday.Source
	// Key seals contact data and makes receipt codes: KeyBytes secret random
	// bytes. Whoever loses it can read no contact and honor no receipt code.
	Key []byte
}

// Service takes in, routes and carries the clues of a district.
type Service struct {
	cfg     Config
	counter deadline.Counter
	clues   *store.Collection[Clue]
	vault   *vault
	views   views
}

// New opens the service on its store.
func New(ctx context.Context, cfg Config) (*Service, error) {
	s := &Service{
		cfg:     cfg,
		counter: deadline.Counter{Law: cfg.Law, Calendar: cfg.Calendar},
		clues:   store.NewCollection[Clue]("clue", cfg.Log, cfg.Clock),
	}
	var err error
	if s.vault, err = openVault(ctx, cfg.Tables, cfg.Key); err != nil {
		return nil, err
	}
	return s, s.views.open(ctx, cfg.Tables)
}

// Views are the read models of clue.
func (s *Service) Views() []view.Folding { return s.views.all() }

func (s *Service) today() workday.Date { return workday.DateOf(s.cfg.Clock.Now()) }

// limits are those that a clue is under from the instant of its receipt.
func (s *Service) limits(c Clue, owner string, from time.Time) ([]events.Deadline, error) {
	rules := []string{ruleVerify}
	if isComplaint(c.Source) {
		rules = []string{ruleComplaint, ruleVerify}
	}
	limits := make([]events.Deadline, len(rules))
	for i, rule := range rules {
		d, err := s.limit(rule, c, owner, from)
		if err != nil {
			return nil, err
		}
		limits[i] = d
	}
	return limits, nil
}

// limit counts one limit of a clue. What it is about never names who sent it,
// nor what the sender called the facility.
func (s *Service) limit(rule string, c Clue, owner string, from time.Time) (events.Deadline, error) {
	day := workday.DateOf(from)
	r, err := s.cfg.Law.Law().Deadline(rule, day)
	if err != nil {
		return events.Deadline{}, err
	}
	about := r.Name + "（线索 " + c.ID
	if matter, err := s.cfg.Law.Law().Route(c.Offence, day); err == nil {
		about += "：" + matter.Name
	}
	return s.counter.Start(rule, Subject(c.ID), owner, about+"）", from)
}

// where is what a route needs to know of where a clue is. A facility that this
// context has not heard of yet is fault.Early.
func (s *Service) where(ctx context.Context, facility, town string) (place, error) {
	if facility == "" {
		return place{town: town}, nil
	}
	f, err := s.views.facilities.Get(ctx, facility)
	if fault.Is(err, fault.NotFound) {
		return place{}, fault.New(fault.Early, "facility %s is not known yet", facility)
	}
	if err != nil {
		return place{}, err
	}
	if f.Town != "" {
		town = f.Town
	}
	return place{category: f.Category, town: town}, nil
}
