//go:build crash

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"shenzhong/cmd/shenzhong/rehearsal"
	"shenzhong/events"
	"shenzhong/services/kit/clock"
	"shenzhong/services/kit/deadline"
	"shenzhong/services/kit/sqlite"
	"shenzhong/services/kit/store"
	"shenzhong/services/kit/store/sqlitelog"
	"shenzhong/services/kit/view"
	"shenzhong/services/kit/workday"
	"shenzhong/services/oversee"
)

// kept looks into copies of the stores as a kill has left them: every command
// that was acknowledged since the last look must be there, and every chain must
// hold. It must not look into the stores themselves: that would recover them,
// which is the work of the program.
func (d *trial) kept(t *testing.T, names ...string) {
	t.Helper()
	copies := t.TempDir()
	logs := map[string]store.Log{}
	for _, name := range names {
		db := d.copied(t, copies, name)
		defer func() { must(t, db.Close()) }()
		var err error
		logs[name], err = sqlitelog.Open(t.Context(), db)
		must(t, err)
		breaks, _, err := store.Verify(t.Context(), logs[name])
		must(t, err)
		if len(breaks) > 0 {
			t.Fatalf("%s: chains do not hold: %+v", name, breaks)
		}
	}
	for _, a := range d.fresh(names) {
		_, seen, err := logs[a.context].Last(t.Context(), a.subject, a.cause)
		must(t, err)
		if !seen {
			t.Errorf("%s by %q was acknowledged and is not there (%s, %s)", a.path, a.account, a.subject, a.cause)
		}
	}
	must(t, os.RemoveAll(copies))
}

// fresh are the acknowledged commands to those contexts that no look has found
// yet.
func (d *trial) fresh(names []string) []*act {
	acked, _ := d.ledger.acked(0)
	var out []*act
	for _, a := range acked {
		if a.subject != "" && !d.found[a] && slices.Contains(names, a.context) {
			d.found[a] = true
			out = append(out, a)
		}
	}
	return out
}

// settled waits until nothing is on its way any more and everything that must be
// true of the books is. Some of it takes the broker its time: what a killed
// process had in hand is delivered again when its AckWait is over.
func (d *trial) settled(t *testing.T, alive ...*atWork) {
	t.Helper()
	limit := time.After(2 * time.Minute)
	for {
		for _, p := range alive {
			p.alive(t)
		}
		if wrong := d.ledger.mistakes(); len(wrong) > 0 {
			t.Fatalf("%d answers that should not have been given, such as\n%s", len(wrong), strings.Join(wrong[:min(len(wrong), 5)], "\n"))
		}
		wrong := d.examine(t.Context())
		if len(wrong) == 0 {
			return
		}
		select {
		case <-limit:
			for _, p := range alive {
				t.Logf("%s says: %s", p.name, p.said())
			}
			t.Fatalf("after two minutes still wrong: %s", strings.Join(wrong, "\n"))
		case <-time.After(500 * time.Millisecond):
		}
	}
}

// examine reads all books beside the running system, and says what is wrong.
func (d *trial) examine(ctx context.Context) (wrong []string) {
	s, err := d.reader(ctx)
	if err != nil {
		return []string{err.Error()}
	}
	defer func() {
		if err := s.close(); err != nil {
			wrong = append(wrong, err.Error())
		}
	}()
	parked, commits := 0, []store.Commit(nil)
	for _, r := range s.rooms {
		waiting, err := r.base.log.Unrelayed(ctx, 1)
		if err != nil || len(waiting) > 0 {
			return []string{fmt.Sprintf("%s has facts to be sent, %v", r.name, err)}
		}
		parking, err := view.NewParking(ctx, r.base.tables, r.name)
		if err != nil {
			return []string{err.Error()}
		}
		aside, err := parking.Parked(ctx)
		if err != nil {
			return []string{err.Error()}
		}
		parked += len(aside)
		if err := store.Each(ctx, r.base.log, func(c store.Commit) error { commits = append(commits, c); return nil }); err != nil {
			return []string{err.Error()}
		}
	}
	invariants, err := rehearsal.Check(ctx, rehearsal.Books{
		Logs: s.logs(), Views: (&localStage{system: s}).Views(), Counter: deadline.Counter{Law: s.law, Calendar: s.calendar},
		Today: workday.DateOf(s.clock.Now()), Parked: parked,
	})
	if err != nil {
		return []string{err.Error()}
	}
	for _, i := range invariants {
		if !i.Holds {
			wrong = append(wrong, i.Name+": "+i.Detail)
		}
	}
	return append(append(wrong, d.ledger.twice(commits)...), follows(commits)...)
}

// reader opens the stores of the trial without a broker.
func (d *trial) reader(ctx context.Context) (*system, error) {
	clk, err := clock.Follow(d.clockFile)
	if err != nil {
		return nil, err
	}
	return openRooms(ctx, options{stores: sqliteIn(d.data), keys: filepath.Join(d.data, "keys"), notices: noticesIn(d.data), clock: clk})
}

// twice compares the ledger with the books: a command that was acknowledged has
// one commit in its collection, any other none or one.
func (l *ledger) twice(commits []store.Commit) (wrong []string) {
	done := map[string]int{} // by collection and cause
	for _, c := range commits {
		done[collection(c.Subject)+" "+c.Cause]++
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, a := range l.acts {
		n := done[collection(a.subject)+" "+a.cause]
		if a.subject != "" && (n > 1 || a.acked && n != 1) {
			wrong = append(wrong, fmt.Sprintf("%s by %q (%s), acknowledged: %v, was done %d times", a.path, a.account, a.cause, a.acked, n))
		}
	}
	return wrong[:min(len(wrong), 10)]
}

// follows checks of every fact that what must follow from it did, and once.
func follows(commits []store.Commit) (wrong []string) {
	must, have := map[string]int{}, map[string]int{}
	unsealed := events.Unsealed()
	for _, c := range commits {
		switch fact := opened(c).(type) {
		case events.ClueReceived:
			must["routing of "+fact.Clue]++
		case events.ClueRouted:
			have["routing of "+fact.Clue]++
		case events.ClueConcluded:
			must["answer to "+fact.Clue]++
			if fact.Outcome == "case" {
				must["case of "+fact.Clue]++
			}
		case events.ClueAnswered:
			have["answer to "+fact.Clue]++
		case events.CaseFiled:
			if fact.Clue != "" {
				have["case of "+fact.Clue]++
			}
		case events.CaseDecided:
			must["record of "+c.Subject]++
		case events.RecordPrepared:
			have["record of "+fact.Record.Source]++
		case events.Reminded:
			atMostOnce(have, must, "reminder "+fact.Deadline.ID+" "+fact.Stage)
		case events.Overdue:
			atMostOnce(have, must, "passing "+fact.Deadline.ID)
		case events.Escalated:
			atMostOnce(have, must, "escalation "+fact.Deadline.ID+" "+fact.Stage+" "+fact.To)
		}
		limits, err := c.Limits()
		if err != nil {
			wrong = append(wrong, fmt.Sprintf("%s: %v", c.ID(), err))
		}
		for _, d := range limits {
			if entity, err := oversee.EntityOf(d.ID); err == nil && slices.Contains(unsealed, c.Kind) {
				must["limit "+entity] = 1
			}
		}
		if c.Version == 1 && collection(c.Subject) == "deadline" {
			have["limit "+events.EntityID(c.Subject)]++
		}
	}
	for what, n := range must {
		if have[what] != n {
			wrong = append(wrong, fmt.Sprintf("%s: %d, should be %d", what, have[what], n))
		}
	}
	for what, n := range have {
		if must[what] != n && must[what] == 0 {
			wrong = append(wrong, fmt.Sprintf("%s: %d, should be none", what, n))
		}
	}
	slices.Sort(wrong)
	return wrong[:min(len(wrong), 10)]
}

// atMostOnce counts what must happen at most once.
func atMostOnce(have, must map[string]int, what string) {
	have[what]++
	must[what] = 1
}

// opened is the fact of a commit, nil where follows asks for no such.
func opened(c store.Commit) any {
	e := c.Envelope()
	for _, open := range []func(events.Envelope) (any, error){
		as[events.ClueReceived], as[events.ClueRouted], as[events.ClueConcluded], as[events.ClueAnswered], as[events.CaseFiled],
		as[events.CaseDecided], as[events.RecordPrepared], as[events.Reminded], as[events.Overdue], as[events.Escalated],
	} {
		if fact, err := open(e); err == nil {
			return fact
		}
	}
	return nil
}

func as[E events.Event](e events.Envelope) (any, error) {
	var fact E
	if e.Type != fact.Kind() {
		return nil, errors.New("another fact")
	}
	return events.Open[E](e)
}

// copied opens a copy of a store as a kill has left it: with what stands in its
// write-ahead log, if it has one.
func (d *trial) copied(t *testing.T, dir, name string) *sqlite.DB {
	t.Helper()
	for _, end := range []string{"", "-wal"} {
		raw, err := os.ReadFile(filepath.Join(d.data, name+".db"+end))
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, name+".db"+end), raw, 0o600)
		}
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			t.Fatal(err)
		}
	}
	db, err := sqlite.Open(t.Context(), filepath.Join(dir, name+".db"), sqlite.Options{})
	must(t, err)
	return db
}
