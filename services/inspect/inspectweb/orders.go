package inspectweb

import (
	"context"

	"shenzhong/services/inspect"
	"shenzhong/services/kit/web"
)

type proofBody struct {
	Proof  string `json:"proof" minLength:"1" maxLength:"2000" doc:"如何改正"`
	SHA256 string `json:"sha256,omitempty" maxLength:"64" doc:"证明材料的 SHA-256 值"`
}

type extendBody struct {
	Days   int    `json:"days" minimum:"1" maximum:"366" doc:"延长的天数"`
	Reason string `json:"reason" minLength:"1" maxLength:"2000" doc:"理由"`
}

type checkBody struct {
	Passed   bool     `json:"passed" doc:"已经改正"`
	Note     string   `json:"note" minLength:"1" maxLength:"2000" doc:"复查情况"`
	Officers []string `json:"officers" minItems:"2" maxItems:"10" doc:"复查人员编号"`
}

type orderList struct {
	Rectifications []inspect.OrderRow `json:"rectifications"`
}

func mountOrders(api *web.API, s *inspect.Service) {
	web.Get(api, web.Op{ID: "rectification-list", Path: "/rectifications", Tag: orders, Summary: "责令改正列表，最近到期的在前"},
		func(ctx context.Context, in *struct {
			Unit     string `query:"unit" maxLength:"40" doc:"承办单位代码"`
			Facility string `query:"facility" maxLength:"40" doc:"检查对象编号"`
			State    string `query:"state" enum:"ordered,proved,closed" doc:"状态"`
		}) (*web.Out[orderList], error) {
			rows, err := s.Rectifications(ctx, web.Actor(ctx), inspect.Orders{Unit: in.Unit, Facility: in.Facility, State: inspect.State(in.State)})
			if rows == nil {
				rows = []inspect.OrderRow{}
			}
			return web.Reply(orderList{rows}), err
		})
	web.Get(api, web.Op{ID: "rectification-get", Path: "/rectifications/{id}", Tag: orders, Summary: "一件责令改正"},
		func(ctx context.Context, in *OrderID) (*web.Out[order], error) { return showOrder(ctx, s, in.ID, nil) })
	web.Post(api, web.Op{ID: "rectification-extend", Path: "/rectifications/{id}/extend", Tag: orders, Summary: "延长改正期限"},
		func(ctx context.Context, in *struct {
			OrderID
			Body extendBody
		}) (*web.Out[order], error) {
			return showOrder(ctx, s, in.ID, s.ExtendRectification(ctx, inspect.ExtendRectification{
				Cause: web.Cause(ctx), Rectification: in.ID, Days: in.Body.Days, Reason: in.Body.Reason,
			}))
		})
	web.Post(api, web.Op{ID: "rectification-prove", Path: "/rectifications/{id}/prove", Tag: orders, Summary: "提交整改证明"},
		func(ctx context.Context, in *struct {
			OrderID
			Body proofBody
		}) (*web.Out[order], error) {
			return showOrder(ctx, s, in.ID, s.ProveRectification(ctx, inspect.ProveRectification{
				Cause: web.Cause(ctx), Rectification: in.ID, Proof: in.Body.Proof, SHA256: in.Body.SHA256,
			}))
		})
	web.Post(api, web.Op{ID: "rectification-check", Path: "/rectifications/{id}/check", Tag: orders, Summary: "复查"},
		func(ctx context.Context, in *struct {
			OrderID
			Body checkBody
		}) (*web.Out[order], error) {
			return showOrder(ctx, s, in.ID, s.CheckRectification(ctx, inspect.CheckRectification{
				Cause: web.Cause(ctx), Rectification: in.ID, Passed: in.Body.Passed, Note: in.Body.Note, Officers: in.Body.Officers,
			}))
		})
}

type resultList struct {
	Results []inspect.Result `json:"results"`
}

func mountResults(api *web.API, s *inspect.Service) {
	web.Get(api, web.Op{ID: "check-results", Path: "/public/check-results", Tag: public, Summary: "抽查结果", Public: true,
		Detail: "抽取启封之后公开，只列标准结果类别。"},
		func(ctx context.Context, in *struct {
			Year string `query:"year" pattern:"^[0-9]{4}$" patternDescription:"年度" doc:"年度，不填为全部"`
		}) (*web.Out[resultList], error) {
			rows, err := s.CheckResults(ctx, in.Year)
			return web.Reply(resultList{rows}), err
		})
}
