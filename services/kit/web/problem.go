package web

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strconv"
	"unicode"

	"github.com/gofiber/fiber/v2"

	"shenzhong/services/kit/fault"
)

// Problem is how every refusal is told: RFC 9457 problem details.
type Problem struct {
	Title   string `json:"title" doc:"问题的种类，供人阅读" example:"目前不能办理"`
	Status  int    `json:"status" doc:"HTTP 状态码" example:"409"`
	Detail  string `json:"detail" doc:"哪里不对、应当怎么做" example:"线索目前为“已签收”，不能退回"`
	Kind    string `json:"kind" doc:"问题的种类，供程序判断" example:"conflict"`
	Request string `json:"request" doc:"本次请求的编号，联系管理员时请提供" example:"K3UQ6ZKN5YJ4TPJHQLX2W7DMBE"`
	Errors  []Flaw `json:"errors,omitempty" nullable:"false" doc:"逐项说明"`
	retry   int    // seconds, 0 = retrying does not help
}

// Flaw is one thing to put right in what was submitted.
type Flaw struct {
	Field   string `json:"field" doc:"哪一项" example:"uscc"`
	Message string `json:"message" doc:"应当怎么改" example:"应为 18 位统一社会信用代码"`
}

// Error is the detail.
func (p *Problem) Error() string { return p.Detail }

// GetStatus is the status to answer with.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType names problem details for what they are.
func (p *Problem) ContentType(string) string { return "application/problem+json" }

// GetHeaders are the headers that go with the problem.
func (p *Problem) GetHeaders() http.Header {
	h := http.Header{}
	if p.retry > 0 {
		h.Set("Retry-After", strconv.Itoa(p.retry))
	}
	if p.Status == http.StatusUnauthorized {
		h.Set("WWW-Authenticate", `Bearer realm="shenzhong"`)
	}
	return h
}

// answer is what one kind of fault becomes.
type answer struct {
	status int
	retry  int    // seconds
	words  string // where the fault has no words for the person who asked
}

// answers is the only place where a kind of fault becomes a status.
var answers = map[fault.Kind]answer{
	fault.Invalid:     {http.StatusUnprocessableEntity, 0, "提交的内容不符合要求，请核对后重新提交"},
	fault.Denied:      {http.StatusForbidden, 0, "您无权办理此事项，请联系本单位管理员"},
	fault.NotFound:    {http.StatusNotFound, 0, "没有找到，请核对编号或网址"},
	fault.Conflict:    {http.StatusConflict, 0, "目前不能办理此事项，请刷新后核对办理状态"},
	fault.Early:       {http.StatusServiceUnavailable, 2, "相关信息尚在处理，请稍后再试"},
	fault.Unavailable: {http.StatusServiceUnavailable, 5, "系统繁忙，请稍后再试"},
	fault.Internal:    {http.StatusInternalServerError, 0, "系统出现内部错误，请稍后再试；如仍出现，请将请求编号告知管理员"},
}

// status is how a status that an answer can have is named: for people, and for
// programs.
type status struct{ title, kind string }

// statuses lists every status that this edge answers a refusal with.
var statuses = map[int]status{
	http.StatusBadRequest:                  {"请求无法识别", "malformed"},
	http.StatusUnauthorized:                {"尚未登录", "unauthenticated"},
	http.StatusForbidden:                   {"无权办理", "denied"},
	http.StatusNotFound:                    {"没有找到", "not_found"},
	http.StatusMethodNotAllowed:            {"请求方式不正确", "method"},
	http.StatusRequestTimeout:              {"提交超时", "timeout"},
	http.StatusConflict:                    {"目前不能办理", "conflict"},
	http.StatusRequestEntityTooLarge:       {"提交的内容过大", "too_large"},
	http.StatusUnsupportedMediaType:        {"内容格式不正确", "media_type"},
	http.StatusUnprocessableEntity:         {"内容不符合要求", "invalid"},
	http.StatusRequestHeaderFieldsTooLarge: {"请求头过大", "header_too_large"},
	http.StatusInternalServerError:         {"系统内部错误", "internal"},
	http.StatusServiceUnavailable:          {"暂时不能办理", "unavailable"},
}

// plain is what is said about a status when nothing more is known.
var plain = map[int]string{
	http.StatusBadRequest:                  "请求无法识别，请对照接口文档检查",
	http.StatusUnauthorized:                "令牌无效、已到期或已吊销，请联系本单位管理员重新申请",
	http.StatusNotFound:                    answers[fault.NotFound].words,
	http.StatusMethodNotAllowed:            "此网址不支持这种请求方式，请对照接口文档检查",
	http.StatusRequestTimeout:              "内容没有在规定时间内传完，请检查网络后重试",
	http.StatusRequestEntityTooLarge:       "提交的内容超过 1 MB，请精简后重新提交",
	http.StatusUnsupportedMediaType:        "请以 Content-Type: application/json 提交 UTF-8 编码的 JSON",
	http.StatusUnprocessableEntity:         answers[fault.Invalid].words,
	http.StatusRequestHeaderFieldsTooLarge: "请求头过大，请清除本站 Cookie 后重试",
	http.StatusInternalServerError:         answers[fault.Internal].words,
}

// refusal is an error of the edge itself, with its status.
type refusal struct {
	status int
	words  string
}

func (r refusal) Error() string { return r.words }

// describe turns an error into a problem, and logs what only the operator may
// see.
func describe(ctx context.Context, err error) *Problem {
	var known *Problem
	if errors.As(err, &known) {
		return known
	}
	var own refusal
	if errors.As(err, &own) {
		return problem(ctx, own.status, own.words)
	}
	var routed *fiber.Error
	if errors.As(err, &routed) {
		if _, ok := statuses[routed.Code]; ok {
			return problem(ctx, routed.Code, "")
		}
	}
	return fromFault(ctx, err)
}

func fromFault(ctx context.Context, err error) *Problem {
	kind, late := fault.KindOf(err), errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled)
	if late {
		kind = fault.Unavailable
	}
	reply, ok := answers[kind]
	if !ok {
		kind, reply = fault.Internal, answers[fault.Internal]
	}
	words, field := "", ""
	var f *fault.Fault
	if errors.As(err, &f) && kind != fault.Internal {
		words, field = f.Message, f.Field
	}
	switch {
	case late:
		words = "办理超时，尚不确定是否成功；请用同一个 Idempotency-Key 重新提交，不会重复办理"
	case !chinese(words):
		words = reply.words
	}
	p := problem(ctx, reply.status, words)
	p.Kind, p.retry = string(kind), reply.retry
	if field != "" {
		p.Errors = []Flaw{{Field: field, Message: words}}
	}
	switch {
	case kind == fault.Internal:
		slog.ErrorContext(ctx, "refused", "request", p.Request, "kind", p.Kind, "err", err)
	case reply.status >= http.StatusInternalServerError:
		slog.WarnContext(ctx, "refused", "request", p.Request, "kind", p.Kind, "err", err)
	}
	return p
}

// problem is a refusal with that status. Empty words are those of the status.
func problem(ctx context.Context, code int, words string) *Problem {
	if words == "" {
		words = plain[code]
	}
	return &Problem{Title: statuses[code].title, Status: code, Detail: words, Kind: statuses[code].kind, Request: Request(ctx)}
}

// chinese reports whether words are meant for the people of this country: a
// message without a Chinese character is one of a library or for the log.
func chinese(words string) bool {
	for _, r := range words {
		if unicode.Is(unicode.Han, r) {
			return true
		}
	}
	return false
}
