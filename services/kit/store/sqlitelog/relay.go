package sqlitelog

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"shenzhong/services/kit/sqlite"
	"shenzhong/services/kit/store"
)

// It reads no state: that is the larger part of a commit and does not travel.
var unrelayed = `SELECT ` + strings.Replace(columns, "state", "''", 1) + ` FROM commits WHERE relayed = 0 ORDER BY number LIMIT ?1`

// Unrelayed returns up to n commits that have not traveled yet, without State, in
// the order in which they were inserted.
func (l *Log) Unrelayed(ctx context.Context, n int) ([]store.Commit, error) {
	commits, err := l.commits(ctx, unrelayed, n)
	for i := range commits {
		commits[i].State = nil
	}
	return commits, err
}

const (
	mark    = `UPDATE commits SET relayed = ?3 WHERE subject = ?1 AND version = ?2`
	unmark  = `UPDATE commits SET relayed = 0 WHERE relayed > 0 AND relayed > ?1`
	advance = `INSERT INTO stream (one, epoch, last) VALUES (1, ?1, ?2) ON CONFLICT (one) DO UPDATE
		SET last = iif(epoch = excluded.epoch, max(last, excluded.last), excluded.last), epoch = excluded.epoch`
	restart = `INSERT INTO stream (one, epoch, last) VALUES (1, ?1, ?2) ON CONFLICT (one) DO UPDATE
		SET last = excluded.last, epoch = excluded.epoch`
	readNote = `SELECT epoch, last FROM stream`
)

// MarkRelayed notes under which sequence each commit traveled, all or none.
func (l *Log) MarkRelayed(ctx context.Context, epoch string, seqs map[string]uint64) error {
	type traveled struct {
		subject      string
		version, seq int64
	}
	var all []traveled
	var highest int64
	for _, id := range slices.Sorted(maps.Keys(seqs)) {
		subject, version, err := place(id)
		if err != nil {
			return fmt.Errorf("mark relayed: %w", err)
		}
		seq, err := sequence(seqs[id])
		if err != nil {
			return fmt.Errorf("mark %s relayed: %w", id, err)
		}
		if seq == 0 {
			return fmt.Errorf("mark %s relayed: sequence 0 means that it has not traveled", id)
		}
		highest = max(highest, seq)
		all = append(all, traveled{subject, version, seq})
	}
	err := l.db.Write(ctx, func(tx sqlite.Tx) error {
		for _, t := range all {
			n, err := tx.Exec(mark, t.subject, t.version, t.seq)
			if err != nil {
				return err
			}
			if n != 1 {
				return fmt.Errorf("there is no commit %s/%d", t.subject, t.version)
			}
		}
		_, err := tx.Exec(advance, epoch, highest)
		return err
	})
	return wrap(err, "mark relayed")
}

// Stream returns what was noted of the stream.
func (l *Log) Stream(ctx context.Context) (store.Stream, error) {
	var epoch string
	var last int64
	_, err := l.db.Row(ctx, readNote, nil, &epoch, &last)
	return store.Stream{Epoch: epoch, Last: uint64(last)}, wrap(err, "read stream note")
}

// Unrelay makes every commit that traveled with a sequence above after unrelayed
// again and notes the stream.
func (l *Log) Unrelay(ctx context.Context, epoch string, after uint64) (int, error) {
	seq, err := sequence(after)
	if err != nil {
		return 0, fmt.Errorf("unrelay: %w", err)
	}
	var n int64
	err = l.db.Write(ctx, func(tx sqlite.Tx) error {
		var err error
		if n, err = tx.Exec(unmark, seq); err != nil {
			return err
		}
		_, err = tx.Exec(restart, epoch, seq)
		return err
	})
	return int(n), wrap(err, "unrelay")
}

// Grown receives a value some time after a commit was appended.
func (l *Log) Grown() <-chan struct{} { return l.grown }
