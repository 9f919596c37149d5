package bench

import (
	"context"
	"errors"
	"fmt"
	"net"
	"path/filepath"
	"runtime"
	"time"

	"shenzhong/deploy/packs"
	"shenzhong/services/disclose"
	"shenzhong/services/disclose/discloseweb"
	"shenzhong/services/kit/clock"
	"shenzhong/services/kit/law"
	"shenzhong/services/kit/service"
	"shenzhong/services/kit/sqlite"
	"shenzhong/services/kit/store"
	"shenzhong/services/kit/store/sqlitelog"
	"shenzhong/services/kit/view"
	"shenzhong/services/kit/view/sqliteview"
	"shenzhong/services/kit/web"
	"shenzhong/services/kit/web/tokens"
	"shenzhong/services/kit/workday"
)

// ReadLoad is how much is public and how hard it is read.
type ReadLoad struct {
	Load
	Records int
}

// shelf is what the public reads: the disclose context with its interface and
// pages over a view of records.
type shelf struct {
	addr string
	db   *sqlite.DB
	web  *web.Server
	ln   net.Listener
}

// Read has the public read one record and a list of the newest twenty, and as
// many bytes from a table by hand: one select, no decoding, no page.
func Read(ctx context.Context, dir string, load ReadLoad) (out []Report, err error) {
	dir, leave, err := workroom(dir)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, leave()) }()
	ours, err := openShelf(ctx, filepath.Join(dir, "disclose.db"), load.Records)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, ours.db.Close()) }()
	running := []service.Part{{Name: "web", Run: func(ctx context.Context) error { return ours.web.Serve(ctx, ours.ln) }}}
	err = during(ctx, running, func(ctx context.Context) error {
		for _, what := range []struct{ name, path string }{
			{"公众查询一条公示信息（接口）", "/api/v1/public/records/" + recordID(load.Records/2)},
			{"公众查询最新的二十条（接口）", "/api/v1/public/records"},
			{"公众打开首页", "/"},
		} {
			r, err := against(ctx, dir, ours.addr, what.path, load.Load)
			if err != nil {
				return err
			}
			r.Name = fmt.Sprintf("%s（共 %d 条，%d 个并发，%d 轮，每轮 %v，%d 个处理器）", what.name, load.Records, load.Clients, load.Rounds, load.Lasting, runtime.GOMAXPROCS(0))
			out = append(out, r)
		}
		return nil
	})
	return out, err
}

// during runs parts while do does.
func during(ctx context.Context, parts []service.Part, do func(context.Context) error) error {
	running, stop := context.WithCancel(ctx)
	defer stop()
	var done error
	err := service.Run(running, append(parts, service.Part{Name: "bench", Run: func(ctx context.Context) error {
		done = do(ctx)
		stop()
		return nil
	}})...)
	return errors.Join(done, err)
}

// against reads path from addr and as many bytes from a table by hand, in turns.
func against(ctx context.Context, dir, addr, path string, load Load) (r Report, err error) {
	ask := get(path)
	c, err := call(ctx, addr)
	if err != nil {
		return r, err
	}
	answer, err := c.ask(ask)
	if err = errors.Join(err, c.conn.Close()); err != nil {
		return r, err
	}
	byHand, err := openBareShelf(ctx, dir, len(answer))
	if err != nil {
		return r, err
	}
	r.Unit, r.Extra = "次", []Figure{{"每次应答的字节数", float64(len(answer)), "字节"}}
	err = during(ctx, byHand.parts, func(ctx context.Context) error {
		r, err = turns(r, load,
			func(lasting time.Duration) (tally, error) { return timed(ctx, ask, addr, load.Clients, lasting) },
			func(lasting time.Duration) (tally, error) {
				return timed(ctx, get("/by-hand/7"), byHand.addr, load.Clients, lasting)
			})
		return err
	})
	return r, errors.Join(err, byHand.close())
}

// timed is one round of reading.
func timed(ctx context.Context, r request, addr string, clients int, lasting time.Duration) (tally, error) {
	watch := clock.Stopwatch()
	answers, err := r.by(ctx, addr, clients, func() bool { return watch() < lasting })
	return tally{rate: float64(len(answers)) / watch().Seconds(), answers: answers}, err
}

// openShelf fills a view with published records and serves them.
func openShelf(ctx context.Context, path string, records int) (s *shelf, err error) {
	db, err := sqlite.Open(ctx, path, sqlite.Options{})
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, db.Close())
		}
	}()
	public, _, tables, err := openDisclose(ctx, db, nil)
	if err != nil {
		return nil, err
	}
	if err := fill(ctx, public.Views(), records); err != nil {
		return nil, err
	}
	directory, err := tokens.Open(ctx, tables, clock.System{}, "disclose")
	if err != nil {
		return nil, err
	}
	server, err := web.New(web.Config{
		Title: "bench", Version: "1", Clock: clock.System{}, Tokens: directory,
		Ready: func(context.Context) (any, error) { return "ready", nil }, Healthy: func() error { return nil },
	})
	if err != nil {
		return nil, err
	}
	discloseweb.Mount(server.API(), public)
	discloseweb.Pages(server, public)
	ln, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen: %w", err)
	}
	return &shelf{addr: ln.Addr().String(), db: db, web: server, ln: ln}, nil
}

// openDisclose opens the disclose context of the sample district on db, and
// with a public log if there is one to keep.
func openDisclose(ctx context.Context, db *sqlite.DB, keeps *disclose.PublicLog) (*disclose.Service, store.Log, view.Tables, error) {
	log, err := sqlitelog.Open(ctx, db)
	if err != nil {
		return nil, nil, nil, err
	}
	files, err := packs.Wulong()
	if err != nil {
		return nil, nil, nil, err
	}
	pack, err := law.Load(files)
	if err != nil {
		return nil, nil, nil, err
	}
	calendar, err := workday.New()
	if err != nil {
		return nil, nil, nil, err
	}
	tables := sqliteview.New(db)
	public, err := disclose.New(ctx, disclose.Config{
		District: pack.Manifest().District, Log: log, Tables: tables, Clock: clock.System{}, Law: pack, Calendar: calendar, Public: keeps,
	})
	return public, log, tables, err
}
