// Package storetest is what every store.Log must do, as one suite: a promise in
// the comments of store.Log that is not checked here does not count. It must
// never know which store it is run against.
package storetest

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"shenzhong/events"
	"shenzhong/services/kit/store"
)

// Backend is a store to be run through the suite.
type Backend struct {
	// New prepares a log of its own and returns what opens it. Every call of
	// that opens the same log, as a process of its own would; whatever is
	// opened is closed when the test ends.
	New func(t testing.TB) func(testing.TB) store.Log
	// Forgets says that nothing outlives the log that was opened.
	Forgets bool
	// Alone says that several commits are not stored in one step: the first of
	// them may be kept when one behind them fails.
	Alone bool
	// Crowd opens a log in which not one more commit can queue up until release
	// is called. It is nil for a store without a queue.
	Crowd func(t testing.TB) (log store.Log, release func())
}

// Run runs the suite.
func Run(t *testing.T, b Backend) {
	for _, test := range []struct {
		name string
		run  func(*testing.T, Backend)
	}{
		{"a log is empty at first", testEmpty},
		{"commits are read back byte for byte", testRoundTrip},
		{"what cannot be kept is refused", testOddities},
		{"any JSON is kept or refused", testAnyJSON},
		{"keys are unique", testUnique},
		{"a repetition outranks a conflict", testPrecedence},
		{"several commits are one step", testTogether},
		{"a canceled append stores nothing", testCanceled},
		{"last is the newest of its subject", testLast},
		{"highest goes by prefix", testHighest},
		{"scan visits all in order", testScan},
		{"relaying in commit order", testRelay},
		{"marks are all or none", testMarkUnknown},
		{"the note follows the stream", testStream},
		{"what a stream lost is sent again", testUnrelay},
		{"grown after an append", testGrown},
		{"a log opened again keeps everything", testReopen},
		{"a full queue refuses at once", testCrowd},
		{"versions are dense under contention", testContention},
		{"versions are dense when several are one step", testTogetherUnderContention},
		{"one cause is one commit", testOneCause},
		{"two processes number one series", testSeries},
		{"histories are linearizable", testLinearizable},
		{"histories are linearizable through faults", testLinearizableThroughFaults},
		{"collections keep their word", testCollection},
		{"tampering is found", testTampering},
	} {
		t.Run(test.name, func(t *testing.T) { test.run(t, b) })
	}
}

// fresh opens a log of its own.
func fresh(t testing.TB, b Backend) store.Log {
	t.Helper()
	return b.New(t)(t)
}

// start is when the history of the suite begins.
var start = time.Date(2026, 3, 2, 1, 2, 3, 456000000, time.UTC)

// commit is a sealed commit that is not yet linked to another.
func commit(subject string, version int64, cause string) store.Commit {
	c := store.Commit{
		Subject: subject, Version: version, Kind: "suite.happened.v1", At: start.Add(time.Duration(version) * time.Second),
		Actor: "500156-RY-mzj-001", Unit: "mzj", Cause: cause,
		State: json.RawMessage(`{"n":` + strconv.FormatInt(version, 10) + `}`), Data: json.RawMessage(`{}`),
	}
	return seal(c)
}

// seal gives a commit its Opens and Hash.
func seal(c store.Commit) store.Commit {
	if c.Opens == "" {
		c.Opens = c.ID()
	}
	c.Hash = c.Sum()
	return c
}

func mustAppend(t testing.TB, log store.Log, commits ...store.Commit) {
	t.Helper()
	for _, c := range commits {
		if err := log.Append(t.Context(), c); err != nil {
			t.Fatalf("append %s: %v", c.ID(), err)
		}
	}
}

func mustLast(t testing.TB, log store.Log, subject, cause string) (store.Commit, bool) {
	t.Helper()
	c, seen, err := log.Last(t.Context(), subject, cause)
	if err != nil {
		t.Fatal(err)
	}
	return c, seen
}

func mustScan(t testing.TB, log store.Log) []store.Commit {
	t.Helper()
	var all []store.Commit
	err := store.Each(t.Context(), log, func(c store.Commit) error {
		all = append(all, c)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// differ says in what two commits differ, or "". Times are compared as
// instants in their zones, which is what a hash is made of.
func differ(got, want store.Commit) string {
	g, w := fmt.Sprintf("%#v", plain(got)), fmt.Sprintf("%#v", plain(want))
	if g != w {
		return "got  " + g + "\nwant " + w
	}
	if got.Sum() != want.Sum() {
		return "the two make different sums"
	}
	return ""
}

// plain is a commit without pointers and time zones.
func plain(c store.Commit) any {
	return []any{
		c.Subject, c.Version, c.Opens, c.Prev, c.Hash, c.Kind, c.At.String(), c.Actor, c.Unit, c.Cause,
		string(c.State), string(c.Data), string(c.Starts), c.Settles, c.Relayed,
	}
}

func sameIDs(t testing.TB, what string, got []store.Commit, want ...string) {
	t.Helper()
	ids := make([]string, len(got))
	for i, c := range got {
		ids[i] = c.ID()
	}
	if !slices.Equal(ids, want) {
		t.Errorf("%s:\ngot  %s\nwant %s", what, strings.Join(ids, " "), strings.Join(want, " "))
	}
}

// verified walks the whole log and reports every place that does not hold.
func verified(t testing.TB, log store.Log) {
	t.Helper()
	breaks, _, err := store.Verify(context.WithoutCancel(t.Context()), log)
	if err != nil {
		t.Error(err)
	}
	for _, b := range breaks {
		t.Errorf("%s %s", b.ID, b.Reason)
	}
}

// happened is the fact of the suite.
type happened struct {
	Note string `json:"note"`
}

// Kind is the contract of the fact.
func (happened) Kind() string { return "suite.happened.v1" }

var _ events.Event = happened{}
