package inspect

import (
	"slices"
	"strings"

	"shenzhong/events"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/identity"
)

// Rectification is one order to put something right (责令改正) and how it went.
type Rectification struct {
	events.RectificationOrdered
	State  State  `json:"state"`
	Proof  string `json:"proof"`
	SHA256 string `json:"sha256"`
	Tries  int    `json:"tries"` // re-inspections so far
}

// Order starts it.
func (r *Rectification) Order(o events.RectificationOrdered) (events.Event, error) {
	if err := stay("整改", r.State, ""); err != nil {
		return nil, err
	}
	state, err := move(nextRectification, "整改", r.State, Ordered)
	if err != nil {
		return nil, err
	}
	r.RectificationOrdered, r.State = o, state
	return o, nil
}

// Prove is the facility's proof, handed in by itself or by the unit for it.
func (r *Rectification) Prove(by identity.Actor, proof, sum string) (events.Event, error) {
	if by.Unit != r.Facility && by.Unit != r.Unit {
		return nil, fault.New(fault.Denied, "只有被责令改正的机构或者承办单位可以提交整改证明")
	}
	if strings.TrimSpace(proof) == "" {
		return nil, fault.About("proof", fault.Invalid, "请写明如何改正，并附证明材料")
	}
	state, err := move(nextRectification, "整改", r.State, Proved)
	if err != nil {
		return nil, err
	}
	r.State, r.Proof, r.SHA256 = state, proof, sum
	return events.RectificationProved{Rectification: r.Rectification, Proof: proof, SHA256: sum}, nil
}

// Check is the re-inspection (复查) by enough officers. If it was not put right
// the order stands, under the same limit.
func (r *Rectification) Check(by identity.Actor, passed bool, note, on string, officers []string, least int) (events.Event, error) {
	if err := by.OfUnit(r.Unit); err != nil {
		return nil, err
	}
	if len(slices.Compact(slices.Sorted(slices.Values(officers)))) < least {
		return nil, fault.About("officers", fault.Invalid, "复查须有至少 %d 名执法人员", least)
	}
	if strings.TrimSpace(note) == "" {
		return nil, fault.About("note", fault.Invalid, "请写明复查情况")
	}
	if err := stay("整改", r.State, Proved); err != nil {
		return nil, err
	}
	to, settled := Ordered, []string(nil)
	if passed {
		to, settled = Closed, []string{r.Deadline.ID}
	}
	state, err := move(nextRectification, "整改", r.State, to)
	if err != nil {
		return nil, err
	}
	r.State = state
	r.Tries++
	return events.RectificationChecked{
		Rectification: r.Rectification, Facility: r.Facility, USCC: r.USCC, Unit: r.Unit, Passed: passed, Note: note,
		Officers: officers, On: on, Settled: settled,
	}, nil
}
