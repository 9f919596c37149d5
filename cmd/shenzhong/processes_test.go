//go:build !race

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"shenzhong/cmd/shenzhong/rehearsal"
	"shenzhong/services/kit/bus/jsbus"
	"shenzhong/services/kit/clock"
	"shenzhong/services/kit/store"
)

// TestProcessesSayWhatOneProcessSays plays the rehearsal twice: in one process,
// and with every context a process of its own against one NATS server. What the
// draws choose is left out of the comparison: they are random.
func TestProcessesSayWhatOneProcessSays(t *testing.T) {
	one := played(t, func(ctx context.Context, out io.Writer) error {
		return rehearse(ctx, out, rehearseFlags{json: true, store: "sqlite"})
	})
	many := played(t, func(ctx context.Context, out io.Writer) error { return rehearseMany(ctx, t, out, "") })
	same(t, one, many)
}

// same holds what many processes said against what one did.
func same(t *testing.T, one, many map[string]int) {
	t.Helper()
	if maps.Equal(one, many) {
		return
	}
	for _, kind := range slices.Sorted(maps.Keys(one)) {
		if one[kind] != many[kind] {
			t.Errorf("%s: said %d times by one process, %d times by many", kind, one[kind], many[kind])
		}
	}
	t.Errorf("one process said %d kinds of facts, many said %d", len(one), len(many))
}

// played runs a rehearsal, holds its invariants and counts its facts by kind.
func played(t *testing.T, play func(context.Context, io.Writer) error) map[string]int {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Minute)
	defer cancel()
	var out bytes.Buffer
	if err := play(ctx, &out); err != nil {
		t.Fatal(err)
	}
	said := map[string]int{}
	var last struct{ Invariants []rehearsal.Invariant }
	for line := range bytes.Lines(out.Bytes()) {
		var told struct{ At, District, Context, Fact, Subject, Actor, Cause string }
		if err := json.Unmarshal(line, &told); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		if told.Fact == "" {
			if err := json.Unmarshal(line, &last); err != nil {
				t.Fatal(err)
			}
			continue
		}
		if told.At == "" || told.District != "500156" || told.Context == "" || told.Subject == "" || told.Actor == "" || told.Cause == "" {
			t.Errorf("incomplete: %s", line)
		}
		if !chance[told.Context] {
			said[told.Fact]++
		}
	}
	if len(last.Invariants) < 9 {
		t.Errorf("%d invariants", len(last.Invariants))
	}
	for _, i := range last.Invariants {
		if !i.Holds {
			t.Errorf("%s: %s", i.Name, i.Detail)
		}
	}
	return said
}

// chance are the contexts of which it depends on a draw how often they speak.
var chance = map[string]bool{"inspect": true, "disclose": true, "credit": true, "register": true, "oversee": true, "identity": true}

// rehearseMany plays the rehearsal on one process a context.
func rehearseMany(ctx context.Context, t *testing.T, out io.Writer, mongo string) error {
	broker, monitor := natsServer(t)
	dir := t.TempDir()
	file := filepath.Join(dir, "clock")
	if err := clock.Write(file, rehearsal.Start); err != nil {
		t.Fatal(err)
	}
	clk, err := clock.Follow(file)
	if err != nil {
		t.Fatal(err)
	}
	stage := &manyStage{clockFile: file, urls: map[string]string{}}
	o := options{
		stores: sqliteIn(dir), keys: filepath.Join(dir, "keys"), notices: noticesIn(dir), clock: clk,
		broker: jsbus.Config{External: &jsbus.External{URL: broker, Monitors: []string{monitor}}},
	}
	args := []string{"--nats", broker, "--nats-monitor", monitor, "--data", dir, "--addr", "127.0.0.1:0", "--clock", file}
	if mongo != "" {
		o.stores = mongoAt{uri: mongo, prefix: "shenzhong_", trial: true}
		args = append(args, "--mongo", mongo, "--mongo-trial")
	}
	for _, c := range contexts {
		stage.urls[c.name] = start(ctx, t, append([]string{"run", c.name}, args...)...)
	}
	// The test reads the same stores, and asks the same broker what is on its way.
	stage.system, err = openSystem(ctx, o)
	if err != nil {
		return err
	}
	defer func() {
		if err := stage.system.close(); err != nil {
			t.Error(err)
		}
	}()
	_, err = rehearsal.Run(ctx, rehearsal.Config{
		Stage: stage, Law: stage.system.law.Law(), Calendar: stage.system.calendar.Calendar(), Client: http.DefaultClient, Out: out, JSON: true,
	})
	return err
}

// natsServer is a NATS server as an office would run it, and its monitoring
// address.
func natsServer(t *testing.T) (url, monitor string) {
	t.Helper()
	s, err := server.NewServer(&server.Options{
		Host: "127.0.0.1", Port: server.RANDOM_PORT, HTTPHost: "127.0.0.1", HTTPPort: server.RANDOM_PORT,
		JetStream: true, JetStreamMaxStore: 64 << 30, StoreDir: t.TempDir(), SyncAlways: true, NoSigs: true, NoLog: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	go s.Start()
	t.Cleanup(func() { s.Shutdown(); s.WaitForShutdown() })
	if !s.ReadyForConnections(10 * time.Second) {
		t.Fatal("the NATS server does not start")
	}
	return s.ClientURL(), fmt.Sprintf("http://%s", s.MonitorAddr())
}

// manyStage is a system of several processes.
type manyStage struct {
	localStage
	clockFile string
	moved     bool // since everything was settled
	urls      map[string]string
}

// URL is the process of the context.
func (m *manyStage) URL(context string) string { return m.urls[context] }

// Move sets the clock of all processes.
func (m *manyStage) Move(to time.Time) error {
	m.moved = true
	return clock.Write(m.clockFile, to)
}

// Settle waits until nothing is on its way. After the clock was moved it gives
// every process the time to look at it, and to look at what came of that, until
// nothing does.
func (m *manyStage) Settle(ctx context.Context) error {
	if err := m.system.settle(ctx); err != nil || !m.moved {
		return err
	}
	for before := map[string]store.Stream(nil); ; {
		said, err := m.said(ctx)
		if err != nil {
			return err
		}
		if maps.Equal(said, before) {
			m.moved = false
			return nil
		}
		before = said
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(3 * rehearsalPause):
		}
		if err := m.system.settle(ctx); err != nil {
			return err
		}
	}
}

// said is how far the stream of every context has come.
func (m *manyStage) said(ctx context.Context) (map[string]store.Stream, error) {
	said := map[string]store.Stream{}
	for name, log := range m.system.logs() {
		at, err := log.Stream(ctx)
		if err != nil {
			return nil, err
		}
		said[name] = at
	}
	return said, nil
}
