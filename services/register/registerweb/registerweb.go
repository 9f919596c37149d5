// Package registerweb is the JSON interface of the registers: one operation for
// each act. It must never decide anything about an entry, and never show one to
// an account that register does not show it to.
package registerweb

import (
	"context"

	"shenzhong/events"
	"shenzhong/services/kit/law"
	"shenzhong/services/kit/store"
	"shenzhong/services/kit/web"
	"shenzhong/services/register"
)

// The headings of the documentation.
const (
	lists      = "名录"
	facilities = "检查对象名录库"
	officers   = "执法检查人员名录库"
)

// Mount registers every operation on the registers.
func Mount(api *web.API, s *register.Service) {
	mountLists(api, s)
	mountFacilities(api, s)
	mountOfficers(api, s)
	mountImports(api, s)
}

type areaList struct {
	Areas []area `json:"areas"`
}

type area struct {
	Code     string   `json:"code" doc:"代码，1 至 6"`
	Name     string   `json:"name" doc:"名称"`
	Lead     string   `json:"lead" doc:"牵头单位代码"`
	Assist   []string `json:"assist" doc:"配合单位代码"`
	Contents []string `json:"contents" doc:"监管内容"`
	Basis    string   `json:"basis" doc:"依据"`
}

type kindList struct {
	Categories []kind `json:"categories" doc:"检查对象类别"`
	Subjects   []kind `json:"subject_kinds" doc:"主体类型"`
}

type kind struct {
	Code string `json:"code" doc:"代码"`
	Name string `json:"name" doc:"名称"`
}

type unitList struct {
	Units []events.Unit `json:"units"`
}

type itemList struct {
	Items []register.ItemRow `json:"items"`
}

// ItemCode names an inspection item in a path. It is exported because huma
// reads no other embedded input.
type ItemCode struct {
	Code string `path:"code" pattern:"^[a-z0-9-]{3,40}$" patternDescription:"抽查事项代码，例如 mzj-102" doc:"抽查事项代码"`
}

type reasonBody struct {
	Reason string `json:"reason" maxLength:"200" doc:"理由"`
}

// mountLists registers what everybody may read, for the plan and the list of
// items are published, and the acts on it.
func mountLists(api *web.API, s *register.Service) {
	web.Get(api, web.Op{ID: "register-areas", Path: "/areas", Tag: lists, Summary: "监管领域", Public: true},
		func(context.Context, *struct{}) (*web.Out[areaList], error) {
			out := areaList{Areas: []area{}}
			for _, a := range s.Areas() {
				out.Areas = append(out.Areas, area{Code: a.Code, Name: a.Name, Lead: a.Lead, Assist: a.Assist, Contents: a.Contents, Basis: a.Citation()})
			}
			return web.Reply(out), nil
		})
	web.Get(api, web.Op{ID: "register-kinds", Path: "/facility-kinds", Tag: lists, Summary: "检查对象类别和主体类型", Public: true},
		func(context.Context, *struct{}) (*web.Out[kindList], error) {
			categories, subjects := s.Kinds()
			return web.Reply(kindList{Categories: named(categories, category), Subjects: named(subjects, subject)}), nil
		})
	web.Get(api, web.Op{ID: "register-units", Path: "/units", Tag: lists, Summary: "成员单位名录", Public: true},
		func(ctx context.Context, in *struct {
			Kind string `query:"kind" enum:"member,cooperating,town,coordinating" doc:"成员单位、配合单位、乡镇街道、议事协调机构"`
		}) (*web.Out[unitList], error) {
			units, err := s.Units(ctx, in.Kind)
			return web.Reply(unitList{some(units)}), err
		})
	web.Get(api, web.Op{ID: "register-items", Path: "/items", Tag: lists, Summary: "随机抽查事项清单", Public: true, Detail: "按代码排列；翻页时把最后一项的代码放在 after 中。"},
		func(ctx context.Context, in *struct {
			Area  string `query:"area" maxLength:"10" doc:"监管领域代码"`
			Unit  string `query:"unit" maxLength:"40" doc:"检查主体代码"`
			State string `query:"state" enum:"published,retired" doc:"已公布、已停用"`
			After string `query:"after" maxLength:"40" doc:"上一页最后一项的代码"`
			Limit int    `query:"limit" minimum:"1" maximum:"500" default:"100" doc:"最多返回的项数"`
		}) (*web.Out[itemList], error) {
			rows, err := s.Items(ctx, register.Items{Area: in.Area, Unit: in.Unit, State: register.State(in.State), After: in.After, Limit: in.Limit})
			return web.Reply(itemList{some(rows)}), err
		})
	web.Post(api, web.Op{ID: "register-load", Path: "/district/load", Tag: lists, Summary: "按规则包更新单位名录和抽查事项清单", Detail: "重复办理不会产生变化。"},
		func(ctx context.Context, _ *struct{}) (*web.Out[itemList], error) {
			if err := s.LoadDistrict(ctx, register.LoadDistrict{Cause: web.Cause(ctx)}); err != nil {
				return nil, err
			}
			rows, err := s.Items(ctx, register.Items{State: register.Published, Limit: 1000})
			return web.Reply(itemList{some(rows)}), err
		})
	web.Post(api, web.Op{ID: "item-publish", Path: "/items/{code}/publish", Tag: lists, Summary: "公布抽查事项"},
		func(ctx context.Context, in *ItemCode) (*web.Out[register.Item], error) {
			return item(ctx, s, in.Code, s.PublishItem(ctx, register.PublishItem{Cause: web.Cause(ctx), Code: in.Code}))
		})
	web.Post(api, web.Op{ID: "item-retire", Path: "/items/{code}/retire", Tag: lists, Summary: "停用抽查事项"},
		func(ctx context.Context, in *struct {
			ItemCode
			Body reasonBody
		}) (*web.Out[register.Item], error) {
			return item(ctx, s, in.Code, s.RetireItem(ctx, register.RetireItem{Cause: web.Cause(ctx), Code: in.Code, Reason: in.Body.Reason}))
		})
}

// item answers with an item as it is after an act, or with why there was none.
func item(ctx context.Context, s *register.Service, code string, err error) (*web.Out[register.Item], error) {
	if err != nil {
		return nil, err
	}
	i, err := s.Item(ctx, code)
	return web.Reply(i), err
}

func category(k law.FacilityKind) kind { return kind{Code: k.Code, Name: k.Name} }
func subject(k law.SubjectKind) kind   { return kind{Code: k.Code, Name: k.Name} }

func named[K any](kinds []K, name func(K) kind) []kind {
	out := make([]kind, len(kinds))
	for i, k := range kinds {
		out[i] = name(k)
	}
	return out
}

// some is a list that is never null.
func some[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// act registers an act on one entry. It answers with the entry as it is then.
func act[I, O any](api *web.API, op web.Op, do func(context.Context, store.Cause, *I) error, then func(context.Context, *I) (O, error)) {
	web.Post(api, op, func(ctx context.Context, in *I) (*web.Out[O], error) {
		if err := do(ctx, web.Cause(ctx), in); err != nil {
			return nil, err
		}
		entry, err := then(ctx, in)
		return web.Reply(entry), err
	})
}
