package storetest

import (
	"fmt"
	"testing"

	"shenzhong/services/kit/store"
)

func mustUnrelayed(t testing.TB, log store.Log, n int) []store.Commit {
	t.Helper()
	got, err := log.Unrelayed(t.Context(), n)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func mustMark(t testing.TB, log store.Log, epoch string, seqs map[string]uint64) {
	t.Helper()
	if err := log.MarkRelayed(t.Context(), epoch, seqs); err != nil {
		t.Fatal(err)
	}
}

func wantStream(t testing.TB, log store.Log, want store.Stream) {
	t.Helper()
	if got, err := log.Stream(t.Context()); err != nil || got != want {
		t.Errorf("Stream = %+v, %v; want %+v", got, err, want)
	}
}

func testRelay(t *testing.T, b Backend) {
	log := fresh(t, b)
	// Subjects in an order that is neither theirs nor that of their versions.
	mustAppend(t, log,
		commit("clue/c", 1, "1"), commit("clue/a", 1, "1"), commit("clue/c", 2, "2"), commit("clue/b", 1, "1"), commit("clue/c", 3, "3"),
	)
	sameIDs(t, "at first", mustUnrelayed(t, log, 10), "clue/c/1", "clue/a/1", "clue/c/2", "clue/b/1", "clue/c/3")
	sameIDs(t, "the first two", mustUnrelayed(t, log, 2), "clue/c/1", "clue/a/1")
	mustMark(t, log, "e1", map[string]uint64{"clue/c/1": 11, "clue/a/1": 12})
	sameIDs(t, "after two", mustUnrelayed(t, log, 10), "clue/c/2", "clue/b/1", "clue/c/3")
	mustMark(t, log, "e1", map[string]uint64{"clue/b/1": 14})
	mustAppend(t, log, commit("clue/a", 2, "2"))
	sameIDs(t, "with a gap", mustUnrelayed(t, log, 10), "clue/c/2", "clue/c/3", "clue/a/2")
	relayed := map[string]uint64{"clue/c/1": 11, "clue/a/1": 12, "clue/b/1": 14}
	for _, c := range mustScan(t, log) {
		if c.Relayed != relayed[c.ID()] {
			t.Errorf("%s traveled under %d; want %d", c.ID(), c.Relayed, relayed[c.ID()])
		}
		if c.Sum() != c.Hash {
			t.Errorf("relaying altered %s", c.ID())
		}
	}
	mustMark(t, log, "e1", map[string]uint64{"clue/c/2": 13, "clue/c/3": 15, "clue/a/2": 1 << 60})
	sameIDs(t, "after all", mustUnrelayed(t, log, 10))
	if last, _ := mustLast(t, log, "clue/a", ""); last.Relayed != 1<<60 {
		t.Errorf("a large sequence became %d", last.Relayed)
	}
	// A large batch, as the relay sends them.
	seqs := map[string]uint64{}
	for v := int64(1); v <= 300; v++ {
		mustAppend(t, log, commit("bulk/a", v, fmt.Sprint(v)))
		seqs[fmt.Sprintf("bulk/a/%d", v)] = uint64(1000 + v)
	}
	mustMark(t, log, "e1", seqs)
	sameIDs(t, "after a large batch", mustUnrelayed(t, log, 10))
}

func testMarkUnknown(t *testing.T, b Backend) {
	log := fresh(t, b)
	mustAppend(t, log, commit("clue/a", 1, "1"))
	mustMark(t, log, "e1", nil)
	wantStream(t, log, store.Stream{Epoch: "e1"})
	for _, seqs := range []map[string]uint64{
		{"clue/a/1": 5, "clue/zz/1": 6},
		{"clue/a/1": 0},
		{"clue/a/1": 5, "nonsense": 6},
		{"clue/a/1": 5, "clue/a/x": 6},
	} {
		if err := log.MarkRelayed(t.Context(), "e2", seqs); err == nil {
			t.Errorf("%v was noted", seqs)
		}
		sameIDs(t, fmt.Sprintf("after %v", seqs), mustUnrelayed(t, log, 10), "clue/a/1")
		wantStream(t, log, store.Stream{Epoch: "e1"})
	}
}

func testStream(t *testing.T, b Backend) {
	log := fresh(t, b)
	for v := int64(1); v <= 6; v++ {
		mustAppend(t, log, commit("clue/a", v, fmt.Sprint(v)))
	}
	wantStream(t, log, store.Stream{})
	mustMark(t, log, "e1", map[string]uint64{"clue/a/1": 5, "clue/a/2": 9, "clue/a/3": 7})
	wantStream(t, log, store.Stream{Epoch: "e1", Last: 9})
	mustMark(t, log, "e1", map[string]uint64{"clue/a/4": 8})
	wantStream(t, log, store.Stream{Epoch: "e1", Last: 9})
	mustMark(t, log, "e2", map[string]uint64{"clue/a/5": 3})
	wantStream(t, log, store.Stream{Epoch: "e2", Last: 3})
	mustMark(t, log, "e2", map[string]uint64{"clue/a/6": 4})
	wantStream(t, log, store.Stream{Epoch: "e2", Last: 4})
}

func testUnrelay(t *testing.T, b Backend) {
	log := fresh(t, b)
	for _, c := range []store.Commit{
		commit("clue/b", 1, "1"), commit("clue/a", 1, "1"), commit("clue/b", 2, "2"), commit("clue/a", 2, "2"), commit("clue/a", 3, "3"),
	} {
		mustAppend(t, log, c)
	}
	mustMark(t, log, "e1", map[string]uint64{"clue/b/1": 1, "clue/a/1": 2, "clue/b/2": 3, "clue/a/2": 4})
	for _, step := range []struct {
		epoch string
		after uint64
		lost  int
		want  []string
	}{
		{"e1", 4, 0, []string{"clue/a/3"}},
		{"e1", 2, 2, []string{"clue/b/2", "clue/a/2", "clue/a/3"}},
		{"e1", 2, 0, []string{"clue/b/2", "clue/a/2", "clue/a/3"}},
		{"e2", 0, 2, []string{"clue/b/1", "clue/a/1", "clue/b/2", "clue/a/2", "clue/a/3"}},
	} {
		n, err := log.Unrelay(t.Context(), step.epoch, step.after)
		if err != nil || n != step.lost {
			t.Errorf("Unrelay(%s, %d) = %d, %v; want %d", step.epoch, step.after, n, err, step.lost)
		}
		wantStream(t, log, store.Stream{Epoch: step.epoch, Last: step.after})
		sameIDs(t, fmt.Sprintf("after %s, %d", step.epoch, step.after), mustUnrelayed(t, log, 10), step.want...)
	}
	mustMark(t, log, "e2", map[string]uint64{"clue/b/1": 1, "clue/a/1": 2})
	sameIDs(t, "sent again", mustUnrelayed(t, log, 10), "clue/b/2", "clue/a/2", "clue/a/3")
}
