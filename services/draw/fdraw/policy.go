package fdraw

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Policy turns what is known of a facility into a probability (fdraw-rate-1,
// section 4.2). It is fixed and published before the year's draws begin; one
// policy serves many draws.
//
// After the rates, "census-below" and "floor" stand three kinds of lines that
// may be absent: "flag must" or "flag xK", then "cap CATEGORY TIMES MONTHS" or
// "cap-hard CATEGORY TIMES MONTHS" for as many categories as have a cap.
type Policy struct {
	Rates       []RateLine // sorted by category, grade, risk
	CensusBelow int        // categories with fewer objects are inspected in full this year
	Floor       int        // ppm that is left to those who were inspected often enough
	Flag        FlagRule
	Caps        []CapLine // sorted by category
}

// RateLine is the probability of one class of facilities in one draw.
type RateLine struct {
	Category string
	Grade    string // credit grade; "U" for a facility that has none yet
	Risk     string
	PPM      int
}

// Ungraded is the grade in a policy that serves facilities without one.
const Ungraded = "U"

// FlagRule says what a flag does: 抽查检查不设上限. The zero value is the
// reading that a flagged facility is inspected every time.
type FlagRule struct {
	Written bool // the policy has the line
	Times   int  // 0: must be inspected; otherwise the rate is multiplied by it
}

// CapLine limits how often the facilities of a category are inspected.
type CapLine struct {
	Category string
	Times    int  // inspections within the window that are enough
	Months   int  // length of the window, which the register counts in
	Hard     bool // then not even the floor remains
}

// ParsePolicy reads a policy file.
func ParsePolicy(text string) (*Policy, error) {
	r := newReader(PolicyFile, text)
	r.literal("fdraw/v1 " + string(PolicyFile))
	p := &Policy{}
	before := ""
	for r.more("rate") {
		w := r.fields("rate", 4)
		l := RateLine{Category: r.asID(w[0]), Grade: r.asID(w[1]), Risk: r.asID(w[2]), PPM: r.asNumber(w[3], 0, Certain)}
		r.ascend(before, l.key(), "抽取率")
		p.Rates, before = append(p.Rates, l), l.key()
	}
	p.CensusBelow = r.number("census-below", 0, maxNumber)
	p.Floor = r.number("floor", 0, Certain)
	if r.more("flag") {
		p.Flag = r.flagRule()
	}
	before = ""
	for r.more("cap") || r.more("cap-hard") {
		l := r.cap()
		r.ascend(before, l.Category, "频次上限")
		p.Caps, before = append(p.Caps, l), l.Category
	}
	return p, r.end(p.Text)
}

func (r *reader) flagRule() FlagRule {
	word := r.word("flag")
	if word == "must" {
		return FlagRule{Written: true}
	}
	times, ok := strings.CutPrefix(word, "x")
	if !ok {
		r.fail("“%s”应为 must 或 x 加倍数", show(word))
	}
	return FlagRule{Written: true, Times: r.asNumber(times, 1, Certain)}
}

func (r *reader) cap() CapLine {
	keyword := "cap"
	if r.more("cap-hard") {
		keyword = "cap-hard"
	}
	w := r.fields(keyword, 3)
	return CapLine{
		Category: r.asID(w[0]),
		Times:    r.asNumber(w[1], 1, maxNumber),
		Months:   r.asNumber(w[2], 1, maxNumber),
		Hard:     keyword == "cap-hard",
	}
}

func (l RateLine) key() string { return l.Category + " " + l.Grade + " " + l.Risk }

// Text is the canonical spelling.
func (p *Policy) Text() string {
	var b strings.Builder
	b.WriteString("fdraw/v1 " + string(PolicyFile) + "\n")
	for _, l := range p.Rates {
		b.WriteString("rate " + l.key() + " " + strconv.Itoa(l.PPM) + "\n")
	}
	b.WriteString("census-below " + strconv.Itoa(p.CensusBelow) + "\nfloor " + strconv.Itoa(p.Floor) + "\n")
	switch {
	case p.Flag.Times > 0:
		b.WriteString("flag x" + strconv.Itoa(p.Flag.Times) + "\n")
	case p.Flag.Written:
		b.WriteString("flag must\n")
	}
	for _, l := range p.Caps {
		keyword := "cap "
		if l.Hard {
			keyword = "cap-hard "
		}
		b.WriteString(keyword + l.Category + " " + strconv.Itoa(l.Times) + " " + strconv.Itoa(l.Months) + "\n")
	}
	return b.String()
}

// Digest is H("policy", text).
func (p *Policy) Digest(h Hash) Digest { return h.Sum(labelPolicy, p.Text()) }

// Rate is the probability of a class of facilities; an empty grade is none yet.
func (p *Policy) Rate(category, grade, risk string) (int, error) {
	if grade == "" {
		grade = Ungraded
	}
	want := RateLine{Category: category, Grade: grade, Risk: risk}
	i, found := slices.BinarySearchFunc(p.Rates, want.key(), func(l RateLine, key string) int { return strings.Compare(l.key(), key) })
	if !found {
		return 0, fmt.Errorf("抽取政策没有规定类别 %s、等级 %s、风险 %s 的抽取率", category, grade, risk)
	}
	return p.Rates[i].PPM, nil
}

// capOf is the cap of a category, if it has one.
func (p *Policy) capOf(category string) (CapLine, bool) {
	i, found := slices.BinarySearchFunc(p.Caps, category, func(l CapLine, c string) int { return strings.Compare(l.Category, c) })
	if !found {
		return CapLine{}, false
	}
	return p.Caps[i], true
}
