package store

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"shenzhong/events"
	"shenzhong/services/kit/fault"
)

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
		known, err := c.Opened(ctx, by.ID)
		if err != nil || known != "" {
			return known, nil, err
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
			known, err := c.Opened(ctx, by.ID)
			return known, nil, err
		case fault.Is(err, fault.Conflict) && try < attempts:
			c.forget(series) // another process numbers this series too
			continue
		}
		c.giveBack(series, n)
		return "", nil, err
	}
}

// Opened returns the id of the entity that Open or Make has made for that cause,
// or "".
func (c *Collection[T]) Opened(ctx context.Context, cause string) (string, error) {
	subject, err := c.log.Opened(ctx, opening(c.name, cause))
	return events.EntityID(subject), err
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
