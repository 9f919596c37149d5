package fdraw

import (
	"fmt"
	"strconv"
	"strings"
)

// Numbers lists every draw of a district and year with all its attempts, so
// that a draw which was made and then kept quiet leaves a gap (V12).
type Numbers struct {
	Draws []Attempt // sorted by draw, then attempt
}

// Attempt is one attempt at a draw and how it ended.
type Attempt struct {
	Head
	Ended AttemptEnd
}

// AttemptEnd is how far an attempt came.
type AttemptEnd string

// The endings.
const (
	Announced AttemptEnd = "announced" // still running
	SealedUp  AttemptEnd = "sealed"    // drawn, not yet opened
	Opened    AttemptEnd = "open"
	Voided    AttemptEnd = "void" // given up before its public number was drawn
)

// ParseNumbers reads a numbers file.
func ParseNumbers(text string) (*Numbers, error) {
	r := newReader(NumbersFile, text)
	r.literal("fdraw/v1 " + string(NumbersFile))
	n := &Numbers{}
	count := r.number("count", 0, maxNumber)
	var before Head
	for r.err == nil && len(n.Draws) < count {
		w := r.fields("n", 3)
		a := Attempt{Head: Head{Draw: w[0], Attempt: r.asNumber(w[1], 1, maxNumber)}, Ended: AttemptEnd(w[2])}
		if r.err == nil {
			_, err := ParseNumber(a.Draw)
			r.check(err)
		}
		switch a.Ended {
		case Announced, SealedUp, Opened, Voided:
		default:
			r.fail("不认识的结局“%s”", show(w[2]))
		}
		if a.Draw < before.Draw || a.Draw == before.Draw && a.Attempt <= before.Attempt {
			r.fail("抽取 %s 应排在 %s 之前，且不得重复", a.Head, before)
		}
		n.Draws, before = append(n.Draws, a), a.Head
	}
	return n, r.end(n.Text)
}

// Text is the canonical spelling.
func (n *Numbers) Text() string {
	var b strings.Builder
	b.WriteString("fdraw/v1 " + string(NumbersFile) + "\ncount " + strconv.Itoa(len(n.Draws)) + "\n")
	for _, a := range n.Draws {
		b.WriteString("n " + a.Draw + " " + strconv.Itoa(a.Attempt) + " " + string(a.Ended) + "\n")
	}
	return b.String()
}

// Dense checks that the list has no gap in the year of the draw and that of
// every draw only the last attempt can have counted. It is for the caller to look
// up how the draw itself ended.
func (n *Numbers) Dense(of Head) error {
	own, err := ParseNumber(of.Draw)
	if err != nil {
		return err
	}
	want := Number{District: own.District, Year: own.Year, Serial: 1}
	for i, a := range n.Draws {
		got, err := ParseNumber(a.Draw)
		if err != nil {
			return err
		}
		first := i == 0 || n.Draws[i-1].Draw != a.Draw
		switch {
		case got.District != own.District || got.Year != own.Year:
			return fmt.Errorf("清单混入了其他地区或年度的抽取 %s", a.Draw)
		case first && got != want:
			return fmt.Errorf("抽取编号不连续：缺 %s", want)
		case first && a.Attempt != 1, !first && a.Attempt != n.Draws[i-1].Attempt+1:
			return fmt.Errorf("抽取 %s 的各次尝试不连续", a.Draw)
		case !first && n.Draws[i-1].Ended != Voided:
			return fmt.Errorf("抽取 %s 第 %d 次并未作废，却又重抽", a.Draw, n.Draws[i-1].Attempt)
		}
		if i == len(n.Draws)-1 || n.Draws[i+1].Draw != a.Draw {
			want.Serial++
		}
	}
	return nil
}
