package casefileweb

import (
	"context"

	"shenzhong/services/casefile"
	"shenzhong/services/kit/store"
	"shenzhong/services/kit/web"
)

func mountInvestigation(api *web.API, s *casefile.Service) {
	act(api, s, "identify", "确认当事人", func(ctx context.Context, by store.Cause, id string, b identifyBody) error {
		return s.Identify(ctx, casefile.Identify{Cause: by, Case: id, Facility: b.Facility, Respondent: b.Respondent.party()})
	})
	act(api, s, "assign", "指派承办人员", func(ctx context.Context, by store.Cause, id string, b assignBody) error {
		return s.Assign(ctx, casefile.Assign{Cause: by, Case: id, Officers: b.Officers})
	})
	act(api, s, "evidence", "登记证据", func(ctx context.Context, by store.Cause, id string, b evidenceBody) error {
		return s.AddEvidence(ctx, casefile.AddEvidence{
			Cause: by, Case: id, Kind: b.Kind, Name: b.Name, Proves: b.Proves, SHA256: b.SHA256, CollectedOn: b.CollectedOn,
			Officers: b.Officers, Holder: b.Holder, Place: b.Place, Held: b.Held,
		})
	})
	act(api, s, "custody", "证据交接", func(ctx context.Context, by store.Cause, id string, b custodyBody) error {
		return s.HandOver(ctx, casefile.HandOver{Cause: by, Case: id, No: b.No, Holder: b.Holder, Place: b.Place, Note: b.Note})
	})
	act(api, s, "dispose", "处理先行登记保存的证据", func(ctx context.Context, by store.Cause, id string, b disposeBody) error {
		return s.Dispose(ctx, casefile.Dispose{Cause: by, Case: id, No: b.No, How: b.How})
	})
	act(api, s, "report", "调查终结报告", func(ctx context.Context, by store.Cause, id string, b reportBody) error {
		return s.Conclude(ctx, casefile.Conclude{
			Cause: by, Case: id, Facts: b.Facts, Proposal: b.Proposal, Ground: b.Ground, Complex: b.Complex, Major: b.Major, Why: b.Why,
			Crime: b.Crime, Law: b.Law, LawWhy: b.LawWhy, Timely: b.Timely, Officers: b.Officers, SHA256: b.SHA256,
		})
	})
	act(api, s, "return", "退回补充调查", func(ctx context.Context, by store.Cause, id string, b reasonBody) error {
		return s.Return(ctx, casefile.Return{Cause: by, Case: id, Reason: b.Reason})
	})
	act(api, s, "pause", "申请中止办案期限", func(ctx context.Context, by store.Cause, id string, b pauseBody) error {
		return s.AskPause(ctx, casefile.AskPause{Cause: by, Case: id, Ground: b.Ground, Reason: b.Reason, From: b.From, To: b.To})
	})
	act(api, s, "pause-answer", "批准或者不批准中止", func(ctx context.Context, by store.Cause, id string, b answerBody) error {
		return s.AnswerPause(ctx, casefile.AnswerPause{Cause: by, Case: id, Approved: b.Approved, Reason: b.Reason})
	})
	act(api, s, "resume", "提前恢复计算办案期限", func(ctx context.Context, by store.Cause, id string, b resumeBody) error {
		return s.Resume(ctx, casefile.Resume{Cause: by, Case: id, On: b.On, Reason: b.Reason})
	})
	act(api, s, "refer", "决定是否移送司法机关", func(ctx context.Context, by store.Cause, id string, b answerBody) error {
		return s.Refer(ctx, casefile.Refer{Cause: by, Case: id, Approved: b.Approved, Reason: b.Reason})
	})
	act(api, s, "confirm", "确认规则包增加的程序", func(ctx context.Context, by store.Cause, id string, b confirmBody) error {
		return s.Confirm(ctx, casefile.Confirm{Cause: by, Case: id, Gate: b.Gate, Note: b.Note})
	})
	act(api, s, "drop", "撤销立案或者移送", func(ctx context.Context, by store.Cause, id string, b dropBody) error {
		return s.Drop(ctx, casefile.Drop{Cause: by, Case: id, Outcome: b.Outcome, Note: b.Note})
	})
}

func mountHearing(api *web.API, s *casefile.Service) {
	act(api, s, "notice", "行政处罚告知", func(ctx context.Context, by store.Cause, id string, b noticeBody) error {
		return s.Tell(ctx, casefile.Tell{
			Cause: by, Case: id, Facts: b.Facts, Grounds: b.Grounds, Basis: b.Basis, Cite: b.Cite, Penalty: b.Penalty.penalty(), SHA256: b.SHA256,
		})
	})
	act(api, s, "statement", "记录陈述申辩", func(ctx context.Context, by store.Cause, id string, b statementBody) error {
		return s.Listen(ctx, casefile.Listen{Cause: by, Case: id, Waived: b.Waived, Text: b.Text, Reply: b.Reply, SHA256: b.SHA256})
	})
	act(api, s, "hearing-request", "当事人要求听证", func(ctx context.Context, by store.Cause, id string, b askBody) error {
		return s.AskHearing(ctx, casefile.AskHearing{Cause: by, Case: id, On: b.On})
	})
	act(api, s, "hearing-waive", "当事人放弃听证", func(ctx context.Context, by store.Cause, id string, b waiveBody) error {
		return s.WaiveHearing(ctx, casefile.WaiveHearing{Cause: by, Case: id, Note: b.Note, SHA256: b.SHA256})
	})
	web.Post(api, op("hearing-lapse", "当事人逾期未要求听证"), func(ctx context.Context, in *CaseID) (*web.Out[Shown], error) {
		if err := s.LapseHearing(ctx, casefile.LapseHearing{Cause: web.Cause(ctx), Case: in.ID}); err != nil {
			return nil, err
		}
		c, err := s.Case(ctx, web.Actor(ctx), in.ID)
		return show(c), err
	})
	act(api, s, "hearing-convene", "通知听证", func(ctx context.Context, by store.Cause, id string, b conveneBody) error {
		return s.Convene(ctx, casefile.Convene{Cause: by, Case: id, Day: b.Day, Place: b.Place, Host: b.Host})
	})
	act(api, s, "hearing-hold", "听证结果", func(ctx context.Context, by store.Cause, id string, b holdBody) error {
		return s.HoldHearing(ctx, casefile.HoldHearing{Cause: by, Case: id, Result: b.Result, SHA256: b.SHA256})
	})
}

func mountDecision(api *web.API, s *casefile.Service) {
	act(api, s, "review", "法制审核", func(ctx context.Context, by store.Cause, id string, b reviewBody) error {
		return s.Examine(ctx, casefile.Examine{Cause: by, Case: id, Passed: b.Passed, Text: b.Text, SHA256: b.SHA256})
	})
	act(api, s, "discussion", "集体讨论", func(ctx context.Context, by store.Cause, id string, b discussBody) error {
		return s.Discuss(ctx, casefile.Discuss{Cause: by, Case: id, Present: b.Present, Text: b.Text, SHA256: b.SHA256})
	})
	act(api, s, "decide", "作出处罚决定", func(ctx context.Context, by store.Cause, id string, b decideBody) error {
		return s.Decide(ctx, casefile.Decide{
			Cause: by, Case: id, Facts: b.Facts, Basis: b.Basis, Cite: b.Cite, Penalty: b.Penalty.penalty(), Perform: b.Perform,
			Remedies: b.Remedies, Severity: b.Severity, SeverityBy: b.SeverityBy, SHA256: b.SHA256,
		})
	})
	act(api, s, "spare", "决定不予处罚", func(ctx context.Context, by store.Cause, id string, b spareBody) error {
		return s.LetOff(ctx, casefile.LetOff{Cause: by, Case: id, Reason: b.Reason, Education: b.Education})
	})
	act(api, s, "serve", "送达", func(ctx context.Context, by store.Cause, id string, b serveBody) error {
		return s.Serve(ctx, casefile.Serve{
			Cause: by, Case: id, On: b.On, Manner: b.Manner, Receipt: b.Receipt, Consent: b.Consent, RepairNotice: b.RepairNotice,
		})
	})
	act(api, s, "pay", "登记缴款", func(ctx context.Context, by store.Cause, id string, b payBody) error {
		return s.Pay(ctx, casefile.Pay{Cause: by, Case: id, Fen: b.Fen, On: b.On, Receipt: b.Receipt})
	})
	act(api, s, "revoke", "决定被变更或者撤销", func(ctx context.Context, by store.Cause, id string, b revokeBody) error {
		return s.Revoke(ctx, casefile.Revoke{Cause: by, Case: id, Manner: b.Manner, By: b.By, Document: b.Document, Reason: b.Reason, On: b.On})
	})
	act(api, s, "close", "结案", func(ctx context.Context, by store.Cause, id string, b noteBody) error {
		return s.Close(ctx, casefile.Close{Cause: by, Case: id, Note: b.Note})
	})
}
