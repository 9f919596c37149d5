package years

import (
	"context"
	"math/rand/v2"

	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/store"
	"shenzhong/services/kit/view"
)

// chances are how often what can go wrong does.
type chances struct {
	refuse, lose, read, table float64 // of the stores: not stored, stored but not acknowledged, not read, no view
	drop, twice, late         float64 // of the bus
}

var errDisk = fault.New(fault.Unavailable, "模拟的故障")

// faults decides what goes wrong.
type faults struct {
	rng   *rand.Rand
	odds  chances
	off   bool
	count map[string]int
}

func (f *faults) hit(what string, chance float64) bool {
	if f.off || f.rng.Float64() >= chance {
		return false
	}
	f.count[what]++
	return true
}

// flaky is a store that fails now and then, and tells who watches what it holds.
type flaky struct {
	store.Log
	faults *faults
	watch  func(store.Commit)
}

func (f *flaky) Append(ctx context.Context, commits ...store.Commit) error {
	if f.faults.hit("append refused", f.faults.odds.refuse) {
		return errDisk
	}
	if err := f.Log.Append(ctx, commits...); err != nil {
		return err
	}
	for _, c := range commits {
		f.watch(c)
	}
	if f.faults.hit("acknowledgement lost", f.faults.odds.lose) {
		return errDisk
	}
	return nil
}

func (f *flaky) Last(ctx context.Context, subject, cause string) (store.Commit, bool, error) {
	if f.faults.hit("read failed", f.faults.odds.read) {
		return store.Commit{}, false, errDisk
	}
	return f.Log.Last(ctx, subject, cause)
}

// flakyTables are views whose store fails now and then.
type flakyTables struct {
	view.Tables
	faults *faults
	opened map[string]*waiting // outlives a restart of who reads it
}

func (f flakyTables) Table(ctx context.Context, shape view.Shape) (view.Table, error) {
	t, err := f.Tables.Table(ctx, shape)
	if err != nil {
		return nil, err
	}
	if f.opened[shape.Name] == nil {
		f.opened[shape.Name] = newWaiting(t, shape)
	}
	return flakyTable{f.opened[shape.Name], f.faults}, nil
}

type flakyTable struct {
	view.Table
	faults *faults
}

func (f flakyTable) Put(ctx context.Context, row view.Row) error {
	if f.faults.hit("view not written", f.faults.odds.table) {
		return errDisk
	}
	return f.Table.Put(ctx, row)
}

func (f flakyTable) List(ctx context.Context, q view.Query) ([]view.Row, error) {
	if f.faults.hit("view not read", f.faults.odds.table) {
		return nil, errDisk
	}
	return f.Table.List(ctx, q)
}
