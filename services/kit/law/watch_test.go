package law

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"shenzhong/services/kit/fault"
)

// TestWatchWindow: the window is made of whole days of the calendar, the last
// one within it.
func TestWatchWindow(t *testing.T) {
	for _, tt := range []struct {
		within    int
		unit      string
		last, day string
	}{
		{1, "day", "2026-03-01", "2026-03-01"},
		{31, "day", "2026-03-31", "2026-03-01"},
		{1, "month", "2026-03-15", "2026-02-16"},
		{1, "month", "2026-03-31", "2026-03-01"},
		{12, "month", "2024-02-29", "2023-03-01"},
	} {
		p := changed(t, "within: 30, unit: day", "within: "+strconv.Itoa(tt.within)+", unit: "+tt.unit)
		r, err := p.WatchRule("w1", mustDate(t, tt.last))
		if err != nil {
			t.Fatal(err)
		}
		if got := r.Opens(mustDate(t, tt.last)); got.String() != tt.day {
			t.Errorf("%d %s up to %s open on %s, want %s", tt.within, tt.unit, tt.last, got, tt.day)
		}
	}
}

// TestWatchRulesAreDated: a rule counts what it names, from its first day on,
// and the linter finds a matter that nobody is competent for yet.
func TestWatchRulesAreDated(t *testing.T) {
	p := mustLoad(t)
	if rules := p.WatchRules(mustDate(t, "2024-01-07")); len(rules) != 0 {
		t.Errorf("before its first day there is %+v", rules)
	}
	rules := p.WatchRules(mustDate(t, "2024-01-08"))
	if len(rules) != 1 || !rules[0].Counts(SignalClue, "unapproved") || rules[0].Counts(SignalDecision, "unapproved") || rules[0].Counts(SignalClue, "price") {
		t.Errorf("rules %+v", rules)
	}
	if _, err := p.WatchRule("w2", mustDate(t, "2024-01-08")); !fault.Is(err, fault.NotFound) {
		t.Errorf("an unknown rule: %v", err)
	}
	early := changed(t, "unit: day, basis: [local], verified: local, valid_from: 2024-01-08", "unit: day, basis: [local], verified: local, valid_from: 2012-01-08")
	finds := func(p *Pack) bool {
		return slices.ContainsFunc(p.Lint(), func(f Finding) bool {
			return f.Table == "监测规则" && f.Key == "w1" && strings.Contains(f.Says, "unapproved")
		})
	}
	if finds(p) || !finds(early) {
		t.Errorf("the linter finds %v, and of the early rule %v", p.Lint(), early.Lint())
	}
}

// TestWatchRulesAreCompared: the difference of two packs tells of a threshold in
// words.
func TestWatchRulesAreCompared(t *testing.T) {
	a := mustLoad(t)
	b := changed(t, "threshold: 3", "threshold: 2, urgent: true")
	found, err := Compare(a, b)
	if err != nil || len(found) != 1 || found[0].String() != "修改 监测规则“w1”，擅建监测（自2024-01-08施行）：预警数量由“3”改为“2”；紧急预警增加“是”。" {
		t.Errorf("%v, %v", found, err)
	}
}

// TestTowns: a town is known by code, name or short name, also within an
// address; and stands for the towns as a group where it is known.
func TestTowns(t *testing.T) {
	p := changed(t, "areas:", `  - {code: xz-b, name: 乙乡人民政府, short: 乙乡, kind: town, parent: xzjd, basis: [local], verified: true, valid_from: 2013-01-01}
areas:`)
	on := mustDate(t, "2024-01-08")
	for written, want := range map[string]string{
		"甲镇": "xz-a", "xz-b": "xz-b", "乙乡人民政府": "xz-b", "甲镇某村三组": "xz-a", "甲镇和乙乡交界处": "", "丙镇": "", "": "", "xzjd": "", "mzj": "",
	} {
		u, err := p.Town(written, on)
		if u.Code != want || (want == "") != fault.Is(err, fault.NotFound) {
			t.Errorf("%q is %q, %v; want %q", written, u.Code, err, want)
		}
	}
	r, err := p.Route("unapproved", on)
	if err != nil {
		t.Fatal(err)
	}
	for town, want := range map[string]string{"甲镇": "xz-a", "": "xzjd", "丙镇": "xzjd"} {
		if got := p.Assisting(r, town, on); !slices.Equal(got, []string{want}) {
			t.Errorf("in %q %v assist, want %s", town, got, want)
		}
	}
}
