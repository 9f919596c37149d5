package web

import (
	"mime"
	"net/http"

	"github.com/gofiber/fiber/v2"
)

// Content is a public answer that is neither a page nor JSON: bytes that anybody
// may read, from a page of any other site too.
type Content struct {
	Type   string // media type
	Name   string // under which a browser keeps it as a file; empty shows it
	Fixed  bool   // what is at this address never changes: caches may keep it for good
	Status int    // zero is 200
	Body   []byte
}

// Text is the media type of text.
const Text = fiber.MIMETextPlainCharsetUTF8

// Serve serves content below Config.Base. Nobody keeps what is not Fixed: what
// is withdrawn must not live on in a cache.
func Serve(s *Server, path string, handler func(*fiber.Ctx) (Content, error)) {
	s.app.Get(s.cfg.Base+path, func(c *fiber.Ctx) error {
		out, err := handler(c)
		if err != nil {
			return err
		}
		c.Set(fiber.HeaderAccessControlAllowOrigin, "*")
		c.Set("Cross-Origin-Resource-Policy", "cross-origin")
		if out.Fixed {
			c.Set(fiber.HeaderCacheControl, "public, max-age=31536000, immutable")
		}
		if out.Name != "" {
			c.Set(fiber.HeaderContentDisposition, mime.FormatMediaType("attachment", map[string]string{"filename": out.Name}))
		}
		c.Set(fiber.HeaderContentType, out.Type)
		if out.Status == 0 {
			out.Status = http.StatusOK
		}
		return c.Status(out.Status).Send(out.Body)
	})
}
