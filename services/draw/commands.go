package draw

import (
	"context"
	"time"

	"shenzhong/events"
	"shenzhong/services/draw/fdraw"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/store"
)

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
