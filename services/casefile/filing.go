package casefile

import (
	"context"
	"fmt"
	"slices"
	"time"

	"shenzhong/events"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/store"
	"shenzhong/services/kit/workday"
)

// File files a case by hand (立案).
type File struct {
	store.Cause
	Facility   string            // id of the register; empty where the party is not listed
	Respondent events.Respondent // taken only without a facility
	Offence    string            // violation type of the law pack
	Act        string            // day of the act
	Leads      []string          // where the matter comes from (案件来源)
}

// File returns the id of the case.
func (s *Service) File(ctx context.Context, cmd File) (string, error) {
	if err := permits.Check(cmd.Actor, "case.file"); err != nil {
		return "", err
	}
	on := s.today()
	if err := s.cfg.Law.Law().MayInspect(cmd.Actor.Unit, on); err != nil {
		return "", err
	}
	var in input
	act := in.day("act", cmd.Act, on)
	in.list("leads", cmd.Leads)
	if in.err == nil && len(cmd.Leads) == 0 {
		in.err = fault.About("leads", fault.Invalid, "请写明案件来源")
	}
	if in.err != nil {
		return "", in.err
	}
	who, kind, err := s.party(ctx, cmd.Facility, cmd.Respondent, on)
	if err != nil {
		return "", err
	}
	return s.open(ctx, cmd.Cause, Filing{Case: Case{
		Unit: cmd.Actor.Unit, Respondent: who, SubjectKind: kind, Offence: cmd.Offence, Act: act.String(), FiledOn: on.String(),
		Leads: slices.Clone(cmd.Leads),
	}}, on, s.cfg.Clock.Now())
}

// party is the respondent: a facility of the register, or what was written.
func (s *Service) party(ctx context.Context, facility string, who events.Respondent, on workday.Date) (events.Respondent, string, error) {
	if facility != "" {
		row, err := s.facility(ctx, facility)
		if err != nil {
			return who, "", err
		}
		who, err = s.respondent(row, on)
		return who, row.SubjectKind, err
	}
	var in input
	who.Facility = ""
	in.need("name", "当事人的姓名或者名称", &who.Name, shortText)
	in.need("address", "当事人的地址", &who.Address, shortText)
	in.text("uscc", &who.USCC, shortText)
	if in.err != nil {
		return who, "", in.err
	}
	kinds := map[string]string{"natural": "other", "individual_business": "individual", "legal": "enterprise"}
	if kinds[who.Type] == "" {
		return who, "", fault.About("type", fault.Invalid, "请选择当事人类别：自然人、个体工商户、法人或者其他组织")
	}
	return who, kinds[who.Type], nil
}

// open gives the case its number, its law and its gates.
func (s *Service) open(ctx context.Context, by store.Cause, f Filing, on workday.Date, at time.Time) (string, error) {
	act, err := workday.ParseDate(f.Act)
	if err != nil {
		return "", err
	}
	if f.OffenceName, f.Law, err = s.lawOf(f.Offence, act); err != nil {
		return "", err
	}
	if f.UnitName, err = s.unitName(f.Unit, on); err != nil {
		return "", err
	}
	if f.Gates, err = gates(s.cfg.Law.Law().Gates(ordinary, on)); err != nil {
		return "", err
	}
	f.Pack = s.cfg.Law.Law().Version()
	limit, err := s.start("case.decide", "", f.Unit, at)
	if err != nil {
		return "", err
	}
	if f.Limitation, err = s.limitation(act); err != nil {
		return "", err
	}
	series := fmt.Sprintf("%s-AJ-%04d-000000", s.cfg.District, on.Year())
	return s.cases.Open(ctx, by, series, func(id string, c *Case) (events.Event, error) {
		filing := f
		filing.ID, filing.Gates = id, slices.Clone(f.Gates)
		filing.Limit = limit
		filing.Limit.ID, filing.Limit.About = events.DeadlineID(Subject(id), limit.Rule), limit.About+id
		return c.File(filing)
	})
}

// limitation is the last day on which the act may be found out and still be
// punished; none where the law pack has no rule for that day.
func (s *Service) limitation(act workday.Date) (string, error) {
	d, err := s.counter.Start("case.limitation", "", "", "", act.Start())
	if fault.Is(err, fault.NotFound) {
		return "", nil
	}
	return d.DueDate, err
}

// Identify names the respondent of a case, or corrects it.
type Identify struct {
	store.Cause
	Case       string
	Facility   string
	Respondent events.Respondent
}

// Identify notes the respondent.
func (s *Service) Identify(ctx context.Context, cmd Identify) error {
	if err := permits.Check(cmd.Actor, "case.identify"); err != nil {
		return err
	}
	who, kind, err := s.party(ctx, cmd.Facility, cmd.Respondent, s.today())
	if err != nil {
		return err
	}
	return s.act(ctx, cmd.Cause, "case.identify", cmd.Case, input{}, func(c *Case) (events.Event, error) {
		return c.Identify(cmd.Actor, who, kind)
	})
}

// Assign gives a case to its officers.
type Assign struct {
	store.Cause
	Case     string
	Officers []string // ids of the register
}

// Assign checks certificates, unit and interests by the register as it is known
// here, and assigns.
func (s *Service) Assign(ctx context.Context, cmd Assign) error {
	if err := permits.Check(cmd.Actor, "case.assign"); err != nil {
		return err
	}
	if seen, err := s.seen(ctx, cmd.Cause, cmd.Case); err != nil || seen {
		return err
	}
	least, err := s.least()
	if err != nil {
		return err
	}
	officers := distinct(cmd.Officers)
	if len(officers) < least || len(officers) != len(cmd.Officers) {
		return fault.About("officers", fault.Invalid, "须指派 %d 名以上执法人员，且不能重复（行政处罚法第四十二条）", least)
	}
	if err := s.cfg.Law.Law().MayInspect(cmd.Actor.Unit, s.today()); err != nil {
		return err
	}
	c, _, err := s.cases.Load(ctx, cmd.Case)
	if err != nil {
		return err
	}
	for _, id := range officers {
		if err := s.fit(ctx, id, c); err != nil {
			return err
		}
	}
	on := s.today().String()
	return s.act(ctx, cmd.Cause, "case.assign", cmd.Case, input{}, func(c *Case) (events.Event, error) {
		return c.Assign(cmd.Actor, slices.Clone(officers), on)
	})
}

// fit refuses an officer who may not work on the case today.
func (s *Service) fit(ctx context.Context, id string, c Case) error {
	o, err := s.views.officers.Get(ctx, id)
	if err != nil {
		return err
	}
	switch {
	case o.Unit != c.Unit:
		return fault.About("officers", fault.Invalid, "%s 不是本单位的执法人员", id)
	case o.Status != "active":
		return fault.About("officers", fault.Invalid, "%s 已不在岗，请另行指派", id)
	case o.CertNo == "" || o.CertUntil < s.today().String():
		return fault.About("officers", fault.Invalid, "%s 的行政执法证件无效或者已于 %s 到期，请另行指派（行政处罚法第四十二条）", id, orNone(o.CertUntil))
	case c.Respondent.Facility != "" && slices.ContainsFunc(o.Interests, func(i events.Interest) bool { return i.Facility == c.Respondent.Facility }):
		return fault.About("officers", fault.Denied, "%s 与当事人有利害关系，应当回避，请另行指派（行政处罚法第四十三条）", id)
	}
	return nil
}
