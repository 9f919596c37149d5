// Package mongolog keeps the commits of one context in a MongoDB database: one
// document is one commit, and inserting it is the whole write. It must never
// alter a commit but for the mark that it was relayed, and never answer before a
// majority of the servers has the commit in its journals.
package mongolog

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"

	"go.mongodb.org/mongo-driver/v2/bson"
	driver "go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/mongo"
	"shenzhong/services/kit/store"
)

// indexes are the promises of a log. One that leaves out what is not asked for
// costs nothing for it: a new commit is in the first of the last two, an old one
// in the second.
var indexes = []mongo.Index{
	{Name: "version", Keys: bson.D{{Key: "subject", Value: 1}, {Key: "version", Value: 1}}, Unique: true},
	{Name: "cause", Keys: bson.D{{Key: "subject", Value: 1}, {Key: "cause", Value: 1}}, Unique: true},
	{Name: "opens", Keys: bson.D{{Key: "opens", Value: 1}}, Unique: true},
	{Name: "unrelayed", Keys: bson.D{{Key: "number", Value: 1}}, Where: bson.D{{Key: "relayed", Value: int64(0)}}},
	{
		Name: "relayed", Keys: bson.D{{Key: "relayed", Value: 1}},
		Where: bson.D{{Key: "relayed", Value: bson.D{{Key: "$gt", Value: int64(0)}}}},
	},
}

// Log is a store.Log in one database.
type Log struct {
	db      *mongo.DB
	commits *driver.Collection
	stream  *driver.Collection // one document: what was noted of the stream
	grown   chan struct{}

	// highest is the greatest number seen in a commit. A number is above those
	// of all commits that its author had seen, and no commit is made by one who
	// has not seen the commit before it: so numbers follow the versions of a
	// subject in every process, without a counter that all would wait for.
	highest atomic.Int64
}

// Open makes the indexes in db if they are not there. One database holds one
// log.
func Open(ctx context.Context, db *mongo.DB) (*Log, error) {
	l := &Log{db: db, commits: db.Collection("commits"), stream: db.Collection("stream"), grown: make(chan struct{}, 1)}
	if err := db.Index(ctx, "commits", indexes...); err != nil {
		return nil, fmt.Errorf("open log: %w", err)
	}
	if _, err := l.Scan(ctx, "", 0, 1); err != nil { // another schema is noticed here
		return nil, fmt.Errorf("open log: %w", err)
	}
	return l, nil
}

// Append adds the commits, all or none; a server that stands alone keeps those
// before the first that fails.
func (l *Log) Append(ctx context.Context, commits ...store.Commit) error {
	if len(commits) == 0 {
		return nil
	}
	documents := make([]document, len(commits))
	for i, c := range commits {
		var err error
		if documents[i], err = encode(c); err != nil {
			return fmt.Errorf("append %s: %w", c.ID(), err)
		}
		documents[i].Number = l.number(c)
	}
	together := l.db.Write
	if len(commits) > 1 {
		together = l.db.Together
	}
	refused := -1
	err := together(ctx, "append "+commits[0].ID(), func(ctx context.Context) error {
		_, err := l.commits.InsertMany(ctx, documents)
		if refused = duplicate(err); refused >= 0 && len(commits) == 1 {
			return l.taken(ctx, commits[refused])
		}
		return err
	})
	switch {
	case refused < 0 || len(commits) == 1:
	case repeats(commits[:refused], commits[refused]):
		err = fmt.Errorf("append %s: %w", commits[refused].ID(), store.ErrSeen)
	default: // a transaction that failed answers nothing more
		err = l.db.Write(ctx, "append "+commits[refused].ID(), func(ctx context.Context) error { return l.taken(ctx, commits[refused]) })
	}
	if err != nil {
		return err
	}
	select {
	case l.grown <- struct{}{}:
	default:
	}
	return nil
}

// repeats reports whether c repeats one of those before it, which are gone with
// the transaction: the store cannot be asked.
func repeats(before []store.Commit, c store.Commit) bool {
	return slices.ContainsFunc(before, func(b store.Commit) bool {
		return b.Subject == c.Subject && b.Cause == c.Cause || b.Opens == c.Opens && c.Opens != c.ID()
	})
}

// duplicate is which of several documents has a key that is taken, or -1.
func duplicate(err error) int {
	var bulk driver.BulkWriteException
	if errors.As(err, &bulk) {
		for _, e := range bulk.WriteErrors {
			if driver.IsDuplicateKeyError(e.WriteError) {
				return e.Index
			}
		}
	}
	return -1
}

// taken says what it means that some key of c is taken: a repetition if it is
// the cause, or what another commit has opened.
func (l *Log) taken(ctx context.Context, c store.Commit) error {
	seen, err := l.exists(ctx, bson.D{{Key: "subject", Value: c.Subject}, {Key: "cause", Value: c.Cause}})
	if err == nil && !seen && c.Opens != c.ID() {
		seen, err = l.exists(ctx, bson.D{{Key: "opens", Value: c.Opens}})
	}
	if err != nil {
		return err
	}
	if seen {
		return store.ErrSeen
	}
	return fault.New(fault.Conflict, "该记录刚刚被他人修改，请刷新后重试")
}

func (l *Log) exists(ctx context.Context, filter bson.D) (bool, error) {
	err := l.commits.FindOne(ctx, filter, options.FindOne().SetProjection(bson.D{{Key: "_id", Value: 1}})).Err()
	if errors.Is(err, driver.ErrNoDocuments) {
		return false, nil
	}
	return err == nil, err
}

// number is the place of a new commit in the order of relaying.
func (l *Log) number(c store.Commit) int64 {
	for {
		highest := l.highest.Load()
		next := max(highest+1, c.At.UnixMicro())
		if l.highest.CompareAndSwap(highest, next) {
			return next
		}
	}
}

// saw notes the number of a commit that was read.
func (l *Log) saw(number int64) {
	for highest := l.highest.Load(); number > highest; highest = l.highest.Load() {
		if l.highest.CompareAndSwap(highest, number) {
			return
		}
	}
}

// Last returns the newest commit of subject and whether cause has changed it.
// The newest is read first: a cause that comes between the two reads is then
// seen, not missed.
func (l *Log) Last(ctx context.Context, subject, cause string) (store.Commit, bool, error) {
	var d document
	err := l.commits.FindOne(ctx, bson.D{{Key: "subject", Value: subject}},
		options.FindOne().SetSort(bson.D{{Key: "version", Value: -1}})).Decode(&d)
	if errors.Is(err, driver.ErrNoDocuments) {
		return store.Commit{}, false, nil
	}
	if err != nil {
		return store.Commit{}, false, l.db.Fault("read newest of "+subject, err)
	}
	c, err := l.decode(d)
	if err != nil || c.Cause == cause {
		return c, err == nil, err
	}
	seen := false
	if cause != "" {
		seen, err = l.exists(ctx, bson.D{{Key: "subject", Value: subject}, {Key: "cause", Value: cause}})
	}
	return c, seen, l.db.Fault("look for cause in "+subject, err)
}

// Opened returns the subject that was opened under opens.
func (l *Log) Opened(ctx context.Context, opens string) (string, error) {
	subject, err := l.subject(ctx, bson.D{{Key: "opens", Value: opens}}, options.FindOne())
	return subject, l.db.Fault("read what "+opens+" opened", err)
}

// Highest returns the greatest subject that begins with prefix.
func (l *Log) Highest(ctx context.Context, prefix string) (string, error) {
	within := bson.D{{Key: "subject", Value: bson.D{{Key: "$gte", Value: prefix}, {Key: "$lt", Value: prefix + "\U0010FFFF"}}}}
	subject, err := l.subject(ctx, within, options.FindOne().SetSort(bson.D{{Key: "subject", Value: -1}}))
	return subject, l.db.Fault("read highest of "+prefix, err)
}

// subject returns the subject of the first commit that a filter selects, or "".
func (l *Log) subject(ctx context.Context, filter bson.D, how *options.FindOneOptionsBuilder) (string, error) {
	var d struct {
		Subject string `bson:"subject"`
	}
	err := l.commits.FindOne(ctx, filter, how.SetProjection(bson.D{{Key: "subject", Value: 1}})).Decode(&d)
	if errors.Is(err, driver.ErrNoDocuments) {
		return "", nil
	}
	return d.Subject, err
}

// Scan returns up to n commits behind (subject, version).
func (l *Log) Scan(ctx context.Context, subject string, version int64, n int) ([]store.Commit, error) {
	behind := bson.D{{Key: "$or", Value: bson.A{
		bson.D{{Key: "subject", Value: subject}, {Key: "version", Value: bson.D{{Key: "$gt", Value: version}}}},
		bson.D{{Key: "subject", Value: bson.D{{Key: "$gt", Value: subject}}}},
	}}}
	return l.find(ctx, behind, options.Find().SetSort(bson.D{{Key: "subject", Value: 1}, {Key: "version", Value: 1}}).SetLimit(int64(n)))
}

// find returns commits.
func (l *Log) find(ctx context.Context, filter bson.D, how *options.FindOptionsBuilder) ([]store.Commit, error) {
	cursor, err := l.commits.Find(ctx, filter, how)
	if err != nil {
		return nil, l.db.Fault("read commits", err)
	}
	var found []document
	if err := cursor.All(ctx, &found); err != nil {
		return nil, l.db.Fault("read commits", err)
	}
	commits := make([]store.Commit, len(found))
	for i, d := range found {
		if commits[i], err = l.decode(d); err != nil {
			return nil, err
		}
	}
	return commits, nil
}

// decode makes a commit of a document that was read.
func (l *Log) decode(d document) (store.Commit, error) {
	l.saw(d.Number)
	return d.commit()
}
