package bench

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"shenzhong/deploy/packs"
	"shenzhong/events"
	"shenzhong/services/kit/clock"
	"shenzhong/services/kit/deadline"
	"shenzhong/services/kit/identity"
	"shenzhong/services/kit/law"
	"shenzhong/services/kit/sqlite"
	"shenzhong/services/kit/store"
	"shenzhong/services/kit/store/sqlitelog"
	"shenzhong/services/kit/view"
	"shenzhong/services/kit/view/sqliteview"
	"shenzhong/services/kit/workday"
	"shenzhong/services/oversee"
)

// DeadlineSize is how many limits are open, how many of them fall due on each
// measured day, and how many days are measured.
type DeadlineSize struct {
	Few, Many, Due, Rounds int
}

// ruleOfBench is the limit that is measured. Its day is the same for all that
// begin on one day.
const ruleOfBench = "fine.pay"

// office is oversee alone on a store of its own, with a clock that is moved.
type office struct {
	db       *sqlite.DB
	log      store.Log
	clock    *clock.Fake
	cfg      oversee.Config
	service  *oversee.Service
	counter  deadline.Counter
	startup  time.Duration
	idle     time.Duration
	said     []time.Duration
	rowBytes int
}

// beginning is when the first limits of the benchmark begin.
var beginning = time.Date(2026, time.January, 5, 1, 0, 0, 0, time.UTC)

// Deadlines fills two stores with open limits, one with ten times as many as the
// other by default, and measures what a start and the look at the clock cost on
// days on which the same number of limits fall due. The ceiling is the same
// work by hand: ask an index for what is due, and insert one synced row for each
// thing said.
func Deadlines(ctx context.Context, dir string, size DeadlineSize) (r Report, err error) {
	if dir, err = os.MkdirTemp(dir, "shenzhong-bench-"); err != nil {
		return r, fmt.Errorf("make a folder to measure in: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	few, err := openOffice(ctx, filepath.Join(dir, "few.db"))
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, few.db.Close()) }()
	many, err := openOffice(ctx, filepath.Join(dir, "many.db"))
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, many.db.Close()) }()
	for o, open := range map[*office]int{few: size.Few, many: size.Many} {
		if err := o.fill(ctx, open, size); err != nil {
			return r, err
		}
		if err := o.start(ctx); err != nil {
			return r, err
		}
	}
	hand, err := openByHand(ctx, filepath.Join(dir, "hand.db"), size, many.rowBytes)
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, hand.Close()) }()
	r = Report{Name: fmt.Sprintf("期限：%d 件在计时，每日 %d 件到期，逐件宣告逾期", size.Many, size.Due), Unit: "件"}
	var ours, bare, spread []float64
	for round := range size.Rounds { // turn by turn, so that all see the same machine
		for _, o := range []*office{few, many} {
			if err := o.day(ctx, round, size.Due); err != nil {
				return r, err
			}
		}
		took, err := hand.day(ctx, round)
		if err != nil {
			return r, err
		}
		ours, bare = append(ours, perSecond(size.Due, many.said[round])), append(bare, perSecond(size.Due, took))
		r.Ratios = append(r.Ratios, ours[round]/bare[round])
		spread = append(spread, many.said[round].Seconds()/few.said[round].Seconds())
	}
	r.Ours, r.Bare, r.Ratio = median(ours), median(bare), median(r.Ratios)
	r.Extra = []Figure{
		{fmt.Sprintf("启动并第一次查看，%d 件在计时", size.Few), milliseconds(few.startup), "毫秒"},
		{fmt.Sprintf("启动并第一次查看，%d 件在计时", size.Many), milliseconds(many.startup), "毫秒"},
		{fmt.Sprintf("查看一次而无到期，%d 件在计时", size.Few), milliseconds(few.idle), "毫秒"},
		{fmt.Sprintf("查看一次而无到期，%d 件在计时", size.Many), milliseconds(many.idle), "毫秒"},
		{fmt.Sprintf("到期 %d 件的一日，%d 件在计时", size.Due, size.Few), milliseconds(middle(few.said)), "毫秒"},
		{fmt.Sprintf("到期 %d 件的一日，%d 件在计时", size.Due, size.Many), milliseconds(middle(many.said)), "毫秒"},
		{fmt.Sprintf("到期件数相同，在计时件数为 %d 倍时的用时之比", size.Many/size.Few), median(spread), "倍"},
	}
	return r, nil
}

func perSecond(n int, took time.Duration) float64 { return float64(n) / took.Seconds() }

func middle(times []time.Duration) time.Duration {
	seconds := make([]float64, len(times))
	for i, t := range times {
		seconds[i] = t.Seconds()
	}
	return time.Duration(median(seconds) * float64(time.Second))
}

// openOffice opens oversee on an empty store.
func openOffice(ctx context.Context, path string) (o *office, err error) {
	o = &office{clock: clock.NewFake(beginning)}
	if o.db, err = sqlite.Open(ctx, path, sqlite.Options{}); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, o.db.Close())
		}
	}()
	if o.log, err = sqlitelog.Open(ctx, o.db); err != nil {
		return nil, err
	}
	files, err := packs.Wulong()
	if err != nil {
		return nil, err
	}
	pack, err := law.Load(files)
	if err != nil {
		return nil, err
	}
	calendar, err := workday.New()
	if err != nil {
		return nil, err
	}
	o.counter = deadline.Counter{Law: pack, Calendar: calendar}
	o.cfg = oversee.Config{District: pack.Manifest().District, Log: o.log, Tables: sqliteview.New(o.db), Clock: o.clock, Law: pack, Calendar: calendar}
	o.service, err = oversee.New(ctx, o.cfg)
	return o, err
}

// fill starts so many limits: a lot for each day that is measured, all others
// on a day behind them.
func (o *office) fill(ctx context.Context, open int, size DeadlineSize) error {
	if open < size.Due*size.Rounds {
		return fmt.Errorf("%d limits are too few for %d days on which %d fall due", open, size.Rounds, size.Due)
	}
	jobs := make(chan events.Envelope)
	errs := make(chan error, lanes)
	keep := o.service.Reactions()[0]
	var all sync.WaitGroup
	for range lanes {
		all.Go(func() {
			var failed error
			for e := range jobs {
				if failed == nil {
					failed = keep.Handle(ctx, e)
				}
			}
			errs <- failed
		})
	}
	var err error
	for i := 0; i < open && err == nil; i++ {
		day := size.Rounds
		if at := i / size.Due; at < size.Rounds {
			day = at
		}
		var e events.Envelope
		if e, err = o.fact(i, beginning.AddDate(0, 0, 30*day)); err == nil {
			jobs <- e
		}
	}
	close(jobs)
	all.Wait()
	for range lanes {
		err = errors.Join(err, <-errs)
	}
	if err != nil {
		return err
	}
	return o.fold(ctx)
}

// lanes is how many limits are written at once while a store is filled.
const lanes = 256

// fact is one that starts a limit at that instant.
func (o *office) fact(i int, from time.Time) (events.Envelope, error) {
	id := fmt.Sprintf("case/500156-AJ-2026-%06d", i+1)
	d, err := o.counter.Start(ruleOfBench, id, "scjgj", "缴纳罚款："+events.EntityID(id), from)
	if err != nil {
		return events.Envelope{}, err
	}
	starts, err := events.WriteLimits([]events.Deadline{d})
	return events.Envelope{
		ID: events.EnvelopeID(id, 1), Subject: id, Version: 1, Type: events.CaseServed{}.Kind(), Time: from,
		Actor: identity.Service("bench").ID, Starts: starts,
	}, err
}

// fold shows the board every commit behind the last one that it has seen.
func (o *office) fold(ctx context.Context) error {
	board := o.service.Views()[0]
	jobs := make(chan store.Commit)
	errs := make(chan error, lanes)
	var all sync.WaitGroup
	for range lanes {
		all.Go(func() {
			var failed error
			for c := range jobs {
				if failed == nil {
					failed = view.Apply(ctx, board, c.Envelope())
				}
			}
			errs <- failed
		})
	}
	err := store.Each(ctx, o.log, func(c store.Commit) error {
		o.rowBytes = len(c.State) + len(c.Data)
		jobs <- c
		return nil
	})
	close(jobs)
	all.Wait()
	for range lanes {
		err = errors.Join(err, <-errs)
	}
	return err
}

// start opens the service anew on what is stored, and looks once; then once
// more with nothing due.
func (o *office) start(ctx context.Context) (err error) {
	watch := clock.Stopwatch()
	if o.service, err = oversee.New(ctx, o.cfg); err != nil {
		return err
	}
	if err := o.look(ctx, 0); err != nil {
		return err
	}
	o.startup = watch()
	watch = clock.Stopwatch()
	err = o.look(ctx, 0)
	o.idle = watch()
	return err
}

// look looks at the clock and wants so many limits declared overdue.
func (o *office) look(ctx context.Context, want int) error {
	said, err := o.service.Sweep(ctx)
	if err != nil {
		return err
	}
	if said != want {
		return fmt.Errorf("the look said %d things, not %d", said, want)
	}
	return nil
}

// day passes one measured day: its lot is overdue at the end of it.
func (o *office) day(ctx context.Context, round, due int) error {
	d, err := o.counter.Start(ruleOfBench, "case/500156-AJ-2026-000001", "scjgj", "", beginning.AddDate(0, 0, 30*round))
	if err != nil {
		return err
	}
	o.clock.Set(d.Due)
	watch := clock.Stopwatch()
	if err := o.look(ctx, due); err != nil {
		return err
	}
	o.said = append(o.said, watch())
	return o.foldDay(ctx, round, due)
}

// foldDay shows the board what was said of one lot.
func (o *office) foldDay(ctx context.Context, round, due int) error {
	board := o.service.Views()[0]
	for i := round * due; i < (round+1)*due; i++ {
		id, err := oversee.EntityOf(events.DeadlineID(fmt.Sprintf("case/500156-AJ-2026-%06d", i+1), ruleOfBench))
		if err != nil {
			return err
		}
		last, _, err := o.log.Last(ctx, "deadline/"+id, "")
		if err != nil {
			return err
		}
		if err := view.Apply(ctx, board, last.Envelope()); err != nil {
			return err
		}
	}
	return nil
}
