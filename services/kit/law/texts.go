package law

import (
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/workday"
)

// Conflict is a place where two sources of the pack disagree and how the pack
// resolves it, in words, with the reason.
type Conflict struct {
	Line       `yaml:",inline"`
	ID         string `yaml:"id"`
	Question   string `yaml:"question"`   // what disagrees with what
	Resolution string `yaml:"resolution"` // what the program does
	Reason     string `yaml:"reason"`
}

func (c Conflict) key() string { return c.ID }

// Text is a wording that documents carry (文书用语).
type Text struct {
	Line `yaml:",inline"`
	Code string `yaml:"code"`
	Name string `yaml:"name"`
	Text string `yaml:"text"`
}

func (t Text) key() string { return t.Code }

// Clause is one task of the plan, for the task ledger (任务落实台账).
type Clause struct {
	Line     `yaml:",inline"`
	ID       string       `yaml:"id"` // place in the plan, "五(二)3"
	Task     string       `yaml:"task"`
	Owners   []string     `yaml:"owners"` // the first leads
	Due      workday.Date `yaml:"due"`    // zero = standing task
	Evidence string       `yaml:"evidence"`
}

func (c Clause) key() string { return c.ID }

// Indicator is a figure by which the plan measures itself. None counts
// inspections or fines: 国办发〔2024〕54号 forbids it.
type Indicator struct {
	Line        `yaml:",inline"`
	Code        string `yaml:"code"`
	Name        string `yaml:"name"`
	Numerator   string `yaml:"numerator"`
	Denominator string `yaml:"denominator"`
	TargetPPM   int64  `yaml:"target_ppm"` // 1000000 = 100 %, 0 = no number set
	// SmallBelow is the denominator under which the figure carries a warning.
	SmallBelow int `yaml:"small_below"`
	// Rule is the limit whose keeping it counts, for a figure of timeliness.
	Rule string `yaml:"rule"`
	// Late says that what was done behind the limit counts as done.
	Late bool `yaml:"late"`
	// Items are the inspection items, and Violations what was violated, that it is
	// about.
	Items      []string `yaml:"items"`
	Violations []string `yaml:"violations"`
	// Missing says what no fact in the system says, so that it cannot be
	// measured yet; empty where it can.
	Missing string `yaml:"missing"`
}

func (i Indicator) key() string { return i.Code }

func (i Indicator) check(p *Pack) error {
	if i.Name == "" || i.Numerator == "" || i.Denominator == "" || i.SmallBelow < 1 {
		return fault.New(fault.Invalid, "指标“%s”没有写明名称、分子、分母或者小样本界限。", i.Code)
	}
	if i.Rule != "" && !p.deadlines.has(i.Rule) {
		return fault.New(fault.Invalid, "指标“%s”的期限“%s”不存在。", i.Code, i.Rule)
	}
	for _, item := range i.Items {
		if !p.items.has(item) {
			return fault.New(fault.Invalid, "指标“%s”的检查事项“%s”不存在。", i.Code, item)
		}
	}
	for _, offence := range i.Violations {
		if !p.routes.has(offence) {
			return fault.New(fault.Invalid, "指标“%s”的违法行为“%s”不存在。", i.Code, offence)
		}
	}
	return nil
}

// PriceItem is an item of the list of funeral services that may be charged for.
type PriceItem struct {
	Line  `yaml:",inline"`
	Code  string `yaml:"code"`
	Name  string `yaml:"name"`
	Class string `yaml:"class"` // basic (基础项目), basic_provincial (省可增列), burial (安葬)
}

func (i PriceItem) key() string { return i.Code }

// Conflicts returns how the pack resolves what its sources leave open.
func (p *Pack) Conflicts() []Conflict { return p.conflicts.all() }

// Text returns a wording for a document of that day.
func (p *Pack) Text(code string, on workday.Date) (Text, error) { return p.texts.pick(code, on) }

// Clauses returns the tasks of the plan, in its order.
func (p *Pack) Clauses() []Clause { return p.clauses.all() }

// Indicators returns the figures by which the plan measures itself.
func (p *Pack) Indicators(on workday.Date) []Indicator { return p.indicators.on(on, nil) }

// PriceItems returns the items that the national list names.
func (p *Pack) PriceItems(on workday.Date) []PriceItem { return p.prices.on(on, nil) }
