package watch

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"shenzhong/events"
	"shenzhong/services/clue"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/identity"
	"shenzhong/services/kit/servicetest"
	"shenzhong/services/kit/store"
	"shenzhong/services/kit/view"
	"shenzhong/services/oversee"
)

// TestThreeSignalsBecomeAnAlert: clues and a report about burials in one town,
// within a month, are one warning, with its lead, its helpers and its limit.
func TestThreeSignalsBecomeAnAlert(t *testing.T) {
	f := newFixture(t)
	f.received(t, 1, "scattered_burial", "", "和顺镇")
	f.received(t, 2, "farmland_grave", "", "武隆区和顺镇海螺村")
	f.received(t, 3, "scattered_burial", "", "白马镇")
	f.received(t, 4, "luxury_tomb", "", "和顺镇")
	if n := len(f.raised(t)); n != 0 {
		t.Fatalf("%d alerts of two signals that belong together", n)
	}
	f.days(10)
	report := f.patrol(t, town, "scattered_burial", "xz-heshun")
	all := f.raised(t)
	if len(all) != 1 {
		t.Fatalf("%d alerts", len(all))
	}
	a := all[0]
	if a.Alert != "500156-YJ-2026-000001" || a.Rule != "burial" || a.Urgent || a.Place != (events.Place{Sort: "town", ID: "xz-heshun", Name: "和顺镇"}) || a.Town != "xz-heshun" || a.Facility != "" {
		t.Errorf("raised %+v", a)
	}
	if ids := idsOf(a.Signals); !slices.Equal(ids, []string{"500156-XH-XS-2026-000001", "500156-XH-XS-2026-000002", report}) {
		t.Errorf("raised by %v", ids)
	}
	if a.Route.Lead != "mzj" || !slices.Contains(a.Route.Assists, "ghzrzyj") || !slices.Contains(a.Route.Assists, "xz-heshun") || slices.Contains(a.Route.Assists, "xzjd") || slices.Contains(a.Route.Assists, "mzj") {
		t.Errorf("handled by %+v", a.Route)
	}
	if !slices.Equal(a.Matters, []string{"scattered_burial", "farmland_grave"}) {
		t.Errorf("about %v", a.Matters)
	}
	if len(a.Deadlines) != 1 || a.Deadlines[0].Rule != ruleHandle || a.Deadlines[0].Owner != "mzj" || a.Deadlines[0].DueDate != "2026-07-23" {
		t.Errorf("limits %+v", a.Deadlines)
	}
	for _, part := range []string{"散埋乱葬多发", "和顺镇", "2026-07-06 至 2026-07-16", "问题线索 2 件", "报告 1 件", "30日", "3 件", "本地设置", "区民政局主办", "武隆府办发"} {
		if !strings.Contains(a.Reason, part) {
			t.Errorf("the reason lacks %q: %s", part, a.Reason)
		}
	}
	servicetest.MustVerify(t, f.log)
}

func idsOf(signals []events.Signal) []string {
	var ids []string
	for _, s := range signals {
		ids = append(ids, s.ID)
	}
	return ids
}

// TestOutsideTheWindow: what lies further back does not count, to the day.
func TestOutsideTheWindow(t *testing.T) {
	for days, want := range map[int]int{28: 1, 29: 1, 30: 0} {
		f := newFixture(t)
		f.received(t, 1, "scattered_burial", "", "和顺镇")
		f.received(t, 2, "scattered_burial", "", "和顺镇")
		f.days(days)
		f.received(t, 3, "scattered_burial", "", "和顺镇")
		if n := len(f.raised(t)); n != want {
			t.Errorf("%d days later: %d alerts, want %d", days, n, want)
		}
	}
}

// TestAnOpenAlertTakesMoreIn: further signals join it; after its end the gauge
// begins anew with what was noted since.
func TestAnOpenAlertTakesMoreIn(t *testing.T) {
	f := newFixture(t)
	ctx := context.Background()
	for n := range 5 {
		f.received(t, n+1, "bundled_sale", home, "")
	}
	all := f.raised(t)
	if len(all) != 1 || all[0].Rule != "charges" || all[0].Facility != home || all[0].Town != "xz-furong" || all[0].Route.Lead != "scjgj" {
		t.Fatalf("raised %+v", all)
	}
	a, err := f.Alert(ctx, office, all[0].Alert)
	if err != nil || len(a.Signals) != 5 {
		t.Errorf("it is about %d signals, %v", len(a.Signals), err)
	}
	market := civil
	market.ID, market.Unit = "500156-RY-scjgj-009", "scjgj"
	f.Clock.Advance(time.Minute)
	f.must(t, f.Acknowledge(ctx, Acknowledge{Cause: f.by(market), Alert: a.ID}))
	f.must(t, f.Conclude(ctx, Conclude{Cause: f.by(market), Alert: a.ID, Outcome: "remedied", Text: "已经责令退费。", Evidence: []string{"退费凭证"}}))
	for n, want := range map[int]int{6: 1, 7: 1} {
		f.received(t, n, "unlisted_fee", home, "")
		if got := len(f.raised(t)); got != want {
			t.Errorf("after clue %d: %d alerts, want %d", n, got, want)
		}
	}
	f.received(t, 8, "unlisted_fee", home, "")
	if all = f.raised(t); len(all) != 2 || all[1].Alert != "500156-YJ-2026-000002" || len(all[1].Signals) != 3 {
		t.Errorf("the gauge did not begin anew: %+v", all)
	}
	gauges, err := f.Gauges(ctx, office, GaugeFilter{Rule: "charges"})
	if err != nil || len(gauges) != 1 || gauges[0].State != Alarming || gauges[0].Today != 3 || gauges[0].Threshold != 3 || gauges[0].From != "2026-06-07" {
		t.Errorf("gauges %+v, %v", gauges, err)
	}
}

// TestDuplicatesRaiseNothing (精准预警): a clue that is merged, or found to be
// nothing, is taken back. An alert that it had helped to raise is lifted.
func TestDuplicatesRaiseNothing(t *testing.T) {
	ctx := context.Background()
	for name, back := range map[string]func(*testing.T, *fixture){
		"merged": func(t *testing.T, f *fixture) {
			f.clues.Say(t, "clue", clueID(2), events.ClueMerged{Clue: clueID(2), Into: clueID(1)})
		},
		"unfounded": func(t *testing.T, f *fixture) {
			f.clues.Say(t, "clue", clueID(2), events.ClueConcluded{Clue: clueID(2), Outcome: "unfounded"})
		},
		"not ours": func(t *testing.T, f *fixture) {
			f.clues.Say(t, "clue", clueID(2), events.ClueConcluded{Clue: clueID(2), Outcome: "not_ours"})
		},
	} {
		f := newFixture(t)
		f.received(t, 1, "scattered_burial", "", "和顺镇")
		f.received(t, 2, "scattered_burial", "", "和顺镇")
		back(t, f)
		f.pump(t)
		f.received(t, 3, "scattered_burial", "", "和顺镇")
		if n := len(f.raised(t)); n != 0 {
			t.Errorf("%s: %d alerts of two signals", name, n)
		}
		f.received(t, 4, "scattered_burial", "", "和顺镇")
		if n := len(f.raised(t)); n != 1 {
			t.Errorf("%s: %d alerts of three signals", name, n)
		}

		f = newFixture(t)
		for n := range 3 {
			f.received(t, n+1, "scattered_burial", "", "和顺镇")
		}
		back(t, f)
		f.pump(t)
		lifted := servicetest.Of[events.AlertLifted](t, f.log)
		if len(lifted) != 1 || len(lifted[0].Signals) != 2 || len(lifted[0].Settled) != 1 || lifted[0].Reason == "" {
			t.Errorf("%s: lifted %+v", name, lifted)
		}
		f.received(t, 4, "scattered_burial", "", "和顺镇")
		if all := f.raised(t); len(all) != 2 || len(all[1].Signals) != 3 {
			t.Errorf("%s: the two that stand and a third raise %+v", name, all)
		}
		x, err := f.Signal(ctx, office, signalOf(clueID(2)))
		if err != nil || x.State != Out || x.Reason == "" {
			t.Errorf("%s: the signal %+v, %v", name, x, err)
		}
	}
}

// TestOutcomesThatStand: a clue that is concluded otherwise goes on counting, and
// so does one that is verified anew.
func TestOutcomesThatStand(t *testing.T) {
	f := newFixture(t)
	f.received(t, 1, "scattered_burial", "", "和顺镇")
	for _, outcome := range []string{"corrected", "case", "unverifiable"} {
		f.clues.Say(t, "clue", clueID(1), events.ClueConcluded{Clue: clueID(1), Outcome: outcome})
	}
	f.clues.Say(t, "clue", clueID(1), events.ClueConcluded{Clue: clueID(1), Outcome: "unfounded"})
	f.pump(t)
	at := func(want SignalState) {
		t.Helper()
		if x, err := f.Signal(context.Background(), office, signalOf(clueID(1))); err != nil || x.State != want {
			t.Fatalf("the signal %+v, %v; want %s", x, err, want)
		}
	}
	at(Out)
	f.clues.Say(t, "clue", clueID(1), events.ClueReopened{Clue: clueID(1)})
	f.pump(t)
	at(Counts)
	f.clues.Say(t, "clue", clueID(1), events.ClueConcluded{Clue: clueID(1), Outcome: "not_ours"})
	f.pump(t)
	at(Out)
}

// TestWhatIsNoSignal: a clue that an alert has become, one about nothing that
// anybody could name, and what an old routing does not tell.
func TestWhatIsNoSignal(t *testing.T) {
	f := newFixture(t)
	f.clues.Say(t, "clue", clueID(1), events.ClueReceived{Clue: clueID(1), Source: "alert", Offence: "fire_safety", Facility: home, Day: "2026-07-06"})
	f.clues.Say(t, "clue", clueID(1), events.ClueRouted{Clue: clueID(1), Source: "alert", Facility: home, Day: "2026-07-06", Route: events.Route{Offence: "fire_safety"}})
	f.clues.Say(t, "clue", clueID(2), events.ClueReceived{Clue: clueID(2), Source: "hotline", Facility: home, Day: "2026-07-06"})
	f.clues.Say(t, "clue", clueID(2), events.ClueRouted{Clue: clueID(2), Route: events.Route{Offence: "fire_safety"}})
	f.clues.Say(t, "clue", clueID(3), events.ClueReceived{Clue: clueID(3), Source: "hotline", Facility: home, Day: "2026-07-06", Offence: "no_such_matter"})
	f.pump(t)
	if n := len(servicetest.Facts(t, f.log)); n != 0 {
		t.Errorf("%d facts of what is no signal", n)
	}
	f.clues.Say(t, "clue", clueID(2), events.ClueRouted{Clue: clueID(2), Source: "hotline", Facility: home, Day: "2026-07-06", Route: events.Route{Offence: "fire_safety"}})
	f.pump(t)
	if n := len(f.raised(t)); n != 1 {
		t.Errorf("%d alerts of a fire hazard that the routing named", n)
	}
}

// TestDangerToLifeIsUrgent: one signal is enough, hours are counted, and everybody
// on duty sees it.
func TestDangerToLifeIsUrgent(t *testing.T) {
	f := newFixture(t)
	ctx := context.Background()
	f.received(t, 1, "fire_safety", home, "")
	all := f.raised(t)
	if len(all) != 1 || !all[0].Urgent || all[0].Route.Lead != "xfzd" || all[0].Deadlines[0].Rule != ruleUrgent || !all[0].Deadlines[0].Due.Equal(f.Clock.Now().Add(24*time.Hour)) {
		t.Fatalf("raised %+v", all)
	}
	if rows, err := f.Alerts(ctx, police, AlertFilter{}); err != nil || len(rows) != 1 {
		t.Errorf("the police see %d, %v", len(rows), err)
	}
	f.received(t, 2, "fire_safety", "", "和顺镇") // of no facility
	if n := len(f.raised(t)); n != 1 {
		t.Errorf("%d alerts", n)
	}
}

// TestDecisionsCountApart: a facility that is punished again and again is a
// warning; a decision that fell is taken back.
func TestDecisionsCountApart(t *testing.T) {
	f := newFixture(t)
	decided := func(id, on string) {
		f.Clock.Advance(time.Minute)
		f.cases.Say(t, "case", id, events.CaseDecided{Decision: events.Decision{Case: id, Offence: "bundled_sale", On: on, Respondent: events.Respondent{Facility: home}}})
		f.pump(t)
	}
	decided("500156-AJ-2026-000001", "2025-09-30")
	f.cases.Say(t, "case", "500156-AJ-2026-000001", events.DecisionRevoked{Case: "500156-AJ-2026-000001"})
	decided("500156-AJ-2026-000002", "2026-06-30")
	if n := len(f.raised(t)); n != 0 {
		t.Fatalf("%d alerts of a decision that fell", n)
	}
	decided("500156-AJ-2026-000003", "2026-07-06")
	if all := f.raised(t); len(all) != 1 || all[0].Rule != "repeat" || all[0].Signals[0].Source != "500156-AJ-2026-000002" || all[0].Signals[0].Name != "武隆区殡仪馆" {
		t.Errorf("raised %+v", all)
	}
}

// TestTheFirstMatterLeads: as many of each, the order of the rule decides; more
// of one, that one does.
func TestTheFirstMatterLeads(t *testing.T) {
	f := newFixture(t)
	f.received(t, 1, "forest_grave", "", "和顺镇")
	f.received(t, 2, "farmland_grave", "", "和顺镇")
	f.received(t, 3, "water_grave", "", "和顺镇")
	f.received(t, 4, "forest_grave", "", "白马镇")
	f.received(t, 5, "farmland_grave", "", "白马镇")
	f.received(t, 6, "forest_grave", "", "白马镇")
	all := f.raised(t)
	if len(all) != 2 || all[0].Route.Lead != "ghzrzyj" || all[1].Route.Lead != "lyj" || !slices.Contains(all[1].Route.Assists, "ghzrzyj") {
		t.Errorf("raised %+v", all)
	}
}

// TestTheMatterFollowsTheRuling: a clue that turns out to be about something else
// counts there, and no more where it did.
func TestTheMatterFollowsTheRuling(t *testing.T) {
	f := newFixture(t)
	f.received(t, 1, "luxury_tomb", "", "和顺镇")
	f.received(t, 2, "luxury_tomb", "", "和顺镇")
	f.received(t, 3, "scattered_burial", "", "和顺镇")
	f.received(t, 4, "scattered_burial", "", "和顺镇")
	f.clues.Say(t, "clue", clueID(2), events.ClueRouted{Clue: clueID(2), Source: "citizen", Town: "和顺镇", Day: "2026-07-06", Route: events.Route{Offence: "forest_grave"}})
	f.pump(t)
	f.received(t, 5, "luxury_tomb", "", "和顺镇")
	if all := f.raised(t); len(all) != 1 || all[0].Rule != "burial" || !slices.Contains(idsOf(all[0].Signals), signalOf(clueID(2))) {
		t.Errorf("raised %+v", all)
	}
}

// TestAnAlertBecomesAClue, in the real context: once, about the matter and the
// place, and it is no signal again.
func TestAnAlertBecomesAClue(t *testing.T) {
	f := newFixture(t)
	ctx := context.Background()
	log := store.NewMemory()
	clues, err := clue.New(ctx, clue.Config{District: "500156", Log: log, Tables: view.NewMemory(), Clock: f.Clock, Law: f.Law, Calendar: f.Calendar, Key: make([]byte, clue.KeyBytes)})
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		f.patrol(t, civil, "scattered_burial", "和顺镇")
	}
	a := f.raised(t)[0]
	f.must(t, f.Acknowledge(ctx, Acknowledge{Cause: f.by(civil), Alert: a.Alert}))
	f.must(t, f.Respond(ctx, Respond{Cause: f.by(town), Alert: a.Alert, Text: "已到现场劝阻，三座坟均在集体林地边。", Evidence: []string{"照片 6 张"}}))
	f.must(t, f.Conclude(ctx, Conclude{Cause: f.by(civil), Alert: a.Alert, Outcome: "clue", Text: "情况属实，转为线索依法查处。", Evidence: []string{"现场笔录"}}))
	all := append(f.Reactions(), clues.Reactions()...)
	servicetest.Pump(t, []store.Log{f.register.Log, f.log, log}, all)
	servicetest.Pump(t, []store.Log{f.register.Log, f.log, log}, all)
	got := servicetest.Of[events.ClueReceived](t, log)
	if len(got) != 1 || got[0].Source != "alert" || got[0].Origin != a.Alert || got[0].Offence != "scattered_burial" || got[0].Town != "和顺镇" || !strings.Contains(got[0].Text, "依法查处") || got[0].Receipt != "" {
		t.Fatalf("clues %+v", got)
	}
	if routed := servicetest.Of[events.ClueRouted](t, log); len(routed) != 1 || routed[0].Source != "alert" || !slices.Contains(routed[0].Route.Assists, "xz-heshun") {
		t.Errorf("routed %+v", routed)
	}
	if n := len(servicetest.Of[events.SignalNoted](t, f.log)); n != 3 {
		t.Errorf("%d signals", n)
	}
	concluded := servicetest.Of[events.AlertConcluded](t, f.log)[0]
	if slices.Contains(concluded.Silent, "xz-heshun") || !slices.Contains(concluded.Silent, "ghzrzyj") {
		t.Errorf("silent are %v", concluded.Silent)
	}
}

// TestLimitsOfAlertsAreKept: oversee keeps both limits by itself, reminds,
// declares them overdue and settles them.
func TestLimitsOfAlertsAreKept(t *testing.T) {
	f := newFixture(t)
	ctx := context.Background()
	log := store.NewMemory()
	o, err := oversee.New(ctx, oversee.Config{District: "500156", Log: log, Tables: view.NewMemory(), Clock: f.Clock, Law: f.Law, Calendar: f.Calendar})
	if err != nil {
		t.Fatal(err)
	}
	pump := func() {
		servicetest.Pump(t, []store.Log{f.register.Log, f.clues.Log, f.log, log}, append(f.Reactions(), o.Reactions()...))
	}
	look := func(at time.Time) {
		f.Clock.Set(at)
		if _, err := o.Sweep(ctx); err != nil {
			t.Fatal(err)
		}
		pump()
	}
	for n := range 3 {
		f.received(t, n+1, "scattered_burial", "", "和顺镇")
	}
	f.received(t, 4, "gas_safety", home, "")
	pump()
	all := f.raised(t)
	slow, urgent := all[0].Deadlines[0], all[1].Deadlines[0]
	look(urgent.Due.Add(-time.Second))
	if n := len(servicetest.Of[events.Overdue](t, log)); n != 0 {
		t.Fatalf("%d limits have passed too early", n)
	}
	look(urgent.Due)
	if over := servicetest.Of[events.Overdue](t, log); len(over) != 1 || over[0].Deadline.ID != urgent.ID {
		t.Fatalf("overdue %+v", over)
	}
	if n := len(servicetest.Of[events.Escalated](t, log)); n != 2 {
		t.Errorf("%d escalations of the urgent one, want 2", n)
	}
	look(time.Date(2026, 7, 9, 1, 0, 0, 0, time.UTC)) // two workdays before the 13th
	if said := servicetest.Of[events.Reminded](t, log); len(said) != 1 || said[0].Deadline.ID != slow.ID {
		t.Errorf("reminded %+v", said)
	}
	f.must(t, f.Acknowledge(ctx, Acknowledge{Cause: f.by(civil), Alert: all[0].Alert}))
	f.must(t, f.Conclude(ctx, Conclude{Cause: f.by(civil), Alert: all[0].Alert, Outcome: "campaign", Text: "建议对和顺镇开展专项检查。", Evidence: []string{"巡查记录"}}))
	pump()
	look(slow.Due.Add(240 * time.Hour))
	if n := len(servicetest.Of[events.Overdue](t, log)); n != 1 {
		t.Errorf("%d limits overdue; the one that was met is among them", n)
	}
}

// TestWhoSeesAlerts: those whom it names, the office and the auditors.
func TestWhoSeesAlerts(t *testing.T) {
	f := newFixture(t)
	ctx := context.Background()
	for n := range 3 {
		f.received(t, n+1, "farmland_grave", "", "和顺镇")
	}
	id := f.raised(t)[0].Alert
	for _, tt := range []struct {
		by   identity.Actor
		want fault.Kind
		rows int
	}{{land, "", 1}, {civil, "", 1}, {office, "", 1}, {auditor, "", 1}, {police, fault.Denied, 0}} {
		if _, err := f.Alert(ctx, tt.by, id); fault.KindOf(err) != tt.want {
			t.Errorf("%s reads it: %v", tt.by.ID, err)
		}
		if rows, err := f.Alerts(ctx, tt.by, AlertFilter{State: Raised}); err != nil || len(rows) != tt.rows {
			t.Errorf("%s lists %d, %v", tt.by.ID, len(rows), err)
		}
	}
	for filter, want := range map[AlertFilter]int{{Unit: "ghzrzyj"}: 1, {Unit: "gaj"}: 0, {State: Concluded}: 0, {Rule: "burial"}: 1, {Rule: "tomb"}: 0, {Limit: 1}: 1} {
		if rows, err := f.Alerts(ctx, office, filter); err != nil || len(rows) != want {
			t.Errorf("%+v lists %d, %v", filter, len(rows), err)
		}
	}
	if _, err := f.Alert(ctx, citizen, id); !fault.Is(err, fault.Denied) {
		t.Errorf("a citizen reads it: %v", err)
	}
	if _, err := f.Alerts(ctx, citizen, AlertFilter{}); !fault.Is(err, fault.Denied) {
		t.Errorf("a citizen lists them: %v", err)
	}
	if _, err := f.Alert(ctx, office, "500156-YJ-2026-000099"); !fault.Is(err, fault.NotFound) {
		t.Errorf("an alert that there is not: %v", err)
	}
}
