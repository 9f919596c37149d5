package casefile

import (
	"context"
	"slices"

	"shenzhong/events"
	"shenzhong/services/kit/view"
)

// Row is a case as lists show it.
type Row struct {
	ID         string            `json:"id"`
	Unit       string            `json:"unit"`
	State      State             `json:"state"`
	Clue       string            `json:"clue"`
	Facility   string            `json:"facility"`
	Name       string            `json:"name"`
	Offence    string            `json:"offence"`
	FiledOn    string            `json:"filed_on"`
	No         string            `json:"no"`
	DecidedOn  string            `json:"decided_on"`
	Severity   string            `json:"severity"`
	Revocation string            `json:"revocation"`
	Outcome    string            `json:"outcome"`
	Steps      []string          `json:"steps"` // in order
	Limits     []events.Deadline `json:"limits"`
}

// due is the limit that passes first, in milliseconds; 0 for none.
func (r Row) due() int64 {
	var first int64
	for _, d := range r.Limits {
		if at := d.Due.UnixMilli(); first == 0 || at < first {
			first = at
		}
	}
	return first
}

// FacilityRow is what casefile knows of a facility.
type FacilityRow struct {
	events.Facility
}

// OfficerRow is what casefile knows of an officer.
type OfficerRow struct {
	events.Officer
}

// RecordRow is what casefile knows of a publication: what it publishes.
type RecordRow struct {
	Sort   string `json:"sort"`
	Source string `json:"source"`
}

type views struct {
	board      *view.View[Row]
	facilities *view.View[FacilityRow]
	officers   *view.View[OfficerRow]
	records    *view.View[RecordRow]
}

func (v *views) all() []view.Folding {
	return []view.Folding{v.board, v.facilities, v.officers, v.records}
}

func (v *views) open(ctx context.Context, tables view.Tables) error {
	var err error
	if v.board, err = view.New(ctx, tables, view.Spec[Row]{
		Name: "casefile-board", Kinds: events.Of("case"), Fold: foldCase,
		Columns: []view.Column{{Name: "unit"}, {Name: "state"}, {Name: "facility"}, {Name: "open"}, {Name: "due", Int: true}},
		Values: func(_ string, r Row) map[string]any {
			open := "yes"
			if r.State == Closed {
				open = "no"
			}
			return map[string]any{"unit": r.Unit, "state": string(r.State), "facility": r.Facility, "open": open, "due": r.due()}
		},
	}); err != nil {
		return err
	}
	if v.facilities, err = view.New(ctx, tables, view.Spec[FacilityRow]{
		Name: "casefile-facilities", Kinds: events.Of("facility"), Fold: foldFacility,
	}); err != nil {
		return err
	}
	if v.officers, err = view.New(ctx, tables, view.Spec[OfficerRow]{
		Name: "casefile-officers", Kinds: events.Of("officer"), Fold: foldOfficer,
		Columns: []view.Column{{Name: "unit"}, {Name: "status"}},
		Values: func(_ string, r OfficerRow) map[string]any {
			return map[string]any{"unit": r.Unit, "status": r.Status}
		},
	}); err != nil {
		return err
	}
	v.records, err = view.New(ctx, tables, view.Spec[RecordRow]{
		Name: "casefile-records", Kinds: events.Of("record"), Fold: foldRecord,
	})
	return err
}

func foldRecord(r *RecordRow, e events.Envelope) error {
	if e.Type != (events.RecordPrepared{}).Kind() {
		return nil
	}
	f, err := events.Open[events.RecordPrepared](e)
	r.Sort, r.Source = f.Record.Sort, f.Record.Source
	return err
}

func foldFacility(r *FacilityRow, e events.Envelope) error {
	f, err := events.Open[events.FacilityChanged](e)
	r.Facility = f.Facility
	return err
}

func foldOfficer(r *OfficerRow, e events.Envelope) error {
	f, err := events.Open[events.OfficerChanged](e)
	r.Officer = f.Officer
	return err
}

func foldCase(r *Row, e events.Envelope) error {
	r.ID = events.EntityID(e.Subject)
	if err := foldFact(r, e); err != nil {
		return err
	}
	limits, err := e.Limits()
	if err != nil {
		return err
	}
	for _, d := range limits {
		r.Limits = append(without(r.Limits, d.ID), d)
	}
	for _, id := range e.Settles {
		r.Limits = without(r.Limits, id)
	}
	return nil
}

func foldFact(r *Row, e events.Envelope) error {
	switch e.Type {
	case events.CaseFiled{}.Kind():
		f, err := events.Open[events.CaseFiled](e)
		r.Unit, r.State, r.Clue, r.FiledOn, r.Offence = f.Unit, Filed, f.Clue, f.On, f.Offence
		r.Facility, r.Name = f.Respondent.Facility, f.Respondent.Name
		r.Steps = []string{"filing"}
		return err
	case events.CaseStepped{}.Kind():
		f, err := events.Open[events.CaseStepped](e)
		r.State = State(f.State)
		r.Steps = append(r.Steps, f.Step)
		return err
	case events.CaseDecided{}.Kind():
		f, err := events.Open[events.CaseDecided](e)
		r.State, r.No, r.DecidedOn, r.Severity, r.Name = Decided, f.Decision.No, f.Decision.On, f.Decision.Severity, f.Decision.Respondent.Name
		r.Facility = f.Decision.Respondent.Facility
		r.Steps = append(r.Steps, "decision")
		return err
	case events.CaseServed{}.Kind():
		r.State = Served
		r.Steps = append(r.Steps, "served")
	case events.DecisionRevoked{}.Kind():
		f, err := events.Open[events.DecisionRevoked](e)
		r.State, r.Revocation = Revoked, f.Manner
		r.Steps = append(r.Steps, "revoked")
		return err
	case events.CaseClosed{}.Kind():
		f, err := events.Open[events.CaseClosed](e)
		r.State, r.Outcome = Closed, f.Outcome
		r.Steps = append(r.Steps, "closed")
		return err
	}
	return nil
}

// without leaves the limit of that id out.
func without(limits []events.Deadline, id string) []events.Deadline {
	return slices.DeleteFunc(slices.Clone(limits), func(d events.Deadline) bool { return d.ID == id })
}
