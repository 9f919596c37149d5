package fdraw

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestBundleJSON(t *testing.T) {
	s := newScenario(t)
	data := must[[]byte](t)(s.bundle.JSON())
	back := must[*Bundle](t)(ParseBundle(data))
	if diff := cmp.Diff(s.bundle, back); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if again := must[[]byte](t)(back.JSON()); !bytes.Equal(again, data) {
		t.Error("written again it differs")
	}
	for _, tt := range []struct{ name, json, why string }{
		{"not JSON", `fdraw`, "JSON"},
		{"cut", `{"format":`, "中断"},
		{"cut later", `{"format":"fdraw/v1 bundle"`, "中断"},
		{"a comma too many", `{"format":"fdraw/v1 bundle",}`, "语法有误"},
		{"a hash that is none", `{"format":"fdraw/v1 bundle","notices":[{"text":"","proof":{"path":["x"]}}]}`, "摘要"},
		{"another format", `{"format":"fdraw/v2 bundle"}`, "format"},
		{"no format", `{}`, "format"},
		{"an unknown key", `{"format":"fdraw/v1 bundle","verdict":"good"}`, "verdict"},
		{"a key twice", `{"format":"fdraw/v1 bundle","pool":"a","pool":"b"}`, "重复"},
		{"a key of another level", `{"format":"fdraw/v1 bundle","text":"a"}`, "text"},
		{"a key twice inside", `{"format":"fdraw/v1 bundle","log":{"leaves":[{"text":"a","text":"b"}]}}`, "重复"},
		{"a capital letter", `{"format":"fdraw/v1 bundle","Pool":"a"}`, "不认识的键"},
		{"something after it", `{"format":"fdraw/v1 bundle"}{}`, "多余"},
		{"a number for a file", `{"format":"fdraw/v1 bundle","pool":1}`, "“pool”一项的类型"},
	} {
		if _, err := ParseBundle([]byte(tt.json)); err == nil || !strings.Contains(err.Error(), tt.why) {
			t.Errorf("%s: got %v, want %q", tt.name, err, tt.why)
		}
	}
}
