package fdraw

import (
	"math/rand/v2"
	"testing"
)

// TestEdgesVerify holds whole ceremonies at the edges of section 7; each of them
// verifies like any other.
func TestEdgesVerify(t *testing.T) {
	unit := func(id string, ppm int, needs ...Need) Unit {
		return Unit{Facility: id, Stratum: "same", PPM: ppm, Reason: ByRate, Demand: needs}
	}
	two := Need{Dept: "mzj", Count: 2}
	for _, tt := range []struct {
		name     string
		units    []Unit
		officers []Officer
		barred   []Barred
		visits   int
		vacant   int
	}{
		{"empty pool", nil, nil, nil, 0, 0},
		{"nobody can be drawn", []Unit{unit("a", 0, two), unit("b", 0, two)}, nil, nil, 0, 0},
		{"all must be drawn", []Unit{unit("a", Certain), unit("b", Certain)}, nil, nil, 2, 0},
		{"one object", []Unit{unit("a", Certain, two)}, []Officer{{ID: "1", Dept: "mzj", Max: 1}, {ID: "2", Dept: "mzj", Max: 1}}, nil, 1, 0},
		{"probabilities amount to a whole number", []Unit{unit("a", 250_000), unit("b", 250_000), unit("c", 500_000)}, nil, nil, 1, 0},
		{"one officer", []Unit{unit("a", Certain, two)}, []Officer{{ID: "1", Dept: "mzj", Max: 9}}, nil, 1, 1},
		{"an officer without cards", []Unit{unit("a", Certain, two)}, []Officer{{ID: "1", Dept: "mzj"}}, nil, 1, 2},
		{"more asked for than there are", []Unit{unit("a", Certain, Need{Dept: "mzj", Count: 99})}, []Officer{{ID: "1", Dept: "mzj", Max: 9}}, nil, 1, 98},
		{"a skill that nobody has", []Unit{unit("a", Certain, Need{Dept: "mzj", Count: 1, Skill: "env"})}, []Officer{{ID: "1", Dept: "mzj", Max: 9}}, nil, 1, 1},
		{"everybody recused", []Unit{unit("a", Certain, two)}, []Officer{{ID: "1", Dept: "mzj", Max: 9}, {ID: "2", Dept: "mzj", Max: 9}},
			[]Barred{{"1", "a", Avoid}, {"2", "a", Leave}}, 1, 2},
		{"one person in two departments has two ids", []Unit{unit("a", Certain, Need{Dept: "lyj", Count: 1}, Need{Dept: "mzj", Count: 1})},
			[]Officer{{ID: "lyj-zhang", Dept: "lyj", Max: 1}, {ID: "mzj-zhang", Dept: "mzj", Max: 1}}, nil, 1, 0},
		{"renamed: a new id, the old one closed", []Unit{{Facility: "old", Stratum: "same", Reason: ByClosed}, unit("new", Certain)}, nil, nil, 1, 0},
	} {
		for _, h := range []Hash{SM3, SHA256} {
			pool := must[*Pool](t)(NewPool(testHead, tt.units))
			officers := must[*Officers](t)(NewOfficers(testHead, seedOf("salt"), tt.officers, tt.barred))
			b := quorate(t, h, pool, officers)
			r := Verify(b)
			for _, id := range []string{"V1", "V2", "V3", "V4", "V5", "V6", "V7"} {
				if c := r.Find(id); c.Status != Holds {
					t.Errorf("%s: %+v", tt.name, *c)
				}
			}
			result := must[*Result](t)(ParseResult(b.Result))
			if len(result.Visits) != tt.visits || result.Vacant() != tt.vacant {
				t.Errorf("%s: %d visits with %d vacant seats, want %d with %d", tt.name, len(result.Visits), result.Vacant(), tt.visits, tt.vacant)
			}
		}
	}
}

// quorate holds a ceremony in which enough parties reveal and the announced
// number is drawn.
func quorate(t *testing.T, h Hash, pool *Pool, officers *Officers) *Bundle {
	t.Helper()
	for try := range uint64(50) {
		b := hold(t, rand.New(rand.NewPCG(try, 1)), h, pool, officers)
		if must[*Reveals](t)(ParseReveals(b.Reveals)).Revealed() >= 2 {
			return b
		}
	}
	t.Fatal("never enough parties")
	return nil
}

// TestQuorumEdge: as many as were asked for suffice, one fewer does not.
func TestQuorumEdge(t *testing.T) {
	s := newScenario(t)
	nonces := map[string]Digest{}
	for _, tt := range []struct {
		party string
		want  Status
	}{{"mzj", Fails}, {"sfj", Holds}, {"lyj", Holds}} {
		nonces[tt.party] = seedOf("nonce", tt.party)
		b := s.copy(t)
		b.Reveals = NewReveals(SM3, s.freeze, nonces).Text()
		if c := Verify(b).Find("V2"); c.Status != tt.want {
			t.Errorf("after %d of 2 reveals: %+v", len(nonces), *c)
		}
	}
}

// TestAddedAfterTheFreeze: a facility that is registered after the freeze waits
// for the next draw; whoever adds it to this one is found out, also if the
// register and the account of changes are made to agree with it.
func TestAddedAfterTheFreeze(t *testing.T) {
	s := newScenario(t)
	b := s.copy(t)
	swap(t, &b.Pool, "count 25", "count 26")
	b.Pool += "f ZZ0001 gm.L 300000 rate -\n"
	swap(t, &b.Registry, "count 25", "count 26")
	b.Registry += "r ZZ0001 gm A L active 0 no -\n"
	swap(t, &b.Changes, "count 3", "count 4")
	b.Changes += "add ZZ0001 registered\n"
	r := Verify(b)
	for id, want := range map[string]Status{"V1": Holds, "V3": Fails, "V6": Fails, "V10": Holds, "V11": Holds} {
		if c := r.Find(id); c.Status != want {
			t.Errorf("%+v, want %s", *c, want)
		}
	}
}
