package drawweb_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"
	"testing"

	"shenzhong/services/draw/drawweb"
	"shenzhong/services/draw/fdraw/verify"
	"shenzhong/services/kit/web/webtest"
)

// TestProgramsAreServedAsTheyAre fetches each program and holds it against what
// the other tests try, byte for byte, with the policy that it brings.
func TestProgramsAreServedAsTheyAre(t *testing.T) {
	s := newScene(t)
	programs, err := drawweb.Load()
	if err != nil {
		t.Fatal(err)
	}
	programs.Pages(s.server)
	check, err := verify.Draw()
	if err != nil {
		t.Fatal(err)
	}
	commit, err := verify.Commit()
	if err != nil {
		t.Fatal(err)
	}
	python, err := verify.Python()
	if err != nil {
		t.Fatal(err)
	}
	fetch := func(path string) webtest.Answer {
		t.Helper()
		answer := webtest.Get(t, s.server, path, webtest.Call{})
		if answer.Status != http.StatusOK {
			t.Fatalf("%s: %d", path, answer.Status)
		}
		return answer
	}
	index := fetch("/verify").Body
	for path, want := range map[string]struct {
		body   []byte
		policy string
	}{
		"/verify/draw.html":   {check.HTML, check.Policy},
		"/verify/commit.html": {commit.HTML, commit.Policy},
		"/verify/verify.py":   {python, ""},
	} {
		answer := fetch(path)
		body := answer.Body
		if !bytes.Equal(body, want.body) {
			t.Errorf("%s is not the program that is tested", path)
		}
		if got := answer.Header.Get("Content-Security-Policy"); want.policy != "" && got != want.policy {
			t.Errorf("%s comes with %q", path, got)
		}
		sum := sha256.Sum256(body)
		if !strings.Contains(string(index), hex.EncodeToString(sum[:])) || !strings.Contains(string(index), path) {
			t.Errorf("the index does not name %s and its digest", path)
		}
	}
}
