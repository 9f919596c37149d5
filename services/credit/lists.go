package credit

import (
	"context"

	"shenzhong/events"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/identity"
	"shenzhong/services/kit/law"
	"shenzhong/services/kit/view"
	"shenzhong/services/kit/workday"
)

// reads refuses an actor to whom the credit of a facility is not shown: those
// who regulate see all, a facility sees its own.
func reads(by identity.Actor, facility string) error {
	if err := permits.Check(by, "credit.read"); err != nil {
		return err
	}
	if by.Has(identity.Party) && by.Unit != facility {
		return fault.New(fault.Denied, "只能查看本机构的信用记录和承诺")
	}
	return nil
}

// Filter selects records. Empty fields select all.
type Filter struct {
	Grade, USCC, Facility string
	After                 string // id of the last one seen
	Limit                 int    // at most 1000; 0 = 100
}

// Records lists the records by id.
func (s *Service) Records(ctx context.Context, by identity.Actor, f Filter) ([]Row, error) {
	if by.Has(identity.Party) && f.Facility == "" {
		f.Facility = by.Unit
	}
	if err := reads(by, f.Facility); err != nil {
		return nil, err
	}
	return s.board.List(ctx, view.Query{
		Equal: equal(map[string]string{"grade": f.Grade, "uscc": f.USCC, "facility": f.Facility}), After: f.After, Limit: f.Limit,
	})
}

// Explained is a record with every entry explained.
type Explained struct {
	Record
	GradeName string  `json:"grade_name"`
	Formula   string  `json:"formula"` // how the score and the grade follow, in Chinese
	Entries   []Entry `json:"entries"`
}

// Entry is one entry of a record, the law it rests on, and what the grade would
// be without it.
type Entry struct {
	events.Point
	Name         string `json:"name"`          // of the line of the points table
	Basis        string `json:"basis"`         // in Chinese
	Counts       bool   `json:"counts"`        // it was not repaired and its time is not over
	WithoutScore int    `json:"without_score"` // what the score would be without it
	WithoutGrade string `json:"without_grade"`
	// Repair says whether and from when repair may be asked for; none for what
	// speaks for the subject.
	Repair    *RepairTerms `json:"repair,omitempty"`
	Objection string       `json:"objection,omitempty"` // number of the objection that is open (异议处理中)
}

// Explain returns the record of a facility with every entry explained.
func (s *Service) Explain(ctx context.Context, by identity.Actor, facility string) (Explained, error) {
	if err := reads(by, facility); err != nil {
		return Explained{}, err
	}
	r, err := s.Record(ctx, facility)
	if err != nil {
		return Explained{}, err
	}
	asOf, err := workday.ParseDate(r.AsOf)
	if err != nil {
		return Explained{}, err
	}
	ledger, err := s.cfg.Law.Law().Ledger(asOf)
	if err != nil {
		return Explained{}, err
	}
	out := Explained{Record: r, GradeName: ledger.Grade(r.Score).Name, Formula: r.formula(ledger), Entries: []Entry{}}
	objected, err := s.objected(ctx, facility)
	if err != nil {
		return Explained{}, err
	}
	for _, p := range r.Points {
		e, err := s.explain(r, p, ledger)
		if err != nil {
			return Explained{}, err
		}
		e.Objection = objected(p)
		out.Entries = append(out.Entries, e)
	}
	return out, nil
}

// explain takes the line of an entry from the law of its own day.
func (s *Service) explain(r Record, p events.Point, now law.Ledger) (Entry, error) {
	e := Entry{Point: p, Counts: r.counts(p)}
	on, err := workday.ParseDate(p.On)
	if err != nil {
		return e, err
	}
	then, err := s.cfg.Law.Law().Ledger(on)
	if err != nil {
		return e, err
	}
	line, err := then.Point(p.Rule)
	if err != nil {
		return e, err
	}
	e.Name, e.Basis = line.Name, line.Citation()
	e.WithoutScore, e.WithoutGrade = r.Outlook(p, now)
	if p.Unit != "" {
		terms, err := s.Repairable(p)
		if err != nil {
			return e, err
		}
		e.Repair = &terms
	}
	return e, nil
}

// Promises selects commitments. Empty fields select all.
type Promises struct {
	Facility string
	State    State
	After    string // id of the last one seen
	Limit    int    // at most 1000; 0 = 100
}

// Commitments lists commitments by id.
func (s *Service) Commitments(ctx context.Context, by identity.Actor, q Promises) ([]CommitmentRow, error) {
	if by.Has(identity.Party) && q.Facility == "" {
		q.Facility = by.Unit
	}
	if err := reads(by, q.Facility); err != nil {
		return nil, err
	}
	return s.promises.List(ctx, view.Query{Equal: equal(map[string]string{"facility": q.Facility, "state": string(q.State)}), After: q.After, Limit: q.Limit})
}

// Commitment returns a commitment as it is now.
func (s *Service) Commitment(ctx context.Context, by identity.Actor, id string) (Commitment, error) {
	if err := permits.Check(by, "credit.read"); err != nil {
		return Commitment{}, err
	}
	c, _, err := s.commitments.Load(ctx, id)
	if err != nil {
		return Commitment{}, err
	}
	return c, reads(by, c.Facility)
}

// equal are the conditions on the columns that were filled in.
func equal(columns map[string]string) map[string]any {
	out := map[string]any{}
	for column, value := range columns {
		if value != "" {
			out[column] = value
		}
	}
	return out
}
