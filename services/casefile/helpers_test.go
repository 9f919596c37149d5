package casefile

import (
	"context"
	"fmt"
	"testing"
	"time"

	"shenzhong/events"
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
