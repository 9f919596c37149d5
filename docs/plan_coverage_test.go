// Package docs holds no code: its tests keep documents true to what they
// describe.
package docs

import (
	"bytes"
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"

	"shenzhong/deploy/packs"
	"shenzhong/services/kit/law"
	"shenzhong/services/kit/workday"
)

var update = flag.Bool("update", false, "write docs/plan-coverage.md anew")

// plan is every clause of the plan, in its order.
var plan = strings.Fields("一 二(一) 二(二) 二(三) 二(四) 三 四(一)1 四(一)2 四(一)3 四(一)4 四(二)1 四(二)2 四(二)3 四(三)1 四(三)2 四(三)3 四(三)4 " +
	"四(四) 四(五) 四(六) 五(一) 五(二)1 五(二)2 五(二)3 五(二)4 五(二)5 五(三) 五(四) 六(一) 六(二) 六(三) 六(四) 六(五) 六(六) 六(七) 六(八) 附件1 附件2")

// row is one duty of a clause and what carries it.
type row struct {
	Clause string   `yaml:"clause"`
	Duty   string   `yaml:"duty"`
	State  string   `yaml:"state"`
	Rules  []string `yaml:"rules"` // "deadline:pub.withdraw"
	Code   []string `yaml:"code"`  // "services/clue.Service.Route"
	Tests  []string `yaml:"tests"` // "services/clue.TestEveryActInEveryState"
	Note   string   `yaml:"note"`
}

func rows(t *testing.T) []row {
	t.Helper()
	data, err := os.ReadFile("plan-coverage.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Clauses []row `yaml:"clauses"`
	}
	dec := yaml.NewDecoder(bytes.NewReader(data))
	dec.KnownFields(true)
	if err := dec.Decode(&file); err != nil {
		t.Fatal(err)
	}
	return file.Clauses
}

// TestPlanCoverage: the page is what the data file says, every clause is in it,
// and every rule, symbol and test that it names exists.
func TestPlanCoverage(t *testing.T) {
	all := rows(t)
	var seen []string
	for _, r := range all {
		if len(seen) == 0 || seen[len(seen)-1] != r.Clause {
			seen = append(seen, r.Clause)
		}
		if r.Duty == "" {
			t.Errorf("%s has a row without a duty", r.Clause)
		}
		switch r.State {
		case "carried":
			if len(r.Code) == 0 || len(r.Tests) == 0 {
				t.Errorf("%s, %s: carried by what, and which test holds it?", r.Clause, r.Duty)
			}
		case "partly":
			if len(r.Code) == 0 || len(r.Tests) == 0 || r.Note == "" {
				t.Errorf("%s, %s: partly carried by what, and what is missing?", r.Clause, r.Duty)
			}
		case "people", "open":
			if r.Note == "" || len(r.Tests) > 0 {
				t.Errorf("%s, %s: %s without a reason, or with a test", r.Clause, r.Duty, r.State)
			}
		default:
			t.Errorf("%s: state %q", r.Clause, r.State)
		}
	}
	if !slices.Equal(seen, plan) {
		t.Errorf("the clauses are\n%v, the plan has\n%v", seen, plan)
	}
	known := newKnown(t)
	for _, r := range all {
		for _, rule := range r.Rules {
			known.rule(t, rule)
		}
		for _, symbol := range r.Code {
			known.symbol(t, symbol, false)
		}
		for _, test := range r.Tests {
			known.symbol(t, test, true)
		}
	}
	page := []byte(render(all))
	if *update {
		if err := os.WriteFile("plan-coverage.md", page, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	old, err := os.ReadFile("plan-coverage.md")
	if err != nil || !bytes.Equal(old, page) {
		t.Errorf("plan-coverage.md is not what plan-coverage.yaml says (%v); run go test ./docs -run PlanCoverage -update", err)
	}
}

// TestPackClausesAreCovered: what the pack takes from the plan is a clause of
// the plan.
func TestPackClausesAreCovered(t *testing.T) {
	p := newKnown(t).pack
	covered := func(clause string) bool {
		return slices.ContainsFunc(plan, func(c string) bool { return strings.HasPrefix(c, clause) })
	}
	for _, c := range p.Clauses() {
		if !covered(c.ID) {
			t.Errorf("the ledger has %s", c.ID)
		}
	}
	for _, r := range p.Routes(newKnown(t).on) {
		if clause, _, _ := strings.Cut(r.Plan, "、"); clause != "" && !covered(clause) {
			t.Errorf("%s is of clause %s", r.Violation, r.Plan)
		}
	}
}

// known is what there is to refer to.
type known struct {
	pack    *law.Pack
	on      workday.Date
	symbols map[string]map[string]bool // by folder; a test is named "test:TestX"
}

func newKnown(t *testing.T) *known {
	t.Helper()
	files, err := packs.Wulong()
	if err != nil {
		t.Fatal(err)
	}
	pack, err := law.Load(files)
	if err != nil {
		t.Fatal(err)
	}
	on, err := workday.ParseDate("2026-11-23")
	if err != nil {
		t.Fatal(err)
	}
	return &known{pack: pack, on: on, symbols: make(map[string]map[string]bool)}
}

func (k *known) rule(t *testing.T, rule string) {
	t.Helper()
	table, key, _ := strings.Cut(rule, ":")
	var err error
	switch table {
	case "area":
		_, err = k.pack.Area(key, k.on)
	case "clause":
		err = among(key, k.pack.Clauses(), func(c law.Clause) string { return c.ID })
	case "conflict":
		err = among(key, k.pack.Conflicts(), func(c law.Conflict) string { return c.ID })
	case "deadline":
		_, err = k.pack.Deadline(key, k.on)
	case "gate":
		err = among(key, slices.Concat(k.pack.Gates("inspection", k.on), k.pack.Gates("campaign", k.on)), func(g law.Gate) string { return g.Code })
	case "indicator":
		err = among(key, k.pack.Indicators(k.on), func(i law.Indicator) string { return i.Code })
	case "item":
		_, err = k.pack.Item(key, k.on)
	case "limit":
		if l, missing := k.pack.Limit(key, k.on); l.ID != key {
			err = missing // a limit without a number is there all the same
		}
	case "rate":
		part := strings.Split(key, "/")
		_, err = k.pack.Rate(part[0], part[1], part[2], k.on)
	case "route":
		_, err = k.pack.Route(key, k.on)
	case "text":
		_, err = k.pack.Text(key, k.on)
	case "watch":
		_, err = k.pack.WatchRule(key, k.on)
	case "unit":
		_, err = k.pack.Unit(key, k.on)
	default:
		err = fmt.Errorf("no such table")
	}
	if err != nil {
		t.Errorf("the rule %s: %v", rule, err)
	}
}

func among[L any](key string, lines []L, of func(L) string) error {
	if slices.ContainsFunc(lines, func(l L) bool { return of(l) == key }) {
		return nil
	}
	return fmt.Errorf("not in the pack")
}

// symbol demands that "folder.Name" or "folder.Type.Method" is declared.
func (k *known) symbol(t *testing.T, name string, test bool) {
	t.Helper()
	at := strings.LastIndex(name, "/") + 1
	pkg, symbol, _ := strings.Cut(name[at:], ".")
	folder := name[:at] + pkg
	if k.symbols[folder] == nil {
		k.symbols[folder] = declared(t, folder)
	}
	if test {
		symbol = "test:" + symbol
	}
	if !k.symbols[folder][symbol] {
		t.Errorf("%s is not there", name)
	}
}

// declared reads what the files of a folder declare at their top.
func declared(t *testing.T, folder string) map[string]bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("..", filepath.FromSlash(folder), "*.go"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no code in %s: %v", folder, err)
	}
	names := make(map[string]bool)
	for _, file := range files {
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		prefix := ""
		if strings.HasSuffix(file, "_test.go") {
			prefix = "test:"
		}
		for _, d := range parsed.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				names[prefix+receiver(d)+d.Name.Name] = true
			case *ast.GenDecl:
				for _, s := range d.Specs {
					if s, ok := s.(*ast.TypeSpec); ok {
						names[prefix+s.Name.Name] = true
					}
				}
			}
		}
	}
	return names
}

// receiver is "Type." for a method.
func receiver(d *ast.FuncDecl) string {
	if d.Recv == nil {
		return ""
	}
	of := d.Recv.List[0].Type
	if star, ok := of.(*ast.StarExpr); ok {
		of = star.X
	}
	if name, ok := of.(*ast.Ident); ok {
		return name.Name + "."
	}
	return ""
}

// render writes the page.
func render(all []row) string {
	var b strings.Builder
	b.WriteString("# What carries each clause of the plan\n\n" +
		"Generated from `plan-coverage.yaml` by `go test ./docs -run PlanCoverage -update`; the test refuses a rule, a symbol or a test that does not\n" +
		"exist. The plan is 武隆府办发〔2024〕11号. **carried**: done and held by the tests named; **partly**: the note says what is missing;\n" +
		"**people**: a duty that persons perform; **open**: not built.\n\n")
	count := map[string]int{}
	for _, r := range all {
		count[r.State]++
	}
	fmt.Fprintf(&b, "%d duties: %d carried, %d partly, %d people, %d open.\n\n", len(all), count["carried"], count["partly"], count["people"], count["open"])
	b.WriteString("| clause | duty | state | rules of the pack | code | tests | note |\n|---|---|---|---|---|---|---|\n")
	for _, r := range all {
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s | %s |\n", r.Clause, r.Duty, r.State, quoted(r.Rules), quoted(r.Code), quoted(r.Tests), r.Note)
	}
	return b.String()
}

func quoted(names []string) string {
	if len(names) == 0 {
		return ""
	}
	return "`" + strings.Join(names, "` `") + "`"
}
