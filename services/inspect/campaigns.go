package inspect

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"shenzhong/events"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/store"
)

// DraftCampaign plans a special inspection. What the register knows of the
// objects is filled in.
type DraftCampaign struct {
	store.Cause
	Campaign events.Campaign // without number, lead and grades
}

// DraftCampaign returns the number of the campaign. It refuses one without an
// assessment of need, basis, area, manner or time, with a unit that may not
// inspect, with items that are not published, and one that would inspect
// everybody.
func (s *Service) DraftCampaign(ctx context.Context, cmd DraftCampaign) (string, error) {
	if err := permits.Check(cmd.Actor, "campaign.draft"); err != nil {
		return "", err
	}
	c := cmd.Campaign
	c.Lead = cmd.Actor.Unit
	from, err := s.checkWords(c)
	if err != nil {
		return "", err
	}
	if err := s.checkTasks(ctx, c, from); err != nil {
		return "", err
	}
	if c.Objects, err = s.targets(ctx, c, from); err != nil {
		return "", err
	}
	if c.Cautions, err = s.counted(ctx, c, from); err != nil {
		return "", err
	}
	// The numbers of batches, of which those of visits are made, stay below.
	series := fmt.Sprintf("%s-ZX-%04d-900000", s.cfg.District, c.Year)
	return s.campaigns.Open(ctx, cmd.Cause, series, func(id string, campaign *Campaign) (events.Event, error) {
		c.ID = id
		return campaign.Draft(c)
	})
}

// ApproveCampaign notes the approval (区县以上人民政府批准).
type ApproveCampaign struct {
	store.Cause
	Campaign  string
	Authority string // who approved
	Document  string // its number
}

// ApproveCampaign notes it.
func (s *Service) ApproveCampaign(ctx context.Context, cmd ApproveCampaign) error {
	on := s.today().String()
	return s.onCampaign(ctx, cmd.Cause, cmd.Campaign, func(c *Campaign) (events.Event, error) {
		return c.Approve(cmd.Actor, cmd.Authority, cmd.Document, on)
	})
}

// FileCampaign notes that the plan was filed with the justice unit.
type FileCampaign struct {
	store.Cause
	Campaign string
	Receipt  string
}

// FileCampaign notes it.
func (s *Service) FileCampaign(ctx context.Context, cmd FileCampaign) error {
	on := s.today().String()
	return s.onCampaign(ctx, cmd.Cause, cmd.Campaign, func(c *Campaign) (events.Event, error) {
		return c.File(cmd.Actor, cmd.Receipt, on)
	})
}

// PublishCampaign makes the plan public.
type PublishCampaign struct {
	store.Cause
	Campaign string
}

// PublishCampaign publishes.
func (s *Service) PublishCampaign(ctx context.Context, cmd PublishCampaign) error {
	on := s.today().String()
	return s.onCampaign(ctx, cmd.Cause, cmd.Campaign, func(c *Campaign) (events.Event, error) { return c.Publish(cmd.Actor, on) })
}

func (s *Service) onCampaign(ctx context.Context, by store.Cause, id string, decide func(*Campaign) (events.Event, error)) error {
	if err := permits.Check(by.Actor, "campaign.decide"); err != nil {
		return err
	}
	return s.campaigns.Change(ctx, by, id, decide)
}

// SendCampaign sends officers to one object of a published campaign. The heads of
// the units consent to the visit as to any other.
type SendCampaign struct {
	store.Cause
	Campaign string
	Facility string
	Officers []string
}

// SendCampaign returns the number of the visit.
func (s *Service) SendCampaign(ctx context.Context, cmd SendCampaign) (string, error) {
	if err := permits.Check(cmd.Actor, "campaign.decide"); err != nil {
		return "", err
	}
	c, _, err := s.campaigns.Load(ctx, cmd.Campaign)
	if err != nil {
		return "", err
	}
	if err := cmd.Actor.OfUnit(c.Lead); err != nil {
		return "", err
	}
	if err := stay("专项检查", c.State, Published); err != nil {
		return "", err
	}
	if today := s.today().String(); today < c.From || today > c.To {
		return "", fault.New(fault.Conflict, "专项检查的时间是 %s 至 %s，今天不在其中", c.From, c.To)
	}
	if !slices.ContainsFunc(c.Objects, func(o events.CampaignObject) bool { return o.Facility == cmd.Facility }) {
		return "", fault.About("facility", fault.Invalid, "检查对象 %s 不在公布的专项检查计划之中", cmd.Facility)
	}
	visit, err := s.specialVisit(ctx, c, cmd.Facility, cmd.Officers)
	if err != nil {
		return "", err
	}
	return visit.ID, s.visits.Put(ctx, cmd.Cause, visit.ID, func(v *Visit) (events.Event, error) { return v.Assign(visit) })
}

// specialVisit lays out the visit: a section per unit that has something to check
// there, with its officers.
func (s *Service) specialVisit(ctx context.Context, c Campaign, facility string, officers []string) (events.Visit, error) {
	v := events.Visit{
		ID: s.visitID(c.ID, facility), Batch: c.ID, Facility: facility, Lead: c.Lead, Type: "special", Approvals: []events.Approval{},
	}
	if err := s.complete(ctx, &v); err != nil {
		return v, err
	}
	tasks, err := s.tasksAt(c.Tasks, v.Category, s.today())
	if err != nil {
		return v, err
	}
	left := slices.Clone(officers)
	for _, t := range tasks {
		section := events.VisitSection{Unit: t.Unit, Items: t.Items, Officers: []string{}, Results: []string{}, Findings: []events.Finding{}, Signed: []string{}}
		for _, id := range officers {
			o, err := s.views.officers.Get(ctx, id)
			if err != nil {
				return v, err
			}
			if o.Unit == t.Unit {
				section.Officers = append(section.Officers, id)
				left = slices.DeleteFunc(left, func(x string) bool { return x == id })
			}
		}
		if section.Officers = slices.Compact(slices.Sorted(slices.Values(section.Officers))); len(section.Officers) < t.Officers {
			return v, fault.About("officers", fault.Invalid, "%s 的检查人员不足 %d 名", t.Unit, t.Officers)
		}
		v.Sections = append(v.Sections, section)
	}
	if len(left) > 0 {
		return v, fault.About("officers", fault.Invalid, "%s 不属于参加这次检查的单位", strings.Join(left, "、"))
	}
	return v, s.checkTeam(ctx, Visit{Visit: v}, s.today().String(), 1)
}
