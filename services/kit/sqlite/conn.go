package sqlite

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"log/slog"
)

// begin starts a transaction, on a new connection if the old one was lost.
func (w *writer) begin() error {
	if w.conn == nil {
		if err := w.connect(context.Background()); err != nil {
			return err
		}
	}
	_, err := Tx{w: w}.Exec("BEGIN IMMEDIATE")
	return err
}

// abort gives a failed transaction up. A connection that cannot even do that,
// or that failed for any reason but a lock or a full disk, is replaced.
func (w *writer) abort(cause error, writes int) {
	slog.ErrorContext(context.Background(), "write group given up", "writes", writes, "err", cause)
	if w.conn == nil {
		return
	}
	_, err := Tx{w: w}.Exec("ROLLBACK")
	switch w.db.options.Code(cause) & 0xff {
	case busy, full:
		return
	}
	if err = errors.Join(err, w.disconnect()); err != nil {
		slog.WarnContext(context.Background(), "connection dropped", "err", err)
	}
}

// connect opens the connection that writes, and does not take it if it is not
// set as it must be.
func (w *writer) connect(ctx context.Context) error {
	conn, err := w.db.writes.Conn(ctx)
	if err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	w.conn, w.stmts = conn, map[string]*sql.Stmt{}
	if _, err := w.db.assert(ctx, conn); err != nil {
		return errors.Join(err, w.disconnect())
	}
	return nil
}

// disconnect closes the connection for good: one that is only given back would
// be handed out again as it is.
func (w *writer) disconnect() error {
	if w.conn == nil {
		return nil
	}
	var errs []error
	for _, stmt := range w.stmts {
		errs = append(errs, stmt.Close())
	}
	err := w.conn.Raw(func(any) error { return driver.ErrBadConn })
	if !errors.Is(err, driver.ErrBadConn) {
		errs = append(errs, err)
	}
	if err := w.conn.Close(); !errors.Is(err, sql.ErrConnDone) {
		errs = append(errs, err)
	}
	w.conn, w.stmts = nil, nil
	return errors.Join(errs...)
}

// prepare returns the prepared statement with that text.
func (w *writer) prepare(query string) (*sql.Stmt, error) {
	if stmt := w.stmts[query]; stmt != nil {
		return stmt, nil
	}
	stmt, err := w.conn.PrepareContext(context.Background(), query)
	if err != nil {
		return nil, err
	}
	w.stmts[query] = stmt
	return stmt, nil
}

// exec runs one statement and returns how many rows it changed.
func (w *writer) exec(query string, args []any) (int64, error) {
	stmt, err := w.prepare(query)
	if err != nil {
		return 0, err
	}
	res, err := stmt.ExecContext(context.Background(), args...)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}
