package web

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
)

type requestKey struct{}

// Request is the id of the request that ctx belongs to: what a citizen reads to
// the operator, and what the operator finds in the log.
func Request(ctx context.Context) string {
	id, _ := ctx.Value(requestKey{}).(string)
	return id
}

// policy is the content security policy of every answer: nothing from elsewhere
// and no script in a page. The interface documentation loosens the styles.
const policy = "default-src 'self'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'; img-src 'self' data:; object-src 'none'"

// guards are sent with every answer. Strict-Transport-Security is the proxy's,
// which alone knows whether the connection is encrypted.
var guards = map[string]string{
	"Content-Security-Policy":           policy,
	"Cross-Origin-Opener-Policy":        "same-origin",
	"Cross-Origin-Resource-Policy":      "same-origin",
	"Permissions-Policy":                "camera=(), geolocation=(), microphone=()",
	"Referrer-Policy":                   "same-origin",
	"X-Content-Type-Options":            "nosniff",
	"X-Frame-Options":                   "DENY",
	"X-Permitted-Cross-Domain-Policies": "none",
	"Cache-Control":                     "no-store",
}

// attend surrounds every request: it gives it an id, a time limit and one line
// in the log, and turns a panic into an answer.
func (s *Server) attend(c *fiber.Ctx) (err error) {
	began := s.cfg.Clock.Now()
	id := rand.Text()
	ctx, cancel := context.WithTimeout(context.WithValue(c.UserContext(), requestKey{}, id), s.cfg.Timeout)
	defer cancel()
	c.SetUserContext(ctx)
	s.greet(c, id)
	defer func() {
		if fallen := recover(); fallen != nil {
			slog.ErrorContext(ctx, "panic", "request", id, "panic", fmt.Sprint(fallen), "stack", string(debug.Stack()))
			c.Response().ResetBody()
			err = s.fail(c, fmt.Errorf("panic: %v", fallen))
		}
		s.note(c, id, s.cfg.Clock.Now().Sub(began))
	}()
	if err := readable(c); err != nil {
		return s.fail(c, err)
	}
	if err := c.Next(); err != nil {
		return s.fail(c, err)
	}
	return nil
}

// greet sets what every answer carries.
func (s *Server) greet(c *fiber.Ctx, id string) {
	for name, value := range guards {
		c.Set(name, value)
	}
	c.Set("X-Request-Id", id)
}

// note writes the one line about a request: which route, not which address, for
// an address can hold what a citizen typed.
func (s *Server) note(c *fiber.Ctx, id string, took time.Duration) {
	route := c.Route().Path
	if c.Response().StatusCode() == http.StatusNotFound && route == "/" {
		route = "none"
	}
	slog.InfoContext(c.UserContext(), "request", "request", id, "method", c.Method(), "route", route,
		"status", c.Response().StatusCode(), "ms", max(0, took.Milliseconds()), "bytes", len(c.Response().Body()))
}

// readable refuses what no handler could read: an address that is no text, and
// a compressed body, which may be any size once it is unpacked.
func readable(c *fiber.Ctx) error {
	if c.Get(fiber.HeaderContentEncoding) != "" {
		return refusal{http.StatusUnsupportedMediaType, "请不要压缩提交的内容，去掉 Content-Encoding 后重试"}
	}
	whole := writing(c.Path()) && !strings.ContainsAny(c.Path(), "\r\n\t")
	for name, value := range c.Context().QueryArgs().All() {
		whole = whole && writing(string(name)) && writing(string(value))
	}
	if !whole {
		return refusal{http.StatusBadRequest, "网址中有无法识别的文字，请检查后重试（应为 UTF-8 编码，不含控制字符）"}
	}
	return nil
}
