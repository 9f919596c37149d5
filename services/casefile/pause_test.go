package casefile

import (
	"context"
	"testing"
	"time"

	"shenzhong/events"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/servicetest"
)

// last is the limit of that rule as it was last said.
func (f fixture) last(t *testing.T, rule string) events.Deadline {
	t.Helper()
	var last events.Deadline
	for _, c := range servicetest.Facts(t, f.log) {
		for _, d := range servicetest.Starts(t, c) {
			if d.Rule == rule {
				last = d
			}
		}
	}
	return last
}

// TestPauseMovesTheLimit: two persons pause the limit for deciding, with both
// days and the reason; ending the pause early gives the days back, and the limit
// says how it was counted.
func TestPauseMovesTheLimit(t *testing.T) {
	f := newFixture(t, "2026-08-10")
	ctx := context.Background()
	id := f.file(t)
	if d := f.last(t, "case.decide"); d.DueDate != "2026-11-09" { // 8 November is a Sunday
		t.Fatalf("due %s", d.DueDate)
	}
	ask := AskPause{Cause: f.by(investigator), Case: id, Ground: "pause.appraisal", Reason: "墓位面积测绘鉴定", From: "2026-08-20", To: "2026-09-08"}
	f.twice(t, func() error { return f.AskPause(ctx, ask) })
	again := ask
	again.Cause = f.by(investigator)
	wants(t, f.AskPause(ctx, again), fault.Conflict, "等待批准")
	if d := f.last(t, "case.decide"); d.DueDate != "2026-11-09" {
		t.Errorf("asking alone moved it to %s", d.DueDate)
	}
	wants(t, f.AnswerPause(ctx, AnswerPause{Cause: f.by(leader), Case: id}), fault.Invalid, "理由")
	yes := AnswerPause{Cause: f.by(leader), Case: id, Approved: true}
	f.twice(t, func() error { return f.AnswerPause(ctx, yes) })
	d := f.last(t, "case.decide")
	if d.DueDate != "2026-11-30" || len(d.Pauses) != 1 || d.Pauses[0].Approver != leader.ID || d.Pauses[0].To != "2026-09-08" { // 20 days later is a Saturday
		t.Errorf("paused for 20 days: %+v", d)
	}
	how, err := f.counter.Explain(d)
	if err != nil || how.DueDate.String() != d.DueDate || len(how.Pauses) != 1 {
		t.Errorf("explained as %s, %v", how.DueDate, err)
	}
	overlap := ask
	overlap.Cause, overlap.From, overlap.To = f.by(investigator), "2026-09-01", "2026-10-01"
	wants(t, f.AskPause(ctx, overlap), fault.Invalid, "重叠")

	f.moveTo(t, "2026-08-31")
	resume := Resume{Cause: f.by(leader), Case: id, On: "2026-08-31", Reason: "鉴定提前完成"}
	f.twice(t, func() error { return f.Resume(ctx, resume) })
	if d := f.last(t, "case.decide"); d.DueDate != "2026-11-19" || d.Pauses[0].To != "2026-08-30" { // 11 days were lost
		t.Errorf("resumed: %+v", d)
	}
	wants(t, f.Resume(ctx, Resume{Cause: f.by(leader), Case: id, Reason: "再次恢复"}), fault.Conflict, "不在中止期间")
	f.pump(t)
	row, err := f.Cases(ctx, leader, Filter{})
	if err != nil || limitOf(t, row[0].Limits, "case.decide").DueDate != "2026-11-19" {
		t.Errorf("the board shows %+v, %v", row, err)
	}
}

// TestPauseIsRefused: not by who asked, not without a ground, not after the end.
func TestPauseIsRefused(t *testing.T) {
	f := newFixture(t, "2026-08-10")
	ctx := context.Background()
	id := f.file(t)
	good := AskPause{Case: id, Ground: "pause.appraisal", Reason: "鉴定", From: "2026-08-20", To: "2026-09-08"}
	for words, change := range map[string]func(*AskPause){
		"中止情形":  func(a *AskPause) { a.Ground = "withhold.secret" },
		"请填写中止": func(a *AskPause) { a.Reason = " " },
		"开始日期":  func(a *AskPause) { a.From = "soon" },
		"早于立案日": func(a *AskPause) { a.From = "2026-08-01" },
		"早于开始":  func(a *AskPause) { a.To = "2026-08-19" },
		"最后一日":  func(a *AskPause) { a.From, a.To = "2027-01-01", "2027-01-02" },
	} {
		bad := good
		change(&bad)
		bad.Cause = f.by(investigator)
		wants(t, f.AskPause(ctx, bad), fault.Invalid, words)
	}
	wants(t, f.AnswerPause(ctx, AnswerPause{Cause: f.by(leader), Case: id, Approved: true}), fault.Conflict, "没有等待批准")
	both := leader
	both.Roles = append(both.Roles, investigator.Roles...)
	good.Cause = f.by(both)
	if err := f.AskPause(ctx, good); err != nil {
		t.Fatal(err)
	}
	wants(t, f.AnswerPause(ctx, AnswerPause{Cause: f.by(both), Case: id, Approved: true}), fault.Denied, "以外的负责人")
	other := both
	other.ID = "500156-RY-mzj-777"
	if err := f.AnswerPause(ctx, AnswerPause{Cause: f.by(other), Case: id, Reason: "可以同时进行调查"}); err != nil {
		t.Fatal(err)
	}
	if d := f.last(t, "case.decide"); len(d.Pauses) != 0 {
		t.Errorf("a refused pause holds: %+v", d)
	}
	f.moveTo(t, "2026-11-10")
	good.Cause = f.by(both)
	wants(t, f.AskPause(ctx, good), fault.Conflict, "届满")
}

// TestSuspectedCrimeIsDecidedInThreeDays: the report starts the three days, the
// decision of the head the 24 hours; who refuses says why and the case goes back.
func TestSuspectedCrimeIsDecidedInThreeDays(t *testing.T) {
	f := newFixture(t, "2026-08-10")
	ctx := context.Background()
	id := f.file(t)
	report := func(crime bool) {
		t.Helper()
		if err := f.Conclude(ctx, Conclude{Cause: f.by(investigator), Case: id, Facts: "伪造印章", Proposal: Punish, Crime: crime}); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.Assign(ctx, Assign{Cause: f.by(leader), Case: id, Officers: []string{investigator.ID, second.ID}}); err != nil {
		t.Fatal(err)
	}
	evidence := AddEvidence{Cause: f.by(investigator), Case: id, Kind: "record", Name: "笔录", Proves: "事实", SHA256: digest, Holder: "档案室"}
	if err := f.AddEvidence(ctx, evidence); err != nil {
		t.Fatal(err)
	}
	wants(t, f.Refer(ctx, Refer{Cause: f.by(leader), Case: id, Approved: true, Reason: "涉嫌犯罪"}), fault.Conflict, "此步骤不能办理")
	report(true)
	if d := f.last(t, "police.decide"); d.DueDate != "2026-08-13" || d.Unit != "day" {
		t.Errorf("to be decided by %+v", d)
	}
	if err := f.Refer(ctx, Refer{Cause: f.by(leader), Case: id, Reason: "数额没有达到立案标准"}); err != nil {
		t.Fatal(err)
	}
	c, err := f.Case(ctx, leader, id)
	if err != nil || c.State != Investigating || len(c.Running) != 1 {
		t.Fatalf("refused: %s, still running %v, %v", c.State, c.Running, err)
	}
	report(true)
	refer := Refer{Cause: f.by(leader), Case: id, Approved: true, Reason: "涉嫌伪造国家机关印章"}
	f.twice(t, func() error { return f.Refer(ctx, refer) })
	if d := f.last(t, "police.send"); !d.Due.Equal(f.Clock.Now().Add(24 * time.Hour)) {
		t.Errorf("to be sent by %s", d.Due)
	}
	if err := f.Drop(ctx, Drop{Cause: f.by(leader), Case: id, Outcome: Referred, Note: "武隆民移〔2026〕1号"}); err != nil {
		t.Fatal(err)
	}
	if c, err = f.Case(ctx, leader, id); err != nil || c.Outcome != Referred || len(c.Running) != 0 {
		t.Errorf("%s, still running %v, %v", c.Outcome, c.Running, err)
	}
}

// TestActTooLongAgo: an act that was found out after two years is punished only
// if somebody says why it still may be (行政处罚法 art. 36).
func TestActTooLongAgo(t *testing.T) {
	f := newFixture(t, "2026-08-10")
	ctx := context.Background()
	id, err := f.File(ctx, File{Cause: f.by(leader), Facility: cemetery, Offence: "oversized_plot", Act: "2024-08-09", Leads: []string{"巡查"}})
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Assign(ctx, Assign{Cause: f.by(leader), Case: id, Officers: []string{investigator.ID, second.ID}}); err != nil {
		t.Fatal(err)
	}
	if err := f.AddEvidence(ctx, AddEvidence{Cause: f.by(investigator), Case: id, Kind: "record", Name: "笔录", Proves: "事实", SHA256: digest, Holder: "档案室"}); err != nil {
		t.Fatal(err)
	}
	conclude := Conclude{Cause: f.by(investigator), Case: id, Facts: "超面积", Proposal: Punish, Law: Then, LawWhy: "旧条例处罚较轻"}
	wants(t, f.Conclude(ctx, conclude), fault.Invalid, "2026-08-09")
	conclude.Timely = "超面积的墓位至今存在，违法行为处于继续状态"
	if err := f.Conclude(ctx, conclude); err != nil {
		t.Fatal(err)
	}
}
