package draw

import (
	"slices"
	"time"

	"shenzhong/events"
	"shenzhong/services/draw/fdraw"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/identity"
)

// Freeze fixes the pool and the officers, or gives the attempt up if too few
// parties have committed. How the pool differs from that of the draw before is
// public from then on.
func (d *Draw) Freeze(l lists) (events.Event, error) {
	a, err := d.announced()
	if err != nil {
		return nil, err
	}
	if err := d.stay(Announced); err != nil {
		return nil, err
	}
	if len(d.Commits) < d.Quorum {
		return d.void(fdraw.VoidCommits)
	}
	if err := d.move(Frozen); err != nil {
		return nil, err
	}
	commits := make([]fdraw.Commitment, len(d.Commits))
	for i, c := range d.Commits {
		commits[i] = fdraw.Commitment{Party: c.Party, Digest: c.Digest}
	}
	freeze := fdraw.NewFreeze(a, l.pool, l.officers, commits)
	d.Files.Pool, d.Files.Officers, d.Files.Registry, d.Files.Freeze = l.pool.Text(), l.officers.Text(), l.registry.Text(), freeze.Text()
	if l.changes != nil {
		d.Files.Changes, d.Files.PreviousPool = l.changes.Text(), l.before
	}
	return events.DrawFrozen{
		Draw: d.ID, Batch: d.Batch, Attempt: a.Attempt, File: d.Files.Freeze, Pool: len(l.pool.Units), Officers: len(l.officers.Officers),
		Changes: d.Files.Changes,
	}, nil
}

// Reveal opens a party's commitment. A secret that does not open it is refused.
func (d *Draw) Reveal(by identity.Actor, nonce fdraw.Digest, now time.Time) (events.Event, error) {
	if err := d.stay(Frozen); err != nil {
		return nil, err
	}
	a, err := d.announced()
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(d.Commits, func(c Commitment) bool { return c.Party == by.Unit })
	switch {
	case i < 0:
		return nil, fault.New(fault.Denied, "您所在单位没有提交承诺值，无从揭示")
	case now.After(a.RevealBy):
		return nil, fault.New(fault.Conflict, "揭示时间已于 %s 截止，按缺席处理", a.RevealBy.Format(time.DateTime))
	case d.Commits[i].Opened:
		return nil, fault.New(fault.Conflict, "您所在单位已经揭示")
	}
	secret := fdraw.Commit{Head: a.Head, Party: by.Unit, Nonce: nonce}
	if secret.Digest(a.Hash) != d.Commits[i].Digest {
		return nil, fault.About("nonce", fault.Invalid, "该随机数与贵单位提交的承诺值不符，请核对后重新输入")
	}
	d.Commits[i].Opened, d.Commits[i].Nonce = true, nonce
	return events.DrawRevealed{Draw: d.ID, Attempt: a.Attempt, Party: by.Unit}, nil
}

// Close fixes who is absent, before the public number exists. It may be done
// early once every party has opened its commitment.
func (d *Draw) Close(now time.Time) (events.Event, error) {
	if err := d.stay(Frozen); err != nil {
		return nil, err
	}
	a, err := d.announced()
	if err != nil {
		return nil, err
	}
	missing := slices.ContainsFunc(d.Commits, func(c Commitment) bool { return !c.Opened })
	switch {
	case missing && !now.After(a.RevealBy):
		return nil, fault.New(fault.Conflict, "尚有单位没有揭示，%s 之后方可截止", a.RevealBy.Format(time.DateTime))
	case !now.Before(a.Beacon.At):
		return nil, fault.New(fault.Conflict, "公开随机数已经产生，揭示不能再截止，本次抽取作废，请重新公告")
	}
	nonces := map[string]fdraw.Digest{}
	for _, c := range d.Commits {
		if c.Opened {
			nonces[c.Party] = c.Nonce
		}
	}
	if len(nonces) < d.Quorum {
		return d.void(fdraw.VoidReveals)
	}
	freeze, err := fdraw.ParseFreeze(d.Files.Freeze)
	if err != nil {
		return nil, err
	}
	if err := d.move(Revealed); err != nil {
		return nil, err
	}
	reveals := fdraw.NewReveals(a.Hash, freeze, nonces)
	d.Files.Reveals = reveals.Text()
	absent := []string{}
	for _, p := range reveals.Parties {
		if p.Absent {
			absent = append(absent, p.Party)
		}
	}
	return events.DrawClosed{
		Draw: d.ID, Attempt: a.Attempt, Absent: absent, Hash: reveals.Digest(a.Hash).String(),
		SHA256: fdraw.SHA256.Raw(d.Files.Reveals).String(), SM3: fdraw.SM3.Raw(d.Files.Reveals).String(),
	}, nil
}
