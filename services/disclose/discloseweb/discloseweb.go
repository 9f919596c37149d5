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
	mountCorrections(api, s)
	mountPublic(api, s)
	mountWitness(api, s)
	mountLog(api, s)
}

// Shown is a record as those who deal with it see it: exactly as the public
// would see it, for personal data are masked before it is made.
type Shown struct {
	disclose.Record
	StateTitle string           `json:"state_title" doc:"状态名称"` // not Title, which would hide that of the record from the description
	Limits     []disclose.Limit `json:"limits" doc:"公示期限和逐日计算"`
}

func show(s *disclose.Service, r disclose.Record, err error) (*web.Out[Shown], error) {
	if err != nil {
		return nil, err
	}
	limits, err := s.Limits(r.Record, r.Channels)
	return web.Reply(Shown{Record: r, StateTitle: disclose.Title(r.State), Limits: limits}), err
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

// amendBody is what a correction changes.
type amendBody struct {
	Title   *string `json:"title,omitempty" maxLength:"200" doc:"标题"`
	USCC    *string `json:"uscc,omitempty" maxLength:"18" doc:"统一社会信用代码"`
	DocNo   *string `json:"doc_no,omitempty" maxLength:"100" doc:"文书编号"`
	Offence *string `json:"offence,omitempty" maxLength:"200" doc:"违法行为类型"`
	Facts   *string `json:"facts,omitempty" maxLength:"5000" doc:"事实；不得写出自然人的姓名"`
	Basis   *string `json:"basis,omitempty" maxLength:"2000" doc:"依据"`
	Content *string `json:"content,omitempty" maxLength:"5000" doc:"内容"`
	Reason  string  `json:"reason" minLength:"1" maxLength:"2000" doc:"公开说明的更正理由"`
}

type eraseBody struct {
	Manner string `json:"manner" enum:"privacy,error" doc:"privacy 依法删除个人信息，error 公示有误"`
	Since  string `json:"since" format:"date" doc:"提出请求或者发现之日"`
	Reason string `json:"reason" minLength:"1" maxLength:"2000" doc:"公开说明的理由，不得写出个人信息"`
}

// mountCorrections registers what changes or ends a publication without a new
// fact of its case.
func mountCorrections(api *web.API, s *disclose.Service) {
	act(api, s, "draft", "更正：只填写有误的各项，由另一人复核后生效", func(ctx context.Context, by store.Cause, id string, b amendBody) error {
		amend := disclose.Amend{Title: b.Title, USCC: b.USCC, DocNo: b.DocNo, Offence: b.Offence, Facts: b.Facts, Basis: b.Basis, Content: b.Content}
		return s.Draft(ctx, disclose.Draft{Cause: by, Record: id, Amend: amend, Reason: b.Reason})
	})
	op := web.Op{ID: "record-correct", Path: "/records/{id}/correct", Tag: staff, Summary: "由另一人复核后更正公示"}
	web.Post(api, op, func(ctx context.Context, in *RecordID) (*web.Out[Shown], error) {
		if err := s.Correct(ctx, disclose.Correct{Cause: web.Cause(ctx), Record: in.ID}); err != nil {
			return nil, err
		}
		r, err := s.Record(ctx, web.Actor(ctx), in.ID)
		return show(s, r, err)
	})
	act(api, s, "erase", "立即撤回：依法删除个人信息，或者公示有误", func(ctx context.Context, by store.Cause, id string, b eraseBody) error {
		return s.Erase(ctx, disclose.Erase{Cause: by, Record: id, Manner: b.Manner, Since: b.Since, Reason: b.Reason})
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
