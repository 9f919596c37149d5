package casefile

import (
	"context"
	"errors"
	"strings"

	"shenzhong/events"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/law"
	"shenzhong/services/kit/store"
	"shenzhong/services/kit/workday"
)

// Tell gives the party notice of what is intended.
type Tell struct {
	store.Cause
	Case    string
	Facts   string
	Grounds string
	Basis   string
	Cite    string // article and range of the amount, where the law pack has none that is verified
	Penalty events.Penalty
	SHA256  string // of the notice
}

// Tell gives it. Whether a right to a hearing is told follows from the law pack.
func (s *Service) Tell(ctx context.Context, cmd Tell) error {
	if err := permits.Check(cmd.Actor, "case.notice"); err != nil {
		return err
	}
	var in input
	in.need("facts", "认定的事实", &cmd.Facts, longText)
	in.need("grounds", "拟处罚的理由", &cmd.Grounds, longText)
	in.need("basis", "拟处罚的依据", &cmd.Basis, longText)
	in.text("cite", &cmd.Cite, longText)
	in.text("penalty", &cmd.Penalty.Text, longText)
	in.text("license", &cmd.Penalty.License, shortText)
	in.digest(&cmd.SHA256, true)
	if in.err != nil {
		return in.err
	}
	if seen, err := s.seen(ctx, cmd.Cause, cmd.Case); err != nil || seen {
		return err
	}
	c, _, err := s.cases.Load(ctx, cmd.Case)
	if err != nil {
		return err
	}
	if err := c.tellable(); err != nil { // what follows reads the report
		return err
	}
	weighed, err := s.weigh(c, cmd.Penalty, cmd.Cite)
	if err != nil {
		return err
	}
	now := s.cfg.Clock.Now()
	var request *events.Deadline
	if weighed.hearing != "" {
		d, err := s.start("case.hearing.request", cmd.Case, c.Unit, now)
		if err != nil {
			return err
		}
		request = &d
	}
	return s.act(ctx, cmd.Cause, "case.notice", cmd.Case, in, func(c *Case) (events.Event, error) {
		return c.Tell(cmd.Actor, Notice{
			Facts: cmd.Facts, Grounds: cmd.Grounds, Basis: cmd.Basis, Cite: cmd.Cite, Penalty: cmd.Penalty,
			Why: weighed.hearing, Rights: rights(request), Caution: weighed.caution, On: workday.DateOf(now).String(), SHA256: cmd.SHA256,
		}, request)
	})
}

// rights is what the party is told it may do.
func rights(request *events.Deadline) string {
	text := "您有权进行陈述和申辩，本机关不会因此给予更重的处罚（行政处罚法第四十五条）。"
	if request != nil {
		text += "您有权要求听证，请在 " + request.DueDate + " 之前（含当日）提出（" + request.Basis + "）。"
	}
	return text
}

// weighed is what the law pack says about a penalty.
type weighed struct {
	hearing  string // why the party may ask for a hearing, empty = may not
	caution  string // what nobody has verified
	severity law.Severity
}

// weigh holds a penalty against the kinds, the fines and the threshold of the
// law pack, by the law that was chosen for the case.
func (s *Service) weigh(c Case, p events.Penalty, cite string) (weighed, error) {
	var w weighed
	on := s.today()
	known := s.cfg.Law.Law().PenaltyKinds(on)
	if err := checkPenalty(p, known); err != nil {
		return w, err
	}
	scale, err := s.judgedBy(c, on)
	if err != nil {
		return w, err
	}
	if err := checkFine(p, scale, cite); err != nil {
		return w, err
	}
	if p.FineFen > 0 {
		w.caution = scale.Unverified
	}
	threshold, err := s.cfg.Law.Law().HearingThreshold(c.Unit, c.Respondent.Type, on)
	if err != nil {
		return w, err
	}
	w.hearing = hearingDue(p, known, threshold)
	large := p.FineFen >= threshold.Fen || p.ForfeitFen >= threshold.Fen
	w.severity, err = s.cfg.Law.Law().SeverityOf(p.Kinds, large, on)
	return w, err
}

// judgedBy is what may be imposed in a case: what was kept with the choice of
// law, whatever the law pack says by now.
func (s *Service) judgedBy(c Case, on workday.Date) (Scale, error) {
	if c.Report != nil {
		if kept := c.Report.Choice.scale(); kept != nil {
			return *kept, nil
		}
		if c.Report.Choice.Which == Then {
			act, err := workday.ParseDate(c.Act)
			if err != nil {
				return Scale{}, err
			}
			on = act
		}
	}
	return s.scale(c.Offence, on)
}

// scale is what the law pack allows for a violation on a day. What it has no
// verified amount of, it says so.
func (s *Service) scale(offence string, on workday.Date) (Scale, error) {
	fine, err := s.cfg.Law.Law().Fine(offence, on)
	scale := Scale{Text: fine.Text, Basis: fine.Citation(), MaxTimes: fine.MaxTimes, MaxFen: fine.MaxFen}
	var f *fault.Fault
	if errors.As(err, &f) && f.Kind == fault.NotFound {
		scale.Unverified, err = strings.TrimRight(f.Message, "。")+"。", nil
	}
	return scale, err
}

// Listen notes the statement and defense of the party, or its waiver.
type Listen struct {
	store.Cause
	Case   string
	Waived bool
	Text   string
	Reply  string // what the authority made of it; not with a waiver
	SHA256 string
}

// Listen notes it.
func (s *Service) Listen(ctx context.Context, cmd Listen) error {
	var in input
	in.need("text", "当事人的陈述、申辩；放弃的，写明放弃的方式", &cmd.Text, longText)
	in.text("reply", &cmd.Reply, longText)
	in.digest(&cmd.SHA256, false)
	on := s.today().String()
	return s.act(ctx, cmd.Cause, "case.statement", cmd.Case, in, func(c *Case) (events.Event, error) {
		return c.Listen(cmd.Actor, Statement{Waived: cmd.Waived, Text: cmd.Text, Reply: cmd.Reply, On: on, SHA256: cmd.SHA256})
	})
}

// AskHearing notes that the party asked for a hearing.
type AskHearing struct {
	store.Cause
	Case string
	On   string // day on which it asked; empty = today
}

// AskHearing notes it.
func (s *Service) AskHearing(ctx context.Context, cmd AskHearing) error {
	var in input
	on := in.day("on", cmd.On, s.today())
	return s.act(ctx, cmd.Cause, "case.hearing", cmd.Case, in, func(c *Case) (events.Event, error) {
		return c.AskHearing(cmd.Actor, on)
	})
}

// WaiveHearing notes that the party waived the hearing.
type WaiveHearing struct {
	store.Cause
	Case   string
	Note   string
	SHA256 string // of the waiver
}

// WaiveHearing notes it.
func (s *Service) WaiveHearing(ctx context.Context, cmd WaiveHearing) error {
	var in input
	in.need("note", "当事人放弃听证的书面意思", &cmd.Note, longText)
	in.digest(&cmd.SHA256, true)
	on := s.today().String()
	return s.act(ctx, cmd.Cause, "case.hearing", cmd.Case, in, func(c *Case) (events.Event, error) {
		return c.WaiveHearing(cmd.Actor, cmd.Note, cmd.SHA256, on)
	})
}

// LapseHearing notes that the party let the limit pass.
type LapseHearing struct {
	store.Cause
	Case string
}

// LapseHearing notes it.
func (s *Service) LapseHearing(ctx context.Context, cmd LapseHearing) error {
	now := s.cfg.Clock.Now()
	return s.act(ctx, cmd.Cause, "case.hearing", cmd.Case, input{}, func(c *Case) (events.Event, error) {
		return c.LapseHearing(cmd.Actor, now, workday.DateOf(now).String())
	})
}

// Convene notifies the party of day and place of the hearing.
type Convene struct {
	store.Cause
	Case  string
	Day   string
	Place string
	Host  string // account that presides
}

// Convene notes it. The latest day for the notice is counted backward from the
// hearing.
func (s *Service) Convene(ctx context.Context, cmd Convene) error {
	var in input
	in.need("place", "听证地点", &cmd.Place, shortText)
	in.need("host", "听证主持人", &cmd.Host, shortText)
	day, err := workday.ParseDate(strings.TrimSpace(cmd.Day))
	if in.err == nil && err != nil {
		in.err = fault.About("day", fault.Invalid, "请填写举行听证的日期，写作 2026-11-24 的形式：%w", err)
	}
	var latest workday.Date
	if in.err == nil {
		d, err := s.start("case.hearing.notice", cmd.Case, cmd.Actor.Unit, day.Start())
		if err != nil {
			return err
		}
		if latest, err = workday.ParseDate(d.DueDate); err != nil {
			return err
		}
	}
	today := s.today()
	return s.act(ctx, cmd.Cause, "case.hearing.convene", cmd.Case, in, func(c *Case) (events.Event, error) {
		return c.Convene(cmd.Actor, day, cmd.Place, cmd.Host, latest, today)
	})
}

// HoldHearing notes what the hearing came to.
type HoldHearing struct {
	store.Cause
	Case   string
	Result string
	SHA256 string // of the record
}

// HoldHearing notes it.
func (s *Service) HoldHearing(ctx context.Context, cmd HoldHearing) error {
	var in input
	in.need("result", "听证意见", &cmd.Result, longText)
	in.digest(&cmd.SHA256, true)
	today := s.today()
	return s.act(ctx, cmd.Cause, "case.hearing.hold", cmd.Case, in, func(c *Case) (events.Event, error) {
		return c.HoldHearing(cmd.Actor, cmd.Result, cmd.SHA256, today)
	})
}
