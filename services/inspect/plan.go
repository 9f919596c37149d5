// Package inspect decides about joint inspections (跨部门联合抽查): the yearly
// plan, its batches, the joint visits and what was ordered to be put right. It
// must never choose an object or an officer itself; the draw does.
package inspect

import (
	"slices"
	"strings"
	"time"

	"shenzhong/events"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/identity"
	"shenzhong/services/kit/store"
)

// Plan is the yearly joint inspection plan (年度联合抽查计划).
type Plan struct {
	events.Plan
	State State `json:"state"`
}

// Units are the units that take part in any batch, the lead first.
func (p *Plan) Units() []string {
	units := []string{p.Lead}
	for _, b := range p.Batches {
		for _, t := range b.Tasks {
			if !slices.Contains(units, t.Unit) {
				units = append(units, t.Unit)
			}
		}
	}
	return units
}

// Draft draws the plan up. Its content was checked against the registers and
// the law pack before.
func (p *Plan) Draft(plan events.Plan) (events.Event, error) {
	state, err := move(nextPlan, "计划", p.State, Drafted)
	if err != nil {
		return nil, err
	}
	p.Plan, p.State = plan, state
	return events.PlanDrafted{Plan: p.Plan}, nil
}

// Approve is the consent of the head of one unit that takes part. The last one
// makes the plan approved.
func (p *Plan) Approve(by identity.Actor, at time.Time) (events.Event, error) {
	if !slices.Contains(p.Units(), by.Unit) {
		return nil, fault.New(fault.Denied, "您所在单位不参加该计划，无须审批")
	}
	if err := stay("计划", p.State, Drafted); err != nil {
		return nil, err
	}
	if approvedBy(p.Approvals, by.Unit) {
		return nil, store.Unchanged
	}
	approval := events.Approval{Unit: by.Unit, By: by.ID, At: at}
	p.Approvals = append(p.Approvals, approval)
	missing := without(p.Units(), p.Approvals)
	if len(missing) == 0 {
		state, err := move(nextPlan, "计划", p.State, Approved)
		if err != nil {
			return nil, err
		}
		p.State = state
	}
	return events.PlanApproved{Plan: p.ID, Approval: approval, Missing: missing}, nil
}

// Publish makes the plan public; from then on it is frozen.
func (p *Plan) Publish(by identity.Actor) (events.Event, error) {
	if err := by.OfUnit(p.Lead); err != nil {
		return nil, err
	}
	if missing := without(p.Units(), p.Approvals); p.State == Drafted && len(missing) > 0 {
		return nil, fault.New(fault.Conflict, "计划尚待 %s 的负责人审批，各参加单位都审批后才能公布", strings.Join(missing, "、"))
	}
	state, err := move(nextPlan, "计划", p.State, Published)
	if err != nil {
		return nil, err
	}
	p.State = state
	return events.PlanPublished{Plan: p.Plan}, nil
}

// Batch returns a batch of the plan by its number.
func (p *Plan) Batch(no int) (events.PlannedBatch, error) {
	i := slices.IndexFunc(p.Batches, func(b events.PlannedBatch) bool { return b.No == no })
	if i < 0 {
		return events.PlannedBatch{}, fault.About("no", fault.NotFound, "计划中没有第 %d 批", no)
	}
	return p.Batches[i], nil
}

func approvedBy(approvals []events.Approval, unit string) bool {
	return slices.ContainsFunc(approvals, func(a events.Approval) bool { return a.Unit == unit })
}

// without returns the units whose consent is still missing; never nil, so that
// an empty list reads as one.
func without(units []string, approvals []events.Approval) []string {
	missing := []string{}
	for _, u := range units {
		if !approvedBy(approvals, u) {
			missing = append(missing, u)
		}
	}
	return missing
}
