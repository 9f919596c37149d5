package law

import (
	"slices"

	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/workday"
)

// Extension is how a limit may be prolonged.
type Extension struct {
	N     int    `yaml:"n"`     // in the unit of the limit
	Times int    `yaml:"times"` // how often
	By    string `yaml:"by"`    // who may approve it, in Chinese
}

// Escalation is one step of what happens to a limit that has passed.
type Escalation struct {
	After int    `yaml:"after"` // workdays after the due date, 0 = at once
	To    string `yaml:"to"`    // unit_leader, or the code of a unit
}

// DeadlineRule is one line of the deadline catalogue (期限目录).
type DeadlineRule struct {
	Line      `yaml:",inline"`
	ID        string            `yaml:"id"`
	Name      string            `yaml:"name"`    // what must be done, in Chinese
	Trigger   string            `yaml:"trigger"` // the event whose day is day zero, in Chinese
	N         int               `yaml:"n"`       // the limit; where the law gives a range, its longest
	Min       int               `yaml:"min"`     // the shortest of a range, 0 where there is none
	Unit      workday.Unit      `yaml:"unit"`
	LastDay   workday.LastDay   `yaml:"last_day"`
	End       workday.End       `yaml:"end"`
	Direction workday.Direction `yaml:"direction"`
	Extend    Extension         `yaml:"extend"`
	// Owner is who must act: lead (the unit in charge of the matter), decider
	// (the authority that decided), publisher, or the code of a unit.
	Owner    string       `yaml:"owner"`
	Remind   []int        `yaml:"remind"` // workdays before the due date
	Escalate []Escalation `yaml:"escalate"`
	// PublicOverdue says that the public sees when the limit has passed.
	PublicOverdue bool `yaml:"public_overdue"`
	// OnPackChange says what a new pack does to a limit that runs: keep, recount.
	OnPackChange string `yaml:"on_pack_change"`
}

func (d DeadlineRule) key() string { return d.ID }

// Term is the limit as it is counted, prolonged that many times. It returns
// fault.Conflict if the rule allows no such extension.
func (d DeadlineRule) Term(extensions int) (workday.Term, error) {
	switch {
	case extensions < 0:
		return workday.Term{}, fault.New(fault.Invalid, "延长次数不能是负数。")
	case extensions > 0 && d.Extend.Times == 0:
		return workday.Term{}, fault.New(fault.Conflict, "“%s”的期限不能延长。", d.Name)
	case extensions > d.Extend.Times:
		return workday.Term{}, fault.New(fault.Conflict, "“%s”的期限最多延长 %d 次。", d.Name, d.Extend.Times)
	}
	return d.term(d.N + extensions*d.Extend.N), nil
}

// Shortest is the lower end of a limit that the law gives as a range, and
// whether it is such a range.
func (d DeadlineRule) Shortest() (workday.Term, bool) { return d.term(d.Min), d.Min > 0 }

func (d DeadlineRule) term(n int) workday.Term {
	return workday.Term{N: n, Unit: d.Unit, LastDay: d.LastDay, End: d.End, Direction: d.Direction}
}

func (d DeadlineRule) check(p *Pack) error {
	bad := func(format string, args ...any) error {
		return fault.New(fault.Invalid, "期限“"+d.ID+"”"+format, args...)
	}
	if err := d.term(d.N).Check(); err != nil {
		return bad("：%w", err)
	}
	switch {
	case d.Name == "" || d.Trigger == "":
		return bad("没有写明名称或者起算事件。")
	case d.Min < 0 || d.Min > d.N:
		return bad("的最短期限 %d 不合理。", d.Min)
	case (d.Extend.N > 0) != (d.Extend.Times > 0) || d.Extend.N < 0 || d.Extend.Times < 0:
		return bad("的延长规则不完整。")
	case d.Extend.Times > 0 && d.Extend.By == "":
		return bad("没有写明由谁批准延长。")
	case d.OnPackChange != "keep" && d.OnPackChange != "recount":
		return bad("没有写明规则包变更时保留（keep）还是重算（recount）。")
	}
	if d.Extend.Times > 0 {
		if err := d.term(d.N + d.Extend.N*d.Extend.Times).Check(); err != nil {
			return bad("延长后：%w", err)
		}
	}
	if !slices.Contains([]string{"lead", "decider", "publisher", "party"}, d.Owner) && !p.units.has(d.Owner) {
		return bad("的责任人“%s”不是已知的单位或者角色。", d.Owner)
	}
	for i, n := range d.Remind {
		if n < 0 || i > 0 && n >= d.Remind[i-1] {
			return bad("的提醒应当从早到晚，例如 [2, 1]。")
		}
	}
	for i, e := range d.Escalate {
		if e.To != "unit_leader" && !p.units.has(e.To) || e.After < 0 || i > 0 && e.After < d.Escalate[i-1].After {
			return bad("的升级规则“%s”不合理。", e.To)
		}
	}
	return nil
}

// Deadline returns the rule of that id in force on the day of the event that
// starts it.
func (p *Pack) Deadline(id string, on workday.Date) (DeadlineRule, error) {
	return p.deadlines.pick(id, on)
}

// Deadlines returns the rules in force on the day, in the order of the files.
func (p *Pack) Deadlines(on workday.Date) []DeadlineRule { return p.deadlines.on(on, nil) }

// DeadlineHistory returns every version of the rule, the oldest first.
func (p *Pack) DeadlineHistory(id string) []DeadlineRule {
	all := slices.DeleteFunc(p.deadlines.all(), func(d DeadlineRule) bool { return d.ID != id })
	slices.SortFunc(all, func(a, b DeadlineRule) int { return a.ValidFrom.Compare(b.ValidFrom) })
	return all
}

// RecountedDeadlines returns the ids of the rules by which a new pack counts
// running limits anew.
func (p *Pack) RecountedDeadlines() []string {
	var ids []string
	for _, d := range p.deadlines.lines {
		if d.OnPackChange == "recount" && !slices.Contains(ids, d.ID) {
			ids = append(ids, d.ID)
		}
	}
	return ids
}
