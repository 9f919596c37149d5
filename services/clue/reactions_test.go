package clue

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"shenzhong/events"
	"shenzhong/services/casefile"
	"shenzhong/services/kit/bus"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/identity"
	"shenzhong/services/kit/servicetest"
	"shenzhong/services/kit/store"
	"shenzhong/services/kit/view"
)

// TestSweepSignsForWhatNobodySigned: four working hours after it was sent a clue
// counts as signed for, once, and is then still given back.
func TestSweepSignsForWhatNobodySigned(t *testing.T) {
	f := newFixture(t)
	ctx := context.Background()
	slow, quick := f.bundled(t, Contact{}), f.bundled(t, Contact{})
	f.must(t, f.Sign(ctx, Sign{Cause: f.by(market), Clue: quick.Clue}))
	row := f.show(t, slow.Clue)
	before := dates(row.Limits)
	if row.SignBy == nil || row.SignBy.Owner != "scjgj" || !row.SignBy.Due.After(f.Clock.Now()) {
		t.Fatalf("to be signed for by %+v", row.SignBy)
	}
	for _, tt := range []struct {
		at   time.Time
		want int
	}{{row.SignBy.Due.Add(-time.Second), 0}, {row.SignBy.Due, 1}, {row.SignBy.Due.Add(time.Hour), 0}} {
		f.Clock.Set(tt.at)
		if n, err := f.Sweep(ctx); err != nil || n != tt.want {
			t.Errorf("at %s the sweep changed %d, %v; want %d", tt.at, n, err, tt.want)
		}
		f.pump(t)
	}
	signed := servicetest.Of[events.ClueSigned](t, f.log)
	if len(signed) != 2 || signed[0] != (events.ClueSigned{Clue: slow.Clue, Unit: "scjgj", Lapsed: true}) || signed[1] != (events.ClueSigned{Clue: quick.Clue, Unit: "scjgj"}) {
		t.Fatalf("signed %+v", signed)
	}
	row = f.show(t, slow.Clue)
	if row.State != Routed || row.Signed != "lapsed" || row.SignBy != nil || !maps.Equal(before, dates(row.Limits)) {
		t.Errorf("after the sweep %+v", row)
	}
	f.must(t, f.Return(ctx, Return{Cause: f.by(market), Clue: slow.Clue, Ground: "return.not_competent", Suggested: "gaj"}))
	f.must(t, f.Route(ctx, Route{Cause: f.by(intake), Clue: slow.Clue}))
	if row = f.show(t, slow.Clue); row.SignBy == nil || row.SignBy.Owner != "gaj" || row.Signed != "" {
		t.Errorf("the next unit is to sign by %+v, signed %q", row.SignBy, row.Signed)
	}
	f.again(t)
}

// TestClueBecomesACase: casefile hears of the conclusion and files the case, on
// the day of the act, once.
func TestClueBecomesACase(t *testing.T) {
	f := newFixture(t)
	ctx := context.Background()
	log := store.NewMemory()
	cases, err := casefile.New(ctx, casefile.Config{District: "500156", Log: log, Tables: view.NewMemory(), Clock: f.Clock, Law: f.Law, Calendar: f.Calendar})
	if err != nil {
		t.Fatal(err)
	}
	for _, outcome := range []string{"case", "corrected", "unfounded", "not_ours", "unverifiable"} {
		r := f.bundled(t, Contact{})
		f.must(t, f.Accept(ctx, Accept{Cause: f.by(market), Clue: r.Clue}))
		f.must(t, f.Conclude(ctx, Conclude{Cause: f.by(market), Clue: r.Clue, Outcome: outcome, Act: "2026-07-03", Summary: "核查完毕。", Evidence: []string{"笔录"}}))
	}
	servicetest.Pump(t, []store.Log{f.register.Log, f.log, log}, append(cases.Reactions(), f.Reactions()...))
	servicetest.Pump(t, []store.Log{f.register.Log, f.log, log}, append(cases.Reactions(), f.Reactions()...))
	filed := servicetest.Of[events.CaseFiled](t, log)
	if len(filed) != 1 || filed[0].Clue != "500156-XS-2026-000001" || filed[0].Unit != "scjgj" || filed[0].Offence != "bundled_sale" || filed[0].Act != "2026-07-03" {
		t.Fatalf("filed %+v", filed)
	}
}

// TestFindingsBecomeClues: what a visit leaves to be dealt with, and a facility
// that could not be found, each once.
func TestFindingsBecomeClues(t *testing.T) {
	f := newFixture(t)
	const shop = "500156-JG-000002"
	f.register.Say(t, "facility", shop, events.FacilityChanged{Facility: events.Facility{ID: shop, Name: "归去来用品店", Category: "shop", SubjectKind: "enterprise", Town: "芙蓉街道"}})
	visit := events.Visit{
		ID: "500156-JC-2026-000001", Facility: shop, Name: "归去来用品店", SubjectKind: "enterprise", Lead: "mzj",
		Sections: []events.VisitSection{
			{Unit: "scjgj", Results: []string{"4", "8"}, Findings: []events.Finding{
				{No: 1, Text: "未明码标价", Result: "8", Offence: "no_price_display", Evidence: "照片"},
				{No: 2, Text: "已责令改正", Result: "5", Days: 10},
				{No: 3, Text: "尚不能定性", Result: "8"},
			}},
			{Unit: "mzj", Results: []string{"8"}, Findings: []events.Finding{{No: 1, Text: "经营迷信用品", Result: "8", Offence: "superstition_goods"}}},
		},
	}
	f.inspect.Say(t, "visit", visit.ID, events.VisitRecorded{Visit: visit})
	f.pump(t)
	got := map[string]string{}
	for _, c := range servicetest.Of[events.ClueReceived](t, f.log) {
		if c.Source != "inspection" || c.Origin != visit.ID || c.Receipt != "" || c.Contact || len(c.Deadlines) != 1 {
			t.Errorf("received %+v", c)
		}
		got[c.Offence] = c.Text
	}
	if len(got) != 3 || !strings.Contains(got["no_price_display"], "照片") || got["superstition_goods"] == "" || !strings.Contains(got[""], "无法联系") && !strings.Contains(got[offenceAbsent], "无法联系") {
		t.Errorf("the visit became %v", got)
	}
	f.again(t)

	visit.ID, visit.SubjectKind = "500156-JC-2026-000002", "institution"
	visit.Sections = []events.VisitSection{{Unit: "mzj", Results: []string{"4"}}}
	f.inspect.Say(t, "visit", visit.ID, events.VisitRecorded{Visit: visit})
	f.pump(t)
	if n := len(servicetest.Of[events.ClueReceived](t, f.log)); n != 3 {
		t.Errorf("an institution is in no register of abnormal operation: %d clues", n)
	}
}

// TestAnAlertBecomesAClue: what an alert was transferred as is one clue, routed
// by the matrix; another outcome is none.
func TestAnAlertBecomesAClue(t *testing.T) {
	f := newFixture(t)
	watch := servicetest.NewVoice("watch", f.Clock)
	for id, outcome := range map[string]string{"500156-YJ-2026-000001": "clue", "500156-YJ-2026-000002": "remedied", "500156-YJ-2026-000003": "unfounded"} {
		watch.Say(t, "alert", id, events.AlertConcluded{Alert: id, Outcome: outcome, Matter: "bundled_sale", Facility: home, Name: "武隆区殡仪馆", Text: "多人反映同一问题。"})
	}
	servicetest.Pump(t, []store.Log{f.register.Log, watch.Log, f.log}, f.Reactions())
	servicetest.Pump(t, []store.Log{f.register.Log, watch.Log, f.log}, f.Reactions())
	all := servicetest.Of[events.ClueReceived](t, f.log)
	if len(all) != 1 || all[0].Source != "alert" || all[0].Origin != "500156-YJ-2026-000001" || all[0].Offence != "bundled_sale" || all[0].Facility != home || all[0].Receipt != "" || len(all[0].Deadlines) != 1 || !strings.Contains(all[0].Text, "多人反映") {
		t.Fatalf("clues %+v", all)
	}
	routed := servicetest.Of[events.ClueRouted](t, f.log)
	if len(routed) != 1 || routed[0].Route.Lead != "scjgj" || routed[0].Source != "alert" || routed[0].Facility != home || routed[0].Day != all[0].Day {
		t.Errorf("routed %+v", routed)
	}
}

// TestAVisitToAnUnknownFacilityWaits: facts travel in no order between contexts.
func TestAVisitToAnUnknownFacilityWaits(t *testing.T) {
	f := newFixture(t)
	f.inspect.Say(t, "visit", "500156-JC-2026-000001", events.VisitRecorded{Visit: events.Visit{ID: "500156-JC-2026-000001", Facility: "500156-JG-000077"}})
	e := servicetest.Facts(t, f.inspect.Log)[0].Envelope()
	i := slices.IndexFunc(f.Reactions(), func(r bus.Reaction) bool { return r.Hears(e.Type) })
	if err := f.Reactions()[i].Handle(context.Background(), e); !fault.Is(err, fault.Early) {
		t.Errorf("%v; want it to wait", err)
	}
}

// TestAClueWithoutAnOffenceWaitsForAPerson: it is with the office, under its
// limits, until the intake routes it.
func TestAClueWithoutAnOffenceWaitsForAPerson(t *testing.T) {
	f := newFixture(t)
	ctx := context.Background()
	r, err := f.Receive(ctx, Receive{Cause: f.by(intake), Source: "hotline", Origin: "12345-0001", Name: "某店", Text: "说不清的问题。"})
	f.must(t, err)
	row := f.show(t, r.Clue)
	if row.State != Received || len(row.Limits) != 2 || row.Limits[0].Owner != "zbb" || r.Route != "" || !strings.Contains(r.Text, "承办单位确定后") {
		t.Fatalf("received %+v, %+v", row, r)
	}
	if err := f.Route(ctx, Route{Cause: f.by(intake), Clue: r.Clue}); !fault.Is(err, fault.Invalid) {
		t.Errorf("routed without an offence: %v", err)
	}
	f.must(t, f.Route(ctx, Route{Cause: f.by(intake), Clue: r.Clue, Offence: "mortuary_outsourcing"}))
	if row = f.show(t, r.Clue); row.To.Lead != "wjw" || row.Limits[0].Owner != "wjw" {
		t.Errorf("routed %+v", row.To)
	}
}

// TestWhoTellsIsNowhereInTheClear looks through all that is kept and shown for
// the sender's name and number.
func TestWhoTellsIsNowhereInTheClear(t *testing.T) {
	f := newFixture(t)
	ctx := context.Background()
	contact := Contact{Name: "赵德柱", Phone: "139-0000-0001", Other: "巷口镇一号"}
	r, err := f.Receive(ctx, Receive{
		Cause: f.by(citizen), Facility: home, Offence: "bundled_sale", Text: "我是赵德柱，电话13900000001，住巷口镇一号，被搭售了花圈。", Contact: contact,
	})
	f.must(t, err)
	f.must(t, f.Accept(ctx, Accept{Cause: f.by(market), Clue: r.Clue}))
	look := func(where string, v any) {
		t.Helper()
		raw, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		for _, secret := range []string{contact.Name, "13900000001", contact.Phone, contact.Other, r.Code, strings.ReplaceAll(r.Code, "-", "")} {
			if strings.Contains(string(raw), secret) {
				t.Errorf("%s tells %s", where, secret)
			}
		}
	}
	for _, c := range servicetest.Facts(t, f.log) {
		look(c.ID(), c)
	}
	look("board", f.show(t, r.Clue))
	look("progress", f.track(t, r.Code))
	if p := f.track(t, r.Code); strings.Contains(fmtOf(t, p), r.Clue) || strings.Contains(fmtOf(t, p), home) {
		t.Errorf("the holder of a code is told the number or the facility: %+v", p)
	}
	for _, table := range []string{"clue-board", "clue-contacts"} {
		tb, err := f.tables.Table(ctx, view.Shape{Name: table})
		if err != nil {
			t.Fatal(err)
		}
		rows, err := tb.List(ctx, view.Query{})
		if err != nil || len(rows) == 0 {
			t.Fatalf("%s has %d rows, %v", table, len(rows), err)
		}
		look(table, rows)
	}
	for _, who := range []identity.Actor{market, civil, citizen} {
		if _, err := f.Contact(ctx, Unmask{Cause: f.by(who), Clue: r.Clue, Reason: "需要补充证据"}); !fault.Is(err, fault.Denied) {
			t.Errorf("%s was shown who tells: %v", who.ID, err)
		}
	}
	if _, err := f.Contact(ctx, Unmask{Cause: f.by(intake), Clue: r.Clue, Reason: "看"}); !fault.Is(err, fault.Invalid) {
		t.Errorf("shown without a reason: %v", err)
	}
	if n := len(servicetest.Of[events.ClueUnmasked](t, f.log)); n != 0 {
		t.Errorf("%d refused looks were noted", n)
	}
	got, err := f.Contact(ctx, Unmask{Cause: f.by(intake), Clue: r.Clue, Reason: "需要补充证据"})
	if err != nil || got != contact {
		t.Errorf("the intake reads %+v, %v", got, err)
	}
	if noted := servicetest.Of[events.ClueUnmasked](t, f.log); len(noted) != 1 || noted[0].Reason != "需要补充证据" {
		t.Errorf("noted %+v", noted)
	}
}

func fmtOf(t *testing.T, v any) string {
	t.Helper()
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}
