package clue

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/workday"
	"shenzhong/services/kit/written"
)

// phoneShape is what a telephone number may look like.
var phoneShape = regexp.MustCompile(`^\+?[0-9][0-9 -]{4,19}$`)

// reachable checks contact data.
func reachable(c Contact) (Contact, error) {
	var err error
	if c.Name, err = written.Text("contact.name", "姓名", c.Name, 0, written.Short); err != nil {
		return Contact{}, err
	}
	if c.Phone, err = written.Text("contact.phone", "电话", c.Phone, 0, written.Short); err != nil {
		return Contact{}, err
	}
	if c.Phone != "" && !phoneShape.MatchString(c.Phone) {
		return Contact{}, fault.About("contact.phone", fault.Invalid, "电话号码格式不正确，请只填数字，区号与号码之间可以用 - 隔开")
	}
	if c.Other, err = written.Text("contact.other", "其他联系方式", c.Other, 0, written.Short); err != nil {
		return Contact{}, err
	}
	if c.Name != "" && c.Phone == "" && c.Other == "" {
		return Contact{}, fault.About("contact.phone", fault.Invalid, "只有姓名无法联系，请填写电话或者其他联系方式；也可以全部不填，匿名反映")
	}
	return c, nil
}

// hidden is what stands in a text where the sender had written about himself.
const hidden = "〔来信人信息已隐去〕"

// hide takes out of a text what the sender has also given as contact data.
func hide(text string, c Contact) string {
	if c.empty() {
		return text
	}
	for _, secret := range []string{c.Phone, strings.NewReplacer(" ", "", "-", "").Replace(c.Phone), c.Other, c.Name} {
		if utf8.RuneCountInString(secret) > 1 {
			text = strings.ReplaceAll(text, secret, hidden)
		}
	}
	return text
}

// outcomes are what a verification can come to, kept apart. The ones that
// establish an offence need the offence and the day of the act.
var outcomes = []struct {
	code        string
	established bool
	words       string
}{
	{"corrected", true, "经核查情况属实，有关单位已经责令改正，问题已经改正"},
	{"case", true, "经核查情况属实，涉嫌违法，已经依法转入立案程序，处理结果将依法公开"},
	{"unfounded", false, "经核查，没有发现所反映的情况"},
	{"not_ours", false, "经核查，所反映的事项不属于承办单位的法定职权，有关情况已经记录在案"},
	{"unverifiable", false, "经核查，现有线索不足以查清所反映的情况；如有新的情况，欢迎再次反映"},
}

// established reports whether the outcome is one that establishes an offence.
func established(outcome string) (bool, error) {
	for _, o := range outcomes {
		if o.code == outcome {
			return o.established, nil
		}
	}
	return false, fault.About("outcome", fault.Invalid, "请选择核查结果：属实已改正、属实转立案、不属实、不属于本单位职权、无法查实")
}

// actDay checks the day of an act (行为发生日), which is not after today.
func actDay(day string, today workday.Date, required bool) (string, error) {
	if day = strings.TrimSpace(day); day == "" {
		if required {
			return "", fault.About("act", fault.Invalid, "请填写行为发生日，适用的法律依该日确定")
		}
		return "", nil
	}
	d, err := workday.ParseDate(day)
	if err != nil || d.After(today) {
		return "", fault.About("act", fault.Invalid, "行为发生日应为今天或者以前的日期，例如 2026-09-30")
	}
	return d.String(), nil
}

// sources are where a clue that a person enters can come from.
var sources = []string{"citizen", "hotline", "superior", "association"}

// complaints are the sources whose senders are owed word within the limit for
// complaints.
var complaints = []string{"citizen", "hotline"}

func known(field, title, value string, all []string) error {
	if slices.Contains(all, value) {
		return nil
	}
	return fault.About(field, fault.Invalid, "%s填写不正确，请从列表中选择", title)
}
