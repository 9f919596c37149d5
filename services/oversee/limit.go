// Package oversee keeps every time limit that any context starts (督办): it
// reminds, declares overdue and puts before the leader, each exactly once, and
// counts how the units keep their limits. It must never change what a limit is
// about, and never rank units by how much they inspect or fine
// (国办发〔2024〕54号).
package oversee

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"shenzhong/events"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/store"
)

// Stage is one thing to be said about a limit, and when.
type Stage struct {
	Name string    `json:"name"` // "T-2", "overdue", "escalate-1"
	At   time.Time `json:"at"`
	To   string    `json:"to"` // whom a reminder or an escalation addresses
}

// Limit is one time limit and how far it is.
type Limit struct {
	Deadline events.Deadline `json:"deadline"`
	State    State           `json:"state"`
	Public   bool            `json:"public"`
	Stages   []Stage         `json:"stages"` // in the order of time
	Fired    int             `json:"fired"`  // how many of them are past
	Round    int             `json:"round"`  // how often it was armed anew

	Started int64 `json:"started"` // version of its subject that last started it
	Ends    []End `json:"ends"`    // the facts that ended it since

	EndedAt time.Time `json:"ended_at"` // when its matter was dealt with
	Urged   []Press   `json:"urged"`    // who pressed its owner
}

// End is a fact that ends a limit. One of the limit's own subject ends what was
// started before it; one of another subject, which has no place among the
// versions, ends it for good.
type End struct {
	Fact    string    `json:"fact"`
	Version int64     `json:"version"` // of the subject of the limit, 0 = of another subject
	At      time.Time `json:"at"`
}

// Plan is what the law pack says about a limit: its stages, and whether the
// public sees it pass.
type Plan struct {
	Stages []Stage
	Public bool
}

// Start keeps a limit that the fact e has started, moved or handed on. Facts may
// come in any order and more than once: an older start changes nothing, and how
// a limit stands follows from which facts were heard, never from which came
// last. That a start was heard is kept even when it says nothing new, or an
// older one heard later would undo it.
func (l *Limit) Start(d events.Deadline, plan Plan, e events.Envelope) (events.Event, error) {
	if e.Version <= l.Started {
		return nil, store.Unchanged
	}
	first, was := l.Started == 0, l.Deadline
	l.Started, l.Deadline, l.Public = e.Version, d, plan.Public
	l.Ends = slices.DeleteFunc(l.Ends, func(end End) bool { return end.Version > 0 && end.Version < e.Version })
	l.EndedAt = earliest(l.Ends)
	if len(l.Ends) > 0 { // it had ended before it was heard of
		l.Stages, l.Fired = nil, 0
		l.State = ended(l.EndedAt, d)
		return l.kept(string(l.State), e), nil
	}
	rearmed := l.State == Met || l.State == MetLate
	moved := !first && !d.Due.Equal(was.Due)
	if !first && !moved && !rearmed {
		for i := l.Fired; i < len(l.Stages); i++ {
			if l.Stages[i].To == was.Owner {
				l.Stages[i].To = d.Owner
			}
		}
		return l.kept("handed_on", e), nil
	}
	l.Round++
	l.Stages, l.Fired = upcoming(plan.Stages, d.From), 0
	if err := l.move(Armed); err != nil {
		return nil, err
	}
	if first || rearmed {
		return l.kept("armed", e), nil
	}
	return l.kept("moved", e), nil
}

// Settle ends a limit because of the fact e. Every end is kept that may still
// count, also behind another: a start that is heard later takes back those
// before it and no other. The time of the fact decides, and of several the
// earliest, not the time at which it was heard of: a unit does not answer for a
// fact that traveled slowly.
func (l *Limit) Settle(id string, e events.Envelope) (events.Event, error) {
	end := End{Fact: e.ID, At: e.Time}
	if subject, _, _ := strings.Cut(id, "#"); e.Subject == subject {
		end.Version = e.Version
		if end.Version < l.Started {
			return nil, store.Unchanged // it was started again since
		}
	}
	if slices.ContainsFunc(l.Ends, func(known End) bool { return known.Fact == end.Fact }) {
		return nil, store.Unchanged
	}
	l.Ends = append(l.Ends, end)
	l.EndedAt = earliest(l.Ends)
	if l.Started == 0 { // what started it is still to come
		l.Deadline.ID = id
		return l.kept("met", e), nil
	}
	to := ended(l.EndedAt, l.Deadline)
	if to != l.State {
		if err := l.move(to); err != nil {
			return nil, err
		}
	}
	l.Fired = len(l.Stages)
	return l.kept(string(to), e), nil
}

// earliest is when the first of several ends was, zero where there is none.
func earliest(ends []End) time.Time {
	var at time.Time
	for _, end := range ends {
		if at.IsZero() || end.At.Before(at) {
			at = end.At
		}
	}
	return at
}

// Recount takes the limit as another calendar counts it, what was provisional
// while a year was not published, or another law pack. Why names it. One that has
// ended stays as it ended.
func (l *Limit) Recount(d events.Deadline, plan Plan, why string) (events.Event, error) {
	if l.State != Armed && l.State != Overdue || d.Calendar == l.Deadline.Calendar && d.Pack == l.Deadline.Pack {
		return nil, store.Unchanged
	}
	moved := !d.Due.Equal(l.Deadline.Due)
	d.Owner = l.Deadline.Owner
	l.Deadline = d
	change := "confirmed"
	if moved {
		change = "recounted"
		l.Round++
		l.Stages, l.Fired = upcoming(plan.Stages, d.From), 0
		if err := l.move(Armed); err != nil {
			return nil, err
		}
	}
	return events.DeadlineKept{
		Deadline: l.Deadline, State: string(l.State), Change: change, Public: l.Public, Fact: why, Next: l.next(),
	}, nil
}

// Fire says the next thing that is due at now. Reminders that were missed give
// way to a later one; passing the limit and putting it before the leader are
// always said.
func (l *Limit) Fire(now time.Time) (events.Event, error) {
	if l.State != Armed && l.State != Overdue {
		return nil, store.Unchanged
	}
	for l.Fired+1 < len(l.Stages) && l.Stages[l.Fired].reminder() && !l.Stages[l.Fired+1].At.After(now) {
		l.Fired++
	}
	if l.Fired >= len(l.Stages) || l.Stages[l.Fired].At.After(now) {
		return nil, store.Unchanged
	}
	stage := l.Stages[l.Fired]
	l.Fired++
	switch {
	case stage.reminder():
		return events.Reminded{Deadline: l.Deadline, Stage: stage.Name, To: stage.To, Next: l.next()}, nil
	case stage.Name == stageOverdue:
		if err := l.move(Overdue); err != nil {
			return nil, err
		}
		return events.Overdue{Deadline: l.Deadline, Public: l.Public, Next: l.next()}, nil
	}
	return events.Escalated{Deadline: l.Deadline, To: stage.To, Stage: stage.Name, Next: l.next()}, nil
}

// stageOverdue is the stage at which a limit has passed.
const stageOverdue = "overdue"

func (s Stage) reminder() bool { return strings.HasPrefix(s.Name, "T-") }

// next is when something is next to be said.
func (l *Limit) next() time.Time {
	if l.State != Armed && l.State != Overdue || l.Fired >= len(l.Stages) {
		return time.Time{}
	}
	return l.Stages[l.Fired].At
}

func (l *Limit) kept(change string, e events.Envelope) events.Event {
	return events.DeadlineKept{
		Deadline: l.Deadline, State: string(l.State), Change: change, Public: l.Public, Fact: e.ID, Next: l.next(),
	}
}

// ended is the state of a limit whose matter was dealt with at that instant.
func ended(at time.Time, d events.Deadline) State {
	if at.Before(d.Due) {
		return Met
	}
	return MetLate
}

// upcoming leaves out the reminders that lie before the limit began.
func upcoming(stages []Stage, from time.Time) []Stage {
	return slices.DeleteFunc(slices.Clone(stages), func(s Stage) bool { return s.reminder() && !s.At.After(from) })
}

// EntityOf is the id under which oversee keeps a limit: that of the limit, led
// by its district.
func EntityOf(id string) (string, error) {
	subject, rule, ok := strings.Cut(id, "#")
	entity, number, ok2 := strings.Cut(subject, "/")
	district := events.District(number)
	if !ok || !ok2 || district == "" || rule == "" {
		return "", fault.New(fault.Invalid, "期限编号 %s 不合规", id)
	}
	return fmt.Sprintf("%s-QX-%s.%s.%s", district, entity, number, rule), nil
}
