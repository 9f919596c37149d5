package workday

import (
	"fmt"
	"time"

	"shenzhong/services/kit/fault"
)

// Zone is where the business of the district is done: Asia/Shanghai, which has
// kept +08:00 without summer time since 1991. It is fixed here so that a
// machine without a time zone database counts the same days.
var Zone = time.FixedZone("Asia/Shanghai", 8*60*60)

// Date is a civil date in Zone. The zero Date is no date. Dates are comparable
// with == and may be map keys.
type Date struct {
	// ordinal counts the days since 1 January of year 1, which is 1 and a Monday.
	ordinal int32
}

// layout is the one way in which a date is written.
const layout = time.DateOnly

// lastYear is the last year that four digits can write.
const lastYear = 9999

// dayOne is the day before ordinal 1.
var dayOne = time.Date(0, time.December, 31, 0, 0, 0, 0, time.UTC)

// NewDate returns the date of that year (1 to 9999), month and day, or
// fault.Invalid if there is no such day.
func NewDate(year int, month time.Month, day int) (Date, error) {
	t := time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
	if year < 1 || year > lastYear || t.Year() != year || t.Month() != month || t.Day() != day {
		return Date{}, fault.New(fault.Invalid, "没有 %d 年 %d 月 %d 日这一天，请核对日期。", year, int(month), day)
	}
	return fromUTC(t), nil
}

// ParseDate reads a date written as 2006-01-02, or returns fault.Invalid.
func ParseDate(s string) (Date, error) {
	t, err := time.Parse(layout, s)
	if err != nil || t.Year() < 1 {
		return Date{}, fault.New(fault.Invalid, "“%s”不是有效日期，请按“2026-09-30”的格式填写真实存在的日期。", clip(s))
	}
	return fromUTC(t), nil
}

// clip keeps what a person typed short enough to be shown back.
func clip(s string) string {
	const most = 24
	runes := []rune(s)
	if len(runes) > most {
		return string(runes[:most]) + "……"
	}
	return s
}

// DateOf returns the date that t falls on in Zone. The first instant of a day
// belongs to that day: 24:00 of one date is the next date.
func DateOf(t time.Time) Date {
	y, m, d := t.In(Zone).Date()
	return fromUTC(time.Date(y, m, d, 0, 0, 0, 0, time.UTC))
}

func fromUTC(t time.Time) Date {
	return Date{ordinal: int32((t.Unix() - dayOne.Unix()) / (24 * 60 * 60))}
}

func (d Date) utc() time.Time { return dayOne.AddDate(0, 0, int(d.ordinal)) }

// IsZero reports whether d is no date.
func (d Date) IsZero() bool { return d.ordinal == 0 }

// Civil returns the year, month and day of d.
func (d Date) Civil() (year int, month time.Month, day int) { return d.utc().Date() }

// Year returns the year of d.
func (d Date) Year() int { return d.utc().Year() }

// Weekday returns the day of the week of d.
func (d Date) Weekday() time.Weekday { return time.Weekday((d.ordinal%7 + 7) % 7) }

// AddDays returns the date n days after d, before it if n is negative.
func (d Date) AddDays(n int) Date { return Date{ordinal: d.ordinal + int32(n)} }

// AddMonths returns the corresponding day n months after d, before it if n is
// negative; in a month without that day, the last day of the month: Civil Code
// (民法典) art. 202.
func (d Date) AddMonths(n int) Date {
	y, m, day := d.Civil()
	first := time.Date(y, m+time.Month(n), 1, 0, 0, 0, 0, time.UTC)
	last := first.AddDate(0, 1, -1).Day()
	return fromUTC(first.AddDate(0, 0, min(day, last)-1))
}

// Sub returns the number of days from o to d.
func (d Date) Sub(o Date) int { return int(d.ordinal - o.ordinal) }

// Before reports whether d is earlier than o.
func (d Date) Before(o Date) bool { return d.ordinal < o.ordinal }

// After reports whether d is later than o.
func (d Date) After(o Date) bool { return d.ordinal > o.ordinal }

// Equal reports whether d and o are the same date.
func (d Date) Equal(o Date) bool { return d == o }

// Compare returns -1, 0 or +1 as d is earlier than, the same as or later than o.
func (d Date) Compare(o Date) int { return min(1, max(-1, int(d.ordinal-o.ordinal))) }

// Start returns the first instant of d in Zone, 0:00.
func (d Date) Start() time.Time {
	y, m, day := d.Civil()
	return time.Date(y, m, day, 0, 0, 0, 0, Zone)
}

// End returns the instant at which d is over, 24:00: the first instant of the
// next day in Zone.
func (d Date) End() time.Time { return d.AddDays(1).Start() }

// String returns d as 2006-01-02, and nothing for the zero Date.
func (d Date) String() string {
	if d.IsZero() {
		return ""
	}
	return d.utc().Format(layout)
}

// Number makes d comparable as a column: 2026-09-30 is 20260930. No date is 0.
func (d Date) Number() int64 {
	if d.IsZero() {
		return 0
	}
	year, month, day := d.Civil()
	return int64(year)*10000 + int64(month)*100 + int64(day)
}

// NumberOf is the Number of a day that was checked before it was kept; 0 of what
// is no day.
func NumberOf(day string) int64 {
	d, err := ParseDate(day)
	if err != nil {
		return 0
	}
	return d.Number()
}

// Chinese returns d as 2006年1月2日.
func (d Date) Chinese() string {
	y, m, day := d.Civil()
	return fmt.Sprintf("%d年%d月%d日", y, int(m), day)
}

// MarshalText writes d as 2006-01-02, the zero Date as nothing.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads what MarshalText writes.
func (d *Date) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*d = Date{}
		return nil
	}
	parsed, err := ParseDate(string(text))
	if err != nil {
		return err
	}
	*d = parsed
	return nil
}

// ordinary says of each weekday what it is where no notice says otherwise.
var ordinary = [...]string{"周日，休息日", "周一，工作日", "周二，工作日", "周三，工作日", "周四，工作日", "周五，工作日", "周六，休息日"}

// weekday is the Chinese name of the day of the week of d.
func weekday(d Date) string {
	return [...]string{"周日", "周一", "周二", "周三", "周四", "周五", "周六"}[d.Weekday()]
}
