package overseeweb

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/a-h/templ"
	"github.com/gofiber/fiber/v2"

	"shenzhong/services/kit/web"
	"shenzhong/services/kit/web/ui"
	"shenzhong/services/kit/workday"
	"shenzhong/services/oversee"
)

// title is what the page is called.
const title = "履职情况公示"

// Nav is what the page adds to the main navigation.
func Nav() []ui.Link { return []ui.Link{{Text: "履职情况", To: "/performance"}} }

// Pages serves the public page of how limits are kept.
func Pages(server *web.Server, s *oversee.Service) {
	skin := server.Skin()
	web.Page(server, "/performance", func(c *fiber.Ctx) (ui.Page, error) {
		p, err := read(c.UserContext(), s)
		return ui.Page{Title: title, Nav: "/performance", Body: figures(skin, p)}, err
	})
}

func overdue(rows []oversee.Passed) ui.Table {
	table := ui.Table{
		Caption: "共 " + strconv.Itoa(len(rows)) + " 件，逾期时间长的在前",
		Columns: []ui.Column{{Title: "应当办理的事项"}, {Title: "承办单位"}, {Title: "期限的最后一日"}, {Title: "已逾期（日）", Number: true}},
	}
	for _, r := range rows {
		table.Rows = append(table.Rows, []templ.Component{
			ui.Text(r.Name), ui.Text(r.UnitName), ui.Date(r.Due, chinese(r.Due)), ui.Text(strconv.Itoa(r.Days)),
		})
	}
	return table
}

// counts are the columns that both tables of figures have.
func counts(first string) []ui.Column {
	return []ui.Column{
		{Title: first}, {Title: "已办结", Number: true}, {Title: "按期办结", Number: true}, {Title: "按期率", Number: true},
		{Title: "计时中", Number: true}, {Title: "逾期未办结", Number: true},
	}
}

func figure(name string, ended, onTime, running, late int64, few bool) []templ.Component {
	number := func(n int64) templ.Component { return ui.Text(strconv.FormatInt(n, 10)) }
	tone := ui.Plain
	if late > 0 {
		tone = ui.Bad
	}
	return []templ.Component{ui.Text(name), number(ended), number(onTime), ui.Text(share(ended+late, onTime, few)), number(running), ui.Tag(tone, strconv.FormatInt(late, 10))}
}

// share is a share with its numerator and denominator, and in percent where
// there are enough to judge by.
func share(of, onTime int64, few bool) string {
	switch {
	case of == 0:
		return "尚无"
	case few:
		return fmt.Sprintf("%d/%d（件数少）", onTime, of)
	}
	return fmt.Sprintf("%d/%d（%.1f%%）", onTime, of, 100*float64(onTime)/float64(of))
}

func duties(rows []oversee.Duty) ui.Table {
	table := ui.Table{Caption: "按事项", Columns: counts("事项"), Empty: "还没有需要公示的事项。"}
	for _, r := range rows {
		table.Rows = append(table.Rows, figure(r.Name, r.Ended, r.OnTime, r.Running, r.Overdue, r.Few))
	}
	return table
}

func units(rows []oversee.Figures) ui.Table {
	table := ui.Table{Caption: "按单位，依单位名录的顺序", Columns: counts("单位"), Empty: "还没有计算期限的事项。"}
	for _, r := range rows {
		table.Rows = append(table.Rows, figure(r.Name, r.Ended, r.OnTime, r.Running, r.Overdue, r.Few))
	}
	return table
}

func indicators(rows []oversee.Measured) ui.Table {
	table := ui.Table{
		Caption: "自系统启用以来", Columns: []ui.Column{{Title: "指标"}, {Title: "分子"}, {Title: "分母"}, {Title: "结果", Number: true}},
		Empty: "规则包没有载明指标。",
	}
	for _, r := range rows {
		result := ui.Text(share(r.Of, r.Done, r.Few))
		if !r.Measurable {
			result = ui.Tag(ui.Plain, "尚不能计量："+r.Missing)
		}
		table.Rows = append(table.Rows, []templ.Component{ui.Text(r.Name), ui.Text(r.Numerator), ui.Text(r.Denominator), result})
	}
	return table
}

func outcomes(rows []oversee.Outcome) ui.Table {
	table := ui.Table{Caption: "自系统启用以来", Columns: []ui.Column{{Title: "去向"}, {Title: "件数和占比", Number: true}, {Title: "是否计为解决"}}}
	for _, r := range rows {
		solved := "否"
		if r.Solved {
			solved = "是"
		}
		table.Rows = append(table.Rows, []templ.Component{ui.Text(r.Name), ui.Text(share(r.Of, r.Count, r.Few)), ui.Text(solved)})
	}
	return table
}

func circulars(rows []oversee.Circular) ui.Table {
	table := ui.Table{
		Caption: "依据方案对逾期不办的单位发出", Columns: []ui.Column{{Title: "日期"}, {Title: "单位"}, {Title: "未按期办理的事项"}, {Title: "发出单位"}, {Title: "落实情况"}},
	}
	for _, r := range rows {
		tone, state := ui.Bad, "尚未落实"
		if r.Settled {
			tone, state = ui.Good, "已落实"
		}
		table.Rows = append(table.Rows, []templ.Component{
			ui.Date(r.On, chinese(r.On)), ui.Text(r.UnitName), ui.Text(strings.Join(r.Matters, "、")), ui.Text(r.FromName), ui.Tag(tone, state),
		})
	}
	return table
}

// chinese is a day as it is read.
func chinese(day string) string {
	d, err := workday.ParseDate(day)
	if err != nil {
		return day
	}
	return d.Chinese()
}
