package years

import (
	"context"
	"fmt"
	"strings"
	"time"

	"shenzhong/events"
	"shenzhong/services/inspect"
	"shenzhong/services/kit/identity"
	"shenzhong/services/kit/store"
)

// campaigns plans special inspections in the years for which the pack has
// inspection items: their visits need no draw. Civil affairs goes to all
// facilities but one.
func (p *people) campaigns(perYear int) {
	leader := who("mzj", identity.Leader, 1)
	for _, year := range []int{2024, 2025, 2026} {
		for n := range perYear {
			at := time.Date(year, 1, 9, 9, n, 0, 0, beijing).Sub(p.ground.Clock.Now())
			c := events.Campaign{
				Year: year, Title: fmt.Sprintf("专项检查%d", n+1), Need: "投诉集中", Basis: "殡葬管理条例", Area: "武隆区", Manner: "实地",
				From: fmt.Sprintf("%d-01-10", year), To: fmt.Sprintf("%d-12-31", year), Tasks: []events.UnitTask{{Unit: "mzj", Officers: 2, Items: []string{"mzj-201"}}},
			}
			for i := range facilities - 1 {
				c.Objects = append(c.Objects, events.CampaignObject{Facility: facility(i)})
			}
			id := ""
			p.inspects(true, step{at, "plan a campaign", func(ctx context.Context, by func(identity.Actor) store.Cause) (err error) {
				id, err = p.inspect.DraftCampaign(ctx, inspect.DraftCampaign{Cause: by(who("mzj", identity.Registrar, 1)), Campaign: c})
				return err
			}}, step{time.Minute, "approve a campaign", func(ctx context.Context, by func(identity.Actor) store.Cause) error {
				return p.inspect.ApproveCampaign(ctx, inspect.ApproveCampaign{Cause: by(leader), Campaign: id, Authority: "区人民政府", Document: "1号"})
			}}, step{time.Minute, "file a campaign", func(ctx context.Context, by func(identity.Actor) store.Cause) error {
				return p.inspect.FileCampaign(ctx, inspect.FileCampaign{Cause: by(leader), Campaign: id, Receipt: "回执"})
			}}, step{time.Minute, "publish a campaign", func(ctx context.Context, by func(identity.Actor) store.Cause) error {
				if err := p.inspect.PublishCampaign(ctx, inspect.PublishCampaign{Cause: by(leader), Campaign: id}); err != nil {
					return err
				}
				for _, o := range c.Objects {
					p.visit(id, o.Facility, p.between(3, 330))
				}
				return nil
			}})
		}
	}
}

// inspects gives commands to inspect one after another.
func (p *people) inspects(minds bool, steps ...step) {
	if len(steps) == 0 {
		return
	}
	s := steps[0]
	p.act(s.after, "inspect", s.what, minds, func(ctx context.Context, by func(identity.Actor) store.Cause) error {
		if err := s.do(ctx, by); err != nil {
			return err
		}
		p.inspects(minds, steps[1:]...)
		return nil
	})
}

// visit is one visit, from sending the team to its record; half of them find
// something to put right.
func (p *people) visit(campaign, facility string, after time.Duration) {
	leader, officer := who("mzj", identity.Leader, 1), who("mzj", identity.Officer, 0)
	team := []string{officer.ID, who("mzj", identity.Officer, 1).ID}
	answer := inspect.AnswerSection{Results: []string{"1"}, Signed: team}
	if p.chance(.5) {
		answer.Results = []string{"5"}
		answer.Findings = []events.Finding{{Item: "mzj-201", Text: "扩建未报批", Result: "5", Days: 15}}
	}
	nocode, id := p.chance(.3), ""
	p.inspects(true, step{after, "send a team", func(ctx context.Context, by func(identity.Actor) store.Cause) (err error) {
		id, err = p.inspect.SendCampaign(ctx, inspect.SendCampaign{Cause: by(leader), Campaign: campaign, Facility: facility, Officers: team})
		return err
	}}, step{time.Hour, "approve a visit", func(ctx context.Context, by func(identity.Actor) store.Cause) error {
		return p.inspect.ApproveVisit(ctx, inspect.ApproveVisit{Cause: by(leader), Visit: id})
	}}, step{time.Hour, "give notice", func(ctx context.Context, by func(identity.Actor) store.Cause) error {
		coded := inspect.Coded{Code: "ZF-1"}
		if nocode && !p.ground.Clock.Now().Before(time.Date(2025, 9, 20, 0, 0, 0, 0, beijing)) {
			coded = inspect.Coded{NoCode: "没有网络"}
		}
		return p.inspect.NoticeVisit(ctx, inspect.NoticeVisit{Cause: by(officer), Visit: id, No: "1号", Coded: coded})
	}}, step{time.Hour, "answer", func(ctx context.Context, by func(identity.Actor) store.Cause) error {
		a := answer
		a.Cause, a.Visit = by(officer), id
		return p.inspect.AnswerSection(ctx, a)
	}}, step{time.Minute, "sign", func(ctx context.Context, by func(identity.Actor) store.Cause) error {
		return p.inspect.SignVisit(ctx, inspect.SignVisit{Cause: by(officer), Visit: id, Countersign: "signed"})
	}}, step{time.Minute, "record", func(ctx context.Context, by func(identity.Actor) store.Cause) error {
		return p.inspect.RecordVisit(ctx, inspect.RecordVisit{Cause: by(officer), Visit: id})
	}})
}

// owed: the justice unit is told of a visit without a code, mostly in time.
func (p *people) owed(f events.CodeFilingDue, _ store.Commit) {
	p.inspects(true, step{p.mostly(.2, 3, 9), "file a visit", func(ctx context.Context, by func(identity.Actor) store.Cause) error {
		return p.inspect.FileCode(ctx, inspect.FileCode{Cause: by(who("mzj", identity.Officer, 0)), Filing: f.Filing.ID, Receipt: "回执"})
	}})
}

// ordered: the facility hands in proof; one in four is not found put right and
// is looked at again.
func (p *people) ordered(f events.RectificationOrdered, _ store.Commit) { p.proves(f.Rectification) }

func (p *people) proves(id string) {
	officer := who("mzj", identity.Officer, 0)
	passed := !p.chance(.25)
	p.inspects(true, step{p.mostly(1, 14, 30), "prove", func(ctx context.Context, by func(identity.Actor) store.Cause) error {
		return p.inspect.ProveRectification(ctx, inspect.ProveRectification{Cause: by(officer), Rectification: id, Proof: "已经改正"})
	}}, step{p.mostly(1, 12, 25), "check", func(ctx context.Context, by func(identity.Actor) store.Cause) error {
		err := p.inspect.CheckRectification(ctx, inspect.CheckRectification{
			Cause: by(officer), Rectification: id, Passed: passed, Note: "现场复查", Officers: []string{officer.ID, who("mzj", identity.Officer, 1).ID},
		})
		if err == nil && !passed {
			p.proves(id)
		}
		return err
	}})
}

// ofVisit follows what inspect says about its limits.
func (o *oracle) ofVisit(c store.Commit) {
	m := o.cases[c.Subject]
	if m == nil {
		m = &matter{runs: map[string]start{}}
		o.cases[c.Subject] = m
	}
	switch c.Kind {
	case "inspect.visit_noticed.v1":
		o.at[c.ID()] = c.At
	case "inspect.code_filing_due.v1":
		o.begins(m, c.Subject, "check.nocode.file", c, o.at[c.Cause], 0)
	case "inspect.code_filed.v1":
		o.ends(m, c.Subject, c, "check.nocode.file")
	case "inspect.visit_recorded.v1":
		o.at[c.Subject] = c.At
		o.begins(m, c.Subject, "pub.check.result", c, c.At, 0)
		o.begins(m, c.Subject, "pub.check.local", c, c.At, 0)
	case "inspect.rectification_ordered.v1":
		o.begins(m, c.Subject, "rectify", c, o.at["visit/"+open[events.RectificationOrdered](o, c).Visit], 0)
	case "inspect.rectification_proved.v1":
		o.begins(m, c.Subject, "rectify.recheck", c, c.At, 0)
	case "inspect.rectification_checked.v1":
		o.ends(m, c.Subject, c, "rectify.recheck")
		if open[events.RectificationChecked](o, c).Passed {
			o.ends(m, c.Subject, c, "rectify")
		}
	}
}

// ofCheck: whatever is done about the record of a check ends both its limits,
// also when they have ended before.
func (o *oracle) ofCheck(subject string, c store.Commit) {
	if !strings.HasPrefix(subject, "visit/") || c.Kind == "disclose.prepared.v1" || c.Kind == "disclose.reviewed.v1" {
		return
	}
	for _, rule := range []string{"pub.check.result", "pub.check.local"} {
		l := o.limits[subject+"#"+rule]
		l.ends = append(l.ends, end{fact: c.ID(), at: c.At})
	}
}
