package conformance

import (
	"fmt"
	"sync"
	"testing"

	"shenzhong/services/kit/mongo"
	"shenzhong/services/kit/store"
)

// One relay marks what has traveled while another finds that the stream is gone.
// Whichever comes first, no commit may be thought sent to a stream that the note
// does not name: it would be lost. A server without transactions cannot promise
// that, so there one waits for the other, as a single process makes it.
func TestMarksWhileTheStreamIsLost(t *testing.T) {
	each(t, func(t *testing.T, s server) {
		db, ctx := s.open(t, s.database(t), mongo.Options{}), t.Context()
		log := mustLog(t, db)
		for round := range 20 {
			c := commit(fmt.Sprint("clue/", round), 1)
			if err := log.Append(ctx, c); err != nil {
				t.Fatal(err)
			}
			var both sync.WaitGroup
			mark := func() {
				if err := log.MarkRelayed(ctx, "gone", map[string]uint64{c.ID(): 5}); err != nil {
					t.Error(err)
				}
			}
			both.Go(mark)
			if s.alone {
				both.Wait()
			}
			both.Go(func() {
				if _, err := log.Unrelay(ctx, "new", 0); err != nil {
					t.Error(err)
				}
			})
			both.Wait()
			note, err1 := log.Stream(ctx)
			last, _, err2 := log.Last(ctx, c.Subject, "")
			if err1 != nil || err2 != nil {
				t.Fatal(err1, err2)
			}
			if note == (store.Stream{Epoch: "new"}) && last.Relayed != 0 {
				t.Errorf("%s is thought sent under %d to a stream that is gone", c.ID(), last.Relayed)
			}
			if note.Epoch != "new" && note != (store.Stream{Epoch: "gone", Last: 5}) {
				t.Errorf("the note is %+v", note)
			}
		}
	})
}

// BenchmarkAppend is how many commits a second 32 callers store, each of them
// acknowledged.
func BenchmarkAppend(b *testing.B) {
	for _, s := range servers {
		b.Run(s.name, func(b *testing.B) {
			log := mustLog(b, s.open(b, s.database(b), mongo.Options{}))
			next := make(chan int)
			var callers sync.WaitGroup
			b.ResetTimer()
			for range 32 {
				callers.Go(func() {
					for i := range next {
						if err := log.Append(b.Context(), commit(fmt.Sprint("clue/", i), 1)); err != nil {
							b.Error(err)
						}
					}
				})
			}
			for i := range b.N {
				next <- i
			}
			close(next)
			callers.Wait()
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "commits/s")
		})
	}
}
