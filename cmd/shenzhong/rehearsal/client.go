package rehearsal

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// problem is a refusal as the interface tells it.
type problem struct {
	Status int    `json:"status"`
	Detail string `json:"detail"`
	Errors []struct {
		Field   string `json:"field"`
		Message string `json:"message"`
	} `json:"errors"`
	path string
}

// Error is the refusal in words.
func (p *problem) Error() string {
	text := fmt.Sprintf("%s：%d %s", p.path, p.Status, p.Detail)
	for _, e := range p.Errors {
		text += fmt.Sprintf("；%s %s", e.Field, e.Message)
	}
	return text
}

// busyPause is how long to wait before asking again a server that is busy.
const busyPause = 100 * time.Millisecond

// send makes one request and repeats it with the same key while the server says
// that it is busy, or that it does not know the caller yet: a token travels.
func (c *client) send(method, context, path string, body, out any) (*problem, error) {
	if c.p.err != nil {
		return nil, c.p.err
	}
	c.p.key++
	key := fmt.Sprintf("rehearsal-%06d", c.p.key)
	for tries := 0; ; tries++ {
		refusal, err := c.once(method, context, path, key, body, out)
		if err != nil || refusal == nil {
			return refusal, err
		}
		waits := refusal.Status == http.StatusServiceUnavailable || refusal.Status == http.StatusTooManyRequests
		if !waits || tries > 100 {
			return refusal, nil
		}
		time.Sleep(busyPause)
	}
}

func (c *client) once(method, context, path, key string, body, out any) (*problem, error) {
	var content io.Reader
	if body != nil {
		raw, err := json.Marshal(body)
		if err != nil {
			return nil, fmt.Errorf("encode %s: %w", path, err)
		}
		content = bytes.NewReader(raw)
	}
	at := c.p.Stage.URL(context) + "/api/v1" + path
	req, err := http.NewRequestWithContext(c.p.ctx, method, at, content)
	if err != nil {
		return nil, fmt.Errorf("ask %s: %w", path, err)
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if method == http.MethodPost {
		req.Header.Set("Idempotency-Key", key)
	}
	if c.who.account != "" {
		req.Header.Set("Authorization", "Bearer "+c.p.tokens[c.who.account])
	}
	answer, err := c.p.Client.Do(req)
	if err != nil {
		return nil, fmt.Errorf("ask %s: %w", path, err)
	}
	defer func() { _ = answer.Body.Close() }()
	raw, err := io.ReadAll(answer.Body)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	if answer.StatusCode >= http.StatusBadRequest {
		refusal := &problem{Status: answer.StatusCode, Detail: strings.TrimSpace(string(raw)), path: path}
		_ = json.Unmarshal(raw, refusal) // what is no problem document is told as it came
		return refusal, nil
	}
	if out == nil {
		return nil, nil
	}
	if text, ok := out.(*string); ok {
		*text = string(raw)
		return nil, nil
	}
	if err := json.Unmarshal(raw, out); err != nil {
		return nil, fmt.Errorf("decode %s: %w", path, err)
	}
	return nil, nil
}
