package oversee

import (
	"context"
	"testing"
	"time"

	"shenzhong/events"
	"shenzhong/services/kit/store"
	"shenzhong/services/kit/view"
	"shenzhong/services/kit/workday"
)

// noticeOf2027 is a made-up notice: Sunday 14 February is worked.
const noticeOf2027 = `{
 "year": 2027, "state": "published",
 "notices": [{"title": "国务院办公厅关于2027年部分节假日安排的通知", "verified": false}],
 "off": [
  {"name": "元旦", "from": "2027-01-01", "to": "2027-01-03"},
  {"name": "春节", "from": "2027-02-05", "to": "2027-02-12"},
  {"name": "劳动节", "from": "2027-05-01", "to": "2027-05-05"},
  {"name": "国庆节", "from": "2027-10-01", "to": "2027-10-07"}],
 "work": [{"name": "春节", "date": "2027-02-14"}]
}`

// TestRecount: when the notice of the next year is there, every provisional
// limit that runs is counted again, with one fact each, once.
func TestRecount(t *testing.T) {
	f := newFixture(t)
	start := func(rule, id string, from time.Time) events.Deadline {
		t.Helper()
		d, err := f.counter.Start(rule, "case/"+id, "mzj", "作出处罚决定", from)
		if err != nil {
			t.Fatal(err)
		}
		f.other.say(t, id, "file", events.CaseDecided{Deadlines: []events.Deadline{d}})
		f.settle(t)
		return d
	}
	moves := start("case.decide", "500156-AJ-2026-000001", time.Date(2026, time.November, 16, 1, 0, 0, 0, time.UTC))
	stays := start("fine.pay", "500156-AJ-2026-000002", time.Date(2026, time.December, 20, 1, 0, 0, 0, time.UTC))
	certain := start("case.serve", "500156-AJ-2026-000003", time.Date(2026, time.November, 16, 1, 0, 0, 0, time.UTC))
	ended := start("case.decide", "500156-AJ-2026-000004", time.Date(2026, time.November, 16, 1, 0, 0, 0, time.UTC))
	f.other.say(t, "500156-AJ-2026-000004", "decide", events.ClueAccepted{Settled: []string{ended.ID}})
	f.settle(t)
	if moves.DueDate != "2027-02-15" || !moves.Provisional || !stays.Provisional || certain.Provisional {
		t.Fatalf("%+v %+v %+v", moves, stays, certain)
	}

	y, err := workday.ParseYear([]byte(noticeOf2027))
	if err != nil {
		t.Fatal(err)
	}
	calendar, err := f.counter.Calendar.Calendar().WithYear(y)
	if err != nil {
		t.Fatal(err)
	}
	cfg := f.service.cfg
	cfg.Calendar, cfg.Tables = calendar, view.NewMemory()
	again, err := New(context.Background(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	f.service = again
	f.settle(t)
	for range 2 { // the second sweep has nothing to add
		if _, err := again.Sweep(context.Background()); err != nil {
			t.Fatal(err)
		}
		f.settle(t)
	}
	changes := map[string][]events.DeadlineKept{}
	err = store.Each(context.Background(), f.log, func(c store.Commit) error {
		if c.Kind != (events.DeadlineKept{}).Kind() || c.Cause != "calendar/"+calendar.Version() {
			return nil
		}
		fact, err := events.Open[events.DeadlineKept](c.Envelope())
		changes[fact.Deadline.ID] = append(changes[fact.Deadline.ID], fact)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(changes) != 2 || len(changes[moves.ID]) != 1 || len(changes[stays.ID]) != 1 {
		t.Fatalf("said %+v", changes)
	}
	moved, confirmed := changes[moves.ID][0], changes[stays.ID][0]
	if moved.Change != "recounted" || moved.Deadline.DueDate != "2027-02-14" || moved.Deadline.Provisional || moved.Next.IsZero() || moved.Deadline.Owner != "mzj" {
		t.Errorf("moved: %+v", moved)
	}
	if confirmed.Change != "confirmed" || confirmed.Deadline.DueDate != stays.DueDate || confirmed.Deadline.Provisional {
		t.Errorf("confirmed: %+v", confirmed)
	}
	// Whoever hands the limit on still names the day that it began with.
	handed := moves
	handed.Owner = "scjgj"
	f.other.say(t, "500156-AJ-2026-000001", "hand on", events.CaseDecided{Deadlines: []events.Deadline{handed}})
	f.settle(t)
	entity, err := EntityOf(moves.ID)
	if err != nil {
		t.Fatal(err)
	}
	if l, _, err := again.limits.Load(context.Background(), entity); err != nil || l.Deadline.DueDate != "2027-02-14" || l.Deadline.Owner != "scjgj" || l.Deadline.Provisional {
		t.Errorf("handed on: %+v, %v", l.Deadline, err)
	}
	if n, err := again.Recount(context.Background()); n != 0 || err != nil {
		t.Errorf("counted %d again, %v", n, err)
	}
}
