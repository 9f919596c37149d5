package mongo

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

// oldest is the first MongoDB that is still maintained.
var oldest = []int32{7, 0}

// server is what a server says of itself.
type server struct {
	Version  string
	Parts    []int32  `bson:"versionArray"`
	Ferret   string   `bson:"ferretdbVersion"`
	Secantus string   `bson:"secantusVersion"`
	Set      string   `bson:"setName"`
	Message  string   `bson:"msg"` // "isdbgrid" of a router of a sharded cluster
	Primary  bool     `bson:"isWritablePrimary"`
	Arbiters []string `bson:"arbiters"`
}

// product is what the server is, and whether it is what production needs.
func (s server) product() (string, bool) {
	switch {
	case s.Ferret != "":
		return "FerretDB " + s.Ferret, false
	case s.Secantus != "":
		return "SecantusDB " + s.Secantus, false
	}
	return "MongoDB " + s.Version, true
}

// topology is how many a majority is of, and whether several documents can be
// written in one step.
func (s server) topology() (name string, atomic bool) {
	switch {
	case s.Message == "isdbgrid":
		return "sharded cluster", true
	case s.Set != "":
		return "replica set " + s.Set, true
	}
	return "one server", false
}

// refusal says why an acknowledged write could be lost on this server, or nil.
func (s server) refusal(trial bool) error {
	product, known := s.product()
	switch {
	case !s.Primary:
		return errors.New("the server that answers is no primary")
	case len(s.Arbiters) > 0:
		return fmt.Errorf("the replica set has arbiters (%v): they acknowledge what they do not keep", s.Arbiters)
	case trial:
		return nil
	case !known:
		return fmt.Errorf("%s only speaks the protocol of MongoDB: for trial alone", product)
	case slices.Compare(s.Parts, oldest) < 0:
		return fmt.Errorf("%s is no longer maintained; %d.%d or later is needed", product, oldest[0], oldest[1])
	}
	return nil
}

// inspect asks the server what it is, writes and reads as all others will, and
// keeps what it learned.
func (db *DB) inspect(ctx context.Context) error {
	var s server
	admin := db.client.Database("admin")
	for _, command := range []string{"buildInfo", "hello"} {
		if err := admin.RunCommand(ctx, bson.D{{Key: command, Value: 1}}).Decode(&s); err != nil {
			return fmt.Errorf("%s: %w", command, err)
		}
	}
	if err := s.refusal(db.trial); err != nil {
		return err
	}
	probe := db.Collection("probe")
	if _, err := probe.ReplaceOne(ctx, bson.D{{Key: "_id", Value: "probe"}}, bson.D{}, options.Replace().SetUpsert(true)); err != nil {
		return fmt.Errorf("write to a majority and its journals: %w", err)
	}
	if err := probe.FindOne(ctx, bson.D{{Key: "_id", Value: "probe"}}).Err(); err != nil {
		return fmt.Errorf("read what a majority holds: %w", err)
	}
	product, _ := s.product()
	topology, atomic := s.topology()
	db.atomic = atomic
	db.settings = map[string]string{
		"server": product, "topology": topology, "database": db.database.Name(),
		"write_concern": "majority, journaled", "read_concern": "majority", "transactions": fmt.Sprint(atomic),
		"queue": fmt.Sprint(cap(db.slots)),
	}
	return nil
}
