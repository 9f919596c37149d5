package inspect

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"shenzhong/events"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/identity"
	"shenzhong/services/kit/servicetest"
)

// TestWhatCannotBePlanned spoils the plan of the year in one way after another.
func TestWhatCannotBePlanned(t *testing.T) {
	f := newFixture(t)
	f.register.Say(t, "item", "500156-SX-mzj-308", events.ItemPublished{Item: events.Item{Code: "mzj-308", Unit: "mzj"}})
	f.register.Say(t, "item", "500156-SX-mzj-102", events.ItemPublished{Item: events.Item{Code: "mzj-102", Unit: "mzj"}})
	f.register.Say(t, "item", "500156-SX-mzj-102", events.ItemRetired{Code: "mzj-102", On: "2026-03-01"})
	f.pump(t)
	task := func(change func(*events.UnitTask)) func(*DraftPlan) {
		return func(d *DraftPlan) {
			d.Batches[0].Tasks = slices.Clone(d.Batches[0].Tasks)
			change(&d.Batches[0].Tasks[0])
		}
	}
	tests := map[string]struct {
		spoil func(*DraftPlan)
		kind  fault.Kind
		says  string
	}{
		"the task force drafts":    {func(d *DraftPlan) { d.Actor = who("o", "zbb", identity.Registrar) }, fault.Denied, "议事协调机构"},
		"its office drafts":        {func(d *DraftPlan) { d.Actor = who("o", "zbb", identity.Office) }, fault.Denied, "议事协调机构"},
		"the task force inspects":  {func(d *DraftPlan) { d.Batches[0].Tasks[1].Unit = "zbb" }, fault.Denied, "议事协调机构"},
		"a unit without the power": {func(d *DraftPlan) { d.Batches[0].Tasks[1].Unit = "sfj" }, fault.Denied, "执法主体"},
		"an item never published":  {task(func(u *events.UnitTask) { u.Items = []string{"mzj-203"} }), fault.Invalid, "没有公布"},
		"an item that was retired": {task(func(u *events.UnitTask) { u.Items = []string{"mzj-102"} }), fault.Invalid, "没有公布"},
		"a basis not yet in force": {func(d *DraftPlan) {
			task(func(u *events.UnitTask) { u.Items = []string{"mzj-308"} })(d)
			d.Batches[0].From = "2026-03-20"
		}, fault.Invalid, "没有有效依据"},
		"neither in force nor published": {func(d *DraftPlan) {
			task(func(u *events.UnitTask) { u.Items = []string{"mzj-309"} })(d)
			d.Batches[0].From = "2026-03-20"
		}, fault.Invalid, "没有有效依据"},
		"an item of another unit":     {task(func(u *events.UnitTask) { u.Items = []string{"lyj-206"} }), fault.Invalid, "不属于"},
		"no items":                    {task(func(u *events.UnitTask) { u.Items = nil }), fault.Invalid, "没有列明"},
		"one officer":                 {task(func(u *events.UnitTask) { u.Officers = 1 }), fault.Invalid, "不得少于 2 名"},
		"a unit twice":                {func(d *DraftPlan) { d.Batches[0].Tasks[1] = d.Batches[0].Tasks[0] }, fault.Invalid, "重复"},
		"the lead stays away":         {func(d *DraftPlan) { d.Batches[0].Tasks = d.Batches[0].Tasks[1:] }, fault.Invalid, "牵头单位"},
		"a category twice":            {func(d *DraftPlan) { d.Batches[1].Categories = []string{"cemetery_rural", "cemetery_rural"} }, fault.Invalid, "重复"},
		"a category nobody checks":    {func(d *DraftPlan) { d.Batches[0].Categories = []string{"agency"} }, fault.Invalid, "没有适用于"},
		"a category that there isn't": {func(d *DraftPlan) { d.Batches[0].Categories = []string{"zoo"} }, fault.NotFound, ""},
		"no category":                 {func(d *DraftPlan) { d.Batches[0].Categories = nil }, fault.Invalid, "类别"},
		"another year":                {func(d *DraftPlan) { d.Batches[1].To = "2027-01-31" }, fault.Invalid, "2026 年之内"},
		"the end before the start":    {func(d *DraftPlan) { d.Batches[1].To = "2026-08-31" }, fault.Invalid, "先后"},
		"no day":                      {func(d *DraftPlan) { d.Batches[1].To = "soon" }, fault.Invalid, ""},
		"no title":                    {func(d *DraftPlan) { d.Title = " " }, fault.Invalid, "名称"},
		"no batch":                    {func(d *DraftPlan) { d.Batches = nil }, fault.Invalid, "批次"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			cmd := drafted()
			cmd.Cause = f.by(drafting)
			tt.spoil(&cmd)
			_, err := f.DraftPlan(context.Background(), cmd)
			wants(t, name, err, tt.kind)
			if err == nil || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("says %v; want %q", err, tt.says)
			}
		})
	}
	if said := servicetest.Of[events.PlanDrafted](t, f.log); len(said) != 0 {
		t.Errorf("%d plans were drafted", len(said))
	}
}

func TestPublishedPlanIsFrozen(t *testing.T) {
	f := newFixture(t)
	ctx := context.Background()
	cmd := drafted()
	cmd.Cause = f.by(drafting)
	for range 2 { // the command sent twice is one plan
		id, err := f.DraftPlan(ctx, cmd)
		must(t, "draft", err)
		if id != planID {
			t.Fatalf("drafted %s", id)
		}
	}
	announce := announcing()
	announce.Cause = f.by(drafting)
	_, err := f.AnnounceBatch(ctx, announce)
	wants(t, "announce a draft", err, fault.Conflict)
	early := f.PublishPlan(ctx, PublishPlan{Cause: f.by(leader("mzj")), Plan: planID})
	wants(t, "publish before the heads consented", early, fault.Conflict)
	if early == nil || !strings.Contains(early.Error(), "mzj、") {
		t.Errorf("the refusal does not say whose consent is missing: %v", early)
	}
	wants(t, "a unit that takes no part", f.ApprovePlan(ctx, ApprovePlan{Cause: f.by(leader("gaj")), Plan: planID}), fault.Denied)
	for _, unit := range []string{"mzj", "mzj", "scjgj", "lyj"} {
		must(t, unit, f.ApprovePlan(ctx, ApprovePlan{Cause: f.by(leader(unit)), Plan: planID}))
	}
	wants(t, "publish by another unit", f.PublishPlan(ctx, PublishPlan{Cause: f.by(leader("lyj")), Plan: planID}), fault.Denied)
	must(t, "publish", f.PublishPlan(ctx, PublishPlan{Cause: f.by(leader("mzj")), Plan: planID}))
	wants(t, "publish again", f.PublishPlan(ctx, PublishPlan{Cause: f.by(leader("mzj")), Plan: planID}), fault.Conflict)
	wants(t, "approve again", f.ApprovePlan(ctx, ApprovePlan{Cause: f.by(leader("mzj")), Plan: planID}), fault.Conflict)
	if said := servicetest.Of[events.PlanApproved](t, f.log); len(said) != 3 {
		t.Errorf("%d consents of three heads", len(said))
	}
}

// TestRetiredItemIsNotInspected retires an item after the plan was drawn up.
func TestRetiredItemIsNotInspected(t *testing.T) {
	f := newFixture(t)
	f.published(t)
	f.register.Say(t, "item", "500156-SX-scjgj-302", events.ItemRetired{Code: "scjgj-302"})
	f.pump(t)
	cmd := announcing()
	cmd.Cause = f.by(drafting)
	_, err := f.AnnounceBatch(context.Background(), cmd)
	wants(t, "announce", err, fault.Invalid)

	g := newFixture(t)
	draft := drafted()
	draft.Cause = g.by(drafting)
	_, err = g.DraftPlan(context.Background(), draft)
	must(t, "draft", err)
	g.register.Say(t, "item", "500156-SX-mzj-201", events.ItemRetired{Code: "mzj-201"})
	g.pump(t)
	wants(t, "publish", g.PublishPlan(context.Background(), PublishPlan{Cause: g.by(leader("mzj")), Plan: planID}), fault.Invalid)
}

func line(t *testing.T, rates []events.RateLine, category, grade string) events.RateLine {
	t.Helper()
	i := slices.IndexFunc(rates, func(l events.RateLine) bool { return l.Category == category && l.Grade == grade })
	if i < 0 {
		t.Fatalf("no line of %s %s in %+v", category, grade, rates)
	}
	return rates[i]
}

// TestGradeChangesTheNextRatio grades one rural cemetery down after the plan was
// published: the plan stays, today's table and the announcement follow.
func TestGradeChangesTheNextRatio(t *testing.T) {
	f := newFixture(t)
	f.published(t)
	ctx := context.Background()
	plan, err := f.Plan(ctx, identity.Anonymous(), planID)
	must(t, "plan", err)
	census := line(t, plan.Batches[0].Rates, "cemetery_commercial", "B")
	if census.PPM != 1_000_000 || census.Objects != 3 || !strings.Contains(census.Formula, "少于 5 个，当年全部纳入") {
		t.Errorf("three cemeteries: %+v", census)
	}
	spring := line(t, plan.Batches[0].Rates, "cemetery_rural", "A")
	if spring.PPM != 100_000 || spring.Objects != 11 || !strings.Contains(spring.Formula, "信用等级 A × 风险等级 中 ＝ 抽查比例 10%") || !strings.Contains(spring.Formula, "十二个月内已检查 2 次的不再抽取") || !strings.Contains(spring.Formula, "投诉举报较多") {
		t.Errorf("the rural cemeteries: %+v", spring)
	}
	f.facility(t, 12, "cemetery_rural", "D", "open")
	f.facility(t, 13, "cemetery_rural", "", "open")
	f.pump(t)
	again, err := f.Plan(ctx, identity.Anonymous(), planID)
	must(t, "plan", err)
	if len(again.Batches[0].Rates) != 2 {
		t.Errorf("the published plan has changed: %+v", again.Batches[0].Rates)
	}
	now, err := f.PlanRatios(ctx, identity.Anonymous(), planID)
	must(t, "ratios", err)
	cmd := announcing()
	cmd.Cause = f.by(drafting)
	_, err = f.AnnounceBatch(ctx, cmd)
	must(t, "announce", err)
	batch, err := f.Batch(ctx, batchID)
	must(t, "batch", err)
	for where, rates := range map[string][]events.RateLine{"today": now[0].Rates, "announced": batch.Rates} {
		d, u := line(t, rates, "cemetery_rural", "D"), line(t, rates, "cemetery_rural", "U")
		if d.PPM != 800_000 || d.Objects != 1 || !strings.Contains(d.Formula, "信用等级 D") || u.PPM != 200_000 || !strings.Contains(u.Formula, "未评") {
			t.Errorf("%s: %+v, %+v", where, d, u)
		}
	}
	table, err := f.Ratios(ctx, "cemetery_rural")
	must(t, "table", err)
	if len(table) != 15 {
		t.Errorf("the table has %d lines", len(table))
	}
	_, err = f.Ratios(ctx, "zoo")
	wants(t, "no such category", err, fault.NotFound)
}

// TestSmallCategoryIsSharedOutOverTheYear plans three cemeteries in two batches.
func TestSmallCategoryIsSharedOutOverTheYear(t *testing.T) {
	f := newFixture(t)
	cmd := drafted()
	cmd.Cause = f.by(drafting)
	cmd.Batches[1].Categories = []string{"cemetery_commercial"}
	id, err := f.DraftPlan(context.Background(), cmd)
	must(t, "draft", err)
	plan, err := f.Plan(context.Background(), leader("mzj"), id)
	must(t, "plan", err)
	first, second := line(t, plan.Batches[0].Rates, "cemetery_commercial", "B"), line(t, plan.Batches[1].Rates, "cemetery_commercial", "B")
	if first.PPM != 500_000 || second.PPM != 1_000_000 || !strings.Contains(first.Formula, "全年 2 批中的第 1 批") || !strings.Contains(first.Formula, "1/2") {
		t.Errorf("first %+v, second %+v", first, second)
	}
}

// TestAShareOfTheVisits: a unit may join a share of the visits, the lead unit may
// not; where the draw has no seat for it, the visit has no section of it.
func TestAShareOfTheVisits(t *testing.T) {
	f := newFixture(t)
	for name, tt := range map[string]struct {
		lead, other int64
		want        fault.Kind
	}{
		"every visit": {0, 0, ""}, "four in ten": {0, 400_000, ""}, "all of them, said so": {0, whole, ""},
		"the lead unit": {400_000, 0, fault.Invalid}, "less than none": {0, -1, fault.Invalid}, "more than all": {0, whole + 1, fault.Invalid},
	} {
		cmd := drafted()
		cmd.Cause = f.by(drafting)
		cmd.Batches[0].Tasks[0].Share, cmd.Batches[0].Tasks[1].Share = tt.lead, tt.other
		_, err := f.DraftPlan(context.Background(), cmd)
		wants(t, name, err, tt.want)
	}
	batch := Batch{Pool: events.BatchFrozen{Candidates: []events.Candidate{{Facility: "500156-JG-000001", Tasks: []events.UnitTask{
		{Unit: "mzj", Officers: 2}, {Unit: "scjgj", Officers: 2, Share: 400_000}, {Unit: "lyj", Officers: 2, Share: 400_000},
	}}}}}
	batch.Batch = batchID
	seats := []events.Seat{{Facility: "500156-JG-000001", Unit: "mzj", No: 1, Officer: "a"}, {Facility: "500156-JG-000001", Unit: "lyj", No: 1}}
	v := f.visit(batch, events.DrawCompleted{Seats: seats}, "500156-JG-000001")
	if len(v.Sections) != 2 || v.Sections[0].Unit != "mzj" || v.Sections[1].Unit != "lyj" {
		t.Errorf("the sections are %+v", v.Sections)
	}
}

func TestWhatCannotBeAnnounced(t *testing.T) {
	f := newFixture(t)
	f.published(t)
	for name, tt := range map[string]struct {
		spoil func(*AnnounceBatch)
		kind  fault.Kind
	}{
		"no such batch":        {func(a *AnnounceBatch) { a.No = 3 }, fault.NotFound},
		"no such plan":         {func(a *AnnounceBatch) { a.Plan = "500156-JH-2026-000002" }, fault.NotFound},
		"another unit":         {func(a *AnnounceBatch) { a.Actor = leader("scjgj") }, fault.Denied},
		"open before the end":  {func(a *AnnounceBatch) { a.OpenBy = openBy.Add(-72 * time.Hour) }, fault.Invalid},
		"two parties":          {func(a *AnnounceBatch) { a.Parties = a.Parties[:2] }, fault.Invalid},
		"a party nobody knows": {func(a *AnnounceBatch) { a.Parties = []string{"mzj", "scjgj", "zoo"} }, fault.Invalid},
		"commit in the past":   {func(a *AnnounceBatch) { a.CommitBy = begin.Add(-time.Hour) }, fault.Invalid},
		"a citizen":            {func(a *AnnounceBatch) { a.Actor = identity.Anonymous() }, fault.Denied},
	} {
		cmd := announcing()
		cmd.Cause = f.by(drafting)
		tt.spoil(&cmd)
		_, err := f.AnnounceBatch(context.Background(), cmd)
		wants(t, name, err, tt.kind)
	}
	cmd := announcing()
	cmd.Cause = f.by(who("500156-RY-zbb-901", "zbb", identity.Office))
	for range 2 { // the office coordinates; the command sent twice is one announcement
		id, err := f.AnnounceBatch(context.Background(), cmd)
		must(t, "the office", err)
		if id != batchID {
			t.Errorf("announced %s", id)
		}
	}
	cmd.Cause = f.by(drafting)
	_, err := f.AnnounceBatch(context.Background(), cmd)
	wants(t, "announced already", err, fault.Conflict)
}
