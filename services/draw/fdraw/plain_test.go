package fdraw

import (
	"fmt"
	"slices"
	"strings"
)

// plain is section 4.3 word by word for one department, with no thought of
// speed: cards in a list, seats in a list, a search that forgets nothing and
// skips nothing.
type plain struct {
	seats    []plainSeat
	deck     []*plainCard
	holder   []string // of each seat
	officers map[string]Officer
	barred   map[string]bool
}

type plainSeat struct {
	facility, skill, key string
	j                    int
}

type plainCard struct {
	officer, key string
	used         bool
}

// plainDeal returns the officer of each "FACILITY J".
func plainDeal(h Hash, seed Digest, dept string, pool *Pool, officers *Officers) map[string]string {
	p := &plain{officers: map[string]Officer{}, barred: map[string]bool{}}
	for _, x := range officers.Barred {
		p.barred[x.Officer+" "+x.Facility] = true
	}
	p.set(h, seed, dept, pool)
	p.shuffle(h, seed, dept, officers)
	for s := range p.seats {
		i := slices.IndexFunc(p.deck, func(c *plainCard) bool { return !c.used && p.ok(s, c.officer) && p.within(s, c.officer) < 0 })
		if i < 0 {
			p.search(s)
			continue
		}
		p.deck[i].used = true
		p.holder[s] = p.deck[i].officer
	}
	out := map[string]string{}
	for s, o := range p.holder {
		out[fmt.Sprint(p.seats[s].facility, " ", p.seats[s].j)] = o
	}
	return out
}

func (p *plain) set(h Hash, seed Digest, dept string, pool *Pool) {
	for _, u := range pool.Units {
		for _, n := range u.Demand {
			for j := 1; n.Dept == dept && j <= n.Count; j++ {
				s := plainSeat{facility: u.Facility, j: j}
				group := "1"
				if j == 1 && n.Skill != "" {
					s.skill, group = n.Skill, "0"
				}
				s.key = fmt.Sprintf("%s %s %s %03d", group, h.Sum(labelVisit, fmt.Sprintf("%s\n%s\n%s\n", seed, dept, u.Facility)), u.Facility, j)
				p.seats = append(p.seats, s)
			}
		}
	}
	slices.SortFunc(p.seats, func(a, b plainSeat) int { return strings.Compare(a.key, b.key) })
	p.holder = make([]string, len(p.seats))
}

func (p *plain) shuffle(h Hash, seed Digest, dept string, officers *Officers) {
	for _, o := range officers.Officers {
		p.officers[o.ID] = o
		for k := 1; o.Dept == dept && k <= o.Max; k++ {
			key := fmt.Sprintf("%06d %s %s", k, h.Sum(labelCard, fmt.Sprintf("%s\n%s\n%d\n%s\n", seed, dept, k, o.ID)), o.ID)
			p.deck = append(p.deck, &plainCard{key: key, officer: o.ID})
		}
	}
	slices.SortFunc(p.deck, func(a, b *plainCard) int { return strings.Compare(a.key, b.key) })
}

func (p *plain) ok(s int, o string) bool {
	return (p.seats[s].skill == "" || slices.Contains(p.officers[o].Skills, p.seats[s].skill)) && !p.barred[o+" "+p.seats[s].facility]
}

// within is the seat that o has in the visit of s, or -1.
func (p *plain) within(s int, o string) int {
	for w := range p.seats {
		if p.seats[w].facility == p.seats[s].facility && p.holder[w] == o {
			return w
		}
	}
	return -1
}

func (p *plain) seatsOf(o string) (seats []int) {
	for w := range p.holder {
		if p.holder[w] == o {
			seats = append(seats, w)
		}
	}
	return seats
}

func (p *plain) search(start int) {
	parents := map[int]int{start: -1}
	for queue := []int{start}; len(queue) > 0; queue = queue[1:] {
		q := queue[0]
		seen := map[string]bool{}
		for _, c := range p.deck {
			o := c.officer
			if seen[o] || !p.ok(q, o) || o == p.holder[q] {
				continue
			}
			seen[o] = true
			var reached []int
			if w := p.within(q, o); w >= 0 {
				reached = []int{w}
			} else if reached = p.seatsOf(o); len(reached) < p.officers[o].Max {
				i := slices.IndexFunc(p.deck, func(c *plainCard) bool { return c.officer == o && !c.used })
				p.deck[i].used = true
				for at := q; at >= 0; at = parents[at] {
					p.holder[at], o = o, p.holder[at]
				}
				return
			}
			for _, w := range reached {
				if _, again := parents[w]; !again {
					parents[w] = q
					queue = append(queue, w)
				}
			}
		}
	}
}

// flow is a network for a maximum flow: node 0 is the source, 1 the sink.
type flow [][]pipe

type pipe struct{ to, back, room int }

func (f *flow) node() int {
	*f = append(*f, nil)
	return len(*f) - 1
}

func (f flow) join(a, b, room int) {
	f[a] = append(f[a], pipe{b, len(f[b]), room})
	f[b] = append(f[b], pipe{a, len(f[a]) - 1, 0})
}

// push sends one unit to the sink by any way that is left.
func (f flow) push(at int, seen []bool) bool {
	if at == 1 {
		return true
	}
	seen[at] = true
	for i, e := range f[at] {
		if e.room > 0 && !seen[e.to] && f.push(e.to, seen) {
			f[at][i].room--
			f[e.to][e.back].room++
			return true
		}
	}
	return false
}

// mostSeats is how many seats any arrangement could fill: a maximum flow from
// seats over (visit, officer) to officers, found by augmenting paths.
func mostSeats(pool *Pool, officers *Officers) int {
	f := flow{nil, nil}
	person := map[string]int{}
	for _, o := range officers.Officers {
		person[o.ID] = f.node()
		f.join(person[o.ID], 1, o.Max)
	}
	barred := map[string]bool{}
	for _, x := range officers.Barred {
		barred[x.Officer+" "+x.Facility] = true
	}
	for _, u := range pool.Units {
		for _, n := range u.Demand {
			seats := make([]int, n.Count)
			for j := range seats {
				seats[j] = f.node()
				f.join(0, seats[j], 1)
			}
			for _, o := range officers.Officers {
				if o.Dept != n.Dept || barred[o.ID+" "+u.Facility] {
					continue
				}
				once := f.node()
				f.join(once, person[o.ID], 1)
				for j, s := range seats {
					if j > 0 || n.Skill == "" || slices.Contains(o.Skills, n.Skill) {
						f.join(s, once, 1)
					}
				}
			}
		}
	}
	most := 0
	for f.push(0, make([]bool, len(f))) {
		most++
	}
	return most
}
