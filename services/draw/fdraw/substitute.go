package fdraw

import (
	"fmt"
	"slices"
	"strconv"
)

// Substitution changes the holder of one seat after the draw (section 4.3). It
// names no candidate freely: the deck of the draw decides who comes next, so a
// replacement is as little a choice as the draw was. A facility is never
// replaced.
type Substitution struct {
	Head
	Number   int // running number within the attempt, from 1
	Facility string
	Dept     string
	J        int
	From     string // empty when the seat was vacant
	Reason   Cause
	To       string // empty when nobody could be found
}

// Cause says why a seat changes hands.
type Cause string

// The causes.
const (
	Away      Cause = "leave"     // the officer is away: he comes nowhere else in this draw either
	Conflict  Cause = "avoid"     // an interest found after the draw (行政处罚法 art. 43)
	Challenge Cause = "challenge" // the party asked for his withdrawal (行政处罚法 art. 43)
	Vacancy   Cause = "vacancy"   // the seat was empty: rotation is ignored, recusal never
	Manual    Cause = "manual"    // named by a person, because no card is left that fits
)

// ParseSubstitution reads a substitution record.
func ParseSubstitution(text string) (*Substitution, error) {
	r := newReader(SubstituteFile, text)
	s := &Substitution{Head: r.head(), Number: r.number("number", 1, maxNumber)}
	w := r.fields("seat", 3)
	s.Facility, s.Dept, s.J = r.asID(w[0]), r.asID(w[1]), r.asNumber(w[2], 1, maxCount)
	s.From = r.someone("from")
	s.Reason = Cause(r.word("reason"))
	switch s.Reason {
	case Away, Conflict, Challenge, Vacancy, Manual:
	default:
		r.fail("不认识的替换理由“%s”", show(string(s.Reason)))
	}
	s.To = r.someone("to")
	return s, r.end(s.Text)
}

// someone reads an officer, or "-" for nobody.
func (r *reader) someone(keyword string) string {
	word := r.word(keyword)
	if word == "-" {
		return ""
	}
	return r.asID(word)
}

func orDash(id string) string {
	if id == "" {
		return "-"
	}
	return id
}

// Text is the canonical spelling.
func (s *Substitution) Text() string {
	return s.text(SubstituteFile) + "number " + strconv.Itoa(s.Number) +
		"\nseat " + s.Facility + " " + s.Dept + " " + strconv.Itoa(s.J) +
		"\nfrom " + orDash(s.From) + "\nreason " + string(s.Reason) + "\nto " + orDash(s.To) + "\n"
}

// Roster is the teams of a draw as substitutions change them. It is rebuilt
// from the opened files and the records so far; it keeps nothing else.
type Roster struct {
	pool     *Pool
	officers *Officers
	result   *Result
	decks    map[string]*deck
	number   int
	away     map[string]bool    // officers on leave
	gone     map[[2]string]bool // officer and facility: replaced there once
}

// NewRoster takes up the decks where the deal left them: an officer has used as
// many cards as he has seats in result.
func NewRoster(h Hash, seed Digest, pool *Pool, officers *Officers, result *Result) *Roster {
	r := &Roster{pool: pool, officers: officers, result: result.clone(), decks: map[string]*deck{}, away: map[string]bool{}, gone: map[[2]string]bool{}}
	load := map[string]int32{}
	for i := range result.Visits {
		for _, s := range result.Visits[i].Seats {
			load[s.Officer]++
			if r.decks[s.Dept] == nil {
				r.decks[s.Dept] = newDeck(h, seed, s.Dept, staffOf(officers, s.Dept), len(result.Visits))
			}
		}
	}
	for _, k := range r.decks {
		for i, o := range k.staff {
			k.load[i] = load[o.ID]
			k.left -= int(load[o.ID])
		}
	}
	return r
}

func (r *Result) clone() *Result {
	c := &Result{Head: r.Head, Visits: slices.Clone(r.Visits)}
	for i := range c.Visits {
		c.Visits[i].Seats = slices.Clone(c.Visits[i].Seats)
	}
	return c
}

// Result is the teams as they are now.
func (r *Roster) Result() *Result { return r.result.clone() }

// Replace gives a seat to the officer of the next unused card that fits, and
// returns the record of it. The seat becomes vacant when no card fits. Only a
// vacant seat can be filled for Vacancy, only a held one left for another cause.
func (r *Roster) Replace(facility, dept string, j int, cause Cause) (*Substitution, error) {
	seat := r.seat(facility, dept, j)
	if seat == nil {
		return nil, fmt.Errorf("抽取结果中没有 %s 的 %s 第 %d 席", show(facility), show(dept), j)
	}
	s := &Substitution{Head: r.result.Head, Number: r.number + 1, Facility: facility, Dept: dept, J: j, From: seat.Officer, Reason: cause}
	switch cause {
	case Away, Conflict, Challenge:
		if seat.Officer == "" {
			return nil, fmt.Errorf("%s 的 %s 第 %d 席空缺，应按空缺递补", facility, dept, j)
		}
	case Vacancy:
		if seat.Officer != "" {
			return nil, fmt.Errorf("%s 的 %s 第 %d 席并不空缺", facility, dept, j)
		}
	default:
		return nil, fmt.Errorf("替换理由“%s”不能按顺位替换", show(string(cause)))
	}
	r.number++
	r.leave(s)
	if o := r.next(s); o >= 0 {
		k := r.decks[dept]
		k.use(o)
		s.To = k.staff[o].ID
	}
	seat.Officer = s.To
	return s, nil
}

// Appoint gives a vacant seat to an officer named by a person. It is refused as
// long as the deck still has somebody, and for an officer who may not come.
func (r *Roster) Appoint(facility, dept string, j int, officer string) (*Substitution, error) {
	seat := r.seat(facility, dept, j)
	if seat == nil || seat.Officer != "" {
		return nil, fmt.Errorf("%s 的 %s 第 %d 席并不空缺，不能指定人员", show(facility), show(dept), j)
	}
	if err := CheckID(officer); err != nil {
		return nil, err
	}
	s := &Substitution{Head: r.result.Head, Number: r.number + 1, Facility: facility, Dept: dept, J: j, Reason: Manual, To: officer}
	if o := r.next(&Substitution{Facility: facility, Dept: dept, J: j, Reason: Vacancy}); o >= 0 {
		return nil, fmt.Errorf("按顺位还有人员可用，不能另行指定")
	}
	switch {
	case r.result.Find(facility).holds(officer):
		return nil, fmt.Errorf("%s 已在 %s 的检查组中", officer, facility)
	case r.away[officer], r.gone[[2]string{officer, facility}], r.barred(officer, facility, true):
		return nil, fmt.Errorf("%s 应当回避或不在岗，不能指定到 %s", officer, facility)
	}
	r.number++
	seat.Officer = officer
	return s, nil
}

// Apply repeats a recorded substitution and says what is wrong with it.
func (r *Roster) Apply(s *Substitution) error {
	if s.Head != r.result.Head {
		return fmt.Errorf("替换记录属于抽取 %s，不是 %s", s.Head, r.result.Head)
	}
	if s.Number != r.number+1 {
		return fmt.Errorf("替换记录的编号应为 %d，实为 %d", r.number+1, s.Number)
	}
	var want *Substitution
	var err error
	if s.Reason == Manual {
		want, err = r.Appoint(s.Facility, s.Dept, s.J, s.To)
	} else {
		want, err = r.Replace(s.Facility, s.Dept, s.J, s.Reason)
	}
	switch {
	case err != nil:
		return fmt.Errorf("第 %d 号替换：%w", s.Number, err)
	case want.From != s.From:
		return fmt.Errorf("第 %d 号替换：原人员应为 %s，记为 %s", s.Number, orDash(want.From), orDash(s.From))
	case want.To != s.To:
		return fmt.Errorf("第 %d 号替换：按顺位应为 %s，记为 %s", s.Number, orDash(want.To), orDash(s.To))
	}
	return nil
}

func (r *Roster) seat(facility, dept string, j int) *Seat {
	v := r.result.Find(facility)
	if v == nil {
		return nil
	}
	for i := range v.Seats {
		if v.Seats[i].Dept == dept && v.Seats[i].J == j {
			return &v.Seats[i]
		}
	}
	return nil
}

// leave notes what the record says about the officer who gives up the seat.
func (r *Roster) leave(s *Substitution) {
	if s.From == "" {
		return
	}
	r.gone[[2]string{s.From, s.Facility}] = true
	if s.Reason == Away {
		r.away[s.From] = true
	}
}

// next is the officer, by place in his department, to whom the deck gives the
// seat, or -1.
func (r *Roster) next(s *Substitution) int32 {
	k, v := r.decks[s.Dept], r.result.Find(s.Facility)
	skill := r.skill(s)
	return k.top(func(o int32) bool {
		officer := k.staff[o]
		return officer.Has(skill) && !v.holds(officer.ID) &&
			!r.away[officer.ID] && !r.gone[[2]string{officer.ID, s.Facility}] &&
			!r.barred(officer.ID, s.Facility, s.Reason == Vacancy)
	})
}

// skill is what the seat asks for: only the first of a department asks.
func (r *Roster) skill(s *Substitution) string {
	u := r.pool.Find(s.Facility)
	if u == nil || s.J != 1 {
		return ""
	}
	for _, n := range u.Demand {
		if n.Dept == s.Dept {
			return n.Skill
		}
	}
	return ""
}

// barred reports whether the frozen list keeps officer from facility.
func (r *Roster) barred(officer, facility string, ignoreRotation bool) bool {
	from, _ := slices.BinarySearchFunc(r.officers.Barred, Barred{Officer: officer, Facility: facility}, Barred.compare)
	for _, x := range r.officers.Barred[from:] {
		if x.Officer != officer || x.Facility != facility {
			return false
		}
		if x.Code != Rotate || !ignoreRotation {
			return true
		}
	}
	return false
}
