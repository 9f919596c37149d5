package credit

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"shenzhong/events"
	"shenzhong/services/kit/deadline"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/identity"
	"shenzhong/services/kit/store"
	"shenzhong/services/kit/view"
	"shenzhong/services/kit/workday"
)

// The rules of the deadline catalogue for repair and objection.
const (
	ruleAccept = "credit.repair.accept"
	ruleDecide = "credit.repair.decide"
	ruleObject = "credit.objection"
)

// AskRepair applies for credit repair of one entry.
type AskRepair struct {
	store.Cause
	Facility   string
	Source     string // of the entry
	Rule       string // of the entry, line of the points table
	Commitment string // written commitment made for the repair (信用修复承诺)
	Proofs     []string
}

// AskRepair returns the number of the application. It refuses one that comes
// before the shortest time of publication is over, and says when that is
// (信用修复管理办法: shortest time, duties performed, public commitment).
func (s *Service) AskRepair(ctx context.Context, cmd AskRepair) (string, error) {
	if err := permits.Check(cmd.Actor, "repair.ask"); err != nil {
		return "", err
	}
	f, point, err := s.contested(ctx, cmd.Actor, cmd.Facility, cmd.Source, cmd.Rule)
	if err != nil {
		return "", err
	}
	if err := s.repairable(point); err != nil {
		return "", err
	}
	if err := s.promised(ctx, f.ID, cmd.Commitment); err != nil {
		return "", err
	}
	proofs, err := listed("proofs", cmd.Proofs, "请附履行完毕法定义务、纠正失信行为的证明材料，至少一项")
	if err != nil {
		return "", err
	}
	if err := s.once(ctx, f.ID, point); err != nil {
		return "", err
	}
	today := s.today()
	series := fmt.Sprintf("%s-XF-%04d-000000", s.cfg.District, today.Year())
	limit, err := s.limit(ruleAccept, "", point.Unit, "决定是否受理信用修复申请：")
	if err != nil {
		return "", err
	}
	return s.repairs.Open(ctx, cmd.Cause, series, func(id string, r *Repair) (events.Event, error) {
		return r.Ask(events.Repair{
			ID: id, Facility: f.ID, Name: f.Name, USCC: f.USCC, Source: point.Source, Rule: point.Rule, Unit: point.Unit,
			Commitment: cmd.Commitment, Proofs: proofs, On: today.String(),
		}, numbered(limit, "repair/"+id, id))
	})
}

// repairable refuses an entry that nothing can or need repair today.
func (s *Service) repairable(p events.Point) error {
	can, err := s.Repairable(p)
	if err != nil {
		return err
	}
	switch today := s.today().String(); {
	case p.Repaired != "":
		return fault.New(fault.Conflict, "该条记录已于 %s 修复", p.Repaired)
	case p.Until != "" && p.Until < today:
		return fault.New(fault.Conflict, "该条记录的有效期已于 %s 届满，不需要修复", p.Until)
	case !can.Repairable:
		return fault.About("rule", fault.Conflict, "该条记录依规则不能申请信用修复")
	case can.From > today:
		return fault.New(fault.Conflict, "最短公示期尚未届满，自 %s 起可以申请信用修复。依据：%s", can.From, can.Basis)
	}
	return nil
}

// RepairTerms says whether and from when an entry can be repaired, and by what.
type RepairTerms struct {
	Repairable bool   `json:"repairable"`
	From       string `json:"from"`    // first day on which repair may be asked for, 2006-01-02
	Basis      string `json:"basis"`   // of the shortest time of publication, in Chinese
	Caution    string `json:"caution"` // what has not been checked against the law, in Chinese
}

// Repairable is decided by the law of the day of the entry. A penalty is
// published for a shortest time by its severity, counted from the day of the
// decision; other entries have none.
func (s *Service) Repairable(p events.Point) (RepairTerms, error) {
	on, err := workday.ParseDate(p.On)
	if err != nil {
		return RepairTerms{}, err
	}
	ledger, err := s.cfg.Law.Law().Ledger(on)
	if err != nil {
		return RepairTerms{}, err
	}
	line, err := ledger.Point(p.Rule)
	if err != nil {
		return RepairTerms{}, err
	}
	out := RepairTerms{Repairable: line.Repairable, From: p.On, Basis: line.Citation(), Caution: line.Caution()}
	class, penalty := strings.CutPrefix(p.Rule, "penalty.")
	if !penalty {
		return out, nil
	}
	severity, err := s.cfg.Law.Law().Severity(class, on)
	if err != nil {
		return RepairTerms{}, err
	}
	if severity.Min > 0 {
		out.From = on.AddMonths(severity.Min).AddDays(1).String()
	}
	out.Basis, out.Caution = severity.Citation(), severity.Caution()
	return out, nil
}

// promised refuses without a written commitment of the facility that was made
// for the repair and stands.
func (s *Service) promised(ctx context.Context, facility, id string) error {
	c, _, err := s.commitments.Load(ctx, id)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	if c.Facility != facility || c.Sort != "repair" || c.State == Breached {
		return fault.About("commitment", fault.Invalid, "请先作出并公开信用修复承诺，填写该承诺的编号")
	}
	return nil
}

// once refuses a second application while one for the same entry is open.
func (s *Service) once(ctx context.Context, facility string, p events.Point) error {
	for _, state := range []RepairState{Asked, Accepted} {
		rows, err := s.repairBoard.List(ctx, view.Query{Equal: map[string]any{"facility": facility, "state": string(state)}, Limit: 100})
		if err != nil {
			return err
		}
		if i := slices.IndexFunc(rows, func(r Repair) bool { return r.Source == p.Source && r.Rule == p.Rule }); i >= 0 {
			return fault.New(fault.Conflict, "该条记录的修复申请 %s 正在办理", rows[i].ID)
		}
	}
	return nil
}

// AcceptRepair takes an application up (受理), or refuses it with the reason.
type AcceptRepair struct {
	store.Cause
	Repair string
	Accept bool
	Reason string // of a refusal
}

// AcceptRepair notes it.
func (s *Service) AcceptRepair(ctx context.Context, cmd AcceptRepair) error {
	if err := permits.Check(cmd.Actor, "repair.accept"); err != nil {
		return err
	}
	on := s.today().String()
	limit, err := s.limit(ruleDecide, "repair/"+cmd.Repair, cmd.Actor.Unit, "对信用修复申请作出决定："+cmd.Repair)
	if err != nil {
		return err
	}
	return s.repairs.Change(ctx, cmd.Cause, cmd.Repair, func(r *Repair) (events.Event, error) {
		if cmd.Accept {
			return r.Accept(cmd.Actor, on, limit)
		}
		return r.Refuse(cmd.Actor, cmd.Reason, on)
	})
}

// DecideRepair grants a repair or denies it.
type DecideRepair struct {
	store.Cause
	Repair  string
	Granted bool
	Reason  string
}

// DecideRepair notes it; record, grade and publication follow from the fact.
func (s *Service) DecideRepair(ctx context.Context, cmd DecideRepair) error {
	if err := permits.Check(cmd.Actor, "repair.decide"); err != nil {
		return err
	}
	on := s.today().String()
	return s.repairs.Change(ctx, cmd.Cause, cmd.Repair, func(r *Repair) (events.Event, error) {
		return r.Decide(cmd.Actor, cmd.Granted, cmd.Reason, on)
	})
}

// contested is the entry that somebody asks something about, and the facility.
func (s *Service) contested(ctx context.Context, by identity.Actor, facility, source, rule string) (events.Facility, events.Point, error) {
	none := events.Point{}
	if by.Has(identity.Party) && by.Unit != facility {
		return events.Facility{}, none, fault.New(fault.Denied, "只能就本机构的信用记录提出申请")
	}
	f, err := s.facilities.Get(ctx, facility)
	if err != nil {
		return f, none, err
	}
	r, _, err := s.records.Load(ctx, s.subject(f).ID)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return f, none, err
	}
	i := slices.IndexFunc(r.Points, func(p events.Point) bool { return p.Source == source && p.Rule == rule })
	if i < 0 {
		return f, none, fault.About("source", fault.NotFound, "信用记录中没有这一条，请在信用记录中核对 source 和 rule")
	}
	p := r.Points[i]
	if p.Unit == "" {
		return f, none, fault.About("source", fault.Conflict, "该条记录不是由行政机关认定的，不适用信用修复和异议")
	}
	return f, p, nil
}

// limit starts a limit of the catalogue today. The unverified rules say so in
// their citation and note.
func (s *Service) limit(rule, subject, unit, about string) (events.Deadline, error) {
	counter := deadline.Counter{Law: s.cfg.Law, Calendar: s.cfg.Calendar}
	return counter.Start(rule, subject, unit, about, s.cfg.Clock.Now())
}

// numbered is a limit of something that has just got its number.
func numbered(d events.Deadline, subject, id string) events.Deadline {
	d.ID, d.About = events.DeadlineID(subject, d.Rule), d.About+id
	return d
}

// listed are the lines of a list that say something; there must be one.
func listed(field string, lines []string, need string) ([]string, error) {
	var out []string
	for _, line := range lines {
		if line = strings.TrimSpace(line); line != "" {
			out = append(out, line)
		}
	}
	if len(out) == 0 {
		return nil, fault.About(field, fault.Invalid, "%s", need)
	}
	return out, nil
}
