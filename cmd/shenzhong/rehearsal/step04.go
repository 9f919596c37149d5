package rehearsal

import (
	"crypto/rand"
	"slices"
	"strings"

	"shenzhong/events"
	"shenzhong/services/inspect"
	"shenzhong/services/kit/workday"
)

// fill fills a secret at random.
func fill(secret []byte) error { _, err := rand.Read(secret); return err }

// outcome is what the units find at one facility.
type outcome struct {
	name         string
	civil, price map[string]any // the answers of the two units, without signatures
}

var nothing = map[string]any{"results": []string{"1"}}

// outcomes are the three ways in which a visit can end, in the order of the
// visits; the rest find nothing.
var outcomes = []outcome{
	{"未发现问题", nothing, nothing},
	{"责令改正", nothing, map[string]any{"results": []string{"5"}, "findings": []map[string]any{
		{"item": "scjgj-301", "text": "告别厅服务没有标明价格。", "result": "5", "days": 15, "evidence": "现场照片 2 张"},
	}}},
	{"移送其他部门", map[string]any{"results": []string{"8"}, "findings": []map[string]any{
		{"item": "mzj-102", "text": "疏散通道被祭奠用品堵塞。", "result": "8", "offence": "fire_safety", "evidence": "现场照片 3 张"},
	}}, nothing},
}

// jointVisits makes every visit of the first batch: one visit to a facility,
// each unit its own section, the facility asked once.
func (p *play) jointVisits() {
	p.until("2026-03-16 09:00")
	today := workday.DateOf(p.now)
	kinds := []string{}
	for _, c := range p.Law.ResultCategories(today) {
		kinds = append(kinds, c.Code+" "+c.Name)
	}
	p.expect(len(kinds) == 8, "检查结果应分八类，规则包有 %d 类", len(kinds))
	p.say("检查结果分八类：%s", strings.Join(kinds, "、"))
	visits := p.visitsOf("first")
	p.expect(len(visits) >= len(outcomes), "第一批应至少抽中 %d 家，抽中 %d 家", len(outcomes), len(visits))
	for i, v := range visits {
		o := outcomes[0]
		if i < len(outcomes) {
			o = outcomes[i]
		}
		p.visit(v, o, i == 0)
	}
}

// visitsOf lists the visits of a batch as the head of the lead unit sees them.
func (p *play) visitsOf(name string) []inspect.VisitRow {
	var list struct{ Visits []inspect.VisitRow }
	p.as(civilLeader).get("inspect", "/visits?batch="+p.keep[name+" batch"], &list)
	return list.Visits
}

// visit takes one visit to its end. At the first one it tries what the law
// forbids: to go before every unit has approved, and to answer that nothing was
// found together with something else.
func (p *play) visit(row inspect.VisitRow, o outcome, first bool) {
	at := "/visits/" + row.ID
	var v inspect.Visit
	p.as(civilLeader).get("inspect", at, &v)
	if p.err != nil {
		return
	}
	team := map[string][]string{}
	for _, s := range v.Sections {
		team[s.Unit] = s.Officers
	}
	p.expect(len(team["mzj"]) >= 2 && len(team["scjgj"]) >= 2, "检查 %s 的人员不足", row.ID)
	if p.err != nil {
		return
	}
	civil, price := p.member(team["mzj"][0], "mzj"), p.member(team["scjgj"][0], "scjgj")
	p.as(civilLeader).post("inspect", at+"/approve", nil, nil)
	number := row.ID[len(row.ID)-2:]
	notice := map[string]any{"no": "武隆检通〔2026〕" + number + "号", "code": "ZF-2026-" + number}
	if first {
		p.as(civil).refused("inspect", at+"/notice", notice)
	}
	p.as(priceLeader).post("inspect", at+"/approve", nil, nil)
	p.as(civil).post("inspect", at+"/notice", notice, nil)
	if first {
		p.watch("noticed", nil)
		p.as(civil).refused("inspect", at+"/answer", map[string]any{"results": []string{"1", "5"}, "signed": team["mzj"]})
	}
	p.as(civil).post("inspect", at+"/answer", signed(o.civil, team["mzj"]), nil)
	p.as(price).post("inspect", at+"/answer", signed(o.price, team["scjgj"]), nil)
	p.as(civil).post("inspect", at+"/sign", map[string]any{"countersign": "signed"}, nil)
	p.as(civil).post("inspect", at+"/record", nil, nil)
	p.say("%s：%s；一次进门，%d 个单位各查各项、各自签字，当事人签字一次", row.Name, o.name, len(v.Sections))
	record := p.record(civilLeader, "visit/"+row.ID)
	p.publish(record.ID, civilPublisher, civilLeader, "portal")
	p.keep[o.name] = row.Facility
}

// member is an officer whom the draw has sent.
func (p *play) member(account, unit string) person {
	i := slices.IndexFunc(p.team, func(m person) bool { return m.account == account })
	if i >= 0 {
		return p.team[i]
	}
	var o events.Officer
	p.as(registrar).get("register", "/officers/"+account, &o)
	m := officer(o.Name, account, unit)
	p.team = append(p.team, m)
	return m
}

// signed is an answer with the signatures of a team.
func signed(answer map[string]any, team []string) map[string]any {
	out := map[string]any{"signed": team}
	for k, v := range answer {
		out[k] = v
	}
	return out
}
