package casefile

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/workday"
)

// How many characters a text may have.
const (
	shortText = 200
	longText  = 10_000
)

// input cleans what people wrote and keeps the first complaint about it.
type input struct{ err error }

// text trims a text that may be empty. Line breaks and tabs are kept in long
// ones; no other control character is.
func (in *input) text(field string, s *string, most int) {
	*s = strings.TrimSpace(*s)
	if in.err != nil {
		return
	}
	control := func(r rune) bool {
		return unicode.IsControl(r) && (most <= shortText || r != '\n' && r != '\t' && r != '\r')
	}
	switch {
	case !utf8.ValidString(*s) || strings.ContainsRune(*s, utf8.RuneError):
		in.err = fault.About(field, fault.Invalid, "有无法识别的字符，请检查编码后重新填写")
	case strings.ContainsFunc(*s, control):
		in.err = fault.About(field, fault.Invalid, "有不可见的控制字符，请删去后重新填写")
	case utf8.RuneCountInString(*s) > most:
		in.err = fault.About(field, fault.Invalid, "最多填写 %d 个字，请精简", most)
	}
}

// need is text for one that must not be empty.
func (in *input) need(field, what string, s *string, most int) {
	in.text(field, s, most)
	if in.err == nil && *s == "" {
		in.err = fault.About(field, fault.Invalid, "请填写%s", what)
	}
}

// list cleans every text of a list.
func (in *input) list(field string, list []string) {
	for i := range list {
		in.need(field, "每一项内容", &list[i], shortText)
	}
}

// sum is what a SHA-256 looks like.
var sum = regexp.MustCompile(`^[0-9a-f]{64}$`)

// digest checks a SHA-256 in hex; upper case is taken too.
func (in *input) digest(s *string, must bool) {
	*s = strings.ToLower(strings.TrimSpace(*s))
	if in.err == nil && (must || *s != "") && !sum.MatchString(*s) {
		in.err = fault.About("sha256", fault.Invalid, "请提交文件的 SHA-256 值（64 位十六进制）")
	}
}

// date reads a day that must be written and may lie ahead.
func (in *input) date(field, what, s string) workday.Date {
	d, err := workday.ParseDate(strings.TrimSpace(s))
	if in.err == nil && err != nil {
		in.err = fault.About(field, fault.Invalid, "请填写%s，写作 2026-11-24 的形式：%w", what, err)
	}
	return d
}

// day reads a day that is not behind today; an empty one is today.
func (in *input) day(field, s string, today workday.Date) workday.Date {
	s = strings.TrimSpace(s)
	if s == "" {
		return today
	}
	d, err := workday.ParseDate(s)
	if in.err == nil && err != nil {
		in.err = fault.About(field, fault.Invalid, "日期应写作 2026-11-24 的形式：%w", err)
	}
	if in.err == nil {
		in.err = inTime(field, d, today)
	}
	return d
}
