// Package inspectweb is the JSON interface of the joint inspections: plans,
// batches, visits and orders to put something right. It must never decide
// anything about them, and never show a visit to anybody to whom inspect does
// not show it.
package inspectweb

import (
	"context"

	"shenzhong/services/inspect"
	"shenzhong/services/kit/web"
)

// The headings of the documentation.
const (
	plans   = "抽查计划"
	visits  = "联合检查"
	orders  = "责令改正"
	special = "专项检查"
	public  = "抽查结果"
)

// Mount registers every operation on joint inspections.
func Mount(api *web.API, s *inspect.Service) {
	mountPlans(api, s)
	mountRatios(api, s)
	mountBatches(api, s)
	mountVisits(api, s)
	mountNotice(api, s)
	mountRecusals(api, s)
	mountFigures(api, s)
	mountOrders(api, s)
	mountFilings(api, s)
	mountCampaigns(api, s)
	mountResults(api, s)
}

// The ids in paths. They are exported because huma reads no other embedded
// input.
type (
	// PlanID names a plan.
	PlanID struct {
		ID string `path:"id" pattern:"^[0-9]{6}-JH-[0-9]{4}-[0-9]{6}$" patternDescription:"计划编号，例如 500156-JH-2026-000001" doc:"计划编号"`
	}
	// BatchID names a batch.
	BatchID struct {
		ID string `path:"id" pattern:"^[0-9]{6}-PC-[0-9]{4}-[0-9]{6}$" patternDescription:"批次编号，例如 500156-PC-2026-000101" doc:"批次编号"`
	}
	// VisitID names a visit.
	VisitID struct {
		ID string `path:"id" pattern:"^[0-9]{6}-JC-[0-9]{4}-[0-9]{6}-[0-9]{6}$" patternDescription:"检查编号，例如 500156-JC-2026-000101-000012" doc:"检查编号"`
	}
	// OrderID names an order to put something right.
	OrderID struct {
		ID string `path:"id" maxLength:"80" pattern:"^[0-9]{6}-ZG-[0-9a-z-]+$" patternDescription:"责令改正编号" doc:"责令改正编号"`
	}
)

type plan struct {
	inspect.Plan
	Title string `json:"state_title" doc:"状态名称"`
}

type batch struct {
	inspect.PublicBatch
	Title string `json:"state_title" doc:"状态名称"`
}

type visit struct {
	inspect.Visit
	Title string `json:"state_title" doc:"状态名称"`
}

type order struct {
	inspect.Rectification
	Title string `json:"state_title" doc:"状态名称"`
}

func showPlan(ctx context.Context, s *inspect.Service, id string, err error) (*web.Out[plan], error) {
	if err != nil {
		return nil, err
	}
	p, err := s.Plan(ctx, web.Actor(ctx), id)
	return web.Reply(plan{p, inspect.Title(p.State)}), err
}

func showBatch(ctx context.Context, s *inspect.Service, id string, err error) (*web.Out[batch], error) {
	if err != nil {
		return nil, err
	}
	b, err := s.Batch(ctx, id)
	return web.Reply(batch{b, inspect.Title(b.State)}), err
}

func showVisit(ctx context.Context, s *inspect.Service, id string, err error) (*web.Out[visit], error) {
	if err != nil {
		return nil, err
	}
	v, err := s.Visit(ctx, web.Actor(ctx), id)
	return web.Reply(visit{v, inspect.Title(v.State)}), err
}

func showOrder(ctx context.Context, s *inspect.Service, id string, err error) (*web.Out[order], error) {
	if err != nil {
		return nil, err
	}
	r, err := s.Rectification(ctx, web.Actor(ctx), id)
	return web.Reply(order{r, inspect.Title(r.State)}), err
}
