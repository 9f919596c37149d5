package credit

import (
	"slices"
	"strings"

	"shenzhong/events"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/identity"
)

// RepairState is how far an application for credit repair is.
type RepairState string

// The states. Each says who acts next.
const (
	Asked    RepairState = "asked"    // 已申请: the unit takes it up or refuses it
	Accepted RepairState = "accepted" // 已受理: the head of the unit decides
	Refused  RepairState = "refused"  // 不予受理
	Granted  RepairState = "granted"  // 准予修复
	Denied   RepairState = "denied"   // 不予修复
)

// nextRepair is the whole of the workflow: from each state, where an
// application may go.
var nextRepair = map[RepairState][]RepairState{
	"":       {Asked},
	Asked:    {Accepted, Refused},
	Accepted: {Granted, Denied},
	Refused:  {},
	Granted:  {},
	Denied:   {},
}

var repairTitles = map[RepairState]string{"": "尚未申请", Asked: "已申请", Accepted: "已受理", Refused: "不予受理", Granted: "准予修复", Denied: "不予修复"}

// RepairTitle is the name of a state for people.
func RepairTitle(s RepairState) string { return repairTitles[s] }

// Repair is an application for credit repair and how it stands.
type Repair struct {
	events.Repair
	State   RepairState      `json:"state"`
	Reason  string           `json:"reason"`            // of what was decided last
	Running *events.Deadline `json:"running,omitempty"` // limit of whoever acts next
}

// move is the only assignment to State.
func (r *Repair) move(to RepairState) error {
	if !slices.Contains(nextRepair[r.State], to) {
		return fault.New(fault.Conflict, "该信用修复申请目前为“%s”，不能变为“%s”", RepairTitle(r.State), RepairTitle(to))
	}
	r.State = to
	return nil
}

// Ask files the application; accept is the limit for taking it up.
func (r *Repair) Ask(asked events.Repair, accept events.Deadline) (events.Event, error) {
	if err := r.move(Asked); err != nil {
		return nil, err
	}
	r.Repair, r.Running = asked, &accept
	return events.RepairAsked{Repair: asked, Deadlines: []events.Deadline{accept}}, nil
}

// Accept takes the application up; decide is the limit for deciding.
func (r *Repair) Accept(by identity.Actor, on string, decide events.Deadline) (events.Event, error) {
	if err := by.OfUnit(r.Unit); err != nil {
		return nil, err
	}
	if err := r.move(Accepted); err != nil {
		return nil, err
	}
	settled := r.end()
	r.Running = &decide
	return events.RepairAccepted{Repair: r.ID, By: by.ID, On: on, Deadlines: []events.Deadline{decide}, Settled: settled}, nil
}

// Refuse does not take the application up.
func (r *Repair) Refuse(by identity.Actor, reason, on string) (events.Event, error) {
	if err := by.OfUnit(r.Unit); err != nil {
		return nil, err
	}
	if strings.TrimSpace(reason) == "" {
		return nil, fault.About("reason", fault.Invalid, "不予受理须写明理由和应当补正的内容")
	}
	if err := r.move(Refused); err != nil {
		return nil, err
	}
	r.Reason = reason
	return events.RepairRefused{Repair: r.ID, By: by.ID, Reason: reason, On: on, Settled: r.end()}, nil
}

// Decide grants the repair or denies it.
func (r *Repair) Decide(by identity.Actor, granted bool, reason, on string) (events.Event, error) {
	if err := by.OfUnit(r.Unit); err != nil {
		return nil, err
	}
	if strings.TrimSpace(reason) == "" {
		return nil, fault.About("reason", fault.Invalid, "请写明准予或者不予修复的理由")
	}
	to := Denied
	if granted {
		to = Granted
	}
	if err := r.move(to); err != nil {
		return nil, err
	}
	r.Reason = reason
	return events.RepairDecided{Repair: r.Repair, Granted: granted, By: by.ID, Reason: reason, On: on, Settled: r.end()}, nil
}

// end ends the limit that runs, and names it.
func (r *Repair) end() []string {
	id := r.Running.ID
	r.Running = nil
	return []string{id}
}

// ObjectionState is how far an objection is.
type ObjectionState string

// The states. Each says who acts next.
const (
	Raised   ObjectionState = "raised"   // 异议处理中: the head of the unit decides
	Upheld   ObjectionState = "upheld"   // 异议成立
	Rejected ObjectionState = "rejected" // 异议不成立
)

// nextObjection is the whole of the workflow: from each state, where an
// objection may go.
var nextObjection = map[ObjectionState][]ObjectionState{
	"":       {Raised},
	Raised:   {Upheld, Rejected},
	Upheld:   {},
	Rejected: {},
}

var objectionTitles = map[ObjectionState]string{"": "尚未提出", Raised: "异议处理中", Upheld: "异议成立", Rejected: "异议不成立"}

// ObjectionTitle is the name of a state for people.
func ObjectionTitle(s ObjectionState) string { return objectionTitles[s] }

// Objection is what a facility has against an entry of its record.
type Objection struct {
	events.Objection
	State   ObjectionState   `json:"state"`
	Reason  string           `json:"reason"`            // of the decision
	Running *events.Deadline `json:"running,omitempty"` // for deciding
}

// move is the only assignment to State.
func (o *Objection) move(to ObjectionState) error {
	if !slices.Contains(nextObjection[o.State], to) {
		return fault.New(fault.Conflict, "该异议目前为“%s”，不能变为“%s”", ObjectionTitle(o.State), ObjectionTitle(to))
	}
	o.State = to
	return nil
}

// Raise files the objection; decide is the limit for deciding about it.
func (o *Objection) Raise(raised events.Objection, decide events.Deadline) (events.Event, error) {
	if strings.TrimSpace(raised.Claim) == "" {
		return nil, fault.About("claim", fault.Invalid, "请写明哪一项信息有误、正确的内容是什么")
	}
	if err := o.move(Raised); err != nil {
		return nil, err
	}
	o.Objection, o.Running = raised, &decide
	return events.ObjectionRaised{Objection: raised, Deadlines: []events.Deadline{decide}}, nil
}

// Decide says whether the objection is right.
func (o *Objection) Decide(by identity.Actor, upheld bool, reason, on string) (events.Event, error) {
	if err := by.OfUnit(o.Unit); err != nil {
		return nil, err
	}
	if strings.TrimSpace(reason) == "" {
		return nil, fault.About("reason", fault.Invalid, "请写明异议成立或者不成立的理由")
	}
	to := Rejected
	if upheld {
		to = Upheld
	}
	if err := o.move(to); err != nil {
		return nil, err
	}
	id := o.Running.ID
	o.Reason, o.Running = reason, nil
	return events.ObjectionDecided{Objection: o.Objection, Upheld: upheld, By: by.ID, Reason: reason, On: on, Settled: []string{id}}, nil
}
