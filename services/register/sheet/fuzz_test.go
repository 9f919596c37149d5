package sheet

import (
	"archive/zip"
	"bytes"
	"errors"
	"io/fs"
	"maps"
	"testing"

	"shenzhong/services/kit/fault"
)

// FuzzRead: whatever is sent, it is a table within the limits or a refusal about
// the file.
func FuzzRead(f *testing.F) {
	f.Add(mustWrite(f, page([]string{"青松殡仪馆", "12100000400000624D", "2009-04-01"})))
	f.Add([]byte("\xef\xbb\xbf名称,地址\n\"甲,\",乙\n"))
	f.Add([]byte("\xc3\xfb\xb3\xc6\n"))
	f.Add(zipped(f, map[string]string{"[Content_Types].xml": "<Types/>", "xl/workbook.xml": "<workbook><sheets><sheet name=\"a\" sheetId=\"1\"/></sheets></workbook>"}))
	f.Fuzz(func(t *testing.T, data []byte) {
		readsOrRefuses(t, data)
	})
}

// FuzzWorkbook is FuzzRead for the insides of a workbook that is otherwise whole.
func FuzzWorkbook(f *testing.F) {
	f.Add(`<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="inlineStr"><is><t>地址</t></is></c></row><row r="2"><c r="A2"><v>39904</v></c></row>`, `<si><t>名称</t></si>`)
	f.Add(`<row r="1048577"><c r="XFE1" t="s"><v>9</v></c></row>`, `<si><r><t>名</t></r></si>`)
	f.Add(`<row><c><f>1+1</f><v>2</v></c><c t="e"><v>#REF!</v></c><c t="b"><v>1</v></c></row><row/>`, ``)
	parts := unzipped(f, mustWrite(f, page([]string{"甲"})))
	if _, ok := parts["xl/sharedStrings.xml"]; !ok {
		f.Fatal("a workbook has no texts")
	}
	f.Fuzz(func(t *testing.T, rows, texts string) {
		const ns = `xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"`
		inside := maps.Clone(parts)
		inside["xl/worksheets/sheet1.xml"] = `<worksheet ` + ns + `><sheetData>` + rows + `</sheetData></worksheet>`
		inside["xl/sharedStrings.xml"] = `<sst ` + ns + `>` + texts + `</sst>`
		readsOrRefuses(t, zipped(t, inside))
	})
}

// unzipped are the parts of an archive.
func unzipped(t testing.TB, data []byte) map[string]string {
	t.Helper()
	archive, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	parts := map[string]string{}
	for _, part := range archive.File {
		text, err := fs.ReadFile(archive, part.Name)
		if err != nil {
			t.Fatal(err)
		}
		parts[part.Name] = string(text)
	}
	return parts
}

// readsOrRefuses fails the test unless data is a table within the limits or a
// refusal about the file.
func readsOrRefuses(t *testing.T, data []byte) {
	t.Helper()
	table, err := Read(data)
	if err != nil {
		var about *fault.Fault
		if !errors.As(err, &about) || about.Kind != fault.Invalid || about.Field != "file" || about.Message == "" {
			t.Fatalf("refused by %v", err)
		}
		return
	}
	if len(table.Rows) == 0 || len(table.Rows) > RowsMost || len(table.Heading) > columnsMost {
		t.Fatalf("%d rows of %d columns", len(table.Rows), len(table.Heading))
	}
	line := 1
	for _, row := range table.Rows {
		if row.Line <= line || len(row.Cells) != len(table.Heading) {
			t.Fatalf("row %+v behind line %d", row, line)
		}
		line = row.Line
		for _, cell := range row.Cells {
			table.Day(cell)
		}
	}
}
