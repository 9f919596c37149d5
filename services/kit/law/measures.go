package law

import (
	"slices"

	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/workday"
)

// Measure is a means by which a unit that falls behind is pressed (督查措施): a
// supervision order (督办单), an interview (约谈), a circular (通报). None of them
// is a penalty, and none counts inspections or fines.
type Measure struct {
	Line `yaml:",inline"`
	Code string `yaml:"code"` // order, interview, circular
	Name string `yaml:"name"`
	// By are the units that may take it.
	By []string `yaml:"by"`
	// Needs is how far the limit that it is about must have come: overdue, or
	// escalated to the head of the unit or beyond.
	Needs string `yaml:"needs"`
	// Hold is the deadline for meeting, of a measure that is a meeting.
	Hold string `yaml:"hold"`
	// Answer is the deadline within which the unit answers.
	Answer string `yaml:"answer"`
	// Public says that the public sees that it was taken.
	Public bool `yaml:"public"`
}

func (m Measure) key() string { return m.Code }

// How far a limit must have come.
const (
	NeedsOverdue   = "overdue"
	NeedsEscalated = "escalated"
)

func (m Measure) check(p *Pack) error {
	if m.Name == "" || len(m.By) == 0 || !slices.Contains([]string{NeedsOverdue, NeedsEscalated}, m.Needs) {
		return fault.New(fault.Invalid, "督查措施“%s”没有写明名称、实施单位或者条件。", m.Code)
	}
	for _, u := range m.By {
		if !p.units.has(u) {
			return fault.New(fault.Invalid, "督查措施“%s”的实施单位“%s”不存在。", m.Code, u)
		}
	}
	for _, rule := range []string{m.Hold, m.Answer} {
		if rule == "" && m.Answer != "" {
			continue // no meeting
		}
		if _, err := p.deadlines.pick(rule, p.first(m.Line)); err != nil {
			return fault.New(fault.Invalid, "督查措施“%s”：%w", m.Code, err)
		}
	}
	return nil
}

// Measures returns the means of pressing a unit.
func (p *Pack) Measures(on workday.Date) []Measure { return p.measures.on(on, nil) }

// Measure returns one of them.
func (p *Pack) Measure(code string, on workday.Date) (Measure, error) {
	return p.measures.pick(code, on)
}
