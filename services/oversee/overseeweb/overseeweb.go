// Package overseeweb is the JSON interface of the time limits and the public
// page of how they are kept. It must never rank units, and never show the
// public whom a limit is about.
package overseeweb

import (
	"context"

	"shenzhong/services/kit/web"
	"shenzhong/services/oversee"
)

// The headings of the documentation.
const (
	staff  = "期限督办"
	public = "履职情况公示"
)

// Mount registers every operation on time limits.
func Mount(api *web.API, s *oversee.Service) {
	mountLimits(api, s)
	mountMeasures(api, s)
	mountTasks(api, s)
	web.Get(api, web.Op{
		ID: "performance", Path: "/public/performance", Tag: public, Summary: "各单位办理法定期限事项的情况", Public: true,
		Detail: "按单位名录的顺序排列，不作排名；只统计是否按期办理，不统计检查和罚款的数量（国办发〔2024〕54号）。按期率的分母是已办结和逾期未办结的件数之和；few 表示分母不足 10 件，比例没有参考意义。",
	}, func(ctx context.Context, _ *struct{}) (*web.Out[performance], error) {
		p, err := read(ctx, s)
		return web.Reply(p), err
	})
}

// performance is what the public may know of how limits are kept.
type performance struct {
	Units   []oversee.Figures `json:"units" doc:"各单位全部期限的办理情况"`
	Duties  []oversee.Duty    `json:"duties" doc:"公示、撤回等向社会公开的期限的办理情况"`
	Overdue []oversee.Passed  `json:"overdue" doc:"已经逾期、尚未办结的事项"`
	// Indicators, Outcomes and Circulars are for all units together.
	Indicators []oversee.Measured `json:"indicators" doc:"方案目标和时效的指标，列分子和分母；measurable 为假的写明缺少哪些事实"`
	Outcomes   []oversee.Outcome  `json:"outcomes" doc:"线索办结的去向，分别统计，只有已纠正计为解决"`
	Circulars  []oversee.Circular `json:"circulars" doc:"已经发出的通报"`
}

func read(ctx context.Context, s *oversee.Service) (p performance, err error) {
	if p.Units, err = s.Figures(ctx); err != nil {
		return p, err
	}
	if p.Duties, err = s.Duties(ctx); err != nil {
		return p, err
	}
	if p.Overdue, err = s.Passed(ctx); err != nil {
		return p, err
	}
	if p.Indicators, err = s.Indicators(ctx); err != nil {
		return p, err
	}
	if p.Outcomes, err = s.Outcomes(ctx); err != nil {
		return p, err
	}
	p.Circulars, err = s.Circulars(ctx)
	return p, err
}

// DeadlineID names a limit in a path. It is exported because huma reads no
// other embedded input.
type DeadlineID struct {
	ID string `path:"id" pattern:"^[0-9]{6}-QX-[A-Za-z0-9._-]{1,150}$" patternDescription:"期限编号，取自期限列表" doc:"期限编号，取自列表的 id"`
}

// listed is an answer with several limits.
type listed struct {
	Deadlines []oversee.Row `json:"deadlines"`
}

func mountLimits(api *web.API, s *oversee.Service) {
	web.Get(api, web.Op{ID: "deadline-list", Path: "/deadlines", Tag: staff, Summary: "期限列表，最近到期的在前", Detail: "reminded 是已经发出的提醒，escalated 是已经报送的负责人，urged 是人工催办。"},
		func(ctx context.Context, in *struct {
			Unit      string `query:"unit" maxLength:"40" doc:"承办单位代码，不填为本单位"`
			Rule      string `query:"rule" maxLength:"60" doc:"期限规则"`
			State     string `query:"state" enum:"armed,overdue,met,met_late" doc:"计时中、已逾期、按期办结、逾期办结"`
			Escalated bool   `query:"escalated" doc:"只列已报负责人督办的"`
			Limit     int    `query:"limit" minimum:"1" maximum:"500" default:"100" doc:"最多返回的条数"`
		}) (*web.Out[listed], error) {
			rows, err := s.Deadlines(ctx, web.Actor(ctx), oversee.Filter{
				Unit: in.Unit, Rule: in.Rule, State: oversee.State(in.State), Escalated: in.Escalated, Limit: in.Limit,
			})
			return web.Reply(listed{rows}), err
		})
	web.Get(api, web.Op{ID: "deadline-get", Path: "/deadlines/{id}", Tag: staff, Summary: "一个期限是怎样计算的，已经和将要怎样提醒"},
		func(ctx context.Context, in *DeadlineID) (*web.Out[oversee.Counted], error) {
			d, err := s.Deadline(ctx, web.Actor(ctx), in.ID)
			return web.Reply(d), err
		})
	web.Post(api, web.Op{ID: "deadline-urge", Path: "/deadlines/{id}/urge", Tag: staff, Summary: "催办"},
		func(ctx context.Context, in *struct {
			DeadlineID
			Body struct {
				Words string `json:"words" maxLength:"2000" doc:"催办的要求"`
			}
		}) (*web.Out[oversee.Counted], error) {
			if err := s.Urge(ctx, oversee.Urge{Cause: web.Cause(ctx), Deadline: in.ID, Words: in.Body.Words}); err != nil {
				return nil, err
			}
			d, err := s.Deadline(ctx, web.Actor(ctx), in.ID)
			return web.Reply(d), err
		})
}
