package draw

import (
	"slices"

	"shenzhong/services/kit/fault"
)

// State is how far a draw is.
type State string

// The states. Each says who acts next.
const (
	Announced State = "announced" // 已公告: the parties hand in their commitments
	Frozen    State = "frozen"    // 名录已锁定: the parties open their commitments
	Revealed  State = "revealed"  // 揭示已截止: two officers type the public number
	Numbered  State = "numbered"  // 公开随机数已确认: the draw is computed
	Sealed    State = "sealed"    // 已抽取并封存: the visits go on; seats may be refilled
	Opened    State = "opened"    // 已启封: everything is public
	Voided    State = "voided"    // 本次已作废: the lead unit announces the next attempt
)

// next is the whole of the ceremony: from each state, where a draw may go. There
// is no way back, and none past the public number but forward: who gives an
// attempt up before it begins anew, with another public number.
var next = map[State][]State{
	"":        {Announced},
	Announced: {Frozen, Voided},
	Frozen:    {Revealed, Voided},
	Revealed:  {Numbered, Voided}, // voided only where witnesses saw the reveals too late
	Numbered:  {Sealed},
	Sealed:    {Opened},
	Opened:    {},
	Voided:    {Announced}, // as the next attempt at the same draw
}

var titles = map[State]string{
	"": "尚未公告", Announced: "已公告", Frozen: "名录已锁定", Revealed: "揭示已截止", Numbered: "公开随机数已确认",
	Sealed: "已抽取并封存", Opened: "已启封", Voided: "已作废",
}

// Title is the name of a state for people.
func Title(s State) string { return titles[s] }

// move is the only assignment to State.
func (d *Draw) move(to State) error {
	if !slices.Contains(next[d.State], to) {
		return fault.New(fault.Conflict, "抽取 %s 目前为“%s”，不能变为“%s”", d.ID, Title(d.State), Title(to))
	}
	d.State = to
	return nil
}

// stay refuses unless the draw stands in the state in which the act belongs.
func (d *Draw) stay(want State) error {
	if d.State != want {
		return fault.New(fault.Conflict, "抽取 %s 目前为“%s”，此步骤须在“%s”时办理", d.ID, Title(d.State), Title(want))
	}
	return nil
}
