package casefile

import (
	"context"

	"shenzhong/events"
	"shenzhong/services/kit/store"
)

// Serve notes that the decision reached the party.
type Serve struct {
	store.Cause
	Case         string
	On           string // empty = today
	Manner       string // direct, left, mail, entrusted, electronic, public
	Receipt      string
	Consent      string // for electronic service
	RepairNotice bool   // the notice on credit repair went with it (两书同达)
}

// Serve notes it.
func (s *Service) Serve(ctx context.Context, cmd Serve) error {
	var in input
	in.need("receipt", "送达回证编号", &cmd.Receipt, shortText)
	in.text("consent", &cmd.Consent, shortText)
	on := in.day("on", cmd.On, s.today())
	if in.err != nil {
		return in.err
	}
	pay, err := s.start("fine.pay", cmd.Case, cmd.Actor.Unit, s.from(on))
	if err != nil {
		return err
	}
	review, err := s.counter.Start("review.apply", Subject(cmd.Case), "", "", s.from(on))
	if err != nil {
		return err
	}
	together := false
	for _, g := range s.cfg.Law.Law().Gates(ordinary, on) {
		together = together || g.Code == "repair_notice"
	}
	return s.act(ctx, cmd.Cause, "case.serve", cmd.Case, in, func(c *Case) (events.Event, error) {
		return c.Serve(cmd.Actor, Delivery{
			On: on.String(), Manner: cmd.Manner, Receipt: cmd.Receipt, Consent: cmd.Consent, RepairNotice: cmd.RepairNotice,
			ReviewUntil: review.DueDate,
		}, together, &pay)
	})
}

// Pay notes money that came in.
type Pay struct {
	store.Cause
	Case    string
	Fen     int64
	On      string // empty = today
	Receipt string
}

// Pay notes it.
func (s *Service) Pay(ctx context.Context, cmd Pay) error {
	var in input
	in.need("receipt", "缴款票据号", &cmd.Receipt, shortText)
	on := in.day("on", cmd.On, s.today())
	return s.act(ctx, cmd.Cause, "case.pay", cmd.Case, in, func(c *Case) (events.Event, error) {
		return c.Pay(cmd.Actor, Payment{Fen: cmd.Fen, On: on.String(), Receipt: cmd.Receipt})
	})
}

// Revoke notes that a reconsideration, a court or the authority itself changed,
// revoked or found unlawful the decision.
type Revoke struct {
	store.Cause
	Case     string
	Manner   string // changed, revoked, illegal, void
	By       string
	Document string
	Reason   string // public
	On       string // day of that document; empty = today
}

// Revoke notes it.
func (s *Service) Revoke(ctx context.Context, cmd Revoke) error {
	var in input
	in.need("by", "作出变更、撤销决定的机关", &cmd.By, shortText)
	in.need("document", "文书编号", &cmd.Document, shortText)
	in.need("reason", "公开说明的理由", &cmd.Reason, longText)
	on := in.day("on", cmd.On, s.today())
	if in.err != nil {
		return in.err
	}
	withdraw, err := s.start("pub.withdraw", cmd.Case, cmd.Actor.Unit, s.from(on))
	if err != nil {
		return err
	}
	return s.act(ctx, cmd.Cause, "case.revoke", cmd.Case, in, func(c *Case) (events.Event, error) {
		return c.Revoke(cmd.Actor, Revocation{Manner: cmd.Manner, By: cmd.By, Document: cmd.Document, Reason: cmd.Reason, On: on.String()}, withdraw)
	})
}

// Close ends the case.
type Close struct {
	store.Cause
	Case string
	Note string
}

// Close ends it.
func (s *Service) Close(ctx context.Context, cmd Close) error {
	var in input
	in.need("note", "结案说明", &cmd.Note, longText)
	return s.act(ctx, cmd.Cause, "case.close", cmd.Case, in, func(c *Case) (events.Event, error) {
		return c.Close(cmd.Actor, cmd.Note)
	})
}
