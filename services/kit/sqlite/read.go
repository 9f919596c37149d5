package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// keep is how many different reads stay prepared. The texts come from code, not
// from users, so a room that exceeds it builds texts it should not.
const keep = 512

// Row reads the first row that query yields into dest and reports whether there
// was one. It is meant for single rows found by an index: once it runs it is not
// interrupted.
func (db *DB) Row(ctx context.Context, query string, args []any, dest ...any) (bool, error) {
	if err := ctx.Err(); err != nil {
		return false, err
	}
	// A context that can be canceled costs two goroutines for each query.
	ctx = context.WithoutCancel(ctx)
	stmt, err := db.prepare(ctx, query)
	if err != nil {
		return false, err
	}
	err = stmt.QueryRowContext(ctx, args...).Scan(dest...)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return err == nil, db.fault("read", err)
}

// Rows calls each with a function that scans the row at hand, for every row
// that query yields, in one short transaction: rows that are still being read
// keep the write-ahead log from being emptied, so each must only copy.
func (db *DB) Rows(ctx context.Context, query string, args []any, each func(scan func(dest ...any) error) error) error {
	stmt, err := db.prepare(ctx, query)
	if err != nil {
		return err
	}
	rows, err := stmt.QueryContext(ctx, args...)
	if err != nil {
		return db.fault("read", err)
	}
	defer rows.Close() // its error is that of rows.Err
	for rows.Next() {
		if err := each(rows.Scan); err != nil {
			return err
		}
	}
	return db.fault("read", rows.Err())
}

// prepare returns the prepared read with that text.
func (db *DB) prepare(ctx context.Context, query string) (*sql.Stmt, error) {
	db.mu.RLock()
	stmt := db.reads[query]
	db.mu.RUnlock()
	if stmt != nil {
		return stmt, nil
	}
	db.mu.Lock()
	defer db.mu.Unlock()
	if stmt := db.reads[query]; stmt != nil {
		return stmt, nil
	}
	if len(db.reads) == keep {
		return nil, fmt.Errorf("prepare read: more than %d different queries", keep)
	}
	stmt, err := db.readers.PrepareContext(ctx, query)
	if err != nil {
		return nil, db.fault("prepare read", err)
	}
	db.reads[query] = stmt
	return stmt, nil
}
