package watch

import (
	"slices"

	"shenzhong/events"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/identity"
	"shenzhong/services/kit/store"
)

// Alert is one warning (预警).
type Alert struct {
	ID        string            `json:"id"` // "500156-YJ-2026-000001"
	Gauge     string            `json:"gauge"`
	Raised    int64             `json:"raised"` // version of the gauge that raised it
	Rule      string            `json:"rule"`
	Name      string            `json:"name"` // of the rule
	Urgent    bool              `json:"urgent"`
	Matters   []string          `json:"matters"`
	Place     events.Place      `json:"place"`
	Facility  string            `json:"facility"`
	Town      string            `json:"town"`
	Signals   []events.Signal   `json:"signals"` // that count now
	Moves     int64             `json:"moves"`   // version of the gauge that said so
	Threshold int               `json:"threshold"`
	To        events.Route      `json:"to"` // who handles it
	Reason    string            `json:"reason"`
	Day       string            `json:"day"`
	Limits    []events.Deadline `json:"limits"` // that run

	State     State      `json:"state"`
	SignedBy  string     `json:"signedBy"` // account that signed for it
	Responses []Response `json:"responses"`
	Outcome   string     `json:"outcome"`
	Summary   string     `json:"summary"`
	Evidence  []string   `json:"evidence"`
	Silent    []string   `json:"silent"` // units that had not responded when it was concluded
}

// Response is what one unit has done about an alert (联动响应).
type Response struct {
	Unit     string   `json:"unit"`
	Text     string   `json:"text"`
	Evidence []string `json:"evidence"`
}

// Raise makes the alert. Its limit runs from now on, whoever is slow to sign.
func (a *Alert) Raise(says events.AlertRaised) (events.Event, error) {
	if err := a.move(Raised); err != nil {
		return nil, err
	}
	a.ID, a.Gauge, a.Raised, a.Moves = says.Alert, says.Gauge, says.Raised, says.Raised
	a.Rule, a.Name, a.Urgent, a.Matters, a.Place = says.Rule, says.Name, says.Urgent, says.Matters, says.Place
	a.Facility, a.Town, a.Signals, a.Threshold = says.Facility, says.Town, says.Signals, says.Threshold
	a.To, a.Reason, a.Day, a.Limits = says.Route, says.Reason, says.Day, says.Deadlines
	return says, nil
}

// Follow takes over which signals count at the gauge now, which it said at that
// version. An older word, and one after the end, change nothing.
func (a *Alert) Follow(moves int64, signals []events.Signal) (events.Event, error) {
	if !a.open() || moves <= a.Moves {
		return nil, store.Unchanged
	}
	a.Moves, a.Signals = moves, signals
	return events.AlertUpdated{Alert: a.ID, Signals: signals}, nil
}

// Lift ends an alert that its signals do not bear any more (解除). One that was
// dealt with meanwhile stays as it is.
func (a *Alert) Lift(moves int64, signals []events.Signal) (events.Event, error) {
	if !a.open() {
		return nil, store.Unchanged
	}
	if err := a.move(Lifted); err != nil {
		return nil, err
	}
	a.Moves, a.Signals = moves, signals
	return events.AlertLifted{Alert: a.ID, Signals: signals, Reason: "所依据的信号已经撤回，不再达到预警条件", Settled: a.settle()}, nil
}

// Acknowledge signs for the alert (签收) on behalf of its lead.
func (a *Alert) Acknowledge(by identity.Actor) (events.Event, error) {
	if err := a.may(Acknowledged); err != nil {
		return nil, err
	}
	if err := by.OfUnit(a.To.Lead); err != nil {
		return nil, err
	}
	if err := a.move(Acknowledged); err != nil {
		return nil, err
	}
	a.SignedBy = by.ID
	return events.AlertAcknowledged{Alert: a.ID, Unit: a.To.Lead}, nil
}

// Respond notes what a unit has done about the alert, as often as it has.
func (a *Alert) Respond(by identity.Actor, text string, evidence []string) (events.Event, error) {
	if !a.open() {
		return nil, fault.New(fault.Conflict, "该预警%s，不能再填写响应情况", Title(a.State))
	}
	if !slices.Contains(a.units(), by.Unit) {
		return nil, fault.New(fault.Denied, "您所在单位不是该预警的主办或者协办单位，不能填写响应情况")
	}
	a.Responses = append(a.Responses, Response{Unit: by.Unit, Text: text, Evidence: evidence})
	return events.AlertResponded{Alert: a.ID, Unit: by.Unit, Text: text, Evidence: evidence}, nil
}

// Conclude says what came of the alert (处置). That it was false (误报) the head
// of the lead says, and not the one who signed for it: two persons have looked.
func (a *Alert) Conclude(by identity.Actor, found events.AlertConcluded) (events.Event, error) {
	if err := a.may(Concluded); err != nil {
		return nil, err
	}
	if err := by.OfUnit(a.To.Lead); err != nil {
		return nil, err
	}
	switch {
	case found.Outcome == outcomeUnfounded && !by.Has(identity.Leader):
		return nil, fault.New(fault.Denied, "认定为误报的，由主办单位负责人办理")
	case found.Outcome == outcomeUnfounded && by.ID == a.SignedBy:
		return nil, fault.New(fault.Denied, "认定为误报须有两人：签收的人不能同时认定误报")
	case found.Outcome != outcomeUnfounded && !by.Has(identity.Officer):
		return nil, fault.New(fault.Denied, "请由主办单位的执法人员办理")
	}
	if err := a.move(Concluded); err != nil {
		return nil, err
	}
	found.Alert, found.Gauge, found.Raised, found.Unit, found.Matter = a.ID, a.Gauge, a.Raised, a.To.Lead, a.To.Offence
	found.Facility, found.Name, found.Silent, found.Settled = a.Facility, a.called(), a.silent(), a.settle()
	a.Outcome, a.Summary, a.Evidence, a.Silent = found.Outcome, found.Text, found.Evidence, found.Silent
	return found, nil
}

// called is the name of the facility that the alert is about, empty if it is
// about none.
func (a *Alert) called() string {
	if a.Facility == "" {
		return ""
	}
	if a.Facility == a.Place.ID {
		return a.Place.Name
	}
	for _, x := range a.Signals {
		if x.Facility == a.Facility {
			return x.Name
		}
	}
	return "" // all of them were taken back
}

// units are those that the alert names.
func (a *Alert) units() []string { return append([]string{a.To.Lead}, a.To.Assists...) }

// silent are the units that have not responded. Who concludes has.
func (a *Alert) silent() []string {
	return slices.DeleteFunc(slices.Clone(a.To.Assists), func(unit string) bool {
		return slices.ContainsFunc(a.Responses, func(r Response) bool { return r.Unit == unit })
	})
}

// settle ends the limits that run and returns their ids.
func (a *Alert) settle() []string {
	ids := []string{}
	for _, d := range a.Limits {
		ids = append(ids, d.ID)
	}
	a.Limits = nil
	return ids
}
