package web

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"regexp"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/identity"
	"shenzhong/services/kit/store"
)

// Tokens tells who a bearer token belongs to.
type Tokens interface {
	// Lookup returns the actor of the token with that SHA-256, in lower-case
	// hex. A token that is unknown, expired or revoked is fault.Denied, and
	// which of them it is cannot be told from the answer.
	Lookup(ctx context.Context, sha256hex string) (identity.Actor, error)
}

type actorKey struct{}

type causeKey struct{}

// Actor is who asks: the owner of the bearer token, or a citizen.
func Actor(ctx context.Context) identity.Actor {
	if actor, ok := ctx.Value(actorKey{}).(identity.Actor); ok {
		return actor
	}
	return identity.Anonymous()
}

// Cause is why a change is made: the command that the caller named with its
// Idempotency-Key, and the caller. It begins with "http/" and the caller's
// account, so nobody can spend another's command or pose as a fact. Only an
// operation registered with Post has one.
func Cause(ctx context.Context) store.Cause {
	cause, _ := ctx.Value(causeKey{}).(store.Cause)
	return cause
}

// keyHeader names the command; a second request with the same key changes
// nothing.
const keyHeader = "Idempotency-Key"

// keyShape is what a key may look like.
var keyShape = regexp.MustCompile(`^[A-Za-z0-9._-]{1,128}$`)

// secretShape is what a bearer token may look like (RFC 6750 section 2.1).
var secretShape = regexp.MustCompile(`^[A-Za-z0-9._~+/-]{16,256}=*$`)

// identify finds out who asks.
func identify(ctx huma.Context, tokens Tokens, public bool) (identity.Actor, error) {
	header := ctx.Header("Authorization")
	if header == "" {
		if public {
			return identity.Anonymous(), nil
		}
		return identity.Actor{}, refusal{http.StatusUnauthorized, "请在 Authorization 请求头中提供令牌：Bearer 加空格加令牌"}
	}
	scheme, secret, _ := strings.Cut(header, " ")
	if !strings.EqualFold(scheme, "Bearer") || !secretShape.MatchString(secret) {
		return identity.Actor{}, refusal{http.StatusUnauthorized, "令牌格式不正确，应为：Bearer 加空格加令牌"}
	}
	return owner(ctx.Context(), tokens, secret)
}

// owner is who a token belongs to.
func owner(ctx context.Context, tokens Tokens, secret string) (identity.Actor, error) {
	sum := sha256.Sum256([]byte(secret))
	actor, err := tokens.Lookup(ctx, hex.EncodeToString(sum[:]))
	if fault.Is(err, fault.Denied) || fault.Is(err, fault.NotFound) {
		err = refusal{http.StatusUnauthorized, plain[http.StatusUnauthorized]}
	}
	if err != nil {
		return identity.Actor{}, err
	}
	return actor, nil
}

// commanded makes the cause of a change. A citizen's key is joined with what
// was submitted: all citizens share one account, and one who guesses another's
// key must not be given the other's receipt.
func commanded(ctx huma.Context, actor identity.Actor, public bool) (store.Cause, error) {
	key := ctx.Header(keyHeader)
	citizen := actor.ID == identity.Anonymous().ID
	switch {
	case key == "" && !public:
		return store.Cause{}, refusal{http.StatusBadRequest, "请在 Idempotency-Key 请求头中提供本次办理的唯一编号；重试时用同一编号，不会重复办理"}
	case key == "":
		return store.Cause{ID: cause(actor, rand.Text()), Actor: actor, Fresh: true}, nil
	case !keyShape.MatchString(key):
		return store.Cause{}, refusal{http.StatusBadRequest, "Idempotency-Key 只能用字母、数字和 . _ -，最长 128 个字符"}
	case citizen:
		print := sha256.New()
		if _, err := io.Copy(print, ctx.BodyReader()); err != nil {
			return store.Cause{}, err
		}
		url := ctx.URL()
		print.Write([]byte(url.Path))
		key += "-" + hex.EncodeToString(print.Sum(nil)[:16])
	}
	return store.Cause{ID: cause(actor, key), Actor: actor}, nil
}

func cause(actor identity.Actor, key string) string { return "http/" + actor.ID + "/" + key }
