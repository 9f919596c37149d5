package inspectweb

import (
	"context"
	"net/http"

	"shenzhong/events"
	"shenzhong/services/inspect"
	"shenzhong/services/kit/store"
	"shenzhong/services/kit/web"
)

// CampaignID names a campaign in a path. It is exported because huma reads no
// other embedded input.
type CampaignID struct {
	ID string `path:"id" pattern:"^[0-9]{6}-ZX-[0-9]{4}-[0-9]{6}$" patternDescription:"专项检查编号，例如 500156-ZX-2026-900001" doc:"专项检查编号"`
}

type campaignBody struct {
	Year     int        `json:"year" minimum:"2020" maximum:"2099" doc:"年度"`
	Title    string     `json:"title" minLength:"1" maxLength:"200" doc:"名称"`
	Need     string     `json:"need" maxLength:"10000" doc:"必要性评估：为什么日常检查和线索核查不能解决"`
	Basis    string     `json:"basis" maxLength:"2000" doc:"依据"`
	Area     string     `json:"area" maxLength:"200" doc:"地域"`
	Manner   string     `json:"manner" maxLength:"200" doc:"方式"`
	From     string     `json:"from" format:"date" doc:"起始日期"`
	To       string     `json:"to" format:"date" doc:"截止日期"`
	Tasks    []assigned `json:"tasks" minItems:"1" maxItems:"20" doc:"参加单位和检查事项，牵头单位在首位"`
	Objects  []string   `json:"objects" minItems:"1" maxItems:"500" doc:"检查对象编号；不得全覆盖"`
	Superior string     `json:"superior,omitempty" maxLength:"200" doc:"上级部署的，填写上级文号"`
}

// assigned is the part of one unit.
type assigned struct {
	Unit     string   `json:"unit" maxLength:"20" doc:"单位代码"`
	Officers int      `json:"officers" minimum:"2" maximum:"10" doc:"每次检查的人数"`
	Items    []string `json:"items" minItems:"1" maxItems:"50" doc:"检查事项代码"`
}

func (b campaignBody) campaign() events.Campaign {
	c := events.Campaign{
		Year: b.Year, Title: b.Title, Need: b.Need, Basis: b.Basis, Area: b.Area, Manner: b.Manner, From: b.From, To: b.To, Superior: b.Superior,
	}
	for _, t := range b.Tasks {
		c.Tasks = append(c.Tasks, events.UnitTask{Unit: t.Unit, Officers: t.Officers, Items: t.Items})
	}
	for _, id := range b.Objects {
		c.Objects = append(c.Objects, events.CampaignObject{Facility: id})
	}
	return c
}

type approvedBody struct {
	Authority string `json:"authority" maxLength:"200" doc:"批准机关：区县以上人民政府，或者垂直管理部门的上级"`
	Document  string `json:"document" maxLength:"200" doc:"批准文号"`
}

type receiptBody struct {
	Receipt string `json:"receipt" maxLength:"200" doc:"司法行政部门的备案回执"`
}

type sendBody struct {
	Facility string   `json:"facility" maxLength:"40" doc:"检查对象编号"`
	Officers []string `json:"officers" minItems:"2" maxItems:"40" doc:"检查人员编号"`
}

type campaignList struct {
	Campaigns []inspect.CampaignRow `json:"campaigns"`
}

// CampaignShown is a campaign as the interface shows it.
type CampaignShown struct {
	inspect.Campaign
	Title string `json:"state_title" doc:"状态名称"`
}

func mountCampaigns(api *web.API, s *inspect.Service) {
	shown := func(ctx context.Context, id string, done error) (*web.Out[CampaignShown], error) {
		if done != nil {
			return nil, done
		}
		c, err := s.Campaign(ctx, web.Actor(ctx), id)
		return web.Reply(CampaignShown{Campaign: c, Title: inspect.Title(c.State)}), err
	}
	web.Get(api, web.Op{ID: "campaign-list", Path: "/campaigns", Tag: special, Summary: "专项检查计划", Public: true, Detail: "公布之前，只有参加的单位可以查看。"},
		func(ctx context.Context, in *struct {
			Year int `query:"year" minimum:"2020" maximum:"2099" doc:"年度，不填为全部"`
		}) (*web.Out[campaignList], error) {
			rows, err := s.Campaigns(ctx, web.Actor(ctx), in.Year)
			if rows == nil {
				rows = []inspect.CampaignRow{}
			}
			return web.Reply(campaignList{rows}), err
		})
	web.Get(api, web.Op{ID: "campaign-get", Path: "/campaigns/{id}", Tag: special, Summary: "一项专项检查", Public: true},
		func(ctx context.Context, in *CampaignID) (*web.Out[CampaignShown], error) {
			return shown(ctx, in.ID, nil)
		})
	web.Post(api, web.Op{
		ID: "campaign-draft", Path: "/campaigns", Tag: special, Summary: "拟订专项检查计划", Status: http.StatusCreated,
		Detail: "须有必要性评估、依据、主体、对象、时间、地域、事项和方式；cautions 写明规则中没有核实的内容。",
	}, func(ctx context.Context, in *struct{ Body campaignBody }) (*web.Out[CampaignShown], error) {
		id, err := s.DraftCampaign(ctx, inspect.DraftCampaign{Cause: web.Cause(ctx), Campaign: in.Body.campaign()})
		return shown(ctx, id, err)
	})
	campaignAct(api, shown, "approve", "登记政府或者上级的批准", func(ctx context.Context, by store.Cause, id string, b approvedBody) error {
		return s.ApproveCampaign(ctx, inspect.ApproveCampaign{Cause: by, Campaign: id, Authority: b.Authority, Document: b.Document})
	})
	campaignAct(api, shown, "file", "登记司法行政备案", func(ctx context.Context, by store.Cause, id string, b receiptBody) error {
		return s.FileCampaign(ctx, inspect.FileCampaign{Cause: by, Campaign: id, Receipt: b.Receipt})
	})
	web.Post(api, campaignOp("publish", "公布专项检查计划"), func(ctx context.Context, in *CampaignID) (*web.Out[CampaignShown], error) {
		return shown(ctx, in.ID, s.PublishCampaign(ctx, inspect.PublishCampaign{Cause: web.Cause(ctx), Campaign: in.ID}))
	})
	send := campaignOp("send", "派出检查组")
	send.Detail = "须在公布之后、计划的时间之内；检查对象须在计划之中。各单位负责人照常审批本单位的检查。"
	web.Post(api, send, func(ctx context.Context, in *struct {
		CampaignID
		Body sendBody
	}) (*web.Out[visit], error) {
		id, err := s.SendCampaign(ctx, inspect.SendCampaign{Cause: web.Cause(ctx), Campaign: in.ID, Facility: in.Body.Facility, Officers: in.Body.Officers})
		return showVisit(ctx, s, id, err)
	})
}

func campaignOp(name, summary string) web.Op {
	return web.Op{ID: "campaign-" + name, Path: "/campaigns/{id}/" + name, Tag: special, Summary: summary}
}

// campaignAct registers an act on a campaign. It answers with it as it is then.
func campaignAct[B any](
	api *web.API, shown func(context.Context, string, error) (*web.Out[CampaignShown], error), name, summary string,
	do func(context.Context, store.Cause, string, B) error,
) {
	web.Post(api, campaignOp(name, summary), func(ctx context.Context, in *struct {
		CampaignID
		Body B
	}) (*web.Out[CampaignShown], error) {
		return shown(ctx, in.ID, do(ctx, web.Cause(ctx), in.ID, in.Body))
	})
}
