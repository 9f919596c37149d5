package fairness

import (
	"context"
	"fmt"
	"math"
	"slices"

	"shenzhong/services/draw/fdraw"
)

// Attack is one way to steer a draw, tried so often through the code that draws
// and the code that verifies.
type Attack struct {
	Name   string  `json:"name"`
	Title  string  `json:"title"`
	Aim    string  `json:"aim"` // what the rates are of
	Trials int     `json:"trials"`
	Cases  []Tried `json:"cases"`
}

// Tried is one variant: how often the event came about where nothing stands in
// the way, and here, each beside what theory says.
type Tried struct {
	Case          string  `json:"case"`
	Without       float64 `json:"without"`
	WithoutTheory float64 `json:"without_theory"`
	Here          float64 `json:"here"`
	HereTheory    float64 `json:"here_theory"`
	Caught        float64 `json:"caught"` // share of attempts that a verifier would call by their name
}

// Tolerance is by how much a rate may miss its theory by chance: five standard
// deviations, and never less than one trial.
func Tolerance(rate float64, trials int) float64 {
	return 5*math.Sqrt(rate*(1-rate)/float64(trials)) + 1/float64(trials)
}

// Attacks tries them all.
func Attacks(ctx context.Context, trials int, seed uint64) ([]Attack, error) {
	var out []Attack
	for _, try := range []func(context.Context, *world, int) (Attack, error){lastRevealer, reRoll, poolRemoval, officerShopping, twoHeads} {
		a, err := try(ctx, newWorld(seed), trials)
		if err != nil {
			return nil, err
		}
		a.Trials = trials
		out = append(out, a)
	}
	return out, nil
}

// lastRevealer: colluding parties see what the draw would come to and stay away
// where that saves their facility. Without a public number they try 2^c outcomes;
// here who is absent is fixed before the number exists, so they choose blindly.
func lastRevealer(ctx context.Context, w *world, trials int) (Attack, error) {
	a := Attack{Name: "last-revealer", Title: "最后揭示者", Aim: "被保护的对象仍被抽中"}
	p := float64(share) / fdraw.Certain
	// The first colludes last, so that two honest parties remain with one.
	colluders := []string{"zgw", "sfj", "scjgj"}
	for n := 1; n <= len(colluders); n++ {
		without, here := 0, 0
		for range trials {
			if err := ctx.Err(); err != nil {
				return a, err
			}
			c, err := w.prepared()
			if err != nil {
				return a, err
			}
			known := &fdraw.Beacon{Source: fdraw.KL8, Issue: "2026060", Value: constant}
			number := w.number(c.announce)
			best, escape := subset(colluders[:n], w.rnd.IntN(1<<n)), false
			for mask := range 1 << n {
				if absent := subset(colluders[:n], mask); !c.selects(c.revealed(absent...), known) {
					best, escape = absent, true // he takes it: to him this is the outcome
				}
			}
			if !escape {
				without++
			}
			if c.selects(c.revealed(best...), number) {
				here++
			}
		}
		a.Cases = append(a.Cases, Tried{
			Case: fmt.Sprintf("%d 个单位串通", n), Without: rate(without, trials), WithoutTheory: math.Pow(p, float64(int(1)<<n)),
			Here: rate(here, trials), HereTheory: p,
		})
	}
	return a, nil
}

// constant stands for a public number that everybody knows beforehand.
const constant = "01 02 03 04 05 06 07 08 09 10 11 12 13 14 15 16 17 18 19 20"

func subset(all []string, mask int) []string {
	var out []string
	for i, x := range all {
		if mask>>i&1 == 1 {
			out = append(out, x)
		}
	}
	return out
}

// reRoll: who runs the draw does not like it and holds it once more, with another
// number or with other secrets. Nobody would know where only a seed is on file;
// here the issue was announced and the secrets were bound, so V5 or V4 says so,
// and what counts is the first.
func reRoll(ctx context.Context, w *world, trials int) (Attack, error) {
	a := Attack{Name: "re-roll", Title: "不满意就重抽一次", Aim: "被保护的对象仍被抽中"}
	p := float64(share) / fdraw.Certain
	for _, variant := range []string{"换一期号码", "换一组随机数"} {
		without, here, tried, caught := 0, 0, 0, 0
		for range trials {
			if err := ctx.Err(); err != nil {
				return a, err
			}
			c, err := w.prepared()
			if err != nil {
				return a, err
			}
			v, number := c.revealed(), w.number(c.announce)
			if !c.selects(v, number) {
				continue
			}
			tried++
			here++ // unless he gets away with it
			again := w.number(c.announce)
			if variant == "换一期号码" {
				again.Issue = "2026061"
			} else {
				v, again = c.revealed(), number
				for i := range v.Parties {
					v.Parties[i].Nonce = w.next()
				}
			}
			if c.selects(v, again) {
				without++
			}
			b, _, err := c.bundle(v, again)
			if err != nil {
				return a, err
			}
			if fdraw.Verify(b).Failed() {
				caught++
			} else if !c.selects(v, again) {
				here--
			}
		}
		a.Cases = append(a.Cases, Tried{
			Case: variant, Without: rate(without, trials), WithoutTheory: p * p, Here: rate(here, trials), HereTheory: p, Caught: rate(caught, tried),
		})
	}
	return a, nil
}

// poolRemoval: the protected facility is left off the list, before the freeze or
// after it. Where the pool is queried anew nobody misses it; here the list must
// hold every object of the register (V11) and the freeze binds it (V3).
func poolRemoval(ctx context.Context, w *world, trials int) (Attack, error) {
	a := Attack{Name: "pool-removal", Title: "从名录中拿掉", Aim: "拿掉而没有被发现"}
	for _, variant := range []string{"冻结之前拿掉", "冻结之后拿掉"} {
		caught := 0
		for range trials {
			if err := ctx.Err(); err != nil {
				return a, err
			}
			c, err := w.prepared()
			if err != nil {
				return a, err
			}
			units := slices.DeleteFunc(slices.Clone(c.pool.Units), func(u fdraw.Unit) bool { return u.Facility == protectedOne })
			if c.pool, err = fdraw.NewPool(c.announce.Head, units); err != nil {
				return a, err
			}
			if variant == "冻结之前拿掉" {
				c.frozen()
			}
			b, _, err := c.bundle(c.revealed(), w.number(c.announce))
			if err != nil {
				return a, err
			}
			if fdraw.Verify(b).Failed() {
				caught++
			}
		}
		a.Cases = append(a.Cases, Tried{
			Case: variant, Without: 1, WithoutTheory: 1, Here: 1 - rate(caught, trials), HereTheory: 0, Caught: rate(caught, trials),
		})
	}
	return a, nil
}

// officerShopping: the lead unit wants a certain officer at the facility. Where a
// person names replacements he comes at the first; here the next card comes, so
// it takes as many recorded replacements as there are cards before his, and one
// that names him out of turn fails V13.
func officerShopping(ctx context.Context, w *world, trials int) (Attack, error) {
	a := Attack{Name: "officer-shopping", Title: "挑选检查人员", Aim: "指定的人坐上席位"}
	const most = 3
	seated := make([]int, most+1)
	forged, caught := 0, 0
	for range trials {
		if err := ctx.Err(); err != nil {
			return a, err
		}
		b, roster, err := w.shopping()
		if err != nil {
			return a, err
		}
		for n := range seated {
			if n > 0 && !holds(roster, friend) {
				s, err := roster.Replace(protectedOne, "mzj", 1, fdraw.Conflict)
				if err != nil {
					return a, err
				}
				b.Substitutions = append(b.Substitutions, s.Text())
			}
			if holds(roster, friend) {
				seated[n]++
			}
		}
		if n := len(b.Substitutions); n > 0 && !holds(roster, friend) {
			last, err := fdraw.ParseSubstitution(b.Substitutions[n-1])
			if err != nil {
				return a, err
			}
			last.To = friend
			b.Substitutions[n-1] = last.Text()
			forged++
			if fdraw.Verify(b).Find("V13").Status == fdraw.Fails {
				caught++
			}
		}
	}
	for n := range seated {
		tried := Tried{
			Case: fmt.Sprintf("替换 %d 次", n), Without: 1, WithoutTheory: 1,
			Here: rate(seated[n], trials), HereTheory: float64(seatsEach+n) / staff,
		}
		if n == 0 {
			tried.Without, tried.WithoutTheory = tried.Here, tried.HereTheory // nobody has chosen yet
		}
		if n == most {
			tried.Caught = rate(caught, forged)
		}
		a.Cases = append(a.Cases, tried)
	}
	return a, nil
}

// shopping is a draw that selects the protected facility.
func (w *world) shopping() (*fdraw.Bundle, *fdraw.Roster, error) {
	for {
		c, err := w.prepared()
		if err != nil {
			return nil, nil, err
		}
		v, number := c.revealed(), w.number(c.announce)
		if c.selects(v, number) {
			return c.bundle(v, number)
		}
	}
}

func holds(r *fdraw.Roster, officer string) bool {
	v := r.Result().Find(protectedOne)
	return v != nil && slices.ContainsFunc(v.Seats, func(s fdraw.Seat) bool { return s.Officer == officer })
}

func rate(n, of int) float64 {
	if of == 0 {
		return 0
	}
	return float64(n) / float64(of)
}
