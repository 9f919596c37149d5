// Package creditweb is the JSON interface of the credit records, the written
// commitments, and of repair and objections. It must never decide about a grade, never list facilities from
// best to worst, and show a facility no record but its own.
package creditweb

import (
	"context"
	"net/http"

	"shenzhong/services/credit"
	"shenzhong/services/kit/store"
	"shenzhong/services/kit/web"
)

// The headings of the documentation.
const (
	records     = "信用记录"
	commitments = "信用承诺"
)

// Mount registers every operation on credit.
func Mount(api *web.API, s *credit.Service) {
	mountRecords(api, s)
	mountCommitments(api, s)
	mountBreach(api, s)
	mountRepairs(api, s)
	mountObjections(api, s)
}

// listed is an answer with several records.
type listed struct {
	Records []credit.Row `json:"records"`
}

// promised is an answer with several commitments.
type promised struct {
	Commitments []credit.CommitmentRow `json:"commitments"`
}

func mountRecords(api *web.API, s *credit.Service) {
	web.Get(api, web.Op{ID: "credit-list", Path: "/credit", Tag: records, Summary: "信用记录列表", Detail: "按编号排列，不作排名；翻页时把最后一条的编号放在 after 中。监管对象只能查看自己的。"},
		func(ctx context.Context, in *struct {
			Grade    string `query:"grade" maxLength:"10" doc:"信用等级"`
			USCC     string `query:"uscc" maxLength:"18" doc:"统一社会信用代码"`
			Facility string `query:"facility" maxLength:"40" doc:"检查对象编号"`
			After    string `query:"after" maxLength:"60" doc:"上一页最后一条的编号"`
			Limit    int    `query:"limit" minimum:"1" maximum:"500" default:"100" doc:"最多返回的条数"`
		}) (*web.Out[listed], error) {
			rows, err := s.Records(ctx, web.Actor(ctx), credit.Filter{Grade: in.Grade, USCC: in.USCC, Facility: in.Facility, After: in.After, Limit: in.Limit})
			return web.Reply(listed{rows}), err
		})
	web.Get(api, web.Op{ID: "credit-get", Path: "/credit/{facility}", Tag: records, Summary: "信用记录，逐条说明计分", Detail: "without_grade 是没有该条记录时的等级。"},
		func(ctx context.Context, in *struct {
			Facility string `path:"facility" pattern:"^[0-9]{6}-JG-[0-9]{6}$" patternDescription:"检查对象编号，例如 500156-JG-000001" doc:"检查对象编号"`
		}) (*web.Out[credit.Explained], error) {
			r, err := s.Explain(ctx, web.Actor(ctx), in.Facility)
			return web.Reply(r), err
		})
}

// CommitmentID names a commitment in a path. It is exported because huma reads
// no other embedded input.
type CommitmentID struct {
	ID string `path:"id" pattern:"^[0-9]{6}-CN-[0-9]{4}-[0-9]{6}$" patternDescription:"承诺编号，例如 500156-CN-2026-000001" doc:"承诺编号"`
}

// Shown is a commitment as the interface shows it.
type Shown struct {
	credit.Commitment
	Title string `json:"state_title" doc:"状态名称"`
}

func show(c credit.Commitment) *web.Out[Shown] {
	return web.Reply(Shown{Commitment: c, Title: credit.Title(c.State)})
}

type makeBody struct {
	Facility    string   `json:"facility" maxLength:"40" doc:"检查对象编号"`
	Sort        string   `json:"sort" enum:"active,approval,repair" doc:"主动承诺、审批替代型承诺、信用修复承诺"`
	Signatory   string   `json:"signatory" minLength:"1" maxLength:"60" doc:"签署人的职务，不填姓名"`
	Obligations []string `json:"obligations" minItems:"1" maxItems:"30" doc:"逐条写明承诺的事项"`
	TextVersion string   `json:"text_version" maxLength:"60" doc:"承诺书文本的版本"`
}

func mountCommitments(api *web.API, s *credit.Service) {
	web.Get(api, web.Op{ID: "commitment-list", Path: "/commitments", Tag: commitments, Summary: "信用承诺列表", Detail: "按编号排列；翻页时把最后一件的编号放在 after 中。监管对象只能查看自己的。"},
		func(ctx context.Context, in *struct {
			Facility string `query:"facility" maxLength:"40" doc:"检查对象编号"`
			State    string `query:"state" enum:"made,noticed,heard,breached" doc:"状态"`
			After    string `query:"after" maxLength:"40" doc:"上一页最后一件的编号"`
			Limit    int    `query:"limit" minimum:"1" maximum:"500" default:"100" doc:"最多返回的件数"`
		}) (*web.Out[promised], error) {
			rows, err := s.Commitments(ctx, web.Actor(ctx), credit.Promises{Facility: in.Facility, State: credit.State(in.State), After: in.After, Limit: in.Limit})
			return web.Reply(promised{rows}), err
		})
	web.Get(api, web.Op{ID: "commitment-get", Path: "/commitments/{id}", Tag: commitments, Summary: "信用承诺全貌"},
		func(ctx context.Context, in *CommitmentID) (*web.Out[Shown], error) {
			c, err := s.Commitment(ctx, web.Actor(ctx), in.ID)
			return show(c), err
		})
	web.Post(api, web.Op{ID: "commitment-make", Path: "/commitments", Tag: commitments, Summary: "登记书面信用承诺", Status: http.StatusCreated},
		func(ctx context.Context, in *struct{ Body makeBody }) (*web.Out[Shown], error) {
			b := in.Body
			id, err := s.MakeCommitment(ctx, credit.MakeCommitment{
				Cause: web.Cause(ctx), Facility: b.Facility, Sort: b.Sort, Signatory: b.Signatory, Obligations: b.Obligations, TextVersion: b.TextVersion,
			})
			if err != nil {
				return nil, err
			}
			c, err := s.Commitment(ctx, web.Actor(ctx), id)
			return show(c), err
		})
}

// written is an act on one commitment and what was written for it.
type written[B any] struct {
	CommitmentID
	Body B
}

type noticeBody struct {
	Obligation int      `json:"obligation" minimum:"1" doc:"所违反的承诺事项，从 1 起"`
	Fact       string   `json:"fact" maxLength:"10000" doc:"涉嫌违反承诺的事实"`
	Evidence   []string `json:"evidence" minItems:"1" maxItems:"50" doc:"证据"`
}

type statementBody struct {
	Statement string `json:"statement" maxLength:"10000" doc:"当事人的陈述；放弃陈述的写明放弃"`
}

type remedyBody struct {
	Remedy string `json:"remedy" maxLength:"10000" doc:"要求当事人采取的补救措施"`
}

type reasonBody struct {
	Reason string `json:"reason" maxLength:"10000" doc:"不成立的理由"`
}

func mountBreach(api *web.API, s *credit.Service) {
	act(api, s, "notice", "告知涉嫌违反承诺", func(ctx context.Context, by store.Cause, id string, b noticeBody) error {
		return s.NoticeBreach(ctx, credit.NoticeBreach{Cause: by, Commitment: id, Obligation: b.Obligation, Fact: b.Fact, Evidence: b.Evidence})
	})
	act(api, s, "hear", "记录当事人的陈述", func(ctx context.Context, by store.Cause, id string, b statementBody) error {
		return s.HearBreach(ctx, credit.HearBreach{Cause: by, Commitment: id, Statement: b.Statement})
	})
	act(api, s, "establish", "认定违反承诺", func(ctx context.Context, by store.Cause, id string, b remedyBody) error {
		return s.EstablishBreach(ctx, credit.EstablishBreach{Cause: by, Commitment: id, Remedy: b.Remedy})
	})
	act(api, s, "drop", "认定违反承诺不成立", func(ctx context.Context, by store.Cause, id string, b reasonBody) error {
		return s.DropBreach(ctx, credit.DropBreach{Cause: by, Commitment: id, Reason: b.Reason})
	})
}

// act registers an act on a commitment. It answers with it as it is then.
func act[B any](api *web.API, s *credit.Service, name, summary string, do func(context.Context, store.Cause, string, B) error) {
	op := web.Op{ID: "commitment-" + name, Path: "/commitments/{id}/" + name, Tag: commitments, Summary: summary}
	web.Post(api, op, func(ctx context.Context, in *written[B]) (*web.Out[Shown], error) {
		if err := do(ctx, web.Cause(ctx), in.ID, in.Body); err != nil {
			return nil, err
		}
		c, err := s.Commitment(ctx, web.Actor(ctx), in.ID)
		return show(c), err
	})
}
