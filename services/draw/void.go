package draw

import (
	"slices"
	"strings"
	"time"

	"shenzhong/events"
	"shenzhong/services/draw/fdraw"
	"shenzhong/services/kit/fault"
)

// Lapse gives the attempt up because a step was not taken in time: the lists were
// not frozen while the parties could still reveal, or the reveals not closed
// before the public number existed. Whoever lets a draw lapse knows no more of
// its outcome than anybody else when it was still time to take it.
func (d *Draw) Lapse(now time.Time) (events.Event, error) {
	a, err := d.announced()
	if err != nil {
		return nil, err
	}
	switch {
	case d.State == Announced && now.After(a.RevealBy):
		return d.void(fdraw.VoidUnfrozen)
	case d.State == Frozen && !now.Before(a.Beacon.At):
		return d.void(fdraw.VoidUnclosed)
	case d.State == Announced, d.State == Frozen:
		return nil, fault.New(fault.Conflict, "抽取 %s 的各步骤尚未逾期，不能作废", d.ID)
	}
	return nil, d.stay(Frozen)
}

// void gives the attempt up. It can only happen before anybody can know what the
// outcome would have been. What there was of it is public from then on.
func (d *Draw) void(reason fdraw.VoidReason) (events.Event, error) {
	a, err := d.announced()
	if err != nil {
		return nil, err
	}
	file := fdraw.Void{Head: a.Head, Reason: reason, Parties: d.fates(a, reason)}
	absent := []string{}
	for _, p := range file.Parties {
		if p.Absent && reason != fdraw.VoidCommits {
			absent = append(absent, p.Party)
		}
	}
	if err := d.move(Voided); err != nil {
		return nil, err
	}
	d.Files.Void = file.Text()
	return events.DrawVoided{
		Draw: d.ID, Batch: d.Batch, Round: d.Round, Attempt: a.Attempt, Reason: reason.Title(), File: d.Files.Void, Absent: absent,
	}, nil
}

// fates is what the void file says of the parties: who handed in nothing, or what
// became of each commitment.
func (d *Draw) fates(a *fdraw.Announce, reason fdraw.VoidReason) []fdraw.Reveal {
	var out []fdraw.Reveal
	switch reason {
	case fdraw.VoidCommits:
		for _, p := range a.Parties {
			if !slices.ContainsFunc(d.Commits, func(c Commitment) bool { return c.Party == p }) {
				out = append(out, fdraw.Reveal{Party: p, Absent: true})
			}
		}
	case fdraw.VoidReveals, fdraw.VoidUnclosed:
		for _, c := range d.Commits {
			out = append(out, fdraw.Reveal{Party: c.Party, Absent: !c.Opened, Nonce: c.Nonce})
		}
		slices.SortFunc(out, func(x, y fdraw.Reveal) int { return strings.Compare(x.Party, y.Party) })
	case fdraw.VoidUnfrozen, fdraw.VoidUnseen:
	}
	return out
}
