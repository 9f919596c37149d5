package casefile

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"shenzhong/events"
	"shenzhong/services/kit/bus"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/servicetest"
	"shenzhong/services/kit/store"
	"shenzhong/services/kit/view"
)

// TestDecisionOfNationalDay is the main job: the decision of 2026-09-30 is due
// in public on 2026-10-15 on the portal, and on its own day on each channel.
func TestDecisionOfNationalDay(t *testing.T) {
	f, id := decided(t)
	filed := servicetest.Of[events.CaseFiled](t, f.log)
	if len(filed) != 1 || id != "500156-AJ-2026-000001" || limitOf(t, filed[0].Deadlines, "case.decide").DueDate != "2026-11-09" {
		t.Errorf("filed %s, %+v", id, filed) // 90 days end on Sunday 8 November
	}
	if !strings.Contains(filed[0].Law, "第三十七条") || limitOf(t, filed[0].Deadlines, "case.decide").ID != "case/"+id+"#case.decide" {
		t.Errorf("filed %+v", filed[0])
	}
	facts := servicetest.Of[events.CaseDecided](t, f.log)
	if len(facts) != 1 {
		t.Fatalf("%d decisions", len(facts))
	}
	d := facts[0]
	for rule, day := range map[string]string{
		"pub.penalty.portal": "2026-10-15", "pub.penalty.credit": "2026-10-15", "pub.penalty.gsxt": "2026-11-03", "case.serve": "2026-10-15",
	} {
		if got := limitOf(t, d.Deadlines, rule); got.DueDate != day || got.ID != "case/"+id+"#"+rule || got.Owner != "mzj" {
			t.Errorf("%s is due on %s under %s; want %s", rule, got.DueDate, got.ID, day)
		}
	}
	if !slices.Equal(d.Settled, []string{"case/" + id + "#case.decide"}) {
		t.Errorf("settled %v", d.Settled)
	}
	if d.Decision.No != "武隆民罚决字〔2026〕1号" || d.Decision.Severity != "general" || d.Decision.UnitName != "武隆区民政局" || !strings.Contains(d.Decision.Remedies, "复议") {
		t.Errorf("decision %+v", d.Decision)
	}
	servicetest.MustVerify(t, f.log)
}

// TestCaseToItsEnd goes on from the decision: service, payment, publication,
// end.
func TestCaseToItsEnd(t *testing.T) {
	f, id := decided(t)
	ctx := context.Background()
	f.moveTo(t, "2026-10-08")
	serve := Serve{Cause: f.by(investigator), Case: id, Manner: "direct", Receipt: "送达回证1号", RepairNotice: true}
	f.twice(t, func() error { return f.Serve(ctx, serve) })
	served := servicetest.Of[events.CaseServed](t, f.log)
	if pay := limitOf(t, served[0].Deadlines, "fine.pay"); pay.DueDate != "2026-10-23" || !slices.Equal(served[0].Settled, []string{"case/" + id + "#case.serve"}) {
		t.Errorf("served %+v", served[0])
	}
	pay := Pay{Cause: f.by(investigator), Case: id, Fen: penalty.FineFen, Receipt: "票据1号"}
	f.twice(t, func() error { return f.Pay(ctx, pay) })
	end := func() error { return f.Close(ctx, Close{Cause: f.by(leader), Case: id, Note: "履行完毕"}) }
	wants(t, end(), fault.Conflict, "公示尚未办结")

	const record = "500156-GS-2026-000001"
	portal := "case/" + id + "#pub.penalty.portal"
	f.publish.Say(t, "record", record, events.RecordPrepared{Record: events.Record{ID: record, Sort: "penalty", Source: "case/" + id}})
	f.publish.Say(t, "record", "500156-GS-2026-000002", events.RecordPrepared{Record: events.Record{Sort: "check", Source: "visit/500156-JC-2026-000101-000001"}})
	f.publish.Say(t, "record", "500156-GS-2026-000002", events.RecordWithheld{Record: "500156-GS-2026-000002"})
	f.pump(t)
	wants(t, end(), fault.Conflict, "公示尚未办结")
	f.publish.Say(t, "record", record, events.RecordPublished{Record: events.Record{ID: record, Sort: "penalty", Source: "case/" + id}, Settled: []string{portal}})
	f.publish.Say(t, "record", record, events.ChannelAdded{Record: record, Settled: []string{"case/" + id + "#pub.penalty.credit"}})
	f.pump(t)
	wants(t, end(), fault.Conflict, "全部渠道")
	f.publish.Say(t, "record", record, events.ChannelAdded{Record: record, Settled: []string{"case/" + id + "#pub.penalty.gsxt"}})
	f.pump(t)
	if err := end(); err != nil {
		t.Fatal(err)
	}
	f.pump(t)
	c, err := f.Case(ctx, leader, id)
	if err != nil || c.State != Closed || c.Outcome != Performed || len(c.Running) != 0 {
		t.Errorf("%s, %s, running %v, %v", c.State, c.Outcome, c.Running, err)
	}
	rows, err := f.Cases(ctx, leader, Filter{State: Closed})
	if err != nil || len(rows) != 1 || rows[0].No != "武隆民罚决字〔2026〕1号" || len(rows[0].Limits) != 0 || rows[0].Outcome != Performed {
		t.Errorf("the board shows %+v, %v", rows, err)
	}
	servicetest.MustVerify(t, f.log)
	sameWhenFoldedAgain(t, f)
}

// sameWhenFoldedAgain folds every view from the commits and compares.
func sameWhenFoldedAgain(t *testing.T, f fixture) {
	t.Helper()
	ctx := context.Background()
	for _, v := range f.Views() {
		before, err := v.Table().List(ctx, view.Query{Limit: 1000})
		if err != nil {
			t.Fatal(err)
		}
		if err := v.Table().Clear(ctx); err != nil {
			t.Fatal(err)
		}
		servicetest.Pump(t, []store.Log{f.log, f.register.Log, f.clue.Log, f.publish.Log}, []bus.Reaction{v.Reaction()})
		after, err := v.Table().List(ctx, view.Query{Limit: 1000})
		if err != nil {
			t.Fatal(err)
		}
		if fmt.Sprint(before) != fmt.Sprint(after) {
			t.Errorf("%s differs when folded again", v.Name())
		}
	}
}

// TestHearingLimits counts the limit for asking across National Day and across
// the Spring Festival, with their make-up days.
func TestHearingLimits(t *testing.T) {
	for told, until := range map[string]string{"2026-09-28": "2026-10-10", "2026-02-13": "2026-02-27"} {
		t.Run(told, func(t *testing.T) {
			f := newFixture(t, told)
			cmd := File{Cause: f.by(leader), Facility: cemetery, Offence: "oversized_plot", Act: "2026-02-01", Leads: []string{"巡查"}}
			id, err := f.File(context.Background(), cmd)
			if err != nil {
				t.Fatal(err)
			}
			ctx := context.Background()
			if err := f.Assign(ctx, Assign{Cause: f.by(leader), Case: id, Officers: []string{investigator.ID, second.ID}}); err != nil {
				t.Fatal(err)
			}
			if err := f.AddEvidence(ctx, AddEvidence{Cause: f.by(investigator), Case: id, Kind: "record", Name: "笔录", Proves: "事实", SHA256: digest, Holder: "档案室"}); err != nil {
				t.Fatal(err)
			}
			if err := f.Conclude(ctx, Conclude{Cause: f.by(investigator), Case: id, Facts: "事实", Proposal: Punish, Law: f.which(told), LawWhy: f.why(told)}); err != nil {
				t.Fatal(err)
			}
			closing := events.Penalty{Kinds: []string{"close"}, Text: "责令关闭"}
			f.tell(t, id, closing)
			c, err := f.Case(ctx, leader, id)
			if err != nil || c.Hearing == nil || c.Hearing.Until != until || !strings.Contains(c.Notice.Rights, until) || c.Notice.Why == "" {
				t.Fatalf("%+v, %+v, %v; want until %s", c.Hearing, c.Notice, err, until)
			}
			lapse := func() error {
				return f.LapseHearing(ctx, LapseHearing{Cause: f.by(investigator), Case: id})
			}
			f.Clock.Set(c.Hearing.Due.Add(-time.Millisecond))
			wants(t, lapse(), fault.Conflict, "尚未届满")
			f.Clock.Set(c.Hearing.Due)
			if err := lapse(); err != nil {
				t.Error(err)
			}
		})
	}
}

// which and why choose the law where it changed between the act of February
// and the day.
func (f fixture) which(day string) string {
	if day > "2026-03-30" {
		return Then
	}
	return ""
}

func (f fixture) why(day string) string {
	if f.which(day) != "" {
		return "旧条例处罚较轻"
	}
	return ""
}

// TestHearingIsHeld convenes and holds a hearing: notified seven workdays
// before, by whoever was named.
func TestHearingIsHeld(t *testing.T) {
	f := newFixture(t, "2026-08-10")
	ctx := context.Background()
	id := f.file(t)
	f.investigate(t, id)
	f.moveTo(t, "2026-09-08")
	f.tell(t, id, penalty)
	if err := f.AskHearing(ctx, AskHearing{Cause: f.by(investigator), Case: id, On: "2026-09-08"}); err != nil {
		t.Fatal(err)
	}
	convene := func(day string) error {
		return f.Convene(ctx, Convene{Cause: f.by(investigator), Case: id, Day: day, Place: "会议室", Host: host.ID})
	}
	wants(t, convene("2026-09-16"), fault.Invalid, "请改期")
	if err := convene("2026-09-17"); err != nil {
		t.Fatal(err)
	}
	f.moveTo(t, "2026-09-17")
	hold := HoldHearing{Cause: f.by(host), Case: id, Result: "维持拟处罚意见", SHA256: digest}
	f.twice(t, func() error { return f.HoldHearing(ctx, hold) })
	if err := f.Listen(ctx, Listen{Cause: f.by(investigator), Case: id, Text: "听证中已陈述", Reply: "已复核"}); err != nil {
		t.Fatal(err)
	}
	c, err := f.Case(ctx, leader, id)
	if err != nil || c.State != Heard || c.Hearing.Ended != Held {
		t.Errorf("%s, %+v, %v", c.State, c.Hearing, err)
	}
}
