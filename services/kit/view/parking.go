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

// races bounds how often a write that lost against another is tried again.
const races = 16

// Park keeps a fact until an operator has dealt with it. Park of a known id adds
// the tries up and makes it wait again; since when, and what was done about it,
// stays.
func (p *Parking) Park(ctx context.Context, parked bus.Parked) error {
	return p.change(ctx, parked.ID(), func(known *bus.Parked) (bus.Parked, error) {
		next := parked
		next.State = bus.StateParked
		if known != nil {
			next.Tries, next.At, next.Deeds = next.Tries+known.Tries, known.At, known.Deeds
		}
		return next, nil
	})
}

// Parked returns what nobody has dealt with yet, by id.
func (p *Parking) Parked(ctx context.Context) ([]bus.Parked, error) {
	const page = 1000
	var out []bus.Parked
	for after := ""; ; {
		rows, err := p.table.List(ctx, Query{Equal: map[string]any{"state": bus.StateParked}, Limit: page, After: after})
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

// Find returns one parked fact, dealt with or not.
func (p *Parking) Find(ctx context.Context, id string) (bus.Parked, bool, error) {
	row, ok, err := p.table.Get(ctx, id)
	if err != nil || !ok {
		return bus.Parked{}, false, err
	}
	parked, err := decodeParked(row)
	return parked, err == nil, err
}

// Settle notes what was done about a parked fact.
func (p *Parking) Settle(ctx context.Context, id string, d bus.Deed) error {
	return p.change(ctx, id, func(known *bus.Parked) (bus.Parked, error) {
		switch {
		case known == nil:
			return bus.Parked{}, fault.New(fault.NotFound, "没有编号为 %s 的死信，请核对编号", id)
		case known.State == d.Did:
			return *known, nil
		case known.State != bus.StateParked:
			return bus.Parked{}, fault.New(fault.Conflict, "该死信已经处理完毕，不能再次处理")
		}
		next := *known
		next.Deeds = append(next.Deeds, d)
		if d.Failed == "" {
			next.State = d.Did
		} else {
			next.Tries, next.Reason = next.Tries+1, d.Failed
		}
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
