package oversee

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync/atomic"
	"time"

	"shenzhong/events"
	"shenzhong/services/kit/bus"
	"shenzhong/services/kit/clock"
	"shenzhong/services/kit/deadline"
	"shenzhong/services/kit/identity"
	"shenzhong/services/kit/law"
	"shenzhong/services/kit/store"
	"shenzhong/services/kit/view"
	"shenzhong/services/kit/workday"
)

// Config is all that oversee stands on.
type Config struct {
	District string
	Log      store.Log
	Tables   view.Tables
	Clock    clock.Clock
	Law      law.Source
	Calendar workday.Source
	// Leapt says how much further the time of day has moved since it was last
	// asked than time has passed. Nil where the clock is one that people move.
	Leapt func() time.Duration
}

// Service keeps the limits of a district.
type Service struct {
	cfg          Config
	limits       *store.Collection[Limit]
	measures     *store.Collection[Measure]
	tasks        *store.Collection[Task]
	board        *view.View[Row]
	measureBoard *view.View[MeasureRow]
	tally        tally
	// counted is the calendar and the law pack on which every limit has been
	// counted, empty when the service starts.
	counted atomic.Pointer[basis]
}

// New opens the service on its store.
func New(ctx context.Context, cfg Config) (*Service, error) {
	s := &Service{
		cfg:      cfg,
		limits:   store.NewCollection[Limit]("deadline", cfg.Log, cfg.Clock),
		measures: store.NewCollection[Measure]("measure", cfg.Log, cfg.Clock),
		tasks:    store.NewCollection[Task]("task", cfg.Log, cfg.Clock),
	}
	var err error
	if s.board, err = openBoard(ctx, cfg.Tables); err != nil {
		return nil, err
	}
	if s.measureBoard, err = openMeasures(ctx, cfg.Tables); err != nil {
		return nil, err
	}
	s.tally, err = openTally(ctx, cfg.Tables, cfg.Law)
	return s, err
}

// Views are the read models of oversee.
func (s *Service) Views() []view.Folding {
	return append([]view.Folding{s.board, s.measureBoard}, s.tally.views()...)
}

// Reactions is everything oversee does when another speaks.
func (s *Service) Reactions() []bus.Reaction {
	reactions := []bus.Reaction{
		{Name: "oversee-keeps-deadlines", Kinds: events.Unsealed(), Handle: s.keep},
		{Name: "oversee-counts-outcomes", Kinds: outcomeKinds(), Handle: s.tally.note},
	}
	for _, v := range s.Views() {
		reactions = append(reactions, v.Reaction())
	}
	return reactions
}

// keep takes the limits that any fact starts or ends from its envelope alone.
func (s *Service) keep(ctx context.Context, e events.Envelope) error {
	limits, err := e.Limits()
	if err != nil {
		return err
	}
	for _, d := range limits {
		if err := s.start(ctx, d, e); err != nil {
			return fmt.Errorf("keep %s: %w", d.ID, err)
		}
	}
	for _, id := range e.Settles {
		entity, err := EntityOf(id)
		if err != nil {
			return err
		}
		err = s.limits.Put(ctx, bus.Cause(e, "oversee", "settle"), entity, func(l *Limit) (events.Event, error) {
			return l.Settle(id, e)
		})
		if err != nil {
			return fmt.Errorf("settle %s: %w", id, err)
		}
	}
	return nil
}

func (s *Service) start(ctx context.Context, d events.Deadline, e events.Envelope) error {
	entity, err := EntityOf(d.ID)
	if err != nil {
		return err
	}
	// A context hands on what it counted when the limit began. What was
	// provisional then, or the rule of another pack, must not undo what has been
	// counted since.
	if d.Provisional && d.Calendar != s.cfg.Calendar.Calendar().Version() {
		if d, err = s.counter().Recount(d); err != nil {
			return err
		}
	}
	if d, err = s.counter().Renew(d); err != nil {
		return err
	}
	plan, err := s.plan(d)
	if err != nil {
		return err
	}
	return s.limits.Put(ctx, bus.Cause(e, "oversee", "start"), entity, func(l *Limit) (events.Event, error) {
		return l.Start(d, plan, e)
	})
}

func (s *Service) counter() deadline.Counter {
	return deadline.Counter{Law: s.cfg.Law, Calendar: s.cfg.Calendar}
}

// plan lays out the stages of a limit by the rule in force when it began:
// reminders at the start of the workday so many workdays before, the passing of
// the limit, and the escalations so many workdays behind.
func (s *Service) plan(d events.Deadline) (Plan, error) {
	rule, err := s.cfg.Law.Law().Deadline(d.Rule, workday.DateOf(d.From))
	if err != nil {
		return Plan{}, err
	}
	due, err := workday.ParseDate(d.DueDate)
	if err != nil {
		return Plan{}, err
	}
	plan := Plan{Public: rule.PublicOverdue}
	for _, n := range rule.Remind {
		day, err := s.cfg.Calendar.Calendar().Before(due, n)
		if err != nil {
			return Plan{}, fmt.Errorf("reminder T-%d: %w", n, err)
		}
		plan.Stages = append(plan.Stages, Stage{Name: fmt.Sprintf("T-%d", n), At: day.Start().UTC(), To: d.Owner})
	}
	plan.Stages = append(plan.Stages, Stage{Name: stageOverdue, At: d.Due, To: d.Owner})
	for i, step := range rule.Escalate {
		at := d.Due
		if step.After > 0 {
			day, err := s.cfg.Calendar.Calendar().After(due, step.After)
			if err != nil {
				return Plan{}, fmt.Errorf("escalation %d: %w", i+1, err)
			}
			at = day.End().UTC()
		}
		plan.Stages = append(plan.Stages, Stage{Name: fmt.Sprintf("escalate-%d", i+1), At: at, To: step.To})
	}
	slices.SortStableFunc(plan.Stages, func(a, b Stage) int { return a.At.Compare(b.At) })
	return plan, nil
}

// sweepPage is how many limits one look takes.
const sweepPage = 500

// leap is how far the time of day may run ahead of the time that has passed
// between two looks before it is taken for a clock that was set. It is a
// property of machines, no legal number.
const leap = 2 * time.Second

// Sweep says everything about the kept limits that is due now and returns how
// much it said. Its cost grows with what is due, not with what is open. Two
// sweepers on one store say nothing twice: every stage has a cause of its own.
// One limit that cannot be dealt with does not keep the others waiting. When the
// clock of the machine has leapt forward, nothing is said at that look: what was
// said too early could not be taken back.
func (s *Service) Sweep(ctx context.Context) (int, error) {
	if s.cfg.Leapt != nil {
		if by := s.cfg.Leapt(); by > leap {
			slog.WarnContext(ctx, "the clock leapt forward; nothing is declared overdue at this look", "by", by)
			return 0, nil
		}
	}
	if err := s.countAnew(ctx); err != nil {
		return 0, err
	}
	now := s.cfg.Clock.Now()
	rows, err := s.board.List(ctx, view.Query{
		AtMost: map[string]any{"next": now.UnixMilli()}, Order: "next", Limit: sweepPage,
	})
	if err != nil {
		return 0, err
	}
	said := 0
	var errs []error
	for _, row := range rows {
		n, err := s.fire(ctx, row.Deadline.ID, now)
		said += n
		if err != nil {
			errs = append(errs, fmt.Errorf("sweep %s: %w", row.Deadline.ID, err))
		}
	}
	return said, errors.Join(errs...)
}

// Late returns how many limits have something to be said about them for longer
// than that: 0 while the sweep does its work.
func (s *Service) Late(ctx context.Context, than time.Duration) (int64, error) {
	return s.board.Count(ctx, view.Query{AtMost: map[string]any{"next": s.cfg.Clock.Now().Add(-than).UnixMilli()}})
}

func (s *Service) fire(ctx context.Context, id string, now time.Time) (int, error) {
	entity, err := EntityOf(id)
	if err != nil {
		return 0, err
	}
	for said := 0; ; said++ {
		limit, _, err := s.limits.Load(ctx, entity)
		if err != nil {
			return said, err
		}
		ahead := limit
		fact, err := ahead.Fire(now)
		if err != nil || fact == nil { // nothing (more) is due; the row will follow
			return said, ignoreUnchanged(err)
		}
		cause := store.Cause{
			ID:    fmt.Sprintf("sweep/%d/%s", limit.Round, limit.Stages[ahead.Fired-1].Name),
			Actor: identity.Service("oversee"),
		}
		err = s.limits.Change(ctx, cause, entity, func(l *Limit) (events.Event, error) { return l.Fire(now) })
		if err != nil {
			return said, err
		}
	}
}
