package mongolog

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"time"
	"unicode/utf8"

	"go.mongodb.org/mongo-driver/v2/bson"

	"shenzhong/services/kit/store"
)

// schema is the version of the documents that this release writes. It reads that
// one and those before it.
const schema = 1

// document is a commit as it is kept. State and data are texts: a BSON document
// would give their numbers back in other digits, and the hash is over bytes.
type document struct {
	ID      string        `bson:"_id"` // of the commit
	Schema  int32         `bson:"schema"`
	Number  int64         `bson:"number"` // place in the order of relaying
	Subject string        `bson:"subject"`
	Version int64         `bson:"version"`
	Opens   string        `bson:"opens"`
	Prev    string        `bson:"prev"`
	Hash    string        `bson:"hash"`
	Kind    string        `bson:"kind"`
	At      bson.DateTime `bson:"at"`
	Actor   string        `bson:"actor"`
	Unit    string        `bson:"unit"`
	Cause   string        `bson:"cause"`
	State   string        `bson:"state"`
	Data    string        `bson:"data"`
	Starts  string        `bson:"starts"`
	Settles string        `bson:"settles"`
	Relayed int64         `bson:"relayed"`
}

// none is what is kept of no limits.
const none = "null"

// encode makes a document of a commit, or refuses one that could not be given
// back as it is.
func encode(c store.Commit) (document, error) {
	settles, err := json.Marshal(c.Settles)
	if err != nil {
		return document{}, err
	}
	if !c.At.Equal(c.At.Truncate(time.Millisecond)) {
		return document{}, fmt.Errorf("time %v is not in whole milliseconds", c.At)
	}
	relayed, err := sequence(c.Relayed)
	if err != nil {
		return document{}, err
	}
	texts := []string{c.Subject, c.Opens, c.Prev, c.Hash, c.Kind, c.Actor, c.Unit, c.Cause, string(c.State), string(c.Data), string(c.Starts)}
	if slices.ContainsFunc(texts, func(s string) bool { return !utf8.ValidString(s) }) {
		return document{}, fmt.Errorf("a text is not UTF-8")
	}
	return document{
		ID: c.ID(), Schema: schema, Subject: c.Subject, Version: c.Version, Opens: c.Opens, Prev: c.Prev, Hash: c.Hash,
		Kind: c.Kind, At: bson.NewDateTimeFromTime(c.At), Actor: c.Actor, Unit: c.Unit, Cause: c.Cause,
		State: string(c.State), Data: string(c.Data), Starts: cmp.Or(string(c.Starts), none), Settles: string(settles), Relayed: relayed,
	}, nil
}

// commit makes a commit of a document.
func (d document) commit() (store.Commit, error) {
	c := store.Commit{
		Subject: d.Subject, Version: d.Version, Opens: d.Opens, Prev: d.Prev, Hash: d.Hash, Kind: d.Kind,
		At: d.At.Time().UTC(), Actor: d.Actor, Unit: d.Unit, Cause: d.Cause,
		State: json.RawMessage(d.State), Data: json.RawMessage(d.Data), Relayed: uint64(d.Relayed),
	}
	if d.Schema < 1 || d.Schema > schema {
		return c, fmt.Errorf("commit %s has schema %d; this release reads up to %d", d.ID, d.Schema, schema)
	}
	if d.Starts != none {
		c.Starts = json.RawMessage(d.Starts)
	}
	if err := json.Unmarshal([]byte(d.Settles), &c.Settles); err != nil {
		return c, fmt.Errorf("decode %s: %w", d.ID, err)
	}
	return c, nil
}

// sequence is a stream sequence as BSON keeps it.
func sequence(seq uint64) (int64, error) {
	if seq > math.MaxInt64 {
		return 0, fmt.Errorf("sequence %d is beyond what the store keeps", seq)
	}
	return int64(seq), nil
}
