package inspect

import (
	"slices"
	"strings"

	"shenzhong/events"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/law"
)

// checkSigned wants the signatures of enough officers of the section
// (行政处罚法 art. 42).
func checkSigned(team, signed []string, least int) error {
	if len(slices.Compact(slices.Sorted(slices.Values(signed)))) < max(least, 1) {
		return fault.About("signed", fault.Invalid, "须有至少 %d 名执法人员签字", least)
	}
	for _, o := range signed {
		if !slices.Contains(team, o) {
			return fault.About("signed", fault.Denied, "签字人员不是本次抽取派定的检查人员")
		}
	}
	return nil
}

// checkResults holds a section's answer against the standard categories: each
// known, the exclusive one alone, and with each what must go with it.
func checkResults(subjectKind string, items []string, answer events.VisitSection, categories []law.ResultCategory) error {
	if len(answer.Results) == 0 {
		return fault.About("results", fault.Invalid, "请选择检查结果")
	}
	for i, code := range answer.Results {
		at := slices.IndexFunc(categories, func(c law.ResultCategory) bool { return c.Code == code })
		switch {
		case at < 0:
			return fault.About("results", fault.Invalid, "检查结果“%s”不在标准类别之中", code)
		case slices.Contains(answer.Results[:i], code):
			return fault.About("results", fault.Invalid, "检查结果“%s”重复", categories[at].Name)
		case categories[at].Exclusive && (len(answer.Results) > 1 || len(answer.Findings) > 0):
			return fault.About("results", fault.Invalid, "“%s”不能与其他结果或者问题同时填写", categories[at].Name)
		}
		c := categories[at]
		if len(c.Subjects) > 0 && !slices.Contains(c.Subjects, subjectKind) {
			continue
		}
		if err := checkNeeds(c, answer.Findings); err != nil {
			return err
		}
	}
	for i, f := range answer.Findings {
		if f.No != i+1 || strings.TrimSpace(f.Text) == "" || !slices.Contains(answer.Results, f.Result) {
			return fault.About("findings", fault.Invalid, "第 %d 个问题须写明内容，并对应一项已选的检查结果", i+1)
		}
		if f.Days < 0 {
			return fault.About("findings", fault.Invalid, "第 %d 个问题的改正期限不能是负数", i+1)
		}
		if !slices.Contains(items, f.Item) {
			return fault.About("findings", fault.Invalid, "第 %d 个问题对应的事项 %s 不在本单位本次检查范围内", i+1, f.Item)
		}
	}
	return nil
}

func checkNeeds(c law.ResultCategory, findings []events.Finding) error {
	has := func(ok func(events.Finding) bool) bool {
		return slices.ContainsFunc(findings, func(f events.Finding) bool { return f.Result == c.Code && ok(f) })
	}
	switch c.Needs {
	case "rectification":
		if !has(func(f events.Finding) bool { return f.Days > 0 }) {
			return fault.About("findings", fault.Invalid, "“%s”须写明问题和改正期限（天数）", c.Name)
		}
	case "case":
		if !has(func(f events.Finding) bool { return f.Offence != "" }) {
			return fault.About("findings", fault.Invalid, "“%s”须写明问题和涉嫌的违法行为类型", c.Name)
		}
	case "evidence":
		if !has(func(f events.Finding) bool { return f.Evidence != "" }) {
			return fault.About("findings", fault.Invalid, "“%s”须附证据", c.Name)
		}
	}
	return nil
}
