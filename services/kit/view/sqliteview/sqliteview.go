// Package sqliteview keeps the rows of views in SQLite: a real, indexed column
// for everything that can be asked for, and the version of each row beside it.
// It must never take a name of a table or a column from a user.
package sqliteview

import (
	"context"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/sqlite"
	"shenzhong/services/kit/view"
)

// Tables are the views of one context, in one file.
type Tables struct{ db *sqlite.DB }

// New returns the tables in db.
func New(db *sqlite.DB) *Tables { return &Tables{db: db} }

// name is what a table or a column may be called.
var name = regexp.MustCompile(`^[a-z][a-z0-9_-]{0,62}$`)

// own are the columns that every table has.
var own = []string{"key", "version", "body"}

// most is how many rows one list may have, few how many where no limit is given.
const (
	most = 1000
	few  = 100
)

// Table opens the table of a shape and makes it if it is not there. A column
// that the shape has gained since is added; its rows must then be folded again.
func (t *Tables) Table(ctx context.Context, shape view.Shape) (view.Table, error) {
	if !name.MatchString(shape.Name) {
		return nil, fmt.Errorf("view %q is no name of a table", shape.Name)
	}
	names := map[string]bool{}
	for _, c := range shape.Columns {
		if !name.MatchString(c.Name) || slices.Contains(own, c.Name) || names[c.Name] {
			return nil, fmt.Errorf("view %s: %q is no name of a column, or stands twice", shape.Name, c.Name)
		}
		names[c.Name] = true
	}
	err := t.db.Write(ctx, func(tx sqlite.Tx) error {
		for _, statement := range layout(tx, shape) {
			if _, err := tx.Exec(statement); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("open view %s: %w", shape.Name, err)
	}
	return newTable(t.db, shape), nil
}

// layout are the statements that bring a table to its shape.
func layout(tx sqlite.Tx, shape view.Shape) []string {
	statements := []string{fmt.Sprintf(`CREATE TABLE IF NOT EXISTS "%s" (key TEXT PRIMARY KEY, version INTEGER NOT NULL, body TEXT NOT NULL) STRICT`, shape.Name)}
	for _, c := range shape.Columns {
		var there bool
		_, err := tx.Row(`SELECT EXISTS (SELECT 1 FROM pragma_table_info(?1) WHERE name = ?2)`, []any{shape.Name, c.Name}, &there)
		if err != nil || !there {
			statements = append(statements, fmt.Sprintf(`ALTER TABLE "%s" ADD COLUMN "%s" %s`, shape.Name, c.Name, typed(c)))
		}
		statements = append(statements, fmt.Sprintf(`CREATE INDEX IF NOT EXISTS "%s.%s" ON "%s" ("%s", key)`, shape.Name, c.Name, shape.Name, c.Name))
	}
	return statements
}

func typed(c view.Column) string {
	if c.Int {
		return "INTEGER NOT NULL DEFAULT 0"
	}
	return "TEXT NOT NULL DEFAULT ''"
}

// table is the table of one view.
type table struct {
	db     *sqlite.DB
	shape  view.Shape
	get    string
	insert string
	update string
}

func newTable(db *sqlite.DB, shape view.Shape) *table {
	columns, marks, sets := []string{"key", "version", "body"}, []string{"?1", "?2", "?3"}, []string{"version = ?2", "body = ?3"}
	for i, c := range shape.Columns {
		columns = append(columns, `"`+c.Name+`"`)
		marks = append(marks, fmt.Sprintf("?%d", i+4))
		sets = append(sets, fmt.Sprintf(`"%s" = ?%d`, c.Name, i+4))
	}
	return &table{
		db: db, shape: shape,
		get:    fmt.Sprintf(`SELECT %s FROM "%s" WHERE key = ?1`, strings.Join(columns, ", "), shape.Name),
		insert: fmt.Sprintf(`INSERT INTO "%s" (%s) VALUES (%s) ON CONFLICT DO NOTHING`, shape.Name, strings.Join(columns, ", "), strings.Join(marks, ", ")),
		update: fmt.Sprintf(`UPDATE "%s" SET %s WHERE key = ?1 AND version = ?2 - 1`, shape.Name, strings.Join(sets, ", ")),
	}
}

// Get returns the row with that key.
func (t *table) Get(ctx context.Context, key string) (view.Row, bool, error) {
	scan, row := t.scanner()
	found, err := t.db.Row(ctx, t.get, []any{key}, scan...)
	if err != nil || !found {
		return view.Row{}, false, err
	}
	return row(), true, nil
}

// scanner returns where to scan a row to, and a function that makes it one.
func (t *table) scanner() (dest []any, row func() view.Row) {
	var r view.Row
	var body string
	dest = []any{&r.Key, &r.Version, &body}
	values := make([]any, len(t.shape.Columns))
	for i, c := range t.shape.Columns {
		if c.Int {
			values[i] = new(int64)
		} else {
			values[i] = new(string)
		}
		dest = append(dest, values[i])
	}
	return dest, func() view.Row {
		out := view.Row{Key: r.Key, Version: r.Version, Body: []byte(body), Columns: make(map[string]any, len(values))}
		for i, c := range t.shape.Columns {
			switch v := values[i].(type) {
			case *int64:
				out.Columns[c.Name] = *v
			case *string:
				out.Columns[c.Name] = *v
			}
		}
		return out
	}
}

// Put stores a row whose version is one above the stored one.
func (t *table) Put(ctx context.Context, row view.Row) error {
	args := []any{row.Key, row.Version, string(row.Body)}
	for _, c := range t.shape.Columns {
		value, err := t.value(c, row.Columns[c.Name])
		if err != nil {
			return err
		}
		args = append(args, value)
	}
	for column := range row.Columns {
		if _, err := t.column(column); err != nil {
			return err
		}
	}
	statement := t.update
	if row.Version == 1 {
		statement = t.insert
	}
	return t.db.Write(ctx, func(tx sqlite.Tx) error {
		n, err := tx.Exec(statement, args...)
		if err == nil && n == 0 {
			return fault.New(fault.Conflict, "该记录刚刚被他人修改，请刷新后重试")
		}
		return err
	})
}

// value is what is stored in a column; a value that is missing is its zero.
func (t *table) value(c view.Column, value any) (any, error) {
	switch v := value.(type) {
	case nil:
		if c.Int {
			return int64(0), nil
		}
		return "", nil
	case int64:
		if c.Int {
			return v, nil
		}
	case string:
		if !c.Int {
			return v, nil
		}
	}
	return nil, fmt.Errorf("view %s: column %s cannot hold a %T", t.shape.Name, c.Name, value)
}

// column returns the column of that name.
func (t *table) column(column string) (view.Column, error) {
	for _, c := range t.shape.Columns {
		if c.Name == column {
			return c, nil
		}
	}
	return view.Column{}, fmt.Errorf("view %s has no column %q", t.shape.Name, column)
}

// List returns the rows that a query selects.
func (t *table) List(ctx context.Context, q view.Query) ([]view.Row, error) {
	where, args, err := t.where(q, q.After)
	if err != nil {
		return nil, err
	}
	direction := ""
	if q.Desc {
		direction = " DESC"
	}
	order := "key" + direction
	if q.Order != "" {
		if _, err := t.column(q.Order); err != nil {
			return nil, err
		}
		order = fmt.Sprintf(`"%s"%s, key%s`, q.Order, direction, direction)
	}
	limit := q.Limit
	if limit <= 0 {
		limit = few
	}
	args = append(args, min(limit, most))
	query := strings.TrimSuffix(t.get, "WHERE key = ?1") + where + " ORDER BY " + order + fmt.Sprintf(" LIMIT ?%d", len(args))
	var rows []view.Row
	err = t.db.Rows(ctx, query, args, func(scan func(...any) error) error {
		dest, row := t.scanner()
		if err := scan(dest...); err != nil {
			return err
		}
		rows = append(rows, row())
		return nil
	})
	return rows, err
}

// Count returns how many rows the conditions of a query select.
func (t *table) Count(ctx context.Context, q view.Query) (int64, error) {
	where, args, err := t.where(q, "")
	if err != nil {
		return 0, err
	}
	var n int64
	_, err = t.db.Row(ctx, fmt.Sprintf(`SELECT count(*) FROM "%s" %s`, t.shape.Name, where), args, &n)
	return n, err
}

// where writes the conditions of a query. The names come from the shape, the
// values go in as arguments.
func (t *table) where(q view.Query, after string) (string, []any, error) {
	var conditions []string
	var args []any
	for _, part := range []struct {
		is     string
		values map[string]any
	}{{"=", q.Equal}, {"<=", q.AtMost}, {">=", q.AtLeast}} {
		for _, column := range slices.Sorted(maps.Keys(part.values)) {
			c, err := t.column(column)
			if err != nil {
				return "", nil, err
			}
			value, err := t.value(c, part.values[column])
			if err != nil {
				return "", nil, err
			}
			args = append(args, value)
			conditions = append(conditions, fmt.Sprintf(`"%s" %s ?%d`, column, part.is, len(args)))
		}
	}
	if after != "" {
		args = append(args, after)
		conditions = append(conditions, fmt.Sprintf("key > ?%d", len(args)))
	}
	if len(conditions) == 0 {
		return "", nil, nil
	}
	return "WHERE " + strings.Join(conditions, " AND "), args, nil
}

// Clear removes every row.
func (t *table) Clear(ctx context.Context) error {
	return t.db.Write(ctx, func(tx sqlite.Tx) error {
		_, err := tx.Exec(fmt.Sprintf(`DELETE FROM "%s"`, t.shape.Name))
		return err
	})
}
