package fdraw

import (
	"fmt"
	"strings"
	"time"
)

// reader takes a file line by line. It keeps the first error and answers zero
// values from then on, so that a parser reads like the grammar.
type reader struct {
	file  FileType
	text  string
	rest  string
	n     int // number of the line last read
	err   error
	words [12]string
}

func newReader(file FileType, text string) *reader {
	r := &reader{file: file, text: text, rest: text}
	switch {
	case text == "":
		r.failFile("文件是空的")
	case strings.HasPrefix(text, "\ufeff"):
		r.n = 1
		r.fail("开头有 BOM（字节顺序标记），须去掉")
	case text[len(text)-1] != '\n':
		r.n = strings.Count(text, "\n") + 1
		r.fail("最后一行没有换行符")
	}
	return r
}

func (r *reader) fail(format string, args ...any) {
	if r.err == nil {
		r.err = &FormatError{File: r.file, Line: r.n, Why: fmt.Sprintf(format, args...)}
	}
}

func (r *reader) failFile(why string) {
	if r.err == nil {
		r.err = &FormatError{File: r.file, Why: why}
	}
}

// check makes an error of a word an error of the current line.
func (r *reader) check(err error) {
	if err != nil {
		r.fail("%s", err)
	}
}

// more reports whether another line begins with keyword.
func (r *reader) more(keyword string) bool {
	return r.err == nil && strings.HasPrefix(r.rest, keyword) && strings.HasPrefix(r.rest[len(keyword):], " ")
}

// line is the next line, without its line feed, checked for everything that
// section 2 forbids in any line.
func (r *reader) line() string {
	if r.err != nil {
		return ""
	}
	r.n++
	end := strings.IndexByte(r.rest, '\n')
	if end < 0 {
		r.fail("文件到此中断，内容不完整")
		return ""
	}
	line := r.rest[:end]
	r.rest = r.rest[end+1:]
	if why := flaw(line); why != "" {
		r.fail("%s", why)
		return ""
	}
	return line
}

// flaw says what is wrong with the characters of a line, or nothing.
func flaw(line string) string {
	if line == "" {
		return "空行"
	}
	prev := byte(' ')
	for i := range len(line) {
		c := line[i]
		switch {
		case c > ' ' && c <= '~':
		case c == ' ' && prev != ' ':
		case c == ' ' && i == 0:
			return "行首有空格"
		case c == ' ':
			return "有连续的空格"
		case c == '\r':
			return "含有回车符（CR），只允许换行符（LF）"
		case c == '\t':
			return "含有制表符（TAB）"
		case c >= 0x80:
			return "含有非 ASCII 字符"
		default:
			return fmt.Sprintf("含有控制字符 0x%02x", c)
		}
		prev = c
	}
	if prev == ' ' {
		return "行尾有空格"
	}
	return ""
}

// fields reads a line "keyword w1 … wn" and returns the n words, which stand
// until the next line is read.
func (r *reader) fields(keyword string, n int) []string {
	words := r.words[:n]
	line := r.line()
	if r.err == nil {
		r.split(line, keyword, words)
	}
	if r.err != nil {
		clear(words)
	}
	return words
}

func (r *reader) split(line, keyword string, words []string) {
	first, rest, found := strings.Cut(line, " ")
	if first != keyword {
		r.fail("应以“%s”开头，实为“%s”", keyword, show(first))
		return
	}
	for i := range words {
		if !found {
			r.fail("“%s”之后应有 %d 项，实有 %d 项", keyword, len(words), i)
			return
		}
		words[i], rest, found = strings.Cut(rest, " ")
	}
	if found {
		r.fail("“%s”之后应有 %d 项，多出“%s”", keyword, len(words), show(rest))
	}
}

// literal reads a line that has only one spelling.
func (r *reader) literal(want string) {
	if got := r.line(); r.err == nil && got != want {
		r.fail("应为“%s”，实为“%s”", want, show(got))
	}
}

func (r *reader) word(keyword string) string            { return r.fields(keyword, 1)[0] }
func (r *reader) digest(keyword string) Digest          { return r.asDigest(r.word(keyword)) }
func (r *reader) time(keyword string) time.Time         { return r.asTime(r.word(keyword)) }
func (r *reader) number(keyword string, lo, hi int) int { return r.asNumber(r.word(keyword), lo, hi) }

func (r *reader) asID(word string) string {
	if r.err == nil {
		r.check(CheckID(word))
	}
	return word
}

func (r *reader) asDigest(word string) Digest {
	if r.err != nil {
		return Digest{}
	}
	d, err := ParseDigest(word)
	r.check(err)
	return d
}

func (r *reader) asNumber(word string, lo, hi int) int {
	if r.err != nil {
		return 0
	}
	n, err := parseNumber(word, lo, hi)
	r.check(err)
	return n
}

func (r *reader) asTime(word string) time.Time {
	if r.err != nil {
		return time.Time{}
	}
	t, err := parseTime(word)
	r.check(err)
	return t
}

// ascend demands that key is greater than the one before it in the file.
func (r *reader) ascend(before, key, what string) {
	switch {
	case r.err != nil || before < key:
	case before == key:
		r.fail("%s“%s”重复", what, show(key))
	default:
		r.fail("%s“%s”应排在“%s”之前", what, show(key), show(before))
	}
}

// end demands that nothing follows and that the value read, written again,
// gives the same bytes.
func (r *reader) end(again func() string) error {
	if r.err == nil && r.rest != "" {
		r.n++
		line, _, _ := strings.Cut(r.rest, "\n")
		r.fail("多出的内容“%s”", show(line))
	}
	if r.err == nil && again() != r.text {
		r.failFile("不是规范写法：读入后重新写出，字节与原文不同")
	}
	return r.err
}
