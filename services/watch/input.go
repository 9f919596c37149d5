package watch

import (
	"slices"
	"strings"

	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/workday"
	"shenzhong/services/kit/written"
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

// seenDay checks the day on which something was seen, which is not after today.
func seenDay(text string, today workday.Date) (workday.Date, error) {
	d, err := workday.ParseDate(strings.TrimSpace(text))
	if err != nil || d.After(today) {
		return d, fault.About("day", fault.Invalid, "发现日期应为今天或者以前的日期，例如 2026-09-30")
	}
	return d, nil
}

// told is what somebody wrote for others to read, without personal data.
func told(field, title, text string, least, most int) (string, error) {
	text, err := written.Text(field, title, text, least, most)
	if err != nil {
		return "", err
	}
	return text, written.Impersonal(field, text)
}

// proofs are pieces of evidence for others to read, at least that many.
func proofs(list []string, least int) ([]string, error) {
	list, err := written.Evidence(list, least)
	if err != nil {
		return nil, err
	}
	return list, written.Impersonal("evidence", strings.Join(list, "\n"))
}
