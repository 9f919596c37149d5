package credit

import (
	"context"
	"fmt"
	"strings"

	"shenzhong/events"
	"shenzhong/services/kit/clock"
	"shenzhong/services/kit/deadline"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/identity"
	"shenzhong/services/kit/law"
	"shenzhong/services/kit/store"
	"shenzhong/services/kit/view"
	"shenzhong/services/kit/workday"
)

// Config is all that credit stands on.
type Config struct {
	District string
	Log      store.Log
	Tables   view.Tables
	Clock    clock.Clock
	Law      law.Source
	Calendar workday.Source
}

// Service keeps the credit records of a district.
type Service struct {
	cfg         Config
	records     *store.Collection[Record]
	commitments *store.Collection[Commitment]
	repairs     *store.Collection[Repair]
	objections  *store.Collection[Objection]
	facilities  *view.View[events.Facility]
	board       *view.View[Row]
	promises    *view.View[CommitmentRow]

	repairBoard    *view.View[Repair]
	objectionBoard *view.View[Objection]
}

// New opens the service on its store.
func New(ctx context.Context, cfg Config) (*Service, error) {
	s := &Service{
		cfg:         cfg,
		records:     store.NewCollection[Record]("credit", cfg.Log, cfg.Clock),
		commitments: store.NewCollection[Commitment]("commitment", cfg.Log, cfg.Clock),
		repairs:     store.NewCollection[Repair]("repair", cfg.Log, cfg.Clock),
		objections:  store.NewCollection[Objection]("objection", cfg.Log, cfg.Clock),
	}
	return s, s.openViews(ctx)
}

// permits says who may do what.
var permits = identity.Permits{
	"credit.read": {
		identity.Officer, identity.Leader, identity.Legal, identity.Publisher, identity.Registrar, identity.Office, identity.Auditor, identity.Party,
	},
	"commitment.make":      {identity.Party, identity.Registrar, identity.Officer},
	"commitment.notice":    {identity.Officer},
	"commitment.hear":      {identity.Officer, identity.Party},
	"commitment.establish": {identity.Leader},
	"commitment.drop":      {identity.Leader},
	"repair.ask":           {identity.Party, identity.Registrar, identity.Officer},
	"repair.accept":        {identity.Officer, identity.Leader},
	"repair.decide":        {identity.Leader},
	"objection.raise":      {identity.Party, identity.Registrar, identity.Officer},
	"objection.decide":     {identity.Leader},
}

// MakeCommitment registers a written commitment of a facility.
type MakeCommitment struct {
	store.Cause
	Facility    string
	Sort        string
	Signatory   string // office held, not the person's name
	Obligations []string
	TextVersion string
}

// MakeCommitment returns the id of the commitment.
func (s *Service) MakeCommitment(ctx context.Context, cmd MakeCommitment) (string, error) {
	if err := permits.Check(cmd.Actor, "commitment.make"); err != nil {
		return "", err
	}
	if cmd.Actor.Has(identity.Party) && cmd.Actor.Unit != cmd.Facility {
		return "", fault.New(fault.Denied, "只能以本机构的名义作出承诺")
	}
	f, err := s.facilities.Get(ctx, cmd.Facility)
	if err != nil {
		return "", err
	}
	today := s.today()
	series := fmt.Sprintf("%s-CN-%04d-000000", s.cfg.District, today.Year())
	return s.commitments.Open(ctx, cmd.Cause, series, func(id string, c *Commitment) (events.Event, error) {
		return c.Make(events.Commitment{
			ID: id, Sort: cmd.Sort, Facility: f.ID, Name: f.Name, USCC: f.USCC, Signatory: strings.TrimSpace(cmd.Signatory),
			On: today.String(), Obligations: cmd.Obligations, TextVersion: cmd.TextVersion,
		})
	})
}

// NoticeBreach tells a facility of a suspected breach.
type NoticeBreach struct {
	store.Cause
	Commitment string
	Obligation int // from 1
	Fact       string
	Evidence   []string
}

// NoticeBreach notes the notice.
func (s *Service) NoticeBreach(ctx context.Context, cmd NoticeBreach) error {
	if err := permits.Check(cmd.Actor, "commitment.notice"); err != nil {
		return err
	}
	counter := deadline.Counter{Law: s.cfg.Law, Calendar: s.cfg.Calendar}
	hear, err := counter.Start(ruleHear, subjectOf(cmd.Commitment), cmd.Actor.Unit, "听取当事人对违诺认定的陈述申辩："+cmd.Commitment, s.cfg.Clock.Now())
	if err != nil {
		return err
	}
	return s.commitments.Change(ctx, cmd.Cause, cmd.Commitment, func(c *Commitment) (events.Event, error) {
		return c.Notice(cmd.Actor.Unit, cmd.Obligation, cmd.Fact, cmd.Evidence, hear)
	})
}

// HearBreach notes what the facility had to say.
type HearBreach struct {
	store.Cause
	Commitment string
	Statement  string
}

// HearBreach notes it.
func (s *Service) HearBreach(ctx context.Context, cmd HearBreach) error {
	if err := permits.Check(cmd.Actor, "commitment.hear"); err != nil {
		return err
	}
	return s.commitments.Change(ctx, cmd.Cause, cmd.Commitment, func(c *Commitment) (events.Event, error) {
		if cmd.Actor.Has(identity.Party) && cmd.Actor.Unit != c.Facility {
			return nil, fault.New(fault.Denied, "只有作出承诺的机构可以陈述")
		}
		return c.Hear(cmd.Statement)
	})
}

// EstablishBreach establishes a breach.
type EstablishBreach struct {
	store.Cause
	Commitment string
	Remedy     string
}

// EstablishBreach enters it.
func (s *Service) EstablishBreach(ctx context.Context, cmd EstablishBreach) error {
	if err := permits.Check(cmd.Actor, "commitment.establish"); err != nil {
		return err
	}
	on := s.today().String()
	return s.commitments.Change(ctx, cmd.Cause, cmd.Commitment, func(c *Commitment) (events.Event, error) {
		return c.Establish(cmd.Actor.Unit, on, cmd.Remedy)
	})
}

// DropBreach says that a suspicion did not hold.
type DropBreach struct {
	store.Cause
	Commitment string
	Reason     string
}

// DropBreach notes it.
func (s *Service) DropBreach(ctx context.Context, cmd DropBreach) error {
	if err := permits.Check(cmd.Actor, "commitment.drop"); err != nil {
		return err
	}
	return s.commitments.Change(ctx, cmd.Cause, cmd.Commitment, func(c *Commitment) (events.Event, error) {
		return c.Drop(cmd.Actor.Unit, cmd.Reason)
	})
}

// Sweep grades every record anew in which an entry has come to its end.
func (s *Service) Sweep(ctx context.Context) (int, error) {
	today := s.today()
	rows, err := s.board.List(ctx, view.Query{AtMost: map[string]any{"ends": today.Number() - 1}, Order: "ends", Limit: 500})
	if err != nil {
		return 0, err
	}
	changed := 0
	for _, row := range rows {
		ledger, err := s.cfg.Law.Law().Ledger(today)
		if err != nil {
			return changed, err
		}
		cause := store.Cause{ID: "sweep/regrade/" + today.String(), Actor: identity.Service("credit")}
		err = s.records.Change(ctx, cause, row.ID, func(r *Record) (events.Event, error) { return r.Regrade(ledger, today.String()) })
		if err != nil {
			return changed, err
		}
		changed++
	}
	return changed, nil
}

func (s *Service) today() workday.Date { return workday.DateOf(s.cfg.Clock.Now()) }

// Record returns the record of a facility.
func (s *Service) Record(ctx context.Context, facility string) (Record, error) {
	f, err := s.facilities.Get(ctx, facility)
	if err != nil {
		return Record{}, err
	}
	r, _, err := s.records.Load(ctx, s.subject(f).ID)
	return r, err
}
