package bench

import (
	"context"
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"time"

	"shenzhong/services/draw/fdraw"
	"shenzhong/services/kit/clock"
)

// DrawSize is how large a draw is measured.
type DrawSize struct {
	Facilities, Officers, Rounds int
}

// drawRef names the draw that is measured.
var drawRef = fdraw.Head{Draw: "500156-2026-0001", Attempt: 1}

// What the register of the measured draw is like: the share drawn, in parts of
// a million, lies between least and most; one department comes along only
// below a limit; an officer avoids some facilities.
const (
	strata       = 100
	least, most  = 50_000, 150_000
	withForestry = 30_000
	avoided      = 31
	mostVisits   = 64
)

// facilities is a national register in a hundred strata, the same every time.
func facilities(n int) *fdraw.Pool {
	rnd := rand.New(rand.NewPCG(1, 2))
	demand := fdraw.Demand{{Dept: "mzj", Count: 2}, {Dept: "ghzrzyj", Count: 2}, {Dept: "lyj", Count: 2, Below: withForestry}}
	p := &fdraw.Pool{Head: drawRef, Units: make([]fdraw.Unit, n)}
	for i := range p.Units {
		p.Units[i] = fdraw.Unit{
			Facility: fmt.Sprintf("GM%07d", i), Stratum: fmt.Sprintf("gm.%02d", i*7919%strata),
			PPM: least + rnd.IntN(most-least), Reason: fdraw.ByRate, Demand: demand,
		}
	}
	return p
}

// officers are of three departments and avoid some facilities each. The same
// ones every time.
func officers(n int, pool *fdraw.Pool) *fdraw.Officers {
	rnd := rand.New(rand.NewPCG(1, 1))
	o := &fdraw.Officers{Head: drawRef}
	for i := range n {
		id := fmt.Sprintf("o%05d", i)
		o.Officers = append(o.Officers, fdraw.Officer{ID: id, Dept: []string{"mzj", "ghzrzyj", "lyj", "mzj", "ghzrzyj"}[i%5], Max: mostVisits})
		seen := map[int]bool{}
		for range avoided {
			if f := rnd.IntN(len(pool.Units)); !seen[f] {
				seen[f] = true
				o.Barred = append(o.Barred, fdraw.Barred{Officer: id, Facility: pool.Units[f].Facility, Code: fdraw.Avoid})
			}
		}
	}
	return o
}

// Draw selects facilities and seats officers with either hash, and hashes one
// by one, and nothing else, as many lines of the same length: the ceiling.
func Draw(ctx context.Context, size DrawSize) ([]Report, error) {
	pool := facilities(size.Facilities)
	staff := officers(size.Officers, pool)
	runtime.GC()
	var before runtime.MemStats
	runtime.ReadMemStats(&before)
	var out []Report
	for _, h := range []fdraw.Hash{fdraw.SHA256, fdraw.SM3} {
		ruler, deal, err := drawWith(ctx, h, pool, staff, size.Rounds)
		if err != nil {
			return nil, err
		}
		ruler.Extra = append(ruler.Extra, Figure{"名单和人员本身占用内存", megabytes(before.HeapAlloc), "MB"})
		out = append(out, ruler, deal)
	}
	return out, nil
}

func drawWith(ctx context.Context, h fdraw.Hash, pool *fdraw.Pool, staff *fdraw.Officers, rounds int) (ruler, deal Report, err error) {
	seed := h.Sum("seed", "bench\n")
	var r, d measures
	var outcome fdraw.Outcome
	var hits []fdraw.Hit
	for range rounds {
		if err := ctx.Err(); err != nil {
			return ruler, deal, err
		}
		bare, _ := measured(func() { fdraw.BareHash(h, seed, pool.Units) })
		took, heap := measured(func() { hits = fdraw.Ruler(h, seed, pool.Units) })
		r.add(bare, took, heap)
		took, heap = measured(func() { outcome = fdraw.Deal(h, seed, pool, hits, staff) })
		lines := dealt(outcome, staff)
		bare, _ = measured(func() { fdraw.BareHash(h, seed, lines) })
		d.add(bare, took, heap)
		d.lines = len(lines)
	}
	seats := 0
	for _, v := range outcome.Result.Visits {
		seats += len(v.Seats)
	}
	ruler = r.report(fmt.Sprintf("抽取（%s，%d 家）", h, len(pool.Units)), "家", len(pool.Units))
	deal = d.report(fmt.Sprintf("派员（%s，%d 家、%d 个席位、%d 人、%d 条回避）", h, len(hits), seats, len(staff.Officers), len(staff.Barred)), "次散列", d.lines)
	deal.Extra = append(deal.Extra, Figure{"空席", float64(outcome.Vacant), "个"}, Figure{"需要换人的席位", float64(outcome.Searches), "个"})
	return ruler, deal, nil
}

// dealt is one unit for each ticket that the dealing needed: one for each part
// of a visit, and one for each officer and round of cards that was begun. The
// line that BareHash makes of it is longer or shorter by the label alone.
func dealt(o fdraw.Outcome, staff *fdraw.Officers) []fdraw.Unit {
	var lines []fdraw.Unit
	load, of := map[string]int{}, map[string]string{}
	for _, officer := range staff.Officers {
		of[officer.ID] = officer.Dept
	}
	highest := map[string]int{}
	for _, v := range o.Result.Visits {
		last := ""
		for _, s := range v.Seats {
			if s.Dept != last {
				lines, last = append(lines, fdraw.Unit{Facility: s.Dept + "\n" + v.Facility}), s.Dept
			}
			load[s.Officer]++
			highest[of[s.Officer]] = max(highest[of[s.Officer]], load[s.Officer])
		}
	}
	for _, officer := range staff.Officers {
		for range min(officer.Max, highest[officer.Dept]) {
			lines = append(lines, fdraw.Unit{Facility: officer.Dept + "\n12\n" + officer.ID})
		}
	}
	return lines
}

// measures gathers what was measured of ours and of the bare hashing.
type measures struct {
	bare, took, heap, ratios []float64
	lines                    int
}

func (r *measures) add(bare, took time.Duration, heap uint64) {
	r.bare, r.took = append(r.bare, bare.Seconds()), append(r.took, took.Seconds())
	r.heap, r.ratios = append(r.heap, megabytes(heap)), append(r.ratios, bare.Seconds()/took.Seconds())
}

func (r *measures) report(name, unit string, n int) Report {
	return Report{
		Name: strings.TrimSpace(name), Unit: unit, Ours: float64(n) / median(r.took), Bare: float64(n) / median(r.bare),
		Ratio: median(r.ratios), Ratios: r.ratios,
		Extra: []Figure{
			{"用时", median(r.took), "秒"}, {"单纯散列用时", median(r.bare), "秒"}, {"申请的内存", median(r.heap), "MB"},
		},
	}
}

// measured returns how long do takes and how many bytes it allocates.
func measured(do func()) (time.Duration, uint64) {
	runtime.GC()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	watch := clock.Stopwatch()
	do()
	took := watch()
	runtime.ReadMemStats(&after)
	return took, after.TotalAlloc - before.TotalAlloc
}

func megabytes(n uint64) float64 { return float64(n) / (1 << 20) }
