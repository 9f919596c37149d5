package fdraw

import (
	"bytes"
	"slices"
	"strings"
)

// dealer seats one department's officers.
type dealer struct {
	deck     *deck
	tasks    []task
	hands    map[string]*hand
	seats    []place // in the order in which they are filled
	number   []int32 // by running number within tasks: index into seats
	holder   []int32 // by index into seats: officer, or -1
	held     [][]int32
	searches int
	steps    int // seats that all searches together looked from

	// What is left of searches. A seat from which one search found no way out
	// never has one again: whoever could sit there is fully loaded, sits only
	// in seats of the same kind, and nobody is ever unloaded.
	stuck    []bool
	seen     []int32 // by seat: the search that reached it
	from     []int32 // by seat: the seat to which its officer could move
	expanded []int32 // by officer: the search that listed all his seats
}

// place is a seat: which task, and whether it asks for a skill.
type place struct {
	task  int32
	skill string
}

func newDealer(h Hash, seed Digest, dept string, staff []*Officer, tasks []task) *dealer {
	d := &dealer{deck: newDeck(h, seed, dept, staff, len(tasks)), tasks: tasks, hands: map[string]*hand{}}
	total := int32(0)
	for i := range tasks {
		tasks[i].first = total
		total += int32(len(tasks[i].seats))
	}
	d.order(newTickets(h, labelVisit, seed.String(), dept), int(total))
	d.holder = slices.Repeat([]int32{-1}, len(d.seats))
	d.held = make([][]int32, len(staff))
	return d
}

// order fixes in which order the seats are filled: those that ask for a skill
// first, then by the ticket of the visit, then by number.
func (d *dealer) order(tickets *tickets, total int) {
	ticket := make([]Digest, len(d.tasks))
	byTicket := make([]int32, len(d.tasks))
	for i := range d.tasks {
		ticket[i], byTicket[i] = tickets.of(d.tasks[i].facility), int32(i)
	}
	slices.SortFunc(byTicket, func(a, b int32) int {
		if c := bytes.Compare(ticket[a][:], ticket[b][:]); c != 0 {
			return c
		}
		return strings.Compare(d.tasks[a].facility, d.tasks[b].facility)
	})
	d.seats = make([]place, 0, total)
	d.number = make([]int32, total)
	for _, i := range byTicket {
		if t := &d.tasks[i]; t.skill != "" {
			d.number[t.first] = int32(len(d.seats))
			d.seats = append(d.seats, place{task: i, skill: t.skill})
		}
	}
	for _, i := range byTicket {
		t := &d.tasks[i]
		for j := range t.seats {
			if j == 0 && t.skill != "" {
				continue
			}
			d.number[t.first+int32(j)] = int32(len(d.seats))
			d.seats = append(d.seats, place{task: i})
		}
	}
}

// deal fills the seats and writes the officers into the result.
func (d *dealer) deal() {
	for i := range d.seats {
		s := int32(i)
		if o := d.draw(s); o >= 0 {
			d.sit(s, o)
			d.deck.use(o)
		} else {
			d.reseat(s)
		}
	}
	for i := range d.tasks {
		t := &d.tasks[i]
		for j := range t.seats {
			if o := d.holder[d.number[t.first+int32(j)]]; o >= 0 {
				t.seats[j].Officer = d.deck.staff[o].ID
			}
		}
	}
}

// draw is the officer of the first unused card that fits the seat, or -1.
func (d *dealer) draw(s int32) int32 {
	if d.deck.left == 0 {
		return -1
	}
	p := d.seats[s]
	h := d.hands[p.skill]
	if h == nil {
		h = newHand(d.deck, p.skill)
		d.hands[p.skill] = h
	}
	t := &d.tasks[p.task]
	return h.top(func(o int32) bool { return !t.bars(o) && d.seatOf(t, o) < 0 })
}

// bars reports whether officer o may not come.
func (t *task) bars(o int32) bool {
	if len(t.barred) == 0 {
		return false
	}
	_, found := slices.BinarySearch(t.barred, o)
	return found
}

// seatOf is the seat that officer o has in task t, or -1.
func (d *dealer) seatOf(t *task, o int32) int32 {
	for _, s := range d.number[t.first : int(t.first)+len(t.seats)] {
		if d.holder[s] == o {
			return s
		}
	}
	return -1
}

// sit gives seat s to officer o, who may take the place of another.
func (d *dealer) sit(s, o int32) {
	if old := d.holder[s]; old >= 0 {
		i := slices.Index(d.held[old], s)
		d.held[old] = slices.Delete(d.held[old], i, i+1)
	}
	d.holder[s] = o
	d.held[o] = append(d.held[o], s)
}

// reseat looks, breadth first from an empty seat, for the shortest chain of
// moves that fills it: the officer who could sit here leaves a seat that another
// takes, and so on to one who has a card left. Without such a chain the seat
// stays empty.
func (d *dealer) reseat(start int32) {
	d.searches++
	if d.deck.left == 0 {
		return // every chain ends with a card
	}
	if d.seen == nil {
		d.stuck = make([]bool, len(d.seats))
		d.seen = make([]int32, len(d.seats))
		d.from = make([]int32, len(d.seats))
		d.expanded = make([]int32, len(d.deck.staff))
	}
	this := int32(d.searches)
	d.seen[start] = this
	queue := []int32{start}
	for i := 0; i < len(queue); i++ {
		d.steps++
		var done bool
		if queue, done = d.widen(queue, queue[i], start, this); done {
			return
		}
	}
	for _, s := range queue {
		d.stuck[s] = true
	}
}

// widen adds to queue the seats whose officers could move to q. It stops at the
// first officer who can come without leaving a seat, and seats him.
func (d *dealer) widen(queue []int32, q, start, this int32) ([]int32, bool) {
	p := d.seats[q]
	t := &d.tasks[p.task]
	reach := func(s int32) {
		if d.seen[s] != this && !d.stuck[s] {
			d.seen[s], d.from[s] = this, q
			queue = append(queue, s)
		}
	}
	for _, o := range d.deck.firsts() {
		if o == d.holder[q] || !d.deck.staff[o].Has(p.skill) || t.bars(o) {
			continue
		}
		if s := d.seatOf(t, o); s >= 0 {
			reach(s)
			continue
		}
		if d.deck.load[o] < d.deck.most[o] {
			d.shift(q, o, start)
			d.deck.use(o)
			return queue, true
		}
		if d.expanded[o] == this {
			continue
		}
		d.expanded[o] = this
		slices.Sort(d.held[o])
		for _, s := range d.held[o] {
			reach(s)
		}
	}
	return queue, false
}

// shift seats o at q and hands each officer so freed on along the chain.
func (d *dealer) shift(q, o, start int32) {
	for {
		freed := d.holder[q]
		d.sit(q, o)
		if q == start {
			return
		}
		q, o = d.from[q], freed
	}
}
