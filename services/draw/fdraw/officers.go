package fdraw

import (
	"slices"
	"strconv"
	"strings"
)

// Officers is everybody who may be sent out, as frozen, and who may not go
// where. Its salt keeps a short list from being guessed from its digest.
type Officers struct {
	Head
	Salt     Digest
	Officers []Officer // sorted by id
	Barred   []Barred  // sorted by officer, facility, code
}

// Officer is one law enforcement officer of one department. Who works for two
// departments has two ids.
type Officer struct {
	ID     string
	Dept   string
	Max    int      // visits at most in this draw; 0 means none
	Skills []string // sorted; officers may share it, so never change it
}

// Has reports whether the officer has skill; everybody has the empty one.
func (o *Officer) Has(skill string) bool {
	if skill == "" {
		return true
	}
	_, found := slices.BinarySearch(o.Skills, skill)
	return found
}

// Barred keeps an officer from a facility.
type Barred struct {
	Officer  string
	Facility string
	Code     Code
}

// Code says why an officer is kept from a facility.
type Code string

// The codes.
const (
	Avoid  Code = "avoid"  // an interest of his own (行政处罚法 art. 43)
	Rotate Code = "rotate" // he was there on one of the last visits; a vacant seat may ignore it
	Leave  Code = "leave"  // he is away
)

const maxVisits = 1_000_000

// NewOfficers sorts both lists and checks them as ParseOfficers does.
func NewOfficers(head Head, salt Digest, officers []Officer, barred []Barred) (*Officers, error) {
	o := &Officers{Head: head, Salt: salt, Officers: slices.Clone(officers), Barred: slices.Clone(barred)}
	slices.SortFunc(o.Officers, func(a, b Officer) int { return strings.Compare(a.ID, b.ID) })
	slices.SortFunc(o.Barred, Barred.compare)
	return ParseOfficers(o.Text())
}

func (x Barred) compare(y Barred) int {
	if c := strings.Compare(x.Officer, y.Officer); c != 0 {
		return c
	}
	if c := strings.Compare(x.Facility, y.Facility); c != 0 {
		return c
	}
	return strings.Compare(string(x.Code), string(y.Code))
}

// ParseOfficers reads an officers file. A line that bars somebody who is not on
// the list is refused: it would look like a recusal and be none.
func ParseOfficers(text string) (*Officers, error) {
	r := newReader(OfficersFile, text)
	o := &Officers{Head: r.head(), Salt: r.digest("salt")}
	count := r.number("count", 0, maxNumber)
	skills := map[string][]string{}
	before := ""
	for r.err == nil && len(o.Officers) < count {
		w := r.fields("o", 4)
		officer := Officer{ID: r.asID(w[0]), Dept: r.asID(w[1]), Max: r.asNumber(w[2], 0, maxVisits), Skills: r.skills(w[3], skills)}
		r.ascend(before, officer.ID, "执法人员")
		o.Officers, before = append(o.Officers, officer), officer.ID
	}
	r.barred(o)
	return o, r.end(o.Text)
}

func (r *reader) barred(o *Officers) {
	var before Barred
	for r.more("x") {
		w := r.fields("x", 3)
		x := Barred{Officer: r.asID(w[0]), Facility: r.asID(w[1]), Code: r.asCode(w[2])}
		switch {
		case r.err != nil:
			return
		case x == before:
			r.fail("回避行重复")
		case x.compare(before) < 0:
			r.fail("回避行应按人员、对象、代码排序")
		case x.Officer != before.Officer && o.Find(x.Officer) == nil:
			r.fail("回避行中的“%s”不在执法人员名录中", show(x.Officer))
		}
		o.Barred, before = append(o.Barred, x), x
	}
}

func (r *reader) asCode(word string) Code {
	c := Code(word)
	switch c {
	case Avoid, Rotate, Leave:
		return c
	}
	r.fail("不认识的回避代码“%s”，只能是 avoid、rotate 或 leave", show(word))
	return ""
}

// skills reads "-" or sorted words separated by commas; each spelling once.
func (r *reader) skills(word string, seen map[string][]string) []string {
	if word == "-" || r.err != nil {
		return nil
	}
	if list, ok := seen[word]; ok {
		return list
	}
	list := strings.Split(word, ",")
	before := ""
	for _, skill := range list {
		r.ascend(before, r.asID(skill), "专长")
		before = skill
	}
	seen[word] = list
	return list
}

// Text is the canonical spelling.
func (o *Officers) Text() string {
	b := make([]byte, 0, 256+40*len(o.Officers)+40*len(o.Barred))
	b = append(b, o.text(OfficersFile)+"salt "+o.Salt.String()+"\ncount "+strconv.Itoa(len(o.Officers))+"\n"...)
	for i := range o.Officers {
		f := &o.Officers[i]
		b = append(b, "o "+f.ID+" "+f.Dept+" "...)
		b = strconv.AppendInt(b, int64(f.Max), 10)
		b = append(b, ' ')
		if len(f.Skills) == 0 {
			b = append(b, '-')
		}
		for j, skill := range f.Skills {
			if j > 0 {
				b = append(b, ',')
			}
			b = append(b, skill...)
		}
		b = append(b, '\n')
	}
	for _, x := range o.Barred {
		b = append(b, "x "+x.Officer+" "+x.Facility+" "+string(x.Code)+"\n"...)
	}
	return string(b)
}

// Digest is H("officers", text).
func (o *Officers) Digest(h Hash) Digest { return h.Sum(labelOfficers, o.Text()) }

// Find is the officer with id, or nil.
func (o *Officers) Find(id string) *Officer {
	i, found := slices.BinarySearchFunc(o.Officers, id, func(f Officer, id string) int { return strings.Compare(f.ID, id) })
	if !found {
		return nil
	}
	return &o.Officers[i]
}
