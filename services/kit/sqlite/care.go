package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
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
