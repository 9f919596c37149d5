package storetest

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/store"
)

func testLast(t *testing.T, b Backend) {
	log := fresh(t, b)
	for v := int64(1); v <= 12; v++ { // ten comes after nine
		mustAppend(t, log, commit("clue/a", v, fmt.Sprint("cause ", v)), commit("clue/a/b", v, fmt.Sprint("other ", v)))
		if got, _ := mustLast(t, log, "clue/a", ""); got.Version != v {
			t.Errorf("after version %d the last is %d", v, got.Version)
		}
	}
	for cause, want := range map[string]bool{"cause 1": true, "cause 12": true, "other 3": false, "cause 13": false, "": false} {
		if got, seen := mustLast(t, log, "clue/a", cause); seen != want || got.Version != 12 {
			t.Errorf("cause %q: seen %v at version %d; want %v, 12", cause, seen, got.Version, want)
		}
	}
	if got, seen := mustLast(t, log, "clue/missing", "cause 1"); got.Version != 0 || seen {
		t.Errorf("a subject without commits: %s, %v", got.ID(), seen)
	}
	mustAppend(t, log, func() store.Commit {
		c := commit("clue/500156-XS-2026-000007", 1, "x")
		c.Opens = "clue|x"
		return seal(c)
	}())
	for opens, want := range map[string]string{"clue|x": "clue/500156-XS-2026-000007", "clue|y": ""} {
		if got, err := log.Opened(t.Context(), opens); err != nil || got != want {
			t.Errorf("Opened(%s) = %q, %v; want %q", opens, got, err, want)
		}
	}
}

func testHighest(t *testing.T, b Backend) {
	log := fresh(t, b)
	for _, subject := range []string{
		"clue/500156-XS-2026-000009", "clue/500156-XS-2026-000010", "clue/500156-XS-2026-000002", "clue/500156-XS-2025-999999",
		"clue/500156-XT-2026-000001", "case/500156-XS-2026-000099", "cluf/500156-XS-2026-000098", "clue/%_*.[", "clue/甲",
	} {
		mustAppend(t, log, commit(subject, 1, "x"), commit(subject, 2, "y"))
	}
	for prefix, want := range map[string]string{
		"clue/500156-XS-2026-": "clue/500156-XS-2026-000010",
		"clue/500156-XS-2025-": "clue/500156-XS-2025-999999",
		"clue/500156-XS-2027-": "",
		"clue/500156-":         "clue/500156-XT-2026-000001",
		"clue/%":               "clue/%_*.[",
		"clue/.":               "",
		"clue/_":               "",
		"clue/":                "clue/甲",
		"case/":                "case/500156-XS-2026-000099",
	} {
		if got, err := log.Highest(t.Context(), prefix); err != nil || got != want {
			t.Errorf("Highest(%s) = %q, %v; want %q", prefix, got, err, want)
		}
	}
}

func testScan(t *testing.T, b Backend) {
	log := fresh(t, b)
	subjects := []string{"a", "a/b", "a-b", "A", "b", "甲", "乙", "a/", "b/10", "b/9"}
	var want []string
	for _, s := range subjects {
		for v := int64(1); v <= 11; v++ {
			mustAppend(t, log, commit(s, v, fmt.Sprint(v)))
		}
	}
	for _, s := range slices.Sorted(slices.Values(subjects)) { // by bytes, which is what "greater" means
		for v := 1; v <= 11; v++ {
			want = append(want, fmt.Sprintf("%s/%d", s, v))
		}
	}
	for _, page := range []int{1, 7, 1000} {
		var all []store.Commit
		subject, version := "", int64(0)
		for {
			got, err := log.Scan(t.Context(), subject, version, page)
			if err != nil {
				t.Fatal(err)
			}
			if len(got) > page {
				t.Fatalf("%d commits in a page of %d", len(got), page)
			}
			if len(got) == 0 {
				break
			}
			all = append(all, got...)
			subject, version = got[len(got)-1].Subject, got[len(got)-1].Version
		}
		sameIDs(t, fmt.Sprintf("pages of %d", page), all, want...)
	}
	got, err := log.Scan(t.Context(), "a", 5, 2)
	if err != nil {
		t.Fatal(err)
	}
	sameIDs(t, "behind a/5", got, "a/6", "a/7")
}

func testGrown(t *testing.T, b Backend) {
	log := fresh(t, b)
	for v := int64(1); v <= 3; v++ { // more appends than looks must not block anybody
		mustAppend(t, log, commit("clue/a", v, fmt.Sprint(v)))
	}
	for v := int64(4); v <= 5; v++ {
		select {
		case <-log.Grown():
		case <-time.After(10 * time.Second):
			t.Fatal("nothing was heard of an append")
		}
		mustAppend(t, log, commit("clue/a", v, fmt.Sprint(v)))
	}
}

func testReopen(t *testing.T, b Backend) {
	open := b.New(t)
	log := open(t)
	var want []store.Commit
	for v := int64(1); v <= 20; v++ {
		c := commit("clue/a", v, fmt.Sprint(v))
		mustAppend(t, log, c)
		want = append(want, c)
	}
	if err := log.MarkRelayed(t.Context(), "e1", map[string]uint64{"clue/a/1": 7, "clue/a/2": 9}); err != nil {
		t.Fatal(err)
	}
	want[0].Relayed, want[1].Relayed = 7, 9
	again := open(t)
	if b.Forgets {
		if n := len(mustScan(t, again)); n != 0 {
			t.Errorf("a log that is said to forget still holds %d commits", n)
		}
		return
	}
	got := mustScan(t, again)
	if len(got) != len(want) {
		t.Fatalf("%d commits; want %d", len(got), len(want))
	}
	for i := range got {
		if d := differ(got[i], want[i]); d != "" {
			t.Errorf("%s: %s", want[i].ID(), d)
		}
	}
	if stream, err := again.Stream(t.Context()); err != nil || stream != (store.Stream{Epoch: "e1", Last: 9}) {
		t.Errorf("Stream = %v, %v", stream, err)
	}
	// Both are open now, as in two processes: each sees what the other wrote.
	mustAppend(t, again, commit("clue/a", 21, "21"))
	if last, seen := mustLast(t, log, "clue/a", "21"); last.Version != 21 || !seen {
		t.Errorf("the first sees version %d, seen %v; want 21", last.Version, seen)
	}
	if err := log.Append(t.Context(), commit("clue/a", 21, "22")); !fault.Is(err, fault.Conflict) {
		t.Errorf("a version taken by another process: %v; want a conflict", err)
	}
}

func testCrowd(t *testing.T, b Backend) {
	if b.Crowd == nil {
		return // nothing queues up in this store
	}
	log, release := b.Crowd(t)
	if err := log.Append(t.Context(), commit("clue/a", 1, "x")); !fault.Is(err, fault.Unavailable) {
		t.Errorf("one more: %v; want unavailable", err)
	}
	release()
	if last, seen := mustLast(t, log, "clue/a", "x"); last.Version != 0 || seen {
		t.Errorf("what was refused was stored: %s", last.ID())
	}
	mustAppend(t, log, commit("clue/a", 1, "x"))
}
