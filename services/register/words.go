package register

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/workday"
)

// How many characters a person may fill in. None of them is a limit of law.
const (
	nameMost   = 60
	textMost   = 200
	numberMost = 40
)

// line returns what was filled in without the blanks around it. Text that is
// empty, too long, not UTF-8, or that holds characters no reader can see, is
// fault.Invalid about the field.
func line(field, label, text string, most int) (string, error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return "", fault.About(field, fault.Invalid, "请填写%s", label)
	}
	return optional(field, label, text, most)
}

// optional is line for what need not be filled in.
func optional(field, label, text string, most int) (string, error) {
	text = strings.TrimSpace(text)
	switch {
	case !utf8.ValidString(text) || strings.ContainsFunc(text, unseen):
		return "", fault.About(field, fault.Invalid, "%s中有无法识别的字符，请重新填写", label)
	case utf8.RuneCountInString(text) > most:
		return "", fault.About(field, fault.Invalid, "%s最多 %d 个字，请精简", label, most)
	}
	return text, nil
}

// unseen reports whether a reader cannot see the character: controls, marks
// that turn the direction of writing, unassigned places.
func unseen(r rune) bool {
	return r == utf8.RuneError || !unicode.IsPrint(r) && !unicode.Is(unicode.Zs, r)
}

// several is line for a list, each at most once.
func several(field, label string, texts []string, count, most int) ([]string, error) {
	out := []string{}
	for _, text := range texts {
		text, err := line(field, label, text, most)
		if err != nil {
			return nil, err
		}
		for _, have := range out {
			if have == text {
				return nil, fault.About(field, fault.Invalid, "%s“%s”写了两次，请只保留一个", label, text)
			}
		}
		out = append(out, text)
	}
	if len(out) > count {
		return nil, fault.About(field, fault.Invalid, "%s最多 %d 项，请精简", label, count)
	}
	return out, nil
}

// firstYear and lastYear bound the days that a register can mean: what lies outside was
// mistyped.
const (
	firstYear = 1900
	lastYear  = 2100
)

// date reads a day that was filled in.
func date(field, label, text string) (workday.Date, error) {
	d, err := workday.ParseDate(strings.TrimSpace(text))
	if err != nil {
		return d, fault.About(field, fault.Invalid, "%s：%w", label, err)
	}
	if d.Year() < firstYear || d.Year() > lastYear {
		return workday.Date{}, fault.About(field, fault.Invalid, "%s应在 %d 年至 %d 年之间，请核对", label, firstYear, lastYear)
	}
	return d, nil
}

// earliest returns the first of several complaints: what a person is told who
// entered one thing.
func earliest(errs []error) error {
	if len(errs) == 0 {
		return nil
	}
	return errs[0]
}
