package docs

import (
	"bytes"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"
)

// started is a rule of the deadline catalogue and who starts it.
type started struct {
	Rule  string   `yaml:"rule"`
	State string   `yaml:"state"`
	By    []string `yaml:"by"`
	Ends  string   `yaml:"ends"`
	Tests []string `yaml:"tests"`
	Note  string   `yaml:"note"`
}

// TestDeadlinesAreStarted: every rule of the catalogue is told of once, in its
// order, with who starts it and the test that shows it, or why nobody does.
func TestDeadlinesAreStarted(t *testing.T) {
	data, err := os.ReadFile("deadlines.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Deadlines []started `yaml:"deadlines"`
	}
	dec := yaml.NewDecoder(bytes.NewReader(data))
	dec.KnownFields(true)
	if err := dec.Decode(&file); err != nil {
		t.Fatal(err)
	}
	known := newKnown(t)
	var told, catalogue []string
	for _, s := range file.Deadlines {
		told = append(told, s.Rule)
		switch s.State {
		case "started", "counted":
			if len(s.By) == 0 || len(s.Tests) == 0 || s.Ends == "" {
				t.Errorf("%s is %s by whom, what ends it, and which test shows it?", s.Rule, s.State)
			}
		case "nobody":
			if s.Note == "" || len(s.By) > 0 || len(s.Tests) > 0 {
				t.Errorf("nobody starts %s, without a reason or with a starter", s.Rule)
			}
		default:
			t.Errorf("%s: state %q", s.Rule, s.State)
		}
		for _, symbol := range s.By {
			known.symbol(t, symbol, false)
		}
		for _, test := range s.Tests {
			known.symbol(t, test, true)
		}
	}
	for _, d := range known.pack.Deadlines(known.on) {
		catalogue = append(catalogue, d.ID)
	}
	if !slices.Equal(slices.Sorted(slices.Values(told)), slices.Sorted(slices.Values(catalogue))) {
		t.Errorf("told of\n%v, the catalogue has\n%v", told, catalogue)
	}
	page := []byte(known.deadlines(t, file.Deadlines))
	if *update {
		if err := os.WriteFile("deadlines.md", page, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	old, err := os.ReadFile("deadlines.md")
	if err != nil || !bytes.Equal(old, page) {
		t.Errorf("deadlines.md is not what deadlines.yaml and the pack say (%v); run go test ./docs -run DeadlinesAreStarted -update", err)
	}
}

// deadlines is the page: what the pack says of each rule beside who starts it.
func (k *known) deadlines(t *testing.T, rows []started) string {
	t.Helper()
	count := map[string]int{}
	for _, r := range rows {
		count[r.State]++
	}
	var b strings.Builder
	fmt.Fprintf(&b, `# Every limit: who starts it, what ends it

Generated from %[1]sdeadlines.yaml%[1]s and the law pack on %[2]s by %[1]sgo test ./docs -run DeadlinesAreStarted -update%[1]s. **started**: a limit that
oversee keeps, reminds of and declares overdue; **counted**: a day that is counted and held to, without a limit of its own; **nobody**:
the rule is in the pack and %[1]sshenzhong deadline --rule%[1]s counts it, but nothing in the program starts it.

%[3]d rules: %[4]d started, %[5]d counted, %[6]d by nobody.

| rule | what must be done | limit | new pack | state | started by | ends with | tests |
|---|---|---|---|---|---|---|---|
`, "`", k.on, len(rows), count["started"], count["counted"], count["nobody"])
	for _, r := range rows {
		d, err := k.pack.Deadline(r.Rule, k.on)
		if err != nil {
			t.Error(err)
			continue
		}
		ends := r.Ends
		if r.State == "nobody" {
			ends = r.Note
		}
		fmt.Fprintf(&b, "| `%s` | %s | %d %s | %s | %s | %s | %s | %s |\n", r.Rule, d.Name, d.N, d.Unit, d.OnPackChange, r.State, quoted(r.By), ends, quoted(r.Tests))
	}
	return b.String()
}
