package discloseweb

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/gofiber/fiber/v2"

	"shenzhong/services/disclose"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/web"
	"shenzhong/services/kit/web/ui"
	"shenzhong/services/kit/workday"
)

// Nav is what the pages add to the main navigation.
func Nav() []ui.Link {
	return []ui.Link{{Text: "首页", To: "/"}, {Text: "抽查结果", To: "/results"}, {Text: "信用承诺", To: "/commitments"}, {Text: "公开日志", To: "/log"}}
}

// shelf is a page that lists some sorts of records.
type shelf struct {
	path, title, words string
	sorts              []string
}

// shelves are the pages besides the first one, which lists everything.
var shelves = []shelf{
	{"/results", "抽查检查结果", "“双随机、一公开”联合抽查的结果，由牵头单位在检查完成后公示。", []string{"check"}},
	{"/commitments", "信用承诺", "殡葬服务机构公开作出的书面承诺，以及依法认定的违反承诺的情况。认定前已告知当事人并听取陈述，且有证据证明。", []string{"commitment", "breach"}},
}

// Pages serves the public pages of what is published.
func Pages(server *web.Server, s *disclose.Service) {
	skin := server.Skin()
	logPages(server, s)
	web.Page(server, "/", func(c *fiber.Ctx) (ui.Page, error) {
		v, err := look(c, s, shelf{path: "/"})
		return ui.Page{Title: "首页", Nav: "/", Wide: true, Body: front(skin, v)}, err
	})
	for _, on := range shelves {
		web.Page(server, on.path, func(c *fiber.Ctx) (ui.Page, error) {
			v, err := look(c, s, on)
			return ui.Page{Title: on.title, Nav: on.path, Body: listing(skin, v)}, err
		})
	}
	web.Page(server, "/records/:id", func(c *fiber.Ctx) (ui.Page, error) {
		// A search engine would keep what is withdrawn or expired here.
		c.Set("X-Robots-Tag", "noindex, noarchive")
		row, err := s.ShownRecord(c.UserContext(), c.Params("id"))
		if err != nil {
			return ui.Page{}, err
		}
		if row.State != disclose.Published {
			return ui.Page{Title: ending(row), Nav: "/", Status: http.StatusGone, Body: tombstone(skin, row)}, nil
		}
		limits, err := s.Limits(row.Record, row.Channels)
		if err != nil {
			return ui.Page{}, err
		}
		proof, err := provable(c, s, row.Record.ID)
		return ui.Page{Title: row.Record.Title, Nav: home(row.Record.Sort), Body: record(skin, row, limits, proof)}, err
	})
}

// view is one page of a list and how it was asked for.
type view struct {
	shelf
	asked string
	later bool // it is not the first page
	found disclose.Found
}

// most is how many characters a search may have.
const most = 100

func look(c *fiber.Ctx, s *disclose.Service, on shelf) (view, error) {
	v := view{shelf: on, asked: strings.TrimSpace(c.Query("q")), later: c.Query("from") != ""}
	if len([]rune(v.asked)) > most {
		return v, fault.About("q", fault.Invalid, "查询的文字最多 %d 个，请精简后重新查询", most)
	}
	var err error
	v.found, err = s.Find(c.UserContext(), disclose.Search{Words: v.asked, Sorts: on.sorts, From: c.Query("from")})
	return v, err
}

// to is the address of this list from another record on; empty = from the
// newest.
func (v view) to(from string) string {
	q := url.Values{}
	if v.asked != "" {
		q.Set("q", v.asked)
	}
	if from != "" {
		q.Set("from", from)
	}
	if len(q) == 0 {
		return v.path
	}
	return v.path + "?" + q.Encode()
}

// sorts are the names of the sorts of records and what their color says.
var sorts = map[string]struct {
	name string
	tone ui.Tone
}{
	"penalty": {"行政处罚", ui.Warn}, "check": {"抽查结果", ui.Info}, "commitment": {"信用承诺", ui.Good},
	"breach": {"违反承诺", ui.Bad}, "plan": {"抽查计划", ui.Plain}, "draw": {"抽取结果", ui.Plain},
}

// home is the page that lists a sort of records.
func home(sort string) string {
	for _, on := range shelves {
		for _, s := range on.sorts {
			if s == sort {
				return on.path
			}
		}
	}
	return "/"
}

// ending says why a record is no longer to be seen.
func ending(row disclose.Row) string {
	switch row.State {
	case disclose.Withdrawn:
		return "该公示信息已经撤回"
	case disclose.Expired:
		if row.Repair != "" {
			return "信用修复已经准予，该公示信息停止公示"
		}
		return "该公示信息公示期满，已停止公示"
	}
	return "该公示信息正在撤回"
}

// chinese is a day as it is read.
func chinese(day string) string {
	d, err := workday.ParseDate(day)
	if err != nil {
		return day
	}
	return d.Chinese()
}

// address is the address of a proof, where it is one.
func address(proof string) (string, bool) {
	u, err := url.Parse(strings.TrimSpace(proof))
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil {
		return "", false
	}
	return u.String(), true
}
