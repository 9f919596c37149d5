package identity

import (
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"shenzhong/events"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/identity"
)

// Token is the right of one account to call the interface. The secret that
// proves it is nowhere in here: only its hash is.
type Token struct {
	ID      string          `json:"id"` // "500156-LP-000001"
	State   State           `json:"state"`
	SHA256  string          `json:"sha256"` // of the secret, lower-case hex
	Account string          `json:"account"`
	Unit    string          `json:"unit"` // code of a unit; id of the facility for a party
	Roles   []identity.Role `json:"roles"`
	Until   time.Time       `json:"until"` // first instant at which it is not valid any more
	Reason  string          `json:"reason,omitempty"`
}

// grant is what a token is issued for.
type grant struct {
	id, sha256, account, unit string
	roles                     []identity.Role
	until                     time.Time
}

// Issue makes the token. standing are the roles that other valid tokens give
// the account.
func (t *Token) Issue(by identity.Actor, g grant, standing []identity.Role) (events.Event, error) {
	if err := permits.Check(by, "token.issue"); err != nil {
		return nil, err
	}
	if err := apart(g.roles, standing); err != nil {
		return nil, err
	}
	if err := t.move(Issued); err != nil {
		return nil, err
	}
	t.ID, t.SHA256, t.Account, t.Unit, t.Roles, t.Until = g.id, g.sha256, g.account, g.unit, g.roles, g.until
	fact := events.TokenIssued{Token: t.ID, SHA256: t.SHA256, Account: t.Account, Unit: t.Unit, Until: t.Until}
	for _, role := range t.Roles {
		fact.Roles = append(fact.Roles, string(role))
	}
	return fact, nil
}

// Revoke ends the token for good.
func (t *Token) Revoke(by identity.Actor, reason string) (events.Event, error) {
	if err := permits.Check(by, "token.revoke"); err != nil {
		return nil, err
	}
	if err := t.move(Revoked); err != nil {
		return nil, err
	}
	t.Reason = reason
	return events.TokenRevoked{Token: t.ID, Reason: t.Reason}, nil
}

// valid reports whether the token can be used at now.
func (t *Token) valid(now time.Time) bool { return t.State == Issued && now.Before(t.Until) }

// duty is what sort of power a role is: no account may have two sorts.
type duty string

const (
	runs     duty = "系统管理" // accounts and settings
	audits   duty = "审计"   // reads everything, changes nothing
	business duty = "业务办理"
	overseen duty = "监管对象" // cannot regulate itself
)

func dutyOf(role identity.Role) duty {
	switch role {
	case identity.Admin:
		return runs
	case identity.Auditor:
		return audits
	case identity.Party:
		return overseen
	default:
		return business
	}
}

// apart refuses roles that one account must not have together: who runs the
// system, who audits it and who does business in it are three people (三员分立,
// GB/T 22239-2019 8.1.5), and a facility is none of them.
func apart(roles, standing []identity.Role) error {
	all := slices.Concat(roles, standing)
	for _, role := range all[1:] {
		if first, other := dutyOf(all[0]), dutyOf(role); first != other {
			return fault.About("roles", fault.Invalid, "“%s”与“%s”不能由同一账号兼任，请分别发放给不同的人", first, other)
		}
	}
	return nil
}

// known returns the roles of that name, or says which of them there is not.
func known(names []string) ([]identity.Role, error) {
	var roles []identity.Role
	for _, name := range names {
		role := identity.Role(strings.TrimSpace(name))
		if !slices.Contains(identity.Roles(), role) {
			return nil, fault.About("roles", fault.Invalid, "没有“%s”这个岗位，可选：%s", clip(string(role)), choices())
		}
		if slices.Contains(roles, role) {
			return nil, fault.About("roles", fault.Invalid, "岗位 %s 写了两次，请只保留一个", role)
		}
		roles = append(roles, role)
	}
	if len(roles) == 0 {
		return nil, fault.About("roles", fault.Invalid, "请至少写明一个岗位，可选：%s", choices())
	}
	return roles, nil
}

func choices() string {
	var names []string
	for _, role := range identity.Roles() {
		names = append(names, string(role))
	}
	return strings.Join(names, "、")
}

// accountShape is what the name of an account looks like: never a "/", which
// sets the names of services apart.
var accountShape = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9-]{2,39}$`)

// named refuses an account name that is none, or that is taken by the system.
func named(account string) error {
	if !accountShape.MatchString(account) {
		return fault.About("account", fault.Invalid, "账号应为 3 至 40 个字母、数字或连字符，例如 500156-RY-mzj-001")
	}
	if account == identity.Anonymous().ID || account == Operator().ID {
		return fault.About("account", fault.Invalid, "账号 %s 由系统使用，请另取一个", account)
	}
	return nil
}

// mostReason is how many characters a reason may have.
const mostReason = 200

// reasoned returns the reason without blanks around it, or says what is wrong
// with it.
func reasoned(reason string) (string, error) {
	reason = strings.TrimSpace(reason)
	switch {
	case reason == "":
		return "", fault.About("reason", fault.Invalid, "请写明吊销的原因")
	case !utf8.ValidString(reason) || strings.ContainsFunc(reason, unicode.IsControl):
		return "", fault.About("reason", fault.Invalid, "原因中有无法识别的字符，请重新填写")
	case utf8.RuneCountInString(reason) > mostReason:
		return "", fault.About("reason", fault.Invalid, "原因最多 %d 个字，请精简", mostReason)
	}
	return reason, nil
}

// clip keeps what somebody typed from filling a message.
func clip(text string) string {
	const most = 20
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most]) + "……"
	}
	return text
}
