package main

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"shenzhong/services/draw/fairness"
)

// simulate runs the program and returns what it printed.
func simulateRun(t *testing.T, args ...string) string {
	t.Helper()
	var out, notes bytes.Buffer
	if code := run(append([]string{"simulate"}, args...), &out, &notes); code != exitDone {
		t.Fatalf("simulate %v: %d, %s", args, code, notes.String())
	}
	return out.String()
}

// TestSimulationsAreRepeatable runs each simulation twice with one seed, and once
// with another, and reads the picture it draws.
func TestSimulationsAreRepeatable(t *testing.T) {
	for name, args := range map[string][]string{
		"year":   {"year", "--years", "20", "--each", "4", "--on", "2026-04-01"},
		"attack": {"attack", "--trials", "20"},
	} {
		picture := filepath.Join(t.TempDir(), name+".svg")
		first := simulateRun(t, append(args, "--json", "--svg", picture)...)
		if again := simulateRun(t, append(args, "--json")...); again != first {
			t.Errorf("%s: two runs with one seed differ", name)
		}
		if other := simulateRun(t, append(args, "--json", "--seed", "2")...); other == first {
			t.Errorf("%s: another seed changes nothing", name)
		}
		if !json.Valid([]byte(first)) {
			t.Errorf("%s: no JSON", name)
		}
		wellFormed(t, picture)
	}
	if text := simulateRun(t, "scale", "--facilities", "1000"); strings.Count(text, "\n") != 4 {
		t.Errorf("scale: %s", text)
	}
}

// wellFormed reads a picture to its end.
func wellFormed(t *testing.T, name string) {
	t.Helper()
	raw, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	bars := 0
	for dec := xml.NewDecoder(bytes.NewReader(raw)); ; {
		token, err := dec.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if start, ok := token.(xml.StartElement); ok && start.Name.Local == "rect" {
			bars++
		}
	}
	if bars < 2 {
		t.Errorf("%s has %d bars", name, bars)
	}
}

// TestSimulateAudit looks at a folder with the example of the verifiers, drawn in
// every form, and refuses what holds no draw.
func TestSimulateAudit(t *testing.T) {
	dir := t.TempDir()
	bundle := bundleJSON(t, heldDraw(t))
	if err := os.WriteFile(filepath.Join(dir, "500156-2026-0001.json"), bundle, 0o600); err != nil {
		t.Fatal(err)
	}
	groups := filepath.Join(dir, "groups.csv")
	if err := os.WriteFile(groups, []byte("\ufeff500156-JG-000001,a\n500156-JG-000002,a\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	var audit fairness.Audit
	if err := json.Unmarshal([]byte(simulateRun(t, "audit", "--redraws", "99", "--groups", groups, "--json", dir)), &audit); err != nil {
		t.Fatal(err)
	}
	if audit.Draws != 1 || audit.Redraws != 99 || audit.Facilities == 0 {
		t.Fatalf("audited %+v", audit)
	}
	for _, s := range audit.Statistics {
		if s.P < 0.01 || s.P > 1 {
			t.Errorf("%s: p = %v", s.Name, s.P)
		}
	}
	for _, args := range [][]string{{"audit"}, {"audit", t.TempDir()}, {"audit", "nowhere"}, {"audit", "--redraws", "0", dir}, {"year", "--category", "x"}, {"year", "--on", "x"}, {"attack", "--trials", "0"}} {
		if code := run(append([]string{"simulate"}, args...), io.Discard, io.Discard); code != exitUsage {
			t.Errorf("simulate %v ends with %d", args, code)
		}
	}
}
