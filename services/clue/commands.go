package clue

import (
	"context"
	"strings"

	"shenzhong/events"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/store"
	"shenzhong/services/kit/workday"
	"shenzhong/services/kit/written"
)

// Route is a clue sent to a unit by hand (分办).
type Route struct {
	store.Cause
	Clue    string
	Offence string // violation type; empty = the one the clue has
	Lead    string // empty = the suggested unit of a clue that was returned, else the one the matrix names
	Basis   string // needed where the lead is not the one the matrix names
	Reason  string // likewise
}

// Route sends a clue to a unit.
func (s *Service) Route(ctx context.Context, cmd Route) error {
	if err := permits.Check(cmd.Actor, "clue.route"); err != nil {
		return err
	}
	c, _, err := s.clues.Load(ctx, cmd.Clue)
	if err != nil {
		return err
	}
	offence, ch, err := s.hand(c, cmd)
	if err != nil {
		return err
	}
	at, err := s.where(ctx, c.Facility, c.Town)
	if err != nil {
		return err
	}
	day := s.today()
	route, err := s.chosen(offence, ch, at, day)
	if err != nil {
		return err
	}
	c.Offence = offence
	fresh, err := s.limit(ruleAccept, c, route.Lead, s.cfg.Clock.Now())
	if err != nil {
		return err
	}
	sign, err := s.limit(ruleSign, c, route.Lead, s.cfg.Clock.Now())
	if err != nil {
		return err
	}
	return s.clues.Change(ctx, cmd.Cause, cmd.Clue, func(c *Clue) (events.Event, error) { return c.Route(route, fresh, sign) })
}

// hand completes a routing by hand from the clue: its offence, and of a clue
// that was returned the unit that was suggested, on the ground of the return.
func (s *Service) hand(c Clue, cmd Route) (offence string, ch choice, err error) {
	ch = choice{lead: strings.TrimSpace(cmd.Lead), by: byHand}
	if ch.basis, err = written.Text("basis", "依据", cmd.Basis, 0, written.Long); err != nil {
		return "", ch, err
	}
	if ch.reason, err = written.Text("reason", "理由", cmd.Reason, 0, written.Long); err != nil {
		return "", ch, err
	}
	if offence = cmd.Offence; offence == "" {
		offence = c.Offence
	}
	if offence == "" {
		return "", ch, fault.About("offence", fault.Invalid, "请选择涉嫌的违法行为类型，以便按分派矩阵确定主管部门")
	}
	if back := c.Returned; back != nil {
		ch.apart = []string{back.Unit}
		if ch.lead == "" && offence == c.Offence {
			ch.lead = back.Suggested
		}
		if ch.lead == back.Suggested && ch.basis == "" {
			ch.basis = back.Basis
		}
		if ch.lead == back.Suggested && ch.reason == "" {
			ch.reason = s.unitName(back.Unit, s.today()) + "以“" + back.Reason + "”退回，采纳其建议"
		}
	}
	if ch.lead == "" {
		r, err := s.cfg.Law.Law().Route(offence, s.today())
		if err != nil {
			return "", ch, fault.About("offence", fault.Invalid, "规则包中没有违法行为“%s”的分派规则，请从列表中选择", offence)
		}
		ch.lead = r.Lead
	}
	return offence, ch, nil
}

// Accept is that a unit takes a clue up (受理).
type Accept struct {
	store.Cause
	Clue string
}

// Accept takes a clue up.
func (s *Service) Accept(ctx context.Context, cmd Accept) error {
	if err := permits.Check(cmd.Actor, "clue.accept"); err != nil {
		return err
	}
	return s.clues.Change(ctx, cmd.Cause, cmd.Clue, func(c *Clue) (events.Event, error) { return c.Accept(cmd.Actor) })
}

// Return is a clue given back (退回).
type Return struct {
	store.Cause
	Clue      string
	Ground    string // code of a lawful ground of the law pack
	Note      string // what the unit adds; the public does not read it
	Suggested string // unit that should have it
}

// Return gives a clue back.
func (s *Service) Return(ctx context.Context, cmd Return) error {
	if err := permits.Check(cmd.Actor, "clue.return"); err != nil {
		return err
	}
	day := s.today()
	note, err := written.Text("note", "说明", cmd.Note, 0, written.Long)
	if err != nil {
		return err
	}
	ground, err := s.cfg.Law.Law().Ground(cmd.Ground, day)
	if err != nil || ground.Act != "return" {
		return fault.About("ground", fault.Invalid, "退回线索须有法定理由，请从列表中选择")
	}
	if err := s.competent("suggested", cmd.Suggested, day); err != nil {
		return err
	}
	most, err := s.mostReturns(day)
	if err != nil {
		return err
	}
	back := events.ClueReturned{Reason: ground.Name, Basis: ground.Citation(), Suggested: cmd.Suggested, Ground: ground.Code, Note: note}
	return s.clues.Change(ctx, cmd.Cause, cmd.Clue, func(c *Clue) (events.Event, error) { return c.Return(cmd.Actor, back, most) })
}

// mostReturns is how often one clue may be given back, negative if the law pack
// does not say.
func (s *Service) mostReturns(day workday.Date) (int, error) {
	limit, err := s.cfg.Law.Law().Limit("clue.returns", day)
	if fault.Is(err, fault.NotFound) {
		return -1, nil
	}
	if err != nil {
		return 0, err
	}
	return int(*limit.Value), nil
}

// Dispute is an objection to a return (职责争议).
type Dispute struct {
	store.Cause
	Clue   string
	Reason string
	Basis  string
}

// Dispute puts a returned clue before the office of the task force.
func (s *Service) Dispute(ctx context.Context, cmd Dispute) error {
	if err := permits.Check(cmd.Actor, "clue.dispute"); err != nil {
		return err
	}
	reason, err := written.Text("reason", "理由", cmd.Reason, 2, written.Long)
	if err != nil {
		return err
	}
	basis, err := written.Text("basis", "依据", cmd.Basis, 2, written.Long)
	if err != nil {
		return err
	}
	office, err := s.office(s.today())
	if err != nil {
		return err
	}
	limit, err := s.limit(ruleRuling, Clue{ID: cmd.Clue}, office, s.cfg.Clock.Now())
	if err != nil {
		return err
	}
	return s.clues.Change(ctx, cmd.Cause, cmd.Clue, func(c *Clue) (events.Event, error) {
		return c.Dispute(cmd.Actor, reason, basis, limit)
	})
}

// Rule is how the office of the task force settles a dispute (裁定).
type Rule struct {
	store.Cause
	Clue    string
	Lead    string
	Offence string // empty = the one the clue has
	Basis   string
	Reason  string
}

// Rule settles a dispute; the clue then goes where the ruling says.
func (s *Service) Rule(ctx context.Context, cmd Rule) error {
	if err := permits.Check(cmd.Actor, "clue.rule"); err != nil {
		return err
	}
	reason, err := written.Text("reason", "理由", cmd.Reason, 2, written.Long)
	if err != nil {
		return err
	}
	basis, err := written.Text("basis", "依据", cmd.Basis, 2, written.Long)
	if err != nil {
		return err
	}
	c, _, err := s.clues.Load(ctx, cmd.Clue)
	if err != nil {
		return err
	}
	offence := cmd.Offence
	if offence == "" {
		offence = c.Offence
	}
	day := s.today()
	if err := s.competent("lead", cmd.Lead, day); err != nil {
		return err
	}
	at, err := s.where(ctx, c.Facility, c.Town)
	if err != nil {
		return err
	}
	route, err := s.chosen(offence, choice{lead: cmd.Lead, basis: basis, reason: reason, by: byRuling}, at, day)
	if err != nil {
		return err
	}
	return s.clues.Change(ctx, cmd.Cause, cmd.Clue, func(c *Clue) (events.Event, error) { return c.Rule(route, reason) })
}

// Merge is a clue that is the same matter as an earlier one (并案).
type Merge struct {
	store.Cause
	Clue   string
	Into   string
	Reason string // needed where the facilities differ
}

// Merge makes a clue part of an earlier one.
func (s *Service) Merge(ctx context.Context, cmd Merge) error {
	if err := permits.Check(cmd.Actor, "clue.merge"); err != nil {
		return err
	}
	reason, err := written.Text("reason", "理由", cmd.Reason, 0, written.Long)
	if err != nil {
		return err
	}
	into, _, err := s.clues.Load(ctx, cmd.Into)
	if err != nil {
		return err
	}
	return s.clues.Change(ctx, cmd.Cause, cmd.Clue, func(c *Clue) (events.Event, error) { return c.Merge(cmd.Actor, into, reason) })
}
