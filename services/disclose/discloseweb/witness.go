package discloseweb

import (
	"context"
	"net/http"

	"github.com/gofiber/fiber/v2"

	"shenzhong/services/disclose"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/web"
	"shenzhong/services/kit/web/ui"
	"shenzhong/services/kit/workday"
)

// witnessPages serves who the witnesses of the log are, and the newest checkpoint
// that a quorum of them has seen.
func witnessPages(server *web.Server, s *disclose.Service) {
	web.Serve(server, "/log/policy", func(*fiber.Ctx) (web.Content, error) {
		text, err := s.LogPolicy()
		return web.Content{Type: web.Text, Body: []byte(text)}, err
	})
	web.Serve(server, "/log/witnessed", func(*fiber.Ctx) (web.Content, error) {
		text, err := s.WitnessedCheckpoint()
		if fault.Is(err, fault.Early) {
			return web.Content{Type: web.Text, Status: http.StatusNotFound, Body: []byte(err.Error() + "\n")}, nil
		}
		return web.Content{Type: web.Text, Body: []byte(text)}, err
	})
}

type cosignBody struct {
	Checkpoint string `json:"checkpoint" maxLength:"65536" doc:"见证方送回的联署文件全文：检查点及其签名行"`
}

// mountWitness takes what witnesses send back on a USB stick.
func mountWitness(api *web.API, s *disclose.Service) {
	web.Post(api, web.Op{
		ID: "log-cosign", Path: "/log/cosignatures", Tag: staff, Summary: "导入见证方以文件送回的联署",
		Detail: "联署由见证方的密钥证明，导入的人不能改动。按见证政策达到法定数目后，抽取方可越过揭示一步。",
	}, func(ctx context.Context, in *struct{ Body cosignBody }) (*web.Out[disclose.LogStatus], error) {
		status, err := s.Cosign(ctx, web.Actor(ctx), in.Body.Checkpoint)
		return web.Reply(status), err
	})
}

// lookedTone is the tone of how recently the witnesses looked.
func lookedTone(w disclose.Witnessed) ui.Tone {
	switch {
	case w.State == disclose.Red:
		return ui.Bad
	case w.State == disclose.Green && !w.At.IsZero():
		return ui.Good
	}
	return ui.Warn
}

// looked is how recently the witnesses looked, in words.
func looked(w disclose.Witnessed) string {
	switch {
	case w.State == disclose.Red:
		return "见证已中断超过 72 小时"
	case w.State == disclose.Amber:
		return "见证已延迟超过 24 小时"
	case w.At.IsZero():
		return "等待见证方首次联署"
	}
	return "见证正常"
}

// lookedAt is when a quorum last looked.
func lookedAt(w disclose.Witnessed) string {
	if w.At.IsZero() {
		return "尚未达到法定数目"
	}
	return w.At.In(workday.Zone).Format("2006-01-02 15:04")
}

// witnesses lists each of them.
func witnesses(w disclose.Witnessed) [][2]string {
	var out [][2]string
	for _, one := range w.Witnesses {
		word := "未参加最近一次联署"
		if !one.At.IsZero() {
			word = one.At.In(workday.Zone).Format("2006-01-02 15:04") + " 联署"
		}
		out = append(out, [2]string{one.Name, word})
	}
	return out
}
