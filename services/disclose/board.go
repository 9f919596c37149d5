package disclose

import (
	"context"
	"math"

	"shenzhong/events"
	"shenzhong/services/kit/identity"
	"shenzhong/services/kit/view"
	"shenzhong/services/kit/workday"
)

// Row is a record as lists and pages show it.
type Row struct {
	Record      events.Record    `json:"record"`
	State       State            `json:"state"`
	Verdict     string           `json:"verdict"`
	Channels    []events.Channel `json:"channels"`
	PublishedOn string           `json:"published_on"`
	Reason      string           `json:"reason"`
	EndedOn     string           `json:"ended_on"`
	Repair      string           `json:"repair,omitempty"` // the granted repair that ended the publication
	Ground      string           `json:"ground"`
	Version     int              `json:"version"`
	CorrectedOn string           `json:"corrected_on"`
	Correction  string           `json:"correction"`      // reason of the newest correction, public
	Draft       *Correction      `json:"draft,omitempty"` // waits for a second person
}

// Public says whether the public may see the row, and whether only its number
// and reason (撤回说明).
func (r Row) Public() (visible, tombstone bool) {
	switch r.State {
	case Published:
		return true, false
	case Recalled, Withdrawn, Expired:
		return r.PublishedOn != "" || r.Record.Sort == lostSort, true
	}
	return false, false
}

func openBoard(ctx context.Context, tables view.Tables) (*view.View[Row], error) {
	return view.New(ctx, tables, view.Spec[Row]{
		Name: "disclose-records", Kinds: events.Of("record"), Fold: fold,
		Columns: []view.Column{
			{Name: "state"}, {Name: "shown"}, {Name: "unit"}, {Name: "sort"}, {Name: "source"}, {Name: "facility"}, {Name: "uscc"}, {Name: "rank"},
			{Name: "until", Int: true},
		},
		Values: func(_ string, r Row) map[string]any {
			shown := "no"
			if visible, _ := r.Public(); visible {
				shown = "yes"
			}
			return map[string]any{
				"state": string(r.State), "shown": shown, "unit": r.Record.Unit, "sort": r.Record.Sort, "source": r.Record.Source,
				"facility": r.Record.Facility, "uscc": r.Record.USCC, "rank": rank(r), "until": number(r.Record.Until, math.MaxInt64),
			}
		},
	})
}

// number is dayNumber of a written day, or none where there is no day.
func number(day string, none int64) int64 {
	d, err := workday.ParseDate(day)
	if err != nil {
		return none
	}
	return d.Number()
}

func fold(r *Row, e events.Envelope) error {
	switch e.Type {
	case events.RecordPrepared{}.Kind():
		f, err := events.Open[events.RecordPrepared](e)
		*r = Row{Record: f.Record, State: Prepared}
		return err
	case events.RecordReviewed{}.Kind():
		f, err := events.Open[events.RecordReviewed](e)
		r.State, r.Verdict, r.Ground = Reviewed, f.Verdict, f.Ground
		return err
	case events.RecordPublished{}.Kind():
		f, err := events.Open[events.RecordPublished](e)
		r.State, r.PublishedOn, r.Channels, r.Version = Published, f.On, f.Channels, 1
		return err
	case events.CorrectionDrafted{}.Kind():
		f, err := events.Open[events.CorrectionDrafted](e)
		r.Draft = &Correction{Record: f.Record, Reason: f.Reason, By: f.By}
		return err
	case events.RecordCorrected{}.Kind():
		f, err := events.Open[events.RecordCorrected](e)
		r.Record, r.Version, r.Correction, r.CorrectedOn, r.Draft = f.Record, f.Version, f.Reason, f.On, nil
		return err
	case events.ChannelAdded{}.Kind():
		f, err := events.Open[events.ChannelAdded](e)
		r.Channels = append(r.Channels, f.Channel)
		return err
	case events.RecordWithheld{}.Kind():
		f, err := events.Open[events.RecordWithheld](e)
		r.State, r.Reason = Withheld, f.Reason
		return err
	case events.WithdrawalDue{}.Kind():
		f, err := events.Open[events.WithdrawalDue](e)
		r.State, r.Reason = Recalled, f.Reason
		return err
	case events.RecordWithdrawn{}.Kind():
		f, err := events.Open[events.RecordWithdrawn](e)
		r.State, r.Reason, r.EndedOn, r.Draft = Withdrawn, f.Reason, f.On, nil
		if f.Manner == privacy {
			r.Record, r.Correction = bare(r.Record), ""
		}
		return err
	case events.RecordExpired{}.Kind():
		f, err := events.Open[events.RecordExpired](e)
		r.State, r.EndedOn, r.Repair = Expired, f.On, f.Repair
		return err
	}
	return nil
}

// Due lists the records that a unit still has to deal with, what is to be
// withdrawn first.
func (s *Service) Due(ctx context.Context, by identity.Actor, unit string) ([]Row, error) {
	if err := permits.Check(by, "record.read"); err != nil {
		return nil, err
	}
	if err := reads(by, unit); err != nil {
		return nil, err
	}
	out := []Row{}
	for _, state := range []State{Recalled, Prepared, Reviewed} {
		rows, err := s.board.List(ctx, view.Query{Equal: map[string]any{"unit": unit, "state": string(state)}, Limit: 500})
		if err != nil {
			return nil, err
		}
		out = append(out, rows...)
	}
	return out, nil
}
