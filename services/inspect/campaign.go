package inspect

import (
	"context"
	"slices"
	"strings"

	"shenzhong/events"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/identity"
)

// Campaign is a special inspection (专项检查): what it is for is assessed, it is
// planned, approved by the government of the district, filed with the justice
// unit and published before anybody goes anywhere (渝府令375号 arts. 26–28). Its
// objects are named in the plan and not drawn.
type Campaign struct {
	events.Campaign
	State    State  `json:"state"`
	Document string `json:"document"` // number of the approval
	Receipt  string `json:"receipt"`  // of the justice unit
}

// Draft draws the campaign up. Its content was checked against the registers and
// the law pack before.
func (c *Campaign) Draft(drafted events.Campaign) (events.Event, error) {
	state, err := move(nextCampaign, "专项检查", c.State, Drafted)
	if err != nil {
		return nil, err
	}
	c.Campaign, c.State = drafted, state
	return events.CampaignDrafted{Campaign: drafted}, nil
}

// Approve notes the approval of the government of the district, or of the
// superior of a unit that is led from above.
func (c *Campaign) Approve(by identity.Actor, authority, document, on string) (events.Event, error) {
	if err := by.OfUnit(c.Lead); err != nil {
		return nil, err
	}
	switch {
	case strings.TrimSpace(authority) == "":
		return nil, fault.About("authority", fault.Invalid, "请填写批准机关：区县以上人民政府，或者垂直管理部门的上级")
	case strings.TrimSpace(document) == "":
		return nil, fault.About("document", fault.Invalid, "请填写批准文号")
	}
	state, err := move(nextCampaign, "专项检查", c.State, Approved)
	if err != nil {
		return nil, err
	}
	c.State, c.Document = state, document
	return events.CampaignApproved{Campaign: c.ID, Authority: authority, Document: document, On: on, By: by.ID}, nil
}

// File notes that the plan was filed with the justice unit (司法行政备案).
func (c *Campaign) File(by identity.Actor, receipt, on string) (events.Event, error) {
	if err := by.OfUnit(c.Lead); err != nil {
		return nil, err
	}
	if strings.TrimSpace(receipt) == "" {
		return nil, fault.About("receipt", fault.Invalid, "请填写司法行政部门的备案回执")
	}
	state, err := move(nextCampaign, "专项检查", c.State, Filed)
	if err != nil {
		return nil, err
	}
	c.State, c.Receipt = state, receipt
	return events.CampaignFiled{Campaign: c.ID, Receipt: receipt, On: on, By: by.ID}, nil
}

// Publish makes the plan public; from then on it is frozen.
func (c *Campaign) Publish(by identity.Actor, on string) (events.Event, error) {
	if err := by.OfUnit(c.Lead); err != nil {
		return nil, err
	}
	state, err := move(nextCampaign, "专项检查", c.State, Published)
	if err != nil {
		return nil, err
	}
	c.State = state
	return events.CampaignPublished{Campaign: c.Campaign, On: on, Document: c.Document}, nil
}

// special reports whether a visit belongs to a campaign and not to the batch of
// a draw.
func special(batch string) bool { return strings.Contains(batch, "-ZX-") }

// CampaignRow is a campaign as lists show it.
type CampaignRow struct {
	events.Campaign
	State State `json:"state"`
}

func foldCampaign(r *CampaignRow, e events.Envelope) error {
	switch e.Type {
	case events.CampaignDrafted{}.Kind():
		fact, err := into[events.CampaignDrafted](e)
		r.Campaign, r.State = fact.Campaign, Drafted
		return err
	case events.CampaignApproved{}.Kind():
		r.State = Approved
	case events.CampaignFiled{}.Kind():
		r.State = Filed
	case events.CampaignPublished{}.Kind():
		r.State = Published
	}
	return nil
}

// Campaigns lists the campaigns of a year (0 = all): to everybody those that are
// published, to the units of a campaign also what is not yet.
func (s *Service) Campaigns(ctx context.Context, by identity.Actor, year int) ([]CampaignRow, error) {
	equal := map[string]any{}
	if year != 0 {
		equal["year"] = int64(year)
	}
	rows, err := everyRow(ctx, s.views.campaigns, equal)
	return slices.DeleteFunc(rows, func(r CampaignRow) bool { return maySeeCampaign(by, r.Campaign, r.State) != nil }), err
}

// Campaign returns a campaign to those who may see it.
func (s *Service) Campaign(ctx context.Context, by identity.Actor, id string) (Campaign, error) {
	c, _, err := s.campaigns.Load(ctx, id)
	if err != nil {
		return Campaign{}, err
	}
	return c, maySeeCampaign(by, c.Campaign, c.State)
}

func maySeeCampaign(by identity.Actor, c events.Campaign, state State) error {
	if state == Published || by.Has(identity.Office) || by.Has(identity.Auditor) {
		return nil
	}
	if err := permits.Check(by, "plan.read"); err != nil {
		return err
	}
	if !takesPart(c.Tasks, by.Unit) {
		return fault.New(fault.Denied, "专项检查计划尚未公布，只有参加的单位可以查看")
	}
	return nil
}
