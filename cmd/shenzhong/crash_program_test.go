//go:build crash

package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// built makes the real binary, once for all crash tests.
func built(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "shenzhong")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", path, ".").CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	return path
}

// places are where the contexts of a system answer at the moment.
type places struct {
	mu   sync.Mutex
	urls map[string]string // by context; guarded by mu
}

func newPlaces() *places { return &places{urls: map[string]string{}} }

func (p *places) set(url string, names ...string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, name := range names {
		p.urls[name] = url
	}
}

func (p *places) of(context string) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.urls[context]
}

// atWork is the binary at work.
type atWork struct {
	name   string
	cmd    *exec.Cmd
	url    string        // where it answers; read only once ready is closed
	ready  chan struct{} // closed when it answers
	ended  chan struct{} // closed when it has ended
	stderr *os.File
	meant  bool // its end was brought about by the test
}

// launch starts the binary and returns at once.
func launch(t *testing.T, binary, name string, args ...string) *atWork {
	t.Helper()
	stderr, err := os.Create(filepath.Join(t.TempDir(), "stderr"))
	must(t, err)
	cmd := exec.CommandContext(context.WithoutCancel(t.Context()), binary, args...)
	cmd.Stderr = stderr
	out, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	p := &atWork{name: name, cmd: cmd, ready: make(chan struct{}), ended: make(chan struct{}), stderr: stderr}
	go func() {
		line, err := bufio.NewReader(out).ReadString('\n')
		if url, ok := strings.CutPrefix(strings.TrimSpace(line), "ready "); ok && err == nil {
			p.url = url
			close(p.ready)
		}
		_, _ = io.Copy(io.Discard, out)
		_ = cmd.Wait()
		close(p.ended)
	}()
	t.Cleanup(func() { p.signal(syscall.SIGKILL); _ = stderr.Close() })
	return p
}

// up waits until the program answers and returns its address.
func (p *atWork) up(t *testing.T) string {
	t.Helper()
	select {
	case <-p.ready:
	case <-p.ended:
		t.Fatalf("%s ended at its start with %v:\n%s", p.name, p.cmd.ProcessState, p.said())
	case <-time.After(time.Minute):
		t.Fatalf("%s was not ready within a minute:\n%s", p.name, p.said())
	}
	return p.url
}

// signal sends a signal and, if it is one that ends the program, waits for that.
func (p *atWork) signal(s syscall.Signal) {
	p.meant = true
	_ = p.cmd.Process.Signal(s) // one that has ended is as dead as it should be
	if s == syscall.SIGKILL || s == syscall.SIGINT {
		<-p.ended
	}
}

// alive fails the test if the program ended though nobody ended it.
func (p *atWork) alive(t *testing.T) {
	t.Helper()
	select {
	case <-p.ended:
		if !p.meant {
			t.Fatalf("%s ended by itself with %v:\n%s", p.name, p.cmd.ProcessState, p.said())
		}
	default:
	}
}

// said are the last complaints of the program.
func (p *atWork) said() string {
	raw, err := os.ReadFile(p.stderr.Name())
	if err != nil {
		return err.Error()
	}
	var lines []string
	for line := range bytes.Lines(raw) {
		if !bytes.Contains(line, []byte(" INFO ")) {
			lines = append(lines, string(line))
		}
	}
	return fmt.Sprintf("%d lines, the last:\n%s", len(lines), strings.Join(lines[max(0, len(lines)-30):], ""))
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
