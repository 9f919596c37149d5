package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"time"

	"modernc.org/sqlite"
)

// barrierWait is how long the one moment is waited for in which no process
// writes to any of the files that are copied together.
const barrierWait = 15 * time.Second

// Copy writes copies of files, from to to, where nothing is yet. All of them
// show their files as they were at one instant: for that instant, well
// under a second, every process that wants to write waits. Facts travel between
// stores, and of a store that was copied later than the one it listens to the
// copy would know facts that in the other copy have never happened. Each copy
// is checked and synced before it gets its name, so that a file with that name
// is a whole one. It is a single file: it needs none beside it.
func Copy(ctx context.Context, files map[string]string) (err error) {
	var open []*source
	defer func() {
		for _, s := range open {
			err = errors.Join(err, s.close())
		}
	}()
	for _, from := range slices.Sorted(maps.Keys(files)) { // the same order for all who copy
		s, err := newSource(from, files[from])
		if err != nil {
			return fmt.Errorf("copy %s: %w", from, err)
		}
		open = append(open, s)
		if err := s.connect(ctx); err != nil {
			return fmt.Errorf("copy %s: %w", from, err)
		}
	}
	if err := barrier(ctx, open); err != nil {
		return err
	}
	for _, s := range open {
		if err := s.copy(ctx); err != nil {
			return fmt.Errorf("copy %s to %s: %w", s.from, s.to, err)
		}
	}
	return nil
}

// barrier has every source see its file as it is at one instant.
func barrier(ctx context.Context, all []*source) error {
	for _, s := range all {
		if err := s.hold(ctx); err != nil {
			return fmt.Errorf("hold %s: %w", s.from, err)
		}
	}
	for _, s := range all {
		if err := s.look(ctx); err != nil {
			return fmt.Errorf("look at %s: %w", s.from, err)
		}
	}
	for _, s := range all {
		if _, err := s.holder.ExecContext(ctx, "ROLLBACK"); err != nil {
			return fmt.Errorf("let %s go: %w", s.from, err)
		}
	}
	return nil
}

// source is a file that is being copied: one connection to hold it for the
// instant, and one that goes on to see it as it was then.
type source struct {
	from, to       string
	pool           *sql.DB
	holder, viewer *sql.Conn
}

func newSource(from, to string) (*source, error) {
	if _, err := os.Lstat(to); err == nil {
		return nil, fmt.Errorf("%s: %w", to, fs.ErrExist)
	}
	from, err := filepath.Abs(from)
	if err != nil {
		return nil, err
	}
	if to, err = filepath.Abs(to); err != nil {
		return nil, err
	}
	db := &DB{path: from, options: Options{Wait: barrierWait}}
	pool, err := sql.Open("sqlite", db.sourceWith(map[string]string{"mode": "rw"}, db.waits()))
	if err != nil {
		return nil, err
	}
	return &source{from: from, to: to, pool: pool}, nil
}

// connect makes both connections before anybody has to wait for them.
func (s *source) connect(ctx context.Context) (err error) {
	if s.holder, err = s.pool.Conn(ctx); err != nil {
		return err
	}
	if s.viewer, err = s.pool.Conn(ctx); err != nil {
		return err
	}
	var tables int
	return s.viewer.QueryRowContext(ctx, "SELECT count(*) FROM sqlite_schema").Scan(&tables)
}

// hold keeps all others from writing.
func (s *source) hold(ctx context.Context) error {
	_, err := s.holder.ExecContext(ctx, "BEGIN IMMEDIATE")
	return err
}

// look begins to see the file as it is now.
func (s *source) look(ctx context.Context) error {
	if _, err := s.viewer.ExecContext(ctx, "BEGIN"); err != nil {
		return err
	}
	var tables int
	return s.viewer.QueryRowContext(ctx, "SELECT count(*) FROM sqlite_schema").Scan(&tables)
}

func (s *source) close() error {
	var errs []error
	for _, conn := range []*sql.Conn{s.viewer, s.holder} {
		if conn != nil {
			errs = append(errs, conn.Close())
		}
	}
	return errors.Join(append(errs, s.pool.Close())...)
}

func (s *source) copy(ctx context.Context) error {
	part := s.to + ".part"
	if err := gone(part); err != nil { // of a copy that was cut short
		return err
	}
	err := s.pages(part)
	if err == nil {
		err = finish(ctx, part)
	}
	if err == nil {
		err = os.Rename(part, s.to)
	}
	if err != nil {
		return errors.Join(err, gone(part))
	}
	return syncFile(filepath.Dir(s.to))
}

// pages copies what the viewer sees.
func (s *source) pages(part string) error {
	if err := private(part); err != nil { // an empty file may be copied into
		return err
	}
	into := url.URL{Scheme: "file", Path: filepath.ToSlash(part)}
	return s.viewer.Raw(func(conn any) error {
		from, ok := conn.(interface {
			NewBackup(uri string) (*sqlite.Backup, error)
		})
		if !ok {
			return errors.New("the driver cannot copy")
		}
		b, err := from.NewBackup(into.String())
		if err != nil {
			return err
		}
		more, err := b.Step(-1)
		if err == nil && more {
			err = errors.New("not every page was copied")
		}
		return errors.Join(err, b.Finish())
	})
}

// finish makes a copy a single file, checks it and has it on the disk.
func finish(ctx context.Context, part string) error {
	source := url.URL{Scheme: "file", Path: filepath.ToSlash(part)}
	pool, err := sql.Open("sqlite", source.String())
	if err != nil {
		return err
	}
	var mode string
	err = pool.QueryRowContext(ctx, "PRAGMA journal_mode=delete").Scan(&mode)
	if err == nil && mode != "delete" {
		err = fmt.Errorf("journal mode stays %s", mode)
	}
	if err == nil {
		err = check(ctx, pool)
	}
	if err := errors.Join(err, pool.Close()); err != nil {
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
