package sqlite

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"shenzhong/services/kit/fault"
)

// Ten writes that queued up together run as one transaction: each sees those
// before it, a reader sees none of them until all are answered, and the one
// that fails half-way leaves nothing and takes nobody with it.
func TestOneBadWriteDoesNotSinkItsGroup(t *testing.T) {
	each(t, func(t *testing.T, options Options) {
		db := mustNotes(t, options)
		release := hold(t, db)
		refused := errors.New("refused")
		errs := make([]error, 10)
		var done sync.WaitGroup
		for i := range errs {
			done.Go(func() {
				errs[i] = db.Write(t.Context(), func(tx Tx) error {
					var inside, outside int
					_, err1 := tx.Row("SELECT count(*) FROM notes", nil, &inside)
					_, err2 := db.Row(t.Context(), "SELECT count(*) FROM notes", nil, &outside)
					if err := errors.Join(err1, err2, note(fmt.Sprint(i))(tx)); err != nil {
						return err
					}
					switch {
					case i == 4:
						return refused
					case inside != i-i/5 || outside != 0:
						return fmt.Errorf("write %d sees %d notes, a reader %d", i, inside, outside)
					}
					return nil
				})
			})
			waitFor(t, "the write to queue", func() bool { return len(db.writer.queue) == i+1 })
		}
		if err := release(); err != nil {
			t.Error(err)
		}
		done.Wait()
		for i, err := range errs {
			if (i == 4) != errors.Is(err, refused) || (i != 4 && err != nil) {
				t.Errorf("write %d: %v", i, err)
			}
		}
		if all, bad := mustCount(t, db, "1"), mustCount(t, db, "text = '4'"); all != 9 || bad != 0 {
			t.Errorf("%d notes, %d refused ones; want 9, 0", all, bad)
		}
	})
}

func TestFullQueueRefusesAtOnce(t *testing.T) {
	each(t, func(t *testing.T, options Options) {
		options.Queue = 2
		db := mustNotes(t, options)
		release := hold(t, db)
		var done sync.WaitGroup
		for _, text := range []string{"a", "b"} {
			done.Go(func() {
				if err := db.Write(t.Context(), note(text)); err != nil {
					t.Error(err)
				}
			})
		}
		waitFor(t, "a full queue", func() bool { return len(db.writer.queue) == 2 })
		if err := db.Write(t.Context(), note("c")); !fault.Is(err, fault.Unavailable) {
			t.Errorf("one more: %v; want unavailable", err)
		}
		if err := release(); err != nil {
			t.Error(err)
		}
		done.Wait()
		if all, over := mustCount(t, db, "1"), mustCount(t, db, "text = 'c'"); all != 2 || over != 0 {
			t.Errorf("%d notes, %d of them refused; want 2, 0", all, over)
		}
	})
}

func TestCancelWhileQueuedIsNotDone(t *testing.T) {
	each(t, func(t *testing.T, options Options) {
		db := mustNotes(t, options)
		release := hold(t, db)
		ctx, cancel := context.WithCancel(t.Context())
		answer := make(chan error)
		go func() { answer <- db.Write(ctx, note("a")) }()
		waitFor(t, "the write to queue", func() bool { return len(db.writer.queue) == 1 })
		cancel()
		if err := <-answer; !errors.Is(err, context.Canceled) {
			t.Errorf("canceled while queued: %v", err)
		}
		if err := db.Write(ctx, note("b")); !errors.Is(err, context.Canceled) {
			t.Errorf("canceled before: %v", err)
		}
		if err := release(); err != nil {
			t.Error(err)
		}
		mustWrite(t, db, note("c"))
		if n := mustCount(t, db, "text <> 'c'"); n != 0 {
			t.Errorf("%d canceled writes were done", n)
		}
	})
}

func TestCancelWhileRunningIsAnswered(t *testing.T) {
	each(t, func(t *testing.T, options Options) {
		db := mustNotes(t, options)
		ctx, cancel := context.WithCancel(t.Context())
		err := db.Write(ctx, func(tx Tx) error {
			cancel()
			time.Sleep(20 * time.Millisecond) // long enough for a caller that does not wait
			return note("a")(tx)
		})
		if err != nil {
			t.Errorf("canceled while running: %v; want its own answer", err)
		}
		if n := mustCount(t, db, "1"); n != 1 {
			t.Errorf("%d notes; want 1", n)
		}
	})
}

func TestFullDiskIsUnavailableAndPasses(t *testing.T) {
	each(t, func(t *testing.T, options Options) {
		db := mustNotes(t, options)
		limit := func(pages string) {
			t.Helper()
			mustWrite(t, db, func(tx Tx) error {
				var n int
				_, err := tx.Row("PRAGMA max_page_count="+pages, nil, &n)
				return err
			})
		}
		limit("20")
		var err error
		stored := 0
		for ; stored < 1000; stored++ {
			if err = db.Write(t.Context(), note(fmt.Sprintf("%04d%s", stored, strings.Repeat("x", 500)))); err != nil {
				break
			}
		}
		if !fault.Is(err, fault.Unavailable) {
			t.Fatalf("after %d notes: %v; want unavailable", stored, err)
		}
		if n := mustCount(t, db, "1"); n != stored {
			t.Errorf("%d notes; %d were acknowledged", n, stored)
		}
		limit("100000")
		mustWrite(t, db, note("there is space again"))
		if err := db.Check(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

// SQLite gives a whole transaction up by itself when the disk fails. Nobody in
// the group may then be told that its write was done.
func TestLostTransactionFailsItsWholeGroup(t *testing.T) {
	each(t, func(t *testing.T, options Options) {
		db := mustNotes(t, options)
		release := hold(t, db)
		errs := make([]error, 3)
		var done sync.WaitGroup
		for i := range errs {
			done.Go(func() {
				errs[i] = db.Write(t.Context(), func(tx Tx) error {
					if i == 1 {
						_, err := tx.Exec("ROLLBACK")
						return err
					}
					return note(fmt.Sprint(i))(tx)
				})
			})
			waitFor(t, "the write to queue", func() bool { return len(db.writer.queue) == i+1 })
		}
		if err := release(); err == nil {
			t.Error("the first of the group was told that it is done")
		}
		done.Wait()
		if errs[0] == nil || errs[1] == nil || errs[2] != nil {
			t.Errorf("answers %v; want the first two refused, the third in a group of its own", errs)
		}
		if first, third := mustCount(t, db, "text = '0'"), mustCount(t, db, "text = '2'"); first != 0 || third != 1 {
			t.Errorf("%d of the first, %d of the third; want 0, 1", first, third)
		}
	})
}

func TestCloseAnswersWhatWasAccepted(t *testing.T) {
	each(t, func(t *testing.T, options Options) {
		db := mustNotes(t, options)
		release := hold(t, db)
		errs := make([]error, 50)
		var done sync.WaitGroup
		for i := range errs {
			done.Go(func() { errs[i] = db.Write(t.Context(), note(fmt.Sprint(i))) })
		}
		waitFor(t, "the writes to queue", func() bool { return len(db.writer.queue) == len(errs) })
		closed := make(chan error)
		go func() { closed <- db.Close() }()
		waitFor(t, "the queue to close", func() bool {
			db.writer.mu.RLock()
			defer db.writer.mu.RUnlock()
			return db.writer.closed
		})
		if err := db.Write(t.Context(), note("late")); !fault.Is(err, fault.Unavailable) {
			t.Errorf("while closing: %v; want unavailable", err)
		}
		if err := release(); err != nil {
			t.Error(err)
		}
		done.Wait()
		if err := errors.Join(append(errs, <-closed)...); err != nil {
			t.Error(err)
		}
		if _, err := os.Stat(db.path + "-wal"); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("the write-ahead log is still there: %v", err)
		}
		if n := mustCount(t, mustOpen(t, db.path, options), "1"); n != len(errs) {
			t.Errorf("%d notes after opening again; want %d", n, len(errs))
		}
	})
}

func TestQuietEmptiesTheLog(t *testing.T) {
	each(t, func(t *testing.T, options Options) {
		options.Quiet = 10 * time.Millisecond
		db := mustNotes(t, options)
		mustWrite(t, db, note("a"))
		waitFor(t, "an empty write-ahead log", func() bool {
			info, err := os.Stat(db.path + "-wal")
			return err == nil && info.Size() == 0
		})
		mustWrite(t, db, note("b"))
		if n := mustCount(t, db, "1"); n != 2 {
			t.Errorf("%d notes; want 2", n)
		}
	})
}
