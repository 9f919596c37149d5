package sheet

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"shenzhong/services/kit/fault"
)

func mustWrite(t testing.TB, pages ...Page) []byte {
	t.Helper()
	data, err := Write(pages...)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func page(rows ...[]string) Page {
	return Page{Name: "检查对象", Columns: []Column{{Name: "名称"}, {Name: "统一社会信用代码"}, {Name: "设立日期"}}, Rows: rows}
}

// TestBothFormatsReadAlike reads the same rows from a workbook and from text.
func TestBothFormatsReadAlike(t *testing.T) {
	want := []Row{
		{2, []string{"青松殡仪馆", "12100000400000624D", "2009-04-01"}},
		{4, []string{"a,\"b\"", "", ""}},
	}
	book := mustWrite(t, page([]string{" 青松殡仪馆 ", "12100000400000624D", "2009-04-01"}, []string{"", " "}, []string{"a,\"b\""}), Page{Name: "填写说明"})
	text := "\xef\xbb\xbf名称,统一社会信用代码,设立日期\r\n 青松殡仪馆 ,12100000400000624D,2009-04-01\r\n,,\r\n\"a,\"\"b\"\"\",\r\n"
	for name, data := range map[string][]byte{"xlsx": book, "csv": []byte(text)} {
		got, err := Read(data)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if diff := cmp.Diff(want, got.Rows); diff != "" || len(got.Heading) != 3 {
			t.Errorf("%s: %v %s", name, got.Heading, diff)
		}
	}
	if again := mustWrite(t, page([]string{"甲"})); !bytes.Equal(again, mustWrite(t, page([]string{"甲"}))) {
		t.Error("the same sheet is not the same bytes")
	}
}

// TestDays reads days as people and spreadsheets write them.
func TestDays(t *testing.T) {
	book := excelize.NewFile()
	day := time.Date(2009, 4, 1, 0, 0, 0, 0, time.UTC)
	for cell, value := range map[string]any{"A1": "设立日期", "A2": day, "A3": "2009/4/1", "A4": "2009年4月1日", "A5": "2009.04.01"} {
		if err := book.SetCellValue("Sheet1", cell, value); err != nil {
			t.Fatal(err)
		}
	}
	var out bytes.Buffer
	if err := errors.Join(book.Write(&out), book.Close()); err != nil {
		t.Fatal(err)
	}
	table, err := Read(out.Bytes())
	if err != nil || len(table.Rows) != 4 {
		t.Fatalf("%+v, %v", table, err)
	}
	for _, row := range table.Rows {
		if got := table.Day(row.Cells[0]); got != "2009-04-01" {
			t.Errorf("line %d: %q reads %q", row.Line, row.Cells[0], got)
		}
	}
	for _, no := range []string{"2009", "2009-02-30", "39904.5x", "明天", "", "-1", "99999999"} {
		if got := table.Day(no); got != no {
			t.Errorf("%q reads %q", no, got)
		}
	}
	if got := (Table{}).Day("39904"); got != "39904" {
		t.Errorf("a number in a text reads %q", got)
	}
}

// zipped is an archive of parts.
func zipped(t testing.TB, parts map[string]string) []byte {
	t.Helper()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for name, text := range parts {
		part, err := w.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(part, text); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// bomb is a workbook whose sheet has so many bytes and claims to have as many as
// is said.
func bomb(t testing.TB, size int, claim uint64) []byte {
	t.Helper()
	var packed, out bytes.Buffer
	packer, err := flate.NewWriter(&packed, flate.BestSpeed)
	if err != nil {
		t.Fatal(err)
	}
	text := bytes.Repeat([]byte(" "), size)
	if _, err := packer.Write(text); err != nil {
		t.Fatal(err)
	}
	if err := packer.Close(); err != nil {
		t.Fatal(err)
	}
	w := zip.NewWriter(&out)
	part, err := w.CreateRaw(&zip.FileHeader{
		Name: "xl/worksheets/sheet1.xml", Method: zip.Deflate, CRC32: crc32.ChecksumIEEE(text),
		CompressedSize64: uint64(packed.Len()), UncompressedSize64: claim,
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := part.Write(packed.Bytes()); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestRefusals(t *testing.T) {
	long := func(n int, cells string) string { return "名称\n" + strings.Repeat(cells+"\n", n) }
	wide := strings.TrimSuffix(strings.Repeat("a,", columnsMost+1), ",")
	for _, tt := range []struct {
		name string
		data []byte
		says string
	}{
		{"nothing", nil, "文件是空的"},
		{"too large", make([]byte, BytesMost+1), "超过 8 MB"},
		{"old format", []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), "另存为不加密的 .xlsx"},
		{"an image", []byte("\x89PNG\r\n\x1a\n\x00\x00"), "请使用模板"},
		{"UTF-16", []byte("\xff\xfeT\x00"), "UTF-16"},
		{"GBK", []byte("\xc3\xfb\xb3\xc6,\xb5\xd8\xd6\xb7\n"), "GBK"},
		{"broken UTF-8", []byte("名称\n\xe9\x9d"), "编码"},
		{"half a pair", []byte("a\xff\n"), "无法识别"},
		{"a quote", []byte("名称\n\"青松"), "引号"},
		{"only a heading", []byte("名称,地址\n\n"), "没有数据"},
		{"only blanks", []byte("\n,,\n"), "没有内容"},
		{"a column without name", []byte("名称,,地址\n甲,乙,丙\n"), "第 B 列没有列名"},
		{"a column twice", []byte("名称,名称\n甲,乙\n"), "两次"},
		{"more cells than names", []byte("名称\n甲,乙\n"), "第 2 行的列"},
		{"too many rows", []byte(long(RowsMost+1, "甲")), "超过 5000 行"},
		{"too far down", []byte("名称\n" + strings.Repeat(",\n", lineMost) + "甲\n"), "20000"},
		{"too wide", []byte(wide + "\n"), "41 列"},
		{"too long", []byte(long(1, strings.Repeat("松", cellMost+1))), "第 2 行第 A 列"},
		{"no archive", []byte("PK\x03\x04 nothing"), "已损坏"},
		{"an archive of something else", zipped(t, map[string]string{"a.txt": "a"}), "请"},
		{"a bomb", bomb(t, 1<<20, unpackMost+1), "解压后超过 32 MB"},
		{"a bomb that lies", bomb(t, 1<<20, 1000), "已损坏"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := Read(tt.data)
			var about *fault.Fault
			if !errors.As(err, &about) || about.Kind != fault.Invalid || about.Field != "file" || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("read %d rows, %v; want a refusal that says %q", len(got.Rows), err, tt.says)
			}
		})
	}
}

// TestTooManyTags: what is small in bytes may be large once it is read.
func TestTooManyTags(t *testing.T) {
	data := zipped(t, map[string]string{"xl/sharedStrings.xml": strings.Repeat("<si/>", tagsMost+1)})
	if _, err := Read(data); fault.KindOf(err) != fault.Invalid || !strings.Contains(err.Error(), "单元格过多") {
		t.Errorf("read: %v", err)
	}
}

// TestLargestSheetFits: as many rows as may be, of as many columns as a form has,
// each cell a text of its own, stay below the most tags. A fiftieth is written, for
// time.
func TestLargestSheetFits(t *testing.T) {
	const columns, part = 15, 50
	p := Page{Name: "大"}
	for j := range columns {
		p.Columns = append(p.Columns, Column{Name: column(j)})
	}
	for i := range RowsMost / part {
		row := make([]string, columns)
		for j := range row {
			row[j] = fmt.Sprintf("第%d行%s列", i, column(j))
		}
		p.Rows = append(p.Rows, row)
	}
	var tags counter
	for _, text := range unzipped(t, mustWrite(t, p)) {
		if _, err := io.WriteString(&tags, text); err != nil {
			t.Fatal(err)
		}
	}
	if tags*part > tagsMost {
		t.Errorf("%d rows have %d tags; at most %d are read", RowsMost, tags*part, tagsMost)
	}
}

func TestTooManyParts(t *testing.T) {
	parts := map[string]string{}
	for i := range partsMost + 1 {
		parts[fmt.Sprint(i)] = ""
	}
	if _, err := Read(zipped(t, parts)); fault.KindOf(err) != fault.Invalid || !strings.Contains(err.Error(), "部分过多") {
		t.Errorf("read: %v", err)
	}
}

// TestFarCells reads workbooks that claim cells far away.
func TestFarCells(t *testing.T) {
	for cell, says := range map[string]string{"XFD2": "最多 40 列", "A30000": "最多 20000 行", "A1048576": "删去表格下方的空行"} {
		book := excelize.NewFile()
		rows, err := book.NewStreamWriter("Sheet1")
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(rows.SetRow("A1", []any{"名称"}), rows.SetRow(cell, []any{"甲"}), rows.Flush()); err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		if err := errors.Join(book.Write(&out), book.Close()); err != nil {
			t.Fatal(err)
		}
		if _, err := Read(out.Bytes()); fault.KindOf(err) != fault.Invalid || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v", cell, err)
		}
	}
}

func TestColumnLetters(t *testing.T) {
	for i, want := range map[int]string{0: "A", 25: "Z", 26: "AA", 701: "ZZ", 702: "AAA"} {
		if got := column(i); got != want {
			t.Errorf("column %d is %s; want %s", i, got, want)
		}
	}
}
