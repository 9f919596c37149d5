package overseeweb

import (
	"context"

	"shenzhong/services/kit/web"
	"shenzhong/services/oversee"
)

// MeasureID names a measure in a path.
type MeasureID struct {
	ID string `path:"id" pattern:"^[0-9]{6}-DC-[0-9]{4}-[0-9]{6}$" patternDescription:"督查措施编号，取自列表" doc:"督查措施编号，取自列表的 measure.id"`
}

// measures is an answer with several measures.
type measures struct {
	Measures []oversee.MeasureRow `json:"measures"`
}

func mountMeasures(api *web.API, s *oversee.Service) {
	web.Get(api, web.Op{ID: "measure-list", Path: "/measures", Tag: staff, Summary: "督办单、约谈和通报列表", Detail: "本单位看发给本单位的和本单位发出的，专班办公室和审计人员看全部。"},
		func(ctx context.Context, in *struct {
			Unit  string `query:"unit" maxLength:"40" doc:"被督查单位代码"`
			State string `query:"state" enum:"drafted,issued,held,answered,returned,closed,dropped,revoked" doc:"已拟稿、已发出、已约谈、已反馈、反馈退回、已办结、不予发出、已撤销"`
			After string `query:"after" maxLength:"40" doc:"上一页最后一件的编号"`
			Limit int    `query:"limit" minimum:"1" maximum:"500" default:"100" doc:"最多返回的条数"`
		}) (*web.Out[measures], error) {
			rows, err := s.Measures(ctx, web.Actor(ctx), oversee.MeasureFilter{Unit: in.Unit, State: oversee.MeasureState(in.State), After: in.After, Limit: in.Limit})
			return web.Reply(measures{rows}), err
		})
	web.Get(api, web.Op{ID: "measure-get", Path: "/measures/{id}", Tag: staff, Summary: "一件督办单、约谈或者通报"},
		func(ctx context.Context, in *MeasureID) (*web.Out[oversee.Measure], error) {
			m, err := s.Measure(ctx, web.Actor(ctx), in.ID)
			return web.Reply(m), err
		})
	web.Post(api, web.Op{ID: "measure-draft", Path: "/measures", Tag: staff, Summary: "拟发督办单、约谈通知或者通报", Detail: "所涉期限须已逾期；约谈、通报须已报送负责人。由另一人签发。"},
		func(ctx context.Context, in *struct {
			Body struct {
				Sort    string   `json:"sort" enum:"order,interview,circular" doc:"督办单、约谈、通报"`
				Limits  []string `json:"limits" minItems:"1" maxItems:"50" doc:"所涉期限的编号，属于同一个单位"`
				Facts   string   `json:"facts" maxLength:"2000" doc:"未按期办理的情况，不写个人信息"`
				Demands string   `json:"demands" maxLength:"2000" doc:"要求"`
			}
		}) (*web.Out[oversee.Measure], error) {
			id, err := s.DraftMeasure(ctx, oversee.DraftMeasure{Cause: web.Cause(ctx), Sort: in.Body.Sort, Limits: in.Body.Limits, Facts: in.Body.Facts, Demands: in.Body.Demands})
			if err != nil {
				return nil, err
			}
			m, err := s.Measure(ctx, web.Actor(ctx), id)
			return web.Reply(m), err
		})
	mountMeasureActs(api, s)
}

func mountMeasureActs(api *web.API, s *oversee.Service) {
	for _, act := range []struct {
		id, path, summary string
		do                func(context.Context, oversee.MeasureAct) error
	}{
		{"measure-issue", "issue", "签发，由拟稿人以外的一人办理", s.IssueMeasure},
		{"measure-drop", "drop", "不予发出，text 写明理由", s.DropMeasure},
		{"measure-hold", "hold", "登记约谈已经举行，present 逐一填写参加人，text 为内容", s.HoldInterview},
		{"measure-answer", "answer", "被督查单位反馈落实情况", s.AnswerMeasure},
		{"measure-return", "return", "退回反馈，text 写明理由，期限重新计算", s.ReturnMeasure},
		{"measure-close", "close", "办结", s.CloseMeasure},
		{"measure-revoke", "revoke", "撤销，text 写明理由", s.RevokeMeasure},
	} {
		web.Post(api, web.Op{ID: act.id, Path: "/measures/{id}/" + act.path, Tag: staff, Summary: act.summary},
			func(ctx context.Context, in *struct {
				MeasureID
				Body struct {
					Text    string   `json:"text,omitempty" maxLength:"4000" doc:"理由、说明、反馈或者约谈内容"`
					Link    string   `json:"link,omitempty" maxLength:"500" doc:"反馈材料的网址"`
					Present []string `json:"present,omitempty" maxItems:"50" doc:"参加约谈的人员"`
					SHA256  string   `json:"sha256,omitempty" maxLength:"64" pattern:"^([0-9a-f]{64})?$" patternDescription:"64 位小写十六进制" doc:"签字笔录的 SHA-256 值"`
				}
			}) (*web.Out[oversee.Measure], error) {
				err := act.do(ctx, oversee.MeasureAct{
					Cause: web.Cause(ctx), Measure: in.ID, Text: in.Body.Text, Link: in.Body.Link, Present: in.Body.Present, SHA256: in.Body.SHA256,
				})
				if err != nil {
					return nil, err
				}
				m, err := s.Measure(ctx, web.Actor(ctx), in.ID)
				return web.Reply(m), err
			})
	}
}

// tasks is the task ledger.
type tasks struct {
	Tasks []oversee.LedgerRow `json:"tasks"`
}

func mountTasks(api *web.API, s *oversee.Service) {
	web.Get(api, web.Op{ID: "task-list", Path: "/tasks", Tag: staff, Summary: "任务落实台账（方案附件2）", Detail: "由方案条款生成，列责任单位、时限、落实依据和完成情况。"},
		func(ctx context.Context, _ *struct{}) (*web.Out[tasks], error) {
			rows, err := s.Ledger(ctx, web.Actor(ctx))
			return web.Reply(tasks{rows}), err
		})
	for _, act := range []struct {
		id, path, summary string
		do                func(context.Context, oversee.TaskAct) error
	}{
		{"task-evidence", "evidence", "登记落实依据，由责任单位办理", s.RecordEvidence},
		{"task-report", "report", "申报完成，由牵头单位负责人办理", s.ReportTask},
		{"task-return", "return", "退回申报，由专班办公室办理，words 写明理由", s.ReturnTask},
		{"task-confirm", "confirm", "核定完成，由专班办公室办理", s.ConfirmTask},
	} {
		web.Post(api, web.Op{ID: act.id, Path: "/tasks/" + act.path, Tag: staff, Summary: act.summary},
			func(ctx context.Context, in *struct {
				Body struct {
					Clause string `json:"clause" maxLength:"20" doc:"方案条款，取自台账，例如 五(二)3"`
					Words  string `json:"words,omitempty" maxLength:"2000" doc:"落实情况、完成情况或者理由"`
					Link   string `json:"link,omitempty" maxLength:"500" doc:"材料的网址或者文号"`
					SHA256 string `json:"sha256,omitempty" maxLength:"64" pattern:"^([0-9a-f]{64})?$" patternDescription:"64 位小写十六进制" doc:"材料的 SHA-256 值"`
				}
			}) (*web.Out[tasks], error) {
				b := in.Body
				if err := act.do(ctx, oversee.TaskAct{Cause: web.Cause(ctx), Clause: b.Clause, Words: b.Words, Link: b.Link, SHA256: b.SHA256}); err != nil {
					return nil, err
				}
				rows, err := s.Ledger(ctx, web.Actor(ctx))
				return web.Reply(tasks{rows}), err
			})
	}
}
