package law

import (
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"shenzhong/services/kit/fault"
)

// mustExtract loads what Extract leaves of the small pack.
func mustExtract(t *testing.T, on string) (*Pack, string) {
	t.Helper()
	out, err := Extract(files(mustRead(t)), mustDate(t, on))
	if err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	fsys := fstest.MapFS{}
	for name, data := range out {
		fsys[name] = &fstest.MapFile{Data: data}
		text.Write(data)
	}
	p, err := Load(fsys)
	if err != nil {
		t.Fatalf("the extract of %s does not load: %v\n%s", on, err, text.String())
	}
	return p, text.String()
}

func TestExtractHoldsOneDay(t *testing.T) {
	before, text := mustExtract(t, "2026-03-29")
	if got := before.Manifest().AsOf; got != mustDate(t, "2026-03-29") {
		t.Errorf("as of %s", got)
	}
	if strings.Contains(text, "basis: [new") {
		t.Errorf("the eve cites the new regulation:\n%s", text)
	}
	after, text := mustExtract(t, "2026-03-30")
	if strings.Contains(text, "basis: [old 第18条]") {
		t.Errorf("the first day cites the old regulation:\n%s", text)
	}
	whole := mustLoad(t)
	for on, p := range map[string]*Pack{"2026-03-29": before, "2026-03-30": after} {
		day := mustDate(t, on)
		want, err := whole.Route("unapproved", day)
		if err != nil {
			t.Fatal(err)
		}
		got, err := p.Route("unapproved", day)
		if err != nil || got.Citation() != want.Citation() {
			t.Errorf("on %s the extract cites %q, %v; the pack %q", on, got.Citation(), err, want.Citation())
		}
		if len(p.Routes(day)) != len(whole.Routes(day)) || len(p.Deadlines(day)) != len(whole.Deadlines(day)) {
			t.Errorf("on %s the extract has other lines", on)
		}
		if p.Version() == whole.Version() {
			t.Errorf("the extract passes for the pack")
		}
	}
}

func TestExtractIsTheSameEveryTime(t *testing.T) {
	_, once := mustExtract(t, "2026-03-30")
	_, again := mustExtract(t, "2026-03-30")
	if once != again {
		t.Error("two extracts of one day differ")
	}
}

func TestExtractRefuses(t *testing.T) {
	if _, err := Extract(files(mustRead(t)), mustDate(t, "1999-01-01")); !fault.Is(err, fault.NotFound) {
		t.Errorf("a day without law: %v", err)
	}
	if _, err := Extract(files("pack: {}"), mustDate(t, "2026-01-01")); !fault.Is(err, fault.Invalid) {
		t.Errorf("no pack: %v", err)
	}
}

// TestRefusalsNameFileAndLine: whoever edits a pack is led to the place.
func TestRefusalsNameFileAndLine(t *testing.T) {
	good := mustRead(t)
	line := func(of string) string {
		before, _, found := strings.Cut(good, of)
		if !found {
			t.Fatalf("%q does not occur", of)
		}
		return "pack.yaml:" + strconv.Itoa(1+strings.Count(before, "\n")) + "："
	}
	for _, tt := range []struct{ old, new, at, says string }{
		{"plain: 没有批,", "plane: 没有批,", line("plain: 没有批,"), "不认识的键“plane”"},
		{"texts:", "tests:", line("texts:"), "不认识的键“tests”"},
		{"code: mzj, name", "code: mzj, code: mzj2, name", line("code: mzj, name"), "重复"},
		{"basis: [new 第1条]", "basis: [newer 第1条]", line("basis: [new 第1条]"), "newer"},
		{"n: 7, unit: workday", "n: 0, unit: workday", line("n: 7, unit: workday"), "正整数"},
		{"trigger: 决定之日", `trigger: ""`, line("trigger: 决定之日"), "起算事件"},
		{"{code: mzj-102", `{code: ""`, line("{code: mzj-102"), "没有代码"},
		{"texts:", "texts: [", "pack.yaml:", "不是有效的 YAML"},
	} {
		_, err := Load(fstest.MapFS{"pack.yaml": {Data: []byte(strings.Replace(good, tt.old, tt.new, 1))}})
		if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), tt.at) || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: got %v, want %s and %s", tt.new, err, tt.at, tt.says)
		}
		if err != nil && strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %q is more than one line", tt.new, err)
		}
	}
}
