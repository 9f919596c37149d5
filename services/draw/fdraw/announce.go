package fdraw

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	algorithms = "algorithm fdraw-ruler-1 fdraw-deal-1"

	minParties = 3 // section 3: at least three, one of them without an inspection of its own
	minQuorum  = 2
)

// Announce fixes, at least one working day ahead, everything about a draw that
// somebody might otherwise choose later (section 5, S0).
type Announce struct {
	Head
	Hash     Hash
	Policy   Digest   // H("policy", policy file)
	Parties  []string // sorted, at least three
	Quorum   int      // reveals without which the attempt is void, at least 2
	CommitBy time.Time
	FreezeBy time.Time
	RevealBy time.Time
	Beacon   Appointment
	Fallback Source // dice in public, if the announced number is not drawn
	OpenBy   time.Time
}

// Appointment is a public number that does not exist yet.
type Appointment struct {
	Source Source
	Issue  string
	At     time.Time
}

// ParseAnnounce reads an announcement. The deadlines must stand in the order
// in which they have to be kept, the public number after all reveals.
func ParseAnnounce(text string) (*Announce, error) {
	r := newReader(AnnounceFile, text)
	a := &Announce{Head: r.head()}
	if r.err == nil {
		_, err := ParseNumber(a.Draw)
		r.check(err)
	}
	var err error
	a.Hash, err = ParseHash(r.word("hash"))
	r.check(err)
	r.literal(algorithms)
	a.Policy = r.digest("policy")
	a.Parties = r.parties()
	a.Quorum = r.number("quorum", minQuorum, maxNumber)
	if a.Quorum > len(a.Parties) {
		r.fail("法定揭示数 %d 超过参与方数 %d", a.Quorum, len(a.Parties))
	}
	a.CommitBy = r.after("commit-by", time.Time{}, "")
	a.FreezeBy = r.after("freeze-by", a.CommitBy, "承诺截止")
	a.RevealBy = r.after("reveal-by", a.FreezeBy, "冻结")
	a.Beacon = r.appointment(a)
	a.Fallback = r.asSource(r.word("fallback"))
	if a.Fallback != Dice {
		r.fail("备用随机源只能是 %s：其他来源的期号未在公告中确定", Dice)
	}
	a.OpenBy = r.after("open-by", a.Beacon.At, "公共随机数产生")
	return a, r.end(a.Text)
}

func (r *reader) parties() []string {
	var parties []string
	before := ""
	for r.more("party") {
		party := r.asID(r.word("party"))
		r.ascend(before, party, "参与方")
		parties, before = append(parties, party), party
	}
	if len(parties) < minParties {
		r.fail("参与方至少 %d 个，实有 %d 个", minParties, len(parties))
	}
	return parties
}

// after reads a deadline that may not come before the step called what.
func (r *reader) after(keyword string, before time.Time, what string) time.Time {
	t := r.time(keyword)
	if r.err == nil && t.Before(before) {
		r.fail("%s 的时间早于%s的时间", keyword, what)
	}
	return t
}

func (r *reader) appointment(a *Announce) Appointment {
	w := r.fields("beacon", 3)
	b := Appointment{Source: r.asSource(w[0]), Issue: w[1], At: r.asTime(w[2])}
	if r.err == nil {
		r.check(b.Source.checkIssue(b.Issue))
	}
	switch {
	case r.err != nil:
	case b.Source == Dice && b.Issue != a.diceIssue():
		r.fail("掷骰的期号应为 %s", a.diceIssue())
	case !a.RevealBy.Before(b.At):
		r.fail("公共随机数的时间须晚于揭示截止时间，否则可以看着随机数决定是否揭示")
	}
	return b
}

// diceIssue names the one throw that belongs to this attempt.
func (h Head) diceIssue() string { return h.String() }

// Text is the canonical spelling. It does not check a: parse the text for that.
func (a *Announce) Text() string {
	var b strings.Builder
	b.WriteString(a.text(AnnounceFile))
	line := func(words ...string) { b.WriteString(strings.Join(words, " ") + "\n") }
	line("hash", a.Hash.String())
	line(algorithms)
	line("policy", a.Policy.String())
	for _, p := range a.Parties {
		line("party", p)
	}
	line("quorum", strconv.Itoa(a.Quorum))
	line("commit-by", formatTime(a.CommitBy))
	line("freeze-by", formatTime(a.FreezeBy))
	line("reveal-by", formatTime(a.RevealBy))
	line("beacon", string(a.Beacon.Source), a.Beacon.Issue, formatTime(a.Beacon.At))
	line("fallback", string(a.Fallback))
	line("open-by", formatTime(a.OpenBy))
	return b.String()
}

// Digest is H("announce", text).
func (a *Announce) Digest() Digest { return a.Hash.Sum(labelAnnounce, a.Text()) }

// Year is the year to whose plan and census the draw counts: that of the
// freeze, also when the visits fall into the next one.
func (a *Announce) Year() int { return a.FreezeBy.In(beijing).Year() }

// IsParty reports whether party was announced.
func (a *Announce) IsParty(party string) bool {
	_, found := slices.BinarySearch(a.Parties, party)
	return found
}

// Number is a draw id taken apart: district, year and a serial number that is
// dense within the two, so that a missing draw is seen (section 3).
type Number struct {
	District string // six-digit administrative division code
	Year     int
	Serial   int // from 1
}

// ParseNumber reads "<adcode>-<year>-<4 digits>".
func ParseNumber(draw string) (Number, error) {
	var n Number
	part := strings.Split(draw, "-")
	if len(part) != 3 || len(part[0]) != 6 || len(part[1]) != 4 || len(part[2]) != 4 || strings.Trim(strings.Join(part, ""), "0123456789") != "" {
		return n, fmt.Errorf("抽取编号“%s”应形如 500156-2026-0007", show(draw))
	}
	n.District = part[0]
	n.Year, _ = strconv.Atoi(part[1]) // four digits
	n.Serial, _ = strconv.Atoi(part[2])
	if n.Serial == 0 {
		return n, fmt.Errorf("抽取编号“%s”的序号应从 0001 起", show(draw))
	}
	return n, nil
}

// String is the draw id.
func (n Number) String() string { return fmt.Sprintf("%s-%04d-%04d", n.District, n.Year, n.Serial) }
