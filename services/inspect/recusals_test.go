package inspect

import (
	"context"
	"slices"
	"strings"
	"testing"

	"shenzhong/events"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/identity"
	"shenzhong/services/kit/servicetest"
)

func TestRecusalWorkflow(t *testing.T) {
	head := leader("mzj")
	q := events.RecusalRequested{Unit: "mzj", Reason: "kin"}
	walk(t, nextRecusal, func(s State) Recusal { return Recusal{RecusalRequested: q, State: s} }, func(r Recusal) State { return r.State }, []walked[Recusal]{
		{"request", func(r *Recusal) (events.Event, error) { return r.Request(q) }, []State{""}, []State{Asked}},
		{"grant", func(r *Recusal) (events.Event, error) { return r.Decide(head, true, "近亲属", true) }, []State{Asked}, []State{Granted}},
		{"refuse", func(r *Recusal) (events.Event, error) { return r.Decide(head, false, "查无实据", true) }, []State{Asked}, []State{Refused}},
	})
	for name, bad := range map[string]events.RecusalRequested{"no reason": {Reason: "dislike"}, "other without words": {Reason: "other", Note: " "}} {
		var r Recusal
		if _, err := r.Request(bad); fault.KindOf(err) != fault.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	r := Recusal{RecusalRequested: q, State: Asked}
	if _, err := r.Decide(leader("scjgj"), true, "准予", true); fault.KindOf(err) != fault.Denied {
		t.Errorf("another unit decides: %v", err)
	}
	if _, err := r.Decide(head, true, " ", true); fault.KindOf(err) != fault.Invalid {
		t.Errorf("without grounds: %v", err)
	}
}

// TestFacilityAsksForARecusal goes from the code on the notice to the seat that
// changes hands, and to the next draw, which keeps the officer away.
func TestFacilityAsksForARecusal(t *testing.T) {
	f := newFixture(t)
	f.drawn(t)
	ctx := context.Background()
	code := f.recusalCode(visit11)
	if _, err := f.Team(ctx, code); fault.KindOf(err) != fault.Invalid {
		t.Fatalf("the code is good before the notice is given: %v", err)
	}
	unknown := ""
	for _, bad := range []string{"", "x", visit11, visit11 + "-AAAAAAAAAAAAAAAAAAAA", visit1 + code[len(visit11):], f.recusalCode("500156-JC-2026-000101-000099"), code} {
		_, err := f.Team(ctx, bad)
		if err == nil || unknown != "" && err.Error() != unknown {
			t.Errorf("code %q: %v; want the same refusal for all", bad, err)
		}
		unknown = err.Error()
	}
	f.noticed(t, visit11, "mzj", "lyj")
	n, err := f.Notice(ctx, member("mzj", 1), visit11)
	must(t, "notice", err)
	if n.Code != code || n.Lead == "" {
		t.Fatalf("the notice says %q, %q", n.Code, n.Lead)
	}
	team, err := f.Team(ctx, n.Code)
	must(t, "team", err)
	if len(team.Officers) != 4 || team.Officers[0].CertNo != officerID(11) || team.Officers[0].Asked != "" {
		t.Fatalf("team %+v", team)
	}
	ask := RequestRecusal{Cause: f.by(identity.Anonymous()), Code: n.Code, CertNo: officerID(11), Reason: "kin"}
	must(t, "ask", f.RequestRecusal(ctx, ask))
	again := ask
	again.Cause = f.by(identity.Anonymous())
	wants(t, "ask twice", f.RequestRecusal(ctx, again), fault.Conflict)
	again.CertNo = officerID(21)
	wants(t, "ask about who does not come", f.RequestRecusal(ctx, again), fault.Invalid)
	f.pump(t)
	rows, err := f.Recusals(ctx, leader("mzj"))
	must(t, "list", err)
	if len(rows) != 1 || rows[0].State != Asked || rows[0].Facility != rural {
		t.Fatalf("requests %+v", rows)
	}
	if none, _ := f.Recusals(ctx, leader("lyj")); len(none) != 0 {
		t.Errorf("another unit sees %+v", none)
	}
	wants(t, "another unit decides", f.DecideRecusal(ctx, DecideRecusal{Cause: f.by(leader("lyj")), Recusal: rows[0].RecusalRequested.Recusal, Granted: true, Grounds: "准予"}), fault.NotFound)
	must(t, "decide", f.DecideRecusal(ctx, DecideRecusal{Cause: f.by(leader("mzj")), Recusal: rows[0].RecusalRequested.Recusal, Granted: true, Grounds: "系近亲属"}))
	f.pump(t)
	decided := servicetest.Of[events.RecusalDecided](t, f.log)
	if len(decided) != 1 || !decided[0].Granted || !decided[0].Reseat || decided[0].Officer != officerID(11) {
		t.Fatalf("decided %+v", decided)
	}
	if team, err = f.Team(ctx, n.Code); err != nil || team.Officers[0].Asked != Granted {
		t.Errorf("the facility reads %+v, %v", team, err)
	}
	batch, _, err := f.batches.Load(ctx, batchID)
	must(t, "batch", err)
	pool, err := f.pool(ctx, batch)
	must(t, "pool", err)
	if !slices.Contains(pool.Exclusions, events.Exclusion{Officer: officerID(11), Facility: rural, Code: "avoid"}) {
		t.Error("the next draw does not keep the officer away")
	}
	f.again(t)
}

// TestWithoutAKeyThereAreNoCodes: a code that anybody could make is worse than
// none.
func TestWithoutAKeyThereAreNoCodes(t *testing.T) {
	f := newFixture(t)
	f.drawn(t)
	f.noticed(t, visit11, "mzj", "lyj")
	code := f.recusalCode(visit11)
	f.cfg.Key = nil
	n, err := f.Notice(context.Background(), member("mzj", 1), visit11)
	must(t, "notice", err)
	if n.Code != "" {
		t.Errorf("the notice carries %q", n.Code)
	}
	for _, word := range []string{code, "", visit11 + "-", strings.ToLower(code)} {
		if _, err := f.Team(context.Background(), word); fault.KindOf(err) != fault.Invalid {
			t.Errorf("%q: %v", word, err)
		}
	}
}
