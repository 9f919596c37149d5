// Package clueweb is the JSON interface of the clues: how the public reports
// and follows one, and one operation for each act of the units. It must never
// decide anything about a clue, and never show to the holder of a receipt code
// more than clue shows them.
package clueweb

import (
	"context"
	"net/http"

	"shenzhong/services/clue"
	"shenzhong/services/kit/store"
	"shenzhong/services/kit/web"
	"shenzhong/services/kit/workday"
)

// The headings of the documentation.
const (
	public = "投诉举报"
	desk   = "线索"
)

// Mount registers every operation on clues.
func Mount(api *web.API, s *clue.Service) {
	mountPublic(api, s)
	mountReads(api, s)
	mountActs(api, s)
}

// Shown is a clue as the interface shows it.
type Shown struct {
	clue.Row
	Title string `json:"title" doc:"状态名称"`
}

func show(r clue.Row) Shown { return Shown{Row: r, Title: clue.Title(r.State)} }

// ClueID names a clue in a path. It is exported because huma reads no other
// embedded input.
type ClueID struct {
	ID string `path:"id" pattern:"^[0-9]{6}-XS-[0-9]{4}-[0-9]{6}$" patternDescription:"线索编号，例如 500156-XS-2026-000001" doc:"线索编号"`
}

// mountPublic registers what a citizen may do without a token.
func mountPublic(api *web.API, s *clue.Service) {
	web.Post(api, web.Op{
		ID: "clue-receive", Path: "/clues", Tag: public, Summary: "反映问题", Public: true, Status: http.StatusCreated,
		Detail: "可以匿名。留下联系方式的，联系方式加密保存，只用于答复。查询码只显示这一次。工作人员代为登记时填写来源。",
	}, func(ctx context.Context, in *struct{ Body receiveBody }) (*web.Out[clue.Receipt], error) {
		b := in.Body
		r, err := s.Receive(ctx, clue.Receive{
			Cause: web.Cause(ctx), Source: b.Source, Origin: b.Origin, Facility: b.Facility, Name: b.Name, Town: b.Town,
			Offence: b.Offence, Text: b.Text, Contact: b.Contact.contact(),
		})
		return web.Reply(r), err
	})
	web.Post(api, web.Op{
		ID: "clue-track", Path: "/clues/track", Tag: public, Summary: "凭查询码查看进展", Public: true,
		Detail: "查询码放在正文中，不放在网址中，以免留在访问记录里。",
	}, func(ctx context.Context, in *struct{ Body codeBody }) (*web.Out[clue.Progress], error) {
		p, err := s.Track(ctx, in.Body.Code)
		return web.Reply(p), err
	})
	web.Post(api, web.Op{
		ID: "clue-reopen", Path: "/clues/reopen", Tag: public, Summary: "对答复不满意，凭查询码申请重新核查", Public: true,
		Detail: "须有新的情况或者证据，同一件只能申请一次。",
	}, func(ctx context.Context, in *struct{ Body reopenBody }) (*web.Out[clue.Progress], error) {
		if err := s.Reopen(ctx, clue.Reopen{Cause: web.Cause(ctx), Code: in.Body.Code, Text: in.Body.Text}); err != nil {
			return nil, err
		}
		p, err := s.Track(ctx, in.Body.Code)
		return web.Reply(p), err
	})
	web.Get(api, web.Op{ID: "clue-offenses", Path: "/offenses", Tag: public, Summary: "可以反映的问题类型和主管部门", Public: true},
		func(context.Context, *struct{}) (*web.Out[offenceList], error) {
			return web.Reply(offenceList{s.Offenses()}), nil
		})
}

type offenceList struct {
	Offenses []clue.Offence `json:"offenses"`
}

type clueList struct {
	Clues []Shown `json:"clues"`
}

func listed(rows []clue.Row) *web.Out[clueList] {
	out := clueList{Clues: make([]Shown, len(rows))}
	for i, r := range rows {
		out.Clues[i] = show(r)
	}
	return web.Reply(out)
}

type countedList struct {
	Limits []counted `json:"limits"`
}

type counted struct {
	workday.Reckoning
	Text string `json:"text" doc:"怎样计算，逐日说明"`
}

func mountReads(api *web.API, s *clue.Service) {
	web.Get(api, web.Op{ID: "clue-list", Path: "/clues", Tag: desk, Summary: "线索列表，期限最近的在前"},
		func(ctx context.Context, in *struct {
			Unit     string `query:"unit" maxLength:"40" doc:"主办单位代码"`
			Assist   bool   `query:"assist" doc:"改列该单位协办、尚在期限内的线索"`
			State    string `query:"state" enum:"received,routed,accepted,returned,disputed,ruled,merged,concluded,answered,reopened" doc:"状态"`
			Facility string `query:"facility" maxLength:"40" doc:"检查对象编号"`
			Offence  string `query:"offence" maxLength:"60" doc:"违法行为类型代码"`
			Limit    int    `query:"limit" minimum:"1" maximum:"500" default:"100" doc:"最多返回的件数"`
		}) (*web.Out[clueList], error) {
			rows, err := s.Board(ctx, web.Actor(ctx), clue.Filter{Unit: in.Unit, Assisting: in.Assist, State: clue.State(in.State), Facility: in.Facility, Offence: in.Offence, Limit: in.Limit})
			return listed(rows), err
		})
	web.Get(api, web.Op{ID: "clue-get", Path: "/clues/{id}", Tag: desk, Summary: "线索全貌"},
		func(ctx context.Context, in *ClueID) (*web.Out[Shown], error) {
			r, err := s.Show(ctx, web.Actor(ctx), in.ID)
			return web.Reply(show(r)), err
		})
	web.Get(api, web.Op{ID: "clue-limits", Path: "/clues/{id}/limits", Tag: desk, Summary: "各项期限是怎样计算的"},
		func(ctx context.Context, in *ClueID) (*web.Out[countedList], error) {
			limits, err := s.Explain(ctx, web.Actor(ctx), in.ID)
			out := countedList{Limits: make([]counted, len(limits))}
			for i, r := range limits {
				out.Limits[i] = counted{r, r.Explain()}
			}
			return web.Reply(out), err
		})
	web.Get(api, web.Op{ID: "clue-similar", Path: "/clues/{id}/similar", Tag: desk, Summary: "疑似同一事项的线索"},
		func(ctx context.Context, in *ClueID) (*web.Out[clueList], error) {
			rows, err := s.Similar(ctx, web.Actor(ctx), in.ID)
			return listed(rows), err
		})
	web.Get(api, web.Op{ID: "clue-precedents", Path: "/offenses/{offence}/precedents", Tag: desk, Summary: "同类职责争议的裁定先例"},
		func(ctx context.Context, in *struct {
			Offence string `path:"offence" maxLength:"60" doc:"违法行为类型代码"`
		}) (*web.Out[clueList], error) {
			rows, err := s.Precedents(ctx, web.Actor(ctx), in.Offence)
			return listed(rows), err
		})
}

// written is an act on one clue and what was written for it.
type written[B any] struct {
	ClueID
	Body B
}

// act registers an act on a clue. It answers with the clue as it is then.
func act[B any](api *web.API, s *clue.Service, name, summary string, do func(context.Context, store.Cause, string, B) error) {
	web.Post(api, op(name, summary), func(ctx context.Context, in *written[B]) (*web.Out[Shown], error) {
		return after(ctx, s, in.ID, do(ctx, web.Cause(ctx), in.ID, in.Body))
	})
}

func after(ctx context.Context, s *clue.Service, id string, err error) (*web.Out[Shown], error) {
	if err != nil {
		return nil, err
	}
	r, err := s.Show(ctx, web.Actor(ctx), id)
	return web.Reply(show(r)), err
}

func op(name, summary string) web.Op {
	return web.Op{ID: "clue-" + name, Path: "/clues/{id}/" + name, Tag: desk, Summary: summary}
}
