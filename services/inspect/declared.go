package inspect

import (
	"context"
	"fmt"

	"shenzhong/events"
	"shenzhong/services/kit/workday"
)

// declared reports whether an officer has declared interests lately enough to be
// drawn (行政处罚法 art. 43 is of no use if nobody knows of them): within so many
// calendar years as the law pack says (draw.declaration), this one counted. A pack
// that does not say asks for none.
func (s *Service) declared(o OfficerRow) bool {
	limit, err := s.cfg.Law.Law().Limit("draw.declaration", s.today())
	if err != nil {
		return true // the pack has no such rule, or not its number yet
	}
	on, err := workday.ParseDate(o.Declared)
	return err == nil && int64(s.today().Year()-on.Year()) < *limit.Value
}

// undeclared says unit by unit how many officers could be drawn if they declared.
func (s *Service) undeclared(ctx context.Context, tasks []events.UnitTask) ([]string, error) {
	out := []string{}
	for _, t := range tasks {
		rows, err := everyRow(ctx, s.views.officers, map[string]any{"unit": t.Unit, "status": "active"})
		if err != nil {
			return nil, err
		}
		n := 0
		for _, o := range rows {
			if !s.declared(o) {
				n++
			}
		}
		if n > 0 {
			out = append(out, fmt.Sprintf("%s 有 %d 名人员没有作本年度的回避申报，不参加抽取；请在冻结名录之前申报（没有回避事由的也要申报）", t.Unit, n))
		}
	}
	return out, nil
}
