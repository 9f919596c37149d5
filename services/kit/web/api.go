package web

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"path"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"shenzhong/services/kit/fault"
)

// prefix is what the path of every operation begins with, below Config.Base.
const prefix = "/api/v1"

// scheme names the bearer token in the description of the interface.
const scheme = "token"

// API is the JSON interface, to which each context adds its operations.
type API struct {
	huma   huma.API
	server *Server
	room   string // package whose operation is being registered
}

// Op describes one operation.
type Op struct {
	ID      string // "clue-accept", of no other operation
	Path    string // below /api/v1, "/clues/{id}/accept"
	Tag     string // heading in the documentation, "线索"
	Summary string // one line, "签收线索"
	Detail  string // more, if need be
	Public  bool   // a citizen may call it without a token
	Status  int    // of success; zero is 200

	file string // media type of what Download answers with
}

// Out is what an operation answers with.
type Out[T any] struct{ Body T }

// Reply is an answer with that body.
func Reply[T any](body T) *Out[T] { return &Out[T]{Body: body} }

// Get registers an operation that changes nothing.
func Get[I, O any](api *API, op Op, do func(context.Context, *I) (*Out[O], error)) {
	register(api, http.MethodGet, op, do)
}

// Post registers an operation that may change something: Cause tells its do
// why. A request that was answered may be sent again with the same key.
func Post[I, O any](api *API, op Op, do func(context.Context, *I) (*Out[O], error)) {
	register(api, http.MethodPost, op, do)
}

func register[I, A any](api *API, method string, op Op, do func(context.Context, *I) (*A, error)) {
	described := api.describe(method, op)
	api.room = reflect.TypeFor[I]().PkgPath()
	huma.Register(api.huma, described, func(ctx context.Context, in *I) (*A, error) {
		out, err := do(ctx, in)
		if err != nil {
			return nil, describe(ctx, err)
		}
		if out == nil {
			return nil, describe(ctx, fmt.Errorf("operation %s answered nothing", op.ID))
		}
		return out, nil
	})
}

// newAPI makes the interface without an operation.
func newAPI(s *Server) *API {
	api := &API{server: s}
	format := huma.Format{Marshal: huma.DefaultJSONFormat.Marshal, Unmarshal: decode}
	config := huma.Config{
		OpenAPI: &huma.OpenAPI{
			OpenAPI: "3.1.0",
			Info: &huma.Info{Title: s.cfg.Title, Version: s.cfg.Version, Description: "除标明公开的以外，请求须带 Authorization: Bearer 令牌。" +
				"每次办理（POST）须带 Idempotency-Key：重试时用同一编号，不会重复办理。出错时按 RFC 9457 返回，detail 说明应当怎么做。"},
			Components: &huma.Components{
				Schemas:         huma.NewMapRegistry("#/components/schemas/", api.name),
				SecuritySchemes: map[string]*huma.SecurityScheme{scheme: {Type: "http", Scheme: "bearer", Description: "由系统管理员发放，只显示一次"}},
			},
		},
		// "json" is what problem+json is written with; admit refuses to read
		// anything but application/json.
		Formats:                      map[string]huma.Format{"application/json": format, "json": format},
		DefaultFormat:                "application/json",
		RejectUnknownQueryParameters: true,
	}
	if s.cfg.Base != "" {
		config.Servers = []*huma.Server{{URL: s.cfg.Base}}
	}
	api.huma = huma.NewAPI(config, adapter{app: s.app, base: s.cfg.Base})
	return api
}

// name is what a type is called in the description of the interface. Contexts
// do not know each other's types, so the context is part of the name.
func (a *API) name(t reflect.Type, hint string) string {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	room := t.PkgPath()
	if t.Name() == "" {
		room = a.room
	}
	name := huma.DefaultSchemaNamer(t, hint)
	room = strings.TrimSuffix(path.Base(room), "web")
	if room == "" || room == "." {
		return name
	}
	return strings.ToUpper(room[:1]) + room[1:] + name
}

// OpenAPI is the description of every operation registered so far, as JSON.
func (a *API) OpenAPI() ([]byte, error) {
	raw, err := json.Marshal(a.huma.OpenAPI())
	if err != nil {
		return nil, fmt.Errorf("describe the interface: %w", err)
	}
	return raw, nil
}

// describe makes the operation that huma registers.
func (a *API) describe(method string, op Op) huma.Operation {
	code := op.Status
	if code == 0 {
		code = http.StatusOK
	}
	out := huma.Operation{
		OperationID: op.ID, Method: method, Path: prefix + op.Path, DefaultStatus: code,
		Tags: []string{op.Tag}, Summary: op.Summary, Description: op.Detail,
		MaxBodyBytes: bodyLimit + 1,
		Responses:    map[string]*huma.Response{strconv.Itoa(code): {Description: "成功"}},
		Middlewares:  huma.Middlewares{a.admit(method, op.Public)},
	}
	if op.file != "" {
		binary := &huma.Schema{Type: huma.TypeString, Format: "binary"}
		out.Responses[strconv.Itoa(code)].Content = map[string]*huma.MediaType{op.file: {Schema: binary}}
	}
	// Without a token a public operation is open; with one that is not valid,
	// or is of somebody who may not, nothing is.
	refusals := []int{
		http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound, http.StatusUnsupportedMediaType,
		http.StatusUnprocessableEntity, http.StatusInternalServerError, http.StatusServiceUnavailable,
	}
	if !op.Public {
		out.Security = []map[string][]string{{scheme: {}}}
	}
	if method == http.MethodPost {
		refusals = append(refusals, http.StatusConflict, http.StatusRequestEntityTooLarge)
		out.Parameters = []*huma.Param{{
			Name: keyHeader, In: "header", Required: !op.Public, Description: "本次办理的唯一编号；重试时用同一编号",
			Schema: &huma.Schema{Type: huma.TypeString, Pattern: keyShape.String()},
		}}
	}
	schema := a.huma.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[Problem](), true, "Problem")
	for _, code := range refusals {
		out.Responses[strconv.Itoa(code)] = &huma.Response{
			Description: statuses[code].title,
			Content:     map[string]*huma.MediaType{"application/problem+json": {Schema: schema}},
		}
	}
	spec := a.huma.OpenAPI()
	if !slices.ContainsFunc(spec.Tags, func(t *huma.Tag) bool { return t.Name == op.Tag }) {
		spec.Tags = append(spec.Tags, &huma.Tag{Name: op.Tag})
	}
	return out
}

// admit lets a request through to its operation with its actor and its cause,
// or answers it.
func (a *API) admit(method string, public bool) func(huma.Context, func(huma.Context)) {
	return func(ctx huma.Context, next func(huma.Context)) {
		actor, err := identify(ctx, a.server.cfg.Tokens, public)
		if err != nil {
			a.refuse(ctx, err)
			return
		}
		ctx = huma.WithValue(ctx, actorKey{}, actor)
		if method == http.MethodPost {
			if err := a.open(ctx); err != nil {
				a.refuse(ctx, err)
				return
			}
			cause, err := commanded(ctx, actor, public)
			if err != nil {
				a.refuse(ctx, err)
				return
			}
			ctx = huma.WithValue(ctx, causeKey{}, cause)
		}
		next(ctx)
	}
}

// open refuses a change while facts cannot be announced, and a body that is not
// JSON.
func (a *API) open(ctx huma.Context) error {
	if err := a.server.cfg.Healthy(); err != nil {
		slog.WarnContext(ctx.Context(), "no admission", "request", Request(ctx.Context()), "err", err)
		return fault.New(fault.Unavailable, "系统繁忙，暂不能办理，已提交的事项不受影响；请稍后再试")
	}
	kind, params, err := mime.ParseMediaType(ctx.Header("Content-Type"))
	charset := params["charset"]
	if kind == "application/json" && err == nil && (charset == "" || strings.EqualFold(charset, "utf-8")) {
		return nil
	}
	if n, err := io.CopyN(io.Discard, ctx.BodyReader(), 1); n == 0 && errors.Is(err, io.EOF) && kind == "" {
		return nil // nothing was submitted, so nothing has a type
	}
	return refusal{status: http.StatusUnsupportedMediaType, words: plain[http.StatusUnsupportedMediaType]}
}

// refuse answers a request that gets no further.
func (a *API) refuse(ctx huma.Context, err error) {
	p := describe(ctx.Context(), err)
	for name, values := range p.GetHeaders() {
		ctx.SetHeader(name, values[0])
	}
	ctx.SetHeader("Content-Type", p.ContentType(""))
	ctx.SetStatus(p.Status)
	if err := a.huma.Marshal(ctx.BodyWriter(), "application/json", p); err != nil {
		slog.ErrorContext(ctx.Context(), "write refusal", "request", p.Request, "err", err)
	}
}
