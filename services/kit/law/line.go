// Package law holds the law pack of a district (辖区规则包): every rule, limit
// and amount that the program applies, as dated data with its citation. Which
// line applies is chosen by the date of the legal fact, never by today's date.
// The package must never contain a number that comes from a law, and must never
// hand out an amount that nobody has checked as if it were certain.
package law

import (
	"strings"

	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/workday"
)

// Verification says how far a line was checked against its source.
type Verification string

// The degrees of verification, as they stand in the files.
const (
	Checked   Verification = "true"  // the text of the instrument, or a reliable excerpt of it, was read
	Unchecked Verification = "false" // known to exist; its wording or its number was not read
	Local     Verification = "local" // a setting of the district, not law; may be changed by it
)

// Cite points to a place in an instrument. In the files it is written as the
// instrument's id, a blank and the article: "plan2024 五(二)3".
type Cite struct {
	Instrument string
	Article    string // empty: the instrument as a whole
}

// UnmarshalText reads the written form.
func (c *Cite) UnmarshalText(text []byte) error {
	c.Instrument, c.Article, _ = strings.Cut(string(text), " ")
	if c.Instrument == "" || c.Article != strings.TrimSpace(c.Article) {
		return fault.New(fault.Invalid, "依据“%s”写法不对，应当是“文件代码 条款”。", text)
	}
	return nil
}

// MarshalText writes the form that UnmarshalText reads.
func (c Cite) MarshalText() ([]byte, error) {
	return []byte(strings.TrimSpace(c.Instrument + " " + c.Article)), nil
}

// Line is what every rule of a pack carries: where it comes from, whether that
// was checked, and when it is in force.
type Line struct {
	Basis     []Cite       `yaml:"basis"`
	Verified  Verification `yaml:"verified"`
	ValidFrom workday.Date `yaml:"valid_from"`
	ValidTo   workday.Date `yaml:"valid_to"` // the last day; zero = still in force
	Note      string       `yaml:"note"`     // Chinese; what a reader must know, such as what was not verified

	citation string // set when the pack is loaded
}

// Citation is the basis in Chinese as it may be printed, with the titles,
// numbers and articles of its instruments.
func (l Line) Citation() string { return l.citation }

// On reports whether the line is in force on that day.
func (l Line) On(d workday.Date) bool {
	return !d.Before(l.ValidFrom) && (l.ValidTo.IsZero() || !d.After(l.ValidTo))
}

// IsLaw reports whether the line states law, rather than a local setting.
func (l Line) IsLaw() bool { return l.Verified != Local }

// Caution is a Chinese sentence to be shown wherever a line that is not checked
// law is used; it is empty for a checked line.
func (l Line) Caution() string {
	switch l.Verified {
	case Unchecked:
		return "该规则尚未与公布的法律文本核对，使用前请核实。"
	case Local:
		return "该规则是本地设置，不是法律规定。"
	}
	return ""
}

func (l Line) base() Line { return l }

// check refuses a line that nobody could argue from.
func (l Line) check() error {
	switch {
	case len(l.Basis) == 0:
		return fault.New(fault.Invalid, "没有写明依据（basis）。")
	case l.Verified != Checked && l.Verified != Unchecked && l.Verified != Local:
		return fault.New(fault.Invalid, "核对情况（verified）应当是 true、false 或 local。")
	case l.ValidFrom.IsZero():
		return fault.New(fault.Invalid, "没有写明施行日期（valid_from）。")
	case !l.ValidTo.IsZero() && l.ValidTo.Before(l.ValidFrom):
		return fault.New(fault.Invalid, "失效日期 %s 早于施行日期 %s。", l.ValidTo, l.ValidFrom)
	}
	return nil
}

// cite resolves the basis into printable words.
func (l *Line) cite(instruments map[string]Instrument) error {
	parts := make([]string, 0, len(l.Basis))
	for _, c := range l.Basis {
		in, ok := instruments[c.Instrument]
		if !ok {
			return fault.New(fault.Invalid, "依据的文件“%s”不在文件目录中。", c.Instrument)
		}
		parts = append(parts, in.Cited()+c.Article)
	}
	l.citation = strings.Join(parts, "；")
	return nil
}
