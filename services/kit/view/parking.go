package view

import (
	"context"
	"encoding/json"
	"fmt"

	"shenzhong/services/kit/bus"
	"shenzhong/services/kit/fault"
)

// Parking keeps the facts that the reactions of one context could not deal with
// (死信) in a table of that context's store. It is the one table here that is
// not folded from facts, and is not thrown away when views are folded again.
type Parking struct {
	table Table
}

// NewParking opens the parking of a context.
func NewParking(ctx context.Context, tables Tables, context string) (*Parking, error) {
	table, err := tables.Table(ctx, Shape{
		Name:    context + "-parked",
		Columns: []Column{{Name: "state"}, {Name: "reaction"}, {Name: "subject"}},
	})
	if err != nil {
		return nil, fmt.Errorf("open parking of %s: %w", context, err)
	}
	return &Parking{table: table}, nil
}

// parkedState is the state of a fact that nobody has dealt with yet.
const parkedState = "parked"

// races bounds how often a write that lost against another is tried again.
const races = 16

// Park keeps a fact until an operator has dealt with it. Park of a known id adds
// the tries up and makes it wait again.
func (p *Parking) Park(ctx context.Context, parked bus.Parked) error {
	return p.change(ctx, parked.ID(), func(known *bus.Parked) (bus.Parked, error) {
		next := parked
		next.State = parkedState
		if known != nil {
			next.Tries += known.Tries
		}
		return next, nil
	})
}

// Parked returns what nobody has dealt with yet, by id.
func (p *Parking) Parked(ctx context.Context) ([]bus.Parked, error) {
	const page = 1000
	var out []bus.Parked
	for after := ""; ; {
		rows, err := p.table.List(ctx, Query{Equal: map[string]any{"state": parkedState}, Limit: page, After: after})
		if err != nil {
			return nil, fmt.Errorf("list dead letters: %w", err)
		}
		for _, row := range rows {
			parked, err := decodeParked(row)
			if err != nil {
				return nil, err
			}
			out = append(out, parked)
			after = row.Key
		}
		if len(rows) < page {
			return out, nil
		}
	}
}

// Settle notes what was done about a parked fact. One that is not parked, or was
// dealt with already in another way, is refused.
func (p *Parking) Settle(ctx context.Context, id, state, note string) error {
	return p.change(ctx, id, func(known *bus.Parked) (bus.Parked, error) {
		switch {
		case known == nil:
			return bus.Parked{}, fault.New(fault.NotFound, "没有编号为 %s 的死信，请核对编号", id)
		case known.State != parkedState && known.State != state:
			return bus.Parked{}, fault.New(fault.Conflict, "该死信已经处理完毕，不能再次处理")
		}
		next := *known
		next.State, next.Note = state, note
		return next, nil
	})
}

// change stores what decide makes of the row with that id, again when another
// write came first.
func (p *Parking) change(ctx context.Context, id string, decide func(known *bus.Parked) (bus.Parked, error)) error {
	for try := 1; ; try++ {
		row, ok, err := p.table.Get(ctx, id)
		if err != nil {
			return fmt.Errorf("read dead letter %s: %w", id, err)
		}
		var known *bus.Parked
		if ok {
			parked, err := decodeParked(row)
			if err != nil {
				return err
			}
			known = &parked
		}
		next, err := decide(known)
		if err != nil {
			return err
		}
		body, err := json.Marshal(next)
		if err != nil {
			return fmt.Errorf("encode dead letter %s: %w", id, err)
		}
		err = p.table.Put(ctx, Row{
			Key: id, Version: row.Version + 1, Body: body,
			Columns: map[string]any{"state": next.State, "reaction": next.Reaction, "subject": next.Envelope.Subject},
		})
		if fault.Is(err, fault.Conflict) && try < races {
			continue
		}
		if err != nil {
			return fmt.Errorf("keep dead letter %s: %w", id, err)
		}
		return nil
	}
}

func decodeParked(row Row) (bus.Parked, error) {
	var parked bus.Parked
	if err := json.Unmarshal(row.Body, &parked); err != nil {
		return parked, fmt.Errorf("decode dead letter %s: %w", row.Key, err)
	}
	return parked, nil
}
