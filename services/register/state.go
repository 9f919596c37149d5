package register

import (
	"slices"

	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/identity"
)

// State is how an entry of a register stands. The empty State is an entry that
// is not there yet.
type State string

// The states of the four registers.
const (
	Open   State = "open"   // 在营: a facility that may be inspected
	Closed State = "closed" // 已关闭: kept for its record, never inspected

	Active State = "active" // 在岗: an officer who may be drawn
	Left   State = "left"   // 已离岗

	Published State = "published" // 已公布: an item that may be inspected
	Retired   State = "retired"   // 已停用

	Listed State = "listed" // 已列入名录: a unit that takes part
)

// titles are the names of the states for people.
var titles = map[State]string{
	"": "尚未登记", Open: "在营", Closed: "已关闭", Active: "在岗", Left: "已离岗",
	Published: "已公布", Retired: "已停用", Listed: "已列入名录",
}

// moves is the workflow of one register: from each state, where an entry may go.
// Acts that leave the state as it is are no moves.
type moves map[State][]State

// The workflows.
var (
	facilityMoves = moves{"": {Open}, Open: {Closed}, Closed: {}}
	officerMoves  = moves{"": {Active}, Active: {Left}, Left: {}}
	itemMoves     = moves{"": {Published}, Published: {Retired}, Retired: {Published}}
	unitMoves     = moves{"": {Listed}, Listed: {}}
)

// to returns the state that follows from, if the workflow has that move.
func (m moves) to(what string, from, to State) (State, error) {
	if !slices.Contains(m[from], to) {
		return from, stands(what, from)
	}
	return to, nil
}

// stands refuses an act because of the state that an entry is in.
func stands(what string, state State) error {
	return fault.New(fault.Conflict, "%s目前为“%s”，不能办理此事项；请刷新后核对", what, titles[state])
}

// permits says who may do what.
var permits = identity.Permits{
	"facility.read": {
		identity.Officer, identity.Intake, identity.Leader, identity.Legal, identity.Publisher, identity.Registrar, identity.Office, identity.Auditor, identity.System,
	},
	"facility.enter":   {identity.Registrar},
	"facility.correct": {identity.Registrar},
	"facility.flag":    {identity.Registrar, identity.Officer, identity.Leader},
	"facility.unflag":  {identity.Registrar, identity.Leader},
	"facility.close":   {identity.Registrar},
	"facility.grade":   {identity.System},
	"facility.count":   {identity.System},
	"officer.read":     {identity.Officer, identity.Leader, identity.Legal, identity.Registrar, identity.Office, identity.Auditor, identity.System},
	"officer.enter":    {identity.Registrar},
	"officer.correct":  {identity.Registrar},
	"officer.declare":  {identity.Registrar, identity.Officer},
	"officer.withdraw": {identity.Registrar},
	"officer.leave":    {identity.Registrar},
	"item.publish":     {identity.Registrar, identity.System},
	"item.retire":      {identity.Registrar, identity.System},
	"unit.list":        {identity.Registrar, identity.System},
}
