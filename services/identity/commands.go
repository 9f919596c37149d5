// Package identity gives out and takes back the tokens with which accounts call
// the interface (身份). It must never store, log or announce a secret, and there
// is no token that it did not make at random.
package identity

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"strings"
	"sync"
	"time"

	"shenzhong/events"
	"shenzhong/services/kit/clock"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/identity"
	"shenzhong/services/kit/law"
	"shenzhong/services/kit/store"
	"shenzhong/services/kit/workday"
)

// longest is how many days a token may be valid: a rule of this house, not of
// any law.
const longest = 366

// Config is all that identity stands on.
type Config struct {
	District string
	Log      store.Log
	Clock    clock.Clock
	Law      law.Source // knows the units
}

// Service keeps the tokens of a district.
type Service struct {
	cfg    Config
	tokens *store.Collection[Token]

	issuing sync.Mutex // roles that must stay apart are compared and given in one go
}

// New opens the service on its store.
func New(cfg Config) *Service {
	return &Service{cfg: cfg, tokens: store.NewCollection[Token]("token", cfg.Log, cfg.Clock)}
}

// Issue gives an account a token.
type Issue struct {
	store.Cause
	Account string
	Unit    string   // code of the unit it acts for; id of the facility for a party
	Roles   []string // what it is trusted with
	Days    int      // how long it is valid
}

// Secret is a new token. The string Secret is shown to its owner now and can
// never be shown again.
type Secret struct {
	Token  string // id, to revoke it by
	Secret string
	Until  time.Time
}

// Issue makes a token. The same cause again makes no second one, and cannot
// show the secret again: that is fault.Conflict.
func (s *Service) Issue(ctx context.Context, cmd Issue) (Secret, error) {
	now := s.cfg.Clock.Now()
	g, err := s.grant(cmd, now)
	if err != nil {
		return Secret{}, err
	}
	secret, hash := newSecret()
	g.sha256 = hash

	s.issuing.Lock()
	defer s.issuing.Unlock()
	standing, err := s.standing(ctx, g.account, now)
	if err != nil {
		return Secret{}, err
	}
	id, err := s.tokens.Open(ctx, cmd.Cause, s.cfg.District+"-LP-000000", func(id string, t *Token) (events.Event, error) {
		g.id = id
		return t.Issue(cmd.Actor, g, standing)
	})
	if err != nil {
		return Secret{}, err
	}
	made, _, err := s.tokens.Load(ctx, id)
	if err != nil {
		return Secret{}, err
	}
	if made.SHA256 != hash {
		return Secret{}, fault.New(fault.Conflict, "此请求已办理，令牌 %s 的密文只显示一次；如未记下，请吊销后重新发放", id)
	}
	return Secret{Token: id, Secret: secret, Until: made.Until}, nil
}

// Revoke takes a token back.
type Revoke struct {
	store.Cause
	Token  string
	Reason string
}

// Revoke ends a token. Other contexts stop accepting it when they hear of it.
func (s *Service) Revoke(ctx context.Context, cmd Revoke) error {
	reason, err := reasoned(cmd.Reason)
	if err != nil {
		return err
	}
	return s.tokens.Change(ctx, cmd.Cause, cmd.Token, func(t *Token) (events.Event, error) {
		return t.Revoke(cmd.Actor, reason)
	})
}

// grant checks what a token is asked for.
func (s *Service) grant(cmd Issue, now time.Time) (grant, error) {
	g := grant{account: strings.TrimSpace(cmd.Account), unit: strings.TrimSpace(cmd.Unit)}
	if err := permits.Check(cmd.Actor, "token.issue"); err != nil {
		return grant{}, err
	}
	if err := named(g.account); err != nil {
		return grant{}, err
	}
	roles, err := known(cmd.Roles)
	if err != nil {
		return grant{}, err
	}
	if err := apart(roles, nil); err != nil {
		return grant{}, err
	}
	if cmd.Days < 1 || cmd.Days > longest {
		return grant{}, fault.About("days", fault.Invalid, "有效期应为 1 至 %d 天", longest)
	}
	g.roles, g.until = roles, now.Add(time.Duration(cmd.Days)*24*time.Hour)
	return g, s.belongs(g, now)
}

// belongs refuses a unit that there is not.
func (s *Service) belongs(g grant, now time.Time) error {
	if dutyOf(g.roles[0]) == overseen {
		if strings.HasPrefix(g.unit, s.cfg.District+"-") && !strings.ContainsAny(g.unit, "/ \t\r\n") {
			return nil
		}
		return fault.About("unit", fault.Invalid, "监管对象的账号应填写其名录编号，例如 %s-JG-000001", s.cfg.District)
	}
	unit, err := s.cfg.Law.Law().Unit(g.unit, workday.DateOf(now))
	switch {
	case fault.Is(err, fault.NotFound), g.unit == "":
		return fault.About("unit", fault.Invalid, "规则包中没有代码为“%s”的单位，请核对单位代码", clip(g.unit))
	case err != nil:
		return err
	case unit.Group:
		return fault.About("unit", fault.Invalid, "“%s”不是一个单位，请写明具体单位的代码", unit.Name)
	}
	return nil
}

// standing returns the roles that the valid tokens of an account give it.
func (s *Service) standing(ctx context.Context, account string, now time.Time) ([]identity.Role, error) {
	newest, err := s.newest(ctx)
	if err != nil {
		return nil, err
	}
	var roles []identity.Role
	for _, t := range newest {
		if t.Account == account && t.valid(now) {
			roles = append(roles, t.Roles...)
		}
	}
	return roles, nil
}

// newSecret makes a secret of 256 random bits and its hash. The prefix lets a
// scanner find one that was left in a file.
func newSecret() (secret, hash string) {
	var bits [32]byte
	rand.Read(bits[:]) // never fails: without randomness the process ends
	secret = "sz_" + base64.RawURLEncoding.EncodeToString(bits[:])
	sum := sha256.Sum256([]byte(secret))
	return secret, hex.EncodeToString(sum[:])
}
