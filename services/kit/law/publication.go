package law

import (
	"slices"

	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/workday"
)

// The classes of severity of a credit record, the lightest first.
const (
	Minor   = "minor"   // 轻微
	General = "general" // 一般
	Serious = "serious" // 严重
)

// Severity is a class of dishonesty (失信) and how long a record of it is
// published, counted from the day of the document that established it.
type Severity struct {
	Line  `yaml:",inline"`
	Class string `yaml:"class"`
	Name  string `yaml:"name"`
	// Publish is always, or exception: in principle not published.
	Publish string `yaml:"publish"`
	// Min is the shortest time in months after which repair may be granted; 0 =
	// as soon as every duty is performed.
	Min int `yaml:"min"`
	// Max is the time in months after which publication ends by itself.
	Max int `yaml:"max"`
	// Rule is the line of the deadline catalogue that counts Max.
	Rule string `yaml:"rule"`
}

func (s Severity) key() string { return s.Class }

func (s Severity) check(p *Pack) error {
	if !slices.Contains([]string{Minor, General, Serious}, s.Class) || !slices.Contains([]string{"always", "exception"}, s.Publish) ||
		s.Min < 0 || s.Max < 1 || s.Min > s.Max {
		return fault.New(fault.Invalid, "公示分类“%s”的数值不合理。", s.Class)
	}
	d, err := p.deadlines.pick(s.Rule, p.first(s.Line))
	if err != nil {
		return fault.New(fault.Invalid, "公示分类“%s”：%w", s.Class, err)
	}
	if d.Unit != workday.Month || d.N != s.Max || d.Min != s.Min {
		return fault.New(fault.Invalid, "公示分类“%s”与期限“%s”不一致。", s.Class, s.Rule)
	}
	return nil
}

// PenaltyKind is a kind of administrative penalty (处罚种类) and the class of
// severity it falls into by default. The authority that decides chooses the
// class and records why.
type PenaltyKind struct {
	Line  `yaml:",inline"`
	Code  string `yaml:"code"`
	Name  string `yaml:"name"`
	Class string `yaml:"class"`
	// Large is the class where the amount reaches that of a hearing; empty = Class.
	Large string `yaml:"large"`
	// Hearing says that the party may ask for a hearing whatever the amount.
	Hearing bool `yaml:"hearing"`
}

func (k PenaltyKind) key() string { return k.Code }

func (k PenaltyKind) check() error {
	known := []string{Minor, General, Serious}
	if !slices.Contains(known, k.Class) || k.Large != "" && !slices.Contains(known, k.Large) {
		return fault.New(fault.Invalid, "处罚种类“%s”的公示分类不合理。", k.Code)
	}
	return nil
}

// Channel is a place of publication (公示渠道) with a clock of its own.
type Channel struct {
	Line     `yaml:",inline"`
	Code     string   `yaml:"code"` // portal, credit_china, gsxt
	Name     string   `yaml:"name"`
	Rule     string   `yaml:"rule"`     // deadline of the catalogue
	Subjects []string `yaml:"subjects"` // subject kinds it is for; empty = all
}

func (c Channel) key() string { return c.Code }

// Ground is a lawful ground (法定情形) for an act that would otherwise not be
// allowed: not to publish, to return a clue, to pause a limit.
type Ground struct {
	Line      `yaml:",inline"`
	Code      string `yaml:"code"`
	Act       string `yaml:"act"` // withhold, return, pause, extend, no_penalty
	Name      string `yaml:"name"`
	Text      string `yaml:"text"`
	Approvals int    `yaml:"approvals"` // how many persons must consent
	// What the decision must be like for the ground to fit; empty = any.
	Subjects   []string `yaml:"subjects"`   // types of respondent: legal, individual_business, natural
	Severities []string `yaml:"severities"` // classes of severity
	Kinds      []string `yaml:"kinds"`      // kinds of penalty, and no other
	Units      []string `yaml:"units"`      // who decided
}

// Fits refuses a decision that the ground is not for.
func (g Ground) Fits(subject, severity string, kinds []string, unit string) error {
	other := func(k string) bool { return !slices.Contains(g.Kinds, k) }
	why := ""
	switch {
	case len(g.Subjects) > 0 && !slices.Contains(g.Subjects, subject):
		why = "当事人的类型不符"
	case len(g.Severities) > 0 && !slices.Contains(g.Severities, severity):
		why = "失信严重程度不符"
	case len(g.Kinds) > 0 && (len(kinds) == 0 || slices.ContainsFunc(kinds, other)):
		why = "处罚种类不符"
	case len(g.Units) > 0 && !slices.Contains(g.Units, unit):
		why = "作出决定的单位不符"
	default:
		return nil
	}
	return fault.About("ground", fault.Invalid, "“%s”不适用于本决定：%s。%s依据：%s", g.Name, why, g.Text, g.Citation())
}

func (g Ground) key() string { return g.Code }

func (g Ground) check() error {
	if !slices.Contains([]string{"withhold", "return", "pause", "extend", "no_penalty"}, g.Act) || g.Approvals < 1 || g.Text == "" {
		return fault.New(fault.Invalid, "法定情形“%s”不完整。", g.Code)
	}
	return nil
}

// ResultCategory is a category of inspection results (抽查结果).
type ResultCategory struct {
	Line `yaml:",inline"`
	Code string `yaml:"code"` // "1" to "8"
	Name string `yaml:"name"`
	// Exclusive says that no other category may stand beside it.
	Exclusive bool `yaml:"exclusive"`
	// Needs is what must go with it: rectification, case, evidence, abnormal; empty = nothing.
	Needs string `yaml:"needs"`
	// Subjects are the subject kinds for which it has that consequence; empty = all.
	Subjects []string `yaml:"subjects"`
}

func (c ResultCategory) key() string { return c.Code }

func (c ResultCategory) check() error {
	if !slices.Contains([]string{"", "rectification", "case", "evidence", "abnormal"}, c.Needs) {
		return fault.New(fault.Invalid, "抽查结果“%s”的后续要求“%s”不认识。", c.Code, c.Needs)
	}
	return nil
}

// Severity returns the class as it stood on the day of the decision.
func (p *Pack) Severity(class string, on workday.Date) (Severity, error) {
	return p.severities.pick(class, on)
}

// SeverityOf returns the class that penalties of those kinds fall into by
// default: that of the heaviest. Large says that an amount reaches that of a
// hearing.
func (p *Pack) SeverityOf(kinds []string, large bool, on workday.Date) (Severity, error) {
	order := []string{Minor, General, Serious}
	heaviest := 0
	for _, code := range kinds {
		k, err := p.penalties.pick(code, on)
		if err != nil {
			return Severity{}, err
		}
		class := k.Class
		if large && k.Large != "" {
			class = k.Large
		}
		heaviest = max(heaviest, slices.Index(order, class))
	}
	if len(kinds) == 0 {
		return Severity{}, fault.New(fault.Invalid, "没有处罚种类，无法确定公示分类。")
	}
	return p.severities.pick(order[heaviest], on)
}

// PenaltyKinds returns the kinds of penalties.
func (p *Pack) PenaltyKinds(on workday.Date) []PenaltyKind { return p.penalties.on(on, nil) }

// PenaltyKind returns one kind of penalty.
func (p *Pack) PenaltyKind(code string, on workday.Date) (PenaltyKind, error) {
	return p.penalties.pick(code, on)
}

// Channels returns where a decision against such a subject is published.
func (p *Pack) Channels(subjectKind string, on workday.Date) []Channel {
	return p.channels.on(on, func(c Channel) bool {
		return len(c.Subjects) == 0 || slices.Contains(c.Subjects, subjectKind)
	})
}

// Grounds returns the lawful grounds for an act.
func (p *Pack) Grounds(act string, on workday.Date) []Ground {
	return p.grounds.on(on, func(g Ground) bool { return g.Act == act })
}

// Ground returns one lawful ground.
func (p *Pack) Ground(code string, on workday.Date) (Ground, error) { return p.grounds.pick(code, on) }

// NonPublicationGrounds returns the lawful grounds not to publish a decision.
func (p *Pack) NonPublicationGrounds(on workday.Date) []Ground { return p.Grounds("withhold", on) }

// ResultCategories returns the categories of inspection results.
func (p *Pack) ResultCategories(on workday.Date) []ResultCategory { return p.results.on(on, nil) }

// ResultCategory returns one category of inspection results.
func (p *Pack) ResultCategory(code string, on workday.Date) (ResultCategory, error) {
	return p.results.pick(code, on)
}
