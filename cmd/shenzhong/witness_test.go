package main

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"shenzhong/services/disclose/monitor"
	"shenzhong/services/disclose/publiclog"
	"shenzhong/services/disclose/witness"
	"shenzhong/services/draw/fdraw"
)

// noted is the checkpoint file of a log of a test.
type noted struct{ text string }

func (n *noted) Last() (string, error)   { return n.text, nil }
func (n *noted) Keep(text string) error  { n.text = text; return nil }
func (n *noted) Halted() (string, error) { return "", nil }
func (n *noted) Halt(string) error       { return nil }

// testBook is a log in a folder, as the site of a district shows it.
type testBook struct {
	dir    string
	notary *publiclog.Notary
	book   monitor.Book
}

func newTestBook(t *testing.T) *testBook {
	t.Helper()
	secret, err := publiclog.Generate("example.invalid/fdlog-500156-1")
	if err != nil {
		t.Fatal(err)
	}
	keys, err := publiclog.ParseKeys(secret)
	if err != nil {
		t.Fatal(err)
	}
	return &testBook{dir: t.TempDir(), notary: &publiclog.Notary{Keys: keys, Memory: &noted{}}, book: monitor.Book{Tree: &publiclog.Tree{}}}
}

// grow makes the log n entries long, signs it and writes it out.
func (b *testBook) grow(t *testing.T, n int64) {
	t.Helper()
	for i := b.book.Tree.Size(); i < n; i++ {
		b.add(t, publiclog.Record(fmt.Sprintf("%032x", i), 1, [32]byte{}, ""))
	}
	b.sign(t, "")
}

func (b *testBook) add(t *testing.T, leaf string) {
	t.Helper()
	if err := b.book.Tree.Add(leaf); err != nil {
		t.Fatal(err)
	}
	b.book.Leaves = append(b.book.Leaves, leaf)
}

func (b *testBook) sign(t *testing.T, lines string) {
	t.Helper()
	text, err := b.notary.Sign(b.book.Tree)
	if err != nil {
		t.Fatal(err)
	}
	b.book.Text = text + lines
	if b.book.Point, err = fdraw.ParseCheckpoint(text); err != nil {
		t.Fatal(err)
	}
	if err := b.book.Save(b.dir); err != nil {
		t.Fatal(err)
	}
}

// TestWitnessByFile is the exchange on a USB stick: a request is made from the
// published log, cosigned elsewhere, and the file that comes back carries both
// signatures. A fork is refused.
func TestWitnessByFile(t *testing.T) {
	b, dir, keys := newTestBook(t), filepath.Join(t.TempDir(), "witness"), filepath.Join(t.TempDir(), "keys.txt")
	if err := os.WriteFile(keys, []byte(strings.Join(b.notary.Keys.Public(), "\n")+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	code, public, notes := program(t, "witness", "key", "--dir", dir, "--name", "sifaju.example.invalid")
	if code != exitDone || !strings.Contains(notes, "已生成") {
		t.Fatalf("%d %q %q", code, public, notes)
	}
	key, err := fdraw.ParseKey(strings.TrimSpace(public))
	if err != nil {
		t.Fatal(err)
	}
	exchange := func(old string) (int, string) {
		stick := t.TempDir()
		request, answer := filepath.Join(stick, "request.txt"), filepath.Join(stick, "cosigned.txt")
		if code, out, notes := program(t, "witness", "request", b.dir, "--old", old, "--out", request); code != exitDone {
			t.Fatalf("%d %q %q", code, out, notes)
		}
		code, _, notes := program(t, "witness", "sign", request, "--dir", dir, "--log", keys, "--out", answer)
		if code != exitDone {
			return code, notes
		}
		text, err := os.ReadFile(answer)
		if err != nil {
			t.Fatal(err)
		}
		c, err := fdraw.ParseCheckpoint(string(text))
		if err != nil {
			t.Fatal(err)
		}
		if at, err := c.SeenBy(key); err != nil || at.IsZero() {
			t.Errorf("%v, %v", at, err)
		}
		return code, notes
	}
	b.grow(t, 300)
	if code, notes := exchange("0"); code != exitDone {
		t.Fatalf("%d %q", code, notes)
	}
	b.grow(t, 700)
	if code, notes := exchange("0"); code != exitFailed || !strings.Contains(notes, "--old 300") {
		t.Errorf("%d %q", code, notes)
	}
	if code, notes := exchange("300"); code != exitDone {
		t.Errorf("%d %q", code, notes)
	}
	fork := newTestBook(t)
	fork.notary = &publiclog.Notary{Keys: b.notary.Keys, Memory: &noted{}}
	fork.add(t, publiclog.Expire(strings.Repeat("0", 32), 1, "m3"))
	fork.grow(t, 700)
	b.dir = fork.dir
	if code, notes := exchange("700"); code != exitFailed || !strings.Contains(notes, "分叉") {
		t.Errorf("%d %q", code, notes)
	}
	if code, _, _ := program(t, "witness", "request", b.dir, "--old", "701"); code != exitUsage {
		t.Errorf("beyond the log: %d", code)
	}
	for _, args := range [][]string{{"witness", "sign"}, {"witness", "key"}, {"witness", "key", "--dir", t.TempDir()}, {"witness", "serve", "--dir", dir}, {"witness", "request"}, {"witness", "request", "nowhere"}} {
		if code, _, notes := program(t, args...); code != exitUsage {
			t.Errorf("%v: %d %q", args, code, notes)
		}
	}
}

// TestWitnessServes runs the witness as a process would and asks it.
func TestWitnessServes(t *testing.T) {
	b := newTestBook(t)
	b.grow(t, 5)
	address := startWitness(t, b.notary.Keys.Verifier(), "daxue.example.invalid", t.TempDir(), "")
	lines, err := askWitness(t.Context(), address, publiclog.Request(0, nil, b.book.Text))
	if err != nil || !strings.HasPrefix(lines, "\u2014 daxue.example.invalid ") {
		t.Errorf("%q, %v", lines, err)
	}
}

// startWitness runs "witness serve" until the test ends and returns its address.
func startWitness(t *testing.T, log, name, dir, clock string) string {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	out := &heard{line: make(chan string, 1)}
	root := newRootCommand()
	root.SetArgs([]string{"witness", "serve", "--dir", dir, "--name", name, "--log", log, "--addr", "127.0.0.1:0", "--clock", clock})
	root.SetOut(out)
	root.SetErr(&bytes.Buffer{})
	ended := make(chan error, 1)
	go func() { ended <- root.ExecuteContext(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	select {
	case line := <-out.line:
		return strings.TrimSpace(strings.TrimPrefix(line, "ready "))
	case err := <-ended:
		ended <- err
		t.Fatal(err)
	}
	return ""
}

// heard takes the first thing that is written.
type heard struct{ line chan string }

func (h *heard) Write(p []byte) (int, error) {
	select {
	case h.line <- string(p):
	default:
	}
	return len(p), nil
}

func askWitness(ctx context.Context, address, request string) (string, error) {
	return witness.HTTP{Client: http.DefaultClient}.Ask(ctx, address, request)
}

// witnessKey reads the public key of a witness that another process runs.
func witnessKey(t *testing.T, dir string) string {
	t.Helper()
	line, err := os.ReadFile(filepath.Join(dir, "witness.key"))
	if err != nil {
		t.Fatal(err)
	}
	key, err := publiclog.ParseCosigner(string(line))
	if err != nil {
		t.Fatal(err)
	}
	return key.Public()
}
