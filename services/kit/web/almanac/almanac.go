// Package almanac shows the calendar of workdays and takes in the next holiday
// notice (放假安排): a page, and the same as JSON. It must never say of a year more
// than its notice does, and never change a year without a person answerable for it.
package almanac

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"

	"github.com/a-h/templ"
	"github.com/gofiber/fiber/v2"

	"shenzhong/services/kit/identity"
	"shenzhong/services/kit/notices"
	"shenzhong/services/kit/web"
	"shenzhong/services/kit/web/ui"
	"shenzhong/services/kit/workday"
)

const (
	path  = "/calendar"
	title = "工作日日历"
	tag   = "工作日日历"
)

// Link is where the page lies.
func Link() ui.Link { return ui.Link{Text: title, To: path} }

// permits says who may do what.
var permits = identity.Permits{"calendar.import": {identity.Office, identity.Legal, identity.Admin}}

// shown is the calendar as the interface shows it.
type shown struct {
	Version string         `json:"version" doc:"日历版本，每个期限都记明是按哪个版本计算的"`
	Horizon string         `json:"horizon" doc:"已公布到哪一天，其后的日期为暂定"`
	Years   []workday.Year `json:"years"`
}

func show(c *workday.Calendar) shown {
	return shown{Version: c.Version(), Horizon: c.Horizon().String(), Years: c.Years()}
}

type noticeBody struct {
	Year    workday.Year `json:"notice" doc:"一个年度的放假安排"`
	Replace bool         `json:"replace,omitempty" doc:"替换已经公布的年度，例如国务院年中调整"`
}

type importedBody struct {
	Year int `json:"year"`
	shown
}

// Mount serves the page and the operations.
func Mount(server *web.Server, book *notices.Book) {
	api, skin := server.API(), server.Skin()
	web.Get(api, web.Op{ID: "calendar-get", Path: path, Tag: tag, Summary: "各年度的放假安排和所据通知", Public: true},
		func(context.Context, *struct{}) (*web.Out[shown], error) {
			return web.Reply(show(book.Calendar())), nil
		})
	web.Post(api, web.Op{ID: "calendar-import", Path: path + "/notices", Tag: tag, Summary: "导入一个年度的放假安排",
		Detail: "正在计时的暂定期限随即逐项重算，变动的和确认的各留一条记录。"},
		func(ctx context.Context, in *struct{ Body noticeBody }) (*web.Out[importedBody], error) {
			content, err := json.Marshal(in.Body.Year)
			if err != nil {
				return nil, fmt.Errorf("encode the notice: %w", err)
			}
			made, err := take(ctx, book, web.Actor(ctx), content, in.Body.Replace)
			return web.Reply(importedBody{made.Year, show(book.Calendar())}), err
		})
	web.Page(server, path, func(*fiber.Ctx) (ui.Page, error) {
		return page(skin, book.Calendar(), ""), nil
	})
	web.Form(server, path, func(c *fiber.Ctx, by identity.Actor) (ui.Page, error) {
		made, err := take(c.UserContext(), book, by, []byte(c.FormValue("notice")), c.FormValue("replace") == "yes")
		if err != nil {
			return ui.Page{}, err
		}
		done := fmt.Sprintf("已导入 %d 年放假安排，日历版本由 %s 变为 %s，已公布到 %s。正在计时的暂定期限随即逐项重算，每项留一条记录。",
			made.Year, made.Was.Version(), made.Now.Version(), made.Now.Horizon().Chinese())
		return page(skin, made.Now, done), nil
	})
}

// take takes a notice in for a person who may.
func take(ctx context.Context, book *notices.Book, by identity.Actor, content []byte, replace bool) (notices.Imported, error) {
	if err := permits.Check(by, "calendar.import"); err != nil {
		return notices.Imported{}, err
	}
	made, err := book.Import(content, replace)
	if err == nil {
		slog.InfoContext(ctx, "holiday notice imported", "year", made.Year, "by", by.ID, "was", made.Was.Version(), "now", made.Now.Version())
	}
	return made, err
}

func page(skin ui.Skin, c *workday.Calendar, done string) ui.Page {
	return ui.Page{Title: title, Nav: path, Body: almanac(skin, c, done)}
}

// states are the words for how much is known of a year.
var states = map[workday.State]struct {
	tone ui.Tone
	name string
}{workday.Published: {ui.Good, "已公布"}, workday.Expected: {ui.Plain, "预计"}}

// years is the table of the years, the latest first.
func years(c *workday.Calendar) ui.Table {
	table := ui.Table{
		Caption: "日历版本 " + c.Version() + "，已公布到 " + c.Horizon().Chinese(),
		Columns: []ui.Column{{Title: "年度"}, {Title: "状态"}, {Title: "所据通知"}, {Title: "放假"}, {Title: "调休上班"}},
	}
	all := c.Years()
	for i := len(all) - 1; i >= 0; i-- {
		table.Rows = append(table.Rows, row(all[i]))
	}
	return table
}

// row is one year of the table.
func row(y workday.Year) []templ.Component {
	var off, work []string
	for _, s := range y.Off {
		off = append(off, s.Name+"："+span(s))
	}
	for _, w := range y.Work {
		work = append(work, day(w.Date))
	}
	return []templ.Component{
		ui.Text(fmt.Sprintf("%d", y.Year)), ui.Tag(states[y.State].tone, states[y.State].name), cited(y.Notices),
		ui.Text(strings.Join(off, "；")), ui.Text(strings.Join(work, "、")),
	}
}

// day is a day within the year of its row.
func day(d workday.Date) string { return strings.TrimPrefix(d.String()[5:], "0") }

func span(s workday.Span) string {
	if s.From == s.To {
		return day(s.From)
	}
	return day(s.From) + "至" + day(s.To)
}

// form is what a notice looks like, for the year that comes next.
func form(c *workday.Calendar) string {
	year := c.Horizon().Year() + 1
	return fmt.Sprintf(`{"year": %[1]d, "state": "published",
 "notices": [{"title": "国务院办公厅关于%[1]d年部分节假日安排的通知", "number": "国办发明电〔…〕…号", "url": "https://www.gov.cn/…", "verified": true}],
 "off": [{"name": "元旦", "from": "%[1]d-01-01", "to": "%[1]d-01-03"}],
 "work": [{"name": "春节", "date": "%[1]d-02-…"}]}`, year)
}
