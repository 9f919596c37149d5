package law

import (
	"slices"

	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/workday"
)

// entry is one line of a table. Lines with one key follow each other in time.
type entry interface {
	key() string
	base() Line
}

// table is all lines of one sort, found by key and day.
type table[L entry] struct {
	what  string           // Chinese name of the sort
	lines []L              // in the order of the files
	at    func(int) string // where a line stands, for a refusal
	index map[string][]int
}

// newTable checks the lines and indexes them. Two lines with one key must not
// be in force on the same day.
func newTable[L entry](what string, lines []L, at func(int) string) (table[L], error) {
	t := table[L]{what: what, lines: lines, at: at, index: make(map[string][]int)}
	for i, l := range lines {
		if l.key() == "" {
			return t, fault.New(fault.Invalid, "%s：%s没有代码。", at(i), what)
		}
		if err := l.base().check(); err != nil {
			return t, fault.New(fault.Invalid, "%s：%s“%s”%w", at(i), what, l.key(), err)
		}
		for _, j := range t.index[l.key()] {
			if overlap(lines[j].base(), l.base()) {
				return t, fault.New(fault.Invalid, "%s：%s“%s”与 %s 的规则在 %s 同时有效。", at(i), what, l.key(), at(j), later(lines[j].base().ValidFrom, l.base().ValidFrom))
			}
		}
		t.index[l.key()] = append(t.index[l.key()], i)
	}
	return t, nil
}

func overlap(a, b Line) bool { return a.On(b.ValidFrom) || b.On(a.ValidFrom) }

func later(a, b workday.Date) workday.Date {
	if a.After(b) {
		return a
	}
	return b
}

// pick returns the line of that key in force on the day, or fault.NotFound
// telling an unknown key from one that did not apply then.
func (t table[L]) pick(key string, on workday.Date) (L, error) {
	at, known := t.index[key]
	for _, i := range at {
		if t.lines[i].base().On(on) {
			return t.lines[i], nil
		}
	}
	var none L
	if !known {
		return none, fault.New(fault.NotFound, "规则包中没有%s“%s”。", t.what, key)
	}
	return none, fault.New(fault.NotFound, "%s“%s”在 %s 没有有效的规则。", t.what, key, on)
}

// has reports whether any line ever had that key.
func (t table[L]) has(key string) bool { return len(t.index[key]) > 0 }

// on returns the lines in force on the day that also pass keep, in the order of
// the files. A nil keep passes all.
func (t table[L]) on(day workday.Date, keep func(L) bool) []L {
	var in []L
	for _, l := range t.lines {
		if l.base().On(day) && (keep == nil || keep(l)) {
			in = append(in, l)
		}
	}
	return in
}

// all returns a copy of every line.
func (t table[L]) all() []L { return slices.Clone(t.lines) }
