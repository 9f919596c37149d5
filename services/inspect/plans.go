package inspect

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"shenzhong/events"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/identity"
	"shenzhong/services/kit/law"
	"shenzhong/services/kit/store"
	"shenzhong/services/kit/workday"
)

// DraftPlan draws up the yearly plan. The rates of each batch are filled in
// from the law pack and the registers; what is given there is ignored.
type DraftPlan struct {
	store.Cause
	Year    int
	Title   string
	Batches []events.PlannedBatch
}

// DraftPlan returns the id of the plan.
func (s *Service) DraftPlan(ctx context.Context, cmd DraftPlan) (string, error) {
	if cmd.Actor.Has(identity.Office) { // it coordinates: it is told why it cannot inspect
		if err := s.cfg.Law.Law().MayInspect(cmd.Actor.Unit, s.today()); err != nil {
			return "", err
		}
	}
	if err := permits.Check(cmd.Actor, "plan.draft"); err != nil {
		return "", err
	}
	least, err := s.least()
	if err != nil {
		return "", err
	}
	if strings.TrimSpace(cmd.Title) == "" || len(cmd.Batches) == 0 {
		return "", fault.About("batches", fault.Invalid, "计划须有名称，并至少列明一个批次")
	}
	if err := s.cfg.Law.Law().MayInspect(cmd.Actor.Unit, s.today()); err != nil {
		return "", err
	}
	plan := events.Plan{Year: cmd.Year, Title: strings.TrimSpace(cmd.Title), Lead: cmd.Actor.Unit, Approvals: []events.Approval{}}
	for i, b := range cmd.Batches {
		b.No = i + 1
		if err := s.checkBatch(ctx, plan, b, least); err != nil {
			return "", err
		}
		plan.Batches = append(plan.Batches, b)
	}
	for i, b := range plan.Batches {
		if plan.Batches[i].Rates, err = s.rates(ctx, turns(plan.Batches, b.No, b.Categories)); err != nil {
			return "", err
		}
	}
	series := fmt.Sprintf("%s-JH-%04d-000000", s.cfg.District, cmd.Year)
	return s.plans.Open(ctx, cmd.Cause, series, func(id string, p *Plan) (events.Event, error) {
		plan.ID = id
		return p.Draft(plan)
	})
}

// checkBatch refuses a batch with a unit that may not inspect, an item that is
// not published or has no basis in force, a category for which nobody checks
// anything, or dates outside the year.
func (s *Service) checkBatch(ctx context.Context, plan events.Plan, b events.PlannedBatch, least int) error {
	from, err := workday.ParseDate(b.From)
	if err != nil {
		return err
	}
	to, err := workday.ParseDate(b.To)
	if err != nil {
		return err
	}
	if from.Year() != plan.Year || to.Year() != plan.Year || to.Before(from) {
		return fault.About("from", fault.Invalid, "第 %d 批的起止日期须在 %d 年之内，且先后正确", b.No, plan.Year)
	}
	if len(b.Categories) == 0 || len(b.Tasks) == 0 {
		return fault.About("batches", fault.Invalid, "第 %d 批须写明检查对象类别和参加单位", b.No)
	}
	units := map[string]bool{}
	for _, t := range b.Tasks {
		if units[t.Unit] {
			return fault.About("tasks", fault.Invalid, "第 %d 批中单位 %s 重复", b.No, t.Unit)
		}
		units[t.Unit] = true
		if err := s.checkTask(ctx, fmt.Sprintf("第 %d 批", b.No), t, from, least); err != nil {
			return err
		}
	}
	if b.Tasks[0].Share != 0 {
		return fault.About("share", fault.Invalid, "第 %d 批的牵头单位每次检查都要参加，不能只参加一部分", b.No)
	}
	if b.Tasks[0].Unit != plan.Lead {
		return fault.About("tasks", fault.Invalid, "第 %d 批须由牵头单位 %s 参加，并列在首位", b.No, plan.Lead)
	}
	return s.checkCategories(b, from)
}

func (s *Service) checkCategories(b events.PlannedBatch, on workday.Date) error {
	for i, c := range b.Categories {
		kind, err := s.cfg.Law.Law().FacilityKind(c, on)
		if err != nil {
			return err
		}
		if slices.Contains(b.Categories[:i], c) {
			return fault.About("categories", fault.Invalid, "第 %d 批中类别“%s”重复", b.No, kind.Name)
		}
		tasks, err := s.tasksAt(b.Tasks, c, on)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(tasks, func(t events.UnitTask) bool { return t.Unit == b.Tasks[0].Unit }) {
			return fault.About("items", fault.Invalid, "第 %d 批中牵头单位没有适用于“%s”的抽查事项，请调整事项或者类别", b.No, kind.Name)
		}
	}
	return nil
}

// tasksAt are the tasks that there are at a facility of that category: a unit
// without an item that applies does not attend, and nobody is asked what does
// not concern them (综合查一次).
func (s *Service) tasksAt(tasks []events.UnitTask, category string, on workday.Date) ([]events.UnitTask, error) {
	var out []events.UnitTask
	for _, t := range tasks {
		items := []string{}
		for _, code := range t.Items {
			item, err := s.cfg.Law.Law().Item(code, on)
			if err != nil {
				return nil, err
			}
			if item.Applies(category) {
				items = append(items, code)
			}
		}
		if t.Items = items; len(items) > 0 {
			out = append(out, t)
		}
	}
	return out, nil
}

// whole is all visits, in millionths.
const whole = 1_000_000

// checkTask refuses the task of a unit that may not inspect, has too few officers
// or an item that may not be inspected; where names the batch or the campaign.
func (s *Service) checkTask(ctx context.Context, where string, t events.UnitTask, on workday.Date, least int) error {
	if err := s.cfg.Law.Law().MayInspect(t.Unit, on); err != nil {
		return err
	}
	if t.Officers < least {
		return fault.About("officers", fault.Invalid, "%s中 %s 的检查人员不得少于 %d 名", where, t.Unit, least)
	}
	if t.Share < 0 || t.Share > whole {
		return fault.About("share", fault.Invalid, "%s中 %s 参加检查的比例应在百万分之 1 至 %d 之间，每次都参加的不填", where, t.Unit, whole)
	}
	if len(t.Items) == 0 {
		return fault.About("items", fault.Invalid, "%s中 %s 没有列明抽查事项", where, t.Unit)
	}
	for _, code := range t.Items {
		item, err := s.grounded(code, on)
		if err != nil {
			return err
		}
		row, err := s.views.items.Get(ctx, s.itemID(code))
		if fault.Is(err, fault.NotFound) || err == nil && !row.Published {
			return fault.About("items", fault.Invalid, "抽查事项 %s 没有公布，未经公布的事项不得检查（国办发〔2024〕54号）", code)
		}
		if err != nil {
			return err
		}
		if item.Unit != t.Unit {
			return fault.About("items", fault.Invalid, "抽查事项 %s 由 %s 负责，不属于 %s", code, item.Unit, t.Unit)
		}
	}
	return nil
}

// grounded returns an item that is in force on the day and of whose basis at
// least one instrument is.
func (s *Service) grounded(code string, on workday.Date) (law.Item, error) {
	item, err := s.cfg.Law.Law().Item(code, on)
	if err != nil {
		return item, fault.About("items", fault.Invalid, "抽查事项 %s 在 %s 没有有效依据，不得列入计划：%w", code, on, err)
	}
	for _, cite := range item.Basis {
		in, err := s.cfg.Law.Law().Instrument(cite.Instrument)
		if err != nil {
			return item, err
		}
		if !on.Before(in.ValidFrom) && (in.ValidTo.IsZero() || !on.After(in.ValidTo)) {
			return item, nil
		}
	}
	return item, fault.About("items", fault.Invalid, "抽查事项 %s 的依据在 %s 已经失效，不得列入计划", code, on)
}

// itemID is the id of an item in the register.
func (s *Service) itemID(code string) string { return s.cfg.District + "-SX-" + code }

// ApprovePlan is the consent of the head of the actor's unit.
type ApprovePlan struct {
	store.Cause
	Plan string
}

// ApprovePlan notes the consent.
func (s *Service) ApprovePlan(ctx context.Context, cmd ApprovePlan) error {
	if err := permits.Check(cmd.Actor, "plan.approve"); err != nil {
		return err
	}
	now := s.cfg.Clock.Now()
	return s.plans.Change(ctx, cmd.Cause, cmd.Plan, func(p *Plan) (events.Event, error) { return p.Approve(cmd.Actor, now) })
}

// PublishPlan makes an approved plan public and freezes it.
type PublishPlan struct {
	store.Cause
	Plan string
}

// PublishPlan publishes.
func (s *Service) PublishPlan(ctx context.Context, cmd PublishPlan) error {
	if err := permits.Check(cmd.Actor, "plan.publish"); err != nil {
		return err
	}
	plan, _, err := s.plans.Load(ctx, cmd.Plan)
	if err != nil {
		return err
	}
	if err := s.stillFounded(ctx, plan.Plan, plan.Batches); err != nil {
		return err
	}
	return s.plans.Change(ctx, cmd.Cause, cmd.Plan, func(p *Plan) (events.Event, error) { return p.Publish(cmd.Actor) })
}

// stillFounded holds batches against the registers and the law as they are now:
// an item may have been retired since the plan was drawn up.
func (s *Service) stillFounded(ctx context.Context, plan events.Plan, batches []events.PlannedBatch) error {
	least, err := s.least()
	if err != nil {
		return err
	}
	for _, b := range batches {
		if err := s.checkBatch(ctx, plan, b, least); err != nil {
			return err
		}
	}
	return nil
}

// PlanRatios returns the ratio table of every batch of a plan as it stands today,
// to those who may see the plan.
func (s *Service) PlanRatios(ctx context.Context, by identity.Actor, id string) ([]PlanRatios, error) {
	plan, err := s.Plan(ctx, by, id)
	if err != nil {
		return nil, err
	}
	out := make([]PlanRatios, len(plan.Batches))
	for i, b := range plan.Batches {
		out[i] = PlanRatios{No: b.No, Title: b.Title}
		if out[i].Rates, err = s.rates(ctx, turns(plan.Batches, b.No, b.Categories)); err != nil {
			return nil, err
		}
	}
	return out, nil
}
