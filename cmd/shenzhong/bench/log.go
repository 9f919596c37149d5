package bench

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"shenzhong/events"
	"shenzhong/services/disclose"
	"shenzhong/services/disclose/publiclog"
	"shenzhong/services/kit/bus"
	"shenzhong/services/kit/clock"
	"shenzhong/services/kit/service"
	"shenzhong/services/kit/sqlite"
	"shenzhong/services/kit/store"
)

// LogSize is how large a public log is measured, and how hard it is appended to.
type LogSize struct {
	Load        // Clients append at once where appending is batched
	Records int // in the state, and entries of the log that proofs are of
}

// origin is the log that is measured.
const origin = "example.invalid/fdlog-500156-1"

// Log appends to the public log, one at a time and many at once, proves, signs
// and states; and beside each, in turns, does only what cannot be left out: the
// synced insert of as many bytes, the hashes, the signatures.
func Log(ctx context.Context, dir string, size LogSize) (out []Report, err error) {
	dir, leave, err := workroom(dir)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, leave()) }()
	if out, err = appends(ctx, dir, size); err != nil {
		return nil, err
	}
	ofTree, err := openTree(size.Records)
	if err != nil {
		return nil, err
	}
	for _, measure := range []func(context.Context, string, LogSize) (Report, error){
		ofTree.build, ofTree.verify, ofTree.sign, ofTree.keep, ofTree.state,
	} {
		r, err := measure(ctx, dir, size)
		if err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, nil
}

// appending is the disclose context with its public log, alone on a store.
type appending struct {
	db    *sqlite.DB
	log   store.Log
	keeps bus.Reaction
	next  atomic.Int64 // number of the record whose publication is logged next
}

func openAppending(ctx context.Context, dir string) (a *appending, err error) {
	secret, err := publiclog.Generate(origin)
	if err != nil {
		return nil, err
	}
	keys, err := publiclog.ParseKeys(secret)
	if err != nil {
		return nil, err
	}
	db, err := sqlite.Open(ctx, filepath.Join(dir, "disclose.db"), sqlite.Options{})
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, db.Close())
		}
	}()
	public, log, _, err := openDisclose(ctx, db, &disclose.PublicLog{
		Notary: &publiclog.Notary{Keys: keys, Memory: &publiclog.File{Path: filepath.Join(dir, "checkpoint")}}, Secret: make([]byte, disclose.SecretBytes),
	})
	if err != nil {
		return nil, err
	}
	for _, r := range public.Reactions() {
		if r.Name == "disclose-keeps-log" {
			return &appending{db: db, log: log, keeps: r}, nil
		}
	}
	return nil, errors.New("the disclose context has no reaction that keeps the public log")
}

// add logs the publication of one more record, as when its fact is heard.
func (a *appending) add(ctx context.Context) error {
	n := int(a.next.Add(1)) - 1
	_, published := publication(n)
	e, err := factOf(n, 2, published)
	if err != nil {
		return err
	}
	return a.keeps.Handle(ctx, e)
}

// weigh is how many bytes an entry has in the store.
func (a *appending) weigh(ctx context.Context) (int, error) {
	if err := a.add(ctx); err != nil {
		return 0, err
	}
	commits, err := a.log.Scan(ctx, "", 0, 1)
	if err != nil {
		return 0, err
	}
	if len(commits) == 0 || commits[0].Kind != (events.LeafLogged{}).Kind() {
		return 0, errors.New("weigh an entry: it is not in the store")
	}
	return len(commits[0].State) + len(commits[0].Data), nil
}

// appends measures appending, one at a time and by many callers.
func appends(ctx context.Context, dir string, size LogSize) (out []Report, err error) {
	a, err := openAppending(ctx, dir)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, a.db.Close()) }()
	bytes, err := a.weigh(ctx)
	if err != nil {
		return nil, err
	}
	byHand, err := openInsert(ctx, filepath.Join(dir, "rows.db"))
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, byHand.close()) }()
	var rows atomic.Int64
	body := sized("bench", bytes)
	insert := func() error {
		_, err := byHand.write(ctx, row{Subject: strconv.FormatInt(rows.Add(1), 10), Cause: "bench", At: clock.System{}.Now(), Body: body})
		return err
	}
	running := []service.Part{{Name: "rows by hand", Run: byHand.run}}
	err = during(ctx, running, func(ctx context.Context) error {
		for _, callers := range []int{1, size.Clients} {
			r := Report{
				Name: fmt.Sprintf("公开日志：追加，%d 个同时（%d 轮，每轮 %v）", callers, size.Rounds, size.Lasting), Unit: "条",
				Extra: []Figure{{"每条在存储中的字节数", float64(bytes), "字节"}},
			}
			r, err := turns(r, size.Load,
				func(lasting time.Duration) (tally, error) {
					return called(callers, lasting, func() error { return a.add(ctx) })
				},
				func(lasting time.Duration) (tally, error) { return called(callers, lasting, insert) })
			if err != nil {
				return err
			}
			out = append(out, r)
		}
		return nil
	})
	return out, err
}

// called has callers do something again and again for that long.
func called(callers int, lasting time.Duration, do func() error) (t tally, errs error) {
	var (
		all sync.WaitGroup
		mu  sync.Mutex
	)
	watch := clock.Stopwatch()
	for range callers {
		all.Go(func() {
			var took []time.Duration
			var err error
			for err == nil && (len(took) == 0 || watch() < lasting) {
				since := clock.Stopwatch()
				err = do()
				took = append(took, since())
			}
			mu.Lock()
			defer mu.Unlock()
			t.answers, errs = append(t.answers, took...), errors.Join(errs, err)
		})
	}
	all.Wait()
	t.rate = float64(len(t.answers)) / watch().Seconds()
	return t, errs
}
