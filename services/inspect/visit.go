package inspect

import (
	"slices"
	"strings"
	"time"

	"shenzhong/events"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/identity"
	"shenzhong/services/kit/law"
	"shenzhong/services/kit/store"
)

// Visit is one joint visit to one facility: several units, one visit, one
// signature of the facility (综合查一次).
type Visit struct {
	events.Visit
	State   State           `json:"state"`
	Publish events.Deadline `json:"publish"` // limit for publishing the result, once it is recorded
}

// Assign makes the visit that the draw led to.
func (v *Visit) Assign(visit events.Visit) (events.Event, error) {
	state, err := move(nextVisit, "检查", v.State, Assigned)
	if err != nil {
		return nil, err
	}
	v.Visit, v.State = visit, state
	return events.VisitAssigned{Visit: visit}, nil
}

// Reseat puts the next officer of the draw into a seat (递补). It is too late once
// the unit has answered.
func (v *Visit) Reseat(seat events.Seat, was, reason string) (events.Event, error) {
	if !slices.Contains([]State{Assigned, Approved, Noticed}, v.State) {
		return nil, fault.New(fault.Conflict, "检查目前为“%s”，检查人员不能再更换", Title(v.State))
	}
	section, err := v.section(seat.Unit)
	if err != nil {
		return nil, err
	}
	if len(section.Results) > 0 {
		return nil, fault.New(fault.Conflict, "该单位的检查结果已经录入，检查人员不能再更换")
	}
	if seat.No < 1 || seat.No > len(section.Officers) {
		return nil, fault.New(fault.Invalid, "没有第 %d 个席位", seat.No)
	}
	section.Officers[seat.No-1] = seat.Officer
	return events.VisitReseated{
		Visit: v.ID, Section: seat.Unit, No: seat.No, Officer: seat.Officer, Was: was, Reason: reason, Team: section.Officers,
	}, nil
}

// Approve is the consent of the head of one unit to its own part (检查审批,
// 国办发〔2024〕54号; 渝府令375号 art. 17).
func (v *Visit) Approve(by identity.Actor, least int, at time.Time) (events.Event, error) {
	section, err := v.section(by.Unit)
	if err != nil {
		return nil, err
	}
	if err := stay("检查", v.State, Assigned); err != nil {
		return nil, err
	}
	if approvedBy(v.Approvals, by.Unit) {
		return nil, store.Unchanged
	}
	if seated(section.Officers) < least {
		return nil, fault.New(fault.Conflict, "本单位检查人员不足 %d 名，请先递补后再审批", least)
	}
	approval := events.Approval{Unit: by.Unit, By: by.ID, At: at}
	v.Approvals = append(v.Approvals, approval)
	missing := v.unapproved()
	if len(missing) == 0 {
		state, err := move(nextVisit, "检查", v.State, Approved)
		if err != nil {
			return nil, err
		}
		v.State = state
	}
	return events.VisitApproved{Visit: v.ID, Approval: approval, Missing: missing}, nil
}

// Notice gives the facility notice, once for all units.
func (v *Visit) Notice(by identity.Actor, no, on string, code Coded, at time.Time) (events.Event, error) {
	if err := v.ofTeam(by, v.Lead); err != nil {
		return nil, err
	}
	if missing := v.unapproved(); v.State == Assigned && len(missing) > 0 {
		return nil, fault.New(fault.Conflict, "检查尚待 %s 的负责人审批，各参加单位都审批后才能通知", strings.Join(missing, "、"))
	}
	state, err := move(nextVisit, "检查", v.State, Noticed)
	if err != nil {
		return nil, err
	}
	v.State, v.NoticeNo, v.VisitedOn, v.NoticedAt = state, no, on, at
	v.Code, v.ScannedAt, v.NoCode = code.Code, code.ScannedAt, code.NoCode
	return events.VisitNoticed{Visit: v.ID, NoticeNo: no, On: on, Code: code.Code, ScannedAt: code.ScannedAt, NoCode: code.NoCode}, nil
}

// unapproved are the units whose heads have not approved yet.
func (v *Visit) unapproved() []string {
	units := make([]string, len(v.Sections))
	for i, s := range v.Sections {
		units[i] = s.Unit
	}
	return without(units, v.Approvals)
}

// Answer is what one unit found, signed by its officers. Each unit answers its
// own section, once.
func (v *Visit) Answer(by identity.Actor, answer events.VisitSection, categories []law.ResultCategory, least int) (events.Event, error) {
	if err := v.ofTeam(by, answer.Unit); err != nil {
		return nil, err
	}
	section, err := v.section(answer.Unit)
	if err != nil {
		return nil, err
	}
	if err := stay("检查", v.State, Noticed); err != nil {
		return nil, err
	}
	if len(section.Results) > 0 {
		return nil, fault.New(fault.Conflict, "本单位的检查结果已经录入并签字，不能重复录入")
	}
	if err := checkSigned(section.Officers, answer.Signed, least); err != nil {
		return nil, err
	}
	if err := checkResults(v.SubjectKind, section.Items, answer, categories); err != nil {
		return nil, err
	}
	section.Results, section.Findings, section.Signed = answer.Results, answer.Findings, answer.Signed
	if !slices.ContainsFunc(v.Sections, func(s events.VisitSection) bool { return len(s.Results) == 0 }) {
		state, err := move(nextVisit, "检查", v.State, Answered)
		if err != nil {
			return nil, err
		}
		v.State = state
	}
	return events.SectionAnswered{Visit: v.ID, Section: *section}, nil
}

// Sign is the facility's signature under all sections, or its refusal and who
// witnessed it.
func (v *Visit) Sign(by identity.Actor, countersign, note string) (events.Event, error) {
	if err := v.ofTeam(by, v.Lead); err != nil {
		return nil, err
	}
	if countersign != "signed" && countersign != "refused" {
		return nil, fault.About("countersign", fault.Invalid, "请选择当事人签字或者拒绝签字")
	}
	if countersign == "refused" && strings.TrimSpace(note) == "" {
		return nil, fault.About("refusal_note", fault.Invalid, "当事人拒绝签字的，须注明情况和见证人")
	}
	state, err := move(nextVisit, "检查", v.State, Signed)
	if err != nil {
		return nil, err
	}
	v.State, v.Countersign, v.RefusalNote = state, countersign, note
	return events.VisitSigned{Visit: v.ID, Countersign: countersign, RefusalNote: note}, nil
}

// Record closes the visit. Publish are the limits for publishing its result.
func (v *Visit) Record(by identity.Actor, on string, publish []events.Deadline) (events.Event, error) {
	if err := v.ofTeam(by, v.Lead); err != nil {
		return nil, err
	}
	state, err := move(nextVisit, "检查", v.State, Recorded)
	if err != nil {
		return nil, err
	}
	v.State = state
	if len(publish) > 0 { // that of the law comes first
		v.Publish = publish[0]
	}
	return events.VisitRecorded{Visit: v.Visit, On: on, Deadlines: publish}, nil
}

// ofTeam refuses everybody but the officers of one unit who were drawn for this
// visit.
func (v *Visit) ofTeam(by identity.Actor, unit string) error {
	if err := by.OfUnit(unit); err != nil {
		return err
	}
	section, err := v.section(unit)
	if err != nil {
		return err
	}
	if !slices.Contains(section.Officers, by.ID) {
		return fault.New(fault.Denied, "本次检查由抽取派定的检查人员办理，您不在其中")
	}
	return nil
}

func (v *Visit) section(unit string) (*events.VisitSection, error) {
	for i := range v.Sections {
		if v.Sections[i].Unit == unit {
			return &v.Sections[i], nil
		}
	}
	return nil, fault.New(fault.Denied, "您所在单位不参加本次联合检查")
}

func seated(officers []string) int {
	n := 0
	for _, o := range officers {
		if o != "" {
			n++
		}
	}
	return n
}
