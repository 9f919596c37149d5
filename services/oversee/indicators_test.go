package oversee

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"shenzhong/events"
	"shenzhong/services/kit/servicetest"
	"shenzhong/services/kit/store"
)

func measured(t *testing.T, f *fixture) map[string]Measured {
	t.Helper()
	list, err := f.service.Indicators(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]Measured{}
	for _, m := range list {
		if m.Measurable == (m.Missing != "") || m.Numerator == "" || m.Denominator == "" || m.Basis == "" {
			t.Errorf("%s reads %+v", m.Code, m)
		}
		out[m.Code] = m
	}
	return out
}

// TestFiveRates: the five goals of the plan and the figures of timeliness are
// all there, and what no fact says is said to be missing.
func TestFiveRates(t *testing.T) {
	f := newFixture(t)
	m := measured(t, f)
	for code, measurable := range map[string]bool{
		"safety": false, "rural_cemetery": false, "tombs": false, "unapproved": true, "price": true,
		"publish_in_time": true, "clue_in_time": true, "rectify_done": true,
	} {
		if got, ok := m[code]; !ok || got.Measurable != measurable || measurable && !got.Few {
			t.Errorf("%s: %+v", code, got)
		}
	}
}

// TestIndicatorsFromFacts tells the facts of some clues, cases and visits and
// reads the figures with their numerators and denominators.
func TestIndicatorsFromFacts(t *testing.T) {
	f := newFixture(t)
	clues := servicetest.NewVoice("clue", f.clock)
	visits := servicetest.NewVoice("inspect", f.clock)
	n := 0
	ended := func(outcome, offence string) {
		n++
		id := fmt.Sprintf("500156-XS-2026-%06d", n)
		clues.Say(t, "clue", id, events.ClueConcluded{Clue: id, Outcome: outcome, Offence: offence, Unit: "mzj"})
	}
	for outcome, count := range map[string]int{"corrected": 3, "case": 2, "unfounded": 4, "not_ours": 1, "unverifiable": 1} {
		for range count {
			ended(outcome, "unapproved_facility")
		}
	}
	ended("corrected", "bundled_sale")
	clues.Say(t, "clue", "500156-XS-2026-000099", events.ClueMerged{Clue: "500156-XS-2026-000099", Into: "500156-XS-2026-000001"})
	for i, outcome := range []string{"", "performed", "withdrawn"} {
		id := fmt.Sprintf("500156-AJ-2026-%06d", i+1)
		f.other.say(t, id, "file", events.CaseFiled{Case: id, Offence: "unapproved_facility", Unit: "mzj"})
		if outcome != "" {
			f.other.say(t, id, "close", events.CaseClosed{Case: id, Outcome: outcome})
		}
	}
	visit := func(id, facility string, findings ...events.Finding) {
		visits.Say(t, "visit", id, events.VisitRecorded{On: "2026-09-30", Visit: events.Visit{ID: id, Facility: facility, Sections: []events.VisitSection{
			{Unit: "scjgj", Items: []string{"scjgj-301"}, Findings: findings}, {Unit: "mzj", Items: []string{"mzj-102"}, Findings: []events.Finding{{Item: "mzj-102"}}},
		}}})
	}
	visit("500156-JC-2026-000101-000001", "500156-JG-000001")
	visit("500156-JC-2026-000101-000002", "500156-JG-000002", events.Finding{Item: "scjgj-301", Result: "5"})
	visit("500156-JC-2026-000102-000001", "500156-JG-000002") // found in order later: still not compliant that year
	for range 2 {
		servicetest.Pump(t, []store.Log{f.log, f.other.log, clues.Log, visits.Log}, f.service.Reactions())
	}
	m := measured(t, f)
	for code, want := range map[string][2]int64{
		"unapproved": {3 + 1, 3 + 2}, // corrected and a case performed; one case is open, one was filed wrongly
		"price":      {1, 2},
	} {
		if got := m[code]; got.Done != want[0] || got.Of != want[1] || !got.Few {
			t.Errorf("%s is %d/%d, few %v; want %v", code, got.Done, got.Of, got.Few, want)
		}
	}
	outcomes, err := f.service.Outcomes(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]int64{"corrected": 4, "case": 2, "unfounded": 4, "not_ours": 1, "unverifiable": 1, "merged": 1}
	for _, o := range outcomes {
		if o.Count != want[o.Code] || o.Of != 13 || o.Solved != (o.Code == "corrected") || o.Few {
			t.Errorf("%+v; want %d of 13", o, want[o.Code])
		}
	}
	if len(outcomes) != len(want) {
		t.Errorf("%d ways to end", len(outcomes))
	}
}

// TestTimelinessFromFacts: a decision published in time and one that passed.
func TestTimelinessFromFacts(t *testing.T) {
	f := newFixture(t)
	d := f.many(t, 2)
	f.clock.Set(d.Due.Add(-time.Hour))
	f.other.say(t, "500156-AJ-2026-000001", "publish", events.CaseClosed{Settled: []string{"case/500156-AJ-2026-000001#pub.penalty.portal"}})
	f.settle(t)
	f.pass(t, d.Due.Add(time.Hour))
	if m := measured(t, f)["publish_in_time"]; m.Done != 1 || m.Of != 2 || !m.Few || m.TargetPPM != 1000000 {
		t.Errorf("published in time: %+v", m)
	}
}

// TestNothingCountsInspectionsOrFines: no view of oversee has a column by which
// units could be counted or ordered by how often they inspect or what they fine,
// and no figure of the pack is such a one (国办发〔2024〕54号).
func TestNothingCountsInspectionsOrFines(t *testing.T) {
	f := newFixture(t)
	banned := []string{"fine", "inspection", "visits", "penalt", "rank", "score", "officer", "amount"}
	for _, v := range f.service.Views() {
		for _, column := range columnsOf(t, f, v.Name()) {
			if slices.ContainsFunc(banned, func(b string) bool { return strings.Contains(column, b) }) {
				t.Errorf("%s has the column %s", v.Name(), column)
			}
		}
	}
	for _, column := range append(columnsOf(t, f, "oversee-clue-ends"), columnsOf(t, f, "oversee-checked")...) {
		if slices.ContainsFunc(banned, func(b string) bool { return strings.Contains(column, b) }) {
			t.Errorf("a table has the column %s", column)
		}
	}
	for code, m := range measured(t, f) {
		for _, words := range []string{"检查次数", "处罚次数", "处罚件数", "罚款", "罚没", "排名"} {
			if strings.Contains(m.Name+m.Numerator+m.Denominator, words) {
				t.Errorf("%s counts %s", code, words)
			}
		}
	}
}
