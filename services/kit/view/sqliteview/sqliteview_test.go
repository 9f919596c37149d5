package sqliteview

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ncruces/go-sqlite3"
	_ "github.com/ncruces/go-sqlite3/driver" // the second driver of the matrix
	"go.uber.org/goleak"

	"shenzhong/services/kit/sqlite"
	"shenzhong/services/kit/view"
	"shenzhong/services/kit/view/viewtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestModernc(t *testing.T) { viewtest.Run(t, backend(sqlite.Options{})) }

func TestNcruces(t *testing.T) {
	viewtest.Run(t, backend(sqlite.Options{Driver: "sqlite3", Code: func(err error) int {
		var code sqlite3.ErrorCode
		errors.As(err, &code)
		return int(code)
	}}))
}

func backend(options sqlite.Options) viewtest.Backend {
	return viewtest.Backend{New: func(t testing.TB) func(testing.TB) view.Tables {
		path := filepath.Join(t.TempDir(), "views.db")
		return func(t testing.TB) view.Tables {
			tables, _ := mustOpen(t, path, options)
			return tables
		}
	}}
}

func mustOpen(t testing.TB, path string, options sqlite.Options) (*Tables, *sqlite.DB) {
	t.Helper()
	db, err := sqlite.Open(t.Context(), path, options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return New(db), db
}

func TestColumnOfAnotherTypeIsRefused(t *testing.T) {
	tables, _ := mustOpen(t, filepath.Join(t.TempDir(), "x.db"), sqlite.Options{})
	shape := view.Shape{Name: "board", Columns: []view.Column{{Name: "due"}}}
	if _, err := tables.Table(t.Context(), shape); err != nil {
		t.Fatal(err)
	}
	shape.Columns = []view.Column{{Name: "due", Int: true}}
	if _, err := tables.Table(t.Context(), shape); err == nil {
		t.Error("a column of texts was taken for one of numbers")
	}
}

// Every column is indexed together with the key, so that neither a condition nor
// an order reads the whole table.
func TestQueriesUseTheIndexes(t *testing.T) {
	tables, db := mustOpen(t, filepath.Join(t.TempDir(), "x.db"), sqlite.Options{})
	opened, err := tables.Table(t.Context(), view.Shape{Name: "board", Columns: []view.Column{{Name: "unit"}, {Name: "due", Int: true}}})
	if err != nil {
		t.Fatal(err)
	}
	rows := opened.(*table).rows
	for _, query := range []string{
		rows + ` WHERE "unit" = ?1 ORDER BY key LIMIT ?2`,
		rows + ` WHERE "due" <= ?1 ORDER BY "due", key LIMIT ?2`,
		rows + ` WHERE "due" >= ?1 ORDER BY "due" DESC, key DESC LIMIT ?2`,
		rows + ` WHERE key > ?1 ORDER BY key LIMIT ?2`,
		`SELECT count(*) FROM "view.board" WHERE "due" IS NULL`,
	} {
		var plan []string
		args := []any{1, 2}[:strings.Count(query, "?")]
		err := db.Rows(t.Context(), "EXPLAIN QUERY PLAN "+query, args, func(scan func(...any) error) error {
			var id, parent, unused int
			var detail string
			err := scan(&id, &parent, &unused, &detail)
			plan = append(plan, detail)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		all := strings.Join(plan, "; ")
		if !strings.Contains(all, "INDEX") || strings.Contains(all, "SCAN view") || strings.Contains(all, "TEMP B-TREE") {
			t.Errorf("%s: %s", query, all)
		}
	}
}
