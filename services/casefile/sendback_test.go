package casefile

import (
	"context"
	"testing"

	"shenzhong/services/kit/servicetest"
)

// TestSendBackResetsNothing: a case that is sent back, noted on and reported
// again is under the limit of its first day to the end: it was started once, and
// ends with the decision.
func TestSendBackResetsNothing(t *testing.T) {
	f := newFixture(t, "2026-08-10")
	ctx := context.Background()
	id := f.file(t)
	f.investigate(t, id)
	f.moveTo(t, "2026-09-01")
	if err := f.Return(ctx, Return{Cause: f.by(leader), Case: id, Reason: "补充面积测绘"}); err != nil {
		t.Fatal(err)
	}
	note := HandOver{Cause: f.by(investigator), Case: id, No: 1, Holder: "鉴定机构", Place: "鉴定机构", Note: "送检"}
	if err := f.HandOver(ctx, note); err != nil {
		t.Fatal(err)
	}
	if err := f.Conclude(ctx, Conclude{Cause: f.by(investigator), Case: id, Facts: "超面积建墓", Proposal: Punish}); err != nil {
		t.Fatal(err)
	}
	c, err := f.Case(ctx, leader, id)
	if err != nil || c.Limit.DueDate != "2026-11-09" {
		t.Fatalf("due %s, %v", c.Limit.DueDate, err)
	}
	f.tell(t, id, penalty)
	f.ready(t, id)
	decide := f.decision(id)
	if err := f.Decide(ctx, decide); err != nil {
		t.Fatal(err)
	}
	starts, ends := 0, 0
	for _, commit := range servicetest.Facts(t, f.log) {
		for _, d := range servicetest.Starts(t, commit) {
			if d.ID == c.Limit.ID {
				starts++
			}
		}
		for _, settled := range commit.Settles {
			if settled == c.Limit.ID {
				ends++
			}
		}
	}
	if starts != 1 || ends != 1 {
		t.Errorf("the limit was started %d times and ended %d times", starts, ends)
	}
}
