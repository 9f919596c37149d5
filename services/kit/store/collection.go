package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"

	"shenzhong/events"
	"shenzhong/services/kit/clock"
	"shenzhong/services/kit/fault"
)

// Unchanged is what a decide function returns to say that there is nothing to
// do: no commit, no fact, no error.
var Unchanged = errors.New("unchanged")

// Collection holds the entities of one kind. Change, Create, Put and
// Open are the only ways to write, and all end in one inserted commit.
//
// A decide function gets the newest state, changes it in place and returns the
// one fact that says what happened. It may be run again when another change
// came first, so it must do nothing but decide: no I/O, no clock, no randomness.
type Collection[T any] struct {
	name  string
	log   Log
	clock clock.Clock

	mu   sync.Mutex
	next map[string]int64 // guarded by mu; next number of each series
}

// attempts bounds how often a lost race is run again. Every attempt loses only
// to another change that was stored, so the system as a whole always advances.
const attempts = 16

// NewCollection returns the collection of that name in log. The name is the
// first part of every subject and of no other collection's.
func NewCollection[T any](name string, log Log, clk clock.Clock) *Collection[T] {
	return &Collection[T]{name: name, log: log, clock: clk, next: map[string]int64{}}
}

// Subject is the subject of the entity with that id.
func (c *Collection[T]) Subject(id string) string { return c.name + "/" + id }

// Load returns the newest state of an entity and its version, or
// fault.NotFound.
func (c *Collection[T]) Load(ctx context.Context, id string) (T, int64, error) {
	var entity T
	last, _, err := c.log.Last(ctx, c.Subject(id), "")
	if err != nil {
		return entity, 0, err
	}
	if last.Version == 0 {
		return entity, 0, fault.New(fault.NotFound, "没有编号为 %s 的记录，请核对编号", id)
	}
	if err := json.Unmarshal(last.State, &entity); err != nil {
		return entity, 0, fmt.Errorf("decode %s: %w", last.ID(), err)
	}
	return entity, last.Version, nil
}

// Change lets decide change an entity that exists. A cause that has changed it
// before changes nothing and is no error; an entity that does not exist is
// fault.NotFound.
func (c *Collection[T]) Change(ctx context.Context, by Cause, id string, decide func(*T) (events.Event, error)) error {
	return c.write(ctx, by, id, func(version int64) error {
		if version == 0 {
			return fault.New(fault.NotFound, "没有编号为 %s 的记录，请核对编号", id)
		}
		return nil
	}, decide)
}

// Create makes an entity whose id is known beforehand. The same cause again
// changes nothing; another cause is fault.Conflict.
func (c *Collection[T]) Create(ctx context.Context, by Cause, id string, decide func(*T) (events.Event, error)) error {
	return c.write(ctx, by, id, func(version int64) error {
		if version != 0 {
			return fault.New(fault.Conflict, "编号 %s 已存在，不能重复登记", id)
		}
		return nil
	}, decide)
}

// Put changes an entity, or makes it if there is none yet.
func (c *Collection[T]) Put(ctx context.Context, by Cause, id string, decide func(*T) (events.Event, error)) error {
	return c.write(ctx, by, id, func(int64) error { return nil }, decide)
}

func (c *Collection[T]) write(ctx context.Context, by Cause, id string, allow func(version int64) error, decide func(*T) (events.Event, error)) error {
	subject := c.Subject(id)
	for try := 1; ; try++ {
		last, seen, err := c.log.Last(ctx, subject, by.ID)
		if err != nil || seen {
			return err
		}
		if err := allow(last.Version); err != nil {
			return err
		}
		var entity T
		if last.Version > 0 {
			if err := json.Unmarshal(last.State, &entity); err != nil {
				return fmt.Errorf("decode %s: %w", last.ID(), err)
			}
		}
		commit, err := c.decide(by, subject, last, &entity, decide)
		if errors.Is(err, Unchanged) {
			return nil
		}
		if err != nil {
			return err
		}
		commit.Opens = commit.ID()
		err = c.log.Append(ctx, commit)
		switch {
		case errors.Is(err, ErrSeen):
			return nil
		case fault.Is(err, fault.Conflict) && try < attempts:
			continue
		}
		return err
	}
}

// Open makes an entity with the next number of a series and returns its id. A
// series is written as its number zero: "500156-XS-2026-000000" goes on with
// "500156-XS-2026-000001". The same cause again returns the same id.
func (c *Collection[T]) Open(ctx context.Context, by Cause, series string, decide func(id string, entity *T) (events.Event, error)) (string, error) {
	id, _, err := c.Make(ctx, by, series, decide)
	return id, err
}

// Make is Open, and returns the entity as it was made too. The same cause again
// returns nil for it: the entity may have changed since.
func (c *Collection[T]) Make(ctx context.Context, by Cause, series string, decide func(id string, entity *T) (events.Event, error)) (string, *T, error) {
	opens := opening(c.name, by.ID)
	if !by.Fresh {
		known, err := c.log.Opened(ctx, opens)
		if err != nil || known != "" {
			return events.EntityID(known), nil, err
		}
	}
	for try := 1; ; try++ {
		n, err := c.take(ctx, series)
		if err != nil {
			return "", nil, err
		}
		id := numbered(series, n)
		var entity T
		commit, err := c.decide(by, c.Subject(id), Commit{}, &entity, func(t *T) (events.Event, error) { return decide(id, t) })
		if err != nil {
			c.giveBack(series, n)
			return "", nil, err
		}
		commit.Opens = opens
		err = c.log.Append(ctx, commit)
		switch {
		case err == nil:
			return id, &entity, nil
		case errors.Is(err, ErrSeen):
			c.giveBack(series, n)
			known, err := c.log.Opened(ctx, opens)
			return events.EntityID(known), nil, err
		case fault.Is(err, fault.Conflict) && try < attempts:
			c.forget(series) // another process numbers this series too
			continue
		}
		c.giveBack(series, n)
		return "", nil, err
	}
}

// decide runs a decision and seals its outcome as the commit that follows last.
func (c *Collection[T]) decide(by Cause, subject string, last Commit, entity *T, decide func(*T) (events.Event, error)) (Commit, error) {
	if by.ID == "" || by.Actor.ID == "" {
		return Commit{}, fmt.Errorf("change %s: no cause or no actor", subject)
	}
	fact, err := decide(entity)
	if err != nil {
		return Commit{}, err
	}
	if fact == nil {
		return Commit{}, fmt.Errorf("change %s: the decision names no fact", subject)
	}
	state, err := json.Marshal(entity)
	if err != nil {
		return Commit{}, fmt.Errorf("encode %s: %w", subject, err)
	}
	data, err := json.Marshal(fact)
	if err != nil {
		return Commit{}, fmt.Errorf("encode %s: %w", fact.Kind(), err)
	}
	at := c.clock.Now()
	if at.Before(last.At) { // a clock set back never turns a history around
		at = last.At
	}
	commit := Commit{
		Subject: subject, Version: last.Version + 1, Prev: last.Hash, Kind: fact.Kind(), At: at,
		Actor: by.Actor.ID, Unit: by.Actor.Unit, Cause: by.ID, State: state, Data: data,
	}
	if clocked, ok := fact.(events.Clocked); ok {
		commit.Starts, commit.Settles = clocked.Clocks()
	}
	commit.Hash = commit.Sum()
	return commit, nil
}

// take returns the next number of a series. Numbers handed out and then not
// used are given back while they are the newest, so gaps are rare; they are not
// promised away.
func (c *Collection[T]) take(ctx context.Context, series string) (int64, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.next[series] == 0 {
		highest, err := c.log.Highest(ctx, c.Subject(strings.TrimRight(series, "0")))
		if err != nil {
			return 0, err
		}
		var n int64
		if highest != "" {
			n, err = strconv.ParseInt(highest[max(0, len(highest)-digits(series)):], 10, 64)
			if err != nil {
				return 0, fmt.Errorf("number of %s: %w", highest, err)
			}
		}
		c.next[series] = n + 1
	}
	n := c.next[series]
	c.next[series]++
	return n, nil
}

func (c *Collection[T]) giveBack(series string, n int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.next[series] == n+1 {
		c.next[series] = n
	}
}

func (c *Collection[T]) forget(series string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.next, series)
}

// digits is how many zeros a series ends in: the width of its numbers, so that
// ids sort as numbers do.
func digits(series string) int { return len(series) - len(strings.TrimRight(series, "0")) }

// numbered is the n-th id of a series.
func numbered(series string, n int64) string {
	return fmt.Sprintf("%s%0*d", strings.TrimRight(series, "0"), digits(series), n)
}
