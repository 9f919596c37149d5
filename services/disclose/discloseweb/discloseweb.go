// Package discloseweb is the JSON interface and the public pages of what is
// published. It must never decide what is published, and never show the public
// more of a record than disclose does.
package discloseweb

import (
	"context"

	"shenzhong/events"
	"shenzhong/services/disclose"
	"shenzhong/services/kit/store"
	"shenzhong/services/kit/web"
)

// The headings of the documentation.
const (
	staff  = "公示办理"
	public = "公示查询"
)

// Mount registers every operation on publications.
func Mount(api *web.API, s *disclose.Service) {
	mountReads(api, s)
	mountActs(api, s)
	mountPublic(api, s)
	mountWitness(api, s)
	mountLog(api, s)
}

// Shown is a record as those who deal with it see it: exactly as the public
// would see it, for personal data are masked before it is made.
type Shown struct {
	disclose.Record
	Title  string           `json:"state_title" doc:"状态名称"`
	Limits []disclose.Limit `json:"limits" doc:"公示期限和逐日计算"`
}

func show(s *disclose.Service, r disclose.Record, err error) (*web.Out[Shown], error) {
	if err != nil {
		return nil, err
	}
	limits, err := s.Limits(r.Record, r.Channels)
	return web.Reply(Shown{Record: r, Title: disclose.Title(r.State), Limits: limits}), err
}

// RecordID names a record in a path. It is exported because huma reads no other
// embedded input.
type RecordID struct {
	ID string `path:"id" pattern:"^[0-9]{6}-GS-[0-9]{4}-[0-9]{6}$" patternDescription:"公示编号，例如 500156-GS-2026-000001" doc:"公示编号"`
}

// listed is an answer with several records.
type listed struct {
	Records []disclose.Row `json:"records"`
}

func mountReads(api *web.API, s *disclose.Service) {
	web.Get(api, web.Op{ID: "record-list", Path: "/records", Tag: staff, Summary: "公示信息列表", Detail: "按编号排列；翻页时把最后一条的编号放在 after 中。"},
		func(ctx context.Context, in *struct {
			Unit  string `query:"unit" maxLength:"40" doc:"公示单位代码，不填为本单位"`
			Sort  string `query:"sort" enum:"penalty,check,commitment,breach,plan,draw" doc:"种类"`
			State string `query:"state" enum:"prepared,reviewed,published,withheld,withdrawal_due,withdrawn,expired" doc:"状态"`
			After string `query:"after" maxLength:"40" doc:"上一页最后一条的编号"`
			Limit int    `query:"limit" minimum:"1" maximum:"500" default:"100" doc:"最多返回的条数"`
		}) (*web.Out[listed], error) {
			rows, err := s.Records(ctx, web.Actor(ctx), disclose.Filter{
				Unit: in.Unit, Sort: in.Sort, State: disclose.State(in.State), After: in.After, Limit: in.Limit,
			})
			return web.Reply(listed{rows}), err
		})
	web.Get(api, web.Op{ID: "record-due", Path: "/records/due", Tag: staff, Summary: "待办公示信息，应当撤回的在前"},
		func(ctx context.Context, in *struct {
			Unit string `query:"unit" maxLength:"40" doc:"公示单位代码，不填为本单位"`
		}) (*web.Out[listed], error) {
			actor := web.Actor(ctx)
			if in.Unit == "" {
				in.Unit = actor.Unit
			}
			rows, err := s.Due(ctx, actor, in.Unit)
			return web.Reply(listed{rows}), err
		})
	web.Get(api, web.Op{ID: "record-get", Path: "/records/{id}", Tag: staff, Summary: "公示信息全貌", Detail: "内容已遮盖个人信息，与公众将看到的一致；limits 说明期限怎样算出。"},
		func(ctx context.Context, in *RecordID) (*web.Out[Shown], error) {
			r, err := s.Record(ctx, web.Actor(ctx), in.ID)
			return show(s, r, err)
		})
}

// written is an act on one record and what was written for it.
type written[B any] struct {
	RecordID
	Body B
}

type reviewBody struct {
	Verdict string `json:"verdict" enum:"publish,withhold" doc:"公示、依法不予公示"`
	Ground  string `json:"ground,omitempty" maxLength:"60" doc:"不予公示的法定情形代码"`
}

type channelBody struct {
	Name  string `json:"name" maxLength:"40" doc:"公示渠道代码"`
	Proof string `json:"proof" maxLength:"500" doc:"公示网址或者回执"`
}

func (b channelBody) channel() events.Channel { return events.Channel{Name: b.Name, Proof: b.Proof} }

type publishBody struct {
	Channels []channelBody `json:"channels" minItems:"1" maxItems:"10" doc:"公示渠道，须有部门门户网站（portal）"`
}

type reasonBody struct {
	Reason string `json:"reason" maxLength:"2000" doc:"理由"`
}

type publicReasonBody struct {
	Reason string `json:"reason" maxLength:"2000" doc:"公开说明的理由"`
}

func mountActs(api *web.API, s *disclose.Service) {
	act(api, s, "review", "审核：公示或者依法不予公示", func(ctx context.Context, by store.Cause, id string, b reviewBody) error {
		return s.Review(ctx, disclose.Review{Cause: by, Record: id, Verdict: b.Verdict, Ground: b.Ground})
	})
	act(api, s, "publish", "由另一人复核后公示", func(ctx context.Context, by store.Cause, id string, b publishBody) error {
		channels := make([]events.Channel, len(b.Channels))
		for i, c := range b.Channels {
			channels[i] = c.channel()
		}
		return s.Publish(ctx, disclose.Publish{Cause: by, Record: id, Channels: channels})
	})
	act(api, s, "channel", "登记其他渠道的公示", func(ctx context.Context, by store.Cause, id string, b channelBody) error {
		return s.AddChannel(ctx, disclose.AddChannel{Cause: by, Record: id, Channel: b.channel()})
	})
	act(api, s, "withhold", "由另一人复核后依法不予公示", func(ctx context.Context, by store.Cause, id string, b reasonBody) error {
		return s.Withhold(ctx, disclose.Withhold{Cause: by, Record: id, Reason: b.Reason})
	})
	act(api, s, "withdraw", "撤回公示并公开说明理由", func(ctx context.Context, by store.Cause, id string, b publicReasonBody) error {
		return s.Withdraw(ctx, disclose.Withdraw{Cause: by, Record: id, Reason: b.Reason})
	})
}

// act registers an act on a record. It answers with the record as it is then.
func act[B any](api *web.API, s *disclose.Service, name, summary string, do func(context.Context, store.Cause, string, B) error) {
	op := web.Op{ID: "record-" + name, Path: "/records/{id}/" + name, Tag: staff, Summary: summary}
	web.Post(api, op, func(ctx context.Context, in *written[B]) (*web.Out[Shown], error) {
		if err := do(ctx, web.Cause(ctx), in.ID, in.Body); err != nil {
			return nil, err
		}
		r, err := s.Record(ctx, web.Actor(ctx), in.ID)
		return show(s, r, err)
	})
}
