package rehearsal

import (
	"strings"

	"shenzhong/services/clue"
)

// The cast of the complaints.
const (
	funeralHome = "500156-JG-000001"
	bundled     = "bundled_sale"
)

// complaints follows three complaints: one that goes straight to the unit that
// must act, one that goes astray, and one that says the same as the first.
func (p *play) complaints() {
	p.until("2026-07-06 09:20")
	first := p.complain(map[string]any{
		"facility": funeralHome, "offence": bundled, "text": "办理告别时被要求必须购买馆内的花圈和骨灰盒，否则不予安排。",
		"contact": map[string]any{"name": "赵某", "phone": "13900000001"},
	})
	p.expect(strings.Contains(first.Route, "市场监") && strings.Contains(first.Route, "第43条"), "回执没有说明分办依据：%s", first.Route)
	p.say("回执：%s", first.Text)

	p.until("2026-07-07 10:00")
	p.as(priceOfficer).post("clue", "/clues/"+first.Clue+"/accept", nil, nil)
	p.astray()

	p.until("2026-07-08 11:00")
	same := p.complain(map[string]any{
		"facility": funeralHome, "offence": bundled, "text": "同一家殡仪馆，不买套餐就不给安排告别厅。",
		"contact": map[string]any{"phone": "13900000002"},
	})
	p.as(intake).post("clue", "/clues/"+same.Clue+"/merge", map[string]any{"into": first.Clue}, nil)

	p.piling()

	p.until("2026-07-20 15:00")
	p.as(priceOfficer).post("clue", "/clues/"+first.Clue+"/conclude", map[string]any{
		"outcome": "case", "act": "2026-07-03", "summary": "现场检查、调取收费单据并询问经办人，搭售情况属实。",
		"evidence": []string{"收费单据复印件 6 份", "现场检查笔录", "经办人询问笔录"},
	}, nil)
	for _, r := range []clue.Receipt{first, same} {
		told := p.track(r.Code)
		p.expect(len(told.Answers) > 0, "线索 %s 的反映人没有得到答复", r.Clue)
		for _, a := range told.Answers {
			p.say("凭查询码看到的答复（%s）：%s", r.Clue, a.Text)
		}
	}
	p.keep["clue"] = first.Clue
}

// astray follows a complaint that is sent to a unit that may not act on it.
func (p *play) astray() {
	r := p.complain(map[string]any{
		"name": "村口新坟", "town": "和顺镇", "offence": "scattered_burial", "text": "村口耕地里新修了两座坟，占了种粮食的地。",
	})
	before := p.limits(r.Clue)
	p.as(civilOfficer).refused("clue", "/clues/"+r.Clue+"/return", map[string]any{"ground": "other", "suggested": "ghzrzyj"})
	p.as(civilOfficer).post("clue", "/clues/"+r.Clue+"/return", map[string]any{
		"ground": "return.not_competent", "note": "现场在耕地上", "suggested": "ghzrzyj",
	}, nil)
	p.as(landOfficer).post("clue", "/clues/"+r.Clue+"/dispute", map[string]any{
		"reason": "散埋乱葬由民政部门查处，占用耕地的事实尚未查明。", "basis": "《殡葬管理条例》",
	}, nil)
	p.until("2026-07-07 16:30")
	p.as(office).post("clue", "/clues/"+r.Clue+"/rule", map[string]any{
		"lead": "ghzrzyj", "offence": "farmland_grave", "basis": "《土地管理法》", "reason": "照片和地籍图显示坟墓在耕地上，由规划自然资源部门主办，民政部门配合。",
	}, nil)
	p.as(landOfficer).post("clue", "/clues/"+r.Clue+"/accept", nil, nil)
	after := p.limits(r.Clue)
	p.expect(before["clue.verify"] != "" && before["clue.verify"] == after["clue.verify"], "核查期限由 %s 变为 %s，退回和争议不应影响期限", before["clue.verify"], after["clue.verify"])
	p.say("线索 %s 经过退回、争议、裁定，核查期限仍为 %s", r.Clue, after["clue.verify"])
	p.as(landOfficer).post("clue", "/clues/"+r.Clue+"/conclude", map[string]any{
		"outcome": "corrected", "act": "2026-06-20", "summary": "责令当事人限期迁移，已经迁入公益性公墓并复耕。", "evidence": []string{"现场照片 4 张", "复耕验收记录"},
	}, nil)
}

// complain reports as a citizen.
func (p *play) complain(body map[string]any) clue.Receipt {
	var r clue.Receipt
	p.citizen().post("clue", "/clues", body, &r)
	return r
}

// track looks a clue up by its receipt code.
func (p *play) track(code string) clue.Progress {
	var told clue.Progress
	p.citizen().post("clue", "/clues/track", map[string]any{"code": code}, &told)
	return told
}

// limits are the last days of the running limits of a clue, by rule.
func (p *play) limits(id string) map[string]string {
	var row clue.Row
	p.as(intake).get("clue", "/clues/"+id, &row)
	out := map[string]string{}
	for _, d := range row.Limits {
		out[d.Rule] = d.DueDate
	}
	return out
}
