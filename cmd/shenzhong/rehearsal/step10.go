package rehearsal

import (
	"strings"

	"shenzhong/services/credit"
)

// promise publishes a written commitment; its breach, with evidence and after
// the party was heard, enters the record.
func (p *play) promise() {
	const station = "500156-JG-000035"
	p.until("2026-11-26 10:00")
	made := p.committed(station)

	at := "/commitments/" + made.ID
	p.until("2026-12-01 10:00")
	p.as(civilLeader).refused("credit", at+"/establish", map[string]any{"remedy": "退还多收费用"})
	p.as(civilOfficer).post("credit", at+"/notice", map[string]any{
		"obligation": 2, "fact": "向丧属搭售骨灰盒。", "evidence": []string{"收费单据 2 份", "丧属询问笔录"},
	}, nil)
	p.as(partyOf(station)).post("credit", at+"/hear", map[string]any{"statement": "承认，愿意退还费用。"}, nil)
	p.as(civilLeader).post("credit", at+"/establish", map[string]any{"remedy": "退还多收费用，并向丧属道歉。"}, nil)
	var explained credit.Explained
	p.as(civilOfficer).get("credit", "/credit/"+station, &explained)
	found := false
	for _, point := range explained.Points {
		p.say("　%+d 分：%s（%s，%s）", point.Points, point.Why, point.Source, point.Rule)
		found = found || strings.Contains(point.Source, made.ID)
	}
	p.expect(found, "违反承诺没有记入信用记录")
}
