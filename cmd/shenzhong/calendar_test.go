package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"shenzhong/events"
	"shenzhong/services/kit/clock"
	"shenzhong/services/kit/deadline"
	"shenzhong/services/kit/identity"
	"shenzhong/services/kit/sqlite"
	"shenzhong/services/kit/store"
	"shenzhong/services/kit/store/sqlitelog"
	"shenzhong/services/oversee"
)

// notice2027 is a made-up notice in which Sunday 14 February is worked.
const notice2027 = `{
 "year": 2027, "state": "published",
 "notices": [{"title": "国务院办公厅关于2027年部分节假日安排的通知", "verified": false}],
 "off": [
  {"name": "元旦", "from": "2027-01-01", "to": "2027-01-03"},
  {"name": "春节", "from": "2027-02-05", "to": "2027-02-12"},
  {"name": "劳动节", "from": "2027-05-01", "to": "2027-05-05"},
  {"name": "国庆节", "from": "2027-10-01", "to": "2027-10-07"}],
 "work": [{"name": "春节", "date": "2027-02-14"}]
}`

// keep puts a limit into a data directory as oversee keeps it.
func keep(t *testing.T, data string, d events.Deadline, at time.Time) {
	t.Helper()
	db, err := sqlite.Open(t.Context(), filepath.Join(data, "oversee.db"), sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	log, err := sqlitelog.Open(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	limits := store.NewCollection[oversee.Limit]("deadline", log, clock.NewFake(at))
	entity, err := oversee.EntityOf(d.ID)
	if err != nil {
		t.Fatal(err)
	}
	cause := store.Cause{ID: "test", Actor: identity.Service("oversee")}
	err = limits.Put(t.Context(), cause, entity, func(l *oversee.Limit) (events.Event, error) {
		return l.Start(d, oversee.Plan{}, events.Envelope{ID: "case/500156-AJ-2026-000001/1", Version: 1})
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

// TestCalendarImport: the notice of the next year is one command, which tells
// the office what will move.
func TestCalendarImport(t *testing.T) {
	data, file := t.TempDir(), filepath.Join(t.TempDir(), "notice.json")
	if err := os.WriteFile(file, []byte(notice2027), 0o600); err != nil {
		t.Fatal(err)
	}
	pack, calendar, err := loadLaw()
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, time.November, 16, 1, 0, 0, 0, time.UTC)
	d, err := deadline.Counter{Law: pack, Calendar: calendar}.Start("case.decide", "case/500156-AJ-2026-000001", "mzj", "作出处罚决定", at)
	if err != nil {
		t.Fatal(err)
	}
	keep(t, data, d, at)
	out := mustRun(t, "calendar", "import", file, "--data", data)
	for _, part := range []string{"已公布到 2027-12-31", "暂定期限 1 项，其中 1 项会变动", d.ID, "2027-02-15 → 2027-02-14"} {
		if !strings.Contains(out, part) {
			t.Errorf("%q is not in\n%s", part, out)
		}
	}
	loaded, err := loadCalendar(data)
	if err != nil || loaded.Horizon().Year() != 2027 {
		t.Errorf("the data directory has a calendar until %s, %v", loaded.Horizon(), err)
	}
	if out := mustRun(t, "calendar", "show", "--data", data); !strings.Contains(out, "2027  已公布") {
		t.Errorf("%s", out)
	}
	if out := mustRun(t, "deadline", "--data", data, "--rule", "case.decide", "--from", "2026-11-16"); !strings.Contains(out, "届满  2027-02-14\n") {
		t.Errorf("%s", out)
	}
	if out := mustRun(t, "deadline", "--rule", "case.decide", "--from", "2026-11-16"); !strings.Contains(out, "届满  2027-02-15（暂定）") {
		t.Errorf("%s", out)
	}
	if out := mustRun(t, "calendar", "import", file, "--data", data); !strings.Contains(out, "没有变化") {
		t.Errorf("the same notice a second time: %s", out)
	}
	if err := os.WriteFile(file, []byte(strings.Replace(notice2027, "2027-02-12", "2027-02-11", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, complaint, code := shenzhong(t, "calendar", "import", file, "--data", data); code != exitUsage || !strings.Contains(complaint, "--replace") {
		t.Errorf("another notice of the same year: exit %d, %s", code, complaint)
	}
	mustRun(t, "calendar", "import", file, "--data", data, "--replace")
	left, err := filepath.Glob(filepath.Join(data, "calendar", "*"))
	if err != nil || len(left) != 1 {
		t.Errorf("the folder holds %v, %v", left, err)
	}
}

// TestSystemKnowsTheNotice: whatever starts on the data directory counts by the
// notices in it, and does not start on half a calendar.
func TestSystemKnowsTheNotice(t *testing.T) {
	data, file := t.TempDir(), filepath.Join(t.TempDir(), "notice.json")
	if err := os.WriteFile(file, []byte(notice2027), 0o600); err != nil {
		t.Fatal(err)
	}
	mustRun(t, "calendar", "import", file, "--data", data)
	o := embedded(data, clock.NewFake(time.Date(2026, time.November, 24, 1, 0, 0, 0, time.UTC)))
	o.contexts = []string{"oversee"}
	s, err := openSystem(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if got := s.calendar.Calendar().Horizon().Year(); got != 2027 {
		t.Errorf("the system knows the days off until %d", got)
	}
	if err := s.close(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(noticesIn(data), "2028.json"), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := openSystem(t.Context(), o); err == nil || !strings.Contains(err.Error(), "2028.json") {
		t.Errorf("half a calendar: %v", err)
	}
}

// TestNoticeWhileItRuns: the notice is counted on without a restart, and every
// limit that it moves gets its fact.
func TestNoticeWhileItRuns(t *testing.T) {
	clk := clock.NewFake(time.Date(2026, time.November, 16, 1, 0, 0, 0, time.UTC))
	once(t, t.TempDir(), clk, func(ctx context.Context, s *system) {
		const id = "500156-ZG-2026-000101-000001-mzj-1"
		counter := deadline.Counter{Law: s.law, Calendar: s.calendar}
		due, err := counter.Grant("rectify", "rectification/"+id, "mzj", "完成整改", clk.Now(), 90)
		if err != nil || due.DueDate != "2027-02-15" || !due.Provisional {
			t.Fatalf("%+v, %v", due, err)
		}
		say(ctx, t, s, clk, "rectification", id, events.RectificationOrdered{Rectification: id, Unit: "mzj", Deadline: due})
		if err := s.settle(ctx); err != nil {
			t.Fatal(err)
		}
		made, err := s.calendar.Import([]byte(notice2027), false)
		if err != nil {
			t.Fatal(err)
		}
		moved := func() (kept events.DeadlineKept) {
			err := store.Each(ctx, s.logs()["oversee"], func(c store.Commit) error {
				if c.Cause != "calendar/"+made.Now.Version() {
					return nil
				}
				var err error
				kept, err = events.Open[events.DeadlineKept](c.Envelope())
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			return kept
		}
		for moved().Change == "" {
			select {
			case <-ctx.Done():
				t.Fatal("nothing was counted again")
			case <-time.After(3 * rehearsalPause):
			}
		}
		if got := moved(); got.Change != "recounted" || got.Deadline.DueDate != "2027-02-14" || got.Deadline.Provisional {
			t.Errorf("%+v", got)
		}
	})
}

func TestCalendarRefuses(t *testing.T) {
	data := t.TempDir()
	for name, content := range map[string]string{
		"an unknown key":     strings.Replace(notice2027, `"state"`, `"stage"`, 1),
		"a weekday worked":   strings.Replace(notice2027, "2027-02-14", "2027-02-15", 1),
		"no New Year":        strings.Replace(notice2027, "2027-01-01", "2027-01-02", 1),
		"a year that stands": strings.ReplaceAll(strings.Replace(notice2027, `"2027-02-14"`, `"2026-02-14"`, 1), "2027", "2026"),
		"no notice at all":   "{",
	} {
		file := filepath.Join(t.TempDir(), "notice.json")
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		out, complaint, code := shenzhong(t, "calendar", "import", file, "--data", data)
		if code != exitUsage || out != "" || strings.Count(complaint, "\n") != 1 {
			t.Errorf("%s: exit %d, %q, %q", name, code, out, complaint)
		}
	}
	if left, err := filepath.Glob(filepath.Join(data, "*")); err != nil || len(left) > 0 {
		t.Errorf("left behind %v, %v", left, err)
	}
}
