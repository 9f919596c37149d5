package fdraw

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Reason says by which rule of section 4.2 a facility has its probability.
type Reason string

// The reasons.
const (
	ByRate   Reason = "rate"   // the policy's rate for its category, grade and risk class
	ByCensus Reason = "census" // its category is so small that all are inspected this year
	ByMust   Reason = "must"   // flagged: inspected in every draw
	ByCap    Reason = "cap"    // inspected often enough: not this time
	ByFloor  Reason = "floor"  // inspected often enough: the small chance that is left to all
	ByClosed Reason = "closed" // closed, kept on the list so that nobody vanishes
	ByScope  Reason = "scope"  // not an object of this draw
)

func (r *reader) asReason(word string) Reason {
	// The constants are returned, not the word: a slice of the file would be
	// as good, but then every unit would hold a pointer of its own.
	switch Reason(word) {
	case ByRate:
		return ByRate
	case ByCensus:
		return ByCensus
	case ByMust:
		return ByMust
	case ByCap:
		return ByCap
	case ByFloor:
		return ByFloor
	case ByClosed:
		return ByClosed
	case ByScope:
		return ByScope
	}
	r.fail("不认识的概率理由“%s”", show(word))
	return ""
}

// Pool is every facility of the register with its probability, as frozen.
// Nobody may be missing: whoever is not to be drawn stands in it with 0.
type Pool struct {
	Head
	Units []Unit // sorted by facility
}

// Unit is one facility of a pool.
type Unit struct {
	Facility string
	Stratum  string // facilities of one stratum lie side by side under the ruler
	PPM      int    // probability of being selected, 0 to Certain
	Reason   Reason
	Demand   Demand // who has to come; several units may share it, so never change it
}

const unitLine = "unit 1000000"

// NewPool sorts units and checks them as ParsePool does.
func NewPool(head Head, units []Unit) (*Pool, error) {
	sorted := slices.Clone(units)
	slices.SortFunc(sorted, func(a, b Unit) int { return strings.Compare(a.Facility, b.Facility) })
	return ParsePool((&Pool{Head: head, Units: sorted}).Text())
}

// ParsePool reads a pool file. The pool keeps parts of text instead of copies.
func ParsePool(text string) (*Pool, error) {
	r := newReader(PoolFile, text)
	p := &Pool{Head: r.head()}
	r.literal(unitLine)
	count := r.number("count", 0, maxNumber)
	demands := demandCache{seen: map[string]Demand{}}
	p.Units = make([]Unit, 0, min(count, len(text)/16))
	before := ""
	var again []byte
	for r.err == nil && len(p.Units) < count {
		begin := r.rest
		u := r.unit(&demands)
		r.ascend(before, u.Facility, "对象")
		if r.err != nil {
			break
		}
		again = u.appendLine(again[:0])
		if string(again) != begin[:len(begin)-len(r.rest)] {
			r.fail("不是规范写法")
		}
		p.Units, before = append(p.Units, u), u.Facility
	}
	return p, r.end(func() string { return r.text }) // each line was compared above, without a second copy of the file
}

func (r *reader) unit(demands *demandCache) Unit {
	w := r.fields("f", 5)
	u := Unit{Facility: r.asID(w[0]), Stratum: r.asID(w[1]), PPM: r.asNumber(w[2], 0, Certain)}
	if r.err != nil {
		return u
	}
	u.Reason = r.asReason(w[3])
	var err error
	u.Demand, err = demands.parse(w[4])
	r.check(err)
	if most := u.Demand.most(); most > u.PPM {
		r.fail("部门参与概率 @%d 大于对象的概率 %d", most, u.PPM)
	}
	return u
}

// Text is the canonical spelling.
func (p *Pool) Text() string {
	var b strings.Builder
	b.Grow(64 * (len(p.Units) + 2))
	b.WriteString(p.beginning())
	var line []byte
	for i := range p.Units {
		line = p.Units[i].appendLine(line[:0])
		b.Write(line)
	}
	return b.String()
}

func (p *Pool) beginning() string {
	return p.text(PoolFile) + unitLine + "\ncount " + strconv.Itoa(len(p.Units)) + "\n"
}

// Digest is H("pool", text), without building the text.
func (p *Pool) Digest(h Hash) Digest {
	d := h.state()
	writeString(d, prefix(labelPool))
	writeString(d, p.beginning())
	buf := make([]byte, 0, 32<<10)
	for i := range p.Units {
		buf = p.Units[i].appendLine(buf)
		if len(buf) > cap(buf)-1<<10 {
			_, _ = d.Write(buf)
			buf = buf[:0]
		}
	}
	_, _ = d.Write(buf)
	return sum(d)
}

// Find is the unit of a facility, or nil.
func (p *Pool) Find(facility string) *Unit {
	i, found := slices.BinarySearchFunc(p.Units, facility, func(u Unit, f string) int { return strings.Compare(u.Facility, f) })
	if !found {
		return nil
	}
	return &p.Units[i]
}

func (u *Unit) appendLine(b []byte) []byte {
	b = append(b, "f "...)
	b = append(b, u.Facility...)
	b = append(b, ' ')
	b = append(b, u.Stratum...)
	b = append(b, ' ')
	b = strconv.AppendInt(b, int64(u.PPM), 10)
	b = append(b, ' ')
	b = append(b, u.Reason...)
	b = append(b, ' ')
	b = u.Demand.append(b)
	return append(b, '\n')
}

// Demand is the departments that visit one facility together (优化营商环境条例
// art. 54: matters at the same object are merged into one visit). The first one
// leads, its first officer heads the team. Empty means that nobody is needed.
type Demand []Need

// Need is one department's part of a visit.
type Need struct {
	Dept  string
	Count int    // officers, 1 to 99; at least 2 by 行政处罚法 art. 42, which the caller sees to
	Skill string // required of the first officer; empty for none
	Below int    // ppm: comes only if the offset is below it; 0 means comes always
}

// Attends reports whether the department comes to a facility that was selected
// at offset (section 4.1, nested departments).
func (n Need) Attends(offset int) bool { return n.Below == 0 || offset < n.Below }

const maxCount = 99

// ParseDemand reads "-" or needs separated by commas, such as
// "mzj:2,sthjj:2/env,lyj:2@100000".
func ParseDemand(word string) (Demand, error) {
	if word == "-" {
		return nil, nil
	}
	var d Demand
	for part := range strings.SplitSeq(word, ",") {
		n, err := parseNeed(part)
		if err != nil {
			return nil, err
		}
		for _, other := range d {
			if other.Dept == n.Dept {
				return nil, fmt.Errorf("部门“%s”重复", n.Dept)
			}
		}
		d = append(d, n)
	}
	return d, nil
}

func parseNeed(word string) (Need, error) {
	var n Need
	rest, below, hasBelow := strings.Cut(word, "@")
	rest, skill, hasSkill := strings.Cut(rest, "/")
	colon := strings.LastIndexByte(rest, ':') // a department's id may contain colons
	if colon < 0 {
		return n, fmt.Errorf("“%s”应形如 部门:人数", show(word))
	}
	var err error
	n.Dept = rest[:colon]
	if err = CheckID(n.Dept); err != nil {
		return n, err
	}
	if n.Count, err = parseNumber(rest[colon+1:], 1, maxCount); err != nil {
		return n, fmt.Errorf("人数%w", err)
	}
	if hasSkill {
		n.Skill = skill
		if err = CheckID(skill); err != nil {
			return n, err
		}
	}
	if hasBelow {
		if n.Below, err = parseNumber(below, 1, Certain); err != nil {
			return n, fmt.Errorf("参与概率 @%w", err)
		}
	}
	return n, nil
}

// String is the demand as it stands in a pool.
func (d Demand) String() string { return string(d.append(nil)) }

func (d Demand) append(b []byte) []byte {
	if len(d) == 0 {
		return append(b, '-')
	}
	for i, n := range d {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, n.Dept...)
		b = append(b, ':')
		b = strconv.AppendInt(b, int64(n.Count), 10)
		if n.Skill != "" {
			b = append(append(b, '/'), n.Skill...)
		}
		if n.Below != 0 {
			b = strconv.AppendInt(append(b, '@'), int64(n.Below), 10)
		}
	}
	return b
}

// most is the largest @ of the demand.
func (d Demand) most() int {
	most := 0
	for _, n := range d {
		most = max(most, n.Below)
	}
	return most
}

// demandCache parses each spelling of a demand once: a register of a million
// facilities has a few dozen.
type demandCache struct {
	seen     map[string]Demand
	lastWord string
	last     Demand
}

func (c *demandCache) parse(word string) (Demand, error) {
	if word == c.lastWord {
		return c.last, nil
	}
	d, ok := c.seen[word]
	if !ok {
		var err error
		if d, err = ParseDemand(word); err != nil {
			return nil, err
		}
		c.seen[word] = d
	}
	c.lastWord, c.last = word, d
	return d, nil
}
