package register

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"shenzhong/events"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/identity"
	"shenzhong/services/kit/servicetest"
	"shenzhong/services/kit/store"
	"shenzhong/services/kit/view"
	"shenzhong/services/kit/workday"
)

type fixture struct {
	servicetest.Ground
	*Service
	log          *store.Memory
	tables       *view.Memory
	clue, credit *servicetest.Voice
}

func newFixture(t testing.TB) fixture {
	t.Helper()
	return fixtureOn(t, servicetest.NewGround(t, noon))
}

func fixtureOn(t testing.TB, g servicetest.Ground) fixture {
	t.Helper()
	f := fixture{
		Ground: g, log: store.NewMemory(), tables: view.NewMemory(),
		clue: servicetest.NewVoice("clue", g.Clock), credit: servicetest.NewVoice("credit", g.Clock),
	}
	var err error
	f.Service, err = New(context.Background(), Config{District: "500156", Log: f.log, Tables: f.tables, Clock: g.Clock, Law: g.Law})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func (f fixture) pump(t testing.TB) {
	t.Helper()
	servicetest.Pump(t, []store.Log{f.log, f.clue.Log, f.credit.Log}, f.Reactions())
}

func (f fixture) enter(t testing.TB, id string, edit func(*FacilityDraft)) string {
	t.Helper()
	d := facilityDraft()
	edit(&d)
	made, err := f.EnterFacility(context.Background(), EnterFacility{Cause: by(id), FacilityDraft: d})
	if err != nil {
		t.Fatal(err)
	}
	return made
}

func by(id string) store.Cause { return store.Cause{ID: id, Actor: keeper} }

func asIs[T any](*T) {}

// TestCommandTwiceIsOneChange sends every command twice.
func TestCommandTwiceIsOneChange(t *testing.T) {
	f := newFixture(t)
	ctx := context.Background()
	home := f.enter(t, "home", asIs[FacilityDraft])
	moved := facilityDraft()
	moved.Address = "凤山街道松涛路2号"
	renewed := officerDraft()
	renewed.CertUntil = "2031-12-31"
	officer := "500156-RY-000001"
	steps := []struct {
		name string
		do   func(store.Cause) error
	}{
		{"enter", func(c store.Cause) error {
			d := facilityDraft()
			d.Name, d.Category, d.SubjectKind, d.USCC = "柏树坪散埋点", "scattered_graves", "village", ""
			id, err := f.EnterFacility(ctx, EnterFacility{Cause: c, FacilityDraft: d})
			if id != "500156-JG-000002" {
				return fmt.Errorf("entered as %q", id)
			}
			return err
		}},
		{"correct", func(c store.Cause) error {
			return f.CorrectFacility(ctx, CorrectFacility{Cause: c, Facility: home, FacilityDraft: moved, Reason: "门牌号有误"})
		}},
		{"flag", func(c store.Cause) error {
			return f.FlagFacility(ctx, FlagFacility{Cause: c, Facility: home, Kind: "serious", Reason: "有严重违法记录", Evidence: []string{"武隆民罚决字〔2025〕1号"}})
		}},
		{"unflag", func(c store.Cause) error {
			return f.UnflagFacility(ctx, UnflagFacility{Cause: c, Facility: home, Kind: "serious", Reason: "信用已修复"})
		}},
		{"enter officer", func(c store.Cause) error {
			id, err := f.EnterOfficer(ctx, EnterOfficer{Cause: c, OfficerDraft: officerDraft()})
			if id != officer {
				return fmt.Errorf("entered as %q", id)
			}
			return err
		}},
		{"correct officer", func(c store.Cause) error {
			return f.CorrectOfficer(ctx, CorrectOfficer{Cause: c, Officer: officer, OfficerDraft: renewed, Reason: "换证"})
		}},
		{"declare", func(c store.Cause) error {
			return f.DeclareInterest(ctx, DeclareInterest{Cause: c, Officer: officer, Facility: home, Reason: "配偶在该馆任职"})
		}},
		{"withdraw", func(c store.Cause) error {
			return f.WithdrawInterest(ctx, WithdrawInterest{Cause: c, Officer: officer, Facility: home, Reason: "配偶已调离"})
		}},
		{"leave", func(c store.Cause) error {
			return f.OfficerLeaves(ctx, OfficerLeaves{Cause: c, Officer: officer, Reason: "退休"})
		}},
		{"publish", func(c store.Cause) error { return f.PublishItem(ctx, PublishItem{Cause: c, Code: "mzj-102"}) }},
		{"retire", func(c store.Cause) error {
			return f.RetireItem(ctx, RetireItem{Cause: c, Code: "mzj-102", Reason: "清单调整"})
		}},
		{"list", func(c store.Cause) error { return f.ListUnit(ctx, ListUnit{Cause: c, Code: "mzj"}) }},
		{"close", func(c store.Cause) error {
			return f.CloseFacility(ctx, CloseFacility{Cause: c, Facility: home, Reason: "注销"})
		}},
	}
	for _, step := range steps {
		before := len(servicetest.Facts(t, f.log))
		for range 2 {
			if err := step.do(by("http/a/" + step.name)); err != nil {
				t.Fatalf("%s: %v", step.name, err)
			}
		}
		if made := len(servicetest.Facts(t, f.log)) - before; made != 1 {
			t.Errorf("%s twice made %d commits", step.name, made)
		}
	}
	f.pump(t)
	servicetest.MustVerify(t, f.log)
}

func TestFacilityDraftIsRefused(t *testing.T) {
	tests := []struct {
		name  string
		edit  func(*FacilityDraft)
		field string
		says  string
	}{
		{"no name", func(d *FacilityDraft) { d.Name = "　" }, "name", "填写名称"},
		{"a long name", func(d *FacilityDraft) { d.Name = strings.Repeat("松", nameMost+1) }, "name", "最多"},
		{"broken text", func(d *FacilityDraft) { d.Name = "青\xff松" }, "name", "无法识别"},
		{"text that turns around", func(d *FacilityDraft) { d.Address = "松\u202e涛路" }, "address", "无法识别"},
		{"no category", func(d *FacilityDraft) { d.Category = "temple" }, "category", "类别"},
		{"no subject kind", func(d *FacilityDraft) { d.SubjectKind = "king" }, "subject_kind", "主体类型"},
		{"no town", func(d *FacilityDraft) { d.Town = "" }, "town", "乡镇"},
		{"no risk", func(d *FacilityDraft) { d.Risk = "X" }, "risk", "风险"},
		{"no code", func(d *FacilityDraft) { d.USCC = "" }, "uscc", "应当有"},
		{"a short code", func(d *FacilityDraft) { d.USCC = "1210000040000062" }, "uscc", "16 位"},
		{"a wrong digit", func(d *FacilityDraft) { d.USCC = "12100000400000624E" }, "uscc_note", "应为 D"},
		{"no such day", func(d *FacilityDraft) { d.Established = "2009-02-30" }, "established", "2009-02-30"},
		{"a day out of all bounds", func(d *FacilityDraft) { d.Established = "1066-10-14" }, "established", "1900"},
		{"tomorrow", func(d *FacilityDraft) { d.Established = "2026-11-25" }, "established", "晚于今天"},
		{"a new cemetery for profit", func(d *FacilityDraft) {
			d.Category, d.SubjectKind, d.Established = "cemetery_commercial", "enterprise", "2026-03-30"
		}, "established", "不得新设经营性公墓"},
		{"a cemetery for profit of unknown age", func(d *FacilityDraft) {
			d.Category, d.SubjectKind, d.Established = "cemetery_commercial", "enterprise", ""
		}, "established", "须填写设立日期"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := newFixture(t)
			d := facilityDraft()
			tt.edit(&d)
			id, err := f.EnterFacility(context.Background(), EnterFacility{Cause: by("1"), FacilityDraft: d})
			var said *fault.Fault
			if !errors.As(err, &said) || said.Kind != fault.Invalid || said.Field != tt.field || !strings.Contains(said.Message, tt.says) {
				t.Fatalf("entered %q, %v; want a refusal about %s that says %q", id, err, tt.field, tt.says)
			}
			if n := len(servicetest.Facts(t, f.log)); n != 0 {
				t.Errorf("%d commits", n)
			}
		})
	}
}

func TestFacilityIsEnteredAsItShouldRead(t *testing.T) {
	f := newFixture(t)
	id := f.enter(t, "1", func(d *FacilityDraft) {
		d.Name, d.USCC, d.Town = " 青松殡仪馆 ", "12100000400000624d", "xz-fengshan"
		d.USCCNote = "无需说明"
	})
	got, err := f.Facility(context.Background(), keeper, id)
	if err != nil {
		t.Fatal(err)
	}
	want := events.Facility{
		ID: "500156-JG-000001", Name: "青松殡仪馆", Category: "funeral_home", SubjectKind: "institution", USCC: "12100000400000624D",
		Town: "凤山街道", Address: "凤山街道松涛路1号", Risk: "M", Flags: []events.Flag{}, Status: "open", Established: "2009-04-01",
	}
	if diff := cmp.Diff(want, got.Facility); diff != "" {
		t.Error(diff)
	}
	old := f.enter(t, "2", func(d *FacilityDraft) {
		d.Category, d.SubjectKind, d.Established = "cemetery_commercial", "enterprise", "2026-03-29"
		d.USCC, d.USCCNote = "91350211M0000XUF46", "营业执照上确为此码"
	})
	if got, err := f.Facility(context.Background(), keeper, old); err != nil || got.USCCNote != "营业执照上确为此码" || got.USCC != "91350211M0000XUF46" {
		t.Errorf("a code with an override reads %+v, %v", got, err)
	}
}

func TestSubjectIsEnteredOnce(t *testing.T) {
	f := newFixture(t)
	ctx := context.Background()
	first := f.enter(t, "1", asIs[FacilityDraft])
	_, err := f.EnterFacility(ctx, EnterFacility{Cause: by("2"), FacilityDraft: facilityDraft()})
	if fault.KindOf(err) != fault.Conflict || !strings.Contains(err.Error(), first) {
		t.Fatalf("entered twice: %v", err)
	}
	second := f.enter(t, "3", func(d *FacilityDraft) { d.Name, d.USCC = "白鹤骨灰堂", "12100000400002259P" })
	taken := facilityDraft()
	taken.Name = "白鹤骨灰堂"
	err = f.CorrectFacility(ctx, CorrectFacility{Cause: by("4"), Facility: second, FacilityDraft: taken, Reason: "更正代码"})
	if fault.KindOf(err) != fault.Conflict {
		t.Errorf("another's code was taken in a correction: %v", err)
	}
	if err := f.CloseFacility(ctx, CloseFacility{Cause: by("5"), Facility: first, On: "2026-11-20", Reason: "注销"}); err != nil {
		t.Fatal(err)
	}
	if again := f.enter(t, "6", asIs[FacilityDraft]); again == first {
		t.Errorf("entered under the old id %s", again)
	}
	if err := f.CloseFacility(ctx, CloseFacility{Cause: by("7"), Facility: second, On: "2026-11-25", Reason: "注销"}); fault.KindOf(err) != fault.Invalid {
		t.Errorf("closed tomorrow: %v", err)
	}
}

// TestSubjectIsEnteredOnceByMany enters one subject by many at once.
func TestSubjectIsEnteredOnceByMany(t *testing.T) {
	f := newFixture(t)
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() {
			_, err := f.EnterFacility(context.Background(), EnterFacility{Cause: by(fmt.Sprint(i)), FacilityDraft: facilityDraft()})
			if err != nil && fault.KindOf(err) != fault.Conflict {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n := len(servicetest.Facts(t, f.log)); n != 1 {
		t.Errorf("entered %d times", n)
	}
}

func TestOfficerIsRefused(t *testing.T) {
	tests := []struct {
		name string
		by   identity.Actor
		edit func(*OfficerDraft)
		kind fault.Kind
		says string
	}{
		{"no name", keeper, func(d *OfficerDraft) { d.Name = "" }, fault.Invalid, "姓名"},
		{"no such unit", keeper, func(d *OfficerDraft) { d.Unit = "nasa" }, fault.Invalid, "没有代码"},
		{"the task force", keeper, func(d *OfficerDraft) { d.Unit = "zbb" }, fault.Invalid, "议事协调机构"},
		{"a unit that does not enforce", keeper, func(d *OfficerDraft) { d.Unit = "xcb" }, fault.Invalid, "执法主体"},
		{"no certificate", keeper, func(d *OfficerDraft) { d.CertNo = "" }, fault.Invalid, "没有执法证"},
		{"no such day", keeper, func(d *OfficerDraft) { d.CertUntil = "2028-13-01" }, fault.Invalid, "证件有效期"},
		{"no day", keeper, func(d *OfficerDraft) { d.CertUntil = "" }, fault.Invalid, "证件有效期"},
		{"a skill twice", keeper, func(d *OfficerDraft) { d.Skills = []string{"消防", " 消防"} }, fault.Invalid, "两次"},
		{"no visit", keeper, func(d *OfficerDraft) { d.Max = 0 }, fault.Invalid, "1 至"},
		{"an interest in nothing", keeper, func(d *OfficerDraft) {
			d.Interests = []events.Interest{{Facility: "500156-JG-000099", Reason: "亲属"}}
		}, fault.NotFound, "500156-JG-000099"},
		{"another unit's registrar", identity.Actor{ID: "b", Unit: "scjgj", Roles: []identity.Role{identity.Registrar}}, asIs[OfficerDraft], fault.Denied, "mzj"},
		{"an officer", identity.Actor{ID: "b", Unit: "mzj", Roles: []identity.Role{identity.Officer}}, asIs[OfficerDraft], fault.Denied, "岗位"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := newFixture(t)
			d := officerDraft()
			tt.edit(&d)
			_, err := f.EnterOfficer(context.Background(), EnterOfficer{Cause: store.Cause{ID: "1", Actor: tt.by}, OfficerDraft: d})
			if fault.KindOf(err) != tt.kind || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("entered: %v", err)
			}
			if n := len(servicetest.Facts(t, f.log)); n != 0 {
				t.Errorf("%d commits", n)
			}
		})
	}
}

func TestOfficersAreKeptByTheirUnitAndByTheLead(t *testing.T) {
	f := newFixture(t)
	ctx := context.Background()
	own := identity.Actor{ID: "b", Unit: "scjgj", Roles: []identity.Role{identity.Registrar}}
	d := officerDraft()
	d.Unit = "scjgj"
	id, err := f.EnterOfficer(ctx, EnterOfficer{Cause: store.Cause{ID: "1", Actor: own}, OfficerDraft: d})
	if err != nil {
		t.Fatal(err)
	}
	d.Unit = "mzj"
	if err := f.CorrectOfficer(ctx, CorrectOfficer{Cause: store.Cause{ID: "2", Actor: own}, Officer: id, OfficerDraft: d, Reason: "调动"}); fault.KindOf(err) != fault.Denied {
		t.Errorf("moved into another unit: %v", err)
	}
	if err := f.CorrectOfficer(ctx, CorrectOfficer{Cause: by("3"), Officer: id, OfficerDraft: d, Reason: "调动"}); err != nil {
		t.Errorf("moved by the lead: %v", err)
	}
	if err := f.OfficerLeaves(ctx, OfficerLeaves{Cause: store.Cause{ID: "4", Actor: own}, Officer: id, Reason: "退休"}); fault.KindOf(err) != fault.Denied {
		t.Errorf("the old unit let him go: %v", err)
	}
	if _, err := f.EnterOfficer(ctx, EnterOfficer{Cause: by("5"), OfficerDraft: d}); fault.KindOf(err) != fault.Conflict {
		t.Errorf("one certificate for two: %v", err)
	}
	office := identity.Actor{ID: "c", Unit: "zbb", Roles: []identity.Role{identity.Registrar}}
	if err := f.OfficerLeaves(ctx, OfficerLeaves{Cause: store.Cause{ID: "6", Actor: office}, Officer: id, Reason: "退休"}); err != nil {
		t.Errorf("the office keeps the list: %v", err)
	}
}

func TestItemWithoutABasisInForceIsNotPublished(t *testing.T) {
	f := newFixture(t)
	ctx := context.Background()
	for _, code := range []string{"mzj-999", ""} {
		if err := f.PublishItem(ctx, PublishItem{Cause: by("1"), Code: code}); fault.KindOf(err) != fault.Invalid {
			t.Errorf("%q: %v", code, err)
		}
	}
	f.Clock.Set(time.Date(2023, 12, 1, 4, 0, 0, 0, time.UTC)) // before the plan
	if err := f.PublishItem(ctx, PublishItem{Cause: by("2"), Code: "mzj-102"}); fault.KindOf(err) != fault.Invalid {
		t.Errorf("published before it was in force: %v", err)
	}
	if n := len(servicetest.Facts(t, f.log)); n != 0 {
		t.Errorf("%d commits", n)
	}
}

// TestDistrictIsLoadedOnce loads the law pack, loads it again under the same and
// under another cause, and on the day on which the new regulation comes into
// force.
func TestDistrictIsLoadedOnce(t *testing.T) {
	f := newFixture(t)
	ctx := context.Background()
	f.Clock.Set(time.Date(2026, 3, 29, 4, 0, 0, 0, time.UTC))
	load := func(id string) int {
		t.Helper()
		before := len(servicetest.Facts(t, f.log))
		if err := f.LoadDistrict(ctx, LoadDistrict{Cause: by(id)}); err != nil {
			t.Fatal(err)
		}
		return len(servicetest.Facts(t, f.log)) - before
	}
	today := f.Today()
	want := len(f.Law.Units()) + len(f.Law.Items(today))
	if n := load("load/1"); n != want {
		t.Errorf("the first load made %d commits; want %d", n, want)
	}
	if n := load("load/1") + load("load/2"); n != 0 {
		t.Errorf("the same pack again made %d commits", n)
	}
	f.pump(t)
	items, err := f.Items(ctx, Items{State: Published, Limit: 1000})
	if err != nil || len(items) != len(f.Law.Items(today)) {
		t.Fatalf("%d items are published, %v; want %d", len(items), err, len(f.Law.Items(today)))
	}
	for _, i := range items {
		if len(i.Basis) == 0 || i.Question == "" || i.Unit == "" {
			t.Errorf("published %+v", i)
		}
	}
	units, err := f.Units(ctx, "")
	if err != nil || len(units) != len(f.Law.Units()) {
		t.Errorf("%d units, %v; want %d", len(units), err, len(f.Law.Units()))
	}
	if err := f.RetireItem(ctx, RetireItem{Cause: by("retire"), Code: "mzj-102", Reason: "清单调整"}); err != nil {
		t.Fatal(err)
	}
	f.Clock.Set(time.Date(2026, 3, 30, 4, 0, 0, 0, time.UTC))
	if n := load("load/3"); n == 0 {
		t.Error("the new regulation changed nothing")
	}
	item, err := f.Item(ctx, "mzj-201")
	if err != nil || item.ValidFrom != "2026-03-30" || !strings.Contains(item.Basis[0], "824") {
		t.Errorf("mzj-201 reads %+v, %v", item, err)
	}
	if item, err := f.Item(ctx, "mzj-102"); err != nil || item.State != Retired {
		t.Errorf("what a person retired is %s, %v", item.State, err)
	}
	f.pump(t)
	servicetest.MustVerify(t, f.log)
}

// TestItemThatLostItsBasisIsRetired goes back to a day on which the pack has
// fewer items: those not in force are taken off the list, and come back with it.
func TestItemThatLostItsBasisIsRetired(t *testing.T) {
	f := newFixture(t)
	ctx := context.Background()
	if err := f.LoadDistrict(ctx, LoadDistrict{Cause: by("load/1")}); err != nil {
		t.Fatal(err)
	}
	f.Clock.Set(time.Date(2026, 3, 29, 4, 0, 0, 0, time.UTC))
	gone := ""
	for _, i := range f.Law.Items(mustDate(t, "2026-11-24")) {
		if _, err := f.Law.Item(i.Code, f.Today()); err != nil {
			gone = i.Code
		}
	}
	if gone == "" {
		t.Fatal("the pack has no item that began in 2026")
	}
	if err := f.LoadDistrict(ctx, LoadDistrict{Cause: by("load/2")}); err != nil {
		t.Fatal(err)
	}
	item, err := f.Item(ctx, gone)
	if err != nil || item.State != Retired || item.ByHand || item.RetiredOn != "2026-03-29" {
		t.Errorf("%s reads %+v, %v", gone, item, err)
	}
	f.Clock.Set(noon)
	if err := f.LoadDistrict(ctx, LoadDistrict{Cause: by("load/3")}); err != nil {
		t.Fatal(err)
	}
	if item, err := f.Item(ctx, gone); err != nil || item.State != Published {
		t.Errorf("%s did not come back: %+v, %v", gone, item, err)
	}
}

func mustDate(t testing.TB, text string) workday.Date {
	t.Helper()
	d, err := workday.ParseDate(text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// TestComplaintsRaiseTheFlag sends complaints over more than a year. Those that
// are too old, about others, or from inspections do not count.
func TestComplaintsRaiseTheFlag(t *testing.T) {
	f := newFixture(t)
	ctx := context.Background()
	home := f.enter(t, "1", asIs[FacilityDraft])
	other := f.enter(t, "2", func(d *FacilityDraft) { d.Name, d.USCC = "白鹤骨灰堂", "12100000400002259P" })
	n := 0
	receive := func(facility, source string) {
		t.Helper()
		n++
		id := fmt.Sprintf("500156-XS-2026-%06d", n)
		f.clue.Say(t, "clue", id, events.ClueReceived{Clue: id, Facility: facility, Source: source})
		f.pump(t)
	}
	flagged := func() bool {
		t.Helper()
		got, err := f.Facility(ctx, keeper, home)
		if err != nil {
			t.Fatal(err)
		}
		return got.flagged("complaints")
	}
	f.Clock.Set(time.Date(2025, 11, 24, 1, 0, 0, 0, time.UTC))
	receive(home, "citizen") // a year and a day before the last: too old by then
	f.Clock.Set(time.Date(2025, 11, 25, 16, 0, 0, 0, time.UTC))
	receive(home, "hotline") // on the first day of the period, Beijing time
	f.Clock.Set(time.Date(2026, 11, 24, 1, 0, 0, 0, time.UTC))
	receive(home, "inspection")
	receive(other, "citizen")
	receive("", "citizen")
	receive("500156-JG-000099", "citizen")
	receive(home, "citizen")
	if flagged() {
		t.Fatal("two complaints raised the flag")
	}
	receive(home, "hotline")
	if !flagged() {
		t.Fatal("three complaints in twelve months did not raise the flag")
	}
	if err := f.UnflagFacility(ctx, UnflagFacility{Cause: by("3"), Facility: home, Kind: "complaints", Reason: "均已办结"}); err != nil {
		t.Fatal(err)
	}
	f.Clock.Advance(time.Hour)
	receive(home, "hotline")
	if flagged() {
		t.Error("one more complaint raised a flag that a person took back")
	}
	var said []string
	for _, fact := range servicetest.Of[events.FacilityChanged](t, f.log) {
		if fact.Facility.ID == home {
			said = append(said, fact.Change)
		}
	}
	if said[len(said)-1] != "unflagged" {
		t.Errorf("said %v of %s", said, home)
	}
}

// TestGradeIsTakenOver delivers two grades in the wrong order.
func TestGradeIsTakenOver(t *testing.T) {
	f := newFixture(t)
	home := f.enter(t, "1", asIs[FacilityDraft])
	graded := func(grade string) events.CreditGraded {
		return events.CreditGraded{Record: "500156-XY-12100000400000624D", Facility: home, Grade: grade, Formula: "100-45=55"}
	}
	for _, grade := range []string{"B", "D"} {
		f.credit.Say(t, "credit", "500156-XY-12100000400000624D", graded(grade))
	}
	facts := servicetest.Facts(t, f.credit.Log)
	handle := f.Reactions()[1].Handle
	if err := handle(t.Context(), facts[1].Envelope()); fault.KindOf(err) != fault.Early {
		t.Fatalf("the second grade before the first: %v", err)
	}
	for _, i := range []int{0, 1, 0, 1} {
		if err := handle(t.Context(), facts[i].Envelope()); err != nil {
			t.Fatal(err)
		}
	}
	got, err := f.Facility(t.Context(), keeper, home)
	if err != nil || got.Facility.Grade != "D" {
		t.Fatalf("graded %s, %v", got.Facility.Grade, err)
	}
	said := servicetest.Of[events.FacilityChanged](t, f.log)
	if len(said) != 3 || said[2].Change != "graded" || said[2].Reason != "100-45=55" {
		t.Errorf("said %+v", said)
	}
	f.pump(t)
}

// TestListsShowWhatWasDone reads the lists at once, before any fact traveled.
func TestListsShowWhatWasDone(t *testing.T) {
	f := newFixture(t)
	ctx := context.Background()
	home := f.enter(t, "1", asIs[FacilityDraft])
	f.enter(t, "2", func(d *FacilityDraft) { d.Name, d.USCC, d.Risk = "白鹤骨灰堂", "12100000400002259P", "H" })
	if _, err := f.EnterOfficer(ctx, EnterOfficer{Cause: by("3"), OfficerDraft: officerDraft()}); err != nil {
		t.Fatal(err)
	}
	risky, err := f.Facilities(ctx, keeper, Facilities{Risk: "H"})
	if err != nil || len(risky) != 1 || risky[0].Name != "白鹤骨灰堂" {
		t.Errorf("risky: %+v, %v", risky, err)
	}
	later, err := f.Facilities(ctx, keeper, Facilities{After: home})
	if err != nil || len(later) != 1 {
		t.Errorf("after the first: %+v, %v", later, err)
	}
	officers, err := f.Officers(ctx, keeper, Officers{Unit: "mzj", Status: "active"})
	if err != nil || len(officers) != 1 || officers[0].CertNo != "50015600101" {
		t.Errorf("officers: %+v, %v", officers, err)
	}
	if none, err := f.Officers(ctx, keeper, Officers{Unit: "gaj"}); err != nil || len(none) != 0 {
		t.Errorf("officers of another unit: %+v, %v", none, err)
	}
}
