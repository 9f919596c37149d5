package inspect

import (
	"context"
	"slices"
	"strings"

	"shenzhong/events"
	"shenzhong/services/kit/bus"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/identity"
	"shenzhong/services/kit/law"
	"shenzhong/services/kit/store"
	"shenzhong/services/kit/view"
	"shenzhong/services/kit/workday"
)

// Coded is the code under which a visit is made: the municipal application gives
// an 执法码 before the visit, or there was none for a special reason (渝府令375号
// art. 18).
type Coded struct {
	Code      string // 执法码
	ScannedAt string // when the code of the enterprise (企业码) was scanned, RFC 3339; may be empty
	NoCode    string // the special reason; one of Code and NoCode
}

// gateCode is the gate of the law pack that asks for the code, ruleFiling the
// limit for telling the justice unit of a visit made without one.
const (
	gateCode   = "inspect.code"
	ruleFiling = "check.nocode.file"
)

// underCode refuses a visit that the law of that day wants made under a code and
// that has neither a code nor a reason.
func (s *Service) underCode(c Coded, on workday.Date) (Coded, error) {
	c.Code, c.NoCode, c.ScannedAt = strings.TrimSpace(c.Code), strings.TrimSpace(c.NoCode), strings.TrimSpace(c.ScannedAt)
	gates := s.cfg.Law.Law().Gates("inspection", on)
	i := slices.IndexFunc(gates, func(g law.Gate) bool { return g.Code == gateCode })
	switch {
	case c.Code != "" && c.NoCode != "":
		return c, fault.About("no_code", fault.Invalid, "已经填写执法码的，不再填写没有取得的原因")
	case c.NoCode != "" && i < 0:
		return c, fault.About("no_code", fault.Invalid, "%s 的检查不要求执法码，不需要说明原因", on)
	case c.Code == "" && c.ScannedAt != "":
		return c, fault.About("scanned_at", fault.Invalid, "没有执法码的，不填写扫企业码的时间")
	case i >= 0 && c.Code == "" && c.NoCode == "":
		return c, fault.About("code", fault.Invalid, "请填写执法码；因特殊原因没有取得的，在 no_code 中写明原因，并在期限内报司法行政部门备案。依据：%s", gates[i].Citation())
	}
	return c, nil
}

// CodeFiling is the duty to tell the justice unit of a visit that was made
// without a code, and that it was done. Its facts name neither the visit nor the
// facility: who was drawn is not told before the draw is opened.
type CodeFiling struct {
	events.CodeFiling
	State   State  `json:"state"`
	Visit   string `json:"visit"`
	Reason  string `json:"reason"` // why there was no code
	Receipt string `json:"receipt"`
	FiledOn string `json:"filed_on"`
}

// Owe starts the duty.
func (f *CodeFiling) Owe(owed events.CodeFiling, visit, reason string) (events.Event, error) {
	state, err := move(nextFiling, "备案", f.State, FilingDue)
	if err != nil {
		return nil, err
	}
	f.CodeFiling, f.Visit, f.Reason, f.State = owed, visit, reason, state
	return events.CodeFilingDue{Filing: owed}, nil
}

// File notes that the justice unit was told.
func (f *CodeFiling) File(by identity.Actor, receipt, on string) (events.Event, error) {
	if err := by.OfUnit(f.Unit); err != nil {
		return nil, err
	}
	if strings.TrimSpace(receipt) == "" {
		return nil, fault.About("receipt", fault.Invalid, "请填写司法行政部门的备案回执")
	}
	state, err := move(nextFiling, "备案", f.State, Filed)
	if err != nil {
		return nil, err
	}
	f.State, f.Receipt, f.FiledOn = state, receipt, on
	return events.CodeFiled{Filing: f.ID, By: by.ID, On: on, Receipt: receipt, Settled: []string{f.Deadline.ID}}, nil
}

// onVisitNoticed starts the duty where a visit was made without a code, within
// the limit from the day of the visit.
func (s *Service) onVisitNoticed(ctx context.Context, h bus.Heard[events.VisitNoticed]) error {
	if h.Fact.NoCode == "" {
		return nil
	}
	v, _, err := s.visits.Load(ctx, h.Fact.Visit)
	if err != nil {
		return err
	}
	limit, err := s.counter.Start(ruleFiling, "", v.Lead, "未取得执法码实施检查的备案：", v.NoticedAt)
	if err != nil {
		return err
	}
	series := s.cfg.District + "-BA-" + h.Fact.On[:4] + "-000000"
	_, err = s.filings.Open(ctx, h.Cause("inspect"), series, func(id string, f *CodeFiling) (events.Event, error) {
		d := limit
		d.ID, d.About = events.DeadlineID(s.filings.Subject(id), ruleFiling), d.About+id
		return f.Owe(events.CodeFiling{ID: id, Unit: v.Lead, On: h.Fact.On, Deadline: d}, v.ID, h.Fact.NoCode)
	})
	return err
}

// FileCode tells the justice unit of a visit without a code.
type FileCode struct {
	store.Cause
	Filing  string
	Receipt string // of the justice unit (司法行政部门)
}

// FileCode notes it.
func (s *Service) FileCode(ctx context.Context, cmd FileCode) error {
	if err := permits.Check(cmd.Actor, "filing.file"); err != nil {
		return err
	}
	on := s.today().String()
	return s.filings.Change(ctx, cmd.Cause, cmd.Filing, func(f *CodeFiling) (events.Event, error) { return f.File(cmd.Actor, cmd.Receipt, on) })
}

// FilingRow is a filing as lists show it.
type FilingRow struct {
	events.CodeFiling
	State   State  `json:"state"`
	Receipt string `json:"receipt"`
	FiledOn string `json:"filed_on"`
}

func foldFiling(r *FilingRow, e events.Envelope) error {
	switch e.Type {
	case events.CodeFilingDue{}.Kind():
		fact, err := into[events.CodeFilingDue](e)
		r.CodeFiling, r.State = fact.Filing, FilingDue
		return err
	case events.CodeFiled{}.Kind():
		fact, err := into[events.CodeFiled](e)
		r.State, r.Receipt, r.FiledOn = Filed, fact.Receipt, fact.On
		return err
	}
	return nil
}

// Filings lists filings by number: to a unit its own, to the office of the task
// force and the auditors all.
func (s *Service) Filings(ctx context.Context, by identity.Actor, state State) ([]FilingRow, error) {
	if err := permits.Check(by, "filing.read"); err != nil {
		return nil, err
	}
	equal := map[string]any{}
	if state != "" {
		equal["state"] = string(state)
	}
	if !by.Has(identity.Office) && !by.Has(identity.Auditor) {
		if by.Unit == "" {
			return nil, by.OfUnit("-")
		}
		equal["unit"] = by.Unit
	}
	return s.views.filings.List(ctx, view.Query{Equal: equal, Limit: 1000})
}

// Filing returns a filing to its unit, the office and the auditors. Of which
// visit it is, is told to those who may know of the visit.
func (s *Service) Filing(ctx context.Context, by identity.Actor, id string) (CodeFiling, error) {
	if err := permits.Check(by, "filing.read"); err != nil {
		return CodeFiling{}, err
	}
	f, _, err := s.filings.Load(ctx, id)
	if err != nil {
		return CodeFiling{}, err
	}
	if !by.Has(identity.Office) && !by.Has(identity.Auditor) {
		if err := by.OfUnit(f.Unit); err != nil {
			return CodeFiling{}, err
		}
	}
	if _, err := s.Visit(ctx, by, f.Visit); err != nil {
		if !fault.Is(err, fault.NotFound) && !fault.Is(err, fault.Denied) {
			return CodeFiling{}, err
		}
		f.Visit, f.Reason = "", ""
	}
	return f, nil
}
