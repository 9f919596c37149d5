package draw

import (
	"context"
	"strings"

	"shenzhong/events"
	"shenzhong/services/draw/fdraw"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/identity"
	"shenzhong/services/kit/store"
)

// Appoint seats an officer named by the head of the lead unit, where no card is
// left that fits. It is the only place where a person chooses; the reason is
// written down, and everybody reads of it when the draw is opened.
func (d *Draw) Appoint(by identity.Actor, facility, unit string, no int, officer, note string) (events.Event, error) {
	if err := d.stay(Sealed); err != nil {
		return nil, err
	}
	if err := by.OfUnit(d.Lead); err != nil {
		return nil, err
	}
	if strings.TrimSpace(note) == "" {
		return nil, fault.About("note", fault.Invalid, "请写明指定人员的理由")
	}
	roster, err := d.roster()
	if err != nil {
		return nil, err
	}
	s, err := roster.Appoint(facility, unit, no, officer)
	if err != nil {
		return nil, fault.New(fault.Invalid, "不能指定：%w", err)
	}
	return d.substituted(s, note), nil
}

// substituted keeps the record of a seat that changed hands.
func (d *Draw) substituted(s *fdraw.Substitution, note string) events.Event {
	d.Files.Substitutions = append(d.Files.Substitutions, s.Text())
	d.Seated++
	return events.DrawReplaced{
		Draw: d.ID, Batch: d.Batch, No: s.Number, Was: s.From, Reason: string(s.Reason), Note: note,
		Seat: events.Seat{Facility: s.Facility, Unit: s.Dept, No: s.J, Officer: s.To},
	}
}

// Appoint names an officer for a seat that nobody else can take.
type Appoint struct {
	store.Cause
	Draw     string
	Facility string
	Unit     string
	No       int
	Officer  string
	Note     string // why, and why this one
}

// Appoint seats the officer.
func (s *Service) Appoint(ctx context.Context, cmd Appoint) error {
	if err := permits.Check(cmd.Actor, "draw.appoint"); err != nil {
		return err
	}
	return s.draws.Change(ctx, cmd.Cause, cmd.Draw, func(d *Draw) (events.Event, error) {
		return d.Appoint(cmd.Actor, cmd.Facility, cmd.Unit, cmd.No, cmd.Officer, cmd.Note)
	})
}
