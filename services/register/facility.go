package register

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"shenzhong/events"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/identity"
	"shenzhong/services/kit/law"
	"shenzhong/services/kit/store"
	"shenzhong/services/kit/uscc"
	"shenzhong/services/kit/workday"
)

// Facility is an entry in the register of inspected objects (检查对象名录库).
type Facility struct {
	events.Facility
	// Cleared is when a flag of that kind was last taken back by hand. What was
	// complained of before does not raise it again.
	Cleared map[string]time.Time `json:"cleared,omitempty"`
}

// FacilityDraft is what a person fills in about a facility.
type FacilityDraft struct {
	Name        string
	Category    string // of the law pack
	SubjectKind string // of the law pack
	USCC        string // empty where the object has none
	USCCNote    string // why a code is right although its check digit is not
	Town        string // town of the law pack by code or name, or its name
	Address     string
	Risk        string // L, M, H
	Established string // 2006-01-02, empty = not known
}

// review returns the draft as it would be entered and everything that is wrong
// with it, by the law of today; what chooses by the day of establishment, by
// the law of that day.
func (d FacilityDraft) review(pack *law.Pack, today workday.Date) (FacilityDraft, []error) {
	var errs []error
	note := func(err error) {
		if err != nil {
			errs = append(errs, err)
		}
	}
	var err error
	d.Name, err = line("name", "名称", d.Name, nameMost)
	note(err)
	d.Address, err = line("address", "地址", d.Address, textMost)
	note(err)
	d.Town, err = town(pack, today, d.Town)
	note(err)
	if d.Risk = strings.TrimSpace(d.Risk); !slices.Contains([]string{"L", "M", "H"}, d.Risk) {
		note(fault.About("risk", fault.Invalid, "风险等级应为 L（低）、M（中）或 H（高）"))
	}
	if _, err := pack.SubjectKind(d.SubjectKind, today); err != nil {
		note(fault.About("subject_kind", fault.Invalid, "没有代码为“%s”的主体类型，请从规则包中选择", clip(d.SubjectKind)))
	}
	kind, err := pack.FacilityKind(d.Category, today)
	if err != nil {
		note(fault.About("category", fault.Invalid, "没有代码为“%s”的检查对象类别，请从规则包中选择", clip(d.Category)))
		return d, errs
	}
	d.USCC, d.USCCNote, err = code(d.USCC, d.USCCNote, kind)
	note(err)
	d.Established, err = established(pack, today, d.Established, kind)
	note(err)
	return d, errs
}

// town returns the short name of a town of the law pack, or the name that was
// filled in: the pack need not list every town.
func town(pack *law.Pack, on workday.Date, text string) (string, error) {
	text, err := line("town", "所在乡镇街道", text, nameMost)
	if err != nil {
		return "", err
	}
	for _, u := range pack.Units() {
		if u.Kind == law.Town && !u.Group && u.On(on) && (text == u.Code || text == u.Name || text == u.Short) {
			return u.Short, nil
		}
	}
	return text, nil
}

// code checks a unified social credit code: its form must be right; that a
// check digit is not may be overridden with a reason (GB 32100-2015; real codes
// fail it).
func code(text, note string, kind law.FacilityKind) (string, string, error) {
	if strings.TrimSpace(text) == "" {
		if kind.Nameless {
			return "", "", nil
		}
		return "", "", fault.About("uscc", fault.Invalid, "%s应当有统一社会信用代码，请对照证照填写", kind.Name)
	}
	parsed, err := uscc.Parse(text)
	if err != nil {
		return "", "", fault.About("uscc", fault.Invalid, "%w", err)
	}
	doubt := parsed.Verify()
	if doubt == nil {
		return string(parsed), "", nil
	}
	note, err = optional("uscc_note", "信用代码说明", note, textMost)
	if err == nil && note == "" {
		err = fault.About("uscc_note", fault.Invalid, "%w；如证照上确实如此，请写明说明后再登记", doubt)
	}
	return string(parsed), note, err
}

// newLimit is the number in the law pack that says how many facilities of a
// category may be newly established.
func newLimit(category string) string { return "facility.new." + category }

// established checks the day of establishment. Where the law pack allows no new
// facility of the category from a day on, the day must be known and must be
// earlier: since 2026-03-30 no funeral facility may be set up for profit
// (国务院令第824号).
func established(pack *law.Pack, today workday.Date, text string, kind law.FacilityKind) (string, error) {
	if strings.TrimSpace(text) == "" {
		if _, err := pack.Limit(newLimit(kind.Code), today); err != nil {
			return "", nil // nothing depends on the day
		}
		return "", fault.About("established", fault.Invalid, "%s须填写设立日期，用来判断是否属于不得新设的设施", kind.Name)
	}
	day, err := date("established", "设立日期", text)
	if err != nil {
		return "", err
	}
	if day.After(today) {
		return "", fault.About("established", fault.Invalid, "设立日期 %s 晚于今天，请核对", day)
	}
	limit, err := pack.Limit(newLimit(kind.Code), day)
	if err == nil && *limit.Value == 0 {
		return "", fault.About("established", fault.Invalid, "%s起不得新设%s（%s），不能登记；请核对设立日期和类别", limit.ValidFrom.Chinese(), kind.Name, limit.Citation())
	}
	return day.String(), nil
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
