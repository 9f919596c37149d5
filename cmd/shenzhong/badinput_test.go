//go:build !race

package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
)

// TestBadInputIsRefused sends to every operation of the interface what it must
// not take. Each answer is a problem document in Chinese, as the description
// says, never a failure of ours; and nothing was stored.
func TestBadInputIsRefused(t *testing.T) {
	e := newEdge(t)
	before := e.commits(t)
	asked := 0
	for _, c := range e.calls {
		for _, bad := range e.wrong(c) {
			asked++
			got := e.send(t, bad.ask)
			if !slices.Contains(bad.want, got.status) {
				t.Errorf("%s: %s is answered with %d, want %v: %.300s", c.op.OperationID, bad.what, got.status, bad.want, got.body)
			}
			if bad.field != "" && !slices.ContainsFunc(got.errors, func(f struct{ Field, Message string }) bool { return strings.HasPrefix(f.Field, bad.field) }) {
				t.Errorf("%s: %s: the answer does not name %s: %s", c.op.OperationID, bad.what, bad.field, got.body)
			}
		}
	}
	e.settle(t)
	if after := e.commits(t); after != before {
		t.Errorf("%d commits were made of bad input", after-before)
	}
	if asked < 20*len(e.calls) {
		t.Errorf("only %d requests for %d operations", asked, len(e.calls))
	}
	t.Logf("%d requests, %d operations", asked, len(e.calls))
}

// badAsk is a request that must be refused.
type badAsk struct {
	what  string
	ask   inquiry
	want  []int  // statuses
	field string // that the answer must name, empty = none in particular
}

var (
	unreadable = []int{http.StatusBadRequest, http.StatusUnprocessableEntity}
	unknown    = []int{http.StatusBadRequest, http.StatusNotFound, http.StatusForbidden, http.StatusUnprocessableEntity, http.StatusConflict}
)

// wrong is everything that is wrong to send to an operation.
func (e *edge) wrong(c call) []badAsk {
	out := append(e.wrongHeads(c), e.wrongPaths(c)...)
	out = append(out, e.wrongQueries(c)...)
	if c.op.RequestBody != nil {
		out = append(out, e.wrongTexts(c)...)
		out = append(out, e.wrongFields(c)...)
	}
	return out
}

// proper is a request to which nothing is wrong but that its ids may be of
// nothing.
func (e *edge) proper(c call) inquiry {
	a := inquiry{call: c, path: c.path, head: http.Header{"Authorization": {"Bearer " + e.tokens["everyday"]}}}
	for _, p := range c.op.Parameters {
		if p.Value.In == "path" {
			a.path = strings.ReplaceAll(a.path, "{"+p.Value.Name+"}", url.PathEscape(idFor(c, p.Value.Name)))
		}
	}
	if c.method == http.MethodPost {
		a.head.Set("Idempotency-Key", "edge-"+c.op.OperationID)
	}
	if c.op.RequestBody != nil {
		a.head.Set("Content-Type", "application/json")
		a.body, _ = json.Marshal(example(c.schema()))
	}
	return a
}

// schema is that of the body of an operation.
func (c call) schema() *openapi3.Schema {
	return c.op.RequestBody.Value.Content["application/json"].Schema.Value
}

// idFor is an id of the kind that a path is about.
func idFor(c call, name string) string {
	switch name {
	case "code":
		return "mzj-309"
	case "category":
		return "funeral_home"
	case "offence":
		return "bundled_sale"
	case "what":
		return "facilities"
	case "name":
		return "announce.json"
	case "facility":
		return "500156-JG-000001"
	}
	kind := map[string]string{
		"facilities": "JG-000001", "officers": "RY-000001", "clues": "XS-2026-000001", "cases": "AJ-2026-000001", "records": "GS-2026-000001",
		"public": "GS-2026-000001", "plans": "JH-2026-000001", "batches": "PC-2026-000001", "visits": "JC-2026-000001-000001",
		"rectifications": "ZG-2026-000001-000001-mzj-1", "commitments": "CN-2026-000001", "draws": "2026-0001", "signals": "XH-2026-000001", "alerts": "YJ-2026-000001", "tokens": "LP-000001",
		"deadlines": "QX-case-500156-AJ-2026-000001-case.decide",
	}[strings.Split(strings.TrimPrefix(c.path, "/api/v1/"), "/")[0]]
	return "500156-" + kind
}

// example is a value that a schema allows.
func example(s *openapi3.Schema) any {
	switch {
	case len(s.Enum) > 0:
		return s.Enum[0]
	case s.Type.Includes("object"):
		out := map[string]any{}
		for name, p := range s.Properties {
			out[name] = example(p.Value)
		}
		return out
	case s.Type.Includes("array"):
		out := []any{}
		for range max(1, s.MinItems) {
			out = append(out, example(s.Items.Value))
		}
		return out
	case s.Type.Includes("integer"), s.Type.Includes("number"):
		if s.Min != nil {
			return *s.Min
		}
		return 1
	case s.Type.Includes("boolean"):
		return false
	}
	return exampleText(s)
}

func exampleText(s *openapi3.Schema) string {
	switch {
	case s.Format == "date":
		return "2026-11-20"
	case s.Format == "date-time":
		return "2026-11-27T09:00:00+08:00"
	case strings.Contains(s.Pattern, "{64}"):
		return strings.Repeat("0123456789abcdef", 4)
	}
	return strings.Repeat("样", int(max(2, s.MinLength)))
}

// but is a request with something else about it.
func (a inquiry) but(change func(*inquiry)) inquiry {
	a.head = a.head.Clone()
	change(&a)
	return a
}

func (e *edge) wrongHeads(c call) []badAsk {
	right := e.proper(c)
	token := func(value string) inquiry { return right.but(func(a *inquiry) { a.head.Set("Authorization", value) }) }
	out := []badAsk{
		{"a token nobody has", token("Bearer sz_" + strings.Repeat("a", 43)), []int{http.StatusUnauthorized}, ""},
		{"a token with a NUL in it", token("Bearer sz_%00%00%00%00%00%00%00"), []int{http.StatusUnauthorized}, ""},
		{"no bearer", token("Basic YWRtaW46YWRtaW4="), []int{http.StatusUnauthorized}, ""},
		{"a packed body", right.but(func(a *inquiry) { a.head.Set("Content-Encoding", "gzip") }), []int{http.StatusUnsupportedMediaType}, ""},
	}
	if c.op.Security != nil {
		out = append(out, badAsk{"no token", right.but(func(a *inquiry) { a.head.Del("Authorization") }), []int{http.StatusUnauthorized}, ""})
	}
	if c.method != http.MethodPost {
		return out
	}
	key := func(value string) inquiry {
		return right.but(func(a *inquiry) { a.head.Set("Idempotency-Key", value) })
	}
	out = append(out,
		badAsk{"a key with spaces", key("a b"), unreadable, ""},
		badAsk{"a key of 200 characters", key(strings.Repeat("k", 200)), unreadable, ""},
		badAsk{"XML", right.but(func(a *inquiry) { a.head.Set("Content-Type", "text/xml"); a.body = []byte("<a/>") }), []int{http.StatusUnsupportedMediaType}, ""},
		badAsk{"UTF-16", right.but(func(a *inquiry) {
			a.head.Set("Content-Type", "application/json; charset=utf-16")
			a.body = []byte("{}")
		}), []int{http.StatusUnsupportedMediaType}, ""},
	)
	if c.op.Security != nil {
		out = append(out, badAsk{"no key", key(""), unreadable, ""})
	}
	return out
}

// strangeIDs are no ids of this district, as they stand in an address.
var strangeIDs = []string{
	"..%2F..%2Fetc%2Fpasswd", "%2e%2e%2f%2e%2e", "500156-AJ-2026-000001%00", "%00", "%0A", "%ff%fe", "500156-%e4%b8", "500101-AJ-2026-000001", "500101-JG-000001",
	"%3Cscript%3E", "$ne", "%7B%22$gt%22:%22%22%7D", "500156-AJ-2026-%27;DROP", strings.Repeat("9", 3000), "%F0%9F%92%80", "sz.%3E", "*",
}

func (e *edge) wrongPaths(c call) []badAsk {
	var out []badAsk
	if c.method == http.MethodPost && c.op.RequestBody == nil && !strings.Contains(c.path, "{") {
		return nil
	}
	for _, p := range c.op.Parameters {
		if p.Value.In != "path" {
			continue
		}
		for _, id := range strangeIDs {
			out = append(out, badAsk{
				fmt.Sprintf("the %s %.40s", p.Value.Name, id),
				e.proper(c).but(func(a *inquiry) { a.path = strings.ReplaceAll(c.path, "{"+p.Value.Name+"}", id) }),
				append([]int{http.StatusBadRequest}, unknown...), "",
			})
		}
	}
	// A path with two parameters keeps the other one as it is described.
	return slices.DeleteFunc(out, func(b badAsk) bool { return strings.Contains(b.ask.path, "{") })
}

func (e *edge) wrongQueries(c call) []badAsk {
	right := e.proper(c)
	query := func(q string) inquiry { return right.but(func(a *inquiry) { a.query = q }) }
	out := []badAsk{
		{"a query that there is not", query("nosuch=1"), unreadable, "nosuch"},
		{"a query that is no text", query("nosuch=%ff%fe"), unreadable, ""},
		{"a query with NUL in it", query("nosuch=%00"), unreadable, ""},
	}
	for _, p := range c.op.Parameters {
		if p.Value.In != "query" {
			continue
		}
		name, schema := p.Value.Name, p.Value.Schema.Value
		values := []string{"%ff", "%00", "a%00b"}
		switch {
		case schema.Type.Includes("integer"):
			values = append(values, "abc", "1.5", "-1", "99999999999999999999999", "1e9")
		case schema.Type.Includes("boolean"):
			values = append(values, "perhaps")
		case len(schema.Enum) > 0:
			values = append(values, "nosuch")
		case schema.Format == "date":
			values = append(values, "2026-02-30", "0000-00-00", "2026-13-01", "99999-01-01")
		}
		for _, v := range values {
			out = append(out, badAsk{name + "=" + v, query(name + "=" + v), unreadable, ""})
		}
	}
	return out
}

// wrongTexts are bodies that are no JSON object, or none that may be read.
func (e *edge) wrongTexts(c call) []badAsk {
	right := e.proper(c)
	body := func(text string) inquiry { return right.but(func(a *inquiry) { a.body = []byte(text) }) }
	whole := string(right.body)
	padded := strings.TrimSuffix(whole, "}") + `,"未知":"` + strings.Repeat("a", 1<<20) + `"}`
	return []badAsk{
		{"half a body", body(whole[:len(whole)-1]), unreadable, ""},
		{"nothing but spaces", body("  "), unreadable, ""},
		{"a list", body("[" + whole + "]"), unreadable, ""},
		{"a word", body(`"好"`), unreadable, ""},
		{"null", body("null"), unreadable, ""},
		{"two documents", body(whole + whole), unreadable, ""},
		{"broken UTF-8", body("{\"\xff\xfe\":1}"), unreadable, ""},
		{"half a surrogate", body(`{"a":"\ud800"}`), unreadable, ""},
		{"a name twice", body(`{"a":1,"a":2}`), unreadable, ""},
		{"deep lists", body(`{"a":` + strings.Repeat("[", 5000) + strings.Repeat("]", 5000) + "}"), unreadable, ""},
		{"a huge number", body(`{"a":1e999999}`), unreadable, ""},
		{"a megabyte and more", body(padded), []int{http.StatusRequestEntityTooLarge}, ""},
	}
}

// wrongFields are bodies in which one field is wrong.
func (e *edge) wrongFields(c call) []badAsk {
	right := e.proper(c)
	schema := c.schema()
	with := func(name string, value any) inquiry {
		return right.but(func(a *inquiry) {
			fields, ok := example(schema).(map[string]any)
			if !ok {
				return
			}
			fields[name] = value
			a.body, _ = json.Marshal(fields)
		})
	}
	out := []badAsk{{"a field that there is not", with("nosuch", 1), []int{http.StatusUnprocessableEntity}, "nosuch"}}
	for _, name := range slices.Sorted(maps.Keys(schema.Properties)) {
		for what, value := range misfits(schema.Properties[name].Value) {
			out = append(out, badAsk{name + " is " + what, with(name, value), unreadable, ""})
		}
	}
	for _, name := range schema.Required {
		out = append(out, badAsk{"no " + name, right.but(func(a *inquiry) {
			fields, ok := example(schema).(map[string]any)
			if !ok {
				return
			}
			delete(fields, name)
			a.body, _ = json.Marshal(fields)
		}), []int{http.StatusUnprocessableEntity}, name})
	}
	return out
}

// misfits are values that a schema does not allow.
func misfits(s *openapi3.Schema) map[string]any {
	out := map[string]any{"a number with a thousand digits": json.RawMessage(strings.Repeat("9", 1000)), "an object of nothing known": map[string]any{"nosuch": map[string]any{}}}
	switch {
	case s.Type.Includes("array"):
		out["a word"], out["a list of lists"] = "样", []any{[]any{[]any{}}}
	case s.Type.Includes("object"):
		out["a word"], out["a list"] = "样", []any{}
	case s.Type.Includes("boolean"):
		out["a word"], out["a number"] = "是", 1
	case s.Type.Includes("integer"), s.Type.Includes("number"):
		out["a word"], out["beyond all numbers"], out["half"] = "十", json.RawMessage("1e400"), 0.5
	default:
		out["a number"], out["a list"] = 7, []any{"样"}
		out["a NUL"], out["an escape"] = "样\x00样", "样\x1b[31m样"
		if s.Format == "date" {
			out["30 February"], out["month 13"], out["year 0"], out["a year of five digits"] = "2026-02-30", "2026-13-01", "0000-01-01", "20266-01-01"
		}
		if s.Format == "date-time" {
			out["30 February"], out["no zone"] = "2026-02-30T09:00:00+08:00", "2026-02-03T09:00:00"
		}
		if len(s.Enum) > 0 {
			out["no code"] = "nosuch"
		}
	}
	return out
}
