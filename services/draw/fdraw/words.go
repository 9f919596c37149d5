package fdraw

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// maxNumber bounds every number in a file; it keeps sums within 63 bits.
const maxNumber = 1_000_000_000

// parseNumber reads a decimal number without sign or leading zero.
func parseNumber(word string, lo, hi int) (int, error) {
	if word == "" {
		return 0, fmt.Errorf("缺少数字")
	}
	n := 0
	for _, c := range []byte(word) {
		if c < '0' || c > '9' {
			return 0, fmt.Errorf("“%s”不是整数", show(word))
		}
		if n = n*10 + int(c-'0'); n > maxNumber {
			return 0, fmt.Errorf("“%s”过大", show(word))
		}
	}
	switch {
	case word[0] == '0' && len(word) > 1:
		return 0, fmt.Errorf("“%s”有多余的前导零", show(word))
	case n < lo || n > hi:
		return 0, fmt.Errorf("“%s”超出范围，应为 %d 至 %d", show(word), lo, hi)
	}
	return n, nil
}

// CheckID refuses what is not an identifier of section 2: 1 to 64 of letters,
// digits and ". _ : -". The single dash is refused too: it means "none".
func CheckID(id string) error {
	if id == "" || id == "-" || len(id) > 64 {
		return fmt.Errorf("“%s”不是编号：应为 1 至 64 个字符，且不能只是“-”", show(id))
	}
	for i := range len(id) {
		if !idByte(id[i]) {
			return fmt.Errorf("编号“%s”含有不允许的字符，只能用字母、数字和 . _ : -", show(id))
		}
	}
	return nil
}

func idByte(c byte) bool {
	return c >= '-' && c <= '.' || c >= '0' && c <= ':' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c == '_'
}

// beijing is the only offset a file may carry.
var beijing = time.FixedZone("UTC+8", 8*60*60)

const (
	timeLayout = "2006-01-02T15:04:05"
	timeOffset = "+08:00"
)

func parseTime(word string) (time.Time, error) {
	local, ok := strings.CutSuffix(word, timeOffset)
	t, err := time.ParseInLocation(timeLayout, local, beijing)
	if !ok || err != nil || formatTime(t) != word {
		return time.Time{}, fmt.Errorf("“%s”不是时间，应形如 2026-03-02T17:00:00+08:00", show(word))
	}
	return t, nil
}

func formatTime(t time.Time) string { return t.In(beijing).Format(timeLayout) + timeOffset }

// show makes any bytes fit to stand in a message.
func show(s string) string {
	const most = 48
	short := s
	if len(s) > most {
		short = s[:most]
	}
	q := strconv.QuoteToASCII(short)
	q = q[1 : len(q)-1]
	if len(s) > most {
		q += "……"
	}
	return q
}
