package watch

import (
	"context"
	"fmt"
	"strings"

	"shenzhong/events"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/law"
	"shenzhong/services/kit/store"
	"shenzhong/services/kit/workday"
	"shenzhong/services/kit/written"
)

// NoteSignal is what a unit has seen by itself (监测信号).
type NoteSignal struct {
	store.Cause
	Seen     string // how: patrol, imagery, opinion, data
	Matter   string // violation type of the law pack
	Facility string // id in the register; empty where none is concerned
	Town     string // code or name; needed where no facility is named
	Day      string // on which it was seen, 2006-01-02
	Text     string
	Evidence []string
}

// NoteSignal notes what a unit has seen and returns the number of the signal.
func (s *Service) NoteSignal(ctx context.Context, cmd NoteSignal) (string, error) {
	if err := permits.Check(cmd.Actor, "signal.note"); err != nil {
		return "", err
	}
	says, evidence, err := s.report(ctx, &cmd)
	if err != nil {
		return "", err
	}
	series := fmt.Sprintf("%s-XH-%04d-000000", s.cfg.District, s.today().Year())
	return s.signals.Open(ctx, cmd.Cause, series, func(id string, x *Signal) (events.Event, error) {
		says := says
		says.ID = id
		return x.Report(says, cmd.Seen, cmd.Actor.Unit, cmd.Text, evidence)
	})
}

// report checks what was entered and completes it from the register.
func (s *Service) report(ctx context.Context, cmd *NoteSignal) (events.Signal, []string, error) {
	says := events.Signal{Sort: law.SignalReport, Matter: cmd.Matter, Facility: strings.TrimSpace(cmd.Facility)}
	if err := chosen("seen", "发现的方式", cmd.Seen, seen); err != nil {
		return says, nil, err
	}
	var err error
	if cmd.Town, err = told("town", "所在乡镇（街道）", cmd.Town, 0, written.Short); err != nil {
		return says, nil, err
	}
	if cmd.Text, err = told("text", "发现的情况", cmd.Text, 5, written.Long); err != nil {
		return says, nil, err
	}
	evidence, err := proofs(cmd.Evidence, 0)
	if err != nil {
		return says, nil, err
	}
	on, err := seenDay(cmd.Day, s.today())
	if err != nil {
		return says, nil, err
	}
	says.Day = on.String()
	if err := s.placed(says.Facility, cmd.Town, on); err != nil {
		return says, nil, err
	}
	says, ok, err := s.signal(ctx, says, cmd.Town, s.cfg.Clock.Now())
	switch {
	case fault.Is(err, fault.Early):
		return says, nil, fault.About("facility", fault.Invalid, "名录中没有编号为“%s”的机构，请从列表中选择，或者只填写所在乡镇（街道）", says.Facility)
	case err != nil:
		return says, nil, err
	case !ok:
		return says, nil, fault.About("matter", fault.Invalid, "规则包中没有违法行为“%s”在 %s 的分派规则，请从列表中选择", cmd.Matter, on)
	}
	return says, evidence, nil
}

// placed refuses a report of which nobody could tell where it was seen.
func (s *Service) placed(facility, town string, on workday.Date) error {
	if facility != "" && town == "" {
		return nil
	}
	if town == "" {
		return fault.About("town", fault.Invalid, "请填写所在乡镇（街道），或者从名录中选择机构")
	}
	if _, err := s.cfg.Law.Law().Town(town, on); err != nil {
		return fault.About("town", fault.Invalid, "没有乡镇（街道）“%s”，请从列表中选择", town)
	}
	return nil
}

// Acknowledge is that the lead signs for an alert (签收).
type Acknowledge struct {
	store.Cause
	Alert string
}

// Acknowledge signs for an alert.
func (s *Service) Acknowledge(ctx context.Context, cmd Acknowledge) error {
	if err := permits.Check(cmd.Actor, "alert.acknowledge"); err != nil {
		return err
	}
	return s.alerts.Change(ctx, cmd.Cause, cmd.Alert, func(a *Alert) (events.Event, error) { return a.Acknowledge(cmd.Actor) })
}

// Respond is what a unit has done about an alert (联动响应).
type Respond struct {
	store.Cause
	Alert    string
	Text     string
	Evidence []string
}

// Respond notes what a unit has done.
func (s *Service) Respond(ctx context.Context, cmd Respond) error {
	if err := permits.Check(cmd.Actor, "alert.respond"); err != nil {
		return err
	}
	text, err := told("text", "响应情况", cmd.Text, 5, written.Long)
	if err != nil {
		return err
	}
	evidence, err := proofs(cmd.Evidence, 0)
	if err != nil {
		return err
	}
	return s.alerts.Change(ctx, cmd.Cause, cmd.Alert, func(a *Alert) (events.Event, error) { return a.Respond(cmd.Actor, text, evidence) })
}

// Conclude is what came of an alert (处置).
type Conclude struct {
	store.Cause
	Alert    string
	Outcome  string // clue, campaign, remedied, unfounded
	Text     string // what was done; of a false alert why it is one
	Evidence []string
}

// Conclude closes an alert. With the outcome clue the context clue opens one.
func (s *Service) Conclude(ctx context.Context, cmd Conclude) error {
	if err := permits.Check(cmd.Actor, "alert.conclude"); err != nil {
		return err
	}
	if err := chosen("outcome", "处置结果", cmd.Outcome, outcomes); err != nil {
		return err
	}
	text, err := told("text", "处置情况", cmd.Text, 5, written.Long)
	if err != nil {
		return err
	}
	evidence, err := proofs(cmd.Evidence, 1)
	if err != nil {
		return err
	}
	found := events.AlertConcluded{Outcome: cmd.Outcome, Text: text, Evidence: evidence}
	today := s.today()
	return s.alerts.Change(ctx, cmd.Cause, cmd.Alert, func(a *Alert) (events.Event, error) {
		found := found
		if a.Town != "" {
			found.Town = s.unitName(a.Town, today)
		}
		return a.Conclude(cmd.Actor, found)
	})
}
