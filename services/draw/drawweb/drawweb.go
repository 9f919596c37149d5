// Package drawweb is the JSON interface of the draws: the acts of the ceremony,
// and what anybody needs to recompute it. It must never decide anything about a
// draw, and never show what is sealed.
package drawweb

import (
	"context"

	"shenzhong/services/draw"
	"shenzhong/services/draw/fdraw"
	"shenzhong/services/kit/store"
	"shenzhong/services/kit/web"
)

const tag = "抽取"

// Mount registers every operation on draws.
func Mount(api *web.API, s *draw.Service) {
	mountReads(api, s)
	mountActs(api, s)
}

// DrawID names a draw in a path. It is exported because huma reads no other
// embedded input.
type DrawID struct {
	ID string `path:"id" pattern:"^[0-9]{6}-[0-9]{4}-[0-9]{4}$" patternDescription:"抽取编号，例如 500156-2026-0001" doc:"抽取编号"`
}

type drawList struct {
	Draws []listedDraw `json:"draws"`
}

type listedDraw struct {
	draw.Row
	Title string `json:"title" doc:"状态名称"`
}

// shown is a draw as everybody may see it.
type shown struct {
	draw.Public
	StateTitle string `json:"state_title" doc:"状态名称"`
}

func mountReads(api *web.API, s *draw.Service) {
	web.Get(api, web.Op{ID: "draw-list", Path: "/draws", Tag: tag, Summary: "抽取列表，新的在前", Public: true},
		func(ctx context.Context, in *struct {
			Batch string `query:"batch" maxLength:"40" doc:"批次编号"`
			Limit int    `query:"limit" minimum:"1" maximum:"500" default:"100" doc:"最多返回的次数"`
		}) (*web.Out[drawList], error) {
			rows, err := s.Draws(ctx, in.Batch, in.Limit)
			out := drawList{Draws: make([]listedDraw, len(rows))}
			for i, r := range rows {
				out.Draws[i] = listedDraw{r, draw.Title(r.State)}
			}
			return web.Reply(out), err
		})
	web.Get(api, web.Op{ID: "draw-get", Path: "/draws/{id}", Tag: tag, Summary: "抽取公告和进展", Public: true,
		Detail: "启封之前只有公告、规则、各方承诺值和封存摘要，没有名录，也没有抽取结果。"},
		func(ctx context.Context, in *DrawID) (*web.Out[shown], error) { return show(ctx, s, in.ID, nil) })
	mountFiles(api, s)
	web.Get(api, web.Op{ID: "draw-trips", Path: "/draws/{id}/trips", Tag: tag, Summary: "本人（单位负责人为本单位）参加的检查和人员",
		Detail: "启封之前，谁去哪里只告诉去的人；没有参加的，返回空列表。"},
		func(ctx context.Context, in *DrawID) (*web.Out[tripList], error) {
			trips, err := s.Trips(ctx, web.Actor(ctx), in.ID)
			return web.Reply(tripList{trips}), err
		})
}

type tripList struct {
	Trips []draw.Trip `json:"trips"`
}

type commitBody struct {
	Commit string `json:"commit" minLength:"64" maxLength:"64" doc:"承诺值，64 位十六进制数，在本单位自己的设备上生成"`
}

type revealBody struct {
	Nonce string `json:"nonce" minLength:"64" maxLength:"64" doc:"随机数，64 位十六进制数"`
}

type beaconBody struct {
	Value string `json:"value" maxLength:"200" doc:"公开随机数，照公布的样子录入"`
}

type replaceBody struct {
	Facility string `json:"facility" maxLength:"40" doc:"检查对象编号"`
	Unit     string `json:"unit" maxLength:"40" doc:"单位代码"`
	No       int    `json:"no" minimum:"1" doc:"席位序号"`
	Reason   string `json:"reason" enum:"leave,avoid,challenge,vacancy" doc:"请假、回避、被申请回避、空缺"`
	Note     string `json:"note" maxLength:"2000" doc:"说明"`
}

type signBody struct {
	File string `json:"file" minLength:"1" maxLength:"2000" doc:"复算签署文件，由 shenzhong draw countersign 生成"`
}

type appointBody struct {
	Facility string `json:"facility" maxLength:"40" doc:"检查对象编号"`
	Unit     string `json:"unit" maxLength:"40" doc:"单位代码"`
	No       int    `json:"no" minimum:"1" doc:"席位序号，须为空缺"`
	Officer  string `json:"officer" minLength:"1" maxLength:"40" doc:"执法人员编号"`
	Note     string `json:"note" minLength:"1" maxLength:"2000" doc:"指定的理由，启封后公开"`
}

// written is an act on one draw and what was written for it.
type written[B any] struct {
	DrawID
	Body B
}

func mountActs(api *web.API, s *draw.Service) {
	act(api, s, "commit", "提交承诺值", func(ctx context.Context, by store.Cause, id string, b commitBody) error {
		return s.Commit(ctx, draw.Commit{Cause: by, Draw: id, Commit: b.Commit})
	})
	act(api, s, "reveal", "揭示随机数", func(ctx context.Context, by store.Cause, id string, b revealBody) error {
		return s.Reveal(ctx, draw.Reveal{Cause: by, Draw: id, Nonce: b.Nonce})
	})
	web.Post(api, op("close", "截止揭示"), func(ctx context.Context, in *DrawID) (*web.Out[shown], error) {
		return show(ctx, s, in.ID, s.Close(ctx, draw.Close{Cause: web.Cause(ctx), Draw: in.ID}))
	})
	act(api, s, "beacon", "录入公开随机数（两人各录一次）", func(ctx context.Context, by store.Cause, id string, b beaconBody) error {
		return s.TypeBeacon(ctx, draw.TypeBeacon{Cause: by, Draw: id, Value: b.Value})
	})
	web.Post(api, op("miss", "确认公开随机数逾期未产生（两个单位各确认一次），改为掷骰"), func(ctx context.Context, in *DrawID) (*web.Out[shown], error) {
		return show(ctx, s, in.ID, s.MissBeacon(ctx, draw.MissBeacon{Cause: web.Cause(ctx), Draw: in.ID}))
	})
	act(api, s, "replace", "按顺位递补检查人员", func(ctx context.Context, by store.Cause, id string, b replaceBody) error {
		return s.Replace(ctx, draw.Replace{Cause: by, Draw: id, Facility: b.Facility, Unit: b.Unit, No: b.No, Reason: b.Reason, Note: b.Note})
	})
	act(api, s, "appoint", "无人可以递补时，牵头单位负责人指定人员并写明理由", func(ctx context.Context, by store.Cause, id string, b appointBody) error {
		return s.Appoint(ctx, draw.Appoint{Cause: by, Draw: id, Facility: b.Facility, Unit: b.Unit, No: b.No, Officer: b.Officer, Note: b.Note})
	})
	web.Post(api, op("material", "参与方的负责人或者法制审核人员领取复算材料；领取即留痕，材料可以算出抽中了谁，启封之前不得外传"),
		func(ctx context.Context, in *DrawID) (*web.Out[*fdraw.Bundle], error) {
			material, err := s.TakeMaterial(ctx, draw.TakeMaterial{Cause: web.Cause(ctx), Draw: in.ID})
			return web.Reply(material), err
		})
	act(api, s, "countersign", "参与方提交复算签署：一致，或者提出异议", func(ctx context.Context, by store.Cause, id string, b signBody) error {
		return s.Countersign(ctx, draw.Countersign{Cause: by, Draw: id, File: b.File})
	})
	web.Post(api, op("open", "启封"), func(ctx context.Context, in *DrawID) (*web.Out[shown], error) {
		return show(ctx, s, in.ID, s.Open(ctx, draw.Open{Cause: web.Cause(ctx), Draw: in.ID}))
	})
}

// act registers an act on a draw. It answers with what everybody may then know.
func act[B any](api *web.API, s *draw.Service, name, summary string, do func(context.Context, store.Cause, string, B) error) {
	web.Post(api, op(name, summary), func(ctx context.Context, in *written[B]) (*web.Out[shown], error) {
		return show(ctx, s, in.ID, do(ctx, web.Cause(ctx), in.ID, in.Body))
	})
}

func show(ctx context.Context, s *draw.Service, id string, err error) (*web.Out[shown], error) {
	if err != nil {
		return nil, err
	}
	p, err := s.Show(ctx, id)
	return web.Reply(shown{p, draw.Title(p.State)}), err
}

func op(name, summary string) web.Op {
	return web.Op{ID: "draw-" + name, Path: "/draws/{id}/" + name, Tag: tag, Summary: summary}
}
