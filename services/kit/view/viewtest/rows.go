package viewtest

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"shenzhong/events"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/view"
)

func testRoundTrip(t *testing.T, b Backend) {
	table := mustTable(t, fresh(t, b), board)
	if _, ok := mustGet(t, table, "missing"); ok {
		t.Error("a row that is not there was found")
	}
	var want []view.Row
	for i, body := range []string{
		`{}`, `[]`, `null`, `"text"`, `9007199254740993`, `0.1`, `{"z":1,"a":{"$x":2,"b.c":3,"":4}}`,
		`{"中文":"慎终追远 \u0026 \u2028 🪦"}`, `"` + strings.Repeat("民", 300_000) + `"`,
	} {
		r := row(fmt.Sprintf("500156-XS-2026-%06d", i), 1, "民政局'\"", "", math.MinInt64+int64(i))
		r.Body = json.RawMessage(body)
		want = append(want, r)
	}
	want = append(want, row("键/ '\"%$.", 1, strings.Repeat("长", 200), "\x01", math.MaxInt64))
	mustPut(t, table, want...)
	for _, w := range want {
		if got, ok := mustGet(t, table, w.Key); !ok || differ(got, w) != "" {
			t.Errorf("found %v: %s", ok, differ(got, w))
		}
	}
	for i, got := range mustList(t, table, view.Query{}) {
		if d := differ(got, want[i]); d != "" {
			t.Error(d)
		}
	}
	missing := view.Row{Key: "without columns", Version: 1, Body: json.RawMessage(`{}`)}
	mustPut(t, table, missing)
	missing.Columns = map[string]any{"unit": "", "state": "", "due": int64(0)}
	if got, _ := mustGet(t, table, missing.Key); differ(got, missing) != "" {
		t.Error(differ(got, missing))
	}
}

func testPut(t *testing.T, b Backend) {
	table := mustTable(t, fresh(t, b), board)
	conflict := func(r view.Row) {
		t.Helper()
		if err := table.Put(t.Context(), r); !fault.Is(err, fault.Conflict) {
			t.Errorf("%s at %d: %v; want a conflict", r.Key, r.Version, err)
		}
	}
	for _, version := range []int64{-1, 0, 2, 3} {
		conflict(row("a", version, "mzj", "new", 1))
	}
	if _, ok := mustGet(t, table, "a"); ok {
		t.Fatal("a refused row was stored")
	}
	mustPut(t, table, row("a", 1, "mzj", "new", 1), row("a", 2, "lyj", "old", 2))
	for _, version := range []int64{-1, 0, 1, 2, 4} {
		conflict(row("a", version, "gaj", "wrong", 3))
	}
	if got, _ := mustGet(t, table, "a"); differ(got, row("a", 2, "lyj", "old", 2)) != "" {
		t.Error(differ(got, row("a", 2, "lyj", "old", 2)))
	}
	wantKeys(t, table, view.Query{Equal: map[string]any{"unit": "lyj"}}, "a")
	wantKeys(t, table, view.Query{Equal: map[string]any{"unit": "mzj"}})
}

// testRace lets many put the same next version: each version has one author.
func testRace(t *testing.T, b Backend) {
	const versions = 10
	workers := b.crowd(8)
	table := mustTable(t, fresh(t, b), board)
	authors := make([]atomic.Int64, versions+1)
	var done sync.WaitGroup
	for w := range workers {
		done.Go(func() {
			for v := int64(1); v <= versions; {
				err := table.Put(t.Context(), row("hot", v, fmt.Sprint("worker-", w), "", v))
				switch {
				case err == nil:
					authors[v].Add(1)
					v++
				case fault.Is(err, fault.Conflict):
					got, ok, err := table.Get(t.Context(), "hot")
					if err != nil || !ok {
						t.Errorf("after a conflict: %v, %v", ok, err)
						return
					}
					v = got.Version + 1
				default:
					t.Errorf("put: %v", err)
					return
				}
			}
		})
	}
	done.Wait()
	for v := 1; v <= versions; v++ {
		if n := authors[v].Load(); n != 1 {
			t.Errorf("version %d was put by %d; want 1", v, n)
		}
	}
	wantCount(t, table, view.Query{}, 1)
}

// entry is the row type of the folded view.
type entry struct {
	Facts []string `json:"facts"`
}

// testFold delivers facts twice, too early and by two folders at once.
func testFold(t *testing.T, b Backend) {
	v, err := view.New(t.Context(), fresh(t, b), view.Spec[entry]{
		Name: "suite-facts", Kinds: []string{"suite.happened.v1"},
		Columns: []view.Column{{Name: "facts", Int: true}},
		Values:  func(_ string, e entry) map[string]any { return map[string]any{"facts": int64(len(e.Facts))} },
		Fold: func(e *entry, env events.Envelope) error {
			e.Facts = append(e.Facts, env.ID)
			return nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	fact := func(version int64) events.Envelope {
		return events.Envelope{ID: events.EnvelopeID("suite/a", version), Subject: "suite/a", Type: "suite.happened.v1", Version: version}
	}
	if err := view.Apply(t.Context(), v, fact(2)); !fault.Is(err, fault.Early) {
		t.Errorf("the second fact before the first: %v; want early", err)
	}
	var done sync.WaitGroup
	for range b.crowd(4) {
		done.Go(func() {
			for version := int64(1); version <= 5; {
				err := view.Apply(t.Context(), v, fact(version))
				switch {
				case err == nil:
					version++
				case !fault.Is(err, fault.Conflict):
					t.Errorf("fold %d: %v", version, err)
					return
				}
			}
		})
	}
	done.Wait()
	got, err := v.Get(t.Context(), "a")
	if err != nil || strings.Join(got.Facts, " ") != "suite/a/1 suite/a/2 suite/a/3 suite/a/4 suite/a/5" {
		t.Errorf("folded %v, %v", got.Facts, err)
	}
	if _, err := v.Get(t.Context(), "b"); !fault.Is(err, fault.NotFound) {
		t.Errorf("a row that is not there: %v", err)
	}
	wantCount(t, v.Table(), view.Query{Equal: map[string]any{"facts": int64(5)}}, 1)
}

func testClear(t *testing.T, b Backend) {
	tables := fresh(t, b)
	other := board
	other.Name = "clue_board"
	one, two := mustTable(t, tables, board), mustTable(t, tables, other)
	mustPut(t, one, row("a", 1, "mzj", "new", 1), row("b", 1, "mzj", "new", 1))
	mustPut(t, two, row("a", 1, "mzj", "new", 1))
	if err := one.Clear(t.Context()); err != nil {
		t.Fatal(err)
	}
	wantCount(t, one, view.Query{}, 0)
	wantCount(t, two, view.Query{}, 1)
	mustPut(t, one, row("a", 1, "mzj", "again", 1))
}

func testReopen(t *testing.T, b Backend) {
	open := b.New(t)
	tables := open(t)
	table := mustTable(t, tables, board)
	mustPut(t, table, row("a", 1, "mzj", "new", 1), row("a", 2, "mzj", "old", 2))
	again := mustTable(t, tables, board) // twice is harmless
	wantKeys(t, again, view.Query{}, "a")
	again = mustTable(t, open(t), board)
	if b.Forgets {
		wantCount(t, again, view.Query{}, 0)
		return
	}
	if got, ok := mustGet(t, again, "a"); !ok || differ(got, row("a", 2, "mzj", "old", 2)) != "" {
		t.Errorf("found %v: %s", ok, differ(got, row("a", 2, "mzj", "old", 2)))
	}
	mustPut(t, again, row("a", 3, "mzj", "newer", 3))
	wantKeys(t, table, view.Query{Equal: map[string]any{"state": "newer"}}, "a") // seen by the first at once
}

// testReshape opens a table with another shape, as a new release does.
func testReshape(t *testing.T, b Backend) {
	tables := fresh(t, b)
	before := mustTable(t, tables, view.Shape{Name: "clue-board", Columns: []view.Column{{Name: "unit"}, {Name: "gone"}}})
	old := view.Row{Key: "a", Version: 1, Body: json.RawMessage(`{}`), Columns: map[string]any{"unit": "mzj", "gone": "x"}}
	mustPut(t, before, old)
	old.Key = "b"
	mustPut(t, before, old)

	after := mustTable(t, tables, board)
	wantKeys(t, after, view.Query{Equal: map[string]any{"unit": "mzj"}}, "a", "b")
	unfilled := []view.Query{
		{Equal: map[string]any{"state": ""}}, {AtMost: map[string]any{"due": int64(5)}}, {Order: "due"},
	}
	refused := func(when string) {
		t.Helper()
		for _, q := range unfilled {
			if rows, err := after.List(t.Context(), q); !fault.Is(err, fault.Unavailable) {
				t.Errorf("%s, %+v: %v, %v; want unavailable", when, q, keys(rows), err)
			}
			if q.Order != "" {
				continue
			}
			if n, err := after.Count(t.Context(), q); !fault.Is(err, fault.Unavailable) {
				t.Errorf("%s, count of %+v: %d, %v; want unavailable", when, q, n, err)
			}
		}
	}
	refused("at first")
	if got, ok := mustGet(t, after, "a"); !ok || got.Version != 1 {
		t.Errorf("a row of the old shape: %+v, %v", got, ok)
	}
	mustPut(t, after, row("a", 2, "mzj", "", 3))
	refused("with one row of two put again")
	mustPut(t, after, row("b", 2, "mzj", "", 2))
	wantKeys(t, after, view.Query{Equal: map[string]any{"state": ""}, Order: "due"}, "b", "a")
	mustPut(t, after, row("c", 1, "mzj", "", 1))

	// The old release again: what it does not know of must not keep old values.
	back := mustTable(t, tables, view.Shape{Name: "clue-board", Columns: []view.Column{{Name: "unit"}}})
	old.Key, old.Version, old.Columns = "c", 2, map[string]any{"unit": "lyj"}
	mustPut(t, back, old)
	after = mustTable(t, tables, board)
	refused("after a release that goes without")
	if err := after.Clear(t.Context()); err != nil {
		t.Fatal(err)
	}
	mustPut(t, after, row("d", 1, "mzj", "", 4))
	wantKeys(t, after, view.Query{Order: "due"}, "d")
}
