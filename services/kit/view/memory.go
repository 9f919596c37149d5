package view

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"sync"

	"shenzhong/services/kit/fault"
)

// Memory keeps tables that are forgotten with their process: for tests alone.
type Memory struct {
	mu     sync.Mutex
	tables map[string]*memoryTable // guarded by mu
}

// NewMemory returns a store without tables.
func NewMemory() *Memory { return &Memory{tables: map[string]*memoryTable{}} }

// Table opens a table.
func (m *Memory) Table(ctx context.Context, shape Shape) (Table, error) {
	if err := cmp.Or(ctx.Err(), shape.Check()); err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.tables[shape.Name] == nil {
		m.tables[shape.Name] = &memoryTable{rows: map[string]Row{}, full: map[string]int{}}
	}
	return shaped{m.tables[shape.Name], shape}, nil
}

// memoryTable are the rows of one name.
type memoryTable struct {
	mu   sync.RWMutex
	rows map[string]Row // guarded by mu, as is full
	full map[string]int // how many rows have a value in each column
}

// shaped is a table as one that opened it sees it.
type shaped struct {
	*memoryTable
	shape Shape
}

// Get returns the row with that key.
func (t shaped) Get(ctx context.Context, key string) (Row, bool, error) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	row, ok := t.rows[key]
	if err := ctx.Err(); err != nil || !ok {
		return Row{}, false, err
	}
	return t.seen(row), true, nil
}

// seen is a copy of a row, with the columns of the shape.
func (t shaped) seen(row Row) Row {
	row.Body = slices.Clone(row.Body)
	columns := make(map[string]any, len(t.shape.Columns))
	for _, c := range t.shape.Columns {
		columns[c.Name], _ = t.shape.value(c, row.Columns[c.Name]) // what is kept fits
	}
	row.Columns = columns
	return row
}

// Put stores a row whose version is one above the stored one.
func (t shaped) Put(ctx context.Context, row Row) error {
	values, err := t.shape.Values(row)
	if err := cmp.Or(ctx.Err(), err); err != nil {
		return err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if row.Version < 1 || t.rows[row.Key].Version != row.Version-1 {
		return fault.New(fault.Conflict, "该记录刚刚被他人修改，请刷新后重试")
	}
	row.Body, row.Columns = slices.Clone(row.Body), make(map[string]any, len(values))
	for i, c := range t.shape.Columns {
		row.Columns[c.Name] = values[i]
		t.full[c.Name]++
	}
	for name := range t.rows[row.Key].Columns {
		t.full[name]--
	}
	t.rows[row.Key] = row
	return nil
}

// List returns the rows that a query selects, in its order.
func (t shaped) List(ctx context.Context, q Query) ([]Row, error) {
	plan, err := t.shape.Plan(q)
	if err := cmp.Or(ctx.Err(), err); err != nil {
		return nil, err
	}
	t.mu.RLock()
	defer t.mu.RUnlock()
	if err := t.filled(plan); err != nil {
		return nil, err
	}
	rows := t.selected(plan)
	slices.SortFunc(rows, func(a, b Row) int {
		order := cmp.Or(compare(a.Columns[plan.Order], b.Columns[plan.Order]), strings.Compare(a.Key, b.Key))
		if plan.Desc {
			return -order
		}
		return order
	})
	return rows[:min(plan.Limit, len(rows))], nil
}

// Count returns how many rows the conditions of a query select.
func (t shaped) Count(ctx context.Context, q Query) (int64, error) {
	q.After, q.Order = "", ""
	plan, err := t.shape.Plan(q)
	if err := cmp.Or(ctx.Err(), err); err != nil {
		return 0, err
	}
	t.mu.RLock()
	defer t.mu.RUnlock()
	if err := t.filled(plan); err != nil {
		return 0, err
	}
	return int64(len(t.selected(plan))), nil
}

// Clear removes every row.
func (t shaped) Clear(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	clear(t.rows)
	clear(t.full)
	return nil
}

// filled refuses a plan that asks for a column which some row does not have. The
// caller holds mu.
func (t shaped) filled(plan Plan) error {
	for _, name := range plan.Columns() {
		if t.full[name] < len(t.rows) {
			return t.shape.Unfilled(name)
		}
	}
	return nil
}

// selected returns the rows that hold all conditions. The caller holds mu.
func (t shaped) selected(plan Plan) []Row {
	var rows []Row
	for _, row := range t.rows {
		if holds(row, plan) {
			rows = append(rows, t.seen(row))
		}
	}
	return rows
}

func holds(row Row, plan Plan) bool {
	for _, c := range plan.Conditions {
		order := compare(row.Columns[c.Column.Name], c.Value)
		if order != 0 && (c.Relation == Is || order > 0 == (c.Relation == AtMost)) {
			return false
		}
	}
	return plan.After == "" || (row.Key > plan.After) != plan.Desc && row.Key != plan.After
}

// compare orders two values of one column.
func compare(a, b any) int {
	if x, ok := a.(int64); ok {
		y, _ := b.(int64)
		return cmp.Compare(x, y)
	}
	x, _ := a.(string)
	y, _ := b.(string)
	return strings.Compare(x, y)
}
