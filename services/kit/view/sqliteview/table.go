package sqliteview

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"sync"

	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/sqlite"
	"shenzhong/services/kit/view"
)

// table is the table of one view. Its statements are written once: the names in
// them come from the shape, every value goes in as an argument.
type table struct {
	db     *sqlite.DB
	shape  view.Shape
	rows   string // SELECT of whole rows, without conditions
	insert string
	update string

	mu     sync.Mutex
	filled map[string]bool // guarded by mu; columns known to be in every row
}

func newTable(db *sqlite.DB, shape view.Shape, surplus []string) *table {
	columns, marks, sets := "key, version, body", "?1, ?2, ?3", "version = ?2, body = ?3"
	for i, c := range shape.Columns {
		columns += fmt.Sprintf(`, "%s"`, c.Name)
		marks += fmt.Sprintf(", ?%d", i+4)
		sets += fmt.Sprintf(`, "%s" = ?%d`, c.Name, i+4)
	}
	for _, name := range surplus { // whoever still has the column must not find an old value
		sets += fmt.Sprintf(`, "%s" = NULL`, name)
	}
	return &table{
		db: db, shape: shape, filled: map[string]bool{},
		rows:   fmt.Sprintf(`SELECT %s FROM %s`, columns, quoted(shape)),
		insert: fmt.Sprintf(`INSERT INTO %s (%s) VALUES (%s) ON CONFLICT DO NOTHING`, quoted(shape), columns, marks),
		update: fmt.Sprintf(`UPDATE %s SET %s WHERE key = ?1 AND version = ?2 - 1`, quoted(shape), sets),
	}
}

// Get returns the row with that key.
func (t *table) Get(ctx context.Context, key string) (view.Row, bool, error) {
	r := t.record()
	found, err := t.db.Row(ctx, t.rows+" WHERE key = ?1", []any{key}, r.dest...)
	if err != nil || !found {
		return view.Row{}, false, t.wrap(err, "read")
	}
	return r.row(), true, nil
}

// Put stores a row whose version is one above the stored one.
func (t *table) Put(ctx context.Context, row view.Row) error {
	values, err := t.shape.Values(row)
	if err != nil {
		return err
	}
	args := append([]any{row.Key, row.Version, string(row.Body)}, values...)
	statement := t.update
	if row.Version == 1 {
		statement = t.insert
	}
	err = t.db.WriteOne(ctx, func(tx sqlite.Tx) error {
		n, err := tx.Exec(statement, args...)
		if err == nil && n == 0 {
			return fault.New(fault.Conflict, "该记录刚刚被他人修改，请刷新后重试")
		}
		return err
	})
	return t.wrap(err, "write")
}

// List returns the rows that a query selects.
func (t *table) List(ctx context.Context, q view.Query) ([]view.Row, error) {
	plan, err := t.plan(ctx, q)
	if err != nil {
		return nil, err
	}
	where, args := conditions(plan)
	direction := ""
	if plan.Desc {
		direction = " DESC"
	}
	order := "key" + direction
	if plan.Order != "" {
		order = fmt.Sprintf(`"%s"%s, %s`, plan.Order, direction, order)
	}
	args = append(args, plan.Limit)
	query := fmt.Sprintf("%s%s ORDER BY %s LIMIT ?%d", t.rows, where, order, len(args))
	var rows []view.Row
	err = t.db.Rows(ctx, query, args, func(scan func(...any) error) error {
		r := t.record()
		if err := scan(r.dest...); err != nil {
			return err
		}
		rows = append(rows, r.row())
		return nil
	})
	return rows, t.wrap(err, "list")
}

// Count returns how many rows the conditions of a query select.
func (t *table) Count(ctx context.Context, q view.Query) (int64, error) {
	q.Order, q.After = "", ""
	plan, err := t.plan(ctx, q)
	if err != nil {
		return 0, err
	}
	where, args := conditions(plan)
	var n int64
	err = t.db.Rows(ctx, fmt.Sprintf(`SELECT count(*) FROM %s%s`, quoted(t.shape), where), args, func(scan func(...any) error) error {
		return scan(&n)
	})
	return n, t.wrap(err, "count")
}

// Clear removes every row.
func (t *table) Clear(ctx context.Context) error {
	err := t.db.Write(ctx, func(tx sqlite.Tx) error {
		_, err := tx.Exec(fmt.Sprintf(`DELETE FROM %s`, quoted(t.shape)))
		return err
	})
	return t.wrap(err, "clear")
}

// plan holds a query against the shape and against the rows: it may ask only for
// columns that every row has. A column once seen full stays so while the table
// is open: whoever opened it later puts all its columns, too.
func (t *table) plan(ctx context.Context, q view.Query) (view.Plan, error) {
	plan, err := t.shape.Plan(q)
	if err != nil {
		return plan, err
	}
	for _, name := range plan.Columns() {
		t.mu.Lock()
		filled := t.filled[name]
		t.mu.Unlock()
		if filled {
			continue
		}
		var gaps bool
		_, err := t.db.Row(ctx, fmt.Sprintf(`SELECT EXISTS (SELECT 1 FROM %s WHERE "%s" IS NULL)`, quoted(t.shape), name), nil, &gaps)
		if err != nil {
			return plan, t.wrap(err, "look for gaps")
		}
		if gaps {
			return plan, t.shape.Unfilled(name)
		}
		t.mu.Lock()
		t.filled[name] = true
		t.mu.Unlock()
	}
	return plan, nil
}

// conditions writes the conditions of a plan, and their arguments.
func conditions(plan view.Plan) (string, []any) {
	var all []string
	var args []any
	for _, c := range plan.Conditions {
		args = append(args, c.Value)
		all = append(all, fmt.Sprintf(`"%s" %s ?%d`, c.Column.Name, c.Relation, len(args)))
	}
	if plan.After != "" {
		args = append(args, plan.After)
		behind := ">"
		if plan.Desc {
			behind = "<"
		}
		all = append(all, fmt.Sprintf("key %s ?%d", behind, len(args)))
	}
	if all == nil {
		return "", nil
	}
	return " WHERE " + strings.Join(all, " AND "), args
}

func (t *table) wrap(err error, attempt string) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s view %s: %w", attempt, t.shape.Name, err)
}

// record is a row of the table while it becomes one of the view.
type record struct {
	shape   view.Shape
	key     string
	version int64
	body    string
	texts   []sql.NullString
	numbers []sql.NullInt64
	dest    []any // where a row is scanned to
}

func (t *table) record() *record {
	n := len(t.shape.Columns)
	r := &record{shape: t.shape, texts: make([]sql.NullString, n), numbers: make([]sql.NullInt64, n)}
	r.dest = append(make([]any, 0, n+3), &r.key, &r.version, &r.body)
	for i, c := range t.shape.Columns {
		if c.Int {
			r.dest = append(r.dest, &r.numbers[i])
		} else {
			r.dest = append(r.dest, &r.texts[i])
		}
	}
	return r
}

func (r *record) row() view.Row {
	row := view.Row{Key: r.key, Version: r.version, Body: []byte(r.body), Columns: make(map[string]any, len(r.texts))}
	for i, c := range r.shape.Columns {
		if c.Int {
			row.Columns[c.Name] = r.numbers[i].Int64
		} else {
			row.Columns[c.Name] = r.texts[i].String
		}
	}
	return row
}
