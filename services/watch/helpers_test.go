package watch

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

var (
	civil   = identity.Actor{ID: "500156-RY-mzj-009", Unit: "mzj", Roles: []identity.Role{identity.Officer}}
	civil2  = identity.Actor{ID: "500156-RY-mzj-010", Unit: "mzj", Roles: []identity.Role{identity.Officer}}
	head    = identity.Actor{ID: "500156-RY-mzj-900", Unit: "mzj", Roles: []identity.Role{identity.Leader}}
	land    = identity.Actor{ID: "500156-RY-ghzrzyj-009", Unit: "ghzrzyj", Roles: []identity.Role{identity.Officer}}
	town    = identity.Actor{ID: "500156-RY-heshun-009", Unit: "xz-heshun", Roles: []identity.Role{identity.Officer}}
	police  = identity.Actor{ID: "500156-RY-gaj-009", Unit: "gaj", Roles: []identity.Role{identity.Officer}}
	office  = identity.Actor{ID: "500156-RY-zbb-001", Unit: "zbb", Roles: []identity.Role{identity.Office}}
	auditor = identity.Actor{ID: "500156-RY-sjj-001", Unit: "sjj", Roles: []identity.Role{identity.Auditor}}
	citizen = identity.Anonymous()
)

const (
	home = "500156-JG-000001" // 芙蓉街道
	yard = "500156-JG-000002" // 和顺镇
)

// fixture is a watch that hears the others through their voices.
type fixture struct {
	servicetest.Ground
	*Service
	register, clues, cases *servicetest.Voice
	log                    *store.Memory
	n                      int
}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	g := servicetest.NewGround(t, time.Date(2026, 7, 6, 1, 20, 0, 0, time.UTC))
	log := store.NewMemory()
	s, err := New(context.Background(), Config{District: "500156", Log: log, Tables: view.NewMemory(), Clock: g.Clock, Law: g.Law, Calendar: g.Calendar})
	if err != nil {
		t.Fatal(err)
	}
	f := &fixture{Ground: g, Service: s, log: log}
	f.register, f.clues, f.cases = servicetest.NewVoice("register", g.Clock), servicetest.NewVoice("clue", g.Clock), servicetest.NewVoice("casefile", g.Clock)
	for id, in := range map[string][2]string{home: {"武隆区殡仪馆", "芙蓉街道"}, yard: {"青松公墓", "和顺镇"}} {
		f.register.Say(t, "facility", id, events.FacilityChanged{Facility: events.Facility{ID: id, Name: in[0], Town: in[1]}})
	}
	f.pump(t)
	return f
}

func (f *fixture) pump(t *testing.T) {
	t.Helper()
	servicetest.Pump(t, []store.Log{f.register.Log, f.clues.Log, f.cases.Log, f.log}, f.Reactions())
}

func (f *fixture) by(a identity.Actor) store.Cause {
	f.n++
	return store.Cause{ID: fmt.Sprintf("command-%d", f.n), Actor: a}
}

func (f *fixture) must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	f.pump(t)
}

// clueID is the n-th clue.
func clueID(n int) string { return fmt.Sprintf("500156-XS-2026-%06d", n) }

// received says that a clue has come in, some minutes after the one before.
func (f *fixture) received(t *testing.T, n int, offence, facility, town string) {
	t.Helper()
	f.Clock.Advance(time.Minute)
	f.clues.Say(t, "clue", clueID(n), events.ClueReceived{
		Clue: clueID(n), Source: "citizen", Offence: offence, Facility: facility, Town: town, Day: f.today().String(), Text: "来信的内容",
	})
	f.pump(t)
}

// patrol notes what an officer has seen.
func (f *fixture) patrol(t *testing.T, by identity.Actor, matter, place string) string {
	t.Helper()
	f.Clock.Advance(time.Minute)
	id, err := f.NoteSignal(context.Background(), NoteSignal{Cause: f.by(by), Seen: "patrol", Matter: matter, Town: place, Day: f.today().String(), Text: "巡查发现新建坟墓一座。"})
	f.must(t, err)
	return id
}

// raised are the alerts that were raised, in their order.
func (f *fixture) raised(t *testing.T) []events.AlertRaised {
	t.Helper()
	return servicetest.Of[events.AlertRaised](t, f.log)
}

// days lets time pass.
func (f *fixture) days(n int) { f.Clock.Advance(time.Duration(n) * 24 * time.Hour) }
