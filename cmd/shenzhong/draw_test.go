package main

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"shenzhong/services/draw/fdraw"
)

// TestCommitAndReveal makes a secret, keeps it, and opens the commitment with
// it.
func TestCommitAndReveal(t *testing.T) {
	b := heldDraw(t)
	dir := t.TempDir()
	announce := writeFile(t, dir, "announce.txt", []byte(b.Announce))
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/draws/"+drawNumber+"/files/announce" {
			w.WriteHeader(http.StatusNotFound)
		}
		_, _ = w.Write([]byte(b.Announce))
	}))
	defer server.Close()
	seen := map[string]bool{}
	for i, source := range []string{announce, writeFile(t, dir, "b.json", bundleJSON(t, b)), server.URL + "/draws/" + drawNumber} {
		secret := filepath.Join(dir, fmt.Sprintf("secret-%d", i))
		code, out, notes := runMain("draw", "commit", "--announce", source, "--party", "sfj", "--out", secret)
		if code != exitDone || !strings.Contains(notes, secret) || !strings.Contains(notes, "2026-03-03 17:00") {
			t.Fatalf("%s: %d %s%s", source, code, out, notes)
		}
		commitment := strings.TrimSuffix(out, "\n")
		if seen[commitment] {
			t.Fatal("the same commitment twice")
		}
		seen[commitment] = true
		info, err := os.Stat(secret)
		if err != nil || info.Mode().Perm() != secretMode {
			t.Fatalf("the secret has mode %v, %v", info.Mode(), err)
		}
		text, err := os.ReadFile(secret)
		if err != nil {
			t.Fatal(err)
		}
		kept, err := fdraw.ParseCommit(string(text))
		if err != nil || kept.Digest(fdraw.SM3).String() != commitment || kept.Party != "sfj" || kept.Draw != drawNumber {
			t.Fatalf("kept %q, %v", text, err)
		}
		if strings.Contains(out+notes, kept.Nonce.String()) {
			t.Error("the secret is shown when it is made")
		}
		code, out, _ = runMain("draw", "reveal", "--commitment", commitment, secret)
		if want := fmt.Sprintf("{\"nonce\":%q}\n", kept.Nonce); code != exitDone || out != want {
			t.Errorf("revealed %d %q; want %q", code, out, want)
		}
	}
}

func TestCommitAndRevealRefusals(t *testing.T) {
	b := heldDraw(t)
	dir := t.TempDir()
	announce := writeFile(t, dir, "announce.txt", []byte(b.Announce))
	kept := filepath.Join(dir, "secret")
	if code, _, errs := runMain("draw", "commit", "--announce", announce, "--party", "sfj", "--out", kept); code != exitDone {
		t.Fatal(errs)
	}
	before, err := os.ReadFile(kept)
	if err != nil {
		t.Fatal(err)
	}
	for name, args := range map[string][]string{
		"no announcement":       {"draw", "commit", "--party", "sfj"},
		"no party":              {"draw", "commit", "--announce", announce},
		"not a party":           {"draw", "commit", "--announce", announce, "--party", "lyj", "--out", filepath.Join(dir, "x")},
		"no such announcement":  {"draw", "commit", "--announce", filepath.Join(dir, "none"), "--party", "sfj"},
		"another file":          {"draw", "commit", "--announce", writeFile(t, dir, "pool.txt", []byte(b.Pool)), "--party", "sfj"},
		"a secret is there":     {"draw", "commit", "--announce", announce, "--party", "sfj", "--out", kept},
		"nowhere to write":      {"draw", "commit", "--announce", announce, "--party", "sfj", "--out", filepath.Join(dir, "none", "x")},
		"an argument":           {"draw", "commit", "sfj"},
		"nothing to reveal":     {"draw", "reveal"},
		"no such secret":        {"draw", "reveal", filepath.Join(dir, "none")},
		"no secret":             {"draw", "reveal", announce},
		"another's commitment":  {"draw", "reveal", "--commitment", strings.Repeat("a", 64), kept},
		"what is no commitment": {"draw", "reveal", "--commitment", "abc", kept},
	} {
		code, out, errs := runMain(args...)
		if code != exitUsage || errs == "" || out != "" {
			t.Errorf("%s: %d %q %s", name, code, out, errs)
		}
	}
	if after, err := os.ReadFile(kept); err != nil || !bytes.Equal(before, after) {
		t.Errorf("the secret was overwritten: %v", err)
	}
	if _, err := os.Stat(filepath.Join(dir, "x")); !os.IsNotExist(err) {
		t.Error("a stranger was given a secret")
	}
}
