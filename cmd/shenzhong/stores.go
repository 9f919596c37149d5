package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"shenzhong/services/kit/mongo"
	"shenzhong/services/kit/sqlite"
	"shenzhong/services/kit/store"
	"shenzhong/services/kit/store/mongolog"
	"shenzhong/services/kit/store/sqlitelog"
	"shenzhong/services/kit/view"
	"shenzhong/services/kit/view/mongoview"
	"shenzhong/services/kit/view/sqliteview"
)

// stores are where contexts keep what they know: each apart from the others.
type stores interface {
	open(ctx context.Context, context string) (base, error)
}

// base is the store of one context.
type base struct {
	log      store.Log
	tables   view.Tables
	settings func() map[string]string // as read back
	close    func() error
}

// sqliteIn is a directory with one SQLite file a context.
type sqliteIn string

func (dir sqliteIn) file(context string) string { return filepath.Join(string(dir), context+".db") }

func (dir sqliteIn) open(ctx context.Context, context string) (base, error) {
	if err := os.MkdirAll(string(dir), 0o700); err != nil {
		return base{}, fmt.Errorf("make the data directory: %w", err)
	}
	db, err := sqlite.Open(ctx, dir.file(context), sqlite.Options{})
	if err != nil {
		return base{}, err
	}
	log, err := sqlitelog.Open(ctx, db)
	if err != nil {
		return base{}, errors.Join(err, db.Close())
	}
	return base{log: log, tables: sqliteview.New(db), settings: db.Settings, close: db.Close}, nil
}

// sqliteReading is a directory with one SQLite file a context, none of which is
// touched.
type sqliteReading string

func (dir sqliteReading) open(ctx context.Context, context string) (base, error) {
	db, err := sqlite.OpenReadOnly(ctx, sqliteIn(dir).file(context), sqlite.Options{})
	if err != nil {
		return base{}, err
	}
	log, err := sqlitelog.Open(ctx, db)
	if err != nil {
		return base{}, errors.Join(err, db.Close())
	}
	return base{log: log, tables: sqliteview.New(db), settings: db.Settings, close: db.Close}, nil
}

// mongoAt is a MongoDB server, or a replica set, with one database a context.
type mongoAt struct {
	uri    string
	prefix string // of the names of the databases
	trial  bool   // a server that only speaks the protocol will do: what it keeps may be lost
}

func (at mongoAt) open(ctx context.Context, context string) (base, error) {
	db, err := mongo.Open(ctx, at.uri, at.prefix+context, mongo.Options{Trial: at.trial})
	if err != nil {
		return base{}, err
	}
	log, err := mongolog.Open(ctx, db)
	if err != nil {
		return base{}, errors.Join(err, db.Close())
	}
	return base{log: log, tables: mongoview.New(db), settings: db.Settings, close: db.Close}, nil
}
