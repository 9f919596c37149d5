package years

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"shenzhong/events"
	"shenzhong/services/kit/identity"
	"shenzhong/services/kit/store"
	"shenzhong/services/watch"
)

// patrol has an officer see something by himself at an instant, and note it.
func (p *people) patrol(at time.Time) {
	cmd := watch.NoteSignal{Seen: "patrol", Text: "巡查发现的情况，见照片。", Town: "凤山街道"}
	if cmd.Matter = "luxury_tomb"; p.chance(.4) {
		cmd.Matter, cmd.Facility = "fire_safety", facility(p.rng.IntN(facilities))
	}
	before := p.rng.IntN(4) // days
	p.act(at.Sub(p.ground.Clock.Now()), "watch", "note", true, func(ctx context.Context, by func(identity.Actor) store.Cause) error {
		cmd.Cause = by(who("mzj", identity.Officer, 0))
		cmd.Day = at.In(beijing).AddDate(0, 0, -before).Format(time.DateOnly)
		_, err := p.watch.NoteSignal(ctx, cmd)
		return err
	})
}

// alarmed: the lead signs, a unit that assists responds, and the alert is dealt
// with, mostly in time. One that is lifted meanwhile is left as it is.
func (p *people) alarmed(f events.AlertRaised, _ store.Commit) {
	day, late := 1.0, 9.0
	if f.Urgent {
		day, late = .1, 3
	}
	officer, leader := who(f.Route.Lead, identity.Officer, 0), who(f.Route.Lead, identity.Leader, 1)
	outcome := []string{"remedied", "clue", "campaign", "unfounded"}[p.pick(.5, .2, .2, .1)]
	if outcome == "clue" && (f.Facility == "" || !slices.Contains(units, f.Route.Lead)) {
		outcome = "remedied" // clues of this test are about facilities, and with those units
	}
	finds := officer
	if outcome == "unfounded" {
		finds = leader
	}
	signed := p.between(.05*day, day)
	p.act(signed, "watch", "acknowledge", false, func(ctx context.Context, by func(identity.Actor) store.Cause) error {
		if err := p.watch.Acknowledge(ctx, watch.Acknowledge{Cause: by(officer), Alert: f.Alert}); err != nil {
			return err
		}
		p.act(p.mostly(.1*day, 3*day, late), "watch", "conclude", false, func(ctx context.Context, by func(identity.Actor) store.Cause) error {
			return p.watch.Conclude(ctx, watch.Conclude{Cause: by(finds), Alert: f.Alert, Outcome: outcome, Text: "已经核查处理。", Evidence: []string{"照片"}})
		})
		return nil
	})
	if len(f.Route.Assists) > 0 {
		p.act(p.between(.1*day, 2*day), "watch", "respond", false, func(ctx context.Context, by func(identity.Actor) store.Cause) error {
			helper := who(f.Route.Assists[0], identity.Officer, 0)
			return p.watch.Respond(ctx, watch.Respond{Cause: by(helper), Alert: f.Alert, Text: "已派员到场配合。"})
		})
	}
}

// ofAlert follows the limits of alerts: they begin with what the gauge has said.
func (o *oracle) ofAlert(c store.Commit) {
	switch c.Kind {
	case "watch.gauge_moved.v1":
		o.at[c.ID()] = c.At
	case "watch.alert_raised.v1":
		m := &matter{runs: map[string]start{}}
		o.cases[c.Subject] = m
		rule := "alert.handle"
		if open[events.AlertRaised](o, c).Urgent {
			rule = "alert.urgent"
		}
		o.begins(m, c.Subject, rule, c, o.at[c.Cause], 0)
	case "watch.alert_concluded.v1", "watch.alert_lifted.v1":
		o.at[c.ID()] = c.At
		o.ends(o.cases[c.Subject], c.Subject, c, "alert.handle", "alert.urgent")
	}
}

// seen is one matter that may count, as the test follows it.
type seen struct {
	id, sort, matter, facility string
	day                        time.Time
	at                         time.Time // when it was first said
	void                       time.Time // when it was merged, found to be nothing or revoked; zero = it stands
}

// counted is a rule of monitoring, written down here a second time.
type counted struct {
	rule, sorts  string
	matters      []string
	days, months int
	n            int
	byTown       bool
}

// watched are the rules whose matters come up in this test.
var watched = []counted{
	{rule: "tomb", sorts: "clue report", matters: []string{"oversized_plot", "luxury_tomb"}, days: 30, n: 3, byTown: true},
	{rule: "rural", sorts: "clue report", matters: []string{"unapproved_facility"}, months: 3, n: 2, byTown: true},
	{rule: "charges", sorts: "clue report", matters: []string{"bundled_sale"}, days: 30, n: 3},
	{rule: "safety", sorts: "clue report", matters: []string{"fire_safety"}, days: 1, n: 1},
	{rule: "repeat", sorts: "decision", matters: []string{"oversized_plot", "unapproved_facility", "bundled_sale"}, months: 12, n: 2},
}

// opens is the first day of the window that ends on that day.
func (r counted) opens(last time.Time) time.Time {
	if r.days > 0 {
		return last.AddDate(0, 0, 1-r.days)
	}
	back := time.Date(last.Year(), last.Month()-time.Month(r.months), 1, 0, 0, 0, 0, beijing)
	end := back.AddDate(0, 1, -1).Day()
	return back.AddDate(0, 0, min(last.Day(), end))
}

// reached reports whether as many lie within one window as the rule says.
func (r counted) reached(all []*seen) bool {
	for _, last := range all {
		n := 0
		for _, s := range all {
			if !s.day.Before(r.opens(last.day)) && !s.day.After(last.day) {
				n++
			}
		}
		if n >= r.n {
			return true
		}
	}
	return false
}

// standing are those that count, but for what lies more than two windows before
// the last that anybody told of.
func (r counted) standing(all []*seen) []*seen {
	if len(all) == 0 {
		return nil
	}
	newest := slices.MaxFunc(all, func(a, b *seen) int { return a.day.Compare(b.day) }).day
	return slices.DeleteFunc(all, func(s *seen) bool { return !s.void.IsZero() || s.day.Before(r.opens(r.opens(newest))) })
}

// plan is the first day of the rules.
var plan = time.Date(2024, 1, 8, 0, 0, 0, 0, beijing)

// sightings reads from the facts of the others, never from those of watch but
// the reports, what there was to count.
func sightings(w *world) map[string]*seen {
	all := map[string]*seen{}
	says := func(c store.Commit, sort, source, matter, facility, on string) {
		s := all[source]
		if s == nil || s.sort == "" {
			day, err := time.ParseInLocation(time.DateOnly, on, beijing)
			if err != nil {
				w.t.Fatal(err)
			}
			s = &seen{id: "500156-XH-" + strings.TrimPrefix(source, "500156-"), sort: sort, facility: facility, day: day, at: c.At}
			all[source] = s
		}
		s.matter = matter
	}
	place := map[string]events.ClueReceived{}
	for _, c := range w.the("clue").commits {
		id := events.EntityID(c.Subject)
		switch c.Kind {
		case "clue.received.v1":
			f := opened[events.ClueReceived](w, c)
			place[id] = f
			if f.Offence != "" && f.Source != "alert" {
				says(c, "clue", id, f.Offence, f.Facility, f.Day)
			}
		case "clue.routed.v1":
			if f := place[id]; f.Source != "alert" {
				says(c, "clue", id, opened[events.ClueRouted](w, c).Route.Offence, f.Facility, f.Day)
			}
		case "clue.merged.v1":
			if s := all[id]; s != nil {
				s.void = c.At
			}
		case "clue.concluded.v1":
			if s := all[id]; s != nil {
				if outcome := opened[events.ClueConcluded](w, c).Outcome; outcome == "unfounded" || outcome == "not_ours" {
					s.void = c.At
				}
			}
		}
	}
	for _, c := range w.the("casefile").commits {
		id := events.EntityID(c.Subject)
		switch c.Kind {
		case "casefile.decided.v1":
			d := opened[events.CaseDecided](w, c).Decision
			says(c, "decision", id, d.Offence, d.Respondent.Facility, d.On)
		case "casefile.decision_revoked.v1":
			all[id].void = c.At
		}
	}
	for _, c := range w.the("watch").commits {
		if c.Kind == "watch.signal_noted.v1" {
			if f := opened[events.SignalNoted](w, c); f.Seen != "" {
				says(c, "report", f.Signal.ID, f.Signal.Matter, f.Signal.Facility, f.Signal.Day)
				all[f.Signal.ID].id = f.Signal.ID
			}
		}
	}
	return all
}

func opened[E events.Event](w *world, c store.Commit) E {
	fact, err := events.Open[E](c.Envelope())
	if err != nil {
		w.t.Fatal(err)
	}
	return fact
}

// cuts are, by gauge, until when what was noted has been dealt with.
func cuts(w *world) map[string]time.Time {
	out := map[string]time.Time{}
	for _, c := range w.the("watch").commits {
		if c.Kind == "watch.alert_concluded.v1" {
			f := opened[events.AlertConcluded](w, c)
			if c.At.After(out[f.Gauge]) {
				out[f.Gauge] = c.At
			}
		}
	}
	return out
}

// alarmed counts every rule at every place anew from the facts, and holds how the
// gauges and the alerts stand at the end against it.
func alarmed(t *testing.T, w *world) {
	t.Helper()
	at, cut := map[string][]*seen{}, cuts(w)
	rule := map[string]counted{}
	known := sightings(w)
	for _, s := range known {
		for _, r := range watched {
			if s.day.Before(plan) || !strings.Contains(r.sorts, s.sort) || !slices.Contains(r.matters, s.matter) {
				continue
			}
			gauge := "500156-JCD-" + r.rule + "-" + strings.TrimPrefix(s.facility, "500156-")
			if r.byTown {
				gauge = "500156-JCD-" + r.rule + "-xz-fengshan"
			}
			rule[gauge] = r
			if s.at.After(cut[gauge]) {
				at[gauge] = append(at[gauge], s)
			}
		}
	}
	gauges, open := map[string]watch.GaugeRow{}, map[string]int{}
	for _, row := range all(t, w.watch.Views()[2].Table()) {
		var g watch.GaugeRow
		if err := json.Unmarshal(row.Body, &g); err != nil {
			t.Fatal(err)
		}
		gauges[g.Gauge] = g
	}
	for _, row := range all(t, w.watch.Views()[3].Table()) {
		var a watch.Alert
		if err := json.Unmarshal(row.Body, &a); err != nil {
			t.Fatal(err)
		}
		w.counts["alerts "+string(a.State)]++
		if a.State == watch.Raised || a.State == watch.Acknowledged {
			open[a.Gauge]++
		}
	}
	wrong := 0
	for gauge, r := range rule {
		at[gauge] = r.standing(at[gauge])
		want := watch.Quiet
		if r.reached(at[gauge]) {
			want = watch.Alarming
		}
		g := gauges[gauge]
		if g.State != want || (open[gauge] == 1) != (want == watch.Alarming) || open[gauge] > 1 {
			wrong++
			report(t, wrong, "%s is %s with %d open alerts, want %s by %d sightings", gauge, g.State, open[gauge], want, len(at[gauge]))
		}
		if got, want := recent(r, g.Signals), ids(r, at[gauge]); got != want {
			wrong++
			report(t, wrong, "%s counts %s, want %s", gauge, got, want)
		}
	}
	raisedOnce(t, w)
	raisedRightly(t, w, known)
	if w.counts["clues"] >= 1000 && (w.counts["alerts concluded"] < 100 || w.counts["alerts lifted"] == 0) {
		t.Errorf("only %d alerts concluded, %d lifted", w.counts["alerts concluded"], w.counts["alerts lifted"])
	}
	w.counts["gauges"] = len(rule)
}

// ids are those sightings that lie within the window that ends with the newest.
func ids(r counted, all []*seen) string {
	if len(all) == 0 {
		return "[]"
	}
	newest := slices.MaxFunc(all, func(a, b *seen) int { return a.day.Compare(b.day) }).day
	var out []string
	for _, s := range all {
		if !s.day.Before(r.opens(newest)) {
			out = append(out, s.id)
		}
	}
	slices.Sort(out)
	return fmt.Sprint(out)
}

// recent is ids of what a gauge says.
func recent(r counted, signals []events.Signal) string {
	var all []*seen
	for _, s := range signals {
		day, err := time.ParseInLocation(time.DateOnly, s.Day, beijing)
		if err != nil {
			return err.Error()
		}
		all = append(all, &seen{id: s.ID, day: day})
	}
	return ids(r, all)
}

// afterwards is how long it may take until watch has heard of a fact: it travels
// for hours, twice, and who hears it may be down.
const afterwards = 48 * time.Hour

// raisedRightly holds every alert, and every moment at which a gauge stood at none,
// against the windows as they are counted here; and nothing that was known to be
// a duplicate or nothing at all has helped to raise one.
func raisedRightly(t *testing.T, w *world, known map[string]*seen) {
	t.Helper()
	byID := map[string]*seen{}
	for _, s := range known {
		byID[s.id] = s
	}
	wrong := 0
	for _, c := range w.the("watch").commits {
		if c.Kind != "watch.gauge_moved.v1" {
			continue
		}
		f := opened[events.GaugeMoved](w, c)
		r := watched[slices.IndexFunc(watched, func(r counted) bool { return r.rule == f.Rule })]
		var in []*seen
		for _, x := range f.Signals {
			s := byID[x.ID]
			if s == nil || !strings.Contains(r.sorts, s.sort) || s.day.Format(time.DateOnly) != x.Day {
				wrong++
				report(t, wrong, "%s counts %s, of which no fact tells so: %+v", c.ID(), x.ID, s)
				continue
			}
			if f.Crossing == "raised" && !s.void.IsZero() && c.At.Sub(s.void) > afterwards {
				wrong++
				report(t, wrong, "%s is raised at %s by %s, which was void since %s", c.ID(), c.At, x.ID, s.void)
			}
			in = append(in, s)
		}
		stands := f.Raised != 0 && f.Crossing != "lifted"
		if r.reached(in) != stands && !f.Over {
			wrong++
			report(t, wrong, "%s has %d signals and stands at a warning: %v", c.ID(), len(in), stands)
		}
	}
}

// raisedOnce: every time a gauge has reached its threshold there is one alert.
func raisedOnce(t *testing.T, w *world) {
	t.Helper()
	called, made := map[string]int{}, map[string]int{}
	for _, c := range w.the("watch").commits {
		switch c.Kind {
		case "watch.gauge_moved.v1":
			if opened[events.GaugeMoved](w, c).Crossing == "raised" {
				called[c.ID()]++
			}
		case "watch.alert_raised.v1":
			made[c.Cause]++
			if f := opened[events.AlertRaised](w, c); f.Urgent != (f.Rule == "safety") {
				t.Errorf("%s by the rule %s: urgent %v", f.Alert, f.Rule, f.Urgent)
			}
		}
	}
	if !maps.Equal(called, made) {
		for _, id := range slices.SortedFunc(maps.Keys(called), cmp.Compare) {
			if made[id] != called[id] {
				t.Errorf("%s has become %d alerts", id, made[id])
			}
		}
		t.Errorf("%d times a threshold was reached, %d alerts", len(called), len(made))
	}
}
