package inspectweb

import (
	"context"

	"shenzhong/services/inspect"
	"shenzhong/services/kit/web"
)

// FilingID names a filing in a path. It is exported because huma reads no other
// embedded input.
type FilingID struct {
	ID string `path:"id" pattern:"^[0-9]{6}-BA-[0-9]{4}-[0-9]{6}$" patternDescription:"备案编号，例如 500156-BA-2026-000001" doc:"备案编号"`
}

type filingBody struct {
	Receipt string `json:"receipt" minLength:"1" maxLength:"200" doc:"司法行政部门的备案回执"`
}

type filingList struct {
	Filings []inspect.FilingRow `json:"filings"`
}

// FilingShown is a filing as the interface shows it.
type FilingShown struct {
	inspect.CodeFiling
	Title string `json:"state_title" doc:"状态名称"`
}

func mountFilings(api *web.API, s *inspect.Service) {
	shown := func(ctx context.Context, id string) (*web.Out[FilingShown], error) {
		f, err := s.Filing(ctx, web.Actor(ctx), id)
		return web.Reply(FilingShown{CodeFiling: f, Title: inspect.Title(f.State)}), err
	}
	web.Get(api, web.Op{ID: "code-filing-list", Path: "/code-filings", Tag: visits, Summary: "未取得执法码的检查的备案", Detail: "各单位看到本单位的。"},
		func(ctx context.Context, in *struct {
			State string `query:"state" enum:"filing_due,filed" doc:"待备案、已备案"`
		}) (*web.Out[filingList], error) {
			rows, err := s.Filings(ctx, web.Actor(ctx), inspect.State(in.State))
			if rows == nil {
				rows = []inspect.FilingRow{}
			}
			return web.Reply(filingList{rows}), err
		})
	web.Get(api, web.Op{ID: "code-filing-get", Path: "/code-filings/{id}", Tag: visits, Summary: "一件备案", Detail: "检查的编号和原因只向可以知道该次检查的人显示。"},
		func(ctx context.Context, in *FilingID) (*web.Out[FilingShown], error) { return shown(ctx, in.ID) })
	web.Post(api, web.Op{ID: "code-filing-file", Path: "/code-filings/{id}/file", Tag: visits, Summary: "登记已报司法行政部门备案"},
		func(ctx context.Context, in *struct {
			FilingID
			Body filingBody
		}) (*web.Out[FilingShown], error) {
			if err := s.FileCode(ctx, inspect.FileCode{Cause: web.Cause(ctx), Filing: in.ID, Receipt: in.Body.Receipt}); err != nil {
				return nil, err
			}
			return shown(ctx, in.ID)
		})
}
