package register

import (
	"fmt"
	"slices"
	"time"

	"shenzhong/events"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/identity"
	"shenzhong/services/kit/store"
)

// Facility is an entry in the register of inspected objects (检查对象名录库).
type Facility struct {
	events.Facility
	// Cleared is when a flag of that kind was last taken back by hand. What was
	// complained of before does not raise it again.
	Cleared map[string]time.Time `json:"cleared,omitempty"`
}

// shown refuses an account that may not read the entry with that id. A facility
// may read its own.
func (f *Facility) shown(by identity.Actor, id string) error {
	if by.Has(identity.Party) && by.Unit == id {
		return nil
	}
	return permits.Check(by, "facility.read")
}

// take puts a reviewed draft into the entry.
func (f *Facility) take(d FacilityDraft) {
	f.Name, f.Category, f.SubjectKind = d.Name, d.Category, d.SubjectKind
	f.USCC, f.USCCNote, f.Town, f.Address = d.USCC, d.USCCNote, d.Town, d.Address
	f.Risk, f.Established = d.Risk, d.Established
}

// draft is what a person would fill in to get this entry.
func (f *Facility) draft() FacilityDraft {
	return FacilityDraft{
		Name: f.Name, Category: f.Category, SubjectKind: f.SubjectKind, USCC: f.USCC, USCCNote: f.USCCNote,
		Town: f.Town, Address: f.Address, Risk: f.Risk, Established: f.Established,
	}
}

// Enter enters a facility (登记). The draft must have been reviewed.
func (f *Facility) Enter(by identity.Actor, id string, d FacilityDraft) (events.Event, error) {
	if err := permits.Check(by, "facility.enter"); err != nil {
		return nil, err
	}
	if err := f.move(Open); err != nil {
		return nil, err
	}
	f.ID, f.Flags = id, []events.Flag{}
	f.take(d)
	return f.changed("entered", ""), nil
}

// Correct corrects what was entered (更正). The draft must have been reviewed.
func (f *Facility) Correct(by identity.Actor, d FacilityDraft, reason string) (events.Event, error) {
	if err := permits.Check(by, "facility.correct"); err != nil {
		return nil, err
	}
	reason, err := line("reason", "更正原因", reason, textMost)
	if err != nil {
		return nil, err
	}
	if err := f.open(); err != nil {
		return nil, err
	}
	if f.draft() == d {
		return nil, store.Unchanged
	}
	f.take(d)
	return f.changed("corrected", reason), nil
}

// flagNames are the kinds of flags for people: the cases in which the plan sets
// no ceiling on inspections (方案五(二)2).
var flagNames = map[string]string{
	"complaints": "投诉举报较多", "abnormal": "列入经营异常名录", "serious": "有严重违法违规记录", "attention": "其他重点关注",
}

// Flag marks a facility (标记) that is inspected without a ceiling. A flag needs
// a reason and evidence.
func (f *Facility) Flag(by identity.Actor, flag events.Flag) (events.Event, error) {
	if err := permits.Check(by, "facility.flag"); err != nil {
		return nil, err
	}
	if _, known := flagNames[flag.Kind]; !known {
		return nil, fault.About("kind", fault.Invalid, "没有“%s”这种标记，请重新选择", clip(flag.Kind))
	}
	var err error
	if flag.Reason, err = line("reason", "标记原因", flag.Reason, textMost); err != nil {
		return nil, err
	}
	if flag.Evidence, err = several("evidence", "依据材料", flag.Evidence, 20, textMost); err != nil {
		return nil, err
	}
	if len(flag.Evidence) == 0 {
		return nil, fault.About("evidence", fault.Invalid, "请写明标记所依据的材料，例如文书编号或者查询记录")
	}
	if err := f.open(); err != nil {
		return nil, err
	}
	if f.flagged(flag.Kind) {
		return nil, fault.New(fault.Conflict, "该检查对象已有“%s”标记", flagNames[flag.Kind])
	}
	return f.raise(flag), nil
}

func (f *Facility) raise(flag events.Flag) events.Event {
	f.Flags = append(slices.Clone(f.Flags), flag)
	return f.changed("flagged", flag.Reason)
}

// Unflag takes a flag back (取消标记).
func (f *Facility) Unflag(by identity.Actor, kind, reason string, at time.Time) (events.Event, error) {
	if err := permits.Check(by, "facility.unflag"); err != nil {
		return nil, err
	}
	reason, err := line("reason", "取消标记的原因", reason, textMost)
	if err != nil {
		return nil, err
	}
	if err := f.open(); err != nil {
		return nil, err
	}
	if !f.flagged(kind) {
		return nil, fault.New(fault.Conflict, "该检查对象没有这一标记，无需取消")
	}
	f.Flags = slices.DeleteFunc(slices.Clone(f.Flags), func(x events.Flag) bool { return x.Kind == kind })
	if f.Cleared == nil {
		f.Cleared = map[string]time.Time{}
	}
	f.Cleared[kind] = at
	return f.changed("unflagged", reason), nil
}

// Complaint is one complaint about a facility.
type Complaint struct {
	Clue string
	At   time.Time
}

// Count raises the flag for complaints when there have been most of them since
// it was last taken back. Complaints are those of the last months; who takes
// the flag back is a person.
func (f *Facility) Count(by identity.Actor, complaints []Complaint, most int64, months int64, on string) (events.Event, error) {
	if err := permits.Check(by, "facility.count"); err != nil {
		return nil, err
	}
	var fresh []string
	for _, c := range complaints {
		if c.At.After(f.Cleared["complaints"]) {
			fresh = append(fresh, c.Clue)
		}
	}
	if State(f.Status) != Open || f.flagged("complaints") || int64(len(fresh)) < most {
		return nil, store.Unchanged
	}
	reason := fmt.Sprintf("%d 个月内收到投诉举报 %d 件，达到 %d 件", months, len(fresh), most)
	return f.raise(events.Flag{Kind: "complaints", Reason: reason, Since: on, Evidence: fresh}), nil
}

// Grade notes the credit grade (信用等级) that the credit context gave, and by
// which formula. A closed facility is graded too: its record goes on.
func (f *Facility) Grade(by identity.Actor, grade, formula string) (events.Event, error) {
	if err := permits.Check(by, "facility.grade"); err != nil {
		return nil, err
	}
	if !slices.Contains([]string{"A", "B", "C", "D"}, grade) {
		return nil, fault.New(fault.Invalid, "没有“%s”这个信用等级", clip(grade))
	}
	if f.Status == "" {
		return nil, stands("检查对象", "")
	}
	if grade == f.Facility.Grade {
		return nil, store.Unchanged
	}
	f.Facility.Grade = grade
	return f.changed("graded", formula), nil
}

// Close closes a facility (关闭). It is not inspected any more.
func (f *Facility) Close(by identity.Actor, on, reason string) (events.Event, error) {
	if err := permits.Check(by, "facility.close"); err != nil {
		return nil, err
	}
	reason, err := line("reason", "关闭原因", reason, textMost)
	if err != nil {
		return nil, err
	}
	if err := f.move(Closed); err != nil {
		return nil, err
	}
	f.ClosedOn = on
	return f.changed("closed", reason), nil
}

func (f *Facility) flagged(kind string) bool {
	return slices.ContainsFunc(f.Flags, func(x events.Flag) bool { return x.Kind == kind })
}

// open refuses an act on a facility that is not open.
func (f *Facility) open() error {
	if State(f.Status) == Open {
		return nil
	}
	return stands("检查对象", State(f.Status))
}

// move is the only assignment to Status.
func (f *Facility) move(to State) error {
	next, err := facilityMoves.to("检查对象", State(f.Status), to)
	f.Status = string(next)
	return err
}

func (f *Facility) changed(change, reason string) events.Event {
	return events.FacilityChanged{Change: change, Reason: reason, Facility: f.Facility}
}

// clip keeps what somebody typed from filling a message.
func clip(text string) string {
	const most = 20
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most]) + "……"
	}
	return text
}
