package main

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"shenzhong/services/kit/law"
)

// elsewhere writes a pack as a made-up district would keep it: another district
// code, and not one code of a unit that is the same.
func elsewhere(t *testing.T, dir string) string {
	t.Helper()
	mustRun(t, "pack", "export", builtin, dir+".zip")
	mustRun(t, "pack", "import", dir+".zip", dir)
	pack, err := loadPack(builtin)
	if err != nil {
		t.Fatal(err)
	}
	var codes []string
	for _, u := range pack.Units() {
		codes = append(codes, regexp.QuoteMeta(u.Code))
	}
	unit := regexp.MustCompile(`([ \[{])(` + strings.Join(codes, "|") + `)([\],}\n])`)
	files, err := filepath.Glob(filepath.Join(dir, "*.yaml"))
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		s := strings.ReplaceAll(strings.ReplaceAll(string(data), "500156", "000000"), "武隆", "某地")
		for range 2 { // neighbors in a list share a delimiter
			s = unit.ReplaceAllString(s, "${1}x-${2}${3}")
		}
		if err := os.WriteFile(file, []byte(s), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// TestAnotherDistrict runs the program on the pack of a made-up district, signed
// by two: nothing in the code knows 武隆 or a unit of it.
func TestAnotherDistrict(t *testing.T) {
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	pack := elsewhere(t, at("pack"))
	for _, who := range []string{"proposer", "approver"} {
		mustRun(t, "pack", "key", "--name", who, at(who))
		mustRun(t, "pack", "sign", pack, "--key", at(who))
	}
	trust := []string{"--trust", at("proposer.pub"), "--trust", at("approver.pub")}
	if out := mustRun(t, append([]string{"pack", "lint", pack}, trust...)...); !strings.Contains(out, "没有发现问题") || !strings.Contains(out, "proposer、approver") {
		t.Errorf("lint says %s", out)
	}
	if err := os.Mkdir(at("data"), 0o700); err != nil {
		t.Fatal(err)
	}
	token := officer(t, at("data"), pack, "000000-RY-x-scjgj-001", "x-scjgj")
	url, stop := startOn(t, append([]string{"--data", at("data"), "--pack", pack}, trust...)...)
	defer stop()
	var receipt struct{ Clue, Route string }
	post(t, url+"/api/v1/clues", "", map[string]any{
		"name": "某殡仪馆", "town": "某镇", "offence": "bundled_sale", "text": "告别厅强制搭售花圈，不买不让用。",
	}, &receipt)
	if !strings.HasPrefix(receipt.Clue, "000000-XS-") || strings.Contains(receipt.Route, "武隆") || receipt.Route == "" {
		t.Fatalf("the receipt: %+v", receipt)
	}
	limits := follow(t, url+"/api/v1/deadlines?unit=x-scjgj", token, `"rule":"clue.verify"`)
	if !strings.Contains(limits, receipt.Clue) || strings.Contains(limits, "500156") {
		t.Errorf("the limits of the unit: %s", limits)
	}
}

// officer issues a token of the office of that unit.
func officer(t *testing.T, data, pack, account, unit string) string {
	t.Helper()
	out, complaint, code := shenzhong(t, "token", "--data", data, "--pack", pack, "--role", "officer,leader", "--unit", unit, "--account", account)
	if code != exitDone {
		t.Fatalf("no token: %s", complaint)
	}
	return strings.TrimSpace(out)
}

// startOn starts the program with those arguments; stop is Ctrl-C.
func startOn(t *testing.T, args ...string) (url string, stop func()) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self, append([]string{"up", "--addr", "127.0.0.1:0"}, args...)...)
	cmd.Env = append(os.Environ(), asProgram+"=yes")
	var complaints bytes.Buffer
	cmd.Stderr = &complaints
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return readyAt(t, out, &complaints), func() {
		if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
			t.Error(err)
		}
		if err := cmd.Wait(); err != nil {
			t.Errorf("ended with %v: %s", err, complaints.String())
		}
	}
}

// ask sends one request and returns the answer and its status.
func ask(t *testing.T, method, url, token string, body any) (string, int) {
	t.Helper()
	data, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(t.Context(), method, url, bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	if method != http.MethodGet {
		req.Header.Set("Idempotency-Key", rand.Text())
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	answer, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	var said bytes.Buffer
	if _, err := said.ReadFrom(answer.Body); err != nil {
		t.Fatal(err)
	}
	return said.String(), answer.StatusCode
}

// post demands that the request is granted.
func post(t *testing.T, url, token string, body, into any) {
	t.Helper()
	said, status := ask(t, http.MethodPost, url, token, body)
	if status >= http.StatusBadRequest {
		t.Fatalf("POST %s: %d %s", url, status, said)
	}
	if err := json.Unmarshal([]byte(said), into); err != nil {
		t.Fatalf("POST %s: %s: %v", url, said, err)
	}
}

// follow asks until the answer holds what travels there by way of the broker.
func follow(t *testing.T, url, token, words string) string {
	t.Helper()
	late := time.After(time.Minute)
	for {
		said, status := ask(t, http.MethodGet, url, token, nil)
		if status == http.StatusOK && strings.Contains(said, words) {
			return said
		}
		select {
		case <-late:
			t.Fatalf("GET %s: %d %s does not come to hold %s", url, status, said, words)
		case <-time.After(3 * rehearsalPause):
		}
	}
}

// TestShippedStates: the two packs of the plan and of today have names, can be
// exported, and are what the whole pack says on their days.
func TestShippedStates(t *testing.T) {
	list := mustRun(t, "pack", "list")
	for _, part := range []string{"builtin ", "builtin@2024", "国务院令第225号", "builtin@2026", "国务院令第824号"} {
		if !strings.Contains(list, part) {
			t.Errorf("%q is not in %s", part, list)
		}
	}
	var found []law.Difference
	if err := json.Unmarshal([]byte(mustRun(t, "pack", "diff", "builtin@2024", "builtin@2026", "--json")), &found); err != nil || len(found) < 20 {
		t.Errorf("%d differences, %v", len(found), err)
	}
	file := filepath.Join(t.TempDir(), "plan2024.zip")
	mustRun(t, "pack", "export", "builtin@2024", file)
	if out := mustRun(t, "pack", "diff", file, "builtin@2024-01-08"); !strings.Contains(out, "没有差别") {
		t.Errorf("the pack of 2024 is another: %s", out)
	}
	if _, complaint, code := shenzhong(t, "pack", "lint", "builtin@yesterday"); code != exitUsage || !strings.Contains(complaint, "yesterday") {
		t.Errorf("exit %d, %s", code, complaint)
	}
}
