package oversee

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"shenzhong/events"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/identity"
	"shenzhong/services/kit/servicetest"
	"shenzhong/services/kit/store"
)

// press gives one command on a measure.
func (f *fixture) press(a identity.Actor, id, text string) MeasureAct {
	f.acts++
	return MeasureAct{Cause: store.Cause{ID: fmt.Sprintf("press/%d", f.acts), Actor: a}, Measure: id, Text: text}
}

func (f *fixture) draft(t *testing.T, sort string, limits ...string) (string, error) {
	t.Helper()
	f.acts++
	return f.service.DraftMeasure(context.Background(), DraftMeasure{
		Cause: store.Cause{ID: fmt.Sprintf("draft/%d", f.acts), Actor: drafter}, Sort: sort, Limits: limits, Facts: "处罚决定逾期未公示", Demands: "立即公示并说明原因",
	})
}

// passed is a decision whose publication is overdue and was put before the head
// of the unit.
func passed(t *testing.T) (*fixture, string, events.Deadline) {
	t.Helper()
	f := newFixture(t)
	d := decided(t, f)
	entity, err := EntityOf(d.ID)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.draft(t, "order", entity); !fault.Is(err, fault.Conflict) {
		t.Fatalf("a measure about a limit that runs: %v", err)
	}
	f.pass(t, d.Due.Add(time.Hour))
	return f, entity, d
}

// TestSupervisionOrder goes from an overdue publication to an order that two
// persons issue, whose answer is under a limit that oversee itself keeps, is
// returned once, and is closed.
func TestSupervisionOrder(t *testing.T) {
	f, entity, _ := passed(t)
	ctx := context.Background()
	id, err := f.draft(t, "order", entity)
	if err != nil || id != "500156-DC-2026-000001" {
		t.Fatalf("drafted %s, %v", id, err)
	}
	f.settle(t)
	if rows, err := f.service.Measures(ctx, laggard, MeasureFilter{}); len(rows) != 0 || err != nil {
		t.Fatalf("the unit sees a draft: %+v, %v", rows, err)
	}
	if err := f.service.IssueMeasure(ctx, f.press(drafter, id, "")); !fault.Is(err, fault.Denied) {
		t.Fatalf("the drafter issued it: %v", err)
	}
	for range 2 {
		cmd := f.press(issuer, id, "")
		cmd.ID = "issue"
		if err := f.service.IssueMeasure(ctx, cmd); err != nil {
			t.Fatal(err)
		}
	}
	f.settle(t)
	rows, err := f.service.Deadlines(ctx, laggard, Filter{Rule: "measure.answer"})
	if err != nil || len(rows) != 1 || rows[0].Deadline.DueDate != "2026-10-23" || rows[0].State != Armed {
		t.Fatalf("the limit for answering: %+v, %v; issued on Friday 16 October", rows, err)
	}
	f.pass(t, time.Date(2026, 10, 22, 2, 0, 0, 0, time.UTC))
	answer := f.press(laggard, id, "已补充公示")
	answer.Link = "https://example.invalid/1"
	if err := f.service.AnswerMeasure(ctx, answer); err != nil {
		t.Fatal(err)
	}
	if err := f.service.ReturnMeasure(ctx, f.press(issuer, id, "没有说明原因")); err != nil {
		t.Fatal(err)
	}
	f.settle(t)
	rows, err = f.service.Deadlines(ctx, laggard, Filter{Rule: "measure.answer"})
	if err != nil || len(rows) != 1 || rows[0].Deadline.DueDate != "2026-10-29" || rows[0].State != Armed {
		t.Fatalf("the limit for answering again: %+v, %v", rows, err)
	}
	for _, do := range []func() error{
		func() error { return f.service.AnswerMeasure(ctx, f.press(laggard, id, "已说明原因")) },
		func() error { return f.service.CloseMeasure(ctx, f.press(drafter, id, "已落实")) },
	} {
		if err := do(); err != nil {
			t.Fatal(err)
		}
	}
	f.settle(t)
	m, err := f.service.Measure(ctx, laggard, id)
	if err != nil || m.State != MeasureClosed || len(m.Answers) != 2 || m.Answers[0].Returned == "" || m.Running != nil {
		t.Errorf("the order reads %+v, %v", m, err)
	}
	list, err := f.service.Measures(ctx, laggard, MeasureFilter{})
	if err != nil || len(list) != 1 || list[0].State != MeasureClosed || list[0].Answers != 2 || list[0].DueDate != "" {
		t.Errorf("the list reads %+v, %v", list, err)
	}
	servicetest.MustVerify(t, f.log)
}

// TestInterviewIsHeldInTime: an interview has a limit for meeting, on whoever
// called it, and then one for answering.
func TestInterviewIsHeldInTime(t *testing.T) {
	f, entity, _ := passed(t)
	ctx := context.Background()
	id, err := f.draft(t, "interview", entity)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.service.IssueMeasure(ctx, f.press(issuer, id, "")); err != nil {
		t.Fatal(err)
	}
	f.settle(t)
	if rows, err := f.service.Deadlines(ctx, drafter, Filter{Rule: "measure.hold"}); err != nil || len(rows) != 1 || rows[0].Deadline.Owner != "zbb" {
		t.Fatalf("the limit for meeting: %+v, %v", rows, err)
	}
	held := f.press(issuer, id, "要求三日内公示")
	if err := f.service.HoldInterview(ctx, held); !fault.Is(err, fault.Invalid) {
		t.Fatalf("held with nobody: %v", err)
	}
	held = f.press(issuer, id, "要求三日内公示")
	held.Present = []string{"专班办公室主任", "区市场监管局局长"}
	if err := f.service.HoldInterview(ctx, held); err != nil {
		t.Fatal(err)
	}
	f.settle(t)
	rows, err := f.service.Deadlines(ctx, drafter, Filter{})
	if err != nil {
		t.Fatal(err)
	}
	states := map[string]State{}
	for _, r := range rows {
		states[r.Deadline.Rule] = r.State
	}
	if states["measure.hold"] != Met || states["measure.answer"] != Armed {
		t.Errorf("the limits stand at %v", states)
	}
}

// TestWhoMayPress: only the units that the law pack names, only about limits of
// one unit that have come far enough.
func TestWhoMayPress(t *testing.T) {
	f, entity, d := passed(t)
	ctx := context.Background()
	for _, a := range []identity.Actor{stranger, laggard, {ID: "x", Unit: "zbb", Roles: []identity.Role{identity.Officer}}} {
		_, err := f.service.DraftMeasure(ctx, DraftMeasure{Cause: store.Cause{ID: "d/" + a.ID, Actor: a}, Sort: "order", Limits: []string{entity}, Facts: "x", Demands: "y"})
		if !fault.Is(err, fault.Denied) {
			t.Errorf("%s of %s drafted an order: %v", a.ID, a.Unit, err)
		}
	}
	if _, err := f.draft(t, "fine", entity); !fault.Is(err, fault.Invalid) {
		t.Errorf("a sort that the pack does not have: %v", err)
	}
	if _, err := f.draft(t, "order"); !fault.Is(err, fault.Invalid) {
		t.Errorf("about nothing: %v", err)
	}
	other := d
	other.ID, other.Owner = "case/500156-AJ-2026-000002#pub.penalty.portal", "mzj"
	f.other.say(t, "500156-AJ-2026-000002", "decide", events.CaseDecided{Deadlines: []events.Deadline{other}})
	f.settle(t)
	if _, err := f.service.Sweep(ctx); err != nil {
		t.Fatal(err)
	}
	second, err := EntityOf(other.ID)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.draft(t, "order", entity, second); !fault.Is(err, fault.Invalid) {
		t.Errorf("about two units at once: %v", err)
	}
	// A fine that is not paid is overdue and put before nobody: it can be ordered
	// about, and is no ground for an interview.
	pay, err := f.counter.Start("fine.pay", "case/500156-AJ-2026-000003", "scjgj", "缴纳罚款", begin)
	if err != nil {
		t.Fatal(err)
	}
	f.other.say(t, "500156-AJ-2026-000003", "serve", events.CaseServed{Deadlines: []events.Deadline{pay}})
	f.settle(t)
	if _, err := f.service.Sweep(ctx); err != nil {
		t.Fatal(err)
	}
	unpaid, err := EntityOf(pay.ID)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.draft(t, "interview", unpaid); !fault.Is(err, fault.Conflict) {
		t.Errorf("an interview about what was put before nobody: %v", err)
	}
	if _, err := f.draft(t, "order", unpaid); err != nil {
		t.Error(err)
	}
}

// TestCircularIsPublic: the public reads against which unit, about which duty,
// and nothing of whom it concerns.
func TestCircularIsPublic(t *testing.T) {
	f, entity, _ := passed(t)
	ctx := context.Background()
	id, err := f.draft(t, "circular", entity)
	if err != nil {
		t.Fatal(err)
	}
	f.settle(t)
	if c, err := f.service.Circulars(ctx); len(c) != 0 || err != nil {
		t.Fatalf("the public sees a draft: %+v, %v", c, err)
	}
	if err := f.service.IssueMeasure(ctx, f.press(issuer, id, "")); err != nil {
		t.Fatal(err)
	}
	f.settle(t)
	c, err := f.service.Circulars(ctx)
	if err != nil || len(c) != 1 || c[0].UnitName != "武隆区市场监督管理局" || !slices.Equal(c[0].Matters, []string{"在门户网站公示行政处罚决定"}) || c[0].Settled {
		t.Fatalf("the public sees %+v, %v", c, err)
	}
	if text := fmt.Sprintf("%+v", c); strings.Contains(text, "500156-AJ") {
		t.Errorf("the public reads %s", text)
	}
	if err := f.service.RevokeMeasure(ctx, f.press(drafter, id, "事实有误")); err != nil {
		t.Fatal(err)
	}
	f.settle(t)
	if c, err := f.service.Circulars(ctx); len(c) != 0 || err != nil {
		t.Errorf("the public still sees %+v, %v", c, err)
	}
}
