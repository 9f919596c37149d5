package oversee

import (
	"context"
	"errors"
	"math"

	"shenzhong/events"
	"shenzhong/services/kit/law"
	"shenzhong/services/kit/store"
	"shenzhong/services/kit/view"
)

// Row is a limit as lists show it.
type Row struct {
	ID        string          `json:"id"` // number that oversee keeps it under
	Deadline  events.Deadline `json:"deadline"`
	State     State           `json:"state"`
	Public    bool            `json:"public"`
	Next      int64           `json:"next"`      // unix milliseconds; never = math.MaxInt64
	Reminded  []string        `json:"reminded"`  // stages said so far
	Escalated []string        `json:"escalated"` // to whom it was put
	Urged     []Press         `json:"urged"`     // by whom it was pressed
}

// never is the Next of a limit about which nothing is to be said any more.
const never = math.MaxInt64

func openBoard(ctx context.Context, tables view.Tables) (*view.View[Row], error) {
	return view.New(ctx, tables, view.Spec[Row]{
		Name:  "oversee-limits",
		Kinds: events.Of("deadline"),
		Fold:  fold,
		Columns: []view.Column{
			{Name: "owner"}, {Name: "state"}, {Name: "rule"}, {Name: "public"}, {Name: "next", Int: true}, {Name: "due", Int: true},
			{Name: "provisional"}, {Name: "escalated"},
		},
		Values: func(_ string, r Row) map[string]any {
			yes := map[bool]string{true: "yes", false: "no"}
			return map[string]any{
				"owner": r.Deadline.Owner, "state": string(r.State), "rule": r.Deadline.Rule, "public": yes[r.Public],
				"next": r.Next, "due": r.Deadline.Due.UnixMilli(),
				"provisional": yes[r.Deadline.Provisional], "escalated": yes[len(r.Escalated) > 0],
			}
		},
	})
}

func fold(r *Row, e events.Envelope) error {
	r.Next = never
	switch e.Type {
	case events.DeadlineKept{}.Kind():
		f, err := events.Open[events.DeadlineKept](e)
		if err != nil {
			return err
		}
		r.ID = events.EntityID(e.Subject)
		r.Deadline, r.State, r.Public = f.Deadline, State(f.State), f.Public
		if !f.Next.IsZero() {
			r.Next = f.Next.UnixMilli()
		}
	case events.Reminded{}.Kind():
		f, err := events.Open[events.Reminded](e)
		if err != nil {
			return err
		}
		r.Reminded = append(r.Reminded, f.Stage)
		if !f.Next.IsZero() {
			r.Next = f.Next.UnixMilli()
		}
	case events.Overdue{}.Kind():
		f, err := events.Open[events.Overdue](e)
		if err != nil {
			return err
		}
		r.State = Overdue
		if !f.Next.IsZero() {
			r.Next = f.Next.UnixMilli()
		}
	case events.Escalated{}.Kind():
		f, err := events.Open[events.Escalated](e)
		if err != nil {
			return err
		}
		r.Escalated = append(r.Escalated, f.To)
		if !f.Next.IsZero() {
			r.Next = f.Next.UnixMilli()
		}
	case events.Urged{}.Kind():
		f, err := events.Open[events.Urged](e)
		if err != nil {
			return err
		}
		r.Urged = append(r.Urged, Press{By: f.By, From: f.From, Words: f.Words})
		if !f.Next.IsZero() {
			r.Next = f.Next.UnixMilli()
		}
	}
	return nil
}

// Figures is how one unit keeps its limits. A share is that of the limits kept
// among all that have ended or passed: what is late and still open is no less
// late for that. Few says that there are too few of them to judge by.
type Figures struct {
	Unit    string `json:"unit"`
	Name    string `json:"name"`
	Ended   int64  `json:"ended"`   // limits whose matter is dealt with
	OnTime  int64  `json:"on_time"` // ... of which within the limit
	Running int64  `json:"running"` // limits that run
	Overdue int64  `json:"overdue"` // limits that have passed, the matter still open
	Few     bool   `json:"few"`     // fewer than ten ended or passed
}

// few is below how many limits, ended or passed, a share says little. It is no legal number.
const few = 10

// Figures returns how every unit of the district keeps its limits, in the order
// of the law pack: this is no ranking.
func (s *Service) Figures(ctx context.Context) ([]Figures, error) {
	units := s.cfg.Law.Law().Units()
	out := make([]Figures, 0, len(units))
	for _, u := range units {
		f, err := s.figures(ctx, u)
		if err != nil {
			return nil, err
		}
		if f.Ended+f.Running+f.Overdue > 0 {
			out = append(out, f)
		}
	}
	return out, nil
}

func (s *Service) figures(ctx context.Context, u law.Unit) (Figures, error) {
	f, err := s.count(ctx, "owner", u.Code)
	f.Unit, f.Name = u.Code, u.Name
	return f, err
}

// count counts the limits with that value in a column by how they stand.
func (s *Service) count(ctx context.Context, column, value string) (Figures, error) {
	var f Figures
	for state, into := range map[State][]*int64{
		Met: {&f.Ended, &f.OnTime}, MetLate: {&f.Ended}, Armed: {&f.Running}, Overdue: {&f.Overdue},
	} {
		n, err := s.board.Count(ctx, view.Query{Equal: map[string]any{column: value, "state": string(state)}})
		if err != nil {
			return f, err
		}
		for _, field := range into {
			*field += n
		}
	}
	f.Few = f.Ended+f.Overdue < few
	return f, nil
}

// PublicOverdue returns the limits that have passed and that the public may
// see, the oldest first.
func (s *Service) PublicOverdue(ctx context.Context) ([]Row, error) {
	return s.board.List(ctx, view.Query{
		Equal: map[string]any{"state": string(Overdue), "public": "yes"}, Order: "due", Limit: 200,
	})
}

func ignoreUnchanged(err error) error {
	if errors.Is(err, store.Unchanged) {
		return nil
	}
	return err
}
