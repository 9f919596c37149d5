package web

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"sync"

	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/middleware/compress"

	"shenzhong/services/kit/web/ui"
)

// static is what pages load: nothing is loaded from elsewhere, for a bureau's
// network has no elsewhere. vendor.lock says where each file of others is from.
//
//go:embed static
var static embed.FS

// docsPolicy is the policy of the interface documentation alone. Its reader
// fills an empty style element by script, carries a font within itself and
// searches in a worker of its own making; nothing else is loosened, and what it
// would fetch from its maker's site is refused.
const docsPolicy = policy + "; style-src 'self' 'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='; font-src 'self' data:; worker-src 'self' blob:"

// files serves the static files. Their addresses carry a fingerprint of the
// content, so a browser may keep them for good.
func (s *Server) files() {
	s.app.Get(s.cfg.Base+"/static/*", compress.New(), func(c *fiber.Ctx) error {
		name := path.Clean(c.Params("*"))
		content, err := fs.ReadFile(static, path.Join("static", name))
		if err != nil {
			return refusal{http.StatusNotFound, plain[http.StatusNotFound]}
		}
		c.Set(fiber.HeaderContentType, mime.TypeByExtension(path.Ext(name)))
		if c.Query("v") == fingerprint(content) {
			c.Set(fiber.HeaderCacheControl, "public, max-age=31536000, immutable")
		} else {
			c.Set(fiber.HeaderCacheControl, "no-cache")
		}
		return c.Send(content)
	})
}

// asset is the address of a static file with its fingerprint.
func (s *Server) asset(name string) (string, error) {
	content, err := fs.ReadFile(static, path.Join("static", name))
	if err != nil {
		return "", fmt.Errorf("asset %s: %w", name, err)
	}
	return s.cfg.Base + "/static/" + name + "?v=" + fingerprint(content), nil
}

func fingerprint(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:6])
}

// docs serves the description of the interface and a page to read it in.
func (s *Server) docs() error {
	reader, err := s.asset("vendor/redoc.standalone.js")
	if err != nil {
		return err
	}
	style, err := s.asset("docs.css")
	if err != nil {
		return err
	}
	describe := sync.OnceValues(s.api.OpenAPI) // everything is mounted before anything is served
	s.app.Get(s.cfg.Base+"/api/openapi.json", compress.New(), func(c *fiber.Ctx) error {
		spec, err := describe()
		if err != nil {
			return err
		}
		c.Set(fiber.HeaderContentType, "application/openapi+json")
		return c.Send(spec)
	})
	s.app.Get(s.cfg.Base+"/api/docs", func(c *fiber.Ctx) error {
		c.Set(fiber.HeaderContentSecurityPolicy, docsPolicy)
		return show(c, http.StatusOK, ui.Docs(s.cfg.Title, s.cfg.Base+"/api/openapi.json", style, reader))
	})
	return nil
}
