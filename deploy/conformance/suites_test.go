package conformance

import (
	"context"
	"testing"

	"shenzhong/services/kit/mongo"
	"shenzhong/services/kit/store"
	"shenzhong/services/kit/store/mongolog"
	"shenzhong/services/kit/store/storetest"
	"shenzhong/services/kit/view"
	"shenzhong/services/kit/view/mongoview"
	"shenzhong/services/kit/view/viewtest"
)

func TestLog(t *testing.T) {
	each(t, func(t *testing.T, s server) {
		storetest.Run(t, storetest.Backend{
			New: func(t testing.TB) func(testing.TB) store.Log {
				database := s.database(t)
				return func(t testing.TB) store.Log { return mustLog(t, s.open(t, database, mongo.Options{})) }
			},
			Alone: s.alone,
			Crowd: func(t testing.TB) (store.Log, func()) {
				db := s.open(t, s.database(t), mongo.Options{Queue: 1})
				return mustLog(t, db), crowd(t, db)
			},
		})
	})
}

func mustLog(t testing.TB, db *mongo.DB) *mongolog.Log {
	t.Helper()
	log, err := mongolog.Open(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	return log
}

// crowd takes the only place for a write until it is released.
func crowd(t testing.TB, db *mongo.DB) (release func()) {
	t.Helper()
	entered, leave, left := make(chan struct{}), make(chan struct{}), make(chan error)
	go func() {
		left <- db.Write(context.WithoutCancel(t.Context()), "hold", func(context.Context) error {
			close(entered)
			<-leave
			return nil
		})
	}()
	<-entered
	return func() {
		close(leave)
		if err := <-left; err != nil {
			t.Error(err)
		}
	}
}

func TestViews(t *testing.T) {
	each(t, func(t *testing.T, s server) {
		viewtest.Run(t, viewtest.Backend{
			New: func(t testing.TB) func(testing.TB) view.Tables {
				database := s.database(t)
				return func(t testing.TB) view.Tables { return mongoview.New(s.open(t, database, mongo.Options{})) }
			},
			Alone: s.alone,
		})
	})
}
