package casefile

import (
	"testing"

	"pgregory.net/rapid"

	"shenzhong/events"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/law"
)

// TestFineIsHeldAgainstThePack checks a fine by what is verified of it.
func TestFineIsHeldAgainstThePack(t *testing.T) {
	fen := func(n int64) *int64 { return &n }
	bounded := Scale{MaxFen: fen(5000000), MaxTimes: fen(5)}
	times := Scale{MaxTimes: fen(3)}
	unverified := Scale{Unverified: "未核实。"}
	tests := []struct {
		name string
		fine Scale
		p    events.Penalty
		cite string
		want fault.Kind
	}{
		{"no fine", unverified, events.Penalty{}, "", ""},
		{"at the most", bounded, events.Penalty{FineFen: 5000000}, "", ""},
		{"above it", bounded, events.Penalty{FineFen: 5000001}, "", fault.Invalid},
		{"by the gain", bounded, events.Penalty{FineFen: 10000000, ForfeitFen: 2000000}, "", ""},
		{"above the gain", bounded, events.Penalty{FineFen: 10000001, ForfeitFen: 2000000}, "", fault.Invalid},
		{"times of what?", times, events.Penalty{FineFen: 1}, "", fault.Invalid},
		{"times of what was cited", times, events.Penalty{FineFen: 1}, "第22条，以销售金额为基数", ""},
		{"unverified", unverified, events.Penalty{FineFen: 1}, "", fault.Invalid},
		{"unverified, cited", unverified, events.Penalty{FineFen: 1}, "第60条", ""},
	}
	for _, tt := range tests {
		if err := checkFine(tt.p, tt.fine, tt.cite); fault.KindOf(err) != tt.want {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
}

func TestPenaltyFitsItsAmounts(t *testing.T) {
	known := []law.PenaltyKind{{Code: "warning"}, {Code: "fine"}, {Code: "confiscate_gains"}, {Code: "revoke_license"}}
	tests := []struct {
		p  events.Penalty
		ok bool
	}{
		{events.Penalty{Kinds: []string{"warning"}, Text: "警告"}, true},
		{events.Penalty{Kinds: []string{"warning"}}, false},
		{events.Penalty{Text: "警告"}, false},
		{events.Penalty{Kinds: []string{"warning", "warning"}, Text: "x"}, false},
		{events.Penalty{Kinds: []string{"exile"}, Text: "x"}, false},
		{events.Penalty{Kinds: []string{"fine"}, Text: "x"}, false},
		{events.Penalty{Kinds: []string{"fine"}, Text: "x", FineFen: 1}, true},
		{events.Penalty{Kinds: []string{"fine"}, Text: "x", FineFen: -1}, false},
		{events.Penalty{Kinds: []string{"fine"}, Text: "x", FineFen: mostFen + 1}, false},
		{events.Penalty{Kinds: []string{"warning"}, Text: "x", FineFen: 1}, false},
		{events.Penalty{Kinds: []string{"confiscate_gains"}, Text: "x"}, false},
		{events.Penalty{Kinds: []string{"confiscate_gains"}, Text: "x", ForfeitFen: 1}, true},
		{events.Penalty{Kinds: []string{"revoke_license"}, Text: "x"}, false},
		{events.Penalty{Kinds: []string{"revoke_license"}, Text: "x", License: "许可证1号"}, true},
	}
	for _, tt := range tests {
		if err := checkPenalty(tt.p, known); (err == nil) != tt.ok {
			t.Errorf("%+v: %v", tt.p, err)
		}
	}
}

// TestHeavierIsAnOrder: nothing is heavier than itself, and what is made lighter
// in any respect is not heavier.
func TestHeavierIsAnOrder(t *testing.T) {
	kinds := []string{"warning", "fine", "confiscate_gains", "revoke_license"}
	rapid.Check(t, func(t *rapid.T) {
		p := events.Penalty{
			Kinds:   rapid.SliceOfNDistinct(rapid.SampledFrom(kinds), 1, len(kinds), rapid.ID).Draw(t, "kinds"),
			FineFen: rapid.Int64Range(1, mostFen).Draw(t, "fine"), ForfeitFen: rapid.Int64Range(1, mostFen).Draw(t, "forfeit"),
		}
		if how := heavier(p, p); how != "" {
			t.Fatalf("heavier than itself: %s", how)
		}
		lighter := p
		lighter.Kinds = p.Kinds[:rapid.IntRange(1, len(p.Kinds)).Draw(t, "kept")]
		lighter.FineFen -= rapid.Int64Range(0, p.FineFen).Draw(t, "less")
		if how := heavier(lighter, p); how != "" {
			t.Fatalf("%+v is heavier than %+v: %s", lighter, p, how)
		}
		if (lighter.FineFen < p.FineFen || len(lighter.Kinds) < len(p.Kinds)) != (heavier(p, lighter) != "") {
			t.Fatalf("%+v is not heavier than %+v", p, lighter)
		}
	})
}

func TestYuanIsExact(t *testing.T) {
	for fen, want := range map[int64]string{0: "0", 1: "0.01", 100: "1", 123456: "1234.56", 5000000: "50000"} {
		if got := yuan(fen); got != want {
			t.Errorf("yuan(%d) = %s; want %s", fen, got, want)
		}
	}
}

func TestNumbersAreDense(t *testing.T) {
	var n Number
	for i, id := range []string{"a", "b", "c"} {
		for range 2 {
			if _, err := n.Take(id); err != nil && n.Of[id] != i+1 {
				t.Fatal(err)
			}
		}
		if n.Of[id] != i+1 || n.Last != i+1 {
			t.Fatalf("%s has number %d of %d", id, n.Of[id], n.Last)
		}
	}
}
