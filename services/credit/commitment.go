package credit

import (
	"slices"
	"strings"

	"shenzhong/events"
	"shenzhong/services/kit/fault"
)

// State is how far a commitment is.
type State string

// The states. Each says who acts next.
const (
	Made     State = "made"     // 履行中
	Noticed  State = "noticed"  // 已告知: the facility can be heard
	Heard    State = "heard"    // 已听取陈述: the unit establishes the breach or drops it
	Breached State = "breached" // 已认定违诺
)

// next is the whole of the workflow: from each state, where a commitment may go.
var next = map[State][]State{
	"":       {Made},
	Made:     {Noticed},
	Noticed:  {Heard, Made},
	Heard:    {Breached, Made},
	Breached: {},
}

var titles = map[State]string{"": "尚未登记", Made: "履行中", Noticed: "已告知", Heard: "已听取陈述", Breached: "已认定违诺"}

// Title is the name of a state for people.
func Title(s State) string { return titles[s] }

// Commitment is a written commitment (信用承诺) and whether it was kept. A breach
// enters the record only after notice and hearing, with evidence.
type Commitment struct {
	events.Commitment
	State      State    `json:"state"`
	Obligation int      `json:"obligation"`
	Fact       string   `json:"fact"`
	Evidence   []string `json:"evidence"`
	Unit       string   `json:"unit"`
	Statement  string   `json:"statement"`
}

// move is the only assignment to State.
func (c *Commitment) move(to State) error {
	if !slices.Contains(next[c.State], to) {
		return fault.New(fault.Conflict, "该承诺目前为“%s”，不能变为“%s”", Title(c.State), Title(to))
	}
	c.State = to
	return nil
}

// Make registers the commitment; it is published.
func (c *Commitment) Make(made events.Commitment) (events.Event, error) {
	if len(made.Obligations) == 0 || slices.ContainsFunc(made.Obligations, func(o string) bool { return strings.TrimSpace(o) == "" }) {
		return nil, fault.About("obligations", fault.Invalid, "请逐条写明承诺事项")
	}
	if c.State != "" {
		return nil, fault.New(fault.Conflict, "该承诺已经登记，目前为“%s”", Title(c.State))
	}
	if err := c.move(Made); err != nil {
		return nil, err
	}
	c.Commitment = made
	return events.CommitmentMade{Commitment: made}, nil
}

// Notice tells the facility of a suspected breach and that it can be heard. Hear
// is the limit for that.
func (c *Commitment) Notice(unit string, obligation int, fact string, evidence []string, hear ...events.Deadline) (events.Event, error) {
	switch {
	case obligation < 1 || obligation > len(c.Obligations):
		return nil, fault.About("obligation", fault.Invalid, "请选择所违反的承诺事项（第 1 至 %d 条）", len(c.Obligations))
	case strings.TrimSpace(fact) == "":
		return nil, fault.About("fact", fault.Invalid, "请写明涉嫌违反承诺的事实")
	case len(evidence) == 0:
		return nil, fault.About("evidence", fault.Invalid, "认定违诺须有证据，请至少附一项")
	}
	if err := c.move(Noticed); err != nil {
		return nil, err
	}
	c.Unit, c.Obligation, c.Fact, c.Evidence = unit, obligation, fact, evidence
	return events.BreachNoticed{Commitment: c.ID, Obligation: obligation, Fact: fact, Evidence: evidence, Unit: unit, Deadlines: hear}, nil
}

// Hear notes what the facility had to say, or that it waived.
func (c *Commitment) Hear(statement string) (events.Event, error) {
	if strings.TrimSpace(statement) == "" {
		return nil, fault.About("statement", fault.Invalid, "请记录当事人的陈述；放弃陈述的，写明放弃")
	}
	if err := c.move(Heard); err != nil {
		return nil, err
	}
	c.Statement = statement
	return events.BreachHeard{Commitment: c.ID, Statement: statement, Settled: c.hearing()}, nil
}

// Establish enters the breach.
func (c *Commitment) Establish(unit, on, remedy string) (events.Event, error) {
	if c.State == Heard && unit != c.Unit {
		return nil, fault.New(fault.Denied, "由告知违诺的单位认定")
	}
	if err := c.move(Breached); err != nil {
		return nil, err
	}
	return events.CommitmentBreached{
		Commitment: c.Commitment, Obligation: c.Obligation, Fact: c.Fact, Evidence: c.Evidence, Unit: unit, On: on, Remedy: remedy,
	}, nil
}

// Drop says that the suspicion did not hold.
func (c *Commitment) Drop(unit, reason string) (events.Event, error) {
	if c.State != Noticed && c.State != Heard {
		return nil, fault.New(fault.Conflict, "该承诺目前为“%s”，没有待认定的违诺", Title(c.State))
	}
	if unit != c.Unit {
		return nil, fault.New(fault.Denied, "由告知违诺的单位办理")
	}
	if strings.TrimSpace(reason) == "" {
		return nil, fault.About("reason", fault.Invalid, "请写明不成立的理由")
	}
	if err := c.move(Made); err != nil {
		return nil, err
	}
	c.Obligation, c.Fact, c.Evidence, c.Statement = 0, "", nil, ""
	return events.BreachDropped{Commitment: c.ID, Reason: reason, Settled: c.hearing()}, nil
}

// ruleHear is the line of the deadline catalogue under which a facility is heard.
const ruleHear = "credit.breach.hear"

// subjectOf is the subject of the commitment with that id, under which its limit runs.
func subjectOf(id string) string { return "commitment/" + id }

// hearing is the id of the limit for being heard, in a list.
func (c *Commitment) hearing() []string {
	return []string{events.DeadlineID(subjectOf(c.ID), ruleHear)}
}
