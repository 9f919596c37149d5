package credit

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"shenzhong/events"
	"shenzhong/services/kit/bus"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/store"
	"shenzhong/services/kit/view"
	"shenzhong/services/kit/workday"
)

// Reactions is everything credit does when another speaks.
func (s *Service) Reactions() []bus.Reaction {
	reactions := []bus.Reaction{
		bus.On("credit-enters-penalties", s.onPublished),
		bus.On("credit-removes-withdrawn", s.onWithdrawn),
		bus.On("credit-enters-checks", s.onVisitRecorded),
		bus.On("credit-enters-rechecks", s.onRectificationChecked),
		bus.On("credit-enters-commitments", s.onCommitmentMade),
		bus.On("credit-enters-breaches", s.onBreached),
		bus.On("credit-applies-repairs", s.onRepairDecided),
		bus.On("credit-applies-objections", s.onObjectionDecided),
	}
	for _, v := range s.Views() {
		reactions = append(reactions, v.Reaction())
	}
	return reactions
}

// Views are the read models of credit.
func (s *Service) Views() []view.Folding {
	return []view.Folding{s.facilities, s.board, s.promises, s.repairBoard, s.objectionBoard}
}

// onPublished enters a penalty when it is published, under the case that it
// came from.
func (s *Service) onPublished(ctx context.Context, h bus.Heard[events.RecordPublished]) error {
	r := h.Fact.Record
	if r.Sort != "penalty" {
		return nil
	}
	why := fmt.Sprintf("%s 受到行政处罚，决定书文号 %s", r.On, r.DocNo)
	return s.enter(ctx, h.Cause("credit"), r.Facility, events.Point{Rule: "penalty." + r.Severity, Source: r.Source, On: r.On, Why: why, Unit: r.Unit})
}

// onWithdrawn takes the entry back with the record.
func (s *Service) onWithdrawn(ctx context.Context, h bus.Heard[events.RecordWithdrawn]) error {
	if h.Fact.Facility == "" || h.Fact.Sort != "penalty" {
		return nil
	}
	f, err := s.facility(ctx, h.Fact.Facility)
	if err != nil {
		return err
	}
	today := workday.DateOf(h.Envelope.Time)
	ledger, err := s.cfg.Law.Law().Ledger(today)
	if err != nil {
		return err
	}
	err = s.records.Change(ctx, h.Cause("credit"), s.subject(f).ID, func(r *Record) (events.Event, error) {
		return r.Remove(h.Fact.Source, ledger, today.String())
	})
	if fault.Is(err, fault.NotFound) {
		return nil // it never entered the record: it was never published
	}
	return err
}

// onVisitRecorded enters what an inspection found, one entry for the visit: the
// heaviest of its results.
func (s *Service) onVisitRecorded(ctx context.Context, h bus.Heard[events.VisitRecorded]) error {
	visit := h.Fact.Visit
	var results []string
	for _, section := range visit.Sections {
		results = append(results, section.Results...)
	}
	rule := ""
	for _, line := range ruleOf {
		if slices.Contains(results, line.result) {
			rule = line.rule
			break
		}
	}
	if rule == "" {
		return nil
	}
	why := fmt.Sprintf("%s 联合抽查（%s）", h.Fact.On, visit.NoticeNo)
	return s.enter(ctx, h.Cause("credit"), visit.Facility, events.Point{Rule: rule, Source: h.Envelope.Subject, On: h.Fact.On, Why: why, Unit: visit.Lead})
}

// ruleOf ties the standard results of an inspection to lines of the points
// table, the heaviest first. What is ordered to be put right weighs only once
// the re-inspection is made; what is dealt with further weighs as a penalty.
var ruleOf = []struct{ result, rule string }{
	{"3", "check.disclosure_false"},
	{"6", "check.refused"},
	{"4", "check.unreachable"},
	{"2", "check.disclosure_missing"},
	{"1", "check.clean"},
}

func (s *Service) onRectificationChecked(ctx context.Context, h bus.Heard[events.RectificationChecked]) error {
	rule, said := "check.not_corrected", "复查仍未改正"
	if h.Fact.Passed {
		rule, said = "check.corrected", "责令改正后复查合格"
	}
	return s.enter(ctx, h.Cause("credit"), h.Fact.Facility, events.Point{
		Rule: rule, Source: h.Envelope.Subject, On: h.Fact.On, Why: h.Fact.On + " " + said, Unit: h.Fact.Unit,
	})
}

func (s *Service) onCommitmentMade(ctx context.Context, h bus.Heard[events.CommitmentMade]) error {
	c := h.Fact.Commitment
	return s.enter(ctx, h.Cause("credit"), c.Facility, events.Point{Rule: "commitment.made", Source: h.Envelope.Subject, On: c.On, Why: c.On + " 作出书面信用承诺 " + c.ID})
}

func (s *Service) onBreached(ctx context.Context, h bus.Heard[events.CommitmentBreached]) error {
	c := h.Fact.Commitment
	why := fmt.Sprintf("%s 认定违反承诺 %s 第 %d 条", h.Fact.On, c.ID, h.Fact.Obligation)
	return s.enter(ctx, h.Cause("credit"), c.Facility, events.Point{
		Rule: "commitment.breached", Source: h.Envelope.Subject, On: h.Fact.On, Why: why, Unit: h.Fact.Unit,
	})
}

// enter adds one entry to the record of a facility, by the points table in
// force on the day of the matter.
func (s *Service) enter(ctx context.Context, cause store.Cause, facility string, point events.Point) error {
	f, err := s.facility(ctx, facility)
	if err != nil {
		return err
	}
	day, err := workday.ParseDate(point.On)
	if err != nil {
		return err
	}
	ledger, err := s.cfg.Law.Law().Ledger(day)
	if err != nil {
		return err
	}
	line, err := ledger.Point(point.Rule)
	if err != nil {
		return err
	}
	point.Points, point.Why = line.Points, line.Name+"："+point.Why
	if line.Months > 0 {
		point.Until = day.AddMonths(line.Months).String()
	}
	subject := s.subject(f)
	return s.records.Put(ctx, cause, subject.ID, func(r *Record) (events.Event, error) {
		return r.Enter(subject, point, ledger, point.On)
	})
}

func (s *Service) facility(ctx context.Context, id string) (events.Facility, error) {
	f, err := s.facilities.Get(ctx, id)
	if fault.Is(err, fault.NotFound) {
		return f, fault.New(fault.Early, "facility %s is not known yet", id)
	}
	return f, err
}

// subject is whose record an entry about a facility goes into.
func (s *Service) subject(f events.Facility) Subject {
	key := f.USCC
	if key == "" {
		key = f.ID[strings.LastIndexByte(f.ID, '-')+1:]
	}
	return Subject{ID: s.cfg.District + "-XY-" + key, Facility: f.ID, Name: f.Name, USCC: f.USCC}
}

// Row is a credit record as lists show it.
type Row struct {
	ID       string         `json:"id"`
	Facility string         `json:"facility"`
	USCC     string         `json:"uscc"`
	Grade    string         `json:"grade"`
	Score    int            `json:"score"`
	Points   []events.Point `json:"points"`
	Formula  string         `json:"formula"`
	AsOf     string         `json:"as_of"`
}

// CommitmentRow is a commitment as lists show it.
type CommitmentRow struct {
	events.Commitment
	State State `json:"state"`
}

func (s *Service) openViews(ctx context.Context) error {
	var err error
	if s.facilities, err = view.New(ctx, s.cfg.Tables, view.Spec[events.Facility]{
		Name: "credit-facilities", Kinds: events.Of("facility"),
		Fold: func(f *events.Facility, e events.Envelope) error {
			fact, err := events.Open[events.FacilityChanged](e)
			*f = fact.Facility
			return err
		},
	}); err != nil {
		return err
	}
	if s.board, err = view.New(ctx, s.cfg.Tables, view.Spec[Row]{
		Name: "credit-records", Kinds: events.Of("credit"),
		Fold: func(r *Row, e events.Envelope) error {
			f, err := events.Open[events.CreditGraded](e)
			*r = Row{ID: f.Record, Facility: f.Facility, USCC: f.USCC, Grade: f.Grade, Score: f.Score, Points: f.Points, Formula: f.Formula, AsOf: f.AsOf}
			return err
		},
		Columns: []view.Column{{Name: "facility"}, {Name: "uscc"}, {Name: "grade"}, {Name: "ends", Int: true}},
		Values: func(_ string, r Row) map[string]any {
			return map[string]any{"facility": r.Facility, "uscc": r.USCC, "grade": r.Grade, "ends": nextEnd(r)}
		},
	}); err != nil {
		return err
	}
	s.promises, err = view.New(ctx, s.cfg.Tables, view.Spec[CommitmentRow]{
		Name: "credit-commitments", Kinds: events.Of("commitment"), Fold: foldCommitment,
		Columns: []view.Column{{Name: "facility"}, {Name: "state"}},
		Values: func(_ string, r CommitmentRow) map[string]any {
			return map[string]any{"facility": r.Facility, "state": string(r.State)}
		},
	})
	if err != nil {
		return err
	}
	return s.openContested(ctx)
}

// nextEnd is the day on which the next entry comes to its end that still counts
// in the row.
func nextEnd(r Row) int64 {
	end := int64(math.MaxInt64)
	for _, p := range r.Points {
		if p.Repaired != "" || p.Until == "" || p.Until < r.AsOf {
			continue
		}
		if d, err := workday.ParseDate(p.Until); err == nil {
			end = min(end, d.Number())
		}
	}
	return end
}

func foldCommitment(r *CommitmentRow, e events.Envelope) error {
	switch e.Type {
	case events.CommitmentMade{}.Kind():
		f, err := events.Open[events.CommitmentMade](e)
		r.Commitment, r.State = f.Commitment, Made
		return err
	case events.BreachNoticed{}.Kind():
		r.State = Noticed
	case events.BreachHeard{}.Kind():
		r.State = Heard
	case events.CommitmentBreached{}.Kind():
		r.State = Breached
	case events.BreachDropped{}.Kind():
		r.State = Made
	}
	return nil
}
