// Package mongo is one database of a MongoDB server: every write is acknowledged
// by a majority of the members after it has reached their journals, every read
// sees only what such a majority holds. It must never run against a server or
// with a setting that can lose an acknowledged write.
package mongo

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"sync"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/event"
	driver "go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
	"go.mongodb.org/mongo-driver/v2/mongo/readconcern"
	"go.mongodb.org/mongo-driver/v2/mongo/readpref"
	"go.mongodb.org/mongo-driver/v2/mongo/writeconcern"

	"shenzhong/services/kit/fault"
)

// Options are what a database is opened with. The zero value is what production
// runs with.
type Options struct {
	// Queue is how many writes may be under way at once; 0 is 256. One more is
	// refused.
	Queue int
	// Wait is how long one operation may take, a new election included; 0 is ten
	// seconds.
	Wait time.Duration
	// Trial accepts a server that only speaks the protocol of MongoDB: for
	// tests and rehearsals, whose data may be lost.
	Trial bool
	// Monitor is told of every command; nil is nobody. Tests look at the wire.
	Monitor *event.CommandMonitor
}

// DB is an open database. All methods may be called by many goroutines.
type DB struct {
	client   *driver.Client
	database *driver.Database
	wait     time.Duration
	trial    bool
	atomic   bool          // several documents can be written in one step
	slots    chan struct{} // one for each write under way
	settings map[string]string

	closing sync.Once
	closed  error // of the one Close that did it; written under closing
}

// Open opens the database of that name on the server that uri names, and makes
// it if it is not there. What uri says of write concern, read concern and read
// preference does not count. It refuses a server under which an acknowledged
// write could be lost.
func Open(ctx context.Context, uri, database string, o Options) (*DB, error) {
	o.Queue, o.Wait = cmp.Or(o.Queue, 256), cmp.Or(o.Wait, 10*time.Second)
	client, err := driver.Connect(options.Client().ApplyURI(uri).
		SetWriteConcern(durable()).SetReadConcern(readconcern.Majority()).SetReadPreference(readpref.Primary()).
		SetRetryWrites(true).SetRetryReads(true).
		SetTimeout(o.Wait).SetServerSelectionTimeout(o.Wait).SetAppName("shenzhong/" + database).SetMonitor(o.Monitor))
	if err != nil {
		return nil, fmt.Errorf("open database %s: %w", database, err) // the uri is not shown, it may hold a password
	}
	db := &DB{
		client: client, database: client.Database(database), wait: o.Wait, trial: o.Trial, slots: make(chan struct{}, o.Queue),
	}
	if err := db.inspect(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("open database %s: %w", database, db.fault("inspect server", err)), db.Close())
	}
	return db, nil
}

// durable is the write concern: acknowledged by a majority, after their journals
// were synced.
func durable() *writeconcern.WriteConcern {
	journaled := true
	return &writeconcern.WriteConcern{W: writeconcern.WCMajority, Journal: &journaled}
}

// Collection is a collection of the database. Its reads are for whoever holds
// it; its writes belong into Write.
func (db *DB) Collection(name string) *driver.Collection { return db.database.Collection(name) }

// Settings is what the database runs with, as read back from the server: for the
// readiness report.
func (db *DB) Settings() map[string]string { return maps.Clone(db.settings) }

// Check asks the primary for an answer: for the readiness report.
func (db *DB) Check(ctx context.Context) error {
	return db.Fault("ping", db.client.Ping(ctx, readpref.Primary()))
}

// Close waits for the writes that were accepted and disconnects. Writes that
// come later are refused.
func (db *DB) Close() error {
	db.closing.Do(func() { db.closed = db.close() })
	return db.closed
}

func (db *DB) close() error {
	ctx, cancel := context.WithTimeout(context.Background(), db.wait)
	defer cancel()
	for range cap(db.slots) { // whoever writes holds one; these are not given back
		select {
		case db.slots <- struct{}{}:
		case <-ctx.Done():
		}
	}
	return db.client.Disconnect(ctx)
}

// Write runs op, which writes and returns after the server has acknowledged. A
// crowd of writes under way is fault.Unavailable at once. When the connection
// breaks or the primary changes it is fault.Unavailable and not known whether the
// write was done, which is why every write must be one that can be repeated.
//
// What op reads in ctx is not older than what made a write in ctx fail.
func (db *DB) Write(ctx context.Context, attempt string, op func(context.Context) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case db.slots <- struct{}{}:
		defer func() { <-db.slots }()
	default:
		return fault.New(fault.Unavailable, "系统繁忙，请稍后再试")
	}
	// A key may be taken by a write that no majority holds yet. The session makes
	// a read wait until one does, so that a loser is not told to look again at
	// what cannot be seen.
	session, err := db.client.StartSession()
	if err != nil {
		return db.Fault(attempt, err)
	}
	defer session.EndSession(context.WithoutCancel(ctx))
	return db.Fault(attempt, op(driver.NewSessionContext(ctx, session)))
}

// Together is Write for several documents: all or none of what op writes in ctx
// is done, and op may be run again. A server that stands alone cannot promise
// that; there op must write in such an order that what follows can be repeated.
func (db *DB) Together(ctx context.Context, attempt string, op func(context.Context) error) error {
	return db.Write(ctx, attempt, func(ctx context.Context) error {
		if !db.atomic {
			return op(ctx)
		}
		concern := options.Transaction().SetReadConcern(readconcern.Snapshot()).SetWriteConcern(durable())
		_, err := driver.SessionFromContext(ctx).WithTransaction(ctx, func(ctx context.Context) (any, error) {
			return nil, op(ctx)
		}, concern)
		return err
	})
}

// Index is an index of a collection.
type Index struct {
	Name   string
	Keys   bson.D
	Unique bool
	Where  bson.D // which documents are in it; nil is all
}

// notImplemented is how a server says that it does not know an option.
const notImplemented = 238

// Index makes the indexes that are not there and reads all of them back: one
// that is not unique although it should be is refused.
func (db *DB) Index(ctx context.Context, collection string, indexes ...Index) error {
	if len(indexes) == 0 {
		return nil
	}
	have := map[string]Index{}
	for _, x := range indexes {
		made, err := db.index(ctx, collection, x)
		if err != nil {
			return db.Fault("make index "+x.Name, err)
		}
		have[x.Name] = made
	}
	cursor, err := db.Collection(collection).Indexes().List(ctx)
	if err != nil {
		return db.Fault("list indexes", err)
	}
	var kept []struct {
		Name   string
		Unique bool
		Where  bson.D `bson:"partialFilterExpression"`
	}
	if err := cursor.All(ctx, &kept); err != nil {
		return db.Fault("list indexes", err)
	}
	for _, k := range kept {
		want, ok := have[k.Name]
		if ok && want.Unique == k.Unique && (want.Where == nil) == (k.Where == nil) {
			delete(have, k.Name)
		}
	}
	for name := range have {
		return fmt.Errorf("index %s of %s is not as it was made", name, collection)
	}
	return nil
}

// index makes one index and returns what it was made as.
func (db *DB) index(ctx context.Context, collection string, x Index) (Index, error) {
	how := options.Index().SetName(x.Name)
	if x.Unique {
		how.SetUnique(true)
	}
	if x.Where != nil {
		how.SetPartialFilterExpression(x.Where)
	}
	_, err := db.Collection(collection).Indexes().CreateOne(ctx, driver.IndexModel{Keys: x.Keys, Options: how})
	var said driver.ServerError
	if x.Where != nil && !x.Unique && db.trial && errors.As(err, &said) && said.HasErrorCode(notImplemented) {
		x.Where = nil // slower, and as right
		return db.index(ctx, collection, x)
	}
	return x, err
}
