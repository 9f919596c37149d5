package fdraw

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// plainNext is the substitution rule word by word: the first card in the order
// of the deck that nobody has used and whose officer fits the seat.
func plainNext(h Hash, seed Digest, officers *Officers, used map[string]int, fits func(*Officer) bool) string {
	best, bestKey := "", ""
	for i := range officers.Officers {
		o := &officers.Officers[i]
		for k := used[o.ID] + 1; k <= o.Max; k++ {
			key := fmt.Sprintf("%06d %s %s", k, h.Sum(labelCard, fmt.Sprintf("%s\n%s\n%d\n%s\n", seed, o.Dept, k, o.ID)), o.ID)
			if fits(o) && (best == "" || key < bestKey) {
				best, bestKey = o.ID, key
			}
		}
	}
	return best
}

// TestReplaceAgainstPlain makes many replacements in scarce draws and compares
// each with plainNext; then a second roster must accept all the records.
func TestReplaceAgainstPlain(t *testing.T) {
	rnd := rand.New(rand.NewPCG(5, 6))
	replaced, vacated, filled := 0, 0, 0
	for c := range 400 {
		pool, officers := randomCase(rnd)
		seed := seedOf("replace", c)
		result := Draw(SM3, seed, pool, officers).Result
		roster, replay := NewRoster(SM3, seed, pool, officers, result), NewRoster(SM3, seed, pool, officers, result)
		used, away, gone := map[string]int{}, map[string]bool{}, map[string]bool{}
		for _, v := range result.Visits {
			for _, s := range v.Seats {
				used[s.Officer]++
			}
		}
		number := 0
		for range 12 {
			teams := roster.Result()
			v := teams.Visits[rnd.IntN(len(teams.Visits))]
			s := v.Seats[rnd.IntN(len(v.Seats))]
			cause := []Cause{Away, Conflict, Challenge}[rnd.IntN(3)]
			if s.Officer == "" {
				cause = Vacancy
			} else {
				gone[s.Officer+" "+v.Facility] = true
				away[s.Officer] = away[s.Officer] || cause == Away
			}
			skill := ""
			if s.J == 1 {
				skill = pool.Find(v.Facility).Demand[0].Skill
			}
			want := plainNext(SM3, seed, officers, used, func(o *Officer) bool {
				return o.Has(skill) && !v.holds(o.ID) && !away[o.ID] && !gone[o.ID+" "+v.Facility] &&
					!slices.ContainsFunc(officers.Barred, func(x Barred) bool {
						return x.Officer == o.ID && x.Facility == v.Facility && (x.Code != Rotate || cause != Vacancy)
					})
			})
			used[want]++
			number++
			rec, err := roster.Replace(v.Facility, "d1", s.J, cause)
			if err != nil {
				t.Fatal(err)
			}
			if wanted := (Substitution{testHead, number, v.Facility, "d1", s.J, s.Officer, cause, want}); *rec != wanted {
				t.Fatalf("case %d: got %+v, want %+v", c, *rec, wanted)
			}
			parsed := must[*Substitution](t)(ParseSubstitution(rec.Text()))
			if err := replay.Apply(parsed); err != nil {
				t.Fatalf("case %d: %v", c, err)
			}
			switch {
			case cause == Vacancy && want != "":
				filled++
			case want == "":
				vacated++
			default:
				replaced++
			}
		}
		if roster.Result().Text() != replay.Result().Text() {
			t.Fatalf("case %d: the records do not lead to the same teams", c)
		}
	}
	if replaced < 100 || vacated < 100 || filled < 10 {
		t.Errorf("%d replaced, %d left vacant, %d filled: the cases are one-sided", replaced, vacated, filled)
	}
}

// substitutionCase: one seat, o1 drawn or o2; o3 rotates out, o4 is barred.
func substitutionCase(t *testing.T) (*Roster, *Result) {
	t.Helper()
	pool := must[*Pool](t)(NewPool(testHead, []Unit{{Facility: "F1", Stratum: "s", PPM: Certain, Reason: ByMust, Demand: Demand{{Dept: "d", Count: 1}}}}))
	officers := must[*Officers](t)(NewOfficers(testHead, Digest{}, []Officer{{"o1", "d", 1, nil}, {"o2", "d", 1, nil}, {"o3", "d", 1, nil}, {"o4", "d", 1, nil}},
		[]Barred{{"o3", "F1", Rotate}, {"o4", "F1", Avoid}}))
	seed := seedOf("case")
	result := Draw(SHA256, seed, pool, officers).Result
	return NewRoster(SHA256, seed, pool, officers, result), result
}

// TestReplacementLadder is the whole of section 4.3: the next card, then nobody,
// then rotation is ignored, then a name by hand, and never a recused officer.
func TestReplacementLadder(t *testing.T) {
	r, result := substitutionCase(t)
	first := result.Visits[0].Seats[0].Officer
	second := map[string]string{"o1": "o2", "o2": "o1"}[first]
	refuse := func(what string, err error) {
		t.Helper()
		if err == nil {
			t.Errorf("%s was allowed", what)
		}
	}
	replace := func(cause Cause, from, to string) {
		t.Helper()
		s, err := r.Replace("F1", "d", 1, cause)
		if err != nil {
			t.Fatal(err)
		}
		if s.From != from || s.To != to {
			t.Fatalf("%s: from %q to %q, want from %q to %q", cause, s.From, s.To, from, to)
		}
	}
	_, err := r.Replace("F2", "d", 1, Away)
	refuse("a facility that was not drawn", err)
	_, err = r.Replace("F1", "d", 2, Away)
	refuse("a seat that does not exist", err)
	_, err = r.Replace("F1", "d", 1, Vacancy)
	refuse("filling a seat that is held", err)
	_, err = r.Replace("F1", "d", 1, Manual)
	refuse("a manual cause without a name", err)
	_, err = r.Appoint("F1", "d", 1, "o4")
	refuse("naming somebody for a seat that is held", err)

	replace(Challenge, first, second)
	replace(Conflict, second, "") // o3 rotates, o4 is barred
	_, err = r.Replace("F1", "d", 1, Away)
	refuse("leaving an empty seat", err)
	_, err = r.Appoint("F1", "d", 1, "guest")
	refuse("a name by hand while o3 has a card", err)
	replace(Vacancy, "", "o3")
	replace(Away, "o3", "")
	replace(Vacancy, "", "")
	for _, who := range []string{first, "o3", "o4", "-"} {
		_, err = r.Appoint("F1", "d", 1, who)
		refuse("naming "+who, err)
	}
	s, err := r.Appoint("F1", "d", 1, "guest")
	if err != nil || s.To != "guest" || s.Reason != Manual || s.Number != 6 {
		t.Fatalf("got %+v, %v", s, err)
	}
	if got := r.Result().Visits[0].Seats[0].Officer; got != "guest" {
		t.Errorf("the seat is held by %q", got)
	}
	if result.Visits[0].Seats[0].Officer != first {
		t.Error("the drawn result was changed")
	}
}

func TestApplyRefuses(t *testing.T) {
	base, result := substitutionCase(t)
	good, err := base.Replace("F1", "d", 1, Away)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name   string
		change func(*Substitution)
		why    string
	}{
		{"another draw", func(s *Substitution) { s.Attempt = 2 }, "属于抽取"},
		{"a number left out", func(s *Substitution) { s.Number = 2 }, "编号应为 1"},
		{"somebody else leaves", func(s *Substitution) { s.From = "o9" }, "原人员应为 " + result.Visits[0].Seats[0].Officer},
		{"a favorite comes", func(s *Substitution) { s.To = "o3" }, "按顺位应为"},
		{"nobody comes", func(s *Substitution) { s.To = "" }, "按顺位应为"},
		{"named by hand", func(s *Substitution) { s.Reason = Manual }, "不能指定"},
	} {
		s := *good
		tt.change(&s)
		r, _ := substitutionCase(t)
		if err := r.Apply(&s); err == nil || !strings.Contains(err.Error(), tt.why) {
			t.Errorf("%s: got %v, want %q", tt.name, err, tt.why)
		}
	}
}
