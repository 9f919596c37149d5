package register

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"shenzhong/events"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/store"
	"shenzhong/services/kit/view"
	"shenzhong/services/register/sheet"
)

// people are the officers there are, by what a row can name them by.
type people struct {
	byID   map[string]events.Officer
	byCert map[string]events.Officer // active ones
}

func (s *Service) knownPeople(ctx context.Context) (people, error) {
	rows, err := every(ctx, s.views.officers, view.Query{})
	p := people{map[string]events.Officer{}, map[string]events.Officer{}}
	for _, o := range rows {
		p.byID[o.ID] = o
		if State(o.Status) == Active {
			p.byCert[o.CertNo] = o
		}
	}
	return p, err
}

// officerRow is a row of a sheet of officers.
type officerRow struct {
	planned
	draft     OfficerDraft
	interests []events.Interest
}

func planOfficers(ctx context.Context, s *Service, cmd Import, r reader) ([]*planned, error) {
	known, err := s.knownPeople(ctx)
	if err != nil {
		return nil, err
	}
	facilities, err := s.knownObjects(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]*planned, len(r.table.Rows))
	lines := map[string]int{} // officer to the line that has him
	for i, row := range r.table.Rows {
		out[i] = s.planOfficer(cmd, r, row, known, facilities, lines)
	}
	return out, nil
}

// planOfficer finds out what becomes of one row.
func (s *Service) planOfficer(cmd Import, r reader, row sheet.Row, known people, facilities objects, lines map[string]int) *planned {
	o := s.readOfficer(r, row)
	p := &o.planned
	have, exists, err := known.match(o.draft, r.text(row, "id"))
	if err != nil {
		r.note(p, err)
		p.settle()
		return p
	}
	if exists && !r.has("skills") {
		o.draft.Skills = have.Skills
	}
	reviewed, errs := o.draft.review(s.cfg.Law.Law(), s.today())
	for _, err := range errs {
		r.note(p, err)
	}
	if err := s.keeps(cmd.Actor, o.draft.Unit); err != nil {
		p.refuse(r.heading("unit"), err)
	}
	if exists {
		p.ID = have.ID
		if err := s.keeps(cmd.Actor, have.Unit); err != nil {
			p.refuse(r.heading("unit"), err)
		}
	}
	if other, taken := known.byCert[reviewed.CertNo]; taken && other.ID != have.ID {
		p.refuse(r.heading("cert_no"), fault.New(fault.Conflict, "该执法证号已登记在 %s 名下，请核对", other.ID))
	}
	p.onlyOnce(row.Line, []string{have.ID, reviewed.CertNo}, lines)
	o.draft = reviewed
	s.readInterests(r, row, o, facilities)
	if len(p.Problems) == 0 {
		s.stepOfficer(cmd, r, o, have)
	}
	p.settle()
	return p
}

func (s *Service) readOfficer(r reader, row sheet.Row) *officerRow {
	o := &officerRow{planned: planned{RowReport: RowReport{Line: row.Line, Name: clip(r.text(row, "name"))}}}
	most, err := strconv.Atoi(r.text(row, "max"))
	if err != nil {
		most = 0 // which no officer has; the review says so
	}
	o.draft = OfficerDraft{
		Name: r.text(row, "name"), Unit: unitCode(s.cfg.Law.Law(), s.today(), r.text(row, "unit")), CertNo: r.text(row, "cert_no"),
		CertUntil: r.day(row, "cert_until"), Skills: r.list(row, "skills"), Max: most,
	}
	return o
}

// readInterests finds the facilities that an officer must stay away from.
func (s *Service) readInterests(r reader, row sheet.Row, o *officerRow, known objects) {
	named := r.list(row, "facility")
	if len(named) == 0 {
		return
	}
	why, err := line("interests", "回避事由", r.text(row, "interests"), textMost)
	if err != nil {
		r.note(&o.planned, err)
	}
	seen := map[string]bool{}
	for _, name := range named {
		f, err := known.find(name)
		if err != nil {
			r.note(&o.planned, err)
			continue
		}
		if !seen[f.ID] {
			o.interests = append(o.interests, events.Interest{Facility: f.ID, Reason: why, Since: s.today().String()})
		}
		seen[f.ID] = true
	}
}

// find returns the facility with that id, code or name.
func (o objects) find(name string) (events.Facility, error) {
	if f, ok := o.byID[name]; ok {
		return f, nil
	}
	if f, ok := o.byCode[strings.ToUpper(name)]; ok {
		return f, nil
	}
	switch found := o.byName[name]; len(found) {
	case 0:
		return events.Facility{}, fault.About("facility", fault.NotFound, "检查对象名录中没有“%s”，请核对名称，或者先导入检查对象", clip(name))
	case 1:
		return found[0], nil
	default:
		return events.Facility{}, fault.About("facility", fault.Invalid, "有 %d 个检查对象叫“%s”，请改填编号，例如 %s", len(found), clip(name), found[0].ID)
	}
}

// match finds the officer that a row is about, if there is one.
func (k people) match(d OfficerDraft, id string) (events.Officer, bool, error) {
	if id != "" {
		have, ok := k.byID[id]
		if !ok {
			return have, false, fault.About("id", fault.NotFound, "名录中没有编号 %s，请核对；新登记的请留空", clip(id))
		}
		return have, true, nil
	}
	have, ok := k.byCert[d.CertNo]
	if ok && have.Name != d.Name {
		return have, false, fault.About("cert_no", fault.Conflict, "该执法证号已登记在“%s”名下；确是同一人的，请在“编号”列填 %s，否则请核对证号", have.Name, have.ID)
	}
	return have, ok, nil
}

// stepOfficer finds out which changes make the entry say what the row says, and
// tries each on a copy.
func (s *Service) stepOfficer(cmd Import, r reader, o *officerRow, have events.Officer) {
	by := cmd.Actor
	var steps []step[Officer]
	if have.ID == "" {
		o.draft.Interests = o.interests
		if o.draft.Interests == nil {
			o.draft.Interests = []events.Interest{}
		}
	} else {
		entry := Officer{have}
		if !entry.same(o.draft) {
			reason := optionalReason("批量导入更正："+cmd.Name, "批量导入更正")
			o.Changes = o.differences(r, have)
			steps = append(steps, step[Officer]{decide: func(e *Officer) (events.Event, error) { return e.Correct(by, o.draft, reason) }})
		}
		for _, in := range o.missing(have) {
			steps = append(steps, step[Officer]{"-interest-" + in.Facility, "回避对象：" + in.Facility, func(e *Officer) (events.Event, error) { return e.Declare(by, in) }})
		}
		for _, st := range steps {
			if st.says != "" {
				o.Changes = append(o.Changes, st.says)
			}
			if _, err := st.decide(&entry); err != nil && !errors.Is(err, store.Unchanged) {
				r.note(&o.planned, err)
			}
		}
	}
	o.apply = func(ctx context.Context, cause store.Cause, numbered func()) (string, error) {
		return s.applyOfficer(ctx, cause, o, steps, numbered)
	}
}

// missing are the interests of a row that are not declared yet.
func (o *officerRow) missing(have events.Officer) []events.Interest {
	declared := map[string]bool{}
	for _, in := range have.Interests {
		declared[in.Facility] = true
	}
	var out []events.Interest
	for _, in := range o.interests {
		if !declared[in.Facility] {
			out = append(out, in)
		}
	}
	return out
}

func (s *Service) applyOfficer(ctx context.Context, by store.Cause, o *officerRow, steps []step[Officer], numbered func()) (string, error) {
	id := o.ID
	if id == "" {
		var err error
		id, err = s.enterOfficer(ctx, by, o.draft, func() error { numbered(); return nil })
		if err != nil {
			return "", err
		}
	}
	for _, st := range steps {
		cause := store.Cause{ID: by.ID + st.suffix, Actor: by.Actor}
		if err := s.changeOfficer(ctx, cause, id, st.decide); err != nil {
			return id, err
		}
	}
	return id, nil
}

// differences are the columns in which a row differs from the entry.
func (o *officerRow) differences(r reader, was events.Officer) []string {
	var out []string
	for _, c := range []struct{ field, was, is string }{
		{"name", was.Name, o.draft.Name}, {"unit", was.Unit, o.draft.Unit}, {"cert_no", was.CertNo, o.draft.CertNo},
		{"cert_until", was.CertUntil, o.draft.CertUntil},
		{"skills", strings.Join(was.Skills, "、"), strings.Join(o.draft.Skills, "、")},
		{"max", strconv.Itoa(was.Max), strconv.Itoa(o.draft.Max)},
	} {
		out = append(out, difference(r.heading(c.field), c.was, c.is)...)
	}
	return out
}
