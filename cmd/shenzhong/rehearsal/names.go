package rehearsal

import (
	"cmp"
	"encoding/json"
	"strings"

	"shenzhong/events"
	"shenzhong/services/draw/fdraw"
	"shenzhong/services/kit/identity"
	"shenzhong/services/kit/store"
	"shenzhong/services/kit/workday"
)

// named is what a fact may say of the name of its subject.
type named struct {
	Name, Title, Facility, Visit string
	Account                      string
}

// learn keeps what a fact calls its subject, so that later lines can name it.
func (p *play) learn(c store.Commit) {
	var fact map[string]json.RawMessage
	if json.Unmarshal(c.Data, &fact) != nil {
		return // a list is no name
	}
	id := events.EntityID(c.Subject)
	var whole named
	_ = json.Unmarshal(c.Data, &whole) // what is of another type is no name
	called := cmp.Or(whole.Title, whole.Name, p.known[whole.Facility], p.known[whole.Visit], p.names[whole.Account])
	for _, part := range []string{"plan", "record", "facility", "officer", "item", "unit", "visit", "commitment", "respondent"} {
		var of named
		if json.Unmarshal(fact[part], &of) == nil {
			called = cmp.Or(of.Title, of.Name, called)
		}
	}
	if called != "" {
		p.known[id] = called
	}
	if c.Kind == (events.OfficerChanged{}).Kind() {
		p.names[id] = called
	}
}

// about is the subject of a fact with its name, as far as it has one.
func (p *play) about(id string) string {
	if called := p.known[id]; called != "" {
		return id + "（" + called + "）"
	}
	return id
}

// unit is the name of a unit, or of the facility for which somebody acts.
func (p *play) unit(code string) string {
	u, err := p.Law.Unit(code, workday.DateOf(p.now))
	if err != nil {
		return cmp.Or(p.known[code], code)
	}
	return cmp.Or(u.Short, u.Name)
}

// services are the names of those that act by themselves.
var services = map[string]string{
	"identity": "身份", "register": "名录", "inspect": "联合抽查", "draw": "抽取", "clue": "线索", "casefile": "案件", "disclose": "公示",
	"credit": "信用", "watch": "监测预警", "oversee": "督办", "sample": "样例",
}

// who is the unit and the name of whoever acted, as far as the story has met
// them.
func (p *play) who(c store.Commit) string {
	if context, ok := strings.CutPrefix(c.Actor, "system/"); ok {
		return "本系统　" + cmp.Or(services[context], context)
	}
	switch {
	case c.Actor == identity.Anonymous().ID:
		return "群众　匿名"
	case c.Unit == "":
		return "服务器　系统管理员"
	}
	return p.unit(c.Unit) + "　" + cmp.Or(p.names[c.Actor], c.Actor)
}

// addressees are whom a limit that has passed is put before.
func (p *play) addressee(to string) string {
	if to == "unit_leader" {
		return "单位负责人"
	}
	return p.unit(to)
}

// verdicts are the outcomes of a check in words.
var verdicts = map[fdraw.Status]string{fdraw.Holds: "成立", fdraw.Fails: "不成立", fdraw.NotApplicable: "无从核对"}
