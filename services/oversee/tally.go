package oversee

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"shenzhong/events"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/law"
	"shenzhong/services/kit/view"
	"shenzhong/services/kit/workday"
)

// tally is what oversee remembers of the facts of others to measure the plan by.
// It counts how matters ended, never how often a unit inspected or what it fined
// (国办发〔2024〕54号).
type tally struct {
	law law.Source
	// clues has one row for every clue that came to an end. The facts of a clue
	// that are sealed are not for oversee, so this is no view of its whole life:
	// a row is made once, by the one fact that ends the clue.
	clues view.Table
	// checked has one row for every facility and year in which what it charges
	// was inspected.
	checked view.Table
	cases   *view.View[CaseEnd]
}

// ClueEnd is how a clue ended.
type ClueEnd struct {
	Outcome string `json:"outcome"` // corrected, case, unfounded, not_ours, unverifiable, merged
	Unit    string `json:"unit"`
	Offence string `json:"offence"`
	On      string `json:"on"`
}

// CaseEnd is how far a case is.
type CaseEnd struct {
	Offence string `json:"offence"`
	Unit    string `json:"unit"`
	State   string `json:"state"`   // open, closed
	Outcome string `json:"outcome"` // of a closed case
}

// Checked is what the inspections of one facility in one year found about what
// it charges: visit to whether there was a problem.
type Checked struct {
	Visits map[string]bool `json:"visits"`
}

func openTally(ctx context.Context, tables view.Tables, source law.Source) (t tally, err error) {
	t.law = source
	t.clues, err = tables.Table(ctx, view.Shape{Name: "oversee-clue-ends", Columns: []view.Column{{Name: "outcome"}, {Name: "unit"}, {Name: "offence"}}})
	if err != nil {
		return t, fmt.Errorf("open the ends of clues: %w", err)
	}
	t.checked, err = tables.Table(ctx, view.Shape{Name: "oversee-checked", Columns: []view.Column{{Name: "problem"}}})
	if err != nil {
		return t, fmt.Errorf("open what was inspected: %w", err)
	}
	t.cases, err = view.New(ctx, tables, view.Spec[CaseEnd]{
		Name: "oversee-case-ends", Kinds: events.Of("case"), Fold: foldCase,
		Columns: []view.Column{{Name: "offence"}, {Name: "state"}, {Name: "outcome"}},
		Values: func(_ string, r CaseEnd) map[string]any {
			return map[string]any{"offence": r.Offence, "state": r.State, "outcome": r.Outcome}
		},
	})
	return t, err
}

func (t tally) views() []view.Folding { return []view.Folding{t.cases} }

func foldCase(r *CaseEnd, e events.Envelope) error {
	switch e.Type {
	case events.CaseFiled{}.Kind():
		f, err := events.Open[events.CaseFiled](e)
		r.Offence, r.Unit, r.State = f.Offence, f.Unit, "open"
		return err
	case events.CaseClosed{}.Kind():
		f, err := events.Open[events.CaseClosed](e)
		r.State, r.Outcome = "closed", f.Outcome
		return err
	}
	return nil
}

// outcomeKinds are the facts that note listens to.
func outcomeKinds() []string {
	return []string{events.ClueConcluded{}.Kind(), events.ClueMerged{}.Kind(), events.VisitRecorded{}.Kind()}
}

// note takes up how a clue ended, or what an inspection of charges found.
func (t tally) note(ctx context.Context, e events.Envelope) error {
	switch e.Type {
	case events.ClueConcluded{}.Kind():
		f, err := events.Open[events.ClueConcluded](e)
		if err != nil {
			return err
		}
		return t.ended(ctx, e, ClueEnd{Outcome: f.Outcome, Unit: f.Unit, Offence: f.Offence})
	case events.ClueMerged{}.Kind():
		return t.ended(ctx, e, ClueEnd{Outcome: "merged"})
	}
	f, err := events.Open[events.VisitRecorded](e)
	if err != nil {
		return err
	}
	return t.visited(ctx, f)
}

// ended keeps the end of a clue, once.
func (t tally) ended(ctx context.Context, e events.Envelope, end ClueEnd) error {
	end.On = workday.DateOf(e.Time).String()
	key := events.EntityID(e.Subject)
	body, err := json.Marshal(end)
	if err != nil {
		return err
	}
	row := view.Row{Key: key, Version: 1, Body: body, Columns: map[string]any{"outcome": end.Outcome, "unit": end.Unit, "offence": end.Offence}}
	if _, known, err := t.clues.Get(ctx, key); err != nil || known {
		return err
	}
	err = t.clues.Put(ctx, row)
	if fault.Is(err, fault.Conflict) { // another replica kept it meanwhile
		return nil
	}
	return err
}

// visited keeps what an inspection found about charges, if it looked at them.
func (t tally) visited(ctx context.Context, f events.VisitRecorded) error {
	on, err := workday.ParseDate(f.On)
	if err != nil {
		return err
	}
	looked, problem := false, false
	for _, i := range t.law.Law().Indicators(on) {
		for _, section := range f.Visit.Sections {
			looked = looked || slices.ContainsFunc(section.Items, func(item string) bool { return slices.Contains(i.Items, item) })
			problem = problem || slices.ContainsFunc(section.Findings, func(f events.Finding) bool { return slices.Contains(i.Items, f.Item) })
		}
	}
	if !looked {
		return nil
	}
	key := f.On[:4] + "/" + f.Visit.Facility
	was, known, err := t.checked.Get(ctx, key)
	if err != nil {
		return err
	}
	c := Checked{Visits: map[string]bool{}}
	if known {
		if err := json.Unmarshal(was.Body, &c); err != nil {
			return fmt.Errorf("decode %s: %w", key, err)
		}
	}
	if _, again := c.Visits[f.Visit.ID]; again {
		return nil
	}
	c.Visits[f.Visit.ID] = problem
	body, err := json.Marshal(c)
	if err != nil {
		return err
	}
	found := "no"
	for _, p := range c.Visits {
		if p {
			found = "yes"
		}
	}
	return t.checked.Put(ctx, view.Row{Key: key, Version: was.Version + 1, Body: body, Columns: map[string]any{"problem": found}})
}

// countOf is how many rows of a table have that value in a column.
func countOf(ctx context.Context, t view.Table, equal map[string]any) (int64, error) {
	return t.Count(ctx, view.Query{Equal: equal})
}
