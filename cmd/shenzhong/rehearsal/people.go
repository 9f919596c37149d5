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

// The people of the story who are no officers.
var (
	registrar      = person{"名录管理员", "500156-RY-mzj-901", "mzj", []string{"registrar"}}
	intake         = person{"受理人员", "500156-RY-zbb-902", "zbb", []string{"intake"}}
	office         = person{"专班办公室", "500156-RY-zbb-901", "zbb", []string{"office"}}
	priceLeader    = person{"市场监管局负责人", "500156-RY-scjgj-901", "scjgj", []string{"leader"}}
	pricePublisher = person{"市场监管局公示人员", "500156-RY-scjgj-903", "scjgj", []string{"publisher"}}
	civilLeader    = person{"民政局负责人", "500156-RY-mzj-903", "mzj", []string{"leader"}}
	civilPublisher = person{"民政局公示人员", "500156-RY-mzj-905", "mzj", []string{"publisher"}}
	landLeader     = person{"规划自然资源局负责人", "500156-RY-ghzrzyj-901", "ghzrzyj", []string{"leader"}}
	civilLegal     = person{"民政局法制审核", "500156-RY-mzj-904", "mzj", []string{"legal"}}
	priceLegal     = person{"市场监管局法制审核", "500156-RY-scjgj-902", "scjgj", []string{"legal"}}
)

// The officers of the story, who are in the register.
var (
	civilOfficer  = officer("王守正", "500156-RY-000001", "mzj")
	civilOfficer2 = officer("张怀瑾", "500156-RY-000003", "mzj")
	priceOfficer  = officer("徐守正", "500156-RY-000011", "scjgj")
	priceOfficer2 = officer("孙若谷", "500156-RY-000012", "scjgj")
	fireOfficer   = officer("张清源", "500156-RY-000023", "xfzd")
	townOfficer   = officer("冉启明", "500156-RY-heshun-901", "xz-heshun")
	landOfficer   = officer("孙知行", "500156-RY-000032", "ghzrzyj")
)

func officer(name, account, unit string) person {
	return person{name, account, unit, []string{"officer"}}
}

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
	p.settle()
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

// refused submits what the law forbids and tells the reason given; the story
// ends if it was not refused.
func (c *client) refused(context, path string, body any) {
	problem, err := c.send(http.MethodPost, context, path, body, nil)
	c.p.must(err)
	c.p.expect(problem != nil, "%s 应当被拒绝，却办成了", path)
	if c.p.err != nil {
		return
	}
	detail := problem.Detail
	for _, e := range problem.Errors {
		if e.Message != detail { // one flaw is told once
			detail += "；" + e.Message
		}
	}
	c.p.say("不予办理：%s", detail)
}

// denied asks for what may not be shown yet.
func (c *client) denied(context, path string) {
	problem, err := c.send(http.MethodGet, context, path, nil, nil)
	c.p.must(err)
	c.p.expect(problem != nil, "%s 不应当能够看到", path)
	if c.p.err == nil {
		c.p.say("不予提供：%s", problem.Detail)
	}
}

func (c *client) call(method, context, path string, body, out any) {
	problem, err := c.send(method, context, path, body, out)
	c.p.must(err)
	if problem != nil {
		c.p.must(problem)
	}
	if method == http.MethodPost {
		c.p.settle()
	}
}
