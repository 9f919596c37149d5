package inspect

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"shenzhong/events"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/law"
	"shenzhong/services/kit/workday"
)

// The gates of the law pack for campaigns, and the number of them in a year.
const (
	gateNotAll    = "campaign.notall"
	limitCampaign = "campaign.yearly"
)

// checkWords refuses a plan that does not say what art. 26 asks for, and returns
// its first day.
func (s *Service) checkWords(c events.Campaign) (workday.Date, error) {
	for _, need := range []struct{ field, words, text string }{
		{"title", c.Title, "请填写专项检查的名称"},
		{"need", c.Need, "请写明必要性评估：为什么日常检查和线索核查不能解决"},
		{"basis", c.Basis, "请写明开展专项检查的依据"},
		{"area", c.Area, "请写明检查的地域"},
		{"manner", c.Manner, "请写明检查的方式"},
	} {
		if strings.TrimSpace(need.words) == "" {
			return workday.Date{}, fault.About(need.field, fault.Invalid, "%s", need.text)
		}
	}
	from, err := workday.ParseDate(c.From)
	if err != nil {
		return from, err
	}
	to, err := workday.ParseDate(c.To)
	if err != nil {
		return from, err
	}
	if from.Year() != c.Year || to.Year() != c.Year || to.Before(from) {
		return from, fault.About("from", fault.Invalid, "起止日期须在 %d 年之内，且先后正确", c.Year)
	}
	return from, nil
}

func (s *Service) checkTasks(ctx context.Context, c events.Campaign, from workday.Date) error {
	least, err := s.least()
	if err != nil {
		return err
	}
	if len(c.Tasks) == 0 || c.Tasks[0].Unit != c.Lead {
		return fault.About("tasks", fault.Invalid, "请列明参加单位和检查事项，牵头单位 %s 列在首位；涉及两个以上机关的联合编制", c.Lead)
	}
	for i, t := range c.Tasks {
		if slices.ContainsFunc(c.Tasks[:i], func(o events.UnitTask) bool { return o.Unit == t.Unit }) {
			return fault.About("tasks", fault.Invalid, "参加单位 %s 重复", t.Unit)
		}
		if err := s.checkTask(ctx, "专项检查", t, from, least); err != nil {
			return err
		}
	}
	return nil
}

// targets fills in what the register knows of the objects and refuses to inspect
// all there are of their categories (art. 27): where all must be inspected that
// is done as a routine inspection of the yearly plan.
func (s *Service) targets(ctx context.Context, c events.Campaign, from workday.Date) ([]events.CampaignObject, error) {
	if len(c.Objects) == 0 {
		return nil, fault.About("objects", fault.Invalid, "请列明检查对象")
	}
	var out []events.CampaignObject
	chosen := map[string]int{}
	for i, o := range c.Objects {
		if slices.ContainsFunc(c.Objects[:i], func(p events.CampaignObject) bool { return p.Facility == o.Facility }) {
			return nil, fault.About("objects", fault.Invalid, "检查对象 %s 重复", o.Facility)
		}
		f, err := s.views.facilities.Get(ctx, o.Facility)
		if err != nil {
			return nil, err
		}
		if f.Status == "closed" {
			return nil, fault.About("objects", fault.Invalid, "检查对象 %s 已经关闭", f.Name)
		}
		tasks, err := s.tasksAt(c.Tasks, f.Category, from)
		if err != nil {
			return nil, err
		}
		if !slices.ContainsFunc(tasks, func(t events.UnitTask) bool { return t.Unit == c.Lead }) {
			return nil, fault.About("objects", fault.Invalid, "牵头单位没有适用于 %s 的检查事项", f.Name)
		}
		chosen[f.Category]++
		out = append(out, events.CampaignObject{Facility: f.ID, Name: f.Name, Category: f.Category, Grade: graded(f.Grade), Risk: f.Risk})
	}
	all := 0
	for category := range chosen {
		rows, err := everyRow(ctx, s.views.facilities, map[string]any{"category": category})
		if err != nil {
			return nil, err
		}
		all += len(slices.DeleteFunc(rows, func(f FacilityRow) bool { return f.Status == "closed" }))
	}
	if gate, asked := s.gate("campaign", gateNotAll, from); asked && len(out) == all && all > 1 {
		return nil, fault.About("objects", fault.Invalid,
			"专项检查应当结合信用等级和风险等级确定对象，不得全覆盖；须检查全部 %d 个对象的，列入年度计划作为日常检查。依据：%s", all, gate.Citation())
	}
	return out, nil
}

// gate is a gate of the law pack that is in force on that day.
func (s *Service) gate(kind, code string, on workday.Date) (law.Gate, bool) {
	gates := s.cfg.Law.Law().Gates(kind, on)
	i := slices.IndexFunc(gates, func(g law.Gate) bool { return g.Code == code })
	if i < 0 {
		return law.Gate{}, false
	}
	return gates[i], true
}

// counted holds the campaign against the number of a year (art. 26) and says so
// where the pack has no such number. One that a superior deploys does not count.
func (s *Service) counted(ctx context.Context, c events.Campaign, from workday.Date) ([]string, error) {
	limit, err := s.cfg.Law.Law().Limit(limitCampaign, from)
	if fault.Is(err, fault.NotFound) && limit.ID == "" {
		return []string{}, nil // no such rule on that day
	}
	if limit.Value == nil {
		return []string{fmt.Sprintf("专项检查的年度数量上限未核实，没有据以控制（%s）", limit.Citation())}, nil
	}
	if err != nil || c.Superior != "" {
		return []string{}, err
	}
	rows, err := everyRow(ctx, s.views.campaigns, map[string]any{"year": int64(c.Year), "lead": c.Lead})
	if err != nil {
		return nil, err
	}
	own := slices.DeleteFunc(rows, func(r CampaignRow) bool { return r.Superior != "" })
	if int64(len(own)) >= *limit.Value {
		return nil, fault.New(fault.Conflict, "本单位本年度已有 %d 项专项检查，达到上限 %d 项。依据：%s", len(own), *limit.Value, limit.Citation())
	}
	return []string{}, nil
}
