package sheet

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
)

const broken = "文件已损坏或者不是 .xlsx，请用表格软件打开后另存为 .xlsx 再导入"

// readXLSX reads the first sheet of a workbook, the cells as they are stored:
// how a day is displayed differs from machine to machine.
func readXLSX(data []byte) (t Table, err error) {
	if err := fits(data); err != nil {
		return Table{}, err
	}
	// The reader of workbooks is not ours and meets files from anywhere: what it
	// does not survive is a broken file, and no reason to stop serving.
	defer func() {
		if recover() != nil {
			t, err = Table{}, wrong(broken)
		}
	}()
	book, err := excelize.OpenReader(bytes.NewReader(data), excelize.Options{
		RawCellValue: true, UnzipSizeLimit: unpackMost, UnzipXMLSizeLimit: unpackMost,
	})
	if err != nil {
		return Table{}, wrong(broken)
	}
	t, err = readBook(book)
	if closed := book.Close(); err == nil && closed != nil {
		err = fmt.Errorf("close the workbook: %w", closed)
	}
	return t, err
}

// fits refuses an archive that holds too much: more bytes than it may, which it
// cannot claim to have fewer of than it has, for the archive reader stops there;
// or so many tags that keeping what they say would take much more memory than
// the bytes do.
func fits(data []byte) error {
	archive, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return wrong(broken)
	}
	if len(archive.File) > partsMost {
		return wrong("文件里包含的部分过多，请把数据复制到模板中再导入")
	}
	left := uint64(unpackMost)
	for _, part := range archive.File {
		if part.UncompressedSize64 > left {
			return wrong("文件解压后超过 %d MB，请删去表格下方的空行、图片和其他工作表后再导入", unpackMost>>20)
		}
		left -= part.UncompressedSize64
	}
	var tags counter
	for _, part := range archive.File {
		if err := tags.read(part); err != nil {
			return wrong(broken)
		}
		if tags > tagsMost {
			return wrong("文件里的单元格过多，请把数据复制到模板中，删去空白的行和列，再导入")
		}
	}
	return nil
}

// counter counts the tags that are written to it.
type counter int

// Write counts.
func (c *counter) Write(p []byte) (int, error) {
	*c += counter(bytes.Count(p, []byte("<")))
	return len(p), nil
}

func (c *counter) read(part *zip.File) error {
	r, err := part.Open()
	if err != nil {
		return err
	}
	_, err = io.Copy(c, r)
	return errors.Join(err, r.Close())
}

func readBook(book *excelize.File) (Table, error) {
	names := book.GetSheetList()
	if len(names) == 0 {
		return Table{}, wrong(broken)
	}
	props, err := book.GetWorkbookProps()
	if err != nil {
		return Table{}, wrong(broken)
	}
	b := builder{Table{Serial: true, From1904: props.Date1904 != nil && *props.Date1904}}
	rows, err := book.Rows(names[0])
	if err != nil {
		return Table{}, wrong(broken)
	}
	err = b.takeAll(rows)
	if closed := rows.Close(); err == nil && closed != nil {
		err = fmt.Errorf("close the sheet: %w", closed)
	}
	if err != nil {
		return Table{}, err
	}
	return b.done()
}

// blankMost is how many lines a sheet may claim to have, empty ones too.
const blankMost = 100000

func (b *builder) takeAll(rows *excelize.Rows) error {
	for line := 1; rows.Next(); line++ {
		if line > blankMost {
			return wrong("表格的行过多，请删去表格下方的空行")
		}
		cells, err := rows.Columns()
		if err != nil {
			return wrong("第 %d 行无法读取，请把数据复制到模板中再导入", line)
		}
		for _, cell := range cells {
			if !utf8.ValidString(cell) {
				return wrong("第 %d 行有无法识别的字符，请重新填写", line)
			}
		}
		if err := b.add(line, cells); err != nil {
			return err
		}
	}
	if err := rows.Error(); err != nil {
		return wrong(broken)
	}
	return nil
}

// Serial numbers of days that are read as such: 1927-05-18 to 9999-12-31. A
// smaller number is more likely a year.
const (
	dayLeast = 10000
	dayMost  = 2958465
)

// Day writes the day in a cell as 2006-01-02. What is no day is returned as it
// is: who reads it says what is wrong.
func (t Table) Day(cell string) string {
	if t.Serial {
		if serial, err := strconv.ParseFloat(cell, 64); err == nil && serial >= dayLeast && serial <= dayMost {
			if day, err := excelize.ExcelDateToTime(serial, t.From1904); err == nil {
				return day.Format(time.DateOnly)
			}
		}
	}
	written := strings.NewReplacer("年", "-", "月", "-", "日", "", "/", "-", ".", "-").Replace(cell)
	if day, err := time.Parse("2006-1-2", written); err == nil {
		return day.Format(time.DateOnly)
	}
	return cell
}

// Column is a column of a sheet that is written.
type Column struct {
	Name  string
	Width float64 // characters; 0 = 16
}

// Write returns a workbook with one sheet per table, all cells as text: a code
// must not become a number. The same tables are the same bytes.
func Write(sheets ...Page) ([]byte, error) {
	book := excelize.NewFile()
	if err := writePages(book, sheets); err != nil {
		return nil, errors.Join(fmt.Errorf("write a workbook: %w", err), book.Close())
	}
	var out bytes.Buffer
	if err := book.Write(&out); err != nil {
		return nil, errors.Join(fmt.Errorf("write a workbook: %w", err), book.Close())
	}
	return out.Bytes(), book.Close()
}

// Page is one sheet to be written.
type Page struct {
	Name    string
	Columns []Column
	Rows    [][]string
}

func writePages(book *excelize.File, pages []Page) error {
	text, err := book.NewStyle(&excelize.Style{NumFmt: 49, Alignment: &excelize.Alignment{Vertical: "top", WrapText: true}})
	if err != nil {
		return err
	}
	bold, err := book.NewStyle(&excelize.Style{NumFmt: 49, Font: &excelize.Font{Bold: true}})
	if err != nil {
		return err
	}
	for i, page := range pages {
		if i == 0 {
			err = book.SetSheetName(book.GetSheetName(0), page.Name)
		} else {
			_, err = book.NewSheet(page.Name)
		}
		if err != nil {
			return err
		}
		if err := writePage(book, page, text, bold); err != nil {
			return err
		}
	}
	return nil
}

func writePage(book *excelize.File, page Page, text, bold int) error {
	for i, c := range page.Columns {
		width := c.Width
		if width == 0 {
			width = 16
		}
		if err := book.SetColWidth(page.Name, column(i), column(i), width); err != nil {
			return err
		}
		if err := book.SetColStyle(page.Name, column(i), text); err != nil {
			return err
		}
		if err := book.SetCellStr(page.Name, column(i)+"1", c.Name); err != nil {
			return err
		}
	}
	if err := book.SetRowStyle(page.Name, 1, 1, bold); err != nil {
		return err
	}
	for i, row := range page.Rows {
		for j, cell := range row {
			if cell == "" {
				continue
			}
			if err := book.SetCellStr(page.Name, column(j)+strconv.Itoa(i+2), cell); err != nil {
				return err
			}
		}
	}
	return book.SetPanes(page.Name, &excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"})
}
