package fdraw

import (
	"slices"
	"strconv"
	"strings"
)

// Registry is what the register knew of every object on the day of the freeze,
// as far as a probability depends on it. With it anybody can recompute the pool
// (section 6.4, V10 and V11). It is not bound by the freeze; its result is.
type Registry struct {
	Head
	Plans   []Plan  // sorted by category
	Entries []Entry // sorted by facility
	index   []int   // not written: category of each entry, as an index into Plans
	living  []int   // not written: entries of each plan that are not closed
}

// Plan is where the year stands for one category.
type Plan struct {
	Category string
	Draw     int // this is the year's t-th planned draw, from 1
	Of       int // out of so many; a single draw outside a plan is its own last
}

// Entry is one facility of the register.
type Entry struct {
	Facility  string
	Category  string
	Grade     string // empty: none yet
	Risk      string
	Status    Standing
	Inspected int    // inspections within the window of the category's cap
	Drawn     bool   // already drawn in an earlier draw of the year
	Flags     []Flag // sorted; entries may share it
}

// Standing is what a facility is on the day of the freeze.
type Standing string

// The standings.
const (
	Active  Standing = "active"
	Closed  Standing = "closed" // closed or deregistered within the last twelve months
	Outside Standing = "scope"  // not an object of this draw
)

// Flag lifts the cap from a facility (plan 五(二)2: 抽查检查不设上限).
type Flag string

// The flags.
const (
	AbnormalList     Flag = "abnormal-list"     // 列入经营异常名录
	HighAttention    Flag = "high-attention"    // 社会关注度高
	HighComplaint    Flag = "high-complaint"    // 投诉举报较多
	SeriousViolation Flag = "serious-violation" // 有严重违法违规记录
)

// ParseRegistry reads a registry file. Every category has exactly one plan.
func ParseRegistry(text string) (*Registry, error) {
	r := newReader(RegistryFile, text)
	g := &Registry{Head: r.head()}
	before := ""
	for r.more("plan") {
		w := r.fields("plan", 3)
		p := Plan{Category: r.asID(w[0]), Draw: r.asNumber(w[1], 1, maxNumber), Of: r.asNumber(w[2], 1, maxNumber)}
		r.ascend(before, p.Category, "类别")
		if p.Draw > p.Of {
			r.fail("第 %d 次抽取超过全年 %d 次", p.Draw, p.Of)
		}
		g.Plans, before = append(g.Plans, p), p.Category
	}
	g.living = make([]int, len(g.Plans))
	count := r.number("count", 0, maxNumber)
	flags := map[string][]Flag{}
	before = ""
	for r.err == nil && len(g.Entries) < count {
		e := r.entry(flags)
		r.ascend(before, e.Facility, "对象")
		r.enroll(g, e)
		before = e.Facility
	}
	return g, r.end(g.Text)
}

// enroll adds e and counts it in its category.
func (r *reader) enroll(g *Registry, e Entry) {
	if r.err != nil {
		return
	}
	i, found := slices.BinarySearchFunc(g.Plans, e.Category, func(p Plan, c string) int { return strings.Compare(p.Category, c) })
	if !found {
		r.fail("类别“%s”没有 plan 行", e.Category)
		return
	}
	if e.Status != Closed {
		g.living[i]++
	}
	g.Entries, g.index = append(g.Entries, e), append(g.index, i)
}

func (r *reader) entry(seen map[string][]Flag) Entry {
	w := r.fields("r", 8)
	e := Entry{Facility: r.asID(w[0]), Category: r.asID(w[1]), Risk: r.asID(w[3]), Inspected: r.asNumber(w[5], 0, maxNumber)}
	if w[2] != "-" {
		e.Grade = r.asID(w[2])
	}
	switch e.Status = Standing(w[4]); e.Status {
	case Active, Closed, Outside:
	default:
		r.fail("不认识的状态“%s”，只能是 active、closed 或 scope", show(w[4]))
	}
	switch w[6] {
	case "yes":
		e.Drawn = true
	case "no":
	default:
		r.fail("当年是否已抽中应为 yes 或 no，实为“%s”", show(w[6]))
	}
	if e.Grade == Ungraded {
		r.fail("没有等级的对象应写“-”，不写“%s”", Ungraded)
	}
	e.Flags = r.flags(w[7], seen)
	return e
}

// flags reads "-" or sorted flags separated by commas; each spelling once.
func (r *reader) flags(word string, seen map[string][]Flag) []Flag {
	if word == "-" || r.err != nil {
		return nil
	}
	if list, ok := seen[word]; ok {
		return list
	}
	var list []Flag
	before := ""
	for w := range strings.SplitSeq(word, ",") {
		switch f := Flag(w); f {
		case AbnormalList, HighAttention, HighComplaint, SeriousViolation:
			list = append(list, f)
		default:
			r.fail("不认识的标记“%s”", show(w))
		}
		r.ascend(before, w, "标记")
		before = w
	}
	seen[word] = list
	return list
}

// Text is the canonical spelling.
func (g *Registry) Text() string {
	b := make([]byte, 0, 256+64*len(g.Entries))
	b = append(b, g.text(RegistryFile)...)
	for _, p := range g.Plans {
		b = append(b, "plan "+p.Category+" "+strconv.Itoa(p.Draw)+" "+strconv.Itoa(p.Of)+"\n"...)
	}
	b = append(b, "count "+strconv.Itoa(len(g.Entries))+"\n"...)
	for i := range g.Entries {
		e := &g.Entries[i]
		b = append(b, "r "+e.Facility+" "+e.Category+" "+orDash(e.Grade)+" "+e.Risk+" "+string(e.Status)+" "...)
		b = strconv.AppendInt(b, int64(e.Inspected), 10)
		if e.Drawn {
			b = append(b, " yes "...)
		} else {
			b = append(b, " no "...)
		}
		if len(e.Flags) == 0 {
			b = append(b, '-')
		}
		for j, f := range e.Flags {
			if j > 0 {
				b = append(b, ',')
			}
			b = append(b, f...)
		}
		b = append(b, '\n')
	}
	return string(b)
}

// NewRegistry sorts plans and entries and checks them as ParseRegistry does.
func NewRegistry(head Head, plans []Plan, entries []Entry) (*Registry, error) {
	g := &Registry{Head: head, Plans: slices.Clone(plans), Entries: slices.Clone(entries)}
	slices.SortFunc(g.Plans, func(a, b Plan) int { return strings.Compare(a.Category, b.Category) })
	slices.SortFunc(g.Entries, func(a, b Entry) int { return strings.Compare(a.Facility, b.Facility) })
	return ParseRegistry(g.Text())
}
