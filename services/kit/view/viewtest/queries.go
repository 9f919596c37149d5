package viewtest

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"shenzhong/services/kit/view"
)

func equal(column string, v any) view.Query { return view.Query{Equal: map[string]any{column: v}} }

func testConditions(t *testing.T, b Backend) {
	table := mustTable(t, fresh(t, b), board)
	mustPut(t, table,
		row("a", 1, "mzj", "new", -5), row("b", 1, "mzj", "old", 0), row("c", 1, "lyj", "new", 7),
		row("d", 1, "民政", "new", 7), row("e", 1, "", "", 1<<53+1),
	)
	for _, tt := range []struct {
		q    view.Query
		want []string
	}{
		{view.Query{}, []string{"a", "b", "c", "d", "e"}},
		{equal("unit", "mzj"), []string{"a", "b"}},
		{equal("unit", "MZJ"), nil},
		{equal("unit", "民政"), []string{"d"}},
		{equal("unit", ""), []string{"e"}},
		{equal("due", int64(7)), []string{"c", "d"}},
		{equal("due", int64(1<<53)), nil},
		{view.Query{Equal: map[string]any{"unit": "mzj", "state": "new"}}, []string{"a"}},
		{view.Query{AtMost: map[string]any{"due": int64(0)}}, []string{"a", "b"}},
		{view.Query{AtLeast: map[string]any{"due": int64(0)}}, []string{"b", "c", "d", "e"}},
		{view.Query{AtLeast: map[string]any{"due": int64(-5)}, AtMost: map[string]any{"due": int64(7)}}, []string{"a", "b", "c", "d"}},
		{view.Query{AtMost: map[string]any{"unit": "lyk"}}, []string{"c", "e"}},
		{view.Query{AtLeast: map[string]any{"unit": "mzk"}}, []string{"d"}},
		{view.Query{Equal: map[string]any{"state": "new"}, AtLeast: map[string]any{"due": int64(1), "unit": "m"}}, []string{"d"}},
		{view.Query{Equal: map[string]any{"unit": "mzj"}, AtLeast: map[string]any{"unit": "n"}}, nil},
	} {
		wantKeys(t, table, tt.q, tt.want...)
		wantCount(t, table, tt.q, int64(len(tt.want)))
	}
}

func testOrders(t *testing.T, b Backend) {
	table := mustTable(t, fresh(t, b), board)
	mustPut(t, table,
		row("b", 1, "x", "", 2), row("a", 1, "x", "", 2), row("B", 1, "x", "", -1), row("甲", 1, "y", "", 10), row("c", 1, "X", "", 9), row("a-", 1, "", "", 2),
	)
	wantKeys(t, table, view.Query{}, "B", "a", "a-", "b", "c", "甲")
	wantKeys(t, table, view.Query{Desc: true}, "甲", "c", "b", "a-", "a", "B")
	wantKeys(t, table, view.Query{Order: "due"}, "B", "a", "a-", "b", "c", "甲")
	wantKeys(t, table, view.Query{Order: "due", Desc: true}, "甲", "c", "b", "a-", "a", "B")
	wantKeys(t, table, view.Query{Order: "unit"}, "a-", "c", "B", "a", "b", "甲")
	wantKeys(t, table, view.Query{Order: "due", Limit: 2, Equal: map[string]any{"due": int64(2)}}, "a", "a-")
}

func testPages(t *testing.T, b Backend) {
	table := mustTable(t, fresh(t, b), board)
	var want []string
	for i := range 23 {
		key := fmt.Sprintf("k%02d", i)
		mustPut(t, table, row(key, 1, fmt.Sprint("unit-", i%2), "", int64(i)))
		if i%2 == 0 {
			want = append(want, key)
		}
	}
	for _, desc := range []bool{false, true} {
		var got []string
		for after := ""; ; {
			rows := mustList(t, table, view.Query{Equal: map[string]any{"unit": "unit-0"}, Limit: 5, After: after, Desc: desc})
			if len(rows) == 0 {
				break
			}
			got = append(got, keys(rows)...)
			after = rows[len(rows)-1].Key
		}
		if !slices.Equal(got, want) {
			t.Errorf("pages, desc %v: %v; want %v", desc, got, want)
		}
		slices.Reverse(want)
	}
	wantCount(t, table, view.Query{Equal: map[string]any{"unit": "unit-0"}, After: "k10", Limit: 1, Order: "due"}, 12)
}

func testLimits(t *testing.T, b Backend) {
	table := mustTable(t, fresh(t, b), view.Shape{Name: "many"})
	for i := range 1002 {
		mustPut(t, table, view.Row{Key: fmt.Sprintf("%04d", i), Version: 1, Body: []byte(`{}`)})
	}
	for limit, want := range map[int]int{0: 100, -1: 100, 1: 1, 1000: 1000, 1001: 1000, 1 << 30: 1000} {
		if got := len(mustList(t, table, view.Query{Limit: limit})); got != want {
			t.Errorf("limit %d: %d rows; want %d", limit, got, want)
		}
	}
	wantCount(t, table, view.Query{Limit: 5}, 1002)
}

func testMisuse(t *testing.T, b Backend) {
	table := mustTable(t, fresh(t, b), board)
	for _, columns := range []map[string]any{
		{"other": "x"}, {"unit": int64(1)}, {"due": "1"}, {"due": 1}, {"unit": []byte("x")}, {"due": 1.5}, {"unit": true}, {"key": "x"},
	} {
		r := view.Row{Key: "a", Version: 1, Body: []byte(`{}`), Columns: columns}
		if err := table.Put(t.Context(), r); err == nil {
			t.Errorf("a row with %v was stored", columns)
		}
		q := view.Query{AtMost: columns}
		if rows, err := table.List(t.Context(), q); err == nil {
			t.Errorf("a list by %v: %v", columns, keys(rows))
		}
		if n, err := table.Count(t.Context(), q); err == nil {
			t.Errorf("a count by %v: %d", columns, n)
		}
	}
	for _, q := range []view.Query{{Order: "other"}, {Order: "due", After: "x"}, {Order: "key"}, {Order: `due"; --`}} {
		if rows, err := table.List(t.Context(), q); err == nil {
			t.Errorf("%+v: %v", q, keys(rows))
		}
	}
	wantCount(t, table, view.Query{}, 0)
}

func testNames(t *testing.T, b Backend) {
	tables := fresh(t, b)
	for _, name := range []string{"", "A", "1a", `a"b`, "a b", "a.b", "$a", "a-", "-a", "system.users", "表", strings.Repeat("a", 60)} {
		if _, err := tables.Table(t.Context(), view.Shape{Name: name}); err == nil {
			t.Errorf("a table called %q was opened", name)
		}
		if _, err := tables.Table(t.Context(), view.Shape{Name: "fine", Columns: []view.Column{{Name: name}}}); err == nil {
			t.Errorf("a column called %q was made", name)
		}
	}
	for _, columns := range [][]view.Column{{{Name: "key"}}, {{Name: "version"}}, {{Name: "body"}}, {{Name: "rowid"}}, {{Name: "a"}, {Name: "a", Int: true}}, {{Name: "a-b"}}} {
		if _, err := tables.Table(t.Context(), view.Shape{Name: "fine", Columns: columns}); err == nil {
			t.Errorf("columns %v were made", columns)
		}
	}
	// Words that mean something to a store are names like any other.
	words := view.Shape{Name: "select", Columns: []view.Column{{Name: "order"}, {Name: "where", Int: true}, {Name: "limit"}, {Name: "id"}, {Name: "number"}}}
	table := mustTable(t, tables, words)
	mustPut(t, table, view.Row{Key: "a", Version: 1, Body: []byte(`{}`), Columns: map[string]any{"order": "x", "where": int64(3), "limit": "r", "id": "i", "number": "n"}})
	wantKeys(t, table, view.Query{Equal: map[string]any{"order": "x", "limit": "r", "id": "i"}, Order: "where"}, "a")
}

// testRandom asks the same of the store and of a plain list.
func testRandom(t *testing.T, b Backend) {
	table := mustTable(t, fresh(t, b), board)
	random := rand.New(rand.NewPCG(500156, 2026))
	units, states := []string{"mzj", "lyj", "gaj"}, []string{"new", "old"}
	var all []view.Row
	for i := range 60 {
		r := row(fmt.Sprintf("k%03d", random.IntN(10)*100+i), 1, units[random.IntN(3)], states[random.IntN(2)], int64(random.IntN(9)))
		mustPut(t, table, r)
		all = append(all, r)
	}
	for range 150 {
		q := view.Query{Equal: map[string]any{}, AtMost: map[string]any{}, AtLeast: map[string]any{}, Limit: 1 + random.IntN(20), Desc: random.IntN(2) == 0}
		if random.IntN(2) == 0 {
			q.Equal["unit"] = units[random.IntN(3)]
		}
		if random.IntN(2) == 0 {
			q.AtMost["due"] = int64(random.IntN(9))
		}
		if random.IntN(2) == 0 {
			q.AtLeast["state"] = states[random.IntN(2)]
		}
		switch random.IntN(3) {
		case 0:
			q.Order = []string{"unit", "state", "due"}[random.IntN(3)]
		case 1:
			q.After = all[random.IntN(len(all))].Key
		}
		want := slices.DeleteFunc(slices.Clone(all), func(r view.Row) bool { return !selects(q, r) })
		slices.SortFunc(want, func(a, b view.Row) int {
			order := cmp.Or(compare(q.Order, a, b), strings.Compare(a.Key, b.Key))
			if q.Desc {
				return -order
			}
			return order
		})
		wantKeys(t, table, q, keys(want[:min(q.Limit, len(want))])...)
	}
}

// selects is what a query means, once more and in other words.
func selects(q view.Query, r view.Row) bool {
	unit, byUnit := q.Equal["unit"]
	due, byDue := q.AtMost["due"].(int64)
	state, byState := q.AtLeast["state"].(string)
	switch {
	case byUnit && r.Columns["unit"] != unit, byDue && r.Columns["due"].(int64) > due, byState && r.Columns["state"].(string) < state:
		return false
	case q.After != "" && q.Desc:
		return r.Key < q.After
	}
	return r.Key > q.After
}

func compare(column string, a, b view.Row) int {
	switch column {
	case "":
		return 0
	case "due":
		return cmp.Compare(a.Columns[column].(int64), b.Columns[column].(int64))
	}
	return strings.Compare(a.Columns[column].(string), b.Columns[column].(string))
}
