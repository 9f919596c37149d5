// Package sqlitelog keeps the commits of one context in a SQLite file. It must
// never alter a commit but for the mark that it was relayed, and never answer
// before the file has been synced.
package sqlitelog

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/sqlite"
	"shenzhong/services/kit/store"
)

// schema is the table of commits and the one row about the stream. The number
// is the order of insertion; the relay goes by it. An index that leaves out what
// is not asked for costs nothing for it: a new commit is in the first of the
// last two, an old one in the second. An opens that is but the commit's own id
// says no more than commits_version does and is kept as ”.
var schema = []string{
	`CREATE TABLE IF NOT EXISTS commits (
		number  INTEGER PRIMARY KEY,
		subject TEXT    NOT NULL,
		version INTEGER NOT NULL,
		opens   TEXT    NOT NULL,
		prev    TEXT    NOT NULL,
		hash    TEXT    NOT NULL,
		kind    TEXT    NOT NULL,
		at      INTEGER NOT NULL,
		actor   TEXT    NOT NULL,
		unit    TEXT    NOT NULL,
		cause   TEXT    NOT NULL,
		state   TEXT    NOT NULL,
		data    TEXT    NOT NULL,
		starts  TEXT    NOT NULL,
		settles TEXT    NOT NULL,
		relayed INTEGER NOT NULL DEFAULT 0
	) STRICT`,
	`CREATE UNIQUE INDEX IF NOT EXISTS commits_version ON commits (subject, version)`,
	`CREATE UNIQUE INDEX IF NOT EXISTS commits_cause ON commits (subject, cause)`,
	`CREATE UNIQUE INDEX IF NOT EXISTS commits_opens ON commits (opens) WHERE opens <> ''`,
	`CREATE INDEX IF NOT EXISTS commits_unrelayed ON commits (number) WHERE relayed = 0`,
	`CREATE INDEX IF NOT EXISTS commits_relayed ON commits (relayed) WHERE relayed > 0`,
	`CREATE TABLE IF NOT EXISTS stream (
		one   INTEGER PRIMARY KEY CHECK (one = 1),
		epoch TEXT    NOT NULL,
		last  INTEGER NOT NULL
	) STRICT`,
}

// columns are all of a commit, in the order in which scan takes them.
const columns = "subject, version, opens, prev, hash, kind, at, actor, unit, cause, state, data, starts, settles, relayed"

// Log is a store.Log in one file.
type Log struct {
	db    *sqlite.DB
	grown chan struct{}
}

// Open makes the tables in db if they are not there, unless db was opened for
// reading alone. One file holds one log.
func Open(ctx context.Context, db *sqlite.DB) (*Log, error) {
	err := lay(ctx, db)
	if err != nil {
		return nil, fmt.Errorf("open log: %w", err)
	}
	l := &Log{db: db, grown: make(chan struct{}, 1)}
	if _, err := l.Scan(ctx, "", 0, 1); err != nil { // another layout is noticed here
		return nil, fmt.Errorf("open log: %w", err)
	}
	return l, nil
}

// lay makes the tables.
func lay(ctx context.Context, db *sqlite.DB) error {
	if db.ReadOnly() {
		return nil
	}
	return db.Write(ctx, func(tx sqlite.Tx) error {
		for _, statement := range schema {
			if _, err := tx.Exec(statement); err != nil {
				return err
			}
		}
		return nil
	})
}

const appendCommit = `INSERT INTO commits (` + columns + `)
	VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)
	ON CONFLICT DO NOTHING`

// The insert says only that some key is taken; this says whether it is one that
// makes the commit a repetition.
const isSeen = `SELECT EXISTS (SELECT 1 FROM commits WHERE subject = ?1 AND cause = ?2)
	OR EXISTS (SELECT 1 FROM commits WHERE opens = ?3 AND opens <> '')`

// Append adds the commits, all or none.
func (l *Log) Append(ctx context.Context, commits ...store.Commit) error {
	rows := make([][]any, len(commits))
	for i, c := range commits {
		var err error
		if rows[i], err = values(c); err != nil {
			return fmt.Errorf("append %s: %w", c.ID(), err)
		}
	}
	write := l.db.Write
	if len(commits) == 1 {
		write = l.db.WriteOne
	}
	err := write(ctx, func(tx sqlite.Tx) error {
		for i, c := range commits {
			if err := insert(tx, c, rows[i]); err != nil {
				return fmt.Errorf("append %s: %w", c.ID(), err)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	select {
	case l.grown <- struct{}{}:
	default:
	}
	return nil
}

func insert(tx sqlite.Tx, c store.Commit, row []any) error {
	n, err := tx.Exec(appendCommit, row...)
	if err != nil || n == 1 {
		return err
	}
	var seen bool
	if _, err := tx.Row(isSeen, []any{c.Subject, c.Cause, opens(c)}, &seen); err != nil {
		return err
	}
	if seen {
		return store.ErrSeen
	}
	return fault.New(fault.Conflict, "该记录刚刚被他人修改，请刷新后重试")
}

const last = `SELECT ` + columns + `, EXISTS (SELECT 1 FROM commits WHERE subject = ?1 AND cause = ?2)
	FROM commits WHERE subject = ?1 ORDER BY version DESC LIMIT 1`

// Last returns the newest commit of subject and whether cause has changed it.
func (l *Log) Last(ctx context.Context, subject, cause string) (store.Commit, bool, error) {
	var r record
	var seen bool
	found, err := l.db.Row(ctx, last, []any{subject, cause}, append(r.fields(), &seen)...)
	if err != nil || !found {
		return store.Commit{}, false, wrap(err, "read newest of %s", subject)
	}
	c, err := r.commit()
	return c, seen, err
}

const opened = `SELECT subject FROM commits WHERE opens = ?1 AND opens <> ''`

// Opened returns the subject that was opened under opens.
func (l *Log) Opened(ctx context.Context, opens string) (string, error) {
	var subject string
	_, err := l.db.Row(ctx, opened, []any{opens}, &subject)
	return subject, wrap(err, "read what %s opened", opens)
}

const highest = `SELECT subject FROM commits WHERE subject >= ?1 AND subject < ?2 ORDER BY subject DESC LIMIT 1`

// Highest returns the greatest subject that begins with prefix.
func (l *Log) Highest(ctx context.Context, prefix string) (string, error) {
	var subject string
	_, err := l.db.Row(ctx, highest, []any{prefix, prefix + "\U0010FFFF"}, &subject)
	return subject, wrap(err, "read highest of %s", prefix)
}

const scan = `SELECT ` + columns + ` FROM commits WHERE (subject, version) > (?1, ?2) ORDER BY subject, version LIMIT ?3`

// Scan returns up to n commits behind (subject, version).
func (l *Log) Scan(ctx context.Context, subject string, version int64, n int) ([]store.Commit, error) {
	return l.commits(ctx, scan, subject, version, n)
}

func (l *Log) commits(ctx context.Context, query string, args ...any) ([]store.Commit, error) {
	var out []store.Commit
	err := l.db.Rows(ctx, query, args, func(scan func(...any) error) error {
		var r record
		if err := scan(r.fields()...); err != nil {
			return err
		}
		c, err := r.commit()
		out = append(out, c)
		return err
	})
	return out, wrap(err, "read commits")
}

// none is what is kept of no limits.
const none = "null"

// record is a row of the table while it becomes a commit.
type record struct {
	c                            store.Commit
	at, relayed                  int64
	state, data, starts, settles string
}

// fields are where a row is scanned to.
func (r *record) fields() []any {
	return append(make([]any, 0, 16),
		&r.c.Subject, &r.c.Version, &r.c.Opens, &r.c.Prev, &r.c.Hash, &r.c.Kind, &r.at, &r.c.Actor, &r.c.Unit, &r.c.Cause,
		&r.state, &r.data, &r.starts, &r.settles, &r.relayed)
}

func (r *record) commit() (store.Commit, error) {
	if r.c.Opens == "" {
		r.c.Opens = r.c.ID()
	}
	r.c.At = time.UnixMilli(r.at).UTC()
	r.c.State, r.c.Data = json.RawMessage(r.state), json.RawMessage(r.data)
	r.c.Relayed = uint64(r.relayed)
	if r.starts != none {
		r.c.Starts = json.RawMessage(r.starts)
	}
	if r.settles != none {
		if err := json.Unmarshal([]byte(r.settles), &r.c.Settles); err != nil {
			return r.c, fmt.Errorf("decode %s: %w", r.c.ID(), err)
		}
	}
	return r.c, nil
}

// values are a commit as a row.
func values(c store.Commit) ([]any, error) {
	settles, err := json.Marshal(c.Settles)
	if err != nil {
		return nil, err
	}
	if !c.At.Equal(c.At.Truncate(time.Millisecond)) {
		return nil, fmt.Errorf("time %v is not in whole milliseconds", c.At)
	}
	relayed, err := sequence(c.Relayed)
	if err != nil {
		return nil, err
	}
	return []any{
		c.Subject, c.Version, opens(c), c.Prev, c.Hash, c.Kind, c.At.UnixMilli(), c.Actor, c.Unit, c.Cause,
		string(c.State), string(c.Data), cmp.Or(string(c.Starts), none), string(settles), relayed,
	}, nil
}

// opens is what a row keeps of Opens.
func opens(c store.Commit) string {
	if c.Opens == c.ID() {
		return ""
	}
	return c.Opens
}

// sequence is a stream sequence as SQLite keeps it.
func sequence(seq uint64) (int64, error) {
	if seq > math.MaxInt64 {
		return 0, fmt.Errorf("sequence %d is beyond what the store keeps", seq)
	}
	return int64(seq), nil
}

// place splits the id of a commit into its subject and version.
func place(id string) (subject string, version int64, err error) {
	i := strings.LastIndexByte(id, '/')
	if i < 0 {
		return "", 0, fmt.Errorf("%q is no id of a commit", id)
	}
	version, err = strconv.ParseInt(id[i+1:], 10, 64)
	if err != nil {
		return "", 0, fmt.Errorf("%q is no id of a commit: %w", id, err)
	}
	return id[:i], version, nil
}

func wrap(err error, format string, args ...any) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf(format+": %w", append(args, err)...)
}
