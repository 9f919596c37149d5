package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"shenzhong/cmd/shenzhong/backup"
)

// TestRestoredOlderBackupStopsTheLog is the restore drill of the public log with
// the program itself: a backup, then entries that are signed, then the backup
// restored beside the keys of today. Records are read as ever; the log says that
// it has stopped and why; nothing is signed.
func TestRestoredOlderBackupStopsTheLog(t *testing.T) {
	dir, to := t.TempDir(), t.TempDir()
	copied, restored := filepath.Join(to, "b"), filepath.Join(to, "r")
	ctx, cancel := context.WithTimeout(t.Context(), 4*time.Minute)
	defer cancel()
	site, stop := startOn(t, "--sample", "--data", dir)
	first := untilSigned(ctx, t, site, 3)
	records := read(t, site+"/api/v1/public/records")
	stop()
	reads[backup.Manifest](t, "ctl", "backup", "--data", dir, "--to", copied)
	mustSay(t, "log", "rotate-key", "--data", dir) // so that the log grows
	site, stop = startOn(t, "--data", dir)
	newer := untilSigned(ctx, t, site, sizeOf(t, first)+2)
	stop()

	if said := mustSay(t, "ctl", "restore", "--from", copied, "--data", restored, "--keys-from", filepath.Join(dir, "keys")); !strings.Contains(said, logMemory) {
		t.Errorf("the operator is not told of %s: %s", logMemory, said)
	}
	site, stop = startOn(t, "--data", restored)
	defer stop()
	time.Sleep(12 * time.Second) // longer than entries are gathered before they are signed
	if after := read(t, site+"/api/v1/public/records"); after != records || !strings.Contains(records, "500156-GS-") {
		t.Errorf("the records were %s, restored %s", records, after)
	}
	if page := read(t, site+"/log"); !strings.Contains(page, "日志已停止签发") || !strings.Contains(page, "较旧的备份") {
		t.Errorf("/log reads %s", page)
	}
	var ready struct {
		Ready  bool
		Report struct {
			Reports map[string]map[string]json.RawMessage
		}
	}
	if err := json.Unmarshal([]byte(read(t, site+"/readyz")), &ready); err != nil {
		t.Fatal(err)
	}
	if log := string(ready.Report.Reports["disclose"]["public_log"]); !ready.Ready || !strings.Contains(log, "较旧的备份") {
		t.Errorf("ready %v, the log %s", ready.Ready, log)
	}
	if text, code := ask(t, "GET", site+"/log/checkpoint", "", nil); code != http.StatusServiceUnavailable {
		t.Errorf("a checkpoint is published: %d %s", code, text)
	}
	kept, err := os.ReadFile(filepath.Join(restored, "keys", logMemory))
	if err != nil || sizeOf(t, string(kept)) != sizeOf(t, newer) {
		t.Errorf("kept %q, %v; signed was %q", kept, err, newer)
	}
}

// TestRecoverFromAMirror is the drill where nothing but a witness knows of what was
// signed after the backup: the log stops, stays stopped, is brought up to date
// from the copy that a monitor keeps, and goes on; who has watched it sees no
// break.
func TestRecoverFromAMirror(t *testing.T) {
	dir, to := t.TempDir(), t.TempDir()
	copied, restored, mirror := filepath.Join(to, "b"), filepath.Join(to, "r"), filepath.Join(to, "mirror")
	keys, memory := filepath.Join(to, "keys"), filepath.Join(to, "memory.json")
	ctx, cancel := context.WithTimeout(t.Context(), 4*time.Minute)
	defer cancel()
	policy := oneWitness(t, publicLines(t, filepath.Join(dir, "keys", logKeys))[0])
	site, stop := startOn(t, "--data", dir, "--witnesses", policy)
	first := untilSigned(ctx, t, site, 3)
	stop()
	reads[backup.Manifest](t, "ctl", "backup", "--data", dir, "--to", copied, "--keys-to", keys)
	mustSay(t, "log", "rotate-key", "--data", dir) // so that the log grows
	site, stop = startOn(t, "--data", dir, "--witnesses", policy)
	newer := untilSigned(ctx, t, site, sizeOf(t, first)+2)
	program(t, "monitor", site, "--once", "--memory", memory, "--mirror", mirror) // of a site without records it finds fault with some
	stop()

	mustSay(t, "ctl", "restore", "--from", copied, "--data", restored, "--keys-from", keys)
	for range 2 { // a restart does not forget it
		site, stop = startOn(t, "--data", restored, "--witnesses", policy)
		for page := ""; !strings.Contains(page, "联署过"); page = read(t, site+"/log") {
			if ctx.Err() != nil {
				t.Fatalf("/log reads %s", page)
			}
			time.Sleep(100 * time.Millisecond)
		}
		if said, code := ask(t, "GET", site+"/log/checkpoint", "", nil); code != http.StatusServiceUnavailable || !strings.Contains(said, "log recover") {
			t.Errorf("%d %s", code, said)
		}
		stop()
	}
	if code, _, complained := program(t, "log", "recover", "--data", restored); code != exitUsage || !strings.Contains(complained, "--from") {
		t.Errorf("%d %s", code, complained)
	}
	if said := mustSay(t, "log", "recover", "--data", restored, "--witnesses", policy, "--from", mirror); !strings.Contains(said, "现有 "+strconv.FormatInt(sizeOf(t, newer), 10)+" 条") {
		t.Error(said)
	}
	if said := mustSay(t, "log", "resume", "--data", restored); !strings.Contains(said, "没有因见证方而停止") {
		t.Error(said)
	}
	mustSay(t, "log", "rotate-key", "--data", restored)
	site, stop = startOn(t, "--data", restored, "--witnesses", policy)
	defer stop()
	untilSigned(ctx, t, site, sizeOf(t, newer)+2)
	mustSay(t, "verify", "log", site+"/log", "--memory", memory)
}

// oneWitness runs a witness of a log and returns the file that names it.
func oneWitness(t *testing.T, log string) (policyFile string) {
	t.Helper()
	dir := t.TempDir()
	address := startWitness(t, log, "shimzj", dir, "")
	policyFile = filepath.Join(t.TempDir(), "witnesses.txt")
	policy := fmt.Sprintf("witness shimzj %s %s\nquorum shimzj\n", witnessKey(t, dir), address)
	if err := os.WriteFile(policyFile, []byte(policy), 0o600); err != nil {
		t.Fatal(err)
	}
	return policyFile
}
