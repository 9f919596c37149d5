package draw

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"shenzhong/events"
	"shenzhong/services/draw/fdraw"
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
	log     *store.Memory
	inspect *servicetest.Voice
}

func newFixture(t *testing.T) fixture {
	t.Helper()
	g := servicetest.NewGround(t, shanghai(2, 9, 0))
	log := store.NewMemory()
	s, err := New(context.Background(), Config{District: "500156", Log: log, Tables: view.NewMemory(), Clock: g.Clock, Law: g.Law, Hash: fdraw.SM3})
	must(t, "new", err)
	return fixture{Ground: g, Service: s, log: log, inspect: servicetest.NewVoice("inspect", g.Clock)}
}

func (f fixture) pump(t *testing.T) {
	t.Helper()
	servicetest.Pump(t, []store.Log{f.log, f.inspect.Log}, f.Reactions())
}

// again delivers every fact there is once more, as after a rebuilt stream, and
// wants that it changes nothing.
func (f fixture) again(t *testing.T) {
	t.Helper()
	before := servicetest.Facts(t, f.log)
	f.pump(t)
	if diff := cmp.Diff(before, servicetest.Facts(t, f.log)); diff != "" {
		t.Fatalf("a second delivery changed the store:\n%s", diff)
	}
}

func by(id string, actor identity.Actor) store.Cause { return store.Cause{ID: id, Actor: actor} }

func announcedBatch() events.BatchAnnounced {
	return events.BatchAnnounced{
		Batch: batch, Plan: "500156-JH-2026-000001", No: 1, Title: "第一批", Lead: "mzj", Categories: []string{"shop"}, Parties: []string{"scjgj", "mzj", "sfj"},
		Quorum: 2, CommitBy: commitBy, FreezeBy: freezeBy, RevealBy: revealBy, Beacon: "cwl-kl8 2026052", BeaconAt: beaconAt, OpenBy: openBy,
	}
}

func (f fixture) commit(t *testing.T, units ...string) {
	t.Helper()
	for _, unit := range units {
		for range 2 { // a command sent twice is one commitment
			must(t, unit+" commits", f.Commit(context.Background(), Commit{Cause: by("commit-"+unit, of(unit)), Draw: drawID, Commit: promise(drawID, unit).String()}))
		}
	}
	f.pump(t)
}

func (f fixture) reveal(t *testing.T, units ...string) {
	t.Helper()
	for _, unit := range units {
		for range 2 {
			must(t, unit+" reveals", f.Reveal(context.Background(), Reveal{Cause: by("reveal-"+unit, of(unit)), Draw: drawID, Nonce: nonce(unit).String()}))
		}
	}
	f.pump(t)
}

func (f fixture) announce(t *testing.T) {
	t.Helper()
	f.inspect.Say(t, "batch", batch, announcedBatch())
	f.pump(t)
}

func (f fixture) freezeLists(t *testing.T) {
	t.Helper()
	f.Clock.Set(freezeBy)
	f.inspect.Say(t, "batch", batch, frozen())
	f.pump(t)
}

// freezeRound hands in the lists of a round of the batch.
func (f fixture) freezeRound(t *testing.T, round int) {
	t.Helper()
	lists := frozen()
	lists.Round = round
	if f.Clock.Now().Before(freezeBy) {
		f.Clock.Set(freezeBy)
	}
	f.inspect.Say(t, "batch", batch, lists)
	f.pump(t)
}

func (f fixture) number(t *testing.T, units ...string) {
	t.Helper()
	f.Clock.Set(beaconAt.Add(time.Hour))
	for _, unit := range units {
		must(t, unit+" types", f.TypeBeacon(context.Background(), TypeBeacon{Cause: by("type-"+unit, of(unit)), Draw: drawID, Value: number}))
	}
	f.pump(t)
}

// sealed holds the whole ceremony up to the sealed result; sfj commits and then
// stays away.
func (f fixture) sealed(t *testing.T) {
	t.Helper()
	f.announce(t)
	f.commit(t, "mzj", "scjgj", "sfj")
	f.freezeLists(t)
	f.reveal(t, "mzj", "scjgj")
	f.Clock.Set(revealBy.Add(time.Minute))
	must(t, "close", f.Close(context.Background(), Close{Cause: by("close", of("mzj")), Draw: drawID}))
	f.pump(t)
	f.number(t, "mzj", "scjgj")
}

func (f fixture) state(t *testing.T) State {
	t.Helper()
	row, err := f.Show(context.Background(), drawID)
	must(t, "status", err)
	return row.State
}

// TestWholeCeremony goes from the announced batch to the opened draw, whose
// bundle anybody can check.
func TestWholeCeremony(t *testing.T) {
	f := newFixture(t)
	f.sealed(t)
	if closed := servicetest.Of[events.DrawClosed](t, f.log); len(closed) != 1 || !slices.Equal(closed[0].Absent, []string{"sfj"}) {
		t.Fatalf("closed: %+v; want sfj absent", closed)
	}
	completed := servicetest.Of[events.DrawCompleted](t, f.log)
	if len(completed) != 1 || completed[0].Batch != batch || !slices.Contains(completed[0].Facilities, "500156-JG-000001") {
		t.Fatalf("completed: %+v; the flagged facility is always drawn", completed)
	}
	if slices.Contains(completed[0].Facilities, "500156-JG-000012") {
		t.Fatal("a closed facility was drawn")
	}
	for _, seat := range completed[0].Seats {
		if seat.Facility == "500156-JG-000001" && (seat.Officer == "500156-RY-000001" || seat.Officer == "500156-RY-000006") {
			t.Errorf("%s was seated at a facility it must stay away from", seat.Officer)
		}
		if seat.Officer == "" {
			t.Errorf("seat %+v is vacant", seat)
		}
	}
	if _, err := f.Bundle(context.Background(), drawID, 0); fault.KindOf(err) != fault.Conflict {
		t.Fatalf("the bundle of a sealed draw was given: %v", err)
	}
	f.inspect.Say(t, "batch", batch, events.BatchFinished{Batch: batch, Visits: len(completed[0].Facilities)})
	f.pump(t)
	if got := f.state(t); got != Opened {
		t.Fatalf("after the last visit the draw is %q", got)
	}
	f.checkBundle(t)
	f.again(t)
	servicetest.MustVerify(t, f.log)
}

// checkBundle verifies the bundle as it reaches a citizen: as JSON.
func (f fixture) checkBundle(t *testing.T) {
	t.Helper()
	b, err := f.Bundle(context.Background(), drawID, 0)
	must(t, "bundle", err)
	raw, err := b.JSON()
	must(t, "write the bundle", err)
	read, err := fdraw.ParseBundle(raw)
	must(t, "read the bundle", err)
	report := fdraw.Verify(read)
	for _, c := range report.Checks {
		if c.Status == fdraw.Fails {
			t.Errorf("%s %s fails: %s", c.ID, c.Title, c.Why)
		}
	}
	for _, id := range []string{"V1", "V2", "V3", "V4", "V5", "V6", "V7", "V10"} {
		if c := report.Find(id); c.Status != fdraw.Holds {
			t.Errorf("%s %s: %s, %s", id, c.Title, c.Status, c.Why)
		}
	}
	opened := servicetest.Of[events.DrawOpened](t, f.log)
	if len(opened) != 1 || opened[0].Bundle["result"] != b.Result || opened[0].Title != "第一批" {
		t.Errorf("opened %d times", len(opened))
	}
}

// TestNothingIsToldBeforeTheDrawIsOpened looks through everything that others
// may see for the outcome and for the secrets.
func TestNothingIsToldBeforeTheDrawIsOpened(t *testing.T) {
	f := newFixture(t)
	f.sealed(t)
	must(t, "replace", f.Replace(context.Background(), Replace{
		Cause: by("replace", of("mzj")), Draw: drawID, Facility: "500156-JG-000001", Unit: "mzj", No: 1, Reason: "leave", Note: "生病",
	}))
	f.pump(t)
	var secrets []string
	for i := range 12 {
		secrets = append(secrets, fmt.Sprintf("500156-JG-%06d", i+1), fmt.Sprintf("500156-RY-%06d", i+1))
	}
	for _, unit := range []string{"mzj", "scjgj", "sfj"} {
		secrets = append(secrets, nonce(unit).String())
	}
	look := func(where string, v any) {
		t.Helper()
		raw, err := json.Marshal(v)
		must(t, where, err)
		for _, secret := range secrets {
			if strings.Contains(string(raw), secret) {
				t.Errorf("%s tells %s", where, secret)
			}
		}
	}
	unsealed := events.Unsealed()
	for _, c := range servicetest.Facts(t, f.log) {
		if slices.Contains(unsealed, c.Kind) {
			look(c.ID()+" "+c.Kind, c.Envelope())
		}
	}
	row, err := f.Show(context.Background(), drawID)
	must(t, "status", err)
	look("status", row)
	rows, err := f.board.Table().List(context.Background(), view.Query{})
	must(t, "rows", err)
	look("row", rows)
	if len(servicetest.Of[events.DrawReplaced](t, f.log)) != 1 {
		t.Error("the replacement was not said")
	}
}

func TestTooFewCommitmentsVoidTheAttempt(t *testing.T) {
	f := newFixture(t)
	f.announce(t)
	f.commit(t, "mzj")
	f.freezeLists(t)
	voided := servicetest.Of[events.DrawVoided](t, f.log)
	if len(voided) != 1 || voided[0].Batch != batch || voided[0].Reason == "" || f.state(t) != Voided {
		t.Fatalf("voided %+v, state %q", voided, f.state(t))
	}
	if _, err := f.Bundle(context.Background(), drawID, 0); err != nil {
		t.Errorf("what there was of a voided draw is public: %v", err)
	}
	f.again(t)
}

// TestTheClockClosesOpensAndGivesUp lets the time come without anybody acting.
func TestTheClockClosesOpensAndGivesUp(t *testing.T) {
	tests := []struct {
		name    string
		prepare func(*testing.T, fixture)
		at      time.Time
		want    State
	}{
		{"nobody froze in time", func(t *testing.T, f fixture) { f.announce(t) }, revealBy.Add(time.Second), Voided},
		{"still time to freeze", func(t *testing.T, f fixture) { f.announce(t) }, revealBy, Announced},
		{"reveals are closed by themselves", func(t *testing.T, f fixture) {
			f.announce(t)
			f.commit(t, "mzj", "scjgj")
			f.freezeLists(t)
			f.reveal(t, "mzj", "scjgj")
		}, revealBy.Add(time.Second), Revealed},
		{"too few revealed", func(t *testing.T, f fixture) {
			f.announce(t)
			f.commit(t, "mzj", "scjgj")
			f.freezeLists(t)
			f.reveal(t, "mzj")
		}, revealBy.Add(time.Second), Voided},
		{"not closed before the number", func(t *testing.T, f fixture) {
			f.announce(t)
			f.commit(t, "mzj", "scjgj")
			f.freezeLists(t)
			f.reveal(t, "mzj", "scjgj")
		}, beaconAt, Voided},
		{"sealed before its day", func(t *testing.T, f fixture) { f.sealed(t) }, openBy.Add(-time.Second), Sealed},
		{"sealed on its day", func(t *testing.T, f fixture) { f.sealed(t) }, openBy, Opened},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := newFixture(t)
			tt.prepare(t, f)
			f.Clock.Set(tt.at)
			for range 2 { // a second sweep changes nothing
				_, err := f.Sweep(context.Background())
				must(t, "sweep", err)
				f.pump(t)
			}
			if got := f.state(t); got != tt.want {
				t.Fatalf("the draw is %q; want %q", got, tt.want)
			}
			servicetest.MustVerify(t, f.log)
		})
	}
}

// TestTheLotCanBeDice announces dice, of which only the draw knows the issue.
func TestTheLotCanBeDice(t *testing.T) {
	f := newFixture(t)
	a := announcedBatch()
	a.Beacon = "dice-d10x20"
	f.inspect.Say(t, "batch", batch, a)
	f.pump(t)
	said := servicetest.Of[events.DrawAnnounced](t, f.log)
	if len(said) != 1 || !strings.Contains(said[0].File, "beacon dice-d10x20 "+drawID+"/1 ") {
		t.Fatalf("announced %+v", said)
	}
}

func TestPolicyIsTheRatioTableOfTheLaw(t *testing.T) {
	f := newFixture(t)
	f.announce(t)
	said := servicetest.Of[events.DrawAnnounced](t, f.log)
	policy, err := fdraw.ParsePolicy(said[0].Policy)
	must(t, "policy", err)
	for _, grade := range []string{"A", "B", "C", "D", "U"} {
		for _, risk := range []string{"L", "M", "H"} {
			want, err := f.Law.Rate("shop", grade, risk, workday.DateOf(f.Clock.Now()))
			must(t, "rate", err)
			if got, err := policy.Rate("shop", grade, risk); err != nil || int64(got) != want.PPM {
				t.Errorf("shop %s %s: %d, %v; want %d", grade, risk, got, err, want.PPM)
			}
		}
	}
	most, ok := f.Law.YearlyVisits(workday.DateOf(f.Clock.Now()))
	if want := (fdraw.CapLine{Category: "shop", Times: int(*most.Value), Months: 12, Hard: true}); !ok || !slices.Equal(policy.Caps, []fdraw.CapLine{want}) {
		t.Errorf("caps %+v; want %+v", policy.Caps, want)
	}
}

func TestAFreezeBeforeTheAnnouncementWaits(t *testing.T) {
	f := newFixture(t)
	f.inspect.Say(t, "batch", batch, frozen())
	heard := 0
	for _, r := range f.Reactions() {
		if r.Hears(events.BatchFrozen{}.Kind()) {
			heard++
			if err := r.Handle(context.Background(), servicetest.Facts(t, f.inspect.Log)[0].Envelope()); fault.KindOf(err) != fault.Early {
				t.Errorf("%s: %v; want it to wait", r.Name, err)
			}
		}
	}
	if heard != 1 {
		t.Errorf("%d reactions hear of a freeze; want one", heard)
	}
}

// TestWhoMayDoWhat tries every command as everybody, and those of the lead unit
// from another one.
func TestWhoMayDoWhat(t *testing.T) {
	f := newFixture(t)
	f.announce(t)
	ctx := context.Background()
	word := strings.Repeat("a", 64)
	commands := map[string]func(store.Cause) error{
		"draw.commit":  func(c store.Cause) error { return f.Commit(ctx, Commit{Cause: c, Draw: "x", Commit: word}) },
		"draw.reveal":  func(c store.Cause) error { return f.Reveal(ctx, Reveal{Cause: c, Draw: "x", Nonce: word}) },
		"draw.close":   func(c store.Cause) error { return f.Close(ctx, Close{Cause: c, Draw: "x"}) },
		"draw.beacon":  func(c store.Cause) error { return f.TypeBeacon(ctx, TypeBeacon{Cause: c, Draw: "x"}) },
		"draw.miss":    func(c store.Cause) error { return f.MissBeacon(ctx, MissBeacon{Cause: c, Draw: "x"}) },
		"draw.replace": func(c store.Cause) error { return f.Replace(ctx, Replace{Cause: c, Draw: "x"}) },
		"draw.appoint": func(c store.Cause) error { return f.Appoint(ctx, Appoint{Cause: c, Draw: "x"}) },
		"draw.material": func(c store.Cause) error {
			_, err := f.TakeMaterial(ctx, TakeMaterial{Cause: c, Draw: "x"})
			return err
		},
		"draw.countersign": func(c store.Cause) error { return f.Countersign(ctx, Countersign{Cause: c, Draw: "x"}) },
		"draw.open":        func(c store.Cause) error { return f.Open(ctx, Open{Cause: c, Draw: "x"}) },
	}
	if len(commands) != len(permits) {
		t.Fatalf("%d commands, %d permits", len(commands), len(permits))
	}
	for act, command := range commands {
		for _, role := range append(identity.Roles(), identity.Citizen) {
			err := command(by("try", of("mzj", role)))
			allowed := permits.Check(identity.Actor{Roles: []identity.Role{role}}, act) == nil
			if denied := fault.KindOf(err) == fault.Denied; denied == allowed {
				t.Errorf("%s as %s: %v; allowed = %v", act, role, err, allowed)
			}
		}
	}
	stranger := by("stranger", of("lyj"))
	for name, err := range map[string]error{
		"close":   f.Close(ctx, Close{Cause: stranger, Draw: drawID}),
		"replace": f.Replace(ctx, Replace{Cause: stranger, Draw: drawID}),
		"open":    f.Open(ctx, Open{Cause: stranger, Draw: drawID}),
		"type":    f.TypeBeacon(ctx, TypeBeacon{Cause: stranger, Draw: drawID, Value: number}),
	} {
		if fault.KindOf(err) != fault.Denied {
			t.Errorf("another unit may %s: %v", name, err)
		}
	}
	for field, err := range map[string]error{
		"commit": f.Commit(ctx, Commit{Cause: by("bad", of("mzj")), Draw: drawID, Commit: "ABC"}),
		"nonce":  f.Reveal(ctx, Reveal{Cause: by("bad", of("mzj")), Draw: drawID, Nonce: "ABC"}),
	} {
		if fault.KindOf(err) != fault.Invalid {
			t.Errorf("a %s that is none: %v", field, err)
		}
	}
}
