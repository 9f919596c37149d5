// Package identityweb is the JSON interface of the tokens. It must never show a
// secret but once, to the administrator who issued it, and never a hash.
package identityweb

import (
	"context"
	"net/http"
	"time"

	"shenzhong/services/identity"
	"shenzhong/services/kit/web"
)

const tag = "账号和令牌"

// TokenID names a token in a path. It is exported because huma reads no other
// embedded input.
type TokenID struct {
	ID string `path:"id" pattern:"^[0-9]{6}-LP-[0-9]{6}$" patternDescription:"令牌编号，例如 500156-LP-000001" doc:"令牌编号"`
}

// tokenList is an answer with several tokens.
type tokenList struct {
	Tokens []identity.Listed `json:"tokens"`
}

type issueBody struct {
	Account string   `json:"account" maxLength:"40" doc:"账号"`
	Unit    string   `json:"unit" maxLength:"40" doc:"所在单位代码；监管对象填写名录编号"`
	Roles   []string `json:"roles" minItems:"1" maxItems:"10" doc:"岗位"`
	Days    int      `json:"days" minimum:"1" maximum:"366" doc:"有效天数"`
}

// issued is a new token, whose secret is shown this once.
type issued struct {
	ID     string    `json:"id" doc:"令牌编号，吊销时使用"`
	Secret string    `json:"secret" doc:"令牌密文，只显示这一次"`
	Until  time.Time `json:"until" doc:"有效期截止时刻"`
}

// Mount registers every operation on tokens.
func Mount(api *web.API, s *identity.Service) {
	web.Get(api, web.Op{ID: "token-list", Path: "/tokens", Tag: tag, Summary: "令牌列表"},
		func(ctx context.Context, in *struct {
			Account string `query:"account" maxLength:"40" doc:"只列该账号的令牌"`
		}) (*web.Out[tokenList], error) {
			rows, err := s.Tokens(ctx, web.Actor(ctx), in.Account)
			return web.Reply(tokenList{rows}), err
		})
	web.Post(api, web.Op{ID: "token-issue", Path: "/tokens", Tag: tag, Summary: "发放令牌", Detail: "密文只在答复中显示一次；用同一编号重新提交不会再次显示。", Status: http.StatusCreated},
		func(ctx context.Context, in *struct{ Body issueBody }) (*web.Out[issued], error) {
			b := in.Body
			made, err := s.Issue(ctx, identity.Issue{Cause: web.Cause(ctx), Account: b.Account, Unit: b.Unit, Roles: b.Roles, Days: b.Days})
			return web.Reply(issued{ID: made.Token, Secret: made.Secret, Until: made.Until}), err
		})
	web.Post(api, web.Op{ID: "token-revoke", Path: "/tokens/{id}/revoke", Tag: tag, Summary: "吊销令牌"},
		func(ctx context.Context, in *struct {
			TokenID
			Body struct {
				Reason string `json:"reason" maxLength:"200" doc:"吊销的原因"`
			}
		}) (*web.Out[identity.Listed], error) {
			if err := s.Revoke(ctx, identity.Revoke{Cause: web.Cause(ctx), Token: in.ID, Reason: in.Body.Reason}); err != nil {
				return nil, err
			}
			t, err := s.Token(ctx, web.Actor(ctx), in.ID)
			return web.Reply(t), err
		})
}
