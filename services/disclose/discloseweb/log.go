package discloseweb

import (
	"context"
	"net/http"
	"strings"

	"github.com/gofiber/fiber/v2"

	"shenzhong/services/disclose"
	"shenzhong/services/disclose/publiclog"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/web"
	"shenzhong/services/kit/web/ui"
)

// binary is the media type of tiles.
const binary = "application/octet-stream"

// logPages serves the public log below /log as C2SP tlog-tiles has it, its page,
// and the proof of every public record.
func logPages(server *web.Server, s *disclose.Service) {
	skin := server.Skin()
	web.Page(server, "/log", func(c *fiber.Ctx) (ui.Page, error) {
		v, err := readLog(s)
		return ui.Page{Title: "公开日志", Nav: "/log", Body: logPage(skin, v)}, err
	})
	web.Serve(server, "/log/checkpoint", func(*fiber.Ctx) (web.Content, error) {
		text, err := s.Checkpoint()
		return web.Content{Type: web.Text, Body: []byte(text)}, err
	})
	web.Serve(server, "/log/keys", func(*fiber.Ctx) (web.Content, error) {
		keys, err := s.LogKeys()
		return web.Content{Type: web.Text, Body: []byte(strings.Join(keys, "\n") + "\n")}, err
	})
	witnessPages(server, s)
	web.Serve(server, "/log/state", func(*fiber.Ctx) (web.Content, error) {
		file, _, err := s.LogState()
		return web.Content{Type: web.Text, Body: []byte(file)}, err
	})
	web.Serve(server, "/log/tile/*", func(c *fiber.Ctx) (web.Content, error) {
		data, full, err := s.LogTile(c.UserContext(), "tile/"+c.Params("*"))
		return web.Content{Type: binary, Fixed: full, Body: data}, err
	})
	web.Serve(server, "/records/:id/proof", func(c *fiber.Ctx) (web.Content, error) {
		return proven(c, s, func(p publiclog.Proof) web.Content {
			return web.Content{Type: web.Text, Name: c.Params("id") + ".tlog-proof", Body: []byte(p.Text())}
		})
	})
	web.Serve(server, "/records/:id/document", func(c *fiber.Ctx) (web.Content, error) {
		return proven(c, s, func(p publiclog.Proof) web.Content {
			return web.Content{Type: fiber.MIMEApplicationJSON, Name: c.Params("id") + ".json", Body: []byte(p.Document)}
		})
	})
}

// mountLog registers what programs ask of the log beyond its files.
func mountLog(api *web.API, s *disclose.Service) {
	web.Get(api, web.Op{
		ID: "public-log-state", Path: "/public/log/state/{record}", Tag: public, Summary: "证明某一公示在日志中的现状", Public: true,
		Detail: "编号是日志中的随机编号，不是公示编号。清单中没有的编号，以前后相邻的两行证明从未公示。按 RFC 6962 核对。",
	}, func(_ context.Context, in *struct {
		Record string `path:"record" pattern:"^[0-9a-f]{32}$" patternDescription:"32 位十六进制" doc:"日志中的编号"`
	}) (*web.Out[publiclog.StateProof], error) {
		p, err := s.StateProof(in.Record)
		return web.Reply(p), err
	})
}

// proven answers with a part of the proof of a record, or, where it is no longer
// public, that it is gone: neither the document nor its salt is told to anybody.
func proven(c *fiber.Ctx, s *disclose.Service, part func(publiclog.Proof) web.Content) (web.Content, error) {
	c.Set("X-Robots-Tag", "noindex, noarchive")
	row, err := s.ShownRecord(c.UserContext(), c.Params("id"))
	if err != nil {
		return web.Content{}, err
	}
	if row.State != disclose.Published {
		return web.Content{Type: web.Text, Status: http.StatusGone, Body: []byte(ending(row) + "：" + row.Record.ID + "\n")}, nil
	}
	p, err := s.Proof(c.UserContext(), row.Record.ID)
	if err != nil {
		return web.Content{}, err
	}
	return part(p), nil
}

// logView is the log as its page shows it.
type logView struct {
	status     disclose.LogStatus
	checkpoint string
	head       publiclog.Head
	keys       []string
}

func readLog(s *disclose.Service) (logView, error) {
	v := logView{status: s.LogStatus()}
	var err error
	if v.keys, err = s.LogKeys(); err != nil || v.status.Stopped != "" {
		return v, err
	}
	v.checkpoint, err = s.Checkpoint()
	if fault.Is(err, fault.Early) {
		return v, nil
	}
	if err != nil {
		return v, err
	}
	v.head, err = publiclog.ParseHead(v.checkpoint)
	return v, err
}

// verifiable is the proof of a record as its page shows it: nothing where the
// log is not kept or has stopped, and not yet where no checkpoint covers it.
type verifiable struct {
	proof publiclog.Proof
	head  publiclog.Head
	soon  bool
	ok    bool
}

func provable(c *fiber.Ctx, s *disclose.Service, id string) (verifiable, error) {
	var v verifiable
	var err error
	v.proof, err = s.Proof(c.UserContext(), id)
	switch {
	case fault.Is(err, fault.Early):
		return verifiable{soon: true}, nil
	case fault.Is(err, fault.NotFound), fault.Is(err, fault.Unavailable):
		return v, nil
	case err != nil:
		return v, err
	}
	v.head, err = publiclog.ParseHead(v.proof.Checkpoint)
	v.ok = true
	return v, err
}
