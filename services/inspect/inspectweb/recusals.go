package inspectweb

import (
	"context"
	"net/http"

	"shenzhong/services/inspect"
	"shenzhong/services/kit/web"
)

const recusals = "回避"

// RecusalID names a request in a path.
type RecusalID struct {
	ID string `path:"id" maxLength:"80" pattern:"^[0-9]{6}-HB-[0-9-]+$" patternDescription:"回避申请编号" doc:"回避申请编号"`
}

type recusalCode struct {
	Code string `json:"code" minLength:"1" maxLength:"100" doc:"检查通知书上的回避申请码"`
}

type recusalBody struct {
	Code   string `json:"code" minLength:"1" maxLength:"100" doc:"检查通知书上的回避申请码"`
	CertNo string `json:"cert_no" minLength:"1" maxLength:"60" doc:"申请其回避的人员的执法证号，见检查通知书"`
	Reason string `json:"reason" enum:"kin,interest,dispute,other" doc:"近亲属、利害关系、有纠纷、其他"`
	Note   string `json:"note,omitempty" maxLength:"1000" doc:"说明，理由为其他的必填"`
}

type decisionBody struct {
	Granted bool   `json:"granted" doc:"是否准予"`
	Grounds string `json:"grounds" minLength:"1" maxLength:"1000" doc:"决定的理由"`
}

type recusal struct {
	inspect.Recusal
	Title string `json:"state_title" doc:"状态名称"`
}

type recusalList struct {
	Recusals []recusal `json:"recusals"`
}

func mountRecusals(api *web.API, s *inspect.Service) {
	web.Post(api, web.Op{
		ID: "recusal-team", Path: "/recusals/look", Tag: recusals, Summary: "凭检查通知书上的码查看检查组和申请的结果", Public: true,
		Detail: "码放在正文中，不放在网址中，以免留在访问记录里。",
	}, func(ctx context.Context, in *struct{ Body recusalCode }) (*web.Out[inspect.Team], error) {
		team, err := s.Team(ctx, in.Body.Code)
		return web.Reply(team), err
	})
	web.Post(api, web.Op{
		ID: "recusal-request", Path: "/recusals", Tag: recusals, Summary: "当事人申请检查人员回避（行政处罚法第四十三条）", Public: true, Status: http.StatusCreated,
		Detail: "凭检查通知书上的码，对检查组的每名人员可以申请一次。由该人员所在单位的负责人决定；决定作出之前，不停止检查。",
	}, func(ctx context.Context, in *struct{ Body recusalBody }) (*web.Out[inspect.Team], error) {
		b := in.Body
		err := s.RequestRecusal(ctx, inspect.RequestRecusal{Cause: web.Cause(ctx), Code: b.Code, CertNo: b.CertNo, Reason: b.Reason, Note: b.Note})
		if err != nil {
			return nil, err
		}
		team, err := s.Team(ctx, b.Code)
		return web.Reply(team), err
	})
	web.Get(api, web.Op{ID: "recusal-list", Path: "/recusals", Tag: recusals, Summary: "对本单位人员的回避申请"},
		func(ctx context.Context, _ *struct{}) (*web.Out[recusalList], error) {
			rows, err := s.Recusals(ctx, web.Actor(ctx))
			out := recusalList{Recusals: make([]recusal, len(rows))}
			for i, r := range rows {
				out.Recusals[i] = recusal{r.Recusal, inspect.Title(r.State)}
			}
			return web.Reply(out), err
		})
	web.Get(api, web.Op{ID: "recusal-get", Path: "/recusals/{id}", Tag: recusals, Summary: "一件回避申请"},
		func(ctx context.Context, in *RecusalID) (*web.Out[recusal], error) {
			return showRecusal(ctx, s, in.ID, nil)
		})
	web.Post(api, web.Op{ID: "recusal-decide", Path: "/recusals/{id}/decide", Tag: recusals, Summary: "本单位负责人决定是否回避"},
		func(ctx context.Context, in *struct {
			RecusalID
			Body decisionBody
		}) (*web.Out[recusal], error) {
			err := s.DecideRecusal(ctx, inspect.DecideRecusal{Cause: web.Cause(ctx), Recusal: in.ID, Granted: in.Body.Granted, Grounds: in.Body.Grounds})
			return showRecusal(ctx, s, in.ID, err)
		})
}

func showRecusal(ctx context.Context, s *inspect.Service, id string, err error) (*web.Out[recusal], error) {
	if err != nil {
		return nil, err
	}
	r, err := s.Recusal(ctx, web.Actor(ctx), id)
	return web.Reply(recusal{r, inspect.Title(r.State)}), err
}
