package draw

import (
	"context"

	"shenzhong/events"
	"shenzhong/services/draw/fdraw"
	"shenzhong/services/kit/bus"
	"shenzhong/services/kit/clock"
	"shenzhong/services/kit/identity"
	"shenzhong/services/kit/law"
	"shenzhong/services/kit/store"
	"shenzhong/services/kit/view"
)

// Config is all that draw stands on.
type Config struct {
	District string
	Log      store.Log
	Tables   view.Tables
	Clock    clock.Clock
	Law      law.Source
	Hash     fdraw.Hash // of new draws
	// Watched says that witnesses are set up: a new draw does not go past its
	// reveals before a quorum of them has seen these in the public log.
	Watched bool
}

// Service holds the draws of a district.
type Service struct {
	cfg       Config
	draws     *store.Collection[Draw]
	handovers *store.Collection[Handover]
	board     *view.View[Row]
}

// New opens the service on its store.
func New(ctx context.Context, cfg Config) (*Service, error) {
	s := &Service{
		cfg: cfg, draws: store.NewCollection[Draw]("draw", cfg.Log, cfg.Clock), handovers: store.NewCollection[Handover]("handover", cfg.Log, cfg.Clock),
	}
	var err error
	s.board, err = view.New(ctx, cfg.Tables, view.Spec[Row]{
		Name: "draw-board", Kinds: events.Of("draw"), Fold: fold,
		Columns: []view.Column{{Name: "batch"}, {Name: "round", Int: true}, {Name: "state"}},
		Values: func(_ string, r Row) map[string]any {
			return map[string]any{"batch": r.Batch, "round": int64(r.Round), "state": string(r.State)}
		},
	})
	return s, err
}

// permits says who may do what.
var permits = identity.Permits{
	"draw.commit":      {identity.Officer, identity.Leader, identity.Publisher, identity.Legal},
	"draw.reveal":      {identity.Officer, identity.Leader, identity.Publisher, identity.Legal},
	"draw.close":       {identity.Officer, identity.Leader},
	"draw.beacon":      {identity.Officer, identity.Leader, identity.Publisher, identity.Legal},
	"draw.miss":        {identity.Officer, identity.Leader, identity.Publisher, identity.Legal},
	"draw.replace":     {identity.Officer, identity.Leader},
	"draw.appoint":     {identity.Leader},
	"draw.material":    {identity.Leader, identity.Legal},
	"draw.countersign": {identity.Leader, identity.Legal},
	"draw.open":        {identity.Officer, identity.Leader},
}

// Reactions is everything draw does when another speaks.
func (s *Service) Reactions() []bus.Reaction {
	return []bus.Reaction{
		bus.On("draw-announces", s.onBatchAnnounced),
		bus.On("draw-freezes", s.onBatchFrozen),
		bus.On("draw-completes", s.onBeaconTyped),
		bus.On("draw-hands-over", s.onSealed),
		bus.On("draw-opens", s.onBatchFinished),
		bus.On("draw-waits-for-witnesses", s.onCosigned),
		bus.On("draw-encloses-evidence", s.onEvidenced),
		bus.On("draw-reseats-recused", s.onRecusal),
		s.board.Reaction(),
	}
}

// Views are the read models of draw.
func (s *Service) Views() []view.Folding { return []view.Folding{s.board} }
