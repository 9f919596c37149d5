package sqlite

import (
	"context"
	"database/sql"
	"errors"
)

// Tx is the door for one write. It is valid only while the write runs.
type Tx struct {
	w   *writer
	one *request // of a write of one statement
}

// Exec runs one statement and returns how many rows it changed.
func (tx Tx) Exec(query string, args ...any) (int64, error) {
	if tx.one != nil {
		return tx.one.exec(tx.w, query, args)
	}
	return tx.w.exec(query, args)
}

// Row reads the first row that query yields into dest and reports whether there
// was one. It sees what this write and those before it have done.
func (tx Tx) Row(query string, args []any, dest ...any) (bool, error) {
	stmt, err := tx.w.prepare(query)
	if err != nil {
		return false, err
	}
	err = stmt.QueryRowContext(context.Background(), args...).Scan(dest...)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return err == nil, err
}

// Write runs op in the transaction of the next group and returns after that
// group has reached the disk. An op that returns an error leaves nothing behind
// and does not disturb the others of its group.
//
// A full queue is fault.Unavailable at once. A ctx that ends while the write is
// still queued ends the wait, and the write is not done; once it runs, its
// answer is waited for. If the disk is full or the file cannot be written, the
// whole group is fault.Unavailable and whoever asked may ask again; in the one
// case that the disk broke in the middle of a sync it is not known whether the
// group survived, which is why every write must be one that can be repeated.
func (db *DB) Write(ctx context.Context, op func(Tx) error) error {
	if db.ReadOnly() {
		return errReadOnly
	}
	return db.writer.write(ctx, &request{op: op})
}

// WriteOne is Write for an op that changes something with one statement at most,
// and only refuses when that statement has changed nothing. SQLite undoes a
// statement that fails by itself, so the op costs no savepoint, which is a
// seventh of what a commit costs the writer.
func (db *DB) WriteOne(ctx context.Context, op func(Tx) error) error {
	if db.ReadOnly() {
		return errReadOnly
	}
	return db.writer.write(ctx, &request{op: op, single: true})
}

// errOne says that an op of one statement has run two.
var errOne = errors.New("a write of one statement runs a second")

// errReadOnly says that the file was opened for reading alone.
var errReadOnly = errors.New("the file was opened for reading alone")
