package witness

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"strings"

	"shenzhong/services/disclose/publiclog"
	"shenzhong/services/kit/fault"
)

// requestLimit bounds a body, in bytes; the witness has a bound of its own that
// is a little lower.
const requestLimit = 128 << 10

// sizeType is the media type of the size that a witness has seen, at 409.
const sizeType = "text/x.tlog.size"

// Handler answers POST add-checkpoint below its root. Nothing else is there:
// what a witness says stands in the checkpoints of the log.
func Handler(w *publiclog.Witness) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /add-checkpoint", func(out http.ResponseWriter, in *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(out, in.Body, requestLimit))
		if err != nil {
			http.Error(out, "请求过长或者中断", http.StatusBadRequest)
			return
		}
		line, err := w.AddCheckpoint(string(body))
		var refusal *publiclog.Refusal
		switch {
		case err == nil:
			out.Header().Set("Content-Type", "text/plain; charset=utf-8")
			_, _ = io.WriteString(out, line) // who hung up asks again
		case errors.As(err, &refusal) && refusal.Code == http.StatusConflict:
			slog.InfoContext(in.Context(), "witness has seen more", "code", refusal.Code, "seen", refusal.Size, "why", refusal.Message)
			out.Header().Set("Content-Type", sizeType)
			out.WriteHeader(http.StatusConflict)
			_, _ = fmt.Fprintf(out, "%d\n", refusal.Size)
		case errors.As(err, &refusal):
			slog.WarnContext(in.Context(), "witness refused", "code", refusal.Code, "why", refusal.Message)
			http.Error(out, refusal.Message, refusal.Code)
		default:
			slog.ErrorContext(in.Context(), "witness", "err", err)
			http.Error(out, "见证方内部故障，请稍后重试", http.StatusInternalServerError)
		}
	})
	return mux
}

// HTTP asks witnesses over the network.
type HTTP struct {
	Client *http.Client // with a timeout
}

// answerLimit bounds an answer, in bytes: a few signature lines.
const answerLimit = 16 << 10

// Ask sends a request to the witness with that submission prefix and returns its
// lines. A witness that says no is a *publiclog.Refusal; one that cannot be
// reached is fault.Unavailable.
func (h HTTP) Ask(ctx context.Context, prefix, request string) (lines string, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, strings.TrimSuffix(prefix, "/")+"/add-checkpoint", bytes.NewReader([]byte(request)))
	if err != nil {
		return "", fault.New(fault.Invalid, "见证方网址“%s”不正确：%w", prefix, err)
	}
	resp, err := h.Client.Do(req)
	if err != nil {
		return "", fault.New(fault.Unavailable, "见证方 %s 没有应答：%w", prefix, err)
	}
	defer func() { _ = resp.Body.Close() }() // it was only read
	body, err := io.ReadAll(io.LimitReader(resp.Body, answerLimit))
	if err != nil {
		return "", fault.New(fault.Unavailable, "见证方 %s 的应答中断：%w", prefix, err)
	}
	switch resp.StatusCode {
	case http.StatusOK:
		return string(body), nil
	case http.StatusConflict:
		size, err := strconv.ParseInt(strings.TrimSuffix(string(body), "\n"), 10, 64)
		if err != nil || size < 0 {
			return "", fault.New(fault.Unavailable, "见证方 %s 的应答不合格式", prefix)
		}
		return "", &publiclog.Refusal{Code: resp.StatusCode, Size: size, Message: fmt.Sprintf("见证方已见过 %d 条", size)}
	case http.StatusBadRequest, http.StatusForbidden, http.StatusNotFound, http.StatusUnprocessableEntity:
		return "", &publiclog.Refusal{Code: resp.StatusCode, Message: strings.TrimSpace(string(body))}
	}
	return "", fault.New(fault.Unavailable, "见证方 %s 答复 %d，请稍后重试", prefix, resp.StatusCode)
}
