package inspect

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"shenzhong/events"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/identity"
)

// Rectification is one order to put something right (责令改正) and how it went.
type Rectification struct {
	events.RectificationOrdered
	State   State           `json:"state"`
	Proof   string          `json:"proof"`
	SHA256  string          `json:"sha256"`
	Recheck events.Deadline `json:"recheck"` // for the re-inspection, since the last proof
	Tries   int             `json:"tries"`   // re-inspections so far
	Times   int             `json:"times"`   // how often more time was given
}

// Order starts it.
func (r *Rectification) Order(o events.RectificationOrdered) (events.Event, error) {
	if err := stay("整改", r.State, ""); err != nil { // a failed re-inspection leads there too
		return nil, err
	}
	r.RectificationOrdered, r.State = o, Ordered
	return o, nil
}

// Extend gives more time, before the time given is over and as often as the rule
// allows. To is the limit as it is then.
func (r *Rectification) Extend(by identity.Actor, to events.Deadline, reason string, most int, now time.Time) (events.Event, error) {
	if err := by.OfUnit(r.Unit); err != nil {
		return nil, err
	}
	if err := stay("整改", r.State, Ordered); err != nil {
		return nil, err
	}
	switch {
	case strings.TrimSpace(reason) == "":
		return nil, fault.About("reason", fault.Invalid, "请写明延长改正期限的理由")
	case !now.Before(r.Deadline.Due):
		return nil, fault.New(fault.Conflict, "改正期限已于 %s 届满，不能再延长", r.Deadline.DueDate)
	case r.Times >= most:
		return nil, fault.New(fault.Conflict, "改正期限已经延长 %d 次，不能再延长", r.Times)
	}
	r.Deadline, r.Times = to, r.Times+1
	return events.RectificationExtended{Rectification: r.Rectification, Reason: reason, By: by.ID, Deadline: to}, nil
}

// digest is the SHA-256 of a file, in lower-case hex.
var digest = regexp.MustCompile("^[0-9a-f]{64}$")

// Prove is the facility's proof, handed in by itself or by the unit for it. The
// unit inspects again within the limit recheck.
func (r *Rectification) Prove(by identity.Actor, proof, sum string, recheck events.Deadline) (events.Event, error) {
	if by.Unit != r.Facility && by.Unit != r.Unit {
		return nil, fault.New(fault.Denied, "只有被责令改正的机构或者承办单位可以提交整改证明")
	}
	if strings.TrimSpace(proof) == "" {
		return nil, fault.About("proof", fault.Invalid, "请写明如何改正，并附证明材料")
	}
	if sum != "" && !digest.MatchString(sum) {
		return nil, fault.About("sha256", fault.Invalid, "证明材料的 SHA-256 值应为 64 位小写十六进制数")
	}
	state, err := move(nextRectification, "整改", r.State, Proved)
	if err != nil {
		return nil, err
	}
	r.State, r.Proof, r.SHA256, r.Recheck = state, proof, sum, recheck
	return events.RectificationProved{Rectification: r.Rectification, Proof: proof, SHA256: sum, Deadline: recheck}, nil
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
	to, settled := Ordered, []string{r.Recheck.ID}
	if passed {
		to, settled = Closed, append(settled, r.Deadline.ID)
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
