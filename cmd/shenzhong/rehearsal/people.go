package rehearsal

import (
	"net/http"

	"shenzhong/services/identity"
	"shenzhong/services/kit/clock"
	"shenzhong/services/kit/store"
)

// tokenDays is how long the tokens of the rehearsal are valid: as long as a token may be.
const tokenDays = 366

// person is somebody who acts, with the account and the unit.
type person struct {
	name, account, unit string
	roles               []string
}

// The people of the story who are not in the register of officers.
var (
	registrar = person{"名录管理员", "500156-RY-mzj-901", "mzj", []string{"registrar"}}
)

// as returns the client of a person. The token is issued at the machine on first
// use, as the operator would with shenzhong token.
func (p *play) as(who person) *client {
	if p.err != nil || p.tokens[who.account] != "" {
		return &client{p, who}
	}
	s := identity.New(identity.Config{District: p.Law.Manifest().District, Log: p.Stage.Logs()["identity"], Clock: clock.NewFake(p.now), Law: p.Law})
	made, err := s.Issue(p.ctx, identity.Issue{
		Cause:   store.Cause{ID: "rehearsal/token/" + who.account, Actor: identity.Operator()},
		Account: who.account, Unit: who.unit, Roles: who.roles, Days: tokenDays,
	})
	p.must(err)
	p.tokens[who.account], p.names[who.account] = made.Secret, who.name
	if p.err == nil {
		p.must(p.Stage.Settle(p.ctx))
	}
	return &client{p, who}
}

// citizen is somebody without a token.
func (p *play) citizen() *client { return &client{p: p} }

// client calls operations as one person.
type client struct {
	p   *play
	who person
}

// post submits and reads the answer into out, which may be nil.
func (c *client) post(context, path string, body, out any) {
	c.call(http.MethodPost, context, path, body, out)
}

// get reads.
func (c *client) get(context, path string, out any) {
	c.call(http.MethodGet, context, path, nil, out)
}

// refused submits what the law forbids and returns the reason given; the story
// ends if it was not refused.
func (c *client) refused(context, path string, body any) string {
	problem, err := c.send(http.MethodPost, context, path, body, nil)
	c.p.must(err)
	c.p.expect(problem != nil, "%s 应当被拒绝，却办成了", path)
	if c.p.err != nil {
		return ""
	}
	c.p.say("不予办理：%s", problem.Detail)
	return problem.Detail
}

func (c *client) call(method, context, path string, body, out any) {
	problem, err := c.send(method, context, path, body, out)
	c.p.must(err)
	if problem != nil {
		c.p.must(problem)
	}
	if c.p.err == nil && method == http.MethodPost {
		c.p.must(c.p.Stage.Settle(c.p.ctx))
	}
}
