package conformance

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"sync"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/event"
	"go.uber.org/goleak"

	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/mongo"
	"shenzhong/services/kit/store"
	"shenzhong/services/kit/view"
	"shenzhong/services/kit/view/mongoview"
)

// wire notes every command that was sent about a collection.
type wire struct {
	mu       sync.Mutex
	commands []bson.Raw // guarded by mu
}

func (w *wire) saw(e *event.CommandStartedEvent) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.commands = append(w.commands, append(bson.Raw(nil), e.Command...))
}

// commit is one that no other follows.
func commit(subject string, version int64) store.Commit {
	c := store.Commit{
		Subject: subject, Version: version, Kind: "suite.happened.v1", At: time.UnixMilli(1772413323456).UTC(),
		Actor: "500156-RY-mzj-001", Cause: fmt.Sprint("form-", version), State: json.RawMessage(`{}`), Data: json.RawMessage(`{}`),
	}
	c.Opens, c.Hash = c.ID(), c.Sum()
	return c
}

// Whatever the address says, every write asks for a majority and its journals,
// every read for what a majority holds.
func TestEveryCommandAsksForAMajority(t *testing.T) {
	each(t, func(t *testing.T, s server) {
		w, ctx := &wire{}, t.Context()
		s.uri = s.with(t, "", "w", "1", "journal", "false", "readConcernLevel", "local", "readPreference", "secondaryPreferred", "retryWrites", "false")
		db := s.open(t, s.database(t), mongo.Options{Monitor: watching(w.saw)})
		log := mustLog(t, db)
		table, err := mongoview.New(db).Table(ctx, view.Shape{Name: "board", Columns: []view.Column{{Name: "unit"}}})
		if err != nil {
			t.Fatal(err)
		}
		row := view.Row{Key: "a", Version: 1, Body: json.RawMessage(`{}`)}
		for _, act := range []func() error{
			func() error { return log.Append(ctx, commit("clue/a", 1)) },
			func() error { _, _, err := log.Last(ctx, "clue/a", "x"); return err },
			func() error { _, err := log.Opened(ctx, "clue/a/1"); return err },
			func() error { _, err := log.Highest(ctx, "clue/"); return err },
			func() error { _, err := log.Unrelayed(ctx, 10); return err },
			func() error { return log.MarkRelayed(ctx, "e1", map[string]uint64{"clue/a/1": 1}) },
			func() error { _, err := log.Unrelay(ctx, "e1", 0); return err },
			func() error { return table.Put(ctx, row) },
			func() error { row.Version = 2; return table.Put(ctx, row) },
			func() error { _, err := table.Count(ctx, view.Query{Equal: map[string]any{"unit": ""}}); return err },
			func() error { _, err := table.List(ctx, view.Query{}); return err },
			func() error { return table.Clear(ctx) },
		} {
			if err := act(); err != nil {
				t.Fatal(err)
			}
		}
		reads, writes := 0, 0
		for _, command := range w.commands {
			elements, err := command.Elements()
			if err != nil || len(elements) == 0 {
				t.Fatalf("%v: %v", command, err)
			}
			_, transaction := command.Lookup("startTransaction").BooleanOK()
			autocommit, inside := command.Lookup("autocommit").BooleanOK()
			inside = inside && !autocommit
			switch elements[0].Key() {
			case "insert", "update", "delete", "commitTransaction":
				writes++
				majority, _ := command.Lookup("writeConcern", "w").StringValueOK()
				journal, _ := command.Lookup("writeConcern", "j").BooleanOK()
				if inside && elements[0].Key() != "commitTransaction" {
					break // its commit says so
				}
				if majority != "majority" || !journal {
					t.Errorf("write without a majority and its journals: %v", command)
				}
			case "find", "aggregate":
				reads++
				level, _ := command.Lookup("readConcern", "level").StringValueOK()
				if inside && !transaction {
					break // the first of a transaction says so for all
				}
				if level != "majority" && (!inside || level != "snapshot") {
					t.Errorf("read of what no majority may hold: %v", command)
				}
			}
		}
		if reads < 8 || writes < 8 {
			t.Errorf("%d reads and %d writes were seen; want at least eight each", reads, writes)
		}
	})
}

func TestSettingsAreReadBack(t *testing.T) {
	each(t, func(t *testing.T, s server) {
		db := s.open(t, s.database(t), mongo.Options{})
		got := db.Settings()
		for name, want := range map[string]string{"write_concern": "majority, journaled", "read_concern": "majority", "queue": "256"} {
			if got[name] != want {
				t.Errorf("%s is %q; want %q", name, got[name], want)
			}
		}
		if got["server"] == "" || got["topology"] == "" {
			t.Errorf("settings %v do not say what was reached", got)
		}
		t.Log(got)
		if err := db.Check(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

// A server that only speaks the protocol is refused, unless for trial.
func TestEmulatorsAreForTrialAlone(t *testing.T) {
	each(t, func(t *testing.T, s server) {
		db, err := mongo.Open(t.Context(), s.uri, s.database(t), mongo.Options{})
		if err == nil {
			err = db.Close()
		} else if s.trial {
			return
		}
		if err != nil || s.trial {
			t.Errorf("opened for production: %v; trial is %v", err, s.trial)
		}
	})
}

// An index that is not unique although it should be is noticed, and so is one
// that leaves out what it should hold.
func TestIndexesAreReadBack(t *testing.T) {
	each(t, func(t *testing.T, s server) {
		db := s.open(t, s.database(t), mongo.Options{})
		index := mongo.Index{Name: "cause", Keys: bson.D{{Key: "cause", Value: 1}}}
		if err := db.Index(t.Context(), "commits", index); err != nil {
			t.Fatal(err)
		}
		index.Unique = true
		if err := db.Index(t.Context(), "commits", index); err == nil {
			t.Error("an index that admits two of one cause was taken for one that does not")
		}
	})
}

func TestColumnOfAnotherTypeIsRefused(t *testing.T) {
	each(t, func(t *testing.T, s server) {
		tables, shape := mongoview.New(s.open(t, s.database(t), mongo.Options{})), view.Shape{Name: "board", Columns: []view.Column{{Name: "due"}}}
		table, err := tables.Table(t.Context(), shape)
		if err == nil {
			err = table.Put(t.Context(), view.Row{Key: "a", Version: 1, Body: json.RawMessage(`{}`)})
		}
		if err != nil {
			t.Fatal(err)
		}
		shape.Columns = []view.Column{{Name: "due", Int: true}}
		if _, err := tables.Table(t.Context(), shape); err == nil {
			t.Error("a column of texts was taken for one of numbers")
		}
	})
}

// A document that a newer release wrote is not read as if it were known.
func TestNewerSchemaIsRefused(t *testing.T) {
	each(t, func(t *testing.T, s server) {
		db, ctx := s.open(t, s.database(t), mongo.Options{}), t.Context()
		log := mustLog(t, db)
		if err := log.Append(ctx, commit("clue/a", 1)); err != nil {
			t.Fatal(err)
		}
		newer := bson.D{{Key: "$set", Value: bson.D{{Key: "schema", Value: int32(2)}}}}
		if _, err := db.Collection("commits").UpdateMany(ctx, bson.D{}, newer); err != nil {
			t.Fatal(err)
		}
		if c, _, err := log.Last(ctx, "clue/a", ""); err == nil {
			t.Errorf("%s was read although its schema is not known", c.ID())
		}
	})
}

// A server that goes away is unavailable, not wrong; what was under way can be
// repeated.
func TestLostServerIsUnavailable(t *testing.T) {
	each(t, func(t *testing.T, s server) {
		ctx := t.Context()
		p := mustProxy(t, s.primary(t))
		through := s
		through.uri = s.with(t, p.addr(), "directConnection", "true")
		db := through.open(t, s.database(t), mongo.Options{Wait: 700 * time.Millisecond})
		log := mustLog(t, db)
		p.cut()
		if err := log.Append(ctx, commit("clue/a", 1)); !fault.Is(err, fault.Unavailable) {
			t.Errorf("append: %v; want unavailable", err)
		}
		if _, _, err := log.Last(ctx, "clue/a", ""); !fault.Is(err, fault.Unavailable) {
			t.Errorf("read: %v; want unavailable", err)
		}
		if err := db.Check(ctx); !fault.Is(err, fault.Unavailable) {
			t.Errorf("check: %v; want unavailable", err)
		}
		p.mend()
		var err error
		for range 20 { // the driver looks again after a while
			if err = log.Append(ctx, commit("clue/a", 1)); !fault.Is(err, fault.Unavailable) {
				break
			}
		}
		if err != nil {
			t.Errorf("append again: %v", err)
		}
	})
}

func TestNobodyThereIsUnavailable(t *testing.T) {
	port, err := freePort()
	if err != nil {
		t.Fatal(err)
	}
	uri := "mongodb://" + net.JoinHostPort("127.0.0.1", port) + "/"
	if _, err := mongo.Open(t.Context(), uri, "x", mongo.Options{Wait: 300 * time.Millisecond}); !fault.Is(err, fault.Unavailable) {
		t.Errorf("open where nobody is: %v; want unavailable", err)
	}
}

// Closing answers what was accepted, refuses what comes later and leaves no
// goroutine behind.
func TestClose(t *testing.T) {
	each(t, func(t *testing.T, s server) {
		database := s.database(t)
		mustLog(t, s.open(t, database, mongo.Options{})) // what a server in this process keeps for a database is there now
		before := goleak.IgnoreCurrent()
		db, err := mongo.Open(t.Context(), s.uri, database, mongo.Options{Trial: s.trial})
		if err != nil {
			t.Fatal(err)
		}
		release := crowd(t, db)
		closed := make(chan error)
		go func() { closed <- db.Close() }()
		select {
		case err := <-closed:
			t.Errorf("closed (%v) while a write was under way", err)
		case <-time.After(50 * time.Millisecond):
		}
		release()
		if err := <-closed; err != nil {
			t.Error(err)
		}
		if err := db.Write(t.Context(), "late", func(context.Context) error { return nil }); !fault.Is(err, fault.Unavailable) {
			t.Errorf("after closing: %v; want unavailable", err)
		}
		if err := db.Close(); err != nil {
			t.Errorf("closed again: %v", err)
		}
		if err := goleak.Find(before); err != nil {
			t.Error(err)
		}
	})
}
