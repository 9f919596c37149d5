package events

import "time"

// Signal is one thing that was seen or told of and that may count towards a
// warning (信号). Of one clue or one decision there is one.
type Signal struct {
	ID       string    `json:"id"`       // "500156-XH-XS-2026-000871" of a clue, "500156-XH-2026-000003" of a report
	Sort     string    `json:"sort"`     // clue, report, decision
	Source   string    `json:"source"`   // the clue or the case, empty of a report
	Matter   string    `json:"matter"`   // violation type
	Facility string    `json:"facility"` // id in the register, empty if none is known
	Name     string    `json:"name"`     // of the facility in the register
	Town     string    `json:"town"`     // code of the town, empty if it is not known
	Day      string    `json:"day"`      // on which it was seen or told of
	At       time.Time `json:"at"`       // when it was noted here
}

// SignalNoted says that a signal counts, and about what. It is said again when
// it turns out to be about another matter.
type SignalNoted struct {
	Signal   Signal   `json:"signal"`
	Was      string   `json:"was"`  // matter that it counted under before, empty if it is the same
	Seen     string   `json:"seen"` // how a unit saw it: patrol, imagery, opinion, data; empty of what was heard
	Unit     string   `json:"unit"` // that saw it
	Text     string   `json:"text"`
	Evidence []string `json:"evidence"`
}

// Kind names the contract.
func (SignalNoted) Kind() string { return "watch.signal_noted.v1" }

// SignalWithdrawn says that a signal does not count, and why.
type SignalWithdrawn struct {
	Signal Signal `json:"signal"`
	Reason string `json:"reason"` // Chinese
}

// Kind names the contract.
func (SignalWithdrawn) Kind() string { return "watch.signal_withdrawn.v1" }

// Place is what signals are counted at.
type Place struct {
	Sort string `json:"sort"` // town, facility, district
	ID   string `json:"id"`   // code of the town, id of the facility, code of the district
	Name string `json:"name"`
}

// GaugeMoved says how many signals a gauge (监测点) counts now, and whether that
// has become a warning or is none any more.
type GaugeMoved struct {
	Gauge     string    `json:"gauge"` // "500156-JCD-burial-xz-heshun"
	Rule      string    `json:"rule"`  // id of the watch rule
	Place     Place     `json:"place"`
	Change    string    `json:"change"`    // counted, withdrawn, ended
	Signal    string    `json:"signal"`    // that has come or gone; empty where the warning has ended
	Count     int       `json:"count"`     // the most that lie within one window
	Threshold int       `json:"threshold"` // of the rule, 0 while no signal counts
	Crossing  string    `json:"crossing"`  // raised, lifted, empty if it is neither
	Raised    int64     `json:"raised"`    // version of the gauge that raised the warning it is about, 0 = none
	Signals   []Signal  `json:"signals"`   // that count
	Window    []string  `json:"window"`    // ids of those that lie within the fullest window
	Over      bool      `json:"over"`      // more have come since the warning than are listed
	Cut       time.Time `json:"cut"`       // what was noted until then was dealt with
}

// Kind names the contract.
func (GaugeMoved) Kind() string { return "watch.gauge_moved.v1" }

// AlertRaised says that signals have become a warning (预警): which, who must
// handle it with whose help, and why.
type AlertRaised struct {
	Alert     string     `json:"alert"` // "500156-YJ-2026-000001"
	Gauge     string     `json:"gauge"`
	Raised    int64      `json:"raised"` // version of the gauge
	Rule      string     `json:"rule"`
	Name      string     `json:"name"` // of the rule
	Urgent    bool       `json:"urgent"`
	Matters   []string   `json:"matters"` // of its signals, the one with the most first
	Place     Place      `json:"place"`
	Facility  string     `json:"facility"` // that all signals are about, empty if there are several or none is known
	Town      string     `json:"town"`     // code, likewise
	Signals   []Signal   `json:"signals"`
	Threshold int        `json:"threshold"`
	Route     Route      `json:"route"`
	Reason    string     `json:"reason"` // in Chinese
	Day       string     `json:"day"`
	Deadlines []Deadline `json:"deadlines"`
}

// Kind names the contract.
func (AlertRaised) Kind() string { return "watch.alert_raised.v1" }

// Clocks starts the limit for handling the warning.
func (e AlertRaised) Clocks() ([]Deadline, []string) { return e.Deadlines, nil }

// AlertUpdated says that more signals have joined an open warning, or that some
// were taken back.
type AlertUpdated struct {
	Alert   string   `json:"alert"`
	Signals []Signal `json:"signals"` // all that count now
}

// Kind names the contract.
func (AlertUpdated) Kind() string { return "watch.alert_updated.v1" }

// AlertAcknowledged says that the lead has signed for a warning (签收).
type AlertAcknowledged struct {
	Alert string `json:"alert"`
	Unit  string `json:"unit"`
}

// Kind names the contract.
func (AlertAcknowledged) Kind() string { return "watch.alert_acknowledged.v1" }

// AlertResponded says what one of the units has done about a warning
// (联动响应).
type AlertResponded struct {
	Alert    string   `json:"alert"`
	Unit     string   `json:"unit"`
	Text     string   `json:"text"`
	Evidence []string `json:"evidence"`
}

// Kind names the contract.
func (AlertResponded) Kind() string { return "watch.alert_responded.v1" }

// AlertConcluded says what came of a warning. Outcomes are kept apart: clue,
// campaign, remedied, unfounded.
type AlertConcluded struct {
	Alert    string   `json:"alert"`
	Gauge    string   `json:"gauge"`
	Raised   int64    `json:"raised"`
	Outcome  string   `json:"outcome"`
	Unit     string   `json:"unit"`
	Matter   string   `json:"matter"`
	Facility string   `json:"facility"`
	Name     string   `json:"name"`
	Town     string   `json:"town"` // name
	Text     string   `json:"text"`
	Evidence []string `json:"evidence"`
	Silent   []string `json:"silent"` // units that have not responded
	Settled  []string `json:"settled"`
}

// Kind names the contract.
func (AlertConcluded) Kind() string { return "watch.alert_concluded.v1" }

// Clocks ends the limit for handling the warning.
func (e AlertConcluded) Clocks() ([]Deadline, []string) { return nil, e.Settled }

// AlertLifted says that a warning is none any more, because signals that had
// raised it were taken back (解除).
type AlertLifted struct {
	Alert   string   `json:"alert"`
	Signals []Signal `json:"signals"` // that still count
	Reason  string   `json:"reason"`  // Chinese
	Settled []string `json:"settled"`
}

// Kind names the contract.
func (AlertLifted) Kind() string { return "watch.alert_lifted.v1" }

// Clocks ends the limit for handling the warning.
func (e AlertLifted) Clocks() ([]Deadline, []string) { return nil, e.Settled }
