package oversee

import (
	"slices"

	"shenzhong/services/kit/fault"
)

// State is how a limit stands.
type State string

// The states. A limit that oversee has only heard the end of has none yet.
const (
	Armed   State = "armed"    // 计时中: runs
	Overdue State = "overdue"  // 已逾期: has passed, the matter is still open
	Met     State = "met"      // 按期办结
	MetLate State = "met_late" // 逾期办结
)

// next is the whole of the workflow: from each state, where a limit may go.
// A limit runs again when its matter is taken up again or it is counted anew.
// One that was declared overdue, or ended late, is met in time after all when a
// fact that ends it had happened in time and only came late.
var next = map[State][]State{
	"":      {Armed},
	Armed:   {Armed, Overdue, Met, MetLate},
	Overdue: {Armed, Met, MetLate},
	Met:     {Armed},
	MetLate: {Armed, Met},
}

// move is the only assignment to State but for limits that had ended before
// they were heard of.
func (l *Limit) move(to State) error {
	if !slices.Contains(next[l.State], to) {
		return fault.New(fault.Conflict, "期限 %s 已是“%s”，不能变为“%s”", l.Deadline.ID, Title(l.State), Title(to))
	}
	l.State = to
	return nil
}

// titles are the names of the states for people.
var titles = map[State]string{"": "未起算", Armed: "计时中", Overdue: "已逾期", Met: "按期办结", MetLate: "逾期办结"}

// Title is the name of a state for people.
func Title(s State) string { return titles[s] }
