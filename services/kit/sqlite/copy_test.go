package sqlite

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

// TestCopyIsWholeAndReplacesNothing copies a file that is open, twice to one
// place, over what a copy that was cut short has left.
func TestCopyIsWholeAndReplacesNothing(t *testing.T) {
	db := mustNotes(t, Options{})
	mustWrite(t, db, note("kept"))
	to := filepath.Join(t.TempDir(), "b c%20.db")
	if err := os.WriteFile(to+".part", []byte("of a copy that was cut short"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := Copy(t.Context(), map[string]string{db.path: to}); err != nil {
		t.Fatal(err)
	}
	mustWrite(t, db, note("later"))
	if err := Copy(t.Context(), map[string]string{db.path: to}); !errors.Is(err, fs.ErrExist) {
		t.Errorf("a copy over another: %v", err)
	}
	if left, err := filepath.Glob(to + "?*"); err != nil || left != nil {
		t.Errorf("left behind: %v, %v", left, err)
	}
	copied := mustOpen(t, to, Options{})
	if err := copied.Check(t.Context()); err != nil {
		t.Error(err)
	}
	if all, kept := mustCount(t, copied, "1"), mustCount(t, copied, "text = 'kept'"); all != 1 || kept != 1 {
		t.Errorf("the copy holds %d notes, %d of them right; want 1, 1", all, kept)
	}
}

// TestCopiesAreOfOneInstant copies two files, the second of which repeats what
// the first one says: no copy may know what the other has not said yet.
func TestCopiesAreOfOneInstant(t *testing.T) {
	says, repeats := mustNotes(t, Options{}), mustNotes(t, Options{})
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		var err error
		for i := 0; ctx.Err() == nil && err == nil; i++ {
			err = errors.Join(says.Write(t.Context(), note(fmt.Sprintf("%09d", i))), repeats.Write(t.Context(), note(fmt.Sprintf("%09d", i))))
		}
		ended <- err
	}()
	for i := range 12 {
		dir := t.TempDir()
		one, two := filepath.Join(dir, "says.db"), filepath.Join(dir, "repeats.db")
		if err := Copy(t.Context(), map[string]string{says.path: one, repeats.path: two}); err != nil {
			t.Fatal(err)
		}
		said, repeated := mustCount(t, mustOpen(t, one, Options{}), "1"), mustCount(t, mustOpen(t, two, Options{}), "1")
		if repeated > said || said > repeated+1 || said == 0 && i > 0 {
			t.Errorf("copy %d says %d and repeats %d", i, said, repeated)
		}
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// TestCopyMakesNoSource copies what is not there.
func TestCopyMakesNoSource(t *testing.T) {
	dir := t.TempDir()
	if err := Copy(t.Context(), map[string]string{filepath.Join(dir, "none.db"): filepath.Join(dir, "copy.db")}); err == nil {
		t.Error("nothing was copied without a word")
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// TestReadOnlyTouchesNothing reads a file that another connection writes to, one
// that was closed, and one where nothing can be written.
func TestReadOnlyTouchesNothing(t *testing.T) {
	each(t, func(t *testing.T, options Options) {
		dir := t.TempDir()
		path := filepath.Join(dir, "a.db")
		db, err := Open(t.Context(), path, options)
		if err != nil {
			t.Fatal(err)
		}
		mustWrite(t, db, func(tx Tx) error {
			_, err := tx.Exec("CREATE TABLE notes (text TEXT PRIMARY KEY) STRICT")
			return err
		})
		mustWrite(t, db, note("a"))
		readOnly := func() int {
			t.Helper()
			r, err := OpenReadOnly(t.Context(), path, options)
			if err != nil {
				t.Fatal(err)
			}
			defer func() {
				if err := r.Close(); err != nil {
					t.Error(err)
				}
			}()
			if err := r.Write(t.Context(), note("b")); err == nil || !r.ReadOnly() {
				t.Error("a write was taken")
			}
			return mustCount(t, r, "1")
		}
		if n := readOnly(); n != 1 {
			t.Errorf("read %d notes of an open file; want 1", n)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		before := mustRead(t, path)
		if n := readOnly(); n != 1 {
			t.Errorf("read %d notes of a closed file; want 1", n)
		}
		if mustRead(t, path) != before {
			t.Error("reading changed the file")
		}
		if left, err := filepath.Glob(path + "?*"); err != nil || left != nil {
			t.Errorf("reading left %v, %v", left, err)
		}
		if _, err := OpenReadOnly(t.Context(), filepath.Join(dir, "none.db"), options); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("a missing file: %v", err)
		}
	})
}

// TestReadOnlySaysWhenSomebodyBegins closes a file that a process began to write
// to while it was read as one that nobody writes to.
func TestReadOnlySaysWhenSomebodyBegins(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.db")
	db, err := Open(t.Context(), path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	r, err := OpenReadOnly(t.Context(), path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	mustOpen(t, path, Options{})
	if err := r.Close(); err == nil {
		t.Error("it said nothing")
	}
}

func mustRead(t *testing.T, path string) string {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}
