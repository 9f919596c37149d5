// Package replay judges facts again that a law pack has judged already, by
// another pack: which clues would have gone elsewhere and which dates would have
// been others. It must never write, and never judge anew what a person decided.
package replay

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"shenzhong/events"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/law"
	"shenzhong/services/kit/store"
	"shenzhong/services/kit/workday"
)

// Clue is a clue that the other pack would have sent to another unit, or to
// nobody.
type Clue struct {
	Clue    string       `json:"clue"`
	Offense string       `json:"offence"`
	Day     workday.Date `json:"day"` // on which it was routed
	Was     string       `json:"was"` // code of the unit
	Now     string       `json:"now"` // code of the unit; empty: the other pack has no rule
	Basis   string       `json:"basis"`
	Why     string       `json:"why"` // Chinese
}

// Limit is a limit that the other pack would have counted to another day.
type Limit struct {
	ID    string       `json:"id"`
	About string       `json:"about"`
	From  workday.Date `json:"from"` // day zero
	Was   workday.Date `json:"was"`
	Now   workday.Date `json:"now"` // zero: the other pack has no rule
	Basis string       `json:"basis"`
	Why   string       `json:"why"` // Chinese
}

// Report is the difference that the other pack would have made.
type Report struct {
	Since   workday.Date `json:"since"`
	Until   workday.Date `json:"until"`
	Was     string       `json:"was"` // version of a pack
	Now     string       `json:"now"`
	Commits int          `json:"commits"` // facts looked at
	Routed  int          `json:"routed"`  // clues that the matrix routed
	Chosen  int          `json:"chosen"`  // clues that a person or a ruling sent; they stay
	Counted int          `json:"counted"` // limits that a rule counted
	Ordered int          `json:"ordered"` // limits whose length a person set or prolonged; they stay
	Clues   []Clue       `json:"clues"`
	Limits  []Limit      `json:"limits"`
}

// Judge is what is compared: the pack in force, the other one, and the calendar
// by which both count.
type Judge struct {
	Was, Now *law.Pack
	Calendar *workday.Calendar
}

// Run looks at every fact of the logs from since up to until.
func (j Judge) Run(ctx context.Context, logs []store.Log, since, until time.Time) (Report, error) {
	r := Report{
		Since: workday.DateOf(since), Until: workday.DateOf(until), Was: j.Was.Version(), Now: j.Now.Version(),
		Clues: []Clue{}, Limits: []Limit{},
	}
	routes := make(map[string]store.Commit)
	limits := make(map[string]events.Deadline)
	for _, log := range logs {
		err := store.Each(ctx, log, func(c store.Commit) error {
			if c.At.Before(since) || c.At.After(until) {
				return nil
			}
			r.Commits++
			if c.Kind == (events.ClueRouted{}).Kind() {
				routes[c.Subject] = c // those of one subject come in order: the last holds
			}
			started, err := c.Limits()
			if err != nil {
				return err
			}
			for _, d := range started {
				limits[d.ID] = d
			}
			return nil
		})
		if err != nil {
			return Report{}, fmt.Errorf("read the facts: %w", err)
		}
	}
	for _, subject := range slices.Sorted(maps.Keys(routes)) {
		if err := j.route(routes[subject], &r); err != nil {
			return Report{}, err
		}
	}
	for _, id := range slices.Sorted(maps.Keys(limits)) {
		if err := j.limit(limits[id], &r); err != nil {
			return Report{}, err
		}
	}
	slices.SortStableFunc(r.Limits, func(a, b Limit) int { return cmp.Compare(a.From.String(), b.From.String()) })
	return r, nil
}

// byMatrix is what a routing says of itself when no person chose the unit.
const byMatrix = "matrix"

func (j Judge) route(c store.Commit, r *Report) error {
	var fact events.ClueRouted
	if err := json.Unmarshal(c.Data, &fact); err != nil {
		return fmt.Errorf("read %s: %w", c.ID(), err)
	}
	if fact.Route.By != byMatrix {
		r.Chosen++
		return nil
	}
	r.Routed++
	day := workday.DateOf(c.At)
	moved := Clue{Clue: fact.Clue, Offense: fact.Route.Offence, Day: day, Was: fact.Route.Lead}
	now, err := j.Now.Route(fact.Route.Offence, day)
	switch {
	case fault.Is(err, fault.NotFound):
		moved.Why = "新规则包中没有该违法行为在这一天的分派规则，须由人工分派"
	case err != nil:
		return err
	case now.Lead == fact.Route.Lead:
		return nil
	default:
		moved.Now, moved.Basis, moved.Why = now.Lead, now.Citation(), now.Reason
	}
	r.Clues = append(r.Clues, moved)
	return nil
}

func (j Judge) limit(d events.Deadline, r *Report) error {
	day := workday.DateOf(d.From)
	rule, err := j.Was.Deadline(d.Rule, day)
	if err != nil || rule.N != d.N || string(rule.Unit) != d.Unit {
		r.Ordered++ // what the pack in force does not explain, a person set
		return nil
	}
	r.Counted++
	was, err := j.due(rule, d.From)
	if err != nil {
		return err
	}
	moved := Limit{ID: d.ID, About: d.About, From: day, Was: was}
	other, err := j.Now.Deadline(d.Rule, day)
	if fault.Is(err, fault.NotFound) {
		moved.Why = "新规则包中没有这项期限"
		r.Limits = append(r.Limits, moved)
		return nil
	}
	if err != nil {
		return err
	}
	now, err := j.due(other, d.From)
	if err != nil || now == was {
		return err
	}
	moved.Now, moved.Basis = now, other.Citation()
	moved.Why = fmt.Sprintf("期限由%d%s改为%d%s", rule.N, rule.Unit, other.N, other.Unit)
	if rule.N == other.N && rule.Unit == other.Unit {
		moved.Why = "计算方法不同"
	}
	r.Limits = append(r.Limits, moved)
	return nil
}

func (j Judge) due(rule law.DeadlineRule, from time.Time) (workday.Date, error) {
	term, err := rule.Term(0)
	if err != nil {
		return workday.Date{}, err
	}
	r, err := j.Calendar.Reckon(from, term, nil)
	if err != nil {
		return workday.Date{}, fmt.Errorf("count %s: %w", rule.ID, err)
	}
	return r.DueDate, nil
}
