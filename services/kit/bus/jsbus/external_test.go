package jsbus

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go/jetstream"

	"shenzhong/services/kit/bus"
)

// TestContextsInSeveralProcesses has one process keep the broker, which lets the
// others in by their keys, and each of the others run one context.
func TestContextsInSeveralProcesses(t *testing.T) {
	host := newSetup(t, func(c *Config) { c.Embedded.Listen, c.Embedded.Keys = "127.0.0.1:0", t.TempDir() })
	process := func(c Context) *Bus {
		x := &External{URL: host.Server(), Keys: host.keyOf(t, c.Name), SyncAsserted: true}
		b, err := New(Config{External: x, Contexts: []Context{c}, Limits: quick(), MaxBytes: 256 << 20})
		must(t, err)
		t.Cleanup(b.Close)
		must(t, b.Declare(t.Context(), []string{"clue", "casefile"}))
		return b
	}
	ear := newEar()
	speaker := process(Context{Name: "clue"})
	listener := process(Context{Name: "casefile", Reactions: []bus.Reaction{ear.reaction("casefile-hears")}, Parking: host.parking})
	run(t,
		func(ctx context.Context) error { return speaker.Relay(ctx, "clue", host.clue.log) },
		func(ctx context.Context) error { return listener.Consume(ctx, ear.reaction("casefile-hears")) },
	)
	host.clue.sayAll(t, 20, 10)
	eventually(t, "all is heard", func() bool { return ear.total() == 200 })
	host.quiet(t)
	if streams, err := host.Survey(t.Context()); err != nil || len(streams) != 2 || streams[1].Messages != 200 || len(streams[1].Consumers) != 1 || streams[1].Consumers[0].Pending > 0 {
		t.Errorf("the streams are %+v, %v", streams, err)
	}
	if _, err := listener.Survey(t.Context()); err == nil {
		t.Error("all streams were shown without the key of setup")
	}
	settings, err := speaker.Settings(t.Context())
	if err != nil || settings.SyncAlways != "asserted by the operator" || len(settings.Streams) != 1 {
		t.Errorf("settings = %+v, %v", settings, err)
	}
}

// keyOf returns a folder with the key of one user alone.
func (s *setup) keyOf(t *testing.T, user string) string {
	t.Helper()
	dir := t.TempDir()
	seed, err := os.ReadFile(filepath.Join(s.cfg.Embedded.Keys, user+".seed"))
	must(t, err)
	must(t, os.WriteFile(filepath.Join(dir, user+".seed"), seed, 0o600))
	return dir
}

// plainServer is a broker that somebody else runs.
func plainServer(t *testing.T, sync bool) (url, monitor string) {
	t.Helper()
	s, err := server.NewServer(&server.Options{
		Host: "127.0.0.1", Port: server.RANDOM_PORT, HTTPHost: "127.0.0.1", HTTPPort: server.RANDOM_PORT,
		JetStream: true, StoreDir: t.TempDir(), SyncAlways: sync, NoSigs: true, NoLog: true,
		JetStreamMaxStore: 1 << 30, JetStreamMaxMemory: 1 << 20,
	})
	must(t, err)
	s.Start()
	t.Cleanup(func() { s.Shutdown(); s.WaitForShutdown() })
	if !s.ReadyForConnections(startWithin) {
		t.Fatal("the server does not start")
	}
	return s.ClientURL(), "http://" + net.JoinHostPort("127.0.0.1", strings.TrimPrefix(s.MonitorAddr().String(), "127.0.0.1:"))
}

func TestExternalServerMustSyncEveryWrite(t *testing.T) {
	lazy, lazyMonitor := plainServer(t, false)
	strict, strictMonitor := plainServer(t, true)
	tests := []struct {
		name string
		x    External
		want string // part of the error, empty for none
	}{
		{"nobody says", External{URL: strict}, "nobody says"},
		{"the operator says", External{URL: strict, SyncAsserted: true}, ""},
		{"the server says it does", External{URL: strict, Monitors: []string{strictMonitor}}, ""},
		{"the server says it does not, whatever the operator says", External{URL: lazy, Monitors: []string{lazyMonitor}, SyncAsserted: true}, "没有把每次写入"},
		{"one of two does not", External{URL: strict, Monitors: []string{strictMonitor, lazyMonitor}}, "没有把每次写入"},
		{"the monitor is away", External{URL: strict, Monitors: []string{"http://127.0.0.1:1"}}, "ask http"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b, err := New(Config{External: &tt.x, Contexts: []Context{{Name: "clue"}}, MaxBytes: 1 << 20})
			must(t, err)
			defer b.Close()
			err = b.Declare(t.Context(), []string{"clue"})
			if (err != nil) != (tt.want != "") || err != nil && !strings.Contains(err.Error(), tt.want) {
				t.Errorf("Declare = %v; want %q in it", err, tt.want)
			}
		})
	}
}

// TestDeclareRefusesAStreamThatForgets finds streams that somebody made
// otherwise than they must be.
func TestDeclareRefusesAStreamThatForgets(t *testing.T) {
	good := func(b *Bus) jetstream.StreamConfig { return b.streamConfig("credit") }
	tests := []struct {
		name  string
		spoil func(*jetstream.StreamConfig)
		fixed bool // Declare puts it right
	}{
		{"in memory", func(c *jetstream.StreamConfig) { c.Storage, c.MaxBytes = jetstream.MemoryStorage, 1<<20 }, false},
		{"work queue", func(c *jetstream.StreamConfig) { c.Retention = jetstream.WorkQueuePolicy }, false},
		{"written some time later", func(c *jetstream.StreamConfig) {
			c.PersistMode, c.AllowAtomicPublish = jetstream.AsyncPersistMode, false
		}, false},
		{"old facts are dropped", func(c *jetstream.StreamConfig) { c.Discard = jetstream.DiscardOld }, true},
		{"facts grow old", func(c *jetstream.StreamConfig) { c.MaxAge = duplicates }, true},
		{"as it must be", func(*jetstream.StreamConfig) {}, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newSetup(t)
			s.asSetup(t, func(ctx context.Context, js jetstream.JetStream) {
				cfg := good(s.Bus)
				tt.spoil(&cfg)
				_, err := js.CreateStream(ctx, cfg)
				must(t, err)
			})
			err := s.Declare(t.Context(), []string{"credit"})
			if (err == nil) != tt.fixed {
				t.Fatalf("Declare = %v; want put right = %v", err, tt.fixed)
			}
			if err == nil {
				s.asSetup(t, func(ctx context.Context, js jetstream.JetStream) {
					stream, err := js.Stream(ctx, "sz-credit")
					must(t, err)
					if wrong := differences(good(s.Bus), stream.CachedInfo().Config); len(wrong) > 0 {
						t.Errorf("after Declare: %v", wrong)
					}
				})
			}
		})
	}
}

// TestProcessThatMayNotDeclareInsists has a process without the key of setup
// meet a stream that is not there, one that is wrong, and one that is right.
func TestProcessThatMayNotDeclareInsists(t *testing.T) {
	host := newSetup(t, func(c *Config) {
		c.Embedded.Listen, c.Embedded.Keys = "127.0.0.1:0", t.TempDir()
		c.Contexts = append(c.Contexts, Context{Name: "credit"})
	})
	b, err := New(Config{
		External: &External{URL: host.Server(), Keys: host.keyOf(t, "credit"), SyncAsserted: true},
		Contexts: []Context{{Name: "credit"}}, MaxBytes: 256 << 20,
	})
	must(t, err)
	defer b.Close()
	if err := b.Declare(t.Context(), []string{"credit"}); err == nil {
		t.Error("a stream that is not there was accepted")
	}
	wrong := host.streamConfig("credit")
	wrong.Discard = jetstream.DiscardOld
	host.asSetup(t, func(ctx context.Context, js jetstream.JetStream) {
		_, err := js.CreateStream(ctx, wrong)
		must(t, err)
	})
	if err := b.Declare(t.Context(), []string{"credit"}); err == nil || !strings.Contains(err.Error(), "discard") {
		t.Errorf("Declare = %v; want it to name the discard policy", err)
	}
	must(t, host.Declare(t.Context(), []string{"credit"}))
	must(t, b.Declare(t.Context(), []string{"credit"}))
}

func TestConfigIsChecked(t *testing.T) {
	ear := newEar()
	ok := Context{Name: "casefile", Reactions: []bus.Reaction{ear.reaction("casefile-hears")}, Parking: newParking(t)}
	tests := []struct {
		name string
		cfg  Config
	}{
		{"no server", Config{}},
		{"two servers", Config{Embedded: &Embedded{Dir: "x"}, External: &External{}}},
		{"two replicas", Config{External: &External{}, Replicas: 2}},
		{"context twice", Config{External: &External{}, Contexts: []Context{ok, ok}}},
		{"context named as the user of setup", Config{External: &External{}, Contexts: []Context{{Name: "setup"}}}},
		{"nowhere to put facts aside", Config{External: &External{}, Contexts: []Context{{Name: "casefile", Reactions: ok.Reactions}}}},
		{"reaction of another context", Config{External: &External{}, Contexts: []Context{{Name: "clue", Reactions: ok.Reactions, Parking: ok.Parking}}}},
		{"no folder", Config{Embedded: &Embedded{}}},
		{"listen address", Config{Embedded: &Embedded{Dir: t.TempDir(), Listen: "nowhere"}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b, err := New(tt.cfg)
			if err == nil {
				b.Close()
				t.Error("accepted")
			}
		})
	}
}
