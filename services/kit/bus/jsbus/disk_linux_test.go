package jsbus

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// smallDisk mounts a disk of that many bytes, which needs root. In CI it must
// work; elsewhere the test says aloud that it could not show anything.
func smallDisk(t *testing.T, size string) (dir string, ok bool) {
	t.Helper()
	dir = t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size="+size); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("mount a small disk: %v", err)
		}
		t.Logf("NOT SHOWN on this machine, mounting a small disk needs root: %v", err)
		return "", false
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Errorf("unmount: %v", err)
		}
	})
	return dir, true
}

// TestFullDiskIsSurvived fills the disk of the broker until it stops answering,
// and makes room again. The broker stays deaf, looking healthy; the bus must
// notice, restart it, and lose nothing.
func TestFullDiskIsSurvived(t *testing.T) {
	disk, ok := smallDisk(t, "24m")
	if !ok {
		return
	}
	s := newSetup(t, func(c *Config) {
		c.Embedded.Dir = filepath.Join(disk, "js")
		c.Embedded.MaxStore = 8 << 30 // more than there is: the server shall not know
	})
	run(t, s.relay, s.hear, s.Guard)
	s.clue.sayAll(t, 3, 3)
	s.quiet(t)

	ballast := filepath.Join(disk, "ballast")
	fill(t, ballast)
	pad := strings.Repeat("x", 32<<10)
	for i := range 40 {
		s.clue.say(t, i%3+1, pad)
	}
	eventually(t, "the relay gets no answer", func() bool { return s.Lag()[0].Reason != "" })
	must(t, os.Remove(ballast))
	s.quiet(t)
	s.checkHeard(t)
	s.checkHeld(t)
	eventually(t, "the bus is ready", func() bool { return s.Ready() == nil })
	if s.restarts.Load() == 0 {
		t.Error("the broker was not restarted, or not needed to be: the test shows nothing")
	}
}

// fill writes a file until the disk takes no more.
func fill(t *testing.T, path string) {
	t.Helper()
	f, err := os.Create(path)
	must(t, err)
	block := make([]byte, 64<<10)
	for err == nil {
		_, err = f.Write(block)
	}
	must(t, f.Close())
}
