package casefile

import (
	"slices"

	"shenzhong/events"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/identity"
	"shenzhong/services/kit/law"
)

// Gate is one gate of the law (法定关口) as it stood when the case was filed,
// and when it was passed.
type Gate struct {
	Code     string `json:"code"`
	Name     string `json:"name"`
	Basis    string `json:"basis"`
	When     string `json:"when"`      // hearing, review, discussion: only under that condition; empty = always
	PassedOn string `json:"passed_on"` // empty = not yet
}

// ordinary is the type of case whose gates the law pack lists (普通程序).
const ordinary = "ordinary"

// statutory are the gates that 行政处罚法 itself sets for the ordinary
// procedure. A law pack may add gates; a pack that lacks one of these is not
// worked with.
var statutory = []string{
	"filing", "officers", "recusal", "evidence", "referral", "notice", "statement", "hearing", "review", "discussion", "decision", "served",
}

// later are the gates that come after the decision.
var later = []string{"decision", "served", "repair_notice"}

// gates takes the gates of a law pack over into a case.
func gates(lines []law.Gate) ([]Gate, error) {
	out := make([]Gate, 0, len(lines))
	for _, g := range lines {
		out = append(out, Gate{Code: g.Code, Name: g.Name, Basis: g.Citation(), When: g.When})
	}
	for _, code := range statutory {
		at := slices.IndexFunc(out, func(g Gate) bool { return g.Code == code })
		if at < 0 {
			return nil, fault.New(fault.Unavailable, "规则包缺少普通程序的法定关口“%s”，任何人不得取消，请恢复后再办理案件", code)
		}
		if conditional := slices.Contains([]string{"hearing", "review", "discussion"}, code); out[at].When != "" && !conditional {
			return nil, fault.New(fault.Unavailable, "规则包给法定关口“%s”附加了条件，任何人不得限制，请恢复后再办理案件", out[at].Name)
		}
	}
	return out, nil
}

// pass notes that a gate was passed; the first day stays.
func (c *Case) pass(code, on string) {
	for i := range c.Gates {
		if c.Gates[i].Code == code && c.Gates[i].PassedOn == "" {
			c.Gates[i].PassedOn = on
		}
	}
}

// reopen shuts gates that were passed.
func (c *Case) reopen(codes ...string) {
	for i := range c.Gates {
		if slices.Contains(codes, c.Gates[i].Code) {
			c.Gates[i].PassedOn = ""
		}
	}
}

// demands reports whether the gate stands in the way of this case. A condition
// that is not known here always does.
func (c *Case) demands(g Gate) bool {
	told := c.Notice != nil && c.Notice.Hearing
	grave := c.Report != nil && (c.Report.Complex || c.Report.Major)
	switch g.When {
	case "hearing":
		return told
	case "review", "discussion":
		return told || grave
	}
	return true
}

// Open returns the gates that still stand before the decision, in the order of
// the law pack.
func (c *Case) Open() []Gate {
	var open []Gate
	for _, g := range c.Gates {
		if !slices.Contains(later, g.Code) && g.PassedOn == "" && c.demands(g) {
			open = append(open, g)
		}
	}
	return open
}

// cleared refuses while a gate stands before the decision.
func (c *Case) cleared() error {
	for _, g := range c.Open() {
		return fault.New(fault.Conflict, "法定程序“%s”尚未完成，不得作出处罚决定（%s）", g.Name, g.Basis)
	}
	return nil
}

// Confirm passes a gate that a law pack added to those of the statute: somebody
// of the unit states how it was met.
func (c *Case) Confirm(by identity.Actor, code, note, on string) (events.Event, error) {
	if err := by.OfUnit(c.Unit); err != nil {
		return nil, err
	}
	if err := c.stands(Investigating, Reported, Noticed, Heard, Reviewed, Discussed); err != nil {
		return nil, err
	}
	if slices.Contains(statutory, code) || slices.Contains(later, code) {
		return nil, fault.About("gate", fault.Invalid, "该法定程序须按步骤办理，不能直接确认")
	}
	at := slices.IndexFunc(c.Gates, func(g Gate) bool { return g.Code == code })
	if at < 0 {
		return nil, fault.About("gate", fault.Invalid, "本案没有名为“%s”的程序", code)
	}
	if c.Gates[at].PassedOn != "" {
		return nil, fault.New(fault.Conflict, "“%s”已经确认", c.Gates[at].Name)
	}
	c.pass(code, on)
	return c.step("confirmed", []string{by.ID}, c.Gates[at].Name+"："+note, "", nil), nil
}
