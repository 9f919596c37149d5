package draw

import (
	"context"
	"slices"

	"shenzhong/events"
	"shenzhong/services/draw/fdraw"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/identity"
	"shenzhong/services/kit/store"
)

// Signed is what a party said of a sealed draw after it had recomputed it.
type Signed struct {
	Party  string `json:"party"`
	Agrees bool   `json:"agrees"`
}

// Taken is who took what a sealed draw is computed from, to recompute it.
type Taken struct {
	By   string `json:"by"`
	Unit string `json:"unit"`
}

// Take notes that somebody of a party takes what the sealed draw is computed
// from. Whoever has it can compute who was drawn, so it is handed to heads and
// legal officers of the parties alone, and who took it stays written down.
func (d *Draw) Take(by identity.Actor) (events.Event, error) {
	if err := d.stay(Sealed); err != nil {
		return nil, err
	}
	a, err := d.announced()
	if err != nil {
		return nil, err
	}
	if !a.IsParty(by.Unit) {
		return nil, fault.New(fault.Denied, "您所在单位不是本次抽取的参与方，不能领取复算材料")
	}
	if slices.Contains(d.Taken, Taken{By: by.ID, Unit: by.Unit}) {
		return nil, store.Unchanged
	}
	d.Taken = append(d.Taken, Taken{By: by.ID, Unit: by.Unit})
	return events.DrawMaterialTaken{Draw: d.ID, Attempt: a.Attempt, Party: by.Unit, By: by.ID}, nil
}

// inputs is what a sealed draw is computed from, without the outcome: that is for
// the party to compute.
func (d *Draw) inputs() *fdraw.Bundle {
	f := d.Files
	return &fdraw.Bundle{
		Format: f.Format, Announce: f.Announce, Policy: f.Policy, Registry: f.Registry, Pool: f.Pool, Officers: f.Officers, Freeze: f.Freeze,
		Reveals: f.Reveals, Fallback: f.Fallback, Beacon: f.Beacon, Sealed: f.Sealed,
	}
}

// Countersign takes what a party has signed: that it came to the same sealed file,
// or that it did not. A party that objected may find that it was mistaken and
// agree; one that agreed has spoken.
func (d *Draw) Countersign(by identity.Actor, file string) (events.Event, error) {
	if d.State != Sealed && d.State != Opened {
		return nil, d.stay(Sealed)
	}
	a, err := d.announced()
	if err != nil {
		return nil, err
	}
	if !a.IsParty(by.Unit) {
		return nil, fault.New(fault.Denied, "您所在单位不是本次抽取的参与方，不能签署")
	}
	c, err := fdraw.ParseCountersign(file)
	if err == nil && c.Party == by.Unit {
		err = c.Check(a, d.Files.Sealed)
	}
	switch {
	case err != nil:
		return nil, fault.About("file", fault.Invalid, "复算签署不能受理：%w；请用 shenzhong draw countersign 重新生成", err)
	case c.Party != by.Unit:
		return nil, fault.About("file", fault.Denied, "该签署以 %s 的名义作出，您只能提交本单位（%s）的签署", c.Party, by.Unit)
	}
	if i := slices.IndexFunc(d.Signed, func(s Signed) bool { return s.Party == by.Unit }); i >= 0 {
		if d.Signed[i].Agrees || !c.Agrees() {
			return nil, fault.New(fault.Conflict, "贵单位已经对本次抽取签署，不能更改；有异议的，可以复算后改签一致")
		}
		d.Signed[i].Agrees = true
	} else {
		d.Signed = append(d.Signed, Signed{Party: by.Unit, Agrees: c.Agrees()})
	}
	d.Files.Countersigns = append(d.Files.Countersigns, file)
	return events.DrawCountersigned{Draw: d.ID, Attempt: a.Attempt, Party: by.Unit, By: by.ID, Agrees: c.Agrees(), File: file}, nil
}

// TakeMaterial asks for what a sealed draw is computed from.
type TakeMaterial struct {
	store.Cause
	Draw string
}

// TakeMaterial hands it over, having noted to whom.
func (s *Service) TakeMaterial(ctx context.Context, cmd TakeMaterial) (*fdraw.Bundle, error) {
	if err := permits.Check(cmd.Actor, "draw.material"); err != nil {
		return nil, err
	}
	err := s.draws.Change(ctx, cmd.Cause, cmd.Draw, func(d *Draw) (events.Event, error) { return d.Take(cmd.Actor) })
	if err != nil {
		return nil, err
	}
	d, _, err := s.draws.Load(ctx, cmd.Draw)
	if err != nil {
		return nil, err
	}
	return d.inputs(), nil
}

// Countersign is what a party signed on its own machine.
type Countersign struct {
	store.Cause
	Draw string
	File string // the countersign file
}

// Countersign takes it.
func (s *Service) Countersign(ctx context.Context, cmd Countersign) error {
	if err := permits.Check(cmd.Actor, "draw.countersign"); err != nil {
		return err
	}
	return s.draws.Change(ctx, cmd.Cause, cmd.Draw, func(d *Draw) (events.Event, error) { return d.Countersign(cmd.Actor, cmd.File) })
}
