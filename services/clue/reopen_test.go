package clue

import (
	"context"
	"strings"
	"testing"
	"time"

	"shenzhong/events"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/servicetest"
)

// TestReopenedOnceWithSomethingNew: the sender of a clue that was answered brings
// something new; the same unit verifies again, within a limit from that day, and
// the sender is answered again. A second time it is a new clue.
func TestReopenedOnceWithSomethingNew(t *testing.T) {
	f := newFixture(t) // Monday, 6 July 2026
	ctx := context.Background()
	r := f.bundled(t, Contact{Phone: "13900000001"})
	reopen := Reopen{Cause: f.by(citizen), Code: r.Code, Text: "我有当天的收费票据。"}
	if err := f.Reopen(ctx, reopen); !fault.Is(err, fault.Conflict) {
		t.Fatalf("before it was answered: %v", err)
	}
	f.must(t, f.Accept(ctx, Accept{Cause: f.by(market), Clue: r.Clue}))
	conclude := func(outcome string) {
		t.Helper()
		f.must(t, f.Conclude(ctx, Conclude{Cause: f.by(market), Clue: r.Clue, Outcome: outcome, Act: "2026-07-03", Summary: "核查了票据。", Evidence: []string{"检查笔录"}}))
	}
	conclude("unfounded")
	f.Clock.Set(time.Date(2026, 9, 30, 2, 0, 0, 0, time.UTC))
	for words, bad := range map[string]Reopen{
		"新的情况或者证据":  {Code: r.Code, Text: " "},
		"手机号码":      {Code: r.Code, Text: "请打我的电话13900000001。"},
		"没有查到这个查询码": {Code: "0000000000000000", Text: reopen.Text},
	} {
		bad.Cause = f.by(citizen)
		if err := f.Reopen(ctx, bad); err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("%s: %v", words, err)
		}
	}
	reopen.Cause = f.by(citizen)
	for range 2 { // the same command again is no second one
		f.must(t, f.Reopen(ctx, reopen))
	}
	row := f.show(t, r.Clue)
	if row.State != Reopened || row.To.Lead != market.Unit || row.Anew != reopen.Text || row.Outcome != "" {
		t.Fatalf("reopened %+v", row)
	}
	if got := dates(row.Limits); len(got) != 1 || got[events.DeadlineID(Subject(r.Clue), ruleVerify)] != "2026-10-27" {
		t.Errorf("the limits are %v", got)
	}
	if said := servicetest.Of[events.ClueReopened](t, f.log); len(said) != 1 || said[0].Deadlines[0].Owner != market.Unit {
		t.Errorf("said %+v", said)
	}
	conclude("corrected")
	if p := f.track(t, r.Code); len(p.Answers) != 2 || p.State != "已答复" {
		t.Errorf("the sender sees %+v", p)
	}
	again := Reopen{Cause: f.by(citizen), Code: r.Code, Text: "还是没有改正，请再查。"}
	if err := f.Reopen(ctx, again); !fault.Is(err, fault.Conflict) || !strings.Contains(err.Error(), "新的线索") {
		t.Errorf("a second time: %v", err)
	}
	f.again(t)
}
