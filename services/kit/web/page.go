package web

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"

	"github.com/a-h/templ"
	"github.com/gofiber/fiber/v2"

	"shenzhong/services/kit/identity"
	"shenzhong/services/kit/web/ui"
)

// Page serves a public page below Config.Base. handler reads what it needs and
// returns what is to be shown; an error becomes a page that says what to do.
func Page(s *Server, path string, handler func(*fiber.Ctx) (ui.Page, error)) {
	s.app.Get(s.cfg.Base+path, func(c *fiber.Ctx) error {
		page, err := handler(c)
		if err != nil {
			return err
		}
		code := page.Status
		if code == 0 {
			code = http.StatusOK
		}
		return show(c, code, ui.Layout(s.skin, comforts(c), page))
	})
}

// TokenField is the field of a form in which whoever sends it types a token. A
// form has no session to be stolen: the token goes with it and is not kept.
const TokenField = "token"

// Form serves what a page sends. handler is given who sent it; an error becomes a
// page that says what to do.
func Form(s *Server, path string, handler func(*fiber.Ctx, identity.Actor) (ui.Page, error)) {
	s.app.Post(s.cfg.Base+path, func(c *fiber.Ctx) error {
		secret := strings.TrimSpace(c.FormValue(TokenField))
		if !secretShape.MatchString(secret) {
			return refusal{http.StatusUnauthorized, "令牌格式不正确，请填写系统管理员发放的令牌"}
		}
		actor, err := owner(c.UserContext(), s.cfg.Tokens, secret)
		if err != nil {
			return err
		}
		page, err := handler(c, actor)
		if err != nil {
			return err
		}
		return show(c, http.StatusOK, ui.Layout(s.skin, comforts(c), page))
	})
}

// show renders a component whole before the first byte is sent, so that a page
// that cannot be rendered becomes an error page and not half a page.
func show(c *fiber.Ctx, code int, component templ.Component) error {
	var out bytes.Buffer
	if err := component.Render(c.UserContext(), &out); err != nil {
		return fmt.Errorf("render %s: %w", c.Route().Path, err)
	}
	c.Set(fiber.HeaderContentType, fiber.MIMETextHTMLCharsetUTF8)
	return c.Status(code).Send(out.Bytes())
}

// fail answers an error: with a problem where a program asked, with a page
// where a person did.
func (s *Server) fail(c *fiber.Ctx, err error) error {
	if Request(c.UserContext()) == "" { // it could not be read to its end, so it was not attended
		id := rand.Text()
		c.SetUserContext(context.WithValue(c.UserContext(), requestKey{}, id))
		s.greet(c, id)
		defer s.note(c, id, 0)
	}
	ctx := c.UserContext()
	p := describe(ctx, err)
	for name, values := range p.GetHeaders() {
		c.Set(name, values[0])
	}
	if !strings.HasPrefix(c.Path(), s.cfg.Base+"/api/") {
		failed := ui.Page{Title: p.Title, Body: ui.Failure(s.skin, p.Title, p.Detail, p.Request)}
		err := show(c, p.Status, ui.Layout(s.skin, comforts(c), failed))
		if err == nil {
			return nil
		}
		slog.ErrorContext(ctx, "show failure", "request", p.Request, "err", err)
	}
	if err := c.Status(p.Status).JSON(p); err != nil {
		return errors.Join(err, c.SendStatus(http.StatusInternalServerError))
	}
	c.Set(fiber.HeaderContentType, p.ContentType(""))
	return nil
}

// comfort is the cookie that keeps how a reader wants pages to look.
const comfortCookie = "sz-look"

// comforts reads how the reader wants pages to look.
func comforts(c *fiber.Ctx) ui.Comfort {
	look := c.Cookies(comfortCookie)
	return ui.Comfort{Large: strings.Contains(look, "large"), Contrast: strings.Contains(look, "contrast"), Here: c.Path()}
}

// comfort serves the two switches of the reading aid. They are links, so they
// work without scripts; all they change is this reader's own cookie.
func (s *Server) comfort() {
	s.app.Get(s.cfg.Base+"/look", func(c *fiber.Ctx) error {
		var look []string
		for _, choice := range []string{"large", "contrast"} {
			if c.Query(choice) == "on" {
				look = append(look, choice)
			}
		}
		c.Cookie(&fiber.Cookie{
			Name: comfortCookie, Value: strings.Join(look, "."), Path: s.cfg.Base + "/",
			MaxAge: 365 * 24 * 3600, HTTPOnly: true, SameSite: fiber.CookieSameSiteLaxMode,
		})
		return c.Redirect(s.local(c.Query("back")), http.StatusSeeOther)
	})
}

// local is where to go back to: a page of this server, whatever was asked.
func (s *Server) local(back string) string {
	inside := strings.HasPrefix(back, s.cfg.Base+"/") && !strings.HasPrefix(back, "//") &&
		!strings.ContainsAny(back, "\\\r\n\t") && !strings.Contains(back, "/../")
	if inside {
		return back
	}
	return s.cfg.Base + "/"
}

// Document serves a page that is whole in itself and is sent as it is, with the
// content security policy that it brings, below Config.Base. Nothing of the site
// is around it, so that what is saved from here is what anybody else has.
func Document(s *Server, path, kind, policy string, body []byte) {
	s.app.Get(s.cfg.Base+path, func(c *fiber.Ctx) error {
		if policy != "" {
			c.Set(fiber.HeaderContentSecurityPolicy, policy)
		}
		c.Set(fiber.HeaderContentType, kind)
		return c.Send(body)
	})
}
