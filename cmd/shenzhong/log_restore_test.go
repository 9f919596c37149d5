package main

import (
	"context"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
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
