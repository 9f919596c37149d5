package credit

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"shenzhong/events"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/law"
	"shenzhong/services/kit/store"
)

func ledger() law.Ledger {
	return law.Ledger{
		Scheme: law.Scheme{Code: "ledger", Start: 100, Least: 0, Most: 110},
		Grades: []law.Grade{{Code: "A", Name: "好", AtLeast: 95}, {Code: "B", Name: "较好", AtLeast: 80}, {Code: "C", Name: "一般", AtLeast: 60}, {Code: "D", Name: "差"}},
	}
}

var someone = Subject{ID: "500156-XY-12500156000000000A", Facility: "500156-JG-000001", Name: "某馆", USCC: "12500156000000000A"}

func entry(source string, points int, until string) events.Point {
	return events.Point{Source: source, Rule: "penalty.general", Points: points, On: "2026-09-30", Until: until, Why: "行政处罚"}
}

func TestGradeFollowsTheEntries(t *testing.T) {
	var r Record
	e, err := r.Enter(someone, entry("case/1", -20, "2027-09-30"), ledger(), "2026-10-14")
	if err != nil {
		t.Fatal(err)
	}
	got := e.(events.CreditGraded)
	if got.Grade != "B" || got.Score != 80 || got.Was != "" || !strings.Contains(got.Formula, "基础分 100") || !strings.Contains(got.Formula, "-20") {
		t.Fatalf("got %+v", got)
	}
	if _, err := r.Enter(someone, entry("case/1", -20, ""), ledger(), "2026-10-15"); !errors.Is(err, store.Unchanged) {
		t.Fatalf("one source weighed twice: %v", err)
	}
	e, err = r.Remove("case/1", ledger(), "2026-11-02")
	if err != nil {
		t.Fatal(err)
	}
	if got := e.(events.CreditGraded); got.Grade != "A" || got.Was != "B" || len(got.Points) != 0 {
		t.Fatalf("after the withdrawal: %+v", got)
	}
	if _, err := r.Remove("case/1", ledger(), "2026-11-03"); !errors.Is(err, store.Unchanged) {
		t.Fatalf("removed twice: %v", err)
	}
}

func TestEntriesEndWithTheirTime(t *testing.T) {
	var r Record
	if _, err := r.Enter(someone, entry("case/1", -45, "2027-09-30"), ledger(), "2026-10-14"); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Regrade(ledger(), "2027-09-30"); !errors.Is(err, store.Unchanged) {
		t.Fatalf("ended on its last day: %v", err)
	}
	e, err := r.Regrade(ledger(), "2027-10-01")
	if err != nil || e.(events.CreditGraded).Grade != "A" {
		t.Fatalf("after its last day: %+v, %v", e, err)
	}
	if _, err := r.Regrade(ledger(), "2027-10-02"); !errors.Is(err, store.Unchanged) {
		t.Fatalf("said again: %v", err)
	}
}

func TestOutlookSaysWhatWouldChangeIt(t *testing.T) {
	var r Record
	for source, points := range map[string]int{"case/1": -20, "case/2": -25} {
		if _, err := r.Enter(someone, entry(source, points, ""), ledger(), "2026-10-14"); err != nil {
			t.Fatal(err)
		}
	}
	if score, grade := r.Outlook(entry("case/2", -25, ""), ledger()); r.Grade != "D" || score != 80 || grade != "B" {
		t.Fatalf("now %s, without case/2 %d %s", r.Grade, score, grade)
	}
}

// TestScoreIsTheSumOfWhatIsShown: whatever enters and leaves, the score is the
// start and the entries shown, within its bounds.
func TestScoreIsTheSumOfWhatIsShown(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var r Record
		for range rapid.IntRange(1, 20).Draw(t, "acts") {
			source := rapid.SampledFrom([]string{"a", "b", "c", "d", "e"}).Draw(t, "source")
			var err error
			if rapid.Bool().Draw(t, "enters") {
				_, err = r.Enter(someone, entry(source, rapid.IntRange(-60, 10).Draw(t, "points"), ""), ledger(), "2026-10-14")
			} else {
				_, err = r.Remove(source, ledger(), "2026-10-14")
			}
			if err != nil && !errors.Is(err, store.Unchanged) {
				t.Fatal(err)
			}
		}
		if r.AsOf == "" {
			return
		}
		sum := 100
		for _, p := range r.Points {
			sum += p.Points
		}
		if want := min(max(sum, 0), 110); r.Score != want || r.Grade != ledger().Grade(want).Code {
			t.Fatalf("score %d, grade %s; the entries sum up to %d", r.Score, r.Grade, want)
		}
	})
}

func standing(state State) Commitment {
	c := Commitment{Commitment: events.Commitment{ID: "500156-CN-2026-000001", Obligations: []string{"明码标价", "不强制捆绑"}}, State: state}
	if state == Noticed || state == Heard {
		c.Unit, c.Obligation, c.Fact, c.Evidence = "mzj", 2, "捆绑销售", []string{"票据"}
	}
	return c
}

// TestWorkflow tries every act in every state. The moves that succeed must be
// exactly those that the table draws.
func TestWorkflow(t *testing.T) {
	acts := []struct {
		name string
		act  func(*Commitment) (events.Event, error)
		from []State
		to   State
	}{
		{"make", func(c *Commitment) (events.Event, error) { return c.Make(c.Commitment) }, []State{""}, Made},
		{"notice", func(c *Commitment) (events.Event, error) {
			return c.Notice("mzj", 2, "捆绑销售", []string{"票据"})
		}, []State{Made}, Noticed},
		{"hear", func(c *Commitment) (events.Event, error) { return c.Hear("放弃陈述") }, []State{Noticed}, Heard},
		{"establish", func(c *Commitment) (events.Event, error) {
			if c.Unit == "" {
				c.Unit = "mzj"
			}
			return c.Establish("mzj", "2026-10-20", "限期改正")
		}, []State{Heard}, Breached},
		{"drop", func(c *Commitment) (events.Event, error) { return c.Drop("mzj", "证据不足") }, []State{Noticed, Heard}, Made},
	}
	made := map[State][]State{}
	for s := range next {
		made[s] = []State{}
	}
	for _, tt := range acts {
		for from := range next {
			t.Run(tt.name+" when "+string(from), func(t *testing.T) {
				c := standing(from)
				_, err := tt.act(&c)
				if !slices.Contains(tt.from, from) {
					if fault.KindOf(err) != fault.Conflict || c.State != from {
						t.Fatalf("got %v in %q; want a conflict", err, c.State)
					}
					return
				}
				if err != nil || c.State != tt.to {
					t.Fatalf("got %q, %v; want %q", c.State, err, tt.to)
				}
				made[from] = append(made[from], tt.to)
			})
		}
	}
	if !maps.EqualFunc(made, next, func(a, b []State) bool {
		return slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b)))
	}) {
		t.Errorf("the acts make the moves %v, the table draws %v", made, next)
	}
}

func TestBreachNeedsEvidenceAndTheUnitThatNoticed(t *testing.T) {
	c := standing(Made)
	for name, act := range map[string]func() (events.Event, error){
		"no evidence":   func() (events.Event, error) { return c.Notice("mzj", 1, "事实", nil) },
		"no fact":       func() (events.Event, error) { return c.Notice("mzj", 1, " ", []string{"票据"}) },
		"no obligation": func() (events.Event, error) { return c.Notice("mzj", 3, "事实", []string{"票据"}) },
	} {
		if _, err := act(); fault.KindOf(err) != fault.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	c = standing(Heard)
	if _, err := c.Establish("scjgj", "2026-10-20", ""); fault.KindOf(err) != fault.Denied {
		t.Errorf("another unit established the breach: %v", err)
	}
}
