package law

import (
	"slices"

	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/workday"
)

// Gate is something that the law demands before a case or an inspection may go
// on (法定关口). Nobody can switch one off.
type Gate struct {
	Line  `yaml:",inline"`
	Code  string   `yaml:"code"`
	Cases []string `yaml:"cases"` // ordinary, simple, inspection, campaign, publication
	Name  string   `yaml:"name"`
	Text  string   `yaml:"text"` // what must be done, in Chinese
	// When narrows it: hearing, review, discussion where the law names conditions; empty = always.
	When string `yaml:"when"`
}

func (g Gate) key() string { return g.Code }

func (g Gate) check() error {
	known := []string{"ordinary", "simple", "inspection", "campaign", "publication"}
	for _, c := range g.Cases {
		if !slices.Contains(known, c) {
			return fault.New(fault.Invalid, "关口“%s”的案件类型“%s”不认识。", g.Code, c)
		}
	}
	if len(g.Cases) == 0 || g.Name == "" || g.Text == "" {
		return fault.New(fault.Invalid, "关口“%s”不完整。", g.Code)
	}
	return nil
}

// Hearing is the amount from which the party may ask for a hearing (听证).
type Hearing struct {
	Line    `yaml:",inline"`
	Unit    string `yaml:"unit"`    // "*" = any that has no line of its own
	Subject string `yaml:"subject"` // natural, individual_business, legal
	Fen     int64  `yaml:"fen"`     // the amount is reached by this many fen
}

func (h Hearing) key() string { return h.Unit + "/" + h.Subject }

func (h Hearing) check(p *Pack) error {
	if h.Unit != "*" && !p.units.has(h.Unit) || h.Fen < 1 ||
		!slices.Contains([]string{"natural", "individual_business", "legal"}, h.Subject) {
		return fault.New(fault.Invalid, "听证数额“%s”不完整。", h.key())
	}
	return nil
}

// Fine is what the law allows to impose for a violation. Amounts that nobody
// has read in the published text are not in the pack.
type Fine struct {
	Line      `yaml:",inline"`
	Violation string   `yaml:"violation"`
	Kinds     []string `yaml:"kinds"` // kinds of penalties
	Text      string   `yaml:"text"`  // the consequence in words
	// MinTimes and MaxTimes are multiples of the unlawful gain (违法所得).
	MinTimes *int64 `yaml:"min_times"`
	MaxTimes *int64 `yaml:"max_times"`
	// MinFen and MaxFen bound an amount.
	MinFen *int64 `yaml:"min_fen"`
	MaxFen *int64 `yaml:"max_fen"`
}

func (f Fine) key() string { return f.Violation }

// Known reports whether an amount was read in the published text.
func (f Fine) Known() bool {
	return f.Verified == Checked && (f.MaxFen != nil || f.MaxTimes != nil)
}

func (f Fine) check(p *Pack) error {
	bad := fault.New(fault.Invalid, "违法行为“%s”的罚则不完整或者数额不合理。", f.Violation)
	if !p.routes.has(f.Violation) {
		return bad
	}
	for _, k := range f.Kinds {
		if !p.penalties.has(k) {
			return bad
		}
	}
	if f.Verified != Checked && (f.MinFen != nil || f.MaxFen != nil || f.MinTimes != nil || f.MaxTimes != nil) {
		return fault.New(fault.Invalid, "违法行为“%s”的罚则没有核对，不得填写数额。", f.Violation)
	}
	if above(f.MinFen, f.MaxFen) || above(f.MinTimes, f.MaxTimes) {
		return bad
	}
	return nil
}

// above reports whether a lower bound exceeds its upper one, or stands alone.
func above(low, high *int64) bool {
	return low != nil && (*low < 0 || high == nil || *low > *high) || high != nil && *high < 1
}

// Limit is a number that is neither a time limit nor a fine: an area, a height,
// a yearly cap.
type Limit struct {
	Line  `yaml:",inline"`
	ID    string `yaml:"id"`
	Name  string `yaml:"name"`
	Value *int64 `yaml:"value"` // absent where nobody has read it
	Unit  string `yaml:"unit"`  // Chinese
}

func (l Limit) key() string { return l.ID }

func (l Limit) check() error {
	if l.Name == "" || l.Unit == "" || l.Verified == Unchecked && l.Value != nil || l.Verified != Unchecked && l.Value == nil {
		return fault.New(fault.Invalid, "限值“%s”不完整：已核对的应当有数值，未核对的不得有数值。", l.ID)
	}
	return nil
}

// Gates returns what the law demands of that type of case, in order.
func (p *Pack) Gates(caseType string, on workday.Date) []Gate {
	return p.gates.on(on, func(g Gate) bool { return slices.Contains(g.Cases, caseType) })
}

// HearingThreshold returns the amount from which a party of that sort may ask
// that unit for a hearing: the unit's own line, or else the line for any.
func (p *Pack) HearingThreshold(unit, subject string, on workday.Date) (Hearing, error) {
	h, err := p.hearings.pick(Hearing{Unit: unit, Subject: subject}.key(), on)
	if err == nil {
		return h, nil
	}
	return p.hearings.pick(Hearing{Unit: "*", Subject: subject}.key(), on)
}

// Fine returns what may be imposed for a violation by the day of the act. An
// amount that is not verified is fault.NotFound with the reason; the line
// itself is returned with it, so that its words can be shown.
func (p *Pack) Fine(violation string, on workday.Date) (Fine, error) {
	f, err := p.fines.pick(violation, on)
	if err != nil {
		return Fine{}, err
	}
	if !f.Known() {
		return f, fault.New(fault.NotFound, "“%s”的罚款数额尚未与公布的法律文本核实，规则包中没有数额，请查阅%s后由承办人填写。", violation, f.Citation())
	}
	return f, nil
}

// LawChanged returns the routes of a violation on the day of the act and on the
// day of the decision, and whether another instrument applies by then. Where it
// does, the officer must say which is lighter: 行政处罚法 art. 37.
func (p *Pack) LawChanged(violation string, act, decision workday.Date) (then, now Route, changed bool, err error) {
	if then, err = p.routes.pick(violation, act); err != nil {
		return Route{}, Route{}, false, err
	}
	if now, err = p.routes.pick(violation, decision); err != nil {
		return Route{}, Route{}, false, err
	}
	return then, now, !slices.Equal(then.Basis, now.Basis), nil
}

// Limit returns a number of the pack, or fault.NotFound that says plainly that
// nobody has verified it.
func (p *Pack) Limit(id string, on workday.Date) (Limit, error) {
	l, err := p.limits.pick(id, on)
	if err != nil {
		return Limit{}, err
	}
	if l.Value == nil {
		return l, fault.New(fault.NotFound, "%s的数值尚未核实，规则包中没有，请按%s的公布文本填写后再用。", l.Name, l.Citation())
	}
	return l, nil
}
