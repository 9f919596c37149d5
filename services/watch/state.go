package watch

import (
	"slices"

	"shenzhong/services/kit/fault"
)

// State is how far an alert is.
type State string

// The states. Each says who acts next.
const (
	Raised       State = "raised"       // 已发出: the lead signs for it
	Acknowledged State = "acknowledged" // 已签收: the lead handles it with those who assist
	Concluded    State = "concluded"    // 已处置
	Lifted       State = "lifted"       // 已解除: its signals were taken back
)

// next is the whole of the workflow: from each state, where an alert may go.
var next = map[State][]State{
	"":           {Raised},
	Raised:       {Acknowledged, Lifted},
	Acknowledged: {Concluded, Lifted},
	Concluded:    {},
	Lifted:       {},
}

// titles are the names of the states for people.
var titles = map[State]string{"": "尚未发出", Raised: "已发出", Acknowledged: "已签收", Concluded: "已处置", Lifted: "已解除"}

// Title is the name of a state for people.
func Title(s State) string { return titles[s] }

// may refuses unless the alert can go to that state now.
func (a *Alert) may(to State) error {
	if slices.Contains(next[a.State], to) {
		return nil
	}
	return fault.New(fault.Conflict, "该预警目前为“%s”，不能办理为“%s”，请刷新后查看最新进展", Title(a.State), Title(to))
}

// move is the only assignment to State.
func (a *Alert) move(to State) error {
	if err := a.may(to); err != nil {
		return err
	}
	a.State = to
	return nil
}

// open reports whether the alert is still to be handled.
func (a *Alert) open() bool { return a.State == Raised || a.State == Acknowledged }
