package discloseweb_test

import (
	"bytes"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"shenzhong/events"
	"shenzhong/services/disclose/discloseweb"
	"shenzhong/services/kit/web/ui"
	"shenzhong/services/kit/web/webtest"
)

// page reads a public page, which must need no script.
func (s *scene) page(t *testing.T, path string, status int) (*goquery.Document, string) {
	t.Helper()
	a := webtest.Get(t, s.Server, path, webtest.Call{})
	if a.Status != status || a.Header.Get("Content-Type") != "text/html; charset=utf-8" {
		t.Fatalf("%s: answered %d %s %s", path, a.Status, a.Header.Get("Content-Type"), a.Body)
	}
	doc, err := goquery.NewDocumentFromReader(bytes.NewReader(a.Body))
	if err != nil {
		t.Fatal(err)
	}
	if n := doc.Find("script, [onclick], [style], a[href^='javascript:']").Length(); n > 0 {
		t.Errorf("%s needs a script or a style of its own in %d places", path, n)
	}
	doc.Find("input").Each(func(_ int, input *goquery.Selection) {
		id, _ := input.Attr("id")
		if doc.Find("label[for='"+id+"']").Length() != 1 {
			t.Errorf("%s: the field %q has no label", path, id)
		}
	})
	if doc.Find("h1").Length() != 1 || doc.Find("main").Length() != 1 {
		t.Errorf("%s: %d titles, %d main parts", path, doc.Find("h1").Length(), doc.Find("main").Length())
	}
	return doc, string(a.Body)
}

// walk follows a page and every page behind it and returns the records listed.
func (s *scene) walk(t *testing.T, path string) []string {
	t.Helper()
	var ids []string
	for range 10 {
		doc, _ := s.page(t, path, http.StatusOK)
		doc.Find(".list a").Each(func(_ int, a *goquery.Selection) {
			to, _ := a.Attr("href")
			ids = append(ids, strings.TrimPrefix(to, "/records/"))
		})
		next, more := doc.Find("a[rel=next]").Attr("href")
		if !more {
			return ids
		}
		path = next
	}
	t.Fatal("the pages do not end")
	return nil
}

// TestRecordsAreListedNewestFirstAndPaged publishes 25 records on two days.
func TestRecordsAreListedNewestFirstAndPaged(t *testing.T) {
	s := newScene(t)
	for i := 1; i <= 25; i++ {
		s.decided(t, fmt.Sprintf("500156-AJ-2026-%06d", i), "legal", fmt.Sprintf("第%d殡仪服务部", i), "强制捆绑销售。")
	}
	s.pump(t)
	for i := 1; i <= 25; i++ {
		at := fmt.Sprintf("/records/500156-GS-2026-%06d", i)
		s.Clock.Set(time.Date(2026, 10, 8+i%2, 2, 0, 0, 0, time.UTC))
		s.post(t, first, at+"/review", `{"verdict":"publish"}`)
		s.post(t, second, at+"/publish", portal)
	}
	s.pump(t)
	ids := s.walk(t, "/")
	if len(ids) != 25 || ids[0] != "500156-GS-2026-000025" || ids[13] != "500156-GS-2026-000024" || ids[24] != "500156-GS-2026-000002" {
		t.Errorf("listed %v", ids)
	}
	if ids := s.walk(t, "/?q="+url.QueryEscape("第7殡仪")); len(ids) != 1 || ids[0] != "500156-GS-2026-000007" {
		t.Errorf("by name: %v", ids)
	}
	if ids := s.walk(t, "/?q=92500156ma5u12345x"); len(ids) != 25 {
		t.Errorf("by code: %d", len(ids))
	}
	if ids := s.walk(t, "/?q="+url.QueryEscape("没有这家")); len(ids) != 0 {
		t.Errorf("by another name: %v", ids)
	}
}

func TestRecordPageShowsHowTheDayWasCounted(t *testing.T) {
	s := newScene(t)
	id := s.decide(t, caseID, "natural", "张三丰", `张三丰（身份证 500232199001011234，电话13812345678）<script>alert(1)</script>`)
	s.page(t, "/records/"+id, http.StatusNotFound)
	s.publish(t, id)
	doc, body := s.page(t, "/records/"+id, http.StatusOK)
	for _, secret := range []string{"张三丰", "500232199001011234", "13812345678", "92500156MA5U12345X", "<script>"} {
		if strings.Contains(body, secret) {
			t.Errorf("the page shows %s", secret)
		}
	}
	if !strings.Contains(doc.Find(".terms").Text(), "alert(1)") {
		t.Error("what was written is not shown as it was written")
	}
	for _, words := range []string{"2026年10月15日以前", "实际于2026年10月14日完成", "未超过期限"} {
		if !strings.Contains(doc.Find(".panel").First().Text(), words) {
			t.Errorf("the limit does not say %s", words)
		}
	}
	if days := doc.Find(".panel").First().Find("tbody tr"); days.Length() < 15 || !strings.Contains(days.Text(), "国庆") {
		t.Errorf("counted %s", days.Text())
	}
	a := webtest.Get(t, s.Server, "/records/"+id, webtest.Call{})
	if !strings.Contains(a.Header.Get("X-Robots-Tag"), "noindex") {
		t.Error("a search engine may keep the record")
	}
	_, front := s.page(t, "/", http.StatusOK)
	if strings.Contains(front, "张三丰") || !strings.Contains(front, "张某") {
		t.Error("the list shows a name")
	}
}

func TestTombstonePage(t *testing.T) {
	s := newScene(t)
	id := s.decide(t, caseID, "legal", "青松殡仪服务有限公司", "强制捆绑销售。")
	s.publish(t, id)
	s.cases.Say(t, "case", caseID, events.DecisionRevoked{Case: caseID, Reason: "复议机关撤销", On: "2026-11-02"})
	s.pump(t)
	if _, body := s.page(t, "/records/"+id, http.StatusGone); strings.Contains(body, "青松") {
		t.Error("what must be withdrawn is still to be read")
	}
	s.Clock.Set(time.Date(2026, 11, 4, 2, 0, 0, 0, time.UTC))
	s.does(t, first, "/records/"+id+"/withdraw", `{"reason":"区人民政府行政复议决定撤销"}`)
	doc, body := s.page(t, "/records/"+id, http.StatusGone)
	for _, words := range []string{id, "区人民政府行政复议决定撤销", "2026年11月4日", "2026年10月14日", "武隆区市场监管局"} {
		if !strings.Contains(doc.Find(".terms").Text(), words) {
			t.Errorf("the tombstone does not say %s", words)
		}
	}
	if strings.Contains(body, "青松") {
		t.Error("the tombstone names the party")
	}
	if ids := s.walk(t, "/"); len(ids) != 1 {
		t.Errorf("the list shows %v", ids)
	}
}

func TestShelves(t *testing.T) {
	s := newScene(t)
	s.publish(t, s.decide(t, caseID, "legal", "青松殡仪服务有限公司", "强制捆绑销售。"))
	c := events.Commitment{ID: "500156-CN-2026-000001", Name: "青松殡仪服务有限公司", On: "2026-10-10", Obligations: []string{"明码标价"}}
	s.cases.Say(t, "commitment", c.ID, events.CommitmentMade{Commitment: c})
	s.pump(t)
	at := "/records/500156-GS-2026-000002"
	for _, act := range []struct{ token, path, body string }{{lead, "/review", `{"verdict":"publish"}`}, {stranger, "/publish", portal}} {
		s.does(t, act.token, at+act.path, act.body)
	}
	if ids := s.walk(t, "/commitments"); len(ids) != 1 || ids[0] != "500156-GS-2026-000002" {
		t.Errorf("commitments: %v", ids)
	}
	if ids := s.walk(t, "/results"); len(ids) != 0 {
		t.Errorf("results: %v", ids)
	}
	doc, _ := s.page(t, at, http.StatusOK)
	if !strings.Contains(doc.Find(".terms").Text(), "明码标价") || doc.Find(".panel").Length() != 0 {
		t.Errorf("the commitment reads %s", doc.Find("main").Text())
	}
}

// TestOddRequests are answered in words, and nothing that was asked becomes
// part of a page.
func TestOddRequests(t *testing.T) {
	s := newScene(t)
	odd := `"><script>alert(1)</script><b x="`
	doc, body := s.page(t, "/?q="+url.QueryEscape(odd), http.StatusOK)
	if value, _ := doc.Find("#q").Attr("value"); value != odd || strings.Contains(body, "<script>") {
		t.Errorf("the field holds %q", value)
	}
	s.page(t, "/?q="+strings.Repeat("x", 101), http.StatusUnprocessableEntity)
	s.page(t, "/?from="+url.QueryEscape("9999' OR 1=1"), http.StatusOK)
	s.page(t, "/records/500156-GS-2026-000099", http.StatusNotFound)
	s.page(t, "/records/"+url.PathEscape(`<img src=x>`), http.StatusNotFound)
	s.page(t, "/records/"+strings.Repeat("9", 300), http.StatusNotFound)
}

func TestEveryLinkLeadsSomewhere(t *testing.T) {
	s := newScene(t)
	id := s.publish(t, s.decide(t, caseID, "legal", "青松殡仪服务有限公司", "强制捆绑销售。")).ID
	s.page(t, "/log", http.StatusOK) // also before there is a checkpoint
	s.sign(t)
	for _, link := range append(discloseweb.Nav(), ui.Link{To: "/records/" + id}) {
		doc, _ := s.page(t, link.To, http.StatusOK)
		doc.Find("main a[href^='/']").Each(func(_ int, a *goquery.Selection) {
			to, _ := a.Attr("href")
			if got := webtest.Get(t, s.Server, to, webtest.Call{}); got.Status != http.StatusOK {
				t.Errorf("%s leads to %s: %d", link.To, to, got.Status)
			}
		})
	}
}
