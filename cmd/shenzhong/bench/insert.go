package bench

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"

	_ "modernc.org/sqlite" // the driver "sqlite"
)

// insert is one table in one file and the one goroutine that inserts into it,
// with the settings of the kit: write-ahead log, every transaction synced, as
// many rows in one as have queued up, at most 256.
type insert struct {
	db    *sql.DB
	queue chan pending
}

// pending is one row on its way.
type pending struct {
	row  row
	done func(number int64, err error)
}

func openInsert(ctx context.Context, path string) (*insert, error) {
	source := url.URL{Scheme: "file", Path: filepath.ToSlash(path), RawQuery: url.Values{"_pragma": {
		"busy_timeout(5000)", "journal_mode(wal)", "synchronous(full)", "cache_size(-16000)", "wal_autocheckpoint(4000)", "temp_store(memory)",
	}}.Encode()}
	db, err := sql.Open("sqlite", source.String())
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	if _, err := db.ExecContext(ctx, `CREATE TABLE rows (number INTEGER PRIMARY KEY, at INTEGER NOT NULL, body TEXT NOT NULL) STRICT`); err != nil {
		return nil, errors.Join(fmt.Errorf("make table: %w", err), db.Close())
	}
	return &insert{db: db, queue: make(chan pending, 1024)}, nil
}

// later inserts r and calls done once it is synced.
func (i *insert) later(r row, done func(int64, error)) { i.queue <- pending{r, done} }

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
	add, err := conn.PrepareContext(ctx, `INSERT INTO rows (at, body) VALUES (?1, ?2)`)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, add.Close()) }()
	for {
		select {
		case <-ctx.Done():
			return nil
		case first := <-i.queue:
			if err := i.group(conn, add, first); err != nil {
				return err
			}
		}
	}
}

// group inserts first, and whatever is queued by then, in one transaction. A
// context that can be canceled would cost two goroutines for each statement.
func (i *insert) group(conn *sql.Conn, add *sql.Stmt, first pending) error {
	ctx := context.Background()
	taken := []pending{first}
	for len(taken) < 256 && len(i.queue) > 0 {
		taken = append(taken, <-i.queue)
	}
	numbers := make([]int64, len(taken))
	_, err := conn.ExecContext(ctx, "BEGIN IMMEDIATE")
	for n, p := range taken {
		var done sql.Result
		if err == nil {
			done, err = add.ExecContext(ctx, p.row.At.UnixMilli(), p.row.Body)
		}
		if err == nil {
			numbers[n], err = done.LastInsertId()
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
