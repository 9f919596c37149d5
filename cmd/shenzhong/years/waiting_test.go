package years

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strings"

	"shenzhong/services/kit/view"
)

// waiting answers the one question that a service asks every time it looks at
// the clock, what is due by now, from the rows that wait for a time: a table in
// memory has no index, and would be read through for every look of five years.
type waiting struct {
	view.Table
	columns []string
	at      map[string]map[string]int64 // column to key to value, of rows that wait
}

func newWaiting(t view.Table, shape view.Shape) *waiting {
	w := &waiting{Table: t, at: map[string]map[string]int64{}}
	for _, c := range shape.Columns {
		if c.Int {
			w.columns = append(w.columns, c.Name)
			w.at[c.Name] = map[string]int64{}
		}
	}
	return w
}

func (w *waiting) Put(ctx context.Context, row view.Row) error {
	if err := w.Table.Put(ctx, row); err != nil {
		return err
	}
	for _, c := range w.columns {
		if v, ok := row.Columns[c].(int64); ok && v < math.MaxInt64 {
			w.at[c][row.Key] = v
		} else {
			delete(w.at[c], row.Key)
		}
	}
	return nil
}

func (w *waiting) List(ctx context.Context, q view.Query) ([]view.Row, error) {
	if len(q.AtMost) != 1 || len(q.AtLeast) > 0 || q.After != "" || q.Limit < 1 {
		return w.Table.List(ctx, q)
	}
	var out []view.Row
	for column, bound := range q.AtMost {
		for key, at := range w.at[column] {
			if at > bound.(int64) {
				continue
			}
			row, ok, err := w.Get(ctx, key)
			if err != nil {
				return nil, err
			}
			if ok && has(row, q.Equal) {
				out = append(out, row)
			}
		}
	}
	slices.SortFunc(out, func(a, b view.Row) int {
		x, _ := a.Columns[q.Order].(int64)
		y, _ := b.Columns[q.Order].(int64)
		return cmp.Or(cmp.Compare(x, y), strings.Compare(a.Key, b.Key))
	})
	return out[:min(q.Limit, len(out))], nil
}

func has(row view.Row, equal map[string]any) bool {
	for column, v := range equal {
		if row.Columns[column] != v {
			return false
		}
	}
	return true
}
