package fdraw

import (
	"bytes"
	"encoding/binary"
	"math/bits"
	"slices"
	"strings"
)

// Hit is a unit that lies under a tick of the ruler.
type Hit struct {
	Unit   int // index into the units given
	Offset int // ppm: from the unit's left edge to the tick, below its probability
}

// Ruler selects units by fdraw-ruler-1 (section 4.1): all units are laid end to
// end in an order that nobody could foresee, each as long as its probability,
// and a ruler with a tick every Certain is slid by a start that nobody could
// foresee either. Who lies under a tick is selected, so the probability is the
// unit's own exactly, whatever the others have. Hits come in ruler order. The
// order of units does not matter.
func Ruler(h Hash, seed Digest, units []Unit) []Hit {
	return walk(line(h, seed, units), start(h, seed), Certain)
}

// BareHash hashes, one by one, the very bytes that Ruler needs the tickets of,
// and does nothing else. The time it takes is the ceiling for Ruler; it returns
// a digest only so that no compiler leaves the work out.
func BareHash(h Hash, seed Digest, units []Unit) Digest {
	var out Digest
	d := h.state()
	line := []byte(prefix(labelUnit) + seed.String() + "\n")
	begin := len(line)
	for i := range units {
		line = append(append(line[:begin], units[i].Facility...), '\n')
		d.Reset()
		_, _ = d.Write(line)
		d.Sum(out[:0])
	}
	return out
}

// start is where the first tick falls, in ppm.
func start(h Hash, seed Digest) int {
	r := 0
	for _, b := range h.Sum(labelStart, seed.String()+"\n") {
		r = (r<<8 | int(b)) % Certain
	}
	return r
}

// piece is a unit as it lies on the line. Only the first 64 bits of its ticket
// are kept; two that agree in those are told apart by hashing again.
type piece struct {
	ticket uint64
	unit   int32
	length int32 // ppm
}

// walk goes along the line once. A distance is modulo certain throughout.
func walk(pieces []piece, start, certain int) []Hit {
	var hits []Hit
	edge := 0
	for _, p := range pieces {
		offset := start - edge
		if offset < 0 {
			offset += certain
		}
		if offset < int(p.length) {
			hits = append(hits, Hit{Unit: int(p.unit), Offset: offset})
		}
		if edge += int(p.length); edge >= certain {
			edge -= certain
		}
	}
	return hits
}

// line orders the units by the ticket of their stratum, then by their own. A
// unit of length 0 covers no tick and moves nobody, so it is left out.
func line(h Hash, seed Digest, units []Unit) []piece {
	tickets := newTickets(h, labelUnit, seed.String())
	strata, of := strataOf(units)
	begin := strata.lie(h, seed)
	next := slices.Clone(begin)
	pieces := make([]piece, begin[len(strata.names)])
	for i := range units {
		u := &units[i]
		if u.PPM == 0 {
			continue
		}
		ticket := tickets.of(u.Facility)
		at := &next[of[i]]
		pieces[*at] = piece{ticket: binary.BigEndian.Uint64(ticket[:]), unit: int32(i), length: int32(u.PPM)}
		*at++
	}
	tie := func(a, b piece) int {
		x, y := tickets.of(units[a.unit].Facility), tickets.of(units[b.unit].Facility)
		if c := bytes.Compare(x[:], y[:]); c != 0 {
			return c
		}
		return strings.Compare(units[a.unit].Facility, units[b.unit].Facility)
	}
	scratch := make([]piece, len(pieces))
	for s := range strata.names {
		sortPieces(pieces[begin[s]:next[s]], scratch[begin[s]:next[s]], tie)
	}
	return pieces
}

// strata is the distinct strata of a pool and how many units of each lie on
// the line.
type strata struct {
	names []string
	sizes []int
}

// strataOf numbers the strata, and says for each unit the number of its own.
func strataOf(units []Unit) (*strata, []int32) {
	s := &strata{}
	number := map[string]int32{}
	of := make([]int32, len(units))
	for i := range units {
		u := &units[i]
		if i > 0 && u.Stratum == units[i-1].Stratum {
			of[i] = of[i-1]
		} else if n, ok := number[u.Stratum]; ok {
			of[i] = n
		} else {
			of[i] = int32(len(s.names))
			number[u.Stratum] = of[i]
			s.names, s.sizes = append(s.names, u.Stratum), append(s.sizes, 0)
		}
		if u.PPM > 0 {
			s.sizes[of[i]]++
		}
	}
	return s, of
}

// lie gives each stratum its place on the line: where it begins. One number
// more is where the line ends.
func (s *strata) lie(h Hash, seed Digest) []int {
	tickets := newTickets(h, labelStratum, seed.String())
	ticket := make([]Digest, len(s.names))
	order := make([]int, len(s.names))
	for i, name := range s.names {
		ticket[i], order[i] = tickets.of(name), i
	}
	slices.SortFunc(order, func(a, b int) int { return bytes.Compare(ticket[a][:], ticket[b][:]) })
	begin := make([]int, len(s.names)+1)
	at := 0
	for _, i := range order {
		begin[i] = at
		at += s.sizes[i]
	}
	begin[len(s.names)] = at
	return begin
}

// sortPieces sorts by ticket. Tickets are spread evenly, so throwing them into
// as many bins as there are pieces by their leading bits leaves next to nothing
// to sort; whatever their spread, the order that comes out is the same.
func sortPieces(pieces, scratch []piece, tie func(a, b piece) int) {
	compare := func(a, b piece) int {
		switch {
		case a.ticket < b.ticket:
			return -1
		case a.ticket > b.ticket:
			return 1
		case a.unit == b.unit:
			return 0
		}
		return tie(a, b)
	}
	const few = 64
	if len(pieces) <= few {
		slices.SortFunc(pieces, compare)
		return
	}
	shift := 64 - bits.Len(uint(len(pieces))/4)
	ends := make([]int32, 1<<(64-shift)+1)
	for _, p := range pieces {
		ends[p.ticket>>shift+1]++
	}
	for i := 1; i < len(ends); i++ {
		ends[i] += ends[i-1]
	}
	for _, p := range pieces { // ends[i] is now where bin i begins, and becomes where it ends
		bin := p.ticket >> shift
		scratch[ends[bin]] = p
		ends[bin]++
	}
	begin := int32(0)
	for _, end := range ends[:len(ends)-1] {
		if end-begin > 1 {
			slices.SortFunc(scratch[begin:end], compare)
		}
		begin = end
	}
	copy(pieces, scratch)
}
