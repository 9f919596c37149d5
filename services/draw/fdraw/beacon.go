package fdraw

import (
	"fmt"
	"strings"
)

// Source is where a public number comes from. Nobody who takes part in the
// draw may be able to choose it (section 1, D4).
type Source string

// The sources a draw may announce, with the bits of surprise in one value.
const (
	KL8   Source = "cwl-kl8"        // 福彩快乐8: 20 of 80, 61.6 bits
	SSQ   Source = "cwl-ssq"        // 福彩双色球: 6 of 33 and 1 of 16, 24.1 bits
	Dice  Source = "dice-d10x20"    // twenty ten-sided dice rolled in public, 66.4 bits
	Drand Source = "drand-quicknet" // drand randomness of a round, 256 bits
)

// Name is what a citizen calls the source.
func (s Source) Name() string {
	switch s {
	case KL8:
		return "中国福利彩票快乐8"
	case SSQ:
		return "中国福利彩票双色球"
	case Dice:
		return "当众掷骰（二十枚十面骰）"
	case Drand:
		return "drand quicknet"
	}
	return string(s)
}

// Beacon is a public number as it was drawn.
type Beacon struct {
	Source Source
	Issue  string
	Value  string
}

// ParseBeacon reads a beacon file, of which every value has one spelling.
func ParseBeacon(text string) (*Beacon, error) {
	r := newReader(BeaconFile, text)
	r.literal("fdraw/v1 " + string(BeaconFile))
	b := &Beacon{Source: r.asSource(r.word("source")), Issue: r.word("issue")}
	if r.err == nil {
		r.check(b.Source.checkIssue(b.Issue))
	}
	line := r.line()
	value, ok := strings.CutPrefix(line, "value ")
	switch {
	case r.err != nil:
	case !ok:
		r.fail("应以“value”开头，实为“%s”", show(line))
	default:
		b.Value = value
		r.check(b.Source.checkValue(value))
	}
	return b, r.end(b.Text)
}

// Text is the canonical spelling.
func (b *Beacon) Text() string {
	return "fdraw/v1 " + string(BeaconFile) + "\nsource " + string(b.Source) + "\nissue " + b.Issue + "\nvalue " + b.Value + "\n"
}

func (r *reader) asSource(word string) Source {
	s := Source(word)
	switch s {
	case KL8, SSQ, Dice, Drand:
	default:
		r.fail("不认识的随机源“%s”", show(word))
	}
	return s
}

func (s Source) checkIssue(issue string) error {
	switch s {
	case KL8, SSQ:
		if len(issue) != 7 || !digits(issue) {
			return fmt.Errorf("期号“%s”应为 7 位数字", show(issue))
		}
	case Drand:
		_, err := parseNumber(issue, 1, maxNumber)
		return err
	case Dice:
		draw, attempt, ok := strings.Cut(issue, "/")
		if !ok {
			return fmt.Errorf("掷骰的期号“%s”应为“抽取编号/次数”", show(issue))
		}
		if err := CheckID(draw); err != nil {
			return err
		}
		_, err := parseNumber(attempt, 1, maxNumber)
		return err
	}
	return nil
}

func (s Source) checkValue(value string) error {
	switch s {
	case KL8:
		return checkBalls(value, 20, 80)
	case SSQ:
		red, blue, ok := strings.Cut(value, "+")
		if !ok {
			return fmt.Errorf("双色球应为 6 个红球、一个“+”和 1 个蓝球，如 02 07 11 19 26 33+05")
		}
		if err := checkBalls(red, 6, 33); err != nil {
			return err
		}
		return checkBalls(blue, 1, 16)
	case Drand:
		_, err := ParseDigest(value)
		return err
	case Dice:
		if len(value) != 20 || !digits(value) {
			return fmt.Errorf("“%s”应为按掷出顺序的 20 位数字", show(value))
		}
	}
	return nil
}

// checkBalls demands n two-digit numbers from 01 to most, ascending.
func checkBalls(value string, n, most int) error {
	balls := strings.Split(value, " ")
	if len(balls) != n {
		return fmt.Errorf("应有 %d 个号码，实有 %d 个", n, len(balls))
	}
	before := 0
	for _, ball := range balls {
		if len(ball) != 2 || !digits(ball) {
			return fmt.Errorf("号码“%s”应为两位数字", show(ball))
		}
		k := int(ball[0]-'0')*10 + int(ball[1]-'0')
		switch {
		case k < 1 || k > most:
			return fmt.Errorf("号码“%s”超出 01 至 %02d", ball, most)
		case k == before:
			return fmt.Errorf("号码“%s”重复", ball)
		case k < before:
			return fmt.Errorf("号码“%s”应按从小到大排列", ball)
		}
		before = k
	}
	return nil
}

func digits(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }
