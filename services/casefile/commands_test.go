package casefile

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"shenzhong/events"
	"shenzhong/services/kit/bus"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/identity"
	"shenzhong/services/kit/servicetest"
	"shenzhong/services/kit/store"
	"shenzhong/services/kit/view"
)

const (
	cemetery = "500156-JG-000001"
	shop     = "500156-JG-000002"
)

type fixture struct {
	servicetest.Ground
	*Service
	log                     *store.Memory
	register, clue, publish *servicetest.Voice
	n                       *int
}

// tenOn is ten o'clock of that day in the district.
func tenOn(t *testing.T, s string) time.Time {
	t.Helper()
	return day(t, s).Start().Add(10 * time.Hour)
}

func newFixture(t *testing.T, today string) fixture {
	t.Helper()
	g := servicetest.NewGround(t, tenOn(t, today))
	log := store.NewMemory()
	s, err := New(context.Background(), Config{District: "500156", Log: log, Tables: view.NewMemory(), Clock: g.Clock, Law: g.Law, Calendar: g.Calendar})
	if err != nil {
		t.Fatal(err)
	}
	f := fixture{Ground: g, Service: s, log: log, n: new(int),
		register: servicetest.NewVoice("register", g.Clock), clue: servicetest.NewVoice("clue", g.Clock), publish: servicetest.NewVoice("disclose", g.Clock)}
	for id, row := range map[string]events.Facility{
		cemetery: {ID: cemetery, Name: "青松公墓有限公司", SubjectKind: "enterprise", USCC: "91500156MA5U12345X", Address: "武隆区凤山街道1号", Status: "open"},
		shop:     {ID: shop, Name: "安和殡葬用品店", SubjectKind: "other", Address: "武隆区芙蓉街道2号", Status: "open"},
	} {
		f.register.Say(t, "facility", id, events.FacilityChanged{Change: "entered", Facility: row})
	}
	for _, o := range []events.Officer{
		{ID: investigator.ID, Unit: "mzj", CertNo: "1", CertUntil: "2027-12-31", Status: "active"},
		{ID: second.ID, Unit: "mzj", CertNo: "2", CertUntil: "2027-12-31", Status: "active"},
		{ID: "500156-RY-000006", Unit: "mzj", CertNo: "6", CertUntil: "2026-01-01", Status: "active"},
		{ID: "500156-RY-000007", Unit: "mzj", CertNo: "7", CertUntil: "2027-12-31", Status: "active", Interests: []events.Interest{{Facility: cemetery, Reason: "亲属"}}},
		{ID: "500156-RY-000008", Unit: "mzj", CertNo: "8", CertUntil: "2027-12-31", Status: "left"},
		{ID: stranger.ID, Unit: "scjgj", CertNo: "9", CertUntil: "2027-12-31", Status: "active"},
		{ID: "500156-RY-000010", Unit: "scjgj", CertNo: "10", CertUntil: "2027-12-31", Status: "active"},
	} {
		f.register.Say(t, "officer", o.ID, events.OfficerChanged{Change: "entered", Officer: o})
	}
	f.pump(t)
	return f
}

func (f fixture) pump(t *testing.T) {
	t.Helper()
	servicetest.Pump(t, []store.Log{f.log, f.register.Log, f.clue.Log, f.publish.Log}, f.Reactions())
}

// by makes a cause of its own.
func (f fixture) by(actor identity.Actor) store.Cause {
	*f.n++
	return store.Cause{ID: fmt.Sprintf("http/%s/%d", actor.ID, *f.n), Actor: actor}
}

// twice runs a command that must succeed, and again: a command twice is one
// change.
func (f fixture) twice(t *testing.T, do func() error) {
	t.Helper()
	var commits [2]int
	for i := range commits {
		if err := do(); err != nil {
			t.Fatalf("run %d: %v", i+1, err)
		}
		commits[i] = len(servicetest.Facts(t, f.log))
	}
	if commits[0] != commits[1] {
		t.Fatalf("the same command made %d more changes", commits[1]-commits[0])
	}
}

func (f fixture) moveTo(t *testing.T, to string) {
	t.Helper()
	f.Clock.Set(tenOn(t, to))
}

func (f fixture) file(t *testing.T) string {
	t.Helper()
	cmd := File{Cause: f.by(leader), Facility: cemetery, Offence: "oversized_plot", Act: "2026-08-01", Leads: []string{"巡查发现"}}
	var id string
	f.twice(t, func() (err error) {
		was := id
		id, err = f.File(context.Background(), cmd)
		if was != "" && was != id {
			t.Fatalf("the same command filed %s and %s", was, id)
		}
		return err
	})
	return id
}

var penalty = events.Penalty{Kinds: []string{"fine"}, Text: "罚款人民币六万元", FineFen: 6000000}

// investigate brings a filed case to the notice.
func (f fixture) investigate(t *testing.T, id string) {
	t.Helper()
	ctx := context.Background()
	assign := Assign{Cause: f.by(leader), Case: id, Officers: []string{investigator.ID, second.ID}}
	f.twice(t, func() error { return f.Assign(ctx, assign) })
	evidence := AddEvidence{Cause: f.by(investigator), Case: id, Kind: "record", Name: "现场笔录", Proves: "墓穴超面积", SHA256: digest, Holder: "档案室"}
	f.twice(t, func() error { return f.AddEvidence(ctx, evidence) })
	conclude := Conclude{Cause: f.by(investigator), Case: id, Facts: "超面积建墓", Proposal: Punish}
	f.twice(t, func() error { return f.Conclude(ctx, conclude) })
}

func (f fixture) tell(t *testing.T, id string, p events.Penalty) {
	t.Helper()
	tell := Tell{Cause: f.by(investigator), Case: id, Facts: "超面积建墓", Grounds: "违反面积规定", Basis: "殡葬管理条例", Cite: "公布文本法律责任一章", Penalty: p, SHA256: digest}
	f.twice(t, func() error { return f.Tell(context.Background(), tell) })
}

// ready brings a case from the notice to the point of decision.
func (f fixture) ready(t *testing.T, id string) {
	t.Helper()
	ctx := context.Background()
	listen := Listen{Cause: f.by(investigator), Case: id, Text: "请求从轻", Reply: "已考虑"}
	f.twice(t, func() error { return f.Listen(ctx, listen) })
	waive := WaiveHearing{Cause: f.by(investigator), Case: id, Note: "书面放弃听证", SHA256: digest}
	f.twice(t, func() error { return f.WaiveHearing(ctx, waive) })
	examine := Examine{Cause: f.by(legal), Case: id, Passed: true, Text: "同意"}
	f.twice(t, func() error { return f.Examine(ctx, examine) })
	discuss := Discuss{Cause: f.by(leader), Case: id, Present: []string{"局长", "副局长"}, Text: "同意", SHA256: digest}
	f.twice(t, func() error { return f.Discuss(ctx, discuss) })
}

func (f fixture) decision(id string) Decide {
	return Decide{
		Cause: f.by(leader), Case: id, Facts: "超面积建墓，有现场笔录等证据", Basis: "殡葬管理条例", Cite: "公布文本法律责任一章", Penalty: penalty,
		Perform: "收到决定书之日起十五日内缴至指定银行", SeverityBy: "较大数额罚款", SHA256: digest,
	}
}

// decided carries a case filed on 2026-08-10 to its decision of 2026-09-30.
func decided(t *testing.T) (fixture, string) {
	t.Helper()
	f := newFixture(t, "2026-08-10")
	id := f.file(t)
	f.investigate(t, id)
	f.moveTo(t, "2026-09-08")
	f.tell(t, id, penalty)
	f.ready(t, id)
	f.moveTo(t, "2026-09-30")
	decide := f.decision(id)
	f.twice(t, func() error { return f.Decide(context.Background(), decide) })
	return f, id
}

func limitOf(t *testing.T, limits []events.Deadline, rule string) events.Deadline {
	t.Helper()
	for _, d := range limits {
		if d.Rule == rule {
			return d
		}
	}
	t.Fatalf("no limit %s among %v", rule, limits)
	return events.Deadline{}
}

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
	if err := end(); err != nil {
		t.Fatal(err)
	}
	f.pump(t)
	c, err := f.Case(ctx, leader, id)
	if err != nil || c.State != Closed || c.Outcome != Performed || !slices.Equal(c.Running, []string{"case/" + id + "#pub.penalty.gsxt"}) {
		t.Errorf("%s, %s, running %v, %v", c.State, c.Outcome, c.Running, err)
	}
	rows, err := f.Cases(ctx, leader, Filter{State: Closed})
	if err != nil || len(rows) != 1 || rows[0].No != "武隆民罚决字〔2026〕1号" || len(rows[0].Limits) != 1 || rows[0].Outcome != Performed {
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

func TestUnfitOfficersAreRefused(t *testing.T) {
	f := newFixture(t, "2026-08-10")
	id := f.file(t)
	for other, tt := range map[string]struct {
		kind  fault.Kind
		words string
	}{
		"500156-RY-000006": {fault.Invalid, "到期"},
		"500156-RY-000007": {fault.Denied, "回避"},
		"500156-RY-000008": {fault.Invalid, "不在岗"},
		stranger.ID:        {fault.Invalid, "不是本单位"},
		investigator.ID:    {fault.Invalid, "不能重复"},
		"500156-RY-000099": {fault.NotFound, "500156-RY-000099"},
	} {
		err := f.Assign(context.Background(), Assign{Cause: f.by(leader), Case: id, Officers: []string{investigator.ID, other}})
		wants(t, err, tt.kind, tt.words)
	}
	err := f.Assign(context.Background(), Assign{Cause: f.by(leader), Case: id, Officers: []string{investigator.ID}})
	wants(t, err, fault.Invalid, "2 名以上")
}

// TestClueBecomesACase hears a clue before the facility it is about.
func TestClueBecomesACase(t *testing.T) {
	f := newFixture(t, "2026-08-10")
	const late = "500156-JG-000003"
	concluded := events.ClueConcluded{Clue: "500156-XS-2026-000001", Outcome: "case", Unit: "scjgj", Facility: late, Name: "来信所写名称", Offence: "bundled_sale", Act: "2026-07-01", Evidence: []string{"录音"}}
	f.clue.Say(t, "clue", concluded.Clue, concluded)
	dropped := concluded
	dropped.Clue, dropped.Outcome = "500156-XS-2026-000002", "unfounded"
	f.clue.Say(t, "clue", dropped.Clue, dropped)
	heard := servicetest.Facts(t, f.clue.Log)[0].Envelope()
	if err := f.Reactions()[0].Handle(context.Background(), heard); fault.KindOf(err) != fault.Early {
		t.Fatalf("before the facility is known: %v", err)
	}
	f.register.Say(t, "facility", late, events.FacilityChanged{Facility: events.Facility{ID: late, Name: "福寿礼仪服务部", SubjectKind: "individual", Address: "武隆区"}})
	f.pump(t)
	f.moveTo(t, "2026-08-20")
	if err := f.Reactions()[0].Handle(context.Background(), heard); err != nil { // delivered again much later
		t.Fatal(err)
	}
	filed := servicetest.Of[events.CaseFiled](t, f.log)
	if len(filed) != 1 || filed[0].Clue != concluded.Clue || filed[0].Respondent.Type != "individual_business" || filed[0].Respondent.Name != "福寿礼仪服务部" || filed[0].On != "2026-08-10" {
		t.Fatalf("filed %+v", filed)
	}
	rows, err := f.Due(context.Background(), stranger, "scjgj", 10)
	if err != nil || len(rows) != 1 || rows[0].due() == 0 {
		t.Errorf("due %+v, %v", rows, err)
	}
}

// TestClueWithoutAFacility files a case whose party has to be identified before
// anything is told to it.
func TestClueWithoutAFacility(t *testing.T) {
	f := newFixture(t, "2026-08-10")
	ctx := context.Background()
	f.clue.Say(t, "clue", "500156-XS-2026-000001", events.ClueConcluded{Clue: "500156-XS-2026-000001", Outcome: "case", Unit: "mzj", Name: "某处散坟", Offence: "oversized_plot", Act: "2026-08-01"})
	f.pump(t)
	id := servicetest.Of[events.CaseFiled](t, f.log)[0].Case
	f.investigate(t, id)
	tell := Tell{Cause: f.by(investigator), Case: id, Facts: "a", Grounds: "b", Basis: "c", Cite: "d", Penalty: penalty, SHA256: digest}
	wants(t, f.Tell(ctx, tell), fault.Conflict, "当事人尚未确认")
	if err := f.Return(ctx, Return{Cause: f.by(leader), Case: id, Reason: "查明当事人"}); err != nil {
		t.Fatal(err)
	}
	wants(t, f.Identify(ctx, Identify{Cause: f.by(investigator), Case: id, Respondent: events.Respondent{Name: "张三", Type: "natural"}}), fault.Invalid, "地址")
	wants(t, f.Identify(ctx, Identify{Cause: f.by(investigator), Case: id, Respondent: events.Respondent{Name: "张三", Address: "武隆区", Type: "alien"}}), fault.Invalid, "类别")
	if err := f.Identify(ctx, Identify{Cause: f.by(investigator), Case: id, Respondent: events.Respondent{Name: "张三", Address: "武隆区", Type: "natural"}}); err != nil {
		t.Fatal(err)
	}
	if err := f.Conclude(ctx, Conclude{Cause: f.by(investigator), Case: id, Facts: "超面积", Proposal: Punish}); err != nil {
		t.Fatal(err)
	}
	tell.Cause = f.by(investigator)
	tell.Penalty = events.Penalty{Kinds: []string{"fine"}, Text: "罚款四千九百九十九元", FineFen: 499900}
	if err := f.Tell(ctx, tell); err != nil {
		t.Fatal(err)
	}
	if c, err := f.Case(ctx, leader, id); err != nil || c.Hearing != nil || !strings.Contains(c.Notice.Caution, "尚未") {
		t.Errorf("hearing %+v, caution %q, %v", c.Hearing, c.Notice.Caution, err)
	}
}

// TestAmountsNobodyVerifiedAreCited: the law pack has no amount of 国务院令
// 第824号, so the officer cites the published text.
func TestAmountsNobodyVerifiedAreCited(t *testing.T) {
	f := newFixture(t, "2026-08-10")
	id := f.file(t)
	f.investigate(t, id)
	tell := Tell{Cause: f.by(investigator), Case: id, Facts: "a", Grounds: "b", Basis: "c", Penalty: penalty, SHA256: digest}
	wants(t, f.Tell(context.Background(), tell), fault.Invalid, "尚未与公布的法律文本核实")
}

// TestLawOfTheDay: an act before 2026-03-30, judged after it, needs a choice of
// law, which stays in the commit.
func TestLawOfTheDay(t *testing.T) {
	f := newFixture(t, "2026-08-10")
	ctx := context.Background()
	id, err := f.File(ctx, File{Cause: f.by(leader), Facility: cemetery, Offence: "oversized_plot", Act: "2026-03-29", Leads: []string{"巡查"}})
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Assign(ctx, Assign{Cause: f.by(leader), Case: id, Officers: []string{investigator.ID, second.ID}}); err != nil {
		t.Fatal(err)
	}
	if err := f.AddEvidence(ctx, AddEvidence{Cause: f.by(investigator), Case: id, Kind: "record", Name: "笔录", Proves: "事实", SHA256: digest, Holder: "档案室"}); err != nil {
		t.Fatal(err)
	}
	conclude := Conclude{Cause: f.by(investigator), Case: id, Facts: "超面积", Proposal: Punish}
	wants(t, f.Conclude(ctx, conclude), fault.Invalid, "请选择适用")
	conclude.Law, conclude.LawWhy = Then, "新规定的数额尚未核实，旧规定处罚较轻"
	if err := f.Conclude(ctx, conclude); err != nil {
		t.Fatal(err)
	}
	c, err := f.Case(ctx, leader, id)
	if err != nil || c.Report.Choice.Which != Then || !c.Report.Choice.Changed || c.Report.Choice.Then == c.Report.Choice.Now {
		t.Errorf("%+v, %v", c.Report, err)
	}
}

// TestNumbersAreDensePerUnitAndYear decides cases at once and in vain.
func TestNumbersAreDensePerUnitAndYear(t *testing.T) {
	const cases = 6
	f := newFixture(t, "2026-08-10")
	ctx := context.Background()
	var ids []string
	for range cases {
		id := f.file(t)
		f.investigate(t, id)
		f.tell(t, id, penalty)
		f.ready(t, id)
		ids = append(ids, id)
	}
	vain := f.decision(ids[0])
	vain.Perform = ""
	wants(t, f.Decide(ctx, vain), fault.Invalid, "履行方式")
	heavy := f.decision(ids[0])
	heavy.Penalty.FineFen++
	wants(t, f.Decide(ctx, heavy), fault.Invalid, "不得重于告知")
	other := f.decision(ids[0])
	other.Actor = identity.Actor{ID: "x", Unit: "scjgj", Roles: []identity.Role{identity.Leader}}
	wants(t, f.Decide(ctx, other), fault.Denied, "mzj")
	if taken := servicetest.Of[events.DecisionNumbered](t, f.log); len(taken) != 0 {
		t.Fatalf("decisions that were refused took %+v", taken)
	}
	var wg sync.WaitGroup
	for _, id := range ids {
		decide := f.decision(id)
		wg.Go(func() {
			if err := f.Decide(ctx, decide); err != nil {
				t.Errorf("%s: %v", id, err)
			}
		})
	}
	wg.Wait()
	var numbers []string
	for _, d := range servicetest.Of[events.CaseDecided](t, f.log) {
		numbers = append(numbers, d.Decision.No)
	}
	slices.Sort(numbers)
	for i := range cases {
		if want := fmt.Sprintf("武隆民罚决字〔2026〕%d号", i+1); numbers[i] != want {
			t.Fatalf("the numbers are %v", numbers)
		}
	}
	servicetest.MustVerify(t, f.log)
}

// TestRevokedDecisionIsWithdrawn: revoked on Friday 13 November 2026, what was
// published must be gone by Wednesday.
func TestRevokedDecisionIsWithdrawn(t *testing.T) {
	f, id := decided(t)
	ctx := context.Background()
	f.moveTo(t, "2026-11-13")
	revoke := Revoke{Cause: f.by(legal), Case: id, Manner: "revoked", By: "武隆区人民政府", Document: "武隆府复〔2026〕9号", Reason: "事实不清"}
	f.twice(t, func() error { return f.Revoke(ctx, revoke) })
	facts := servicetest.Of[events.DecisionRevoked](t, f.log)
	if len(facts) != 1 || limitOf(t, facts[0].Deadlines, "pub.withdraw").DueDate != "2026-11-18" || facts[0].No != "武隆民罚决字〔2026〕1号" {
		t.Fatalf("revoked %+v", facts)
	}
	for _, rule := range []string{"case.serve", "pub.penalty.portal", "pub.penalty.credit", "pub.penalty.gsxt"} {
		if !slices.Contains(facts[0].Settled, "case/"+id+"#"+rule) {
			t.Errorf("%s still runs: %v", rule, facts[0].Settled)
		}
	}
	end := func() error { return f.Close(ctx, Close{Cause: f.by(leader), Case: id, Note: "复议撤销"}) }
	wants(t, end(), fault.Conflict, "公示尚未办结")
	const record = "500156-GS-2026-000001"
	f.publish.Say(t, "record", record, events.RecordPrepared{Record: events.Record{ID: record, Sort: "penalty", Source: "case/" + id}})
	f.publish.Say(t, "record", record, events.WithdrawalDue{Record: record})
	f.publish.Say(t, "record", record, events.RecordWithdrawn{Record: record, Settled: []string{"case/" + id + "#pub.withdraw"}})
	f.pump(t)
	if err := end(); err != nil {
		t.Fatal(err)
	}
	c, err := f.Case(ctx, leader, id)
	if err != nil || c.Outcome != Overruled || len(c.Running) != 0 {
		t.Errorf("%s, running %v, %v", c.Outcome, c.Running, err)
	}
}

// TestFirstViolationIsLookedUp: who was punished before is no first offender.
func TestFirstViolationIsLookedUp(t *testing.T) {
	f, earlier := decided(t)
	f.pump(t)
	ctx := context.Background()
	id := f.file(t)
	if err := f.Assign(ctx, Assign{Cause: f.by(leader), Case: id, Officers: []string{investigator.ID, second.ID}}); err != nil {
		t.Fatal(err)
	}
	if err := f.AddEvidence(ctx, AddEvidence{Cause: f.by(investigator), Case: id, Kind: "record", Name: "笔录", Proves: "事实", SHA256: digest, Holder: "档案室"}); err != nil {
		t.Fatal(err)
	}
	first := func() error {
		return f.Conclude(ctx, Conclude{Cause: f.by(investigator), Case: id, Facts: "轻微", Proposal: NoPenalty, Ground: "no_penalty.first"})
	}
	wants(t, first(), fault.Invalid, "不属于初次违法")
	wants(t, f.Conclude(ctx, Conclude{Cause: f.by(investigator), Case: id, Facts: "轻微", Proposal: NoPenalty, Ground: "withhold.secret"}), fault.Invalid, "不是不予处罚")
	if err := f.Revoke(ctx, Revoke{Cause: f.by(legal), Case: earlier, Manner: "void", By: "法院", Document: "1号", Reason: "无效"}); err != nil {
		t.Fatal(err)
	}
	f.pump(t)
	if err := first(); err != nil {
		t.Fatal(err)
	}
	letOff := LetOff{Cause: f.by(leader), Case: id, Reason: "初次违法且后果轻微并及时改正", Education: "当面教育并签承诺书"}
	f.twice(t, func() error { return f.LetOff(ctx, letOff) })
	if err := f.Close(ctx, Close{Cause: f.by(leader), Case: id, Note: "不予处罚"}); err != nil {
		t.Fatal(err)
	}
	if n := len(servicetest.Of[events.CaseDecided](t, f.log)); n != 1 {
		t.Errorf("%d decisions to publish; no penalty is not one", n)
	}
}

func TestRolesAndUnits(t *testing.T) {
	f := newFixture(t, "2026-08-10")
	ctx := context.Background()
	id := f.file(t)
	_, err := f.File(ctx, File{Cause: f.by(investigator)})
	wants(t, err, fault.Denied, "岗位")
	office := identity.Actor{ID: "o", Unit: "zbb", Roles: []identity.Role{identity.Leader, identity.Office}}
	_, err = f.File(ctx, File{Cause: f.by(office), Facility: cemetery, Offence: "oversized_plot", Leads: []string{"x"}})
	wants(t, err, fault.Denied, "议事协调机构")
	_, err = f.Case(ctx, stranger, id)
	wants(t, err, fault.Denied, "mzj")
	_, err = f.Cases(ctx, stranger, Filter{Unit: "mzj"})
	wants(t, err, fault.Denied, "mzj")
	_, err = f.Due(ctx, stranger, "mzj", 10)
	wants(t, err, fault.Denied, "mzj")
	if _, err = f.Case(ctx, office, id); err != nil {
		t.Error(err)
	}
	f.pump(t)
	rows, err := f.Cases(ctx, identity.Actor{ID: "a", Roles: []identity.Role{identity.Auditor}}, Filter{Facility: cemetery})
	if err != nil || len(rows) != 1 {
		t.Errorf("the auditor sees %v, %v", rows, err)
	}
	_, err = f.Cases(ctx, identity.Anonymous(), Filter{})
	wants(t, err, fault.Denied, "岗位")
}

func TestBadInputIsRefused(t *testing.T) {
	f := newFixture(t, "2026-08-10")
	ctx := context.Background()
	id := f.file(t)
	before := len(servicetest.Facts(t, f.log))
	file := func(change func(*File)) error {
		cmd := File{Cause: f.by(leader), Facility: cemetery, Offence: "oversized_plot", Act: "2026-08-01", Leads: []string{"巡查"}}
		change(&cmd)
		_, err := f.File(ctx, cmd)
		return err
	}
	wants(t, file(func(c *File) { c.Act = "2026-08-11" }), fault.Invalid, "晚于今天")
	wants(t, file(func(c *File) { c.Act = "2026-02-30" }), fault.Invalid, "日期应写作")
	wants(t, file(func(c *File) { c.Leads = nil }), fault.Invalid, "案件来源")
	wants(t, file(func(c *File) { c.Leads = []string{"a\x00b"} }), fault.Invalid, "控制字符")
	wants(t, file(func(c *File) { c.Leads = []string{"\xff"} }), fault.Invalid, "无法识别")
	wants(t, file(func(c *File) { c.Leads = []string{strings.Repeat("长", shortText+1)} }), fault.Invalid, "精简")
	wants(t, file(func(c *File) { c.Offence = "walking" }), fault.NotFound, "walking")
	wants(t, file(func(c *File) { c.Facility = "500156-JG-000099" }), fault.NotFound, "500156-JG-000099")
	for _, sum := range []string{"", "abc", strings.Repeat("g", 64)} {
		err := f.AddEvidence(ctx, AddEvidence{Cause: f.by(investigator), Case: id, Kind: "record", Name: "a", Proves: "b", Holder: "c", SHA256: sum})
		wants(t, err, fault.Invalid, "SHA-256")
	}
	wants(t, f.Serve(ctx, Serve{Cause: f.by(investigator), Case: id, Manner: "direct"}), fault.Invalid, "送达回证")
	wants(t, f.Close(ctx, Close{Cause: f.by(leader), Case: "500156-AJ-2026-999999", Note: "x"}), fault.NotFound, "999999")
	if after := len(servicetest.Facts(t, f.log)); after != before {
		t.Errorf("refused commands left %d commits", after-before)
	}
}
