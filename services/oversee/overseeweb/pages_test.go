package overseeweb_test

import (
	"bytes"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"shenzhong/services/kit/web/webtest"
)

// TestPerformancePage shows an overdue publication without a word of whom it is
// about, every share with its numerator and denominator, and needs no script.
func TestPerformancePage(t *testing.T) {
	s := newScene(t)
	read := func() *goquery.Document {
		t.Helper()
		a := webtest.Get(t, s.Server, "/performance", webtest.Call{})
		doc, err := goquery.NewDocumentFromReader(bytes.NewReader(a.Body))
		if err != nil || a.Status != http.StatusOK {
			t.Fatalf("answered %d %s, %v", a.Status, a.Body, err)
		}
		if doc.Find("script, [onclick], [style]").Length() > 0 || doc.Find("h1").Length() != 1 || doc.Find("caption").Length() != doc.Find("table").Length() {
			t.Error("the page needs a script, or lacks a title or a caption")
		}
		return doc
	}
	if panel := read().Find(".panel"); !panel.HasClass("good") || !strings.Contains(panel.Text(), "没有逾期") {
		t.Errorf("before its time: %s", panel.Text())
	}
	s.pass(t, time.Date(2026, 10, 15, 17, 0, 0, 0, time.UTC)) // 01:00 on the 16th in Beijing
	doc := read()
	overdue := doc.Find(".panel.bad").Text()
	for _, words := range []string{"在门户网站公示行政处罚决定", "市场监督管理局", "2026年10月15日"} {
		if !strings.Contains(overdue, words) {
			t.Errorf("the overdue matter does not say %s: %s", words, overdue)
		}
	}
	if main := doc.Find("main").Text(); strings.Contains(main, caseID) || !strings.Contains(main, "0/1（件数少）") || strings.Contains(main, "%") {
		t.Errorf("the page reads %s", main)
	}
}
