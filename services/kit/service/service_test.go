package service

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func waits(ctx context.Context) error {
	<-ctx.Done()
	return ctx.Err()
}

func TestRunStopsTogether(t *testing.T) {
	broken := errors.New("broken")
	tests := []struct {
		name string
		run  func(context.Context) error
		want string
	}{
		{"one fails", func(context.Context) error { return broken }, "second: broken"},
		{"one ends by itself", func(context.Context) error { return nil }, "second: ended by itself"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := Run(context.Background(), Part{"first", waits}, Part{"second", tt.run})
			if err == nil || err.Error() != tt.want {
				t.Fatalf("Run = %v; want %s", err, tt.want)
			}
		})
	}
}

func TestRunEndsCleanlyWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := Run(ctx, Part{"first", waits}, Part{"second", func(context.Context) error { return nil }}); err != nil {
		t.Fatal(err)
	}
}

func TestRunReportsAFailureWhileStopping(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	err := Run(ctx, Part{"store", func(ctx context.Context) error { <-ctx.Done(); return errors.New("not closed") }})
	if err == nil || !strings.Contains(err.Error(), "store: not closed") {
		t.Fatalf("Run = %v", err)
	}
}

func TestEveryGoesOnAfterAFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second+time.Millisecond)
		defer cancel()
		var rounds, reported atomic.Int32
		part := Every("sweep", time.Second, func(context.Context) error {
			rounds.Add(1)
			return errors.New("not now")
		}, func(context.Context, string, error) { reported.Add(1) })
		if err := part.Run(ctx); err != nil {
			t.Fatal(err)
		}
		if rounds.Load() != 11 || reported.Load() != 11 {
			t.Fatalf("%d rounds, %d reported; want 11 of each", rounds.Load(), reported.Load())
		}
	})
}
