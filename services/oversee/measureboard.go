package oversee

import (
	"context"

	"shenzhong/events"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/identity"
	"shenzhong/services/kit/view"
	"shenzhong/services/kit/workday"
)

// MeasureRow is a measure as lists show it.
type MeasureRow struct {
	Measure  events.Measure `json:"measure"`
	State    MeasureState   `json:"state"`
	IssuedOn string         `json:"issued_on"`
	HeldOn   string         `json:"held_on"`
	DueDate  string         `json:"due_date"` // of the limit that runs, empty if none does
	Answers  int            `json:"answers"`
	Note     string         `json:"note"`
}

func openMeasures(ctx context.Context, tables view.Tables) (*view.View[MeasureRow], error) {
	return view.New(ctx, tables, view.Spec[MeasureRow]{
		Name: "oversee-measures", Kinds: events.Of("measure"), Fold: foldMeasure,
		Columns: []view.Column{{Name: "unit"}, {Name: "source"}, {Name: "state"}, {Name: "shown"}},
		Values: func(_ string, r MeasureRow) map[string]any {
			shown := "no"
			if r.Measure.Public && r.IssuedOn != "" && r.State != MeasureRevoked {
				shown = "yes"
			}
			return map[string]any{"unit": r.Measure.Unit, "source": r.Measure.From, "state": string(r.State), "shown": shown}
		},
	})
}

func foldMeasure(r *MeasureRow, e events.Envelope) (err error) {
	day := workday.DateOf(e.Time).String()
	due := ""
	limits, err := e.Limits()
	if err != nil {
		return err
	}
	for _, d := range limits {
		due = d.DueDate
	}
	switch e.Type {
	case events.MeasureDrafted{}.Kind():
		f, err := events.Open[events.MeasureDrafted](e)
		r.Measure, r.State = f.Measure, MeasureDrafted
		return err
	case events.MeasureIssued{}.Kind():
		r.State, r.IssuedOn, r.DueDate = MeasureIssued, day, due
	case events.InterviewHeld{}.Kind():
		r.State, r.HeldOn, r.DueDate = MeasureHeld, day, due
	case events.MeasureAnswered{}.Kind():
		r.State, r.DueDate = MeasureAnswered, ""
		r.Answers++
	case events.MeasureReturned{}.Kind():
		r.State, r.DueDate = MeasureReturned, due
	case events.MeasureDropped{}.Kind():
		f, err := events.Open[events.MeasureDropped](e)
		r.State, r.Note = MeasureDropped, f.Reason
		return err
	case events.MeasureClosed{}.Kind():
		f, err := events.Open[events.MeasureClosed](e)
		r.State, r.Note = MeasureClosed, f.Note
		return err
	case events.MeasureRevoked{}.Kind():
		f, err := events.Open[events.MeasureRevoked](e)
		r.State, r.DueDate, r.Note = MeasureRevoked, "", f.Reason
		return err
	}
	return nil
}

// MeasureFilter selects measures. Empty fields select all that the actor may
// see.
type MeasureFilter struct {
	Unit  string // that they are addressed to
	State MeasureState
	After string // number of the last one seen
	Limit int
}

// Measures lists measures: a unit sees those addressed to it that were sent, and
// those that it took; the coordinating office and the auditor see all.
func (s *Service) Measures(ctx context.Context, by identity.Actor, f MeasureFilter) ([]MeasureRow, error) {
	if err := permits.Check(by, "deadline.read"); err != nil {
		return nil, err
	}
	equal := map[string]any{}
	if f.State != "" {
		equal["state"] = string(f.State)
	}
	if f.Unit != "" {
		equal["unit"] = f.Unit
	}
	if !by.Has(identity.Office) && !by.Has(identity.Auditor) {
		if f.Unit == "" && s.supervises(by.Unit) {
			equal["source"] = by.Unit
		} else if err := reads(by, orUnit(f.Unit, by)); err != nil {
			return nil, err
		} else {
			equal["unit"] = by.Unit
		}
	}
	rows, err := s.measureBoard.List(ctx, view.Query{Equal: equal, After: f.After, Limit: f.Limit})
	if err != nil {
		return nil, err
	}
	out := []MeasureRow{}
	for _, r := range rows {
		if r.State != MeasureDrafted && r.State != MeasureDropped || r.Measure.From == by.Unit || by.Has(identity.Auditor) {
			out = append(out, r)
		}
	}
	return out, nil
}

func orUnit(unit string, by identity.Actor) string {
	if unit == "" {
		return by.Unit
	}
	return unit
}

// supervises reports whether a unit may take measures.
func (s *Service) supervises(unit string) bool {
	for _, m := range s.cfg.Law.Law().Measures(workday.DateOf(s.cfg.Clock.Now())) {
		for _, u := range m.By {
			if u == unit {
				return true
			}
		}
	}
	return false
}

// Circular is a public measure as the public sees it: against which unit, when
// and about which limits, and nothing of whom they concern.
type Circular struct {
	ID       string   `json:"id"`
	Name     string   `json:"name"`
	Unit     string   `json:"unit"`
	UnitName string   `json:"unit_name"`
	FromName string   `json:"from_name"`
	On       string   `json:"on"`
	Matters  []string `json:"matters"` // what was not done in time, in Chinese
	Settled  bool     `json:"settled"` // what was demanded is done
	Basis    string   `json:"basis"`
}

// Circulars returns the public measures, the newest first.
func (s *Service) Circulars(ctx context.Context) ([]Circular, error) {
	rows, err := s.measureBoard.List(ctx, view.Query{Equal: map[string]any{"shown": "yes"}, Desc: true, Limit: 50})
	if err != nil {
		return nil, err
	}
	out := []Circular{}
	for _, r := range rows {
		on, err := workday.ParseDate(r.IssuedOn)
		if err != nil {
			return nil, err
		}
		rule, err := s.cfg.Law.Law().Measure(r.Measure.Sort, on)
		if err != nil {
			return nil, err
		}
		c := Circular{ID: r.Measure.ID, Name: rule.Name, Unit: r.Measure.Unit, On: r.IssuedOn, Matters: []string{}, Settled: r.State == MeasureClosed, Basis: r.Measure.Citation}
		for code, into := range map[string]*string{r.Measure.Unit: &c.UnitName, r.Measure.From: &c.FromName} {
			unit, err := s.cfg.Law.Law().Unit(code, on)
			if err != nil {
				return nil, err
			}
			*into = unit.Name
		}
		for _, id := range r.Measure.Limits {
			row, err := s.board.Get(ctx, id)
			if fault.Is(err, fault.NotFound) {
				continue
			}
			if err != nil {
				return nil, err
			}
			limit, err := s.cfg.Law.Law().Deadline(row.Deadline.Rule, workday.DateOf(row.Deadline.From))
			if err != nil {
				return nil, err
			}
			c.Matters = append(c.Matters, limit.Name)
		}
		out = append(out, c)
	}
	return out, nil
}
