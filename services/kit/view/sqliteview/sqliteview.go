// Package sqliteview keeps the rows of views in SQLite: a real, indexed column
// for everything that can be asked for, and the version of each row beside it.
// It must never take a name of a table or a column from a user.
package sqliteview

import (
	"context"
	"fmt"
	"slices"

	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/sqlite"
	"shenzhong/services/kit/view"
)

// Tables are the views of one context, in one file.
type Tables struct{ db *sqlite.DB }

// New returns the tables in db, which may hold a log besides.
func New(db *sqlite.DB) *Tables { return &Tables{db: db} }

// Table opens the table of a shape and makes it, or columns that it has gained,
// if they are not there, unless the file was opened for reading alone.
func (t *Tables) Table(ctx context.Context, shape view.Shape) (view.Table, error) {
	if err := shape.Check(); err != nil {
		return nil, err
	}
	if t.db.ReadOnly() {
		return t.existing(ctx, shape)
	}
	var surplus []string
	err := t.db.Write(ctx, func(tx sqlite.Tx) error {
		var err error
		surplus, err = lay(tx, shape)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("open view %s: %w", shape.Name, err)
	}
	return newTable(t.db, shape, surplus), nil
}

// existing opens a table in a file that nothing can be written to. One that is
// not there is fault.NotFound.
func (t *Tables) existing(ctx context.Context, shape view.Shape) (view.Table, error) {
	var n int
	if _, err := t.db.Row(ctx, `SELECT count(*) FROM sqlite_schema WHERE name = ?1`, []any{"view." + shape.Name}, &n); err != nil {
		return nil, fmt.Errorf("open view %s: %w", shape.Name, err)
	}
	if n == 0 {
		return nil, fault.New(fault.NotFound, "存储中没有 %s 这张表，可能还没有运行过", shape.Name)
	}
	return newTable(t.db, shape, nil), nil
}

// quoted is the name of a shape's table. The point keeps it apart from all
// tables that are no views.
func quoted(shape view.Shape) string { return `"view.` + shape.Name + `"` }

// lay brings the table to its shape and returns the columns that the shape no
// longer has. They stay, for a shape that comes back to them.
func lay(tx sqlite.Tx, shape view.Shape) (surplus []string, err error) {
	table := quoted(shape)
	_, err = tx.Exec(`CREATE TABLE IF NOT EXISTS ` + table + ` (key TEXT PRIMARY KEY, version INTEGER NOT NULL, body TEXT NOT NULL) STRICT`)
	if err != nil {
		return nil, err
	}
	have, err := columnsOf(tx, shape)
	if err != nil {
		return nil, err
	}
	for _, c := range shape.Columns {
		switch have[c.Name] {
		case typed(c):
		case "":
			_, err = tx.Exec(fmt.Sprintf(`ALTER TABLE %s ADD COLUMN "%s" %s`, table, c.Name, typed(c)))
		default:
			err = fmt.Errorf("column %s is %s in the store; a column of another type needs another name", c.Name, have[c.Name])
		}
		if err == nil {
			_, err = tx.Exec(fmt.Sprintf(`CREATE INDEX IF NOT EXISTS "view.%s.%s" ON %s ("%s", key)`, shape.Name, c.Name, table, c.Name))
		}
		if err != nil {
			return nil, err
		}
		delete(have, c.Name)
	}
	for name := range have {
		surplus = append(surplus, name)
	}
	slices.Sort(surplus)
	return surplus, nil
}

// columnsOf returns the columns of a table besides its own, with their types.
func columnsOf(tx sqlite.Tx, shape view.Shape) (map[string]string, error) {
	have := map[string]string{}
	for at := 0; ; at++ {
		var name, kind string
		found, err := tx.Row(`SELECT name, type FROM pragma_table_info(?1) WHERE cid = ?2`, []any{"view." + shape.Name, at}, &name, &kind)
		if err != nil || !found {
			return have, err
		}
		if at >= 3 { // key, version and body come first
			have[name] = kind
		}
	}
}

func typed(c view.Column) string {
	if c.Int {
		return "INTEGER"
	}
	return "TEXT"
}
