package verify

import (
	"bytes"
	"regexp"
	"strings"
	"testing"
)

func pages(t *testing.T) map[string]*Page {
	t.Helper()
	draw, err := Draw()
	if err != nil {
		t.Fatal(err)
	}
	commit, err := Commit()
	if err != nil {
		t.Fatal(err)
	}
	return map[string]*Page{"draw": draw, "commit": commit}
}

// TestPages: a page is whole, loads nothing, and its policy allows its own
// script only.
func TestPages(t *testing.T) {
	script := regexp.MustCompile(`(?s)<script>(.*?)</script>`)
	for name, p := range pages(t) {
		html := string(p.HTML)
		if strings.Contains(html, "{{") {
			t.Errorf("%s: something was not filled in", name)
		}
		for _, bad := range []string{" src=", "@import", "url(", "<link", "XMLHttpRequest", "fetch(", "WebSocket", "innerHTML", "eval("} {
			if strings.Contains(html, bad) {
				t.Errorf("%s contains %q", name, bad)
			}
		}
		found := script.FindAllStringSubmatch(html, -1)
		if len(found) != 1 {
			t.Fatalf("%s has %d scripts", name, len(found))
		}
		if !strings.Contains(p.Policy, "'"+digest(found[0][1])+"'") || !strings.Contains(html, `content="`+p.Policy+`"`) {
			t.Errorf("%s: the policy does not name the script", name)
		}
	}
}

// TestOldBrowsers: nothing in the scripts is younger than ECMAScript 5.
func TestOldBrowsers(t *testing.T) {
	strip := regexp.MustCompile(`//[^\n]*|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'`)
	young := regexp.MustCompile("=>|`|\\.\\.\\.|\\b(?:let|const|class|async|await|yield|import|export|Promise|Symbol|BigInt|Map|Set|WeakMap|Proxy)\\b|\\*\\*|\\?\\?|\\?\\.|\\.(?:includes|startsWith|endsWith|padStart|repeat|fill|find|findIndex|assign|entries|values|from|fromCodePoint|codePointAt|replaceAll|at)\\(")
	parts, err := files.ReadDir("page")
	if err != nil {
		t.Fatal(err)
	}
	looked := 0
	for _, part := range parts {
		if !strings.HasSuffix(part.Name(), ".js") {
			continue
		}
		looked++
		text, err := files.ReadFile("page/" + part.Name())
		if err != nil {
			t.Fatal(err)
		}
		for n, line := range strings.Split(strip.ReplaceAllString(string(text), `""`), "\n") {
			if bad := young.FindString(line); bad != "" {
				t.Errorf("%s:%d: %q is too young", part.Name(), n+1, bad)
			}
		}
	}
	if looked < 10 {
		t.Errorf("only %d scripts", looked)
	}
}

// TestPythonIsShort: a citizen must be able to read it in one sitting.
func TestPythonIsShort(t *testing.T) {
	text, err := Python()
	if err != nil {
		t.Fatal(err)
	}
	if n := bytes.Count(text, []byte("\n")); n >= 120 {
		t.Errorf("verify.py has %d lines", n)
	}
	for _, line := range regexp.MustCompile(`(?m)^\s*(?:import|from) .*$`).FindAllString(string(text), -1) {
		if line != "import base64, hashlib, json, re, sys" {
			t.Errorf("verify.py has %q", line)
		}
	}
}
