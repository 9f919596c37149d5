package register

import (
	"context"
	"errors"
	"slices"
	"strings"

	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/law"
	"shenzhong/services/kit/workday"
	"shenzhong/services/register/sheet"
)

// form is a kind of sheet that can be imported.
type form struct {
	what    string
	title   string
	columns []formColumn
	plan    func(ctx context.Context, s *Service, cmd Import, r reader) ([]*planned, error)
}

// formColumn is a column of a form.
type formColumn struct {
	name   string
	field  string // what faults call it
	must   bool   // the sheet must have it
	width  float64
	help   string
	choice func(*law.Pack, workday.Date) []string // what may stand in it
}

// forms are the kinds of sheets there are.
func forms() []form {
	return []form{
		{ImportFacilities, "检查对象", facilityColumns(), planFacilities},
		{ImportOfficers, "执法人员", officerColumns(), planOfficers},
	}
}

const (
	dayHelp      = "日期，例如 2009-04-01。"
	idHelp       = "新登记的留空。更名、换证号等从其他列看不出是哪一个的，填名录中的编号。"
	facilityHelp = "有代码的，同一代码是同一对象；没有代码的，名称、类别、乡镇街道都相同的是同一对象。"
)

func facilityColumns() []formColumn {
	return []formColumn{
		{name: "编号", field: "id", width: 20, help: idHelp + facilityHelp},
		{name: "名称", field: "name", must: true, width: 34, help: "与证照一致。"},
		{name: "类别", field: "category", must: true, width: 20, help: "从以下选择：", choice: categoryNames},
		{name: "主体类型", field: "subject_kind", must: true, width: 14, help: "从以下选择：", choice: subjectNames},
		{name: "统一社会信用代码", field: "uscc", must: true, width: 22, help: "18 位，对照证照填写。农村公益性公墓、散埋乱葬点等确实没有代码的留空。"},
		{name: "信用代码说明", field: "uscc_note", width: 20, help: "校验位不符、但证照上确实如此的，写明原因；其余留空。"},
		{name: "乡镇街道", field: "town", must: true, width: 14, help: "例如：凤山街道。"},
		{name: "地址", field: "address", must: true, width: 34, help: "门牌地址，或者村、组、小地名。"},
		{name: "风险等级", field: "risk", must: true, width: 10, help: "低、中、高，也可以写 L、M、H。"},
		{name: "设立日期", field: "established", width: 14, help: dayHelp + "经营性公墓必填。"},
		{name: "标记", field: "kind", width: 16, help: "抽查不设上限的情形，没有的留空；从以下选择：", choice: flagChoice},
		{name: "标记原因", field: "flag_reason", width: 30, help: "填了标记的必填。已有的标记不会因留空而取消。"},
		{name: "标记依据", field: "evidence", width: 30, help: "填了标记的必填：文书编号或者查询记录，多项用顿号分开。"},
		{name: "关闭日期", field: "on", width: 14, help: "已经关闭的填写。" + dayHelp},
		{name: "关闭原因", field: "close_reason", width: 20, help: "填了关闭日期的必填。"},
	}
}

func officerColumns() []formColumn {
	return []formColumn{
		{name: "编号", field: "id", width: 20, help: idHelp + "同一执法证号是同一人。"},
		{name: "姓名", field: "name", must: true, width: 12, help: "与执法证一致。"},
		{name: "单位", field: "unit", must: true, width: 20, help: "须为公布的行政执法主体，从以下选择：", choice: unitNames},
		{name: "执法证号", field: "cert_no", must: true, width: 18, help: "6 至 30 位数字、字母或连字符。没有执法证的人员不得登记。"},
		{name: "证件有效期", field: "cert_until", must: true, width: 14, help: "有效的最后一天。" + dayHelp},
		{name: "业务专长", field: "skills", width: 20, help: "多项用顿号分开。"},
		{name: "单次最多检查数", field: "max", must: true, width: 16, help: "一次抽取最多分配几个对象，1 至 50 的整数。"},
		{name: "回避对象", field: "facility", width: 34, help: "应当回避的检查对象的名称、代码或编号，多个用顿号分开。须先导入检查对象。已申报的回避不会因留空而撤回。"},
		{name: "回避事由", field: "interests", width: 24, help: "填了回避对象的必填。"},
	}
}

// accepts refuses a heading that has columns the form does not, or lacks some.
func (f form) accepts(heading []string) error {
	var names, missing []string
	for _, c := range f.columns {
		names = append(names, c.name)
		if c.must && !slices.Contains(heading, c.name) {
			missing = append(missing, c.name)
		}
	}
	for _, name := range heading {
		if name != problemColumn && !slices.Contains(names, name) {
			return fault.About("file", fault.Invalid, "模板中没有“%s”这一列，请删去或者改正列名；%s可用的列：%s", clip(name), f.title, strings.Join(names, "、"))
		}
	}
	if len(missing) > 0 {
		return fault.About("file", fault.Invalid, "缺少列：%s；请使用%s模板填写", strings.Join(missing, "、"), f.title)
	}
	return nil
}

// heading is the name of the column that holds a field, or empty.
func (f form) heading(field string) string {
	for _, c := range f.columns {
		if c.field == field {
			return c.name
		}
	}
	return ""
}

// note notes what is wrong with a row in the column that it is about.
func (f form) note(p *planned, err error) {
	var about *fault.Fault
	if errors.As(err, &about) {
		p.refuse(f.heading(about.Field), err)
		return
	}
	p.refuse("", err)
}

// reader reads the cells of a table by the fields of its form.
type reader struct {
	form
	table sheet.Table
	at    map[string]int // field to cell
}

func newReader(f form, table sheet.Table) reader {
	r := reader{form: f, table: table, at: map[string]int{}}
	for _, c := range f.columns {
		if i := slices.Index(table.Heading, c.name); i >= 0 {
			r.at[c.field] = i
		}
	}
	return r
}

// has reports whether the sheet has the column at all. What a sheet does not
// have stays as it is.
func (r reader) has(field string) bool {
	_, ok := r.at[field]
	return ok
}

// text is what stands in a cell, empty where the sheet has no such column.
func (r reader) text(row sheet.Row, field string) string {
	if i, ok := r.at[field]; ok {
		return row.Cells[i]
	}
	return ""
}

// day is the day in a cell as 2006-01-02, or what stands there if it is none.
func (r reader) day(row sheet.Row, field string) string { return r.table.Day(r.text(row, field)) }

// list is the several things in a cell.
func (r reader) list(row sheet.Row, field string) []string {
	parts := strings.FieldsFunc(r.text(row, field), func(c rune) bool { return strings.ContainsRune("、，,；;\n", c) })
	out := []string{}
	for _, part := range parts {
		if part = strings.TrimSpace(part); part != "" {
			out = append(out, part)
		}
	}
	return out
}

func categoryNames(p *law.Pack, on workday.Date) (out []string) {
	for _, k := range p.FacilityKinds(on) {
		out = append(out, k.Name)
	}
	return out
}

func subjectNames(p *law.Pack, on workday.Date) (out []string) {
	for _, k := range p.SubjectKinds(on) {
		out = append(out, k.Name)
	}
	return out
}

func unitNames(p *law.Pack, on workday.Date) (out []string) {
	for _, u := range p.Units() {
		if p.MayInspect(u.Code, on) == nil {
			out = append(out, u.Short)
		}
	}
	return out
}

func flagChoice(p *law.Pack, on workday.Date) (out []string) {
	sampling, err := p.Sampling(on)
	if err != nil {
		return nil
	}
	for _, kind := range sampling.Flags {
		out = append(out, flagNames[kind])
	}
	return out
}

// flagCode is the kind of flag with that name for people; what is no such name
// is returned as it is.
func flagCode(text string) string {
	for kind, name := range flagNames {
		if name == text {
			return kind
		}
	}
	return text
}

// categoryCode, subjectCode and unitCode are the codes of what people name.
func categoryCode(p *law.Pack, on workday.Date, text string) string {
	for _, k := range p.FacilityKinds(on) {
		if k.Name == text {
			return k.Code
		}
	}
	return text
}

func subjectCode(p *law.Pack, on workday.Date, text string) string {
	for _, k := range p.SubjectKinds(on) {
		if k.Name == text {
			return k.Code
		}
	}
	return text
}

func unitCode(p *law.Pack, on workday.Date, text string) string {
	for _, u := range p.Units() {
		if u.On(on) && (u.Name == text || u.Short == text) {
			return u.Code
		}
	}
	return text
}

// riskCode is the risk that people name.
func riskCode(text string) string {
	if code, ok := map[string]string{"低": "L", "中": "M", "高": "H"}[text]; ok {
		return code
	}
	return strings.ToUpper(text)
}
