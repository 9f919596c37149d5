package clueweb

import (
	"context"

	"shenzhong/services/clue"
	"shenzhong/services/kit/store"
	"shenzhong/services/kit/web"
)

type receiveBody struct {
	Source   string       `json:"source,omitempty" enum:"citizen,hotline,superior,association" doc:"来源，工作人员代为登记时填写：群众、热线、上级交办、行业协会"`
	Origin   string       `json:"origin,omitempty" maxLength:"100" doc:"来源编号，例如热线工单号"`
	Facility string       `json:"facility,omitempty" maxLength:"40" doc:"机构编号，知道时填写"`
	Name     string       `json:"name,omitempty" maxLength:"100" doc:"机构名称"`
	Town     string       `json:"town,omitempty" maxLength:"100" doc:"所在乡镇（街道）"`
	Offence  string       `json:"offence,omitempty" maxLength:"60" doc:"问题类型代码，说不清的不填"`
	Text     string       `json:"text" maxLength:"2000" doc:"反映的问题"`
	Contact  *contactBody `json:"contact,omitempty" doc:"联系方式，可以不填"`
}

type contactBody struct {
	Name  string `json:"name,omitempty" maxLength:"100" doc:"姓名"`
	Phone string `json:"phone,omitempty" maxLength:"100" doc:"电话"`
	Other string `json:"other,omitempty" maxLength:"100" doc:"其他联系方式"`
}

func (b *contactBody) contact() clue.Contact {
	if b == nil {
		return clue.Contact{}
	}
	return clue.Contact{Name: b.Name, Phone: b.Phone, Other: b.Other}
}

type codeBody struct {
	Code string `json:"code" maxLength:"40" doc:"查询码，16 位数字"`
}

type reopenBody struct {
	Code string `json:"code" maxLength:"40" doc:"查询码，16 位数字"`
	Text string `json:"text" maxLength:"2000" doc:"新的情况或者证据，不要写姓名和电话"`
}

type routeBody struct {
	Offence string `json:"offence,omitempty" maxLength:"60" doc:"违法行为类型代码，不填为原有的类型"`
	Lead    string `json:"lead,omitempty" maxLength:"40" doc:"主办单位代码，不填为分派矩阵所定的单位"`
	Basis   string `json:"basis,omitempty" maxLength:"2000" doc:"依据，主办单位与分派矩阵不同时必填"`
	Reason  string `json:"reason,omitempty" maxLength:"2000" doc:"理由，主办单位与分派矩阵不同时必填"`
}

type returnBody struct {
	Ground    string `json:"ground" maxLength:"60" doc:"法定理由代码"`
	Note      string `json:"note,omitempty" maxLength:"2000" doc:"说明，不向社会公开"`
	Suggested string `json:"suggested" maxLength:"40" doc:"建议的主办单位代码"`
}

type disputeBody struct {
	Reason string `json:"reason" maxLength:"2000" doc:"理由"`
	Basis  string `json:"basis" maxLength:"2000" doc:"依据"`
}

type ruleBody struct {
	Lead    string `json:"lead" maxLength:"40" doc:"裁定的主办单位代码"`
	Offence string `json:"offence,omitempty" maxLength:"60" doc:"违法行为类型代码，不填为原有的类型"`
	Basis   string `json:"basis" maxLength:"2000" doc:"依据"`
	Reason  string `json:"reason" maxLength:"2000" doc:"理由"`
}

type mergeBody struct {
	Into   string `json:"into" maxLength:"40" doc:"并入的线索编号"`
	Reason string `json:"reason,omitempty" maxLength:"2000" doc:"理由，两件线索的机构不同时必填"`
}

type extendBody struct {
	Reason string `json:"reason" maxLength:"2000" doc:"延长的理由"`
}

type concludeBody struct {
	Outcome  string   `json:"outcome" enum:"corrected,case,unfounded,not_ours,unverifiable" doc:"属实已改正、属实转立案、不属实、不属于本单位职权、无法查实"`
	Offence  string   `json:"offence,omitempty" maxLength:"60" doc:"违法行为类型代码，不填为原有的类型"`
	Act      string   `json:"act,omitempty" format:"date" doc:"行为发生日，属实的必填，适用的法律依该日确定"`
	Summary  string   `json:"summary" maxLength:"2000" doc:"核查情况"`
	Evidence []string `json:"evidence" maxItems:"50" doc:"核查所依据的证据"`
}

type answerBody struct {
	Text string `json:"text" maxLength:"2000" doc:"答复"`
}

type unmaskBody struct {
	Reason string `json:"reason" maxLength:"2000" doc:"查看理由，记录在案"`
}

func mountActs(api *web.API, s *clue.Service) {
	act(api, s, "route", "分办", func(ctx context.Context, by store.Cause, id string, b routeBody) error {
		return s.Route(ctx, clue.Route{Cause: by, Clue: id, Offence: b.Offence, Lead: b.Lead, Basis: b.Basis, Reason: b.Reason})
	})
	web.Post(api, op("sign", "签收"), func(ctx context.Context, in *ClueID) (*web.Out[Shown], error) {
		return after(ctx, s, in.ID, s.Sign(ctx, clue.Sign{Cause: web.Cause(ctx), Clue: in.ID}))
	})
	web.Post(api, op("accept", "受理"), func(ctx context.Context, in *ClueID) (*web.Out[Shown], error) {
		return after(ctx, s, in.ID, s.Accept(ctx, clue.Accept{Cause: web.Cause(ctx), Clue: in.ID}))
	})
	act(api, s, "return", "退回", func(ctx context.Context, by store.Cause, id string, b returnBody) error {
		return s.Return(ctx, clue.Return{Cause: by, Clue: id, Ground: b.Ground, Note: b.Note, Suggested: b.Suggested})
	})
	act(api, s, "dispute", "提出职责争议", func(ctx context.Context, by store.Cause, id string, b disputeBody) error {
		return s.Dispute(ctx, clue.Dispute{Cause: by, Clue: id, Reason: b.Reason, Basis: b.Basis})
	})
	act(api, s, "rule", "裁定职责争议", func(ctx context.Context, by store.Cause, id string, b ruleBody) error {
		return s.Rule(ctx, clue.Rule{Cause: by, Clue: id, Lead: b.Lead, Offence: b.Offence, Basis: b.Basis, Reason: b.Reason})
	})
	act(api, s, "merge", "并案", func(ctx context.Context, by store.Cause, id string, b mergeBody) error {
		return s.Merge(ctx, clue.Merge{Cause: by, Clue: id, Into: b.Into, Reason: b.Reason})
	})
	act(api, s, "extend", "延长核查期限", func(ctx context.Context, by store.Cause, id string, b extendBody) error {
		return s.Extend(ctx, clue.Extend{Cause: by, Clue: id, Reason: b.Reason})
	})
	act(api, s, "conclude", "核查办结", func(ctx context.Context, by store.Cause, id string, b concludeBody) error {
		return s.Conclude(ctx, clue.Conclude{Cause: by, Clue: id, Outcome: b.Outcome, Offence: b.Offence, Act: b.Act, Summary: b.Summary, Evidence: b.Evidence})
	})
	act(api, s, "answer", "答复反映人", func(ctx context.Context, by store.Cause, id string, b answerBody) error {
		return s.Answer(ctx, clue.Answer{Cause: by, Clue: id, Text: b.Text})
	})
	web.Post(api, op("contact", "查看反映人的联系方式"), func(ctx context.Context, in *written[unmaskBody]) (*web.Out[clue.Contact], error) {
		c, err := s.Contact(ctx, clue.Unmask{Cause: web.Cause(ctx), Clue: in.ID, Reason: in.Body.Reason})
		return web.Reply(c), err
	})
}
