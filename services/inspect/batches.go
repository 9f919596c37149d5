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
	"shenzhong/services/kit/identity"
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
	if !cmd.Actor.Has(identity.Office) { // the office of the task force coordinates
		if err := cmd.Actor.OfUnit(plan.Lead); err != nil {
			return "", err
		}
	}
	for _, unit := range cmd.Parties {
		if _, err := s.cfg.Law.Law().Unit(unit, s.today()); err != nil {
			return "", fault.About("parties", fault.Invalid, "没有代码为 %s 的单位，请核对参加抽取的单位", unit)
		}
	}
	if err := s.checkAnnounced(ctx, plan, planned, cmd.OpenBy); err != nil {
		return "", err
	}
	rates, err := s.rates(ctx, turns(plan.Batches, planned.No, planned.Categories))
	if err != nil {
		return "", err
	}
	announced := events.BatchAnnounced{
		Plan: plan.ID, No: planned.No, Title: planned.Title, Lead: plan.Lead, Categories: planned.Categories, Tasks: planned.Tasks,
		Parties: cmd.Parties, Quorum: cmd.Quorum, Rates: rates, CommitBy: cmd.CommitBy, FreezeBy: cmd.FreezeBy, RevealBy: cmd.RevealBy,
		Beacon: cmd.Beacon, BeaconAt: cmd.BeaconAt, OpenBy: cmd.OpenBy,
	}
	announced.Batch = fmt.Sprintf("%s-PC-%04d-%06d", s.cfg.District, plan.Year, s.batchNo(plan.ID, planned.No))
	now := s.cfg.Clock.Now()
	err = s.batches.Put(ctx, cmd.Cause, announced.Batch, func(b *Batch) (events.Event, error) {
		fact, err := b.Announce(announced, now)
		if err == nil {
			err = s.announcedEarly(cmd.CommitBy)
		}
		return fact, err
	})
	return announced.Batch, err
}

// checkAnnounced refuses a batch whose items were retired since the plan was
// published, and a draw that would be public before the visits are made.
func (s *Service) checkAnnounced(ctx context.Context, plan Plan, b events.PlannedBatch, openBy time.Time) error {
	if err := s.stillFounded(ctx, plan.Plan, []events.PlannedBatch{b}); err != nil {
		return err
	}
	last, err := workday.ParseDate(b.To)
	if err != nil {
		return err
	}
	if openBy.Before(last.End()) {
		return fault.About("open_by", fault.Invalid, "本批检查到 %s 结束，启封时间须在此之后，以免检查之前泄露抽取结果", b.To)
	}
	return nil
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
	now := s.cfg.Clock.Now()
	if err := s.noneSealed(ctx, batch, now); err != nil {
		return err
	}
	return s.batches.Change(ctx, cmd.Cause, cmd.Batch, func(b *Batch) (events.Event, error) { return b.Freeze(cmd.Actor, frozen, now) })
}

// onDrawCompleted makes the visits that the draw led to. The ids are made from
// those of the batch and the facility, so a second delivery makes none again.
func (s *Service) onDrawCompleted(ctx context.Context, h bus.Heard[events.DrawCompleted]) error {
	batch, _, err := s.batches.Load(ctx, h.Fact.Batch)
	if err != nil {
		return err
	}
	if batch.State == Announced {
		return fault.New(fault.Early, "batch %s is %s", batch.Batch, batch.State)
	}
	ids := make([]string, len(h.Fact.Facilities))
	for i, facility := range h.Fact.Facilities {
		visit := s.visit(batch, h.Fact, facility)
		if err := s.complete(ctx, &visit); err != nil {
			return err
		}
		ids[i] = visit.ID
		err := s.visits.Create(ctx, h.Cause("inspect"), visit.ID, func(v *Visit) (events.Event, error) { return v.Assign(visit) })
		if err != nil {
			return err
		}
	}
	return s.batches.Change(ctx, h.Cause("inspect"), batch.Batch, func(b *Batch) (events.Event, error) { return b.Drawn(h.Fact.Draw, ids) })
}

// onDrawVoided lets the batch be announced again.
func (s *Service) onDrawVoided(ctx context.Context, h bus.Heard[events.DrawVoided]) error {
	f := h.Fact
	return s.batches.Change(ctx, h.Cause("inspect"), f.Batch, func(b *Batch) (events.Event, error) { return b.Void(f.Draw, f.Round, f.Reason) })
}

// onDrawBlocked takes the lists back and says unit by unit what to mend.
func (s *Service) onDrawBlocked(ctx context.Context, h bus.Heard[events.DrawBlocked]) error {
	f := h.Fact
	problems := make([]string, 0, len(f.Short)+1)
	problems = append(problems, fmt.Sprintf("试抽 %d 次，其中 %d 次有席位空缺，名录没有锁定，请核对后重新冻结", f.Tried, f.Incomplete))
	for _, p := range f.Short {
		name := p.Unit
		if unit, err := s.cfg.Law.Law().Unit(p.Unit, s.today()); err == nil {
			name = unit.Name
		}
		switch {
		case p.Times > 0 && p.Have == 0:
			problems = append(problems, fmt.Sprintf("%s 在 %s 需要 %d 名，%d 次试抽中有 %d 次派不足，请增加人员或者每人的次数", name, p.Facility, p.Need, f.Tried, p.Times))
		default:
			problems = append(problems, fmt.Sprintf("%s 在 %s 需要 %d 名，可派的只有 %d 名，或者没有具备所需专长的人员", name, p.Facility, p.Need, p.Have))
		}
	}
	return s.batches.Change(ctx, h.Cause("inspect"), f.Batch, func(b *Batch) (events.Event, error) { return b.Thaw(f.Round, problems) })
}

// visitID names the visit of a batch, or of a campaign, to a facility.
func (s *Service) visitID(batch, facility string) string {
	number := batch[len(s.cfg.District)+len("-PC-"):]
	return s.cfg.District + "-JC-" + number + "-" + facility[strings.LastIndexByte(facility, '-')+1:]
}

// visit lays out the joint visit to one facility: a section per unit that has
// something to check there, the officers as they were dealt. A unit that joins only
// a share of the visits has no section where the draw has no seat for it.
func (s *Service) visit(batch Batch, drawn events.DrawCompleted, facility string) events.Visit {
	v := events.Visit{
		ID: s.visitID(batch.Batch, facility), Batch: batch.Batch, Facility: facility, Lead: batch.Lead, Type: "routine", Approvals: []events.Approval{},
	}
	for _, t := range batch.tasks(facility) {
		comes := slices.ContainsFunc(drawn.Seats, func(s events.Seat) bool { return s.Facility == facility && s.Unit == t.Unit })
		if t.Share != 0 && !comes {
			continue
		}
		section := events.VisitSection{Unit: t.Unit, Items: t.Items, Officers: make([]string, t.Officers), Results: []string{}, Findings: []events.Finding{}, Signed: []string{}}
		for _, seat := range drawn.Seats {
			if seat.Facility == facility && seat.Unit == t.Unit && seat.No >= 1 && seat.No <= t.Officers {
				section.Officers[seat.No-1] = seat.Officer
			}
		}
		v.Sections = append(v.Sections, section)
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
	id := s.visitID(h.Fact.Batch, h.Fact.Seat.Facility)
	if _, _, err := s.visits.Load(ctx, id); fault.Is(err, fault.NotFound) {
		return fault.New(fault.Early, "visit %s is not made yet", id)
	}
	return s.visits.Change(ctx, h.Cause("inspect"), id, func(v *Visit) (events.Event, error) {
		return v.Reseat(h.Fact.Seat, h.Fact.Was, h.Fact.Reason)
	})
}

// onBatchDrawn finishes a batch of which nothing was drawn, and one whose visits
// were all recorded before it was heard that they were made.
func (s *Service) onBatchDrawn(ctx context.Context, h bus.Heard[events.BatchDrawn]) error {
	return s.finish(ctx, h.Cause("inspect"), h.Fact.Batch, h.Envelope.Time)
}

// onRecordedFinish finishes the batch when its last visit is recorded.
func (s *Service) onRecordedFinish(ctx context.Context, h bus.Heard[events.VisitRecorded]) error {
	return s.finish(ctx, h.Cause("inspect"), h.Fact.Visit.Batch, h.Envelope.Time)
}

// finish finishes a batch unless a visit is still to be recorded.
func (s *Service) finish(ctx context.Context, cause store.Cause, id string, at time.Time) error {
	if special(id) {
		return nil // a campaign has no draw that waits for its visits
	}
	batch, _, err := s.batches.Load(ctx, id)
	if err != nil || batch.State != Drawn {
		return err // before it is drawn there is nothing to finish; onBatchDrawn looks again
	}
	held := make([]events.Held, 0, len(batch.Visits))
	for _, id := range batch.Visits {
		v, _, err := s.visits.Load(ctx, id)
		if err != nil {
			return err
		}
		if v.State != Recorded {
			return nil // the visit that is recorded last finishes the batch
		}
		held = append(held, events.Held{Visit: v.ID, Facility: v.Facility, At: v.NoticedAt, Due: v.Publish.Due, Rule: v.Publish.Rule})
	}
	slices.SortFunc(held, func(a, b events.Held) int { return strings.Compare(a.Facility, b.Facility) })
	return s.batches.Change(ctx, cause, id, func(b *Batch) (events.Event, error) {
		if b.State == Finished {
			return nil, store.Unchanged
		}
		return b.Finish(at, held)
	})
}

// dateOrToday parses a day, today if none is given.
func (s *Service) dateOrToday(day string) (workday.Date, error) {
	if day == "" {
		return s.today(), nil
	}
	return workday.ParseDate(day)
}
