// Package watch decides when what is heard of from all sides becomes a warning
// (监测预警, 方案五(二)5): it takes clues, decisions and what units see by
// themselves as signals, counts them by the rules of the law pack at one place,
// raises an alert when there are as many as a rule says, and keeps what the units
// did about it. It must never know a number that the pack does not say, never
// raise two alerts about the same signals, and never keep what the sender of a
// clue has written.
package watch

import (
	"strings"

	"shenzhong/events"
	"shenzhong/services/kit/identity"
)

// The lines of the deadline catalogue that an alert is under.
const (
	ruleHandle = "alert.handle" // a warning is handled
	ruleUrgent = "alert.urgent" // one about danger to life is
)

// Subject is the subject of the alert with that id.
func Subject(id string) string { return "alert/" + id }

// signalOf is the id of the signal of a clue or a case: of one there is one.
func signalOf(source string) string {
	district := events.District(source)
	return district + "-XH" + strings.TrimPrefix(source, district)
}

// gaugeID is the id of the gauge of a rule at a place.
func gaugeID(district, rule string, at events.Place) string {
	return district + "-JCD-" + rule + "-" + strings.TrimPrefix(at.ID, district+"-")
}

// permits says who may do what. To which unit an alert must belong for it, the
// acts themselves check.
var permits = identity.Permits{
	"signal.note":       {identity.Officer, identity.Intake, identity.Office},
	"watch.read":        {identity.Officer, identity.Intake, identity.Leader, identity.Legal, identity.Office, identity.Auditor},
	"alert.acknowledge": {identity.Officer, identity.Intake, identity.Leader},
	"alert.respond":     {identity.Officer, identity.Intake, identity.Leader},
	"alert.conclude":    {identity.Officer, identity.Leader},
}

// everywhere are the roles that see the alerts of all units; the others see
// those in which their own unit leads or assists, and the urgent ones.
var everywhere = []identity.Role{identity.Office, identity.Auditor}
