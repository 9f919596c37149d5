package drawweb

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"github.com/gofiber/fiber/v2"

	"shenzhong/services/draw/fdraw/verify"
	"shenzhong/services/kit/web"
	"shenzhong/services/kit/web/ui"
)

// prints are the SHA-256 digests of what is offered, to compare with a copy from
// elsewhere.
type prints struct{ draw, commit, python string }

// Nav is what the pages add to the main navigation.
func Nav() []ui.Link { return []ui.Link{{Text: "抽取核验", To: "/verify"}} }

// Programs are what anybody checks a draw with, and what a party makes its
// commitment with.
type Programs struct {
	check, commit *verify.Page
	python        []byte
}

// Load puts the programs together.
func Load() (*Programs, error) {
	check, err := verify.Draw()
	if err != nil {
		return nil, fmt.Errorf("page to verify: %w", err)
	}
	commit, err := verify.Commit()
	if err != nil {
		return nil, fmt.Errorf("page to commit: %w", err)
	}
	python, err := verify.Python()
	if err != nil {
		return nil, fmt.Errorf("program to verify: %w", err)
	}
	return &Programs{check: check, commit: commit, python: python}, nil
}

// Pages serves them as they are, so that a saved copy has the digest that is
// shown beside it and can be compared with a copy from elsewhere.
func (p *Programs) Pages(server *web.Server) {
	skin := server.Skin()
	digests := prints{draw: print256(p.check.HTML), commit: print256(p.commit.HTML), python: print256(p.python)}
	web.Page(server, "/verify", func(*fiber.Ctx) (ui.Page, error) {
		return ui.Page{Title: "抽取核验", Nav: "/verify", Body: tools(skin, digests)}, nil
	})
	web.Document(server, "/verify/draw.html", fiber.MIMETextHTMLCharsetUTF8, p.check.Policy, p.check.HTML)
	web.Document(server, "/verify/commit.html", fiber.MIMETextHTMLCharsetUTF8, p.commit.Policy, p.commit.HTML)
	web.Document(server, "/verify/verify.py", "text/x-python; charset=utf-8", "", p.python)
}

func print256(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}
