package fdraw

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// checkTeams is I7: nobody twice in a visit, nobody where he is barred, nobody
// above his limit, everybody from the right department, the skill on seat 1.
func checkTeams(t testing.TB, pool *Pool, officers *Officers, r *Result) {
	t.Helper()
	load := map[string]int{}
	for _, v := range r.Visits {
		seen := map[string]bool{}
		for _, s := range v.Seats {
			if s.Officer == "" {
				continue
			}
			o := officers.Find(s.Officer)
			skill := ""
			for _, n := range pool.Find(v.Facility).Demand {
				if n.Dept == s.Dept && s.J == 1 {
					skill = n.Skill
				}
			}
			load[s.Officer]++
			switch {
			case o == nil || o.Dept != s.Dept:
				t.Errorf("%s sits for %s at %s", s.Officer, s.Dept, v.Facility)
			case seen[s.Officer]:
				t.Errorf("%s sits twice at %s", s.Officer, v.Facility)
			case !o.Has(skill):
				t.Errorf("%s lacks %s at %s", s.Officer, skill, v.Facility)
			case load[s.Officer] > o.Max:
				t.Errorf("%s has more than %d visits", s.Officer, o.Max)
			case slices.ContainsFunc(officers.Barred, func(x Barred) bool { return x.Officer == s.Officer && x.Facility == v.Facility }):
				t.Errorf("%s is barred from %s", s.Officer, v.Facility)
			}
			seen[s.Officer] = true
		}
	}
}

// TestDealAgainstPlain deals thousands of cases in which officers are scarce,
// and compares every seat with plainDeal and the number filled with an
// independent maximum flow (I6, I7, I9).
func TestDealAgainstPlain(t *testing.T) {
	rnd := rand.New(rand.NewPCG(20260302, 1))
	searches, vacant := 0, 0
	for c := range 3000 {
		pool, officers := randomCase(rnd)
		seed := seedOf("deal", c)
		h := []Hash{SHA256, SM3}[c%2]
		out := Draw(h, seed, pool, officers)
		searches += out.Searches
		vacant += out.Vacant
		want := plainDeal(h, seed, "d1", pool, officers)
		seats := 0
		for _, v := range out.Result.Visits {
			for _, s := range v.Seats {
				seats++
				if got := want[fmt.Sprint(v.Facility, " ", s.J)]; got != s.Officer {
					t.Fatalf("case %d: %s seat %d goes to %q, by the book to %q\n%s%s", c, v.Facility, s.J, s.Officer, got, pool.Text(), officers.Text())
				}
			}
		}
		if seats != len(want) {
			t.Fatalf("case %d: %d seats, want %d", c, seats, len(want))
		}
		if most := mostSeats(pool, officers); seats-out.Vacant != most {
			t.Fatalf("case %d: %d of %d seats filled, %d could be\n%s%s", c, seats-out.Vacant, seats, most, pool.Text(), officers.Text())
		}
		checkTeams(t, pool, officers, out.Result)
	}
	if searches < 1000 || vacant < 1000 {
		t.Errorf("%d searches and %d vacancies: the cases are too easy to tell anything", searches, vacant)
	}
}

// TestDealManyDepartments: several departments, nested shares, larger decks.
func TestDealManyDepartments(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rnd := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "case"), 7))
		pool := &Pool{Head: testHead}
		for f := range rnd.IntN(40) {
			u := Unit{Facility: fmt.Sprintf("F%02d", f), Stratum: "s", PPM: Certain, Reason: ByMust}
			for d := range rnd.IntN(4) {
				n := Need{Dept: fmt.Sprint("d", d), Count: 1 + rnd.IntN(3)}
				if rnd.IntN(2) == 0 {
					n.Below = 1 + rnd.IntN(Certain)
				}
				u.Demand = append(u.Demand, n)
			}
			slices.Reverse(u.Demand)
			pool.Units = append(pool.Units, u)
		}
		officers := &Officers{Head: testHead}
		for o := range rnd.IntN(30) {
			officers.Officers = append(officers.Officers, Officer{ID: fmt.Sprintf("o%02d", o), Dept: fmt.Sprint("d", o%4), Max: rnd.IntN(20)})
		}
		out := Draw(SM3, seedOf(rapid.Uint64().Draw(t, "seed")), pool, officers)
		if again, err := ParseResult(out.Result.Text()); err != nil || again.Vacant() != out.Vacant {
			t.Fatalf("the result does not read back: %v", err)
		}
		attending, want := *pool, 0
		attending.Units = nil
		for _, v := range out.Result.Visits {
			u := *pool.Find(v.Facility)
			var here Demand
			for _, n := range u.Demand {
				if n.Attends(v.Offset) {
					here = append(here, n)
					want += n.Count
				}
			}
			u.Demand = here
			attending.Units = append(attending.Units, u)
			seats := 0
			for _, n := range here {
				seats += n.Count
			}
			if seats != len(v.Seats) {
				t.Fatalf("%s has %d seats, want %d", v.Facility, len(v.Seats), seats)
			}
		}
		if got, most := want-out.Vacant, mostSeats(&attending, officers); got != most {
			t.Fatalf("%d of %d seats filled, %d could be", got, want, most)
		}
	})
}

// TestLoadsAreEven: without recusals and skills nobody has two visits more than
// another who could have had one of them (I7).
func TestLoadsAreEven(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(2, 12).Draw(t, "officers")
		visits := rapid.IntRange(0, 30).Draw(t, "visits")
		count := rapid.IntRange(1, 2).Draw(t, "count")
		pool, officers := &Pool{Head: testHead}, &Officers{Head: testHead}
		for f := range visits {
			pool.Units = append(pool.Units, Unit{Facility: fmt.Sprintf("F%02d", f), Stratum: "s", PPM: Certain, Demand: Demand{{Dept: "d", Count: count}}})
		}
		for o := range n {
			officers.Officers = append(officers.Officers, Officer{ID: fmt.Sprintf("o%02d", o), Dept: "d", Max: 1000})
		}
		load := map[string]int{}
		for _, v := range Draw(SHA256, seedOf(rapid.Uint64().Draw(t, "seed")), pool, officers).Result.Visits {
			for _, s := range v.Seats {
				load[s.Officer]++
			}
		}
		least, most := visits*count, 0
		for _, o := range officers.Officers {
			least, most = min(least, load[o.ID]), max(most, load[o.ID])
		}
		if load[""] > 0 || most-least > 1 {
			t.Fatalf("loads from %d to %d, %d vacant", least, most, load[""])
		}
	})
}

func TestDealEdges(t *testing.T) {
	visit := func(need ...Need) *Pool {
		return &Pool{Head: testHead, Units: []Unit{{Facility: "F1", Stratum: "s", PPM: Certain, Reason: ByMust, Demand: need}}}
	}
	staff := func(o ...Officer) *Officers { return &Officers{Head: testHead, Officers: o} }
	for _, tt := range []struct {
		name     string
		pool     *Pool
		officers *Officers
		want     string
	}{
		{"nobody is needed", visit(), staff(Officer{ID: "o1", Dept: "d", Max: 1}), "sel F1"},
		{"one officer for two seats", visit(Need{Dept: "d", Count: 2}), staff(Officer{ID: "o1", Dept: "d", Max: 9}), "sel F1|seat F1 d 1 o1|seat F1 d 2 -"},
		{"no cards", visit(Need{Dept: "d", Count: 1}), staff(Officer{ID: "o1", Dept: "d", Max: 0}), "sel F1|seat F1 d 1 -"},
		{"no officers", visit(Need{Dept: "d", Count: 1}), staff(), "sel F1|seat F1 d 1 -"},
		{"another department", visit(Need{Dept: "d", Count: 1}), staff(Officer{ID: "o1", Dept: "e", Max: 9}), "sel F1|seat F1 d 1 -"},
		{"a skill nobody has", visit(Need{Dept: "d", Count: 2, Skill: "env"}), staff(Officer{ID: "o1", Dept: "d", Max: maxVisits}), "sel F1|seat F1 d 1 -|seat F1 d 2 o1"},
		{"the skilled one is moved to his seat", visit(Need{Dept: "d", Count: 2, Skill: "env"}),
			staff(Officer{ID: "o1", Dept: "d", Max: 1, Skills: []string{"env"}}, Officer{ID: "o2", Dept: "d", Max: 1}), "sel F1|seat F1 d 1 o1|seat F1 d 2 o2"},
		{"all are barred", visit(Need{Dept: "d", Count: 1}),
			&Officers{Head: testHead, Officers: []Officer{{ID: "o1", Dept: "d", Max: 9}}, Barred: []Barred{{"o1", "F1", Avoid}, {"o1", "F1", Rotate}}}, "sel F1|seat F1 d 1 -"},
	} {
		text := Draw(SHA256, seedOf(tt.name), tt.pool, tt.officers).Result.Text()
		_, body, _ := strings.Cut(text, "count 1\n")
		lines := strings.Split(strings.TrimSuffix(body, "\n"), "\n")
		lines[0] = lines[0][:strings.LastIndexByte(lines[0], ' ')] // the offset is the seed's
		if got := strings.Join(lines, "|"); got != tt.want {
			t.Errorf("%s: got %s, want %s", tt.name, got, tt.want)
		}
	}
}

// TestExchangeable: officers under the same terms are equally likely (I8). Two
// seats, five officers, fixed seeds; within five standard errors.
func TestExchangeable(t *testing.T) {
	pool := &Pool{Head: testHead, Units: []Unit{{Facility: "F1", Stratum: "s", PPM: Certain, Demand: Demand{{Dept: "d", Count: 2}}}}}
	officers := &Officers{Head: testHead}
	for o := range 5 {
		officers.Officers = append(officers.Officers, Officer{ID: fmt.Sprint("o", o), Dept: "d", Max: 1})
	}
	const draws = 10_000
	count := map[string]int{}
	for s := range draws {
		for _, seat := range Draw(SHA256, seedOf(s), pool, officers).Result.Visits[0].Seats {
			count[seat.Officer]++
		}
	}
	for o, n := range count {
		if d := float64(n) - draws*0.4; d*d > 25*draws*0.4*0.6 {
			t.Errorf("%s was sent %d times of %d, expected %.0f", o, n, draws, draws*0.4)
		}
	}
}

// TestExchangeableUnderRecusals: so are those whom the same lines keep away, and
// their names do not matter (I8).
func TestExchangeableUnderRecusals(t *testing.T) {
	need := Demand{{Dept: "d", Count: 1}}
	pool := &Pool{Head: testHead, Units: []Unit{{Facility: "F1", Stratum: "s", PPM: Certain, Demand: need}, {Facility: "F2", Stratum: "s", PPM: Certain, Demand: need}}}
	officers := &Officers{Head: testHead, Barred: []Barred{{"a", "F2", Avoid}, {"m", "F1", Avoid}, {"z", "F2", Avoid}}}
	for _, id := range []string{"a", "b", "m", "z"} {
		officers.Officers = append(officers.Officers, Officer{ID: id, Dept: "d", Max: 1})
	}
	const draws = 10_000
	count := map[string]int{}
	for s := range draws {
		for _, seat := range Draw(SM3, seedOf(s), pool, officers).Result.Visits[0].Seats {
			count[seat.Officer]++
		}
	}
	if d := float64(count["a"] - count["z"]); d*d > 25*float64(count["a"]+count["z"]) || count["a"] == 0 || count["m"] > 0 {
		t.Errorf("two under the same terms were sent to F1 %d and %d times; of all: %v", count["a"], count["z"], count)
	}
}

// TestShortStaffIsQuick: when a fifth of all seats cannot be filled, the search
// for each is cut short by those that failed before it. An officer who is barred everywhere keeps the deck from running
// out, which would end the searches more simply.
func TestShortStaffIsQuick(t *testing.T) {
	pool, officers := &Pool{Head: testHead}, &Officers{Head: testHead, Officers: []Officer{{ID: "idle", Dept: "d", Max: maxVisits}}}
	for f := range 6000 {
		u := Unit{Facility: fmt.Sprintf("F%05d", f), Stratum: "s", PPM: Certain, Demand: Demand{{Dept: "d", Count: 2}}}
		pool.Units = append(pool.Units, u)
		officers.Barred = append(officers.Barred, Barred{Officer: "idle", Facility: u.Facility, Code: Avoid})
	}
	for o := range 400 {
		officers.Officers = append(officers.Officers, Officer{ID: fmt.Sprintf("o%04d", o), Dept: "d", Max: 24})
	}
	seed := seedOf("short")
	tables := layTables(pool, Ruler(SHA256, seed, pool.Units))
	tables.bar(officers)
	d := newDealer(SHA256, seed, "d", staffOf(officers, "d"), tables.tasks["d"])
	d.deal()
	if want := 12_000 - 9600; tables.result.Vacant() != want || d.searches < want {
		t.Errorf("%d vacant after %d searches, want %d", tables.result.Vacant(), d.searches, want)
	}
	if most := 2 * len(d.seats); d.steps > most { // without the cut it is 23 million
		t.Errorf("the searches looked from %d seats, want at most %d", d.steps, most)
	}
	load := map[string]int{}
	for _, v := range tables.result.Visits {
		for _, s := range v.Seats {
			load[s.Officer]++
		}
	}
	for _, o := range officers.Officers {
		if load[o.ID] != o.Max%maxVisits {
			t.Errorf("%s has %d visits, want %d", o.ID, load[o.ID], o.Max%maxVisits)
		}
	}
}
