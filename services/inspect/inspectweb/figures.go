package inspectweb

import (
	"context"

	"shenzhong/services/inspect"
	"shenzhong/services/kit/stats"
	"shenzhong/services/kit/web"
)

const figures = "抽查统计"

type yearQuery struct {
	Year string `query:"year" required:"true" pattern:"^[0-9]{4}$" patternDescription:"年度，例如 2026" doc:"年度"`
}

type rateList struct {
	Rates []inspect.ViolationRate `json:"rates" doc:"各类对象检出问题的比率：估计值和 95% 区间。按每个对象被抽中的概率加权，推及全部对象"`
}

type comparedList struct {
	Officers []inspect.Compared `json:"officers" doc:"本人没有查看过的，不给出数字"`
}

func mountFigures(api *web.API, s *inspect.Service) {
	web.Get(api, web.Op{ID: "facility-chances", Path: "/facilities/{id}/chances", Tag: figures, Summary: "一家单位每次抽取的概率、全年被抽中的概率和平均次数",
		Detail: "按已公布的计划和规则、以当年尚未受检计算，与已经封存的结果无关。机构只能查看自己的。"},
		func(ctx context.Context, in *struct {
			ID   string `path:"id" pattern:"^[0-9]{6}-JG-[0-9]{6}$" patternDescription:"检查对象编号" doc:"检查对象编号"`
			Year int    `query:"year" minimum:"2000" maximum:"2100" doc:"年度，不填为今年"`
		}) (*web.Out[inspect.Chances], error) {
			c, err := s.Chances(ctx, web.Actor(ctx), in.ID, in.Year)
			return web.Reply(c), err
		})
	web.Get(api, web.Op{ID: "violation-rates", Path: "/public/violation-rates", Tag: figures, Summary: "由随机抽查推算的检出率", Public: true,
		Detail: "只用已经启封的抽取；因投诉、异常名录等必须检查的不计入。"},
		func(ctx context.Context, in *yearQuery) (*web.Out[rateList], error) {
			rates, err := s.ViolationRates(ctx, in.Year)
			return web.Reply(rateList{rates}), err
		})
	web.Get(api, web.Op{ID: "strictness-own", Path: "/strictness/own", Tag: figures, Summary: "检查人员本人的检出率与同类检查中其他人的比较",
		Detail: "少于十次检查的不给出。只用于培训和搭配，不用于考核。"},
		func(ctx context.Context, in *yearQuery) (*web.Out[stats.Strictness], error) {
			own, err := s.OwnStrictness(ctx, web.Actor(ctx), in.Year)
			return web.Reply(own), err
		})
	web.Post(api, web.Op{ID: "strictness-see", Path: "/strictness/own/seen", Tag: figures, Summary: "检查人员确认本人已经查看，此后本单位负责人方可看到"},
		func(ctx context.Context, in *yearQuery) (*web.Out[stats.Strictness], error) {
			if err := s.SeeStrictness(ctx, inspect.SeeStrictness{Cause: web.Cause(ctx), Year: in.Year}); err != nil {
				return nil, err
			}
			own, err := s.OwnStrictness(ctx, web.Actor(ctx), in.Year)
			return web.Reply(own), err
		})
	web.Get(api, web.Op{ID: "strictness-list", Path: "/strictness", Tag: figures, Summary: "本单位检查人员的检出率比较（负责人）"},
		func(ctx context.Context, in *yearQuery) (*web.Out[comparedList], error) {
			rows, err := s.Strictness(ctx, web.Actor(ctx), in.Year)
			return web.Reply(comparedList{rows}), err
		})
}
