package draw

import (
	"context"
	"crypto/rand"
	"fmt"
	"slices"
	"strings"

	"shenzhong/events"
	"shenzhong/services/draw/fdraw"
	"shenzhong/services/kit/bus"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/store"
	"shenzhong/services/kit/view"
	"shenzhong/services/kit/workday"
)

// onBatchAnnounced announces the draw of a batch: under the next number of the
// year, or, where an attempt was given up, as the next attempt at that draw.
func (s *Service) onBatchAnnounced(ctx context.Context, h bus.Heard[events.BatchAnnounced]) error {
	b := h.Fact
	on := workday.DateOf(h.Envelope.Time)
	policy, err := s.policy(b.Categories, on)
	if err != nil {
		return err
	}
	announce := func(id string, d *Draw) (events.Event, error) {
		d.Watched = s.cfg.Watched
		return d.Announce(ceremonyOf(b, fdraw.Head{Draw: id, Attempt: d.attempts() + 1}, s.cfg.Hash, policy), policy.Text(), b)
	}
	if b.Round <= 1 {
		series := fmt.Sprintf("%s-%04d-0000", s.cfg.District, on.Year())
		_, err = s.draws.Open(ctx, h.Cause("draw"), series, announce)
		return err
	}
	id, err := s.find(ctx, b.Batch)
	if err != nil {
		return err
	}
	return s.draws.Change(ctx, h.Cause("draw"), id, func(d *Draw) (events.Event, error) {
		if d.Round >= b.Round {
			return nil, store.Unchanged
		}
		return announce(id, d)
	})
}

// ceremonyOf is the announcement of an attempt at the draw of a batch.
func ceremonyOf(b events.BatchAnnounced, head fdraw.Head, hash fdraw.Hash, policy *fdraw.Policy) *fdraw.Announce {
	source, issue, _ := strings.Cut(b.Beacon, " ")
	a := &fdraw.Announce{
		Head: head, Hash: hash, Policy: policy.Digest(hash), Parties: slices.Sorted(slices.Values(b.Parties)), Quorum: b.Quorum,
		CommitBy: b.CommitBy.In(workday.Zone), FreezeBy: b.FreezeBy.In(workday.Zone), RevealBy: b.RevealBy.In(workday.Zone), OpenBy: b.OpenBy.In(workday.Zone),
		Beacon: fdraw.Appointment{Source: fdraw.Source(source), Issue: issue, At: b.BeaconAt.In(workday.Zone)}, Fallback: fdraw.Dice,
	}
	if a.Beacon.Source == fdraw.Dice { // the one throw that belongs to this attempt
		a.Beacon.Issue = head.String()
	}
	return a
}

// find returns the draw of a batch. One that is not known yet is still to come.
func (s *Service) find(ctx context.Context, batch string) (string, error) {
	rows, err := s.board.List(ctx, view.Query{Equal: map[string]any{"batch": batch}, Desc: true, Limit: 1})
	if err != nil {
		return "", err
	}
	if len(rows) == 0 {
		return "", fault.New(fault.Early, "no draw of batch %s is known yet", batch)
	}
	return rows[0].ID, nil
}

// turn is whether what is said of a round of the batch concerns the attempt that
// is under way: what is said of an earlier one changes nothing, what is said of a
// later one comes too early.
func (d *Draw) turn(round int) error {
	switch {
	case round < d.Round:
		return store.Unchanged
	case round > d.Round:
		return fault.New(fault.Early, "round %d of batch %s is not announced yet", round, d.Batch)
	}
	return nil
}

func (s *Service) onBatchFrozen(ctx context.Context, h bus.Heard[events.BatchFrozen]) error {
	id, err := s.find(ctx, h.Fact.Batch)
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
		if err := d.turn(h.Fact.Round); err != nil {
			return nil, err
		}
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
		if err := s.compare(ctx, d, &lists); err != nil {
			return nil, err
		}
		return d.Freeze(lists)
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
	id, err := s.find(ctx, h.Fact.Batch)
	if err != nil {
		return err
	}
	return s.draws.Change(ctx, h.Cause("draw"), id, func(d *Draw) (events.Event, error) {
		if err := d.turn(h.Fact.Round); err != nil {
			return nil, err
		}
		if d.State == Opened {
			return nil, store.Unchanged
		}
		d.Held = h.Fact.Held
		return d.Open(true, h.Envelope.Time)
	})
}
