package registerweb_test

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"shenzhong/deploy/sample"
	"shenzhong/events"
	"shenzhong/services/kit/servicetest"
	"shenzhong/services/kit/web"
	"shenzhong/services/kit/web/webtest"
	"shenzhong/services/register/registerweb"
	"shenzhong/services/register/sheet"
)

// importing is the body of an import.
func importing(t *testing.T, what string, file []byte, apply bool) string {
	t.Helper()
	body, err := json.Marshal(map[string]any{"what": what, "name": "名录.xlsx", "file": base64.StdEncoding.EncodeToString(file), "apply": apply})
	if err != nil {
		t.Fatal(err)
	}
	return strings.Replace(string(body), `,"what":""`, "", 1)
}

// TestSampleOverHTTP imports the sample: tried, applied, applied again.
func TestSampleOverHTTP(t *testing.T) {
	s := newScene(t)
	tried := does[registerweb.Imported](t, s, keeper, "/imports", importing(t, "", sample.Facilities(), false))
	if tried.Applied || tried.Created != 60 || len(tried.Rows) != 60 || len(servicetest.Facts(t, s.log)) != 0 {
		t.Fatalf("tried %+v", tried)
	}
	if got := does[registerweb.Imported](t, s, keeper, "/imports", importing(t, "facilities", sample.Facilities(), true)); !got.Applied || got.Created != 60 || got.Errors != "" {
		t.Fatalf("applied %+v", got)
	}
	if got := does[registerweb.Imported](t, s, keeper, "/imports", importing(t, "officers", sample.Officers(), true)); !got.Applied || got.Created != 40 {
		t.Fatalf("applied %+v", got)
	}
	if got := does[registerweb.Imported](t, s, keeper, "/imports", importing(t, "", sample.Officers(), true)); !got.Applied || got.Unchanged != 40 {
		t.Errorf("applied again %+v", got)
	}
	list := webtest.Read[struct{ Facilities []events.Facility }](t, s.get(t, auditor, "/facilities?category=funeral_home"))
	if len(list.Facilities) != 3 {
		t.Errorf("lists %+v", list)
	}
}

// TestWrongRowsComeBackInTheSheet imports a sheet with a wrong row, and then the
// sheet that came back, corrected.
func TestWrongRowsComeBackInTheSheet(t *testing.T) {
	s := newScene(t)
	file := "姓名,单位,执法证号,证件有效期,单次最多检查数\n王守正,区民政局,50015600101,2028-02-30,4\n"
	got := does[registerweb.Imported](t, s, keeper, "/imports", importing(t, "", []byte(file), true))
	if got.Applied || got.Wrong != 1 || got.Rows[0].Line != 2 || got.Rows[0].Problems[0].Column != "证件有效期" || len(servicetest.Facts(t, s.log)) != 0 {
		t.Fatalf("imported %+v", got)
	}
	back, err := base64.StdEncoding.DecodeString(got.Errors)
	if err != nil {
		t.Fatal(err)
	}
	table, err := sheet.Read(back)
	if err != nil || !strings.Contains(table.Rows[0].Cells[5], "2028-02-30") {
		t.Fatalf("the sheet reads %+v, %v", table, err)
	}
	page := sheet.Page{Name: "执法人员"}
	for _, name := range table.Heading {
		page.Columns = append(page.Columns, sheet.Column{Name: name})
	}
	table.Rows[0].Cells[3] = "2028-02-29"
	page.Rows = [][]string{table.Rows[0].Cells}
	corrected, err := sheet.Write(page)
	if err != nil {
		t.Fatal(err)
	}
	if got = does[registerweb.Imported](t, s, keeper, "/imports", importing(t, "", corrected, true)); !got.Applied || got.Created != 1 {
		t.Errorf("corrected %+v", got)
	}
}

func TestImportRefusals(t *testing.T) {
	s := newScene(t)
	good := importing(t, "", sample.Facilities(), true)
	for _, tt := range []struct {
		token, body string
		status      int
		says        string
	}{
		{"", good, http.StatusUnauthorized, "令牌"},
		{officer, good, http.StatusForbidden, "岗位"},
		{auditor, good, http.StatusForbidden, "岗位"},
		{keeper, `{"name":"a.xlsx","file":"@@@"}`, http.StatusUnprocessableEntity, "base64"},
		{keeper, `{"name":"a.xlsx","file":""}`, http.StatusUnprocessableEntity, ""},
		{keeper, `{"name":"a.xlsx","file":"aGk=","what":"prices"}`, http.StatusUnprocessableEntity, ""},
		{keeper, `{"name":"a.xlsx","file":"aGk=","skip":true}`, http.StatusUnprocessableEntity, ""},
		{keeper, importing(t, "officers", sample.Facilities(), true), http.StatusUnprocessableEntity, "没有“名称”"},
		{keeper, importing(t, "", []byte("颜色\n红\n"), true), http.StatusUnprocessableEntity, "颜色"},
		{keeper, importing(t, "", []byte("\xc3\xfb\xb3\xc6\n"), true), http.StatusUnprocessableEntity, "GBK"},
		{keeper, importing(t, "", []byte("PK\x03\x04bomb"), true), http.StatusUnprocessableEntity, "已损坏"},
	} {
		p := webtest.Refused(t, s.post(t, tt.token, "/imports", tt.body), tt.status)
		if !strings.Contains(p.Detail, tt.says) {
			t.Errorf("%.60s: %q; want %q", tt.body, p.Detail, tt.says)
		}
	}
	if n := len(servicetest.Facts(t, s.log)); n != 0 {
		t.Errorf("refusals made %d commits", n)
	}
}

func TestTemplatesAreDownloaded(t *testing.T) {
	s := newScene(t)
	for what, name := range map[string]string{"facilities": "%E6%A3%80", "officers": "%E6%89%A7"} {
		a := s.get(t, "", "/imports/templates/"+what)
		if a.Status != http.StatusOK || a.Header.Get("Content-Type") != web.XLSX || !strings.Contains(a.Header.Get("Content-Disposition"), name) {
			t.Errorf("%s: %d %v", what, a.Status, a.Header)
		}
		if _, err := sheet.Read(a.Body); err == nil || !strings.Contains(err.Error(), "没有数据") {
			t.Errorf("%s reads: %v", what, err)
		}
	}
	webtest.Refused(t, s.get(t, "", "/imports/templates/prices"), http.StatusUnprocessableEntity)
}
