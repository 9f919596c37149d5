// Package mongoview keeps the rows of views in MongoDB: one document a row, with
// its version, and an indexed field for everything that can be asked for. It must
// never take a name of a table or a column from a user.
package mongoview

import (
	"context"
	"errors"
	"fmt"

	"go.mongodb.org/mongo-driver/v2/bson"
	driver "go.mongodb.org/mongo-driver/v2/mongo"

	"shenzhong/services/kit/mongo"
	"shenzhong/services/kit/view"
)

// Tables are the views of one context, in one database.
type Tables struct{ db *mongo.DB }

// New returns the tables in db, which may hold a log besides.
func New(db *mongo.DB) *Tables { return &Tables{db: db} }

// Table opens the table of a shape and makes it, or indexes for columns that it
// has gained, if they are not there.
func (t *Tables) Table(ctx context.Context, shape view.Shape) (view.Table, error) {
	if err := shape.Check(); err != nil {
		return nil, err
	}
	name := "view." + shape.Name // the point keeps it apart from all that are no views
	var indexes []mongo.Index
	for _, c := range shape.Columns {
		indexes = append(indexes, mongo.Index{Name: c.Name, Keys: bson.D{{Key: field(c.Name), Value: 1}, {Key: "_id", Value: 1}}})
	}
	if err := t.db.Index(ctx, name, indexes...); err != nil {
		return nil, fmt.Errorf("open view %s: %w", shape.Name, err)
	}
	for _, c := range shape.Columns {
		if err := t.typed(ctx, name, c); err != nil {
			return nil, fmt.Errorf("open view %s: %w", shape.Name, err)
		}
	}
	return &table{db: t.db, rows: t.db.Collection(name), shape: shape, filled: map[string]bool{}}, nil
}

// typed refuses a column of which a row holds a value of the other type.
func (t *Tables) typed(ctx context.Context, name string, c view.Column) error {
	other := "long"
	if c.Int {
		other = "string"
	}
	err := t.db.Collection(name).FindOne(ctx, bson.D{{Key: field(c.Name), Value: bson.D{{Key: "$type", Value: other}}}}).Err()
	if errors.Is(err, driver.ErrNoDocuments) {
		return nil
	}
	if err != nil {
		return t.db.Fault("look at column "+c.Name, err)
	}
	return fmt.Errorf("column %s is %s in the store; a column of another type needs another name", c.Name, other)
}

// field is where a document keeps a column.
func field(column string) string { return "columns." + column }
