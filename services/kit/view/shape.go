package view

import (
	"fmt"
	"maps"
	"regexp"
	"slices"

	"shenzhong/services/kit/fault"
)

// tableName and columnName are what may be called so: names that need no care in
// any store, and that no user could have typed.
var (
	tableName  = regexp.MustCompile(`^[a-z][a-z0-9]*([_-][a-z0-9]+)*$`)
	columnName = regexp.MustCompile(`^[a-z][a-z0-9]*(_[a-z0-9]+)*$`)
)

// reserved are the columns that every table has by itself, some of them only in
// SQLite.
var reserved = []string{"key", "version", "body", "rowid", "oid"}

// Check refuses a shape that not every store could keep.
func (s Shape) Check() error {
	if !tableName.MatchString(s.Name) || len(s.Name) > 48 {
		return fmt.Errorf("view %q: no name of a table", s.Name)
	}
	var names []string
	for _, c := range s.Columns {
		if !columnName.MatchString(c.Name) || len(c.Name) > 48 || slices.Contains(reserved, c.Name) {
			return fmt.Errorf("view %s: %q is no name of a column", s.Name, c.Name)
		}
		if slices.Contains(names, c.Name) {
			return fmt.Errorf("view %s: column %s stands twice", s.Name, c.Name)
		}
		names = append(names, c.Name)
	}
	return nil
}

// column returns the column of that name.
func (s Shape) column(name string) (Column, error) {
	i := slices.IndexFunc(s.Columns, func(c Column) bool { return c.Name == name })
	if i < 0 {
		return Column{}, fmt.Errorf("view %s has no column %q", s.Name, name)
	}
	return s.Columns[i], nil
}

// value is what a column holds for v: v itself if it is of the column's type, a
// missing value as its zero.
func (s Shape) value(c Column, v any) (any, error) {
	switch v := v.(type) {
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
	return nil, fmt.Errorf("view %s: column %s cannot hold a %T", s.Name, c.Name, v)
}

// Values returns what a row holds in each column of the shape, in its order.
func (s Shape) Values(row Row) ([]any, error) {
	for _, name := range slices.Sorted(maps.Keys(row.Columns)) {
		if _, err := s.column(name); err != nil {
			return nil, err
		}
	}
	values := make([]any, len(s.Columns))
	for i, c := range s.Columns {
		v, err := s.value(c, row.Columns[c.Name])
		if err != nil {
			return nil, err
		}
		values[i] = v
	}
	return values, nil
}

// Relation is how a condition compares a column with a value.
type Relation string

// The relations.
const (
	Is      Relation = "="
	AtMost  Relation = "<="
	AtLeast Relation = ">="
)

// Condition is one thing that must hold of a row.
type Condition struct {
	Column   Column
	Relation Relation
	Value    any // string or int64, as the column is
}

// Plan is a query whose every name and value has been held against a shape: all
// that a store needs to know.
type Plan struct {
	Conditions []Condition
	Order      string // column; empty = by key. Rows that are equal in it go by key
	Desc       bool   // the order of the column and of the keys is turned round
	Limit      int
	After      string // key of the last row seen, in that order; only without Order
}

// Plan holds a query against the shape.
func (s Shape) Plan(q Query) (Plan, error) {
	plan := Plan{Order: q.Order, Desc: q.Desc, Limit: q.Limit, After: q.After}
	for _, part := range []struct {
		relation Relation
		values   map[string]any
	}{{Is, q.Equal}, {AtMost, q.AtMost}, {AtLeast, q.AtLeast}} {
		for _, name := range slices.Sorted(maps.Keys(part.values)) {
			c, err := s.column(name)
			if err != nil {
				return Plan{}, err
			}
			v, err := s.value(c, part.values[name])
			if err != nil {
				return Plan{}, err
			}
			plan.Conditions = append(plan.Conditions, Condition{c, part.relation, v})
		}
	}
	if q.Order != "" {
		if _, err := s.column(q.Order); err != nil {
			return Plan{}, err
		}
		if q.After != "" {
			return Plan{}, fmt.Errorf("view %s: a list by %s cannot go on after a key", s.Name, q.Order)
		}
	}
	if plan.Limit <= 0 {
		plan.Limit = 100
	}
	plan.Limit = min(plan.Limit, 1000)
	return plan, nil
}

// Columns are the names of the columns that the plan looks at.
func (p Plan) Columns() []string {
	var names []string
	for _, c := range p.Conditions {
		names = append(names, c.Column.Name)
	}
	if p.Order != "" {
		names = append(names, p.Order)
	}
	return names
}

// Unfilled is what a store answers to a query about a column that some rows do
// not have yet, because the shape gained it after they were folded: better no
// list than one that leaves rows out.
func (s Shape) Unfilled(column string) error {
	return fmt.Errorf("view %s must be folded again, it has gained column %s: %w", s.Name, column,
		fault.New(fault.Unavailable, "列表正在升级，请稍后再试；如持续出现请联系管理员重建列表"))
}
