package creditweb

import (
	"context"
	"net/http"

	"shenzhong/services/credit"
	"shenzhong/services/kit/store"
	"shenzhong/services/kit/web"
)

// The headings of the documentation.
const (
	repairs    = "信用修复"
	objections = "信用信息异议"
)

// RepairID names an application for repair in a path. It is exported because
// huma reads no other embedded input.
type RepairID struct {
	ID string `path:"id" pattern:"^[0-9]{6}-XF-[0-9]{4}-[0-9]{6}$" patternDescription:"修复申请编号，例如 500156-XF-2026-000001" doc:"修复申请编号"`
}

// ObjectionID names an objection in a path.
type ObjectionID struct {
	ID string `path:"id" pattern:"^[0-9]{6}-YY-[0-9]{4}-[0-9]{6}$" patternDescription:"异议编号，例如 500156-YY-2026-000001" doc:"异议编号"`
}

// RepairShown is an application as the interface shows it.
type RepairShown struct {
	credit.Repair
	Title string `json:"state_title" doc:"状态名称"`
}

// ObjectionShown is an objection as the interface shows it.
type ObjectionShown struct {
	credit.Objection
	Title string `json:"state_title" doc:"状态名称"`
}

type repairList struct {
	Repairs []credit.Repair `json:"repairs"`
}

type objectionList struct {
	Objections []credit.Objection `json:"objections"`
}

// EntryBody names an entry of a record. It is exported because huma reads no
// other embedded input.
type EntryBody struct {
	Facility string `json:"facility" pattern:"^[0-9]{6}-JG-[0-9]{6}$" patternDescription:"检查对象编号，例如 500156-JG-000001" doc:"检查对象编号"`
	Source   string `json:"source" minLength:"1" maxLength:"80" doc:"该条记录的来源，见信用记录中的 source"`
	Rule     string `json:"rule" minLength:"1" maxLength:"60" doc:"该条记录的计分项，见信用记录中的 rule"`
}

type askBody struct {
	EntryBody
	Commitment string   `json:"commitment" pattern:"^[0-9]{6}-CN-[0-9]{4}-[0-9]{6}$" patternDescription:"承诺编号，例如 500156-CN-2026-000001" doc:"为修复作出的信用修复承诺的编号"`
	Proofs     []string `json:"proofs" minItems:"1" maxItems:"50" doc:"纠正失信行为、履行完毕义务的证明材料"`
}

type claimBody struct {
	EntryBody
	Claim  string   `json:"claim" maxLength:"10000" doc:"哪一项信息有误，正确的内容是什么；不要填写个人信息"`
	Proofs []string `json:"proofs" minItems:"1" maxItems:"50" doc:"证据"`
}

type refusalBody struct {
	Reason string `json:"reason" maxLength:"10000" doc:"不予受理的理由和应当补正的内容"`
}

type grantBody struct {
	Granted bool   `json:"granted" doc:"准予修复为 true，不予修复为 false"`
	Reason  string `json:"reason" maxLength:"10000" doc:"理由"`
}

type upholdBody struct {
	Upheld bool   `json:"upheld" doc:"异议成立为 true，不成立为 false"`
	Reason string `json:"reason" maxLength:"10000" doc:"理由"`
}

// ListQuery selects applications or objections.
type ListQuery struct {
	Facility string `query:"facility" maxLength:"40" doc:"检查对象编号"`
	Unit     string `query:"unit" maxLength:"20" doc:"认定单位"`
	After    string `query:"after" maxLength:"40" doc:"上一页最后一件的编号"`
	Limit    int    `query:"limit" minimum:"1" maximum:"500" default:"100" doc:"最多返回的件数"`
}

func (q ListQuery) selects(state string) credit.Contested {
	return credit.Contested{Facility: q.Facility, Unit: q.Unit, State: state, After: q.After, Limit: q.Limit}
}

func mountRepairs(api *web.API, s *credit.Service) {
	web.Get(api, web.Op{ID: "repair-list", Path: "/repairs", Tag: repairs, Summary: "信用修复申请列表", Detail: "按编号排列；翻页时把最后一件的编号放在 after 中。监管对象只能查看自己的。"},
		func(ctx context.Context, in *struct {
			ListQuery
			State string `query:"state" enum:"asked,accepted,refused,granted,denied" doc:"状态"`
		}) (*web.Out[repairList], error) {
			rows, err := s.Repairs(ctx, web.Actor(ctx), in.selects(in.State))
			return web.Reply(repairList{rows}), err
		})
	shown := func(ctx context.Context, id string) (*web.Out[RepairShown], error) {
		r, err := s.Repair(ctx, web.Actor(ctx), id)
		return web.Reply(RepairShown{Repair: r, Title: credit.RepairTitle(r.State)}), err
	}
	web.Get(api, web.Op{ID: "repair-get", Path: "/repairs/{id}", Tag: repairs, Summary: "信用修复申请全貌"},
		func(ctx context.Context, in *RepairID) (*web.Out[RepairShown], error) { return shown(ctx, in.ID) })
	web.Post(api, web.Op{
		ID: "repair-ask", Path: "/repairs", Tag: repairs, Summary: "申请信用修复", Status: http.StatusCreated,
		Detail: "最短公示期届满、义务履行完毕并公开作出信用修复承诺后可以申请，最早日期见信用记录。running 是受理的期限。",
	}, func(ctx context.Context, in *struct{ Body askBody }) (*web.Out[RepairShown], error) {
		b := in.Body
		id, err := s.AskRepair(ctx, credit.AskRepair{
			Cause: web.Cause(ctx), Facility: b.Facility, Source: b.Source, Rule: b.Rule, Commitment: b.Commitment, Proofs: b.Proofs,
		})
		if err != nil {
			return nil, err
		}
		return shown(ctx, id)
	})
	web.Post(api, web.Op{ID: "repair-accept", Path: "/repairs/{id}/accept", Tag: repairs, Summary: "受理信用修复申请", Detail: "由认定单位受理；running 是作出决定的期限。"},
		func(ctx context.Context, in *RepairID) (*web.Out[RepairShown], error) {
			if err := s.AcceptRepair(ctx, credit.AcceptRepair{Cause: web.Cause(ctx), Repair: in.ID, Accept: true}); err != nil {
				return nil, err
			}
			return shown(ctx, in.ID)
		})
	actRepair(api, shown, "refuse", "不予受理信用修复申请", func(ctx context.Context, by store.Cause, id string, b refusalBody) error {
		return s.AcceptRepair(ctx, credit.AcceptRepair{Cause: by, Repair: id, Reason: b.Reason})
	})
	actRepair(api, shown, "decide", "决定准予或者不予信用修复", func(ctx context.Context, by store.Cause, id string, b grantBody) error {
		return s.DecideRepair(ctx, credit.DecideRepair{Cause: by, Repair: id, Granted: b.Granted, Reason: b.Reason})
	})
}

// actRepair registers an act on an application. It answers with it as it is
// then.
func actRepair[B any](
	api *web.API, shown func(context.Context, string) (*web.Out[RepairShown], error), name, summary string,
	do func(context.Context, store.Cause, string, B) error,
) {
	web.Post(api, web.Op{ID: "repair-" + name, Path: "/repairs/{id}/" + name, Tag: repairs, Summary: summary},
		func(ctx context.Context, in *struct {
			RepairID
			Body B
		}) (*web.Out[RepairShown], error) {
			if err := do(ctx, web.Cause(ctx), in.ID, in.Body); err != nil {
				return nil, err
			}
			return shown(ctx, in.ID)
		})
}

func mountObjections(api *web.API, s *credit.Service) {
	web.Get(api, web.Op{ID: "objection-list", Path: "/objections", Tag: objections, Summary: "信用信息异议列表", Detail: "按编号排列；翻页时把最后一件的编号放在 after 中。监管对象只能查看自己的。"},
		func(ctx context.Context, in *struct {
			ListQuery
			State string `query:"state" enum:"raised,upheld,rejected" doc:"状态"`
		}) (*web.Out[objectionList], error) {
			rows, err := s.Objections(ctx, web.Actor(ctx), in.selects(in.State))
			return web.Reply(objectionList{rows}), err
		})
	shown := func(ctx context.Context, id string) (*web.Out[ObjectionShown], error) {
		o, err := s.Objection(ctx, web.Actor(ctx), id)
		return web.Reply(ObjectionShown{Objection: o, Title: credit.ObjectionTitle(o.State)}), err
	}
	web.Get(api, web.Op{ID: "objection-get", Path: "/objections/{id}", Tag: objections, Summary: "信用信息异议全貌"},
		func(ctx context.Context, in *ObjectionID) (*web.Out[ObjectionShown], error) { return shown(ctx, in.ID) })
	web.Post(api, web.Op{
		ID: "objection-raise", Path: "/objections", Tag: objections, Summary: "提出信用信息异议", Status: http.StatusCreated,
		Detail: "处理期间该条记录标注“异议处理中”；running 是处理的期限。",
	}, func(ctx context.Context, in *struct{ Body claimBody }) (*web.Out[ObjectionShown], error) {
		b := in.Body
		id, err := s.RaiseObjection(ctx, credit.RaiseObjection{
			Cause: web.Cause(ctx), Facility: b.Facility, Source: b.Source, Rule: b.Rule, Claim: b.Claim, Proofs: b.Proofs,
		})
		if err != nil {
			return nil, err
		}
		return shown(ctx, id)
	})
	web.Post(api, web.Op{
		ID: "objection-decide", Path: "/objections/{id}/decide", Tag: objections, Summary: "认定异议成立或者不成立",
		Detail: "异议成立的，该条记录从信用记录中删除；已经公示的信息由公示单位另行更正或者撤回。",
	}, func(ctx context.Context, in *struct {
		ObjectionID
		Body upholdBody
	}) (*web.Out[ObjectionShown], error) {
		if err := s.DecideObjection(ctx, credit.DecideObjection{Cause: web.Cause(ctx), Objection: in.ID, Upheld: in.Body.Upheld, Reason: in.Body.Reason}); err != nil {
			return nil, err
		}
		return shown(ctx, in.ID)
	})
}
