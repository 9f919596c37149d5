// Package web is the edge: it turns a request into a call with an actor and a
// cause, and a fault into an answer in plain Chinese. It must never decide
// anything about a context, never log a body, and never let a detail of ours
// reach the person who asked.
package web

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"shenzhong/services/kit/clock"
	"shenzhong/services/kit/web/ui"
)

// What a request may cost. None of them is a limit of law.
const (
	bodyLimit    = 1 << 20 // bytes
	headLimit    = 16 << 10
	readTimeout  = 15 * time.Second
	writeTimeout = 60 * time.Second
	idleTimeout  = 60 * time.Second
	drainTimeout = 10 * time.Second
	workTimeout  = 15 * time.Second // where Config names none
)

// Config is all that a server stands on. Only Base, Version, Timeout and Site
// may be left zero.
type Config struct {
	Title   string // of the interface, as its documentation names it
	Version string
	// Base is the path under which the server is reached, "/mz/binzang", or
	// empty: a bureau has a column in the district's portal, not a site of its
	// own. A proxy passes it on; /livez and /readyz stay at the root.
	Base    string
	Clock   clock.Clock
	Tokens  Tokens
	Timeout time.Duration // how long one request may work; zero is 15 seconds
	// Ready reports settings and health for the operator, and an error while
	// the program cannot serve.
	Ready func(context.Context) (report any, err error)
	// Healthy is asked before every change. An error refuses the change: facts
	// that cannot be announced must not pile up.
	Healthy func() error
	Site    ui.Site // header, navigation and footer of the public pages
}

func (cfg Config) check() error {
	switch {
	case cfg.Title == "":
		return errors.New("web: no title")
	case cfg.Clock == nil, cfg.Tokens == nil, cfg.Ready == nil, cfg.Healthy == nil:
		return errors.New("web: clock, tokens, ready and healthy are all needed")
	case cfg.Base != "" && (!strings.HasPrefix(cfg.Base, "/") || strings.HasSuffix(cfg.Base, "/") || strings.ContainsAny(cfg.Base, "?#:*{}\\ ")):
		return fmt.Errorf("web: base path %q must begin with / and not end with it", cfg.Base)
	}
	return nil
}

// Server answers requests. Everything is mounted on it before it serves.
type Server struct {
	cfg   Config
	app   *fiber.App
	api   *API
	files map[string]*file
	skin  ui.Skin
}

// New makes a server that has its documentation and health but no operation
// and no page yet.
func New(cfg Config) (*Server, error) {
	if err := cfg.check(); err != nil {
		return nil, err
	}
	if cfg.Timeout == 0 {
		cfg.Timeout = workTimeout
	}
	speakChinese()
	files, err := load()
	if err != nil {
		return nil, err
	}
	s := &Server{cfg: cfg, files: files}
	s.skin = ui.Skin{Site: cfg.Site, Base: cfg.Base, Style: s.address("ui.css")}
	s.app = fiber.New(fiber.Config{
		// Fiber reuses what its Ctx returns. A register number kept in an event
		// must not change when the next request arrives.
		Immutable:             true,
		BodyLimit:             bodyLimit,
		ReadBufferSize:        headLimit,
		ReadTimeout:           readTimeout,
		WriteTimeout:          writeTimeout,
		IdleTimeout:           idleTimeout,
		CaseSensitive:         true,
		UnescapePath:          true,
		DisableStartupMessage: true,
		ErrorHandler:          s.fail,
	})
	s.app.Use(s.attend)
	s.health()
	s.serveFiles()
	s.api = newAPI(s)
	s.comfort()
	s.docs()
	return s, nil
}

// API is where contexts register their operations.
func (s *Server) API() *API { return s.api }

// Skin is what parts of a page need to know of the server: where its links lead.
func (s *Server) Skin() ui.Skin { return s.skin }

// Serve answers requests on ln until ctx ends, and then the ones it has begun.
func (s *Server) Serve(ctx context.Context, ln net.Listener) error {
	served := make(chan error, 1)
	go func() { served <- s.app.Listener(ln) }()
	select {
	case err := <-served:
		return fmt.Errorf("serve %s: %w", ln.Addr(), err)
	case <-ctx.Done():
	}
	err := s.app.ShutdownWithTimeout(drainTimeout)
	if closed := ln.Close(); closed != nil && !errors.Is(closed, net.ErrClosed) {
		err = errors.Join(err, closed)
	}
	if stopped := <-served; err == nil {
		err = stopped
	}
	if err != nil {
		return fmt.Errorf("stop serving %s: %w", ln.Addr(), err)
	}
	return nil
}

// Test answers one request without a network: for tests.
func (s *Server) Test(req *http.Request) (*http.Response, error) { return s.app.Test(req, -1) }
