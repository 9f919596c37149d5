package inspect

import (
	"context"

	"shenzhong/services/kit/bus"
	"shenzhong/services/kit/clock"
	"shenzhong/services/kit/deadline"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/identity"
	"shenzhong/services/kit/law"
	"shenzhong/services/kit/store"
	"shenzhong/services/kit/view"
	"shenzhong/services/kit/workday"
)

// Config is all that inspect stands on.
type Config struct {
	District string
	Log      store.Log
	Tables   view.Tables
	Clock    clock.Clock
	Law      law.Source
	Calendar workday.Source
	// Key makes the codes by which a facility asks for a recusal: KeyBytes secret
	// random bytes. Without it notices carry no code.
	Key []byte
}

// Service carries the joint inspections of a district.
type Service struct {
	cfg     Config
	counter deadline.Counter

	plans   *store.Collection[Plan]
	batches *store.Collection[Batch]
	visits  *store.Collection[Visit]
	orders  *store.Collection[Rectification]
	pleas   *store.Collection[Recusal]
	filings *store.Collection[CodeFiling]

	campaigns *store.Collection[Campaign]
	seen      *store.Collection[Seen]
	views     views
}

// New opens the service on its store.
func New(ctx context.Context, cfg Config) (*Service, error) {
	s := &Service{
		cfg:     cfg,
		counter: deadline.Counter{Law: cfg.Law, Calendar: cfg.Calendar},
		plans:   store.NewCollection[Plan]("plan", cfg.Log, cfg.Clock),
		batches: store.NewCollection[Batch]("batch", cfg.Log, cfg.Clock),
		visits:  store.NewCollection[Visit]("visit", cfg.Log, cfg.Clock),
		orders:  store.NewCollection[Rectification]("rectification", cfg.Log, cfg.Clock),
		pleas:   store.NewCollection[Recusal]("recusal", cfg.Log, cfg.Clock),
		filings: store.NewCollection[CodeFiling]("filing", cfg.Log, cfg.Clock),

		campaigns: store.NewCollection[Campaign]("campaign", cfg.Log, cfg.Clock),
		seen:      store.NewCollection[Seen]("strictness", cfg.Log, cfg.Clock),
	}
	return s, s.views.open(ctx, cfg.Tables)
}

// Views are the read models of inspect.
func (s *Service) Views() []view.Folding { return s.views.all() }

// Reactions is everything inspect does when another speaks.
func (s *Service) Reactions() []bus.Reaction {
	reactions := []bus.Reaction{
		bus.On("inspect-assigns-visits", s.onDrawCompleted),
		bus.On("inspect-reseats-officers", s.onDrawReplaced),
		bus.On("inspect-orders-rectification", s.onVisitRecorded),
		bus.On("inspect-gives-up-draws", s.onDrawVoided),
		bus.On("inspect-takes-lists-back", s.onDrawBlocked),
		bus.On("inspect-owes-code-filings", s.onVisitNoticed),
		bus.On("inspect-finishes-batch", s.onRecordedFinish),
		bus.On("inspect-finishes-drawn-batch", s.onBatchDrawn),
	}
	for _, v := range s.views.all() {
		reactions = append(reactions, v.Reaction())
	}
	return reactions
}

// permits says who may do what.
var permits = identity.Permits{
	"plan.draft":           {identity.Registrar, identity.Officer},
	"plan.approve":         {identity.Leader},
	"plan.publish":         {identity.Leader},
	"batch.announce":       {identity.Registrar, identity.Officer, identity.Leader, identity.Office},
	"batch.freeze":         {identity.Registrar, identity.Officer, identity.Leader},
	"batch.preview":        {identity.Registrar, identity.Officer, identity.Leader, identity.Office},
	"visit.approve":        {identity.Leader},
	"visit.notice":         {identity.Officer},
	"visit.answer":         {identity.Officer},
	"visit.sign":           {identity.Officer},
	"visit.record":         {identity.Officer},
	"rectification.prove":  {identity.Party, identity.Officer},
	"rectification.extend": {identity.Leader},
	"rectification.check":  {identity.Officer},
	"campaign.draft":       {identity.Registrar, identity.Officer},
	"campaign.decide":      {identity.Leader},
	"filing.file":          {identity.Officer, identity.Leader},
	"filing.read":          {identity.Officer, identity.Leader, identity.Office, identity.Auditor},
	"plan.read":            {identity.Registrar, identity.Officer, identity.Leader, identity.Legal, identity.Office, identity.Auditor},
	"visit.read":           {identity.Officer, identity.Leader, identity.Office, identity.Auditor, identity.Party},
	"recusal.decide":       {identity.Leader},
	"recusal.read":         {identity.Leader},
	"strictness.see":       {identity.Officer},
	"strictness.read":      {identity.Leader},
	"chances.read":         {identity.Registrar, identity.Officer, identity.Leader, identity.Office, identity.Auditor, identity.Party},
	"rectification.read":   {identity.Officer, identity.Leader, identity.Office, identity.Auditor, identity.Party},
}

// today is the business day of the clock.
func (s *Service) today() workday.Date { return workday.DateOf(s.cfg.Clock.Now()) }

// least is how many officers must act together (行政处罚法 art. 42), from the
// law pack.
func (s *Service) least() (int, error) {
	limit, err := s.cfg.Law.Law().Limit("inspect.officers", s.today())
	if err != nil {
		return 0, err
	}
	if limit.Value == nil {
		return 0, fault.New(fault.Unavailable, "规则包没有载明最少执法人数，请先核对规则包")
	}
	return int(*limit.Value), nil
}
