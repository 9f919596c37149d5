package mongoview

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"unicode/utf8"

	"go.mongodb.org/mongo-driver/v2/bson"
	driver "go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/mongo"
	"shenzhong/services/kit/view"
)

// schema is the version of the documents that this release writes. It reads that
// one and those before it.
const schema = 1

// document is a row as it is kept. The body is a text, which is read back byte
// for byte; nothing is asked about it.
type document struct {
	Key     string `bson:"_id"`
	Schema  int32  `bson:"schema"`
	Version int64  `bson:"version"`
	Body    string `bson:"body"`
	Columns bson.M `bson:"columns"`
}

// table is the table of one view.
type table struct {
	db    *mongo.DB
	rows  *driver.Collection
	shape view.Shape

	mu     sync.Mutex
	filled map[string]bool // guarded by mu; columns known to be in every row
}

// Get returns the row with that key.
func (t *table) Get(ctx context.Context, key string) (view.Row, bool, error) {
	var d document
	err := t.rows.FindOne(ctx, bson.D{{Key: "_id", Value: key}}).Decode(&d)
	if errors.Is(err, driver.ErrNoDocuments) {
		return view.Row{}, false, nil
	}
	if err != nil {
		return view.Row{}, false, t.fault("read", err)
	}
	row, err := t.row(d)
	return row, err == nil, err
}

// Put stores a row whose version is one above the stored one.
func (t *table) Put(ctx context.Context, row view.Row) error {
	values, err := t.shape.Values(row)
	if err != nil {
		return err
	}
	d := document{Key: row.Key, Schema: schema, Version: row.Version, Body: string(row.Body), Columns: bson.M{}}
	texts := []string{d.Key, d.Body}
	for i, c := range t.shape.Columns {
		d.Columns[c.Name] = values[i]
		if text, ok := values[i].(string); ok {
			texts = append(texts, text)
		}
	}
	for _, text := range texts {
		if !utf8.ValidString(text) {
			return fmt.Errorf("write view %s: row %q holds a text that is not UTF-8", t.shape.Name, row.Key)
		}
	}
	taken := fault.New(fault.Conflict, "该记录刚刚被他人修改，请刷新后重试")
	err = t.db.Write(ctx, "put", func(ctx context.Context) error {
		if d.Version == 1 {
			_, err := t.rows.InsertOne(ctx, d)
			if driver.IsDuplicateKeyError(err) {
				return taken
			}
			return err
		}
		res, err := t.rows.ReplaceOne(ctx, bson.D{{Key: "_id", Value: d.Key}, {Key: "version", Value: d.Version - 1}}, d)
		if err == nil && res.MatchedCount == 0 {
			return taken
		}
		return err
	})
	return t.fault("write", err)
}

// List returns the rows that a query selects.
func (t *table) List(ctx context.Context, q view.Query) ([]view.Row, error) {
	plan, err := t.plan(ctx, q)
	if err != nil {
		return nil, err
	}
	direction := 1
	if plan.Desc {
		direction = -1
	}
	order := bson.D{{Key: "_id", Value: direction}}
	if plan.Order != "" {
		order = append(bson.D{{Key: field(plan.Order), Value: direction}}, order...)
	}
	cursor, err := t.rows.Find(ctx, filter(plan), options.Find().SetSort(order).SetLimit(int64(plan.Limit)))
	if err != nil {
		return nil, t.fault("list", err)
	}
	var found []document
	if err := cursor.All(ctx, &found); err != nil {
		return nil, t.fault("list", err)
	}
	rows := make([]view.Row, len(found))
	for i, d := range found {
		if rows[i], err = t.row(d); err != nil {
			return nil, err
		}
	}
	return rows, nil
}

// Count returns how many rows the conditions of a query select.
func (t *table) Count(ctx context.Context, q view.Query) (int64, error) {
	q.Order, q.After = "", ""
	plan, err := t.plan(ctx, q)
	if err != nil {
		return 0, err
	}
	n, err := t.rows.CountDocuments(ctx, filter(plan))
	return n, t.fault("count", err)
}

// Clear removes every row.
func (t *table) Clear(ctx context.Context) error {
	err := t.db.Write(ctx, "clear", func(ctx context.Context) error {
		_, err := t.rows.DeleteMany(ctx, bson.D{})
		return err
	})
	return t.fault("clear", err)
}

// plan holds a query against the shape and against the rows: it may ask only for
// columns that every row has. A column once seen full stays so while the table
// is open: whoever opened it later puts all its columns, too.
func (t *table) plan(ctx context.Context, q view.Query) (view.Plan, error) {
	plan, err := t.shape.Plan(q)
	if err != nil {
		return plan, err
	}
	for _, name := range plan.Columns() {
		t.mu.Lock()
		filled := t.filled[name]
		t.mu.Unlock()
		if filled {
			continue
		}
		err := t.rows.FindOne(ctx, bson.D{{Key: field(name), Value: nil}}).Err() // null is what is not there, too
		if err == nil {
			return plan, t.shape.Unfilled(name)
		}
		if !errors.Is(err, driver.ErrNoDocuments) {
			return plan, t.fault("look for gaps", err)
		}
		t.mu.Lock()
		t.filled[name] = true
		t.mu.Unlock()
	}
	return plan, nil
}

var relations = map[view.Relation]string{view.Is: "$eq", view.AtMost: "$lte", view.AtLeast: "$gte"}

// filter writes the conditions of a plan.
func filter(plan view.Plan) bson.D {
	all := bson.A{}
	for _, c := range plan.Conditions {
		all = append(all, bson.D{{Key: field(c.Column.Name), Value: bson.D{{Key: relations[c.Relation], Value: c.Value}}}})
	}
	if plan.After != "" {
		behind := "$gt"
		if plan.Desc {
			behind = "$lt"
		}
		all = append(all, bson.D{{Key: "_id", Value: bson.D{{Key: behind, Value: plan.After}}}})
	}
	if len(all) == 0 {
		return bson.D{}
	}
	return bson.D{{Key: "$and", Value: all}}
}

// row is a document as a row of the view, with the columns of the shape.
func (t *table) row(d document) (view.Row, error) {
	if d.Schema < 1 || d.Schema > schema {
		return view.Row{}, fmt.Errorf("row %s of view %s has schema %d; this release reads up to %d", d.Key, t.shape.Name, d.Schema, schema)
	}
	row := view.Row{Key: d.Key, Version: d.Version, Body: json.RawMessage(d.Body), Columns: make(map[string]any, len(t.shape.Columns))}
	for _, c := range t.shape.Columns {
		if c.Int {
			n, _ := d.Columns[c.Name].(int64)
			row.Columns[c.Name] = n
		} else {
			text, _ := d.Columns[c.Name].(string)
			row.Columns[c.Name] = text
		}
	}
	return row, nil
}

func (t *table) fault(attempt string, err error) error {
	return t.db.Fault(fmt.Sprintf("%s view %s", attempt, t.shape.Name), err)
}
