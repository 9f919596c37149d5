package inspect

import (
	"context"
	"slices"
	"strings"
	"testing"

	"shenzhong/events"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/servicetest"
	"shenzhong/services/kit/workday"
)

func TestFilingWorkflow(t *testing.T) {
	filing := events.CodeFiling{ID: "500156-BA-2026-000001", Unit: "mzj", Deadline: events.Deadline{ID: "d"}}
	walk(t, nextFiling, func(s State) CodeFiling { return CodeFiling{State: s, CodeFiling: filing} }, func(f CodeFiling) State { return f.State }, []walked[CodeFiling]{
		{"owe", func(f *CodeFiling) (events.Event, error) { return f.Owe(filing, "v", "断网") }, []State{""}, []State{FilingDue}},
		{"file", func(f *CodeFiling) (events.Event, error) { return f.File(lead, "回执1", "2026-04-16") }, []State{FilingDue}, []State{Filed}},
	})
	f := CodeFiling{State: FilingDue, CodeFiling: filing}
	if _, err := f.File(partner, "回执1", "2026-04-16"); !fault.Is(err, fault.Denied) {
		t.Errorf("filed by another unit: %v", err)
	}
	if _, err := f.File(lead, " ", "2026-04-16"); !fault.Is(err, fault.Invalid) {
		t.Errorf("filed without a receipt: %v", err)
	}
}

// TestVisitIsMadeUnderACode: from the day on which the law asks for it a visit
// has its code, or the reason why there is none, and not both.
func TestVisitIsMadeUnderACode(t *testing.T) {
	f := newFixture(t)
	for _, tt := range []struct {
		name, on string
		coded    Coded
		want     fault.Kind
	}{
		{"a code", "2026-04-15", Coded{Code: " ZF-1 ", ScannedAt: "2026-04-15T09:00:00+08:00"}, ""},
		{"a reason", "2026-04-15", Coded{NoCode: "现场没有网络"}, ""},
		{"neither", "2026-04-15", Coded{Code: " "}, fault.Invalid},
		{"both", "2026-04-15", Coded{Code: "ZF-1", NoCode: "没有"}, fault.Invalid},
		{"scanned without a code", "2026-04-15", Coded{NoCode: "没有", ScannedAt: "2026-04-15T09:00:00+08:00"}, fault.Invalid},
		{"neither, before the rule", "2025-09-19", Coded{}, ""},
		{"neither, on its first day", "2025-09-20", Coded{}, fault.Invalid},
		{"a reason that nobody asks for", "2025-09-19", Coded{NoCode: "没有"}, fault.Invalid},
	} {
		on, err := workday.ParseDate(tt.on)
		if err != nil {
			t.Fatal(err)
		}
		got, err := f.underCode(tt.coded, on)
		if fault.KindOf(err) != tt.want {
			t.Errorf("%s: %v, want %q", tt.name, err, tt.want)
		}
		if tt.name == "a code" && got.Code != "ZF-1" {
			t.Errorf("kept as %q", got.Code)
		}
		if tt.name == "neither" && !strings.Contains(err.Error(), "第18条") {
			t.Errorf("without the article: %v", err)
		}
	}
}

// TestVisitWithoutACodeStartsTheFiling: three workdays from the visit for the
// lead unit, ended by the receipt; no fact of it names the visit or the
// facility. A visit under a code starts nothing.
func TestVisitWithoutACodeStartsTheFiling(t *testing.T) {
	f := newFixture(t)
	f.drawn(t)
	ctx := context.Background()
	for _, unit := range []string{"mzj", "scjgj", "lyj"} {
		must(t, "approve", f.ApproveVisit(ctx, ApproveVisit{Cause: f.by(leader(unit)), Visit: visit1}))
	}
	must(t, "notice", f.NoticeVisit(ctx, NoticeVisit{
		Cause: f.by(member("mzj", 1)), Visit: visit1, No: "1号", On: visitDay, Coded: Coded{NoCode: "现场没有网络"},
	}))
	f.pump(t)
	due := servicetest.Of[events.CodeFilingDue](t, f.log)
	if len(due) != 1 || due[0].Filing.Unit != "mzj" || due[0].Filing.Deadline.DueDate != "2026-04-20" || due[0].Filing.Deadline.Rule != "check.nocode.file" {
		t.Fatalf("owed %+v", due)
	}
	id := due[0].Filing.ID
	v, err := f.Visit(ctx, member("mzj", 1), visit1)
	must(t, "visit", err)
	if v.NoCode != "现场没有网络" || v.Code != "" {
		t.Errorf("the visit keeps %q, %q", v.Code, v.NoCode)
	}
	must(t, "file", f.FileCode(ctx, FileCode{Cause: f.by(member("mzj", 2)), Filing: id, Receipt: "司法局备案1"}))
	f.pump(t)
	filed := servicetest.Of[events.CodeFiled](t, f.log)
	if len(filed) != 1 || !slices.Equal(filed[0].Settled, []string{due[0].Filing.Deadline.ID}) {
		t.Errorf("filed %+v", filed)
	}
	for _, c := range servicetest.Facts(t, f.log) {
		if strings.HasPrefix(c.Subject, "filing/") && (strings.Contains(string(c.Data), "-JC-") || strings.Contains(string(c.Data), "-JG-") || strings.Contains(string(c.Data), "网络")) {
			t.Errorf("%s tells of the visit: %s", c.Kind, c.Data)
		}
	}
	f.noticed(t, visit11, "mzj", "lyj")
	if n := len(servicetest.Of[events.CodeFilingDue](t, f.log)); n != 1 {
		t.Errorf("%d filings are owed", n)
	}
	f.again(t)
}
