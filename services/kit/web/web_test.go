package web_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"shenzhong/services/kit/clock"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/identity"
	"shenzhong/services/kit/store"
	"shenzhong/services/kit/web"
	"shenzhong/services/kit/web/webtest"
)

const token = "token-of-the-civil-affairs-bureau"

var officer = identity.Actor{ID: "500156-RY-mzj-001", Unit: "mzj", Roles: []identity.Role{identity.Officer}}

// noteInput is what the operations of these tests take.
type noteInput struct {
	ID   string `path:"id" maxLength:"40"`
	Body struct {
		Text string     `json:"text" minLength:"2" maxLength:"20" doc:"内容"`
		Kind string     `json:"kind" enum:"letter,call"`
		At   *time.Time `json:"at,omitempty"`
		N    int8       `json:"n,omitempty" minimum:"1"`
	}
}

type noted struct {
	ID    string `json:"id"`
	Text  string `json:"text"`
	Actor string `json:"actor"`
	Cause string `json:"cause"`
}

// scene is a server with two operations and what they were asked.
type scene struct {
	server *web.Server
	causes []store.Cause
	texts  []string
	err    error // what the operations answer with
}

func newScene(t testing.TB) *scene {
	t.Helper()
	s := &scene{server: webtest.New(t, clock.System{}, webtest.Actors{token: officer})}
	do := func(ctx context.Context, in *noteInput) (*web.Out[noted], error) {
		if s.err != nil {
			return nil, s.err
		}
		cause := web.Cause(ctx)
		s.causes = append(s.causes, cause)
		s.texts = append(s.texts, in.ID, in.Body.Text)
		return web.Reply(noted{ID: in.ID, Text: in.Body.Text, Actor: web.Actor(ctx).ID, Cause: cause.ID}), nil
	}
	web.Post(s.server.API(), web.Op{ID: "note", Path: "/notes/{id}/note", Tag: "记录", Summary: "记录"}, do)
	web.Post(s.server.API(), web.Op{ID: "tell", Path: "/notes/{id}/tell", Tag: "记录", Summary: "反映", Public: true, Status: http.StatusCreated}, do)
	web.Get(s.server.API(), web.Op{ID: "look", Path: "/notes/{id}", Tag: "记录", Summary: "查看", Public: true},
		func(ctx context.Context, in *struct {
			ID   string `path:"id"`
			Page int    `query:"page" minimum:"1"`
			Full bool   `query:"full"`
		}) (*web.Out[noted], error) {
			s.texts = append(s.texts, in.ID)
			return web.Reply(noted{ID: in.ID, Actor: web.Actor(ctx).ID, Cause: web.Cause(ctx).ID}), s.err
		})
	return s
}

const (
	notePath = "/api/v1/notes/500156-XS-2026-000001/note"
	tellPath = "/api/v1/notes/500156-XS-2026-000001/tell"
	letter   = `{"text":"祭扫高价","kind":"letter"}`
)

// TestFaultsBecomeStatuses goes through every kind of fault there is.
func TestFaultsBecomeStatuses(t *testing.T) {
	s := newScene(t)
	tests := []struct {
		name   string
		err    error
		status int
		kind   string
		retry  bool
		says   string
	}{
		{"invalid", fault.About("uscc", fault.Invalid, "应为18位"), 422, "invalid", false, "应为18位"},
		{"denied", fault.New(fault.Denied, "请联系管理员"), 403, "denied", false, "请联系管理员"},
		{"not found", fault.New(fault.NotFound, "没有此编号"), 404, "not_found", false, "没有此编号"},
		{"conflict", fault.New(fault.Conflict, "已签收"), 409, "conflict", false, "已签收"},
		{"early", fault.New(fault.Early, "clue/1/4 comes before version 3"), 503, "early", true, "稍后再试"},
		{"unavailable", fault.New(fault.Unavailable, "存储繁忙"), 503, "unavailable", true, "存储繁忙"},
		{"internal", fault.New(fault.Internal, "密码是 hunter2"), 500, "internal", false, "管理员"},
		{"no fault", errors.New("open /var/lib/clue.db: permission denied"), 500, "internal", false, "管理员"},
		{"no known kind", fault.New("odd", "奇怪"), 500, "internal", false, "管理员"},
		{"too slow", context.DeadlineExceeded, 503, "unavailable", true, "Idempotency-Key"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s.err = tt.err
			a := webtest.Post(t, s.server, notePath, webtest.Call{Token: token, Key: "k1", Body: letter})
			p := webtest.Refused(t, a, tt.status)
			if p.Kind != tt.kind || !strings.Contains(p.Detail, tt.says) || (a.Header.Get("Retry-After") != "") != tt.retry {
				t.Errorf("answered %s, Retry-After %q", a.Body, a.Header.Get("Retry-After"))
			}
			if bytes.Contains(a.Body, []byte("hunter2")) || bytes.Contains(a.Body, []byte("/var/lib")) {
				t.Errorf("a detail of ours reached the caller: %s", a.Body)
			}
			if tt.name == "invalid" && (len(p.Errors) != 1 || p.Errors[0].Field != "uscc") {
				t.Errorf("the field is not named: %s", a.Body)
			}
		})
	}
}

// TestUnreadableBodies goes through what must never reach an operation.
func TestUnreadableBodies(t *testing.T) {
	s := newScene(t)
	var packed bytes.Buffer
	zip := gzip.NewWriter(&packed)
	if _, err := zip.Write([]byte(letter)); err != nil || zip.Close() != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name, body, kind, encoding string
		status                     int
		says                       string
	}{
		{"unknown field", `{"text":"祭扫高价","kind":"letter","role":"admin"}`, "application/json", "", 422, "删去"},
		{"other casing", `{"Text":"祭扫高价","kind":"letter"}`, "application/json", "", 422, "缺少必填项 text"},
		{"missing field", `{"text":"祭扫高价"}`, "application/json", "", 422, "kind"},
		{"too short", `{"text":"祭","kind":"letter"}`, "application/json", "", 422, "至少填 2 个字"},
		{"too long", `{"text":"` + strings.Repeat("祭", 21) + `","kind":"letter"}`, "application/json", "", 422, "最多填 20 个字"},
		{"not listed", `{"text":"祭扫高价","kind":"fax"}`, "application/json", "", 422, "letter, call"},
		{"wrong type", `{"text":5,"kind":"letter"}`, "application/json", "", 422, "应为文字"},
		{"too big a number", `{"text":"祭扫高价","kind":"letter","n":300}`, "application/json", "", 422, "大小不正确"},
		{"no time", `{"text":"祭扫高价","kind":"letter","at":"昨天"}`, "application/json", "", 422, "时区"},
		{"twice", `{"text":"祭扫高价","kind":"letter","kind":"call"}`, "application/json", "", 400, "两次"},
		{"broken UTF-8", "{\"text\":\"\xff\xfe好\",\"kind\":\"letter\"}", "application/json", "", 400, "UTF-8"},
		{"half a surrogate", `{"text":"\ud800好","kind":"letter"}`, "application/json", "", 400, "无法识别的字符"},
		{"cut off", `{"text":"祭扫`, "application/json", "", 400, "不完整"},
		{"no JSON", `text=1`, "application/json", "", 400, "语法"},
		{"something behind", letter + letter, "application/json", "", 400, "多余"},
		{"too deep", strings.Repeat("[", 500) + strings.Repeat("]", 500), "application/json", "", 400, "嵌套"},
		{"nothing", "", "", "", 400, "填写"},
		{"a form", "text=1&kind=letter", "application/x-www-form-urlencoded", "", 415, "application/json"},
		{"plain text", letter, "text/plain", "", 415, "application/json"},
		{"no type", letter, "", "", 415, "application/json"},
		{"a relative", letter, "application/evil+json", "", 415, "application/json"},
		{"another charset", letter, "application/json; charset=gbk", "", 415, "UTF-8"},
		{"packed", packed.String(), "application/json", "gzip", 415, "压缩"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			req := httptest.NewRequest(http.MethodPost, tellPath, strings.NewReader(tt.body))
			if tt.kind != "" {
				req.Header.Set("Content-Type", tt.kind)
			}
			if tt.encoding != "" {
				req.Header.Set("Content-Encoding", tt.encoding)
			}
			a := webtest.Send(t, s.server, req)
			p := webtest.Refused(t, a, tt.status)
			if !strings.Contains(string(a.Body), tt.says) {
				t.Errorf("answered %s; want it to say %q", a.Body, tt.says)
			}
			for _, flaw := range p.Errors {
				if !slices.ContainsFunc([]rune(flaw.Message), func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
					t.Errorf("%q is not Chinese", flaw.Message)
				}
			}
		})
	}
	if len(s.texts) != 0 {
		t.Errorf("operations were asked %q", s.texts)
	}
	a := webtest.Post(t, s.server, tellPath, webtest.Call{Body: letter})
	if a.Status != http.StatusCreated {
		t.Errorf("a good body was answered %d %s", a.Status, a.Body)
	}
}

// TestUnreadableAddresses goes through queries and paths that no operation can
// read.
func TestUnreadableAddresses(t *testing.T) {
	s := newScene(t)
	for path, status := range map[string]int{
		"/api/v1/notes/1?page=0":        422,
		"/api/v1/notes/1?page=x":        422,
		"/api/v1/notes/1?full=maybe":    422,
		"/api/v1/notes/1?sort=$where":   422,
		"/api/v1/notes/1?page=%ff":      400,
		"/api/v1/notes/%ff":             400,
		"/api/v1/notes/1/absent":        404,
		"/api/v1/absent":                404,
		"/api/v1/Notes/1":               404,
		"/api/v1/notes/1/tell":          405,
		"/api/v1/notes/1?page=1&page=2": 200,
	} {
		a := webtest.Get(t, s.server, path, webtest.Call{})
		if a.Status != status {
			t.Errorf("GET %s = %d %s; want %d", path, a.Status, a.Body, status)
		}
		if status != 200 {
			webtest.Refused(t, a, status)
		}
	}
}

// TestStringsOutliveTheRequest guards the setting that makes Fiber copy what it
// hands out: without it, all of these become the last request's.
func TestStringsOutliveTheRequest(t *testing.T) {
	s := newScene(t)
	var want, keys []string
	for _, letter := range []string{"A", "B", "C"} {
		id, key := strings.Repeat(letter, 8), strings.Repeat(letter, 20)
		a := webtest.Post(t, s.server, "/api/v1/notes/"+id+"/note", webtest.Call{Token: token, Key: key, Body: `{"text":"` + id + `","kind":"call"}`})
		if a.Status != 200 {
			t.Fatalf("answered %d %s", a.Status, a.Body)
		}
		want = append(want, id, id)
		keys = append(keys, "http/"+officer.ID+"/"+key)
	}
	if !slices.Equal(s.texts, want) {
		t.Errorf("kept %q; want %q", s.texts, want)
	}
	for i, cause := range s.causes {
		if cause.ID != keys[i] {
			t.Errorf("cause %d is %q; want %q", i, cause.ID, keys[i])
		}
	}
}

func TestAnswersCarryGuards(t *testing.T) {
	s := newScene(t)
	for _, path := range []string{"/api/v1/notes/1", "/absent", "/api/v1/absent", "/livez", "/api/docs"} {
		a := webtest.Get(t, s.server, path, webtest.Call{})
		csp := a.Header.Get("Content-Security-Policy")
		if !strings.HasPrefix(csp, "default-src 'self'") || strings.Contains(csp, "http") || strings.Contains(csp, "unsafe-eval") ||
			a.Header.Get("X-Content-Type-Options") != "nosniff" || a.Header.Get("X-Frame-Options") != "DENY" || len(a.Header.Get("X-Request-Id")) != 26 {
			t.Errorf("%s is sent with %v", path, a.Header)
		}
		if a.Header.Get("Server") != "" {
			t.Errorf("%s tells what it is served by: %s", path, a.Header.Get("Server"))
		}
	}
}

func TestPanicsStayInside(t *testing.T) {
	s := newScene(t)
	web.Get(s.server.API(), web.Op{ID: "fall", Path: "/fall", Tag: "记录", Summary: "出错", Public: true},
		func(context.Context, *struct{}) (*web.Out[noted], error) { panic("the secret is out") })
	a := webtest.Get(t, s.server, "/api/v1/fall", webtest.Call{})
	webtest.Refused(t, a, 500)
	if bytes.Contains(a.Body, []byte("secret")) || bytes.Contains(a.Body, []byte(".go")) {
		t.Errorf("the caller was told %s", a.Body)
	}
}
