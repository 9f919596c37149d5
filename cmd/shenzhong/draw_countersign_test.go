package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"shenzhong/services/draw/fdraw"
)

// TestDrawCountersign: a party recomputes a sealed draw with the program, signs
// it with a key that is made once, and verify draw says so; a sealed file that was
// exchanged ends in an objection and the code 1.
func TestDrawCountersign(t *testing.T) {
	dir := t.TempDir()
	b := heldDraw(t)
	material := *b
	material.Result, material.Substitutions = "", nil
	source := writeFile(t, dir, "material.json", bundleJSON(t, &material))
	signed := func(out string) string {
		var body struct{ File string }
		if err := json.Unmarshal([]byte(out), &body); err != nil {
			t.Fatalf("%v in %s", err, out)
		}
		return body.File
	}
	for _, kind := range []string{"ed25519", "sm2"} {
		args := []string{"draw", "countersign", source, "--party", "sfj", "--key", filepath.Join(dir, kind+".key")}
		if kind == "sm2" {
			args = append(args, "--sm2")
		}
		code, out, notes := runMain(args...)
		if code != exitDone || !strings.Contains(notes, "复算一致") || !strings.Contains(notes, "已生成") {
			t.Fatalf("%s: %d %s %s", kind, code, out, notes)
		}
		if info, err := os.Stat(filepath.Join(dir, kind+".key")); err != nil || info.Mode().Perm() != secretMode {
			t.Fatalf("the key: %v %v", info, err)
		}
		code, _, notes = runMain(args...)
		if code != exitDone || strings.Contains(notes, "已生成") {
			t.Fatalf("%s again: %d %s", kind, code, notes)
		}
		whole := *b
		whole.Countersigns = []string{signed(out)}
		code, report, _ := runMain("verify", "draw", writeFile(t, dir, kind+".json", bundleJSON(t, &whole)))
		if code != exitDone || !strings.Contains(report, "复算  成立　sfj") {
			t.Fatalf("%s: %d %s", kind, code, report)
		}
	}
	forged := material
	sealed, err := fdraw.ParseSealed(b.Sealed)
	if err != nil {
		t.Fatal(err)
	}
	sealed.Result[0] ^= 1
	forged.Sealed = sealed.Text()
	other := writeFile(t, dir, "forged.json", bundleJSON(t, &forged))
	code, out, notes := runMain("draw", "countersign", other, "--party", "sfj", "--key", filepath.Join(dir, "sm2.key"))
	if c, err := fdraw.ParseCountersign(signed(out)); code != exitFailed || err != nil || c.Agrees() || !strings.Contains(notes, "异议") {
		t.Fatalf("another sealed file: %d %v %s", code, err, notes)
	}
	for name, args := range map[string][]string{
		"no party":      {source, "--key", "k"},
		"no key":        {source, "--party", "sfj"},
		"a stranger":    {source, "--party", "zoo", "--key", filepath.Join(dir, "x.key")},
		"no material":   {"--party", "sfj", "--key", "k"},
		"no such file":  {filepath.Join(dir, "nowhere"), "--party", "sfj", "--key", "k"},
		"no key inside": {source, "--party", "sfj", "--key", source},
	} {
		if code, _, notes := runMain(append([]string{"draw", "countersign"}, args...)...); code != exitUsage || notes == "" {
			t.Errorf("%s: %d %s", name, code, notes)
		}
	}
}
