package inspect

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"shenzhong/events"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/law"
	"shenzhong/services/kit/store"
	"shenzhong/services/kit/view"
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
	if err := s.cfg.Law.MayInspect(cmd.Actor.Unit, s.today()); err != nil {
		return "", err
	}
	plan := events.Plan{Year: cmd.Year, Title: strings.TrimSpace(cmd.Title), Lead: cmd.Actor.Unit, Approvals: []events.Approval{}}
	for i, b := range cmd.Batches {
		b.No = i + 1
		if err := s.checkBatch(ctx, cmd.Year, b, least); err != nil {
			return "", err
		}
		if b.Rates, err = s.rates(ctx, b.Categories); err != nil {
			return "", err
		}
		plan.Batches = append(plan.Batches, b)
	}
	series := fmt.Sprintf("%s-JH-%04d-000000", s.cfg.District, cmd.Year)
	return s.plans.Open(ctx, cmd.Cause, series, func(id string, p *Plan) (events.Event, error) {
		plan.ID = id
		return p.Draft(plan)
	})
}

// checkBatch refuses a batch with a unit that may not inspect, an item that is
// not published or has no basis in force, or dates outside the year.
func (s *Service) checkBatch(ctx context.Context, year int, b events.PlannedBatch, least int) error {
	from, err := workday.ParseDate(b.From)
	if err != nil {
		return err
	}
	to, err := workday.ParseDate(b.To)
	if err != nil {
		return err
	}
	if from.Year() != year || to.Year() != year || to.Before(from) {
		return fault.About("from", fault.Invalid, "第 %d 批的起止日期须在 %d 年之内，且先后正确", b.No, year)
	}
	if len(b.Categories) == 0 || len(b.Tasks) == 0 {
		return fault.About("batches", fault.Invalid, "第 %d 批须写明检查对象类别和参加单位", b.No)
	}
	for _, c := range b.Categories {
		if _, err := s.cfg.Law.FacilityKind(c, from); err != nil {
			return err
		}
	}
	units := map[string]bool{}
	for _, t := range b.Tasks {
		if units[t.Unit] {
			return fault.About("tasks", fault.Invalid, "第 %d 批中单位 %s 重复", b.No, t.Unit)
		}
		units[t.Unit] = true
		if err := s.checkTask(ctx, b.No, t, from, least); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) checkTask(ctx context.Context, no int, t events.UnitTask, on workday.Date, least int) error {
	if err := s.cfg.Law.MayInspect(t.Unit, on); err != nil {
		return err
	}
	if t.Officers < least {
		return fault.About("officers", fault.Invalid, "第 %d 批中 %s 的检查人员不得少于 %d 名", no, t.Unit, least)
	}
	if len(t.Items) == 0 {
		return fault.About("items", fault.Invalid, "第 %d 批中 %s 没有列明抽查事项", no, t.Unit)
	}
	for _, code := range t.Items {
		row, err := s.views.items.Get(ctx, s.itemID(code))
		if fault.Is(err, fault.NotFound) || err == nil && !row.Published {
			return fault.About("items", fault.Invalid, "抽查事项 %s 没有公布，未经公布的事项不得检查（国办发〔2024〕54号）", code)
		}
		if err != nil {
			return err
		}
		item, err := s.cfg.Law.Item(code, on)
		if err != nil {
			return fault.About("items", fault.Invalid, "抽查事项 %s 在 %s 没有有效依据，不得列入计划：%w", code, on, err)
		}
		if item.Unit != t.Unit {
			return fault.About("items", fault.Invalid, "抽查事项 %s 由 %s 负责，不属于 %s", code, item.Unit, t.Unit)
		}
	}
	return nil
}

// itemID is the id of an item in the register.
func (s *Service) itemID(code string) string { return s.cfg.District + "-SX-" + code }

// rates lays out, line by line, with which probability the objects of the
// categories are drawn as their grades stand today, and by which formula.
func (s *Service) rates(ctx context.Context, categories []string) ([]events.RateLine, error) {
	on := s.today()
	sampling, err := s.cfg.Law.Sampling(on)
	if err != nil {
		return nil, err
	}
	lines := []events.RateLine{}
	for _, category := range categories {
		objects, err := s.objects(ctx, category)
		if err != nil {
			return nil, err
		}
		kind, err := s.cfg.Law.FacilityKind(category, on)
		if err != nil {
			return nil, err
		}
		counts := map[[2]string]int{}
		for _, o := range objects {
			counts[[2]string{graded(o.Grade), o.Risk}]++
		}
		for _, key := range sortedKeys(counts) {
			rate, err := s.cfg.Law.Rate(category, key[0], key[1], on)
			if err != nil {
				return nil, err
			}
			line := events.RateLine{Category: category, Grade: key[0], Risk: key[1], PPM: rate.PPM, Objects: counts[key]}
			line.Formula = fmt.Sprintf("%s：信用等级 %s × 风险等级 %s ＝ 抽查比例 %s（%s）", kind.Name, key[0], key[1], percent(rate.PPM), rate.Citation())
			switch {
			case len(objects) < sampling.AllBelow:
				line.PPM = law.Everything
				line.Formula = fmt.Sprintf("%s：名录中共 %d 个，少于 %d 个，当年全部纳入（%s）", kind.Name, len(objects), sampling.AllBelow, sampling.Citation())
			case rate.PPM < sampling.FloorPPM:
				line.PPM = sampling.FloorPPM
				line.Formula += fmt.Sprintf("，不低于 %s", percent(sampling.FloorPPM))
			}
			lines = append(lines, line)
		}
	}
	return lines, nil
}

// graded is the grade as the rate table writes it.
func graded(grade string) string {
	if grade == "" {
		return law.Ungraded
	}
	return grade
}

func sortedKeys(counts map[[2]string]int) [][2]string {
	keys := make([][2]string, 0, len(counts))
	for k := range counts {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b [2]string) int { return strings.Compare(a[0]+a[1], b[0]+b[1]) })
	return keys
}

// percent writes millionths as a percentage without rounding.
func percent(ppm int64) string {
	s := fmt.Sprintf("%d.%04d", ppm/10000, ppm%10000)
	return strings.TrimRight(strings.TrimRight(s, "0"), ".") + "%"
}

// objects returns every open facility of a category.
func (s *Service) objects(ctx context.Context, category string) ([]FacilityRow, error) {
	return everyRow(ctx, s.views.facilities, map[string]any{"category": category, "status": "open"})
}

// everyRow reads a view page by page.
func everyRow[R any](ctx context.Context, v *view.View[R], equal map[string]any) ([]R, error) {
	const page = 1000
	var all []R
	after := ""
	for {
		rows, err := v.Table().List(ctx, view.Query{Equal: equal, After: after, Limit: page})
		if err != nil {
			return nil, err
		}
		for _, row := range rows {
			r, err := v.Get(ctx, row.Key)
			if err != nil {
				return nil, err
			}
			all = append(all, r)
			after = row.Key
		}
		if len(rows) < page {
			return all, nil
		}
	}
}

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
	return s.plans.Change(ctx, cmd.Cause, cmd.Plan, func(p *Plan) (events.Event, error) { return p.Publish(cmd.Actor) })
}
