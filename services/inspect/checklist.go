package inspect

import (
	"context"
	"fmt"
	"math/big"
	"regexp"
	"slices"
	"strings"

	"shenzhong/events"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/identity"
	"shenzhong/services/kit/law"
	"shenzhong/services/kit/workday"
)

// Checklist is what one unit looks at on a visit (检查表).
type Checklist struct {
	Unit  string          `json:"unit"`
	Name  string          `json:"name"`
	Items []ChecklistItem `json:"items"`
}

// ChecklistItem is one item in plain words, the law it rests on, and the numbers
// it is measured against.
type ChecklistItem struct {
	Code       string           `json:"code"`
	Name       string           `json:"name"`
	Question   string           `json:"question"`
	Method     string           `json:"method"`
	Evidence   string           `json:"evidence"`
	Basis      string           `json:"basis"`
	Caution    string           `json:"caution"`    // what of it has not been checked against the law
	Violations []string         `json:"violations"` // what a "no" may be
	Limits     []ChecklistLimit `json:"limits"`
}

// ChecklistLimit is a number of the law pack, or that it has none.
type ChecklistLimit struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	Most    *int64 `json:"most"` // null = not in the pack
	Unit    string `json:"unit"`
	Basis   string `json:"basis"`
	Caution string `json:"caution"`
}

// Checklists returns the sections of a visit as they are to be filled in, by the
// law of the day of the visit, to those who may know of the visit.
func (s *Service) Checklists(ctx context.Context, by identity.Actor, id string) ([]Checklist, error) {
	v, err := s.Visit(ctx, by, id)
	if err != nil {
		return nil, err
	}
	on, err := s.dateOrToday(v.VisitedOn)
	if err != nil {
		return nil, err
	}
	out := make([]Checklist, len(v.Sections))
	for i, section := range v.Sections {
		unit, err := s.cfg.Law.Law().Unit(section.Unit, on)
		if err != nil {
			return nil, err
		}
		out[i] = Checklist{Unit: section.Unit, Name: unit.Name, Items: []ChecklistItem{}}
		for _, code := range section.Items {
			item, err := s.checklistItem(code, on)
			if err != nil {
				return nil, err
			}
			out[i].Items = append(out[i].Items, item)
		}
	}
	return out, nil
}

func (s *Service) checklistItem(code string, on workday.Date) (ChecklistItem, error) {
	item, err := s.cfg.Law.Law().Item(code, on)
	if err != nil {
		return ChecklistItem{}, err
	}
	out := ChecklistItem{
		Code: code, Name: item.Name, Question: item.Question, Method: item.Method, Evidence: item.Evidence, Basis: item.Citation(),
		Caution: item.Caution(), Violations: item.Violations, Limits: []ChecklistLimit{},
	}
	for _, id := range item.Limits {
		limit, err := s.limitOf(id, on)
		if err != nil {
			return out, err
		}
		out.Limits = append(out.Limits, ChecklistLimit{
			ID: id, Name: limit.Name, Most: limit.Value, Unit: limit.Unit, Basis: limit.Citation(), Caution: caution(limit),
		})
	}
	return out, nil
}

// limitOf is a limit of the pack, also where the pack has no number for it.
func (s *Service) limitOf(id string, on workday.Date) (law.Limit, error) {
	limit, err := s.cfg.Law.Law().Limit(id, on)
	if limit.ID == id {
		err = nil
	}
	return limit, err
}

// caution says what of a limit has not been checked, and plainly where the pack
// has no number.
func caution(l law.Limit) string {
	if l.Value == nil {
		return fmt.Sprintf("%s的数值未核实，规则包中没有配置，不能据以认定超标；如实记录测量值，按%s的公布文本核实后再处理。", l.Name, l.Citation())
	}
	return l.Caution()
}

// decimal is a measured value.
var decimal = regexp.MustCompile(`^[0-9]{1,6}(\.[0-9]{1,3})?$`)

// measure holds what was measured against the limits of its item on that day.
// What is not measured against a number is kept as it was measured,
// and said to be judged by nothing.
func (s *Service) measure(f *events.Finding, on workday.Date) error {
	if len(f.Measures) == 0 {
		return nil
	}
	item, err := s.cfg.Law.Law().Item(f.Item, on)
	if err != nil {
		return err
	}
	for i := range f.Measures {
		m := &f.Measures[i]
		if !slices.Contains(item.Limits, m.Limit) {
			return fault.About("measures", fault.Invalid, "检查事项 %s 没有名为“%s”的限值，可以填写的是：%s", f.Item, m.Limit, strings.Join(item.Limits, "、"))
		}
		if !decimal.MatchString(m.Value) {
			return fault.About("measures", fault.Invalid, "测量值“%s”应当是数字，最多三位小数", m.Value)
		}
		limit, err := s.limitOf(m.Limit, on)
		if err != nil {
			return err
		}
		m.Most, m.Unit, m.Over, m.Says = limit.Value, limit.Unit, false, caution(limit)
		if limit.Value == nil {
			continue
		}
		value, _ := new(big.Rat).SetString(m.Value)
		m.Over = value.Cmp(new(big.Rat).SetInt64(*limit.Value)) > 0
		word := "没有超过"
		if m.Over {
			word = "超过"
		}
		m.Says = fmt.Sprintf("%s %s%s，%s %d%s。依据：%s。%s", limit.Name, m.Value, m.Unit, word, *m.Most, m.Unit, limit.Citation(), caution(limit))
	}
	return nil
}
