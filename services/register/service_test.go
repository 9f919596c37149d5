package register

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

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
