package web

import (
	"log/slog"
	"net/http"

	"github.com/gofiber/fiber/v2"
)

// readiness is the answer of /readyz.
type readiness struct {
	Ready  bool   `json:"ready"`
	Reason string `json:"reason,omitempty"`
	Report any    `json:"report,omitempty"`
}

// health serves what a supervisor asks: whether the process runs, and whether
// it can serve. Both are at the root, whatever Base is; a proxy does not pass
// them on to the public.
func (s *Server) health() {
	s.app.Get("/livez", func(c *fiber.Ctx) error { return c.JSON(map[string]bool{"alive": true}) })
	s.app.Get("/readyz", func(c *fiber.Ctx) error {
		report, err := s.cfg.Ready(c.UserContext())
		if err != nil {
			slog.WarnContext(c.UserContext(), "not ready", "err", err)
			c.Set(fiber.HeaderRetryAfter, "5")
			return c.Status(http.StatusServiceUnavailable).JSON(readiness{Reason: err.Error(), Report: report})
		}
		return c.JSON(readiness{Ready: true, Report: report})
	})
}
