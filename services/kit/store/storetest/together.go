package storetest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/store"
)

// testTogether appends several commits of which the last breaks a key, another
// each time: nothing of them is left, and what they would have been can be
// appended afterwards.
func testTogether(t *testing.T, b Backend) {
	log := fresh(t, b)
	opened := commit("clue/c", 1, "one")
	opened.Opens = "clue|one"
	mustAppend(t, log, commit("clue/a", 1, "one"), commit("clue/b", 1, "one"), seal(opened))
	again := commit("clue/d", 1, "two")
	again.Opens = "clue|one"
	for name, last := range map[string]struct {
		commit store.Commit
		seen   bool
	}{
		"a taken version":               {commit("clue/b", 1, "two"), false},
		"a known cause":                 {commit("clue/b", 2, "one"), true},
		"a known opening":               {seal(again), true},
		"a version taken by themselves": {commit("clue/a", 2, "other"), false},
		"a cause seen by themselves":    {commit("clue/a", 4, "three"), true},
	} {
		err := log.Append(t.Context(), commit("clue/a", 2, "two"), commit("clue/a", 3, "three"), last.commit)
		if seen := errors.Is(err, store.ErrSeen); seen != last.seen || seen == fault.Is(err, fault.Conflict) {
			t.Errorf("%s: %v; seen %v", name, err, last.seen)
		}
		if c, _ := mustLast(t, log, "clue/a", ""); c.Version != 1 && !b.Alone {
			t.Fatalf("%s: version %d was left", name, c.Version)
		}
		if b.Alone {
			return // the first of them are there, as documented; the game below plays with that
		}
	}
	mustAppend(t, log)
	mustAppend(t, log, commit("clue/a", 2, "two"), commit("clue/a", 3, "three"), commit("clue/b", 2, "two"))
	sameIDs(t, "after all", mustScan(t, log), "clue/a/1", "clue/a/2", "clue/a/3", "clue/b/1", "clue/b/2", "clue/c/1")
	sameIDs(t, "to relay", mustUnrelayed(t, log, 10), "clue/a/1", "clue/b/1", "clue/c/1", "clue/a/2", "clue/a/3", "clue/b/2")
}

// testTogetherUnderContention lets processes change one entity several times at
// once, others singly: nobody's change is lost or applied twice.
func testTogetherUnderContention(t *testing.T, b Backend) {
	const workers, rounds, each = 6, 5, 4
	log := fresh(t, b)
	var done sync.WaitGroup
	for w := range workers {
		done.Go(func() {
			tallies := newTallies("tally", log)
			for i := range rounds {
				var steps []store.Step[tally]
				for n := range each {
					steps = append(steps, store.Step[tally]{By: cause(fmt.Sprintf("%d/%d/%d", w, i, n)), Decide: add(1)})
				}
				write := func() error { return tallies.PutAll(t.Context(), "hot", steps) }
				if w%2 == 0 {
					write = func() error {
						for _, s := range steps {
							if err := tallies.Put(t.Context(), s.By, "hot", s.Decide); err != nil {
								return err
							}
						}
						return nil
					}
				}
				err := write()
				for fault.Is(err, fault.Conflict) {
					err = write()
				}
				if err != nil {
					t.Errorf("worker %d, round %d: %v", w, i, err)
					return
				}
			}
		})
	}
	done.Wait()
	got, version, err := newTallies("tally", log).Load(t.Context(), "hot")
	if err != nil || got.Sum != workers*rounds*each || version != workers*rounds*each {
		t.Errorf("sum %d at version %d, %v; want %d", got.Sum, version, err, workers*rounds*each)
	}
	verified(t, log)
}

// together changes an entity several times in one step. Where a cause is known,
// or a step is refused, nothing happens.
func (g *game) together(t *rapid.T) {
	ctx, id, _ := g.draw(t)
	if g.entities[id] == nil && id[0] == '5' {
		return
	}
	fails := rapid.IntRange(-1, 4).Draw(t, "fails")
	var steps []store.Step[tally]
	seen := false
	for i, n := range rapid.SliceOfNDistinct(rapid.IntRange(0, 30), 1, 4, rapid.ID).Draw(t, "causes") {
		by := cause(fmt.Sprint("c", n))
		seen = seen || g.causes[id+"|"+by.ID]
		step := store.Step[tally]{By: by, Decide: add(int64(n))}
		if i == fails {
			step.Decide = refuse
		}
		steps = append(steps, step)
	}
	err := g.tallies.PutAll(ctx, id, steps)
	switch {
	case fails >= 0 && fails < len(steps):
		if !errors.Is(err, refused) {
			t.Fatalf("together, one refused: %v", err)
		}
	case seen:
		if !errors.Is(err, store.ErrSeen) {
			t.Fatalf("together, one cause known: %v", err)
		}
		if g.alone { // the first of them may be there
			g.caughtUp(t, id, steps)
		}
	case err != nil:
		t.Fatalf("together: %v", err)
	default:
		for _, s := range steps {
			g.added(id, s)
		}
	}
}

// caughtUp lets the model follow what a store without transactions has kept.
func (g *game) caughtUp(t *rapid.T, id string, steps []store.Step[tally]) {
	_, version, err := g.tallies.Load(context.Background(), id)
	if err != nil && !fault.Is(err, fault.NotFound) {
		t.Fatalf("load %s: %v", id, err)
	}
	for _, s := range steps[:min(int64(len(steps)), version-g.versions[id])] {
		g.added(id, s)
	}
}

// added is what the model does for a step.
func (g *game) added(id string, s store.Step[tally]) {
	var what tally
	if _, err := s.Decide(&what); err == nil {
		g.apply(id, s.By, what.Sum)
	}
}
