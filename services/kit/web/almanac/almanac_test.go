package almanac_test

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"shenzhong/services/kit/clock"
	"shenzhong/services/kit/identity"
	"shenzhong/services/kit/notices"
	"shenzhong/services/kit/web"
	"shenzhong/services/kit/web/almanac"
	"shenzhong/services/kit/web/webtest"
)

// notice is made up.
const notice = `{"year": 2027, "state": "published",
 "notices": [{"title": "国务院办公厅关于2027年部分节假日安排的通知", "verified": true}],
 "off": [{"name": "元旦", "from": "2027-01-01", "to": "2027-01-03"}, {"name": "春节", "from": "2027-02-05", "to": "2027-02-12"},
  {"name": "劳动节", "from": "2027-05-01", "to": "2027-05-05"}, {"name": "国庆节", "from": "2027-10-01", "to": "2027-10-07"}],
 "work": [{"name": "春节", "date": "2027-02-14"}]}`

const (
	office  = "office-token-0123456789"
	officer = "officer-token-0123456789"
)

func newSite(t *testing.T) (*web.Server, *notices.Book) {
	t.Helper()
	s := webtest.New(t, clock.NewFake(time.Date(2026, 11, 23, 1, 0, 0, 0, time.UTC)), webtest.Actors{
		office:  {ID: "500156-RY-zbb-901", Unit: "zbb", Roles: []identity.Role{identity.Office}},
		officer: {ID: "500156-RY-mzj-001", Unit: "mzj", Roles: []identity.Role{identity.Officer}},
	})
	book, err := notices.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	almanac.Mount(s, book)
	return s, book
}

// send is the form as a browser sends it.
func send(t *testing.T, s *web.Server, token, notice string, more ...string) (int, *goquery.Document) {
	t.Helper()
	fields := url.Values{"token": {token}, "notice": {notice}}
	for i := 0; i+1 < len(more); i += 2 {
		fields.Set(more[i], more[i+1])
	}
	req := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/calendar", strings.NewReader(fields.Encode()))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	a := webtest.Send(t, s, req)
	doc, err := goquery.NewDocumentFromReader(bytes.NewReader(a.Body))
	if err != nil {
		t.Fatal(err)
	}
	return a.Status, doc
}

// TestPage shows every year with its state and its notice, and takes the next one
// in from a person who may, without a script.
func TestPage(t *testing.T) {
	s, book := newSite(t)
	a := webtest.Get(t, s, "/calendar", webtest.Call{})
	doc, err := goquery.NewDocumentFromReader(bytes.NewReader(a.Body))
	if err != nil || a.Status != http.StatusOK {
		t.Fatalf("answered %d, %v", a.Status, err)
	}
	rows := doc.Find("tbody tr")
	if rows.Length() != 24 || !strings.Contains(rows.First().Text(), "2027预计") || !strings.Contains(rows.Eq(1).Text(), "2026已公布") || rows.Eq(1).Find("a").Length() == 0 {
		t.Errorf("the table: %d rows, %s", rows.Length(), rows.First().Text())
	}
	if doc.Find("script, [onclick], [style]").Length() > 0 || doc.Find("form label").Length() < 3 {
		t.Error("the page needs a script, or a field has no label")
	}
	for name, tt := range map[string]struct {
		token, notice string
		status        int
		words         string
	}{
		"no token":      {"", notice, http.StatusUnauthorized, "令牌"},
		"another token": {"nobody-token-0123456789", notice, http.StatusUnauthorized, "令牌"},
		"not allowed":   {officer, notice, http.StatusForbidden, ""},
		"no notice":     {office, "{", http.StatusUnprocessableEntity, "放假安排文件格式不对"},
	} {
		if status, doc := send(t, s, tt.token, tt.notice); status != tt.status || !strings.Contains(doc.Find("main").Text(), tt.words) || book.Calendar().Horizon().Year() != 2026 {
			t.Errorf("%s: %d %s", name, status, doc.Find("main").Text())
		}
	}
	status, doc := send(t, s, office, notice)
	if status != http.StatusOK || !strings.Contains(doc.Find(".panel").Text(), "2027年12月31日") || book.Calendar().Horizon().Year() != 2027 {
		t.Errorf("%d: %s", status, doc.Find("main").Text())
	}
	changed := strings.Replace(notice, "02-12", "02-11", 1)
	if status, doc := send(t, s, office, changed); status != http.StatusConflict || !strings.Contains(doc.Text(), "替换") {
		t.Errorf("over a published year: %d", status)
	}
	if status, _ := send(t, s, office, changed, "replace", "yes"); status != http.StatusOK {
		t.Errorf("replaced on purpose: %d", status)
	}
}

// TestInterface is the same as JSON.
func TestInterface(t *testing.T) {
	s, _ := newSite(t)
	body := `{"notice": ` + notice + `}`
	webtest.Refused(t, webtest.Post(t, s, "/api/v1/calendar/notices", webtest.Call{Token: officer, Key: "a", Body: body}), http.StatusForbidden)
	webtest.Refused(t, webtest.Post(t, s, "/api/v1/calendar/notices", webtest.Call{Key: "b", Body: body}), http.StatusUnauthorized)
	made := webtest.Read[struct {
		Year    int
		Horizon string
	}](t, webtest.Post(t, s, "/api/v1/calendar/notices", webtest.Call{Token: office, Key: "c", Body: body}))
	if made.Year != 2027 || made.Horizon != "2027-12-31" {
		t.Errorf("%+v", made)
	}
	shown := webtest.Read[struct {
		Horizon string
		Years   []struct{ Year int }
	}](t, webtest.Get(t, s, "/api/v1/calendar", webtest.Call{}))
	if shown.Horizon != "2027-12-31" || len(shown.Years) != 24 {
		t.Errorf("%+v", shown)
	}
}
