package casefile

import (
	"context"
	"fmt"
	"slices"
	"time"

	"shenzhong/events"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/store"
	"shenzhong/services/kit/view"
	"shenzhong/services/kit/workday"
)

// Examine is the outcome of the legal review.
type Examine struct {
	store.Cause
	Case   string
	Passed bool
	Text   string
	SHA256 string
}

// Examine notes it.
func (s *Service) Examine(ctx context.Context, cmd Examine) error {
	var in input
	in.need("text", "法制审核意见", &cmd.Text, longText)
	in.digest(&cmd.SHA256, false)
	on := s.today().String()
	return s.act(ctx, cmd.Cause, "case.review", cmd.Case, in, func(c *Case) (events.Event, error) {
		return c.Examine(cmd.Actor, cmd.Passed, Opinion{Text: cmd.Text, On: on, SHA256: cmd.SHA256})
	})
}

// Discuss is the collective discussion of the heads of the unit.
type Discuss struct {
	store.Cause
	Case    string
	Present []string
	Text    string
	SHA256  string // of the minutes
}

// Discuss notes it.
func (s *Service) Discuss(ctx context.Context, cmd Discuss) error {
	var in input
	in.list("present", cmd.Present)
	in.need("text", "集体讨论意见", &cmd.Text, longText)
	in.digest(&cmd.SHA256, true)
	on := s.today().String()
	return s.act(ctx, cmd.Cause, "case.discuss", cmd.Case, in, func(c *Case) (events.Event, error) {
		return c.Discuss(cmd.Actor, Discussion{Present: cmd.Present, Text: cmd.Text, On: on, SHA256: cmd.SHA256})
	})
}

// Decide makes the decision.
type Decide struct {
	store.Cause
	Case       string
	Facts      string // and evidence
	Basis      string
	Cite       string // article and range of the amount, where the law pack has none that is verified
	Penalty    events.Penalty
	Perform    string // how and until when
	Remedies   string // empty = the wording of the law pack
	Severity   string // class; empty = the one the law pack gives by default
	SeverityBy string // why
	SHA256     string // of the sealed document
}

// Decide makes it: the contents are held against the case and the law first, the
// number is taken only for a decision that can be made.
func (s *Service) Decide(ctx context.Context, cmd Decide) error {
	if err := permits.Check(cmd.Actor, "case.decide"); err != nil {
		return err
	}
	if err := cmd.clean(); err != nil {
		return err
	}
	if seen, err := s.seen(ctx, cmd.Cause, cmd.Case); err != nil || seen {
		return err
	}
	c, _, err := s.cases.Load(ctx, cmd.Case)
	if err != nil {
		return err
	}
	now := s.cfg.Clock.Now()
	d, err := s.draft(c, cmd, now)
	if err != nil {
		return err
	}
	limits, err := s.afterDecision(c, now)
	if err != nil {
		return err
	}
	if d.No, err = s.number(ctx, cmd.Cause, c, workday.DateOf(now)); err != nil {
		return err
	}
	return s.cases.Change(ctx, cmd.Cause, cmd.Case, func(c *Case) (events.Event, error) {
		decided := d
		decided.Respondent = c.Respondent
		return c.Decide(cmd.Actor, decided, limits)
	})
}

func (cmd *Decide) clean() error {
	var in input
	in.text("facts", &cmd.Facts, longText)
	in.text("basis", &cmd.Basis, longText)
	in.text("cite", &cmd.Cite, longText)
	in.text("penalty", &cmd.Penalty.Text, longText)
	in.text("license", &cmd.Penalty.License, shortText)
	in.text("perform", &cmd.Perform, longText)
	in.text("remedies", &cmd.Remedies, longText)
	in.need("severity_by", "认定失信严重程度的理由", &cmd.SeverityBy, longText)
	in.digest(&cmd.SHA256, true)
	return in.err
}

// draft is the decision without its number, found ready.
func (s *Service) draft(c Case, cmd Decide, at time.Time) (Decision, error) {
	on := workday.DateOf(at)
	choice, err := s.choiceFor(c)
	if err != nil {
		return Decision{}, err
	}
	unit, err := s.cfg.Law.Law().Unit(c.Unit, on)
	if err != nil {
		return Decision{}, err
	}
	if cmd.Remedies == "" {
		text, err := s.cfg.Law.Law().Text("decision.remedies", on)
		if err != nil {
			return Decision{}, err
		}
		cmd.Remedies = text.Text
	}
	d := Decision{Decision: events.Decision{
		Case: c.ID, Respondent: c.Respondent, Facts: cmd.Facts, Offence: c.Offence, Type: c.OffenceName, Basis: cmd.Basis,
		Penalty: cmd.Penalty, Perform: cmd.Perform, Remedies: cmd.Remedies, Unit: c.Unit, UnitName: unit.Name, On: on.String(),
		Severity: cmd.Severity, SeverityBy: cmd.SeverityBy, Act: c.Act,
	}, At: at, Cite: cmd.Cite, Choice: choice, SHA256: cmd.SHA256}
	if err := c.Ready(cmd.Actor, d.Decision, choice); err != nil {
		return Decision{}, err
	}
	weighed, err := s.weigh(c, cmd.Penalty, cmd.Cite)
	if err != nil {
		return Decision{}, err
	}
	if d.Severity == "" {
		d.Severity = weighed.severity.Class
	}
	_, err = s.cfg.Law.Law().Severity(d.Severity, on)
	return d, err
}

// afterDecision counts the limits of a decision: for serving it, and for
// publishing it, with a clock of its own for each channel.
func (s *Service) afterDecision(c Case, at time.Time) ([]events.Deadline, error) {
	rules := []string{"case.serve"}
	for _, channel := range s.cfg.Law.Law().Channels(c.SubjectKind, workday.DateOf(at)) {
		if !slices.Contains(rules, channel.Rule) {
			rules = append(rules, channel.Rule)
		}
	}
	limits := make([]events.Deadline, 0, len(rules))
	for _, rule := range rules {
		d, err := s.start(rule, c.ID, c.Unit, at)
		if err != nil {
			return nil, err
		}
		limits = append(limits, d)
	}
	return limits, nil
}

// number returns the number of the decision of a case: prefix of the unit, year,
// and the next number of that unit and year without a gap. Asked again for the
// same case it is the same.
func (s *Service) number(ctx context.Context, by store.Cause, c Case, on workday.Date) (string, error) {
	unit, err := s.cfg.Law.Law().Unit(c.Unit, on)
	if err != nil {
		return "", err
	}
	if unit.Prefix == "" {
		return "", fault.New(fault.Unavailable, "规则包没有载明%s的处罚决定书字号，请补充后再作决定", unit.Name)
	}
	id := fmt.Sprintf("%s-WH-%04d-%s", s.cfg.District, on.Year(), c.Unit)
	err = s.numbers.Put(ctx, store.Cause{ID: "number/" + c.ID, Actor: by.Actor}, id, func(n *Number) (events.Event, error) {
		n.Unit, n.Year = c.Unit, on.Year()
		return n.Take(c.ID)
	})
	if err != nil {
		return "", err
	}
	n, _, err := s.numbers.Load(ctx, id)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%s〔%d〕%d号", unit.Prefix, n.Year, n.Of[c.ID]), nil
}

// earlier is the number of a decision against the same facility that still
// stands, or "".
func (s *Service) earlier(ctx context.Context, c Case) (string, error) {
	rows, err := s.views.board.List(ctx, view.Query{Equal: map[string]any{"facility": c.Respondent.Facility}, Limit: 1000})
	if err != nil {
		return "", err
	}
	for _, row := range rows {
		if row.ID != c.ID && row.No != "" && row.Revocation == "" {
			return row.No, nil
		}
	}
	return "", nil
}

// LetOff decides that no penalty is imposed.
type LetOff struct {
	store.Cause
	Case      string
	Reason    string
	Education string
}

// LetOff decides so.
func (s *Service) LetOff(ctx context.Context, cmd LetOff) error {
	var in input
	in.need("reason", "不予处罚的理由", &cmd.Reason, longText)
	in.text("education", &cmd.Education, longText)
	on := s.today().String()
	return s.act(ctx, cmd.Cause, "case.spare", cmd.Case, in, func(c *Case) (events.Event, error) {
		return c.LetOff(cmd.Actor, Spare{Reason: cmd.Reason, Education: cmd.Education, On: on})
	})
}
