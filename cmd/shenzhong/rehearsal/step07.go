package rehearsal

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"shenzhong/services/casefile"
)

// matter is a case as the story tells it.
type matter struct {
	officers        []person // the two who investigate
	leader, legal   person
	facts, basis    string
	cite            string
	penalty         map[string]any
	hearing         bool   // the party asks for one
	decide, publish string // instants
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
		facts: "当事人以安排告别厅为条件，要求丧属赵某（身份证号500232197001011234，电话13900000001）购买花圈、骨灰盒，金额3680元。",
		basis: "《殡葬管理条例》第四十三条", cite: "《殡葬管理条例》第五十条，数额幅度以公布文本为准",
		penalty: map[string]any{"kinds": []string{"fine", "forfeit"}, "text": "没收违法所得3680元，罚款120000元", "fine_fen": 12000000, "forfeit_fen": 368000},
		hearing: true,
	}, "2026-07-21", "2026-09-30 15:00")
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
	p.until(from + " 09:00")
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
		"facts": m.facts, "grounds": "附加不合理条件销售，侵害丧属权益", "basis": m.basis, "cite": m.cite, "penalty": m.penalty, "sha256": digest(id, "notice"),
	}, nil)
	officer.post("casefile", at+"/statement", map[string]any{"text": "承认收费，认为属于自愿购买。", "reply": "与单据和询问笔录不符，不予采纳。", "sha256": digest(id, "statement")}, nil)
	p.hearing(id, m)
	legal.post("casefile", at+"/review", map[string]any{"passed": true, "text": "事实清楚，程序合法，裁量适当。", "sha256": digest(id, "review")}, nil)
	lead.post("casefile", at+"/discussion", map[string]any{"present": []string{"局长", "分管副局长", "政策法规科负责人"}, "text": "同意处罚建议。", "sha256": digest(id, "discussion")}, nil)
	p.until(decide)
	lead.post("casefile", at+"/decide", p.decision(id, m), nil)
	officer.post("casefile", at+"/serve", map[string]any{"manner": "direct", "receipt": "送达回证", "repair_notice": true}, nil)
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
		officer.post("casefile", at+"/hearing-waive", map[string]any{"note": "当事人书面放弃听证。", "sha256": digest(id, "waive")}, nil)
		return
	}
	officer.post("casefile", at+"/hearing-request", map[string]any{}, nil)
	day := p.now.AddDate(0, 0, 20)
	legal.post("casefile", at+"/hearing-convene", map[string]any{"day": day.Format("2006-01-02"), "place": "区市场监管局听证室", "host": m.legal.account}, nil)
	p.until(day.Format("2006-01-02") + " 09:30")
	legal.post("casefile", at+"/hearing-hold", map[string]any{"result": "双方质证完毕，建议维持拟作出的处罚。", "sha256": digest(id, "hearing")}, nil)
}
