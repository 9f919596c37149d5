package draw

import (
	"context"
	"slices"
	"strings"
	"time"

	"shenzhong/events"
	"shenzhong/services/draw/fdraw"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/identity"
	"shenzhong/services/kit/store"
)

// Type takes the public number as one officer typed it from the bulletin. Two
// officers must type the same; if they differ both begin again.
func (d *Draw) Type(by identity.Actor, value string, now time.Time) (events.Event, error) {
	if err := d.stay(Revealed); err != nil {
		return nil, err
	}
	a, err := d.announced()
	if err != nil {
		return nil, err
	}
	if err := d.unseen(); err != nil {
		return nil, err
	}
	if now.Before(a.Beacon.At) {
		return nil, fault.New(fault.Conflict, "公开随机数在 %s 之后产生，现在不能录入", a.Beacon.At.Format(time.DateTime))
	}
	source, issue := d.source(a)
	beacon := fdraw.Beacon{Source: source, Issue: issue, Value: strings.TrimSpace(value)}
	if _, err := fdraw.ParseBeacon(beacon.Text()); err != nil {
		return nil, fault.About("value", fault.Invalid, "公开随机数不合规：%w", err)
	}
	if slices.ContainsFunc(d.Beacon, func(t Typed) bool { return t.By == by.ID }) {
		return nil, fault.New(fault.Denied, "须由两名人员分别录入，请由另一名人员录入")
	}
	d.Beacon = append(d.Beacon, Typed{By: by.ID, Value: beacon.Value})
	typed := events.BeaconTyped{Draw: d.ID, Attempt: a.Attempt, By: by.ID}
	if len(d.Beacon) < 2 {
		return typed, nil
	}
	if d.Beacon[0].Value != d.Beacon[1].Value {
		d.Beacon = nil
		return typed, nil
	}
	if err := d.move(Numbered); err != nil {
		return nil, err
	}
	d.Files.Beacon = beacon.Text()
	typed.Agreed, typed.File = true, d.Files.Beacon
	return typed, nil
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
