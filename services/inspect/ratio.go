package inspect

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"shenzhong/events"
	"shenzhong/services/kit/law"
	"shenzhong/services/kit/workday"
)

// turns says for each category of a batch which of its planned draws of the year
// the batch is.
func turns(batches []events.PlannedBatch, no int, categories []string) []events.Turn {
	out := make([]events.Turn, len(categories))
	for i, category := range categories {
		out[i].Category = category
		for _, b := range batches {
			if slices.Contains(b.Categories, category) {
				out[i].Of++
				if b.No <= no {
					out[i].Draw++
				}
			}
		}
	}
	return out
}

// rates lays out, line by line, with which probability the objects of the
// categories are drawn as their grades stand today, and by which formula. Only
// grades and risk classes are listed that some object has.
func (s *Service) rates(ctx context.Context, turns []events.Turn) ([]events.RateLine, error) {
	lines := []events.RateLine{}
	for _, turn := range turns {
		table, err := s.ratios(ctx, turn)
		if err != nil {
			return nil, err
		}
		lines = append(lines, slices.DeleteFunc(table, func(l events.RateLine) bool { return l.Objects == 0 })...)
	}
	return lines, nil
}

// Ratios is the whole table of one category as it stands today, with the number
// of objects on each line, for a draw that is the only one of its year.
func (s *Service) Ratios(ctx context.Context, category string) ([]events.RateLine, error) {
	return s.ratios(ctx, events.Turn{Category: category, Draw: 1, Of: 1})
}

// The grades and risk classes, in the order of the table.
var (
	grades = []string{"A", "B", "C", "D", law.Ungraded}
	risks  = []string{"L", "M", "H"}
)

func (s *Service) ratios(ctx context.Context, turn events.Turn) ([]events.RateLine, error) {
	on := s.today()
	kind, err := s.cfg.Law.Law().FacilityKind(turn.Category, on)
	if err != nil {
		return nil, err
	}
	objects, err := s.objects(ctx, turn.Category)
	if err != nil {
		return nil, err
	}
	counts := map[[2]string]int{}
	for _, o := range objects {
		counts[[2]string{graded(o.Grade), o.Risk}]++
	}
	lines := []events.RateLine{}
	for _, grade := range grades {
		for _, risk := range risks {
			line := events.RateLine{Category: turn.Category, Grade: grade, Risk: risk, Objects: counts[[2]string{grade, risk}]}
			if line.PPM, line.Formula, err = s.formula(kind.Name, turn, grade, risk, len(objects), on); err != nil {
				return nil, err
			}
			lines = append(lines, line)
		}
	}
	return lines, nil
}

// formula is the ratio of one line and how it comes about, in Chinese. It says
// what the draw does by the same rules (fdraw-rate-1).
func (s *Service) formula(kind string, turn events.Turn, grade, risk string, objects int, on workday.Date) (int64, string, error) {
	sampling, err := s.cfg.Law.Law().Sampling(on)
	if err != nil {
		return 0, "", err
	}
	if objects < sampling.AllBelow {
		left := turn.Of - turn.Draw + 1
		text := fmt.Sprintf("%s：名录中共 %d 个，少于 %d 个，当年全部纳入（%s）", kind, objects, sampling.AllBelow, sampling.Citation())
		if turn.Of > 1 {
			text += fmt.Sprintf("；全年 %d 批中的第 %d 批，当年尚未抽中的按余下批次平均 1/%d，已经抽中的按最低比例 %s", turn.Of, turn.Draw, left, percent(sampling.FloorPPM))
		}
		return law.Everything / int64(left), text, nil
	}
	rate, err := s.cfg.Law.Law().Rate(turn.Category, grade, risk, on)
	if err != nil {
		return 0, "", err
	}
	text := fmt.Sprintf("%s：信用等级 %s × 风险等级 %s ＝ 抽查比例 %s（%s）", kind, gradeName(grade), riskNames[risk], percent(rate.PPM), rate.Citation())
	if rate.PPM < sampling.FloorPPM {
		text += "，不低于 " + percent(sampling.FloorPPM)
	}
	if most, ok := s.cfg.Law.Law().YearlyVisits(on); ok {
		text += fmt.Sprintf("；十二个月内已检查 %d 次的不再抽取（%s）", *most.Value, most.Citation())
	}
	if names := flagged(sampling.Flags); names != "" {
		text += "；" + names + "的每次必抽，不设上限（" + sampling.Citation() + "）"
	}
	return max(rate.PPM, sampling.FloorPPM), text, nil
}

var (
	riskNames = map[string]string{"L": "低", "M": "中", "H": "高"}
	flagNames = map[string]string{"complaints": "投诉举报较多", "abnormal": "列入经营异常名录", "serious": "有严重违法违规记录", "attention": "社会关注度高"}
)

func gradeName(grade string) string {
	if grade == law.Ungraded {
		return "未评"
	}
	return grade
}

func flagged(flags []string) string {
	var names []string
	for _, f := range flags {
		if name, ok := flagNames[f]; ok {
			names = append(names, name)
		}
	}
	return strings.Join(names, "、")
}

// graded is the grade as the rate table writes it.
func graded(grade string) string {
	if grade == "" {
		return law.Ungraded
	}
	return grade
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

// PlanRatios is the ratio table of each batch of a plan as it stands today. A
// plan that is published is frozen; the batch is announced with the ratios of
// its own day.
type PlanRatios struct {
	No    int               `json:"no"`
	Title string            `json:"title"`
	Rates []events.RateLine `json:"rates"`
}
