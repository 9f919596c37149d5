package bench

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"strings"
	"time"

	"shenzhong/services/kit/clock"
)

// byHand is a table with an index over what is due next and a table of what was
// said, with the settings of the kit: every row said is synced by itself.
type byHand struct {
	*sql.DB
	body string
	due  int
}

func openByHand(ctx context.Context, path string, size DeadlineSize, bytes int) (h *byHand, err error) {
	source := url.URL{Scheme: "file", Path: filepath.ToSlash(path), RawQuery: url.Values{"_pragma": {
		"busy_timeout(5000)", "journal_mode(wal)", "synchronous(full)", "cache_size(-16000)", "wal_autocheckpoint(4000)", "temp_store(memory)",
	}}.Encode()}
	db, err := sql.Open("sqlite", source.String())
	if err != nil {
		return nil, err
	}
	h = &byHand{DB: db, body: strings.Repeat("x", bytes), due: size.Due}
	defer func() {
		if err != nil {
			err = errors.Join(err, db.Close())
		}
	}()
	db.SetMaxOpenConns(1)
	for _, text := range []string{
		`CREATE TABLE open (number INTEGER PRIMARY KEY, next INTEGER NOT NULL, body TEXT NOT NULL) STRICT`,
		`CREATE INDEX open_next ON open (next)`,
		`CREATE TABLE said (number INTEGER PRIMARY KEY, body TEXT NOT NULL) STRICT`,
	} {
		if _, err := db.ExecContext(ctx, text); err != nil {
			return nil, fmt.Errorf("make table: %w", err)
		}
	}
	// Limit n falls due on the day of its lot, or behind all of them.
	_, err = db.ExecContext(ctx, `WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ?1 - 1)
		INSERT INTO open SELECT i, min(i / ?2, ?3), ?4 FROM n`, size.Many, size.Due, size.Rounds, h.body)
	return h, err
}

// day says what falls due on one day and returns what it took.
func (h *byHand) day(ctx context.Context, round int) (time.Duration, error) {
	watch := clock.Stopwatch()
	rows, err := h.QueryContext(ctx, `SELECT number, body FROM open WHERE next <= ?1 ORDER BY next LIMIT 500`, round)
	if err != nil {
		return 0, err
	}
	var due []int64
	for rows.Next() {
		var number int64
		var body string
		if err := rows.Scan(&number, &body); err != nil {
			return 0, errors.Join(err, rows.Close())
		}
		due = append(due, number)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return 0, err
	}
	if len(due) != h.due {
		return 0, fmt.Errorf("%d are due by hand, not %d", len(due), h.due)
	}
	for range due {
		if _, err := h.ExecContext(ctx, `INSERT INTO said (body) VALUES (?1)`, h.body); err != nil {
			return 0, err
		}
	}
	took := watch()
	_, err = h.ExecContext(ctx, `UPDATE open SET next = 9223372036854775807 WHERE next <= ?1`, round)
	return took, err
}
