package web

import (
	"bytes"
	"context"
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gofiber/fiber/v2"

	"shenzhong/services/kit/clock"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/identity"
	"shenzhong/services/kit/store"
	"shenzhong/services/kit/web/ui"
)

// english is what the validator said before it was taught.
var english = func() map[*string]string {
	said := map[*string]string{}
	for _, s := range sayings() {
		said[s.message] = *s.message
	}
	return said
}()

// TestEveryMessageIsReplaced compares the table with the source of the version
// of huma in use, so that an upgrade cannot bring English back.
func TestEveryMessageIsReplaced(t *testing.T) {
	dir, err := exec.CommandContext(t.Context(), "go", "list", "-f", "{{.Dir}}", "github.com/danielgtaylor/huma/v2/validation").Output()
	if err != nil {
		t.Fatal(err)
	}
	source, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(dir)), "messages.go"))
	if err != nil {
		t.Fatal(err)
	}
	declared := regexp.MustCompile(`(?m)^\s+Msg\w+\s+= `).FindAll(source, -1)
	if len(declared) != len(english) || len(english) != len(sayings()) {
		t.Errorf("huma has %d messages, the table %d, %d of them different", len(declared), len(sayings()), len(english))
	}
	verb := regexp.MustCompile(`%[.0-9]*[a-z]`)
	for _, s := range sayings() {
		want, got := verb.FindAllString(english[s.message], -1), verb.FindAllString(s.words, -1)
		if len(want) != len(got) {
			t.Errorf("%q is said as %q: other verbs", english[s.message], s.words)
		}
		if !chinese(s.words) {
			t.Errorf("%q is not Chinese", s.words)
		}
	}
	if said := fmt.Sprintf("应为网址%.0s", errors.New("parse: missing scheme")); said != "应为网址" {
		t.Errorf("a swallowed detail is said: %q", said)
	}
}

func TestFixedMessages(t *testing.T) {
	for message, want := range map[string]string{
		"required query parameter is missing": "此项必填",
		"invalid integer":                     "应为整数",
		"invalid value: dial tcp 10.0.0.1":    "填写不正确，请对照接口文档修改",
		"应为文字":                                "应为文字",
	} {
		if got := worded(message); got != want {
			t.Errorf("%q is said as %q; want %q", message, got, want)
		}
	}
}

func TestEveryStatusHasWords(t *testing.T) {
	for kind, a := range answers {
		if statuses[a.status].title == "" || !chinese(a.words) {
			t.Errorf("%s is answered %d %q %q", kind, a.status, statuses[a.status].title, a.words)
		}
	}
	for _, kind := range []fault.Kind{fault.Invalid, fault.Denied, fault.NotFound, fault.Conflict, fault.Early, fault.Unavailable, fault.Internal} {
		if _, ok := answers[kind]; !ok {
			t.Errorf("%s has no answer", kind)
		}
	}
	for code := range plain {
		if statuses[code].kind == "" {
			t.Errorf("%d has words but no name", code)
		}
	}
}

// FuzzDecode holds the decoder to what it promises: what it takes is one whole
// JSON document of whole text in which no name stands twice, and taking it
// again gives the same.
func FuzzDecode(f *testing.F) {
	for _, seed := range []string{
		`{}`, `{"a":1}`, `{"a":1,"a":2}`, `{"a":{"b":[1,2,{"c":null}]}}`, `"\ud800"`, "\"\xff\"", `[1,2`, `1 2`, `{"a":1e400}`,
		`{"A":1,"a":2}`, strings.Repeat("[", 40), `{"\u0061":1,"a":2}`, "\ufeff{}", `{"a":"\u0000"}`, ``, ` `,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var got any
		err := decode(data, &got)
		if err != nil {
			if !chinese(err.Error()) {
				t.Fatalf("refused with %q", err)
			}
			return
		}
		if !json.Valid(data) {
			t.Fatalf("%q is no JSON and was read as %v", data, got)
		}
		var plain any
		if err := json.Unmarshal(data, &plain); err != nil || !reflect.DeepEqual(got, plain) {
			t.Fatalf("%q was read as %v, by encoding/json as %v, %v", data, got, plain, err)
		}
		again, err := json.Marshal(got)
		if err != nil {
			t.Fatalf("%q was read as %v: %v", data, got, err)
		}
		if bytes.ContainsRune(again, '\ufffd') {
			t.Fatalf("%q was read as %s", data, again)
		}
		var twice any
		if err := decode(again, &twice); err != nil || !reflect.DeepEqual(got, twice) {
			t.Fatalf("%q was read as %s, and that as %v, %v", data, again, twice, err)
		}
	})
}

func TestDecodeRefusesUnknownNames(t *testing.T) {
	var into struct {
		A string `json:"a"`
	}
	if err := decode([]byte(`{"a":"x","b":1}`), &into); err == nil || !chinese(err.Error()) {
		t.Errorf("an unknown name: %v", err)
	}
	if err := decode([]byte(`{"`+strings.Repeat("长", 500)+`":1,"`+strings.Repeat("长", 500)+`":1}`), &into); err == nil || len(err.Error()) > 300 {
		t.Errorf("a long name: %v", err)
	}
}

// TestVendorLock holds every file of others to the lock.
func TestVendorLock(t *testing.T) {
	lock, err := fs.ReadFile(static, "static/vendor/vendor.lock")
	if err != nil {
		t.Fatal(err)
	}
	locked := map[string]string{}
	for line := range strings.Lines(string(lock)) {
		if fields := strings.Fields(line); !strings.HasPrefix(line, "#") {
			if len(fields) != 5 {
				t.Fatalf("line %q", line)
			}
			locked[fields[0]] = fields[3]
		}
	}
	entries, err := fs.ReadDir(static, "static/vendor")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.Name() == "vendor.lock" {
			continue
		}
		content, err := fs.ReadFile(static, "static/vendor/"+e.Name())
		if err != nil {
			t.Fatal(err)
		}
		sum := sha512.Sum512(content)
		if got := "sha512-" + base64.StdEncoding.EncodeToString(sum[:]); locked[e.Name()] != got {
			t.Errorf("%s is %s; the lock says %q", e.Name(), got, locked[e.Name()])
		}
		delete(locked, e.Name())
	}
	if len(locked) != 0 {
		t.Errorf("locked and not there: %v", locked)
	}
}

// TestNamesTellContextsApart gives two contexts the same name for a type.
func TestNamesTellContextsApart(t *testing.T) {
	a := &API{room: "shenzhong/services/clue/clueweb"}
	anonymous := reflect.TypeOf(struct{ A int }{})
	for want, got := range map[string]string{
		"ClueAcceptInputBody": a.name(anonymous, "AcceptInputBody"),
		"Problem":             a.name(reflect.TypeFor[*Problem](), ""),
		"StoreCause":          a.name(reflect.TypeFor[store.Cause](), ""),
		"UiPage":              a.name(reflect.TypeFor[ui.Page](), ""),
	} {
		if got != want {
			t.Errorf("a type is called %s; want %s", got, want)
		}
	}
	a.room = ""
	if got := a.name(anonymous, "AskRequest"); got != "AskRequest" {
		t.Errorf("a type of nobody is called %s", got)
	}
}

type nobody struct{}

func (nobody) Lookup(context.Context, string) (identity.Actor, error) {
	return identity.Actor{}, fault.New(fault.Denied, "无效")
}

func config() Config {
	return Config{
		Title: "接口", Version: "1", Clock: clock.System{}, Tokens: nobody{},
		Ready: func(context.Context) (any, error) { return nil, nil }, Healthy: func() error { return nil },
	}
}

func TestNewRefuses(t *testing.T) {
	for name, edit := range map[string]func(*Config){
		"no title":         func(c *Config) { c.Title = "" },
		"no clock":         func(c *Config) { c.Clock = nil },
		"no tokens":        func(c *Config) { c.Tokens = nil },
		"no readiness":     func(c *Config) { c.Ready = nil },
		"no health":        func(c *Config) { c.Healthy = nil },
		"a relative base":  func(c *Config) { c.Base = "bz" },
		"a trailing slash": func(c *Config) { c.Base = "/bz/" },
		"a pattern":        func(c *Config) { c.Base = "/:bz" },
	} {
		cfg := config()
		edit(&cfg)
		if _, err := New(cfg); err == nil {
			t.Errorf("%s: a server was made", name)
		}
	}
}

// TestTheLogHoldsNoBody reads the line that a request leaves.
func TestTheLogHoldsNoBody(t *testing.T) {
	var log bytes.Buffer
	before := slog.Default()
	slog.SetDefault(slog.New(slog.NewJSONHandler(&log, nil)))
	defer slog.SetDefault(before)
	s, err := New(config())
	if err != nil {
		t.Fatal(err)
	}
	type input struct {
		ID   string `path:"id"`
		Q    string `query:"q"`
		Body struct {
			Text string `json:"text"`
		}
	}
	Post(s.API(), Op{ID: "x", Path: "/x/{id}", Tag: "x", Summary: "x", Public: true}, func(_ context.Context, in *input) (*Out[string], error) {
		return Reply(in.Body.Text), nil
	})
	for _, body := range []string{`{"text":"zhang-san"}`, `{"text":"zhang-san","more":1}`} {
		req := httptest.NewRequest("POST", "/api/v1/x/li-si?q=wang-wu", strings.NewReader(body))
		req.Header.Set("Content-Type", "application/json")
		resp, err := s.Test(req)
		if err != nil {
			t.Fatal(err)
		}
		if err := resp.Body.Close(); err != nil {
			t.Fatal(err)
		}
	}
	lines := strings.Split(strings.TrimSpace(log.String()), "\n")
	if len(lines) != 2 || !strings.Contains(lines[0], `"route":"/api/v1/x/:id"`) || !strings.Contains(lines[0], `"status":200`) || !strings.Contains(lines[1], `"status":422`) {
		t.Errorf("logged:\n%s", log.String())
	}
	for _, secret := range []string{"zhang-san", "li-si", "wang-wu"} {
		if strings.Contains(log.String(), secret) {
			t.Errorf("%s was logged", secret)
		}
	}
}

func TestRequestsHaveATimeLimit(t *testing.T) {
	cfg := config()
	cfg.Timeout = 20 * time.Millisecond
	s, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	Get(s.API(), Op{ID: "x", Path: "/x", Tag: "x", Summary: "x", Public: true}, func(ctx context.Context, _ *struct{}) (*Out[string], error) {
		<-ctx.Done()
		return nil, fmt.Errorf("read the store: %w", ctx.Err())
	})
	resp, err := s.Test(httptest.NewRequest("GET", "/api/v1/x", nil))
	if err != nil {
		t.Fatal(err)
	}
	if err := resp.Body.Close(); err != nil || resp.StatusCode != 503 {
		t.Errorf("answered %d, %v", resp.StatusCode, err)
	}
}

// TestServerSettings keeps the limits that stand between a stranger and us.
func TestServerSettings(t *testing.T) {
	s, err := New(config())
	if err != nil {
		t.Fatal(err)
	}
	got := s.app.Config()
	if !got.Immutable || got.BodyLimit != 1<<20 || got.ReadTimeout == 0 || got.IdleTimeout == 0 || got.WriteTimeout == 0 || !got.DisableStartupMessage || got.ServerHeader != "" {
		t.Errorf("the server runs with %+v", got)
	}
}

var _ fiber.ErrorHandler = (*Server)(nil).fail

var _ huma.StatusError = (*Problem)(nil)
