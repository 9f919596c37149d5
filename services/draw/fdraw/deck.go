package fdraw

import (
	"bytes"
	"slices"
	"strconv"
	"strings"
)

// deck is one department's cards: card k of an officer is his k-th visit, for
// k up to his Max. All first cards come before all second ones; within a round
// the order is that of the tickets. An officer's cards are always taken in
// their order, so a card k is used exactly when k ≤ load.
type deck struct {
	h     Hash
	seed  Digest
	dept  string
	staff []*Officer
	most  []int32   // cards of each officer
	load  []int32   // cards of each officer that are used
	left  int       // unused cards of all together
	last  int32     // the greatest number of cards that anybody has
	round [][]int32 // the officers of round k+1 in order; shuffled when first needed
}

// newDeck shuffles nothing yet. No officer can be seated twice in one visit,
// so cards beyond the number of visits are never reached and left out.
func newDeck(h Hash, seed Digest, dept string, staff []*Officer, visits int) *deck {
	k := &deck{h: h, seed: seed, dept: dept, staff: staff, most: make([]int32, len(staff)), load: make([]int32, len(staff))}
	for i, o := range staff {
		k.most[i] = int32(min(o.Max, visits))
		k.last = max(k.last, k.most[i])
		k.left += int(k.most[i])
	}
	return k
}

// use takes the officer's next card.
func (k *deck) use(o int32) {
	k.load[o]++
	k.left--
}

// cards is the officers who have a card k, in the order of the deck; nil when
// nobody has.
func (k *deck) cards(n int32) []int32 {
	for int32(len(k.round)) < n {
		k.round = append(k.round, nil)
	}
	if k.round[n-1] == nil {
		k.round[n-1] = k.shuffle(n)
	}
	return k.round[n-1]
}

func (k *deck) shuffle(n int32) []int32 {
	tickets := newTickets(k.h, labelCard, k.seed.String(), k.dept, strconv.Itoa(int(n)))
	ticket := make([]Digest, len(k.staff))
	order := make([]int32, 0, len(k.staff))
	for i, o := range k.staff {
		if k.most[i] >= n {
			ticket[i] = tickets.of(o.ID)
			order = append(order, int32(i))
		}
	}
	slices.SortFunc(order, func(a, b int32) int {
		if c := bytes.Compare(ticket[a][:], ticket[b][:]); c != 0 {
			return c
		}
		return strings.Compare(k.staff[a].ID, k.staff[b].ID)
	})
	return order
}

// firsts is the officers in the order of their first cards.
func (k *deck) firsts() []int32 { return k.cards(1) }

// top is the officer of the first unused card whose holder fits, or -1. It
// looks at every officer, where a hand looks only at the cards on top.
func (k *deck) top(fits func(o int32) bool) int32 {
	low := int32(-1)
	for i := range k.staff {
		o := int32(i)
		if next := k.load[o] + 1; next <= k.most[o] && (low < 0 || next < low) && fits(o) {
			low = next
		}
	}
	if low < 0 {
		return -1
	}
	for _, o := range k.cards(low) {
		if k.load[o] < low && fits(o) {
			return o
		}
	}
	return -1
}

// hand is the cards of those officers who have one skill, as a list from which
// used cards are dropped when they are come across.
type hand struct {
	deck   *deck
	skill  string
	rounds int32 // rounds taken into the list so far
	cards  []card
	head   int32
	tail   int32
}

type card struct {
	officer int32
	number  int32
	next    int32 // -1 at the end
}

func newHand(k *deck, skill string) *hand { return &hand{deck: k, skill: skill, head: -1, tail: -1} }

// deal appends the next round; false when it brings no card. Then no later
// round brings one either: who has a card k+1 has a card k.
func (h *hand) deal() bool {
	if h.rounds == h.deck.last {
		return false
	}
	h.rounds++
	before := len(h.cards)
	for _, o := range h.deck.cards(h.rounds) {
		if !h.deck.staff[o].Has(h.skill) {
			continue
		}
		h.cards = append(h.cards, card{officer: o, number: h.rounds, next: -1})
		at := int32(len(h.cards) - 1)
		if h.tail < 0 {
			h.head = at
		} else {
			h.cards[h.tail].next = at
		}
		h.tail = at
	}
	return len(h.cards) > before
}

// top is the officer of the first unused card whose holder fits, or -1. Once it
// has looked at as many cards as there are officers it stops going from card to
// card and asks each officer once.
func (h *hand) top(fits func(o int32) bool) int32 {
	prev, looked := int32(-1), 0
	for at := h.head; ; {
		if at < 0 {
			if !h.deal() {
				return -1
			}
			if at = h.head; prev >= 0 {
				at = h.cards[prev].next
			}
			continue
		}
		c := h.cards[at]
		if h.deck.load[c.officer] >= c.number {
			h.drop(prev, at)
			at = c.next
			continue
		}
		if fits(c.officer) {
			return c.officer
		}
		if looked++; looked > len(h.deck.staff) {
			return h.deck.top(func(o int32) bool { return h.deck.staff[o].Has(h.skill) && fits(o) })
		}
		prev, at = at, c.next
	}
}

// drop takes the card at, which follows prev, out of the list.
func (h *hand) drop(prev, at int32) {
	next := h.cards[at].next
	if prev < 0 {
		h.head = next
	} else {
		h.cards[prev].next = next
	}
	if at == h.tail {
		h.tail = prev
	}
}
