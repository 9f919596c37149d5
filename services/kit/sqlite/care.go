package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strings"
)

// checkpoint empties the write-ahead log into the file and reports whether all
// of it went. It does not wait for readers: the next quiet moment will do.
func (w *writer) checkpoint() bool {
	if w.conn == nil {
		return false
	}
	ctx := context.Background()
	var blocked, frames, moved int
	err := func() error {
		if _, err := w.conn.ExecContext(ctx, "PRAGMA busy_timeout=20"); err != nil {
			return err
		}
		err := w.conn.QueryRowContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)").Scan(&blocked, &frames, &moved)
		_, back := w.conn.ExecContext(ctx, fmt.Sprintf("PRAGMA busy_timeout=%d", w.db.options.Wait.Milliseconds()))
		return errors.Join(err, back)
	}()
	if err != nil {
		slog.WarnContext(ctx, "checkpoint", "err", err)
	}
	return err == nil && blocked == 0
}

// Check reads the whole file and compares every index with its table: what an
// operator runs at the start of a day and after a restore.
func (db *DB) Check(ctx context.Context) error {
	return check(ctx, db.readers)
}

func check(ctx context.Context, pool *sql.DB) error {
	rows, err := pool.QueryContext(ctx, "PRAGMA integrity_check(20)")
	if err != nil {
		return fmt.Errorf("check integrity: %w", err)
	}
	defer rows.Close() // its error is that of rows.Err
	var found []string
	for rows.Next() {
		var line string
		if err := rows.Scan(&line); err != nil {
			return fmt.Errorf("check integrity: %w", err)
		}
		if line != "ok" {
			found = append(found, line)
		}
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("check integrity: %w", err)
	}
	if found != nil {
		return fmt.Errorf("check integrity: %s", strings.Join(found, "; "))
	}
	return nil
}

// Backup writes a copy of the file, as it is at one instant, to a path where
// nothing is yet. The copy is checked and synced before it gets its name, so
// that a file with that name is a whole one. Writes go on meanwhile.
func (db *DB) Backup(ctx context.Context, to string) error {
	to, err := filepath.Abs(to)
	if err == nil {
		err = db.backup(ctx, to, to+".part")
	}
	if err != nil {
		return fmt.Errorf("back up to %s: %w", to, err)
	}
	return nil
}

func (db *DB) backup(ctx context.Context, to, part string) error {
	if _, err := os.Lstat(to); err == nil {
		return fs.ErrExist
	}
	if err := gone(part); err != nil { // of a backup that was cut short
		return err
	}
	err := db.copyTo(ctx, part)
	if err == nil {
		err = os.Rename(part, to)
	}
	if err != nil {
		return errors.Join(err, gone(part))
	}
	return syncFile(filepath.Dir(to))
}

func (db *DB) copyTo(ctx context.Context, part string) error {
	if err := private(part); err != nil { // an empty file may be copied into
		return err
	}
	pool, err := sql.Open(db.options.Driver, db.source()) // those that only query may not copy either
	if err != nil {
		return err
	}
	_, err = pool.ExecContext(ctx, "VACUUM INTO ?", part)
	if err := errors.Join(db.fault("copy", err), pool.Close()); err != nil {
		return err
	}
	source := url.URL{Scheme: "file", Path: filepath.ToSlash(part), RawQuery: "mode=ro&immutable=1"}
	pool, err = sql.Open(db.options.Driver, source.String())
	if err != nil {
		return err
	}
	if err := errors.Join(check(ctx, pool), pool.Close()); err != nil {
		return err
	}
	return syncFile(part)
}

// gone removes a file that need not be there.
func gone(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

func syncFile(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
