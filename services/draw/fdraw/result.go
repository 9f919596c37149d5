package fdraw

import (
	"slices"
	"strconv"
	"strings"
)

// Result is whom the draw selected and who goes there.
type Result struct {
	Head
	Visits []Visit // sorted by facility
}

// Visit is one joint visit to one selected facility.
type Visit struct {
	Facility string
	Offset   int    // ppm: where under the facility the tick of the ruler fell
	Seats    []Seat // sorted by department, then number
}

// Seat is one officer's place in a visit.
type Seat struct {
	Dept    string
	J       int    // from 1 within the department
	Officer string // empty while nobody could be seated
}

// ParseResult reads a result file.
func ParseResult(text string) (*Result, error) {
	r := newReader(ResultFile, text)
	res := &Result{Head: r.head()}
	count := r.number("count", 0, maxNumber)
	before := ""
	for r.err == nil && len(res.Visits) < count {
		v := r.visit()
		r.ascend(before, v.Facility, "对象")
		res.Visits, before = append(res.Visits, v), v.Facility
	}
	return res, r.end(res.Text)
}

// visit reads a "sel" line and the "seat" lines that belong to it.
func (r *reader) visit() Visit {
	w := r.fields("sel", 2)
	v := Visit{Facility: r.asID(w[0]), Offset: r.asNumber(w[1], 0, Certain-1)}
	for r.more("seat") {
		w := r.fields("seat", 4)
		s := Seat{Dept: r.asID(w[1]), J: r.asNumber(w[2], 1, maxCount)}
		if w[3] != "-" {
			s.Officer = r.asID(w[3])
		}
		r.follows(&v, w[0], s)
		v.Seats = append(v.Seats, s)
	}
	return v
}

// follows demands that seat is the next one of visit v.
func (r *reader) follows(v *Visit, facility string, s Seat) {
	if r.err != nil {
		return
	}
	last := Seat{}
	if n := len(v.Seats); n > 0 {
		last = v.Seats[n-1]
	}
	switch {
	case facility != v.Facility:
		r.fail("席位属于“%s”，应属于“%s”", show(facility), v.Facility)
	case s.Dept < last.Dept:
		r.fail("部门“%s”应排在“%s”之前", s.Dept, last.Dept)
	case s.Dept == last.Dept && s.J != last.J+1, s.Dept != last.Dept && s.J != 1:
		r.fail("席位序号 %d 不连续", s.J)
	case s.Officer != "" && v.holds(s.Officer):
		r.fail("执法人员“%s”在同一次检查中重复", s.Officer)
	}
}

func (v *Visit) holds(officer string) bool {
	return slices.ContainsFunc(v.Seats, func(s Seat) bool { return s.Officer == officer })
}

// Text is the canonical spelling.
func (r *Result) Text() string {
	b := []byte(r.text(ResultFile) + "count " + strconv.Itoa(len(r.Visits)) + "\n")
	for i := range r.Visits {
		b = r.Visits[i].append(b)
	}
	return string(b)
}

func (v *Visit) append(b []byte) []byte {
	b = append(append(append(b, "sel "...), v.Facility...), ' ')
	b = append(strconv.AppendInt(b, int64(v.Offset), 10), '\n')
	for _, s := range v.Seats {
		b = append(append(append(b, "seat "...), v.Facility...), ' ')
		b = append(append(b, s.Dept...), ' ')
		b = append(strconv.AppendInt(b, int64(s.J), 10), ' ')
		if s.Officer == "" {
			b = append(b, '-')
		} else {
			b = append(b, s.Officer...)
		}
		b = append(b, '\n')
	}
	return b
}

// Find is the visit to a facility, or nil.
func (r *Result) Find(facility string) *Visit {
	i, found := slices.BinarySearchFunc(r.Visits, facility, func(v Visit, f string) int { return strings.Compare(v.Facility, f) })
	if !found {
		return nil
	}
	return &r.Visits[i]
}

// Vacant counts the seats that nobody holds.
func (r *Result) Vacant() int {
	n := 0
	for i := range r.Visits {
		for _, s := range r.Visits[i].Seats {
			if s.Officer == "" {
				n++
			}
		}
	}
	return n
}
