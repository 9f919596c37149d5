package casefile

import (
	"slices"

	"shenzhong/services/kit/fault"
)

// State is how far a case is.
type State string

// The states. Each says who acts next.
const (
	Filed         State = "filed"         // 已立案: the head of the unit assigns two or more officers
	Investigating State = "investigating" // 调查中: the officers collect evidence and report
	Reported      State = "reported"      // 调查终结: notice is given, or no penalty is imposed
	Noticed       State = "noticed"       // 已告知: the party states its case, and may ask for a hearing
	Heard         State = "heard"         // 已听取意见: legal review
	Reviewed      State = "reviewed"      // 法制审核通过: collective discussion, or decision
	Discussed     State = "discussed"     // 已集体讨论: decision
	Decided       State = "decided"       // 已作出处罚决定: service
	Served        State = "served"        // 已送达: payment, publication, then the end
	Spared        State = "spared"        // 决定不予处罚: the end
	Revoked       State = "revoked"       // 决定被变更或撤销: what was published is withdrawn, then the end
	Closed        State = "closed"        // 已结案: only a reconsideration or a suit goes on
)

// next is the whole of the workflow: from each state, where a case may go.
// Which of the ways past a gate may be taken is for the gates to say: no table
// and no account can take a gate of the law away.
var next = map[State][]State{
	"":            {Filed},
	Filed:         {Investigating, Closed},
	Investigating: {Reported, Closed},
	Reported:      {Noticed, Spared, Investigating, Closed},
	Noticed:       {Heard},
	Heard:         {Reviewed, Discussed, Decided, Investigating},
	Reviewed:      {Discussed, Decided, Investigating},
	Discussed:     {Decided, Investigating},
	Decided:       {Served, Revoked},
	Served:        {Closed, Revoked},
	Spared:        {Closed},
	Revoked:       {Closed},
	Closed:        {Revoked},
}

var titles = map[State]string{
	"": "尚未立案", Filed: "已立案", Investigating: "调查中", Reported: "调查终结", Noticed: "已告知", Heard: "已听取意见",
	Reviewed: "法制审核通过", Discussed: "已集体讨论", Decided: "已作出处罚决定", Served: "已送达", Spared: "决定不予处罚",
	Revoked: "决定被变更或撤销", Closed: "已结案",
}

// Title is the name of a state for people.
func Title(s State) string { return titles[s] }

// move is the only assignment to State.
func (c *Case) move(to State) error {
	if !slices.Contains(next[c.State], to) {
		return fault.New(fault.Conflict, "案件目前为“%s”，不能变为“%s”", Title(c.State), Title(to))
	}
	c.State = to
	return nil
}

// stands refuses an act that does not belong in the present state.
func (c *Case) stands(in ...State) error {
	if slices.Contains(in, c.State) {
		return nil
	}
	return fault.New(fault.Conflict, "案件目前为“%s”，此步骤不能办理（须为“%s”）", Title(c.State), Title(in[0]))
}
