package main

import (
	"context"
	"testing"
	"time"

	"shenzhong/events"
	"shenzhong/services/kit/clock"
	limits "shenzhong/services/kit/deadline"
	"shenzhong/services/kit/identity"
	"shenzhong/services/kit/service"
	"shenzhong/services/kit/store"
)

// TestFactsTravelThroughTheRealBroker says two facts in the store of inspect and
// follows them through JetStream: disclose prepares a record, oversee keeps a
// limit, and everything is still there, once, after a restart.
func TestFactsTravelThroughTheRealBroker(t *testing.T) {
	dir := t.TempDir()
	clk := clock.NewFake(time.Date(2026, 9, 30, 2, 0, 0, 0, time.UTC))
	pack, calendar, err := loadLaw()
	if err != nil {
		t.Fatal(err)
	}
	const plan, order = "500156-JH-2026-000001", "500156-ZG-2026-000101-000001-mzj-1"
	due, err := (limits.Counter{Law: pack, Calendar: calendar}).Grant("rectify", "rectification/"+order, "mzj", "复查", clk.Now(), 15)
	if err != nil {
		t.Fatal(err)
	}
	before := once(t, dir, clk, func(ctx context.Context, s *system) {
		say(ctx, t, s, clk, "plan", plan, events.PlanDrafted{Plan: events.Plan{ID: plan, Title: "2026年度联合抽查计划", Lead: "mzj"}})
		say(ctx, t, s, clk, "plan", plan, events.PlanPublished{Plan: events.Plan{ID: plan, Title: "2026年度联合抽查计划", Lead: "mzj"}})
		say(ctx, t, s, clk, "rectification", order, events.RectificationOrdered{Rectification: order, Unit: "mzj", Deadline: due})
	})
	after := once(t, dir, clk, func(context.Context, *system) {})
	for kind, want := range map[string]int{
		"inspect.plan_published.v1": 1, "disclose.prepared.v1": 1, "inspect.rectification_ordered.v1": 1, "oversee.deadline_kept.v1": 1,
	} {
		if before[kind] != want || after[kind] != want {
			t.Errorf("%s: %d, after a restart %d; want %d", kind, before[kind], after[kind], want)
		}
	}
}

// say commits a fact in the store of inspect.
func say(ctx context.Context, t *testing.T, s *system, clk clock.Clock, entity, id string, fact events.Event) {
	t.Helper()
	by := store.Cause{ID: fact.Kind(), Actor: identity.Service("inspect")}
	entities := store.NewCollection[struct{}](entity, s.logs()["inspect"], clk)
	if err := entities.Put(ctx, by, id, func(*struct{}) (events.Event, error) { return fact, nil }); err != nil {
		t.Fatal(err)
	}
}

// once runs the system on dir until act is done and nothing is on its way, and
// returns how often each fact was said.
func once(t *testing.T, dir string, clk clock.Clock, act func(context.Context, *system)) map[string]int {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	s, err := openSystem(ctx, embedded(dir, clk))
	if err != nil {
		t.Fatal(err)
	}
	running, stop := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- service.Run(running, s.parts()...) }()
	act(ctx, s)
	if err := s.settle(ctx); err != nil {
		t.Fatal(err)
	}
	said := map[string]int{}
	for _, log := range s.logs() {
		breaks, _, err := store.Verify(ctx, log)
		if err != nil || len(breaks) > 0 {
			t.Errorf("the chains do not hold: %v, %v", breaks, err)
		}
		if err := store.Each(ctx, log, func(c store.Commit) error { said[c.Kind]++; return nil }); err != nil {
			t.Fatal(err)
		}
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if err := s.close(); err != nil {
		t.Error(err)
	}
	return said
}
