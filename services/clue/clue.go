// Package clue decides about problem clues (问题线索): who must deal with one,
// by which clause, until when, and what came of it. It must never let a clue be
// without a unit and a limit, never stop a limit because units disagree, and
// never keep who sent a clue in a state, a fact or a log.
package clue

import (
	"slices"

	"shenzhong/events"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/identity"
	"shenzhong/services/kit/store"
)

// The lines of the deadline catalogue that a clue is under.
const (
	ruleComplaint = "complaint.accept" // a complaint is taken up or refused, and the sender told so
	ruleAccept    = "clue.accept"      // any other clue is taken up or given back
	ruleSign      = "clue.autosign"    // the lead signs for it; after that it counts as signed for
	ruleVerify    = "clue.verify"      // it is verified
	ruleRuling    = "clue.ruling"      // a dispute is ruled on
	ruleNotify    = "report.notify"    // the sender is told what came of it
)

// Clue is one problem clue (问题线索).
type Clue struct {
	ID       string `json:"id"`     // "500156-XS-2026-000871"
	Source   string `json:"source"` // citizen, hotline, superior, association, inspection, alert
	Origin   string `json:"origin"`
	Facility string `json:"facility"` // id in the register, empty if it is not known there
	Name     string `json:"name"`
	Town     string `json:"town"`
	Offence  string `json:"offence"` // violation type of the law pack, empty if nobody could say yet
	Text     string `json:"text"`
	Sealed   string `json:"sealed"`  // where the sealed contact data lie, empty if there are none
	Receipt  string `json:"receipt"` // keyed hash of the receipt code
	Day      string `json:"day"`     // of receipt

	Promise    Promise               `json:"promise"`
	State      State                 `json:"state"`
	To         events.Route          `json:"to"`       // who deals with it
	Round      int                   `json:"round"`    // how often it was routed
	Limits     []events.Deadline     `json:"limits"`   // that run; of a merged clue those that ran when it was merged
	Extended   int                   `json:"extended"` // how often the time for verifying was extended
	SignBy     *events.Deadline      `json:"signBy"`   // until when the lead signs for it, nil once it has or need not
	Refused    []string              `json:"refused"`  // units that gave it back, one entry a time
	Returned   *events.ClueReturned  `json:"returned"` // last one
	Ruling     *events.ClueRuled     `json:"ruling"`   // binds
	Into       string                `json:"into"`     // clue it was merged into
	Merged     []string              `json:"merged"`   // clues merged into it, directly or by way of another
	Conclusion *events.ClueConcluded `json:"conclusion"`
	Anew       string                `json:"anew"` // what the sender brought when the clue was verified anew
}

// Promise is what the sender was told when the clue was taken in.
type Promise struct {
	TakeUp  string `json:"takeUp"`  // last day for taking it up
	DueDate string `json:"dueDate"` // last day for verifying
	Route   string `json:"route"`   // who would deal with it and by which clause
}

// Subject is the subject of the clue with that id.
func Subject(id string) string { return "clue/" + id }

// Receive takes a clue in. What has come says everything but the state; its
// limits run from now on and never stop until they are met.
func (c *Clue) Receive(come Clue, limits []events.Deadline) (events.Event, error) {
	if err := c.may(Received); err != nil {
		return nil, err
	}
	come.State, come.Limits = c.State, limits
	*c = come
	if err := c.move(Received); err != nil {
		return nil, err
	}
	return events.ClueReceived{
		Clue: c.ID, Source: c.Source, Origin: c.Origin, Facility: c.Facility, Name: c.Name, Town: c.Town, Offence: c.Offence,
		Text: c.Text, Contact: c.Sealed != "", Receipt: c.Receipt, Day: c.Day, Deadlines: limits,
	}, nil
}

// Route sends the clue to a unit. Fresh is the limit for taking it up, which
// begins with the first routing if it does not run yet; all others run on as
// they are, under the new owner. Sign is until when the unit signs for it. A
// unit that gave the clue back on a legal ground does not get it again unless a
// ruling says so.
func (c *Clue) Route(route events.Route, fresh, sign events.Deadline) (events.Event, error) {
	if err := c.may(Routed); err != nil {
		return nil, err
	}
	if c.State == Ruled {
		return nil, fault.New(fault.Conflict, "该线索已经裁定，将按裁定分办，不能另行分办")
	}
	if slices.Contains(c.Refused, route.Lead) {
		return nil, fault.About("lead", fault.Conflict, "该单位已经依法退回此线索；如认为应由其承办，请提请专班办公室裁定")
	}
	if c.Round == 0 && !slices.ContainsFunc(c.Limits, takesUp) {
		c.Limits = append(c.Limits, fresh)
	}
	return c.send(route, sign)
}

// Follow sends the clue where the ruling said.
func (c *Clue) Follow(sign events.Deadline) (events.Event, error) {
	if c.State != Ruled {
		return nil, store.Unchanged
	}
	return c.send(c.Ruling.Route, sign)
}

func (c *Clue) send(route events.Route, sign events.Deadline) (events.Event, error) {
	if err := c.move(Routed); err != nil {
		return nil, err
	}
	c.To, c.Offence, c.SignBy = route, route.Offence, &sign
	c.Round++
	for i := range c.Limits {
		c.Limits[i].Owner = route.Lead
	}
	return events.ClueRouted{
		Clue: c.ID, Route: route, Round: c.Round, Deadlines: slices.Clone(c.Limits), SignBy: sign,
		Source: c.Source, Facility: c.Facility, Town: c.Town, Day: c.Day,
	}, nil
}

// Accept takes the clue up (受理) on behalf of its lead, which signs for it too.
func (c *Clue) Accept(by identity.Actor) (events.Event, error) {
	if err := c.may(Accepted); err != nil {
		return nil, err
	}
	if err := by.OfUnit(c.To.Lead); err != nil {
		return nil, err
	}
	if err := c.move(Accepted); err != nil {
		return nil, err
	}
	c.SignBy = nil
	return events.ClueAccepted{Clue: c.ID, Unit: c.To.Lead, Settled: c.settle(takesUp)}, nil
}

// Return gives the clue back on a legal ground and says who should have it.
// Most is how often one clue may be given back, negative if nothing bounds it.
// After a ruling a clue cannot be given back. No limit stops.
func (c *Clue) Return(by identity.Actor, back events.ClueReturned, most int) (events.Event, error) {
	if err := c.may(Returned); err != nil {
		return nil, err
	}
	if err := by.OfUnit(c.To.Lead); err != nil {
		return nil, err
	}
	switch {
	case c.Ruling != nil:
		return nil, fault.New(fault.Conflict, "该线索由专班办公室裁定由本单位承办，不能再次退回")
	case most >= 0 && len(c.Refused) >= most:
		return nil, fault.New(fault.Conflict, "该线索已经退回 %d 次，不能再退回；请受理核查，确不属于本单位职权的，在办结时写明并附依据", len(c.Refused))
	case back.Suggested == c.To.Lead:
		return nil, fault.About("suggested", fault.Invalid, "建议的承办单位不能是本单位，请写明应当承办的单位")
	}
	if err := c.move(Returned); err != nil {
		return nil, err
	}
	back.Clue, back.Unit = c.ID, c.To.Lead
	c.Refused = append(c.Refused, back.Unit)
	c.Returned, c.SignBy = &back, nil
	return back, nil
}

// Dispute says that the suggested unit, or the intake, does not agree with the
// return. Limit is the one for ruling.
func (c *Clue) Dispute(by identity.Actor, reason, basis string, limit events.Deadline) (events.Event, error) {
	if err := c.may(Disputed); err != nil {
		return nil, err
	}
	if !by.Has(identity.Intake) {
		if err := by.OfUnit(c.Returned.Suggested); err != nil {
			return nil, err
		}
	}
	if err := c.move(Disputed); err != nil {
		return nil, err
	}
	c.Limits = append(c.Limits, limit)
	return events.ClueDisputed{Clue: c.ID, Unit: by.Unit, Reason: reason, Basis: basis, Deadlines: []events.Deadline{limit}}, nil
}

// Rule settles a dispute. It binds the unit that it names.
func (c *Clue) Rule(route events.Route, reason string) (events.Event, error) {
	if err := c.move(Ruled); err != nil {
		return nil, err
	}
	ruled := events.ClueRuled{
		Clue: c.ID, Route: route, Reason: reason,
		Settled: c.settle(func(d events.Deadline) bool { return d.Rule == ruleRuling }),
	}
	c.Ruling = &ruled
	return ruled, nil
}

// settle takes the limits that are met out of those that run and returns their
// ids.
func (c *Clue) settle(met func(events.Deadline) bool) []string {
	ids := []string{}
	rest := []events.Deadline{}
	for _, d := range c.Limits {
		if met(d) {
			ids = append(ids, d.ID)
		} else {
			rest = append(rest, d)
		}
	}
	c.Limits = rest
	return ids
}

// takesUp reports whether the limit is the one for taking a clue up.
func takesUp(d events.Deadline) bool { return d.Rule == ruleComplaint || d.Rule == ruleAccept }
