package oversee

import (
	"context"

	"shenzhong/events"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/identity"
	"shenzhong/services/kit/law"
	"shenzhong/services/kit/store"
	"shenzhong/services/kit/workday"
)

// TaskAct is one step of a task of the plan.
type TaskAct struct {
	store.Cause
	Clause string // place in the plan, "五(二)3"
	Words  string
	Link   string // of evidence
	SHA256 string // of the file behind it
}

// RecordEvidence takes evidence that a task is carried out.
func (s *Service) RecordEvidence(ctx context.Context, cmd TaskAct) error {
	on := workday.DateOf(s.cfg.Clock.Now()).String()
	return s.task(ctx, cmd, "task.evidence", func(t *Task, clause law.Clause) (events.Event, error) {
		return t.Record(cmd.Actor, clause, events.Evidence{On: on, Words: cmd.Words, Link: cmd.Link, SHA256: cmd.SHA256})
	})
}

// ReportTask says that a task is done.
func (s *Service) ReportTask(ctx context.Context, cmd TaskAct) error {
	return s.task(ctx, cmd, "task.report", func(t *Task, clause law.Clause) (events.Event, error) {
		return t.Report(cmd.Actor, clause, cmd.Words)
	})
}

// ReturnTask says that it is not.
func (s *Service) ReturnTask(ctx context.Context, cmd TaskAct) error {
	return s.task(ctx, cmd, "task.confirm", func(t *Task, _ law.Clause) (events.Event, error) {
		return t.Return(cmd.Actor, cmd.Words)
	})
}

// ConfirmTask takes it as done.
func (s *Service) ConfirmTask(ctx context.Context, cmd TaskAct) error {
	on := workday.DateOf(s.cfg.Clock.Now()).String()
	return s.task(ctx, cmd, "task.confirm", func(t *Task, _ law.Clause) (events.Event, error) {
		return t.Confirm(cmd.Actor, on, cmd.Words)
	})
}

// task is the frame of every step: who may, and which clause it is.
func (s *Service) task(ctx context.Context, cmd TaskAct, permit string, do func(*Task, law.Clause) (events.Event, error)) error {
	if err := permits.Check(cmd.Actor, permit); err != nil {
		return err
	}
	clause, err := s.clause(cmd.Clause)
	if err != nil {
		return err
	}
	id := taskID(s.cfg.District, clause.ID)
	return s.tasks.Put(ctx, cmd.Cause, id, func(t *Task) (events.Event, error) {
		t.ID, t.Clause = id, clause.ID
		return do(t, clause)
	})
}

func (s *Service) clause(id string) (law.Clause, error) {
	for _, c := range s.cfg.Law.Law().Clauses() {
		if c.ID == id && taskID(s.cfg.District, id) != "" {
			return c, nil
		}
	}
	return law.Clause{}, fault.New(fault.NotFound, "方案中没有任务“%s”，请从台账中选择", id)
}

// LedgerRow is one line of the task ledger (任务落实台账).
type LedgerRow struct {
	Clause   string            `json:"clause"`
	Task     string            `json:"task"`
	Owners   []string          `json:"owners"` // names, the first leads
	Due      string            `json:"due"`    // last day, empty for a task that goes on
	Wanted   string            `json:"wanted"` // evidence that the plan asks for
	State    TaskState         `json:"state"`
	Title    string            `json:"title"`   // of the state
	Overdue  bool              `json:"overdue"` // its day has passed, and it is not confirmed
	Evidence []events.Evidence `json:"evidence"`
	Words    string            `json:"words"`
	Basis    string            `json:"basis"`
}

// Ledger is the task ledger, made from the clauses of the plan in its order and
// from what the units have recorded.
func (s *Service) Ledger(ctx context.Context, by identity.Actor) ([]LedgerRow, error) {
	if err := permits.Check(by, "deadline.read"); err != nil {
		return nil, err
	}
	return s.ledger(ctx)
}

func (s *Service) ledger(ctx context.Context) ([]LedgerRow, error) {
	today := workday.DateOf(s.cfg.Clock.Now())
	out := []LedgerRow{}
	for _, c := range s.cfg.Law.Law().Clauses() {
		t, _, err := s.tasks.Load(ctx, taskID(s.cfg.District, c.ID))
		if err != nil && !fault.Is(err, fault.NotFound) {
			return nil, err
		}
		if t.State == "" {
			t.State = TaskOpen
		}
		row := LedgerRow{
			Clause: c.ID, Task: c.Task, Owners: []string{}, Wanted: c.Evidence, State: t.State, Title: TaskTitle(t.State),
			Evidence: append([]events.Evidence{}, t.Evidence...), Words: t.Words, Basis: c.Citation(),
		}
		for _, code := range c.Owners {
			unit, err := s.cfg.Law.Law().Unit(code, today)
			if err != nil {
				return nil, err
			}
			row.Owners = append(row.Owners, unit.Short)
		}
		if !c.Due.IsZero() {
			row.Due = c.Due.String()
			row.Overdue = today.After(c.Due) && t.State != TaskConfirmed
		}
		out = append(out, row)
	}
	return out, nil
}
