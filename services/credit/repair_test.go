package credit

import (
	"context"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"shenzhong/events"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/identity"
	"shenzhong/services/kit/law"
	"shenzhong/services/kit/servicetest"
	"shenzhong/services/kit/store"
)

var (
	unitOfficer = identity.Actor{ID: "o", Unit: "mzj", Roles: []identity.Role{identity.Officer}}
	unitHead    = identity.Actor{ID: "l", Unit: "mzj", Roles: []identity.Role{identity.Leader}}
	otherHead   = identity.Actor{ID: "x", Unit: "scjgj", Roles: []identity.Role{identity.Leader}}
	theParty    = identity.Actor{ID: "p", Unit: facility, Roles: []identity.Role{identity.Party}}
)

const penaltyCase = "case/500156-AJ-2026-000001"

// TestRepairWorkflow tries every act in every state: the moves made are the
// moves drawn.
func TestRepairWorkflow(t *testing.T) {
	limit := events.Deadline{ID: "repair/r#x"}
	acts := map[RepairState]func(*Repair) error{
		Asked: func(r *Repair) error { _, err := r.Ask(events.Repair{ID: "r", Unit: "mzj"}, limit); return err },
		Accepted: func(r *Repair) error {
			_, err := r.Accept(unitOfficer, "2026-10-14", limit)
			return err
		},
		Refused: func(r *Repair) error { _, err := r.Refuse(unitOfficer, "材料不齐", "2026-10-14"); return err },
		Granted: func(r *Repair) error { _, err := r.Decide(unitHead, true, "符合条件", "2026-10-14"); return err },
		Denied:  func(r *Repair) error { _, err := r.Decide(unitHead, false, "没有改正", "2026-10-14"); return err },
	}
	made := map[RepairState][]RepairState{}
	for from := range nextRepair {
		made[from] = []RepairState{}
		for to, act := range acts {
			r := Repair{Repair: events.Repair{ID: "r", Unit: "mzj"}, State: from, Running: &limit}
			switch err := act(&r); {
			case err == nil && r.State == to:
				made[from] = append(made[from], to)
			case !fault.Is(err, fault.Conflict) || r.State != from:
				t.Errorf("%s from %q: %v, stands at %q", to, from, err, r.State)
			}
		}
		slices.Sort(made[from])
	}
	drawn := map[RepairState][]RepairState{}
	for from, to := range nextRepair {
		drawn[from] = slices.Sorted(slices.Values(to))
		if RepairTitle(from) == "" {
			t.Errorf("%q has no name", from)
		}
	}
	if !maps.EqualFunc(made, drawn, slices.Equal) {
		t.Errorf("the acts make %v, the table draws %v", made, drawn)
	}
}

// TestObjectionIsDecidedOnce: an objection is decided by the unit it is about,
// once.
func TestObjectionIsDecidedOnce(t *testing.T) {
	var o Objection
	if _, err := o.Raise(events.Objection{ID: "y", Unit: "mzj", Claim: " "}, events.Deadline{}); !fault.Is(err, fault.Invalid) {
		t.Errorf("nothing claimed: %v", err)
	}
	if _, err := o.Raise(events.Objection{ID: "y", Unit: "mzj", Claim: "不是本机构"}, events.Deadline{ID: "d"}); err != nil {
		t.Fatal(err)
	}
	if _, err := o.Decide(otherHead, true, "属实", "2026-10-14"); !fault.Is(err, fault.Denied) {
		t.Errorf("by another unit: %v", err)
	}
	fact, err := o.Decide(unitHead, true, "属实", "2026-10-14")
	if err != nil || o.State != Upheld || !slices.Equal(fact.(events.ObjectionDecided).Settled, []string{"d"}) {
		t.Fatalf("%+v, %v", fact, err)
	}
	if _, err := o.Decide(unitHead, false, "再议", "2026-10-14"); !fault.Is(err, fault.Conflict) {
		t.Errorf("decided twice: %v", err)
	}
	if ObjectionTitle(o.State) != "异议成立" {
		t.Errorf("called %q", ObjectionTitle(o.State))
	}
}

// contest is a facility with a published general penalty of 30 September 2026,
// which its shortest time of publication keeps until the end of 2026.
type contest struct {
	fixture
	n int
}

func newContest(t *testing.T) *contest {
	t.Helper()
	c := &contest{fixture: newFixture(t)}
	published := penalty("general")
	published.Record.Unit = "mzj"
	c.disclose.Say(t, "record", "500156-GS-2026-000001", published)
	c.pump(t)
	return c
}

func (c *contest) by(a identity.Actor) store.Cause {
	c.n++
	return store.Cause{ID: "test/" + string(rune('a'+c.n)), Actor: a}
}

func (c *contest) promise(t *testing.T, sort string) string {
	t.Helper()
	id, err := c.MakeCommitment(context.Background(), MakeCommitment{
		Cause: c.by(theParty), Facility: facility, Sort: sort, Signatory: "馆长", Obligations: []string{"不再强制捆绑销售"}, TextVersion: "1",
	})
	if err != nil {
		t.Fatal(err)
	}
	c.pump(t)
	return id
}

func (c *contest) last(t *testing.T) store.Commit {
	t.Helper()
	var last store.Commit
	for _, commit := range servicetest.Facts(t, c.log) {
		if len(commit.Starts)+len(commit.Settles) > 0 {
			last = commit
		}
	}
	return last
}

func (c *contest) ledger(t *testing.T) law.Ledger {
	t.Helper()
	l, err := c.Law.Law().Ledger(c.today())
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func day(month, day int) time.Time {
	return time.Date(2026+(month-1)/12, time.Month((month-1)%12+1), day, 2, 0, 0, 0, time.UTC)
}

// TestRepairFromAskingToTheRecord: too early is refused with the day; asked,
// taken up and granted within their limits, the entry counts no longer and the
// grade rises; a second application finds nothing to repair.
func TestRepairFromAskingToTheRecord(t *testing.T) {
	c := newContest(t) // 14 October 2026
	ctx := context.Background()
	promise := c.promise(t, "repair")
	ask := AskRepair{Facility: facility, Source: penaltyCase, Rule: "penalty.general", Commitment: promise, Proofs: []string{"缴款书", " "}}
	try := func(by identity.Actor, change func(*AskRepair)) error {
		cmd := ask
		cmd.Cause = c.by(by)
		change(&cmd)
		_, err := c.AskRepair(ctx, cmd)
		return err
	}
	if err := try(theParty, func(*AskRepair) {}); !fault.Is(err, fault.Conflict) || !strings.Contains(err.Error(), "自 2026-12-31 起") {
		t.Fatalf("before the shortest time is over: %v", err)
	}
	c.Clock.Set(day(12, 31))
	active := c.promise(t, "active")
	for name, tt := range map[string]struct {
		by     identity.Actor
		change func(*AskRepair)
		want   fault.Kind
	}{
		"another facility":            {identity.Actor{ID: "r", Unit: "500156-JG-000002", Roles: []identity.Role{identity.Party}}, func(*AskRepair) {}, fault.Denied},
		"a head of a unit":            {unitHead, func(*AskRepair) {}, fault.Denied},
		"an entry that is not there":  {theParty, func(a *AskRepair) { a.Rule = "penalty.minor" }, fault.NotFound},
		"what speaks for it":          {theParty, func(a *AskRepair) { a.Source, a.Rule = "commitment/"+promise, "commitment.made" }, fault.Conflict},
		"no commitment":               {theParty, func(a *AskRepair) { a.Commitment = "" }, fault.Invalid},
		"a commitment of another use": {theParty, func(a *AskRepair) { a.Commitment = active }, fault.Invalid},
		"no proof":                    {theParty, func(a *AskRepair) { a.Proofs = []string{" "} }, fault.Invalid},
	} {
		if err := try(tt.by, tt.change); fault.KindOf(err) != tt.want {
			t.Errorf("%s: %v, want %s", name, err, tt.want)
		}
	}
	ask.Cause = c.by(theParty)
	id, err := c.AskRepair(ctx, ask)
	if err != nil {
		t.Fatal(err)
	}
	c.pump(t)
	if d := servicetest.Starts(t, c.last(t))[0]; d.ID != "repair/"+id+"#credit.repair.accept" || d.Owner != "mzj" || d.About == "" || d.DayZero != "2026-12-31" {
		t.Errorf("asked: %+v", d)
	}
	if err := try(theParty, func(*AskRepair) {}); !fault.Is(err, fault.Conflict) || !strings.Contains(err.Error(), id) {
		t.Errorf("a second application beside the first: %v", err)
	}
	if err := c.AcceptRepair(ctx, AcceptRepair{Cause: c.by(otherHead), Repair: id, Accept: true}); !fault.Is(err, fault.Denied) {
		t.Errorf("taken up by another unit: %v", err)
	}
	accept := AcceptRepair{Cause: c.by(unitOfficer), Repair: id, Accept: true}
	for range 2 {
		if err := c.AcceptRepair(ctx, accept); err != nil {
			t.Fatal(err)
		}
	}
	if last := c.last(t); last.Settles[0] != "repair/"+id+"#credit.repair.accept" || servicetest.Starts(t, last)[0].ID != "repair/"+id+"#credit.repair.decide" {
		t.Errorf("taken up: %+v", last)
	}
	if err := c.DecideRepair(ctx, DecideRepair{Cause: c.by(unitHead), Repair: id, Granted: true, Reason: "已履行完毕"}); err != nil {
		t.Fatal(err)
	}
	if last := c.last(t); last.Settles[0] != "repair/"+id+"#credit.repair.decide" {
		t.Errorf("decided: %+v", last)
	}
	r := c.grade(t)
	if p := r.Points[0]; r.Score != 106 || p.Repaired != "2026-12-31" || strings.Contains(r.formula(c.ledger(t)), "行政处罚") {
		t.Errorf("after the repair: %d, %+v", r.Score, r.Points)
	}
	if err := try(theParty, func(*AskRepair) {}); !fault.Is(err, fault.Conflict) {
		t.Errorf("what is repaired was asked for again: %v", err)
	}
	rows, err := c.Repairs(ctx, theParty, Contested{State: "granted"})
	if err != nil || len(rows) != 1 || rows[0].Running != nil || rows[0].Reason != "已履行完毕" {
		t.Errorf("the facility sees %+v, %v", rows, err)
	}
	servicetest.MustVerify(t, c.log)
}

// TestRepairRefusedAndDenied: both need a reason, and change nothing.
func TestRepairRefusedAndDenied(t *testing.T) {
	c := newContest(t)
	ctx := context.Background()
	c.Clock.Set(day(13, 8)) // January 2027
	promise := c.promise(t, "repair")
	before := c.grade(t)
	for _, accept := range []bool{false, true} {
		id, err := c.AskRepair(ctx, AskRepair{Cause: c.by(theParty), Facility: facility, Source: penaltyCase, Rule: "penalty.general", Commitment: promise, Proofs: []string{"缴款书"}})
		if err != nil {
			t.Fatal(err)
		}
		c.pump(t)
		if !accept {
			if err := c.AcceptRepair(ctx, AcceptRepair{Cause: c.by(unitHead), Repair: id}); !fault.Is(err, fault.Invalid) {
				t.Errorf("refused without a reason: %v", err)
			}
			if err := c.AcceptRepair(ctx, AcceptRepair{Cause: c.by(unitHead), Repair: id, Reason: "缺少整改证明"}); err != nil {
				t.Fatal(err)
			}
		} else {
			if err := c.AcceptRepair(ctx, AcceptRepair{Cause: c.by(unitHead), Repair: id, Accept: true}); err != nil {
				t.Fatal(err)
			}
			if err := c.DecideRepair(ctx, DecideRepair{Cause: c.by(unitOfficer), Repair: id, Reason: "没有改正"}); !fault.Is(err, fault.Denied) {
				t.Errorf("decided by an officer: %v", err)
			}
			if err := c.DecideRepair(ctx, DecideRepair{Cause: c.by(unitHead), Repair: id, Reason: "没有改正"}); err != nil {
				t.Fatal(err)
			}
		}
		c.pump(t)
		if last := c.last(t); len(last.Settles) != 1 || len(last.Starts) != 0 {
			t.Errorf("the limit still runs: %+v", last)
		}
	}
	if after := c.grade(t); after.Score != before.Score || after.Points[0].Repaired != "" {
		t.Errorf("the record changed to %+v", after)
	}
}

// TestObjectionMarksTheEntryAndStrikesIt: while it is open the entry is marked;
// upheld, the entry goes; the rest of the record stays.
func TestObjectionMarksTheEntryAndStrikesIt(t *testing.T) {
	c := newContest(t) // 14 October 2026
	ctx := context.Background()
	raise := RaiseObjection{Cause: c.by(theParty), Facility: facility, Source: penaltyCase, Rule: "penalty.general", Claim: "处罚的不是本机构", Proofs: []string{"登记证"}}
	id, err := c.RaiseObjection(ctx, raise)
	if err != nil {
		t.Fatal(err)
	}
	c.pump(t)
	if d := servicetest.Starts(t, c.last(t))[0]; d.ID != "objection/"+id+"#credit.objection" || d.DueDate != "2026-10-23" || d.Owner != "mzj" {
		t.Errorf("raised: %+v", d)
	}
	raise.Cause = c.by(theParty)
	if _, err := c.RaiseObjection(ctx, raise); !fault.Is(err, fault.Conflict) {
		t.Errorf("raised twice: %v", err)
	}
	shown, err := c.Explain(ctx, theParty, facility)
	if err != nil || shown.Entries[0].Objection != id || shown.Entries[0].Repair.From != "2026-12-31" || !shown.Entries[0].Counts {
		t.Fatalf("while it is open the record reads %+v, %v", shown.Entries, err)
	}
	if err := c.DecideObjection(ctx, DecideObjection{Cause: c.by(unitHead), Objection: id, Upheld: true, Reason: "登记有误"}); err != nil {
		t.Fatal(err)
	}
	if r := c.grade(t); len(r.Points) != 0 || r.Score != 100 {
		t.Errorf("after it was upheld: %+v", r)
	}
	if last := c.last(t); !slices.Equal(last.Settles, []string{"objection/" + id + "#credit.objection"}) {
		t.Errorf("decided: %+v", last)
	}
	rows, err := c.Objections(ctx, unitOfficer, Contested{Unit: "mzj", State: "upheld"})
	if err != nil || len(rows) != 1 || rows[0].Reason != "登记有误" {
		t.Errorf("the unit sees %+v, %v", rows, err)
	}
}

// TestRepairTermsAreOfTheDayOfTheEntry: the shortest time is that of the law on
// the day of the decision, and what was not checked against it is said.
func TestRepairTermsAreOfTheDayOfTheEntry(t *testing.T) {
	c := newContest(t)
	for _, tt := range []struct {
		rule, on, from string
		caution        bool
	}{
		{"penalty.general", "2026-09-30", "2026-12-31", false},
		{"penalty.minor", "2026-09-30", "2026-09-30", false},
		{"penalty.serious", "2026-09-30", "2027-10-01", false},
		{"penalty.general", "2026-03-31", "2026-07-01", true}, // the earlier rule was not checked
		{"check.refused", "2026-09-30", "2026-09-30", true},   // a local setting
	} {
		terms, err := c.Repairable(events.Point{Rule: tt.rule, On: tt.on})
		if err != nil || !terms.Repairable || terms.From != tt.from || (terms.Caution != "") != tt.caution || terms.Basis == "" {
			t.Errorf("%s of %s: %+v, %v", tt.rule, tt.on, terms, err)
		}
	}
}
