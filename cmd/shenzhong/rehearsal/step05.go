package rehearsal

import (
	"shenzhong/services/clue"
	"shenzhong/services/inspect"
)

// threeOutcomes follows what the visits have led to.
func (p *play) threeOutcomes() {
	p.danger()
	p.rectify()
	p.referred()
	p.until("2026-04-10 17:00")
	p.bundle(p.keep["first draw"])
}

// rectify has a facility prove that it has put something right, and the unit
// look again.
func (p *play) rectify() {
	var list struct{ Rectifications []inspect.OrderRow }
	p.as(priceOfficer).get("inspect", "/rectifications?state=ordered", &list)
	p.expect(len(list.Rectifications) == 1, "应有一件责令改正，得到 %d 件", len(list.Rectifications))
	if p.err != nil {
		return
	}
	order := list.Rectifications[0]
	at := "/rectifications/" + order.ID
	p.until("2026-03-26 10:00")
	p.as(partyOf(order.Facility)).post("inspect", at+"/prove", map[string]any{"proof": "价目表已经上墙，照片附后。", "sha256": digest(order.ID)}, nil)
	p.until("2026-03-30 10:00")
	p.as(priceOfficer).post("inspect", at+"/check", map[string]any{
		"passed": true, "note": "价目表齐全，已经改正。", "officers": []string{priceOfficer.account, priceOfficer2.account},
	}, nil)
}

// referred follows the finding that another department must deal with.
func (p *play) referred() {
	var list struct{ Clues []clue.Row }
	p.as(intake).get("clue", "/clues?offence=fire_safety", &list)
	p.expect(len(list.Clues) == 1 && list.Clues[0].To.Lead == "xfzd", "检查发现的消防隐患应当转给消防救援支队")
	if p.err != nil {
		return
	}
	at := "/clues/" + list.Clues[0].ID
	p.as(fireOfficer).post("clue", at+"/accept", nil, nil)
	p.until("2026-04-08 10:00")
	p.as(fireOfficer).post("clue", at+"/conclude", map[string]any{
		"outcome": "corrected", "act": "2026-03-16", "summary": "现场责令清理，疏散通道已经畅通。", "evidence": []string{"复查照片 2 张"},
	}, nil)
}
