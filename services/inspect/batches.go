package inspect

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"shenzhong/events"
	"shenzhong/services/kit/bus"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/store"
	"shenzhong/services/kit/workday"
)

// AnnounceBatch announces the draw of one batch of a published plan.
type AnnounceBatch struct {
	store.Cause
	Plan                                   string
	No                                     int
	Parties                                []string
	Quorum                                 int
	CommitBy, FreezeBy, RevealBy, BeaconAt time.Time
	Beacon                                 string
	OpenBy                                 time.Time
}

// AnnounceBatch returns the id of the batch.
func (s *Service) AnnounceBatch(ctx context.Context, cmd AnnounceBatch) (string, error) {
	if err := permits.Check(cmd.Actor, "batch.announce"); err != nil {
		return "", err
	}
	plan, _, err := s.plans.Load(ctx, cmd.Plan)
	if err != nil {
		return "", err
	}
	if plan.State != Published {
		return "", fault.New(fault.Conflict, "计划尚未公布，不能抽取；请先完成审批和公布")
	}
	planned, err := plan.Batch(cmd.No)
	if err != nil {
		return "", err
	}
	existing, err := everyRow(ctx, s.views.batches, map[string]any{"plan": cmd.Plan})
	if err != nil {
		return "", err
	}
	for _, b := range existing {
		if b.No == cmd.No {
			return s.sameBatch(ctx, cmd, b.ID)
		}
	}
	rates, err := s.rates(ctx, planned.Categories)
	if err != nil {
		return "", err
	}
	announced := events.BatchAnnounced{
		Plan: plan.ID, No: planned.No, Title: planned.Title, Lead: plan.Lead, Categories: planned.Categories, Tasks: planned.Tasks,
		Parties: cmd.Parties, Quorum: cmd.Quorum, Rates: rates, CommitBy: cmd.CommitBy, FreezeBy: cmd.FreezeBy, RevealBy: cmd.RevealBy,
		Beacon: cmd.Beacon, BeaconAt: cmd.BeaconAt, OpenBy: cmd.OpenBy,
	}
	announced.Batch = fmt.Sprintf("%s-PC-%04d-%06d", s.cfg.District, plan.Year, s.batchNo(plan.ID, planned.No))
	err = s.batches.Create(ctx, cmd.Cause, announced.Batch, func(b *Batch) (events.Event, error) { return b.Announce(announced) })
	return announced.Batch, err
}

// batchNo numbers the batches of a year: the number of the plan in front, so
// that two plans of a year never meet, and no batch can be announced twice.
func (s *Service) batchNo(plan string, no int) int {
	var n int
	if _, err := fmt.Sscanf(plan[strings.LastIndexByte(plan, '-')+1:], "%d", &n); err != nil {
		return no
	}
	return n*100 + no
}

// sameBatch answers a repeated command with the batch it made, another command
// with a refusal.
func (s *Service) sameBatch(ctx context.Context, cmd AnnounceBatch, id string) (string, error) {
	return id, s.batches.Create(ctx, cmd.Cause, id, func(b *Batch) (events.Event, error) { return b.Announce(events.BatchAnnounced{}) })
}

// FreezeBatch fixes from which facilities and officers is drawn, as the
// registers stand now.
type FreezeBatch struct {
	store.Cause
	Batch string
}

// FreezeBatch freezes.
func (s *Service) FreezeBatch(ctx context.Context, cmd FreezeBatch) error {
	if err := permits.Check(cmd.Actor, "batch.freeze"); err != nil {
		return err
	}
	batch, _, err := s.batches.Load(ctx, cmd.Batch)
	if err != nil {
		return err
	}
	frozen, err := s.pool(ctx, batch)
	if err != nil {
		return err
	}
	return s.batches.Change(ctx, cmd.Cause, cmd.Batch, func(b *Batch) (events.Event, error) { return b.Freeze(cmd.Actor, frozen) })
}

// pool gathers the candidates of a batch and who must stay away from whom.
func (s *Service) pool(ctx context.Context, batch Batch) (events.BatchFrozen, error) {
	plan, _, err := s.plans.Load(ctx, batch.Plan)
	if err != nil {
		return events.BatchFrozen{}, err
	}
	frozen := events.BatchFrozen{Batch: batch.Batch, Exclusions: []events.Exclusion{}}
	frozen.Draw, frozen.Draws = ordinal(plan, batch)
	planned, err := plan.Batch(batch.No)
	if err != nil {
		return frozen, err
	}
	if frozen.Officers, err = s.officers(ctx, batch, planned.To); err != nil {
		return frozen, err
	}
	for _, category := range batch.Categories {
		rows, err := everyRow(ctx, s.views.facilities, map[string]any{"category": category})
		if err != nil {
			return frozen, err
		}
		for _, f := range rows {
			candidate, exclusions, err := s.candidate(ctx, batch, f.Facility, frozen.Officers)
			if err != nil {
				return frozen, err
			}
			frozen.Candidates = append(frozen.Candidates, candidate)
			frozen.Exclusions = append(frozen.Exclusions, exclusions...)
		}
	}
	slices.SortFunc(frozen.Candidates, func(a, b events.Candidate) int { return strings.Compare(a.Facility, b.Facility) })
	return frozen, nil
}

// ordinal says which draw of how many planned ones of these categories it is.
func ordinal(plan Plan, batch Batch) (draw, draws int) {
	for _, b := range plan.Batches {
		if slices.ContainsFunc(b.Categories, func(c string) bool { return slices.Contains(batch.Categories, c) }) {
			draws++
			if b.No <= batch.No {
				draw++
			}
		}
	}
	return draw, draws
}

// officers are those who may be drawn: active, of a unit that attends, with a
// certificate valid to the last day of the batch.
func (s *Service) officers(ctx context.Context, batch Batch, until string) ([]events.CandidateOfficer, error) {
	var out []events.CandidateOfficer
	for _, t := range batch.Tasks {
		rows, err := everyRow(ctx, s.views.officers, map[string]any{"unit": t.Unit, "status": "active"})
		if err != nil {
			return nil, err
		}
		for _, o := range rows {
			if o.CertNo != "" && o.CertUntil >= until {
				out = append(out, events.CandidateOfficer{Officer: o.ID, Unit: o.Unit, Max: o.Max, Skills: o.Skills})
			}
		}
	}
	slices.SortFunc(out, func(a, b events.CandidateOfficer) int { return strings.Compare(a.Officer, b.Officer) })
	return out, nil
}

// rotation is over how many past visits an officer who was there stays away.
// It is a rule of the draw (fdraw, rotate), not of a law.
const rotation = 2

func (s *Service) candidate(ctx context.Context, batch Batch, f events.Facility, officers []events.CandidateOfficer) (events.Candidate, []events.Exclusion, error) {
	c := events.Candidate{
		Facility: f.ID, Name: f.Name, Category: f.Category, Stratum: strings.ReplaceAll(f.Category, "_", "-") + "." + f.Risk,
		Grade: f.Grade, Risk: f.Risk, Flags: []string{}, Closed: f.Status == "closed", Tasks: batch.Tasks,
	}
	for _, flag := range f.Flags {
		c.Flags = append(c.Flags, flag.Kind)
	}
	visits, err := everyRow(ctx, s.views.visits, map[string]any{"facility": f.ID})
	if err != nil {
		return c, nil, err
	}
	recent := map[string]bool{}
	for i, v := range visits {
		if v.Year == yearOf(batch.Batch) {
			c.Drawn = true
			c.Inspected++
		}
		if i >= len(visits)-rotation {
			for _, o := range v.Officers {
				recent[o] = true
			}
		}
	}
	var exclusions []events.Exclusion
	for _, o := range officers {
		row, err := s.views.officers.Get(ctx, o.Officer)
		if err != nil {
			return c, nil, err
		}
		switch {
		case slices.ContainsFunc(row.Interests, func(i events.Interest) bool { return i.Facility == f.ID }):
			exclusions = append(exclusions, events.Exclusion{Officer: o.Officer, Facility: f.ID, Code: "avoid"})
		case recent[o.Officer]:
			exclusions = append(exclusions, events.Exclusion{Officer: o.Officer, Facility: f.ID, Code: "rotate"})
		}
	}
	return c, exclusions, nil
}

// onDrawCompleted makes the visits that the draw led to. The ids are made from
// those of the batch and the facility, so a second delivery makes none again.
func (s *Service) onDrawCompleted(ctx context.Context, h bus.Heard[events.DrawCompleted]) error {
	batch, _, err := s.batches.Load(ctx, h.Fact.Batch)
	if err != nil {
		return err
	}
	if batch.State != Frozen && batch.State != Drawn {
		return fault.New(fault.Early, "batch %s is %s", batch.Batch, batch.State)
	}
	ids := make([]string, len(h.Fact.Facilities))
	for i, facility := range h.Fact.Facilities {
		visit := s.visit(batch, h.Fact, facility)
		if err := s.complete(ctx, &visit); err != nil {
			return err
		}
		ids[i] = visit.ID
		err := s.visits.Put(ctx, h.Cause("inspect"), visit.ID, func(v *Visit) (events.Event, error) { return v.Assign(visit) })
		if err != nil {
			return err
		}
	}
	return s.batches.Change(ctx, h.Cause("inspect"), batch.Batch, func(b *Batch) (events.Event, error) { return b.Drawn(h.Fact.Draw, ids) })
}

// visit lays out the joint visit to one facility: a section per unit, the
// officers as they were dealt.
func (s *Service) visit(batch Batch, drawn events.DrawCompleted, facility string) events.Visit {
	v := events.Visit{
		ID:    s.cfg.District + "-JC-" + strings.TrimPrefix(batch.Batch, s.cfg.District+"-PC-") + "-" + facility[strings.LastIndexByte(facility, '-')+1:],
		Batch: batch.Batch, Facility: facility, Lead: batch.Lead, Type: "routine", Approvals: []events.Approval{},
	}
	for _, t := range batch.Tasks {
		section := events.VisitSection{Unit: t.Unit, Items: t.Items, Officers: make([]string, t.Officers), Results: []string{}, Findings: []events.Finding{}, Signed: []string{}}
		attends := false
		for _, seat := range drawn.Seats {
			if seat.Facility == facility && seat.Unit == t.Unit && seat.No >= 1 && seat.No <= t.Officers {
				section.Officers[seat.No-1] = seat.Officer
				attends = true
			}
		}
		if attends {
			v.Sections = append(v.Sections, section)
		}
	}
	return v
}

// complete fills in what the register knows of the facility.
func (s *Service) complete(ctx context.Context, v *events.Visit) error {
	f, err := s.views.facilities.Get(ctx, v.Facility)
	if fault.Is(err, fault.NotFound) {
		return fault.New(fault.Early, "facility %s is not known yet", v.Facility)
	}
	if err != nil {
		return err
	}
	v.Name, v.USCC, v.SubjectKind, v.Category = f.Name, f.USCC, f.SubjectKind, f.Category
	return nil
}

func (s *Service) onDrawReplaced(ctx context.Context, h bus.Heard[events.DrawReplaced]) error {
	id := s.cfg.District + "-JC-" + strings.TrimPrefix(h.Fact.Batch, s.cfg.District+"-PC-") + "-" + h.Fact.Seat.Facility[strings.LastIndexByte(h.Fact.Seat.Facility, '-')+1:]
	if _, _, err := s.visits.Load(ctx, id); fault.Is(err, fault.NotFound) {
		return fault.New(fault.Early, "visit %s is not made yet", id)
	}
	return s.visits.Change(ctx, h.Cause("inspect"), id, func(v *Visit) (events.Event, error) {
		return v.Reseat(h.Fact.Seat, h.Fact.Was, h.Fact.Reason)
	})
}

// onRecordedFinish finishes the batch when its last visit is recorded.
func (s *Service) onRecordedFinish(ctx context.Context, h bus.Heard[events.VisitRecorded]) error {
	batch, _, err := s.batches.Load(ctx, h.Fact.Visit.Batch)
	if err != nil {
		return err
	}
	for _, id := range batch.Visits {
		v, _, err := s.visits.Load(ctx, id)
		if err != nil {
			return err
		}
		if v.State != Recorded {
			return nil // the visit that is recorded last finishes the batch
		}
	}
	now := h.Envelope.Time
	return s.batches.Change(ctx, h.Cause("inspect"), batch.Batch, func(b *Batch) (events.Event, error) {
		if b.State == Finished {
			return nil, store.Unchanged
		}
		return b.Finish(now)
	})
}

// dateOrToday parses a day, today if none is given.
func (s *Service) dateOrToday(day string) (workday.Date, error) {
	if day == "" {
		return s.today(), nil
	}
	return workday.ParseDate(day)
}
