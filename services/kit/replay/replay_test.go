package replay

import (
	"context"
	"strings"
	"testing"
	"time"

	"shenzhong/deploy/packs"
	"shenzhong/events"
	"shenzhong/services/kit/deadline"
	"shenzhong/services/kit/law"
	"shenzhong/services/kit/packfile"
	"shenzhong/services/kit/servicetest"
	"shenzhong/services/kit/store"
	"shenzhong/services/kit/workday"
)

// otherPack is the shipped pack with wordings replaced.
func otherPack(t *testing.T, replace ...string) *law.Pack {
	t.Helper()
	fsys, err := packs.Wulong()
	if err != nil {
		t.Fatal(err)
	}
	files, err := packfile.Files(fsys)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(replace); i += 2 {
		found := false
		for name, data := range files {
			changed := strings.ReplaceAll(string(data), replace[i], replace[i+1])
			found = found || changed != string(data)
			files[name] = []byte(changed)
		}
		if !found {
			t.Fatalf("%q does not occur", replace[i])
		}
	}
	held, err := packfile.Hold(files)
	if err != nil {
		t.Fatal(err)
	}
	p, err := law.Load(held)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

var opening = time.Date(2026, time.September, 1, 1, 0, 0, 0, time.UTC)

// facts are three routed clues and a granted limit.
func facts(t *testing.T, g servicetest.Ground) store.Log {
	t.Helper()
	v := servicetest.NewVoice("clue", g.Clock)
	counter := deadline.Counter{Law: g.Law, Calendar: g.Calendar}
	say := func(clue, offense, lead, by string) {
		subject := "clue/" + clue
		d, err := counter.Start("clue.verify", subject, lead, "核查线索", g.Clock.Now())
		if err != nil {
			t.Fatal(err)
		}
		v.Say(t, "clue", clue, events.ClueRouted{Clue: clue, Route: events.Route{Lead: lead, Offence: offense, By: by}, Round: 1, Deadlines: []events.Deadline{d}})
	}
	say("500156-XS-2026-000001", "price_violation", "scjgj", "matrix")
	say("500156-XS-2026-000002", "noise", "gaj", "matrix")
	say("500156-XS-2026-000003", "price_violation", "fgw", "ruling")
	granted, err := counter.Grant("rectify", "order/500156-ZG-2026-000001", "mzj", "整改", g.Clock.Now(), 10)
	if err != nil {
		t.Fatal(err)
	}
	v.Say(t, "clue", "500156-XS-2026-000004", events.ClueReceived{Clue: "500156-XS-2026-000004", Deadlines: []events.Deadline{granted}})
	return v.Log
}

func run(t *testing.T, g servicetest.Ground, now *law.Pack, logs ...store.Log) Report {
	t.Helper()
	r, err := Judge{Was: g.Law, Now: now, Calendar: g.Calendar}.Run(context.Background(), logs, opening.AddDate(0, 0, -1), opening.AddDate(0, 0, 90))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestTheSamePackMovesNothing(t *testing.T) {
	g := servicetest.NewGround(t, opening)
	r := run(t, g, g.Law, facts(t, g))
	if len(r.Clues) > 0 || len(r.Limits) > 0 || r.Commits != 4 || r.Routed != 2 || r.Chosen != 1 || r.Counted != 3 || r.Ordered != 1 {
		t.Errorf("%+v", r)
	}
}

func TestWhatWouldHaveMoved(t *testing.T) {
	g := servicetest.NewGround(t, opening)
	other := otherPack(t,
		"name: 核查线索并决定是否立案, trigger: 发现线索或者收到材料之日, n: 15", "name: 核查线索并决定是否立案, trigger: 发现线索或者收到材料之日, n: 10",
		"lead: gaj\n    assist: [mzj]\n    reason: 社会生活噪声", "lead: cgj\n    assist: [mzj]\n    reason: 社会生活噪声")
	r := run(t, g, other, facts(t, g))
	if len(r.Clues) != 1 || r.Clues[0].Clue != "500156-XS-2026-000002" || r.Clues[0].Was != "gaj" || r.Clues[0].Now != "cgj" || r.Clues[0].Why == "" {
		t.Errorf("clues %+v", r.Clues)
	}
	if len(r.Limits) != 3 || r.Limits[0].Was.String() != "2026-09-21" || r.Limits[0].Now.String() != "2026-09-15" || !strings.Contains(r.Limits[0].Why, "15个工作日改为10个工作日") {
		t.Errorf("limits %+v", r.Limits)
	}
}

func TestOtherPackWithoutARule(t *testing.T) {
	g := servicetest.NewGround(t, opening)
	files, err := packs.Wulong()
	if err != nil {
		t.Fatal(err)
	}
	plan, err := workday.NewDate(2024, time.January, 8)
	if err != nil {
		t.Fatal(err)
	}
	old, err := law.Extract(files, plan)
	if err != nil {
		t.Fatal(err)
	}
	held, err := packfile.Hold(old)
	if err != nil {
		t.Fatal(err)
	}
	p, err := law.Load(held)
	if err != nil {
		t.Fatal(err)
	}
	r := run(t, g, p, facts(t, g))
	if len(r.Clues) == 0 || r.Clues[0].Now != "" || len(r.Limits) != 3 || !r.Limits[0].Now.IsZero() {
		t.Errorf("%+v", r)
	}
}

// TestTheWindow: facts before it and behind it are not looked at.
func TestTheWindow(t *testing.T) {
	g := servicetest.NewGround(t, opening.AddDate(0, -6, 0))
	early := facts(t, g)
	if r := run(t, g, g.Law, early); r.Commits != 0 {
		t.Errorf("%+v", r)
	}
}
