// Package uscc reads unified social credit codes (统一社会信用代码, GB 32100-2015)
// and the organization codes within them (组织机构代码, GB 11714). It must never
// take a wrong check digit for a proof that there is no such subject: codes in
// real use fail it, so that is for a person to judge.
package uscc

import (
	"slices"
	"strings"

	"shenzhong/services/kit/fault"
)

// Length is how many characters a code has.
const Length = 18

// The parts of a code, as offsets: registering department and kind of subject,
// administrative division of the registering body, organization code, check
// digit.
const (
	divisionAt     = 2
	organizationAt = 8
	checkAt        = 17
)

// alphabet are the characters of a code in the order of their values: no I, O,
// S, V, Z (GB 32100-2015 table 1).
const alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"

// letters are the characters of an organization code in the order of their
// values (GB 11714).
const letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"

// weights are 3^i mod 31 for each character before the check digit.
var weights = [checkAt]int{1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28}

// organizationWeights weigh the first eight characters of an organization code.
var organizationWeights = [8]int{3, 7, 9, 10, 5, 8, 4, 2}

// registrars are the first two characters that are given out: registering
// department and kind of subject. 54 and 55 stand for the village and residents'
// committees of older codes.
var registrars = []string{
	"11", "12", "13", "19", "21", "29", "31", "32", "33", "34", "35", "39", "41", "49",
	"51", "52", "53", "54", "55", "59", "61", "62", "69", "71", "72", "79", "81", "89",
	"91", "92", "93", "A1", "A9", "N1", "N2", "N3", "N9", "Y1",
}

// Code is a code of the right form: Parse made it. Its check digits may be
// wrong; Verify tells.
type Code string

// Parse reads a code. Blanks around it are dropped and small letters are taken
// for capitals. A wrong length, a character that no code has and a registering
// department that there is not are fault.Invalid.
func Parse(text string) (Code, error) {
	code := strings.ToUpper(strings.TrimSpace(text))
	if n := len([]rune(code)); n != Length {
		return "", fault.New(fault.Invalid, "统一社会信用代码应为 %d 位，现在是 %d 位，请对照证照填写", Length, n)
	}
	place := 0
	for _, r := range code {
		place++
		switch {
		case strings.ContainsRune("IOSVZ", r):
			return "", fault.New(fault.Invalid, "统一社会信用代码第 %d 位是 %c，代码中不使用 I、O、S、V、Z，请检查是否与数字 1、0、5、2 混淆", place, r)
		case !strings.ContainsRune(alphabet, r):
			return "", fault.New(fault.Invalid, "统一社会信用代码第 %d 位不是数字或大写字母，请对照证照填写；在表格中请设为文本格式", place)
		case place > divisionAt && place <= organizationAt && r > '9':
			return "", fault.New(fault.Invalid, "统一社会信用代码第 %d 位应为数字（第 3 至 8 位是登记机关行政区划），请对照证照填写", place)
		}
	}
	if !slices.Contains(registrars, code[:divisionAt]) {
		return "", fault.New(fault.Invalid, "统一社会信用代码前两位 %s 不是已启用的登记管理部门和机构类别，请对照证照填写", code[:divisionAt])
	}
	return Code(code), nil
}

// Verify reports whether both check digits hold. What does not hold is
// fault.Invalid that says what was expected: a warning, which a person may
// override with a reason.
func (c Code) Verify() error {
	if want := CheckDigit(string(c[:checkAt])); c[checkAt] != want {
		return fault.New(fault.Invalid, "统一社会信用代码校验位应为 %c，现在是 %c", want, c[checkAt])
	}
	if want := OrganizationDigit(string(c[organizationAt : checkAt-1])); c[checkAt-1] != want {
		return fault.New(fault.Invalid, "统一社会信用代码中的组织机构代码校验位（第 17 位）应为 %c，现在是 %c", want, c[checkAt-1])
	}
	return nil
}

// Division is the administrative division of the registering body, six digits.
func (c Code) Division() string { return string(c[divisionAt:organizationAt]) }

// Organization is the organization code, nine characters.
func (c Code) Organization() string { return string(c[organizationAt:checkAt]) }

// CheckDigit is the last character of the code that begins with these 17
// characters of the alphabet: 31 minus their weighted sum, modulo 31. It is
// '0' when the sum leaves nothing over. For anything else it is 0.
func CheckDigit(first string) byte {
	if len(first) != len(weights) {
		return 0
	}
	sum := 0
	for i, w := range weights {
		value := strings.IndexByte(alphabet, first[i])
		if value < 0 {
			return 0
		}
		sum += value * w
	}
	return alphabet[(len(alphabet)-sum%len(alphabet))%len(alphabet)]
}

// OrganizationDigit is the last character of the organization code that begins
// with these eight characters: 11 minus their weighted sum, modulo 11; 'X'
// stands for ten. For anything else it is 0.
func OrganizationDigit(first string) byte {
	if len(first) != len(organizationWeights) {
		return 0
	}
	sum := 0
	for i, w := range organizationWeights {
		value := strings.IndexByte(letters, first[i])
		if value < 0 {
			return 0
		}
		sum += value * w
	}
	return "0123456789X"[(11-sum%11)%11]
}
