package identity

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"shenzhong/services/kit/identity"
	"shenzhong/services/kit/store"
)

// Listed is a token as a list shows it: without the hash of its secret, which
// is nobody's to know.
type Listed struct {
	ID      string          `json:"id"`
	State   State           `json:"state"`
	Title   string          `json:"state_title"`
	Account string          `json:"account"`
	Unit    string          `json:"unit"`
	Roles   []identity.Role `json:"roles"`
	Until   time.Time       `json:"until"`
	Valid   bool            `json:"valid"` // now
	Reason  string          `json:"reason,omitempty"`
}

// Tokens lists every token, by number; those of one account if one is named.
func (s *Service) Tokens(ctx context.Context, by identity.Actor, account string) ([]Listed, error) {
	if err := permits.Check(by, "token.read"); err != nil {
		return nil, err
	}
	newest, err := s.newest(ctx)
	if err != nil {
		return nil, err
	}
	now := s.cfg.Clock.Now()
	out := []Listed{}
	for _, t := range newest {
		if account == "" || t.Account == account {
			out = append(out, t.listed(now))
		}
	}
	slices.SortFunc(out, func(a, b Listed) int { return cmp.Compare(a.ID, b.ID) })
	return out, nil
}

// Token returns one token as a list shows it.
func (s *Service) Token(ctx context.Context, by identity.Actor, id string) (Listed, error) {
	if err := permits.Check(by, "token.read"); err != nil {
		return Listed{}, err
	}
	t, _, err := s.tokens.Load(ctx, id)
	if err != nil {
		return Listed{}, err
	}
	return t.listed(s.cfg.Clock.Now()), nil
}

func (t *Token) listed(now time.Time) Listed {
	l := Listed{ID: t.ID, State: t.State, Title: titles[t.State], Account: t.Account, Unit: t.Unit, Roles: t.Roles, Until: t.Until, Valid: t.valid(now), Reason: t.Reason}
	if t.State == Issued && !l.Valid {
		l.Title = "已到期"
	}
	return l
}

// newest returns every token as it is now, by subject. A district has some
// hundred tokens, so it reads them all.
func (s *Service) newest(ctx context.Context) (map[string]Token, error) {
	out := map[string]Token{}
	err := store.Each(ctx, s.cfg.Log, func(c store.Commit) error {
		if !strings.HasPrefix(c.Subject, s.tokens.Subject("")) {
			return nil
		}
		var t Token
		if err := json.Unmarshal(c.State, &t); err != nil {
			return fmt.Errorf("decode %s: %w", c.ID(), err)
		}
		out[c.Subject] = t
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the tokens: %w", err)
	}
	return out, nil
}
