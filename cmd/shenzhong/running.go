package main

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"shenzhong/services/kit/service"
	"shenzhong/services/kit/store"
)

// parts are everything that runs for as long as the system does, except what
// answers requests.
func (s *system) parts() []service.Part {
	parts := []service.Part{
		{Name: "guard", Run: s.bus.Guard},
		service.Every("calendar", sweepPause, func(ctx context.Context) error {
			changed, err := s.calendar.Reload()
			if changed {
				slog.InfoContext(ctx, "calendar replaced", "version", s.calendar.Calendar().Version())
			}
			return err
		}, report),
	}
	if s.pack != nil {
		parts = append(parts, service.Every("law pack", sweepPause, func(ctx context.Context) error {
			changed, err := s.pack.Reload()
			if changed {
				slog.InfoContext(ctx, "law pack replaced", "version", s.pack.Law().Version())
			}
			return err
		}, report))
	}
	for _, r := range s.rooms {
		parts = append(parts, service.Part{Name: "relay of " + r.name, Run: func(ctx context.Context) error { return s.bus.Relay(ctx, r.name, r.base.log) }})
		for _, reaction := range r.reactions {
			parts = append(parts, service.Part{Name: reaction.Name, Run: func(ctx context.Context) error { return s.bus.Consume(ctx, reaction) }})
		}
		for name, sweep := range r.sweeps {
			parts = append(parts, service.Every(name, s.pause, func(ctx context.Context) error {
				_, err := sweep(ctx)
				return err
			}, report))
		}
	}
	return parts
}

func report(ctx context.Context, name string, err error) {
	slog.ErrorContext(ctx, "sweep", "name", name, "err", err)
}

// close closes the broker and every store. What runs must have returned.
func (s *system) close() error {
	if s.bus != nil {
		s.bus.Close()
	}
	var errs []error
	for _, r := range s.rooms {
		if r.base.close != nil {
			errs = append(errs, r.base.close())
		}
	}
	return errors.Join(errs...)
}

// logs are the stores by context.
func (s *system) logs() map[string]store.Log {
	logs := map[string]store.Log{}
	for _, r := range s.rooms {
		logs[r.name] = r.base.log
	}
	return logs
}

// settleTries is how often the broker may fail to answer in a row while the
// system settles: a machine under load is slow, and its guard restarts a broker
// that is deaf.
const settleTries = 10

// settle waits until nothing is on its way any more.
func (s *system) settle(ctx context.Context) error {
	for silent := 0; ; {
		idle, err := s.bus.Idle(ctx, s.logs())
		switch {
		case err == nil && idle:
			return nil
		case err == nil:
			silent = 0
		case ctx.Err() != nil || silent == settleTries:
			return err
		default:
			silent++
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(2 * time.Millisecond):
		}
	}
}
