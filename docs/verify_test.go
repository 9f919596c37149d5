package docs

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestInvariantsHaveTests holds the tables of invariants and of edge cases in
// verify.md against the tests that there are.
func TestInvariantsHaveTests(t *testing.T) {
	text, err := os.ReadFile("verify.md")
	if err != nil {
		t.Fatal(err)
	}
	row := regexp.MustCompile(`(?m)^\| ([IE][0-9]+) \|[^|]*\|(.*)\|$`)
	folder := regexp.MustCompile("`([a-z/]+)` ((?:Test[A-Za-z0-9]+(?:, )?)+)")
	rows := row.FindAllStringSubmatch(string(text), -1)
	if len(rows) != 17+10 {
		t.Fatalf("%d invariants and edge cases", len(rows))
	}
	for _, r := range rows {
		tests := 0
		for _, m := range folder.FindAllStringSubmatch(r[2], -1) {
			for _, name := range strings.Split(strings.TrimSuffix(m[2], ", "), ", ") {
				tests++
				if !defined(t, m[1], name) {
					t.Errorf("%s: %s has no %s", r[1], m[1], name)
				}
			}
		}
		if tests == 0 {
			t.Errorf("%s has no test", r[1])
		}
	}
}

// defined reports whether a folder has a test of that name.
func defined(t *testing.T, dir, name string) bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("..", dir, "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(text), "func "+name+"(") {
			return true
		}
	}
	return false
}
