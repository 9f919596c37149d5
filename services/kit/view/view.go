// Package view is what lists, searches and pages read: rows folded from facts.
// It must never be written to by anything but a fold, and it is never the truth:
// any view can be thrown away and folded again from the commits.
package view

import (
	"context"
	"encoding/json"
	"fmt"

	"shenzhong/events"
	"shenzhong/services/kit/bus"
	"shenzhong/services/kit/fault"
)

// Row is one stored row: what was folded from the facts of one subject, up to
// and including the one with number Version.
type Row struct {
	Key     string          // id of the entity
	Version int64           // of the last fact folded in
	Body    json.RawMessage // the row itself
	Columns map[string]any  // string or int64 per column of the shape; a missing one is "" or 0
}

// Shape is the name of a table and the columns it can be queried by. Every
// column is a real, indexed column of the store.
type Shape struct {
	Name    string
	Columns []Column
}

// Column is one queryable column.
type Column struct {
	Name string
	Int  bool // int64 if true, else string
}

// Query selects rows. All conditions hold at once. Strings are compared byte by
// byte.
type Query struct {
	Equal   map[string]any // column to value
	AtMost  map[string]any // column to greatest value
	AtLeast map[string]any // column to least value
	Order   string         // column, rows that are equal in it by key; empty = by key
	Desc    bool           // turns the whole order round
	Limit   int            // more than 1000 is 1000; 0 = 100
	After   string         // key of the last row seen; only with Order empty
}

// Table is where the rows of one view are stored, durably: Put returns only when
// the row survives a power failure, and reads see every row put before they
// began. All methods may be called by many goroutines. A column that the shape
// does not have, or a value of another type, is an error.
type Table interface {
	// Get returns the row with that key, or ok = false.
	Get(ctx context.Context, key string) (row Row, ok bool, err error)
	// Put stores a row whose version is one above the stored one (or 1 for a
	// row that is not there). Anything else is fault.Conflict.
	Put(ctx context.Context, row Row) error
	// List returns the rows that a query selects, in its order.
	List(ctx context.Context, q Query) ([]Row, error)
	// Count returns how many rows the conditions of a query select.
	Count(ctx context.Context, q Query) (int64, error)
	// Clear removes every row, so that the view can be folded again.
	Clear(ctx context.Context) error
}

// Tables opens tables in one store. Opening a table twice is harmless. A shape
// may gain and lose columns later: queries about one that it has gained are
// refused until every row has been put again, all others go on as they did.
type Tables interface {
	Table(ctx context.Context, shape Shape) (Table, error)
}

// Folding is a view without its row type: what wiring, rebuilding and checking
// need.
type Folding interface {
	// Name is the name of the view's table.
	Name() string
	// Reaction keeps the view up to date.
	Reaction() bus.Reaction
	// Fold returns the row that follows prev (nil for none) when the fact in e
	// happens. It is pure.
	Fold(prev *Row, e events.Envelope) (Row, error)
	// Table is where the rows are.
	Table() Table
}

// View folds the facts of one kind of entity into one row per entity.
type View[R any] struct {
	spec  Spec[R]
	table Table
}

// Spec says what a view is made of.
type Spec[R any] struct {
	// Name is both the table and the durable listener, "clue-board".
	Name string
	// Kinds are ALL contracts of one kind of entity, whether the view shows
	// them or not: a gap in the versions means that a fact is still to come.
	Kinds []string
	// Fold applies one fact to the row. The row is the zero R before the first.
	Fold func(row *R, e events.Envelope) error
	// Columns says what can be asked for.
	Columns []Column
	// Values returns the column values of a row.
	Values func(key string, row R) map[string]any
}

// New opens a view in tables.
func New[R any](ctx context.Context, tables Tables, spec Spec[R]) (*View[R], error) {
	table, err := tables.Table(ctx, Shape{Name: spec.Name, Columns: spec.Columns})
	if err != nil {
		return nil, fmt.Errorf("open view %s: %w", spec.Name, err)
	}
	return &View[R]{spec: spec, table: table}, nil
}

// Name is the name of the view's table.
func (v *View[R]) Name() string { return v.spec.Name }

// Table is where the rows are.
func (v *View[R]) Table() Table { return v.table }

// Fold returns the row that follows prev when the fact in e happens.
func (v *View[R]) Fold(prev *Row, e events.Envelope) (Row, error) {
	var body R
	key := events.EntityID(e.Subject)
	if prev != nil {
		if err := json.Unmarshal(prev.Body, &body); err != nil {
			return Row{}, fmt.Errorf("decode row %s of %s: %w", key, v.spec.Name, err)
		}
	}
	if err := v.spec.Fold(&body, e); err != nil {
		return Row{}, fmt.Errorf("fold %s into %s: %w", e.ID, v.spec.Name, err)
	}
	raw, err := json.Marshal(body)
	if err != nil {
		return Row{}, fmt.Errorf("encode row %s of %s: %w", key, v.spec.Name, err)
	}
	row := Row{Key: key, Version: e.Version, Body: raw, Columns: map[string]any{}}
	if v.spec.Values != nil {
		row.Columns = v.spec.Values(key, body)
	}
	return row, nil
}

// Reaction folds every fact of the view's kinds in, once and in order: one that
// was folded before is passed over, one that comes too early is delivered again
// later.
func (v *View[R]) Reaction() bus.Reaction {
	return bus.Reaction{Name: v.spec.Name, Kinds: v.spec.Kinds, Handle: func(ctx context.Context, e events.Envelope) error {
		return Apply(ctx, v, e)
	}}
}

// Apply folds one fact into the table of a view.
func Apply(ctx context.Context, v Folding, e events.Envelope) error {
	var prev *Row
	row, ok, err := v.Table().Get(ctx, events.EntityID(e.Subject))
	if err != nil {
		return err
	}
	if ok {
		prev = &row
	}
	switch have := row.Version; {
	case e.Version <= have:
		return nil
	case e.Version > have+1:
		return fault.New(fault.Early, "%s comes before version %d of %s", e.ID, have+1, v.Name())
	}
	next, err := v.Fold(prev, e)
	if err != nil {
		return err
	}
	err = v.Table().Put(ctx, next)
	if !fault.Is(err, fault.Conflict) {
		return err
	}
	// Somebody else folded meanwhile. If it was this fact, all is done.
	if row, _, again := v.Table().Get(ctx, next.Key); again != nil || row.Version >= e.Version {
		return again
	}
	return err
}

// Get returns one row. A row that is not there (yet) is fault.NotFound.
func (v *View[R]) Get(ctx context.Context, key string) (R, error) {
	var body R
	row, ok, err := v.table.Get(ctx, key)
	if err != nil {
		return body, err
	}
	if !ok {
		return body, fault.New(fault.NotFound, "没有编号为 %s 的记录，请核对编号", key)
	}
	return body, v.decode(row, &body)
}

// List returns the rows that a query selects.
func (v *View[R]) List(ctx context.Context, q Query) ([]R, error) {
	rows, err := v.table.List(ctx, q)
	if err != nil {
		return nil, err
	}
	out := make([]R, len(rows))
	for i, row := range rows {
		if err := v.decode(row, &out[i]); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Count returns how many rows the conditions of a query select.
func (v *View[R]) Count(ctx context.Context, q Query) (int64, error) { return v.table.Count(ctx, q) }

func (v *View[R]) decode(row Row, body *R) error {
	if err := json.Unmarshal(row.Body, body); err != nil {
		return fmt.Errorf("decode row %s of %s: %w", row.Key, v.spec.Name, err)
	}
	return nil
}
