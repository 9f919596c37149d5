package bench

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"path/filepath"
	"strings"

	"github.com/gofiber/fiber/v2"

	"shenzhong/events"
	"shenzhong/services/kit/service"
	"shenzhong/services/kit/store"
	"shenzhong/services/kit/view"
)

// bareShelf answers with a row of a table, found by its key, as it is.
type bareShelf struct {
	addr  string
	db    *sql.DB
	parts []service.Part
}

// openBareShelf makes a table of a hundred texts of n bytes and serves them.
func openBareShelf(ctx context.Context, dir string, n int) (*bareShelf, error) {
	db, err := sql.Open("sqlite", "file:"+filepath.ToSlash(filepath.Join(dir, fmt.Sprintf("by-hand-%d.db", n))))
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(4)
	db.SetMaxIdleConns(4)
	b := &bareShelf{db: db}
	if err := b.open(ctx, n); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return b, nil
}

func (b *bareShelf) open(ctx context.Context, n int) error {
	if _, err := b.db.ExecContext(ctx, `PRAGMA journal_mode = wal; CREATE TABLE IF NOT EXISTS texts (id INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT; DELETE FROM texts`); err != nil {
		return err
	}
	for id := range 100 {
		if _, err := b.db.ExecContext(ctx, `INSERT INTO texts VALUES (?1, ?2)`, id, sized("by hand", n)); err != nil {
			return err
		}
	}
	read, err := b.db.PrepareContext(ctx, `SELECT text FROM texts WHERE id = ?1`)
	if err != nil {
		return err
	}
	app := fiber.New(fiber.Config{DisableStartupMessage: true})
	app.Get("/by-hand/:id", func(c *fiber.Ctx) error {
		id, err := c.ParamsInt("id")
		if err != nil {
			return err
		}
		var text string
		// A context that can be canceled would cost two goroutines a query.
		if err := read.QueryRowContext(context.Background(), id).Scan(&text); err != nil {
			return err
		}
		c.Set(fiber.HeaderContentType, fiber.MIMEApplicationJSON)
		return c.SendString(text)
	})
	ln, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	b.addr = ln.Addr().String()
	b.parts = []service.Part{{Name: "web by hand", Run: func(ctx context.Context) error {
		stop := context.AfterFunc(ctx, func() { _ = app.Shutdown() }) // it returns what Listener returns
		defer stop()
		return app.Listener(ln)
	}}}
	return nil
}

func (b *bareShelf) close() error { return b.db.Close() }

func recordID(n int) string { return fmt.Sprintf("500156-GS-2026-%06d", n+1) }

// fill folds records into the view of what is published, as its listener would,
// many at once so that they share a sync.
func fill(ctx context.Context, views []view.Folding, records int) error {
	var board view.Folding
	for _, v := range views {
		if v.Name() == "disclose-records" {
			board = v
		}
	}
	if board == nil {
		return errors.New("the disclose context has no view of records")
	}
	return crowd(records, func(n int) error { return publishOne(ctx, board, n) })
}

// publication is the facts of one penalty that is prepared and published.
func publication(n int) (events.RecordPrepared, events.RecordPublished) {
	id := recordID(n)
	record := events.Record{
		ID: id, Sort: "penalty", Source: fmt.Sprintf("case/500156-AJ-2026-%06d", n+1), Title: "某某殡仪服务部未按规定明码标价案",
		Name: "某某殡仪服务部", USCC: "91350100M000100Y43", DocNo: fmt.Sprintf("武民罚〔2026〕%d号", n+1), Offence: "不按规定明码标价",
		Facts: strings.Repeat("该服务部在办理业务时未明码标价，多收取费用且不开具票据。", 4), Basis: "《殡葬管理条例》第四十三条",
		Content: "责令改正，罚款人民币伍仟元", Unit: "scjgj", UnitName: "区市场监管局", On: "2026-09-30", Severity: "general",
	}
	day := fmt.Sprintf("2026-%02d-%02d", 1+n%12, 1+n%28)
	return events.RecordPrepared{Record: record},
		events.RecordPublished{Record: record, On: day, Channels: []events.Channel{{Name: "portal", On: day, Proof: "https://example.invalid/" + id}}}
}

// factOf is a fact about a record as others hear it.
func factOf(n, version int, fact events.Event) (events.Envelope, error) {
	data, err := json.Marshal(fact)
	return store.Commit{Subject: "record/" + recordID(n), Version: int64(version), Kind: fact.Kind(), Data: data}.Envelope(), err
}

// publishOne folds the facts of one published penalty.
func publishOne(ctx context.Context, board view.Folding, n int) error {
	prepared, published := publication(n)
	for version, fact := range []events.Event{prepared, published} {
		e, err := factOf(n, version+1, fact)
		if err != nil {
			return err
		}
		if err := view.Apply(ctx, board, e); err != nil {
			return err
		}
	}
	return nil
}
