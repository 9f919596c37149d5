package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"shenzhong/events"
	"shenzhong/services/kit/bus"
	"shenzhong/services/kit/store"
	"shenzhong/services/kit/view"
)

// program runs the program in this process, as main does.
func program(t *testing.T, args ...string) (code int, said, complained string) {
	t.Helper()
	var out, err bytes.Buffer
	code = run(args, &out, &err)
	return code, out.String(), err.String()
}

// mustSay runs the program, which must work, and returns what it said.
func mustSay(t *testing.T, args ...string) string {
	t.Helper()
	code, said, complained := program(t, args...)
	if code != exitDone {
		t.Fatalf("%v: %d %s%s", args, code, said, complained)
	}
	return said
}

// reads decodes what the program said with --json.
func reads[T any](t *testing.T, args ...string) T {
	t.Helper()
	var v T
	if err := json.Unmarshal([]byte(mustSay(t, append(args, "--json")...)), &v); err != nil {
		t.Fatalf("%v: %v", args, err)
	}
	return v
}

// issue issues a token, so that identity has said something, and returns the
// fact.
func issue(t *testing.T, dir, account string) events.Envelope {
	t.Helper()
	mustSay(t, "token", "--data", dir, "--role", "admin", "--unit", "sjb", "--account", account)
	var found events.Envelope
	withStore(t, dir, "identity", func(b base) {
		err := store.Each(t.Context(), b.log, func(c store.Commit) error {
			if strings.Contains(string(c.Data), account) {
				found = c.Envelope()
			}
			return nil
		})
		if err != nil || found.ID == "" {
			t.Fatalf("the token of %s was not committed: %v", account, err)
		}
	})
	return found
}

func withStore(t *testing.T, dir, context string, do func(base)) {
	t.Helper()
	b, err := sqliteIn(dir).open(t.Context(), context)
	if err != nil {
		t.Fatal(err)
	}
	do(b)
	if err := b.close(); err != nil {
		t.Fatal(err)
	}
}

// park puts a fact aside for the reaction that keeps the directory of tokens.
func park(t *testing.T, dir string, e events.Envelope) (id string) {
	t.Helper()
	p := bus.Parked{Reaction: "identity-tokens", Envelope: e, Reason: "存储曾不可用", Tries: 20, At: time.Now().Add(-time.Hour)}
	withStore(t, dir, "identity", func(b base) {
		parking, err := view.NewParking(t.Context(), b.tables, "identity")
		if err == nil {
			err = parking.Park(t.Context(), p)
		}
		if err != nil {
			t.Fatal(err)
		}
	})
	return p.ID()
}

// TestDeadLettersOfAStoppedSystem lists, replays and discards without a program
// that runs.
func TestDeadLettersOfAStoppedSystem(t *testing.T) {
	dir := t.TempDir()
	good := park(t, dir, issue(t, dir, "500156-RY-sjb-001"))
	bad := park(t, dir, events.Envelope{
		ID: "token/500156-LP-000099/1", Subject: "token/500156-LP-000099", Version: 1, Type: events.TokenIssued{}.Kind(),
		Time: time.Now(), Data: []byte(`["no","token"]`),
	})
	letters := reads[[]letter](t, "ctl", "dead-letters", "--data", dir)
	if len(letters) != 2 || letters[0].Handler != "identity-tokens" || letters[0].Attempts != 20 || letters[0].Age < 3590 || len(letters[0].Payload) == 0 || letters[0].Reason == "" {
		t.Fatalf("the letters are %+v", letters)
	}
	code, said, complained := program(t, "ctl", "replay", "--all", "--data", dir, "--by", "李值班")
	if code != exitFailed || !strings.Contains(said, good+" 已处理") || !strings.Contains(said, bad+" 没有成功") || !strings.Contains(complained, "1 条") {
		t.Fatalf("replayed all: %d %s%s", code, said, complained)
	}
	if said := mustSay(t, "ctl", "replay", good, "--data", dir); !strings.Contains(said, "这次没有再做") {
		t.Errorf("replayed again: %s", said)
	}
	if code, _, _ := program(t, "ctl", "discard", bad, "--data", dir); code != exitUsage {
		t.Errorf("discarded without a reason: %d", code)
	}
	mustSay(t, "ctl", "discard", bad, "--data", dir, "--reason", "内容损坏，已另行登记")
	if code, _, complained := program(t, "ctl", "replay", bad, "--data", dir); code != exitFailed || complained == "" {
		t.Errorf("replayed what was given up: %d %s", code, complained)
	}
	if letters := reads[[]letter](t, "ctl", "dead-letters", "--data", dir); len(letters) != 0 {
		t.Errorf("left over: %+v", letters)
	}
	known := reads[[]letter](t, "ctl", "dead-letters", good, bad, "--data", dir)
	if len(known) != 2 || len(known[0].Deeds)+len(known[1].Deeds) != 3 || !strings.Contains(known[0].Deeds[0].By, "李值班") || known[0].Deeds[0].At.IsZero() {
		t.Errorf("what was done about them reads %+v", known)
	}
	if code, _, _ := program(t, "ctl", "dead-letters", "identity-tokens|token/none/1", "--data", dir); code != exitUsage {
		t.Errorf("an unknown letter: %d", code)
	}
}

// TestOperatorOfARunningSystem asks the program that runs through the door in
// its data directory.
func TestOperatorOfARunningSystem(t *testing.T) {
	dir := t.TempDir()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	letter := park(t, dir, issue(t, dir, "500156-RY-sjb-001"))
	start(ctx, t, "up", "--data", dir, "--addr", "127.0.0.1:0")
	if code, _, complained := program(t, "up", "--data", dir, "--addr", "127.0.0.1:0"); code != exitFailed || !strings.Contains(complained, "另一个") {
		t.Errorf("a second one on the same directory: %d %s", code, complained)
	}
	r := untilSent(t, dir)
	if r.Process != "running" || len(r.Outboxes) != len(contexts) || len(r.Streams) != len(contexts) || r.DeadLetters["identity"] != 1 || r.Condition == nil || len(r.Wrong) != 1 {
		t.Errorf("the lag is %+v", r)
	}
	if said := mustSay(t, "ctl", "replay", letter, "--data", dir); !strings.Contains(said, "已处理") {
		t.Errorf("replayed: %s", said)
	}
	rebuilt := reads[[]rebuiltStream](t, "ctl", "rebuild-stream", "identity", "--data", dir)
	if len(rebuilt) != 1 || rebuilt[0].Facts != 1 {
		t.Errorf("rebuilt %+v", rebuilt)
	}
	if r := untilSent(t, dir); len(r.Wrong) != 0 {
		t.Errorf("wrong after all was dealt with: %v", r.Wrong)
	}
	if said := mustSay(t, "ctl", "lag", "--data", dir); !strings.Contains(said, "运行中") || !strings.Contains(said, "sz-identity  1 条") {
		t.Errorf("the lag reads %s", said)
	}
}

// untilSent asks for the lag until nothing waits.
func untilSent(t *testing.T, dir string) lagReport {
	t.Helper()
	for range 200 {
		r := reads[lagReport](t, "ctl", "lag", "--data", dir)
		behind := 0
		for _, o := range r.Outboxes {
			behind += o.Waiting
		}
		for _, st := range r.Streams {
			for _, c := range st.Consumers {
				behind += int(c.Pending) + c.InHand
			}
		}
		if behind == 0 {
			return r
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatal("facts still wait")
	return lagReport{}
}

// TestOperatorOfAStoppedSystem sees what waits, and rebuilds the streams with a
// broker started for it.
func TestOperatorOfAStoppedSystem(t *testing.T) {
	dir := t.TempDir()
	issue(t, dir, "500156-RY-sjb-001")
	r := reads[lagReport](t, "ctl", "lag", "--data", dir)
	if r.Process != "stopped" || len(r.Outboxes) != 1 || r.Outboxes[0].Waiting != 1 || r.Outboxes[0].Fact == "" || r.Streams != nil {
		t.Errorf("the lag is %+v", r)
	}
	if rebuilt := reads[[]rebuiltStream](t, "ctl", "rebuild-stream", "--all", "--data", dir); len(rebuilt) != len(contexts) || rebuilt[0].Facts != 1 {
		t.Errorf("rebuilt %+v", rebuilt)
	}
	if r := reads[lagReport](t, "ctl", "lag", "--data", dir); r.Outboxes[0].Waiting != 0 || r.Outboxes[0].Noted != 1 {
		t.Errorf("the lag after it is %+v", r.Outboxes)
	}
}

func TestCtlIsRefused(t *testing.T) {
	dir := t.TempDir()
	for _, tt := range []struct {
		args []string
		says string
	}{
		{[]string{"ctl", "lag", "--data", filepath.Join(dir, "none")}, "没有数据目录"},
		{[]string{"ctl", "lag", "--data", dir}, "没有任何服务的存储"},
		{[]string{"ctl", "dead-letters", "--data", dir}, "没有任何服务的存储"},
		{[]string{"ctl", "replay", "--data", dir}, "编号"},
		{[]string{"ctl", "rebuild-stream", "--data", dir}, "--all"},
		{[]string{"ctl", "rebuild-stream", "none", "--data", dir}, "没有名为“none”的服务"},
		{[]string{"ctl", "backup", "--data", dir, "--to", filepath.Join(dir, "b")}, "没有任何服务的存储"},
		{[]string{"ctl", "backup", "--data", dir}, "--to"},
		{[]string{"ctl", "restore", "--data", dir}, "--from"},
		{[]string{"ctl", "restore", "--from", dir, "--data", filepath.Join(dir, "x")}, "不是备份"},
		{[]string{"verify", "chain", filepath.Join(dir, "none")}, "没有数据目录"},
		{[]string{"verify", "chain", dir}, "没有任何服务的存储"},
		{[]string{"verify", "chain", dir, "--data", dir}, "两次"},
	} {
		if code, said, complained := program(t, tt.args...); code != exitUsage || !strings.Contains(complained, tt.says) {
			t.Errorf("%v: %d %s%s", tt.args, code, said, complained)
		}
	}
}

// TestLateLimitsNeedAPerson: limits that the sweep is behind with are told of,
// and none are no matter for anybody.
func TestLateLimitsNeedAPerson(t *testing.T) {
	for n, says := range map[int64]bool{0: false, 3: true} {
		r := lagReport{Process: "running", LimitsLate: &n, DeadLetters: map[string]int{}}
		r.judge()
		var out strings.Builder
		if err := r.write(&out, "data"); err != nil {
			t.Fatal(err)
		}
		if got := strings.Contains(strings.Join(r.Wrong, ""), "3 个期限到点后超过 5 分钟"); got != says || !strings.Contains(out.String(), fmt.Sprintf("到点未处理的期限 %d", n)) {
			t.Errorf("%d are late, and it says %v: %s", n, r.Wrong, out.String())
		}
	}
}
