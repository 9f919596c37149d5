package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"shenzhong/services/kit/bus/jsbus"
	"shenzhong/services/kit/clock"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/web"
	"shenzhong/services/kit/web/almanac"
	"shenzhong/services/kit/web/ui"
)

// readiness is what /readyz shows of this process: settings as they were read
// back, not as they were asked for.
type readiness struct {
	District string                       `json:"district"`
	Law      string                       `json:"law"`      // version of the law pack in force
	Calendar string                       `json:"calendar"` // version of the calendar
	Clock    string                       `json:"clock"`    // "system", or that of a rehearsal
	Contexts []string                     `json:"contexts"`
	Stores   map[string]map[string]string `json:"stores"`
	Broker   jsbus.Settings               `json:"broker"`
	Lag      []jsbus.Lag                  `json:"lag"`
	Reports  map[string]any               `json:"reports"` // of contexts that have more to say
}

// server answers for the contexts of this process.
func (s *system) server() (*web.Server, error) {
	site := ui.Site{Name: "殡葬服务监管信息公示", Mark: "慎", Links: []ui.Link{almanac.Link(), {Text: "接口文档", To: "/api/docs"}}}
	for _, r := range s.rooms {
		site.Nav = append(site.Nav, r.nav...)
	}
	slices.SortStableFunc(site.Nav, func(a, b ui.Link) int { // the first page first
		return cmp.Compare(rank(a), rank(b))
	})
	server, err := web.New(web.Config{
		Title: "慎终：殡葬领域跨部门综合监管接口", Version: "1",
		Clock: s.clock, Tokens: s.tokens,
		Ready:   func(ctx context.Context) (any, error) { return s.readiness(ctx) },
		Healthy: s.bus.Healthy,
		Site:    site,
	})
	if err != nil {
		return nil, fmt.Errorf("open the web: %w", err)
	}
	almanac.Mount(server, s.calendar)
	for _, r := range s.rooms {
		if r.mount != nil {
			r.mount(server.API())
		}
		if r.pages != nil {
			r.pages(server)
		}
	}
	return server, nil
}

// rank puts the first page before the others, which keep their order.
func rank(l ui.Link) int {
	if l.To == "/" {
		return 0
	}
	return 1
}

func (s *system) readiness(ctx context.Context) (readiness, error) {
	r := readiness{
		District: s.law.Law().Manifest().District, Law: s.law.Law().Version(), Calendar: s.calendar.Calendar().Version(), Clock: "rehearsal", Contexts: s.names(),
		Stores: map[string]map[string]string{}, Lag: s.bus.Lag(), Reports: map[string]any{},
	}
	if _, ok := told(s.clock).(clock.System); ok {
		r.Clock = "system"
	}
	for _, room := range s.rooms {
		r.Stores[room.name] = room.base.settings()
		if room.report != nil {
			r.Reports[room.name] = room.report(ctx)
		}
	}
	var err error
	if r.Broker, err = s.bus.Settings(ctx); err != nil {
		return r, fault.New(fault.Unavailable, "消息服务没有应答，已提交的内容都在存储中，恢复后自动发送：%w", err)
	}
	return r, s.bus.Ready()
}
