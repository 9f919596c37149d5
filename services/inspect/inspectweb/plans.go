package inspectweb

import (
	"context"
	"net/http"
	"time"

	"shenzhong/events"
	"shenzhong/services/inspect"
	"shenzhong/services/kit/web"
)

type planBody struct {
	Year    int         `json:"year" minimum:"2000" maximum:"2100" doc:"年度"`
	Title   string      `json:"title" minLength:"1" maxLength:"200" doc:"名称"`
	Batches []batchPlan `json:"batches" minItems:"1" maxItems:"50" doc:"批次"`
}

type batchPlan struct {
	Title      string     `json:"title" minLength:"1" maxLength:"200" doc:"名称"`
	Area       string     `json:"area" maxLength:"10" doc:"监管领域代码，1 至 6"`
	Categories []string   `json:"categories" minItems:"1" maxItems:"20" doc:"检查对象类别代码"`
	Tasks      []taskPlan `json:"tasks" minItems:"1" maxItems:"20" doc:"参加单位和抽查事项，牵头单位在前"`
	From       string     `json:"from" format:"date" doc:"开始日期"`
	To         string     `json:"to" format:"date" doc:"结束日期"`
}

type taskPlan struct {
	Unit     string   `json:"unit" maxLength:"40" doc:"单位代码"`
	Officers int      `json:"officers" minimum:"1" maximum:"10" doc:"每次检查的人数，不少于两人"`
	Skill    string   `json:"skill,omitempty" maxLength:"40" doc:"首席人员的专业，不限的不填"`
	Items    []string `json:"items" minItems:"1" maxItems:"50" doc:"抽查事项代码"`
	Share    int64    `json:"share,omitempty" minimum:"1" maximum:"1000000" doc:"只参加部分检查的单位，参加的比例（百万分之）；不填为每次都参加，牵头单位不填"`
}

func (b batchPlan) planned() events.PlannedBatch {
	out := events.PlannedBatch{Title: b.Title, Area: b.Area, Categories: b.Categories, From: b.From, To: b.To}
	for _, t := range b.Tasks {
		out.Tasks = append(out.Tasks, events.UnitTask{Unit: t.Unit, Officers: t.Officers, Skill: t.Skill, Items: t.Items, Share: t.Share})
	}
	return out
}

type planList struct {
	Plans []inspect.PlanRow `json:"plans"`
}

type ratioList struct {
	Batches []inspect.PlanRatios `json:"batches"`
}

type ratioTable struct {
	Lines []events.RateLine `json:"lines" doc:"每个信用等级和风险等级的抽查比例（百万分之）、现有对象数和算法"`
}

func mountRatios(api *web.API, s *inspect.Service) {
	web.Get(api, web.Op{ID: "ratio-table", Path: "/ratios/{category}", Tag: plans, Summary: "一类检查对象的抽查比例表和算法", Public: true},
		func(ctx context.Context, in *struct {
			Category string `path:"category" pattern:"^[a-z_]{1,40}$" patternDescription:"检查对象类别代码" doc:"检查对象类别代码"`
		}) (*web.Out[ratioTable], error) {
			lines, err := s.Ratios(ctx, in.Category)
			return web.Reply(ratioTable{lines}), err
		})
	web.Get(api, web.Op{ID: "plan-ratios", Path: "/plans/{id}/ratios", Tag: plans, Summary: "按今天的信用等级，计划各批次的抽查比例和算法", Public: true,
		Detail: "计划公布后不再变动；各批次公告时按当日的信用等级重新计算比例。"},
		func(ctx context.Context, in *PlanID) (*web.Out[ratioList], error) {
			batches, err := s.PlanRatios(ctx, web.Actor(ctx), in.ID)
			return web.Reply(ratioList{batches}), err
		})
}

func mountPlans(api *web.API, s *inspect.Service) {
	web.Get(api, web.Op{ID: "plan-list", Path: "/plans", Tag: plans, Summary: "抽查计划列表", Public: true, Detail: "公众可以看到已公布的计划。"},
		func(ctx context.Context, in *struct {
			Year int `query:"year" minimum:"0" maximum:"2100" doc:"年度，不填为全部"`
		}) (*web.Out[planList], error) {
			rows, err := s.Plans(ctx, web.Actor(ctx), in.Year)
			if rows == nil {
				rows = []inspect.PlanRow{}
			}
			return web.Reply(planList{rows}), err
		})
	web.Get(api, web.Op{ID: "plan-get", Path: "/plans/{id}", Tag: plans, Summary: "抽查计划，含各层抽查比例的算法", Public: true},
		func(ctx context.Context, in *PlanID) (*web.Out[plan], error) { return showPlan(ctx, s, in.ID, nil) })
	web.Post(api, web.Op{ID: "plan-draft", Path: "/plans", Tag: plans, Summary: "拟订年度联合抽查计划", Status: http.StatusCreated},
		func(ctx context.Context, in *struct{ Body planBody }) (*web.Out[plan], error) {
			cmd := inspect.DraftPlan{Cause: web.Cause(ctx), Year: in.Body.Year, Title: in.Body.Title}
			for _, b := range in.Body.Batches {
				cmd.Batches = append(cmd.Batches, b.planned())
			}
			id, err := s.DraftPlan(ctx, cmd)
			return showPlan(ctx, s, id, err)
		})
	web.Post(api, web.Op{ID: "plan-approve", Path: "/plans/{id}/approve", Tag: plans, Summary: "本单位负责人审批"},
		func(ctx context.Context, in *PlanID) (*web.Out[plan], error) {
			return showPlan(ctx, s, in.ID, s.ApprovePlan(ctx, inspect.ApprovePlan{Cause: web.Cause(ctx), Plan: in.ID}))
		})
	web.Post(api, web.Op{ID: "plan-publish", Path: "/plans/{id}/publish", Tag: plans, Summary: "公布计划，公布后不再变动"},
		func(ctx context.Context, in *PlanID) (*web.Out[plan], error) {
			return showPlan(ctx, s, in.ID, s.PublishPlan(ctx, inspect.PublishPlan{Cause: web.Cause(ctx), Plan: in.ID}))
		})
}

type announceBody struct {
	No       int       `json:"no" minimum:"1" doc:"计划中的第几批"`
	Parties  []string  `json:"parties" minItems:"3" maxItems:"9" doc:"参与抽取的单位代码，三个以上，至少一个不参加本批检查"`
	Quorum   int       `json:"quorum" minimum:"2" doc:"至少几方揭示才有效"`
	CommitBy time.Time `json:"commit_by" doc:"提交承诺值的截止时间"`
	FreezeBy time.Time `json:"freeze_by" doc:"锁定名录的截止时间"`
	RevealBy time.Time `json:"reveal_by" doc:"揭示随机数的截止时间"`
	Beacon   string    `json:"beacon" maxLength:"100" doc:"公开随机数的来源和期号，例如 cwl-ssq 2026026、cwl-kl8 2026052，当众掷骰为 dice-d10x20"`
	BeaconAt time.Time `json:"beacon_at" doc:"公开随机数产生的时间"`
	OpenBy   time.Time `json:"open_by" doc:"至迟启封的时间"`
}

type batchList struct {
	Batches []batch `json:"batches"`
}

func mountBatches(api *web.API, s *inspect.Service) {
	web.Get(api, web.Op{ID: "batch-list", Path: "/plans/{id}/batches", Tag: plans, Summary: "计划的批次", Public: true},
		func(ctx context.Context, in *PlanID) (*web.Out[batchList], error) {
			rows, err := s.Batches(ctx, in.ID)
			out := batchList{Batches: make([]batch, len(rows))}
			for i, b := range rows {
				out.Batches[i] = batch{b, inspect.Title(b.State)}
			}
			return web.Reply(out), err
		})
	web.Get(api, web.Op{ID: "batch-get", Path: "/batches/{id}", Tag: plans, Summary: "批次公告和各层抽查比例的算法", Public: true},
		func(ctx context.Context, in *BatchID) (*web.Out[batch], error) { return showBatch(ctx, s, in.ID, nil) })
	web.Post(api, web.Op{ID: "batch-announce", Path: "/plans/{id}/batches", Tag: plans, Summary: "公告批次和抽取安排", Status: http.StatusCreated},
		func(ctx context.Context, in *struct {
			PlanID
			Body announceBody
		}) (*web.Out[batch], error) {
			b := in.Body
			id, err := s.AnnounceBatch(ctx, inspect.AnnounceBatch{
				Cause: web.Cause(ctx), Plan: in.ID, No: b.No, Parties: b.Parties, Quorum: b.Quorum, CommitBy: b.CommitBy,
				FreezeBy: b.FreezeBy, RevealBy: b.RevealBy, Beacon: b.Beacon, BeaconAt: b.BeaconAt, OpenBy: b.OpenBy,
			})
			return showBatch(ctx, s, id, err)
		})
	web.Get(api, web.Op{ID: "batch-preview", Path: "/batches/{id}/preview", Tag: plans, Summary: "锁定名录之前预览：对象、人员和存在的问题，不含名单"},
		func(ctx context.Context, in *BatchID) (*web.Out[inspect.Preview], error) {
			p, err := s.PreviewBatch(ctx, web.Actor(ctx), in.ID)
			return web.Reply(p), err
		})
	web.Post(api, web.Op{ID: "batch-freeze", Path: "/batches/{id}/freeze", Tag: plans, Summary: "锁定名录"},
		func(ctx context.Context, in *BatchID) (*web.Out[batch], error) {
			return showBatch(ctx, s, in.ID, s.FreezeBatch(ctx, inspect.FreezeBatch{Cause: web.Cause(ctx), Batch: in.ID}))
		})
}
