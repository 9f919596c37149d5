package sqlite

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/ncruces/go-sqlite3"
	_ "github.com/ncruces/go-sqlite3/driver" // the second driver of the matrix
	"go.uber.org/goleak"
)

// second names a file in the environment of the copy of this test binary that
// plays another process.
const second = "SHENZHONG_TEST_SECOND_PROCESS"

func TestMain(m *testing.M) {
	if path := os.Getenv(second); path != "" {
		os.Exit(playSecond(path))
	}
	goleak.VerifyTestMain(m)
}

// playSecond writes fifty notes into a file that another process has open.
func playSecond(path string) int {
	ctx := context.Background()
	db, err := Open(ctx, path, Options{})
	for i := 0; i < 50 && err == nil; i++ {
		err = db.Write(ctx, note(fmt.Sprintf("second-%d", i)))
	}
	if err == nil {
		err = db.Close()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// drivers is the matrix.
var drivers = []struct {
	name    string
	options Options
}{
	{"modernc", Options{}},
	{"ncruces", Options{Driver: "sqlite3", Code: func(err error) int {
		var code sqlite3.ErrorCode
		errors.As(err, &code)
		return int(code)
	}}},
}

// each runs a test with both drivers.
func each(t *testing.T, test func(t *testing.T, options Options)) {
	for _, d := range drivers {
		t.Run(d.name, func(t *testing.T) { test(t, d.options) })
	}
}

func mustOpen(t testing.TB, path string, options Options) *DB {
	t.Helper()
	db, err := Open(t.Context(), path, options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

// mustNotes opens a new file with a table of notes.
func mustNotes(t testing.TB, options Options) *DB {
	t.Helper()
	db := mustOpen(t, filepath.Join(t.TempDir(), "a b%3f.db"), options)
	mustWrite(t, db, func(tx Tx) error {
		_, err := tx.Exec("CREATE TABLE notes (text TEXT PRIMARY KEY) STRICT")
		return err
	})
	return db
}

func mustWrite(t testing.TB, db *DB, op func(Tx) error) {
	t.Helper()
	if err := db.Write(t.Context(), op); err != nil {
		t.Fatal(err)
	}
}

// note is a write that adds one note.
func note(text string) func(Tx) error {
	return func(tx Tx) error {
		_, err := tx.Exec("INSERT INTO notes (text) VALUES (?1)", text)
		return err
	}
}

func mustCount(t testing.TB, db *DB, where string) int {
	t.Helper()
	var n int
	if _, err := db.Row(t.Context(), "SELECT count(*) FROM notes WHERE "+where, nil, &n); err != nil {
		t.Fatal(err)
	}
	return n
}

// hold makes the writer wait inside a write until release is called, so that a
// test decides what queues up behind it. What release returns is the answer to
// that write, which belongs to the group of those that queued up.
func hold(t testing.TB, db *DB) (release func() error) {
	t.Helper()
	entered, leave, left := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	go func() {
		left <- db.Write(context.WithoutCancel(t.Context()), func(Tx) error {
			close(entered)
			<-leave
			return nil
		})
	}()
	select {
	case <-entered:
	case err := <-left: // a test that waited on would hang, and not say why
		t.Fatalf("the write that should hold the writer was not run: %v", err)
	}
	return func() error {
		close(leave)
		return <-left
	}
}

// waitFor waits until ok says yes.
func waitFor(t testing.TB, what string, ok func() bool) {
	t.Helper()
	for range 2000 {
		if ok() {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Fatalf("waited in vain for %s", what)
}
