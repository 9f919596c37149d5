package witness_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"shenzhong/services/disclose/publiclog"
	"shenzhong/services/disclose/witness"
	"shenzhong/services/kit/clock"
	"shenzhong/services/kit/fault"
)

const origin = "example.invalid/fdlog-500156-1"

// kept is the checkpoint file of a log.
type kept struct{ text string }

func (k *kept) Last() (string, error)  { return k.text, nil }
func (k *kept) Keep(text string) error { k.text = text; return nil }
func (*kept) Halted() (string, error)  { return "", nil }
func (*kept) Halt(string) error        { return nil }

// book is a log of a test.
type book struct {
	tree   publiclog.Tree
	notary *publiclog.Notary
}

func newBook(t *testing.T) *book {
	t.Helper()
	secret, err := publiclog.Generate(origin)
	if err != nil {
		t.Fatal(err)
	}
	keys, err := publiclog.ParseKeys(secret)
	if err != nil {
		t.Fatal(err)
	}
	return &book{notary: &publiclog.Notary{Keys: keys, Memory: &kept{}}}
}

// ask adds an entry and returns a request that says the witness has seen old.
func (b *book) ask(t *testing.T, old int64) string {
	t.Helper()
	if err := b.tree.Add("entry\n"); err != nil {
		t.Fatal(err)
	}
	text, err := b.notary.Sign(&b.tree)
	if err != nil {
		t.Fatal(err)
	}
	path, err := b.tree.Extend(min(old, b.tree.Size()), b.tree.Size())
	if err != nil {
		t.Fatal(err)
	}
	return publiclog.Request(old, path, text)
}

func open(t *testing.T, dir string, logs []string) (*publiclog.Witness, *witness.State, *publiclog.Cosigner) {
	t.Helper()
	state, err := witness.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = state.Close() }) // some tests close it themselves
	key, _, err := state.Key("sifaju")
	if err != nil {
		t.Fatal(err)
	}
	w, err := publiclog.NewWitness(key, logs, state, clock.NewFake(time.Date(2026, 11, 2, 1, 0, 0, 0, time.UTC)))
	if err != nil {
		t.Fatal(err)
	}
	return w, state, key
}

// TestOverHTTP asks a witness as a log does, and maps every refusal.
func TestOverHTTP(t *testing.T) {
	b := newBook(t)
	w, _, key := open(t, t.TempDir(), b.notary.Keys.Public())
	server := httptest.NewServer(witness.Handler(w))
	defer server.Close()
	ask := witness.HTTP{Client: server.Client()}
	line, err := ask.Ask(t.Context(), server.URL+"/", b.ask(t, 0))
	if err != nil || !strings.HasPrefix(line, "\u2014 "+key.Name()+" ") {
		t.Fatalf("%q, %v", line, err)
	}
	stranger := newBook(t)
	for _, tt := range []struct {
		request string
		code    int
		size    int64
	}{
		{"hello", 400, 0},
		{strings.Repeat("x", 200<<10), 400, 0},
		{strings.Replace(b.ask(t, 1), origin+"\n", "example.invalid/x\n", 1), 404, 0},
		{stranger.ask(t, 0), 403, 0},
		{b.ask(t, 0), 409, 1},
		{strings.Replace(b.ask(t, 1), "old 1\n", "old 1\nsFodV/vSp5O8n9a8QpW6PRY97tfOSW5bsc2Xl/EQi08=\n", 1), 422, 0},
	} {
		_, err := ask.Ask(t.Context(), server.URL, tt.request)
		var refusal *publiclog.Refusal
		if !errors.As(err, &refusal) || refusal.Code != tt.code || refusal.Size != tt.size {
			t.Errorf("%d: got %+v, %v", tt.code, refusal, err)
		}
	}
	resp, err := server.Client().Post(server.URL+"/add-checkpoint", "", strings.NewReader(b.ask(t, 0)))
	if err != nil {
		t.Fatal(err)
	}
	if err := resp.Body.Close(); err != nil || resp.StatusCode != http.StatusConflict || resp.Header.Get("Content-Type") != "text/x.tlog.size" {
		t.Errorf("%d %q, %v", resp.StatusCode, resp.Header.Get("Content-Type"), err)
	}
}

func TestAskOfNobody(t *testing.T) {
	for name, answer := range map[string]http.HandlerFunc{
		"a size that is none": func(out http.ResponseWriter, _ *http.Request) { out.WriteHeader(http.StatusConflict) },
		"a failure":           func(out http.ResponseWriter, _ *http.Request) { out.WriteHeader(http.StatusBadGateway) },
	} {
		server := httptest.NewServer(answer)
		if _, err := (witness.HTTP{Client: server.Client()}).Ask(t.Context(), server.URL, "x"); !fault.Is(err, fault.Unavailable) {
			t.Errorf("%s: %v", name, err)
		}
		server.Close()
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := (witness.HTTP{Client: http.DefaultClient}).Ask(ctx, "http://127.0.0.1:1", "x"); !fault.Is(err, fault.Unavailable) {
		t.Errorf("nobody there: %v", err)
	}
	if _, err := (witness.HTTP{Client: http.DefaultClient}).Ask(t.Context(), "http://[", "x"); !fault.Is(err, fault.Invalid) {
		t.Errorf("no address: %v", err)
	}
}

// TestStateSurvives: after a restart the witness knows what it saw, with the
// same key, which only its owner can read; a second process is kept out.
func TestStateSurvives(t *testing.T) {
	b, dir := newBook(t), filepath.Join(t.TempDir(), "new")
	w, state, key := open(t, dir, b.notary.Keys.Public())
	if _, err := w.AddCheckpoint(b.ask(t, 0)); err != nil {
		t.Fatal(err)
	}
	if _, err := witness.Open(dir); !fault.Is(err, fault.Unavailable) {
		t.Errorf("two processes have one witness: %v", err)
	}
	if err := state.Close(); err != nil {
		t.Fatal(err)
	}
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if info, err := f.Info(); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", f.Name(), info.Mode(), err)
		}
	}
	w, state, again := open(t, dir, b.notary.Keys.Public())
	if again.Public() != key.Public() {
		t.Error("the key is another one")
	}
	var refusal *publiclog.Refusal
	if _, err := w.AddCheckpoint(b.ask(t, 0)); !errors.As(err, &refusal) || refusal.Size != 1 {
		t.Errorf("it forgot: %v", err)
	}
	if _, err := w.AddCheckpoint(b.ask(t, 1)); err != nil {
		t.Error(err)
	}
	if _, _, err := state.Key("daxue"); !fault.Is(err, fault.Invalid) {
		t.Errorf("another's key: %v", err)
	}
}

// TestDamageStops: what cannot be read is never taken for nothing.
func TestDamageStops(t *testing.T) {
	b, dir := newBook(t), t.TempDir()
	w, state, _ := open(t, dir, b.notary.Keys.Public())
	if _, err := w.AddCheckpoint(b.ask(t, 0)); err != nil {
		t.Fatal(err)
	}
	seen, err := filepath.Glob(filepath.Join(dir, "seen-*"))
	if err != nil || len(seen) != 1 {
		t.Fatalf("%v, %v", seen, err)
	}
	good, err := os.ReadFile(seen[0])
	if err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{"", "x\n1\ny\n", string(good) + "\n", strings.Replace(string(good), "\n1\n", "\nx\n", 1)} {
		if err := os.WriteFile(seen[0], []byte(bad), 0o600); err != nil {
			t.Fatal(err)
		}
		if line, err := w.AddCheckpoint(b.ask(t, 1)); line != "" || !fault.Is(err, fault.Internal) {
			t.Errorf("%q: cosigned %q, %v", bad, line, err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "witness.key"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err := state.Key(""); !fault.Is(err, fault.Invalid) {
		t.Errorf("a damaged key: %v", err)
	}
	empty, err := witness.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := empty.Key(""); !fault.Is(err, fault.Invalid) {
		t.Errorf("a key without a name: %v", err)
	}
	if err := empty.Close(); err != nil {
		t.Fatal(err)
	}
}
