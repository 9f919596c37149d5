package rehearsal

import (
	"fmt"
	"slices"

	"shenzhong/events"
	"shenzhong/services/clue"
	"shenzhong/services/kit/workday"
	"shenzhong/services/watch"
)

// heshun is the town of the burials.
const heshun = "和顺镇"

// danger follows the warning about the hazard that a visit has found: one is
// enough where life is in danger, and hours are counted.
func (p *play) danger() {
	p.until("2026-03-16 15:00")
	a := p.alert("safety")
	p.expect(a.Urgent && a.To.Lead == "xfzd" && len(a.Limits) == 1, "消防隐患应当发出紧急预警，由消防救援支队主办")
	if p.err != nil {
		return
	}
	p.say("紧急预警 %s：%s", a.ID, a.Reason)
	at := "/alerts/" + a.ID
	p.as(fireOfficer).post("watch", at+"/acknowledge", nil, nil)
	p.as(civilOfficer).post("watch", at+"/respond", map[string]any{"text": "到场督促机构清理疏散通道，安排专人值守。", "evidence": []string{"现场照片 1 张"}}, nil)
	p.until("2026-03-16 17:30")
	p.as(fireOfficer).post("watch", at+"/conclude", map[string]any{
		"outcome": "remedied", "text": "通道已经当场清理，隐患消除；违法行为随线索另行处理。", "evidence": []string{"现场照片 2 张"},
	}, nil)
}

// piling follows burials that pile up in one town: a complaint, what a patrol has
// seen and what an image shows become one warning, which several units answer and
// which goes on as a clue.
func (p *play) piling() {
	p.until("2026-07-10 10:00")
	p.as(townOfficer).post("watch", "/signals", map[string]any{
		"seen": "patrol", "matter": "scattered_burial", "town": heshun, "day": "2026-07-09", "text": "巡查发现公路旁山坡新修坟墓两座。", "evidence": []string{"照片 3 张"},
	}, nil)
	p.until("2026-07-14 09:30")
	p.as(landOfficer).post("watch", "/signals", map[string]any{
		"seen": "imagery", "matter": "scattered_burial", "town": heshun, "day": "2026-07-13", "text": "影像比对发现同一山坡新增硬化地块三处。", "evidence": []string{"影像比对图 1 幅"},
	}, nil)
	a := p.alert("burial")
	p.expect(len(a.Signals) == 3 && a.To.Lead == "mzj" && slices.Contains(a.To.Assists, "xz-heshun"), "三个信号应当成为一个预警，由民政局主办、和顺镇协办")
	if p.err != nil {
		return
	}
	p.say("预警 %s：%s", a.ID, a.Reason)
	p.until("2026-07-14 15:00")
	at := "/alerts/" + a.ID
	p.as(civilOfficer).post("watch", at+"/acknowledge", nil, nil)
	p.as(priceOfficer).refused("watch", at+"/respond", map[string]any{"text": "与本单位无关。"})
	p.until("2026-07-15 10:00")
	p.as(townOfficer).post("watch", at+"/respond", map[string]any{"text": "已到现场劝阻并设置警示标识，通知村民小组不再新建。", "evidence": []string{"现场照片 4 张"}}, nil)
	p.as(landOfficer).post("watch", at+"/respond", map[string]any{"text": "实地核实地类为其他草地，不占耕地。", "evidence": []string{"地类核查表"}}, nil)
	p.until("2026-07-16 10:00")
	p.as(civilOfficer).refused("watch", at+"/conclude", map[string]any{"outcome": "unfounded", "text": "没有发现问题。", "evidence": []string{"核查记录"}})
	p.as(civilOfficer).post("watch", at+"/conclude", map[string]any{
		"outcome": "clue", "text": "和顺镇同一山坡一个月内新增散埋坟墓多座，情况属实，转为线索依法查处。", "evidence": []string{"联合核查记录", "现场照片 4 张"},
	}, nil)
	p.transferred(a.ID)
}

// transferred follows the clue that an alert has become.
func (p *play) transferred(alert string) {
	var list struct{ Clues []clue.Row }
	p.as(intake).get("clue", "/clues?offence=scattered_burial", &list)
	i := slices.IndexFunc(list.Clues, func(c clue.Row) bool { return c.Origin == alert })
	p.expect(i >= 0 && list.Clues[i].Source == "alert" && list.Clues[i].To.Lead == "mzj", "预警 %s 应当转为线索，分办给民政局", alert)
	if p.err != nil {
		return
	}
	at := "/clues/" + list.Clues[i].ID
	p.as(civilOfficer).post("clue", at+"/accept", nil, nil)
	p.until("2026-07-17 16:00")
	p.as(civilOfficer).post("clue", at+"/conclude", map[string]any{
		"outcome": "corrected", "act": "2026-07-09", "summary": "责令当事人限期迁移，均已迁入公益性公墓，地块复绿。", "evidence": []string{"现场照片 6 张", "迁移登记"},
	}, nil)
}

// watched is what a fact about a signal or a gauge says. Signals that clues and
// decisions are by themselves are left to --json: the fact that they are of has
// just been told, and the gauge tells what comes of it.
func (p *play) watched(e events.Envelope) (said, about string, err error) {
	switch e.Type {
	case events.SignalNoted{}.Kind():
		f, err := events.Open[events.SignalNoted](e)
		if f.Seen == "" {
			return "", "", err
		}
		return "登记监测信号：" + f.Text, "", err
	case events.SignalWithdrawn{}.Kind():
		f, err := events.Open[events.SignalWithdrawn](e)
		return "监测信号不计入：" + f.Reason, "", err
	}
	f, err := events.Open[events.GaugeMoved](e)
	name := f.Rule
	if r, lost := p.Law.WatchRule(f.Rule, workday.DateOf(e.Time)); lost == nil {
		name = r.Name
	}
	said = "监测点“" + name + "”" + f.Place.Name
	switch {
	case f.Count > 0:
		said += fmt.Sprintf("：%d 件，满 %d 件即预警", f.Count, f.Threshold)
	case f.Change == "ended":
		said += "：预警已经处置，重新计数"
	default:
		said += "：没有计入的信号"
	}
	return said, "", err
}

// alert is the one that is open by a rule.
func (p *play) alert(rule string) watch.Alert {
	var list struct{ Alerts []watch.Alert }
	p.as(office).get("watch", "/alerts?state=raised&rule="+rule, &list)
	p.expect(len(list.Alerts) == 1, "按监测规则 %s 应有一个待签收的预警，得到 %d 个", rule, len(list.Alerts))
	if p.err != nil {
		return watch.Alert{}
	}
	return list.Alerts[0]
}
