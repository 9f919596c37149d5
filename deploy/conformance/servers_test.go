package conformance

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/event"
	driver "go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"shenzhong/deploy/conformance/ferret"
	"shenzhong/services/kit/mongo"
)

// The environment names the servers besides FerretDB, which is always there.
const (
	mongoURI        = "SHENZHONG_TEST_MONGO"    // URI of a MongoDB server; databases of tests are dropped afterwards
	secantusProgram = "SHENZHONG_TEST_SECANTUS" // path of secantusd-py; make conformance installs it
)

// server is one that the suites are run against.
type server struct {
	name  string
	uri   string
	trial bool   // no MongoDB: mongo.Options.Trial
	alone bool   // replaces a document in two steps: viewtest.Backend.Alone
	draws string // how many games rapid plays: an emulator may read every document for each answer
}

// servers are all that this run was given. TestMain fills it.
var servers []server

func TestMain(m *testing.M) {
	ctx, cancel := context.WithCancel(context.Background())
	code, err := run(ctx, cancel, m)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(code)
}

// run starts the servers, runs the tests and stops what it started.
func run(ctx context.Context, cancel context.CancelFunc, m *testing.M) (code int, err error) {
	dir, err := os.MkdirTemp("", "conformance")
	if err != nil {
		return 1, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	uri, stopped, err := ferret.Start(ctx, dir+"/ferret", "127.0.0.1:0")
	if err != nil {
		return 1, err
	}
	defer func() {
		cancel()
		<-stopped
	}()
	servers = append(servers, server{name: "FerretDB", uri: uri, trial: true, alone: true, draws: "4"})
	if program := os.Getenv(secantusProgram); program != "" {
		uri, stop, err := startSecantus(ctx, program, dir+"/secantus")
		if err != nil {
			return 1, err
		}
		defer stop()
		servers = append(servers, server{name: "SecantusDB", uri: uri, trial: true, draws: "40"})
	} else if os.Getenv("CI") != "" {
		return 1, fmt.Errorf("%s is not set: run make conformance", secantusProgram)
	}
	if uri := os.Getenv(mongoURI); uri != "" {
		servers = append(servers, server{name: "MongoDB", uri: uri, draws: "100"})
	}
	for _, s := range servers {
		fmt.Println("conformance: running against", s.name)
	}
	if os.Getenv(mongoURI) == "" {
		fmt.Println("conformance: NOT running against MongoDB itself,", mongoURI, "is not set")
	}
	return m.Run(), nil
}

// startSecantus runs the server on a free port and waits until it answers.
func startSecantus(ctx context.Context, program, dir string) (uri string, stop func(), err error) {
	port, err := freePort()
	if err != nil {
		return "", nil, err
	}
	cmd := exec.CommandContext(ctx, program, "--port", port, "--storage-path", dir, "--log-level", "WARNING", "--cache-size", "256M", "--sync-on-commit")
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 10 * time.Second
	out, err := cmd.StderrPipe()
	if err != nil {
		return "", nil, err
	}
	if err := cmd.Start(); err != nil {
		return "", nil, fmt.Errorf("start SecantusDB: %w", err)
	}
	said := make(chan string, 1)
	go func() {
		var lines []string
		for scanner := bufio.NewScanner(io.LimitReader(out, 1<<20)); scanner.Scan(); {
			lines = append(lines, scanner.Text())
		}
		said <- strings.Join(lines, "\n")
	}()
	stop = func() {
		_ = cmd.Process.Signal(os.Interrupt) // it may have ended by itself
		<-said
		_ = cmd.Wait()
	}
	uri = "mongodb://127.0.0.1:" + port + "/"
	client, err := driver.Connect(options.Client().ApplyURI(uri).SetTimeout(30 * time.Second).SetServerSelectionTimeout(30 * time.Second))
	if err == nil {
		err = errors.Join(client.Ping(ctx, nil), client.Disconnect(ctx))
	}
	if err != nil {
		stop()
		return "", nil, fmt.Errorf("SecantusDB does not answer: %w", err)
	}
	return uri, stop, nil
}

// each runs a test against every server.
func each(t *testing.T, test func(*testing.T, server)) {
	for _, s := range servers {
		t.Run(s.name, func(t *testing.T) {
			if err := flag.Set("rapid.checks", s.draws); err != nil {
				t.Fatal(err)
			}
			test(t, s)
		})
	}
}

// databases counts those that were made, so that each test has its own.
var databases atomic.Int64

// database names a database that is dropped when the test ends.
func (s server) database(t testing.TB) string {
	t.Helper()
	name := fmt.Sprintf("shenzhong_test_%d_%d", os.Getpid(), databases.Add(1))
	t.Cleanup(func() {
		ctx := context.WithoutCancel(t.Context())
		client, err := driver.Connect(options.Client().ApplyURI(s.uri))
		if err == nil {
			err = errors.Join(client.Database(name).RunCommand(ctx, bson.D{{Key: "dropDatabase", Value: 1}}).Err(), client.Disconnect(ctx))
		}
		if err != nil {
			t.Errorf("drop %s: %v", name, err)
		}
	})
	return name
}

// open opens a database that is closed when the test ends.
func (s server) open(t testing.TB, database string, o mongo.Options) *mongo.DB {
	t.Helper()
	o.Trial = s.trial
	db, err := mongo.Open(t.Context(), s.uri, database, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

// watching is a monitor that hands on what was sent.
func watching(seen func(*event.CommandStartedEvent)) *event.CommandMonitor {
	return &event.CommandMonitor{Started: func(_ context.Context, e *event.CommandStartedEvent) { seen(e) }}
}

// freePort is a port that nobody listens at.
func freePort() (string, error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	_, port, err := net.SplitHostPort(ln.Addr().String())
	return port, errors.Join(err, ln.Close())
}
