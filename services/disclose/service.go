package disclose

import (
	"context"

	"shenzhong/events"
	"shenzhong/services/kit/clock"
	"shenzhong/services/kit/deadline"
	"shenzhong/services/kit/identity"
	"shenzhong/services/kit/law"
	"shenzhong/services/kit/store"
	"shenzhong/services/kit/view"
	"shenzhong/services/kit/workday"
)

// Config is all that disclose stands on.
type Config struct {
	District string
	Log      store.Log
	Tables   view.Tables
	Clock    clock.Clock
	Law      law.Source
	Calendar workday.Source
	Public   *PublicLog // nil keeps no public log: for tests of something else
}

// Service publishes for a district.
type Service struct {
	cfg     Config
	counter deadline.Counter
	records *store.Collection[Record]
	board   *view.View[Row]
	public  *ledger // nil where no public log is kept

	evidences *store.Collection[Evidence]
}

// New opens the service on its store.
func New(ctx context.Context, cfg Config) (*Service, error) {
	s := &Service{
		cfg:     cfg,
		counter: deadline.Counter{Law: cfg.Law, Calendar: cfg.Calendar},
		records: store.NewCollection[Record]("record", cfg.Log, cfg.Clock),

		evidences: store.NewCollection[Evidence]("evidence", cfg.Log, cfg.Clock),
	}
	var err error
	if s.board, err = openBoard(ctx, cfg.Tables); err != nil {
		return nil, err
	}
	if cfg.Public != nil {
		s.public, err = openLedger(ctx, cfg)
	}
	return s, err
}

// Views are the read models of disclose.
func (s *Service) Views() []view.Folding { return []view.Folding{s.board} }

// Sweep ends every publication whose time is over and returns how many.
func (s *Service) Sweep(ctx context.Context) (int, error) {
	today := s.today()
	rows, err := s.board.List(ctx, view.Query{
		Equal: map[string]any{"state": string(Published)}, AtMost: map[string]any{"until": today.Number() - 1}, Order: "until", Limit: 500,
	})
	if err != nil {
		return 0, err
	}
	ended := 0
	for _, row := range rows {
		cause := store.Cause{ID: "sweep/expire/" + row.Record.Until, Actor: identity.Service("disclose")}
		err := s.records.Change(ctx, cause, row.Record.ID, func(r *Record) (events.Event, error) {
			if r.State != Published {
				return nil, store.Unchanged
			}
			return r.Expire(today.String())
		})
		if err != nil {
			return ended, err
		}
		ended++
	}
	return ended, nil
}

func (s *Service) today() workday.Date { return workday.DateOf(s.cfg.Clock.Now()) }
