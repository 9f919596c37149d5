package sheet

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"unicode/utf8"
)

const saveAs = "，请在表格软件中另存为“CSV UTF-8”或者 .xlsx 后再导入"

// readCSV reads a table of comma-separated values in UTF-8. Other encodings are
// named where they can be told, never guessed: a name turned into other
// characters is worse than a file that is sent again.
func readCSV(data []byte) (Table, error) {
	if err := readable(data); err != nil {
		return Table{}, err
	}
	r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))))
	r.FieldsPerRecord = -1
	var b builder
	for {
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			return b.done()
		}
		var syntax *csv.ParseError
		if errors.As(err, &syntax) {
			return Table{}, wrong("第 %d 行的引号不成对，请检查；含有逗号或引号的内容要用英文双引号括起来", syntax.Line)
		}
		if err != nil {
			return Table{}, wrong("文件无法读取，请重新另存为 .csv 或 .xlsx")
		}
		line, _ := r.FieldPos(0)
		if err := b.add(line, cells); err != nil {
			return Table{}, err
		}
	}
}

// readable refuses what is no text in UTF-8.
func readable(data []byte) error {
	switch {
	case bytes.HasPrefix(data, []byte("\xff\xfe")), bytes.HasPrefix(data, []byte("\xfe\xff")):
		return wrong("文件是 UTF-16 编码" + saveAs)
	case bytes.IndexByte(data, 0) >= 0:
		return wrong("文件不是 .xlsx，也不是文本文件，请使用模板填写")
	case utf8.Valid(data):
		return nil
	case gbk(data):
		return wrong("文件是 GBK（ANSI）编码" + saveAs)
	}
	return wrong("文件的编码无法识别" + saveAs)
}

// gbk reports whether every byte beyond ASCII begins or ends a pair that GBK
// (GB 18030 in two bytes) gives out.
func gbk(data []byte) bool {
	for i := 0; i < len(data); i++ {
		switch lead := data[i]; {
		case lead < 0x80:
		case lead == 0x80 || lead == 0xff || i+1 == len(data):
			return false
		default:
			i++
			if trail := data[i]; trail < 0x40 || trail == 0x7f || trail == 0xff {
				return false
			}
		}
	}
	return true
}
