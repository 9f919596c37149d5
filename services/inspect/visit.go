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
	State State `json:"state"`
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

// Reseat puts the next officer of the draw into a seat. It is too late once the
// facility was given notice of who comes.
func (v *Visit) Reseat(seat events.Seat, was, reason string) (events.Event, error) {
	if v.State != Assigned && v.State != Approved {
		return nil, stuck("检查", v.State, Noticed)
	}
	section, err := v.section(seat.Unit)
	if err != nil {
		return nil, err
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
	units := make([]string, len(v.Sections))
	for i, s := range v.Sections {
		units[i] = s.Unit
	}
	missing := without(units, v.Approvals)
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
func (v *Visit) Notice(by identity.Actor, no, on string) (events.Event, error) {
	if err := by.OfUnit(v.Lead); err != nil {
		return nil, err
	}
	state, err := move(nextVisit, "检查", v.State, Noticed)
	if err != nil {
		return nil, err
	}
	v.State, v.NoticeNo, v.VisitedOn = state, no, on
	return events.VisitNoticed{Visit: v.ID, NoticeNo: no, On: on}, nil
}

// Answer is what one unit found, signed by its officers. Each unit answers its
// own section, once.
func (v *Visit) Answer(by identity.Actor, answer events.VisitSection, categories []law.ResultCategory, least int) (events.Event, error) {
	if err := by.OfUnit(answer.Unit); err != nil {
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

// checkSigned wants the signatures of enough officers of the section
// (行政处罚法 art. 42).
func checkSigned(team, signed []string, least int) error {
	if len(slices.Compact(slices.Sorted(slices.Values(signed)))) < max(least, 1) {
		return fault.About("signed", fault.Invalid, "须有至少 %d 名执法人员签字", least)
	}
	for _, o := range signed {
		if !slices.Contains(team, o) {
			return fault.About("signed", fault.Denied, "签字人员不是本次抽取派定的检查人员")
		}
	}
	return nil
}

// checkResults holds a section's answer against the standard categories: each
// known, the exclusive one alone, and with each what must go with it.
func checkResults(subjectKind string, items []string, answer events.VisitSection, categories []law.ResultCategory) error {
	if len(answer.Results) == 0 {
		return fault.About("results", fault.Invalid, "请选择检查结果")
	}
	for i, code := range answer.Results {
		at := slices.IndexFunc(categories, func(c law.ResultCategory) bool { return c.Code == code })
		switch {
		case at < 0:
			return fault.About("results", fault.Invalid, "检查结果“%s”不在标准类别之中", code)
		case slices.Contains(answer.Results[:i], code):
			return fault.About("results", fault.Invalid, "检查结果“%s”重复", categories[at].Name)
		case categories[at].Exclusive && (len(answer.Results) > 1 || len(answer.Findings) > 0):
			return fault.About("results", fault.Invalid, "“%s”不能与其他结果或者问题同时填写", categories[at].Name)
		}
		c := categories[at]
		if len(c.Subjects) > 0 && !slices.Contains(c.Subjects, subjectKind) {
			continue
		}
		if err := checkNeeds(c, answer.Findings); err != nil {
			return err
		}
	}
	for i, f := range answer.Findings {
		if f.No != i+1 || strings.TrimSpace(f.Text) == "" || !slices.Contains(answer.Results, f.Result) {
			return fault.About("findings", fault.Invalid, "第 %d 个问题须写明内容，并对应一项已选的检查结果", i+1)
		}
		if !slices.Contains(items, f.Item) {
			return fault.About("findings", fault.Invalid, "第 %d 个问题对应的事项 %s 不在本单位本次检查范围内", i+1, f.Item)
		}
	}
	return nil
}

func checkNeeds(c law.ResultCategory, findings []events.Finding) error {
	has := func(ok func(events.Finding) bool) bool {
		return slices.ContainsFunc(findings, func(f events.Finding) bool { return f.Result == c.Code && ok(f) })
	}
	switch c.Needs {
	case "rectification":
		if !has(func(f events.Finding) bool { return f.Days > 0 }) {
			return fault.About("findings", fault.Invalid, "“%s”须写明问题和改正期限（天数）", c.Name)
		}
	case "case":
		if !has(func(f events.Finding) bool { return f.Offence != "" }) {
			return fault.About("findings", fault.Invalid, "“%s”须写明问题和涉嫌的违法行为类型", c.Name)
		}
	case "evidence":
		if !has(func(f events.Finding) bool { return f.Evidence != "" }) {
			return fault.About("findings", fault.Invalid, "“%s”须附证据", c.Name)
		}
	}
	return nil
}

// Sign is the facility's signature under all sections, or its refusal and who
// witnessed it.
func (v *Visit) Sign(by identity.Actor, countersign, note string) (events.Event, error) {
	if err := by.OfUnit(v.Lead); err != nil {
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

// Record closes the visit. Publish is the limit for publishing its result.
func (v *Visit) Record(by identity.Actor, on string, publish events.Deadline) (events.Event, error) {
	if err := by.OfUnit(v.Lead); err != nil {
		return nil, err
	}
	state, err := move(nextVisit, "检查", v.State, Recorded)
	if err != nil {
		return nil, err
	}
	v.State = state
	return events.VisitRecorded{Visit: v.Visit, On: on, Deadlines: []events.Deadline{publish}}, nil
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
