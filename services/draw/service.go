package draw

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"shenzhong/events"
	"shenzhong/services/draw/fdraw"
	"shenzhong/services/kit/bus"
	"shenzhong/services/kit/clock"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/identity"
	"shenzhong/services/kit/law"
	"shenzhong/services/kit/store"
	"shenzhong/services/kit/view"
	"shenzhong/services/kit/workday"
)

// Config is all that draw stands on.
type Config struct {
	District string
	Log      store.Log
	Tables   view.Tables
	Clock    clock.Clock
	Law      law.Source
	Hash     fdraw.Hash // of new draws
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
	"draw.commit":  {identity.Officer, identity.Leader, identity.Publisher, identity.Legal},
	"draw.reveal":  {identity.Officer, identity.Leader, identity.Publisher, identity.Legal},
	"draw.close":   {identity.Officer, identity.Leader},
	"draw.beacon":  {identity.Officer, identity.Leader, identity.Publisher, identity.Legal},
	"draw.miss":    {identity.Officer, identity.Leader, identity.Publisher, identity.Legal},
	"draw.replace": {identity.Officer, identity.Leader},
	"draw.appoint": {identity.Leader},
	"draw.open":    {identity.Officer, identity.Leader},
}

// Commit hands in a party's commitment.
type Commit struct {
	store.Cause
	Draw   string
	Commit string // 64 hexadecimal digits, made on the party's own machine
}

// Commit takes it.
func (s *Service) Commit(ctx context.Context, cmd Commit) error {
	if err := permits.Check(cmd.Actor, "draw.commit"); err != nil {
		return err
	}
	digest, err := fdraw.ParseDigest(cmd.Commit)
	if err != nil {
		return fault.About("commit", fault.Invalid, "承诺值不合规：%w", err)
	}
	now := s.cfg.Clock.Now()
	return s.draws.Change(ctx, cmd.Cause, cmd.Draw, func(d *Draw) (events.Event, error) { return d.Commit(cmd.Actor, digest, now) })
}

// Reveal opens a party's commitment.
type Reveal struct {
	store.Cause
	Draw  string
	Nonce string // 64 hexadecimal digits
}

// Reveal takes it.
func (s *Service) Reveal(ctx context.Context, cmd Reveal) error {
	if err := permits.Check(cmd.Actor, "draw.reveal"); err != nil {
		return err
	}
	nonce, err := fdraw.ParseDigest(cmd.Nonce)
	if err != nil {
		return fault.About("nonce", fault.Invalid, "随机数不合规：%w", err)
	}
	now := s.cfg.Clock.Now()
	return s.draws.Change(ctx, cmd.Cause, cmd.Draw, func(d *Draw) (events.Event, error) { return d.Reveal(cmd.Actor, nonce, now) })
}

// Close ends the reveals.
type Close struct {
	store.Cause
	Draw string
}

// Close ends them.
func (s *Service) Close(ctx context.Context, cmd Close) error {
	return s.ofLead(ctx, cmd.Cause, "draw.close", cmd.Draw, func(d *Draw, now time.Time) (events.Event, error) { return d.Close(now) })
}

// ofLead runs an act that belongs to the lead unit of the draw.
func (s *Service) ofLead(ctx context.Context, by store.Cause, act, id string, do func(*Draw, time.Time) (events.Event, error)) error {
	if err := permits.Check(by.Actor, act); err != nil {
		return err
	}
	now := s.cfg.Clock.Now()
	return s.draws.Change(ctx, by, id, func(d *Draw) (events.Event, error) {
		if err := by.Actor.OfUnit(d.Lead); err != nil {
			return nil, err
		}
		return do(d, now)
	})
}

// TypeBeacon is the public number as one officer typed it.
type TypeBeacon struct {
	store.Cause
	Draw  string
	Value string
}

// TypeBeacon takes it. Officers of any party may type, so that it takes two
// units where the parties want that.
func (s *Service) TypeBeacon(ctx context.Context, cmd TypeBeacon) error {
	if err := permits.Check(cmd.Actor, "draw.beacon"); err != nil {
		return err
	}
	now := s.cfg.Clock.Now()
	return s.draws.Change(ctx, cmd.Cause, cmd.Draw, func(d *Draw) (events.Event, error) {
		if !slices.Contains(d.Parties, cmd.Actor.Unit) {
			return nil, fault.New(fault.Denied, "只有参与方的人员可以录入公开随机数")
		}
		return d.Type(cmd.Actor, cmd.Value, now)
	})
}

// Replace refills a seat.
type Replace struct {
	store.Cause
	Draw     string
	Facility string
	Unit     string
	No       int
	Reason   string // leave, avoid, challenge, vacancy
	Note     string
}

// Replace refills it with the next card.
func (s *Service) Replace(ctx context.Context, cmd Replace) error {
	return s.ofLead(ctx, cmd.Cause, "draw.replace", cmd.Draw, func(d *Draw, _ time.Time) (events.Event, error) {
		return d.Replace(cmd.Facility, cmd.Unit, cmd.No, fdraw.Cause(cmd.Reason), cmd.Note)
	})
}

// Open makes a draw public.
type Open struct {
	store.Cause
	Draw string
}

// Open opens it once its day has come.
func (s *Service) Open(ctx context.Context, cmd Open) error {
	return s.ofLead(ctx, cmd.Cause, "draw.open", cmd.Draw, func(d *Draw, now time.Time) (events.Event, error) { return d.Open(false, now) })
}

// Reactions is everything draw does when another speaks.
func (s *Service) Reactions() []bus.Reaction {
	return []bus.Reaction{
		bus.On("draw-announces", s.onBatchAnnounced),
		bus.On("draw-freezes", s.onBatchFrozen),
		bus.On("draw-completes", s.onBeaconTyped),
		bus.On("draw-hands-over", s.onSealed),
		bus.On("draw-opens", s.onBatchFinished),
		bus.On("draw-reseats-recused", s.onRecusal),
		s.board.Reaction(),
	}
}

// Views are the read models of draw.
func (s *Service) Views() []view.Folding { return []view.Folding{s.board} }

func (s *Service) onBatchAnnounced(ctx context.Context, h bus.Heard[events.BatchAnnounced]) error {
	b := h.Fact
	on := workday.DateOf(h.Envelope.Time)
	policy, err := s.policy(b.Categories, on)
	if err != nil {
		return err
	}
	source, issue, _ := strings.Cut(b.Beacon, " ")
	announce := fdraw.Announce{
		Head: fdraw.Head{Attempt: 1}, Hash: s.cfg.Hash, Policy: policy.Digest(s.cfg.Hash), Parties: slices.Sorted(slices.Values(b.Parties)), Quorum: b.Quorum,
		CommitBy: b.CommitBy.In(workday.Zone), FreezeBy: b.FreezeBy.In(workday.Zone), RevealBy: b.RevealBy.In(workday.Zone), OpenBy: b.OpenBy.In(workday.Zone),
		Beacon: fdraw.Appointment{Source: fdraw.Source(source), Issue: issue, At: b.BeaconAt.In(workday.Zone)}, Fallback: fdraw.Dice,
	}
	series := fmt.Sprintf("%s-%04d-0000", s.cfg.District, on.Year())
	_, err = s.draws.Open(ctx, h.Cause("draw"), series, func(id string, d *Draw) (events.Event, error) {
		numbered := announce
		numbered.Draw = id
		if numbered.Beacon.Source == fdraw.Dice { // the one throw that belongs to this draw
			numbered.Beacon.Issue = numbered.Head.String()
		}
		return d.Announce(&numbered, policy.Text(), b)
	})
	return err
}

// find returns the draw of one round of a batch. One that is not known yet is
// still to come.
func (s *Service) find(ctx context.Context, batch string, round int) (string, error) {
	rows, err := s.board.List(ctx, view.Query{Equal: map[string]any{"batch": batch, "round": int64(round)}, Limit: 1})
	if err != nil {
		return "", err
	}
	if len(rows) == 0 {
		return "", fault.New(fault.Early, "no draw of round %d of batch %s is known yet", round, batch)
	}
	return rows[0].ID, nil
}

func (s *Service) onBatchFrozen(ctx context.Context, h bus.Heard[events.BatchFrozen]) error {
	id, err := s.find(ctx, h.Fact.Batch, h.Fact.Round)
	if err != nil {
		return err
	}
	var salt fdraw.Digest
	if _, err := rand.Read(salt[:]); err != nil {
		return fmt.Errorf("make salt: %w", err)
	}
	seeds, err := trialSeeds()
	if err != nil {
		return err
	}
	return s.draws.Change(ctx, h.Cause("draw"), id, func(d *Draw) (events.Event, error) {
		if d.State == Voided { // the time ran out while the lists were on their way
			return nil, store.Unchanged
		}
		lists, err := d.lists(h.Fact, salt)
		if err != nil {
			return nil, err
		}
		if blocked, err := d.Try(lists, seeds); blocked != nil || err != nil {
			return blocked, err
		}
		return d.Freeze(lists.pool, lists.officers, lists.registry)
	})
}

// onBeaconTyped computes the draw as soon as two officers agree on the number.
func (s *Service) onBeaconTyped(ctx context.Context, h bus.Heard[events.BeaconTyped]) error {
	if !h.Fact.Agreed {
		return nil
	}
	return s.draws.Change(ctx, h.Cause("draw"), h.Fact.Draw, func(d *Draw) (events.Event, error) { return d.Complete() })
}

func (s *Service) onBatchFinished(ctx context.Context, h bus.Heard[events.BatchFinished]) error {
	id, err := s.find(ctx, h.Fact.Batch, h.Fact.Round)
	if err != nil {
		return err
	}
	return s.draws.Change(ctx, h.Cause("draw"), id, func(d *Draw) (events.Event, error) {
		if d.State == Opened {
			return nil, store.Unchanged
		}
		return d.Open(true, h.Envelope.Time)
	})
}

// Sweep does what only the time asks for, and returns how many draws it changed:
// reveals are closed when their time is over, an attempt in which a step was not
// taken in time is given up, and a sealed draw is opened when its day has come.
// One draw that cannot be dealt with does not keep the others waiting.
func (s *Service) Sweep(ctx context.Context) (int, error) {
	changed := 0
	var errs []error
	for _, state := range []State{Announced, Frozen, Sealed} {
		rows, err := s.board.List(ctx, view.Query{Equal: map[string]any{"state": string(state)}, Limit: 1000})
		if err != nil {
			return changed, err
		}
		for _, row := range rows {
			done, err := s.sweep(ctx, row.ID)
			if err != nil {
				errs = append(errs, fmt.Errorf("sweep draw %s: %w", row.ID, err))
			}
			if done {
				changed++
			}
		}
	}
	return changed, errors.Join(errs...)
}

// sweep reports whether the time asked for something.
func (s *Service) sweep(ctx context.Context, id string) (bool, error) {
	now, done := s.cfg.Clock.Now(), false
	by := store.Cause{ID: "sweep/" + now.Format(time.RFC3339Nano), Actor: identity.Service("draw")}
	err := s.draws.Change(ctx, by, id, func(d *Draw) (events.Event, error) {
		a, err := d.announced()
		if err != nil {
			return nil, err
		}
		done = true
		switch {
		case d.State == Announced && now.After(a.RevealBy), d.State == Frozen && !now.Before(a.Beacon.At):
			return d.Lapse(now)
		case d.State == Frozen && now.After(a.RevealBy):
			return d.Close(now)
		case d.State == Sealed && !now.Before(d.OpenBy):
			return d.Open(false, now)
		}
		done = false
		return nil, store.Unchanged
	})
	return done && err == nil, err
}
