package disclose

import (
	"regexp"
	"strings"
	"unicode/utf8"

	"shenzhong/events"
)

// What is masked wherever it stands in a public text. The order matters: a
// longer number goes before the shorter one that it contains.
var personal = []*regexp.Regexp{
	regexp.MustCompile(`\b[1-9]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx]\b`), // 公民身份号码
	regexp.MustCompile(`\b\d{16,19}\b`),                       // bank card
	regexp.MustCompile(`\b1[3-9]\d{9}\b`),                     // mobile number
	regexp.MustCompile(`\b0\d{2,3}-?\d{7,8}\b`),               // telephone number
	regexp.MustCompile(`[\w.+-]+@[\w-]+\.[\w.]+`),             // e-mail address
	regexp.MustCompile(`\d+号楼?\d*单元?\d+室?|\d+栋\d*单元?\d+[室号]`), // part of a home address
}

// uscc is a code of a body, 18 characters, which is public and must stay.
var uscc = regexp.MustCompile(`\b[159AN][1-9][0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}\b`)

// MaskText hides personal data in a text and says how many pieces it hid.
func MaskText(text string) (masked string, pieces int) {
	keep := map[string]bool{}
	for _, code := range uscc.FindAllString(text, -1) {
		if !personal[0].MatchString(code) {
			keep[code] = true
		}
	}
	for _, p := range personal {
		text = p.ReplaceAllStringFunc(text, func(found string) string {
			if keep[found] {
				return found
			}
			pieces++
			return strings.Repeat("*", utf8.RuneCountInString(found))
		})
	}
	return text, pieces
}

// compound are the surnames of two characters.
const compound = "欧阳 上官 司马 诸葛 夏侯 东方 皇甫 尉迟 公孙 慕容 令狐 宇文 长孙 司徒 司空"

// MaskName leaves the surname of a natural person.
func MaskName(name string) string {
	runes := []rune(strings.TrimSpace(name))
	n := 1
	if len(runes) > 2 && strings.Contains(compound, string(runes[:2])) {
		n = 2
	}
	if len(runes) <= n {
		return "某"
	}
	return string(runes[:n]) + "某"
}

// mask makes a record of what may be shown: a natural person's name becomes the
// surname everywhere, other personal data become stars.
func mask(r events.Record, natural bool) events.Record {
	if natural {
		shown := MaskName(r.Name)
		for _, field := range []*string{&r.Title, &r.Facts, &r.Content, &r.Basis} {
			if r.Name != "" {
				r.Masked += strings.Count(*field, r.Name)
				*field = strings.ReplaceAll(*field, r.Name, shown)
			}
		}
		r.Name, r.USCC = shown, ""
		r.Masked++
	}
	for _, field := range []*string{&r.Title, &r.Offence, &r.Facts, &r.Basis, &r.Content} {
		text, pieces := MaskText(*field)
		*field = text
		r.Masked += pieces
	}
	return r
}
