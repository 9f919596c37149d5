package sqlitelog

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/ncruces/go-sqlite3"
	_ "github.com/ncruces/go-sqlite3/driver" // the second driver of the matrix
	"go.uber.org/goleak"

	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/sqlite"
	"shenzhong/services/kit/store"
	"shenzhong/services/kit/store/storetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var ncruces = sqlite.Options{Driver: "sqlite3", Code: func(err error) int {
	var code sqlite3.ErrorCode
	errors.As(err, &code)
	return int(code)
}}

func TestModernc(t *testing.T) { storetest.Run(t, backend(sqlite.Options{})) }

func TestNcruces(t *testing.T) { storetest.Run(t, backend(ncruces)) }

func backend(options sqlite.Options) storetest.Backend {
	return storetest.Backend{
		New: func(t testing.TB) func(testing.TB) store.Log {
			path := filepath.Join(t.TempDir(), "commits.db")
			return func(t testing.TB) store.Log {
				log, _ := mustOpen(t, path, options)
				return log
			}
		},
		Crowd: func(t testing.TB) (store.Log, func()) {
			options := options
			options.Queue = 1
			log, db := mustOpen(t, filepath.Join(t.TempDir(), "crowded.db"), options)
			return log, crowd(t, db)
		},
	}
}

func mustOpen(t testing.TB, path string, options sqlite.Options) (*Log, *sqlite.DB) {
	t.Helper()
	db, err := sqlite.Open(t.Context(), path, options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	log, err := Open(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	return log, db
}

// crowd holds the writer inside a write and queues up another behind it, which
// is all that the queue takes: of two that try, the one that is refused tells
// that the other is in.
func crowd(t testing.TB, db *sqlite.DB) (release func()) {
	t.Helper()
	ctx := context.WithoutCancel(t.Context())
	entered, leave, answers := make(chan struct{}), make(chan struct{}), make(chan error, 3)
	go func() {
		answers <- db.Write(ctx, func(sqlite.Tx) error {
			close(entered)
			<-leave
			return nil
		})
	}()
	select {
	case <-entered:
	case err := <-answers: // a test that waited on would hang, and not say why
		t.Fatalf("the write that should hold the writer was not run: %v", err)
	}
	for range 2 {
		go func() { answers <- db.Write(ctx, func(sqlite.Tx) error { return nil }) }()
	}
	if err := <-answers; !fault.Is(err, fault.Unavailable) {
		t.Errorf("the second in a queue for one: %v; want unavailable", err)
	}
	return func() {
		close(leave)
		for range 2 {
			if err := <-answers; err != nil {
				t.Error(err)
			}
		}
	}
}

func TestAnotherLayoutIsNoticed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "other.db")
	db, err := sqlite.Open(t.Context(), path, sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}()
	err = db.Write(t.Context(), func(tx sqlite.Tx) error {
		_, err := tx.Exec("CREATE TABLE commits (subject TEXT, version INTEGER, cause TEXT, opens TEXT, number INTEGER, relayed INTEGER) STRICT")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), db); err == nil {
		t.Error("a table without all columns was taken for a log")
	}
}

// The indexes are there to be used: a plan that reads a whole table, or sorts
// one, is too slow for a log of years.
func TestEveryReadUsesAnIndex(t *testing.T) {
	_, db := mustOpen(t, filepath.Join(t.TempDir(), "plan.db"), sqlite.Options{})
	for query, args := range map[string][]any{
		last:      {"a", "b"},
		highest:   {"a", "b"},
		scan:      {"a", 1, 10},
		unrelayed: {10},
		isSeen:    {"a", "b", "c"},
		opened:    {"a"},
		`SELECT number FROM commits WHERE relayed > 0 AND relayed > ?1`:  {5},
		`SELECT number FROM commits WHERE subject = ?1 AND version = ?2`: {"a", 1},
	} {
		err := db.Rows(t.Context(), "EXPLAIN QUERY PLAN "+query, args, func(scan func(...any) error) error {
			var id, parent, unused int
			var detail string
			if err := scan(&id, &parent, &unused, &detail); err != nil {
				return err
			}
			if detail == "SCAN commits" || detail == "USE TEMP B-TREE FOR ORDER BY" {
				return fmt.Errorf("%s: %s", query, detail)
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	}
}

// BenchmarkAppend is how many commits a second 32 callers store, each of them
// acknowledged after a sync.
func BenchmarkAppend(b *testing.B) {
	log, _ := mustOpen(b, filepath.Join(b.TempDir(), "bench.db"), sqlite.Options{})
	at := time.UnixMilli(1772413323456).UTC()
	next := make(chan int)
	var callers sync.WaitGroup
	b.ResetTimer()
	for range 32 {
		callers.Go(func() {
			for i := range next {
				c := store.Commit{Subject: fmt.Sprint("clue/", i), Version: 1, Kind: "suite.happened.v1", At: at, Actor: "a", Cause: "form", State: []byte(`{}`), Data: []byte(`{}`)}
				c.Opens, c.Hash = c.ID(), c.Sum()
				if err := log.Append(b.Context(), c); err != nil {
					b.Error(err)
				}
			}
		})
	}
	for i := range b.N {
		next <- i
	}
	close(next)
	callers.Wait()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "commits/s")
}
