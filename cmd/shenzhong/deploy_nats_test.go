package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"shenzhong/services/kit/bus/jsbus"
)

const natsConf = "../../deploy/nats.conf"

// TestNatsConfGrantsWhatContextsNeed holds the users of deploy/nats.conf against
// the reactions of the contexts.
func TestNatsConfGrantsWhatContextsNeed(t *testing.T) {
	all, done, err := blueprint(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := done(); err != nil {
			t.Error(err)
		}
	}()
	var b strings.Builder
	b.WriteString("authorization {\n  users: [\n")
	fmt.Fprintf(&b, "    # Makes streams and consumers; for operators alone.\n    { nkey: $%s }\n", natsVariable("setup"))
	for _, c := range all {
		g := jsbus.Permissions(c.Name, c.Reactions)
		fmt.Fprintf(&b, "    { nkey: $%s\n      permissions: {\n        publish: { allow: [\n", natsVariable(c.Name))
		for _, p := range g.Publish {
			fmt.Fprintf(&b, "          %q\n", p)
		}
		fmt.Fprintf(&b, "        ] }\n        subscribe: { allow: [%q] }\n      }\n    }\n", g.Subscribe[0])
	}
	b.WriteString("  ]\n}\n")
	text, err := os.ReadFile(natsConf)
	if err != nil {
		t.Fatal(err)
	}
	head, _, ok := strings.Cut(string(text), "-update\n")
	_, tail, ends := strings.Cut(string(text), "# END generated")
	if !ok || !ends {
		t.Fatal("deploy/nats.conf has no generated part")
	}
	want := head + "-update\n" + b.String() + "# END generated" + tail
	if *update {
		if err := os.WriteFile(natsConf, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if want != string(text) {
		t.Error("deploy/nats.conf is behind the reactions of the contexts: go test ./cmd/shenzhong -run NatsConf -update")
	}
}

// shippedServer runs the NATS server with deploy/nats.conf and new keys; only
// its ports and its folder are the test's.
func shippedServer(t *testing.T) (url, monitor, keys string) {
	t.Helper()
	keys = t.TempDir()
	mustSay(t, "ctl", "nats", "keys", keys)
	text, err := os.ReadFile(natsConf)
	if err != nil {
		t.Fatal(err)
	}
	opts, err := server.ProcessConfigFile(writeFile(t, keys, "nats.conf", text))
	if err != nil {
		t.Fatal(err)
	}
	if !opts.SyncAlways || opts.Host != "127.0.0.1" || opts.HTTPHost != "127.0.0.1" || len(opts.Nkeys) != len(contexts)+1 || len(opts.Users) > 0 {
		t.Fatalf("the settings read %+v", opts)
	}
	opts.Port, opts.HTTPPort, opts.StoreDir, opts.NoSigs, opts.NoLog = server.RANDOM_PORT, server.RANDOM_PORT, t.TempDir(), true, true
	s, err := server.NewServer(opts)
	if err != nil {
		t.Fatal(err)
	}
	go s.Start()
	t.Cleanup(func() { s.Shutdown(); s.WaitForShutdown() })
	if !s.ReadyForConnections(10 * time.Second) {
		t.Fatal("the NATS server does not start")
	}
	return s.ClientURL(), "http://" + s.MonitorAddr().String(), keys
}

// seedOf is a folder with the seed of one user, as its process gets it.
func seedOf(t *testing.T, keys, user string) string {
	t.Helper()
	seed, err := os.ReadFile(filepath.Join(keys, user+".seed"))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	writeFile(t, dir, user+".seed", seed)
	return dir
}

// TestShippedBrokerKeepsContextsApart runs two contexts, each with its own seed
// alone, through a server with the file that ships: facts travel, and neither
// may speak as the other.
func TestShippedBrokerKeepsContextsApart(t *testing.T) {
	url, monitor, keys := shippedServer(t)
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	dir := t.TempDir()
	if code, _, complained := program(t, "run", "identity", "--data", dir, "--nats", url, "--nats-monitor", monitor, "--nats-keys", seedOf(t, keys, "identity"), "--addr", "127.0.0.1:0"); code != exitFailed || complained == "" {
		t.Errorf("run before the streams were made: %d %s", code, complained)
	}
	operator := []string{"--nats", url, "--nats-monitor", monitor, "--nats-keys", keys, "--data", dir}
	if said := mustSay(t, append([]string{"ctl", "nats", "setup"}, operator...)...); !strings.Contains(said, strconv.Itoa(len(contexts))+" 个服务") {
		t.Errorf("set up: %s", said)
	}
	for _, name := range []string{"identity", "clue"} {
		start(ctx, t, "run", name, "--data", dir, "--nats", url, "--nats-monitor", monitor, "--nats-keys", seedOf(t, keys, name), "--addr", "127.0.0.1:0")
	}
	issue(t, dir, "500156-RY-sjb-001")
	heard := func() bool {
		r := reads[lagReport](t, append([]string{"ctl", "lag"}, operator...)...)
		for _, st := range r.Streams {
			for _, c := range st.Consumers {
				if st.Name == "sz-identity" && st.Messages == 1 && c.Reaction == "clue-tokens" && c.Pending+uint64(c.InHand) == 0 {
					return true
				}
			}
		}
		return false
	}
	for until := time.Now().Add(30 * time.Second); !heard(); time.Sleep(100 * time.Millisecond) {
		if time.Now().After(until) {
			t.Fatal("what identity said was not heard by clue")
		}
	}
	speaksOnlyAsItself(t, url, keys)
	if rebuilt := reads[[]rebuiltStream](t, append([]string{"ctl", "rebuild-stream", "identity"}, operator...)...); rebuilt[0].Facts != 1 {
		t.Errorf("rebuilt %+v", rebuilt)
	}
	for until := time.Now().Add(30 * time.Second); !heard(); time.Sleep(100 * time.Millisecond) {
		if time.Now().After(until) {
			t.Fatal("what identity said was not heard by clue after its stream was made anew")
		}
	}
}

// speaksOnlyAsItself publishes with the seed of clue under its own name and
// under that of identity.
func speaksOnlyAsItself(t *testing.T, url, keys string) {
	t.Helper()
	login, err := nats.NkeyOptionFromSeed(filepath.Join(keys, "clue.seed"))
	if err != nil {
		t.Fatal(err)
	}
	refused := make(chan error, 4)
	nc, err := nats.Connect(url, login, nats.CustomInboxPrefix("_INBOX_clue"), nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) { refused <- err }))
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	js, err := jetstream.New(nc)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := js.Publish(t.Context(), "sz.500156.clue.test.v1", []byte("not a fact")); err != nil {
		t.Errorf("clue may not speak as itself: %v", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
	defer cancel()
	if ack, err := js.Publish(ctx, "sz.500156.identity.token_issued.v1", []byte("{}")); err == nil {
		t.Errorf("clue spoke as identity: %+v", ack)
	}
	select {
	case err := <-refused:
		if !errors.Is(err, nats.ErrPermissionViolation) {
			t.Errorf("refused with %v", err)
		}
	case <-time.After(2 * time.Second):
		t.Error("the server refused nothing")
	}
	if _, err := nats.Connect(url); err == nil {
		t.Error("somebody without a key was let in")
	}
}

// TestRunRefusesABrokerThatMayForget asks a server that syncs now and then, and
// one that nobody can be asked about.
func TestRunRefusesABrokerThatMayForget(t *testing.T) {
	s, err := server.NewServer(&server.Options{
		Host: "127.0.0.1", Port: server.RANDOM_PORT, HTTPHost: "127.0.0.1", HTTPPort: server.RANDOM_PORT,
		JetStream: true, JetStreamMaxStore: 64 << 30, StoreDir: t.TempDir(), NoSigs: true, NoLog: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	go s.Start()
	t.Cleanup(func() { s.Shutdown(); s.WaitForShutdown() })
	if !s.ReadyForConnections(10 * time.Second) {
		t.Fatal("the NATS server does not start")
	}
	args := []string{"run", "identity", "--data", t.TempDir(), "--addr", "127.0.0.1:0", "--nats", s.ClientURL()}
	if code, _, complained := program(t, append(args, "--nats-monitor", "http://"+s.MonitorAddr().String())...); code != exitFailed || !strings.Contains(complained, "sync_interval: always") {
		t.Errorf("a server that syncs now and then: %d %s", code, complained)
	}
	if code, _, complained := program(t, args...); code != exitUsage || !strings.Contains(complained, "--nats-sync-asserted") {
		t.Errorf("a server that nobody was asked about: %d %s", code, complained)
	}
	closed, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if err := closed.Close(); err != nil {
		t.Fatal(err)
	}
	if code, _, complained := program(t, "run", "identity", "--data", t.TempDir(), "--addr", "127.0.0.1:0", "--nats", "nats://"+closed.Addr().String(), "--nats-sync-asserted"); code != exitFailed || complained == "" {
		t.Errorf("no server: %d %s", code, complained)
	}
}
