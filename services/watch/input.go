package watch

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/workday"
)

// How long, in characters, what people write may be. Settings of this program,
// not of any law.
const (
	shortText = 100
	longText  = 2000
	mostProof = 50 // pieces of evidence
)

// Choice is one of a list that a person chooses from.
type Choice struct {
	Code string `json:"code"`
	Name string `json:"name"`
}

// seen are the ways in which a unit sees something by itself.
var seen = []Choice{{"patrol", "巡查"}, {"imagery", "遥感影像"}, {"opinion", "网络舆情"}, {"data", "数据比对"}}

// What an alert can come to.
const (
	outcomeClue      = "clue"
	outcomeUnfounded = "unfounded"
)

// outcomes are kept apart.
var outcomes = []Choice{{outcomeClue, "转为问题线索"}, {"campaign", "建议专项检查"}, {"remedied", "已经消除"}, {outcomeUnfounded, "误报"}}

// chosen refuses what is not in the list.
func chosen(field, title, code string, list []Choice) error {
	if slices.ContainsFunc(list, func(c Choice) bool { return c.Code == code }) {
		return nil
	}
	names := make([]string, len(list))
	for i, c := range list {
		names[i] = c.Name
	}
	return fault.About(field, fault.Invalid, "请选择%s：%s", title, strings.Join(names, "、"))
}

// personalShape finds mobile numbers and identity numbers.
var personalShape = regexp.MustCompile(`(^|[^0-9])(1[3-9][0-9]{9}|[1-9][0-9]{16}[0-9Xx])($|[^0-9])`)

// written checks what somebody wrote for others to read: trimmed, readable, of
// least to most characters, without personal data.
func written(field, title, text string, least, most int) (string, error) {
	text = strings.TrimSpace(strings.ReplaceAll(text, "\r\n", "\n"))
	if !utf8.ValidString(text) {
		return "", fault.About(field, fault.Invalid, "%s中有无法识别的文字，请改用 UTF-8 编码后重新填写", title)
	}
	for _, r := range text {
		if unicode.IsControl(r) && (r != '\n' || most <= shortText) {
			return "", fault.About(field, fault.Invalid, "%s中有不能使用的控制字符，请删去后重新填写", title)
		}
	}
	n := utf8.RuneCountInString(text)
	switch {
	case n == 0 && least > 0:
		return "", fault.About(field, fault.Invalid, "请填写%s", title)
	case n < least:
		return "", fault.About(field, fault.Invalid, "%s至少填写 %d 个字", title, least)
	case n > most:
		return "", fault.About(field, fault.Invalid, "%s最多 %d 个字，现有 %d 个字，请精简", title, most, n)
	case personalShape.MatchString(text):
		return "", fault.About(field, fault.Invalid, "%s中有手机号码或者身份证号码，请删去后再提交", title)
	}
	return text, nil
}

// proofs checks pieces of evidence, at least that many.
func proofs(evidence []string, least int) ([]string, error) {
	if len(evidence) > mostProof {
		return nil, fault.About("evidence", fault.Invalid, "证据最多列 %d 项，请合并", mostProof)
	}
	out := make([]string, 0, len(evidence))
	for _, e := range evidence {
		e, err := written("evidence", "证据", e, 1, longText)
		if err != nil {
			return nil, err
		}
		out = append(out, e)
	}
	if len(out) < least {
		return nil, fault.About("evidence", fault.Invalid, "请列明处置所依据的证据；没有发现问题的，也应当列明核查记录")
	}
	return out, nil
}

// seenDay checks the day on which something was seen, which is not after today.
func seenDay(text string, today workday.Date) (workday.Date, error) {
	d, err := workday.ParseDate(strings.TrimSpace(text))
	if err != nil || d.After(today) {
		return d, fault.About("day", fault.Invalid, "发现日期应为今天或者以前的日期，例如 2026-09-30")
	}
	return d, nil
}
