package backup

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"time"

	"shenzhong/services/kit/sqlite"
	"shenzhong/services/kit/store"
	"shenzhong/services/kit/store/sqlitelog"
)

// readStores walks every chain of every store in a folder.
func readStores(ctx context.Context, folder string, contexts []string) ([]Store, error) {
	var out []Store
	for _, c := range contexts {
		s, err := readStore(ctx, folder, c)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("read the store of %s again: %w", c, err)
		}
		out = append(out, s)
	}
	sortStores(out)
	return out, nil
}

func readStore(ctx context.Context, folder, name string) (s Store, err error) {
	s = Store{Context: name, File: name + ".db"}
	db, err := sqlite.OpenReadOnly(ctx, filepath.Join(folder, s.File), sqlite.Options{})
	if err != nil {
		return s, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if err := db.Check(ctx); err != nil {
		return s, err
	}
	log, err := sqlitelog.Open(ctx, db)
	if err != nil {
		return s, err
	}
	breaks, n, err := store.Verify(ctx, log)
	if err != nil {
		return s, err
	}
	s.Commits = n
	for _, b := range breaks {
		s.Broken = append(s.Broken, b.ID+" "+b.Reason)
	}
	subject, newest := "", time.Time{}
	err = store.Each(ctx, log, func(c store.Commit) error {
		if c.Subject != subject {
			subject = c.Subject
			s.Subjects++
		}
		if c.At.After(newest) {
			newest = c.At
		}
		return nil
	})
	if n > 0 {
		s.Newest = &newest
	}
	return s, err
}
