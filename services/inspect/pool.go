package inspect

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"shenzhong/events"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/identity"
	"shenzhong/services/kit/workday"
)

// pool gathers the candidates of a batch and who must stay away from whom, as
// the registers stand now.
func (s *Service) pool(ctx context.Context, batch Batch) (events.BatchFrozen, error) {
	frozen := events.BatchFrozen{Batch: batch.Batch, Round: batch.Round, Exclusions: []events.Exclusion{}}
	plan, _, err := s.plans.Load(ctx, batch.Plan)
	if err != nil {
		return frozen, err
	}
	frozen.Turns = turns(plan.Batches, batch.No, batch.Categories)
	planned, err := plan.Batch(batch.No)
	if err != nil {
		return frozen, err
	}
	from, err := workday.ParseDate(planned.From)
	if err != nil {
		return frozen, err
	}
	officers, err := s.officers(ctx, batch, planned.To)
	if err != nil {
		return frozen, err
	}
	for _, o := range officers {
		frozen.Officers = append(frozen.Officers, events.CandidateOfficer{Officer: o.ID, Unit: o.Unit, Max: o.Max, Skills: o.Skills})
	}
	for _, category := range batch.Categories {
		tasks, err := s.tasksAt(batch.Tasks, category, from)
		if err != nil {
			return frozen, err
		}
		rows, err := everyRow(ctx, s.views.facilities, map[string]any{"category": category})
		if err != nil {
			return frozen, err
		}
		for _, f := range rows {
			candidate, exclusions, err := s.candidate(ctx, batch, f.Facility, officers)
			if err != nil {
				return frozen, err
			}
			candidate.Tasks = tasks
			frozen.Candidates = append(frozen.Candidates, candidate)
			frozen.Exclusions = append(frozen.Exclusions, exclusions...)
		}
	}
	slices.SortFunc(frozen.Candidates, func(a, b events.Candidate) int { return strings.Compare(a.Facility, b.Facility) })
	return frozen, nil
}

// officers are those who may be drawn: active, of a unit that attends, with a
// certificate valid to the last day of the batch, and the yearly declaration of
// interests where the law pack asks for one.
func (s *Service) officers(ctx context.Context, batch Batch, until string) ([]OfficerRow, error) {
	var out []OfficerRow
	for _, t := range batch.Tasks {
		rows, err := everyRow(ctx, s.views.officers, map[string]any{"unit": t.Unit, "status": "active"})
		if err != nil {
			return nil, err
		}
		for _, o := range rows {
			if certified(o, until) && s.declared(o) {
				out = append(out, o)
			}
		}
	}
	slices.SortFunc(out, func(a, b OfficerRow) int { return strings.Compare(a.ID, b.ID) })
	return out, nil
}

// certified reports whether an officer may enforce the law on that day.
func certified(o OfficerRow, day string) bool {
	return o.Status == "active" && o.CertNo != "" && o.CertUntil >= day
}

// interested reports whether an officer has declared an interest in a facility.
func interested(o OfficerRow, facility string) bool {
	return slices.ContainsFunc(o.Interests, func(i events.Interest) bool { return i.Facility == facility })
}

// rotation is over how many past visits an officer who was there stays away.
// It is a rule of the draw (fdraw, rotate), not of a law.
const rotation = 2

// capMonths is the window in which visits count against a yearly cap, as the
// policy file of a draw writes it: a year back from the freeze, so that neither
// side of New Year hides a visit.
const capMonths = 12

// counts reports whether a visit counts against the cap: one that was made after
// since, or that is still to be made in the year.
func (r VisitRow) counts(year, since string) bool {
	return r.VisitedOn > since || r.VisitedOn == "" && r.Year == year
}

func (s *Service) candidate(ctx context.Context, batch Batch, f events.Facility, officers []OfficerRow) (events.Candidate, []events.Exclusion, error) {
	c := events.Candidate{
		Facility: f.ID, Name: f.Name, Category: f.Category, Stratum: f.Category + "." + graded(f.Grade) + "." + f.Risk,
		Grade: f.Grade, Risk: f.Risk, Flags: []string{}, Closed: f.Status == "closed",
	}
	for _, flag := range f.Flags {
		c.Flags = append(c.Flags, flag.Kind)
	}
	visits, err := everyRow(ctx, s.views.visits, map[string]any{"facility": f.ID})
	if err != nil {
		return c, nil, err
	}
	since := workday.DateOf(s.cfg.Clock.Now()).AddMonths(-capMonths).String()
	var recent []string
	for i, v := range visits {
		c.Drawn = c.Drawn || v.Year == yearOf(batch.Batch) && !special(v.Batch) // a special inspection counts as a visit, not as a draw
		if v.counts(yearOf(batch.Batch), since) {
			c.Inspected++
		}
		if i >= len(visits)-rotation {
			recent = append(recent, v.team()...)
		}
	}
	asked, err := s.granted(ctx, f.ID)
	if err != nil {
		return c, nil, err
	}
	var exclusions []events.Exclusion
	for _, o := range officers {
		switch {
		case interested(o, f.ID), asked[o.ID]:
			exclusions = append(exclusions, events.Exclusion{Officer: o.ID, Facility: f.ID, Code: "avoid"})
		case slices.Contains(recent, o.ID):
			exclusions = append(exclusions, events.Exclusion{Officer: o.ID, Facility: f.ID, Code: "rotate"})
		}
	}
	return c, exclusions, nil
}

// Preview is what would be frozen if the registers stayed as they are: numbers,
// no names, and what stands in the way.
type Preview struct {
	Rates    []events.RateLine `json:"rates"`    // as the grades stand now
	Objects  int               `json:"objects"`  // open facilities that may be drawn
	Closed   int               `json:"closed"`   // closed ones, which stay on the list and are never drawn
	Flagged  int               `json:"flagged"`  // always drawn
	Officers map[string]int    `json:"officers"` // by unit: who may be sent
	Avoid    int               `json:"avoid"`    // pairs kept apart by a declared interest
	Rotate   int               `json:"rotate"`   // pairs kept apart because the officer was there lately
	Problems []string          `json:"problems"` // why it cannot be frozen
	Cautions []string          `json:"cautions"` // what should be looked at
}

// PreviewBatch returns it to the units of the batch and the office of the task
// force, until the batch is frozen.
func (s *Service) PreviewBatch(ctx context.Context, by identity.Actor, id string) (Preview, error) {
	if err := permits.Check(by, "batch.preview"); err != nil {
		return Preview{}, err
	}
	batch, _, err := s.batches.Load(ctx, id)
	if err != nil {
		return Preview{}, err
	}
	if !by.Has(identity.Office) && !takesPart(batch.Tasks, by.Unit) {
		return Preview{}, fault.New(fault.Denied, "只有参加本批检查的单位可以预览名录")
	}
	if err := stay("批次", batch.State, Announced); err != nil {
		return Preview{}, err
	}
	frozen, err := s.pool(ctx, batch)
	if err != nil {
		return Preview{}, err
	}
	p := Preview{Officers: map[string]int{}, Problems: append(shortages(batch.Tasks, frozen.Officers), batch.Problems...), Cautions: []string{}}
	if p.Rates, err = s.rates(ctx, frozen.Turns); err != nil {
		return Preview{}, err
	}
	for _, c := range frozen.Candidates {
		switch {
		case c.Closed:
			p.Closed++
			continue
		case len(c.Flags) > 0:
			p.Flagged++
		}
		p.Objects++
	}
	for _, o := range frozen.Officers {
		p.Officers[o.Unit]++
	}
	for _, x := range frozen.Exclusions {
		if x.Code == "avoid" {
			p.Avoid++
		} else {
			p.Rotate++
		}
	}
	missing, err := s.undeclared(ctx, batch.Tasks)
	if err != nil {
		return Preview{}, err
	}
	p.Cautions = append(p.Cautions, missing...)
	if err := s.noneSealed(ctx, batch, s.cfg.Clock.Now()); err != nil {
		p.Problems = append(p.Problems, err.Error())
	}
	if p.Objects == 0 {
		p.Problems = append(p.Problems, "名录中没有属于本批次类别的检查对象")
	}
	return p, s.crowded(batch, &p)
}

// crowded adds a caution if more people would enter one facility than the pack
// thinks fit (渝府令375号 art. 15).
func (s *Service) crowded(batch Batch, p *Preview) error {
	limit, err := s.cfg.Law.Law().Limit("inspect.headcount", s.today())
	if fault.Is(err, fault.NotFound) || err == nil && limit.Value == nil {
		return nil // the pack knows no such number
	}
	if err != nil {
		return err
	}
	people := 0
	for _, t := range batch.Tasks {
		people += t.Officers
	}
	if int64(people) > *limit.Value {
		p.Cautions = append(p.Cautions, fmt.Sprintf("一次检查最多有 %d 人进入，超过提醒人数 %d 人，请压减人数（%s）", people, *limit.Value, limit.Citation()))
	}
	return nil
}
