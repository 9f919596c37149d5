package bench

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"shenzhong/services/kit/clock"
	"shenzhong/services/kit/service"
)

// request is what a client sends again and again, as it stands on the wire, and
// the status that it must be answered with.
type request struct {
	wire   []byte
	status int
}

// complaint is a citizen's complaint that the matrix cannot route, as its sender
// does not know what offence it is.
func complaint() (request, error) {
	body, err := json.Marshal(map[string]string{
		"name": "某某殡仪服务部", "town": "巷口镇",
		"text": strings.Repeat("反映该服务部在办理业务时未明码标价，多收取费用且不开具票据，请核查。", 6),
	})
	return request{fmt.Appendf(nil,
		"POST /api/v1/clues HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", len(body), body), http.StatusCreated}, err
}

// get asks for what is public.
func get(path string) request {
	return request{fmt.Appendf(nil, "GET %s HTTP/1.1\r\nHost: bench\r\nAccept: application/json\r\n\r\n", path), http.StatusOK}
}

// side is one of the two that are compared: where it is asked, and what of it
// has been heard at the far end.
type side struct {
	addr  string
	ear   *ear
	parts []service.Part
	close func() error
}

// ear counts what the consumer has committed.
type ear struct {
	n atomic.Int64

	mu    sync.Mutex
	times []time.Duration // guarded by mu; from the first commit to that of the consumer
}

// heard notes one more, first committed at that time. Times are whole
// milliseconds, as the stores keep them.
func (e *ear) heard(since time.Time) {
	took := clock.System{}.Now().Sub(since)
	e.mu.Lock()
	e.times = append(e.times, took)
	e.mu.Unlock()
	e.n.Add(1)
}

// reset forgets what was heard.
func (e *ear) reset() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.times = nil
	e.n.Store(0)
}

func (e *ear) took() []time.Duration {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.times
}

// tally is one round of one side.
type tally struct {
	rate    float64         // carried to the consumer's commit, per second
	answers []time.Duration // from the request to its answer
	through []time.Duration // from the first commit to the consumer's
}

// drive has clients ask as fast as they are answered for that long, and waits
// until the consumer has committed all that was acknowledged.
func (s *side) drive(ctx context.Context, clients int, lasting time.Duration) (tally, error) {
	s.ear.reset()
	ask, err := complaint()
	if err != nil {
		return tally{}, err
	}
	watch := clock.Stopwatch()
	out := tally{}
	if out.answers, err = ask.by(ctx, s.addr, clients, func() bool { return watch() < lasting }); err != nil {
		return tally{}, err
	}
	for s.ear.n.Load() < int64(len(out.answers)) {
		if err := pause(ctx); err != nil {
			return tally{}, fmt.Errorf("%d of %d arrived: %w", s.ear.n.Load(), len(out.answers), err)
		}
	}
	out.rate, out.through = float64(len(out.answers))/watch().Seconds(), s.ear.took()
	return out, nil
}

func pause(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(time.Millisecond):
		return nil
	}
}

// by has clients ask at addr, each on a connection of its own, while more is
// wanted, and returns how long each answer took.
func (r request) by(ctx context.Context, addr string, clients int, more func() bool) (took []time.Duration, errs error) {
	var (
		all sync.WaitGroup
		mu  sync.Mutex
	)
	for range clients {
		all.Go(func() {
			times, err := r.again(ctx, addr, more)
			mu.Lock()
			defer mu.Unlock()
			took, errs = append(took, times...), errors.Join(errs, err)
		})
	}
	all.Wait()
	return took, errs
}

// again asks on one connection while more is wanted.
func (r request) again(ctx context.Context, addr string, more func() bool) (took []time.Duration, err error) {
	c, err := call(ctx, addr)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, c.conn.Close()) }()
	for more() {
		watch := clock.Stopwatch()
		if _, err := c.ask(r); err != nil {
			return took, err
		}
		took = append(took, watch())
	}
	return took, nil
}

// caller is one connection. It writes a request as it is: what a client costs
// it takes from the server, which runs on the same machine.
type caller struct {
	conn net.Conn
	in   *bufio.Reader
}

func call(ctx context.Context, addr string) (*caller, error) {
	var dial net.Dialer
	conn, err := dial.DialContext(ctx, "tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("connect: %w", err)
	}
	return &caller{conn: conn, in: bufio.NewReader(conn)}, nil
}

// ask sends the request and returns the body of the answer.
func (c *caller) ask(r request) (answer []byte, err error) {
	if _, err := c.conn.Write(r.wire); err != nil {
		return nil, fmt.Errorf("ask: %w", err)
	}
	resp, err := http.ReadResponse(c.in, nil)
	if err != nil {
		return nil, fmt.Errorf("read answer: %w", err)
	}
	defer func() { err = errors.Join(err, resp.Body.Close()) }()
	if answer, err = io.ReadAll(resp.Body); err != nil {
		return nil, fmt.Errorf("read answer: %w", err)
	}
	if resp.StatusCode != r.status {
		return nil, fmt.Errorf("answered %s: %s", resp.Status, answer)
	}
	return answer, nil
}
