// Package service starts the parts of a program together and stops them
// together. It must never restart a part: a part that cannot go on ends the
// program, and whoever runs the program decides.
package service

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// Part is one thing that runs for as long as the program does.
type Part struct {
	Name string
	// Run returns nil once ctx has ended. Anything else, and nil before that,
	// ends all parts.
	Run func(ctx context.Context) error
}

// Run runs all parts until ctx ends or one of them does, and returns when all
// have returned.
func Run(ctx context.Context, parts ...Part) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var (
		all  sync.WaitGroup
		mu   sync.Mutex
		errs []error
	)
	for _, p := range parts {
		all.Go(func() {
			err := p.Run(ctx)
			if ctx.Err() != nil && (err == nil || errors.Is(err, context.Canceled)) {
				return
			}
			if err == nil {
				err = errors.New("ended by itself")
			}
			mu.Lock()
			defer mu.Unlock()
			errs = append(errs, fmt.Errorf("%s: %w", p.Name, err))
			cancel()
		})
	}
	all.Wait()
	return errors.Join(errs...)
}

// Every is a part that does something again and again, pause after pause. What
// it returns is reported and does not end it: the next round tries again.
func Every(name string, pause time.Duration, do func(context.Context) error, report func(context.Context, string, error)) Part {
	return Part{Name: name, Run: func(ctx context.Context) error {
		timer := time.NewTicker(pause)
		defer timer.Stop()
		for {
			if err := do(ctx); err != nil && ctx.Err() == nil {
				report(ctx, name, err)
			}
			select {
			case <-ctx.Done():
				return nil
			case <-timer.C:
			}
		}
	}}
}
