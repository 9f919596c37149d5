package inspect

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"shenzhong/events"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/identity"
)

// TestWhoMayDoWhat tries every command and every read as every role.
func TestWhoMayDoWhat(t *testing.T) {
	f := newFixture(t)
	f.published(t)
	ctx := context.Background()
	commands := map[string]func(identity.Actor) error{
		"plan.draft":   func(a identity.Actor) error { _, err := f.DraftPlan(ctx, DraftPlan{Cause: f.by(a)}); return err },
		"plan.approve": func(a identity.Actor) error { return f.ApprovePlan(ctx, ApprovePlan{Cause: f.by(a), Plan: "x"}) },
		"plan.publish": func(a identity.Actor) error { return f.PublishPlan(ctx, PublishPlan{Cause: f.by(a), Plan: "x"}) },
		"batch.announce": func(a identity.Actor) error {
			_, err := f.AnnounceBatch(ctx, AnnounceBatch{Cause: f.by(a), Plan: "x"})
			return err
		},
		"batch.preview": func(a identity.Actor) error { _, err := f.PreviewBatch(ctx, a, "x"); return err },
		"batch.freeze":  func(a identity.Actor) error { return f.FreezeBatch(ctx, FreezeBatch{Cause: f.by(a), Batch: "x"}) },
		"visit.approve": func(a identity.Actor) error { return f.ApproveVisit(ctx, ApproveVisit{Cause: f.by(a), Visit: "x"}) },
		"visit.notice": func(a identity.Actor) error {
			return f.NoticeVisit(ctx, NoticeVisit{Cause: f.by(a), Visit: "x", No: "1"})
		},
		"campaign.draft": func(a identity.Actor) error {
			_, err := f.DraftCampaign(ctx, DraftCampaign{Cause: f.by(a)})
			return err
		},
		"campaign.decide": func(a identity.Actor) error {
			return f.PublishCampaign(ctx, PublishCampaign{Cause: f.by(a), Campaign: "x"})
		},
		"filing.file":  func(a identity.Actor) error { return f.FileCode(ctx, FileCode{Cause: f.by(a), Filing: "x"}) },
		"filing.read":  func(a identity.Actor) error { _, err := f.Filings(ctx, a, ""); return err },
		"visit.answer": func(a identity.Actor) error { return f.AnswerSection(ctx, AnswerSection{Cause: f.by(a), Visit: "x"}) },
		"visit.sign":   func(a identity.Actor) error { return f.SignVisit(ctx, SignVisit{Cause: f.by(a), Visit: "x"}) },
		"visit.record": func(a identity.Actor) error { return f.RecordVisit(ctx, RecordVisit{Cause: f.by(a), Visit: "x"}) },
		"visit.read":   func(a identity.Actor) error { _, err := f.Visit(ctx, a, "x"); return err },
		"rectification.prove": func(a identity.Actor) error {
			return f.ProveRectification(ctx, ProveRectification{Cause: f.by(a), Rectification: "x"})
		},
		"rectification.extend": func(a identity.Actor) error {
			return f.ExtendRectification(ctx, ExtendRectification{Cause: f.by(a), Rectification: "x"})
		},
		"rectification.check": func(a identity.Actor) error {
			return f.CheckRectification(ctx, CheckRectification{Cause: f.by(a), Rectification: "x"})
		},
		"rectification.read": func(a identity.Actor) error { _, err := f.Rectifications(ctx, a, Orders{}); return err },
		"recusal.decide":     func(a identity.Actor) error { return f.DecideRecusal(ctx, DecideRecusal{Cause: f.by(a), Recusal: "x"}) },
		"recusal.read":       func(a identity.Actor) error { _, err := f.Recusals(ctx, a); return err },
		"strictness.see":     func(a identity.Actor) error { return f.SeeStrictness(ctx, SeeStrictness{Cause: f.by(a), Year: "2026"}) },
		"strictness.read":    func(a identity.Actor) error { _, err := f.Strictness(ctx, a, "2026"); return err },
		"chances.read": func(a identity.Actor) error {
			a.Unit = commercial
			_, err := f.Chances(ctx, a, commercial, 2026)
			return err
		},
		"plan.read": func(a identity.Actor) error {
			return maySeePlan(a, Plan{State: Drafted, Plan: events.Plan{Lead: "mzj"}})
		},
	}
	if len(commands) != len(permits) {
		t.Fatalf("%d acts, %d permits", len(commands), len(permits))
	}
	for act, command := range commands {
		if err := command(identity.Actor{ID: "nobody"}); fault.KindOf(err) != fault.Denied {
			t.Errorf("%s as nobody: %v", act, err)
		}
		for _, role := range append(identity.Roles(), identity.Citizen) {
			actor := who("a", "mzj", role)
			err := command(actor)
			allowed := permits.Check(actor, act) == nil
			if denied := fault.KindOf(err) == fault.Denied; denied == allowed {
				t.Errorf("%s as %s: %v; allowed = %v", act, role, err, allowed)
			}
		}
	}
}

// TestWhoHasNoPartLearnsNothing asks for everything there is as everybody who
// has no part in a visit, before the draw is opened. What exists is refused in
// the same words as what does not.
func TestWhoHasNoPartLearnsNothing(t *testing.T) {
	f := newFixture(t)
	f.drawn(t)
	f.noticed(t, visit11, "mzj", "lyj")
	ctx := context.Background()
	uninvolved := []identity.Actor{
		drafting, member("mzj", 3), leader("gaj"), who("o", "zbb", identity.Office), who("a", "zbb", identity.Auditor),
		who("p", commercial, identity.Party), who("all", "gaj", identity.Roles()...), identity.Anonymous(),
	}
	for i, a := range uninvolved {
		said := []any{}
		for _, id := range []string{visit1, "500156-JC-2026-000101-000002"} { // one is drawn, one is not
			_, read := f.Visit(ctx, a, id)
			_, notice := f.Notice(ctx, a, id)
			said = append(said, fmt.Sprint(
				read, notice, f.ApproveVisit(ctx, ApproveVisit{Cause: f.by(a), Visit: id}), f.NoticeVisit(ctx, NoticeVisit{Cause: f.by(a), Visit: id, No: "1"}),
				f.AnswerSection(ctx, AnswerSection{Cause: f.by(a), Visit: id}), f.SignVisit(ctx, SignVisit{Cause: f.by(a), Visit: id}),
				f.RecordVisit(ctx, RecordVisit{Cause: f.by(a), Visit: id}),
			))
		}
		if drawn := strings.ReplaceAll(said[0].(string), "-000001", "-000002"); drawn != said[1] {
			t.Errorf("account %d learns that it was drawn: %s", i, drawn)
		}
		rows, _ := f.Visits(ctx, a, "")
		batch, _ := f.Batch(ctx, batchID)
		batches, _ := f.Batches(ctx, planID)
		results, _ := f.CheckResults(ctx, "")
		raw, err := json.Marshal([]any{rows, batch, batches, results})
		must(t, "encode", err)
		for _, secret := range []string{commercial, rural, "000101-0000", officerID(11), `"visits":2`} {
			if strings.Contains(string(raw), secret) {
				t.Errorf("account %d is told %s", i, secret)
			}
		}
	}
	if _, err := f.Visit(ctx, who("p", rural, identity.Party), visit11); err != nil {
		t.Errorf("the facility that was given notice does not see its visit: %v", err)
	}
	if rows, err := f.Visits(ctx, leader("lyj"), batchID); err != nil || len(rows) != 2 {
		t.Errorf("the head of a unit sees %d visits, %v", len(rows), err)
	}
}

// TestResultsArePublicOnceOpened records one of two visits: its result waits for
// the opening, which comes with the last visit or with its day.
func TestResultsArePublicOnceOpened(t *testing.T) {
	f := newFixture(t)
	f.drawn(t)
	f.noticed(t, visit11, "mzj", "lyj")
	f.answers(t, visit11, "mzj", []string{"5"}, events.Finding{Item: "mzj-201", Text: "张某某扩建", Result: "5", Days: 10})
	f.answers(t, visit11, "lyj", nothing)
	f.recorded(t, visit11)
	ctx := context.Background()
	if rows, err := f.CheckResults(ctx, "2026"); err != nil || len(rows) != 0 {
		t.Fatalf("before the opening: %+v, %v", rows, err)
	}
	f.Clock.Set(openBy)
	rows, err := f.CheckResults(ctx, "2026")
	must(t, "results", err)
	if len(rows) != 1 || rows[0].Facility != rural || rows[0].Units[0].Name != "武隆区民政局" || rows[0].Units[0].Results[0].Name != "发现问题已责令改正" {
		t.Fatalf("after the opening: %+v", rows)
	}
	raw, err := json.Marshal(rows)
	must(t, "encode", err)
	if strings.Contains(string(raw), "张某某") {
		t.Errorf("the words of an officer are public: %s", raw)
	}
	if rows, err := f.CheckResults(ctx, "2025"); err != nil || len(rows) != 0 {
		t.Errorf("of another year: %+v, %v", rows, err)
	}
}

// TestAccountWithoutAUnitSeesNoOrders keeps an empty unit from meaning any.
func TestAccountWithoutAUnitSeesNoOrders(t *testing.T) {
	f := newFixture(t)
	for _, role := range []identity.Role{identity.Officer, identity.Party, identity.Office} {
		if rows, err := f.Rectifications(context.Background(), who("a", "", role), Orders{}); fault.KindOf(err) != fault.Denied || rows != nil {
			t.Errorf("as %s: %v, %v", role, rows, err)
		}
	}
}
