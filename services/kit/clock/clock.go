// Package clock is where time comes from. No other package may ask the
// operating system for the time of day: a rehearsal or a test moves the clock,
// and every deadline must move with it.
package clock

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"time"
)

// Clock tells the time.
type Clock interface {
	// Now returns the present instant in UTC, to the millisecond: the stores
	// keep no more.
	Now() time.Time
}

// System is the clock of the machine.
type System struct{}

// Now returns the time of the machine.
func (System) Now() time.Time { return time.Now().UTC().Truncate(time.Millisecond) }

// Stopwatch starts to measure and returns how much time has passed since, on
// every call. It knows no time of day and no rehearsal moves it: it is for what
// a machine takes, never for a limit.
func Stopwatch() func() time.Duration {
	began := time.Now()
	return func() time.Duration { return time.Since(began) }
}

// Watch compares the time of day of the machine, which people and programs set,
// with the time that has passed, which nobody sets.
type Watch struct {
	wall   func() time.Time
	passed func() time.Duration
	mu     sync.Mutex
	was    time.Time     // guarded by mu, as is since
	since  time.Duration // passed at was
}

// NewWatch begins to compare.
func NewWatch() *Watch { return newWatch(System{}.Now, Stopwatch()) }

func newWatch(wall func() time.Time, passed func() time.Duration) *Watch {
	return &Watch{wall: wall, passed: passed, was: wall(), since: passed()}
}

// Leapt returns how much further the time of day has moved since the last look
// than time has passed; negative where it was set back.
func (w *Watch) Leapt() time.Duration {
	w.mu.Lock()
	defer w.mu.Unlock()
	wall, passed := w.wall(), w.passed()
	by := wall.Sub(w.was) - (passed - w.since)
	w.was, w.since = wall, passed
	return by
}

// Fake is a clock that stands still until it is moved. It is safe for use by
// several goroutines.
type Fake struct {
	mu  sync.Mutex
	now time.Time // guarded by mu
}

// NewFake returns a clock that stands at now.
func NewFake(now time.Time) *Fake { return &Fake{now: now.UTC().Truncate(time.Millisecond)} }

// Now returns where the clock stands.
func (f *Fake) Now() time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.now
}

// Set moves the clock to t, forward or back.
func (f *Fake) Set(t time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.now = t.UTC().Truncate(time.Millisecond)
}

// Advance moves the clock by d.
func (f *Fake) Advance(d time.Duration) { f.Set(f.Now().Add(d)) }

// File is a clock that several processes read from one file: the training mode
// in which a bureau rehearses a year in an hour. Whoever writes the file moves
// the clock of all of them.
type File struct {
	path string
	mu   sync.Mutex
	last time.Time // guarded by mu; the last instant that could be read
}

// Follow returns the clock kept in the file at path, which must hold one
// RFC 3339 instant.
func Follow(path string) (*File, error) {
	f := &File{path: path}
	now, err := f.read()
	if err != nil {
		return nil, err
	}
	f.last = now
	return f, nil
}

// Now returns the instant in the file. While the file cannot be read, the clock
// stands where it stood.
func (f *File) Now() time.Time {
	now, err := f.read()
	f.mu.Lock()
	defer f.mu.Unlock()
	if err == nil {
		f.last = now
	}
	return f.last
}

func (f *File) read() (time.Time, error) {
	raw, err := os.ReadFile(f.path)
	if err != nil {
		return time.Time{}, fmt.Errorf("read rehearsal clock: %w", err)
	}
	now, err := time.Parse(time.RFC3339Nano, strings.TrimSpace(string(raw)))
	if err != nil {
		return time.Time{}, fmt.Errorf("rehearsal clock %s: %w", f.path, err)
	}
	return now.UTC().Truncate(time.Millisecond), nil
}

// Write moves the clock kept in the file at path to t, in one step that no
// reader sees half done.
func Write(path string, t time.Time) error {
	tmp := path + ".new"
	if err := os.WriteFile(tmp, []byte(t.UTC().Format(time.RFC3339Nano)+"\n"), 0o600); err != nil {
		return fmt.Errorf("write rehearsal clock: %w", err)
	}
	if err := os.Rename(tmp, path); err != nil {
		return errors.Join(fmt.Errorf("move rehearsal clock: %w", err), os.Remove(tmp))
	}
	return nil
}
