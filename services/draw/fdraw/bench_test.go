package fdraw

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

const million = 1_000_000

// largePool is a national register: n facilities in a hundred strata.
func largePool(n int) *Pool {
	demand := Demand{{Dept: "mzj", Count: 2}, {Dept: "ghzrzyj", Count: 2}, {Dept: "lyj", Count: 2, Below: 30_000}}
	p := &Pool{Head: testHead, Units: make([]Unit, n)}
	for i := range p.Units {
		p.Units[i] = Unit{Facility: fmt.Sprintf("GM%07d", i), Stratum: fmt.Sprintf("gm.%02d", i*7919%100), PPM: 50_000 + i%5*25_000, Reason: ByRate, Demand: demand}
	}
	return p
}

// largeStaff is ten thousand officers of three departments, 31 recusals each.
func largeStaff(pool *Pool) *Officers {
	rnd := rand.New(rand.NewPCG(1, 1))
	o := &Officers{Head: testHead}
	for i := range 10_000 {
		id := fmt.Sprintf("o%05d", i)
		o.Officers = append(o.Officers, Officer{ID: id, Dept: []string{"mzj", "ghzrzyj", "lyj", "mzj", "ghzrzyj"}[i%5], Max: 64})
		seen := map[int]bool{}
		for range 31 {
			if f := rnd.IntN(len(pool.Units)); !seen[f] {
				seen[f] = true
				o.Barred = append(o.Barred, Barred{Officer: id, Facility: pool.Units[f].Facility, Code: Avoid})
			}
		}
	}
	return o
}

func eachHash(b *testing.B, f func(*testing.B, Hash)) {
	for _, h := range []Hash{SHA256, SM3} {
		b.Run(h.String(), func(b *testing.B) { f(b, h) })
	}
}

// BenchmarkBareHash is the ceiling against which BenchmarkRuler is read.
func BenchmarkBareHash(b *testing.B) {
	pool := largePool(million)
	eachHash(b, func(b *testing.B, h Hash) {
		b.ReportAllocs()
		for b.Loop() {
			BareHash(h, seedOf("bench"), pool.Units)
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/million, "ns/ticket")
	})
}

func BenchmarkTickets(b *testing.B) {
	eachHash(b, func(b *testing.B, h Hash) {
		b.ReportAllocs()
		t := newTickets(h, labelUnit, seedOf("bench").String())
		for b.Loop() {
			t.of("GM0000001")
		}
	})
}

func BenchmarkRuler(b *testing.B) {
	pool := largePool(million)
	eachHash(b, func(b *testing.B, h Hash) {
		b.ReportAllocs()
		for b.Loop() {
			Ruler(h, seedOf("bench"), pool.Units)
		}
	})
}

// BenchmarkDeal staffs some 100,000 visits from ten thousand officers.
func BenchmarkDeal(b *testing.B) {
	pool := largePool(million)
	staff := largeStaff(pool)
	eachHash(b, func(b *testing.B, h Hash) {
		hits := Ruler(h, seedOf("bench"), pool.Units)
		b.ReportAllocs()
		b.ResetTimer()
		var out Outcome
		for b.Loop() {
			out = Deal(h, seedOf("bench"), pool, hits, staff)
		}
		seats := 0
		for _, v := range out.Result.Visits {
			seats += len(v.Seats)
		}
		b.ReportMetric(float64(len(out.Result.Visits)), "visits")
		b.ReportMetric(float64(seats), "seats")
		b.ReportMetric(float64(out.Vacant), "vacant")
	})
}

func BenchmarkParsePool(b *testing.B) {
	text := largePool(million).Text()
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ParsePool(text); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkPoolText(b *testing.B) {
	pool := largePool(million)
	b.ReportAllocs()
	for b.Loop() {
		b.SetBytes(int64(len(pool.Text())))
	}
}

// BenchmarkDistrict is the whole draw of a district: 10,000 facilities, 100
// officers are more than one has.
func BenchmarkDistrict(b *testing.B) {
	pool := largePool(10_000)
	staff := &Officers{Head: testHead}
	for i := range 100 {
		staff.Officers = append(staff.Officers, Officer{ID: fmt.Sprintf("o%03d", i), Dept: []string{"mzj", "ghzrzyj", "lyj"}[i%3], Max: 100})
	}
	eachHash(b, func(b *testing.B, h Hash) {
		for b.Loop() {
			Draw(h, seedOf("bench"), pool, staff)
		}
	})
}

func BenchmarkVerify(b *testing.B) {
	s := newScenario(b)
	for b.Loop() {
		if r := Verify(s.bundle); !r.Complete() {
			b.Fatal(statuses(r))
		}
	}
}

// TestTicketsDoNotAllocate keeps the inner loops of ruler and deal free of
// garbage.
func TestTicketsDoNotAllocate(t *testing.T) {
	for _, h := range []Hash{SHA256, SM3} {
		tickets := newTickets(h, labelUnit, seedOf("x").String())
		if n := testing.AllocsPerRun(100, func() { tickets.of("GM0000001") }); n != 0 {
			t.Errorf("%s: %.0f allocations per ticket", h, n)
		}
	}
}
