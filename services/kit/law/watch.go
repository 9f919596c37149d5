package law

import (
	"slices"
	"strings"

	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/workday"
)

// WatchRule says when signals about like matters become a warning (监测规则,
// 方案五(二)5): so many of them, within so long, at one place. The numbers are
// settings of the district.
type WatchRule struct {
	Line    `yaml:",inline"`
	ID      string   `yaml:"id"`
	Name    string   `yaml:"name"`
	Matters []string `yaml:"matters"` // violation types of the routing matrix
	Signals []string `yaml:"signals"` // which sorts of signals count: clue, report, decision
	// Place says what is counted together: town, facility, district.
	Place     string       `yaml:"place"`
	Threshold int          `yaml:"threshold"` // so many signals are a warning
	Within    int          `yaml:"within"`
	Unit      workday.Unit `yaml:"unit"` // day or month, both of the calendar
	// Urgent says that life may be in danger: the warning runs under alert.urgent.
	Urgent bool `yaml:"urgent"`
}

// What a watch rule counts together.
const (
	PlaceTown     = "town"
	PlaceFacility = "facility"
	PlaceDistrict = "district"
)

// The sorts of signals.
const (
	SignalClue     = "clue"     // a problem clue
	SignalReport   = "report"   // what a unit has seen by itself
	SignalDecision = "decision" // a decision on a penalty
)

func (r WatchRule) key() string { return r.ID }

func (r WatchRule) check(p *Pack) error {
	bad := func(format string, args ...any) error {
		return fault.New(fault.Invalid, "监测规则“"+r.ID+"”"+format, args...)
	}
	switch {
	case r.Name == "" || len(r.Matters) == 0 || len(r.Signals) == 0:
		return bad("没有写明名称、监测事项或者计入的信号。")
	case !slices.Contains([]string{PlaceTown, PlaceFacility, PlaceDistrict}, r.Place):
		return bad("的划分范围“%s”应当是 town、facility 或者 district。", r.Place)
	case r.Threshold < 1:
		return bad("的预警数量应当是正整数，现在是 %d。", r.Threshold)
	case r.Unit != workday.Day && r.Unit != workday.Month:
		return bad("的期间单位“%s”应当是 day 或者 month。", r.Unit)
	}
	if err := (workday.Term{N: r.Within, Unit: r.Unit}).Check(); err != nil {
		return bad("的期间：%w", err)
	}
	for i, m := range r.Matters {
		if !p.routes.has(m) || slices.Contains(r.Matters[:i], m) {
			return bad("的监测事项“%s”不在分派矩阵中或者重复。", m)
		}
	}
	for i, s := range r.Signals {
		if !slices.Contains([]string{SignalClue, SignalReport, SignalDecision}, s) || slices.Contains(r.Signals[:i], s) {
			return bad("计入的信号“%s”应当是 clue、report 或者 decision，且不重复。", s)
		}
	}
	// A clue that becomes a case becomes a decision: one matter would count twice.
	if slices.Contains(r.Signals, SignalDecision) && len(r.Signals) > 1 {
		return bad("不能把处罚决定和线索、报告计在一起，同一事项会计两次。")
	}
	return nil
}

// Counts reports whether a signal of that sort about that matter counts.
func (r WatchRule) Counts(sort, matter string) bool {
	return slices.Contains(r.Signals, sort) && slices.Contains(r.Matters, matter)
}

// Opens is the first day of the window that ends with that day.
func (r WatchRule) Opens(last workday.Date) workday.Date {
	if r.Unit == workday.Month {
		return last.AddMonths(-r.Within).AddDays(1)
	}
	return last.AddDays(1 - r.Within)
}

// WatchRules returns the rules in force on the day, in the order of the files.
func (p *Pack) WatchRules(on workday.Date) []WatchRule { return p.watches.on(on, nil) }

// WatchRule returns the rule of that id in force on the day.
func (p *Pack) WatchRule(id string, on workday.Date) (WatchRule, error) {
	return p.watches.pick(id, on)
}

// Town returns the town that somebody wrote by its code, its name or its short
// name, as it is or within a longer address, or fault.NotFound. An address that
// names two towns names none.
func (p *Pack) Town(written string, on workday.Date) (Unit, error) {
	var found []Unit
	for _, u := range p.units.on(on, func(u Unit) bool { return u.Kind == Town && !u.Group }) {
		switch {
		case written == u.Code || written == u.Name || written == u.Short:
			return u, nil
		case mentions(written, u.Name) || mentions(written, u.Short):
			found = append(found, u)
		}
	}
	if len(found) != 1 {
		return Unit{}, fault.New(fault.NotFound, "规则包中没有乡镇（街道）“%s”。", written)
	}
	return found[0], nil
}

// mentions reports whether an address names the town.
func mentions(written, name string) bool { return name != "" && strings.Contains(written, name) }

// Assisting returns the units that assist under a route at that place: where the
// towns assist as a group and the town is known, that town alone.
func (p *Pack) Assisting(r Route, town string, on workday.Date) []string {
	out := []string{}
	at, err := p.Town(town, on)
	for _, code := range r.Assist {
		if err == nil && code != at.Code && slices.Contains(p.Within(code, on), at.Code) {
			code = at.Code
		}
		if !slices.Contains(out, code) {
			out = append(out, code)
		}
	}
	return out
}
