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
func (m *Memory) Table(_ context.Context, shape Shape) (Table, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.tables[shape.Name] == nil {
		m.tables[shape.Name] = &memoryTable{rows: map[string]Row{}}
	}
	return m.tables[shape.Name], nil
}

type memoryTable struct {
	mu   sync.RWMutex
	rows map[string]Row // guarded by mu
}

func (t *memoryTable) Get(_ context.Context, key string) (Row, bool, error) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	row, ok := t.rows[key]
	return row, ok, nil
}

func (t *memoryTable) Put(_ context.Context, row Row) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.rows[row.Key].Version != row.Version-1 {
		return fault.New(fault.Conflict, "该记录刚刚被他人修改，请刷新后重试")
	}
	t.rows[row.Key] = row
	return nil
}

func (t *memoryTable) List(_ context.Context, q Query) ([]Row, error) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	rows := t.selected(q)
	slices.SortFunc(rows, func(a, b Row) int {
		order := 0
		if q.Order != "" {
			order = compare(a.Columns[q.Order], b.Columns[q.Order])
		}
		order = cmp.Or(order, strings.Compare(a.Key, b.Key))
		if q.Desc {
			return -order
		}
		return order
	})
	limit := q.Limit
	if limit <= 0 {
		limit = 100
	}
	return rows[:min(limit, 1000, len(rows))], nil
}

func (t *memoryTable) Count(_ context.Context, q Query) (int64, error) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	q.After = ""
	return int64(len(t.selected(q))), nil
}

func (t *memoryTable) Clear(context.Context) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	clear(t.rows)
	return nil
}

// selected returns the rows that hold all conditions. The caller holds mu.
func (t *memoryTable) selected(q Query) []Row {
	var rows []Row
	for _, row := range t.rows {
		if holds(row, q) {
			rows = append(rows, row)
		}
	}
	return rows
}

func holds(row Row, q Query) bool {
	for column, want := range q.Equal {
		if compare(row.Columns[column], want) != 0 {
			return false
		}
	}
	for column, most := range q.AtMost {
		if compare(row.Columns[column], most) > 0 {
			return false
		}
	}
	for column, least := range q.AtLeast {
		if compare(row.Columns[column], least) < 0 {
			return false
		}
	}
	return q.After == "" || row.Key > q.After
}

// compare orders two column values of one type; a value that is missing comes
// first.
func compare(a, b any) int {
	if x, ok := a.(int64); ok {
		y, _ := b.(int64)
		return cmp.Compare(x, y)
	}
	x, _ := a.(string)
	y, _ := b.(string)
	return strings.Compare(x, y)
}
