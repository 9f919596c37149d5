package ui

import (
	"bytes"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/a-h/templ"
)

func rendered(t testing.TB, component templ.Component) *goquery.Document {
	t.Helper()
	var out bytes.Buffer
	if err := component.Render(t.Context(), &out); err != nil {
		t.Fatal(err)
	}
	doc, err := goquery.NewDocumentFromReader(&out)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func TestGrid(t *testing.T) {
	table := Table{
		Caption: "抽查结果", Empty: "还没有结果",
		Columns: []Column{{Title: "机构"}, {Title: "问题数", Number: true}},
		Rows: [][]templ.Component{
			{Lead(Skin{Base: "/bz"}, Link{Text: "青松陵园<b>", To: "/f/1"}), Text("3")},
			{Tag(Bad, "已责令改正"), Date("2026-11-18", "11月18日")},
		},
	}
	doc := rendered(t, Grid(table))
	if doc.Find("caption").Text() != "抽查结果" || doc.Find("th[scope=col]").Length() != 2 || doc.Find("tbody tr").Length() != 2 {
		t.Error("the table lacks its caption, its heads or its rows")
	}
	if got := doc.Find("td[data-title=机构] a[href='/bz/f/1']").Text(); got != "青松陵园<b>" {
		t.Errorf("a cell shows %q", got)
	}
	if doc.Find("td.number").Length() != 2 || doc.Find(".tag.bad").Text() != "已责令改正" || doc.Find("time[datetime='2026-11-18']").Text() != "11月18日" {
		t.Error("numbers, tags or dates are not marked")
	}
	table.Rows = nil
	if got := rendered(t, Grid(table)).Find(".empty td[colspan='2']").Text(); got != "还没有结果" {
		t.Errorf("an empty table says %q", got)
	}
}

func TestParts(t *testing.T) {
	skin := Skin{Base: "/bz"}
	line := rendered(t, Timeline([]Moment{{When: "10月9日", Stamp: "2026-10-09", Title: "公告", Detail: "公开承诺值", Tone: Good}, {When: "10月12日", Stamp: "2026-10-12", Title: "抽取"}}))
	if line.Find("li").Length() != 2 || line.Find("li.good time[datetime='2026-10-09']").Length() != 1 || line.Find("li p").Length() != 1 {
		t.Error("the timeline lacks a moment, its date or its tone")
	}
	crumbs := rendered(t, Crumbs(skin, []Link{{Text: "首页", To: "/"}, {Text: "公示", To: "/p"}}))
	if crumbs.Find("a[href='/bz/']").Text() != "首页" || crumbs.Find("[aria-current=page]").Text() != "公示" || crumbs.Find("a").Length() != 1 {
		t.Error("the trail does not end at the page itself")
	}
	terms := rendered(t, Terms([]Term{{Name: "信用等级", Value: Tag(Good, "A 级")}}))
	if terms.Find("dt").Text() != "信用等级" || terms.Find("dd .tag.good").Text() != "A 级" {
		t.Error("a term lacks its name or its value")
	}
	inner := templ.WithChildren(t.Context(), Text("任何人都可以重算"))
	var out bytes.Buffer
	if err := Panel(Good, "可以验证").Render(inner, &out); err != nil {
		t.Fatal(err)
	}
	if err := Section(skin, "结果", Link{Text: "全部", To: "/all"}).Render(inner, &out); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`class="panel good"`, "<h2>可以验证</h2>", "<h2>结果</h2>", `href="/bz/all"`} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%s lacks %s", out.String(), want)
		}
	}
	if strings.Count(out.String(), "任何人都可以重算") != 2 {
		t.Errorf("%s lost what it surrounds", out.String())
	}
}

func TestLinks(t *testing.T) {
	skin := Skin{Base: "/bz"}
	for to, want := range map[string]string{
		"/a":                   "/bz/a",
		"https://example.com/": "https://example.com/",
		"javascript:alert(1)":  string(templ.FailedSanitizationURL),
	} {
		if got := string(skin.At(to)); got != want {
			t.Errorf("%s leads to %s; want %s", to, got, want)
		}
	}
	if got := string(skin.look(true, true, "/bz/a?b&c")); got != "/bz/look?back=%2Fbz%2Fa%3Fb%26c&large=on&contrast=on" {
		t.Errorf("the aid leads to %s", got)
	}
}
