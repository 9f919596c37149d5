package discloseweb_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"shenzhong/services/disclose"
	"shenzhong/services/disclose/publiclog"
	"shenzhong/services/kit/web/webtest"
)

// crawl reads everything that the public can reach from the front page and the
// interface, and what was once reachable, and returns it by address.
func (s *scene) crawl(t *testing.T, also ...string) map[string]string {
	t.Helper()
	out := map[string]string{}
	queue := append([]string{
		"/", "/results", "/commitments", "/log", "/log/checkpoint", "/log/keys", "/log/state", "/log/tile/0/000", "/api/v1/public/records",
		"/?q=" + url.QueryEscape("青松"), "/?q=92500156MA5U12345X", "/api/v1/public/records?q=" + url.QueryEscape("青松"), "/api/openapi.json",
	}, also...)
	for len(queue) > 0 {
		path := queue[0]
		queue = queue[1:]
		if _, seen := out[path]; seen || len(out) > 500 {
			continue
		}
		a := webtest.Get(t, s.Server, path, webtest.Call{})
		out[path] = string(a.Body)
		if !strings.HasPrefix(a.Header.Get("Content-Type"), "text/html") {
			continue
		}
		doc, err := goquery.NewDocumentFromReader(strings.NewReader(string(a.Body)))
		if err != nil {
			t.Fatal(err)
		}
		doc.Find("a[href^='/']").Each(func(_ int, link *goquery.Selection) {
			to, _ := link.Attr("href")
			queue = append(queue, to)
		})
	}
	return out
}

// TestErasedIsNowhereInPublic is I12 and M4: after an erasure nothing that the
// public can reach holds a word of the record or its salt.
func TestErasedIsNowhereInPublic(t *testing.T) {
	s := newScene(t)
	id := s.decide(t, caseID, "legal", "青松殡仪服务有限公司", "强制捆绑销售骨灰盒。")
	s.publish(t, id)
	s.does(t, first, "/records/"+id+"/draft", `{"facts":"强制捆绑销售寿衣。","reason":"事实写错"}`)
	s.does(t, second, "/records/"+id+"/correct", "")
	s.sign(t)
	at := "/records/" + id
	proof, err := publiclog.ParseProof(string(s.get(t, at+"/proof", http.StatusOK).Body))
	if err != nil || proof.Version != 2 {
		t.Fatalf("version %d, %v", proof.Version, err)
	}
	secrets := []string{"青松", "强制捆绑销售", "骨灰盒", "寿衣", "92500156MA5U12345X", proof.Salt, "价格法"}
	also := []string{at, at + "/proof", at + "/document", "/api/v1/public" + at, "/api/v1/public/log/state/" + proof.Record}
	before := s.crawl(t, also...)
	for _, secret := range secrets[:2] {
		if !strings.Contains(before[at]+before["/"], secret) {
			t.Errorf("the crawl does not see %s where it is public", secret)
		}
	}
	if strings.Contains(before[at], "骨灰盒") || strings.Contains(before[at+"/document"], "骨灰盒") {
		t.Error("the first version is still public")
	}

	s.Clock.Set(time.Date(2026, 10, 20, 2, 0, 0, 0, time.UTC))
	webtest.Refused(t, s.post(t, first, at+"/erase", `{"manner":"privacy","since":"2026-10-19","reason":"依法删除"}`), http.StatusForbidden)
	webtest.Refused(t, s.post(t, second, at+"/erase", `{"manner":"revoked","since":"2026-10-19","reason":"依法删除"}`), http.StatusUnprocessableEntity)
	if shown := s.does(t, second, at+"/erase", `{"manner":"privacy","since":"2026-10-19","reason":"当事人依法请求删除个人信息"}`); shown.State != disclose.Withdrawn || shown.Facts != "" {
		t.Fatalf("after erasing: %+v", shown)
	}
	s.sign(t)
	after := s.crawl(t, append(also, "/log/tile/entries/000.p/7")...)
	if len(after) < 12 {
		t.Fatalf("the crawl reached %d addresses only", len(after))
	}
	for path, body := range after {
		for _, secret := range secrets {
			if strings.Contains(body, secret) && !strings.Contains(path, "q=") {
				t.Errorf("%s still tells %s", path, secret)
			}
		}
		if strings.Contains(path, "q=") && strings.Contains(body, id) {
			t.Errorf("%s still finds it", path)
		}
	}
	_, tombstone := s.page(t, at, http.StatusGone)
	if !strings.Contains(tombstone, "当事人依法请求删除个人信息") || !strings.Contains(tombstone, id) {
		t.Error("the tombstone does not say why")
	}
	for _, path := range []string{at + "/proof", at + "/document"} {
		s.get(t, path, http.StatusGone)
	}
}

// TestCorrectedSaysSo shows the correction, its day and its reason.
func TestCorrectedSaysSo(t *testing.T) {
	s := newScene(t)
	id := s.decide(t, caseID, "legal", "青松殡仪服务有限公司", "强制捆绑销售骨灰盒。")
	s.publish(t, id)
	at := "/records/" + id
	webtest.Refused(t, s.post(t, second, at+"/correct", ""), http.StatusConflict)
	webtest.Refused(t, s.post(t, first, at+"/draft", `{"reason":"事实写错"}`), http.StatusUnprocessableEntity)
	webtest.Refused(t, s.post(t, first, at+"/draft", `{"name":"别人","reason":"写错"}`), http.StatusUnprocessableEntity)
	shown := s.does(t, first, at+"/draft", `{"facts":"电话13812345678。","reason":"事实写错"}`)
	if shown.Correction == nil || shown.Correction.Record.Facts != "电话***********。" {
		t.Fatalf("the second person would read %+v", shown.Correction)
	}
	webtest.Refused(t, s.post(t, first, at+"/correct", ""), http.StatusForbidden)
	if shown = s.does(t, second, at+"/correct", ""); shown.Version != 2 || shown.Correction != nil {
		t.Fatalf("after correcting: %+v", shown)
	}
	doc, _ := s.page(t, at, http.StatusOK)
	for _, words := range []string{"已更正", "2026年10月14日更正", "第 2 版", "事实写错"} {
		if !strings.Contains(doc.Find(".panel").First().Text(), words) {
			t.Errorf("the page does not say %s: %s", words, doc.Find(".panel").First().Text())
		}
	}
	if front, _ := s.page(t, "/", http.StatusOK); !strings.Contains(front.Find(".list").Text(), "已更正") {
		t.Error("the list does not say that it was corrected")
	}
	a := webtest.Get(t, s.Server, "/api/v1/public"+at, webtest.Call{})
	if body := string(a.Body); !strings.Contains(body, `"version":2`) || !strings.Contains(body, "2026-10-14") || strings.Contains(body, "骨灰盒") {
		t.Errorf("the public reads %s", body)
	}
}
