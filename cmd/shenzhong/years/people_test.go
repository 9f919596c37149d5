package years

import (
	"context"
	"fmt"
	"strings"
	"time"

	"shenzhong/events"
	"shenzhong/services/clue"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/identity"
	"shenzhong/services/kit/servicetest"
	"shenzhong/services/kit/store"
)

// units are the three that deal with what is told; the land office gets what
// civil affairs gives back.
var units = []string{"mzj", "scjgj", "ghzrzyj"}

// matters are what clues are about and whom the matrix sends them to.
var matters = []string{"oversized_plot", "unapproved_facility", "bundled_sale"}

const facilities = 30

func facility(n int) string { return fmt.Sprintf("500156-JG-%06d", n+1) }

// kindOf is the kind of subject of a facility: a third are no enterprises, and
// their decisions do not enter the register of enterprises.
func kindOf(facility string) string {
	if facility[len(facility)-1]%3 == 0 {
		return "institution"
	}
	return "enterprise"
}

func who(unit string, role identity.Role, n int) identity.Actor {
	return identity.Actor{ID: fmt.Sprintf("500156-RY-%s-%s%d", unit, role, n), Unit: unit, Roles: []identity.Role{role}}
}

// people is everybody who acts.
type people struct {
	*world
	n      int
	digest string
	heavy  map[string]bool   // cases whose penalty gives a right to a hearing
	unitOf map[string]string // of a record
}

func newPeople(w *world) *people {
	p := &people{world: w, digest: strings.Repeat("ab", 32), heavy: map[string]bool{}, unitOf: map[string]string{}}
	register := servicetest.NewVoice("register", w.ground.Clock)
	for i := range facilities {
		id := facility(i)
		register.Say(w.t, "facility", id, events.FacilityChanged{Change: "entered", Facility: events.Facility{
			ID: id, Name: fmt.Sprintf("青松%d号公墓", i+1), Category: "cemetery_commercial", SubjectKind: kindOf(id), Town: "凤山街道", Address: "武隆区凤山街道", Status: "open",
		}})
	}
	for _, unit := range units {
		for n := range 2 {
			id := who(unit, identity.Officer, n).ID
			register.Say(w.t, "officer", id, events.OfficerChanged{Change: "entered", Officer: events.Officer{
				ID: id, Unit: unit, CertNo: id, CertUntil: "2030-12-31", Status: "active",
			}})
		}
	}
	register.Say(w.t, "item", "500156-SX-mzj-201", events.ItemPublished{Item: events.Item{Code: "mzj-201", Name: "设施审批手续", Unit: "mzj", Basis: []string{"条例"}}})
	for _, c := range servicetest.Facts(w.t, register.Log) {
		w.send(c.Envelope())
	}
	hear(w, p.routed)
	hear(w, p.received)
	hear(w, p.returned)
	hear(w, p.disputed)
	hear(w, p.accepted)
	hear(w, p.filed)
	hear(w, p.decided)
	hear(w, p.served)
	hear(w, p.prepared)
	hear(w, p.recall)
	hear(w, p.owed)
	hear(w, p.ordered)
	hear(w, p.alarmed)
	return p
}

// hear has somebody see every fact of a contract.
func hear[E events.Event](w *world, see func(E, store.Commit)) {
	var zero E
	w.on[zero.Kind()] = func(c store.Commit) {
		fact, err := events.Open[E](c.Envelope())
		if err != nil {
			w.t.Fatal(err)
		}
		see(fact, c)
	}
}

// between is a time of so many days.
func (p *people) between(least, most float64) time.Duration {
	return time.Duration((least + (most-least)*p.rng.Float64()) * float64(24*time.Hour))
}

// mostly is a time within the first span, or within the second for one in ten:
// who is late.
func (p *people) mostly(least, most, late float64) time.Duration {
	if p.rng.Float64() < .1 {
		return p.between(most, late)
	}
	return p.between(least, most)
}

func (p *people) chance(c float64) bool { return p.rng.Float64() < c }

// act has somebody give a command some time from now. The command keeps its
// cause however often it is sent.
func (p *people) act(after time.Duration, context_, what string, minds bool, do func(context.Context, func(identity.Actor) store.Cause) error) {
	p.n++
	id := fmt.Sprintf("http/%d", p.n)
	n := p.the(context_)
	p.at(p.ground.Clock.Now().Add(after), what, minds, func() error {
		if p.ground.Clock.Now().Before(n.until) {
			return errDown
		}
		return do(context.Background(), func(a identity.Actor) store.Cause { return store.Cause{ID: id, Actor: a} })
	})
}

// tell sends a clue at an instant: by a citizen, through the hotline, by an
// association; one in twenty does not say what it is about.
func (p *people) tell(at time.Time) {
	cmd := clue.Receive{Facility: facility(p.rng.IntN(facilities)), Text: "墓位面积超过标准，请核查处理。"}
	actor := identity.Anonymous()
	switch {
	case p.chance(.3):
		actor, cmd.Source = who("mzj", identity.Intake, 1), "hotline"
	case p.chance(.4):
		actor, cmd.Source = who("mzj", identity.Intake, 1), "association"
	}
	if !p.chance(.05) {
		cmd.Offence = matters[p.rng.IntN(len(matters))]
	}
	if p.chance(.5) {
		cmd.Contact = clue.Contact{Name: "赵某某", Phone: "13900000001"}
	}
	p.act(at.Sub(p.ground.Clock.Now()), "clue", "tell", true, func(ctx context.Context, by func(identity.Actor) store.Cause) error {
		cmd.Cause = by(actor)
		_, err := p.clue.Receive(ctx, cmd)
		return err
	})
}

// received: what the matrix cannot route, the intake does.
func (p *people) received(f events.ClueReceived, _ store.Commit) {
	if f.Offence != "" {
		return
	}
	offence := matters[p.rng.IntN(len(matters))]
	p.act(p.between(.1, 2), "clue", "route by hand", true, func(ctx context.Context, by func(identity.Actor) store.Cause) error {
		return p.clue.Route(ctx, clue.Route{Cause: by(who("mzj", identity.Intake, 1)), Clue: f.Clue, Offence: offence})
	})
}

// routed: the unit signs or does not, and takes the clue up or gives it back.
func (p *people) routed(f events.ClueRouted, c store.Commit) {
	officer := who(f.Route.Lead, identity.Officer, p.rng.IntN(2))
	p.lapseAt(f, c)
	if p.chance(.5) {
		p.act(p.between(0, .4), "clue", "sign", false, func(ctx context.Context, by func(identity.Actor) store.Cause) error {
			return p.clue.Sign(ctx, clue.Sign{Cause: by(officer), Clue: f.Clue})
		})
	}
	if f.Round == 1 && f.Route.Lead == "mzj" && p.chance(.12) {
		p.act(p.between(.2, 4), "clue", "return", true, func(ctx context.Context, by func(identity.Actor) store.Cause) error {
			return p.clue.Return(ctx, clue.Return{Cause: by(officer), Clue: f.Clue, Ground: "return.not_competent", Suggested: "ghzrzyj"})
		})
		return
	}
	p.act(p.mostly(.1, 5, 14), "clue", "accept", true, func(ctx context.Context, by func(identity.Actor) store.Cause) error {
		return p.clue.Accept(ctx, clue.Accept{Cause: by(officer), Clue: f.Clue})
	})
}

// returned: the intake follows the suggestion, or disputes it.
func (p *people) returned(f events.ClueReturned, _ store.Commit) {
	intake := who("mzj", identity.Intake, 1)
	if p.chance(.4) {
		p.act(p.between(.1, 2), "clue", "dispute", true, func(ctx context.Context, by func(identity.Actor) store.Cause) error {
			return p.clue.Dispute(ctx, clue.Dispute{Cause: by(intake), Clue: f.Clue, Reason: "应由退回单位承办", Basis: "殡葬管理条例"})
		})
		return
	}
	p.act(p.between(.1, 3), "clue", "route again", true, func(ctx context.Context, by func(identity.Actor) store.Cause) error {
		return p.clue.Route(ctx, clue.Route{Cause: by(intake), Clue: f.Clue})
	})
}

// disputed: the office of the task force rules.
func (p *people) disputed(f events.ClueDisputed, _ store.Commit) {
	lead := units[2*p.rng.IntN(2)]
	p.act(p.mostly(.5, 6, 15), "clue", "rule", true, func(ctx context.Context, by func(identity.Actor) store.Cause) error {
		return p.clue.Rule(ctx, clue.Rule{Cause: by(who("zbb", identity.Office, 1)), Clue: f.Clue, Lead: lead, Reason: "按职责分工", Basis: "武隆府办发〔2024〕11号"})
	})
}

// accepted: the unit verifies, with more time for one in fifteen; one in thirty
// turns out to be the same matter as an earlier one.
func (p *people) accepted(f events.ClueAccepted, _ store.Commit) {
	if p.chance(.07) {
		p.act(p.between(1, 12), "clue", "extend", false, func(ctx context.Context, by func(identity.Actor) store.Cause) error {
			return p.clue.Extend(ctx, clue.Extend{Cause: by(who(f.Unit, identity.Leader, 1)), Clue: f.Clue, Reason: "情况复杂，需要检测"})
		})
	}
	if p.chance(.06) {
		p.merge(f.Clue)
	}
	outcome := []string{"corrected", "case", "unfounded", "not_ours", "unverifiable"}[p.pick(.34, .23, .25, .08, .1)]
	officer := who(f.Unit, identity.Officer, p.rng.IntN(2))
	// A merged clue cannot be concluded, so a refusal is no defect.
	p.act(p.mostly(1, 16, 40), "clue", "conclude", false, func(ctx context.Context, by func(identity.Actor) store.Cause) error {
		today := p.ground.Clock.Now().In(beijing).Format(time.DateOnly)
		return p.clue.Conclude(ctx, clue.Conclude{Cause: by(officer), Clue: f.Clue, Outcome: outcome, Act: today, Summary: "现场核查并制作笔录。", Evidence: []string{"笔录"}})
	})
}

// merge makes a clue part of an earlier one about the same facility, if one is
// still open.
func (p *people) merge(id string) {
	p.act(p.between(.1, 2), "clue", "merge", false, func(ctx context.Context, by func(identity.Actor) store.Cause) error {
		intake := who("mzj", identity.Intake, 1)
		rows, err := p.clue.Similar(ctx, intake, id)
		if err != nil {
			return err
		}
		for _, r := range rows {
			if r.ID < id && r.Outcome == "" && r.Into == "" {
				return p.clue.Merge(ctx, clue.Merge{Cause: by(intake), Clue: id, Into: r.ID, Reason: "同一事项"})
			}
		}
		return fault.New(fault.Conflict, "没有可以并入的线索")
	})
}

// pick returns an index by its share.
func (p *people) pick(shares ...float64) int {
	x := p.rng.Float64()
	for i, s := range shares {
		if x -= s; x < 0 {
			return i
		}
	}
	return len(shares) - 1
}
