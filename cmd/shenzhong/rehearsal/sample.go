package rehearsal

import (
	"context"
	"time"

	"shenzhong/services/credit"
	"shenzhong/services/kit/workday"
)

// SampleDays is how long before today the history of the sample begins.
const SampleDays = 30

// Sample gives a district that was just loaded a short history, so that there is
// something to see: two decisions and a commitment, each by its statutory steps
// and published. It begins SampleDays before today. The tokens of its people are
// thrown away.
func Sample(ctx context.Context, cfg Config, today time.Time) error {
	p := newPlay(cfg, today.In(workday.Zone).AddDate(0, 0, -SampleDays))
	p.hasty = true
	return p.act(ctx, (*play).history)
}

// history is the story of the sample.
func (p *play) history() {
	for _, who := range []person{
		civilLeader, civilPublisher, civilLegal, civilOfficer, civilOfficer2, priceLeader, pricePublisher, priceLegal, priceOfficer, priceOfficer2,
	} {
		p.as(who)
	}
	p.as(partyOf("500156-JG-000035"))
	p.wait()
	p.decided(civilLeader, civilPublisher, "500156-JG-000004", "oversized_plot", matter{
		officers: []person{civilOfficer, civilOfficer2}, leader: civilLeader, legal: civilLegal,
		facts: "当事人建造的三处墓位占地面积超过公布的标准。", grounds: "超过标准占地", basis: "《殡葬管理条例》", cite: "以公布文本为准",
		penalty: map[string]any{"kinds": []string{"fine"}, "text": "罚款3000元", "fine_fen": 300000},
	})
	p.decided(priceLeader, pricePublisher, "500156-JG-000050", "no_price_display", matter{
		officers: []person{priceOfficer, priceOfficer2}, leader: priceLeader, legal: priceLegal,
		facts: "当事人销售殡葬用品未标明价格。", grounds: "不按规定明码标价", basis: "《价格法》", cite: "以公布文本为准",
		penalty: map[string]any{"kinds": []string{"fine"}, "text": "罚款2000元", "fine_fen": 200000},
	})
	p.committed("500156-JG-000035")
	p.wait() // who looks first sees all of it
}

// after is a time of day some days from the present of the story.
func (p *play) after(days int, clock string) string {
	return p.now.AddDate(0, 0, days).Format(time.DateOnly) + " " + clock
}

// decided takes a matter from the filing to the published decision.
func (p *play) decided(leader, publisher person, facility, offence string, m matter) {
	id := p.file(leader, facility, offence, p.today(), "日常巡查")
	p.carry(id, m, p.after(1, "09:00"), p.after(5, "15:00"))
	record := p.record(leader, "case/"+id)
	p.until(p.after(4, "10:00"))
	p.publish(record.ID, publisher, leader, "portal", "credit_china", "gsxt")
	p.as(m.officers[0]).post("casefile", "/cases/"+id+"/pay", map[string]any{"fen": m.penalty["fine_fen"], "receipt": "非税票据"}, nil)
}

// partyOf is who acts for a facility.
func partyOf(facility string) person {
	return person{"机构经办人", "500156-RY-" + facility[7:], facility, []string{"party"}}
}

// committed publishes a written commitment.
func (p *play) committed(facility string) credit.Commitment {
	var made credit.Commitment
	p.as(partyOf(facility)).post("credit", "/commitments", map[string]any{
		"facility": facility, "sort": "active", "signatory": "负责人", "text_version": "2026-1",
		"obligations": []string{"按公示的项目和标准收费", "不诱导、捆绑销售殡葬用品"},
	}, &made)
	record := p.record(civilLeader, "commitment/"+made.ID)
	p.publish(record.ID, civilPublisher, civilLeader, "portal")
	return made
}
