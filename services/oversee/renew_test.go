package oversee

import (
	"context"
	"strings"
	"testing"
	"testing/fstest"

	"shenzhong/deploy/packs"
	"shenzhong/events"
	"shenzhong/services/kit/deadline"
	"shenzhong/services/kit/law"
	"shenzhong/services/kit/packfile"
	"shenzhong/services/kit/servicetest"
)

// packWith is the pack that ships, with words of its files replaced.
func packWith(t *testing.T, words ...string) *law.Pack {
	t.Helper()
	files, err := packs.Wulong()
	if err != nil {
		t.Fatal(err)
	}
	data, err := packfile.Files(files)
	if err != nil {
		t.Fatal(err)
	}
	changed := fstest.MapFS{}
	for name, content := range data {
		changed[name] = &fstest.MapFile{Data: []byte(strings.NewReplacer(words...).Replace(string(content)))}
	}
	p, err := law.Load(changed)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestNewPackKeepsOrRecounts: when the pack is replaced while the service runs,
// a limit whose rule says recount gets its new day and one fact, once; one that
// says keep, and one whose length a person set, stay.
func TestNewPackKeepsOrRecounts(t *testing.T) {
	f := newFixture(t)
	ctx := context.Background()
	say := func(id string, d events.Deadline, err error) events.Deadline {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		f.other.say(t, id, "file", events.CaseDecided{Deadlines: []events.Deadline{d}})
		f.settle(t)
		return d
	}
	start := func(rule, id string) events.Deadline {
		t.Helper()
		d, err := f.counter.Start(rule, "case/"+id, "mzj", "测试", f.clock.Now())
		return say(id, d, err)
	}
	kept := func(id string) Limit {
		t.Helper()
		entity, err := EntityOf(id)
		if err != nil {
			t.Fatal(err)
		}
		l, _, err := f.service.limits.Load(ctx, entity)
		if err != nil {
			t.Fatal(err)
		}
		return l
	}
	moves := start("clue.accept", "500156-AJ-2026-000001") // 5 workdays, recount
	stays := start("case.decide", "500156-AJ-2026-000002") // 90 days, keep
	ordered, err := f.counter.Grant("clue.accept", "case/500156-AJ-2026-000003", "mzj", "测试", f.clock.Now(), 5)
	order := say("500156-AJ-2026-000003", ordered, err)
	if n, err := f.service.Renew(ctx); n != 0 || err != nil {
		t.Fatalf("on the same pack %d were counted again, %v", n, err)
	}
	pack := packWith(t,
		"trigger: 线索发出之日, n: 5,", "trigger: 线索发出之日, n: 3,", "trigger: 立案之日, n: 90,", "trigger: 立案之日, n: 60,",
		`edition: "2026.1"`, `edition: "2026.2"`)
	f.service.cfg.Law = pack
	for range 2 { // the second sweep has nothing to add
		if _, err := f.service.Sweep(ctx); err != nil {
			t.Fatal(err)
		}
		f.settle(t)
	}
	want, err := deadline.Counter{Law: pack, Calendar: f.counter.Calendar}.Start("clue.accept", "case/500156-AJ-2026-000001", "mzj", "测试", moves.From)
	if err != nil || want.DueDate == moves.DueDate {
		t.Fatalf("the new pack counts to %s, %v", want.DueDate, err)
	}
	for id, due := range map[string]string{moves.ID: want.DueDate, stays.ID: stays.DueDate, order.ID: order.DueDate} {
		if l := kept(id); l.Deadline.DueDate != due || l.State != Armed {
			t.Errorf("%s: %s due %s, want %s", id, l.State, l.Deadline.DueDate, due)
		}
	}
	// Whoever hands the limit on still names the day that it began with.
	handed := moves
	handed.Owner = "scjgj"
	f.other.say(t, "500156-AJ-2026-000001", "hand on", events.CaseDecided{Deadlines: []events.Deadline{handed}})
	f.settle(t)
	if l := kept(moves.ID); l.Deadline.DueDate != want.DueDate || l.Deadline.Owner != "scjgj" {
		t.Errorf("handed on: %+v", l.Deadline)
	}
	if n, err := f.service.Renew(ctx); n != 0 || err != nil {
		t.Errorf("asked again it counted %d, %v", n, err)
	}
	said := 0
	for _, c := range servicetest.Facts(t, f.log) {
		if c.Cause == "pack/"+pack.Version() {
			said++
		}
	}
	if said != 1 {
		t.Errorf("said %d facts of the new pack, want one", said)
	}
}
