package inspectweb

import (
	"context"

	"shenzhong/events"
	"shenzhong/services/inspect"
	"shenzhong/services/kit/store"
	"shenzhong/services/kit/web"
)

type noticeBody struct {
	No string `json:"no" minLength:"1" maxLength:"100" doc:"检查通知书文号"`
	On string `json:"on,omitempty" format:"date" doc:"检查日期，不填为今天"`

	Code      string `json:"code,omitempty" maxLength:"100" doc:"执法码"`
	ScannedAt string `json:"scanned_at,omitempty" format:"date-time" doc:"扫企业码的时间"`
	NoCode    string `json:"no_code,omitempty" maxLength:"500" doc:"没有取得执法码的特殊原因；填写后须在期限内报司法行政部门备案"`
}

type answerBody struct {
	Results  []string      `json:"results" minItems:"1" maxItems:"8" doc:"抽查结果类别，1 至 8；“未发现问题”不与其他类别并列"`
	Findings []findingBody `json:"findings,omitempty" maxItems:"100" doc:"发现的问题"`
	Signed   []string      `json:"signed" minItems:"2" maxItems:"10" doc:"签名的检查人员编号"`
}

type findingBody struct {
	Item     string `json:"item" maxLength:"40" doc:"抽查事项代码"`
	Text     string `json:"text" minLength:"1" maxLength:"2000" doc:"问题"`
	Result   string `json:"result" maxLength:"2" doc:"所属的结果类别"`
	Days     int    `json:"days,omitempty" minimum:"0" maximum:"366" doc:"责令改正的期限，自然日"`
	Offence  string `json:"offence,omitempty" maxLength:"60" doc:"违法行为类型代码，需要另行处理的填写"`
	Evidence string `json:"evidence,omitempty" maxLength:"2000" doc:"证据"`

	Measures []measuredBody `json:"measures,omitempty" maxItems:"50" doc:"测量值，与检查表中的限值对照"`
}

type measuredBody struct {
	Limit string `json:"limit" maxLength:"60" doc:"限值代码，见检查表"`
	Value string `json:"value" maxLength:"12" doc:"测量值，单位见检查表，最多三位小数"`
}

type checklists struct {
	Sections []inspect.Checklist `json:"sections"`
}

func (b answerBody) findings() []events.Finding {
	out := make([]events.Finding, len(b.Findings))
	for i, f := range b.Findings {
		out[i] = events.Finding{Item: f.Item, Text: f.Text, Result: f.Result, Days: f.Days, Offence: f.Offence, Evidence: f.Evidence}
		for _, m := range f.Measures {
			out[i].Measures = append(out[i].Measures, events.Measured{Limit: m.Limit, Value: m.Value})
		}
	}
	return out
}

type signBody struct {
	Countersign string `json:"countersign" enum:"signed,refused" doc:"签字、拒绝签字"`
	RefusalNote string `json:"refusal_note,omitempty" maxLength:"500" doc:"拒绝签字的，写明见证人"`
}

type visitList struct {
	Visits []inspect.VisitRow `json:"visits"`
}

// visitWritten is an act on one visit and what was written for it.
type visitWritten[B any] struct {
	VisitID
	Body B
}

func mountVisits(api *web.API, s *inspect.Service) {
	web.Get(api, web.Op{ID: "visit-list", Path: "/visits", Tag: visits, Summary: "本人可见的检查", Detail: "办结之前，只有检查组成员和参加单位的负责人可见。"},
		func(ctx context.Context, in *struct {
			Batch string `query:"batch" maxLength:"40" doc:"批次编号，不填为全部"`
		}) (*web.Out[visitList], error) {
			rows, err := s.Visits(ctx, web.Actor(ctx), in.Batch)
			if rows == nil {
				rows = []inspect.VisitRow{}
			}
			return web.Reply(visitList{rows}), err
		})
	web.Get(api, web.Op{ID: "visit-get", Path: "/visits/{id}", Tag: visits, Summary: "一次检查"},
		func(ctx context.Context, in *VisitID) (*web.Out[visit], error) { return showVisit(ctx, s, in.ID, nil) })
	web.Get(api, web.Op{ID: "visit-notice-text", Path: "/visits/{id}/notice", Tag: visits, Summary: "检查通知书"},
		func(ctx context.Context, in *VisitID) (*web.Out[inspect.Notice], error) {
			n, err := s.Notice(ctx, web.Actor(ctx), in.ID)
			return web.Reply(n), err
		})
	web.Get(api, web.Op{
		ID: "visit-checklist", Path: "/visits/{id}/checklist", Tag: visits, Summary: "检查表",
		Detail: "逐项写明检查内容、方式、应留存的证据、依据和限值；规则包中没有配置的限值，most 为空，caution 写明依据和处理办法。",
	}, func(ctx context.Context, in *VisitID) (*web.Out[checklists], error) {
		sections, err := s.Checklists(ctx, web.Actor(ctx), in.ID)
		return web.Reply(checklists{sections}), err
	})
	web.Post(api, visitOp("approve", "本单位负责人审批本单位的检查"), func(ctx context.Context, in *VisitID) (*web.Out[visit], error) {
		return showVisit(ctx, s, in.ID, s.ApproveVisit(ctx, inspect.ApproveVisit{Cause: web.Cause(ctx), Visit: in.ID}))
	})
	visitAct(api, s, "notice", "送达检查通知书", func(ctx context.Context, by store.Cause, id string, b noticeBody) error {
		return s.NoticeVisit(ctx, inspect.NoticeVisit{Cause: by, Visit: id, No: b.No, On: b.On, Coded: inspect.Coded{Code: b.Code, ScannedAt: b.ScannedAt, NoCode: b.NoCode}})
	})
	visitAct(api, s, "answer", "录入本单位的检查结果并签名", func(ctx context.Context, by store.Cause, id string, b answerBody) error {
		return s.AnswerSection(ctx, inspect.AnswerSection{Cause: by, Visit: id, Results: b.Results, Findings: b.findings(), Signed: b.Signed})
	})
	visitAct(api, s, "sign", "当事人签字", func(ctx context.Context, by store.Cause, id string, b signBody) error {
		return s.SignVisit(ctx, inspect.SignVisit{Cause: by, Visit: id, Countersign: b.Countersign, RefusalNote: b.RefusalNote})
	})
	web.Post(api, visitOp("record", "办结检查"), func(ctx context.Context, in *VisitID) (*web.Out[visit], error) {
		return showVisit(ctx, s, in.ID, s.RecordVisit(ctx, inspect.RecordVisit{Cause: web.Cause(ctx), Visit: in.ID}))
	})
}

func visitOp(name, summary string) web.Op {
	return web.Op{ID: "visit-" + name, Path: "/visits/{id}/" + name, Tag: visits, Summary: summary}
}

// visitAct registers an act on a visit. It answers with the visit as it is then.
func visitAct[B any](api *web.API, s *inspect.Service, name, summary string, do func(context.Context, store.Cause, string, B) error) {
	web.Post(api, visitOp(name, summary), func(ctx context.Context, in *visitWritten[B]) (*web.Out[visit], error) {
		return showVisit(ctx, s, in.ID, do(ctx, web.Cause(ctx), in.ID, in.Body))
	})
}
