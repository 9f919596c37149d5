package register

import (
	"slices"
	"strings"

	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/law"
	"shenzhong/services/kit/workday"
	"shenzhong/services/register/sheet"
)

// Sheet is the sheet that was imported with one more column that says what is
// wrong with each row (问题), as an .xlsx.
func (r Report) Sheet() ([]byte, error) {
	page := sheet.Page{Name: "导入结果"}
	for _, name := range r.table.Heading {
		if name != problemColumn {
			page.Columns = append(page.Columns, sheet.Column{Name: name})
		}
	}
	page.Columns = append(page.Columns, sheet.Column{Name: problemColumn, Width: 60})
	for i, row := range r.table.Rows {
		cells := make([]string, 0, len(page.Columns))
		for j, name := range r.table.Heading {
			if name != problemColumn {
				cells = append(cells, row.Cells[j])
			}
		}
		page.Rows = append(page.Rows, append(cells, r.Rows[i].said()))
	}
	return sheet.Write(page)
}

// said is what is wrong with a row, in one cell.
func (r RowReport) said() string {
	var out []string
	for _, p := range r.Problems {
		if p.Column == "" {
			out = append(out, p.Message)
			continue
		}
		out = append(out, p.Column+"："+p.Message)
	}
	return strings.Join(out, "\n")
}

// problemColumn is the column that Sheet adds. It is passed over when a sheet is
// read, so that a corrected one can be imported as it is.
const problemColumn = "问题"

// Template is an empty sheet of one kind, as Template makes it today.
func (s *Service) Template(what string) ([]byte, error) {
	return Template(s.cfg.Law.Law(), s.today(), what)
}

// Template is an empty sheet of one kind, with a second page that says what the
// columns mean and what may stand in them on that day, as an .xlsx.
func Template(pack *law.Pack, on workday.Date, what string) ([]byte, error) {
	form, err := formNamed(what)
	if err != nil {
		return nil, err
	}
	page := sheet.Page{Name: form.title}
	help := sheet.Page{Name: "填写说明", Columns: []sheet.Column{{Name: "列名", Width: 18}, {Name: "是否必有", Width: 12}, {Name: "怎样填写", Width: 90}}}
	for _, c := range form.columns {
		page.Columns = append(page.Columns, sheet.Column{Name: c.name, Width: c.width})
		must := ""
		if c.must {
			must = "必有"
		}
		text := c.help
		if c.choice != nil {
			text += strings.Join(c.choice(pack, on), "、")
		}
		help.Rows = append(help.Rows, []string{c.name, must, text})
	}
	return sheet.Write(page, help)
}

// formOf is the form that a heading belongs to: the one that is named, or the
// only one that has all its columns.
func formOf(what string, heading []string) (form, error) {
	if what != "" {
		f, err := formNamed(what)
		if err != nil {
			return form{}, err
		}
		return f, f.accepts(heading)
	}
	var first error
	for _, f := range forms() {
		err := f.accepts(heading)
		if err == nil {
			return f, nil
		}
		if first == nil || slices.Contains(heading, f.columns[1].name) {
			first = err
		}
	}
	return form{}, first
}

func formNamed(what string) (form, error) {
	for _, f := range forms() {
		if f.what == what {
			return f, nil
		}
	}
	return form{}, fault.About("what", fault.Invalid, "没有“%s”这种名录，可以导入 facilities（检查对象）或 officers（执法人员）", clip(what))
}
