package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"

	"shenzhong/cmd/shenzhong/rehearsal"
	"shenzhong/services/kit/clock"
	"shenzhong/services/kit/web"
)

// stagedClock stands in the past while the history of the sample is played, and
// is the real one from then on.
type stagedClock struct {
	real clock.Clock

	mu   sync.Mutex
	past *clock.Fake // guarded by mu; nil once the history is played
}

func newStagedClock(real clock.Clock) *stagedClock {
	return &stagedClock{real: real, past: clock.NewFake(real.Now().AddDate(0, 0, -rehearsal.SampleDays))}
}

// Now is the instant of the history, or the real one.
func (c *stagedClock) Now() time.Time { return told(c).Now() }

// move sets the instant of the history.
func (c *stagedClock) move(to time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.past != nil {
		c.past.Set(to)
	}
}

// arrive ends the history.
func (c *stagedClock) arrive() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.past = nil
}

// told is the clock that tells the time now.
func told(c clock.Clock) clock.Clock {
	staged, ok := c.(*stagedClock)
	if !ok {
		return c
	}
	staged.mu.Lock()
	defer staged.mu.Unlock()
	if staged.past != nil {
		return staged.past
	}
	return staged.real
}

// loadHistory loads the sample district and plays its history, unless the data
// directory dir has one already. A file in it says that the sample is not whole:
// whoever was killed meanwhile must not leave half a district behind that looks
// like one.
func loadHistory(ctx context.Context, s *system, server *web.Server, staged *stagedClock, dir string) error {
	defer staged.arrive()
	unfinished := filepath.Join(dir, "sample.unfinished")
	if _, err := os.Stat(unfinished); !errors.Is(err, fs.ErrNotExist) {
		return errors.Join(fmt.Errorf("上一次装入样例时被中断，样例不完整；请删除数据目录 %s 后重新运行", dir), err)
	}
	first, err := s.room("register").base.log.Highest(ctx, "")
	if err != nil || first != "" {
		return err
	}
	if err := errors.Join(os.WriteFile(unfinished, nil, 0o600), syncFolder(dir)); err != nil {
		return fmt.Errorf("note that the sample is being loaded: %w", err)
	}
	if err := s.sample(ctx); err != nil {
		return err
	}
	err = rehearsal.Sample(ctx, rehearsal.Config{
		Stage: sampleStage{&localStage{system: s}, staged}, Law: s.law.Law(), Calendar: s.calendar.Calendar(), Out: io.Discard,
		Client: &http.Client{Transport: within{server}},
	}, staged.real.Now())
	if err != nil {
		return err
	}
	if err := s.settle(ctx); err != nil { // the first page shows all of it
		return err
	}
	return os.Remove(unfinished)
}

// sampleStage is a system whose clock has not arrived at the present yet.
type sampleStage struct {
	*localStage
	staged *stagedClock
}

// URL is any: the requests never leave the process.
func (sampleStage) URL(string) string { return "http://sample" }

// Move sets the clock.
func (s sampleStage) Move(to time.Time) error { s.staged.move(to); return nil }

// within answers requests in this process: before it is ready, nobody else may
// ask.
type within struct{ server *web.Server }

// RoundTrip answers one request.
func (w within) RoundTrip(req *http.Request) (*http.Response, error) { return w.server.Test(req) }
