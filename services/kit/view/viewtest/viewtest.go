// Package viewtest is what every view.Tables must do, as one suite: a promise in
// the comments of package view that is not checked here does not count. It must
// never know which store it is run against.
package viewtest

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"shenzhong/services/kit/view"
)

// Backend is a store to be run through the suite.
type Backend struct {
	// New prepares a store of its own and returns what opens it. Every call of
	// that opens the same store, as a process of its own would; whatever is
	// opened is closed when the test ends.
	New func(t testing.TB) func(testing.TB) view.Tables
	// Forgets says that nothing outlives the tables that were opened.
	Forgets bool
	// Alone says that only one at a time may put: the store replaces a row in two
	// steps, and of two puts at once both may be told that they won. Such a store
	// is none for production.
	Alone bool
}

// crowd is how many put at once where a test asks for n.
func (b Backend) crowd(n int) int {
	if b.Alone {
		return 1
	}
	return n
}

// Run runs the suite.
func Run(t *testing.T, b Backend) {
	for _, test := range []struct {
		name string
		run  func(*testing.T, Backend)
	}{
		{"rows are read back byte for byte", testRoundTrip},
		{"put goes by version", testPut},
		{"one of many puts wins", testRace},
		{"folding twice changes nothing", testFold},
		{"conditions", testConditions},
		{"orders", testOrders},
		{"pages", testPages},
		{"limits", testLimits},
		{"names and values are held against the shape", testMisuse},
		{"names are not taken from users", testNames},
		{"clear removes the rows of one table", testClear},
		{"tables opened again keep everything", testReopen},
		{"a shape may gain and lose columns", testReshape},
		{"random queries", testRandom},
	} {
		t.Run(test.name, func(t *testing.T) { test.run(t, b) })
	}
}

// board is the shape that most of the suite uses.
var board = view.Shape{Name: "clue-board", Columns: []view.Column{{Name: "unit"}, {Name: "state"}, {Name: "due", Int: true}}}

func fresh(t testing.TB, b Backend) view.Tables {
	t.Helper()
	return b.New(t)(t)
}

func mustTable(t testing.TB, tables view.Tables, shape view.Shape) view.Table {
	t.Helper()
	table, err := tables.Table(t.Context(), shape)
	if err != nil {
		t.Fatal(err)
	}
	return table
}

// row is a row of the board.
func row(key string, version int64, unit, state string, due int64) view.Row {
	return view.Row{
		Key: key, Version: version, Body: json.RawMessage(fmt.Sprintf(`{"key":%q,"version":%d}`, key, version)),
		Columns: map[string]any{"unit": unit, "state": state, "due": due},
	}
}

func mustPut(t testing.TB, table view.Table, rows ...view.Row) {
	t.Helper()
	for _, r := range rows {
		if err := table.Put(t.Context(), r); err != nil {
			t.Fatalf("put %s: %v", r.Key, err)
		}
	}
}

func mustGet(t testing.TB, table view.Table, key string) (view.Row, bool) {
	t.Helper()
	r, ok, err := table.Get(t.Context(), key)
	if err != nil {
		t.Fatal(err)
	}
	return r, ok
}

func mustList(t testing.TB, table view.Table, q view.Query) []view.Row {
	t.Helper()
	rows, err := table.List(t.Context(), q)
	if err != nil {
		t.Fatalf("%+v: %v", q, err)
	}
	return rows
}

func wantKeys(t testing.TB, table view.Table, q view.Query, want ...string) {
	t.Helper()
	if got := keys(mustList(t, table, q)); !slices.Equal(got, want) {
		t.Errorf("%+v:\ngot  %s\nwant %s", q, strings.Join(got, " "), strings.Join(want, " "))
	}
}

func wantCount(t testing.TB, table view.Table, q view.Query, want int64) {
	t.Helper()
	if got, err := table.Count(t.Context(), q); err != nil || got != want {
		t.Errorf("%+v: %d, %v; want %d", q, got, err, want)
	}
}

func keys(rows []view.Row) []string {
	out := make([]string, len(rows))
	for i, r := range rows {
		out[i] = r.Key
	}
	return out
}

// differ says in what two rows differ, or "".
func differ(got, want view.Row) string {
	g := fmt.Sprintf("%s %d %s %#v", got.Key, got.Version, got.Body, got.Columns)
	w := fmt.Sprintf("%s %d %s %#v", want.Key, want.Version, want.Body, want.Columns)
	if g != w {
		return "got  " + g + "\nwant " + w
	}
	return ""
}
