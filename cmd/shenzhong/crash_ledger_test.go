//go:build crash

package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"shenzhong/services/kit/identity"
)

// act is one command as whoever gave it remembers it.
type act struct {
	context string // that was asked
	path    string
	account string // empty for a citizen
	cause   string // under which the store knows it
	subject string // of the entity it changes; of a new one known from the answer
	acked   bool
}

// ledger is what the clients of a system know of it: which commands they gave,
// and which of them were acknowledged.
type ledger struct {
	where  *places
	tokens map[string]string // by account
	client *http.Client

	mu      sync.Mutex
	acts    []*act // guarded by mu, as all below
	keys    int
	refused map[int]int // answers that were no acknowledgement, by status
	wrong   []string    // what should never have been answered
}

func newLedger(where *places, tokens map[string]string) *ledger {
	return &ledger{
		where: where, tokens: tokens, refused: map[int]int{},
		client: &http.Client{Timeout: 20 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 16}},
	}
}

// cut ends the connections to a system that was killed or stopped.
func (l *ledger) cut() { l.client.CloseIdleConnections() }

// acked returns the acknowledged commands from the n-th given on, and how many
// were given by now.
func (l *ledger) acked(n int) (acked []*act, given int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, a := range l.acts[n:] {
		if a.acked {
			acked = append(acked, a)
		}
	}
	return acked, len(l.acts)
}

// mistakes are answers that should not have been given.
func (l *ledger) mistakes() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.wrong
}

// busyPause is how long a client waits before it asks again.
const askAgain = 30 * time.Millisecond

// give gives a command and repeats it under the same key until it is
// acknowledged or ctx ends. names finds in the answer which entity was made,
// where the sender cannot know.
func (l *ledger) give(ctx context.Context, account, service, subject, path string, body, answer any, names func() string) bool {
	var raw []byte
	if body != nil {
		var err error
		if raw, err = json.Marshal(body); err != nil {
			panic(err) // of a map of strings and numbers
		}
	}
	l.mu.Lock()
	l.keys++
	key := fmt.Sprintf("crash-%07d", l.keys)
	a := &act{context: service, path: path, account: account, subject: subject, cause: causeOf(account, key, path, raw)}
	l.acts = append(l.acts, a)
	l.mu.Unlock()
	for ctx.Err() == nil {
		status, got, err := l.ask(ctx, http.MethodPost, account, service, path, key, raw)
		if err == nil && status < 300 {
			if answer != nil {
				err = json.Unmarshal(got, answer)
			}
			if err == nil {
				l.mu.Lock()
				a.acked = true
				if names != nil {
					a.subject = names()
				}
				l.mu.Unlock()
				return true
			}
		}
		l.note(account, path, status, got, err)
		pause(ctx, askAgain)
	}
	return false
}

// read reads until it is answered or ctx ends.
func (l *ledger) read(ctx context.Context, account, service, path string, answer any) bool {
	for ctx.Err() == nil {
		status, got, err := l.ask(ctx, http.MethodGet, account, service, path, "", nil)
		if err == nil && status == http.StatusOK && json.Unmarshal(got, answer) == nil {
			return true
		}
		l.note(account, path, status, got, err)
		pause(ctx, askAgain)
	}
	return false
}

// note keeps what was answered instead of an acknowledgement. Only a system that
// is away or busy may do so.
func (l *ledger) note(account, path string, status int, got []byte, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.refused[status]++
	if err == nil && status != http.StatusServiceUnavailable && status != http.StatusTooManyRequests {
		l.wrong = append(l.wrong, fmt.Sprintf("%s by %q: %d %s", path, account, status, bytes.TrimSpace(got)))
	}
}

// ask makes one request.
func (l *ledger) ask(ctx context.Context, method, account, service, path, key string, body []byte) (int, []byte, error) {
	url := l.where.of(service)
	if url == "" {
		return 0, nil, fmt.Errorf("%s is away", service)
	}
	req, err := http.NewRequestWithContext(ctx, method, url+"/api/v1"+path, bytes.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if key != "" {
		req.Header.Set("Idempotency-Key", key)
	}
	if account != "" {
		req.Header.Set("Authorization", "Bearer "+l.tokens[account])
	}
	answer, err := l.client.Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer func() { _ = answer.Body.Close() }()
	got, err := io.ReadAll(answer.Body)
	return answer.StatusCode, got, err
}

// causeOf is the cause that the edge makes of a command (services/kit/web).
func causeOf(account, key, path string, body []byte) string {
	if account != "" {
		return "http/" + account + "/" + key
	}
	print := sha256.New()
	print.Write(body)
	print.Write([]byte("/api/v1" + path))
	return "http/" + identity.Anonymous().ID + "/" + key + "-" + hex.EncodeToString(print.Sum(nil)[:16])
}

// collection is the first part of a subject.
func collection(subject string) string {
	name, _, _ := strings.Cut(subject, "/")
	return name
}

// pause waits for d or until ctx ends.
func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}
