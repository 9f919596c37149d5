package watch

import (
	"context"
	"math"

	"shenzhong/events"
	"shenzhong/services/kit/view"
	"shenzhong/services/kit/workday"
)

// FacilityRow is what watch knows of a facility.
type FacilityRow struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Town string `json:"town"`
}

// SignalRow is a signal as lists show it.
type SignalRow struct {
	events.Signal
	State    SignalState `json:"state"`
	Reason   string      `json:"reason"` // why it does not count, empty if it does
	Seen     string      `json:"seen"`
	Unit     string      `json:"unit"`
	Text     string      `json:"text"`
	Evidence []string    `json:"evidence"`
}

// GaugeRow is a gauge as its last fact tells of it.
type GaugeRow struct {
	events.GaugeMoved
	State GaugeState `json:"state"`
}

// never is the due of an alert without a running limit.
const never = math.MaxInt64

// due is the instant of its limit, in milliseconds.
func (a *Alert) due() int64 {
	at := int64(never)
	for _, d := range a.Limits {
		at = min(at, d.Due.UnixMilli())
	}
	return at
}

type views struct {
	facilities *view.View[FacilityRow]
	signals    *view.View[SignalRow]
	gauges     *view.View[GaugeRow]
	alerts     *view.View[Alert]
}

func (v *views) all() []view.Folding {
	return []view.Folding{v.facilities, v.signals, v.gauges, v.alerts}
}

func (v *views) open(ctx context.Context, tables view.Tables) (err error) {
	v.facilities, err = view.New(ctx, tables, view.Spec[FacilityRow]{
		Name: "watch-facilities", Kinds: events.Of("facility"),
		Fold: func(r *FacilityRow, e events.Envelope) error {
			fact, err := events.Open[events.FacilityChanged](e)
			*r = FacilityRow{ID: fact.Facility.ID, Name: fact.Facility.Name, Town: fact.Facility.Town}
			return err
		},
	})
	if err != nil {
		return err
	}
	v.signals, err = view.New(ctx, tables, view.Spec[SignalRow]{
		Name: "watch-signals", Kinds: events.Of("signal"), Fold: foldSignal,
		Columns: []view.Column{{Name: "sort"}, {Name: "matter"}, {Name: "facility"}, {Name: "town"}, {Name: "state"}, {Name: "seen_on", Int: true}},
		Values: func(_ string, r SignalRow) map[string]any {
			return map[string]any{
				"sort": r.Sort, "matter": r.Matter, "facility": r.Facility, "town": r.Town, "state": string(r.State), "seen_on": workday.NumberOf(r.Day),
			}
		},
	})
	if err != nil {
		return err
	}
	v.gauges, err = view.New(ctx, tables, view.Spec[GaugeRow]{
		Name: "watch-gauges", Kinds: events.Of("gauge"), Fold: foldGauge,
		Columns: []view.Column{{Name: "rule"}, {Name: "place"}, {Name: "state"}},
		Values: func(_ string, r GaugeRow) map[string]any {
			return map[string]any{"rule": r.Rule, "place": r.Place.ID, "state": string(r.State)}
		},
	})
	if err != nil {
		return err
	}
	v.alerts, err = view.New(ctx, tables, view.Spec[Alert]{
		Name: "watch-alerts", Kinds: events.Of("alert"), Fold: foldAlert,
		Columns: []view.Column{{Name: "state"}, {Name: "lead"}, {Name: "rule"}, {Name: "due", Int: true}},
		Values: func(_ string, r Alert) map[string]any {
			return map[string]any{"state": string(r.State), "lead": r.To.Lead, "rule": r.Rule, "due": r.due()}
		},
	})
	return err
}

func foldSignal(r *SignalRow, e events.Envelope) error {
	if e.Type == (events.SignalWithdrawn{}).Kind() {
		fact, err := events.Open[events.SignalWithdrawn](e)
		r.Signal, r.State, r.Reason = fact.Signal, Out, fact.Reason
		return err
	}
	f, err := events.Open[events.SignalNoted](e)
	*r = SignalRow{Signal: f.Signal, State: Counts, Seen: f.Seen, Unit: f.Unit, Text: f.Text, Evidence: f.Evidence}
	return err
}

func foldGauge(r *GaugeRow, e events.Envelope) error {
	fact, err := events.Open[events.GaugeMoved](e)
	*r = GaugeRow{GaugeMoved: fact, State: Quiet}
	if fact.Raised != 0 && fact.Crossing != crossLifted {
		r.State = Alarming
	}
	return err
}

// foldAlert applies one fact about an alert. The limits follow from the envelope.
func foldAlert(a *Alert, e events.Envelope) error {
	switch e.Type {
	case events.AlertRaised{}.Kind():
		fact, err := events.Open[events.AlertRaised](e)
		if err != nil {
			return err
		}
		_, err = a.Raise(fact)
		return err
	case events.AlertUpdated{}.Kind():
		return take(e, func(f events.AlertUpdated) error { a.Signals = f.Signals; return nil })
	case events.AlertAcknowledged{}.Kind():
		a.SignedBy = e.Actor
		return a.move(Acknowledged)
	case events.AlertResponded{}.Kind():
		return take(e, func(f events.AlertResponded) error {
			a.Responses = append(a.Responses, Response{Unit: f.Unit, Text: f.Text, Evidence: f.Evidence})
			return nil
		})
	case events.AlertConcluded{}.Kind():
		return take(e, func(f events.AlertConcluded) error {
			a.Outcome, a.Summary, a.Evidence, a.Silent, a.Limits = f.Outcome, f.Text, f.Evidence, f.Silent, nil
			return a.move(Concluded)
		})
	case events.AlertLifted{}.Kind():
		return take(e, func(f events.AlertLifted) error {
			a.Signals, a.Summary, a.Limits = f.Signals, f.Reason, nil
			return a.move(Lifted)
		})
	}
	return nil
}

// take decodes the fact of an envelope and hands it on.
func take[E events.Event](e events.Envelope, into func(E) error) error {
	fact, err := events.Open[E](e)
	if err != nil {
		return err
	}
	return into(fact)
}
