// Package casefileweb is the JSON interface of the cases: one operation for
// each act. It must never decide anything about a case, and never show one to
// an account that casefile does not show it to.
package casefileweb

import (
	"context"
	"net/http"

	"shenzhong/services/casefile"
	"shenzhong/services/kit/store"
	"shenzhong/services/kit/web"
)

const tag = "案件"

// Mount registers every operation on cases.
func Mount(api *web.API, s *casefile.Service) {
	mountReads(api, s)
	mountInvestigation(api, s)
	mountHearing(api, s)
	mountDecision(api, s)
}

// Shown is a case as the interface shows it.
type Shown struct {
	casefile.Case
	Title string          `json:"title" doc:"状态名称"`
	Open  []casefile.Gate `json:"open" doc:"作出决定之前尚未完成的法定程序"`
	Owed  int64           `json:"owed_fen" doc:"未缴清的罚没款，单位：分"`
}

func show(c casefile.Case) *web.Out[Shown] {
	return web.Reply(Shown{Case: c, Title: casefile.Title(c.State), Open: c.Open(), Owed: c.Owed()})
}

// CaseID names a case in a path. It is exported because huma reads no other
// embedded input.
type CaseID struct {
	ID string `path:"id" pattern:"^[0-9]{6}-AJ-[0-9]{4}-[0-9]{6}$" patternDescription:"案件编号，例如 500156-AJ-2026-000001" doc:"案件编号"`
}

// listed is an answer with several cases.
type listed struct {
	Cases []casefile.Row `json:"cases"`
}

func mountReads(api *web.API, s *casefile.Service) {
	web.Get(api, web.Op{ID: "case-list", Path: "/cases", Tag: tag, Summary: "案件列表", Detail: "按编号排列；翻页时把最后一件的编号放在 after 中。"},
		func(ctx context.Context, in *struct {
			Unit     string `query:"unit" maxLength:"40" doc:"承办单位代码"`
			State    string `query:"state" enum:"filed,investigating,reported,noticed,heard,reviewed,discussed,decided,served,spared,revoked,closed" doc:"状态"`
			Facility string `query:"facility" maxLength:"40" doc:"检查对象编号"`
			After    string `query:"after" maxLength:"40" doc:"上一页最后一件的编号"`
			Limit    int    `query:"limit" minimum:"1" maximum:"500" default:"100" doc:"最多返回的件数"`
		}) (*web.Out[listed], error) {
			rows, err := s.Cases(ctx, web.Actor(ctx), casefile.Filter{
				Unit: in.Unit, State: casefile.State(in.State), Facility: in.Facility, After: in.After, Limit: in.Limit,
			})
			return web.Reply(listed{rows}), err
		})
	web.Get(api, web.Op{ID: "case-due", Path: "/cases/due", Tag: tag, Summary: "待办案件，期限最近的在前"},
		func(ctx context.Context, in *struct {
			Unit  string `query:"unit" maxLength:"40" doc:"承办单位代码，不填为本单位"`
			Limit int    `query:"limit" minimum:"1" maximum:"500" default:"100" doc:"最多返回的件数"`
		}) (*web.Out[listed], error) {
			actor := web.Actor(ctx)
			if in.Unit == "" {
				in.Unit = actor.Unit
			}
			rows, err := s.Due(ctx, actor, in.Unit, in.Limit)
			return web.Reply(listed{rows}), err
		})
	web.Get(api, web.Op{ID: "case-get", Path: "/cases/{id}", Tag: tag, Summary: "案件全貌"},
		func(ctx context.Context, in *CaseID) (*web.Out[Shown], error) {
			c, err := s.Case(ctx, web.Actor(ctx), in.ID)
			return show(c), err
		})
	web.Post(api, web.Op{ID: "case-file", Path: "/cases", Tag: tag, Summary: "立案", Status: http.StatusCreated},
		func(ctx context.Context, in *struct{ Body fileBody }) (*web.Out[Shown], error) {
			b := in.Body
			id, err := s.File(ctx, casefile.File{
				Cause: web.Cause(ctx), Facility: b.Facility, Respondent: b.Respondent.party(), Offence: b.Offence, Act: b.Act, Leads: b.Leads,
			})
			if err != nil {
				return nil, err
			}
			c, err := s.Case(ctx, web.Actor(ctx), id)
			return show(c), err
		})
}

// written is an act on one case and what was written for it.
type written[B any] struct {
	CaseID
	Body B
}

// act registers an act on a case. It answers with the case as it is then.
func act[B any](api *web.API, s *casefile.Service, name, summary string, do func(context.Context, store.Cause, string, B) error) {
	web.Post(api, op(name, summary), func(ctx context.Context, in *written[B]) (*web.Out[Shown], error) {
		if err := do(ctx, web.Cause(ctx), in.ID, in.Body); err != nil {
			return nil, err
		}
		c, err := s.Case(ctx, web.Actor(ctx), in.ID)
		return show(c), err
	})
}

func op(name, summary string) web.Op {
	return web.Op{ID: "case-" + name, Path: "/cases/{id}/" + name, Tag: tag, Summary: summary}
}
