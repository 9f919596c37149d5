package casefile

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"shenzhong/events"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/identity"
	"shenzhong/services/kit/servicetest"
)

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
