// Package sqlite is one SQLite file with one writer: writes are queued, run in
// groups and answered only after the group has reached the disk. It must never
// run with settings that can lose an answered write, and nothing else may
// import the driver.
package sqlite

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"modernc.org/sqlite"
)

// oldest is the first SQLite whose write-ahead log is known not to corrupt a
// database that several connections checkpoint: the bug of 3.7.0 to 3.51.2.
var oldest = [3]int{3, 51, 3}

// Options are what a file is opened with. The zero value is what production
// runs with.
type Options struct {
	// Driver is the name under which a driver is registered with database/sql;
	// empty is modernc.org/sqlite. Tests name a second one.
	Driver string
	// Code returns the result code in an error of that driver, or 0.
	// It is needed with Driver and unused without.
	Code func(error) int
	// Queue is how many writes may wait; 0 is 1024. One more is refused.
	Queue int
	// Readers is how many reads may run at once; 0 is 4.
	Readers int
	// Quiet is how long there must be no write before the write-ahead log is
	// emptied into the file; 0 is two seconds.
	Quiet time.Duration
	// Wait is how long a lock held by another process is waited for; 0 is five
	// seconds.
	Wait time.Duration
}

// DB is an open file. All methods may be called by many goroutines.
type DB struct {
	options  Options
	path     string
	readers  *sql.DB
	writes   *sql.DB // one connection, held by writer
	writer   *writer
	settings map[string]string
	alone    bool // opened for reading while no process wrote to the file

	mu    sync.RWMutex
	reads map[string]*sql.Stmt // guarded by mu; reads prepared so far, by text
}

// Open opens the file at path, which must lie on a local disk, and makes it if
// it is not there. It refuses a library or a setting under which an answered
// write could be lost.
func Open(ctx context.Context, path string, options Options) (*DB, error) {
	options.Driver = cmp.Or(options.Driver, "sqlite")
	options.Queue = cmp.Or(options.Queue, 1024)
	options.Readers = cmp.Or(options.Readers, 4)
	options.Quiet = cmp.Or(options.Quiet, 2*time.Second)
	options.Wait = cmp.Or(options.Wait, 5*time.Second)
	if options.Code == nil {
		options.Code = code
	}
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	if err := private(path); err != nil {
		return nil, err
	}
	db := &DB{options: options, path: path, reads: map[string]*sql.Stmt{}}
	if err := db.open(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("open %s: %w", path, err), db.release())
	}
	db.writer.start()
	return db, nil
}

// open makes the connections and asserts what they are set to.
func (db *DB) open(ctx context.Context) error {
	var err error
	db.writes, err = sql.Open(db.options.Driver, db.source("wal_autocheckpoint(4000)", "temp_store(memory)"))
	if err != nil {
		return err
	}
	db.writes.SetMaxOpenConns(1)
	db.readers, err = sql.Open(db.options.Driver, db.source("query_only(1)"))
	if err != nil {
		return err
	}
	db.readers.SetMaxOpenConns(db.options.Readers)
	db.readers.SetMaxIdleConns(db.options.Readers)

	db.writer = newWriter(db)
	if err := db.writer.connect(ctx); err != nil {
		return err
	}
	db.settings, err = db.assert(ctx, db.writer.conn)
	return err
}

// source is the data source name for the file with these pragmas besides those
// that every connection has. The order counts: first wait for locks.
func (db *DB) source(pragmas ...string) string {
	common := []string{db.waits(), "journal_mode(wal)", "synchronous(full)", "cache_size(-16000)", "trusted_schema(0)"}
	return db.sourceWith(nil, append(common, pragmas...)...)
}

// waits is the pragma that waits for locks.
func (db *DB) waits() string { return fmt.Sprintf("busy_timeout(%d)", db.options.Wait.Milliseconds()) }

// sourceWith is the data source name for the file with these parameters, those
// that are empty left out, and these pragmas.
func (db *DB) sourceWith(parameters map[string]string, pragmas ...string) string {
	query := url.Values{"_pragma": pragmas}
	for name, value := range parameters {
		if value != "" {
			query.Set(name, value)
		}
	}
	return (&url.URL{Scheme: "file", Path: filepath.ToSlash(db.path), RawQuery: query.Encode()}).String()
}

// assert reads back what conn runs with and refuses it if an answered write
// could be lost.
func (db *DB) assert(ctx context.Context, conn *sql.Conn) (map[string]string, error) {
	got := map[string]string{"driver": db.options.Driver, "queue": strconv.Itoa(db.options.Queue)}
	for name, query := range map[string]string{
		"sqlite_version":     "SELECT sqlite_version()",
		"journal_mode":       "PRAGMA journal_mode",
		"synchronous":        "PRAGMA synchronous",
		"wal_autocheckpoint": "PRAGMA wal_autocheckpoint",
		"busy_timeout_ms":    "PRAGMA busy_timeout",
		"page_size":          "PRAGMA page_size",
	} {
		var value string
		if err := conn.QueryRowContext(ctx, query).Scan(&value); err != nil {
			return nil, fmt.Errorf("read %s: %w", name, err)
		}
		got[name] = value
	}
	if err := newEnough(got["sqlite_version"]); err != nil {
		return nil, err
	}
	for name, want := range map[string]string{
		"journal_mode":       "wal",
		"synchronous":        "2",
		"wal_autocheckpoint": "4000",
		"busy_timeout_ms":    strconv.FormatInt(db.options.Wait.Milliseconds(), 10),
	} {
		if got[name] != want {
			return nil, fmt.Errorf("%s is %s, not %s", name, got[name], want)
		}
	}
	got["synchronous"] = "full"
	return got, nil
}

// newEnough refuses a SQLite older than the oldest that may be trusted.
func newEnough(version string) error {
	var have [3]int
	parts := strings.Split(version, ".")
	for i := 0; i < len(have) && i < len(parts); i++ {
		n, err := strconv.Atoi(parts[i])
		if err != nil {
			return fmt.Errorf("SQLite version %q: %w", version, err)
		}
		have[i] = n
	}
	for i := range have {
		if have[i] != oldest[i] {
			if have[i] > oldest[i] {
				return nil
			}
			return fmt.Errorf("SQLite %s may corrupt its write-ahead log; %d.%d.%d or later is needed", version, oldest[0], oldest[1], oldest[2])
		}
	}
	return nil
}

// private makes the file, readable by its owner alone, if it is not there:
// SQLite gives its other files the same mode.
func private(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return fmt.Errorf("open database: %w", err)
	}
	if err := f.Close(); err != nil {
		return fmt.Errorf("open database: %w", err)
	}
	return nil
}

// Settings is what the file runs with, as read back from it: for the readiness
// report.
func (db *DB) Settings() map[string]string { return maps.Clone(db.settings) }

// Close answers every write that was accepted, empties the write-ahead log into
// the file and releases it. Writes that come later are refused.
func (db *DB) Close() error {
	if db.ReadOnly() {
		return db.closeReadOnly()
	}
	db.writer.stop()
	return db.release()
}

func (db *DB) release() error {
	db.mu.Lock()
	defer db.mu.Unlock()
	var errs []error
	for _, stmt := range db.reads {
		errs = append(errs, stmt.Close())
	}
	clear(db.reads)
	if db.writer != nil {
		errs = append(errs, db.writer.disconnect())
	}
	for _, pool := range []*sql.DB{db.readers, db.writes} {
		if pool != nil {
			errs = append(errs, pool.Close())
		}
	}
	return errors.Join(errs...)
}

// code is Options.Code of the driver that production runs with.
func code(err error) int {
	var e *sqlite.Error
	if errors.As(err, &e) {
		return e.Code()
	}
	return 0
}
