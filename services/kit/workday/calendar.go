// Package workday counts the time limits of the law (期间): workdays with their
// make-up Saturdays, natural days, months and hours, and says how it counted.
// It must never hold a time limit of any law: the numbers come from the law
// pack. It must never read the clock, and never guess silently: whatever rests
// on a year that the State Council has not published is marked provisional.
package workday

import (
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"shenzhong/services/kit/fault"
)

//go:embed years.json
var yearsJSON []byte

// Calendar knows which days are worked. It is immutable and safe for
// concurrent use; WithYear and WithOffice return new ones.
type Calendar struct {
	years    []Year // in order of year, no year twice
	office   Office
	sessions []session // of office; never empty
	marks    map[Date]mark
	states   map[int]State
	version  string
	horizon  Date
}

// mark is what a notice says of one day.
type mark struct {
	off  bool
	name string // of the holiday
}

// New returns the calendar that this program was built with: the notices of
// 2004 to 2026 and the statutory holidays of 2027.
func New() (*Calendar, error) {
	var file struct {
		Office Office `json:"office"`
		Years  []Year `json:"years"`
	}
	if err := strict(yearsJSON, &file); err != nil {
		return nil, fmt.Errorf("decode the embedded calendar: %w", err)
	}
	return build(file.Years, file.Office)
}

// build checks the years and derives what is looked up.
func build(years []Year, office Office) (*Calendar, error) {
	sessions, err := office.sessions()
	if err != nil {
		return nil, err
	}
	c := &Calendar{
		years:    slices.SortedFunc(slices.Values(years), func(a, b Year) int { return a.Year - b.Year }),
		office:   office.clone(),
		sessions: sessions,
		marks:    make(map[Date]mark),
		states:   make(map[int]State),
	}
	for _, y := range c.years {
		if err := y.check(); err != nil {
			return nil, err
		}
		if _, twice := c.states[y.Year]; twice {
			return nil, fault.New(fault.Invalid, "日历中 %d 年出现了两次。", y.Year)
		}
		c.states[y.Year] = y.State
		for _, s := range y.Off {
			for d := s.From; !d.After(s.To); d = d.AddDays(1) {
				c.marks[d] = mark{off: true, name: s.Name}
			}
		}
		for _, w := range y.Work {
			c.marks[w.Date] = mark{name: w.Name}
		}
	}
	c.horizon = c.lastPublished()
	c.version, err = c.fingerprint()
	if err != nil {
		return nil, err
	}
	return c, nil
}

// lastPublished is 31 December of the last year up to which no year is missing.
func (c *Calendar) lastPublished() Date {
	var last Date
	for i, y := range c.years {
		if y.State != Published || i > 0 && c.years[i-1].Year != y.Year-1 {
			break
		}
		last = fromUTC(time.Date(y.Year, time.December, 31, 0, 0, 0, 0, time.UTC))
	}
	return last
}

// fingerprint names the content: two calendars with one version count alike.
func (c *Calendar) fingerprint() (string, error) {
	content, err := json.Marshal(struct {
		Years  []Year
		Office Office
	}{c.years, c.office})
	if err != nil {
		return "", fmt.Errorf("encode the calendar: %w", err)
	}
	sum := sha256.Sum256(content)
	return fmt.Sprintf("CN-%d-%s", c.horizon.Year(), hex.EncodeToString(sum[:4])), nil
}

// Version names the content of the calendar, as "CN-2026-0a1b2c3d": the last
// published year and a digest. A deadline keeps the version it was counted on.
func (c *Calendar) Version() string { return c.version }

// Horizon is the last day of which the arrangement is published. What lies
// beyond it is provisional.
func (c *Calendar) Horizon() Date { return c.horizon }

// Years returns a copy of what the calendar is made of, in order of year.
func (c *Calendar) Years() []Year {
	years := slices.Clone(c.years)
	for i, y := range years {
		years[i].Notices = slices.Clone(y.Notices)
		years[i].Off = slices.Clone(y.Off)
		years[i].Work = slices.Clone(y.Work)
	}
	return years
}

// WithYear returns a calendar that holds y in place of what c holds of that
// year, or fault.Invalid if y cannot be a notice.
func (c *Calendar) WithYear(y Year) (*Calendar, error) {
	years := slices.DeleteFunc(c.Years(), func(have Year) bool { return have.Year == y.Year })
	return build(append(years, y), c.office)
}

// WithOffice returns a calendar with other office hours (a local setting).
func (c *Calendar) WithOffice(o Office) (*Calendar, error) { return build(c.Years(), o) }

// IsWorkday reports whether d is worked, the reason in Chinese, and how much
// is known of its year.
func (c *Calendar) IsWorkday(d Date) (works bool, reason string, state State) {
	state = Unknown
	if s, ok := c.states[d.Year()]; ok {
		state = s
	}
	m, marked := c.marks[d]
	switch {
	case marked && m.off:
		works, reason = false, m.name+"放假"
	case marked:
		works, reason = true, weekday(d)+"，因"+m.name+"调休上班"
	default:
		works, reason = !weekend(d), ordinary[d.Weekday()]
	}
	if state != Published {
		reason += "（该年度放假安排尚未公布，暂定）"
	}
	return works, reason, state
}
