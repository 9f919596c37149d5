package rehearsal

import (
	"encoding/hex"
	"fmt"
	"time"

	"shenzhong/events"
	"shenzhong/services/draw"
	"shenzhong/services/draw/fdraw"
	"shenzhong/services/inspect"
	"shenzhong/services/kit/workday"
)

// parties are those whose secrets make the seed.
var parties = []person{civilLeader, priceLeader, landLeader}

// ceremony is when the steps of a draw are taken.
type ceremony struct {
	announce, commitBy, freeze, freezeBy, reveal, revealBy, beacon, openBy string
	closed                                                                 string // when the clock has closed the reveals
	value                                                                  string // of the dice thrown in public
}

// firstDraw draws the first batch: who is inspected and who goes there.
func (p *play) firstDraw() {
	p.as(civilOfficer).post("register", "/officers/"+civilOfficer.account+"/annual", map[string]any{}, nil)
	p.say("%s 作年度回避申报：没有新的回避事由；没有申报的人员不参加抽取", civilOfficer.name)
	p.drawBatch("first", 1, ceremony{
		announce: "2026-03-02 09:00", commitBy: "2026-03-04 18:00", freeze: "2026-03-05 10:00", freezeBy: "2026-03-05 18:00",
		reveal: "2026-03-06 09:00", revealBy: "2026-03-06 12:00", beacon: "2026-03-06 15:00", openBy: "2026-06-30 18:00",
		value: "63454660390103169462",
	})
}

// announceDraw announces a batch of the plan, for the first time or after an
// attempt was given up, and returns the draw; "" if the story cannot go on.
func (p *play) announceDraw(name string, no int, c ceremony) string {
	p.until(c.announce)
	var batch inspect.PublicBatch
	p.as(civilLeader).post("inspect", "/plans/"+p.keep["plan"]+"/batches", map[string]any{
		"no": no, "parties": []string{"mzj", "scjgj", "ghzrzyj"}, "quorum": 2, "commit_by": instant(c.commitBy), "freeze_by": instant(c.freezeBy),
		"reveal_by": instant(c.revealBy), "beacon": "dice-d10x20", "beacon_at": instant(c.beacon), "open_by": instant(c.openBy),
	}, &batch)
	p.keep[name+" batch"] = batch.Batch
	var list struct{ Draws []draw.Row }
	p.citizen().get("draw", "/draws?batch="+batch.Batch, &list)
	p.expect(len(list.Draws) == 1, "批次 %s 应有一次抽取，得到 %d 次", batch.Batch, len(list.Draws))
	if p.err != nil {
		return ""
	}
	p.keep[name+" draw"] = list.Draws[0].ID
	return list.Draws[0].ID
}

// bound freezes the lists of a batch once the parties have committed, and opens
// the commitments of some of them.
func (p *play) bound(name, id string, c ceremony, opening []person) {
	secrets := p.commit(id)
	p.until(c.freeze)
	p.as(civilLeader).post("inspect", "/batches/"+p.keep[name+" batch"]+"/freeze", nil, nil)
	p.until(c.reveal)
	for i, party := range opening {
		p.as(party).post("draw", "/draws/"+id+"/reveal", map[string]any{"nonce": hex.EncodeToString(secrets[i][:])}, nil)
	}
}

// lapse takes a batch to an attempt that fails: only one party opens its
// commitment. What there was of it is public at once.
func (p *play) lapse(name string, no int, c ceremony) {
	id := p.announceDraw(name, no, c)
	if p.err != nil {
		return
	}
	p.bound(name, id, c, parties[:1])
	p.until(c.closed)
	var public draw.Public
	p.citizen().get("draw", "/draws/"+id, &public)
	p.expect(public.State == draw.Voided, "抽取 %s 应当作废，目前为“%s”", id, draw.Title(public.State))
	p.bundleOf(id, public.Attempt)
	p.say("抽取 %s 第 %d 次作废：%s；编号不变，另约一期公开随机数重新公告", id, public.Attempt, "揭示的单位不足")
}

// drawBatch takes a batch of the plan from its announcement to its visits.
func (p *play) drawBatch(name string, no int, c ceremony) {
	id := p.announceDraw(name, no, c)
	if p.err != nil {
		return
	}
	p.bound(name, id, c, parties)
	p.closeReveals(id)
	if name == "first" {
		p.watch("closed", nil)
	}
	p.until(c.beacon)
	p.as(civilLeader).post("draw", "/draws/"+id+"/beacon", map[string]any{"value": c.value}, nil)
	p.as(priceLeader).post("draw", "/draws/"+id+"/beacon", map[string]any{"value": c.value}, nil)
	p.citizen().denied("draw", "/draws/"+id+"/bundle")
	if name == "first" {
		p.watch("sealed", nil)
		p.recompute(id, parties[1:])
	}
	p.say("抽取 %s 完成并封存；启封之前，检查组以外的人查不到抽中了谁", id)
}

// recompute has parties compute a sealed draw again, each on its own machine, and
// sign that they come to the same.
func (p *play) recompute(id string, who []person) {
	for _, party := range who {
		var material fdraw.Bundle
		p.as(party).post("draw", "/draws/"+id+"/material", nil, &material)
		if p.err != nil {
			return
		}
		sealed, _, err := fdraw.Recompute(&material)
		p.must(err)
		a, err := fdraw.ParseAnnounce(material.Announce)
		p.must(err)
		key, err := fdraw.NewSigningKey(fdraw.SM2)
		p.must(err)
		if p.err != nil {
			return
		}
		signed := fdraw.NewCountersign(a, party.unit, material.Sealed, sealed)
		p.must(key.Sign(signed))
		p.expect(signed.Agrees(), "%s 复算抽取 %s 的结果与封存的不同", party.unit, id)
		p.as(party).post("draw", "/draws/"+id+"/countersign", map[string]any{"file": signed.Text()}, nil)
		p.say("%s 在自己的设备上复算抽取 %s，结果一致，已经签署", party.name, id)
	}
}

// commit has every party make a secret on its own machine and hand in what
// binds it.
func (p *play) commit(id string) []fdraw.Digest {
	var public draw.Public
	p.citizen().get("draw", "/draws/"+id, &public)
	hash, err := fdraw.ParseHash(public.Hash)
	p.must(err)
	secrets := make([]fdraw.Digest, len(parties))
	for i, party := range parties {
		p.must(fill(secrets[i][:]))
		c := fdraw.Commit{Head: fdraw.Head{Draw: id, Attempt: public.Attempt}, Party: party.unit, Nonce: secrets[i]}
		p.as(party).post("draw", "/draws/"+id+"/commit", map[string]any{"commit": c.Digest(hash).String()}, nil)
	}
	return secrets
}

// closeReveals closes them if the last reveal has not done so.
func (p *play) closeReveals(id string) {
	var public draw.Public
	p.citizen().get("draw", "/draws/"+id, &public)
	if public.State == draw.Frozen {
		p.as(civilLeader).post("draw", "/draws/"+id+"/close", nil, nil)
	}
}

// bundle downloads what anybody needs to recompute an opened draw.
func (p *play) bundle(id string) {
	var public draw.Public
	p.citizen().get("draw", "/draws/"+id, &public)
	if b := p.bundleOf(id, public.Attempt); b != nil {
		p.drawn(b)
	}
}

// bundleOf downloads what anybody needs to check an attempt, and checks it; nil
// if the story cannot go on.
func (p *play) bundleOf(id string, attempt int) *fdraw.Bundle {
	var text string
	p.citizen().get("draw", fmt.Sprintf("/draws/%s/bundle?attempt=%d", id, attempt), &text)
	p.bundles = append(p.bundles, []byte(text))
	if p.err == nil && p.Published != nil {
		p.must(p.Published(fmt.Sprintf("%s-%d", id, attempt), []byte(text)))
	}
	if id == p.keep["first draw"] {
		p.watch("opened", []byte(text))
	}
	b, err := fdraw.ParseBundle([]byte(text))
	p.must(err)
	if p.err != nil {
		return nil
	}
	report := fdraw.Verify(b)
	for _, c := range report.Checks {
		p.say("核验 %s %s：%s（%s）", c.ID, c.Title, verdicts[c.Status], c.Why)
	}
	for _, c := range report.Countersigned {
		p.expect(c.Status == fdraw.Holds, "%s", c.Why)
		p.say("复算签署：%s", c.Why)
	}
	return b
}

// drawn holds the outcome of the first draw against what the law asks for: the
// category with few objects whole, flagged objects in, enough officers from each
// unit, nobody where they declared an interest.
func (p *play) drawn(b *fdraw.Bundle) {
	result, err := fdraw.ParseResult(b.Result)
	p.must(err)
	var homes, flagged, closed struct{ Facilities []events.Facility }
	p.as(registrar).get("register", "/facilities?category=funeral_home&limit=500", &homes)
	p.as(registrar).get("register", "/facilities?category=funeral_station&limit=500", &flagged)
	p.as(registrar).get("register", "/facilities?status=closed&limit=500", &closed)
	var officers struct{ Officers []events.Officer }
	p.as(registrar).get("register", "/officers?limit=500", &officers)
	if p.err != nil {
		return
	}
	for _, f := range homes.Facilities {
		p.expect(result.Find(f.ID) != nil, "殡仪馆不足五家，应当全部抽取，%s 没有抽到", f.Name)
	}
	for _, f := range flagged.Facilities {
		p.expect(len(f.Flags) == 0 || f.Status != "open" || result.Find(f.ID) != nil, "%s 应当列入，没有抽到", f.Name)
	}
	for _, f := range closed.Facilities {
		p.expect(result.Find(f.ID) == nil, "%s 已经关闭，不应抽到", f.Name)
	}
	stays := map[string]bool{}
	for _, o := range officers.Officers {
		for _, i := range o.Interests {
			stays[o.ID+" "+i.Facility] = true
		}
	}
	for _, v := range result.Visits {
		for _, seat := range v.Seats {
			p.expect(!stays[seat.Officer+" "+v.Facility], "%s 申报了与 %s 的利害关系，不应派往", seat.Officer, v.Facility)
		}
	}
	p.say("抽中 %d 家：不足五家的类别全部列入，应查对象列入，已关闭的不列入，没有派出申报了利害关系的人员", len(result.Visits))
}

// instant is a time of the story as the interface takes it.
func instant(at string) string {
	t, err := time.ParseInLocation("2006-01-02 15:04", at, workday.Zone)
	if err != nil {
		return fmt.Sprintf("no time: %s", at)
	}
	return t.Format(time.RFC3339)
}
