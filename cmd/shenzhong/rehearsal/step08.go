package rehearsal

import (
	"shenzhong/services/casefile"
	"shenzhong/services/oversee"
)

// lateAndRevoked tells of a decision that nobody publishes, and of one that does
// not last.
func (p *play) lateAndRevoked() {
	late := p.file(civilLeader, "500156-JG-000004", "oversized_plot", "2026-09-20", "日常巡查")
	p.carry(late, matter{
		officers: []person{civilOfficer, civilOfficer2}, leader: civilLeader, legal: civilLegal,
		facts: "当事人建造的三处墓位占地面积超过公布的标准。", grounds: "超过标准占地", basis: "《殡葬管理条例》", cite: "以公布文本为准",
		penalty: map[string]any{"kinds": []string{"fine"}, "text": "罚款3000元", "fine_fen": 300000},
	}, "2026-10-15 09:00", "2026-10-20 15:00")
	p.record(civilLeader, "case/"+late) // is there, and stays unpublished

	revoked := p.file(priceLeader, "500156-JG-000050", "no_price_display", "2026-09-25", "价格巡查")
	p.carry(revoked, matter{
		officers: []person{priceOfficer, priceOfficer2}, leader: priceLeader, legal: priceLegal,
		facts: "当事人销售殡葬用品未标明价格。", grounds: "不按规定明码标价", basis: "《价格法》", cite: "以公布文本为准",
		penalty: map[string]any{"kinds": []string{"fine"}, "text": "罚款2000元", "fine_fen": 200000},
	}, "2026-10-21 09:00", "2026-10-22 15:00")
	record := p.record(priceLeader, "case/"+revoked)
	p.until("2026-10-23 10:00")
	p.publish(record.ID, pricePublisher, priceLeader, "portal", "credit_china", "gsxt")

	p.until("2026-11-10 09:30")
	p.as(priceLegal).post("casefile", "/cases/"+revoked+"/revoke", map[string]any{
		"manner": "revoked", "by": "武隆区人民政府", "document": "武隆府复〔2026〕7号", "reason": "主要事实不清，复议决定撤销。",
	}, nil)
	p.until("2026-11-12 16:00")
	p.as(pricePublisher).post("disclose", "/records/"+record.ID+"/withdraw", map[string]any{"reason": "原处罚决定经行政复议撤销，公示信息撤回。"}, nil)
	var stone struct{ State, Reason string }
	p.citizen().get("disclose", "/public/records/"+record.ID, &stone)
	p.expect(stone.Reason != "", "撤回后没有留下说明")
	p.say("撤回后公众看到：%s", stone.Reason)
	p.overdueIsPublic()
}

// file opens a case without a clue.
func (p *play) file(leader person, facility, offence, act, lead string) string {
	var c casefile.Case
	p.as(leader).post("casefile", "/cases", map[string]any{"facility": facility, "offence": offence, "act": act, "leads": []string{lead}}, &c)
	return c.ID
}

// overdueIsPublic looks at the performance figures as the public sees them.
func (p *play) overdueIsPublic() {
	var shown struct{ Overdue []oversee.Passed }
	p.citizen().get("oversee", "/public/performance", &shown)
	p.expect(len(shown.Overdue) > 0, "逾期未公示没有列入履职情况")
	for _, o := range shown.Overdue {
		p.say("履职情况公示：%s，%s，应于 %s 办结，已逾期 %d 日", o.UnitName, o.Name, o.Due, o.Days)
	}
}
