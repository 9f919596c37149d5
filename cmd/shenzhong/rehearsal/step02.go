package rehearsal

import (
	"maps"
	"slices"

	"shenzhong/services/inspect"
)

// yearPlan drafts the plan of the year, has every unit's head approve it and
// publishes it. What the law forbids is tried first.
func (p *play) yearPlan() {
	p.until("2026-01-12 09:00")
	draft := func(tasks ...map[string]any) map[string]any {
		return map[string]any{"year": 2026, "title": "2026年度殡葬领域联合抽查计划", "batches": []map[string]any{
			{"title": "第一批：殡仪服务机构", "area": "3", "categories": []string{"funeral_home", "funeral_station"}, "tasks": tasks, "from": "2026-03-16", "to": "2026-05-29"},
			{"title": "第二批：殡仪服务站和经营性公墓", "area": "3", "categories": []string{"funeral_station", "cemetery_commercial"}, "tasks": shared(tasks), "from": "2026-11-23", "to": "2026-12-25"},
		}}
	}
	civil, price := task("mzj", "mzj-304", "mzj-102"), task("scjgj", "scjgj-301", "scjgj-302")
	p.as(civilOfficer).refused("inspect", "/plans", draft(civil, task("zbb", "mzj-304")))
	p.as(civilOfficer).refused("inspect", "/plans", draft(civil, task("scjgj", "scjgj-999")))
	p.as(civilOfficer).refused("inspect", "/plans", draft(task("mzj", "mzj-309"), price)) // its basis comes into force on 30 March
	var plan inspect.Plan
	p.as(civilOfficer).post("inspect", "/plans", draft(civil, price), &plan)
	p.keep["plan"] = plan.ID
	at := "/plans/" + plan.ID
	p.until("2026-01-14 10:00")
	p.as(civilLeader).post("inspect", at+"/approve", nil, nil)
	p.as(civilLeader).refused("inspect", at+"/publish", nil)
	p.as(priceLeader).post("inspect", at+"/approve", nil, nil)
	p.as(civilLeader).post("inspect", at+"/publish", nil, &plan)
	for _, b := range plan.Batches {
		p.say("%s（%s 至 %s）", b.Title, b.From, b.To)
		for _, line := range b.Rates {
			p.say("　%s，名录中 %d 个", line.Formula, line.Objects)
		}
	}
	record := p.record(civilLeader, "plan/"+plan.ID)
	p.publish(record.ID, civilPublisher, civilLeader, "portal")
}

// shared is the tasks with the other units joining six visits in ten.
func shared(tasks []map[string]any) []map[string]any {
	out := slices.Clone(tasks)
	for i := range out[1:] {
		out[i+1] = maps.Clone(out[i+1])
		out[i+1]["share"] = 600_000
	}
	return out
}

// task is the part of one unit in a batch.
func task(unit string, items ...string) map[string]any {
	return map[string]any{"unit": unit, "officers": 2, "items": items}
}
