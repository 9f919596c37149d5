package web_test

import (
	"context"
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"shenzhong/services/kit/clock"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/web"
	"shenzhong/services/kit/web/webtest"
)

// TestDownload answers with the bytes of a file, its type and its name, and with
// a problem when there is none.
func TestDownload(t *testing.T) {
	s := webtest.New(t, clock.NewFake(time.Date(2026, 11, 24, 2, 0, 0, 0, time.UTC)), webtest.Actors{})
	web.Download(s.API(), web.Op{ID: "file-get", Path: "/files/{name}", Tag: "文件", Summary: "下载", Public: true}, "text/csv",
		func(_ context.Context, in *struct {
			Name string `path:"name" enum:"a,b"`
		}) (*web.File, error) {
			if in.Name == "b" {
				return nil, fault.New(fault.NotFound, "没有这个文件，请核对")
			}
			return web.Attach("甲.csv", "text/csv", []byte("一,二\n")), nil
		})
	a := webtest.Get(t, s, "/api/v1/files/a", webtest.Call{})
	if a.Status != http.StatusOK || string(a.Body) != "一,二\n" || a.Header.Get("Content-Type") != "text/csv" ||
		a.Header.Get("Content-Disposition") != "attachment; filename*=utf-8''%E7%94%B2.csv" {
		t.Errorf("answered %d %v %q", a.Status, a.Header, a.Body)
	}
	webtest.Refused(t, webtest.Get(t, s, "/api/v1/files/b", webtest.Call{}), http.StatusNotFound)
	raw, err := s.API().OpenAPI()
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Paths map[string]map[string]struct {
			Responses map[string]struct{ Content map[string]any }
		}
	}
	if err := json.Unmarshal(raw, &doc); err != nil {
		t.Fatal(err)
	}
	content := doc.Paths["/api/v1/files/{name}"]["get"].Responses["200"].Content
	if len(content) != 1 || content["text/csv"] == nil {
		t.Errorf("described as %v", content)
	}
}
