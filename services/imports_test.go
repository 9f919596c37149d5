package services

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"strconv"
	"strings"
	"testing"
)

// module is the path that our own imports begin with.
const module = "shenzhong/"

// decides is what a context may stand on besides events: mechanisms without a
// driver. cryptography in the standard library needs no mention.
var decides = []string{
	"events",
	"services/kit/fault", "services/kit/clock", "services/kit/identity", "services/kit/store", "services/kit/bus",
	"services/kit/view", "services/kit/workday", "services/kit/law", "services/kit/deadline", "services/kit/uscc", "services/kit/stats", "services/kit/written",
}

// floorPlan says what each room may import beyond the standard library. The
// first match wins; "*" is one path element, "@" the element that "*" matched,
// "..." any depth. Tests may import what they like.
var floorPlan = []struct {
	room string
	may  []string
	why  string
}{
	{"events", nil, "the public language depends on nobody"},
	{"deploy/packs", nil, "data"},
	{"deploy/sample/...", []string{"deploy/sample", "services/register/sheet", "services/kit/uscc"}, "data and the generator of its spreadsheets"},

	{"services/kit/fault", nil, "everybody stands on it"},
	{"services/kit/clock", nil, "everybody stands on it"},
	{"services/kit/stats", []string{"gonum.org/v1/gonum/stat/distuv"}, "intervals and estimates"},
	{"services/kit/uscc", []string{"services/kit/fault"}, "a standard, nothing else"},
	{"services/kit/identity", []string{"services/kit/fault"}, "who acts"},
	{"services/kit/written", []string{"services/kit/fault"}, "what people write"},
	{"services/kit/workday", []string{"services/kit/fault"}, "arithmetic"},
	{"services/kit/law", []string{"services/kit/fault", "services/kit/workday", "go.yaml.in/yaml/..."}, "rules as data"},
	{"services/kit/packfile", []string{"services/kit/fault", "services/kit/law", "services/kit/workday", "golang.org/x/mod/sumdb/note"}, "law packs as files"},
	{"services/kit/notices", []string{"services/kit/fault", "services/kit/workday"}, "holiday notices as files"},
	{"services/kit/replay", []string{"events", "services/kit/fault", "services/kit/law", "services/kit/store", "services/kit/workday"}, "facts judged by another pack"},
	{"services/kit/deadline", []string{"events", "services/kit/fault", "services/kit/law", "services/kit/workday"}, "limits by the law pack"},
	{"services/kit/sqlite", []string{"services/kit/fault", "services/kit/clock", "modernc.org/..."}, "the only room with the SQLite driver"},
	{"services/kit/mongo", []string{"services/kit/fault", "go.mongodb.org/..."}, "connects"},
	{"services/kit/store/sqlitelog", []string{"events", "services/kit/store", "services/kit/fault", "services/kit/sqlite"}, "a store.Log"},
	{"services/kit/store/mongolog", []string{"events", "services/kit/store", "services/kit/fault", "services/kit/mongo", "go.mongodb.org/..."}, "a store.Log"},
	{"services/kit/view/sqliteview", []string{"services/kit/view", "services/kit/fault", "services/kit/sqlite"}, "view.Tables"},
	{"services/kit/view/mongoview", []string{"services/kit/view", "services/kit/fault", "services/kit/mongo", "go.mongodb.org/..."}, "view.Tables"},
	{"services/kit/store/storetest", []string{"events", "services/kit/store", "services/kit/fault", "services/kit/clock", "services/kit/identity", "github.com/anishathalye/porcupine", "pgregory.net/rapid"}, "a suite"},
	{"services/kit/view/viewtest", []string{"events", "services/kit/view", "services/kit/fault"}, "a suite"},
	{"services/kit/servicetest", append([]string{"deploy/packs"}, decides...), "for tests"},
	{"services/kit/store", []string{"events", "services/kit/fault", "services/kit/clock", "services/kit/identity"}, "the commit"},
	{"services/kit/bus/jsbus", []string{"events", "services/kit/bus", "services/kit/store", "services/kit/fault", "services/kit/clock", "github.com/nats-io/...", "github.com/go-json-experiment/..."}, "the only room under services with NATS"},
	{"services/kit/bus", []string{"events", "services/kit/fault", "services/kit/identity", "services/kit/store"}, "hearing"},
	{"services/kit/view", []string{"events", "services/kit/fault", "services/kit/bus"}, "read models"},
	{"services/kit/service", []string{"services/kit/fault", "services/kit/bus", "services/kit/view", "services/kit/store", "services/kit/clock"}, "start and stop"},
	{"services/kit/web/...", []string{"events", "services/kit/...", "github.com/gofiber/...", "github.com/valyala/fasthttp", "github.com/danielgtaylor/huma/...", "github.com/a-h/templ", "github.com/go-json-experiment/..."}, "the edge"},

	{"services/draw/fdraw/verify", nil, "pages and a program as data, independent of what they check"},
	{"services/draw/fairness", []string{"services/draw/fdraw", "golang.org/x/mod/sumdb/tlog"}, "draws made again, and attacks on them; pure"},
	{"services/draw/fdraw", []string{"github.com/emmansun/gmsm/sm2", "github.com/emmansun/gmsm/sm3", "golang.org/x/mod/sumdb/tlog"}, "a pure specification, with what parties countersign with"},
	{"services/draw/drawweb", []string{"services/draw", "services/draw/fdraw", "services/draw/fdraw/verify", "services/kit/...", "github.com/gofiber/...", "github.com/a-h/templ"}, "shows and takes decisions; serves the programs of verify as they are"},
	{"services/inspect/inspectweb", []string{"events", "services/inspect", "services/kit/...", "github.com/danielgtaylor/huma/...", "github.com/a-h/templ", "github.com/boombuler/barcode"}, "shows and takes decisions; prints the notice with its QR code"},
	{"services/*/*web", []string{"events", "services/@", "services/@/publiclog", "services/kit/...", "github.com/gofiber/...", "github.com/danielgtaylor/huma/...", "github.com/a-h/templ"}, "shows and takes decisions"},
	{"services/draw", append([]string{"services/draw/fdraw"}, decides...), "decides"},
	{"services/disclose/publiclog", []string{"services/draw/fdraw", "services/kit/fault", "services/kit/clock", "golang.org/x/mod/sumdb/...", "github.com/emmansun/gmsm/..."}, "the log as anybody checks it; what a draw's verifier reads is one specification"},
	{"services/disclose/witness", []string{"services/disclose/publiclog", "services/kit/fault", "golang.org/x/mod/sumdb/..."}, "runs at another authority: it must stand on nothing of the district's but the log as anybody checks it"},
	{"services/disclose/monitor", []string{"services/disclose/publiclog", "services/draw/fdraw", "services/kit/fault", "services/kit/clock", "services/kit/workday", "golang.org/x/mod/sumdb/..."}, "watches from outside: it must know nothing that the public does not"},
	{"services/disclose", append([]string{"services/disclose/publiclog"}, decides...), "decides"},
	{"services/register/sheet", []string{"services/kit/fault", "github.com/xuri/excelize/v2"}, "the only room that reads spreadsheets"},
	{"services/register", append([]string{"services/register/sheet"}, decides...), "decides"},
	{"services/*", decides, "decides: no driver, no web, no other context"},
	{"services", nil, "documentation"},
	{"cmd/shenzhong/rehearsal", []string{"events", "deploy/sample", "services/..."}, "plays the whole loop over HTTP"},
	{"cmd/shenzhong/bench", []string{"events", "services/...", "deploy/packs", "github.com/nats-io/...", "github.com/gofiber/...", "modernc.org/...", "github.com/emmansun/gmsm/sm2"}, "the chain and the signatures by hand, to compare with"},
	{"cmd/shenzhong/simulate", []string{"services/draw/fdraw", "services/draw/fairness", "services/kit/stats", "services/kit/clock"}, "tells simulations"},
	{"cmd/shenzhong/backup", []string{"services/kit/fault", "services/kit/sqlite", "services/kit/store", "services/kit/store/sqlitelog"}, "copies data directories"},
	{"cmd/*", []string{"events", "services/...", "cmd/shenzhong/rehearsal", "cmd/shenzhong/bench", "cmd/shenzhong/simulate", "cmd/shenzhong/backup", "deploy/packs", "deploy/sample", "github.com/spf13/cobra", "github.com/spf13/pflag", "go.yaml.in/yaml/...", "github.com/nats-io/...", "github.com/invopop/jsonschema", "github.com/gofiber/...", "modernc.org/..."}, "wires"},
}

// TestFloorPlan parses rather than asks the go command: the test cache sees the
// files a test opens, but not those that a process it starts opens.
func TestFloorPlan(t *testing.T) {
	rooms := 0
	err := fs.WalkDir(os.DirFS(".."), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (name == "deploy/conformance" || name == "deploy/interop" || name == "node_modules" || name == "testdata") {
			return fs.SkipDir // a module of its own, or no code of ours
		}
		if path.Ext(name) != ".go" || strings.HasSuffix(name, "_test.go") {
			return nil
		}
		rooms++
		file, err := parser.ParseFile(token.NewFileSet(), "../"+name, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		for _, spec := range file.Imports {
			imp, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			if !mayImport(path.Dir(name), imp) {
				t.Errorf("%s may not import %s", name, imp)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if rooms == 0 {
		t.Fatal("found no code to look at")
	}
}

// TestFloorPlanRefuses keeps the plan from becoming a plan that allows
// everything.
func TestFloorPlanRefuses(t *testing.T) {
	for _, tt := range []struct{ room, imp string }{
		{"services/clue", "shenzhong/services/casefile"},
		{"services/clue", "github.com/nats-io/nats.go"},
		{"services/clue/clueweb", "shenzhong/services/casefile"},
		{"services/kit/store", "shenzhong/services/clue"},
		{"services/kit/bus", "github.com/nats-io/nats.go/jetstream"},
		{"events", "shenzhong/services/kit/fault"},
	} {
		if mayImport(tt.room, tt.imp) {
			t.Errorf("%s may import %s", tt.room, tt.imp)
		}
	}
}

func mayImport(room, imp string) bool {
	ours := strings.HasPrefix(imp, module)
	if !ours && !strings.Contains(strings.SplitN(imp, "/", 2)[0], ".") {
		return true // standard library
	}
	imp = strings.TrimPrefix(imp, module)
	for _, line := range floorPlan {
		star, ok := matches(line.room, room)
		if !ok {
			continue
		}
		for _, may := range line.may {
			if _, ok := matches(strings.ReplaceAll(may, "@", star), imp); ok {
				return true
			}
			if !ours && strings.HasPrefix(imp, may+"/") {
				return true
			}
		}
		return false
	}
	return false
}

// matches compares a pattern with a path and returns what the first "*" stood
// for.
func matches(pattern, name string) (star string, ok bool) {
	p, n := strings.Split(pattern, "/"), strings.Split(name, "/")
	for i, element := range p {
		if element == "..." {
			return star, true
		}
		if i >= len(n) {
			return "", false
		}
		before, after, wild := strings.Cut(element, "*")
		switch {
		case !wild && element != n[i]:
			return "", false
		case wild && (!strings.HasPrefix(n[i], before) || !strings.HasSuffix(n[i], after) || len(n[i]) < len(before)+len(after)):
			return "", false
		case wild && star == "":
			star = n[i]
		}
	}
	return star, len(p) == len(n)
}
