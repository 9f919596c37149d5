package main

import (
	"path/filepath"
	"strings"
	"testing"
)

// TestShippedSettings holds every file of deploy/config against the command it
// is for.
func TestShippedSettings(t *testing.T) {
	files, err := filepath.Glob("../../deploy/config/*")
	if err != nil || len(files) < 3 {
		t.Fatalf("found %v, %v", files, err)
	}
	if said := mustSay(t, append([]string{"config", "check"}, files...)...); strings.Count(said, "没有问题") != len(files) {
		t.Errorf("checked: %s", said)
	}
}

func TestSettingsAreStrict(t *testing.T) {
	dir := t.TempDir()
	for _, tt := range []struct{ name, text, says string }{
		{"nothing", "", "是空的"},
		{"no command", "data: x\n", "没有 command"},
		{"another command", "command: rehearse\n", "rehearse"},
		{"an unknown key", "command: up\ndata: x\naddr3ss: 127.0.0.1:1\n", "第 3 行：不认识的设置“addr3ss”"},
		{"a key of the other command", "command: up\nnats: nats://127.0.0.1:4222\n", "不认识的设置“nats”"},
		{"a key of trials", "command: up\nsample: true\n", "不认识的设置“sample”"},
		{"a key twice", "command: up\ndata: x\ndata: y\n", "“data”重复"},
		{"a JSON key twice", `{"command":"up","data":"x","data":"y"}`, "“data”重复"},
		{"no value", "command: up\ndata:\n", "“data”应当是一个值"},
		{"a list of none", "command: run\nnats-monitor: []\n", "“nats-monitor”没有值"},
		{"a list for one", "command: up\ndata: [x, y]\n", "“data”只能有一个值"},
		{"a map for one", "command: up\ndata: {x: y}\n", "“data”应当是一个值"},
		{"no number", "command: run\nnats-replicas: many\n", "“nats-replicas”的值“many”不对"},
		{"two replicas", runs + "nats-replicas: 2\n", "只能是 1 或 3"},
		{"no way to know the sync", "command: run\ndata: x\nnats: nats://h:4222\n", "--nats-monitor"},
		{"no address", "command: up\naddr: nowhere\n", "nowhere"},
		{"no broker", "command: run\ndata: x\n", "--nats"},
		{"half a certificate", runs + "nats-cert: a.pem\n", "nats-key"},
		{"an unknown context", runs + "contexts: [clue, nobody]\n", "nobody"},
		{"contexts for up", "command: up\ncontexts: [clue]\n", "contexts"},
		{"trust without a pack", "command: up\ntrust: a.pub\n", "pack"},
		{"a password for MongoDB", runs + "mongo: mongodb://me:secret@h/\n", "mongo-file"},
		{"a password for NATS", "command: run\nnats: nats://me:secret@h:4222\n", "nats-keys"},
		{"two stores", runs + "mongo: mongodb://h/\nmongo-file: u\n", "只写一个"},
		{"a list", "- command: up\n", "列表"},
		{"two documents", "command: up\n---\ncommand: up\n", "不止一份"},
		{"no YAML", "command: [up\n", "不是 YAML"},
	} {
		file := writeFile(t, dir, "x.yaml", []byte(tt.text))
		if code, said, complained := program(t, "config", "check", file); code != exitUsage || !strings.Contains(complained, tt.says) || strings.Contains(complained, "secret") {
			t.Errorf("%s: %d %s%s", tt.name, code, said, complained)
		}
	}
	if code, _, complained := program(t, "config", "check", filepath.Join(dir, "none.yaml")); code != exitUsage || !strings.Contains(complained, "读不出") {
		t.Errorf("no file: %d %s", code, complained)
	}
	if code, _, _ := program(t, "config", "check"); code != exitUsage {
		t.Errorf("nothing to check: %d", code)
	}
}

// runs are settings with which run could start.
const runs = "command: run\ndata: x\nnats: nats://h:4222\nnats-monitor: [\"http://h:8222\"]\n"

// TestSettingsHere looks for the files that are named on this machine.
func TestSettingsHere(t *testing.T) {
	dir := t.TempDir()
	file := writeFile(t, dir, "x.yaml", []byte("command: up\ndata: "+filepath.Join(dir, "none")+"\n"))
	mustSay(t, "config", "check", file)
	if code, _, complained := program(t, "config", "check", "--here", file); code != exitUsage || !strings.Contains(complained, "不存在") {
		t.Errorf("a missing directory: %d %s", code, complained)
	}
}

// TestFlagsWinOverSettings gives a command a file and a flag.
func TestFlagsWinOverSettings(t *testing.T) {
	file := writeFile(t, t.TempDir(), "x.yaml", []byte("command: run\ndata: from-file\nnats-monitor: [\"http://a:1\", \"http://b:2\"]\nnats-sync-asserted: true\ncontexts: [clue]\n"))
	var f runFlags
	cmd := runCommand(&f)
	if err := cmd.ParseFlags([]string{"--data", "typed"}); err != nil {
		t.Fatal(err)
	}
	s, err := settingsFor(cmd, file)
	if err != nil {
		t.Fatal(err)
	}
	if f.data != "typed" || len(f.monitors) != 2 || !f.syncAsserted || len(s.contexts) != 1 {
		t.Errorf("the flags are %+v of %+v", f, s)
	}
	if _, err := settingsFor(newUpCommand(), file); err == nil {
		t.Error("up took the settings of run")
	}
}

// TestUpStartsWithSettings starts and asks with nothing typed but the file.
func TestUpStartsWithSettings(t *testing.T) {
	dir := t.TempDir()
	file := writeFile(t, dir, "up.yaml", []byte("command: up\ndata: "+filepath.Join(dir, "data")+"\naddr: 127.0.0.1:0\n"))
	start(t.Context(), t, "up", "--config", file)
	if r := reads[lagReport](t, "ctl", "lag", "--config", file); r.Process != "running" {
		t.Errorf("the lag is %+v", r)
	}
}
