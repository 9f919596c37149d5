// Package written checks what people write. It must never repeat in an error what
// somebody wrote.
package written

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"shenzhong/services/kit/fault"
)

// How long, in characters, what people write may be, and how many pieces of
// evidence they may list. Settings of this program, not of any law.
const (
	Short = 100
	Long  = 2000

	mostProofs = 50
)

// Text checks what somebody wrote and returns it trimmed: readable, of least to
// most characters. Lines may be broken in what may be longer than Short; other
// control characters may not be there. Field and title name the input; an error
// is fault.Invalid.
func Text(field, title, text string, least, most int) (string, error) {
	text = strings.TrimSpace(strings.ReplaceAll(text, "\r\n", "\n"))
	if !utf8.ValidString(text) {
		return "", fault.About(field, fault.Invalid, "%s中有无法识别的文字，请改用 UTF-8 编码后重新填写", title)
	}
	for _, r := range text {
		if unicode.IsControl(r) && (r != '\n' || most <= Short) {
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

// personal finds mobile numbers and identity numbers.
var personal = regexp.MustCompile(`(^|[^0-9])(1[3-9][0-9]{9}|[1-9][0-9]{16}[0-9Xx])($|[^0-9])`)

// Impersonal refuses personal data in what others will read.
func Impersonal(field, text string) error {
	if personal.MatchString(text) {
		return fault.About(field, fault.Invalid, "内容中有手机号码或者身份证号码，请删去后再提交")
	}
	return nil
}

// Evidence checks a list of pieces of evidence, at least that many.
func Evidence(list []string, least int) ([]string, error) {
	if len(list) > mostProofs {
		return nil, fault.About("evidence", fault.Invalid, "证据最多列 %d 项，请合并", mostProofs)
	}
	out := make([]string, 0, len(list))
	for _, piece := range list {
		piece, err := Text("evidence", "证据", piece, 1, Long)
		if err != nil {
			return nil, err
		}
		out = append(out, piece)
	}
	if len(out) < least {
		return nil, fault.About("evidence", fault.Invalid, "请列明所依据的证据；没有发现问题的，也应当列明核查记录")
	}
	return out, nil
}
