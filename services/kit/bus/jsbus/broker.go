package jsbus

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"strconv"
	"sync"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

// Embedded is a NATS server inside this process.
type Embedded struct {
	// Dir is where it stores its streams.
	Dir string
	// Listen is host:port for other processes; empty listens nowhere. Port 0
	// takes a free one.
	Listen string
	// Keys is the folder where the key of each user lies, made if missing, so
	// that other processes can log in. Without it the keys live and die with
	// this process.
	Keys string
	// MaxStore and MaxMemory bound what all streams together may take, in
	// bytes. 0 is 64 GiB and 64 MiB. The server's own default, three quarters
	// of the disk as it happens to be at the start, is never used.
	MaxStore, MaxMemory int64
}

// startWithin bounds how long a server may take to come up. An empty one takes
// some 30 ms, one that recovers large streams longer.
const startWithin = time.Minute

// errDown says that there is no embedded server at the moment.
var errDown = errors.New("the embedded server is down")

// broker is the embedded server. It stays the same while the server behind it
// is replaced.
type broker struct {
	opts *server.Options
	lock *os.File // on the folder

	mu     sync.Mutex
	now    *server.Server // guarded by mu; nil while it is down
	closed bool           // guarded by mu
}

func startBroker(e Embedded, users []*server.NkeyUser) (*broker, error) {
	orDefault(&e.MaxStore, 64<<30)
	orDefault(&e.MaxMemory, 64<<20)
	if e.Dir == "" {
		return nil, errors.New("bus: the embedded server has no folder for its streams")
	}
	opts := &server.Options{
		ServerName:         "shenzhong",
		JetStream:          true,
		StoreDir:           e.Dir,
		SyncAlways:         true,
		JetStreamMaxMemory: e.MaxMemory,
		JetStreamMaxStore:  e.MaxStore,
		Nkeys:              users,
		NoSigs:             true,
		DontListen:         e.Listen == "",
	}
	if e.Listen != "" {
		host, port, err := net.SplitHostPort(e.Listen)
		if err != nil {
			return nil, fmt.Errorf("bus: listen address %q: %w", e.Listen, err)
		}
		opts.Host = host
		if opts.Port, err = strconv.Atoi(port); err != nil {
			return nil, fmt.Errorf("bus: listen port %q: %w", port, err)
		}
		if opts.Port == 0 {
			opts.Port = server.RANDOM_PORT
		}
	}
	lock, err := hold(e.Dir)
	if err != nil {
		return nil, err
	}
	b := &broker{opts: opts, lock: lock}
	if err := b.start(); err != nil {
		return nil, errors.Join(err, lock.Close())
	}
	return b, nil
}

// start brings a new server up.
func (b *broker) start() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed || b.now != nil {
		return nil
	}
	s, err := server.NewServer(b.opts.Clone())
	if err != nil {
		return fmt.Errorf("make the embedded server: %w", err)
	}
	s.SetLoggerV2(serverLog{}, false, false, false)
	s.Start()
	if !s.ReadyForConnections(startWithin) || !s.JetStreamEnabled() {
		s.Shutdown()
		s.WaitForShutdown()
		return fmt.Errorf("start the embedded server in %s: it did not become ready", b.opts.StoreDir)
	}
	if c := s.JetStreamConfig(); !c.SyncAlways || c.MaxStore != b.opts.JetStreamMaxStore {
		s.Shutdown()
		s.WaitForShutdown()
		return errors.New("start the embedded server: it does not sync every write, or took its own bounds")
	}
	if addr, ok := s.Addr().(*net.TCPAddr); ok {
		b.opts.Port = addr.Port // a restart keeps it
	}
	b.now = s
	return nil
}

// room tries whether the disk of the server takes a file of some size.
func (b *broker) room() error {
	f, err := os.CreateTemp(b.opts.StoreDir, ".room-*")
	if err != nil {
		return err
	}
	_, err = f.Write(make([]byte, 4<<20))
	err = errors.Join(err, f.Sync(), f.Close(), os.Remove(f.Name()))
	if err != nil {
		return fmt.Errorf("write to the disk of the broker: %w", err)
	}
	return nil
}

// restart replaces the server by a new one on the same folder. Every connection
// ends.
func (b *broker) restart() error {
	b.stop()
	return b.start()
}

func (b *broker) stop() {
	b.mu.Lock()
	s := b.now
	b.now = nil
	b.mu.Unlock()
	if s != nil {
		s.Shutdown()
		s.WaitForShutdown()
	}
}

func (b *broker) close() {
	b.mu.Lock()
	again := b.closed
	b.closed = true
	b.mu.Unlock()
	b.stop()
	if again {
		return
	}
	if err := b.lock.Close(); err != nil {
		slog.WarnContext(context.Background(), "let go of the folder of the broker", "err", err)
	}
}

// InProcessConn connects to whichever server is up.
func (b *broker) InProcessConn() (net.Conn, error) {
	s := b.current()
	if s == nil {
		return nil, errDown
	}
	return s.InProcessConn()
}

func (b *broker) current() *server.Server {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.now
}

func (b *broker) address() string {
	s := b.current()
	if s == nil || b.opts.DontListen {
		return ""
	}
	return s.ClientURL()
}

// serverLog writes what the server has to say into ours. Its notices are
// details to us.
type serverLog struct{}

func (serverLog) say(level slog.Level, format string, args []any) {
	slog.Log(context.Background(), level, "nats server", "says", fmt.Sprintf(format, args...))
}

func (l serverLog) Noticef(format string, args ...any) { l.say(slog.LevelDebug, format, args) }
func (l serverLog) Warnf(format string, args ...any)   { l.say(slog.LevelWarn, format, args) }
func (l serverLog) Errorf(format string, args ...any)  { l.say(slog.LevelError, format, args) }
func (l serverLog) Fatalf(format string, args ...any)  { l.say(slog.LevelError, format, args) }
func (l serverLog) Debugf(format string, args ...any)  { l.say(slog.LevelDebug, format, args) }
func (l serverLog) Tracef(format string, args ...any)  { l.say(slog.LevelDebug, format, args) }
