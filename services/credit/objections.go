package credit

import (
	"context"
	"fmt"
	"slices"

	"shenzhong/events"
	"shenzhong/services/kit/bus"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/identity"
	"shenzhong/services/kit/law"
	"shenzhong/services/kit/store"
	"shenzhong/services/kit/view"
	"shenzhong/services/kit/workday"
)

// RaiseObjection objects to one entry (异议).
type RaiseObjection struct {
	store.Cause
	Facility string
	Source   string // of the entry
	Rule     string
	Claim    string // what is wrong
	Proofs   []string
}

// RaiseObjection returns the number of the objection. The entry is marked until
// it is decided.
func (s *Service) RaiseObjection(ctx context.Context, cmd RaiseObjection) (string, error) {
	if err := permits.Check(cmd.Actor, "objection.raise"); err != nil {
		return "", err
	}
	f, point, err := s.contested(ctx, cmd.Actor, cmd.Facility, cmd.Source, cmd.Rule)
	if err != nil {
		return "", err
	}
	proofs, err := listed("proofs", cmd.Proofs, "请附证据，至少一项")
	if err != nil {
		return "", err
	}
	open, err := s.objected(ctx, f.ID)
	if err != nil {
		return "", err
	}
	if id := open(point); id != "" {
		return "", fault.New(fault.Conflict, "对该条记录的异议 %s 正在处理", id)
	}
	today := s.today()
	limit, err := s.limit(ruleObject, "", point.Unit, "处理信用信息异议：")
	if err != nil {
		return "", err
	}
	series := fmt.Sprintf("%s-YY-%04d-000000", s.cfg.District, today.Year())
	return s.objections.Open(ctx, cmd.Cause, series, func(id string, o *Objection) (events.Event, error) {
		return o.Raise(events.Objection{
			ID: id, Facility: f.ID, Name: f.Name, USCC: f.USCC, Source: point.Source, Rule: point.Rule, Unit: point.Unit,
			Claim: cmd.Claim, Proofs: proofs, On: today.String(),
		}, numbered(limit, "objection/"+id, id))
	})
}

// DecideObjection says whether an objection is right.
type DecideObjection struct {
	store.Cause
	Objection string
	Upheld    bool
	Reason    string
}

// DecideObjection notes it; record and grade follow from the fact.
func (s *Service) DecideObjection(ctx context.Context, cmd DecideObjection) error {
	if err := permits.Check(cmd.Actor, "objection.decide"); err != nil {
		return err
	}
	on := s.today().String()
	return s.objections.Change(ctx, cmd.Cause, cmd.Objection, func(o *Objection) (events.Event, error) {
		return o.Decide(cmd.Actor, cmd.Upheld, cmd.Reason, on)
	})
}

// objected tells of an entry of a facility the number of the objection to it
// that is open, or "".
func (s *Service) objected(ctx context.Context, facility string) (func(events.Point) string, error) {
	rows, err := s.objectionBoard.List(ctx, view.Query{Equal: map[string]any{"facility": facility, "state": string(Raised)}, Limit: 1000})
	return func(p events.Point) string {
		i := slices.IndexFunc(rows, func(o Objection) bool { return o.Source == p.Source && o.Rule == p.Rule })
		if i < 0 {
			return ""
		}
		return rows[i].ID
	}, err
}

// onRepairDecided keeps a repaired entry from counting.
func (s *Service) onRepairDecided(ctx context.Context, h bus.Heard[events.RepairDecided]) error {
	f := h.Fact
	if !f.Granted {
		return nil
	}
	return s.amend(ctx, h.Cause("credit"), f.Repair.Facility, f.On, func(r *Record, l law.Ledger) (events.Event, error) {
		return r.Repair(f.Repair.Source, f.Repair.Rule, l, f.On)
	})
}

// onObjectionDecided takes out an entry that was rightly objected to.
func (s *Service) onObjectionDecided(ctx context.Context, h bus.Heard[events.ObjectionDecided]) error {
	f := h.Fact
	if !f.Upheld {
		return nil
	}
	return s.amend(ctx, h.Cause("credit"), f.Objection.Facility, f.On, func(r *Record, l law.Ledger) (events.Event, error) {
		return r.Strike(f.Objection.Source, f.Objection.Rule, l, f.On)
	})
}

// amend changes the record of a facility by the points table of that day.
func (s *Service) amend(ctx context.Context, cause store.Cause, facility, on string, change func(*Record, law.Ledger) (events.Event, error)) error {
	f, err := s.facility(ctx, facility)
	if err != nil {
		return err
	}
	day, err := workday.ParseDate(on)
	if err != nil {
		return err
	}
	ledger, err := s.cfg.Law.Law().Ledger(day)
	if err != nil {
		return err
	}
	return s.records.Change(ctx, cause, s.subject(f).ID, func(r *Record) (events.Event, error) { return change(r, ledger) })
}

// Contested selects applications for repair, or objections. Empty fields select
// all.
type Contested struct {
	Facility, Unit, State string
	After                 string // number of the last one seen
	Limit                 int    // at most 1000; 0 = 100
}

// query is what an actor may list: a facility its own.
func (q Contested) query(by identity.Actor) (view.Query, error) {
	if by.Has(identity.Party) && q.Facility == "" {
		q.Facility = by.Unit
	}
	return view.Query{
		Equal: equal(map[string]string{"facility": q.Facility, "unit": q.Unit, "state": q.State}), After: q.After, Limit: q.Limit,
	}, reads(by, q.Facility)
}

// Repairs lists applications for repair by number.
func (s *Service) Repairs(ctx context.Context, by identity.Actor, q Contested) ([]Repair, error) {
	query, err := q.query(by)
	if err != nil {
		return nil, err
	}
	return s.repairBoard.List(ctx, query)
}

// Repair returns an application as it is now.
func (s *Service) Repair(ctx context.Context, by identity.Actor, id string) (Repair, error) {
	if err := permits.Check(by, "credit.read"); err != nil {
		return Repair{}, err
	}
	r, _, err := s.repairs.Load(ctx, id)
	if err != nil {
		return Repair{}, err
	}
	return r, reads(by, r.Facility)
}

// Objections lists objections by number.
func (s *Service) Objections(ctx context.Context, by identity.Actor, q Contested) ([]Objection, error) {
	query, err := q.query(by)
	if err != nil {
		return nil, err
	}
	return s.objectionBoard.List(ctx, query)
}

// Objection returns an objection as it is now.
func (s *Service) Objection(ctx context.Context, by identity.Actor, id string) (Objection, error) {
	if err := permits.Check(by, "credit.read"); err != nil {
		return Objection{}, err
	}
	o, _, err := s.objections.Load(ctx, id)
	if err != nil {
		return Objection{}, err
	}
	return o, reads(by, o.Facility)
}

// openContested opens the lists of repairs and objections.
func (s *Service) openContested(ctx context.Context) error {
	var err error
	columns := []view.Column{{Name: "facility"}, {Name: "unit"}, {Name: "state"}}
	if s.repairBoard, err = view.New(ctx, s.cfg.Tables, view.Spec[Repair]{
		Name: "credit-repairs", Kinds: events.Of("repair"), Fold: foldRepair, Columns: columns,
		Values: func(_ string, r Repair) map[string]any {
			return map[string]any{"facility": r.Facility, "unit": r.Unit, "state": string(r.State)}
		},
	}); err != nil {
		return err
	}
	s.objectionBoard, err = view.New(ctx, s.cfg.Tables, view.Spec[Objection]{
		Name: "credit-objections", Kinds: events.Of("objection"), Fold: foldObjection, Columns: columns,
		Values: func(_ string, o Objection) map[string]any {
			return map[string]any{"facility": o.Facility, "unit": o.Unit, "state": string(o.State)}
		},
	})
	return err
}

func foldRepair(r *Repair, e events.Envelope) error {
	r.Running = nil
	limits, err := e.Limits()
	if err != nil {
		return err
	}
	for _, d := range limits {
		r.Running = &d
	}
	switch e.Type {
	case events.RepairAsked{}.Kind():
		f, err := events.Open[events.RepairAsked](e)
		r.Repair, r.State = f.Repair, Asked
		return err
	case events.RepairAccepted{}.Kind():
		r.State = Accepted
	case events.RepairRefused{}.Kind():
		f, err := events.Open[events.RepairRefused](e)
		r.State, r.Reason = Refused, f.Reason
		return err
	case events.RepairDecided{}.Kind():
		f, err := events.Open[events.RepairDecided](e)
		r.State, r.Reason = Denied, f.Reason
		if f.Granted {
			r.State = Granted
		}
		return err
	}
	return nil
}

func foldObjection(o *Objection, e events.Envelope) error {
	o.Running = nil
	limits, err := e.Limits()
	if err != nil {
		return err
	}
	for _, d := range limits {
		o.Running = &d
	}
	switch e.Type {
	case events.ObjectionRaised{}.Kind():
		f, err := events.Open[events.ObjectionRaised](e)
		o.Objection, o.State = f.Objection, Raised
		return err
	case events.ObjectionDecided{}.Kind():
		f, err := events.Open[events.ObjectionDecided](e)
		o.State, o.Reason = Rejected, f.Reason
		if f.Upheld {
			o.State = Upheld
		}
		return err
	}
	return nil
}
