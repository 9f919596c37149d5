package casefile

import (
	"context"

	"shenzhong/events"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/store"
	"shenzhong/services/kit/workday"
)

// AddEvidence enters a piece of evidence.
type AddEvidence struct {
	store.Cause
	Case        string
	Kind        string // documentary, physical, audiovisual, electronic, testimony, party, expert, record
	Name        string
	Proves      string
	SHA256      string
	CollectedOn string   // empty = today
	Officers    []string // who sign; empty = all assigned
	Holder      string   // who keeps it, and where
	Place       string
	Held        bool // 先行登记保存
}

// AddEvidence enters it.
func (s *Service) AddEvidence(ctx context.Context, cmd AddEvidence) error {
	var in input
	in.need("name", "证据名称", &cmd.Name, shortText)
	in.need("proves", "证明对象", &cmd.Proves, longText)
	in.need("holder", "保管人", &cmd.Holder, shortText)
	in.text("place", &cmd.Place, shortText)
	in.digest(&cmd.SHA256, true)
	on := in.day("collected_on", cmd.CollectedOn, s.today())
	least, err := s.least()
	if err != nil {
		return err
	}
	var hold *events.Deadline
	if cmd.Held && in.err == nil {
		d, err := s.start("case.evidence.hold", cmd.Case, cmd.Actor.Unit, s.from(on))
		if err != nil {
			return err
		}
		hold = &d
	}
	now := s.cfg.Clock.Now()
	return s.act(ctx, cmd.Cause, "case.evidence", cmd.Case, in, func(c *Case) (events.Event, error) {
		return c.Collect(cmd.Actor, Evidence{
			Kind: cmd.Kind, Name: cmd.Name, Proves: cmd.Proves, SHA256: cmd.SHA256, CollectedOn: on.String(), Officers: cmd.Officers,
			Custody: []Custody{{At: now, By: cmd.Actor.ID, To: cmd.Holder, Place: cmd.Place, Note: "收集"}},
		}, hold, least)
	})
}

// HandOver notes that somebody else keeps a piece of evidence from now on.
type HandOver struct {
	store.Cause
	Case   string
	No     int
	Holder string
	Place  string
	Note   string
}

// HandOver notes it.
func (s *Service) HandOver(ctx context.Context, cmd HandOver) error {
	var in input
	in.need("holder", "接收保管的人", &cmd.Holder, shortText)
	in.need("place", "存放地点", &cmd.Place, shortText)
	in.text("note", &cmd.Note, longText)
	now := s.cfg.Clock.Now()
	return s.act(ctx, cmd.Cause, "case.evidence", cmd.Case, in, func(c *Case) (events.Event, error) {
		return c.HandOver(cmd.Actor, cmd.No, Custody{At: now, To: cmd.Holder, Place: cmd.Place, Note: cmd.Note})
	})
}

// Dispose decides what becomes of evidence that was held in advance.
type Dispose struct {
	store.Cause
	Case string
	No   int
	How  string
}

// Dispose notes it.
func (s *Service) Dispose(ctx context.Context, cmd Dispose) error {
	var in input
	in.need("how", "处理决定", &cmd.How, longText)
	return s.act(ctx, cmd.Cause, "case.evidence", cmd.Case, in, func(c *Case) (events.Event, error) {
		return c.Dispose(cmd.Actor, cmd.No, cmd.How)
	})
}

// Conclude hands in the report of the investigation.
type Conclude struct {
	store.Cause
	Case     string
	Facts    string
	Proposal string // penalty, no_penalty, unfounded
	Ground   string // of the law pack, for no_penalty
	Complex  bool
	Major    bool
	Why      string // complex or major
	Crime    bool
	Law      string // then, now; needed where the law changed after the act
	LawWhy   string
	Timely   string // why the act was found out in time; needed where it was filed late
	Officers []string
	SHA256   string
}

// Conclude hands it in.
func (s *Service) Conclude(ctx context.Context, cmd Conclude) error {
	if err := permits.Check(cmd.Actor, "case.report"); err != nil {
		return err
	}
	var in input
	in.need("facts", "查明的事实", &cmd.Facts, longText)
	in.text("why", &cmd.Why, longText)
	in.text("law_why", &cmd.LawWhy, longText)
	in.text("timely", &cmd.Timely, longText)
	in.digest(&cmd.SHA256, false)
	if in.err != nil {
		return in.err
	}
	if seen, err := s.seen(ctx, cmd.Cause, cmd.Case); err != nil || seen {
		return err
	}
	least, err := s.least()
	if err != nil {
		return err
	}
	c, _, err := s.cases.Load(ctx, cmd.Case)
	if err != nil {
		return err
	}
	choice, err := s.choiceFor(c)
	if err != nil {
		return err
	}
	choice.Which, choice.Why = cmd.Law, cmd.LawWhy
	if err := s.spared(ctx, cmd, c); err != nil {
		return err
	}
	refer, err := s.start("police.decide", cmd.Case, c.Unit, s.cfg.Clock.Now())
	if err != nil {
		return err
	}
	on := s.today().String()
	return s.act(ctx, cmd.Cause, "case.report", cmd.Case, in, func(c *Case) (events.Event, error) {
		return c.Conclude(cmd.Actor, Report{
			Facts: cmd.Facts, Proposal: cmd.Proposal, Ground: cmd.Ground, Complex: cmd.Complex, Major: cmd.Major, Why: cmd.Why,
			Crime: cmd.Crime, Timely: cmd.Timely, Choice: choice, Officers: cmd.Officers, On: on, SHA256: cmd.SHA256,
		}, &refer, least)
	})
}

func (s *Service) choiceFor(c Case) (Choice, error) {
	act, err := workday.ParseDate(c.Act)
	if err != nil {
		return Choice{}, err
	}
	return s.choice(c.Offence, act, s.today())
}

// spared holds a proposal not to punish against the grounds of the law pack and,
// where it says that this is the first violation, against the cases known here
// (行政处罚法 art. 33).
func (s *Service) spared(ctx context.Context, cmd Conclude, c Case) error {
	if cmd.Ground == "" {
		return nil
	}
	g, err := s.cfg.Law.Law().Ground(cmd.Ground, s.today())
	if err != nil {
		return err
	}
	if g.Act != NoPenalty {
		return fault.About("ground", fault.Invalid, "“%s”不是不予处罚的法定情形", g.Name)
	}
	if cmd.Ground != "no_penalty.first" || c.Respondent.Facility == "" {
		return nil
	}
	earlier, err := s.earlier(ctx, c)
	if err != nil || earlier == "" {
		return err
	}
	return fault.About("ground", fault.Invalid, "当事人已有处罚记录（%s），不属于初次违法（行政处罚法第三十三条）", earlier)
}

// Return sends a case back for further investigation.
type Return struct {
	store.Cause
	Case   string
	Reason string
}

// Return sends it back.
func (s *Service) Return(ctx context.Context, cmd Return) error {
	var in input
	in.need("reason", "退回的理由", &cmd.Reason, longText)
	return s.act(ctx, cmd.Cause, "case.return", cmd.Case, in, func(c *Case) (events.Event, error) {
		return c.Return(cmd.Actor, cmd.Reason)
	})
}

// Confirm passes a gate that the law pack added.
type Confirm struct {
	store.Cause
	Case string
	Gate string
	Note string
}

// Confirm notes it.
func (s *Service) Confirm(ctx context.Context, cmd Confirm) error {
	var in input
	in.need("note", "完成情况", &cmd.Note, longText)
	on := s.today().String()
	return s.act(ctx, cmd.Cause, "case.confirm", cmd.Case, in, func(c *Case) (events.Event, error) {
		return c.Confirm(cmd.Actor, cmd.Gate, cmd.Note, on)
	})
}

// Drop ends a case before notice.
type Drop struct {
	store.Cause
	Case    string
	Outcome string // withdrawn, referred
	Note    string
}

// Drop ends it.
func (s *Service) Drop(ctx context.Context, cmd Drop) error {
	var in input
	in.need("note", "理由和文书编号", &cmd.Note, longText)
	return s.act(ctx, cmd.Cause, "case.drop", cmd.Case, in, func(c *Case) (events.Event, error) {
		return c.Drop(cmd.Actor, cmd.Outcome, cmd.Note)
	})
}
