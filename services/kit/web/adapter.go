package web

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gofiber/fiber/v2"
)

// adapter lets huma answer on a Fiber v2 app. The one that comes with huma
// brings the next major version of Fiber along; this one reads bodies as they
// were sent and never unpacks them.
type adapter struct {
	app  *fiber.App
	base string
}

// Handle routes one operation.
func (a adapter) Handle(op *huma.Operation, handler func(huma.Context)) {
	route := strings.NewReplacer("{", ":", "}", "").Replace(a.base + op.Path)
	a.app.Add(op.Method, route, func(c *fiber.Ctx) error {
		handler(&exchange{op: op, fiber: c, ctx: c.UserContext()})
		return nil
	})
}

// ServeHTTP answers a request of net/http, which huma's test tools use.
func (a adapter) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	resp, err := a.app.Test(r, -1)
	if err != nil {
		http.Error(w, "no answer", http.StatusBadGateway)
		return
	}
	defer func() { _ = resp.Body.Close() }() // it lies in memory
	for name, values := range resp.Header {
		w.Header()[name] = values
	}
	w.WriteHeader(resp.StatusCode)
	_, _ = io.Copy(w, resp.Body) // the reader has gone if it cannot be written
}

// exchange is one request and its answer, as huma sees them.
type exchange struct {
	op    *huma.Operation
	fiber *fiber.Ctx
	ctx   context.Context
}

var _ huma.Context = (*exchange)(nil)

// Operation is what was asked for.
func (e *exchange) Operation() *huma.Operation { return e.op }

// Context ends when the request has taken too long.
func (e *exchange) Context() context.Context { return e.ctx }

// WithContext is the exchange with another context.
func (e *exchange) WithContext(ctx context.Context) huma.Context {
	e.fiber.SetUserContext(ctx)
	return &exchange{op: e.op, fiber: e.fiber, ctx: ctx}
}

// TLS is nil behind a proxy.
func (e *exchange) TLS() *tls.ConnectionState { return e.fiber.Context().TLSConnectionState() }

// Version is the version of HTTP that was spoken.
func (e *exchange) Version() huma.ProtoVersion {
	return huma.ProtoVersion{Proto: e.fiber.Protocol(), ProtoMajor: 1, ProtoMinor: 1}
}

// Method is the method of the request.
func (e *exchange) Method() string { return e.fiber.Method() }

// Host is the host that was asked.
func (e *exchange) Host() string { return e.fiber.Hostname() }

// RemoteAddr is the other end of the connection.
func (e *exchange) RemoteAddr() string { return e.fiber.Context().RemoteAddr().String() }

// URL is the address that was asked for.
func (e *exchange) URL() url.URL {
	u, err := url.ParseRequestURI(e.fiber.OriginalURL())
	if err != nil { // the router understood it, so at least its path is known
		return url.URL{Path: e.fiber.Path()}
	}
	return *u
}

// Param is a parameter in the path.
func (e *exchange) Param(name string) string { return e.fiber.Params(name) }

// Query is a parameter behind the path.
func (e *exchange) Query(name string) string { return e.fiber.Query(name) }

// Header is a header of the request.
func (e *exchange) Header(name string) string { return e.fiber.Get(name) }

// EachHeader visits the headers of the request.
func (e *exchange) EachHeader(visit func(name, value string)) {
	for name, value := range e.fiber.Request().Header.All() {
		visit(string(name), string(value))
	}
}

// BodyReader reads the body from its beginning, as it was sent.
func (e *exchange) BodyReader() io.Reader { return bytes.NewReader(e.fiber.Request().Body()) }

// GetMultipartForm is the submitted form.
func (e *exchange) GetMultipartForm() (*multipart.Form, error) { return e.fiber.MultipartForm() }

// SetReadDeadline cannot help: the body was read before the operation began.
func (e *exchange) SetReadDeadline(time.Time) error {
	return errors.New("the body was read already")
}

// SetStatus sets the status of the answer.
func (e *exchange) SetStatus(code int) { e.fiber.Status(code) }

// Status is the status of the answer.
func (e *exchange) Status() int { return e.fiber.Response().StatusCode() }

// SetHeader sets a header of the answer.
func (e *exchange) SetHeader(name, value string) { e.fiber.Set(name, value) }

// AppendHeader adds a value to a header of the answer.
func (e *exchange) AppendHeader(name, value string) { e.fiber.Append(name, value) }

// BodyWriter writes the body of the answer.
func (e *exchange) BodyWriter() io.Writer { return e.fiber.Response().BodyWriter() }
