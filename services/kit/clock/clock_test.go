package clock

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestSystemIsUTCToTheMillisecond(t *testing.T) {
	now := System{}.Now()
	if now.Location() != time.UTC || now.Nanosecond()%int(time.Millisecond) != 0 {
		t.Fatalf("System.Now() = %v; want UTC, whole milliseconds", now)
	}
}

func TestFakeMovesOnlyWhenMoved(t *testing.T) {
	start := time.Date(2026, 9, 30, 1, 2, 3, 4567890, time.FixedZone("", 8*3600))
	f := NewFake(start)
	if got := f.Now(); !got.Equal(start.Truncate(time.Millisecond)) || !got.Equal(f.Now()) {
		t.Fatalf("Now() = %v; want %v, twice", got, start)
	}
	f.Advance(-time.Hour)
	if want := start.Add(-time.Hour).Truncate(time.Millisecond); !f.Now().Equal(want) {
		t.Fatalf("after going back an hour Now() = %v; want %v", f.Now(), want)
	}
}

func TestFileIsOneClockForMany(t *testing.T) {
	path := filepath.Join(t.TempDir(), "clock")
	if _, err := Follow(path); err == nil {
		t.Fatal("a missing file was taken for a clock")
	}
	want := time.Date(2026, 2, 14, 0, 0, 0, 0, time.UTC)
	if err := Write(path, want); err != nil {
		t.Fatal(err)
	}
	c, err := Follow(path)
	if err != nil {
		t.Fatal(err)
	}
	if got := c.Now(); !got.Equal(want) {
		t.Fatalf("Now() = %v; want %v", got, want)
	}
	if err := os.WriteFile(path, []byte("not a time"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := c.Now(); !got.Equal(want) {
		t.Fatalf("with a broken file Now() = %v; want it to stand at %v", got, want)
	}
}

func TestWatchSeesALeap(t *testing.T) {
	wall, passed := time.Date(2026, 9, 30, 2, 0, 0, 0, time.UTC), time.Duration(0)
	w := newWatch(func() time.Time { return wall }, func() time.Duration { return passed })
	for _, step := range []struct{ set, pass, want time.Duration }{
		{time.Second, time.Second, 0}, {48 * time.Hour, time.Second, 48*time.Hour - time.Second}, {time.Second, time.Second, 0},
		{-time.Hour, time.Minute, -time.Hour - time.Minute}, {0, 0, 0},
	} {
		wall, passed = wall.Add(step.set), passed+step.pass
		if got := w.Leapt(); got != step.want {
			t.Errorf("set by %s while %s passed: leapt %s, want %s", step.set, step.pass, got, step.want)
		}
	}
	if by := NewWatch().Leapt(); by.Abs() > time.Second {
		t.Errorf("a machine nobody touches leapt %s", by)
	}
}
