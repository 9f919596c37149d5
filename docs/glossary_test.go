package docs

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"shenzhong/events"
)

// TestGlossaryNamesStatesAndFacts: every state of every context and every fact
// has its legal word and its code word in one row of the glossary.
func TestGlossaryNamesStatesAndFacts(t *testing.T) {
	text, err := os.ReadFile("glossary.md")
	if err != nil {
		t.Fatal(err)
	}
	has := map[string]bool{}
	for line := range strings.Lines(string(text)) {
		has[strings.TrimSpace(line)] = true
	}
	want := func(chinese, code, context string) {
		if row := "| " + chinese + " | " + code + " | " + context + " |"; !has[row] {
			t.Errorf("docs/glossary.md lacks the row\n%s", row)
		}
	}
	for _, c := range events.Catalogue() {
		parts := strings.Split(c.Kind(), ".")
		want(c.Chinese, "`"+parts[1]+"`", parts[0]+", fact")
	}
	states := 0
	for context, words := range stateWords(t) {
		for state, chinese := range words {
			states++
			want(chinese, "`"+state+"`", context+", state")
		}
	}
	if states < 60 {
		t.Errorf("found only %d states", states)
	}
}

// stateWords reads the constants of the types of states and their titles from the source
// of each context: context, value, title.
func stateWords(t *testing.T) map[string]map[string]string {
	t.Helper()
	files, err := filepath.Glob("../services/*/*.go")
	if err != nil {
		t.Fatal(err)
	}
	values, titles := map[string]map[string]string{}, map[string]map[string]string{}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		context := filepath.Base(filepath.Dir(name))
		if values[context] == nil {
			values[context], titles[context] = map[string]string{}, map[string]string{}
		}
		ast.Inspect(file, func(n ast.Node) bool {
			spec, ok := n.(*ast.ValueSpec)
			if !ok || len(spec.Values) != 1 {
				return true
			}
			if typ, ok := spec.Type.(*ast.Ident); ok && strings.HasSuffix(typ.Name, "State") {
				values[context][spec.Names[0].Name] = literal(spec.Values[0])
			}
			if list, ok := spec.Values[0].(*ast.CompositeLit); ok && strings.HasSuffix(strings.ToLower(spec.Names[0].Name), "titles") {
				for _, e := range list.Elts {
					if pair, ok := e.(*ast.KeyValueExpr); ok {
						if state, ok := pair.Key.(*ast.Ident); ok {
							titles[context][state.Name] = literal(pair.Value)
						}
					}
				}
			}
			return true
		})
	}
	out := map[string]map[string]string{}
	for context, states := range values {
		out[context] = map[string]string{}
		for name, value := range states {
			out[context][value] = titles[context][name]
		}
	}
	return out
}

// literal is what a string literal says, or "".
func literal(e ast.Expr) string {
	if lit, ok := e.(*ast.BasicLit); ok {
		s, err := strconv.Unquote(lit.Value)
		if err == nil {
			return s
		}
	}
	return ""
}
