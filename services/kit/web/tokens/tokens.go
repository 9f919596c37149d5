// Package tokens is what a context keeps of identity's facts in order to know
// who calls it. It must never hold a secret, and never say why it refused one.
package tokens

import (
	"context"
	"fmt"
	"time"

	"shenzhong/events"
	"shenzhong/services/kit/clock"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/identity"
	"shenzhong/services/kit/view"
)

// owner is one row: whose a token is.
type owner struct {
	SHA256  string          `json:"sha256"`
	Account string          `json:"account"`
	Unit    string          `json:"unit"`
	Roles   []identity.Role `json:"roles"`
	Until   time.Time       `json:"until"`
	Revoked bool            `json:"revoked"`
}

// Directory tells whose a token is, as far as this context has heard. A token
// that was revoked is refused as soon as the fact has arrived.
type Directory struct {
	view  *view.View[owner]
	clock clock.Clock
}

// Open opens the directory of a context in its own tables.
func Open(ctx context.Context, tables view.Tables, clk clock.Clock, name string) (*Directory, error) {
	v, err := view.New(ctx, tables, view.Spec[owner]{
		Name:    name + "-tokens",
		Kinds:   events.Of("token"),
		Fold:    fold,
		Columns: []view.Column{{Name: "sha256"}},
		Values:  func(_ string, o owner) map[string]any { return map[string]any{"sha256": o.SHA256} },
	})
	if err != nil {
		return nil, err
	}
	return &Directory{view: v, clock: clk}, nil
}

// View is what keeps the directory up to date; the context adds it to its own.
func (d *Directory) View() view.Folding { return d.view }

func fold(o *owner, e events.Envelope) error {
	switch e.Type {
	case events.TokenIssued{}.Kind():
		fact, err := events.Open[events.TokenIssued](e)
		if err != nil {
			return err
		}
		o.SHA256, o.Account, o.Unit, o.Until = fact.SHA256, fact.Account, fact.Unit, fact.Until
		for _, role := range fact.Roles {
			o.Roles = append(o.Roles, identity.Role(role))
		}
	case events.TokenRevoked{}.Kind():
		o.Revoked = true
	default:
		return fmt.Errorf("a token has no fact %s", e.Type)
	}
	return nil
}

// Lookup returns the owner of the token with that hash. One that is unknown,
// expired or revoked is refused alike: the same work, the same answer.
func (d *Directory) Lookup(ctx context.Context, sha256hex string) (identity.Actor, error) {
	rows, err := d.view.List(ctx, view.Query{Equal: map[string]any{"sha256": sha256hex}, Limit: 2})
	if err != nil {
		return identity.Actor{}, fmt.Errorf("look a token up: %w", err)
	}
	now := d.clock.Now()
	var o owner
	if len(rows) == 1 {
		o = rows[0]
	}
	if o.Account == "" || o.Revoked || !now.Before(o.Until) {
		return identity.Actor{}, fault.New(fault.Denied, "令牌无效、已到期或已吊销，请联系本单位管理员重新申请")
	}
	return identity.Actor{ID: o.Account, Unit: o.Unit, Roles: o.Roles}, nil
}
