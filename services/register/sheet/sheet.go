// Package sheet reads and writes the tables that offices fill in: .xlsx and
// .csv. It must never judge what a row says, never unpack or keep more than its
// limits, and never guess an encoding.
package sheet

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"shenzhong/services/kit/fault"
)

// What a file may be. None of them is a limit of law; a district has some
// thousand objects.
const (
	BytesMost   = 8 << 20  // bytes of the file
	unpackMost  = 32 << 20 // bytes of an .xlsx once unpacked
	partsMost   = 200      // files within an .xlsx
	tagsMost    = 1 << 20  // tags within them: six for a cell, four for a text
	RowsMost    = 5000     // rows with content, besides the heading
	lineMost    = 20000    // last line that may have content
	columnsMost = 40
	cellMost    = 1000 // characters
)

// Table is what was read: a heading and the rows below it that are not empty.
type Table struct {
	Heading []string
	Rows    []Row
	// Serial says that a day may stand as the number by which spreadsheets
	// count days; From1904 that they count from 1904.
	Serial, From1904 bool
}

// Row is one row. It has as many cells as the heading.
type Row struct {
	Line  int // in the file, from 1
	Cells []string
}

// Read reads a file. What cannot be read as a table is fault.Invalid about
// "file" in words that say what to do.
func Read(data []byte) (Table, error) {
	switch {
	case len(data) == 0:
		return Table{}, wrong("文件是空的，请选择填写好的表格")
	case len(data) > BytesMost:
		return Table{}, wrong("文件超过 %d MB，请分成几个文件", BytesMost>>20)
	case bytes.HasPrefix(data, []byte("PK\x03\x04")):
		return readXLSX(data)
	case bytes.HasPrefix(data, []byte("\xd0\xcf\x11\xe0")):
		return Table{}, wrong("文件是旧版 .xls 格式或者加了密码，请另存为不加密的 .xlsx 后再导入")
	}
	return readCSV(data)
}

func wrong(format string, args ...any) error {
	return fault.About("file", fault.Invalid, format, args...)
}

// builder puts a table together row by row and refuses what is too much.
type builder struct{ table Table }

// add takes the cells of a line.
func (b *builder) add(line int, cells []string) error {
	for i, cell := range cells {
		if utf8.RuneCountInString(cell) > cellMost {
			return wrong("第 %d 行第 %s 列超过 %d 个字，请精简", line, column(i), cellMost)
		}
		cells[i] = strings.TrimSpace(cell)
	}
	for len(cells) > 0 && cells[len(cells)-1] == "" {
		cells = cells[:len(cells)-1]
	}
	switch {
	case len(cells) == 0:
		return nil
	case line > lineMost:
		return wrong("第 %d 行之后还有内容，表格最多 %d 行，请删去多余的行或者分成几个文件", lineMost, lineMost)
	case len(cells) > columnsMost:
		return wrong("第 %d 行有 %d 列，最多 %d 列，请删去表格右侧多余的内容", line, len(cells), columnsMost)
	case b.table.Heading == nil:
		return b.head(line, cells)
	case len(cells) > len(b.table.Heading):
		return wrong("第 %d 行的列比第一行的列名多，请检查第 %s 列，并使每一列都有列名", line, column(len(b.table.Heading)))
	case len(b.table.Rows) == RowsMost:
		return wrong("数据超过 %d 行，请分成几个文件", RowsMost)
	}
	whole := make([]string, len(b.table.Heading))
	copy(whole, cells)
	b.table.Rows = append(b.table.Rows, Row{Line: line, Cells: whole})
	return nil
}

// head takes the line with the names of the columns.
func (b *builder) head(line int, cells []string) error {
	seen := map[string]bool{}
	for i, name := range cells {
		switch {
		case name == "":
			return wrong("第 %d 行第 %s 列没有列名，请使用模板的列名", line, column(i))
		case seen[name]:
			return wrong("列名“%s”出现了两次，请只保留一列", clip(name))
		}
		seen[name] = true
	}
	b.table.Heading = cells
	return nil
}

func (b *builder) done() (Table, error) {
	switch {
	case b.table.Heading == nil:
		return Table{}, wrong("表格里没有内容，请使用模板填写")
	case len(b.table.Rows) == 0:
		return Table{}, wrong("表格只有列名，没有数据，请填写后再导入")
	}
	return b.table, nil
}

// column is the letter of the column with that index.
func column(i int) string {
	name := ""
	for i++; i > 0; i = (i - 1) / 26 {
		name = string(rune('A'+(i-1)%26)) + name
	}
	return name
}

// clip keeps what somebody typed from filling a message.
func clip(text string) string {
	const most = 20
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most]) + "……"
	}
	return text
}
