package law

import (
	"slices"

	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/workday"
)

// Everything is a probability of one, in millionths.
const Everything int64 = 1_000_000

// Ungraded stands for a subject that has no credit grade yet.
const Ungraded = "U"

// Rate is how often objects of one category, credit grade and risk class are
// inspected. The values are a configurable default of the district, not law.
type Rate struct {
	Line     `yaml:",inline"`
	Category string `yaml:"category"` // "*" = any that has no line of its own
	Grade    string `yaml:"grade"`    // A to D, U = not graded yet
	Risk     string `yaml:"risk"`     // L, M, H
	PPM      int64  `yaml:"ppm"`      // probability in millionths
	Times    int    `yaml:"times"`    // planned draws a year it takes part in
}

func (r Rate) key() string { return r.Category + "/" + r.Grade + "/" + r.Risk }

func (r Rate) check(p *Pack) error {
	bad := func(what string) error { return fault.New(fault.Invalid, "抽查比例“%s”%s", r.key(), what) }
	switch {
	case r.Category != "*" && !p.facilities.has(r.Category):
		return bad("的对象类别不存在。")
	case !slices.Contains([]string{"A", "B", "C", "D", Ungraded}, r.Grade):
		return bad("的信用等级应当是 A、B、C、D 或 U。")
	case !slices.Contains([]string{"L", "M", "H"}, r.Risk):
		return bad("的风险等级应当是 L、M 或 H。")
	case r.PPM < 0 || r.PPM > Everything:
		return bad("的比例应当在 0 至 1000000（百万分之）之间。")
	case r.Times < 1:
		return bad("的年度频次应当至少为 1。")
	}
	return nil
}

// Sampling is what holds for every draw besides the rates.
type Sampling struct {
	Line     `yaml:",inline"`
	Code     string `yaml:"code"`      // "sampling"
	FloorPPM int64  `yaml:"floor_ppm"` // least probability: nobody can know that he is safe
	AllBelow int    `yaml:"all_below"` // a category with fewer objects is inspected whole this year
	// Flags are the reasons for which an object is drawn without a ceiling (抽查不设上限).
	Flags []string `yaml:"flags"`
	// Flagged is what a flag does: must = always drawn.
	Flagged string `yaml:"flagged"`
}

func (s Sampling) key() string { return s.Code }

func (s Sampling) check() error {
	if s.FloorPPM < 0 || s.FloorPPM > Everything || s.AllBelow < 0 || s.Flagged != "must" {
		return fault.New(fault.Invalid, "抽查规则“%s”的数值不合理。", s.Code)
	}
	return nil
}

// Rate returns the rate for an object: the line of its category, or else the
// line for any. An empty grade is Ungraded.
func (p *Pack) Rate(category, grade, risk string, on workday.Date) (Rate, error) {
	if grade == "" {
		grade = Ungraded
	}
	r, err := p.rates.pick(Rate{Category: category, Grade: grade, Risk: risk}.key(), on)
	if err == nil {
		return r, nil
	}
	return p.rates.pick(Rate{Category: "*", Grade: grade, Risk: risk}.key(), on)
}

// Rates returns the whole table in force on the day.
func (p *Pack) Rates(on workday.Date) []Rate { return p.rates.on(on, nil) }

// Sampling returns what holds for every draw on that day.
func (p *Pack) Sampling(on workday.Date) (Sampling, error) { return p.sampling.pick("sampling", on) }

// YearlyVisits returns how often one unit may plan to inspect one object in a
// year (年度检查频次上限): the number that the authorities have published, or else
// the district's own. ok is false where the pack knows neither.
func (p *Pack) YearlyVisits(on workday.Date) (limit Limit, ok bool) {
	for _, id := range []string{"inspect.cap", "inspect.cap.local"} {
		if limit, err := p.Limit(id, on); err == nil {
			return limit, true
		}
	}
	return Limit{}, false
}
