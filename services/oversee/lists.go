package oversee

import (
	"context"
	"strings"

	"shenzhong/events"
	"shenzhong/services/kit/deadline"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/identity"
	"shenzhong/services/kit/store"
	"shenzhong/services/kit/view"
	"shenzhong/services/kit/workday"
)

// permits says who may do what.
var permits = identity.Permits{
	"deadline.read": {
		identity.Officer, identity.Intake, identity.Leader, identity.Legal, identity.Publisher, identity.Registrar, identity.Office, identity.Auditor,
	},
	"deadline.urge":  {identity.Leader, identity.Office},
	"measure.draft":  {identity.Leader, identity.Office},
	"measure.issue":  {identity.Leader, identity.Office},
	"measure.answer": {identity.Leader, identity.Officer},
	"task.evidence":  {identity.Officer, identity.Leader, identity.Registrar, identity.Publisher, identity.Office},
	"task.report":    {identity.Leader},
	"task.confirm":   {identity.Office},
}

// reads refuses an actor to whom the limits of a unit are not shown: each unit
// sees its own, the coordinating office and the auditor see all.
func reads(by identity.Actor, unit string) error {
	if err := permits.Check(by, "deadline.read"); err != nil {
		return err
	}
	if by.Has(identity.Office) || by.Has(identity.Auditor) {
		return nil
	}
	return by.OfUnit(unit)
}

// Filter selects limits. Empty fields select all; an empty unit is that of the
// actor, unless all units are shown to the actor.
type Filter struct {
	Unit, Rule string
	State      State
	Escalated  bool // only what was put before a leader
	Limit      int  // at most 1000; 0 = 100
}

// Deadlines lists limits, the nearest due first.
func (s *Service) Deadlines(ctx context.Context, by identity.Actor, f Filter) ([]Row, error) {
	if f.Unit == "" && !by.Has(identity.Office) && !by.Has(identity.Auditor) {
		f.Unit = by.Unit
	}
	if err := reads(by, f.Unit); err != nil {
		return nil, err
	}
	equal := map[string]any{}
	for column, value := range map[string]string{"owner": f.Unit, "rule": f.Rule, "state": string(f.State)} {
		if value != "" {
			equal[column] = value
		}
	}
	if f.Escalated {
		equal["escalated"] = "yes"
	}
	return s.board.List(ctx, view.Query{Equal: equal, Order: "due", Limit: f.Limit})
}

// Counted is a limit, how its last day was counted, and what was said and will
// be said about it.
type Counted struct {
	Row
	Name  string            `json:"name"`  // what must be done, in Chinese
	Start string            `json:"start"` // the event whose day is day zero, in Chinese
	Days  []workday.Counted `json:"days"`  // every day that was looked at
	Plan  []Stage           `json:"plan"`  // reminders, passing and escalations in the order of time
	Fired int               `json:"fired"` // how many of Plan are past
}

// Deadline returns one limit by the number that oversee keeps it under.
func (s *Service) Deadline(ctx context.Context, by identity.Actor, id string) (Counted, error) {
	if err := permits.Check(by, "deadline.read"); err != nil {
		return Counted{}, err
	}
	l, _, err := s.limits.Load(ctx, id)
	if err != nil {
		return Counted{}, err
	}
	if err := reads(by, l.Deadline.Owner); err != nil {
		return Counted{}, err
	}
	rule, err := s.cfg.Law.Law().Deadline(l.Deadline.Rule, workday.DateOf(l.Deadline.From))
	if err != nil {
		return Counted{}, err
	}
	how, err := deadline.Counter{Law: s.cfg.Law, Calendar: s.cfg.Calendar}.Explain(l.Deadline)
	if err != nil {
		return Counted{}, err
	}
	row, err := s.board.Get(ctx, id)
	if fault.Is(err, fault.NotFound) { // the list has not heard of it yet
		row, err = Row{ID: id, Next: never}, nil
	}
	row.Deadline, row.State, row.Public, row.Urged = l.Deadline, l.State, l.Public, l.Urged
	return Counted{Row: row, Name: rule.Name, Start: rule.Trigger, Days: how.Counted, Plan: l.Stages, Fired: l.Fired}, err
}

// Urge presses the owner of a limit that is still open (催办).
type Urge struct {
	store.Cause
	Deadline string // number that oversee keeps it under
	Words    string
}

// Urge notes it. A leader urges within the unit, the coordinating office urges
// any unit.
func (s *Service) Urge(ctx context.Context, cmd Urge) error {
	if err := permits.Check(cmd.Actor, "deadline.urge"); err != nil {
		return err
	}
	return s.limits.Change(ctx, cmd.Cause, cmd.Deadline, func(l *Limit) (events.Event, error) {
		return l.Urge(cmd.Actor, cmd.Words)
	})
}

// Urge notes that somebody pressed the owner.
func (l *Limit) Urge(by identity.Actor, words string) (events.Event, error) {
	if err := reads(by, l.Deadline.Owner); err != nil {
		return nil, err
	}
	if strings.TrimSpace(words) == "" {
		return nil, fault.About("words", fault.Invalid, "请写明催办的要求")
	}
	if l.State != Armed && l.State != Overdue {
		return nil, fault.New(fault.Conflict, "该期限目前为“%s”，不需要催办", Title(l.State))
	}
	urged := events.Urged{Deadline: l.Deadline, By: by.ID, From: by.Unit, Words: words, Next: l.next()}
	l.Urged = append(l.Urged, Press{By: by.ID, From: by.Unit, Words: words})
	return urged, nil
}

// Press is one time somebody pressed the owner.
type Press struct {
	By    string `json:"by"`
	From  string `json:"from"` // code of the unit
	Words string `json:"words"`
}

// Duty is how the limits of one rule are kept that the public sees: numerators
// and denominators, and whether there are enough of them to judge by.
type Duty struct {
	Rule    string `json:"rule"`
	Name    string `json:"name"`
	Basis   string `json:"basis"`
	Ended   int64  `json:"ended"`
	OnTime  int64  `json:"on_time"`
	Running int64  `json:"running"`
	Overdue int64  `json:"overdue"`
	Few     bool   `json:"few"`
}

// Duties returns how the limits are kept that the public sees, in the order of
// the law pack.
func (s *Service) Duties(ctx context.Context) ([]Duty, error) {
	out := []Duty{}
	for _, rule := range s.cfg.Law.Law().Deadlines(workday.DateOf(s.cfg.Clock.Now())) {
		if !rule.PublicOverdue {
			continue
		}
		n, err := s.count(ctx, "rule", rule.ID)
		if err != nil {
			return nil, err
		}
		if n.Ended+n.Running+n.Overdue > 0 {
			out = append(out, Duty{
				Rule: rule.ID, Name: rule.Name, Basis: rule.Citation(), Ended: n.Ended, OnTime: n.OnTime, Running: n.Running, Overdue: n.Overdue, Few: n.Few,
			})
		}
	}
	return out, nil
}

// Passed is a limit that has passed, as the public sees it: what must be done,
// by whom and by when, and nothing of whom it is about.
type Passed struct {
	Rule     string `json:"rule"`
	Name     string `json:"name"`
	Unit     string `json:"unit"`
	UnitName string `json:"unit_name"`
	Due      string `json:"due"`
	Days     int    `json:"days"` // since then
}

// Passed returns the limits that have passed and that the public may see, the
// oldest first.
func (s *Service) Passed(ctx context.Context) ([]Passed, error) {
	rows, err := s.PublicOverdue(ctx)
	if err != nil {
		return nil, err
	}
	today := workday.DateOf(s.cfg.Clock.Now())
	out := []Passed{}
	for _, r := range rows {
		d := r.Deadline
		from := workday.DateOf(d.From)
		rule, err := s.cfg.Law.Law().Deadline(d.Rule, from)
		if err != nil {
			return nil, err
		}
		due, err := workday.ParseDate(d.DueDate)
		if err != nil {
			return nil, err
		}
		unit, err := s.cfg.Law.Law().Unit(d.Owner, from)
		if err != nil {
			return nil, err
		}
		out = append(out, Passed{Rule: d.Rule, Name: rule.Name, Unit: d.Owner, UnitName: unit.Name, Due: d.DueDate, Days: today.Sub(due)})
	}
	return out, nil
}
