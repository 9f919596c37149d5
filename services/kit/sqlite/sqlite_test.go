package sqlite

import (
	"database/sql"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"shenzhong/services/kit/fault"
)

func TestSettingsAreReadBack(t *testing.T) {
	each(t, func(t *testing.T, options Options) {
		got := mustNotes(t, options).Settings()
		for name, want := range map[string]string{
			"journal_mode": "wal", "synchronous": "full", "wal_autocheckpoint": "4000", "busy_timeout_ms": "5000", "queue": "1024",
		} {
			if got[name] != want {
				t.Errorf("%s is %q; want %q", name, got[name], want)
			}
		}
	})
}

// A connection set in any other way is refused: what the data source name asks
// for is not trusted.
func TestUnsafeSettingsAreRefused(t *testing.T) {
	each(t, func(t *testing.T, options Options) {
		db := mustNotes(t, options)
		for _, pragmas := range []string{
			"_pragma=journal_mode(wal)&_pragma=synchronous(normal)",
			"_pragma=journal_mode(delete)&_pragma=synchronous(full)",
		} {
			pool, err := sql.Open(db.options.Driver, "file:"+filepath.Join(t.TempDir(), "x.db")+"?_pragma=busy_timeout(5000)&_pragma=wal_autocheckpoint(4000)&"+pragmas)
			if err != nil {
				t.Fatal(err)
			}
			conn, err := pool.Conn(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if _, err := db.assert(t.Context(), conn); err == nil {
				t.Errorf("%s was accepted", pragmas)
			}
			if err := errors.Join(conn.Close(), pool.Close()); err != nil {
				t.Error(err)
			}
		}
	})
}

func TestOldLibrariesAreRefused(t *testing.T) {
	for version, ok := range map[string]bool{
		"3.51.2": false, "3.51.3": true, "3.50.9": false, "3.54.1": true, "4.0": true, "2.99.99": false, "3.51": false, "new": false,
	} {
		if err := newEnough(version); (err == nil) != ok {
			t.Errorf("newEnough(%s) = %v; want ok=%v", version, err, ok)
		}
	}
}

func TestFilesAreTheOwnersAlone(t *testing.T) {
	db := mustNotes(t, Options{})
	for _, suffix := range []string{"", "-wal", "-shm"} {
		info, err := os.Stat(db.path + suffix)
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v", info.Name(), info.Mode())
		}
	}
}

func TestOpenSaysWhatIsWrong(t *testing.T) {
	each(t, func(t *testing.T, options Options) {
		dir := t.TempDir()
		if _, err := Open(t.Context(), filepath.Join(dir, "missing", "x.db"), options); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("a missing folder: %v", err)
		}
		junk := filepath.Join(dir, "junk.db")
		if err := os.WriteFile(junk, []byte(strings.Repeat("no database ", 1000)), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(t.Context(), junk, options); err == nil {
			t.Error("a file that is no database was opened")
		}
	})
}

func TestAnotherProcessSharesTheFile(t *testing.T) {
	db := mustNotes(t, Options{})
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), second+"="+db.path)
	var said strings.Builder
	cmd.Stderr = &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for i := range 50 {
		mustWrite(t, db, note("first-"+strings.Repeat("i", i)))
	}
	if err := cmd.Wait(); err != nil {
		t.Fatalf("second process: %v: %s", err, said.String())
	}
	if n := mustCount(t, db, "1"); n != 100 {
		t.Errorf("%d notes; want 50 of each process", n)
	}
	if err := db.Check(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestLockOfAnotherProcessIsWaitedForThenUnavailable(t *testing.T) {
	each(t, func(t *testing.T, options Options) {
		options.Wait = 50 * time.Millisecond
		db := mustNotes(t, options)
		other := mustOpen(t, db.path, options)
		release := hold(t, other)
		if err := db.Write(t.Context(), note("a")); !fault.Is(err, fault.Unavailable) {
			t.Errorf("while another process writes: %v; want unavailable", err)
		}
		if err := release(); err != nil {
			t.Error(err)
		}
		mustWrite(t, db, note("a"))
	})
}

func TestCheckFindsDamage(t *testing.T) {
	each(t, func(t *testing.T, options Options) {
		path := filepath.Join(t.TempDir(), "x.db")
		db, err := Open(t.Context(), path, options)
		if err != nil {
			t.Fatal(err)
		}
		mustWrite(t, db, func(tx Tx) error {
			_, err := tx.Exec("CREATE TABLE notes (text TEXT PRIMARY KEY) STRICT")
			for i := 0; i < 500 && err == nil; i++ {
				err = note(strings.Repeat("x", i))(tx)
			}
			return err
		})
		if err := errors.Join(db.Check(t.Context()), db.Close()); err != nil {
			t.Fatal(err)
		}
		raw, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		clear(raw[len(raw)/2 : len(raw)/2+8192])
		if err := os.WriteFile(path, raw, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := mustOpen(t, path, options).Check(t.Context()); err == nil {
			t.Error("two pages of zeros were not noticed")
		}
	})
}

func TestReadersCannotWrite(t *testing.T) {
	each(t, func(t *testing.T, options Options) {
		db := mustNotes(t, options)
		var n int
		if _, err := db.Row(t.Context(), "INSERT INTO notes (text) VALUES ('x') RETURNING 1", nil, &n); err == nil {
			t.Error("a read wrote")
		}
		if n := mustCount(t, db, "1"); n != 0 {
			t.Errorf("%d notes; want none", n)
		}
	})
}

func TestReadsAreBounded(t *testing.T) {
	db := mustNotes(t, Options{})
	var n int
	var err error
	for i := 0; i <= keep && err == nil; i++ {
		_, err = db.Row(t.Context(), "SELECT count(*) FROM notes WHERE length(text) = "+strings.Repeat("0", i)+"1", nil, &n)
	}
	if err == nil {
		t.Errorf("more than %d different reads were prepared", keep)
	}
}
