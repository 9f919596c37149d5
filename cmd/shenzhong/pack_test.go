package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"shenzhong/events"
	"shenzhong/services/kit/clock"
	"shenzhong/services/kit/deadline"
	"shenzhong/services/kit/identity"
	"shenzhong/services/kit/law"
	"shenzhong/services/kit/replay"
	"shenzhong/services/kit/sqlite"
	"shenzhong/services/kit/store"
	"shenzhong/services/kit/store/sqlitelog"
)

// shenzhong runs the program and returns what it said and how it ended.
func shenzhong(t *testing.T, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	var out, complaint bytes.Buffer
	code = run(args, &out, &complaint)
	return out.String(), complaint.String(), code
}

// mustRun demands that it ends well.
func mustRun(t *testing.T, args ...string) string {
	t.Helper()
	out, complaint, code := shenzhong(t, args...)
	if code != exitDone || complaint != "" {
		t.Fatalf("%v: exit %d, %s", args, code, complaint)
	}
	return out
}

// TestPackTravels: exported, signed, imported and read again; the two states of
// the plan and of today differ by what the law has changed.
func TestPackTravels(t *testing.T) {
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	mustRun(t, "pack", "export", builtin, at("whole.zip"))
	mustRun(t, "pack", "key", "--name", "wulong-mzj", at("key"))
	if _, complaint, code := shenzhong(t, "pack", "import", at("whole.zip"), at("new"), "--trust", at("key.pub")); code != exitUsage || !strings.Contains(complaint, "没有签名") {
		t.Errorf("exit %d, %s", code, complaint)
	}
	mustRun(t, "pack", "sign", at("whole.zip"), "--key", at("key"))
	mustRun(t, "pack", "import", at("whole.zip"), at("new"), "--trust", at("key.pub"))
	if out := mustRun(t, "pack", "diff", builtin, at("new")); !strings.Contains(out, "没有差别") {
		t.Errorf("the imported pack differs: %s", out)
	}
	mustRun(t, "pack", "lint", at("new"), "--trust", at("key.pub"))

	mustRun(t, "pack", "export", builtin, at("plan.zip"), "--on", "2024-01-08")
	mustRun(t, "pack", "export", builtin, at("now.zip"), "--on", "2026-11-23")
	if out := mustRun(t, "pack", "diff", at("plan.zip"), at("now.zip")); !strings.Contains(out, "修改 期限“credit.general”") || !strings.Contains(out, "新增 法定关口“inspect.code”") {
		t.Errorf("from the plan to today:\n%s", out)
	}
	var found []law.Difference
	if err := json.Unmarshal([]byte(mustRun(t, "pack", "diff", at("plan.zip"), at("now.zip"), "--json")), &found); err != nil || len(found) < 20 {
		t.Errorf("%d differences, %v", len(found), err)
	}
}

func TestPackLint(t *testing.T) {
	if out := mustRun(t, "pack", "lint", builtin, "--open", "--on", "2026-11-23"); !strings.Contains(out, "没有发现问题") || !strings.Contains(out, "待核对  罚则") {
		t.Errorf("the pack that ships: %s", out)
	}
	dir := filepath.Join(t.TempDir(), "p")
	mustRun(t, "pack", "export", builtin, dir+".zip")
	mustRun(t, "pack", "import", dir+".zip", dir)
	edit := func(file, old, new string) {
		t.Helper()
		data, err := os.ReadFile(filepath.Join(dir, file))
		if err != nil {
			t.Fatal(err)
		}
		changed := strings.Replace(string(data), old, new, 1)
		if changed == string(data) {
			t.Fatalf("%q does not occur", old)
		}
		if err := os.WriteFile(filepath.Join(dir, file), []byte(changed), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	edit("deadlines.yaml", "basis: [bz824 第27条]", "basis: [bz225 第11条, bz824 第27条]")
	out, complaint, code := shenzhong(t, "pack", "lint", dir)
	if code != exitFailed || !strings.Contains(out, "问题  期限“body.storage”") || !strings.Contains(complaint, "需要处理") {
		t.Errorf("exit %d, %s %s", code, out, complaint)
	}
	edit("routes.yaml", "    plain:", "    plane:")
	out, complaint, code = shenzhong(t, "pack", "lint", dir)
	if code != exitUsage || out != "" || !strings.Contains(complaint, "routes.yaml:7：不认识的键“plane”") {
		t.Errorf("exit %d, %s %s", code, out, complaint)
	}
}

func TestPackRefuses(t *testing.T) {
	for _, args := range []string{
		"pack lint", "pack lint none", "pack diff builtin", "pack diff builtin none", "pack nonsense", "pack sign builtin",
		"pack export builtin x.zip --on 2024-02-30", "pack export builtin x.zip --on 1999-01-01", "pack replay builtin",
		"pack replay builtin --data none", "pack replay builtin --data . --days 0", "pack key", "pack ledger more",
		"calendar import", "calendar import none --data .", "calendar import none --data nowhere",
	} {
		out, complaint, code := shenzhong(t, strings.Fields(args)...)
		if code != exitUsage || out != "" || strings.Count(complaint, "\n") != 1 {
			t.Errorf("%s: exit %d, %q, %q", args, code, out, complaint)
		}
	}
}

func TestLedgerIsATable(t *testing.T) {
	out := strings.TrimPrefix(mustRun(t, "pack", "ledger"), "\ufeff")
	rows, err := csv.NewReader(strings.NewReader(out)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) < 20 || rows[0][0] != "方案条款" || rows[1][2] != "区民政局" {
		t.Errorf("%v", rows[:2])
	}
	for _, row := range rows {
		if row[1] == "" || row[2] == "" || row[4] == "" || row[5] == "" {
			t.Errorf("a task without owner, date or evidence: %v", row)
		}
	}
}

// commit writes facts into a data directory as a context would.
func commit(t *testing.T, dir, context, entity string, clk clock.Clock, facts map[string]events.Event) {
	t.Helper()
	ctx := t.Context()
	db, err := sqlite.Open(ctx, filepath.Join(dir, context+".db"), sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	log, err := sqlitelog.Open(ctx, db)
	if err != nil {
		t.Fatal(err)
	}
	c := store.NewCollection[struct{}](entity, log, clk)
	for id, fact := range facts {
		cause := store.Cause{ID: "test/" + id, Actor: identity.Service("test")}
		if err := c.Put(ctx, cause, id, func(*struct{}) (events.Event, error) { return fact, nil }); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestPackReplay(t *testing.T) {
	dir := t.TempDir()
	at := time.Date(2026, time.September, 1, 1, 0, 0, 0, time.UTC)
	pack, calendar, err := loadLaw()
	if err != nil {
		t.Fatal(err)
	}
	counter := deadline.Counter{Law: pack, Calendar: calendar}
	d, err := counter.Start("clue.verify", "clue/500156-XS-2026-000001", "scjgj", "核查线索", at)
	if err != nil {
		t.Fatal(err)
	}
	commit(t, dir, "clue", "clue", clock.NewFake(at), map[string]events.Event{
		"500156-XS-2026-000001": events.ClueRouted{
			Clue: "500156-XS-2026-000001", Round: 1, Deadlines: []events.Deadline{d},
			Route: events.Route{Lead: "scjgj", Offence: "price_violation", By: "matrix"},
		},
	})
	if out := mustRun(t, "pack", "replay", builtin, "--data", dir, "--until", "2026-09-30"); !strings.Contains(out, "其中 0 件会分到别处") || !strings.Contains(out, "期限 1 项，其中 0 项会变动") {
		t.Errorf("%s", out)
	}
	plan := filepath.Join(t.TempDir(), "plan.zip")
	mustRun(t, "pack", "export", builtin, plan, "--on", "2024-01-08")
	var report replay.Report
	if err := json.Unmarshal([]byte(mustRun(t, "pack", "replay", plan, "--data", dir, "--until", "2026-09-30", "--json")), &report); err != nil {
		t.Fatal(err)
	}
	if report.Commits != 1 || len(report.Clues) != 1 || len(report.Limits) != 1 || report.Clues[0].Was != "scjgj" {
		t.Errorf("%+v", report)
	}
	if out := mustRun(t, "pack", "replay", plan, "--data", dir, "--until", "2026-09-30"); !strings.Contains(out, "区市场监管局 → 人工分派") {
		t.Errorf("%s", out)
	}
	if out := mustRun(t, "pack", "replay", plan, "--data", dir, "--until", "2026-08-30"); !strings.Contains(out, "共 0 条") {
		t.Errorf("%s", out)
	}
}
