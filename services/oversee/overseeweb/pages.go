package overseeweb

import (
	"fmt"
	"strconv"

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

// chinese is a day as it is read.
func chinese(day string) string {
	d, err := workday.ParseDate(day)
	if err != nil {
		return day
	}
	return d.Chinese()
}
