package register

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"shenzhong/events"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/store"
	"shenzhong/services/kit/uscc"
	"shenzhong/services/kit/view"
	"shenzhong/services/register/sheet"
)

// objects are the facilities there are, by what a row can name them by.
type objects struct {
	byID   map[string]events.Facility
	byCode map[string]events.Facility   // open ones
	byName map[string][]events.Facility // open ones
	closed map[string][]events.Facility // by subject
}

// knownObjects reads all facilities.
func (s *Service) knownObjects(ctx context.Context) (objects, error) {
	rows, err := every(ctx, s.views.facilities, view.Query{})
	o := objects{map[string]events.Facility{}, map[string]events.Facility{}, map[string][]events.Facility{}, map[string][]events.Facility{}}
	for _, f := range rows {
		o.byID[f.ID] = f
		if State(f.Status) == Closed {
			key := subjectKey(f.USCC, f.Name, f.Category, f.Town)
			o.closed[key] = append(o.closed[key], f)
			continue
		}
		if f.USCC != "" {
			o.byCode[f.USCC] = f
		}
		o.byName[f.Name] = append(o.byName[f.Name], f)
	}
	return o, err
}

// subjectKey tells one object from another: by code and name, and without a code
// by name, category and town.
func subjectKey(code, name, category, town string) string {
	if code != "" {
		return code + "|" + name
	}
	return strings.Join([]string{name, category, town}, "|")
}

// facilityRow is a row of a sheet of facilities.
type facilityRow struct {
	planned
	draft FacilityDraft
	flag  events.Flag
	close string // day of the closing, empty = open
	why   string // of the closing
}

// step is one change of an entry.
type step[T any] struct {
	suffix string // of its cause
	says   string // for the report, empty if other lines say it
	decide func(*T) (events.Event, error)
}

func planFacilities(ctx context.Context, s *Service, cmd Import, r reader) ([]*planned, error) {
	known, err := s.knownObjects(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]*planned, len(r.table.Rows))
	lines := map[string]int{} // subject to the line that has it
	for i, row := range r.table.Rows {
		out[i] = s.planFacility(cmd, r, row, known, lines)
	}
	return out, nil
}

// planFacility finds out what becomes of one row.
func (s *Service) planFacility(cmd Import, r reader, row sheet.Row, known objects, lines map[string]int) *planned {
	f := s.readFacility(r, row)
	p := &f.planned
	have, exists, err := known.match(f, r.text(row, "id"))
	if err != nil {
		r.note(p, err)
		p.settle()
		return p
	}
	f.keep(r, have, exists)
	reviewed, errs := f.draft.review(s.cfg.Law.Law(), s.today())
	for _, err := range errs {
		r.note(p, err)
	}
	if other, taken := known.byCode[reviewed.USCC]; taken && other.ID != have.ID {
		p.refuse(r.heading("uscc"), fault.New(fault.Conflict, "该代码已登记为“%s”（%s），请核对", other.Name, other.ID))
	}
	keys := []string{have.ID, reviewed.USCC}
	if reviewed.USCC == "" {
		keys = append(keys, subjectKey("", reviewed.Name, reviewed.Category, reviewed.Town))
	}
	p.onlyOnce(row.Line, keys, lines)
	if exists {
		p.ID = have.ID
	}
	if code, err := uscc.Parse(reviewed.USCC); err == nil && code.Verify() != nil && len(p.Problems) == 0 {
		p.Notes = append(p.Notes, fmt.Sprintf("%s；已写明说明，按证照登记", code.Verify()))
	}
	f.draft = reviewed
	if len(p.Problems) == 0 {
		s.stepFacility(cmd, r, f, have)
	}
	p.settle()
	return p
}

// onlyOnce refuses a row about what an earlier row was about.
func (p *planned) onlyOnce(line int, keys []string, lines map[string]int) {
	for _, key := range keys {
		if key == "" {
			continue
		}
		if first, twice := lines[key]; twice && first != line {
			p.refuse("", fault.New(fault.Conflict, "与第 %d 行是同一个，请只保留一行", first))
			return
		}
		lines[key] = line
	}
}

func (s *Service) readFacility(r reader, row sheet.Row) *facilityRow {
	f := &facilityRow{planned: planned{RowReport: RowReport{Line: row.Line, Name: clip(r.text(row, "name"))}}}
	today := s.today()
	f.draft = FacilityDraft{
		Name: r.text(row, "name"), USCC: strings.ToUpper(r.text(row, "uscc")), USCCNote: r.text(row, "uscc_note"),
		Category:    categoryCode(s.cfg.Law.Law(), today, r.text(row, "category")),
		SubjectKind: subjectCode(s.cfg.Law.Law(), today, r.text(row, "subject_kind")),
		Town:        r.text(row, "town"), Address: r.text(row, "address"),
		Risk: riskCode(r.text(row, "risk")), Established: r.day(row, "established"),
	}
	if short, err := town(s.cfg.Law.Law(), today, f.draft.Town); err == nil {
		f.draft.Town = short
	}
	f.flag = events.Flag{Kind: flagCode(r.text(row, "kind")), Reason: r.text(row, "flag_reason"), Since: today.String(), Evidence: r.list(row, "evidence")}
	f.close, f.why = r.day(row, "on"), r.text(row, "close_reason")
	return f
}

// match finds the facility that a row is about, if there is one.
func (o objects) match(f *facilityRow, id string) (events.Facility, bool, error) {
	d := f.draft
	if id != "" {
		have, ok := o.byID[id]
		if !ok {
			return have, false, fault.About("id", fault.NotFound, "名录中没有编号 %s，请核对；新登记的请留空", clip(id))
		}
		return have, true, nil
	}
	if have, ok := o.byCode[d.USCC]; ok && d.USCC != "" {
		if have.Name != d.Name {
			return have, false, fault.About("uscc", fault.Conflict, "该代码已登记为“%s”；确是同一对象更名的，请在“编号”列填 %s，否则请核对代码", have.Name, have.ID)
		}
		return have, true, nil
	}
	for _, have := range o.byName[d.Name] {
		if d.USCC == "" && have.USCC == "" && have.Category == d.Category && have.Town == d.Town {
			return have, true, nil
		}
	}
	for _, have := range o.closed[subjectKey(d.USCC, d.Name, d.Category, d.Town)] {
		if have.ClosedOn == f.close && f.close != "" {
			return have, true, nil
		}
	}
	return events.Facility{}, false, nil
}

// keep takes from the entry what the sheet has no column for.
func (f *facilityRow) keep(r reader, have events.Facility, exists bool) {
	if !exists {
		return
	}
	if !r.has("uscc_note") {
		f.draft.USCCNote = have.USCCNote
	}
	if !r.has("established") {
		f.draft.Established = have.Established
	}
}

// stepFacility finds out which changes make the entry say what the row says. It
// tries each on a copy, so that a dry run meets every refusal.
func (s *Service) stepFacility(cmd Import, r reader, f *facilityRow, have events.Facility) {
	by, today := cmd.Actor, s.today()
	if State(have.Status) == Closed {
		if f.close != have.ClosedOn {
			f.refuse("", fault.New(fault.Conflict, "该对象已于 %s 关闭，不能变动；重新开业的请作为新对象登记（编号留空）", have.ClosedOn))
		}
		return
	}
	entry := Facility{Facility: have}
	var steps []step[Facility]
	if have.ID != "" && entry.draft() != f.draft {
		reason := optionalReason("批量导入更正："+cmd.Name, "批量导入更正")
		f.Changes = s.differences(r, entry.draft(), f.draft)
		steps = append(steps, step[Facility]{decide: func(e *Facility) (events.Event, error) { return e.Correct(by, f.draft, reason) }})
	}
	if f.flag.Kind != "" && !entry.flagged(f.flag.Kind) {
		steps = append(steps, step[Facility]{"-flag", "标记：" + flagNames[f.flag.Kind], func(e *Facility) (events.Event, error) { return s.flagged(by, today, e, f.flag) }})
	}
	if f.close != "" {
		steps = append(steps, step[Facility]{"-close", "关闭：" + f.close, func(e *Facility) (events.Event, error) { return closing(by, today, e, f.close, f.why) }})
	}
	if have.ID == "" {
		entry.Status = string(Open)
		entry.take(f.draft)
	}
	for _, st := range steps {
		if st.says != "" {
			f.Changes = append(f.Changes, st.says)
		}
		if _, err := st.decide(&entry); err != nil && !errors.Is(err, store.Unchanged) {
			r.note(&f.planned, renamed(err, st.suffix))
		}
	}
	f.apply = func(ctx context.Context, cause store.Cause, numbered func()) (string, error) {
		return s.applyFacility(ctx, cause, f, steps, numbered)
	}
}

// renamed tells the reasons of a row apart: a flag and a closing each have one.
func renamed(err error, suffix string) error {
	var about *fault.Fault
	if errors.As(err, &about) && about.Field == "reason" {
		return fault.About(map[string]string{"-flag": "flag_reason", "-close": "close_reason"}[suffix], about.Kind, "%w", err)
	}
	return err
}

// applyFacility enters the facility if it is new, and takes the steps.
func (s *Service) applyFacility(ctx context.Context, by store.Cause, f *facilityRow, steps []step[Facility], numbered func()) (string, error) {
	id := f.ID
	if id == "" {
		var err error
		id, err = s.enterFacility(ctx, by, f.draft, func() error { numbered(); return nil })
		if err != nil {
			return "", err
		}
	}
	for _, st := range steps {
		cause := store.Cause{ID: by.ID + st.suffix, Actor: by.Actor}
		if err := s.changeFacility(ctx, cause, id, st.decide); err != nil {
			return id, err
		}
	}
	return id, nil
}

// differences are the columns in which two drafts differ, as people read them.
func (s *Service) differences(r reader, was, is FacilityDraft) []string {
	var out []string
	for _, c := range []struct{ field, was, is string }{
		{"name", was.Name, is.Name}, {"category", was.Category, is.Category}, {"subject_kind", was.SubjectKind, is.SubjectKind},
		{"uscc", was.USCC, is.USCC}, {"uscc_note", was.USCCNote, is.USCCNote}, {"town", was.Town, is.Town},
		{"address", was.Address, is.Address}, {"risk", was.Risk, is.Risk}, {"established", was.Established, is.Established},
	} {
		out = append(out, difference(r.heading(c.field), c.was, c.is)...)
	}
	return out
}

// difference says how a column changes, if it does.
func difference(heading, was, is string) []string {
	if was == is {
		return nil
	}
	return []string{heading + "：" + shown(was) + " → " + shown(is)}
}

func shown(text string) string {
	if text == "" {
		return "（空）"
	}
	return text
}

// optionalReason is a reason that names the file, or one that does not if the
// name of the file cannot be written down.
func optionalReason(named, plain string) string {
	if reason, err := line("reason", "更正原因", named, textMost); err == nil {
		return reason
	}
	return plain
}
