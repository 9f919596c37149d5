package years

import (
	"context"
	"time"

	"shenzhong/events"
	"shenzhong/services/casefile"
	"shenzhong/services/disclose"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/identity"
	"shenzhong/services/kit/store"
)

// step is one command in a case, some time after the one before.
type step struct {
	after time.Duration
	what  string
	do    func(context.Context, func(identity.Actor) store.Cause) error
}

// carry gives the commands of a case one after another; each waits for the one
// before to be stored.
func (p *people) carry(minds bool, steps ...step) {
	if len(steps) == 0 {
		return
	}
	s := steps[0]
	p.act(s.after, "casefile", s.what, minds, func(ctx context.Context, by func(identity.Actor) store.Cause) error {
		if err := s.do(ctx, by); err != nil {
			return err
		}
		p.carry(minds, steps[1:]...)
		return nil
	})
}

// filed: the case is investigated and brought to a decision, or none is called
// for.
func (p *people) filed(f events.CaseFiled, _ store.Commit) {
	officer, leader := who(f.Unit, identity.Officer, 0), who(f.Unit, identity.Leader, 1)
	pace := 1.0
	if p.chance(.12) {
		pace = 3
	}
	gap := func(least, most float64) time.Duration { return p.between(pace*least, pace*most) }
	steps := []step{{gap(.5, 3), "assign", func(ctx context.Context, by func(identity.Actor) store.Cause) error {
		return p.casefile.Assign(ctx, casefile.Assign{Cause: by(leader), Case: f.Case, Officers: []string{officer.ID, who(f.Unit, identity.Officer, 1).ID}})
	}}}
	if p.chance(.07) {
		p.carry(true, append(steps, p.conclude(f, casefile.Unfounded, gap(5, 20)), step{gap(1, 5), "let off", func(ctx context.Context, by func(identity.Actor) store.Cause) error {
			return p.casefile.LetOff(ctx, casefile.LetOff{Cause: by(leader), Case: f.Case, Reason: "违法事实不能成立"})
		}}, p.end(f.Case, leader, 3))...)
		return
	}
	steps = append(steps, step{gap(1, 6), "evidence", func(ctx context.Context, by func(identity.Actor) store.Cause) error {
		return p.casefile.AddEvidence(ctx, casefile.AddEvidence{
			Cause: by(officer), Case: f.Case, Kind: "record", Name: "现场笔录", Proves: "墓穴超面积", SHA256: p.digest, Holder: "档案室",
		})
	}}, p.conclude(f, casefile.Punish, gap(5, 20)))
	p.carry(true, append(steps, p.hearing(f, gap)...)...)
}

// conclude hands in the report.
func (p *people) conclude(f events.CaseFiled, proposal string, after time.Duration) step {
	return step{after, "conclude", func(ctx context.Context, by func(identity.Actor) store.Cause) error {
		return p.casefile.Conclude(ctx, casefile.Conclude{
			Cause: by(who(f.Unit, identity.Officer, 0)), Case: f.Case, Facts: "超面积建墓", Proposal: proposal, Law: casefile.Then, LawWhy: "旧规定处罚较轻",
		})
	}}
}

// hearing goes on from the report: notice, what the party says, a hearing where
// there is a right to one, and the decision.
func (p *people) hearing(f events.CaseFiled, gap func(least, most float64) time.Duration) []step {
	officer, leader, legal := who(f.Unit, identity.Officer, 0), who(f.Unit, identity.Leader, 1), who(f.Unit, identity.Legal, 1)
	heavy, known := p.heavy[f.Case] // a case that went back keeps its weight
	if !known {
		heavy = p.chance(.6)
		p.heavy[f.Case] = heavy
	}
	penalty := events.Penalty{Kinds: []string{"fine"}, Text: "罚款", FineFen: 3000000}
	if heavy {
		penalty.FineFen = 6000000
	}
	const cite = "公布文本法律责任一章"
	steps := []step{{gap(.5, 3), "tell the party", func(ctx context.Context, by func(identity.Actor) store.Cause) error {
		return p.casefile.Tell(ctx, casefile.Tell{
			Cause: by(officer), Case: f.Case, Facts: "超面积建墓", Grounds: "违反面积规定", Basis: "殡葬管理条例", Cite: cite, Penalty: penalty, SHA256: p.digest,
		})
	}}}
	if heavy {
		steps = append(steps, p.heard(f, gap)...)
	}
	steps = append(steps, step{gap(.5, 2), "listen", func(ctx context.Context, by func(identity.Actor) store.Cause) error {
		return p.casefile.Listen(ctx, casefile.Listen{Cause: by(officer), Case: f.Case, Text: "请求从轻", Reply: "已考虑"})
	}})
	if heavy {
		steps = append(steps, step{gap(.5, 3), "review", func(ctx context.Context, by func(identity.Actor) store.Cause) error {
			return p.casefile.Examine(ctx, casefile.Examine{Cause: by(legal), Case: f.Case, Passed: true, Text: "同意"})
		}}, step{gap(.5, 3), "discuss", func(ctx context.Context, by func(identity.Actor) store.Cause) error {
			return p.casefile.Discuss(ctx, casefile.Discuss{Cause: by(leader), Case: f.Case, Present: []string{"局长", "副局长"}, Text: "同意", SHA256: p.digest})
		}})
	}
	return append(steps, step{gap(.5, 4), "decide", func(ctx context.Context, by func(identity.Actor) store.Cause) error {
		err := p.casefile.Decide(ctx, casefile.Decide{
			Cause: by(leader), Case: f.Case, Facts: "超面积建墓，有现场笔录等证据", Basis: "殡葬管理条例", Cite: cite, Penalty: penalty,
			Perform: "收到决定书之日起十五日内缴至指定银行", Remedies: "可以申请行政复议或者提起行政诉讼", Severity: "general", SeverityBy: "按罚款数额认定", SHA256: p.digest,
		})
		if fault.Is(err, fault.Conflict) { // the law has changed since the report: back to it
			p.counts["law changed under a case"]++
			p.carry(true, append([]step{{p.between(.1, 1), "send back", func(ctx context.Context, by func(identity.Actor) store.Cause) error {
				return p.casefile.Return(ctx, casefile.Return{Cause: by(leader), Case: f.Case, Reason: "法律依据发生变化"})
			}}, p.conclude(f, casefile.Punish, p.between(.5, 4))}, p.hearing(f, gap)...)...)
			return nil
		}
		return err
	}})
}

// heard: the party waives the hearing, lets the time pass, or is heard.
func (p *people) heard(f events.CaseFiled, gap func(least, most float64) time.Duration) []step {
	officer, host := who(f.Unit, identity.Officer, 0), who(f.Unit, identity.Legal, 2)
	switch p.pick(.5, .35, .15) {
	case 0:
		return []step{{gap(.2, 4), "waive the hearing", func(ctx context.Context, by func(identity.Actor) store.Cause) error {
			return p.casefile.WaiveHearing(ctx, casefile.WaiveHearing{Cause: by(officer), Case: f.Case, Note: "书面放弃听证", SHA256: p.digest})
		}}}
	case 1:
		return []step{{p.between(18, 21), "let the hearing lapse", func(ctx context.Context, by func(identity.Actor) store.Cause) error {
			return p.casefile.LapseHearing(ctx, casefile.LapseHearing{Cause: by(officer), Case: f.Case})
		}}}
	}
	day := ""
	return []step{{p.between(.1, 1), "ask for a hearing", func(ctx context.Context, by func(identity.Actor) store.Cause) error {
		return p.casefile.AskHearing(ctx, casefile.AskHearing{Cause: by(officer), Case: f.Case})
	}}, {p.between(.1, 1), "convene", func(ctx context.Context, by func(identity.Actor) store.Cause) error {
		day = p.ground.Clock.Now().In(beijing).AddDate(0, 0, 25).Format(time.DateOnly)
		return p.casefile.Convene(ctx, casefile.Convene{Cause: by(officer), Case: f.Case, Day: day, Place: "会议室", Host: host.ID})
	}}, {p.between(26, 27), "hold the hearing", func(ctx context.Context, by func(identity.Actor) store.Cause) error {
		return p.casefile.HoldHearing(ctx, casefile.HoldHearing{Cause: by(host), Case: f.Case, Result: "维持拟处罚意见", SHA256: p.digest})
	}}}
}

// decided: the decision is served.
func (p *people) decided(f events.CaseDecided, _ store.Commit) {
	officer := who(f.Decision.Unit, identity.Officer, 0)
	p.carry(true, step{p.mostly(.2, 6, 16), "serve", func(ctx context.Context, by func(identity.Actor) store.Cause) error {
		return p.casefile.Serve(ctx, casefile.Serve{Cause: by(officer), Case: f.Decision.Case, Manner: "direct", Receipt: "送达回证1号", RepairNotice: true})
	}})
}

// served: the fine is paid in one or two parts, the case is closed; one decision
// in twenty-five falls afterwards.
func (p *people) served(f events.CaseServed, c store.Commit) {
	officer, leader := who(c.Unit, identity.Officer, 0), who(c.Unit, identity.Leader, 1)
	owed := int64(3000000)
	if p.heavy[f.Case] {
		owed = 6000000
	}
	parts := []int64{owed}
	if p.chance(.2) {
		parts = []int64{owed / 2, owed - owed/2}
	}
	var steps []step
	for _, fen := range parts {
		steps = append(steps, step{p.mostly(.5, 9, 25), "pay", func(ctx context.Context, by func(identity.Actor) store.Cause) error {
			return p.casefile.Pay(ctx, casefile.Pay{Cause: by(officer), Case: f.Case, Fen: fen, Receipt: "票据1号"})
		}})
	}
	// A decision that falls meanwhile is not paid any more.
	p.carry(false, append(steps, p.end(f.Case, leader, 40))...)
	if p.chance(.04) {
		p.carry(false, step{p.between(1, 60), "revoke", func(ctx context.Context, by func(identity.Actor) store.Cause) error {
			return p.casefile.Revoke(ctx, casefile.Revoke{Cause: by(leader), Case: f.Case, Manner: "revoked", By: "区人民政府", Document: "复议决定1号", Reason: "事实不清"})
		}})
	}
}

// end closes a case; one whose publication is open is refused, and stays.
func (p *people) end(id string, leader identity.Actor, days float64) step {
	return step{p.between(days, days+5), "close", func(ctx context.Context, by func(identity.Actor) store.Cause) error {
		return p.casefile.Close(ctx, casefile.Close{Cause: by(leader), Case: id, Note: "办结"})
	}}
}

// prepared: two persons publish a decision, place by place, or lawfully do not.
func (p *people) prepared(f events.RecordPrepared, _ store.Commit) {
	r := f.Record
	if r.Facility == "" {
		return // a plan, which has no limit
	}
	p.unitOf[r.ID] = r.Unit
	first, leader := who(r.Unit, identity.Publisher, 1), who(r.Unit, identity.Leader, 1)
	review := disclose.Review{Record: r.ID, Verdict: "publish"}
	withheld := p.chance(.06)
	if withheld {
		review.Verdict, review.Ground = "withhold", "withhold.noeffect"
	}
	reviewed, confirmed := p.between(.2, 4), p.mostly(.2, 5, 12)
	places := []string{"portal", "credit_china"}
	if kindOf(r.Facility) == "enterprise" {
		places = append(places, "gsxt")
	}
	at := 1 + p.rng.IntN(len(places)) // so many on the first day
	p.act(reviewed, "disclose", "review", false, func(ctx context.Context, by func(identity.Actor) store.Cause) error {
		review.Cause = by(first)
		return p.disclose.Review(ctx, review)
	})
	p.act(reviewed+confirmed, "disclose", "publish", false, func(ctx context.Context, by func(identity.Actor) store.Cause) error {
		if withheld {
			return p.disclose.Withhold(ctx, disclose.Withhold{Cause: by(leader), Record: r.ID, Reason: "不具有社会影响"})
		}
		var channels []events.Channel
		for _, name := range places[:at] {
			channels = append(channels, events.Channel{Name: name, Proof: "回执1"})
		}
		return p.disclose.Publish(ctx, disclose.Publish{Cause: by(leader), Record: r.ID, Channels: channels})
	})
	for _, name := range places[at:] {
		if withheld {
			return
		}
		p.act(reviewed+confirmed+p.mostly(.5, 20, 40), "disclose", "publish elsewhere", false, func(ctx context.Context, by func(identity.Actor) store.Cause) error {
			return p.disclose.AddChannel(ctx, disclose.AddChannel{Cause: by(first), Record: r.ID, Channel: events.Channel{Name: name, Proof: "回执2"}})
		})
	}
}

// recall: what must go, goes.
func (p *people) recall(f events.WithdrawalDue, _ store.Commit) {
	unit := p.unitOf[f.Record]
	p.act(p.mostly(.2, 2.5, 7), "disclose", "withdraw", true, func(ctx context.Context, by func(identity.Actor) store.Cause) error {
		return p.disclose.Withdraw(ctx, disclose.Withdraw{Cause: by(who(unit, identity.Publisher, 1)), Record: f.Record, Reason: "原决定被撤销"})
	})
}
