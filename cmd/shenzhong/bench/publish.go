package bench

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"sync"
	"time"

	"shenzhong/events"
	"shenzhong/services/kit/bus/jsbus"
	"shenzhong/services/kit/clock"
	"shenzhong/services/kit/identity"
	"shenzhong/services/kit/service"
	"shenzhong/services/kit/sqlite"
	"shenzhong/services/kit/store"
	"shenzhong/services/kit/store/sqlitelog"
)

// Publish sends facts that stand in a store to the broker and marks each once it
// is acknowledged, as after an outage of the broker, and as many bytes by hand.
// A round is facts many.
func Publish(ctx context.Context, dir string, facts, rounds int) (r Report, err error) {
	dir, leave, err := workroom(dir)
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, leave()) }()
	r = Report{
		Name: fmt.Sprintf("积压的事实发往消息（每轮 %d 条，%d 轮，%d 个处理器）", facts, rounds, runtime.GOMAXPROCS(0)), Unit: "条",
	}
	n := 0
	load := Load{Rounds: rounds, Lasting: time.Minute} // a round ends when all is sent
	return turns(r, load, func(time.Duration) (tally, error) {
		n++
		return sendOurs(ctx, filepath.Join(dir, "ours-"+strconv.Itoa(n)), facts)
	}, func(time.Duration) (tally, error) {
		n++
		return sendByHand(ctx, filepath.Join(dir, "by-hand-"+strconv.Itoa(n)), facts)
	})
}

// letterSize is how many bytes the text of a fact has.
const letterSize = 1500

// told is a fact of the bench. It is sent as any other.
type told struct {
	Text string `json:"text"`
}

// Kind is no contract: nobody hears it.
func (told) Kind() string { return "clue.bench.v1" }

// sendOurs fills a store and times the relay.
func sendOurs(ctx context.Context, dir string, facts int) (t tally, err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return t, err
	}
	db, err := sqlite.Open(ctx, filepath.Join(dir, "clue.db"), sqlite.Options{})
	if err != nil {
		return t, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	log, err := sqlitelog.Open(ctx, db)
	if err != nil {
		return t, err
	}
	entities := store.NewCollection[told]("bench", log, clock.System{})
	err = crowd(facts, func(n int) error {
		id := fmt.Sprintf("500156-CS-2026-%06d", n)
		by := store.Cause{ID: "bench/" + id, Actor: identity.Service("clue")}
		return entities.Put(ctx, by, id, func(x *told) (events.Event, error) {
			x.Text = sized("bench", letterSize)
			return *x, nil
		})
	})
	if err != nil {
		return t, err
	}
	bus, err := jsbus.New(jsbus.Config{Embedded: &jsbus.Embedded{Dir: filepath.Join(dir, "jetstream")}, Contexts: []jsbus.Context{{Name: "clue"}}})
	if err != nil {
		return t, err
	}
	defer bus.Close()
	if err := bus.Declare(ctx, []string{"clue"}); err != nil {
		return t, err
	}
	relay := service.Part{Name: "relay", Run: func(ctx context.Context) error { return bus.Relay(ctx, "clue", log) }}
	err = during(ctx, []service.Part{relay}, func(ctx context.Context) error {
		t, err = emptied(ctx, facts, func() (bool, error) {
			left, err := log.Unrelayed(ctx, 1)
			return len(left) == 0, err
		})
		return err
	})
	return t, err
}

// sendByHand fills a table and times the publisher that is wired by hand.
func sendByHand(ctx context.Context, dir string, facts int) (t tally, err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return t, err
	}
	size := sizes{row: 2 * letterSize, message: letterSize + 400, kept: 1}
	b, err := openBare(ctx, dir, size)
	if err != nil {
		return t, err
	}
	rows := service.Part{Name: "bare rows", Run: b.rows.run}
	err = during(ctx, []service.Part{rows}, func(ctx context.Context) error {
		return crowd(facts, func(n int) error {
			_, err := b.rows.write(ctx, row{Subject: strconv.Itoa(n), Cause: "bench", At: clock.System{}.Now(), Body: sized("bench", size.row)})
			return err
		})
	})
	if err != nil {
		return t, errors.Join(err, b.shut())
	}
	publisher := service.Part{Name: "bare publisher", Run: b.publish}
	err = during(ctx, []service.Part{rows, publisher}, func(ctx context.Context) error {
		t, err = emptied(ctx, facts, func() (bool, error) {
			left, err := b.rows.unsent(1)
			return len(left) == 0, err
		})
		return err
	})
	return t, errors.Join(err, b.shut())
}

// emptied waits until nothing is left and says how fast that was.
func emptied(ctx context.Context, facts int, empty func() (bool, error)) (tally, error) {
	watch := clock.Stopwatch()
	for {
		done, err := empty()
		if err != nil {
			return tally{}, err
		}
		if done {
			return tally{rate: float64(facts) / watch().Seconds()}, nil
		}
		if err := pause(ctx); err != nil {
			return tally{}, err
		}
	}
}

// crowd does something n times, many at once so that they share a sync.
func crowd(n int, do func(n int) error) error {
	var (
		all  sync.WaitGroup
		mu   sync.Mutex
		errs error
	)
	next := make(chan int)
	for range 256 {
		all.Go(func() {
			for i := range next {
				if err := do(i); err != nil {
					mu.Lock()
					errs = errors.Join(errs, err)
					mu.Unlock()
				}
			}
		})
	}
	for i := range n {
		next <- i
	}
	close(next)
	all.Wait()
	return errs
}
