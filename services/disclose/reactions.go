package disclose

import (
	"context"
	"fmt"
	"strings"

	"shenzhong/events"
	"shenzhong/services/kit/bus"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/store"
	"shenzhong/services/kit/view"
	"shenzhong/services/kit/workday"
)

// Reactions is everything disclose does when another speaks.
func (s *Service) Reactions() []bus.Reaction {
	reactions := []bus.Reaction{
		bus.On("disclose-prepares-penalties", s.onDecided),
		bus.On("disclose-recalls-revoked", s.onRevoked),
		bus.On("disclose-ends-repaired", s.onRepairDecided),
		bus.On("disclose-prepares-checks", s.onVisitRecorded),
		bus.On("disclose-prepares-commitments", s.onCommitmentMade),
		bus.On("disclose-prepares-breaches", s.onBreached),
		bus.On("disclose-prepares-plans", s.onPlanPublished),
		bus.On("disclose-prepares-campaigns", s.onCampaignPublished),
		bus.On("disclose-prepares-draws", s.onDrawOpened),
		s.board.Reaction(),
	}
	if s.public != nil {
		reactions = append(reactions, s.logging(), bus.On("disclose-owes-evidence", s.dueEvidence), bus.On("disclose-owes-void-evidence", s.dueVoidEvidence))
	}
	return reactions
}

// about is what of a decision the record keeps beside what is published.
type about struct {
	subject string // type of the respondent
	kinds   []string
	limits  []string // for publishing it
}

// prepare makes the record that a fact calls for, with the next number. The
// fact is the cause, so a second delivery makes no second record.
func (s *Service) prepare(ctx context.Context, cause store.Cause, on string, record events.Record, of about) error {
	record = mask(record, of.subject == "natural")
	series := fmt.Sprintf("%s-GS-%s-000000", s.cfg.District, on[:4])
	_, err := s.records.Open(ctx, cause, series, func(id string, r *Record) (events.Event, error) {
		record.ID = id
		r.Subject, r.Kinds = of.subject, of.kinds
		return r.Prepare(record, of.limits)
	})
	return err
}

func (s *Service) onDecided(ctx context.Context, h bus.Heard[events.CaseDecided]) error {
	d := h.Fact.Decision
	decided, err := workday.ParseDate(d.On)
	if err != nil {
		return err
	}
	severity, err := s.cfg.Law.Law().Severity(d.Severity, decided)
	if err != nil {
		return err
	}
	until, err := s.counter.Start(severity.Rule, h.Envelope.Subject, d.Unit, "", decided.Start())
	if err != nil {
		return err
	}
	var limits []string
	for _, l := range h.Fact.Deadlines {
		if strings.HasPrefix(l.Rule, "pub.") {
			limits = append(limits, l.ID)
		}
	}
	return s.prepare(ctx, h.Cause("disclose"), d.On, events.Record{
		Sort: "penalty", Source: h.Envelope.Subject, Title: "行政处罚决定：" + d.Respondent.Name, Facility: d.Respondent.Facility,
		Name: d.Respondent.Name, USCC: d.Respondent.USCC, DocNo: d.No, Offence: d.Type, Facts: d.Facts, Basis: d.Basis,
		Content: d.Penalty.Text, Unit: d.Unit, UnitName: d.UnitName, On: d.On, Severity: d.Severity, Until: until.DueDate,
	}, about{d.Respondent.Type, d.Penalty.Kinds, limits})
}

// onRevoked recalls the record of a decision that no longer stands. A record
// that was never published is ended in the same way, without a trace in public.
func (s *Service) onRevoked(ctx context.Context, h bus.Heard[events.DecisionRevoked]) error {
	rows, err := s.board.List(ctx, view.Query{Equal: map[string]any{"source": h.Envelope.Subject}, Limit: 10})
	if err != nil {
		return err
	}
	if len(rows) == 0 {
		return fault.New(fault.Early, "no record of %s is known yet", h.Envelope.Subject)
	}
	reason, _ := MaskText(h.Fact.Reason)
	for _, row := range rows {
		err := s.records.Change(ctx, h.Cause("disclose"), row.Record.ID, func(r *Record) (events.Event, error) {
			if r.State == Withheld || r.State == Expired || r.State == Withdrawn {
				return nil, store.Unchanged
			}
			return r.Recall(h.Envelope.Subject, h.Fact.Manner, h.Fact.On, reason)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// onRepairDecided ends the publication of what was repaired: of a penalty, or of
// a breach. The result of a check is no dishonesty and stays public.
func (s *Service) onRepairDecided(ctx context.Context, h bus.Heard[events.RepairDecided]) error {
	repair := h.Fact.Repair
	sort := ""
	switch {
	case !h.Fact.Granted:
		return nil
	case strings.HasPrefix(repair.Rule, "penalty."):
		sort = "penalty"
	case repair.Rule == "commitment.breached":
		sort = "breach"
	default:
		return nil
	}
	rows, err := s.board.List(ctx, view.Query{Equal: map[string]any{"source": repair.Source, "sort": sort}, Limit: 10})
	if err != nil {
		return err
	}
	for _, row := range rows {
		err := s.records.Change(ctx, h.Cause("disclose"), row.Record.ID, func(r *Record) (events.Event, error) {
			if r.State != Published {
				return nil, store.Unchanged
			}
			return r.Repaired(repair.ID, h.Fact.On)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) onVisitRecorded(ctx context.Context, h bus.Heard[events.VisitRecorded]) error {
	v := h.Fact.Visit
	on, err := workday.ParseDate(h.Fact.On)
	if err != nil {
		return err
	}
	var parts []string
	for _, section := range v.Sections {
		unit, err := s.cfg.Law.Law().Unit(section.Unit, on)
		if err != nil {
			return err
		}
		names := make([]string, len(section.Results))
		for i, code := range section.Results {
			category, err := s.cfg.Law.Law().ResultCategory(code, on)
			if err != nil {
				return err
			}
			names[i] = category.Name
		}
		parts = append(parts, unit.Name+"："+strings.Join(names, "、"))
	}
	lead, err := s.cfg.Law.Law().Unit(v.Lead, on)
	if err != nil {
		return err
	}
	title := "联合抽查结果："
	if v.Type == "special" {
		title = "专项检查结果："
	}
	return s.prepare(ctx, h.Cause("disclose"), h.Fact.On, events.Record{
		Sort: "check", Source: h.Envelope.Subject, Title: title + v.Name, Facility: v.Facility, Name: v.Name, USCC: v.USCC,
		DocNo: v.NoticeNo, Content: strings.Join(parts, "；"), Unit: v.Lead, UnitName: lead.Name, On: h.Fact.On,
	}, about{})
}

func (s *Service) onCommitmentMade(ctx context.Context, h bus.Heard[events.CommitmentMade]) error {
	c := h.Fact.Commitment
	return s.plain(ctx, h.Cause("disclose"), c.On, events.Record{
		Sort: "commitment", Source: h.Envelope.Subject, Title: "信用承诺：" + c.Name, Facility: c.Facility, Name: c.Name, USCC: c.USCC,
		DocNo: c.ID, Content: strings.Join(c.Obligations, "；"), On: c.On,
	})
}

func (s *Service) onBreached(ctx context.Context, h bus.Heard[events.CommitmentBreached]) error {
	c := h.Fact.Commitment
	return s.plain(ctx, h.Cause("disclose"), h.Fact.On, events.Record{
		Sort: "breach", Source: h.Envelope.Subject, Title: "违反信用承诺：" + c.Name, Facility: c.Facility, Name: c.Name, USCC: c.USCC,
		DocNo: c.ID, Facts: h.Fact.Fact, Content: h.Fact.Remedy, Unit: h.Fact.Unit, On: h.Fact.On,
	})
}

func (s *Service) onPlanPublished(ctx context.Context, h bus.Heard[events.PlanPublished]) error {
	p := h.Fact.Plan
	titles := make([]string, len(p.Batches))
	for i, b := range p.Batches {
		titles[i] = fmt.Sprintf("第%d批 %s（%s 至 %s）", b.No, b.Title, b.From, b.To)
	}
	on := workday.DateOf(h.Envelope.Time).String()
	return s.plain(ctx, h.Cause("disclose"), on, events.Record{
		Sort: "plan", Source: h.Envelope.Subject, Title: p.Title, DocNo: p.ID, Content: strings.Join(titles, "；"), Unit: p.Lead, On: on,
	})
}

func (s *Service) onCampaignPublished(ctx context.Context, h bus.Heard[events.CampaignPublished]) error {
	c := h.Fact.Campaign
	return s.plain(ctx, h.Cause("disclose"), h.Fact.On, events.Record{
		Sort: "plan", Source: h.Envelope.Subject, Title: "专项检查计划：" + c.Title, DocNo: c.ID, Basis: c.Basis, Unit: c.Lead, On: h.Fact.On,
		Content: fmt.Sprintf("%s 至 %s，%s，%s，检查对象 %d 个，批准文号 %s", c.From, c.To, c.Area, c.Manner, len(c.Objects), h.Fact.Document),
	})
}

func (s *Service) onDrawOpened(ctx context.Context, h bus.Heard[events.DrawOpened]) error {
	on := workday.DateOf(h.Envelope.Time).String()
	return s.plain(ctx, h.Cause("disclose"), on, events.Record{
		Sort: "draw", Source: h.Envelope.Subject, Title: "抽取结果启封：" + h.Fact.Title, DocNo: h.Fact.Draw,
		Content: fmt.Sprintf("抽取编号 %s，共 %d 个文件，可下载核验", h.Fact.Draw, len(h.Fact.Bundle)), On: on,
	})
}

// plain prepares a record that is published by the unit named in it, or by the
// one that leads the regulation of credit where none is.
func (s *Service) plain(ctx context.Context, cause store.Cause, on string, record events.Record) error {
	day, err := workday.ParseDate(on)
	if err != nil {
		return err
	}
	if record.Unit == "" {
		areas := s.cfg.Law.Law().Areas()
		if len(areas) == 0 {
			return fault.New(fault.Unavailable, "规则包没有载明牵头单位")
		}
		record.Unit = areas[0].Lead
	}
	unit, err := s.cfg.Law.Law().Unit(record.Unit, day)
	if err != nil {
		return err
	}
	record.UnitName = unit.Name
	return s.prepare(ctx, cause, on, record, about{})
}
