package workday

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"shenzhong/services/kit/fault"
)

// State says how much is known of the days off of a year.
type State string

// The states of a year.
const (
	// Published: the State Council has published the arrangement of the year.
	Published State = "published"
	// Expected: only the statutory holidays are known, the make-up workdays are not.
	Expected State = "expected"
	// Unknown: nothing is known but weekends.
	Unknown State = "unknown"
)

// Notice is a source of a year's days off.
type Notice struct {
	Title  string `json:"title"`
	Number string `json:"number,omitempty"` // document number (发文字号), empty where it is not known
	URL    string `json:"url,omitempty"`
	// Verified says that the citation was checked against the published text.
	Verified bool `json:"verified"`
}

// Span is a run of days off, both ends included.
type Span struct {
	Name string `json:"name"`
	From Date   `json:"from"`
	To   Date   `json:"to"`
}

// Makeup is a weekend day that is worked (调休上班) for the sake of a holiday.
type Makeup struct {
	Name string `json:"name"`
	Date Date   `json:"date"`
}

// Year is what one year's notices say. Days at the end of the year before and
// at the beginning of the next may belong to it.
type Year struct {
	Year    int      `json:"year"`
	State   State    `json:"state"`
	Notices []Notice `json:"notices"`
	Off     []Span   `json:"off"`
	Work    []Makeup `json:"work"`
}

// ParseYear reads the notice of one year: the JSON form of Year, strictly. It
// returns fault.Invalid with a reason for whatever cannot be a notice: an
// unknown key, a make-up workday on a weekday, a day both on and off, a year
// without its New Year, May Day or National Day.
func ParseYear(data []byte) (Year, error) {
	var y Year
	if err := strict(data, &y); err != nil {
		return Year{}, fault.New(fault.Invalid, "放假安排文件格式不对，请按模板填写：%s", inWords(err))
	}
	if err := y.check(); err != nil {
		return Year{}, err
	}
	return y, nil
}

// strict decodes exactly one JSON value with no unknown key.
func strict(data []byte, into any) error {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(into); err != nil {
		return err
	}
	if _, err := dec.Token(); err != io.EOF {
		return fault.New(fault.Invalid, "文件末尾有多余内容")
	}
	return nil
}

// inWords says in Chinese what is wrong with a file in JSON.
func inWords(err error) string {
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &syntax):
		return fmt.Sprintf("第 %d 个字节处语法有误", syntax.Offset)
	case fault.Is(err, fault.Invalid):
		return err.Error()
	}
	return "文件不完整，或者有一项不认识、内容不对"
}

const (
	firstYear   = 2000 // earlier arrangements were made by other means
	longestSpan = 31   // days off in one run; the longest so far had ten
	mostSpans   = 40
)

// check refuses a year that no notice can have said.
func (y Year) check() error {
	bad := func(format string, args ...any) error {
		return fault.New(fault.Invalid, "%d年放假安排有误："+format, append([]any{y.Year}, args...)...)
	}
	if y.Year < firstYear || y.Year >= lastYear {
		return bad("年份应当在 %d 至 %d 之间。", firstYear, lastYear-1)
	}
	if y.State != Published && y.State != Expected {
		return bad("状态只能是 published（已公布）或 expected（预计）。")
	}
	if len(y.Notices) == 0 || y.Notices[0].Title == "" {
		return bad("应当写明通知名称。")
	}
	if len(y.Off) > mostSpans || len(y.Work) > mostSpans {
		return bad("放假或者调休的条目过多，请核对。")
	}
	off, err := y.checkOff(bad)
	if err != nil {
		return err
	}
	return y.checkWork(off, bad)
}

func (y Year) checkOff(bad func(string, ...any) error) (map[Date]bool, error) {
	off := make(map[Date]bool)
	for _, s := range y.Off {
		switch {
		case s.Name == "":
			return nil, bad("%s 的放假没有写明节日名称。", s.From)
		case !y.near(s.From) || !y.near(s.To):
			return nil, bad("%s 至 %s 不在该年度。", s.From, s.To)
		case s.To.Before(s.From) || s.To.Sub(s.From) >= longestSpan:
			return nil, bad("%s放假的起止日期 %s 至 %s 不合理。", clip(s.Name), s.From, s.To)
		}
		for d := s.From; !d.After(s.To); d = d.AddDays(1) {
			if off[d] {
				return nil, bad("%s 重复列为放假。", d)
			}
			off[d] = true
		}
	}
	for _, fixed := range []struct {
		name  string
		month time.Month
	}{{"元旦", time.January}, {"劳动节", time.May}, {"国庆节", time.October}} {
		d, err := NewDate(y.Year, fixed.month, 1)
		if err != nil {
			return nil, err
		}
		if !off[d] {
			return nil, bad("缺少%s（%s）。", fixed.name, d)
		}
	}
	return off, nil
}

func (y Year) checkWork(off map[Date]bool, bad func(string, ...any) error) error {
	var seen []Date
	for _, w := range y.Work {
		switch {
		case y.State == Expected:
			return bad("尚未公布的年份不能写调休上班日。")
		case w.Name == "":
			return bad("%s 的调休上班没有写明因哪个节日。", w.Date)
		case !y.near(w.Date):
			return bad("调休上班日 %s 不在该年度。", w.Date)
		case !weekend(w.Date):
			return bad("调休上班日 %s 是%s，只能是周六或者周日。", w.Date, weekday(w.Date))
		case off[w.Date]:
			return bad("%s 既列为放假又列为调休上班。", w.Date)
		case slices.Contains(seen, w.Date):
			return bad("%s 重复列为调休上班。", w.Date)
		}
		seen = append(seen, w.Date)
	}
	return nil
}

// near reports whether a notice of the year may speak of d: the year itself
// and the ten days either side, which a long New Year may reach.
func (y Year) near(d Date) bool {
	const reach = 10
	return !d.IsZero() && (d.AddDays(reach).Year() == y.Year || d.AddDays(-reach).Year() == y.Year || d.Year() == y.Year)
}

func weekend(d Date) bool {
	return d.Weekday() == time.Saturday || d.Weekday() == time.Sunday
}
