package clue

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

// written checks what somebody wrote: trimmed, readable, of least to most
// characters. Lines may be broken, other control characters may not be there.
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
	}
	return text, nil
}

// phoneShape is what a telephone number may look like.
var phoneShape = regexp.MustCompile(`^\+?[0-9][0-9 -]{4,19}$`)

// reachable checks contact data.
func reachable(c Contact) (Contact, error) {
	var err error
	if c.Name, err = written("contact.name", "姓名", c.Name, 0, shortText); err != nil {
		return Contact{}, err
	}
	if c.Phone, err = written("contact.phone", "电话", c.Phone, 0, shortText); err != nil {
		return Contact{}, err
	}
	if c.Phone != "" && !phoneShape.MatchString(c.Phone) {
		return Contact{}, fault.About("contact.phone", fault.Invalid, "电话号码格式不正确，请只填数字，区号与号码之间可以用 - 隔开")
	}
	if c.Other, err = written("contact.other", "其他联系方式", c.Other, 0, shortText); err != nil {
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

// personalShape finds mobile numbers and identity numbers.
var personalShape = regexp.MustCompile(`(^|[^0-9])(1[3-9][0-9]{9}|[1-9][0-9]{16}[0-9Xx])($|[^0-9])`)

// impersonal refuses personal data in what others will read.
func impersonal(field, text string) error {
	if personalShape.MatchString(text) {
		return fault.About(field, fault.Invalid, "内容中有手机号码或者身份证号码，请删去后再提交")
	}
	return nil
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

// proofs checks the evidence of a conclusion: no outcome goes without.
func proofs(evidence []string) ([]string, error) {
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
	if len(out) == 0 {
		return nil, fault.About("evidence", fault.Invalid, "请列明核查所依据的证据；没有发现问题的，也应当列明核查记录")
	}
	return out, nil
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
