package storetest

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"shenzhong/events"
	"shenzhong/services/kit/clock"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/identity"
	"shenzhong/services/kit/store"
)

// tally is the entity of the suite: what was added to it, and by how many.
type tally struct {
	Sum  int64    `json:"sum"`
	By   int      `json:"by"`
	Log  []string `json:"log,omitempty"`
	Gone bool     `json:"gone,omitempty"`
}

func newTallies(name string, log store.Log) *store.Collection[tally] {
	return store.NewCollection[tally](name, log, clock.NewFake(start))
}

func cause(id string) store.Cause {
	return store.Cause{ID: id, Actor: identity.Actor{ID: "500156-RY-mzj-001", Unit: "mzj"}}
}

func add(n int64) func(*tally) (events.Event, error) {
	return func(t *tally) (events.Event, error) {
		t.Sum += n
		t.By++
		return happened{Note: fmt.Sprint(n)}, nil
	}
}

// testContention lets many change one entity. Whoever loses too often asks
// again, as a user would; nobody's change may be lost or applied twice.
func testContention(t *testing.T, b Backend) {
	const workers, each = 8, 12
	log := fresh(t, b)
	var retries atomic.Int64
	var done sync.WaitGroup
	for w := range workers {
		done.Go(func() {
			tallies := newTallies("tally", log) // as a process of its own
			for i := range each {
				by := cause(fmt.Sprintf("worker-%d/%d", w, i))
				err := tallies.Put(t.Context(), by, "hot", add(1))
				for ; fault.Is(err, fault.Conflict); retries.Add(1) {
					err = tallies.Put(t.Context(), by, "hot", add(1))
				}
				if err != nil {
					t.Errorf("worker %d, change %d: %v", w, i, err)
					return
				}
			}
		})
	}
	done.Wait()
	got, version, err := newTallies("tally", log).Load(t.Context(), "hot")
	if err != nil {
		t.Fatal(err)
	}
	if got.Sum != workers*each || version != workers*each {
		t.Errorf("sum %d at version %d; want %d each (%d lost races too many in a row)", got.Sum, version, workers*each, retries.Load())
	}
	verified(t, log)
	if n := len(mustUnrelayed(t, log, 1000)); n != workers*each {
		t.Errorf("%d to relay; want %d", n, workers*each)
	}
	for i, c := range mustUnrelayed(t, log, 1000) {
		if c.Version != int64(i)+1 {
			t.Fatalf("relayed out of order: %s at place %d", c.ID(), i+1)
		}
	}
}

// testOneCause lets many do the same thing at once: it is done once, and all
// are told that it is done.
func testOneCause(t *testing.T, b Backend) {
	const workers = 8
	log := fresh(t, b)
	var done sync.WaitGroup
	ids := make([]string, workers)
	for w := range workers {
		done.Go(func() {
			tallies := newTallies("tally", log)
			for round := range 6 {
				by := cause(fmt.Sprintf("event/%d", round))
				if err := tallies.Put(t.Context(), by, "shared", add(1)); err != nil {
					t.Errorf("put %d: %v", round, err)
				}
				if err := tallies.Create(t.Context(), by, fmt.Sprintf("created-%d", round), add(1)); err != nil {
					t.Errorf("create %d: %v", round, err)
				}
			}
			id, err := tallies.Open(t.Context(), cause("form/1"), "500156-TL-2026-0000", func(string, *tally) (events.Event, error) {
				return happened{}, nil
			})
			if err != nil {
				t.Errorf("open: %v", err)
			}
			ids[w] = id
		})
	}
	done.Wait()
	for _, id := range ids {
		if id == "" || id != ids[0] {
			t.Errorf("one cause opened %v; want one id", ids)
			break
		}
	}
	for by, want := range map[string]string{"form/1": ids[0], "form/2": "", "event/1": ""} {
		if id, err := newTallies("tally", log).Opened(t.Context(), by); err != nil || id != want {
			t.Errorf("%s has opened %q, %v; want %q", by, id, err, want)
		}
	}
	got, version, err := newTallies("tally", log).Load(t.Context(), "shared")
	if err != nil || got.By != 6 || version != 6 {
		t.Errorf("%+v at version %d, %v; want 6 changes", got, version, err)
	}
	if n := len(mustScan(t, log)); n != 6+6+1 {
		t.Errorf("%d commits; want 13", n)
	}
	verified(t, log)
}

// testSeries numbers one series from several processes: no number twice and,
// when nobody fails, none left out.
func testSeries(t *testing.T, b Backend) {
	const workers, each = 4, 8
	log := fresh(t, b)
	var mu sync.Mutex
	seen := map[string]bool{}
	var done sync.WaitGroup
	for w := range workers {
		done.Go(func() {
			tallies := newTallies("tally", log)
			for i := range each {
				id, err := openTally(t, tallies, cause(fmt.Sprintf("form/%d/%d", w, i)))
				if err != nil {
					t.Errorf("open: %v", err)
					return
				}
				mu.Lock()
				if seen[id] {
					t.Errorf("%s was given twice", id)
				}
				seen[id] = true
				mu.Unlock()
			}
		})
	}
	done.Wait()
	for n := 1; n <= workers*each; n++ {
		if id := fmt.Sprintf("500156-TL-2026-%04d", n); !seen[id] {
			t.Errorf("%s is missing", id)
		}
	}
}

// openTally opens an entity and, like a user, asks again when too many races
// were lost.
func openTally(t *testing.T, tallies *store.Collection[tally], by store.Cause) (string, error) {
	for {
		id, err := tallies.Open(t.Context(), by, "500156-TL-2026-0000", func(id string, e *tally) (events.Event, error) {
			if id == "" {
				return nil, errors.New("no id")
			}
			e.By = 1
			return happened{Note: id}, nil
		})
		if !fault.Is(err, fault.Conflict) {
			return id, err
		}
	}
}
