package clue

import (
	"slices"

	"shenzhong/events"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/identity"
	"shenzhong/services/kit/store"
)

// Merge makes the clue part of another one that came earlier (并案), which
// goes on for both. Clues about different facilities, or about one that nobody
// has named, need a reason.
func (c *Clue) Merge(by identity.Actor, into Clue, reason string) (events.Event, error) {
	if err := c.may(Merged); err != nil {
		return nil, err
	}
	if !by.Has(identity.Intake) && !by.Has(identity.Office) {
		if err := by.OfUnit(c.To.Lead); err != nil {
			return nil, err
		}
	}
	switch {
	case into.ID >= c.ID:
		return nil, fault.About("into", fault.Invalid, "请将后登记的线索并入先登记的线索")
	case into.Into != "":
		return nil, fault.About("into", fault.Conflict, "线索 %s 已并入 %s，请直接并入后者", into.ID, into.Into)
	case into.Conclusion != nil:
		return nil, fault.About("into", fault.Conflict, "线索 %s 已经办结，不能再并入", into.ID)
	case reason == "" && (c.Facility == "" || c.Facility != into.Facility):
		return nil, fault.About("reason", fault.Invalid, "两条线索反映的机构不同或者未写明，请说明为什么是同一事项")
	}
	if reason == "" {
		reason = "反映的是同一机构的同一事项"
	}
	if err := c.move(Merged); err != nil {
		return nil, err
	}
	c.Into, c.SignBy = into.ID, nil
	settled := make([]string, len(c.Limits))
	for i, d := range c.Limits {
		settled[i] = d.ID
	}
	return events.ClueMerged{Clue: c.ID, Into: into.ID, Reason: reason, Settled: settled}, nil
}

// Absorb takes another clue in, with those that were merged into that one
// before. Where a limit of the other was earlier, it holds from now on.
func (c *Clue) Absorb(other Clue) (events.Event, error) {
	if c.State == "" || c.Into != "" {
		return nil, fault.New(fault.Conflict, "该线索已并入 %s，不能再并入其他线索", c.Into)
	}
	if slices.Contains(c.Merged, other.ID) {
		return nil, store.Unchanged
	}
	for _, id := range append([]string{other.ID}, other.Merged...) {
		if !slices.Contains(c.Merged, id) {
			c.Merged = append(c.Merged, id)
		}
	}
	var moved []events.Deadline
	for i, d := range c.Limits {
		for _, o := range other.Limits {
			if o.Rule == d.Rule && o.Due.Before(d.Due) {
				o.ID, o.Owner, o.About = d.ID, d.Owner, d.About
				c.Limits[i], d = o, o
				moved = append(moved, o)
			}
		}
	}
	return events.ClueAbsorbed{Clue: c.ID, From: other.ID, Deadlines: moved}, nil
}

// Conclude says what the verification came to. Notify is the limit for telling
// the sender; it starts only if there is one who can be told.
func (c *Clue) Conclude(by identity.Actor, found events.ClueConcluded, notify events.Deadline) (events.Event, error) {
	if err := c.may(Concluded); err != nil {
		return nil, err
	}
	if err := by.OfUnit(c.To.Lead); err != nil {
		return nil, err
	}
	if err := c.move(Concluded); err != nil {
		return nil, err
	}
	found.Clue, found.Unit, found.Assists = c.ID, c.To.Lead, c.To.Assists
	found.Facility, found.Name, found.Merged = c.Facility, c.Name, c.Merged
	if found.Offence == "" {
		found.Offence = c.Offence
	}
	found.Settled = c.settle(func(events.Deadline) bool { return true })
	if c.Sealed != "" {
		found.Starts = []events.Deadline{notify}
		c.Limits = append(c.Limits, notify)
	}
	c.Conclusion = &found
	return found, nil
}

// Answer tells the sender what came of the clue. A clue that was answered by
// hand meanwhile stays as it is.
func (c *Clue) Answer(text string) (events.Event, error) {
	if c.State == Answered {
		return nil, store.Unchanged
	}
	if err := c.move(Answered); err != nil {
		return nil, err
	}
	return c.answered(text), nil
}

// Reply is an answer that staff write by hand, instead of the one that goes
// out by itself or after it.
func (c *Clue) Reply(by identity.Actor, text string) (events.Event, error) {
	if c.State != Answered {
		if c.State == Merged {
			return nil, fault.New(fault.Conflict, "该线索已并入 %s，随其办结一并答复", c.Into)
		}
		if err := c.may(Answered); err != nil {
			return nil, err
		}
	}
	if !by.Has(identity.Intake) {
		if err := by.OfUnit(c.To.Lead); err != nil {
			return nil, err
		}
	}
	if c.State != Answered {
		if err := c.move(Answered); err != nil {
			return nil, err
		}
	}
	return c.answered(text), nil
}

func (c *Clue) answered(text string) events.Event {
	settled := []string{}
	if c.Into == "" { // the limits of a merged clue ended when it was merged
		settled = c.settle(func(events.Deadline) bool { return true })
	}
	return events.ClueAnswered{Clue: c.ID, Text: text, Settled: settled}
}

// Unmask notes that somebody reads how the sender can be reached, and why. The
// handling unit has no need to: it asks the intake.
func (c *Clue) Unmask(reason string) (events.Event, error) {
	if c.Sealed == "" {
		return nil, fault.New(fault.NotFound, "来信人没有留下联系方式")
	}
	return events.ClueUnmasked{Clue: c.ID, Reason: reason}, nil
}
