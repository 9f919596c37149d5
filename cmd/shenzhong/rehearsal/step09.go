package rehearsal

import (
	"shenzhong/services/credit"
	"shenzhong/services/inspect"
)

// grades explains a credit record point by point, and shows what the grade does
// to the ratio of the next batch.
func (p *play) grades() {
	for _, facility := range []string{funeralHome, p.keep["责令改正"]} {
		var record credit.Explained
		p.as(civilOfficer).get("credit", "/credit/"+facility, &record)
		p.say("%s（%s）：%s", record.Name, record.USCC, record.Formula)
		for _, point := range record.Points {
			p.say("　%+d 分：%s（%s，%s）", point.Points, point.Why, point.Source, point.Rule)
		}
	}
	var plan inspect.Plan
	p.citizen().get("inspect", "/plans/"+p.keep["plan"], &plan)
	p.lapse("second", 2, ceremony{
		announce: "2026-11-16 09:00", commitBy: "2026-11-17 18:00", freeze: "2026-11-18 10:00", freezeBy: "2026-11-18 18:00",
		reveal: "2026-11-19 09:00", revealBy: "2026-11-19 12:00", closed: "2026-11-19 12:05", beacon: "2026-11-19 15:00", openBy: "2026-12-31 18:00",
	})
	p.drawBatch("second", 2, ceremony{
		announce: "2026-11-20 09:00", commitBy: "2026-11-23 18:00", freeze: "2026-11-24 10:00", freezeBy: "2026-11-24 18:00",
		reveal: "2026-11-25 09:00", revealBy: "2026-11-25 12:00", beacon: "2026-11-25 15:00", openBy: "2026-12-31 18:00",
		value: "90125583410766120934",
	})
	var batch inspect.PublicBatch
	p.citizen().get("inspect", "/batches/"+p.keep["second batch"], &batch)
	if p.err != nil {
		return
	}
	before := map[string]bool{}
	for _, line := range plan.Batches[1].Rates {
		before[line.Formula] = true
	}
	changed := 0
	for _, line := range batch.Rates {
		if !before[line.Formula] {
			changed++
			p.say("抽查比例随信用等级变化：%s，%d 个", line.Formula, line.Objects)
		}
	}
	p.expect(changed > 0, "信用等级没有改变第二批的抽查比例")
}
