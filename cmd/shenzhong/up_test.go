package main

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"shenzhong/services/kit/clock"
)

// TestInterfaceIsWrittenDown holds the description of every operation of every
// context, mounted together, against docs/openapi.json.
func TestInterfaceIsWrittenDown(t *testing.T) {
	s, err := openSystem(t.Context(), embedded(t.TempDir(), clock.NewFake(time.Date(2026, 11, 24, 1, 0, 0, 0, time.UTC))))
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := s.close(); err != nil {
			t.Error(err)
		}
	}()
	server, err := s.server()
	if err != nil {
		t.Fatal(err)
	}
	raw, err := server.API().OpenAPI()
	if err != nil {
		t.Fatal(err)
	}
	var now bytes.Buffer
	if err := json.Indent(&now, raw, "", "  "); err != nil {
		t.Fatal(err)
	}
	now.WriteByte('\n')
	const file = "../../docs/openapi.json"
	if *update {
		if err := os.WriteFile(file, now.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	written, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(written, now.Bytes()) {
		t.Error("docs/openapi.json is behind the operations: go test ./cmd/shenzhong -run Interface -update")
	}
}

// TestSampleIsThereAndStays does what a newcomer does: start with the sample,
// look, stop, start again.
func TestSampleIsThereAndStays(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	before := lookAround(t, data)
	after := lookAround(t, data)
	if before != after || !strings.Contains(before, "500156-GS-") {
		t.Errorf("the records were %s, after a restart %s", before, after)
	}
}

// lookAround starts the sample on data, reads what a newcomer reads, stops the
// program with Ctrl-C and returns the published records.
func lookAround(t *testing.T, data string) (records string) {
	t.Helper()
	url, stop := startOn(t, "--sample", "--data", data)
	defer stop()
	if front := read(t, url+"/"); !strings.Contains(front, "翠屏陵园有限公司") {
		t.Errorf("the front page does not show the records of the sample: %s", front)
	}
	if docs := read(t, url+"/api/docs"); !strings.Contains(docs, "openapi.json") {
		t.Errorf("the documentation page reads %s", docs)
	}
	var ready struct {
		Ready  bool
		Report readiness
	}
	if err := json.Unmarshal([]byte(read(t, url+"/readyz")), &ready); err != nil {
		t.Fatal(err)
	}
	if !ready.Ready || ready.Report.Clock != "system" || len(ready.Report.Stores) != len(contexts) || ready.Report.Stores["clue"]["synchronous"] != "full" {
		t.Errorf("ready says %+v", ready)
	}
	if kept, ok := ready.Report.Reports["oversee"].(map[string]any); !ok || kept["limits_late"] == nil {
		t.Errorf("how far the limits are behind is not told: %+v", ready.Report.Reports)
	}
	for _, s := range ready.Report.Broker.Streams {
		if s.Storage != "File" || s.Discard != "DiscardNew" || s.MaxBytes <= 0 {
			t.Errorf("stream %+v", s)
		}
	}
	return read(t, url+"/api/v1/public/records")
}

// TestSampleThatWasInterruptedIsNotTakenForWhole kills the program while it
// loads the sample, and starts it again.
func TestSampleThatWasInterruptedIsNotTakenForWhole(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self, "up", "--sample", "--data", data, "--addr", "127.0.0.1:0")
	cmd.Env = append(os.Environ(), asProgram+"=yes")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(data, "sample.unfinished")); err == nil {
			break
		}
		time.Sleep(time.Millisecond)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // killed
	var said, complaints bytes.Buffer
	if code := run([]string{"up", "--sample", "--data", data, "--addr", "127.0.0.1:0"}, &said, &complaints); code != exitFailed || said.Len() > 0 || !strings.Contains(complaints.String(), "请删除数据目录") {
		t.Errorf("ended with %d, said %q and %q", code, said.String(), complaints.String())
	}
}

// read fetches a page that must be there.
func read(t *testing.T, url string) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	body, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("%s: %d, %v", url, answer.StatusCode, err)
	}
	return string(body)
}
