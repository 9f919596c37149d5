package register

import (
	"maps"
	"reflect"
	"slices"
	"testing"
	"time"

	"shenzhong/events"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/identity"
)

var (
	keeper   = identity.Actor{ID: "500156-RY-mzj-001", Unit: "mzj", Roles: []identity.Role{identity.Registrar}}
	itself   = identity.Service("register")
	noon     = time.Date(2026, 11, 24, 4, 0, 0, 0, time.UTC)
	interest = events.Interest{Facility: "500156-JG-000001", Reason: "配偶在该馆任职", Since: "2026-11-24"}
	flag     = events.Flag{Kind: "abnormal", Reason: "年报未报", Since: "2026-11-24", Evidence: []string{"渝市监异〔2026〕3号"}}
	listed   = events.Unit{Code: "mzj", Name: "武隆区民政局", Kind: "member", Enforces: true}
	checked  = events.Item{Code: "mzj-102", Area: "1", Name: "用电安全", Unit: "mzj", Basis: []string{"《安全生产法》第41条"}}
)

func facilityDraft() FacilityDraft {
	return FacilityDraft{
		Name: "青松殡仪馆", Category: "funeral_home", SubjectKind: "institution", USCC: "12100000400000624D",
		Town: "凤山街道", Address: "凤山街道松涛路1号", Risk: "M", Established: "2009-04-01",
	}
}

func officerDraft() OfficerDraft {
	return OfficerDraft{
		Name: "王守正", Unit: "mzj", CertNo: "50015600101", CertUntil: "2028-12-31", Skills: []string{"消防"}, Max: 4, Interests: []events.Interest{},
	}
}

// entry is one of the four entities, for the workflow test.
type entry interface {
	*Facility | *Officer | *Item | *Unit
}

// act is one act on an entry.
type act[T entry] struct {
	name  string
	do    func(T) (events.Event, error)
	from  []State
	to    func(from State) State
	event string
}

// tryAll tries every act in every state. The moves that succeed must be exactly
// those that the table draws, and a refusal must leave the entry as it was.
func tryAll[T entry](t *testing.T, table moves, acts []act[T], standing func(State) T, state func(T) State) {
	made := moves{}
	for from := range table {
		made[from] = []State{}
		for _, a := range acts {
			e := standing(from)
			ev, err := a.do(e)
			if !slices.Contains(a.from, from) {
				if fault.KindOf(err) != fault.Conflict || !reflect.DeepEqual(e, standing(from)) {
					t.Errorf("%s when %q: %v and %+v; want a conflict and the entry as it was", a.name, from, err, e)
				}
				continue
			}
			if err != nil || state(e) != a.to(from) || ev.Kind() != a.event {
				t.Errorf("%s when %q: %q, %v, %v; want %q and %s", a.name, from, state(e), ev, err, a.to(from), a.event)
				continue
			}
			if state(e) != from && !slices.Contains(made[from], state(e)) {
				made[from] = append(made[from], state(e))
			}
		}
		slices.Sort(made[from])
	}
	if !maps.EqualFunc(made, table, func(a, b []State) bool {
		return slices.Equal(a, slices.Sorted(slices.Values(b)))
	}) {
		t.Errorf("the acts make the moves %v, the table draws %v", made, table)
	}
}

func always(to State) func(State) State { return func(State) State { return to } }

func TestFacilityWorkflow(t *testing.T) {
	const said = "register.facility_changed.v1"
	other := facilityDraft()
	other.Address = "凤山街道松涛路2号"
	standing := func(s State) *Facility {
		f := &Facility{}
		f.Status = string(s)
		if s != "" {
			f.ID, f.Flags = "500156-JG-000001", []events.Flag{{Kind: "serious"}}
			f.take(facilityDraft())
		}
		return f
	}
	tryAll(t, facilityMoves, []act[*Facility]{
		{"enter", func(f *Facility) (events.Event, error) { return f.Enter(keeper, "500156-JG-000001", facilityDraft()) }, []State{""}, always(Open), said},
		{"correct", func(f *Facility) (events.Event, error) { return f.Correct(keeper, other, "门牌号有误") }, []State{Open}, always(Open), said},
		{"flag", func(f *Facility) (events.Event, error) { return f.Flag(keeper, flag) }, []State{Open}, always(Open), said},
		{"unflag", func(f *Facility) (events.Event, error) { return f.Unflag(keeper, "serious", "已修复", noon) }, []State{Open}, always(Open), said},
		{"grade", func(f *Facility) (events.Event, error) { return f.Grade(itself, "B", "100-15=85") }, []State{Open, Closed}, func(from State) State { return from }, said},
		{"close", func(f *Facility) (events.Event, error) { return f.Close(keeper, "2026-11-24", "注销") }, []State{Open}, always(Closed), said},
	}, standing, func(f *Facility) State { return State(f.Status) })
}

func TestOfficerWorkflow(t *testing.T) {
	const said = "register.officer_changed.v1"
	renewed := officerDraft()
	renewed.CertUntil = "2031-12-31"
	standing := func(s State) *Officer {
		o := &Officer{}
		o.Status = string(s)
		if s != "" {
			o.ID, o.Interests = "500156-RY-000001", []events.Interest{{Facility: "500156-JG-000009"}}
			o.take(officerDraft())
		}
		return o
	}
	tryAll(t, officerMoves, []act[*Officer]{
		{"enter", func(o *Officer) (events.Event, error) { return o.Enter(keeper, "500156-RY-000001", officerDraft()) }, []State{""}, always(Active), said},
		{"correct", func(o *Officer) (events.Event, error) { return o.Correct(keeper, renewed, "换证") }, []State{Active}, always(Active), said},
		{"declare", func(o *Officer) (events.Event, error) { return o.Declare(keeper, interest) }, []State{Active}, always(Active), said},
		{"withdraw", func(o *Officer) (events.Event, error) { return o.Withdraw(keeper, "500156-JG-000009", "已调离") }, []State{Active}, always(Active), said},
		{"leave", func(o *Officer) (events.Event, error) { return o.Leave(keeper, "退休") }, []State{Active}, always(Left), said},
	}, standing, func(o *Officer) State { return State(o.Status) })
}

func TestItemWorkflow(t *testing.T) {
	newer := checked
	newer.ValidFrom = "2026-03-30"
	standing := func(s State) *Item {
		if s == "" {
			return &Item{}
		}
		return &Item{Item: checked, State: s}
	}
	tryAll(t, itemMoves, []act[*Item]{
		{"publish", func(i *Item) (events.Event, error) { return i.Publish(keeper, newer) }, []State{"", Published, Retired}, always(Published), "register.item_published.v1"},
		{"retire", func(i *Item) (events.Event, error) { return i.Retire(keeper, "依据失效", "2026-11-24", true) }, []State{Published}, always(Retired), "register.item_retired.v1"},
	}, standing, func(i *Item) State { return i.State })
}

func TestUnitWorkflow(t *testing.T) {
	renamed := listed
	renamed.Name = "武隆区民政和社会工作局"
	standing := func(s State) *Unit {
		if s == "" {
			return &Unit{}
		}
		return &Unit{Unit: listed, State: s}
	}
	tryAll(t, unitMoves, []act[*Unit]{
		{"list", func(u *Unit) (events.Event, error) { return u.List(keeper, renamed) }, []State{"", Listed}, always(Listed), "register.unit_listed.v1"},
	}, standing, func(u *Unit) State { return u.State })
}

// TestWhoMayAct goes through every act and every role.
func TestWhoMayAct(t *testing.T) {
	open := func() *Facility {
		f := &Facility{Facility: events.Facility{Status: string(Open), Flags: []events.Flag{{Kind: "serious"}}}}
		f.take(facilityDraft())
		return f
	}
	onDuty := func() *Officer {
		o := &Officer{Officer: events.Officer{ID: "a", Status: string(Active), Interests: []events.Interest{{Facility: "b"}}}}
		o.take(officerDraft())
		return o
	}
	other := facilityDraft()
	other.Name = "青松殡仪服务中心"
	renewed := officerDraft()
	renewed.Max = 5
	many := []Complaint{{Clue: "1", At: noon}}
	acts := map[string]func(identity.Actor) error{
		"facility.read":    func(a identity.Actor) error { return open().shown(a, "b") },
		"facility.enter":   func(a identity.Actor) error { _, err := new(Facility).Enter(a, "x", facilityDraft()); return err },
		"facility.correct": func(a identity.Actor) error { _, err := open().Correct(a, other, "更名"); return err },
		"facility.flag":    func(a identity.Actor) error { _, err := open().Flag(a, flag); return err },
		"facility.unflag":  func(a identity.Actor) error { _, err := open().Unflag(a, "serious", "已修复", noon); return err },
		"facility.close":   func(a identity.Actor) error { _, err := open().Close(a, "2026-11-24", "注销"); return err },
		"facility.grade":   func(a identity.Actor) error { _, err := open().Grade(a, "B", "85"); return err },
		"facility.count":   func(a identity.Actor) error { _, err := open().Count(a, many, 1, 12, "2026-11-24"); return err },
		"officer.read":     func(a identity.Actor) error { return onDuty().shown(a, "b") },
		"officer.withdraw": func(a identity.Actor) error { _, err := onDuty().Withdraw(a, "b", "已调离"); return err },
		"officer.enter":    func(a identity.Actor) error { _, err := new(Officer).Enter(a, "x", officerDraft()); return err },
		"officer.correct":  func(a identity.Actor) error { _, err := onDuty().Correct(a, renewed, "调整"); return err },
		"officer.declare":  func(a identity.Actor) error { _, err := onDuty().Declare(a, interest); return err },
		"officer.leave":    func(a identity.Actor) error { _, err := onDuty().Leave(a, "退休"); return err },
		"item.publish":     func(a identity.Actor) error { _, err := new(Item).Publish(a, checked); return err },
		"item.retire": func(a identity.Actor) error {
			_, err := (&Item{State: Published}).Retire(a, "依据失效", "2026-11-24", true)
			return err
		},
		"unit.list": func(a identity.Actor) error { _, err := new(Unit).List(a, listed); return err },
	}
	if len(acts) != len(permits) {
		t.Errorf("%d acts are tried, %d are permitted", len(acts), len(permits))
	}
	for name, do := range acts {
		for _, role := range slices.Concat(identity.Roles(), []identity.Role{identity.Citizen, identity.System}) {
			want := fault.Denied
			if slices.Contains(permits[name], role) {
				want = ""
			}
			if err := do(identity.Actor{ID: "a", Unit: "mzj", Roles: []identity.Role{role}}); fault.KindOf(err) != want {
				t.Errorf("%s by %s: %v", name, role, err)
			}
		}
	}
}
