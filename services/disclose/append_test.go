package disclose

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"shenzhong/events"
	"shenzhong/services/disclose/publiclog"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/servicetest"
	"shenzhong/services/kit/store"
)

// counted is a store that notes how many commits it was given at once, and loses
// an answer when it is told to.
type counted struct {
	store.Log

	mu    sync.Mutex
	steps []int // guarded by mu
	lose  bool  // guarded by mu
}

func (c *counted) Append(ctx context.Context, commits ...store.Commit) error {
	err := c.Log.Append(ctx, commits...)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.steps = append(c.steps, len(commits))
	if c.lose {
		c.lose = false
		return errors.Join(err, fault.New(fault.Unavailable, "the answer was lost"))
	}
	return err
}

// counting is a log on such a store.
func counting(t *testing.T) (logged, *counted) {
	t.Helper()
	l := newLogged(t)
	c := &counted{Log: l.log}
	l.cfg.Log = c
	l.Service = l.reopen(t)
	return l, c
}

// told is what became of an entry that was asked for.
type told struct {
	number int
	err    error
}

// atOnce asks for entries while somebody else has the turn, one after another in
// their order, and returns what became of each.
func (l logged) atOnce(t *testing.T, leaves []string, by func(int) string) []told {
	t.Helper()
	q := &l.public.queue
	q.turn.Lock()
	answers := make(chan told, len(leaves))
	for i, leaf := range leaves {
		go func() {
			answers <- told{i, l.public.append(context.Background(), cause(by(i), first), "", leaf)}
		}()
		for waiting := 0; waiting <= i; time.Sleep(time.Millisecond) {
			q.mu.Lock()
			waiting = len(q.waiting)
			q.mu.Unlock()
		}
	}
	q.turn.Unlock()
	out := make([]told, len(leaves))
	for range leaves {
		a := <-answers
		out[a.number] = a
	}
	return out
}

func versions(record, from, to int) (leaves []string) {
	for v := from; v <= to; v++ {
		leaves = append(leaves, publiclog.Record(fmt.Sprintf("%032x", record), v, [32]byte{}, ""))
	}
	return leaves
}

// TestEntriesThatWaitShareAStep: what has queued up is one step of the store, in
// the order in which it was asked for; versions of one record too.
func TestEntriesThatWaitShareAStep(t *testing.T) {
	l, c := counting(t)
	leaves := slices.Concat(versions(1, 1, 30), versions(2, 1, 5))
	for _, a := range l.atOnce(t, leaves, func(i int) string { return fmt.Sprint(i) }) {
		if a.err != nil {
			t.Errorf("entry %d: %v", a.number, a.err)
		}
	}
	if !slices.Equal(c.steps, []int{len(leaves)}) {
		t.Errorf("stored in steps of %v, want one of %d", c.steps, len(leaves))
	}
	if got := l.leaves(t); !slices.Equal(got, leaves) {
		t.Errorf("%d entries, in another order", len(got))
	}
	servicetest.MustVerify(t, l.log)
}

// TestEachEntryHasItsOwnAnswer: one that must wait, one that never can come, one
// that is no entry and one that is there already spoil nothing for the others.
func TestEachEntryHasItsOwnAnswer(t *testing.T) {
	l, _ := counting(t)
	if err := l.public.append(t.Context(), cause("0", first), "", versions(1, 1, 1)[0]); err != nil {
		t.Fatal(err)
	}
	leaves := []string{
		versions(1, 1, 1)[0], // by the same cause, again
		versions(2, 1, 1)[0], // new
		versions(3, 2, 2)[0], // before its first version
		versions(1, 1, 1)[0], // by another cause
		"no entry\n",         //
		versions(2, 2, 2)[0], // follows another of them
		versions(2, 1, 1)[0], // by the cause of the second
		versions(1, 2, 2)[0], // new
		publiclog.Named("policy", "witness-00000000", ""), // by the cause of the first
	}
	causes := []string{"0", "1", "2", "3", "4", "5", "1", "7", "0"}
	kinds := []fault.Kind{2: fault.Early, 3: fault.Conflict, 4: fault.Invalid, 8: ""}
	for i, a := range l.atOnce(t, leaves, func(i int) string { return causes[i] }) {
		if kinds[i] == "" && a.err != nil || kinds[i] != "" && !fault.Is(a.err, kinds[i]) {
			t.Errorf("entry %d: %v", i, a.err)
		}
	}
	want := []string{versions(1, 1, 1)[0], versions(2, 1, 1)[0], versions(2, 2, 2)[0], versions(1, 2, 2)[0]}
	if got := l.leaves(t); !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
	servicetest.MustVerify(t, l.log)
}

// TestLostAnswerIsRepaired: all are told that it is not known, all ask again, and
// each entry is there once.
func TestLostAnswerIsRepaired(t *testing.T) {
	l, c := counting(t)
	c.lose = true
	leaves := versions(1, 1, 10)
	by := func(i int) string { return fmt.Sprint(i) }
	for _, a := range l.atOnce(t, leaves, by) {
		if !fault.Is(a.err, fault.Unavailable) {
			t.Errorf("entry %d: %v", a.number, a.err)
		}
	}
	for _, a := range l.atOnce(t, leaves, by) {
		if a.err != nil {
			t.Errorf("entry %d again: %v", a.number, a.err)
		}
	}
	if got := l.leaves(t); !slices.Equal(got, leaves) {
		t.Errorf("%d entries", len(got))
	}
}

// TestStoppedLogAnswersAll: nothing is appended once the log is stopped.
func TestStoppedLogAnswersAll(t *testing.T) {
	l, c := counting(t)
	l.public.stop(t.Context(), &publiclog.Halt{Message: "备份"})
	for _, a := range l.atOnce(t, versions(1, 1, 3), func(i int) string { return fmt.Sprint(i) }) {
		if !fault.Is(a.err, fault.Unavailable) || !strings.Contains(a.err.Error(), "备份") {
			t.Errorf("entry %d: %v", a.number, a.err)
		}
	}
	if len(c.steps) != 0 {
		t.Errorf("stored in steps of %v", c.steps)
	}
}

// TestWhatIsTrueForManyIsSaidOnce: the policy of draws and the software are one
// entry for each version, however many draws it serves and however often it
// starts.
func TestWhatIsTrueForManyIsSaidOnce(t *testing.T) {
	l := newLogged(t)
	version := "first"
	l.cfg.Public.Software = func() ([]string, error) {
		leaf, err := publiclog.Software(publiclog.SoftwareProgram, strings.NewReader(version))
		return []string{leaf}, err
	}
	kinds := func() (n map[string]int) {
		n = map[string]int{}
		for _, leaf := range l.leaves(t) {
			n[publiclog.Kind(leaf)]++
		}
		return n
	}
	for i, policy := range []string{"policy 1\n", "policy 1\n", "policy 2\n"} {
		draw := fmt.Sprintf("500156-2026-%04d", i+1)
		l.draws.Say(t, "draw", draw, events.DrawAnnounced{Draw: draw, Attempt: 1, File: "announce\n", Policy: policy})
		l.Service = l.reopen(t)
		l.turn(t)
	}
	if got := kinds(); got["policy"] != 2 || got["software"] != 1 || got["draw"] != 3 {
		t.Errorf("%v", got)
	}
	version = "second"
	l.Service = l.reopen(t)
	l.turn(t)
	sum := sha256.Sum256([]byte(version))
	if want := publiclog.Named("software", fmt.Sprintf("program-%x", sum[:4]), version); kinds()["software"] != 2 || !slices.Contains(l.leaves(t), want) {
		t.Errorf("%v, and not %q", kinds(), want)
	}
	l.cfg.Public.Software = func() ([]string, error) { return nil, errors.New("it cannot be read") }
	l.Service = l.reopen(t)
	l.turn(t)
	if s := l.LogStatus(); s.Stopped != "" || s.Signed != s.Entries {
		t.Errorf("%+v", s)
	}
}
