//go:build crash

package main

import (
	"context"
	"crypto/sha256"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// rooted reports whether disks can be made here. In CI they must; elsewhere the
// test says aloud that it showed nothing.
func rooted(t *testing.T, err error) bool {
	t.Helper()
	if err == nil {
		return true
	}
	if os.Getenv("CI") == "true" {
		t.Fatalf("this needs root, loop devices and e2fsprogs, which CI must have: %v", err)
	}
	t.Logf("NOT SHOWN on this machine: %v. Run as root where loop devices are: sudo make crash", err)
	return false
}

// command runs a tool of the system.
func command(name string, args ...string) error {
	out, err := exec.CommandContext(context.Background(), name, args...).CombinedOutput()
	if err != nil && len(out) > 0 {
		return &os.PathError{Op: name, Path: strings.TrimSpace(string(out)), Err: err}
	}
	return err
}

// mounted mounts something on a new folder until the test ends.
func mounted(t *testing.T, args ...string) (dir string, err error) {
	t.Helper()
	dir = t.TempDir()
	if err := command("mount", append(args, dir)...); err != nil {
		return "", err
	}
	t.Cleanup(func() { _ = syscall.Unmount(dir, syscall.MNT_DETACH) }) // the test may have unmounted it
	return dir, nil
}

// powerLost takes the power away: an image of the disk as the kernel had written
// it while the program was stopped in mid-work is all that the next start finds.
func powerLost(t *testing.T, binary string, seed uint64, times int) {
	for n := range times {
		image := filepath.Join(t.TempDir(), "disk")
		must(t, os.WriteFile(image, nil, 0o600))
		must(t, os.Truncate(image, 384<<20))
		err := command("mkfs.ext4", "-q", "-F", image)
		var dir string
		if err == nil {
			dir, err = mounted(t, "-o", "loop", image)
		}
		if !rooted(t, err) {
			return
		}
		d := newTrial(t, binary, dir, seed+uint64(n))
		p := d.up(t)
		d.furnish(t, p)
		rest := d.busy(t)
		pause(t.Context(), time.Duration(500+d.random.IntN(2000))*time.Millisecond)

		keys := keysIn(t, d.data)
		p.signal(syscall.SIGSTOP)
		left := copied(t, image)
		d.kill(p, contextNames()...)
		rest()
		must(t, syscall.Unmount(dir, 0))

		dir, err = mounted(t, "-o", "loop", left)
		must(t, err)
		d.data = filepath.Join(dir, "data")
		d.kept(t, contextNames()...)
		if keysIn(t, d.data) != keys {
			t.Error("the keys of sealed content were lost")
		}
		p = d.up(t)
		rest = d.busy(t)
		pause(t.Context(), time.Second)
		rest()
		d.settled(t, p)
		d.told(t, 1)
		d.kill(p, contextNames()...)
		must(t, syscall.Unmount(dir, 0))
		must(t, os.Remove(left))
	}
}

// keysIn are all keys of a data directory.
func keysIn(t *testing.T, data string) string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(data, "keys", "*"))
	must(t, err)
	all := ""
	for _, path := range found {
		raw, err := os.ReadFile(path)
		must(t, err)
		all += filepath.Base(path) + " " + string(raw)
	}
	if all == "" {
		t.Fatal("there are no keys")
	}
	return all
}

// copied copies an image that nobody writes to but the kernel, until two copies
// in a row are alike: then it is what the disk was at one instant.
func copied(t *testing.T, image string) string {
	t.Helper()
	last := ""
	for range 10 {
		to := image + ".left"
		must(t, command("cp", "--sparse=always", image, to))
		f, err := os.Open(to)
		must(t, err)
		sum := sha256.New()
		_, err = io.Copy(sum, f)
		must(t, err)
		must(t, f.Close())
		if now := string(sum.Sum(nil)); now == last {
			return to
		} else {
			last = now
		}
	}
	t.Fatal("the kernel does not stop writing to the image")
	return ""
}

// diskFull fills the disk under load and makes room again. Meanwhile nobody gets
// any other answer than 503, and afterwards the same process goes on by itself.
func diskFull(t *testing.T, binary string, seed uint64) {
	dir, err := mounted(t, "-t", "tmpfs", "-o", "size=256m", "tmpfs")
	if !rooted(t, err) {
		return
	}
	d := newTrial(t, binary, dir, seed)
	p := d.up(t)
	d.furnish(t, p)
	rest := d.busy(t)
	pause(t.Context(), time.Second)
	ballast := filepath.Join(dir, "ballast")
	fill(t, ballast)
	d.waits(t, "commands are refused with 503", func() bool { return d.ledger.answered(http.StatusServiceUnavailable) > 20 })
	d.waits(t, "the process says that it is not ready", func() bool { return d.readyz(t) == http.StatusServiceUnavailable })
	before, _ := d.ledger.acked(0)
	must(t, os.Remove(ballast))
	d.waits(t, "the process is ready again", func() bool { return d.readyz(t) == http.StatusOK })
	d.waits(t, "commands are acknowledged again", func() bool { now, _ := d.ledger.acked(0); return len(now) > len(before)+20 })
	rest()
	d.settled(t, p)
	d.told(t, 1)
	if raw, err := os.ReadFile(p.stderr.Name()); err != nil || !strings.Contains(string(raw), "restarting it") {
		t.Errorf("the broker was not restarted: the disk was not full for it, and the test shows nothing (%v)", err)
	}
}

// fill writes a file until the disk takes not one byte more.
func fill(t *testing.T, path string) {
	t.Helper()
	f, err := os.Create(path)
	must(t, err)
	for size := 1 << 20; size > 0; size /= 16 {
		block := make([]byte, size)
		for err = nil; err == nil; {
			_, err = f.Write(block)
		}
	}
	must(t, f.Close())
}

// waits waits until something is so.
func (d *trial) waits(t *testing.T, what string, so func() bool) {
	t.Helper()
	for limit := time.After(90 * time.Second); !so(); {
		select {
		case <-limit:
			t.Fatalf("waited in vain until %s; refused by status: %v", what, d.ledger.refused)
		case <-time.After(200 * time.Millisecond):
		}
	}
}

// readyz is what the process answers to its supervisor.
func (d *trial) readyz(t *testing.T) int {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, d.where.of("clue")+"/readyz", nil)
	must(t, err)
	answer, err := d.ledger.client.Do(req)
	if err != nil {
		t.Logf("readyz: %v", err)
		return 0
	}
	must(t, answer.Body.Close())
	return answer.StatusCode
}

// answered is how often that status was answered.
func (l *ledger) answered(status int) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.refused[status]
}
