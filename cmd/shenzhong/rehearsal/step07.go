package rehearsal

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"shenzhong/services/casefile"
	"shenzhong/services/disclose"
)

// matter is a case as the story tells it.
type matter struct {
	officers           []person // the two who investigate
	leader, legal      person
	facts, basis, cite string
	grounds            string
	penalty            map[string]any
	hearing            bool // the party asks for one
}

// theCase carries the clue to a decision of the last day before the holiday.
func (p *play) theCase() {
	var cases struct{ Cases []casefile.Row }
	p.as(priceLeader).get("casefile", "/cases", &cases)
	p.expect(len(cases.Cases) == 1, "线索应当转成一件案件，得到 %d 件", len(cases.Cases))
	if p.err != nil {
		return
	}
	id := cases.Cases[0].ID
	p.keep["case"] = id
	p.carry(id, matter{
		officers: []person{priceOfficer, priceOfficer2}, leader: priceLeader, legal: priceLegal,
		grounds: "附加不合理条件销售，侵害丧属权益",
		facts:   "当事人以安排告别厅为条件，要求丧属赵某（身份证号500232197001011234，电话13900000001）购买花圈、骨灰盒，金额3680元。",
		basis:   "《殡葬管理条例》第四十三条", cite: "《殡葬管理条例》第五十条，数额幅度以公布文本为准",
		penalty: map[string]any{"kinds": []string{"fine", "confiscate_gains"}, "text": "没收违法所得3680元，罚款120000元", "fine_fen": 12000000, "forfeit_fen": 368000},
		hearing: true,
	}, "2026-07-21 09:00", "2026-09-30 15:00")
	record := p.record(priceLeader, "case/"+id)
	p.counted(record, "pub.penalty.portal", "2026-10-15")
	p.contents(id)
	p.until("2026-10-14 10:00")
	p.as(priceOfficer).post("casefile", "/cases/"+id+"/pay", map[string]any{"fen": 12368000, "receipt": "非税票据"}, nil)
	p.publish(record.ID, pricePublisher, priceLeader, "portal", "credit_china")
	var text string
	p.citizen().get("disclose", "/public/records/"+record.ID, &text)
	for _, secret := range []string{"500232197001011234", "13900000001"} {
		p.expect(!strings.Contains(text, secret), "公示内容没有遮盖个人信息")
	}
	p.keep["record"] = record.ID
}

// record is the publication that a fact has brought about.
func (p *play) record(by person, source string) recordShown {
	p.wait()
	var list struct{ Records []disclose.Row }
	p.as(by).get("disclose", "/records", &list)
	i := slices.IndexFunc(list.Records, func(r disclose.Row) bool { return r.Record.Source == source })
	p.expect(i >= 0, "%s 没有生成公示信息", source)
	var r recordShown
	if p.err == nil {
		p.as(by).get("disclose", "/records/"+list.Records[i].Record.ID, &r)
	}
	return r
}

// recordShown is a record as its unit sees it.
type recordShown struct {
	ID     string
	Limits []disclose.Limit
}

// counted shows how a limit for publishing was counted, and holds it against
// the day that the law asks for.
func (p *play) counted(r recordShown, rule, want string) {
	for _, l := range r.Limits {
		if l.Rule == rule {
			p.expect(l.Due == want, "公示期限应为 %s，算得 %s", want, l.Due)
			text := "起算日" + l.DayZero + "不计入"
			n := 0
			for _, d := range l.Days {
				if d.Counts {
					n++
					text += fmt.Sprintf("；%s 第%d个工作日", d.Date, n)
					continue
				}
				text += fmt.Sprintf("；%s 不计（%s）", d.Date, d.Reason)
			}
			p.say("%s怎样计算（%s）：%s；最后一日 %s", l.Name, l.Basis, text, l.Due)
			return
		}
	}
	p.expect(false, "%s 没有期限 %s", r.ID, rule)
}

// publish has one person review a record and another publish it.
func (p *play) publish(id string, first, second person, channels ...string) {
	at := "/records/" + id
	p.as(first).post("disclose", at+"/review", map[string]any{"verdict": "publish"}, nil)
	list := []map[string]any{}
	for _, c := range channels {
		list = append(list, map[string]any{"name": c, "proof": "公示回执 " + c})
	}
	p.as(first).refused("disclose", at+"/publish", map[string]any{"channels": list})
	p.as(second).post("disclose", at+"/publish", map[string]any{"channels": list}, nil)
}

// digest stands for the SHA-256 of a document of the story.
func digest(parts ...any) string {
	sum := sha256.Sum256([]byte(fmt.Sprint(parts...)))
	return hex.EncodeToString(sum[:])
}

// carry takes a case through every gate, to the decision and its service.
func (p *play) carry(id string, m matter, from, decide string) {
	at := "/cases/" + id
	lead, officer, legal := p.as(m.leader), p.as(m.officers[0]), p.as(m.legal)
	p.until(from)
	lead.refused("casefile", at+"/assign", map[string]any{"officers": []string{m.officers[0].account}})
	lead.post("casefile", at+"/assign", map[string]any{"officers": []string{m.officers[0].account, m.officers[1].account}}, nil)
	for i, e := range []struct{ kind, name, proves string }{
		{"documentary", "收费单据", "收取费用的项目和金额"}, {"testimony", "丧属询问笔录", "购买并非自愿"}, {"record", "现场检查笔录", "现场公示和收费情况"},
	} {
		officer.post("casefile", at+"/evidence", map[string]any{"kind": e.kind, "name": e.name, "proves": e.proves, "sha256": digest(id, i), "holder": "案卷室"}, nil)
	}
	officer.post("casefile", at+"/report", map[string]any{"facts": m.facts, "proposal": "penalty", "sha256": digest(id, "report")}, nil)
	lead.refused("casefile", at+"/decide", p.decision(id, m))
	officer.post("casefile", at+"/notice", map[string]any{
		"facts": m.facts, "grounds": m.grounds, "basis": m.basis, "cite": m.cite, "penalty": m.penalty, "sha256": digest(id, "notice"),
	}, nil)
	officer.post("casefile", at+"/statement", map[string]any{"text": "承认收费，认为属于自愿购买。", "reply": "与单据和询问笔录不符，不予采纳。", "sha256": digest(id, "statement")}, nil)
	p.hearing(id, m)
	legal.post("casefile", at+"/review", map[string]any{"passed": true, "text": "事实清楚，程序合法，裁量适当。", "sha256": digest(id, "review")}, nil)
	lead.post("casefile", at+"/discussion", map[string]any{"present": []string{"局长", "分管副局长", "政策法规科负责人"}, "text": "同意处罚建议。", "sha256": digest(id, "discussion")}, nil)
	p.until(decide)
	p.incomplete(id, m)
	lead.post("casefile", at+"/decide", p.decision(id, m), nil)
	officer.post("casefile", at+"/serve", map[string]any{"manner": "direct", "receipt": "送达回证", "repair_notice": true}, nil)
}

// incomplete tries decisions that lack something, or go further than what the
// party was told.
func (p *play) incomplete(id string, m matter) {
	if !m.hearing {
		return // the first case of the story shows it
	}
	short := p.decision(id, m)
	short["perform"] = ""
	p.as(m.leader).refused("casefile", "/cases/"+id+"/decide", short)
	harder := p.decision(id, m)
	harder["penalty"] = map[string]any{"kinds": []string{"fine", "confiscate_gains"}, "text": "没收违法所得3680元，罚款150000元", "fine_fen": 15000000, "forfeit_fen": 368000}
	p.as(m.leader).refused("casefile", "/cases/"+id+"/decide", harder)
}

// contents tells the six contents of a decision (行政处罚法 art. 59).
func (p *play) contents(id string) {
	var c casefile.Case
	p.as(priceLeader).get("casefile", "/cases/"+id, &c)
	if p.err != nil || c.Decision == nil {
		p.expect(c.Decision != nil, "案件 %s 没有处罚决定", id)
		return
	}
	d := c.Decision
	p.say("决定书 %s 的六项内容：一、当事人 %s，%s；二、事实和证据：%s；三、种类和依据：%s，%s；四、履行方式和期限：%s；五、救济途径和期限：%s；六、%s，%s",
		d.No, d.Respondent.Name, d.Respondent.Address, "见案卷", d.Penalty.Text, d.Basis, d.Perform, d.Remedies, d.UnitName, d.On)
}

func (p *play) decision(id string, m matter) map[string]any {
	return map[string]any{
		"facts": m.facts, "basis": m.basis, "cite": m.cite, "penalty": m.penalty, "perform": "自收到决定书之日起十五日内到指定银行缴纳",
		"severity_by": "按规则包的缺省分类", "sha256": digest(id, "decision"),
	}
}

// hearing is asked for, convened and held where the threshold is met.
func (p *play) hearing(id string, m matter) {
	at := "/cases/" + id
	officer, legal := p.as(m.officers[0]), p.as(m.legal)
	if !m.hearing {
		return // below the threshold
	}
	officer.post("casefile", at+"/hearing-request", map[string]any{}, nil)
	day := p.now.AddDate(0, 0, 20)
	legal.post("casefile", at+"/hearing-convene", map[string]any{"day": day.Format("2006-01-02"), "place": "区市场监管局听证室", "host": m.legal.account}, nil)
	p.until(day.Format("2006-01-02") + " 09:30")
	legal.post("casefile", at+"/hearing-hold", map[string]any{"result": "双方质证完毕，建议维持拟作出的处罚。", "sha256": digest(id, "hearing")}, nil)
}
