package law

import (
	"slices"

	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/workday"
)

// Item is an inspection item (抽查事项).
type Item struct {
	Line     `yaml:",inline"`
	Code     string `yaml:"code"` // "mzj-201": unit that checks it and a number
	Area     string `yaml:"area"`
	Name     string `yaml:"name"`
	Question string `yaml:"question"` // the checklist question in plain words; yes = as it should be
	Method   string `yaml:"method"`   // how it is checked, in Chinese
	Evidence string `yaml:"evidence"` // what must be kept as proof, in Chinese; empty = nothing
	Unit     string `yaml:"unit"`     // who checks it
	// Weight is key (重点检查事项) or general (一般检查事项).
	Weight     string   `yaml:"weight"`
	Facilities []string `yaml:"facilities"` // categories it applies to; empty = all
	Violations []string `yaml:"violations"` // what a "no" may be
	Limits     []string `yaml:"limits"`     // numbers that it is measured against
}

func (i Item) key() string { return i.Code }

// Applies reports whether the item is checked at facilities of that category.
func (i Item) Applies(category string) bool {
	return len(i.Facilities) == 0 || slices.Contains(i.Facilities, category)
}

func (i Item) check(p *Pack) error {
	bad := func(format string, args ...any) error {
		return fault.New(fault.Invalid, "检查事项“"+i.Code+"”"+format, args...)
	}
	if i.Name == "" || i.Question == "" || i.Method == "" {
		return bad("没有写明名称、检查内容或者检查方式。")
	}
	if i.Weight != "key" && i.Weight != "general" {
		return bad("的类别应当是 key（重点）或 general（一般）。")
	}
	if !p.areas.has(i.Area) {
		return bad("的监管类别“%s”不存在。", i.Area)
	}
	if err := p.MayInspect(i.Unit, p.first(i.Line)); err != nil {
		return bad("：%w", err)
	}
	for _, f := range i.Facilities {
		if !p.facilities.has(f) {
			return bad("的对象类别“%s”不存在。", f)
		}
	}
	for _, id := range i.Limits {
		if !p.limits.has(id) {
			return bad("对照的限值“%s”不存在。", id)
		}
	}
	for _, v := range i.Violations {
		if !p.routes.has(v) {
			return bad("的违法行为“%s”不存在。", v)
		}
	}
	return nil
}

// Items returns the inspection items in force on the day.
func (p *Pack) Items(on workday.Date) []Item { return p.items.on(on, nil) }

// Item returns one inspection item. Only an item that is also published may be
// inspected; that is for the register to say.
func (p *Pack) Item(code string, on workday.Date) (Item, error) { return p.items.pick(code, on) }

// Route is a violation type (违法行为类型) and which unit must deal with it.
type Route struct {
	Line      `yaml:",inline"`
	Violation string   `yaml:"violation"` // code, "price_violation"
	Name      string   `yaml:"name"`
	Plain     string   `yaml:"plain"` // as a citizen would say it
	Area      string   `yaml:"area"`
	Lead      string   `yaml:"lead"`
	Assist    []string `yaml:"assist"`
	Reason    string   `yaml:"reason"` // why this unit, in Chinese
	Plan      string   `yaml:"plan"`   // the clause of the plan that names the matter, "四(三)2"
}

func (r Route) key() string { return r.Violation }

func (r Route) check(p *Pack) error {
	bad := func(format string, args ...any) error {
		return fault.New(fault.Invalid, "违法行为“"+r.Violation+"”"+format, args...)
	}
	if r.Name == "" || r.Plain == "" || r.Reason == "" {
		return bad("没有写明名称、通俗说法或者分派理由。")
	}
	if !p.areas.has(r.Area) {
		return bad("的监管类别“%s”不存在。", r.Area)
	}
	lead, err := p.units.pick(r.Lead, p.first(r.Line))
	if err != nil {
		return bad("：%w", err)
	}
	if lead.Kind == Coordinating || lead.Group {
		return bad("不能由“%s”主办。", lead.Name)
	}
	seen := []string{r.Lead}
	for _, u := range r.Assist {
		if !p.units.has(u) || slices.Contains(seen, u) {
			return bad("的协办单位“%s”不存在或者重复。", u)
		}
		seen = append(seen, u)
	}
	return nil
}

// Route returns which unit deals with the violation, by the day of the act.
func (p *Pack) Route(violation string, on workday.Date) (Route, error) {
	return p.routes.pick(violation, on)
}

// Routes returns the routing matrix in force on the day.
func (p *Pack) Routes(on workday.Date) []Route { return p.routes.on(on, nil) }
