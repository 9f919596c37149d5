package web_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/a-h/templ"
	"github.com/gofiber/fiber/v2"

	"shenzhong/services/kit/clock"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/web"
	"shenzhong/services/kit/web/ui"
	"shenzhong/services/kit/web/webtest"
)

// site is an office that filled everything in.
func site() ui.Site {
	return ui.Site{
		Name: "殡葬服务信用公示", Tagline: "青澜区民政局会同市场监管等部门", Mark: "青",
		Portal: ui.Link{Text: "青澜区人民政府门户网站", To: "https://www.example.gov.cn/"},
		Nav:    []ui.Link{{Text: "首页", To: "/"}, {Text: "抽查公示", To: "/inspections"}},
		Links:  []ui.Link{{Text: "无障碍声明", To: "/accessibility"}},
		Host:   "青澜区民政局", Phone: "000-00000000", Code: "0000000000", ICP: "□ICP备00000000号", Police: "□公网安备00000000000000号",
	}
}

func mustServer(t testing.TB, edit func(*web.Config)) (*web.Server, web.Config) {
	t.Helper()
	cfg := web.Config{
		Title: "慎终接口", Version: "1", Clock: clock.System{}, Tokens: webtest.Actors{token: officer}, Site: site(),
		Ready:   func(context.Context) (any, error) { return map[string]string{"journal_mode": "wal"}, nil },
		Healthy: func() error { return nil },
	}
	edit(&cfg)
	s, err := web.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return s, cfg
}

func nothing(context.Context, *struct{}) (*web.Out[string], error) { return web.Reply("好"), nil }

func document(t testing.TB, a webtest.Answer) *goquery.Document {
	t.Helper()
	doc, err := goquery.NewDocumentFromReader(bytes.NewReader(a.Body))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func words(component string) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		_, err := io.WriteString(w, component)
		return err
	})
}

func TestPageHasItsFrame(t *testing.T) {
	s, _ := mustServer(t, func(cfg *web.Config) { cfg.Base = "/mz/binzang" })
	web.Page(s, "/inspections/:batch", func(c *fiber.Ctx) (ui.Page, error) {
		return ui.Page{Title: "抽查公示", Nav: "/inspections", Body: ui.Head(c.Params("batch"), c.Query("q"))}, nil
	})
	a := webtest.Get(t, s, "/mz/binzang/inspections/%E7%AC%AC%E4%B8%89%E6%89%B9?q=%3Cscript%3Ealert(1)%3C/script%3E", webtest.Call{})
	doc := document(t, a)
	if a.Status != 200 || a.Header.Get("Content-Type") != "text/html; charset=utf-8" {
		t.Fatalf("answered %d %s", a.Status, a.Header.Get("Content-Type"))
	}
	for selector, want := range map[string]string{
		"html[lang=zh-CN] title":              "抽查公示 - 殡葬服务信用公示",
		"a.skip[href='#main']":                "跳到正文",
		"header .name":                        "殡葬服务信用公示",
		"header .tagline":                     "青澜区民政局会同市场监管等部门",
		"nav.nav a[aria-current=page]":        "抽查公示",
		"main#main h1":                        "第三批",
		"main#main .head p":                   "<script>alert(1)</script>",
		"footer p:first-child":                "主办单位：青澜区民政局 联系电话：000-00000000 无障碍声明",
		"footer p:last-child":                 "网站标识码：0000000000 ICP备案：□ICP备00000000号 公安备案：□公网安备00000000000000号",
		".aid a[href^='https://www.example']": "青澜区人民政府门户网站",
	} {
		if got := strings.Join(strings.Fields(doc.Find(selector).Text()), " "); got != want {
			t.Errorf("%s shows %q; want %q", selector, got, want)
		}
	}
	if n := doc.Find("script, style, [style], [onclick], img").Length(); n != 0 {
		t.Errorf("the page has %d scripts, styles or images of its own", n)
	}
	doc.Find("a, link").Each(func(_ int, e *goquery.Selection) {
		href := e.AttrOr("href", "")
		if !strings.HasPrefix(href, "/mz/binzang/") && !strings.HasPrefix(href, "#") && !strings.HasPrefix(href, "https://www.example") && href != "data:," {
			t.Errorf("a link leads to %q, outside the base path", href)
		}
	})
	style, _ := doc.Find("link[rel=stylesheet]").Attr("href")
	if css := webtest.Get(t, s, style, webtest.Call{}); css.Status != 200 || !strings.Contains(css.Header.Get("Cache-Control"), "immutable") ||
		!strings.HasPrefix(css.Header.Get("Content-Type"), "text/css") {
		t.Errorf("%s is answered %d %v", style, css.Status, css.Header)
	}
}

func TestAnEmptySiteShowsNoEmptyLabels(t *testing.T) {
	s, _ := mustServer(t, func(cfg *web.Config) {
		cfg.Site = ui.Site{Header: words("<header>门户页眉</header>"), Footer: words("<footer>门户页脚</footer>")}
	})
	web.Page(s, "/", func(*fiber.Ctx) (ui.Page, error) {
		return ui.Page{Title: "首页", Wide: true, Body: words("<p>正文</p>")}, nil
	})
	doc := document(t, webtest.Get(t, s, "/", webtest.Call{}))
	if got := doc.Find("header").Text() + doc.Find("main").Text() + doc.Find("footer").Text(); strings.Join(strings.Fields(got), "") != "门户页眉正文门户页脚" {
		t.Errorf("shown: %q", got)
	}
	if doc.Find("title").Text() != "首页" || doc.Find(".masthead, .nav, .foot, main .wrap").Length() != 0 {
		t.Error("parts of our own frame are shown beside the portal's")
	}
	plain, _ := mustServer(t, func(cfg *web.Config) { cfg.Site = ui.Site{} })
	doc = document(t, webtest.Get(t, plain, "/absent", webtest.Call{}))
	if got := doc.Find("footer").Text(); strings.Contains(got, "：") {
		t.Errorf("labels without a value: %q", got)
	}
}

func TestFailuresArePagesForPeople(t *testing.T) {
	s, _ := mustServer(t, func(*web.Config) {})
	var err error
	web.Page(s, "/facilities", func(*fiber.Ctx) (ui.Page, error) { return ui.Page{}, err })
	web.Page(s, "/broken", func(*fiber.Ctx) (ui.Page, error) {
		return ui.Page{Title: "x", Body: templ.ComponentFunc(func(context.Context, io.Writer) error { return errors.New("secret") })}, nil
	})
	for _, tt := range []struct {
		path   string
		err    error
		status int
		says   string
	}{
		{"/facilities", fault.New(fault.NotFound, "没有编号为 1 的机构"), 404, "没有编号为 1 的机构"},
		{"/facilities", fault.New(fault.Unavailable, "正在维护"), 503, "正在维护"},
		{"/facilities", errors.New("secret"), 500, "管理员"},
		{"/broken", nil, 500, "管理员"},
		{"/absent", nil, 404, "核对"},
	} {
		err = tt.err
		a := webtest.Get(t, s, tt.path, webtest.Call{})
		doc := document(t, a)
		if a.Status != tt.status || !strings.Contains(doc.Find("main").Text(), tt.says) || doc.Find("main h1").Text() == "" ||
			doc.Find("main a[href='/']").Length() != 1 || doc.Find("footer").Length() != 1 {
			t.Errorf("%s with %v: %d %s", tt.path, tt.err, a.Status, doc.Find("main").Text())
		}
		if !strings.Contains(doc.Find("main code").Text(), a.Header.Get("X-Request-Id")) || bytes.Contains(a.Body, []byte("secret")) {
			t.Errorf("%s with %v tells %s", tt.path, tt.err, doc.Find("main").Text())
		}
	}
}

// TestReadingAid follows the links of the aid, as a reader without scripts does.
func TestReadingAid(t *testing.T) {
	s, _ := mustServer(t, func(cfg *web.Config) { cfg.Base = "/bz" })
	web.Page(s, "/a", func(*fiber.Ctx) (ui.Page, error) { return ui.Page{Title: "甲", Body: words("正文")}, nil })
	doc := document(t, webtest.Get(t, s, "/bz/a", webtest.Call{}))
	link, _ := doc.Find(".aid nav a").First().Attr("href")
	a := webtest.Get(t, s, link, webtest.Call{})
	if a.Status != 303 || a.Header.Get("Location") != "/bz/a" {
		t.Fatalf("%s leads to %d %s", link, a.Status, a.Header.Get("Location"))
	}
	cookie := a.Header.Get("Set-Cookie")
	for _, part := range []string{"sz-look=large", "HttpOnly", "SameSite=Lax", "path=/bz/"} {
		if !strings.Contains(cookie, part) {
			t.Errorf("the cookie %q lacks %s", cookie, part)
		}
	}
	req := httptest.NewRequest("GET", "/bz/a", nil)
	req.Header.Set("Cookie", "sz-look=large.contrast")
	doc = document(t, webtest.Send(t, s, req))
	if doc.Find("html[data-size=large][data-contrast=high]").Length() != 1 || strings.Join(strings.Fields(doc.Find(".aid nav").Text()), "") != "标准字号标准对比度" {
		t.Errorf("the wishes are not shown: %s", doc.Find(".aid nav").Text())
	}
	for _, back := range []string{"https://evil.example/", "//evil.example/", "/%5Cevil.example", "/other", "/bz/../x", "/bz/%0d%0aSet-Cookie:x", ""} {
		a := webtest.Get(t, s, "/bz/look?back="+back, webtest.Call{})
		if got := a.Header.Get("Location"); got != "/bz/" || a.Status != 303 {
			t.Errorf("back=%s leads to %q", back, got)
		}
	}
}

func TestDocs(t *testing.T) {
	s, _ := mustServer(t, func(cfg *web.Config) { cfg.Base = "/bz" })
	web.Post(s.API(), web.Op{ID: "x", Path: "/x/{id}", Tag: "线索", Summary: "办理"}, func(context.Context, *noteInput) (*web.Out[noted], error) { return nil, nil })
	web.Get(s.API(), web.Op{ID: "y", Path: "/y", Tag: "线索", Summary: "查看", Public: true}, nothing)
	a := webtest.Get(t, s, "/bz/api/openapi.json", webtest.Call{})
	type operation struct {
		Security   []map[string][]string
		Parameters []struct {
			Name     string
			Required bool
		}
		Responses map[string]any
	}
	spec := webtest.Read[struct {
		OpenAPI string
		Servers []struct{ URL string }
		Paths   map[string]map[string]operation
		Tags    []struct{ Name string }
	}](t, a)
	closed, public := spec.Paths["/api/v1/x/{id}"]["post"], spec.Paths["/api/v1/y"]["get"]
	if spec.OpenAPI != "3.1.0" || spec.Servers[0].URL != "/bz" || len(spec.Paths) != 2 || len(spec.Tags) != 1 {
		t.Errorf("described as %s", a.Body)
	}
	if len(closed.Security) != 1 || closed.Parameters[0].Name != "Idempotency-Key" || !closed.Parameters[0].Required || closed.Responses["401"] == nil || closed.Responses["409"] == nil {
		t.Errorf("the closed operation is described as %+v", closed)
	}
	if public.Security != nil || public.Responses["409"] != nil || public.Responses["200"] == nil {
		t.Errorf("the public operation is described as %+v", public)
	}
	page := webtest.Get(t, s, "/bz/api/docs", webtest.Call{})
	doc := document(t, page)
	doc.Find("script").Each(func(_ int, e *goquery.Selection) {
		src, ok := e.Attr("src")
		if !ok || e.Text() != "" || !strings.HasPrefix(src, "/bz/static/") {
			t.Errorf("the page runs %q %q", src, e.Text())
		}
		if js := webtest.Get(t, s, src, webtest.Call{}); js.Status != 200 || !strings.Contains(js.Header.Get("Content-Type"), "javascript") {
			t.Errorf("%s is answered %d %s", src, js.Status, js.Header.Get("Content-Type"))
		}
	})
	if doc.Find("redoc[spec-url='/bz/api/openapi.json'][disable-telemetry=true]").Length() != 1 || doc.Find("script").Length() != 1 {
		t.Errorf("the page is %s", page.Body)
	}
	if csp := page.Header.Get("Content-Security-Policy"); strings.Contains(csp, "unsafe") || strings.Contains(csp, "http") {
		t.Errorf("the policy allows too much: %s", csp)
	}
	req := httptest.NewRequest("GET", "/bz/api/openapi.json", nil)
	req.Header.Set("Accept-Encoding", "br, gzip")
	packed := webtest.Send(t, s, req)
	zip, err := gzip.NewReader(bytes.NewReader(packed.Body))
	if err != nil {
		t.Fatal(err)
	}
	if unpacked, err := io.ReadAll(zip); err != nil || !bytes.Equal(unpacked, a.Body) || packed.Header.Get("Vary") != "Accept-Encoding" {
		t.Errorf("packed, the description is %d bytes, %v, %v", len(unpacked), err, packed.Header)
	}
	for _, path := range []string{"/bz/static/absent.js", "/bz/static/../web.go", "/bz/static/%2e%2e/web.go", "/bz/static/", "/bz/static/vendor"} {
		if a := webtest.Get(t, s, path, webtest.Call{}); a.Status != 404 {
			t.Errorf("%s is answered %d", path, a.Status)
		}
	}
}

func TestHealth(t *testing.T) {
	var ready, healthy error
	s, _ := mustServer(t, func(cfg *web.Config) {
		cfg.Base = "/bz"
		cfg.Ready = func(context.Context) (any, error) { return map[string]string{"journal_mode": "wal"}, ready }
		cfg.Healthy = func() error { return healthy }
	})
	web.Post(s.API(), web.Op{ID: "x", Path: "/x", Tag: "x", Summary: "x", Public: true}, nothing)
	web.Get(s.API(), web.Op{ID: "y", Path: "/y", Tag: "x", Summary: "x", Public: true}, nothing)
	if a := webtest.Get(t, s, "/readyz", webtest.Call{}); a.Status != 200 || !bytes.Contains(a.Body, []byte(`"journal_mode":"wal"`)) || !bytes.Contains(a.Body, []byte(`"ready":true`)) {
		t.Errorf("readyz says %d %s", a.Status, a.Body)
	}
	ready = errors.New("outbox is 40 s old")
	if a := webtest.Get(t, s, "/readyz", webtest.Call{}); a.Status != 503 || !bytes.Contains(a.Body, []byte("outbox is 40 s old")) || a.Header.Get("Retry-After") == "" {
		t.Errorf("readyz says %d %s", a.Status, a.Body)
	}
	if a := webtest.Get(t, s, "/livez", webtest.Call{}); a.Status != 200 {
		t.Errorf("livez says %d", a.Status)
	}
	if a := webtest.Post(t, s, "/bz/api/v1/x", webtest.Call{}); a.Status != 200 {
		t.Errorf("a healthy server answers %d %s", a.Status, a.Body)
	}
	healthy = errors.New("outbox lags")
	a := webtest.Post(t, s, "/bz/api/v1/x", webtest.Call{})
	if webtest.Refused(t, a, 503); a.Header.Get("Retry-After") == "" || bytes.Contains(a.Body, []byte("outbox")) {
		t.Errorf("a lagging server answers %v %s", a.Header, a.Body)
	}
	if a := webtest.Get(t, s, "/bz/api/v1/y", webtest.Call{}); a.Status != 200 {
		t.Errorf("a lagging server refuses to be read: %d", a.Status)
	}
}

func TestPageWithAStatusOfItsOwn(t *testing.T) {
	s, _ := mustServer(t, func(*web.Config) {})
	web.Page(s, "/gone", func(*fiber.Ctx) (ui.Page, error) {
		return ui.Page{Title: "已经撤回", Status: 410, Body: ui.Head("已经撤回", "")}, nil
	})
	a := webtest.Get(t, s, "/gone", webtest.Call{})
	if a.Status != 410 || document(t, a).Find("h1").Text() != "已经撤回" {
		t.Errorf("answered %d %s", a.Status, a.Body)
	}
}
