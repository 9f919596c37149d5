package casefile

import (
	"context"
	"errors"
	"fmt"
	"time"

	"shenzhong/events"
	"shenzhong/services/kit/clock"
	"shenzhong/services/kit/deadline"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/identity"
	"shenzhong/services/kit/law"
	"shenzhong/services/kit/store"
	"shenzhong/services/kit/view"
	"shenzhong/services/kit/workday"
)

// Config is all that casefile stands on.
type Config struct {
	District string
	Log      store.Log
	Tables   view.Tables
	Clock    clock.Clock
	Law      law.Source
	Calendar workday.Source
}

// Service carries the cases of a district.
type Service struct {
	cfg     Config
	counter deadline.Counter
	cases   *store.Collection[Case]
	numbers *store.Collection[Number]
	views   views
}

// New opens the service on its store. A law pack that lacks a gate of the
// statute is refused.
func New(ctx context.Context, cfg Config) (*Service, error) {
	if cfg.District == "" || cfg.Log == nil || cfg.Tables == nil || cfg.Clock == nil || cfg.Law == nil || cfg.Calendar == nil {
		return nil, errors.New("casefile: district, log, tables, clock, law and calendar are all needed")
	}
	s := &Service{
		cfg:     cfg,
		counter: deadline.Counter{Law: cfg.Law, Calendar: cfg.Calendar},
		cases:   store.NewCollection[Case]("case", cfg.Log, cfg.Clock),
		numbers: store.NewCollection[Number]("number", cfg.Log, cfg.Clock),
	}
	if _, err := gates(cfg.Law.Law().Gates(ordinary, s.today())); err != nil {
		return nil, err
	}
	return s, s.views.open(ctx, cfg.Tables)
}

// permits says who may do what.
var permits = identity.Permits{
	"case.read":            {identity.Officer, identity.Leader, identity.Legal, identity.Publisher, identity.Office, identity.Auditor},
	"case.file":            {identity.Leader},
	"case.assign":          {identity.Leader},
	"case.identify":        {identity.Officer},
	"case.evidence":        {identity.Officer},
	"case.report":          {identity.Officer},
	"case.return":          {identity.Leader},
	"case.notice":          {identity.Officer},
	"case.statement":       {identity.Officer},
	"case.hearing":         {identity.Officer},
	"case.hearing.convene": {identity.Officer, identity.Legal},
	"case.hearing.hold":    {identity.Legal, identity.Leader, identity.Officer},
	"case.review":          {identity.Legal},
	"case.discuss":         {identity.Leader},
	"case.confirm":         {identity.Officer, identity.Legal, identity.Leader},
	"case.decide":          {identity.Leader},
	"case.spare":           {identity.Leader},
	"case.serve":           {identity.Officer},
	"case.pay":             {identity.Officer},
	"case.revoke":          {identity.Leader, identity.Legal},
	"case.pause":           {identity.Officer},
	"case.pause.answer":    {identity.Leader},
	"case.refer":           {identity.Leader},
	"case.close":           {identity.Leader},
	"case.drop":            {identity.Leader},
}

// today is the business day of the clock.
func (s *Service) today() workday.Date { return workday.DateOf(s.cfg.Clock.Now()) }

// from is the instant from which a limit runs that begins with a day: now for
// today, else the beginning of the day.
func (s *Service) from(day workday.Date) time.Time {
	if now := s.cfg.Clock.Now(); workday.DateOf(now) == day {
		return now
	}
	return day.Start().UTC()
}

// least is how many officers must act together (行政处罚法 art. 42), from the
// law pack.
func (s *Service) least() (int, error) {
	limit, err := s.cfg.Law.Law().Limit("inspect.officers", s.today())
	if err != nil {
		return 0, err
	}
	return int(*limit.Value), nil
}

// act is the frame of every command on a case: who may, what was written, what
// happens.
func (s *Service) act(ctx context.Context, by store.Cause, permit, id string, in input, decide func(*Case) (events.Event, error)) error {
	if err := permits.Check(by.Actor, permit); err != nil {
		return err
	}
	if in.err != nil {
		return in.err
	}
	return s.cases.Change(ctx, by, id, decide)
}

// seen reports whether a command changed the case before: what it asks for is
// then done, whatever else has changed since.
func (s *Service) seen(ctx context.Context, by store.Cause, id string) (bool, error) {
	_, seen, err := s.cfg.Log.Last(ctx, s.cases.Subject(id), by.ID)
	return seen, err
}

// start counts a limit of a case.
func (s *Service) start(rule, id, unit string, from time.Time) (events.Deadline, error) {
	r, err := s.cfg.Law.Law().Deadline(rule, workday.DateOf(from))
	if err != nil {
		return events.Deadline{}, err
	}
	return s.counter.Start(rule, Subject(id), unit, r.Name+"："+id, from)
}

// Case returns a case to those who may see it: its unit, the office of the task
// force, and auditors.
func (s *Service) Case(ctx context.Context, by identity.Actor, id string) (Case, error) {
	if err := permits.Check(by, "case.read"); err != nil {
		return Case{}, err
	}
	c, _, err := s.cases.Load(ctx, id)
	if err != nil {
		return Case{}, err
	}
	if !overlooks(by) {
		if err := by.OfUnit(c.Unit); err != nil {
			return Case{}, err
		}
	}
	return c, nil
}

// overlooks reports whether an account sees the cases of all units.
func overlooks(by identity.Actor) bool { return by.Has(identity.Auditor) || by.Has(identity.Office) }

// Filter narrows the board; empty means any.
type Filter struct {
	Unit     string
	State    State
	Facility string
	After    string // id of the last case seen
	Limit    int
}

// Cases lists cases as the board shows them. An account that does not oversee
// all units sees its own alone.
func (s *Service) Cases(ctx context.Context, by identity.Actor, f Filter) ([]Row, error) {
	if err := permits.Check(by, "case.read"); err != nil {
		return nil, err
	}
	if !overlooks(by) {
		if f.Unit != "" && f.Unit != by.Unit {
			return nil, by.OfUnit(f.Unit)
		}
		f.Unit = by.Unit
	}
	equal := map[string]any{}
	for column, value := range map[string]string{"unit": f.Unit, "state": string(f.State), "facility": f.Facility} {
		if value != "" {
			equal[column] = value
		}
	}
	return s.views.board.List(ctx, view.Query{Equal: equal, After: f.After, Limit: f.Limit})
}

// Due lists what a unit must deal with next, the most pressing first.
func (s *Service) Due(ctx context.Context, by identity.Actor, unit string, limit int) ([]Row, error) {
	if err := permits.Check(by, "case.read"); err != nil {
		return nil, err
	}
	if !overlooks(by) {
		if err := by.OfUnit(unit); err != nil {
			return nil, err
		}
	}
	return s.views.board.List(ctx, view.Query{
		Equal: map[string]any{"unit": unit, "open": "yes"}, AtLeast: map[string]any{"due": int64(1)}, Order: "due", Limit: limit,
	})
}

// unitName is the name of a unit on the day.
func (s *Service) unitName(code string, on workday.Date) (string, error) {
	u, err := s.cfg.Law.Law().Unit(code, on)
	return u.Name, err
}

// respondent is a facility as the party of a case.
func (s *Service) respondent(f FacilityRow, on workday.Date) (events.Respondent, error) {
	kind, err := s.cfg.Law.Law().SubjectKind(f.SubjectKind, on)
	if err != nil {
		return events.Respondent{}, err
	}
	return events.Respondent{Facility: f.ID, Name: f.Name, Type: kind.Respondent, USCC: f.USCC, Address: f.Address}, nil
}

// lawOf says which instrument applies and why, and what the violation is called
// (行政处罚法 art. 37).
func (s *Service) lawOf(offence string, act workday.Date) (name, text string, err error) {
	route, err := s.cfg.Law.Law().Route(offence, act)
	if err != nil {
		return "", "", err
	}
	text = fmt.Sprintf("%s；行为发生于 %s，适用行为发生时的规定（行政处罚法第三十七条）", route.Citation(), act)
	if caution := route.Caution(); caution != "" {
		text += "。" + caution
	}
	return route.Name, text, nil
}

// choice is what the law pack says about a change of the law between the act
// and the day; which and why are the officer's.
func (s *Service) choice(offence string, act, on workday.Date) (Choice, error) {
	allowed, err := s.scale(offence, act)
	if err != nil {
		return Choice{}, err
	}
	then, now, changed, err := s.cfg.Law.Law().LawChanged(offence, act, on)
	if err == nil {
		allows, err := s.scale(offence, on)
		return Choice{Then: then.Citation(), Now: now.Citation(), Changed: changed, ThenAllows: &allowed, NowAllows: &allows}, err
	}
	if then, thenErr := s.cfg.Law.Law().Route(offence, act); thenErr == nil && fault.Is(err, fault.NotFound) {
		return Choice{Then: then.Citation(), Changed: true, ThenAllows: &allowed}, nil
	}
	return Choice{}, err
}
