// Package servicetest lets a test run contexts against each other without a
// broker: what one commits, the others hear. It is for tests alone.
package servicetest

import (
	"context"
	"testing"

	"shenzhong/services/kit/bus"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/store"
)

// rounds bounds how long a pump goes on: reactions that answer each other for
// ever are a defect.
const rounds = 100

// Pump delivers every commit of the logs to every reaction that hears it, again
// and again, until a round commits nothing new. Each fact is delivered twice in
// the first round that has it: a reaction must not mind. A fact that comes too
// early is delivered again in the next round; anything else a reaction returns
// fails the test.
func Pump(t testing.TB, logs []store.Log, reactions []bus.Reaction) {
	t.Helper()
	ctx := context.Background()
	done := map[string]bool{}
	for range rounds {
		quiet := true
		for _, log := range logs {
			var commits []store.Commit
			if err := store.Each(ctx, log, func(c store.Commit) error { commits = append(commits, c); return nil }); err != nil {
				t.Fatal(err)
			}
			for _, c := range commits {
				if deliver(ctx, t, c, reactions, done) {
					quiet = false
				}
			}
		}
		if quiet {
			return
		}
	}
	t.Fatalf("the reactions have not come to rest after %d rounds", rounds)
}

// deliver reports whether a reaction had something to do.
func deliver(ctx context.Context, t testing.TB, c store.Commit, reactions []bus.Reaction, done map[string]bool) bool {
	t.Helper()
	busy := false
	e := c.Envelope()
	for _, r := range reactions {
		key := r.Name + "|" + e.ID
		if !r.Hears(e.Type) || done[key] {
			continue
		}
		busy = true
		for range 2 {
			err := r.Handle(ctx, e)
			if fault.Is(err, fault.Early) {
				break
			}
			if err != nil {
				t.Fatalf("%s on %s %s: %v", r.Name, e.Type, e.ID, err)
			}
			done[key] = true
		}
	}
	return busy
}
