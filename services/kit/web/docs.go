package web

import (
	"net/http"
	"sync"

	"github.com/gofiber/fiber/v2"

	"shenzhong/services/kit/web/ui"
)

// docsPolicy is the policy of the interface documentation alone. Its reader
// fills an empty style element by script, carries a font within itself and
// searches in a worker of its own making; nothing else is loosened, and what it
// would fetch from its maker's site is refused.
const docsPolicy = policy + "; style-src 'self' 'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='; font-src 'self' data:; worker-src 'self' blob:"

// docs serves the description of the interface and a page to read it in.
func (s *Server) docs() {
	describe := sync.OnceValues(func() (*file, error) { // everything is mounted before anything is served
		spec, err := s.api.OpenAPI()
		return newFile("application/openapi+json", spec), err
	})
	s.app.Get(s.cfg.Base+"/api/openapi.json", func(c *fiber.Ctx) error {
		spec, err := describe()
		if err != nil {
			return err
		}
		return spec.send(c)
	})
	page := ui.Docs(s.cfg.Title, s.cfg.Base+"/api/openapi.json", s.address("docs.css"), s.address("vendor/redoc.standalone.js"))
	s.app.Get(s.cfg.Base+"/api/docs", func(c *fiber.Ctx) error {
		c.Set(fiber.HeaderContentSecurityPolicy, docsPolicy)
		return show(c, http.StatusOK, page)
	})
}
