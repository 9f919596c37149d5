package clue

import (
	"slices"

	"shenzhong/services/kit/fault"
)

// State is how far a clue is.
type State string

// The states. Each says who acts next.
const (
	Received  State = "received"  // 已登记: the matrix, or else the intake, routes it
	Routed    State = "routed"    // 已分办: the lead signs for it, and takes it up or gives it back
	Accepted  State = "accepted"  // 已受理: the lead verifies
	Returned  State = "returned"  // 已退回: the intake routes it anew, or the suggested unit objects
	Disputed  State = "disputed"  // 职责争议: the office of the task force rules
	Ruled     State = "ruled"     // 已裁定: it goes to the unit that the ruling names
	Merged    State = "merged"    // 已并案: the other clue goes on for both
	Concluded State = "concluded" // 核查办结: the sender is told
	Answered  State = "answered"  // 已答复: the end, unless the sender brings something new
	Reopened  State = "reopened"  // 重新核查: the lead verifies again, once
)

// next is the whole of the workflow: from each state, where a clue may go.
var next = map[State][]State{
	"":        {Received},
	Received:  {Routed, Merged},
	Routed:    {Accepted, Returned, Merged},
	Returned:  {Routed, Disputed, Merged},
	Disputed:  {Ruled},
	Ruled:     {Routed},
	Accepted:  {Concluded, Merged},
	Merged:    {Answered},
	Concluded: {Answered},
	Answered:  {Reopened},
	Reopened:  {Concluded},
}

// titles are the names of the states for people.
var titles = map[State]string{
	"": "尚未登记", Received: "已登记", Routed: "已分办", Accepted: "已受理", Returned: "已退回", Disputed: "职责争议",
	Ruled: "已裁定", Merged: "已并案", Concluded: "核查办结", Answered: "已答复", Reopened: "重新核查",
}

// Title is the name of a state for people.
func Title(s State) string { return titles[s] }

// may refuses unless the clue can go to that state now.
func (c *Clue) may(to State) error {
	if slices.Contains(next[c.State], to) {
		return nil
	}
	return fault.New(fault.Conflict, "该线索目前为“%s”，不能办理为“%s”，请刷新后查看最新进展", Title(c.State), Title(to))
}

// move is the only assignment to State.
func (c *Clue) move(to State) error {
	if err := c.may(to); err != nil {
		return err
	}
	c.State = to
	return nil
}
