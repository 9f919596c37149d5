package clue

import (
	"context"

	"shenzhong/events"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/store"
	"shenzhong/services/kit/workday"
	"shenzhong/services/kit/written"
)

// Conclude is what the verification of a clue came to (核查办结).
type Conclude struct {
	store.Cause
	Clue     string
	Outcome  string // corrected, case, unfounded, not_ours, unverifiable
	Offence  string // empty = the one the clue was routed by
	Act      string // day of the act, 2006-01-02; needed where an offence is established
	Summary  string
	Evidence []string
}

// Conclude closes the verification.
func (s *Service) Conclude(ctx context.Context, cmd Conclude) error {
	if err := permits.Check(cmd.Actor, "clue.conclude"); err != nil {
		return err
	}
	found, err := s.finding(ctx, cmd)
	if err != nil {
		return err
	}
	c, _, err := s.clues.Load(ctx, cmd.Clue)
	if err != nil {
		return err
	}
	notify, err := s.limit(ruleNotify, c, c.To.Lead, s.cfg.Clock.Now())
	if err != nil {
		return err
	}
	return s.clues.Change(ctx, cmd.Cause, cmd.Clue, func(c *Clue) (events.Event, error) { return c.Conclude(cmd.Actor, found, notify) })
}

// finding checks what a verification came to.
func (s *Service) finding(ctx context.Context, cmd Conclude) (events.ClueConcluded, error) {
	none := events.ClueConcluded{}
	proven, err := established(cmd.Outcome)
	if err != nil {
		return none, err
	}
	summary, err := written.Text("summary", "核查情况", cmd.Summary, 5, written.Long)
	if err != nil {
		return none, err
	}
	evidence, err := written.Evidence(cmd.Evidence, 1)
	if err != nil {
		return none, err
	}
	act, err := actDay(cmd.Act, s.today(), proven)
	if err != nil {
		return none, err
	}
	offence := cmd.Offence
	if proven && offence == "" {
		c, _, err := s.clues.Load(ctx, cmd.Clue)
		if err != nil {
			return none, err
		}
		offence = c.Offence
	}
	if offence != "" {
		on := s.today()
		if act != "" {
			if on, err = workday.ParseDate(act); err != nil {
				return none, err
			}
		}
		if _, err := s.cfg.Law.Law().Route(offence, on); err != nil {
			return none, fault.About("offence", fault.Invalid, "违法行为“%s”在 %s 没有有效的规则，请核对违法行为类型和行为发生日", offence, on)
		}
	}
	return events.ClueConcluded{Outcome: cmd.Outcome, Offence: offence, Act: act, Summary: summary, Evidence: evidence}, nil
}

// Answer is an answer to the sender that staff write by hand (答复).
type Answer struct {
	store.Cause
	Clue string
	Text string
}

// Answer tells the sender more than, or instead of, the answer that goes out by
// itself.
func (s *Service) Answer(ctx context.Context, cmd Answer) error {
	if err := permits.Check(cmd.Actor, "clue.answer"); err != nil {
		return err
	}
	text, err := written.Text("text", "答复", cmd.Text, 5, written.Long)
	if err != nil {
		return err
	}
	if err := written.Impersonal("text", text); err != nil {
		return err
	}
	return s.clues.Change(ctx, cmd.Cause, cmd.Clue, func(c *Clue) (events.Event, error) { return c.Reply(cmd.Actor, text) })
}

// Unmask asks how the sender of a clue can be reached.
type Unmask struct {
	store.Cause
	Clue   string
	Reason string
}

// Contact returns how the sender of a clue can be reached. That it was read, by
// whom and why is committed before it is shown.
func (s *Service) Contact(ctx context.Context, cmd Unmask) (Contact, error) {
	if err := permits.Check(cmd.Actor, "clue.contact"); err != nil {
		return Contact{}, err
	}
	reason, err := written.Text("reason", "查看理由", cmd.Reason, 5, written.Long)
	if err != nil {
		return Contact{}, err
	}
	if err := written.Impersonal("reason", reason); err != nil {
		return Contact{}, err
	}
	err = s.clues.Change(ctx, cmd.Cause, cmd.Clue, func(c *Clue) (events.Event, error) { return c.Unmask(reason) })
	if err != nil {
		return Contact{}, err
	}
	c, _, err := s.clues.Load(ctx, cmd.Clue)
	if err != nil {
		return Contact{}, err
	}
	return s.vault.open(ctx, c.Sealed)
}
