package inspect

import (
	"testing"

	"shenzhong/events"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/identity"
)

func visitAt(s State) Visit {
	v := Visit{State: s, Visit: events.Visit{
		ID: "500156-JC-2026-000101-000001", Lead: "mzj", SubjectKind: "enterprise",
		Sections: []events.VisitSection{
			{Unit: "mzj", Items: []string{"mzj-101"}, Officers: []string{lead.ID, "b"}},
			{Unit: "scjgj", Items: []string{"scjgj-301"}, Officers: []string{partner.ID, "d"}, Results: []string{"1"}, Signed: []string{partner.ID, "d"}},
		},
	}}
	switch s {
	case Assigned:
		v.Approvals = []events.Approval{{Unit: "scjgj"}}
	case Answered, Signed, Recorded:
		v.Sections[0].Results = []string{"1"}
	}
	return v
}

func answer(unit string, signed []string, results ...string) events.VisitSection {
	return events.VisitSection{Unit: unit, Results: results, Signed: signed}
}

func TestVisitWorkflow(t *testing.T) {
	walk(t, nextVisit, visitAt, func(v Visit) State { return v.State }, []walked[Visit]{
		{"assign", func(v *Visit) (events.Event, error) { return v.Assign(v.Visit) }, []State{""}, []State{Assigned}},
		{"reseat", func(v *Visit) (events.Event, error) {
			return v.Reseat(events.Seat{Unit: "mzj", No: 2, Officer: "e"}, "b", "leave")
		}, []State{Assigned, Approved, Noticed}, []State{Assigned, Approved, Noticed}},
		{"approve", func(v *Visit) (events.Event, error) { return v.Approve(lead, 2, now) }, []State{Assigned}, []State{Approved}},
		{"notice", func(v *Visit) (events.Event, error) {
			return v.Notice(lead, "检通〔2026〕1号", "2026-03-05", Coded{}, now)
		}, []State{Approved}, []State{Noticed}},
		{"answer", func(v *Visit) (events.Event, error) {
			return v.Answer(lead, answer("mzj", []string{lead.ID, "b"}, "1"), categories, 2)
		}, []State{Noticed}, []State{Answered}},
		{"sign", func(v *Visit) (events.Event, error) { return v.Sign(lead, "signed", "") }, []State{Answered}, []State{Signed}},
		{"record", func(v *Visit) (events.Event, error) { return v.Record(lead, "2026-03-05", nil) }, []State{Signed}, []State{Recorded}},
	})
}

func TestEachUnitAnswersItsOwnSectionOnce(t *testing.T) {
	v := visitAt(Noticed)
	if _, err := v.Answer(lead, answer("scjgj", []string{partner.ID, "d"}, "1"), categories, 2); fault.KindOf(err) != fault.Denied {
		t.Errorf("one unit answered for another: %v", err)
	}
	if _, err := v.Answer(outside, answer("lyj", []string{"x", "y"}, "1"), categories, 2); fault.KindOf(err) != fault.Denied {
		t.Errorf("a unit that takes no part answered: %v", err)
	}
	if _, err := v.Answer(partner, answer("scjgj", []string{partner.ID, "d"}, "1"), categories, 2); fault.KindOf(err) != fault.Conflict {
		t.Errorf("a section was answered twice: %v", err)
	}
}

func TestAnswerIsHeldAgainstTheStandardCategories(t *testing.T) {
	both := []string{lead.ID, "b"}
	finding := func(result string, change func(*events.Finding)) []events.Finding {
		f := events.Finding{No: 1, Item: "mzj-101", Text: "未设消防器材", Result: result}
		change(&f)
		return []events.Finding{f}
	}
	tests := []struct {
		name     string
		signed   []string
		results  []string
		findings []events.Finding
		want     fault.Kind
	}{
		{"nothing found", both, []string{"1"}, nil, ""},
		{"nothing found and something", both, []string{"1", "7"}, nil, fault.Invalid},
		{"nothing found, yet a finding", both, []string{"1"}, finding("1", func(*events.Finding) {}), fault.Invalid},
		{"unknown category", both, []string{"9"}, nil, fault.Invalid},
		{"the same twice", both, []string{"7", "7"}, nil, fault.Invalid},
		{"no result", both, nil, nil, fault.Invalid},
		{"put right without days", both, []string{"5"}, finding("5", func(*events.Finding) {}), fault.Invalid},
		{"put right", both, []string{"5"}, finding("5", func(f *events.Finding) { f.Days = 15 }), ""},
		{"followed up without offence", both, []string{"8"}, finding("8", func(*events.Finding) {}), fault.Invalid},
		{"followed up", both, []string{"8"}, finding("8", func(f *events.Finding) { f.Offence = "fire_safety" }), ""},
		{"without evidence", both, []string{"2"}, finding("2", func(*events.Finding) {}), fault.Invalid},
		{"with evidence", both, []string{"2"}, finding("2", func(f *events.Finding) { f.Evidence = "照片1" }), ""},
		{"two at once", both, []string{"5", "7"}, finding("5", func(f *events.Finding) { f.Days = 15 }), ""},
		{"item of another unit", both, []string{"5"}, finding("5", func(f *events.Finding) { f.Days, f.Item = 15, "scjgj-301" }), fault.Invalid},
		{"one signature", []string{lead.ID}, []string{"1"}, nil, fault.Invalid},
		{"one signature twice", []string{lead.ID, lead.ID}, []string{"1"}, nil, fault.Invalid},
		{"signature of a stranger", []string{lead.ID, "z"}, []string{"1"}, nil, fault.Denied},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			v := visitAt(Noticed)
			section := answer("mzj", tt.signed, tt.results...)
			section.Findings = tt.findings
			_, err := v.Answer(lead, section, categories, 2)
			if fault.KindOf(err) != tt.want {
				t.Fatalf("got %v; want %q", err, tt.want)
			}
		})
	}
}

func TestApprovalWaitsForEnoughOfficers(t *testing.T) {
	v := visitAt(Assigned)
	v.Sections[0].Officers[1] = ""
	if _, err := v.Approve(lead, 2, now); fault.KindOf(err) != fault.Conflict {
		t.Fatalf("approved with one officer: %v", err)
	}
	if _, err := v.Reseat(events.Seat{Unit: "mzj", No: 2, Officer: "e"}, "", "vacant"); err != nil {
		t.Fatal(err)
	}
	if _, err := v.Approve(lead, 2, now); err != nil || v.State != Approved {
		t.Fatalf("after the next officer took the seat: %v, %s", err, v.State)
	}
}

func TestOnlyTheTeamActs(t *testing.T) {
	colleague := identity.Actor{ID: "500156-RY-000099", Unit: "mzj", Roles: []identity.Role{identity.Officer}}
	for name, act := range map[string]func(identity.Actor) error{
		"notice": func(by identity.Actor) error {
			v := visitAt(Approved)
			_, err := v.Notice(by, "1号", "2026-03-05", Coded{}, now)
			return err
		},
		"answer": func(by identity.Actor) error {
			v := visitAt(Noticed)
			_, err := v.Answer(by, answer("mzj", []string{lead.ID, "b"}, "1"), categories, 2)
			return err
		},
		"sign": func(by identity.Actor) error { v := visitAt(Answered); _, err := v.Sign(by, "signed", ""); return err },
		"record": func(by identity.Actor) error {
			v := visitAt(Signed)
			_, err := v.Record(by, "2026-03-05", nil)
			return err
		},
	} {
		if err := act(lead); err != nil {
			t.Errorf("%s by the team: %v", name, err)
		}
		for _, by := range []identity.Actor{colleague, partner, outside} {
			if err := act(by); fault.KindOf(err) != fault.Denied {
				t.Errorf("%s by %s of %s: %v", name, by.ID, by.Unit, err)
			}
		}
	}
}

func TestASeatIsNotGivenAwayOnceTheUnitHasAnswered(t *testing.T) {
	v := visitAt(Noticed)
	if _, err := v.Reseat(events.Seat{Unit: "scjgj", No: 1, Officer: "e"}, partner.ID, "leave"); fault.KindOf(err) != fault.Conflict {
		t.Errorf("after the answer: %v", err)
	}
	if _, err := v.Reseat(events.Seat{Unit: "mzj", No: 3, Officer: "e"}, "b", "leave"); fault.KindOf(err) != fault.Invalid {
		t.Errorf("a seat that there is not: %v", err)
	}
}

func TestRefusalIsWitnessed(t *testing.T) {
	v := visitAt(Answered)
	if _, err := v.Sign(lead, "refused", " "); fault.KindOf(err) != fault.Invalid {
		t.Fatalf("a refusal without a witness: %v", err)
	}
	if _, err := v.Sign(lead, "", ""); fault.KindOf(err) != fault.Invalid {
		t.Fatalf("neither signed nor refused: %v", err)
	}
	if _, err := v.Sign(lead, "refused", "见证人：村委会干部"); err != nil {
		t.Fatal(err)
	}
}
