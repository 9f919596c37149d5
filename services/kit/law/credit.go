package law

import (
	"slices"

	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/workday"
)

// Scheme is how the district grades funeral service bodies. It is a local
// setting and never mixed with another scheme's grades.
type Scheme struct {
	Line  `yaml:",inline"`
	Code  string `yaml:"code"` // "ledger"
	Name  string `yaml:"name"`
	Start int    `yaml:"start"` // points of a subject without any entry
	Least int    `yaml:"least"` // points never fall below
	Most  int    `yaml:"most"`  // points never rise above
}

func (s Scheme) key() string { return s.Code }

// Grade is one grade of the scheme.
type Grade struct {
	Line    `yaml:",inline"`
	Code    string `yaml:"code"` // A to D
	Name    string `yaml:"name"`
	AtLeast int    `yaml:"at_least"` // points
}

func (g Grade) key() string { return g.Code }

// Point is one line of the points table.
type Point struct {
	Line   `yaml:",inline"`
	Code   string `yaml:"code"`
	Name   string `yaml:"name"`
	Points int    `yaml:"points"` // negative = against the subject
	Months int    `yaml:"months"` // how long it counts; 0 = until it is repaired
	// Repairable says that a granted repair ends it before its time.
	Repairable bool `yaml:"repairable"`
}

func (t Point) key() string { return t.Code }

// Ledger is the whole of the scheme on one day.
type Ledger struct {
	Scheme
	Grades []Grade // the best first
	Points []Point
}

// Grade returns the grade of a number of points.
func (l Ledger) Grade(points int) Grade {
	i := slices.IndexFunc(l.Grades, func(g Grade) bool { return points >= g.AtLeast })
	if i < 0 {
		i = len(l.Grades) - 1
	}
	return l.Grades[i]
}

// Point returns one line of the points table.
func (l Ledger) Point(code string) (Point, error) {
	i := slices.IndexFunc(l.Points, func(t Point) bool { return t.Code == code })
	if i < 0 {
		return Point{}, fault.New(fault.NotFound, "信用计分表中没有“%s”。", code)
	}
	return l.Points[i], nil
}

// Ledger returns the scheme by which subjects are graded on that day.
func (p *Pack) Ledger(on workday.Date) (Ledger, error) {
	s, err := p.schemes.pick("ledger", on)
	if err != nil {
		return Ledger{}, err
	}
	l := Ledger{Scheme: s, Grades: p.grades.on(on, nil), Points: p.points.on(on, nil)}
	if len(l.Grades) == 0 {
		return Ledger{}, fault.New(fault.NotFound, "信用等级在 %s 没有有效的规则。", on)
	}
	slices.SortFunc(l.Grades, func(a, b Grade) int { return b.AtLeast - a.AtLeast })
	return l, nil
}
