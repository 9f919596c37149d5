package clue

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"shenzhong/events"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/identity"
	"shenzhong/services/kit/servicetest"
	"shenzhong/services/kit/store"
	"shenzhong/services/kit/view"
)

const home = "500156-JG-000001"

var (
	civil = identity.Actor{ID: "500156-RY-mzj-002", Unit: "mzj", Roles: []identity.Role{identity.Officer}}
	land  = identity.Actor{ID: "500156-RY-ghzrzyj-001", Unit: "ghzrzyj", Roles: []identity.Role{identity.Officer}}
	price = identity.Actor{ID: "500156-RY-fgw-001", Unit: "fgw", Roles: []identity.Role{identity.Officer}}
)

type fixture struct {
	servicetest.Ground
	*Service
	log      *store.Memory
	tables   *view.Memory
	register *servicetest.Voice
	inspect  *servicetest.Voice
	n        *int
}

// newFixture stands on a Monday morning with one funeral home in the register.
func newFixture(t *testing.T) fixture {
	t.Helper()
	g := servicetest.NewGround(t, time.Date(2026, 7, 6, 1, 20, 0, 0, time.UTC))
	f := fixture{
		Ground: g, log: store.NewMemory(), tables: view.NewMemory(), n: new(int),
		register: servicetest.NewVoice("register", g.Clock), inspect: servicetest.NewVoice("inspect", g.Clock),
	}
	s, err := New(context.Background(), Config{
		District: "500156", Log: f.log, Tables: f.tables, Clock: g.Clock, Law: g.Law, Calendar: g.Calendar, Key: slices.Repeat([]byte{7}, KeyBytes),
	})
	if err != nil {
		t.Fatal(err)
	}
	f.Service = s
	f.register.Say(t, "facility", home, events.FacilityChanged{Facility: events.Facility{
		ID: home, Name: "武隆区殡仪馆", Category: "funeral_home", SubjectKind: "institution", Town: "芙蓉街道", Status: "open",
	}})
	f.pump(t)
	return f
}

func (f fixture) pump(t *testing.T) {
	t.Helper()
	servicetest.Pump(t, []store.Log{f.register.Log, f.inspect.Log, f.log}, f.Reactions())
}

// again delivers every fact once more, as after a rebuilt stream, and wants that
// it changes nothing.
func (f fixture) again(t *testing.T) {
	t.Helper()
	before := servicetest.Facts(t, f.log)
	f.pump(t)
	if diff := cmp.Diff(before, servicetest.Facts(t, f.log)); diff != "" {
		t.Fatalf("a second delivery changed the store:\n%s", diff)
	}
	servicetest.MustVerify(t, f.log)
}

// by is a new command of that actor.
func (f fixture) by(a identity.Actor) store.Cause {
	*f.n++
	return store.Cause{ID: fmt.Sprintf("test/%d", *f.n), Actor: a}
}

func (f fixture) must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	f.pump(t)
}

// bundled is a complaint about bundled sale at the funeral home.
func (f fixture) bundled(t *testing.T, contact Contact) Receipt {
	t.Helper()
	r, err := f.Receive(context.Background(), Receive{
		Cause: f.by(citizen), Facility: home, Offence: "bundled_sale", Text: "不买馆内花圈就不给安排告别厅。", Contact: contact,
	})
	f.must(t, err)
	return r
}

func (f fixture) show(t *testing.T, id string) Row {
	t.Helper()
	row, err := f.Show(context.Background(), intake, id)
	if err != nil {
		t.Fatal(err)
	}
	return row
}

func (f fixture) track(t *testing.T, code string) Progress {
	t.Helper()
	p, err := f.Track(context.Background(), code)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestBundledSaleAtAFuneralHome: market supervision leads, prices and civil
// affairs assist, and everybody is told which clause made it so.
func TestBundledSaleAtAFuneralHome(t *testing.T) {
	f := newFixture(t)
	ctx := context.Background()
	r := f.bundled(t, Contact{Name: "赵某某", Phone: "13900000001"})
	for _, want := range []string{"机构类型：殡仪馆", "第43条", "武隆区市场监督管理局主办", "武隆区发展和改革委员会", "武隆区民政局", "协办"} {
		if !strings.Contains(r.Route, want) || !strings.Contains(r.Text, want) {
			t.Errorf("the receipt does not say %q: %s", want, r.Text)
		}
	}
	if r.TakeUp != "2026-07-15" || r.DueDate != "2026-07-27" || !strings.Contains(r.Text, r.Code) {
		t.Errorf("receipt %+v", r)
	}
	row := f.show(t, r.Clue)
	if row.State != Routed || row.To.Lead != "scjgj" || !slices.Equal(row.To.Assists, []string{"fgw", "mzj"}) || row.To.By != byMatrix {
		t.Fatalf("routed %+v", row.To)
	}
	p := f.track(t, r.Code)
	if p.State != "已分办" || p.Lead != "武隆区市场监督管理局" || !strings.Contains(p.Basis, "第43条") || p.DueDate != "2026-07-15" || len(p.Assists) != 2 || p.Overdue {
		t.Errorf("the holder of the code sees %+v", p)
	}
	f.must(t, f.Sign(ctx, Sign{Cause: f.by(market), Clue: r.Clue}))
	f.must(t, f.Accept(ctx, Accept{Cause: f.by(market), Clue: r.Clue}))
	f.must(t, f.Conclude(ctx, Conclude{
		Cause: f.by(market), Clue: r.Clue, Outcome: "case", Act: "2026-07-03", Summary: "现场检查，搭售情况属实。", Evidence: []string{"收费单据"},
	}))
	p = f.track(t, r.Code)
	if p.State != "已答复" || len(p.Answers) != 1 || !strings.Contains(p.Answers[0].Text, "转入立案程序") || !strings.Contains(p.Answers[0].Text, "市场监督管理局") {
		t.Errorf("answered %+v", p)
	}
	if strings.Contains(p.Answers[0].Text, "现场检查") {
		t.Error("the answer holds what the officer wrote")
	}
	if row = f.show(t, r.Clue); len(row.Limits) != 0 || row.Signed != "signed" || row.Outcome != "case" {
		t.Errorf("after the answer %+v", row)
	}
	f.again(t)
}

// TestStrayClue: to the wrong unit, back on a legal ground, disputed, ruled,
// re-routed; its clock never stopped.
func TestStrayClue(t *testing.T) {
	f := newFixture(t)
	ctx := context.Background()
	r, err := f.Receive(ctx, Receive{Cause: f.by(citizen), Name: "村口新坟", Town: "和顺镇", Offence: "scattered_burial", Text: "耕地里新修了两座坟。"})
	f.must(t, err)
	before := dates(f.show(t, r.Clue).Limits)
	verify := events.DeadlineID(Subject(r.Clue), ruleVerify)
	if before[verify] != "2026-07-27" || len(before) != 2 {
		t.Fatalf("limits %v", before)
	}
	back := Return{Cause: f.by(civil), Clue: r.Clue, Ground: "return.not_competent", Note: "现场在耕地上", Suggested: "ghzrzyj"}
	for name, wrong := range map[string]Return{
		"no legal ground":          {Ground: "other", Suggested: "ghzrzyj"},
		"ground of another act":    {Ground: "withhold.secret", Suggested: "ghzrzyj"},
		"nobody suggested":         {Ground: back.Ground},
		"only coordinates":         {Ground: back.Ground, Suggested: "zbb"},
		"the towns as a group":     {Ground: back.Ground, Suggested: "xzjd"},
		"the unit itself suggests": {Ground: back.Ground, Suggested: "mzj"},
	} {
		wrong.Cause, wrong.Clue = f.by(civil), r.Clue
		if err := f.Return(ctx, wrong); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	f.must(t, f.Return(ctx, back))
	f.must(t, f.Return(ctx, back)) // the same command again is no second return
	if got, err := f.Show(ctx, land, r.Clue); err != nil || got.State != Returned {
		t.Errorf("the unit that should have it cannot read it: %v", err)
	}
	if _, err := f.Show(ctx, police, r.Clue); !fault.Is(err, fault.Denied) {
		t.Errorf("a unit that has nothing to do with it reads it: %v", err)
	}
	f.must(t, f.Dispute(ctx, Dispute{Cause: f.by(land), Clue: r.Clue, Reason: "占用耕地尚未查明", Basis: "《殡葬管理条例》"}))
	row := f.show(t, r.Clue)
	if got := dates(row.Limits); got[events.DeadlineID(Subject(r.Clue), ruleRuling)] != "2026-07-13" || got[verify] != before[verify] {
		t.Errorf("in dispute the limits are %v", got)
	}
	f.Clock.Advance(30 * time.Hour)
	f.must(t, f.Rule(ctx, Rule{
		Cause: f.by(office), Clue: r.Clue, Lead: "ghzrzyj", Offence: "farmland_grave", Basis: "《土地管理法》", Reason: "地籍图显示在耕地上",
	}))
	row = f.show(t, r.Clue)
	if row.State != Routed || row.To.Lead != "ghzrzyj" || row.To.By != byRuling || row.Round != 2 {
		t.Fatalf("after the ruling %+v", row.To)
	}
	if got := dates(row.Limits); !cmp.Equal(got, before) {
		t.Errorf("the clock moved from %v to %v", before, got)
	}
	err = f.Return(ctx, Return{Cause: f.by(land), Clue: r.Clue, Ground: "return.not_competent", Suggested: "lyj"})
	if !fault.Is(err, fault.Conflict) {
		t.Errorf("what was ruled on was given back: %v", err)
	}
	p := f.track(t, r.Code)
	if len(p.Refusals) != 1 || p.Refusals[0].Unit != "武隆区民政局" || p.Refusals[0].Reason != "不属于本单位职权" || p.Refusals[0].Basis == "" {
		t.Errorf("the reporter sees the refusals %+v", p.Refusals)
	}
	f.must(t, f.Accept(ctx, Accept{Cause: f.by(land), Clue: r.Clue}))
	rulings, err := f.Precedents(ctx, land, "farmland_grave")
	if err != nil || len(rulings) != 1 || rulings[0].Ruling.Lead != "ghzrzyj" || rulings[0].Text != "" {
		t.Errorf("precedents %+v, %v", rulings, err)
	}
	f.again(t)
}

// TestReturnedClueIsRoutedAnew: without a dispute the intake follows the
// suggestion, which then is the ground of the route.
func TestReturnedClueIsRoutedAnew(t *testing.T) {
	f := newFixture(t)
	ctx := context.Background()
	r := f.bundled(t, Contact{})
	f.must(t, f.Return(ctx, Return{Cause: f.by(market), Clue: r.Clue, Ground: "return.not_competent", Suggested: "gaj"}))
	if _, err := f.Show(ctx, police, r.Clue); err != nil {
		t.Errorf("the unit that was suggested cannot read it: %v", err)
	}
	if err := f.Route(ctx, Route{Cause: f.by(intake), Clue: r.Clue, Lead: "scjgj"}); !fault.Is(err, fault.Conflict) {
		t.Errorf("back to the unit that gave it back: %v", err)
	}
	if err := f.Route(ctx, Route{Cause: f.by(intake), Clue: r.Clue, Lead: "lyj"}); !fault.Is(err, fault.Invalid) {
		t.Errorf("to a third unit without a reason: %v", err)
	}
	f.must(t, f.Route(ctx, Route{Cause: f.by(intake), Clue: r.Clue}))
	row := f.show(t, r.Clue)
	if row.To.Lead != "gaj" || row.To.By != byHand || slices.Contains(row.To.Assists, "scjgj") || !strings.Contains(row.To.Reason, "不属于本单位职权") {
		t.Errorf("routed %+v", row.To)
	}
}

// TestDuplicateIsMerged: both senders are answered, and one who comes when the
// matter is concluded as well.
func TestDuplicateIsMerged(t *testing.T) {
	f := newFixture(t)
	ctx := context.Background()
	one := f.bundled(t, Contact{Phone: "13900000001"})
	f.must(t, f.Accept(ctx, Accept{Cause: f.by(market), Clue: one.Clue}))
	f.Clock.Advance(24 * time.Hour)
	two := f.bundled(t, Contact{Phone: "13900000002"})
	like, err := f.Similar(ctx, intake, two.Clue)
	if err != nil || len(like) != 1 || like[0].ID != one.Clue || like[0].Text != "" {
		t.Fatalf("similar to the second: %+v, %v", like, err)
	}
	f.must(t, f.Merge(ctx, Merge{Cause: f.by(intake), Clue: two.Clue, Into: one.Clue}))
	if p := f.track(t, two.Code); p.State != "已并案，同一事项已受理" || p.Lead == "" || p.DueDate != "2026-07-27" {
		t.Errorf("the second reporter sees %+v", p)
	}
	if err := f.Answer(ctx, Answer{Cause: f.by(intake), Clue: two.Clue, Text: "请耐心等候。"}); !fault.Is(err, fault.Conflict) {
		t.Errorf("a merged clue was answered by itself: %v", err)
	}
	f.must(t, f.Conclude(ctx, Conclude{
		Cause: f.by(market), Clue: one.Clue, Outcome: "corrected", Act: "2026-07-03", Summary: "已责令改正。", Evidence: []string{"照片"},
	}))
	for _, r := range []Receipt{one, two} {
		if p := f.track(t, r.Code); len(p.Answers) != 1 || !strings.Contains(p.Answers[0].Text, "已经改正") {
			t.Errorf("%s was answered %+v", r.Clue, p.Answers)
		}
	}
	if got := servicetest.Of[events.ClueConcluded](t, f.log); len(got) != 1 || !slices.Equal(got[0].Merged, []string{two.Clue}) {
		t.Errorf("concluded %+v", got)
	}
	late := f.bundled(t, Contact{})
	if err := f.Merge(ctx, Merge{Cause: f.by(intake), Clue: late.Clue, Into: one.Clue}); !fault.Is(err, fault.Conflict) {
		t.Errorf("merged into a concluded clue: %v", err)
	}
	f.again(t)
}

// TestMergedWhileTheOtherWasConcluded: the conclusion and the merging cross; the
// sender of the merged clue is answered all the same.
func TestMergedWhileTheOtherWasConcluded(t *testing.T) {
	f := newFixture(t)
	ctx := context.Background()
	one, two := f.bundled(t, Contact{}), f.bundled(t, Contact{})
	f.must(t, f.Accept(ctx, Accept{Cause: f.by(market), Clue: one.Clue}))
	if err := f.Merge(ctx, Merge{Cause: f.by(intake), Clue: two.Clue, Into: one.Clue}); err != nil {
		t.Fatal(err)
	}
	f.must(t, f.Conclude(ctx, Conclude{Cause: f.by(market), Clue: one.Clue, Outcome: "unfounded", Summary: "没有发现搭售。", Evidence: []string{"检查笔录"}}))
	for _, r := range []Receipt{one, two} {
		if p := f.track(t, r.Code); p.State != "已答复" || len(p.Answers) != 1 {
			t.Errorf("%s: %+v", r.Clue, p)
		}
	}
	f.again(t)
}
