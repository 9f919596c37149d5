// Package watchweb is the JSON interface of the watch: noting signals, looking at
// gauges and alerts, and one operation for each act on an alert. It must never
// decide anything about a signal or an alert.
package watchweb

import (
	"context"
	"net/http"

	"shenzhong/services/kit/store"
	"shenzhong/services/kit/web"
	"shenzhong/services/watch"
)

// tag is the heading of the documentation.
const tag = "监测预警"

// Mount registers every operation of the watch.
func Mount(api *web.API, s *watch.Service) {
	mountSignals(api, s)
	mountGauges(api, s)
	mountAlerts(api, s)
	mountActs(api, s)
}

// SignalShown is a signal as the interface shows it.
type SignalShown struct {
	watch.SignalRow
	Title string `json:"title" doc:"状态名称"`
}

func showSignal(r watch.SignalRow) SignalShown {
	return SignalShown{SignalRow: r, Title: watch.SignalTitle(r.State)}
}

// GaugeShown is a gauge as the interface shows it.
type GaugeShown struct {
	watch.Standing
	Title string `json:"title" doc:"状态名称"`
}

// AlertShown is an alert as the interface shows it.
type AlertShown struct {
	watch.Alert
	Title string `json:"title" doc:"状态名称"`
}

func showAlert(a watch.Alert) AlertShown { return AlertShown{Alert: a, Title: watch.Title(a.State)} }

// AlertID names an alert in a path. It is exported because huma reads no other
// embedded input.
type AlertID struct {
	ID string `path:"id" pattern:"^[0-9]{6}-YJ-[0-9]{4}-[0-9]{6}$" patternDescription:"预警编号，例如 500156-YJ-2026-000001" doc:"预警编号"`
}

type signalID struct {
	ID string `path:"id" pattern:"^[0-9]{6}-XH-([A-Z]{2}-)?[0-9]{4}-[0-9]{6}$" patternDescription:"信号编号，例如 500156-XH-2026-000001" doc:"信号编号"`
}

type noteBody struct {
	Seen     string   `json:"seen" enum:"patrol,imagery,opinion,data" doc:"发现的方式：巡查、遥感影像、网络舆情、数据比对"`
	Matter   string   `json:"matter" maxLength:"60" doc:"违法行为类型代码"`
	Facility string   `json:"facility,omitempty" maxLength:"40" doc:"检查对象编号，涉及名录中的机构时填写"`
	Town     string   `json:"town,omitempty" maxLength:"100" doc:"所在乡镇（街道），没有填写机构时必填"`
	Day      string   `json:"day" format:"date" doc:"发现日期"`
	Text     string   `json:"text" maxLength:"2000" doc:"发现的情况，不要写个人信息"`
	Evidence []string `json:"evidence,omitempty" maxItems:"50" doc:"证据，例如照片、影像编号"`
}

type ruleList struct {
	Rules []watch.Rule   `json:"rules"`
	Seen  []watch.Choice `json:"seen" doc:"发现的方式"`
}

type signalList struct {
	Signals []SignalShown `json:"signals"`
}

func mountSignals(api *web.API, s *watch.Service) {
	web.Get(api, web.Op{ID: "watch-rules", Path: "/watch/rules", Tag: tag, Summary: "现行的监测规则和发现方式"},
		func(ctx context.Context, _ *struct{}) (*web.Out[ruleList], error) {
			rules, seen, err := s.Rules(web.Actor(ctx))
			return web.Reply(ruleList{Rules: rules, Seen: seen}), err
		})
	web.Post(api, web.Op{
		ID: "signal-note", Path: "/signals", Tag: tag, Summary: "登记监测信号", Status: http.StatusCreated,
		Detail: "巡查、遥感影像、网络舆情、数据比对发现的情况。问题线索和处罚决定自动计为信号，不必登记。",
	}, func(ctx context.Context, in *struct{ Body noteBody }) (*web.Out[SignalShown], error) {
		b := in.Body
		id, err := s.NoteSignal(ctx, watch.NoteSignal{
			Cause: web.Cause(ctx), Seen: b.Seen, Matter: b.Matter, Facility: b.Facility, Town: b.Town, Day: b.Day, Text: b.Text, Evidence: b.Evidence,
		})
		if err != nil {
			return nil, err
		}
		return oneSignal(ctx, s, id)
	})
	web.Get(api, web.Op{ID: "signal-list", Path: "/signals", Tag: tag, Summary: "监测信号，新的在前"},
		func(ctx context.Context, in *struct {
			Sort     string `query:"sort" enum:"clue,report,decision" doc:"种类：问题线索、报告、处罚决定"`
			Matter   string `query:"matter" maxLength:"60" doc:"违法行为类型代码"`
			Facility string `query:"facility" maxLength:"40" doc:"检查对象编号"`
			Town     string `query:"town" maxLength:"100" doc:"乡镇（街道）"`
			State    string `query:"state" enum:"counts,out" doc:"计入、不计入"`
			Limit    int    `query:"limit" minimum:"1" maximum:"500" default:"100" doc:"最多返回的件数"`
		}) (*web.Out[signalList], error) {
			rows, err := s.Signals(ctx, web.Actor(ctx), watch.SignalFilter{
				Sort: in.Sort, Matter: in.Matter, Facility: in.Facility, Town: in.Town, State: in.State, Limit: in.Limit,
			})
			out := signalList{Signals: make([]SignalShown, len(rows))}
			for i, r := range rows {
				out.Signals[i] = showSignal(r)
			}
			return web.Reply(out), err
		})
	web.Get(api, web.Op{ID: "signal-get", Path: "/signals/{id}", Tag: tag, Summary: "监测信号全貌"},
		func(ctx context.Context, in *signalID) (*web.Out[SignalShown], error) {
			return oneSignal(ctx, s, in.ID)
		})
}

func oneSignal(ctx context.Context, s *watch.Service, id string) (*web.Out[SignalShown], error) {
	r, err := s.Signal(ctx, web.Actor(ctx), id)
	return web.Reply(showSignal(r)), err
}

type gaugeList struct {
	Gauges []GaugeShown `json:"gauges"`
}

func mountGauges(api *web.API, s *watch.Service) {
	web.Get(api, web.Op{ID: "gauge-list", Path: "/gauges", Tag: tag, Summary: "监测点：规则、地点、期间内的信号数"},
		func(ctx context.Context, in *struct {
			Rule  string `query:"rule" maxLength:"60" doc:"监测规则代码"`
			Place string `query:"place" maxLength:"40" doc:"乡镇（街道）代码、检查对象编号或者区县代码"`
			State string `query:"state" enum:"quiet,alarming" doc:"监测中、预警中"`
			After string `query:"after" maxLength:"100" doc:"上一页最后一个监测点的编号"`
			Limit int    `query:"limit" minimum:"1" maximum:"500" default:"100" doc:"最多返回的个数"`
		}) (*web.Out[gaugeList], error) {
			rows, err := s.Gauges(ctx, web.Actor(ctx), watch.GaugeFilter{Rule: in.Rule, Place: in.Place, State: in.State, After: in.After, Limit: in.Limit})
			out := gaugeList{Gauges: make([]GaugeShown, len(rows))}
			for i, r := range rows {
				out.Gauges[i] = GaugeShown{Standing: r, Title: watch.GaugeTitle(r.State)}
			}
			return web.Reply(out), err
		})
}

type alertList struct {
	Alerts []AlertShown `json:"alerts"`
}

func mountAlerts(api *web.API, s *watch.Service) {
	web.Get(api, web.Op{ID: "alert-list", Path: "/alerts", Tag: tag, Summary: "预警，期限最近的在前"},
		func(ctx context.Context, in *struct {
			State string `query:"state" enum:"raised,acknowledged,concluded,lifted" doc:"状态"`
			Unit  string `query:"unit" maxLength:"40" doc:"主办或者协办单位代码"`
			Rule  string `query:"rule" maxLength:"60" doc:"监测规则代码"`
			Limit int    `query:"limit" minimum:"1" maximum:"500" default:"100" doc:"最多返回的件数"`
		}) (*web.Out[alertList], error) {
			rows, err := s.Alerts(ctx, web.Actor(ctx), watch.AlertFilter{State: watch.State(in.State), Unit: in.Unit, Rule: in.Rule, Limit: in.Limit})
			out := alertList{Alerts: make([]AlertShown, len(rows))}
			for i, a := range rows {
				out.Alerts[i] = showAlert(a)
			}
			return web.Reply(out), err
		})
	web.Get(api, web.Op{ID: "alert-get", Path: "/alerts/{id}", Tag: tag, Summary: "预警全貌"},
		func(ctx context.Context, in *AlertID) (*web.Out[AlertShown], error) {
			return oneAlert(ctx, s, in.ID, nil)
		})
}

// oneAlert is the alert as it is after an act.
func oneAlert(ctx context.Context, s *watch.Service, id string, err error) (*web.Out[AlertShown], error) {
	if err != nil {
		return nil, err
	}
	a, err := s.Alert(ctx, web.Actor(ctx), id)
	return web.Reply(showAlert(a)), err
}

// written is an act on one alert and what was written for it.
type written[B any] struct {
	AlertID
	Body B
}

type respondBody struct {
	Text     string   `json:"text" maxLength:"2000" doc:"本单位做了什么，不要写个人信息"`
	Evidence []string `json:"evidence,omitempty" maxItems:"50" doc:"证据"`
}

type concludeBody struct {
	Outcome  string   `json:"outcome" enum:"clue,campaign,remedied,unfounded" doc:"转为问题线索、建议专项检查、已经消除、误报（由单位负责人认定）"`
	Text     string   `json:"text" maxLength:"2000" doc:"处置情况；误报的写明理由。不要写个人信息"`
	Evidence []string `json:"evidence" maxItems:"50" doc:"处置所依据的证据"`
}

func mountActs(api *web.API, s *watch.Service) {
	web.Post(api, op("acknowledge", "签收预警"), func(ctx context.Context, in *AlertID) (*web.Out[AlertShown], error) {
		return oneAlert(ctx, s, in.ID, s.Acknowledge(ctx, watch.Acknowledge{Cause: web.Cause(ctx), Alert: in.ID}))
	})
	act(api, s, "respond", "填写联动响应情况", func(ctx context.Context, by store.Cause, id string, b respondBody) error {
		return s.Respond(ctx, watch.Respond{Cause: by, Alert: id, Text: b.Text, Evidence: b.Evidence})
	})
	act(api, s, "conclude", "处置办结预警", func(ctx context.Context, by store.Cause, id string, b concludeBody) error {
		return s.Conclude(ctx, watch.Conclude{Cause: by, Alert: id, Outcome: b.Outcome, Text: b.Text, Evidence: b.Evidence})
	})
}

// act registers an act on an alert. It answers with the alert as it is then.
func act[B any](api *web.API, s *watch.Service, name, summary string, do func(context.Context, store.Cause, string, B) error) {
	web.Post(api, op(name, summary), func(ctx context.Context, in *written[B]) (*web.Out[AlertShown], error) {
		return oneAlert(ctx, s, in.ID, do(ctx, web.Cause(ctx), in.ID, in.Body))
	})
}

func op(name, summary string) web.Op {
	return web.Op{ID: "alert-" + name, Path: "/alerts/{id}/" + name, Tag: tag, Summary: summary}
}
