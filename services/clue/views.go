package clue

import (
	"context"
	"math"
	"slices"

	"shenzhong/events"
	"shenzhong/services/kit/view"
	"shenzhong/services/kit/workday"
)

// FacilityRow is what clue knows of a facility.
type FacilityRow struct {
	ID          string `json:"id"`
	Name        string `json:"name"`
	Category    string `json:"category"`
	Town        string `json:"town"`
	SubjectKind string `json:"subjectKind"`
	Status      string `json:"status"`
}

// Row is a clue as lists show it and as a case handler reads it.
type Row struct {
	ID       string            `json:"id"`
	Source   string            `json:"source"`
	Origin   string            `json:"origin"`
	Facility string            `json:"facility"`
	Name     string            `json:"name"`
	Town     string            `json:"town"`
	Offence  string            `json:"offence"`
	Text     string            `json:"text"`
	Contact  bool              `json:"contact"`
	Receipt  string            `json:"receipt"`
	Day      string            `json:"day"`
	State    State             `json:"state"`
	To       events.Route      `json:"to"`
	Round    int               `json:"round"`
	Limits   []events.Deadline `json:"limits"`
	SignBy   *events.Deadline  `json:"signBy"` // until when the lead signs for it, nil once it has or need not
	Signed   string            `json:"signed"` // signed, or lapsed if nobody signed in time; empty before
	Refusals []Refused         `json:"refusals"`
	Dispute  *Objection        `json:"dispute"`
	Ruling   *events.Route     `json:"ruling"`
	Into     string            `json:"into"`
	Merged   []string          `json:"merged"`
	Anew     string            `json:"anew"` // what the sender brought when it was verified anew
	Outcome  string            `json:"outcome"`
	Summary  string            `json:"summary"`
	Evidence []string          `json:"evidence"`
	Answers  []Told            `json:"answers"`
	Steps    []Step            `json:"steps"`
}

// Refused is a clue given back: by whom, on which ground, and who was named.
type Refused struct {
	On        string `json:"on"`
	Unit      string `json:"unit"`
	Reason    string `json:"reason"`
	Basis     string `json:"basis"`
	Suggested string `json:"suggested"`
	Note      string `json:"note"`
}

// Objection is why a unit does not agree with a return.
type Objection struct {
	Unit   string `json:"unit"`
	Reason string `json:"reason"`
	Basis  string `json:"basis"`
}

// Told is one answer to the sender.
type Told struct {
	On   string `json:"on"`
	Text string `json:"text"`
}

// Step is one thing that happened to a clue and the day of it.
type Step struct {
	On    string `json:"on"`
	State State  `json:"state"`
	Unit  string `json:"unit"` // that has it now, empty if none has yet
}

// never is the due of a clue without a running limit.
const never = math.MaxInt64

// signBy is the instant by which it is signed for, in milliseconds.
func (r Row) signBy() int64 {
	if r.SignBy == nil {
		return never
	}
	return r.SignBy.Due.UnixMilli()
}

// due is the instant of its next limit, in milliseconds.
func (r Row) due() int64 {
	at := int64(never)
	for _, d := range r.Limits {
		at = min(at, d.Due.UnixMilli())
	}
	return at
}

type views struct {
	board      *view.View[Row]
	facilities *view.View[FacilityRow]
}

func (v *views) all() []view.Folding { return []view.Folding{v.board, v.facilities} }

func (v *views) open(ctx context.Context, tables view.Tables) error {
	var err error
	v.board, err = view.New(ctx, tables, view.Spec[Row]{
		Name: "clue-board", Kinds: events.Of("clue"), Fold: fold,
		Columns: []view.Column{
			{Name: "lead"}, {Name: "state"}, {Name: "facility"}, {Name: "offence"}, {Name: "receipt"}, {Name: "ruled"},
			{Name: "due", Int: true}, {Name: "sign", Int: true}, {Name: "received", Int: true},
		},
		Values: func(_ string, r Row) map[string]any {
			ruled := "no"
			if r.Ruling != nil {
				ruled = "yes"
			}
			return map[string]any{
				"lead": r.To.Lead, "state": string(r.State), "facility": r.Facility, "offence": r.Offence, "receipt": r.Receipt,
				"ruled": ruled, "due": r.due(), "sign": r.signBy(), "received": workday.NumberOf(r.Day),
			}
		},
	})
	if err != nil {
		return err
	}
	v.facilities, err = view.New(ctx, tables, view.Spec[FacilityRow]{
		Name: "clue-facilities", Kinds: events.Of("facility"), Fold: foldFacility,
		Columns: []view.Column{{Name: "category"}, {Name: "town"}, {Name: "status"}},
		Values: func(_ string, r FacilityRow) map[string]any {
			return map[string]any{"category": r.Category, "town": r.Town, "status": r.Status}
		},
	})
	return err
}

func foldFacility(r *FacilityRow, e events.Envelope) error {
	fact, err := events.Open[events.FacilityChanged](e)
	f := fact.Facility
	*r = FacilityRow{ID: f.ID, Name: f.Name, Category: f.Category, Town: f.Town, SubjectKind: f.SubjectKind, Status: f.Status}
	return err
}

// fold applies one fact about a clue. The limits follow from the envelope alone.
func fold(r *Row, e events.Envelope) error {
	limits, err := e.Limits()
	if err != nil {
		return err
	}
	for _, d := range limits {
		r.Limits = slices.DeleteFunc(r.Limits, func(o events.Deadline) bool { return o.ID == d.ID })
		r.Limits = append(r.Limits, d)
	}
	r.Limits = slices.DeleteFunc(r.Limits, func(o events.Deadline) bool { return slices.Contains(e.Settles, o.ID) })
	was := r.State
	if err := foldFact(r, e); err != nil {
		return err
	}
	on := workday.DateOf(e.Time).String()
	if r.State != was {
		r.Steps = append(r.Steps, Step{On: on, State: r.State, Unit: r.To.Lead})
	}
	return nil
}

func foldFact(r *Row, e events.Envelope) error {
	on := workday.DateOf(e.Time).String()
	switch e.Type {
	case events.ClueReceived{}.Kind():
		return take(e, func(f events.ClueReceived) {
			r.ID, r.Source, r.Origin, r.Facility, r.Name, r.Town = f.Clue, f.Source, f.Origin, f.Facility, f.Name, f.Town
			r.Offence, r.Text, r.Contact, r.Receipt, r.Day, r.State = f.Offence, f.Text, f.Contact, f.Receipt, f.Day, Received
		})
	case events.ClueRouted{}.Kind():
		return take(e, func(f events.ClueRouted) {
			r.To, r.Round, r.Offence, r.State = f.Route, f.Round, f.Route.Offence, Routed
			r.SignBy, r.Signed = &f.SignBy, ""
		})
	case events.ClueReturned{}.Kind():
		return take(e, func(f events.ClueReturned) {
			r.State, r.SignBy = Returned, nil
			r.Refusals = append(r.Refusals, Refused{On: on, Unit: f.Unit, Reason: f.Reason, Basis: f.Basis, Suggested: f.Suggested, Note: f.Note})
		})
	case events.ClueDisputed{}.Kind():
		return take(e, func(f events.ClueDisputed) {
			r.State, r.Dispute = Disputed, &Objection{Unit: f.Unit, Reason: f.Reason, Basis: f.Basis}
		})
	case events.ClueRuled{}.Kind():
		return take(e, func(f events.ClueRuled) { r.State, r.Ruling = Ruled, &f.Route })
	case events.ClueSigned{}.Kind():
		return take(e, func(f events.ClueSigned) {
			r.SignBy, r.Signed = nil, "signed"
			if f.Lapsed {
				r.Signed = "lapsed"
			}
		})
	case events.ClueAccepted{}.Kind():
		r.State = Accepted
		if r.SignBy != nil { // who takes it up signs for it
			r.SignBy, r.Signed = nil, "signed"
		}
	case events.ClueReopened{}.Kind():
		return take(e, func(f events.ClueReopened) { r.State, r.Outcome, r.Summary, r.Anew = Reopened, "", "", f.Text })
	case events.ClueMerged{}.Kind():
		return take(e, func(f events.ClueMerged) { r.State, r.Into, r.SignBy = Merged, f.Into, nil })
	case events.ClueAbsorbed{}.Kind():
		return take(e, func(f events.ClueAbsorbed) { r.Merged = append(r.Merged, f.From) })
	case events.ClueConcluded{}.Kind():
		return take(e, func(f events.ClueConcluded) {
			r.State, r.Outcome, r.Summary, r.Evidence, r.Offence = Concluded, f.Outcome, f.Summary, f.Evidence, f.Offence
		})
	case events.ClueAnswered{}.Kind():
		return take(e, func(f events.ClueAnswered) {
			r.State = Answered
			r.Answers = append(r.Answers, Told{On: on, Text: f.Text})
		})
	}
	return nil
}

// take decodes the fact of an envelope and hands it on.
func take[E events.Event](e events.Envelope, into func(E)) error {
	fact, err := events.Open[E](e)
	if err == nil {
		into(fact)
	}
	return err
}
