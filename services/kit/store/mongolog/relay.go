package mongolog

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"
	driver "go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"shenzhong/services/kit/store"
)

// noted is the one document about the stream.
type noted struct {
	ID     string `bson:"_id"`
	Schema int32  `bson:"schema"`
	Epoch  string `bson:"epoch"`
	Last   int64  `bson:"last"`
	Turn   int64  `bson:"turn"` // how often it was noted
}

// markAtOnce is how many marks one command sets. FerretDB holds a connection of
// its own for each until the command ends, and has a hundred.
const markAtOnce = 50

// theNote selects it.
var theNote = bson.D{{Key: "_id", Value: "stream"}}

// Unrelayed returns up to n commits that have not traveled yet, without State,
// those of one subject in version order.
func (l *Log) Unrelayed(ctx context.Context, n int) ([]store.Commit, error) {
	commits, err := l.find(ctx, bson.D{{Key: "relayed", Value: int64(0)}}, options.Find().
		SetSort(bson.D{{Key: "number", Value: 1}}).SetLimit(int64(n)).SetProjection(bson.D{{Key: "state", Value: 0}}))
	for i := range commits {
		commits[i].State = nil
	}
	return commits, err
}

// MarkRelayed notes under which sequence each commit traveled, all or none. On a
// server that stands alone the note comes before the marks: a crash between them
// leaves commits that are sent again, never one that is thought sent.
func (l *Log) MarkRelayed(ctx context.Context, epoch string, seqs map[string]uint64) error {
	ids := slices.Sorted(maps.Keys(seqs))
	var highest int64
	var marks []driver.WriteModel
	for _, id := range ids {
		seq, err := sequence(seqs[id])
		if err == nil && seq == 0 {
			err = errors.New("sequence 0 means that it has not traveled")
		}
		if err != nil {
			return fmt.Errorf("mark %s relayed: %w", id, err)
		}
		highest = max(highest, seq)
		marks = append(marks, driver.NewUpdateOneModel().
			SetFilter(bson.D{{Key: "_id", Value: id}}).
			SetUpdate(bson.D{{Key: "$set", Value: bson.D{{Key: "relayed", Value: seq}}}}))
	}
	return l.db.Together(ctx, "mark relayed", func(ctx context.Context) error {
		if len(marks) > 0 {
			n, err := l.commits.CountDocuments(ctx, bson.D{{Key: "_id", Value: bson.D{{Key: "$in", Value: ids}}}})
			if err != nil {
				return err
			}
			if n != int64(len(ids)) {
				return fmt.Errorf("%d of %d commits are not there", int64(len(ids))-n, len(ids))
			}
		}
		now, err := l.note(ctx)
		if err != nil {
			return err
		}
		if now.Epoch == epoch {
			highest = max(highest, now.Last)
		}
		if err := l.setNote(ctx, epoch, highest); err != nil {
			return err
		}
		for few := range slices.Chunk(marks, markAtOnce) {
			if _, err := l.commits.BulkWrite(ctx, few); err != nil {
				return err
			}
		}
		return nil
	})
}

// note reads what was noted of the stream; nothing is the zero note.
func (l *Log) note(ctx context.Context) (noted, error) {
	var n noted
	err := l.stream.FindOne(ctx, theNote).Decode(&n)
	if errors.Is(err, driver.ErrNoDocuments) {
		return noted{}, nil
	}
	if err == nil && n.Schema > schema {
		err = fmt.Errorf("the note has schema %d; this release reads up to %d", n.Schema, schema)
	}
	return n, err
}

// setNote always alters the note, if only by its turn: a server does not write
// what is there already, and of two steps that write nothing in common neither
// would notice the other.
func (l *Log) setNote(ctx context.Context, epoch string, last int64) error {
	set := bson.D{{Key: "schema", Value: int32(schema)}, {Key: "epoch", Value: epoch}, {Key: "last", Value: last}}
	update := bson.D{{Key: "$set", Value: set}, {Key: "$inc", Value: bson.D{{Key: "turn", Value: int64(1)}}}}
	_, err := l.stream.UpdateOne(ctx, theNote, update, options.UpdateOne().SetUpsert(true))
	return err
}

// Stream returns what was noted of the stream.
func (l *Log) Stream(ctx context.Context) (store.Stream, error) {
	n, err := l.note(ctx)
	return store.Stream{Epoch: n.Epoch, Last: uint64(n.Last)}, l.db.Fault("read stream note", err)
}

// Unrelay makes every commit that traveled with a sequence above after unrelayed
// again and notes the stream. Years of commits do not fit into one step, so most
// are done before it; those that another relay marked meanwhile are done in it.
// The note comes last: a crash before it leaves work that is done again.
func (l *Log) Unrelay(ctx context.Context, epoch string, after uint64) (int, error) {
	seq, err := sequence(after)
	if err != nil {
		return 0, fmt.Errorf("unrelay: %w", err)
	}
	behind := bson.D{{Key: "relayed", Value: bson.D{{Key: "$gt", Value: seq}}}}
	clear := bson.D{{Key: "$set", Value: bson.D{{Key: "relayed", Value: int64(0)}}}}
	var first, rest int64
	err = l.db.Write(ctx, "unrelay", func(ctx context.Context) error {
		res, err := l.commits.UpdateMany(ctx, behind, clear)
		if err == nil {
			first = res.ModifiedCount
		}
		return err
	})
	if err != nil {
		return 0, err
	}
	err = l.db.Together(ctx, "unrelay", func(ctx context.Context) error {
		res, err := l.commits.UpdateMany(ctx, behind, clear)
		if err != nil {
			return err
		}
		rest = res.ModifiedCount
		return l.setNote(ctx, epoch, seq)
	})
	return int(first + rest), err
}

// Grown receives a value some time after a commit was appended.
func (l *Log) Grown() <-chan struct{} { return l.grown }
