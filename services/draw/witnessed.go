package draw

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"shenzhong/events"
	"shenzhong/services/draw/fdraw"
	"shenzhong/services/kit/bus"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/store"
)

// Witness notes when a quorum of witnesses (见证方) had seen the reveals in the
// public log. That must have been before the public number existed: whoever
// could show them later could choose which reveals to show. So what was seen too
// late gives the attempt up. The times are those that the witnesses signed;
// when the news arrives here decides nothing.
func (d *Draw) Witness(attempt int, at time.Time) (events.Event, error) {
	if d.State != Revealed || !d.SeenAt.IsZero() || attempt != d.attempts() {
		return nil, store.Unchanged
	}
	a, err := d.announced()
	if err != nil {
		return nil, err
	}
	if !at.Before(a.Beacon.At) {
		if !d.Watched {
			return nil, store.Unchanged
		}
		return d.void(fdraw.VoidUnseen)
	}
	d.SeenAt = at
	return events.DrawWitnessed{Draw: d.ID, Attempt: a.Attempt, At: at}, nil
}

// unseen refuses to go on past the reveals while no quorum is known to have seen
// them.
func (d *Draw) unseen() error {
	if d.Watched && d.SeenAt.IsZero() {
		return fault.New(fault.Conflict, "见证方尚未对揭示完成联署，暂不能录入公开随机数；请查看公开日志页面上各见证方的情况，并催促联署")
	}
	return nil
}

// Enclose puts what the public log says of an attempt that was opened or given up
// into its package. A later word takes the place of an earlier one.
func (d *Draw) Enclose(attempt int, log, ledger string) (events.Event, error) {
	files := d.of(attempt)
	if files == nil || attempt == d.attempts() && d.State != Opened && d.State != Voided {
		return nil, fault.New(fault.Conflict, "抽取 %s 第 %d 次尚未启封，不能附入公开日志的摘录", d.ID, attempt)
	}
	var extract fdraw.LogExtract
	if err := json.Unmarshal([]byte(log), &extract); err != nil {
		return nil, fmt.Errorf("read the log extract of %s: %w", d.ID, err)
	}
	files.Log, files.Ledger = &extract, ledger
	return events.DrawEnclosed{Draw: d.ID, Attempt: attempt}, nil
}

// onCosigned tells the draws whose reveals a quorum has seen. Each is a commit of
// its own with the same cause, so a second delivery finishes what one began.
func (s *Service) onCosigned(ctx context.Context, h bus.Heard[events.CheckpointCosigned]) error {
	var errs []error
	for _, step := range h.Fact.Steps {
		if fdraw.Stage(step.Stage) != fdraw.StageReveals {
			continue
		}
		errs = append(errs, s.draws.Change(ctx, h.Cause("draw"), step.Draw, func(d *Draw) (events.Event, error) { return d.Witness(step.Attempt, h.Fact.At) }))
	}
	return errors.Join(errs...)
}

func (s *Service) onEvidenced(ctx context.Context, h bus.Heard[events.DrawEvidenced]) error {
	return s.draws.Change(ctx, h.Cause("draw"), h.Fact.Draw, func(d *Draw) (events.Event, error) { return d.Enclose(h.Fact.Attempt, h.Fact.Log, h.Fact.Ledger) })
}
