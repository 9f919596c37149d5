package register

import (
	"slices"
	"strings"

	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/law"
	"shenzhong/services/kit/uscc"
	"shenzhong/services/kit/workday"
)

// FacilityDraft is what a person fills in about a facility.
type FacilityDraft struct {
	Name        string
	Category    string // of the law pack
	SubjectKind string // of the law pack
	USCC        string // empty where the object has none
	USCCNote    string // why a code is right although its check digit is not
	Town        string // town of the law pack by code or name, or its name
	Address     string
	Risk        string // L, M, H
	Established string // 2006-01-02, empty = not known
}

// review returns the draft as it would be entered and everything that is wrong
// with it, by the law of today; what chooses by the day of establishment, by
// the law of that day.
func (d FacilityDraft) review(pack *law.Pack, today workday.Date) (FacilityDraft, []error) {
	var errs []error
	note := func(err error) {
		if err != nil {
			errs = append(errs, err)
		}
	}
	var err error
	d.Name, err = line("name", "名称", d.Name, nameMost)
	note(err)
	d.Address, err = line("address", "地址", d.Address, textMost)
	note(err)
	d.Town, err = town(pack, today, d.Town)
	note(err)
	if d.Risk = strings.TrimSpace(d.Risk); !slices.Contains([]string{"L", "M", "H"}, d.Risk) {
		note(fault.About("risk", fault.Invalid, "风险等级应为 L（低）、M（中）或 H（高）"))
	}
	if _, err := pack.SubjectKind(d.SubjectKind, today); err != nil {
		note(fault.About("subject_kind", fault.Invalid, "没有代码为“%s”的主体类型，请从规则包中选择", clip(d.SubjectKind)))
	}
	kind, err := pack.FacilityKind(d.Category, today)
	if err != nil {
		note(fault.About("category", fault.Invalid, "没有代码为“%s”的检查对象类别，请从规则包中选择", clip(d.Category)))
		return d, errs
	}
	d.USCC, d.USCCNote, err = code(d.USCC, d.USCCNote, kind)
	note(err)
	d.Established, err = established(pack, today, d.Established, kind)
	note(err)
	return d, errs
}

// town returns the short name of a town of the law pack, or the name that was
// filled in: the pack need not list every town.
func town(pack *law.Pack, on workday.Date, text string) (string, error) {
	text, err := line("town", "所在乡镇街道", text, nameMost)
	if err != nil {
		return "", err
	}
	for _, u := range pack.Units() {
		if u.Kind == law.Town && !u.Group && u.On(on) && (text == u.Code || text == u.Name || text == u.Short) {
			return u.Short, nil
		}
	}
	return text, nil
}

// code checks a unified social credit code: its form must be right; that a
// check digit is not may be overridden with a reason (GB 32100-2015; real codes
// fail it).
func code(text, note string, kind law.FacilityKind) (string, string, error) {
	if strings.TrimSpace(text) == "" {
		if kind.Nameless {
			return "", "", nil
		}
		return "", "", fault.About("uscc", fault.Invalid, "%s应当有统一社会信用代码，请对照证照填写", kind.Name)
	}
	parsed, err := uscc.Parse(text)
	if err != nil {
		return "", "", fault.About("uscc", fault.Invalid, "%w", err)
	}
	doubt := parsed.Verify()
	if doubt == nil {
		return string(parsed), "", nil
	}
	note, err = optional("uscc_note", "信用代码说明", note, textMost)
	if err == nil && note == "" {
		err = fault.About("uscc_note", fault.Invalid, "%w；如证照上确实如此，请写明说明后再登记", doubt)
	}
	return string(parsed), note, err
}

// newLimit is the number in the law pack that says how many facilities of a
// category may be newly established.
func newLimit(category string) string { return "facility.new." + category }

// established checks the day of establishment. Where the law pack allows no new
// facility of the category from a day on, the day must be known and must be
// earlier: since 2026-03-30 no funeral facility may be set up for profit
// (国务院令第824号).
func established(pack *law.Pack, today workday.Date, text string, kind law.FacilityKind) (string, error) {
	if strings.TrimSpace(text) == "" {
		if _, err := pack.Limit(newLimit(kind.Code), today); err != nil {
			return "", nil // nothing depends on the day
		}
		return "", fault.About("established", fault.Invalid, "%s须填写设立日期，用来判断是否属于不得新设的设施", kind.Name)
	}
	day, err := date("established", "设立日期", text)
	if err != nil {
		return "", err
	}
	if day.After(today) {
		return "", fault.About("established", fault.Invalid, "设立日期 %s 晚于今天，请核对", day)
	}
	limit, err := pack.Limit(newLimit(kind.Code), day)
	if err == nil && *limit.Value == 0 {
		return "", fault.About("established", fault.Invalid, "%s起不得新设%s（%s），不能登记；请核对设立日期和类别", limit.ValidFrom.Chinese(), kind.Name, limit.Citation())
	}
	return day.String(), nil
}
