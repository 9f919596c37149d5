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

	Started int64  `json:"started"` // version of its subject that last started it
	Settled int64  `json:"settled"` // version of its subject that last ended it
	Closed  string `json:"closed"`  // fact of another subject that ended it for good

	EndedAt time.Time `json:"ended_at"` // when its matter was dealt with
	Urged   []Press   `json:"urged"`    // who pressed its owner
}

// Plan is what the law pack says about a limit: its stages, and whether the
// public sees it pass.
type Plan struct {
	Stages []Stage
	Public bool
}

// Start keeps a limit that the fact e has started, moved or handed on. Facts of
// one subject may come in any order: an older one changes nothing.
func (l *Limit) Start(d events.Deadline, plan Plan, e events.Envelope) (events.Event, error) {
	if e.Version <= l.Started {
		return nil, store.Unchanged
	}
	first := l.Started == 0
	moved := !first && !d.Due.Equal(l.Deadline.Due)
	handed := !first && d.Owner != l.Deadline.Owner
	was := l.Deadline.Owner
	l.Started, l.Deadline, l.Public = e.Version, d, plan.Public
	if l.Closed != "" || l.Settled > e.Version { // it had ended before it was heard of
		stood := l.State
		l.Stages, l.Fired = nil, 0
		l.State = ended(l.EndedAt, d)
		if !first && !moved && !handed && l.State == stood {
			return nil, store.Unchanged // a start that said nothing new when it was heard first, heard again
		}
		return l.kept(string(l.State), e), nil
	}
	rearmed := l.State == Met || l.State == MetLate
	if rearmed {
		l.EndedAt = time.Time{}
	}
	if first || moved || rearmed {
		l.Round++
		l.Stages, l.Fired = upcoming(plan.Stages, d.From), 0
		if err := l.move(Armed); err != nil {
			return nil, err
		}
	} else {
		for i := l.Fired; i < len(l.Stages); i++ {
			if l.Stages[i].To == was {
				l.Stages[i].To = d.Owner
			}
		}
	}
	switch {
	case first || rearmed:
		return l.kept("armed", e), nil
	case moved:
		return l.kept("moved", e), nil
	case handed:
		return l.kept("handed_on", e), nil
	}
	return nil, store.Unchanged
}

// Settle ends a limit because of the fact e.
func (l *Limit) Settle(id string, e events.Envelope) (events.Event, error) {
	if subject, _, _ := strings.Cut(id, "#"); e.Subject == subject {
		if e.Version <= max(l.Settled, l.Started-1) {
			return nil, store.Unchanged // it was started again since
		}
		l.Settled = e.Version
	} else {
		l.Closed = e.ID
	}
	// The time of the fact decides, and of several the earliest, not the time at
	// which it was heard of: a unit does not answer for a fact that traveled
	// slowly.
	if l.EndedAt.IsZero() || e.Time.Before(l.EndedAt) {
		l.EndedAt = e.Time
	}
	if l.Started == 0 { // what started it is still to come
		l.Deadline.ID = id
		return l.kept("met", e), nil
	}
	to := ended(l.EndedAt, l.Deadline)
	if to == l.State {
		if l.Closed != "" {
			return nil, store.Unchanged
		}
		return l.kept(string(to), e), nil // an older start must not make it run again
	}
	if err := l.move(to); err != nil {
		return nil, err
	}
	l.Fired = len(l.Stages)
	return l.kept(string(to), e), nil
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
