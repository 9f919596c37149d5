package disclose

import (
	"context"
	"strings"
	"testing"
	"time"

	"shenzhong/events"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/identity"
	"shenzhong/services/kit/servicetest"
	"shenzhong/services/kit/store"
	"shenzhong/services/kit/view"
)

type fixture struct {
	servicetest.Ground
	*Service
	log   *store.Memory
	cases *servicetest.Voice
}

func newFixture(t *testing.T, now time.Time) fixture {
	t.Helper()
	g := servicetest.NewGround(t, now)
	log := store.NewMemory()
	s, err := New(context.Background(), Config{District: "500156", Log: log, Tables: view.NewMemory(), Clock: g.Clock, Law: g.Law, Calendar: g.Calendar})
	if err != nil {
		t.Fatal(err)
	}
	return fixture{Ground: g, Service: s, log: log, cases: servicetest.NewVoice("casefile", g.Clock)}
}

func (f fixture) pump(t *testing.T) {
	t.Helper()
	servicetest.Pump(t, []store.Log{f.log, f.cases.Log}, f.Reactions())
}

func cause(id string, by identity.Actor) store.Cause { return store.Cause{ID: id, Actor: by} }

const decidedCase = "500156-AJ-2026-000001"

func decision(kind, name string) events.CaseDecided {
	return events.CaseDecided{Decision: events.Decision{
		Case: decidedCase, No: "渝武市监处〔2026〕1号", Type: "强制捆绑销售", Facts: name + "（电话13812345678）在殡仪服务中强制捆绑销售。",
		Basis: "价格法", Penalty: events.Penalty{Kinds: []string{"fine"}, Text: "罚款50000元", FineFen: 5000000},
		Respondent: events.Respondent{Facility: "500156-JG-000001", Name: name, Type: kind, USCC: "92500156MA5U12345X"},
		Unit:       "scjgj", UnitName: "武隆区市场监管局", On: "2026-09-30", Severity: "general",
	}}
}

func (f fixture) onlyRecord(t *testing.T) Row {
	t.Helper()
	rows, err := f.board.List(context.Background(), view.Query{})
	if err != nil || len(rows) != 1 {
		t.Fatalf("%d records, %v; want one", len(rows), err)
	}
	return rows[0]
}

func (f fixture) publish(t *testing.T) string {
	t.Helper()
	return f.publishRecord(t, f.onlyRecord(t).Record.ID)
}

func (f fixture) publishRecord(t *testing.T, id string) string {
	t.Helper()
	ctx := context.Background()
	if err := f.Review(ctx, Review{Cause: cause("r", first), Record: id, Verdict: "publish"}); err != nil {
		t.Fatal(err)
	}
	channels := []events.Channel{{Name: "portal", Proof: "https://example.invalid/1"}, {Name: "credit_china", Proof: "回执2"}}
	for range 2 { // a command sent twice is one publication
		if err := f.Publish(ctx, Publish{Cause: cause("p", second), Record: id, Channels: channels}); err != nil {
			t.Fatal(err)
		}
	}
	f.pump(t)
	return id
}

// TestDecisionIsPublishedMasked follows the decision of 2026-09-30 that is
// published on 2026-10-14.
func TestDecisionIsPublishedMasked(t *testing.T) {
	f := newFixture(t, time.Date(2026, 9, 30, 2, 0, 0, 0, time.UTC))
	f.cases.Say(t, "case", decidedCase, decision("natural", "张三丰"))
	f.pump(t)
	f.Clock.Set(time.Date(2026, 10, 14, 2, 0, 0, 0, time.UTC))
	id := f.publish(t)

	published := servicetest.Of[events.RecordPublished](t, f.log)
	if len(published) != 1 {
		t.Fatalf("published %d times", len(published))
	}
	r := published[0].Record
	for _, text := range []string{r.Name, r.Title, r.Facts, r.Content} {
		if strings.Contains(text, "张三丰") || strings.Contains(text, "13812345678") {
			t.Errorf("%q shows personal data", text)
		}
	}
	if r.Name != "张某" || r.USCC != "" || r.Masked == 0 || r.Until != "2027-09-30" {
		t.Errorf("record reads %+v", r)
	}
	settled := map[string]bool{}
	for _, id := range published[0].Settled {
		settled[id] = true
	}
	if !settled["case/"+decidedCase+"#pub.penalty.portal"] || settled["case/"+decidedCase+"#pub.penalty.gsxt"] {
		t.Errorf("settled %v; each channel has a clock of its own", published[0].Settled)
	}
	shown, err := f.ShownRecord(context.Background(), id)
	if err != nil || shown.State != Published {
		t.Errorf("the public sees %+v, %v", shown, err)
	}
	servicetest.MustVerify(t, f.log)
}

// TestOnlyLimitsThatRunAreEnded: a funeral home does not enter the register of
// enterprises, so withholding its record ends no limit of that register.
func TestOnlyLimitsThatRunAreEnded(t *testing.T) {
	f := newFixture(t, time.Date(2026, 9, 30, 2, 0, 0, 0, time.UTC))
	d := decision("legal", "武隆区殡仪馆")
	portal := events.DeadlineID("case/"+decidedCase, "pub.penalty.portal")
	d.Deadlines = []events.Deadline{{ID: portal, Rule: "pub.penalty.portal"}, {ID: "case/" + decidedCase + "#case.serve", Rule: "case.serve"}}
	f.cases.Say(t, "case", decidedCase, d)
	f.pump(t)
	id := f.onlyRecord(t).Record.ID
	if err := f.Review(context.Background(), Review{Cause: cause("r", first), Record: id, Verdict: "withhold", Ground: "withhold.privacy"}); err != nil {
		t.Fatal(err)
	}
	if err := f.Withhold(context.Background(), Withhold{Cause: cause("w", second), Record: id, Reason: "权利人不同意公开"}); err != nil {
		t.Fatal(err)
	}
	if got := servicetest.Of[events.RecordWithheld](t, f.log)[0].Settled; len(got) != 1 || got[0] != portal {
		t.Errorf("ended %v, want %s alone", got, portal)
	}
}

func TestRevokedDecisionLeavesATombstone(t *testing.T) {
	f := newFixture(t, time.Date(2026, 9, 30, 2, 0, 0, 0, time.UTC))
	ctx := context.Background()
	f.cases.Say(t, "case", decidedCase, decision("legal", "青松殡仪服务有限公司"))
	f.pump(t)
	id := f.publish(t)
	f.cases.Say(t, "case", decidedCase, events.DecisionRevoked{Case: decidedCase, Reason: "事实不清，复议机关撤销", On: "2026-11-02"})
	f.pump(t)
	f.Clock.Set(time.Date(2026, 11, 4, 2, 0, 0, 0, time.UTC))
	if err := f.Withdraw(ctx, Withdraw{Cause: cause("w", first), Record: id, Reason: "复议机关撤销原决定"}); err != nil {
		t.Fatal(err)
	}
	f.pump(t)
	row, err := f.ShownRecord(ctx, id)
	if err != nil || row.State != Withdrawn || row.Reason == "" || row.Record.Name != "" || row.Record.Facts != "" {
		t.Fatalf("the public sees %+v, %v", row, err)
	}
	withdrawn := servicetest.Of[events.RecordWithdrawn](t, f.log)
	if len(withdrawn) != 1 || withdrawn[0].Settled[0] != "case/"+decidedCase+"#pub.withdraw" {
		t.Fatalf("withdrawn %+v", withdrawn)
	}
}

func TestRevokedBeforePublicationNeverShows(t *testing.T) {
	f := newFixture(t, time.Date(2026, 9, 30, 2, 0, 0, 0, time.UTC))
	f.cases.Say(t, "case", decidedCase, decision("legal", "青松殡仪服务有限公司"))
	f.cases.Say(t, "case", decidedCase, events.DecisionRevoked{Case: decidedCase, Reason: "撤销", On: "2026-10-08"})
	f.pump(t)
	if err := f.Withdraw(context.Background(), Withdraw{Cause: cause("w", first), Record: f.onlyRecord(t).Record.ID, Reason: "撤销"}); err != nil {
		t.Fatal(err)
	}
	f.pump(t)
	if found, err := f.Find(context.Background(), Search{}); err != nil || len(found.Rows) != 0 {
		t.Fatalf("the public sees %+v, %v", found, err)
	}
}

// TestGrantedRepairEndsThePublication: the record of the penalty is public no
// longer, its number and why stay; a repair that was denied, and one of another
// sort of entry, end nothing.
func TestGrantedRepairEndsThePublication(t *testing.T) {
	f := newFixture(t, time.Date(2026, 9, 30, 2, 0, 0, 0, time.UTC))
	f.cases.Say(t, "case", decidedCase, decision("legal", "青松殡仪服务有限公司"))
	f.pump(t)
	id := f.publish(t)
	credit := servicetest.NewVoice("credit", f.Clock)
	decided := func(no, rule string, granted bool) Row {
		t.Helper()
		f.Clock.Set(time.Date(2026, 12, 31, 2, 0, 0, 0, time.UTC))
		credit.Say(t, "repair", no, events.RepairDecided{Repair: events.Repair{ID: no, Source: "case/" + decidedCase, Rule: rule}, Granted: granted, On: "2026-12-31"})
		servicetest.Pump(t, []store.Log{f.log, f.cases.Log, credit.Log}, f.Reactions())
		row, err := f.ShownRecord(context.Background(), id)
		if err != nil {
			t.Fatal(err)
		}
		return row
	}
	if row := decided("500156-XF-2026-000001", "penalty.general", false); row.State != Published {
		t.Fatalf("denied, and %q", row.State)
	}
	if row := decided("500156-XF-2026-000002", "check.refused", true); row.State != Published {
		t.Fatalf("another entry was repaired, and it is %q", row.State)
	}
	row := decided("500156-XF-2026-000003", "penalty.general", true)
	if row.State != Expired || row.EndedOn != "2026-12-31" || row.Repair != "500156-XF-2026-000003" || row.Record.Name != "" || row.Record.Facts != "" {
		t.Fatalf("granted, and the public sees %+v", row)
	}
	if said := servicetest.Of[events.RecordExpired](t, f.log); len(said) != 1 || said[0].Repair == "" {
		t.Errorf("said %+v", said)
	}
}

// TestCampaignAndItsResultsArePrepared: the plan of a special inspection is to be
// published with the number of its approval, and its results by their name.
func TestCampaignAndItsResultsArePrepared(t *testing.T) {
	f := newFixture(t, time.Date(2026, 3, 5, 2, 0, 0, 0, time.UTC))
	inspect := servicetest.NewVoice("inspect", f.Clock)
	inspect.Say(t, "campaign", "500156-ZX-2026-900001", events.CampaignPublished{On: "2026-03-05", Document: "武隆府〔2026〕9号", Campaign: events.Campaign{
		ID: "500156-ZX-2026-900001", Title: "清明专项检查", Lead: "mzj", From: "2026-03-10", To: "2026-04-10", Area: "武隆区", Manner: "实地检查",
		Objects: []events.CampaignObject{{Facility: "500156-JG-000001", Name: "某公墓"}},
	}})
	inspect.Say(t, "visit", "500156-JC-2026-900001-000001", events.VisitRecorded{On: "2026-03-12", Visit: events.Visit{
		ID: "500156-JC-2026-900001-000001", Type: "special", Lead: "mzj", Name: "某公墓", Sections: []events.VisitSection{{Unit: "mzj", Results: []string{"1"}}},
	}})
	servicetest.Pump(t, []store.Log{f.log, inspect.Log}, f.Reactions())
	said := map[string]events.Record{}
	for _, p := range servicetest.Of[events.RecordPrepared](t, f.log) {
		said[p.Record.Sort] = p.Record
	}
	if p := said["plan"]; p.Title != "专项检查计划：清明专项检查" || !strings.Contains(p.Content, "武隆府〔2026〕9号") || strings.Contains(p.Content, "某公墓") || p.Unit != "mzj" {
		t.Errorf("the plan reads %+v", p)
	}
	if said["check"].Title != "专项检查结果：某公墓" {
		t.Errorf("the result reads %+v", said["check"])
	}
}

func TestPublicationEndsByItself(t *testing.T) {
	f := newFixture(t, time.Date(2026, 9, 30, 2, 0, 0, 0, time.UTC))
	f.cases.Say(t, "case", decidedCase, decision("legal", "青松殡仪服务有限公司"))
	f.pump(t)
	f.publish(t)
	for _, tt := range []struct {
		day  time.Time
		want State
	}{
		{time.Date(2027, 9, 30, 4, 0, 0, 0, time.UTC), Published}, // its last day
		{time.Date(2027, 10, 1, 4, 0, 0, 0, time.UTC), Expired},
	} {
		f.Clock.Set(tt.day)
		for range 2 { // a second sweep changes nothing
			if _, err := f.Sweep(context.Background()); err != nil {
				t.Fatal(err)
			}
		}
		f.pump(t)
		if got := f.onlyRecord(t).State; got != tt.want {
			t.Fatalf("on %s it is %q; want %q", tt.day.Format(time.DateOnly), got, tt.want)
		}
	}
}

func TestWithholdingNeedsAKnownGroundAndALeader(t *testing.T) {
	f := newFixture(t, time.Date(2026, 9, 30, 2, 0, 0, 0, time.UTC))
	ctx := context.Background()
	f.cases.Say(t, "case", decidedCase, decision("legal", "青松殡仪服务有限公司"))
	f.pump(t)
	id := f.onlyRecord(t).Record.ID
	if err := f.Review(ctx, Review{Cause: cause("a", first), Record: id, Verdict: "withhold", Ground: "because"}); err == nil {
		t.Fatal("an unknown ground was taken")
	}
	if err := f.Review(ctx, Review{Cause: cause("b", first), Record: id, Verdict: "withhold", Ground: "return.elsewhere"}); fault.KindOf(err) != fault.Invalid {
		t.Fatalf("a ground for something else was taken: %v", err)
	}
	if err := f.Review(ctx, Review{Cause: cause("c", first), Record: id, Verdict: "withhold", Ground: "withhold.secret"}); err != nil {
		t.Fatal(err)
	}
	publisher := identity.Actor{ID: "500156-RY-000009", Unit: "scjgj", Roles: []identity.Role{identity.Publisher}}
	if err := f.Withhold(ctx, Withhold{Cause: cause("d", publisher), Record: id, Reason: "国家秘密"}); fault.KindOf(err) != fault.Denied {
		t.Fatalf("no leader consented: %v", err)
	}
	if err := f.Withhold(ctx, Withhold{Cause: cause("e", second), Record: id, Reason: "国家秘密"}); err != nil {
		t.Fatal(err)
	}
	withheld := servicetest.Of[events.RecordWithheld](t, f.log)
	if len(withheld) != 1 || len(withheld[0].By) != 2 || len(withheld[0].Settled) < 3 {
		t.Fatalf("withheld %+v", withheld)
	}
}

// TestEveryActorWithoutTheRoleIsRefused tries every command as everybody.
func TestEveryActorWithoutTheRoleIsRefused(t *testing.T) {
	f := newFixture(t, time.Date(2026, 9, 30, 2, 0, 0, 0, time.UTC))
	ctx := context.Background()
	commands := map[string]func(store.Cause) error{
		"record.read":     func(c store.Cause) error { _, err := f.Record(ctx, c.Actor, "x"); return err },
		"record.review":   func(c store.Cause) error { return f.Review(ctx, Review{Cause: c, Record: "x", Verdict: "publish"}) },
		"record.publish":  func(c store.Cause) error { return f.Publish(ctx, Publish{Cause: c, Record: "x"}) },
		"record.withhold": func(c store.Cause) error { return f.Withhold(ctx, Withhold{Cause: c, Record: "x"}) },
		"record.channel": func(c store.Cause) error {
			return f.AddChannel(ctx, AddChannel{Cause: c, Record: "x", Channel: events.Channel{Name: "portal", Proof: "1"}})
		},
		"record.draft":    func(c store.Cause) error { return f.Draft(ctx, Draft{Cause: c, Record: "x"}) },
		"record.correct":  func(c store.Cause) error { return f.Correct(ctx, Correct{Cause: c, Record: "x"}) },
		"record.erase":    func(c store.Cause) error { return f.Erase(ctx, Erase{Cause: c, Record: "x"}) },
		"record.withdraw": func(c store.Cause) error { return f.Withdraw(ctx, Withdraw{Cause: c, Record: "x"}) },
		"log.cosign":      func(c store.Cause) error { _, err := f.Cosign(ctx, c.Actor, "x"); return err },
	}
	if len(commands) != len(permits) {
		t.Fatalf("%d commands, %d permits", len(commands), len(permits))
	}
	for act, command := range commands {
		for _, role := range append(identity.Roles(), identity.Citizen) {
			err := command(cause("try", identity.Actor{ID: "x", Unit: "scjgj", Roles: []identity.Role{role}}))
			allowed := permits.Check(identity.Actor{Roles: []identity.Role{role}}, act) == nil
			if denied := fault.KindOf(err) == fault.Denied; denied == allowed {
				t.Errorf("%s as %s: %v; allowed = %v", act, role, err, allowed)
			}
		}
	}
}
