package draw

import (
	"context"
	"slices"
	"time"

	"shenzhong/events"
	"shenzhong/services/draw/fdraw"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/identity"
	"shenzhong/services/kit/store"
)

// lateness is how long the announced public number may be late before dice take
// its place (draw specification, section 5). It is part of the protocol, as the
// announced instant is, and no limit of law.
const lateness = 24 * time.Hour

// Stated is who said that the announced number was not drawn.
type Stated struct {
	By   string `json:"by"`
	Unit string `json:"unit"`
}

// NotDrawn says that the announced public number was not drawn within its time.
// It takes officers of two parties, because whoever could say so alone could
// throw away a number that does not please. Then the dice that were announced in
// its place count, and nothing else.
func (d *Draw) NotDrawn(by identity.Actor, now time.Time) (events.Event, error) {
	if err := d.stay(Revealed); err != nil {
		return nil, err
	}
	a, err := d.announced()
	if err != nil {
		return nil, err
	}
	until := a.Beacon.At.Add(lateness)
	switch {
	case !a.IsParty(by.Unit):
		return nil, fault.New(fault.Denied, "只有参与方的人员可以确认公开随机数没有产生")
	case d.Files.Fallback != "":
		return nil, fault.New(fault.Conflict, "已经确认改用%s，请录入掷出的数字", a.Fallback.Name())
	case a.Beacon.Source == a.Fallback:
		return nil, fault.New(fault.Conflict, "公告约定的就是%s，请录入掷出的数字", a.Fallback.Name())
	case now.Before(until):
		return nil, fault.New(fault.Conflict, "公开随机数可以晚至 %s 产生，在此之前不能改用%s", until.Format(time.DateTime), a.Fallback.Name())
	case len(d.Beacon) > 0:
		return nil, fault.New(fault.Conflict, "已有人员录入公布的号码，请先核对号码是否已经公布")
	case slices.ContainsFunc(d.NotSeen, func(s Stated) bool { return s.Unit == by.Unit }):
		return nil, fault.New(fault.Denied, "须由两个参与方分别确认，请由另一个单位的人员确认")
	}
	d.NotSeen = append(d.NotSeen, Stated{By: by.ID, Unit: by.Unit})
	said := events.BeaconMissed{Draw: d.ID, Attempt: a.Attempt, By: by.ID, Unit: by.Unit}
	if len(d.NotSeen) < 2 {
		return said, nil
	}
	file := fdraw.Fallback{Head: a.Head, Source: a.Beacon.Source, Issue: a.Beacon.Issue}
	d.Files.Fallback = file.Text()
	said.Agreed, said.File = true, d.Files.Fallback
	return said, nil
}

// source is where the public number of the draw comes from now.
func (d *Draw) source(a *fdraw.Announce) (fdraw.Source, string) {
	if d.Files.Fallback != "" {
		return a.Fallback, a.Head.String() // the one throw that belongs to this draw
	}
	return a.Beacon.Source, a.Beacon.Issue
}

// MissBeacon is what an officer says of a public number that did not come.
type MissBeacon struct {
	store.Cause
	Draw string
}

// MissBeacon takes it.
func (s *Service) MissBeacon(ctx context.Context, cmd MissBeacon) error {
	if err := permits.Check(cmd.Actor, "draw.miss"); err != nil {
		return err
	}
	now := s.cfg.Clock.Now()
	return s.draws.Change(ctx, cmd.Cause, cmd.Draw, func(d *Draw) (events.Event, error) { return d.NotDrawn(cmd.Actor, now) })
}
