package bench

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"time"

	_ "modernc.org/sqlite" // the driver "sqlite"
)

// insert is one table in one file and the one goroutine that writes into it,
// with the settings of the kit: write-ahead log, every transaction synced, as
// many rows in one as have queued up, at most 256. The two keys of a commit are
// unique, so that nothing is decided on old ground or done twice; a mark says
// what was sent, so that a crash in between loses nothing.
type insert struct {
	db    *sql.DB
	read  *sql.DB
	queue chan pending
}

// pending is one row on its way or, where sent is set, the mark that all rows up
// to that number were sent.
type pending struct {
	row  row
	sent int64
	done func(number int64, err error)
}

const bareTable = `CREATE TABLE rows (number INTEGER PRIMARY KEY, subject TEXT NOT NULL, version INTEGER NOT NULL, cause TEXT NOT NULL,
		at INTEGER NOT NULL, body TEXT NOT NULL, sent INTEGER NOT NULL DEFAULT 0) STRICT;
	CREATE UNIQUE INDEX versions ON rows (subject, version);
	CREATE UNIQUE INDEX causes ON rows (subject, cause);
	CREATE INDEX unsent ON rows (number) WHERE sent = 0`

func openInsert(ctx context.Context, path string) (*insert, error) {
	source := url.URL{Scheme: "file", Path: filepath.ToSlash(path), RawQuery: url.Values{"_pragma": {
		"busy_timeout(5000)", "journal_mode(wal)", "synchronous(full)", "cache_size(-16000)", "wal_autocheckpoint(4000)", "temp_store(memory)",
	}}.Encode()}
	db, err := sql.Open("sqlite", source.String())
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	if _, err := db.ExecContext(ctx, bareTable); err != nil {
		return nil, errors.Join(fmt.Errorf("make table: %w", err), db.Close())
	}
	read, err := sql.Open("sqlite", source.String())
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return &insert{db: db, read: read, queue: make(chan pending, 1024)}, nil
}

func (i *insert) close() error { return errors.Join(i.read.Close(), i.db.Close()) }

// unsent are up to n rows that were not sent yet, in order.
func (i *insert) unsent(n int) (rows []row, err error) {
	found, err := i.read.QueryContext(context.Background(), `SELECT number, subject, at, body FROM rows WHERE sent = 0 ORDER BY number LIMIT ?1`, n)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, found.Close()) }()
	for found.Next() {
		var r row
		var at int64
		if err := found.Scan(&r.Number, &r.Subject, &at, &r.Body); err != nil {
			return nil, err
		}
		r.At = time.UnixMilli(at)
		rows = append(rows, r)
	}
	return rows, found.Err()
}

// mark notes that all rows up to number were sent, and returns once it is synced.
func (i *insert) mark(ctx context.Context, number int64) error {
	done := make(chan error, 1)
	i.queue <- pending{sent: number, done: func(_ int64, err error) { done <- err }}
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// later inserts r and calls done once it is synced.
func (i *insert) later(r row, done func(int64, error)) { i.queue <- pending{row: r, done: done} }

// write inserts r and returns its number once it is synced.
func (i *insert) write(_ context.Context, r row) (int64, error) {
	type answer struct {
		number int64
		err    error
	}
	done := make(chan answer, 1)
	i.later(r, func(n int64, err error) { done <- answer{n, err} })
	a := <-done
	return a.number, a.err
}

// run inserts until ctx ends.
func (i *insert) run(ctx context.Context) (err error) {
	conn, err := i.db.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	add, err := conn.PrepareContext(ctx, `INSERT INTO rows (subject, version, cause, at, body) VALUES (?1, 1, ?2, ?3, ?4) ON CONFLICT DO NOTHING`)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, add.Close()) }()
	sent, err := conn.PrepareContext(ctx, `UPDATE rows SET sent = 1 WHERE sent = 0 AND number <= ?1`)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, sent.Close()) }()
	for {
		select {
		case <-ctx.Done():
			return nil
		case first := <-i.queue:
			if err := i.group(conn, add, sent, first); err != nil {
				return err
			}
		}
	}
}

// group inserts first, and whatever is queued by then, in one transaction. A
// context that can be canceled would cost two goroutines for each statement.
func (i *insert) group(conn *sql.Conn, add, sent *sql.Stmt, first pending) error {
	ctx := context.Background()
	taken := []pending{first}
	for len(taken) < 256 && len(i.queue) > 0 {
		taken = append(taken, <-i.queue)
	}
	numbers := make([]int64, len(taken))
	_, err := conn.ExecContext(ctx, "BEGIN IMMEDIATE")
	for n, p := range taken {
		var done sql.Result
		switch {
		case err != nil:
		case p.sent > 0:
			_, err = sent.ExecContext(ctx, p.sent)
		default:
			if done, err = add.ExecContext(ctx, p.row.Subject, p.row.Cause, p.row.At.UnixMilli(), p.row.Body); err == nil {
				numbers[n], err = done.LastInsertId()
			}
		}
	}
	if err == nil {
		_, err = conn.ExecContext(ctx, "COMMIT")
	}
	for n, p := range taken {
		p.done(numbers[n], err)
	}
	return err
}
