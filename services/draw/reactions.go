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
		d.Watched = s.cfg.Watched
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
		d.Held = h.Fact.Held
		return d.Open(true, h.Envelope.Time)
	})
}
