package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
	"sync"

	"github.com/gofiber/fiber/v2"
)

// static is what pages load: nothing is loaded from elsewhere, for a bureau's
// network has no elsewhere. vendor.lock says where each file of others is from.
//
//go:embed static
var static embed.FS

// file is something that is sent as it is, packed once.
type file struct {
	kind    string
	content []byte
	print   string // of the content, part of its address
	packed  func() ([]byte, error)
}

func newFile(kind string, content []byte) *file {
	sum := sha256.Sum256(content)
	return &file{kind: kind, content: content, print: hex.EncodeToString(sum[:6]), packed: sync.OnceValues(func() ([]byte, error) {
		var out bytes.Buffer
		zip := gzip.NewWriter(&out)
		if _, err := zip.Write(content); err != nil {
			return nil, fmt.Errorf("pack: %w", err)
		}
		if err := zip.Close(); err != nil {
			return nil, fmt.Errorf("pack: %w", err)
		}
		return out.Bytes(), nil
	})}
}

// send answers with the file, packed where the browser can unpack it.
func (f *file) send(c *fiber.Ctx) error {
	c.Set(fiber.HeaderContentType, f.kind)
	c.Vary(fiber.HeaderAcceptEncoding)
	if !strings.Contains(c.Get(fiber.HeaderAcceptEncoding), "gzip") {
		return c.Send(f.content)
	}
	packed, err := f.packed()
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentEncoding, "gzip")
	return c.Send(packed)
}

// load reads the static files, by their path below static.
func load() (map[string]*file, error) {
	files := map[string]*file{}
	err := fs.WalkDir(static, "static", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := fs.ReadFile(static, name)
		if err != nil {
			return err
		}
		kind := mime.TypeByExtension(path.Ext(name))
		if kind == "" {
			kind = fiber.MIMETextPlainCharsetUTF8
		}
		files[strings.TrimPrefix(name, "static/")] = newFile(kind, content)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("load static files: %w", err)
	}
	return files, nil
}

// serveFiles serves the static files. Their addresses carry a print of the
// content, so a browser may keep them for good.
func (s *Server) serveFiles() {
	s.app.Get(s.cfg.Base+"/static/*", func(c *fiber.Ctx) error {
		f, ok := s.files[c.Params("*")]
		if !ok {
			return refusal{http.StatusNotFound, plain[http.StatusNotFound]}
		}
		c.Set(fiber.HeaderCacheControl, "no-cache")
		if c.Query("v") == f.print {
			c.Set(fiber.HeaderCacheControl, "public, max-age=31536000, immutable")
		}
		return f.send(c)
	})
}

// address is where a static file is served. A file that is not there has none.
func (s *Server) address(name string) string {
	f, ok := s.files[name]
	if !ok {
		return ""
	}
	return s.cfg.Base + "/static/" + name + "?v=" + f.print
}
