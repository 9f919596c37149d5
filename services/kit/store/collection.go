package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"

	"shenzhong/events"
	"shenzhong/services/kit/clock"
	"shenzhong/services/kit/fault"
)

// Unchanged is what a decide function returns to say that there is nothing to
// do: no commit, no fact, no error.
var Unchanged = errors.New("unchanged")

// Collection holds the entities of one kind. Change, Create, Put, PutAll and
// Open are the only ways to write, and all end in inserted commits.
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
// changes nothing; another cause is fault.Conflict. It decides as if there were
// none yet and inserts: only where that fails does it read.
func (c *Collection[T]) Create(ctx context.Context, by Cause, id string, decide func(*T) (events.Event, error)) error {
	var entity T
	if commit, err := c.decide(by, c.Subject(id), Commit{}, &entity, decide); err == nil {
		commit.Opens = commit.ID()
		err = c.log.Append(ctx, commit)
		if errors.Is(err, ErrSeen) {
			return nil
		}
		if !fault.Is(err, fault.Conflict) {
			return err
		}
	}
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

// Step is one of several changes of an entity that are made together.
type Step[T any] struct {
	By     Cause
	Decide func(*T) (events.Event, error)
}

// PutAll is Put for several changes of one entity, a commit for each, every one
// of what the one before has made of it: they are stored together, with one
// sync. Where one of the causes has changed the entity before, it is ErrSeen and
// nothing was changed; so it is with the error of a step, Unchanged too.
func (c *Collection[T]) PutAll(ctx context.Context, id string, steps []Step[T]) error {
	subject := c.Subject(id)
	for try := 1; ; try++ {
		last, _, err := c.log.Last(ctx, subject, "")
		if err != nil {
			return err
		}
		commits, err := c.chain(subject, last, steps)
		if err != nil {
			return err
		}
		if err = c.log.Append(ctx, commits...); !fault.Is(err, fault.Conflict) || try == attempts {
			return err
		}
	}
}

// chain runs decisions one after another and returns the commits that follow last.
func (c *Collection[T]) chain(subject string, last Commit, steps []Step[T]) ([]Commit, error) {
	var entity T
	if last.Version > 0 {
		if err := json.Unmarshal(last.State, &entity); err != nil {
			return nil, fmt.Errorf("decode %s: %w", last.ID(), err)
		}
	}
	commits := make([]Commit, len(steps))
	for i, step := range steps {
		var err error
		if last, err = c.decide(step.By, subject, last, &entity, step.Decide); err != nil {
			return nil, err
		}
		last.Opens = last.ID()
		commits[i] = last
	}
	return commits, nil
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
		var limits []events.Deadline
		limits, commit.Settles = clocked.Clocks()
		if commit.Starts, err = events.WriteLimits(limits); err != nil {
			return Commit{}, fmt.Errorf("encode the limits of %s: %w", fact.Kind(), err)
		}
	}
	commit.Hash = commit.Sum()
	return commit, nil
}
