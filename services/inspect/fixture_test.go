package inspect

import (
	"context"
	"fmt"
	"slices"
	"strings"
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

// The days of the story.
var (
	begin    = time.Date(2026, 3, 2, 1, 0, 0, 0, time.UTC)
	commitBy = begin.Add(24 * time.Hour)
	freezeBy = begin.Add(48 * time.Hour)
	revealBy = begin.Add(72 * time.Hour)
	beaconAt = begin.Add(96 * time.Hour)
	openBy   = time.Date(2026, 5, 11, 1, 0, 0, 0, time.UTC)
	visitDay = "2026-04-15"
)

const (
	planID   = "500156-JH-2026-000001"
	batchID  = "500156-PC-2026-000101"
	flagged1 = "500156-JG-000011"
	closed1  = "500156-JG-000022"
)

// fixture is inspect with a register of three commercial cemeteries and twelve
// rural ones, and the officers of three units.
type fixture struct {
	servicetest.Ground
	*Service
	log      *store.Memory
	register *servicetest.Voice
	draw     *servicetest.Voice
	causes   *int
}

func newFixture(t *testing.T) fixture {
	t.Helper()
	g := servicetest.NewGround(t, begin)
	log := store.NewMemory()
	s, err := New(context.Background(), Config{District: "500156", Log: log, Tables: view.NewMemory(), Clock: g.Clock, Law: g.Law, Calendar: g.Calendar, Key: slices.Repeat([]byte{3}, KeyBytes)})
	must(t, "new", err)
	f := fixture{g, s, log, servicetest.NewVoice("register", g.Clock), servicetest.NewVoice("draw", g.Clock), new(int)}
	for _, code := range []string{"mzj-201", "scjgj-302", "lyj-206"} {
		unit, _, _ := strings.Cut(code, "-")
		f.register.Say(t, "item", "500156-SX-"+code, events.ItemPublished{Item: events.Item{Code: code, Name: "事项" + code, Unit: unit, Basis: []string{"依据"}}})
	}
	for n := 1; n <= 3; n++ {
		f.facility(t, n, "cemetery_commercial", "B", "open")
	}
	for n := 11; n <= 21; n++ {
		f.facility(t, n, "cemetery_rural", "A", "open")
	}
	f.facility(t, 22, "cemetery_rural", "A", "closed")
	for i, unit := range []string{"mzj", "scjgj", "lyj"} {
		for n := range 4 {
			f.officer(t, 10*(i+1)+n, events.Officer{Unit: unit, CertUntil: "2027-12-31", Status: "active", Max: 20})
		}
	}
	f.officer(t, 14, events.Officer{Unit: "mzj", CertUntil: "2026-05-09", Status: "active", Max: 20})
	f.officer(t, 15, events.Officer{Unit: "mzj", CertUntil: "2027-12-31", Status: "left", Max: 20})
	f.officer(t, 10, events.Officer{Unit: "mzj", CertUntil: "2027-12-31", Status: "active", Max: 20, Interests: []events.Interest{{Facility: "500156-JG-000001"}}})
	f.pump(t)
	return f
}

func must(t testing.TB, what string, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
}

// facility enters or changes a facility. Number 11 is flagged.
func (f fixture) facility(t *testing.T, n int, category, grade, status string) {
	t.Helper()
	entry := events.Facility{
		ID: fmt.Sprintf("500156-JG-%06d", n), Name: fmt.Sprintf("第%d公墓", n), Category: category, SubjectKind: "enterprise",
		Risk: "M", Grade: grade, Status: status, Flags: []events.Flag{},
	}
	if entry.ID == flagged1 {
		entry.Flags = append(entry.Flags, events.Flag{Kind: "complaints"})
	}
	f.register.Say(t, "facility", entry.ID, events.FacilityChanged{Facility: entry})
}

func (f fixture) officer(t *testing.T, n int, o events.Officer) {
	t.Helper()
	if o.Declared == "" {
		o.Declared = "2026-01-05"
	}
	o.ID, o.Name = officerID(n), fmt.Sprintf("人员%d", n)
	o.CertNo = o.ID
	f.register.Say(t, "officer", o.ID, events.OfficerChanged{Officer: o})
}

func officerID(n int) string { return fmt.Sprintf("500156-RY-%06d", n) }

func (f fixture) pump(t *testing.T) {
	t.Helper()
	servicetest.Pump(t, []store.Log{f.log, f.register.Log, f.draw.Log}, f.Reactions())
}

// again delivers every fact there is once more, as after a rebuilt stream, and
// wants that it changes nothing.
func (f fixture) again(t *testing.T) {
	t.Helper()
	before := len(servicetest.Facts(t, f.log))
	f.pump(t)
	if after := len(servicetest.Facts(t, f.log)); after != before {
		t.Fatalf("a second delivery made %d facts of %d", after, before)
	}
	servicetest.MustVerify(t, f.log)
}

// by is a new command of an account.
func (f fixture) by(actor identity.Actor) store.Cause {
	*f.causes++
	return store.Cause{ID: fmt.Sprintf("command-%d", *f.causes), Actor: actor}
}

func who(id, unit string, roles ...identity.Role) identity.Actor {
	return identity.Actor{ID: id, Unit: unit, Roles: roles}
}

func leader(unit string) identity.Actor { return who("500156-RY-"+unit+"-903", unit, identity.Leader) }

// drafting is the registrar of the lead unit, who has no part in any visit.
var drafting = who("500156-RY-mzj-901", "mzj", identity.Registrar)

// drafted is the plan of the year: everything in spring, the rural cemeteries
// again in autumn.
func drafted() DraftPlan {
	tasks := []events.UnitTask{
		{Unit: "mzj", Officers: 2, Items: []string{"mzj-201"}},
		{Unit: "scjgj", Officers: 2, Items: []string{"scjgj-302"}},
		{Unit: "lyj", Officers: 2, Items: []string{"lyj-206"}},
	}
	return DraftPlan{Year: 2026, Title: "2026年联合抽查计划", Batches: []events.PlannedBatch{
		{Title: "春季", Area: "2", Categories: []string{"cemetery_commercial", "cemetery_rural"}, Tasks: tasks, From: "2026-04-10", To: "2026-05-10"},
		{Title: "秋季", Area: "2", Categories: []string{"cemetery_rural"}, Tasks: []events.UnitTask{tasks[0], tasks[2]}, From: "2026-09-01", To: "2026-10-31"},
	}}
}

// published draws the plan up and publishes it.
func (f fixture) published(t *testing.T) {
	t.Helper()
	ctx := context.Background()
	cmd := drafted()
	cmd.Cause = f.by(drafting)
	id, err := f.DraftPlan(ctx, cmd)
	must(t, "draft", err)
	if id != planID {
		t.Fatalf("drafted %s", id)
	}
	for _, unit := range []string{"mzj", "scjgj", "lyj"} {
		must(t, unit, f.ApprovePlan(ctx, ApprovePlan{Cause: f.by(leader(unit)), Plan: planID}))
	}
	must(t, "publish", f.PublishPlan(ctx, PublishPlan{Cause: f.by(leader("mzj")), Plan: planID}))
	f.pump(t)
}

func announcing() AnnounceBatch {
	return AnnounceBatch{
		Plan: planID, No: 1, Parties: []string{"mzj", "scjgj", "sfj"}, Quorum: 2, CommitBy: commitBy, FreezeBy: freezeBy, RevealBy: revealBy,
		Beacon: "dice-d10x20", BeaconAt: beaconAt, OpenBy: openBy,
	}
}

func (f fixture) announced(t *testing.T) {
	t.Helper()
	f.published(t)
	cmd := announcing()
	cmd.Cause = f.by(drafting)
	id, err := f.AnnounceBatch(context.Background(), cmd)
	must(t, "announce", err)
	if id != batchID {
		t.Fatalf("announced %s", id)
	}
	f.pump(t)
}

func (f fixture) frozen(t *testing.T) events.BatchFrozen {
	t.Helper()
	f.announced(t)
	f.Clock.Set(freezeBy)
	must(t, "freeze", f.FreezeBatch(context.Background(), FreezeBatch{Cause: f.by(drafting), Batch: batchID}))
	f.pump(t)
	all := servicetest.Of[events.BatchFrozen](t, f.log)
	return all[len(all)-1]
}

// The facilities that the voice of draw draws, and the visits to them.
var (
	commercial = "500156-JG-000001"
	rural      = flagged1
	visit1     = "500156-JC-2026-000101-000001"
	visit11    = "500156-JC-2026-000101-000011"
)

func completed() events.DrawCompleted {
	d := events.DrawCompleted{Draw: "500156-2026-0001", Batch: batchID, Attempt: 1, Facilities: []string{commercial, rural}}
	for i, unit := range []string{"mzj", "scjgj", "lyj"} {
		for no := 1; no <= 2; no++ {
			d.Seats = append(d.Seats, events.Seat{Facility: commercial, Unit: unit, No: no, Officer: officerID(10*(i+1) + no)})
			if unit != "scjgj" {
				d.Seats = append(d.Seats, events.Seat{Facility: rural, Unit: unit, No: no, Officer: officerID(10*(i+1) + no)})
			}
		}
	}
	return d
}

func (f fixture) drawn(t *testing.T) {
	t.Helper()
	f.frozen(t)
	f.Clock.Set(beaconAt.Add(time.Hour))
	f.draw.Say(t, "draw", "500156-2026-0001", completed())
	f.pump(t)
}

// member is an officer of a team: number no of the unit.
func member(unit string, no int) identity.Actor {
	i := slices.Index([]string{"mzj", "scjgj", "lyj"}, unit)
	return who(officerID(10*(i+1)+no), unit, identity.Officer)
}

// noticed lets the heads of the units consent and the team give notice.
func (f fixture) noticed(t *testing.T, id string, units ...string) {
	t.Helper()
	ctx := context.Background()
	for _, unit := range units {
		must(t, "approve "+unit, f.ApproveVisit(ctx, ApproveVisit{Cause: f.by(leader(unit)), Visit: id}))
	}
	must(t, "notice", f.NoticeVisit(ctx, NoticeVisit{Cause: f.by(member("mzj", 1)), Visit: id, No: "武隆民检通〔2026〕1号", On: visitDay, Coded: Coded{Code: "ZF-1"}}))
	f.pump(t)
}

// answers is what a unit found; its two officers sign.
func (f fixture) answers(t *testing.T, id, unit string, results []string, findings ...events.Finding) {
	t.Helper()
	must(t, "answer "+unit, f.AnswerSection(context.Background(), AnswerSection{
		Cause: f.by(member(unit, 1)), Visit: id, Results: results, Findings: findings, Signed: []string{member(unit, 1).ID, member(unit, 2).ID},
	}))
}

func (f fixture) recorded(t *testing.T, id string) {
	t.Helper()
	ctx := context.Background()
	must(t, "sign", f.SignVisit(ctx, SignVisit{Cause: f.by(member("mzj", 2)), Visit: id, Countersign: "signed"}))
	must(t, "record", f.RecordVisit(ctx, RecordVisit{Cause: f.by(member("mzj", 1)), Visit: id}))
	f.pump(t)
}

// deliver hands one fact to every reaction that hears it and returns what they
// say.
func (f fixture) deliver(t *testing.T, e events.Envelope) []error {
	t.Helper()
	var errs []error
	for _, r := range f.Reactions() {
		if r.Hears(e.Type) && !isView(f, r) {
			errs = append(errs, r.Handle(context.Background(), e))
		}
	}
	return errs
}

func isView(f fixture, r bus.Reaction) bool {
	return slices.ContainsFunc(f.Views(), func(v view.Folding) bool { return v.Name() == r.Name })
}

func wants(t *testing.T, what string, err error, kind fault.Kind) {
	t.Helper()
	if fault.KindOf(err) != kind {
		t.Errorf("%s: %v; want %q", what, err, kind)
	}
}
