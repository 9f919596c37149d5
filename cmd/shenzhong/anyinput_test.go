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
	"pgregory.net/rapid"

	"shenzhong/services/kit/store"
)

// TestEveryOperationAnswersAsDescribed asks every operation as every kind of
// caller, with what its description calls right.
func TestEveryOperationAnswersAsDescribed(t *testing.T) {
	e := newEdge(t)
	answered := map[int]int{}
	for _, c := range e.calls {
		for _, who := range slices.Sorted(maps.Keys(e.tokens)) {
			a := e.proper(c)
			a.head.Set("Authorization", "Bearer "+e.tokens[who])
			if c.method == http.MethodPost {
				a.head.Set("Idempotency-Key", "as-"+who+"-"+c.op.OperationID)
			}
			answered[e.send(t, a).status]++
		}
	}
	for _, status := range []int{http.StatusOK, http.StatusForbidden, http.StatusNotFound, http.StatusUnprocessableEntity} {
		if answered[status] < 20 {
			t.Errorf("only %d answers of %d: %v", answered[status], status, answered)
		}
	}
}

// TestAnyInputIsAnswered makes requests of every kind from the description: some
// right, some wrong in ways that nobody thought of. No answer is a failure of
// ours or other than described, and what was refused is not in the stores.
func TestAnyInputIsAnswered(t *testing.T) {
	e := newEdge(t)
	refused, done, n := map[string]bool{}, 0, 0
	rapid.Check(t, func(r *rapid.T) {
		for range 20 {
			n++
			a := e.draw(r, fmt.Sprintf("any-%d", n))
			key := a.head.Get("Idempotency-Key")
			if got := e.send(r, a); got.status < http.StatusBadRequest {
				done++
			} else if key != "" {
				refused[key] = true
			}
		}
	})
	e.settle(t)
	for context, log := range e.system.logs() {
		err := store.Each(t.Context(), log, func(c store.Commit) error {
			cause, _, _ := strings.Cut(c.Cause, "+")
			if i := strings.LastIndex(cause, "/"); i >= 0 && refused[cause[i+1:]] {
				t.Errorf("%s: %s of %s was refused, and is stored", context, c.Kind, c.Cause)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if breaks, _, err := store.Verify(t.Context(), log); err != nil || len(breaks) > 0 {
			t.Errorf("%s: %v, %v", context, breaks, err)
		}
	}
	if parked, err := (&localStage{system: e.system}).Parked(t.Context()); err != nil || parked > 0 {
		t.Errorf("%d facts that nobody could deal with, %v", parked, err)
	}
	t.Logf("%d requests, %d refused with a key, %d answered", n, len(refused), done)
}

// draw makes one request.
func (e *edge) draw(r *rapid.T, key string) inquiry {
	c := rapid.SampledFrom(e.calls).Draw(r, "operation")
	a := inquiry{call: c, path: c.path, head: http.Header{}}
	who := rapid.SampledFrom(append(slices.Sorted(maps.Keys(e.tokens)), "nobody")).Draw(r, "caller")
	if who != "nobody" {
		a.head.Set("Authorization", "Bearer "+e.tokens[who])
	}
	query := url.Values{}
	for _, p := range c.op.Parameters {
		switch p.Value.In {
		case "path":
			id := idFor(c, p.Value.Name)
			if rapid.IntRange(0, 9).Draw(r, "other id") == 0 {
				id = text().Draw(r, "id") + "x"
			}
			a.path = strings.ReplaceAll(a.path, "{"+p.Value.Name+"}", url.PathEscape(strings.ReplaceAll(id, "/", "-")))
		case "query":
			if rapid.Bool().Draw(r, p.Value.Name+" given") {
				query.Set(p.Value.Name, fmt.Sprint(value(r, p.Value.Schema.Value, 0)))
			}
		}
	}
	a.query = query.Encode()
	if c.method != http.MethodPost {
		return a
	}
	a.head.Set("Idempotency-Key", key)
	if c.op.RequestBody != nil {
		a.head.Set("Content-Type", "application/json")
		a.body, _ = json.Marshal(value(r, c.schema(), 0))
	}
	return a
}

// text is what people type, and what they do not.
func text() *rapid.Generator[string] {
	return rapid.OneOf(
		rapid.SampledFrom([]string{
			"mzj", "scjgj", "xfzd", "500156-JG-000004", "500156-RY-000001", "500156-AJ-2026-000001", "bundled_sale", "fire_safety", "portal", "publish",
			"2026-11-20", "2026-02-30", "1900-01-01", "9999-12-31", "2026-11-23T09:00:00+08:00", "0001-01-01T00:00:00Z", "武隆区民政局", "", " ", "0",
			"91500156MA60X1234X", "’ or 1=1 --", "<script>alert(1)</script>", "../../etc/passwd", "%s%d", "\u202e右", "𠮷", "=cmd|' /C calc'!A0",
		}),
		rapid.StringN(0, 60, -1),
		rapid.StringMatching(`[一-龥]{1,40}`),
	)
}

// value is one for a schema, mostly as it should be.
func value(r *rapid.T, s *openapi3.Schema, depth int) any {
	if rapid.IntRange(0, 39).Draw(r, "something else") == 0 {
		return rapid.SampledFrom([]any{nil, 1, -1, 1.5, "样", true, []any{}, map[string]any{}, json.Number("1e300")}).Draw(r, "instead")
	}
	switch {
	case len(s.Enum) > 0:
		return rapid.SampledFrom(s.Enum).Draw(r, "code")
	case s.Type.Includes("object"):
		out := map[string]any{}
		for _, name := range slices.Sorted(maps.Keys(s.Properties)) {
			if slices.Contains(s.Required, name) || rapid.IntRange(0, 3).Draw(r, name+" given") > 0 {
				out[name] = value(r, s.Properties[name].Value, depth+1)
			}
		}
		return out
	case s.Type.Includes("array"):
		out := []any{}
		for range rapid.IntRange(int(s.MinItems), int(s.MinItems)+2).Draw(r, "items") {
			out = append(out, value(r, s.Items.Value, depth+1))
		}
		return out
	case s.Type.Includes("integer"):
		return rapid.OneOf(rapid.Int64Range(-1, 40), rapid.SampledFrom([]int64{366, 1 << 31, 1<<53 + 1, 1<<63 - 1, -1 << 63})).Draw(r, "number")
	case s.Type.Includes("number"):
		return rapid.Float64Range(-1e6, 1e6).Draw(r, "number")
	case s.Type.Includes("boolean"):
		return rapid.Bool().Draw(r, "yes")
	}
	return written(r, s)
}

func written(r *rapid.T, s *openapi3.Schema) string {
	if rapid.IntRange(0, 9).Draw(r, "as described") == 0 {
		return text().Draw(r, "text")
	}
	switch {
	case s.Pattern != "" && !strings.Contains(s.Pattern, `\p`):
		return rapid.StringMatching(s.Pattern).Draw(r, "matching")
	case s.Format == "date":
		return rapid.SampledFrom([]string{"2026-11-20", "2026-11-24", "2025-01-01", "2027-06-01", "2039-12-31", "1899-12-31", "9999-12-31"}).Draw(r, "date")
	case s.Format == "date-time":
		return rapid.SampledFrom([]string{"2026-11-27T09:00:00+08:00", "2026-11-24T09:00:00+08:00", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z"}).Draw(r, "time")
	case s.MinLength > 0:
		return strings.Repeat("样", int(s.MinLength))
	}
	return text().Draw(r, "text")
}
