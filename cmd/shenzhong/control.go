package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"shenzhong/services/kit/bus"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/service"
)

// The door of a running up for operators (decision 0006): a socket in its data
// directory. Whoever may open it may open the stores as well, so it asks for no
// token; it is the broker inside the process that can be reached no other way.
const controlName = "control.sock"

// longestSocket is how long the path of a socket may be (sun_path).
const longestSocket = 100

// replayed is the answer to a replay.
type replayed struct {
	Took int `json:"took"` // how many facts took effect
}

// rebuilt is the answer to a rebuilding.
type rebuilt struct {
	Facts int `json:"facts"` // that the new stream got
}

// deedOn is what an operator wants done about a dead letter.
type deedOn struct {
	ID   string   `json:"id"`
	Deed bus.Deed `json:"deed"`
}

// control serves the door until the program ends. The caller holds the data
// directory.
func (s *system) control(ctx context.Context, dir string) (service.Part, error) {
	path := filepath.Join(dir, controlName)
	part := service.Part{Name: "control", Run: func(ctx context.Context) error { <-ctx.Done(); return nil }}
	if len(path) > longestSocket {
		slog.WarnContext(ctx, "the path of the data directory is too long for a control socket; shenzhong ctl can only read the stores", "path", path)
		return part, nil
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) { // of a process that was killed
		return part, fmt.Errorf("open the control socket: %w", err)
	}
	ln, err := (&net.ListenConfig{}).Listen(ctx, "unix", path)
	if err == nil {
		err = os.Chmod(path, 0o600)
	}
	if err != nil {
		return part, fmt.Errorf("open the control socket: %w", err)
	}
	server := &http.Server{Handler: s.controls(), ReadHeaderTimeout: 5 * time.Second}
	part.Run = func(ctx context.Context) error {
		stop := context.AfterFunc(ctx, func() { _ = server.Close() })
		defer stop()
		if err := server.Serve(ln); !errors.Is(err, http.ErrServerClosed) {
			return err
		}
		return nil
	}
	return part, nil
}

// controls are what can be asked through the door.
func (s *system) controls() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /lag", func(w http.ResponseWriter, r *http.Request) {
		answer(w, r, func(ctx context.Context) (lagReport, error) { return s.lag(ctx) })
	})
	mux.HandleFunc("POST /replay", func(w http.ResponseWriter, r *http.Request) {
		answer(w, r, func(ctx context.Context) (replayed, error) {
			var in deedOn
			if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
				return replayed{}, err
			}
			n, err := s.bus.Aside().Replay(ctx, in.ID, in.Deed)
			return replayed{n}, err
		})
	})
	mux.HandleFunc("POST /rebuild-stream/{context}", func(w http.ResponseWriter, r *http.Request) {
		answer(w, r, func(ctx context.Context) (rebuilt, error) {
			n, err := s.rebuild(ctx, r.PathValue("context"))
			return rebuilt{n}, err
		})
	})
	return mux
}

// rebuild makes the stream of one context anew.
func (s *system) rebuild(ctx context.Context, name string) (int, error) {
	r := s.room(name)
	if r == nil {
		return 0, fault.New(fault.NotFound, "没有名为“%s”的服务", name)
	}
	return s.bus.RebuildStream(ctx, name, r.base.log)
}

// refusal is what the door says when something did not work.
type refusal struct {
	Kind    fault.Kind `json:"kind"`
	Message string     `json:"message"`
}

func answer[T any](w http.ResponseWriter, r *http.Request, do func(context.Context) (T, error)) {
	out, err := do(r.Context())
	w.Header().Set("Content-Type", "application/json")
	enc := json.NewEncoder(w)
	if err == nil {
		err = enc.Encode(out)
	} else {
		w.WriteHeader(http.StatusConflict)
		err = enc.Encode(refusal{fault.KindOf(err), err.Error()})
	}
	if err != nil {
		slog.WarnContext(r.Context(), "answer an operator", "err", err)
	}
}

// errNotRunning says that no up runs on a data directory.
var errNotRunning = errors.New("no up runs on the data directory")

// askDoor asks the up that runs on dir, and decodes its answer into out.
// errNotRunning says that there is none.
func askDoor(ctx context.Context, dir, method, path string, in, out any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, method, "http://control"+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	var d net.Dialer
	transport := &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return d.DialContext(ctx, "unix", filepath.Join(dir, controlName))
	}}
	defer transport.CloseIdleConnections()
	resp, err := transport.RoundTrip(req)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ECONNREFUSED) || errors.Is(err, syscall.EINVAL) {
		return errNotRunning
	}
	if err != nil {
		return fmt.Errorf("ask the running program: %w", err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		var no refusal
		if err := json.NewDecoder(resp.Body).Decode(&no); err != nil {
			return fmt.Errorf("ask the running program: %w", err)
		}
		return fault.New(no.Kind, "%s", no.Message)
	}
	return json.NewDecoder(resp.Body).Decode(out)
}
