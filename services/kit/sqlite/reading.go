package sqlite

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// OpenReadOnly opens a file that must be there, for reading alone: Write is
// refused, the file is not touched, and none is made beside it. It may lie where
// nothing can be written, as a copy for an auditor does. Other processes may
// write to it meanwhile; only if the first of them comes while the file is read,
// Close says that what was read may be wrong.
func OpenReadOnly(ctx context.Context, path string, options Options) (*DB, error) {
	options.Driver = cmp.Or(options.Driver, "sqlite")
	options.Readers = cmp.Or(options.Readers, 4)
	options.Wait = cmp.Or(options.Wait, 5*time.Second)
	if options.Code == nil {
		options.Code = code
	}
	path, err := filepath.Abs(path)
	if err == nil {
		_, err = os.Stat(path)
	}
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	db := &DB{options: options, path: path, reads: map[string]*sql.Stmt{}}
	if db.alone, err = db.nobodyWrites(); err == nil {
		err = db.openReaders(ctx)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open %s: %w", path, err), db.release())
	}
	return db, nil
}

// nobodyWrites reports whether no process has the file open and none has left
// a write-ahead log: either would show beside it.
func (db *DB) nobodyWrites() (bool, error) {
	for _, beside := range []string{"-wal", "-shm"} {
		_, err := os.Lstat(db.path + beside)
		if err == nil {
			return false, nil
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return false, err
		}
	}
	return true, nil
}

// openReaders makes the connections that read, and reads once.
func (db *DB) openReaders(ctx context.Context) error {
	parameters := map[string]string{"mode": "ro"}
	if db.alone {
		parameters["immutable"] = "1"
	}
	pool, err := sql.Open(db.options.Driver, db.sourceWith(parameters, db.waits(), "query_only(1)"))
	if err != nil {
		return err
	}
	pool.SetMaxOpenConns(db.options.Readers)
	pool.SetMaxIdleConns(db.options.Readers)
	db.readers = pool
	var version string
	var tables int
	if err := pool.QueryRowContext(ctx, "SELECT sqlite_version(), count(*) FROM sqlite_schema").Scan(&version, &tables); err != nil {
		return err
	}
	return newEnough(version)
}

// ReadOnly reports whether nothing can be written.
func (db *DB) ReadOnly() bool { return db.writer == nil }

// closeReadOnly releases the file and says whether what was read may be wrong.
func (db *DB) closeReadOnly() error {
	err := db.release()
	if !db.alone {
		return err
	}
	still, look := db.nobodyWrites()
	if look == nil && !still {
		look = fmt.Errorf("a process began to write to %s while it was read; read it again", db.path)
	}
	return errors.Join(err, look)
}
