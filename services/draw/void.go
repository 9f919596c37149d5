package draw

import (
	"time"

	"shenzhong/events"
	"shenzhong/services/kit/fault"
)

// Lapse gives the attempt up because a step was not taken in time: the lists were
// not frozen while the parties could still reveal, or the reveals not closed
// before the public number existed. Whoever lets a draw lapse knows no more of
// its outcome than anybody else: the secrets are opened to nobody.
func (d *Draw) Lapse(now time.Time) (events.Event, error) {
	a, err := d.announced()
	if err != nil {
		return nil, err
	}
	switch {
	case d.State == Announced && now.After(a.RevealBy):
		return d.void("名录没有在揭示截止之前锁定")
	case d.State == Frozen && !now.Before(a.Beacon.At):
		return d.void("揭示没有在公开随机数产生之前截止")
	case d.State == Announced, d.State == Frozen:
		return nil, fault.New(fault.Conflict, "抽取 %s 的各步骤尚未逾期，不能作废", d.ID)
	}
	return nil, d.stay(Frozen)
}

// void gives the attempt up. It can only happen before anybody can know what the
// outcome would have been.
func (d *Draw) void(reason string) (events.Event, error) {
	a, err := d.announced()
	if err != nil {
		return nil, err
	}
	if err := d.move(Voided); err != nil {
		return nil, err
	}
	return events.DrawVoided{Draw: d.ID, Batch: d.Batch, Round: d.Round, Attempt: a.Attempt, Reason: reason}, nil
}
