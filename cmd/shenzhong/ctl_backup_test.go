package main

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"shenzhong/cmd/shenzhong/backup"
)

// TestBackupOfARunningSystemIsRestored is the drill: back up while it runs and
// facts come in, restore to an empty directory, verify, start, look.
func TestBackupOfARunningSystemIsRestored(t *testing.T) {
	dir, to := t.TempDir(), t.TempDir()
	copied, keys, restored := filepath.Join(to, "b"), filepath.Join(to, "k"), filepath.Join(to, "r")
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	writeFile(t, dir, "placeholder.txt", []byte("something else of the operator's"))
	start(ctx, t, "up", "--data", dir, "--addr", "127.0.0.1:0")
	issue(t, dir, "500156-RY-sjb-001")
	untilSent(t, dir)
	m := reads[backup.Manifest](t, "ctl", "backup", "--data", dir, "--to", copied, "--keys-to", keys)
	if len(m.Stores) != len(contexts) || m.Keys.Included || len(m.Keys.SHA256) == 0 || m.By == "" || len(m.Files) != len(contexts)+1 {
		t.Errorf("the manifest is %+v", m)
	}
	issue(t, dir, "500156-RY-sjb-002") // after the backup
	if code, _, complained := program(t, "ctl", "backup", "--data", dir, "--to", copied); code != exitUsage || !strings.Contains(complained, "已经存在") {
		t.Errorf("a backup over another: %d %s", code, complained)
	}
	if code, _, complained := program(t, "ctl", "restore", "--from", copied, "--data", restored); code != exitUsage || !strings.Contains(complained, "--keys-from") {
		t.Errorf("restored without keys: %d %s", code, complained)
	}
	if said := mustSay(t, "ctl", "restore", "--from", copied, "--data", restored, "--keys-from", keys); !strings.Contains(said, "核对相符") {
		t.Errorf("restored: %s", said)
	}
	if r := reads[chainReport](t, "verify", "chain", restored); r.Failed || r.Stores[0].Commits != 1 {
		t.Errorf("the chains restored: %+v", r)
	}
	start(ctx, t, "up", "--data", restored, "--addr", "127.0.0.1:0")
	r := untilSent(t, restored)
	for tries := 0; len(r.Wrong) != 0 && tries < 100; tries++ { // the broker is new: it is given again what it lost
		time.Sleep(50 * time.Millisecond)
		r = untilSent(t, restored)
	}
	if len(r.Wrong) != 0 {
		t.Errorf("started on it: %v", r.Wrong)
	}
	issue(t, restored, "500156-RY-sjb-003")
	untilSent(t, restored)
}

// TestRestoreRefuses what is not as the manifest says, and leaves nothing.
func TestRestoreRefuses(t *testing.T) {
	dir, to := t.TempDir(), t.TempDir()
	issue(t, dir, "500156-RY-sjb-001")
	writeFile(t, mustDir(t, dir, "keys"), "clue.key", []byte("secret of clue"))
	writeFile(t, mustDir(t, dir, "calendar"), "2027.json", []byte("{}"))
	keys := filepath.Join(to, "k")
	reads[backup.Manifest](t, "ctl", "backup", "--data", dir, "--to", filepath.Join(to, "whole"), "--keys-to", keys)
	for _, tt := range []struct {
		name string
		harm func(t *testing.T, from string)
		code int
		says string
	}{
		{"a file that was changed", func(t *testing.T, from string) {
			mustWriteAt(t, filepath.Join(from, "identity.db"), 5000)
		}, exitFailed, "identity.db 与清单不符"},
		{"a file that is missing", func(t *testing.T, from string) { mustRemove(t, filepath.Join(from, "calendar/2027.json")) }, exitFailed, "缺少 calendar/2027.json"},
		{"a file more", func(t *testing.T, from string) { writeFile(t, from, "clue.db", []byte("x")) }, exitFailed, "clue.db 不在清单中"},
		{"no manifest", func(t *testing.T, from string) { mustRemove(t, filepath.Join(from, backup.ManifestName)) }, exitUsage, "没有做完"},
		{"a manifest that leads out", func(t *testing.T, from string) {
			mustReplace(t, filepath.Join(from, backup.ManifestName), "calendar/2027.json", "../2027.json")
		}, exitFailed, "不合规"},
		{"a manifest of other commits", func(t *testing.T, from string) {
			mustReplace(t, filepath.Join(from, backup.ManifestName), `"commits": 1`, `"commits": 2`)
		}, exitFailed, "记录与清单不符"},
		{"a manifest with unknown words", func(t *testing.T, from string) {
			mustReplace(t, filepath.Join(from, backup.ManifestName), `"format"`, `"form"`)
		}, exitUsage, "读不懂"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			from, into := filepath.Join(t.TempDir(), "b"), filepath.Join(t.TempDir(), "r")
			if err := os.CopyFS(from, os.DirFS(filepath.Join(to, "whole"))); err != nil {
				t.Fatal(err)
			}
			tt.harm(t, from)
			code, _, complained := program(t, "ctl", "restore", "--from", from, "--data", into, "--keys-from", keys)
			if code != tt.code || !strings.Contains(complained, tt.says) {
				t.Errorf("%d %s", code, complained)
			}
			for _, left := range []string{into, into + ".part"} {
				if _, err := os.Stat(left); !errors.Is(err, fs.ErrNotExist) {
					t.Errorf("%s was left: %v", left, err)
				}
			}
		})
	}
	whole := filepath.Join(to, "whole")
	if code, _, complained := program(t, "ctl", "restore", "--from", whole, "--data", dir, "--keys-from", keys); code != exitUsage || !strings.Contains(complained, "不是空目录") {
		t.Errorf("restored over a directory: %d %s", code, complained)
	}
	other := writeFile(t, mustDir(t, t.TempDir(), "other"), "clue.key", []byte("another secret"))
	if code, _, complained := program(t, "ctl", "restore", "--from", whole, "--data", filepath.Join(to, "r"), "--keys-from", filepath.Dir(other)); code != exitUsage || !strings.Contains(complained, "clue.key") {
		t.Errorf("restored with another key: %d %s", code, complained)
	}
	mustSay(t, "ctl", "restore", "--from", whole, "--data", filepath.Join(to, "r"), "--without-keys")
}

// TestVerifyChainNamesTheFirst commit that was tampered with.
func TestVerifyChainNamesTheFirst(t *testing.T) {
	dir := t.TempDir()
	issue(t, dir, "500156-RY-sjb-001")
	second := issue(t, dir, "500156-RY-sjb-002")
	before := mustHash(t, filepath.Join(dir, "identity.db"))
	if said := mustSay(t, "verify", "chain", "--data", dir); !strings.Contains(said, "2 个事项，2 条记录　成立") {
		t.Errorf("whole chains: %s", said)
	}
	if mustHash(t, filepath.Join(dir, "identity.db")) != before {
		t.Error("verifying changed the store")
	}
	db, err := sql.Open("sqlite", filepath.Join(dir, "identity.db"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.ExecContext(t.Context(), `UPDATE commits SET data = replace(data, 'sjb-002', 'sjb-003')`); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	code, said, complained := program(t, "verify", "chain", dir)
	if code != exitFailed || !strings.Contains(complained, second.ID) || !strings.Contains(said, "不成立，1 处") {
		t.Errorf("tampered with: %d %s%s", code, said, complained)
	}
	to := filepath.Join(t.TempDir(), "b")
	if code, said, complained := program(t, "ctl", "backup", "--data", dir, "--to", to); code != exitFailed || !strings.Contains(complained, second.ID) {
		t.Errorf("backed up: %d %s%s", code, said, complained)
	}
	if m, err := backup.Read(to); err != nil || len(m.Stores[0].Broken) != 1 {
		t.Errorf("the evidence is %+v, %v", m, err)
	}
}

func mustDir(t *testing.T, parent, name string) string {
	t.Helper()
	dir := filepath.Join(parent, name)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	return dir
}

func mustRemove(t *testing.T, name string) {
	t.Helper()
	if err := os.Remove(name); err != nil {
		t.Fatal(err)
	}
}

func mustReplace(t *testing.T, name, old, with string) {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil || !strings.Contains(string(text), old) {
		t.Fatalf("%s has no %q: %v", name, old, err)
	}
	if err := os.WriteFile(name, []byte(strings.ReplaceAll(string(text), old, with)), 0o600); err != nil {
		t.Fatal(err)
	}
}

// mustWriteAt turns one byte of a file round.
func mustWriteAt(t *testing.T, name string, at int) {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	text[at] ^= 0xff
	if err := os.WriteFile(name, text, 0o600); err != nil {
		t.Fatal(err)
	}
}

func mustHash(t *testing.T, name string) string {
	t.Helper()
	sum, _, err := backup.Hash(name)
	if err != nil {
		t.Fatal(err)
	}
	return sum
}
