package storetest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"shenzhong/events"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/store"
)

type decision = func(*tally) (events.Event, error)

// recording is decide, and notes the sum that it arrived at.
func recording(decide decision, sum *int64) decision {
	return func(t *tally) (events.Event, error) {
		fact, err := decide(t)
		*sum = t.Sum
		return fact, err
	}
}

// testCollection plays random commands against a collection and a model of it:
// what was done is done once, what was refused left nothing, numbers have no
// gaps, and the chains hold.
func testCollection(t *testing.T, b Backend) {
	log := fresh(t, b)
	played := 0
	rapid.Check(t, func(rt *rapid.T) {
		played++
		g := &game{
			tallies: newTallies(fmt.Sprint("game", played), log), log: log, alone: b.Alone,
			entities: map[string]*tally{}, versions: map[string]int64{}, causes: map[string]bool{}, opened: map[string]string{},
		}
		rt.Repeat(map[string]func(*rapid.T){
			"": g.check, "put": g.put, "together": g.together, "change": g.change, "create": g.create, "open": g.open, "refuse": g.refuse,
		})
	})
	verified(t, log)
}

// game is a collection and what it should hold.
type game struct {
	tallies  *store.Collection[tally]
	log      store.Log
	alone    bool
	entities map[string]*tally
	versions map[string]int64
	causes   map[string]bool   // id and cause
	opened   map[string]string // cause to id
}

var refused = errors.New("refused")

// refuse changes an entity and then does not want to have.
func refuse(e *tally) (events.Event, error) {
	e.Gone = true
	return nil, refused
}

func (g *game) draw(t *rapid.T) (ctx context.Context, id string, by store.Cause) {
	known := []string{"a", "b", "500156-TL-2026-0001", "500156-TL-2026-0002"}
	return context.Background(), rapid.SampledFrom(known).Draw(t, "id"), cause(fmt.Sprint("c", rapid.IntRange(0, 30).Draw(t, "cause")))
}

// apply is what the model does when a change is due, and whether one is.
func (g *game) apply(id string, by store.Cause, n int64) {
	if g.causes[id+"|"+by.ID] {
		return
	}
	g.causes[id+"|"+by.ID] = true
	if g.entities[id] == nil {
		g.entities[id] = &tally{}
	}
	g.entities[id].Sum += n
	g.entities[id].By++
	g.versions[id]++
}

func (g *game) put(t *rapid.T) {
	ctx, id, by := g.draw(t)
	if g.entities[id] == nil && strings.HasPrefix(id, "5") {
		return // ids of the series are made by open alone
	}
	n := rapid.Int64Range(-5, 5).Draw(t, "n")
	if err := g.tallies.Put(ctx, by, id, add(n)); err != nil {
		t.Fatalf("put: %v", err)
	}
	g.apply(id, by, n)
}

func (g *game) change(t *rapid.T) {
	ctx, id, by := g.draw(t)
	err := g.tallies.Change(ctx, by, id, add(1))
	if g.entities[id] == nil {
		if !fault.Is(err, fault.NotFound) {
			t.Fatalf("change of what is not there: %v", err)
		}
		return
	}
	if err != nil {
		t.Fatalf("change: %v", err)
	}
	g.apply(id, by, 1)
}

func (g *game) create(t *rapid.T) {
	ctx, id, by := g.draw(t)
	if strings.HasPrefix(id, "5") {
		return
	}
	err := g.tallies.Create(ctx, by, id, add(1))
	if g.entities[id] != nil && !g.causes[id+"|"+by.ID] {
		if !fault.Is(err, fault.Conflict) {
			t.Fatalf("create of what is there: %v", err)
		}
		return
	}
	if err != nil {
		t.Fatalf("create: %v", err)
	}
	g.apply(id, by, 1)
}

func (g *game) open(t *rapid.T) {
	ctx, _, by := g.draw(t)
	fails := rapid.IntRange(0, 3).Draw(t, "fails") == 0
	id, err := g.tallies.Open(ctx, by, "500156-TL-2026-0000", func(_ string, e *tally) (events.Event, error) {
		if fails {
			return nil, refused
		}
		return add(1)(e)
	})
	known := g.opened[by.ID]
	switch {
	case known != "":
		if id != known || err != nil {
			t.Fatalf("opened again: %s, %v; want %s", id, err, known)
		}
	case fails:
		if !errors.Is(err, refused) {
			t.Fatalf("open refused: %v", err)
		}
	default:
		want := fmt.Sprintf("500156-TL-2026-%04d", len(g.opened)+1)
		if id != want || err != nil {
			t.Fatalf("opened %s, %v; want %s", id, err, want)
		}
		g.opened[by.ID] = id
		g.apply(id, by, 1)
	}
}

func (g *game) refuse(t *rapid.T) {
	ctx, id, by := g.draw(t)
	answer := rapid.SampledFrom([]error{refused, store.Unchanged}).Draw(t, "answer")
	err := g.tallies.Put(ctx, by, id, func(e *tally) (events.Event, error) {
		_, _ = refuse(e)
		return nil, answer
	})
	if g.causes[id+"|"+by.ID] || errors.Is(answer, store.Unchanged) {
		if err != nil {
			t.Fatalf("nothing to do: %v", err)
		}
		return
	}
	if !errors.Is(err, refused) {
		t.Fatalf("refused: %v", err)
	}
}

func (g *game) check(t *rapid.T) {
	for id, want := range g.entities {
		got, version, err := g.tallies.Load(context.Background(), id)
		if err != nil {
			t.Fatalf("load %s: %v", id, err)
		}
		if fmt.Sprint(got) != fmt.Sprint(*want) || version != g.versions[id] {
			t.Fatalf("%s is %+v at %d; want %+v at %d", id, got, version, *want, g.versions[id])
		}
	}
}

// testTampering alters, removes, doubles and exchanges commits behind the back
// of an honest log and expects Verify to notice each.
func testTampering(t *testing.T, b Backend) {
	log := fresh(t, b)
	tallies := newTallies("tally", log)
	for i := range 5 {
		for _, id := range []string{"a", "b"} {
			if err := tallies.Put(t.Context(), cause(fmt.Sprint("c", i)), id, add(1)); err != nil {
				t.Fatal(err)
			}
		}
	}
	if _, err := openTally(t, tallies, cause("form")); err != nil {
		t.Fatal(err)
	}
	all := mustScan(t, log)
	verified(t, log)
	rapid.Check(t, func(t *rapid.T) {
		commits := slices.Clone(all)
		name := rapid.SampledFrom(slices.Sorted(maps.Keys(frauds))).Draw(t, "fraud")
		i := rapid.IntRange(0, len(commits)-1).Draw(t, "commit")
		commits = frauds[name](commits, i)
		if commits == nil {
			return // the end of a chain can be cut off unseen, as Verify says
		}
		breaks, n, err := store.Verify(context.Background(), forged{log, commits})
		if err != nil || n != len(commits) {
			t.Fatalf("read %d of %d: %v", n, len(commits), err)
		}
		if len(breaks) == 0 {
			t.Fatalf("%s of %s was not noticed", name, all[i].ID())
		}
	})
}

// forged is a log whose commits are not those that were appended.
type forged struct {
	store.Log
	commits []store.Commit
}

// Scan returns what the forger made.
func (f forged) Scan(_ context.Context, subject string, version int64, n int) ([]store.Commit, error) {
	var out []store.Commit
	for _, c := range f.commits {
		if (c.Subject > subject || c.Subject == subject && c.Version > version) && len(out) < n {
			out = append(out, c)
		}
	}
	return out, nil
}

// frauds are ways to falsify a history. Each returns nil where it would only cut
// off the end of a chain.
var frauds = map[string]func([]store.Commit, int) []store.Commit{
	"subject": edit(func(c *store.Commit) { c.Subject += "x" }),
	"version": edit(func(c *store.Commit) { c.Version += 100 }),
	"opens":   edit(func(c *store.Commit) { c.Opens = "tally|other" }),
	"prev":    edit(func(c *store.Commit) { c.Prev = strings.Repeat("0", 64) }),
	"hash":    edit(func(c *store.Commit) { c.Hash = strings.Repeat("0", 64) }),
	"kind":    edit(func(c *store.Commit) { c.Kind = "suite.happened.v2" }),
	"time":    edit(func(c *store.Commit) { c.At = c.At.Add(time.Millisecond) }),
	"actor":   edit(func(c *store.Commit) { c.Actor = "500156-RY-mzj-002" }),
	"unit":    edit(func(c *store.Commit) { c.Unit = "lyj" }),
	"cause":   edit(func(c *store.Commit) { c.Cause += "0" }),
	"state":   edit(func(c *store.Commit) { c.State = json.RawMessage(strings.Replace(string(c.State), "sum", "sun", 1)) }),
	"data":    edit(func(c *store.Commit) { c.Data = json.RawMessage(`{}`) }),
	"starts":  edit(func(c *store.Commit) { c.Starts = json.RawMessage(`[{"id":"x"}]`) }),
	"settles": edit(func(c *store.Commit) { c.Settles = []string{"x"} }),
	"a sealed edit in the middle": func(all []store.Commit, i int) []store.Commit {
		if last(all, i) {
			return nil // nothing stands on it: only a copy elsewhere can tell
		}
		return edit(func(c *store.Commit) { c.Actor = "nobody"; c.Hash = c.Sum() })(all, i)
	},
	"removal": func(all []store.Commit, i int) []store.Commit {
		if last(all, i) {
			return nil
		}
		return slices.Delete(all, i, i+1)
	},
	"doubling": func(all []store.Commit, i int) []store.Commit {
		if last(all, i) {
			again := all[i]
			again.Version, again.Prev, again.Opens = again.Version+1, again.Hash, ""
			return slices.Insert(all, i+1, seal(again)) // the cause gives it away
		}
		all[i+1] = all[i]
		all[i+1].Version++
		return all
	},
	"exchange of what two commits say": func(all []store.Commit, i int) []store.Commit {
		j := (i + 1) % len(all)
		all[i].State, all[j].State = all[j].State, all[i].State
		all[i].Cause, all[j].Cause = all[j].Cause, all[i].Cause
		return all
	},
}

// edit alters one commit.
func edit(change func(*store.Commit)) func([]store.Commit, int) []store.Commit {
	return func(all []store.Commit, i int) []store.Commit {
		change(&all[i])
		return all
	}
}

// last reports whether a commit is the end of its chain.
func last(all []store.Commit, i int) bool {
	return i == len(all)-1 || all[i+1].Subject != all[i].Subject
}
