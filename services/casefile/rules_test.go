package casefile

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"shenzhong/events"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/identity"
	"shenzhong/services/kit/law"
)

func wants(t *testing.T, err error, kind fault.Kind, words string) {
	t.Helper()
	if fault.KindOf(err) != kind || err != nil && !strings.Contains(err.Error(), words) {
		t.Errorf("got %v; want %q about %q", err, kind, words)
	}
}

// TestEveryGateStandsBeforeTheDecision shuts one gate at a time.
func TestEveryGateStandsBeforeTheDecision(t *testing.T) {
	for _, g := range testGates() {
		c := at(t, Discussed)
		c.reopen(g.Code)
		_, err := c.Decide(leader, decision(), nil)
		if slices.Contains(later, g.Code) {
			if err != nil {
				t.Errorf("%s comes after the decision, yet: %v", g.Code, err)
			}
			continue
		}
		wants(t, err, fault.Conflict, "“"+g.Code+"”尚未完成")
	}
}

func TestGatesOfThePackCannotBeTakenAway(t *testing.T) {
	var all []law.Gate
	for _, g := range testGates() {
		all = append(all, law.Gate{Code: g.Code, Name: g.Name, When: g.When})
	}
	if _, err := gates(all); err != nil {
		t.Fatal(err)
	}
	for i, g := range all {
		if !slices.Contains(statutory, g.Code) {
			continue
		}
		_, err := gates(slices.Delete(slices.Clone(all), i, i+1))
		wants(t, err, fault.Unavailable, g.Code)
		narrowed := slices.Clone(all)
		narrowed[i].When = "never"
		if g.When == "" {
			_, err = gates(narrowed)
			wants(t, err, fault.Unavailable, g.Name)
		}
	}
}

// TestAnUnknownConditionAlwaysDemands keeps a pack from narrowing a gate by a
// word that nobody understands.
func TestAnUnknownConditionAlwaysDemands(t *testing.T) {
	c := at(t, Discussed)
	c.Gates = append(c.Gates, Gate{Code: "local.check", Name: "本地核对", When: "full moon"})
	_, err := c.Decide(leader, decision(), nil)
	wants(t, err, fault.Conflict, "本地核对")
	if _, err := c.Confirm(leader, "local.check", "已核对", "2026-09-26"); err != nil {
		t.Fatal(err)
	}
	_, err = c.Confirm(leader, "local.check", "再次", "2026-09-27")
	wants(t, err, fault.Conflict, "已经确认")
	_, err = c.Confirm(leader, "review", "跳过", "2026-09-27")
	wants(t, err, fault.Invalid, "须按步骤")
	if _, err := c.Decide(leader, decision(), nil); err != nil {
		t.Fatal(err)
	}
}

// TestMinorCaseNeedsNoReview goes from the statement straight to the decision;
// the same case called major may not.
func TestMinorCaseNeedsNoReview(t *testing.T) {
	mild := func() Case {
		c := at(t, Reported)
		if _, err := c.Tell(investigator, Notice{Penalty: fine, On: "2026-09-08"}, nil); err != nil {
			t.Fatal(err)
		}
		if _, err := c.AskHearing(investigator, day(t, "2026-09-09")); fault.KindOf(err) != fault.Conflict {
			t.Fatalf("a hearing was asked for that nobody has a right to: %v", err)
		}
		if _, err := c.Listen(investigator, Statement{Waived: true, Text: "放弃", On: "2026-09-09"}); err != nil || c.State != Heard {
			t.Fatalf("%v, %s", err, c.State)
		}
		return c
	}
	c := mild()
	if _, err := c.Decide(leader, decision(), nil); err != nil {
		t.Error(err)
	}
	c = mild()
	c.Report.Major = true
	_, err := c.Decide(leader, decision(), nil)
	wants(t, err, fault.Conflict, "“review”尚未完成")
	_, err = c.Discuss(leader, Discussion{Present: []string{"a", "b"}})
	wants(t, err, fault.Conflict, "须先通过法制审核")
}

func TestSixContents(t *testing.T) {
	spoil := map[string]func(*events.Decision){
		"respondent":     func(d *events.Decision) { d.Respondent.Name = "" },
		"address":        func(d *events.Decision) { d.Respondent.Address = "" },
		"facts":          func(d *events.Decision) { d.Facts = "" },
		"kind":           func(d *events.Decision) { d.Penalty.Kinds = nil },
		"words":          func(d *events.Decision) { d.Penalty.Text = "" },
		"basis":          func(d *events.Decision) { d.Basis = "" },
		"perform":        func(d *events.Decision) { d.Perform = "" },
		"remedies":       func(d *events.Decision) { d.Remedies = "" },
		"authority":      func(d *events.Decision) { d.UnitName = "" },
		"day of it":      func(d *events.Decision) { d.On = "" },
		"heavier fine":   func(d *events.Decision) { d.Penalty.FineFen++ },
		"another kind":   func(d *events.Decision) { d.Penalty.Kinds = append(d.Penalty.Kinds, "close") },
		"more forfeited": func(d *events.Decision) { d.Penalty.ForfeitFen = 1 },
	}
	for name, change := range spoil {
		c, d := at(t, Discussed), decision()
		d.Penalty.Kinds = slices.Clone(d.Penalty.Kinds)
		change(&d.Decision)
		if _, err := c.Decide(leader, d, nil); fault.KindOf(err) != fault.Invalid || c.State != Discussed {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, change := range map[string]func(*Decision){
		"number": func(d *Decision) { d.No = "" }, "seal": func(d *Decision) { d.SHA256 = "" }, "reason for the class": func(d *Decision) { d.SeverityBy = "" },
	} {
		c, d := at(t, Discussed), decision()
		change(&d)
		if _, err := c.Decide(leader, d, nil); fault.KindOf(err) != fault.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	c, d := at(t, Discussed), decision()
	d.Penalty.FineFen-- // lighter than what was told
	if _, err := c.Decide(leader, d, nil); err != nil {
		t.Errorf("a lighter penalty: %v", err)
	}
}

// TestNobodyIsPunishedMoreForPleading sends a case back after the plea and tells
// more: allowed only with new evidence (行政处罚法 art. 45).
func TestNobodyIsPunishedMoreForPleading(t *testing.T) {
	again := func(evidence bool) (Case, error) {
		c := at(t, Heard)
		if _, err := c.Return(leader, "补充"); err != nil {
			t.Fatal(err)
		}
		if len(c.Open()) == 0 || c.Notice != nil {
			t.Fatal("what was told and heard still counts")
		}
		if evidence {
			if _, err := c.Collect(investigator, Evidence{Kind: "testimony", SHA256: strings.Repeat("ef", 32)}, nil, 2); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := c.Conclude(investigator, report(), nil, 2); err != nil {
			t.Fatal(err)
		}
		more := fine
		more.FineFen++
		_, err := c.Tell(investigator, Notice{Penalty: more, On: "2026-09-28"}, request())
		return c, err
	}
	_, err := again(false)
	wants(t, err, fault.Invalid, "不得因当事人陈述、申辩")
	if c, err := again(true); err != nil || c.State != Noticed {
		t.Errorf("with new evidence: %v", err)
	}
}

func TestWhoInvestigatedNeitherReviewsNorPresides(t *testing.T) {
	insider := identity.Actor{ID: investigator.ID, Unit: "mzj", Roles: []identity.Role{identity.Legal}}
	c := at(t, Heard)
	_, err := c.Examine(insider, true, Opinion{})
	wants(t, err, fault.Denied, "参与了本案调查")

	c = at(t, Noticed)
	if _, err := c.AskHearing(investigator, day(t, "2026-09-15")); err != nil {
		t.Fatal(err)
	}
	_, err = c.HoldHearing(host, "", digest, day(t, "2026-09-22"))
	wants(t, err, fault.Conflict, "尚未通知")
	_, err = c.Convene(investigator, day(t, "2026-09-24"), "会议室", second.ID, day(t, "2026-09-15"), day(t, "2026-09-15"))
	wants(t, err, fault.Denied, "参与了本案调查")
	_, err = c.Convene(investigator, day(t, "2026-09-24"), "会议室", host.ID, day(t, "2026-09-15"), day(t, "2026-09-16"))
	wants(t, err, fault.Invalid, "最迟应当在 2026-09-15")
	if _, err := c.Convene(investigator, day(t, "2026-09-24"), "会议室", host.ID, day(t, "2026-09-15"), day(t, "2026-09-15")); err != nil {
		t.Fatal(err)
	}
	_, err = c.HoldHearing(insider, "", digest, day(t, "2026-09-24"))
	wants(t, err, fault.Denied, "参与了本案调查")
	_, err = c.HoldHearing(legal, "", digest, day(t, "2026-09-24"))
	wants(t, err, fault.Denied, "主持人")
	_, err = c.HoldHearing(host, "", digest, day(t, "2026-09-23"))
	wants(t, err, fault.Conflict, "尚未到期")
	_, err = c.LapseHearing(investigator, due.Add(time.Hour), "2026-09-24")
	wants(t, err, fault.Conflict, "应当组织听证")
	if _, err := c.HoldHearing(host, "维持", digest, day(t, "2026-09-24")); err != nil || c.Hearing.Ended != Held || c.Plea == nil {
		t.Fatalf("%v, %+v", err, c.Hearing)
	}
}

func TestHearingIsAskedForInTime(t *testing.T) {
	for on, kind := range map[string]fault.Kind{"2026-09-07": fault.Invalid, "2026-09-08": "", "2026-09-15": "", "2026-09-16": fault.Invalid} {
		c := at(t, Noticed)
		if _, err := c.AskHearing(investigator, day(t, on)); fault.KindOf(err) != kind {
			t.Errorf("asked for on %s: %v", on, err)
		}
	}
	c := at(t, Noticed)
	_, err := c.LapseHearing(investigator, due.Add(-time.Millisecond), "2026-09-15")
	wants(t, err, fault.Conflict, "尚未届满")
	e, err := c.LapseHearing(investigator, due, "2026-09-16")
	if err != nil {
		t.Fatal(err)
	}
	if _, ended := e.(events.CaseStepped).Clocks(); !slices.Equal(ended, []string{c.limit("case.hearing.request")}) {
		t.Errorf("the lapse ends %v", ended)
	}
}

func TestReportIsHeldAgainstTheLaw(t *testing.T) {
	changed := Choice{Then: "旧条例", Now: "新条例", Changed: true}
	tests := []struct {
		name   string
		change func(*Case, *Report)
		kind   fault.Kind
		words  string
	}{
		{"as it is", func(*Case, *Report) {}, "", ""},
		{"no evidence", func(c *Case, _ *Report) { c.Evidence = nil }, fault.Conflict, "没有证据"},
		{"no evidence, unfounded", func(c *Case, r *Report) { c.Evidence, r.Proposal = nil, Unfounded }, "", ""},
		{"unknown proposal", func(_ *Case, r *Report) { r.Proposal = "x" }, fault.Invalid, "处理建议"},
		{"spared without ground", func(_ *Case, r *Report) { r.Proposal = NoPenalty }, fault.Invalid, "法定情形"},
		{"ground without sparing", func(_ *Case, r *Report) { r.Ground = "no_penalty.slight" }, fault.Invalid, "法定情形"},
		{"major without reason", func(_ *Case, r *Report) { r.Major = true }, fault.Invalid, "理由"},
		{"one officer", func(_ *Case, r *Report) { r.Officers = []string{investigator.ID} }, fault.Invalid, "2 名以上"},
		{"a stranger's signature", func(_ *Case, r *Report) { r.Officers = []string{investigator.ID, "x"} }, fault.Invalid, "承办人员"},
		{"one signature twice", func(_ *Case, r *Report) { r.Officers = []string{second.ID, second.ID} }, fault.Invalid, "重复"},
		{"law changed, nothing chosen", func(_ *Case, r *Report) { r.Choice = changed }, fault.Invalid, "第三十七条"},
		{"law changed, no reason", func(_ *Case, r *Report) { r.Choice = changed; r.Choice.Which = Now }, fault.Invalid, "理由"},
		{"the new law, because lighter", func(_ *Case, r *Report) {
			r.Choice = changed
			r.Choice.Which, r.Choice.Why = Now, "新条例处罚较轻"
		}, "", ""},
		{"nothing changed, the new law", func(_ *Case, r *Report) { r.Choice.Which = Now }, fault.Invalid, "没有变化"},
		{"no longer unlawful", func(_ *Case, r *Report) {
			r.Choice = Choice{Then: "旧条例", Changed: true, Which: Now, Why: "现行规定没有此类违法"}
		}, fault.Invalid, "不得给予处罚"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, r := at(t, Investigating), report()
			tt.change(&c, &r)
			_, err := c.Conclude(investigator, r, nil, 2)
			wants(t, err, tt.kind, tt.words)
			if err == nil && c.Report.Choice.Why == "" {
				t.Error("the choice of law is not explained")
			}
		})
	}
}

func TestCrimeIsTransferredNotFined(t *testing.T) {
	crime := func(proposal string) Case {
		c := at(t, Investigating)
		r := report()
		r.Crime, r.Proposal = true, proposal
		if proposal == NoPenalty {
			r.Ground = "no_penalty.slight"
		}
		if _, err := c.Conclude(investigator, r, nil, 2); err != nil {
			t.Fatal(err)
		}
		return c
	}
	c := crime(Punish)
	_, err := c.Tell(investigator, Notice{Penalty: fine}, nil)
	wants(t, err, fault.Conflict, "以罚代移")
	_, err = c.Drop(leader, Withdrawn, "撤销")
	wants(t, err, fault.Conflict, "移送")
	_, err = c.Drop(leader, Referred, "移送公安机关")
	wants(t, err, fault.Conflict, "正职负责人决定")
	if _, err := c.Refer(leader, Referral{Approved: true, Reason: "涉嫌犯罪"}, events.Deadline{ID: c.limit("police.send"), Rule: "police.send"}); err != nil {
		t.Fatal(err)
	}
	e, err := c.Drop(leader, Referred, "移送公安机关")
	if err != nil || e.(events.CaseClosed).Outcome != Referred || len(c.Running) != 0 {
		t.Errorf("%+v, %v, still running %v", e, err, c.Running)
	}
	c = crime(NoPenalty)
	_, err = c.LetOff(leader, Spare{Education: "教育"})
	wants(t, err, fault.Conflict, "移送")
}

func TestSparingEducatesAndTakesTwo(t *testing.T) {
	reported := func() Case {
		c := at(t, Investigating)
		r := report()
		r.Proposal, r.Ground = NoPenalty, "no_penalty.first"
		if _, err := c.Conclude(investigator, r, nil, 2); err != nil {
			t.Fatal(err)
		}
		return c
	}
	c := reported()
	_, err := c.LetOff(leader, Spare{})
	wants(t, err, fault.Invalid, "教育")
	_, err = c.LetOff(investigator, Spare{Education: "当面教育"})
	wants(t, err, fault.Denied, "以外的负责人")
	_, err = c.Tell(investigator, Notice{Penalty: fine}, nil)
	wants(t, err, fault.Conflict, "没有建议给予处罚")
	if _, err := c.LetOff(leader, Spare{Education: "当面教育"}); err != nil || len(c.Running) != 0 {
		t.Fatalf("%v, still running %v", err, c.Running)
	}
	e, err := c.Close(leader, "不予处罚")
	if err != nil || e.(events.CaseClosed).Outcome != Unpunish {
		t.Fatalf("%+v, %v", e, err)
	}
	_, err = c.Revoke(leader, Revocation{Manner: "revoked", On: "2026-11-02"}, withdraw())
	wants(t, err, fault.Conflict, "没有处罚决定")
}

func TestHeldEvidenceIsDealtWith(t *testing.T) {
	c := at(t, Investigating)
	c.Evidence = nil
	e, err := c.Collect(investigator, Evidence{Kind: "physical", SHA256: digest}, &events.Deadline{Rule: "case.evidence.hold"}, 2)
	if err != nil {
		t.Fatal(err)
	}
	starts, _ := e.(events.CaseStepped).Clocks()
	if len(starts) != 1 || starts[0].ID != "case/"+id+".1#case.evidence.hold" {
		t.Fatalf("starts %+v", starts)
	}
	_, err = c.Collect(investigator, Evidence{Kind: "physical", SHA256: digest}, nil, 2)
	wants(t, err, fault.Conflict, "已经登记")
	_, err = c.Collect(investigator, Evidence{Kind: "rumor", SHA256: strings.Repeat("1", 64)}, nil, 2)
	wants(t, err, fault.Invalid, "第四十六条")
	e, err = c.Dispose(investigator, 1, "依法予以没收")
	if err != nil {
		t.Fatal(err)
	}
	if _, ended := e.(events.CaseStepped).Clocks(); len(ended) != 1 {
		t.Errorf("ends %v", ended)
	}
	_, err = c.Dispose(investigator, 1, "退还")
	wants(t, err, fault.Conflict, "没有待处理")
	_, err = c.Dispose(investigator, 2, "退还")
	wants(t, err, fault.NotFound, "2")

	c = at(t, Discussed)
	c.Evidence[0].Held = true
	_, err = c.Decide(leader, decision(), nil)
	wants(t, err, fault.Conflict, "先行登记保存")
	if _, err := c.HandOver(investigator, 1, Custody{To: "物证室", At: due}); err != nil {
		t.Fatal(err)
	}
	_, err = c.HandOver(investigator, 1, Custody{To: "办公室", At: due.Add(-time.Hour)})
	wants(t, err, fault.Conflict, "早于上一次交接")
}

func TestServiceGoesWithTheRepairNotice(t *testing.T) {
	tests := []struct {
		d     Delivery
		kind  fault.Kind
		words string
	}{
		{Delivery{On: "2026-10-08", Manner: "direct"}, fault.Invalid, "信用修复告知书"},
		{Delivery{On: "2026-10-08", Manner: "pigeon", RepairNotice: true}, fault.Invalid, "送达方式"},
		{Delivery{On: "2026-09-29", Manner: "direct", RepairNotice: true}, fault.Invalid, "早于决定日"},
		{Delivery{On: "2026-10-08", Manner: "electronic", RepairNotice: true}, fault.Invalid, "确认书"},
		{Delivery{On: "2026-10-08", Manner: "electronic", RepairNotice: true, Consent: "确认书1号"}, "", ""},
		{Delivery{On: "2026-09-30", Manner: "public", RepairNotice: true}, "", ""},
	}
	for _, tt := range tests {
		c := at(t, Decided)
		_, err := c.Serve(investigator, tt.d, true, nil)
		wants(t, err, tt.kind, tt.words)
	}
}

func TestMoneyIsPaidToTheFen(t *testing.T) {
	c := at(t, Served)
	_, err := c.Pay(investigator, Payment{Fen: fine.FineFen + 1})
	wants(t, err, fault.Invalid, "超过应缴余额")
	_, err = c.Pay(investigator, Payment{Fen: 0})
	wants(t, err, fault.Invalid, "金额")
	e, err := c.Pay(investigator, Payment{Fen: 1})
	if _, ended := e.(events.CaseStepped).Clocks(); err != nil || len(ended) != 0 || c.Owed() != fine.FineFen-1 {
		t.Errorf("a part: %v, ends %v, owed %d", err, ended, c.Owed())
	}
	if _, err := c.Note("r", "published", onPortal); err != nil {
		t.Fatal(err)
	}
	_, err = c.Close(leader, "结案")
	wants(t, err, fault.Conflict, "49999.99")
	e, err = c.Pay(investigator, Payment{Fen: fine.FineFen - 1})
	if _, ended := e.(events.CaseStepped).Clocks(); err != nil || !slices.Equal(ended, []string{c.limit("fine.pay")}) {
		t.Errorf("the rest: %v, ends %v", err, ended)
	}
	if _, err := c.Close(leader, "结案"); err != nil {
		t.Error(err)
	}
}

// TestPublicationHoldsTheCaseOpen goes through what may become of a publication
// of a decision that stands and of one that fell.
func TestPublicationHoldsTheCaseOpen(t *testing.T) {
	for _, fell := range []bool{false, true} {
		for state, resolves := range map[string]bool{"": false, "prepared": false, "published": !fell, "withheld": true, "expired": true, "withdrawn": true} {
			t.Run(fmt.Sprintf("%q fell=%v", state, fell), func(t *testing.T) {
				c := at(t, Served)
				if _, err := c.Pay(investigator, Payment{Fen: fine.FineFen}); err != nil {
					t.Fatal(err)
				}
				if state != "" {
					if _, err := c.Note("r", state, onPortal); err != nil {
						t.Fatal(err)
					}
				}
				if fell {
					e, err := c.Revoke(legal, Revocation{Manner: "void", On: "2026-11-02"}, withdraw())
					if err != nil {
						t.Fatal(err)
					}
					starts, _ := e.(events.DecisionRevoked).Clocks()
					if public := state == "" || state == "prepared" || state == "published"; public != (len(starts) == 1) {
						t.Errorf("starts %v", starts)
					}
				}
				_, err := c.Close(leader, "结案")
				if resolves != (err == nil) {
					t.Errorf("close: %v", err)
				}
				if err == nil && len(c.Running) > 0 {
					t.Errorf("a closed case still has %v running", c.Running)
				}
			})
		}
	}
}

// TestEachChannelHoldsTheCaseOpen: a decision that is on the portal and not yet
// on another place that has a clock for it is not published.
func TestEachChannelHoldsTheCaseOpen(t *testing.T) {
	c := at(t, Served)
	c.Running = append(c.Running, c.limit("pub.penalty.gsxt"))
	if _, err := c.Pay(investigator, Payment{Fen: fine.FineFen}); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Note("r", "published", onPortal); err != nil {
		t.Fatal(err)
	}
	_, err := c.Close(leader, "结案")
	wants(t, err, fault.Conflict, "全部渠道")
	if _, err := c.Note("r", "published", []string{c.limit("pub.penalty.gsxt")}); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Close(leader, "结案"); err != nil {
		t.Error(err)
	}
}

// TestNothingIsLeftToWithdraw: a decision falls while the news that its record
// was withheld is still on its way. When it comes, the limit for withdrawing
// ends.
func TestNothingIsLeftToWithdraw(t *testing.T) {
	c := at(t, Served)
	if _, err := c.Revoke(legal, Revocation{Manner: "void", On: "2026-11-02"}, withdraw()); err != nil {
		t.Fatal(err)
	}
	e, err := c.Note("r", "withheld", onPortal)
	if err != nil {
		t.Fatal(err)
	}
	if _, ended := e.(events.CaseStepped).Clocks(); !slices.Contains(ended, c.limit("pub.withdraw")) || len(c.Running) > 0 {
		t.Errorf("ends %v, %v still run", ended, c.Running)
	}
}

func TestOldNewsOfAPublicationChangesNothing(t *testing.T) {
	c := at(t, Served)
	for _, state := range []string{"prepared", "withdrawn", "published"} {
		_, err := c.Note("r", state, []string{events.DeadlineID(Subject(id), "pub.penalty.portal")})
		if state == "published" && err == nil {
			t.Error("late news was committed")
		}
	}
	if c.Publication.State != "withdrawn" {
		t.Errorf("the publication is %q", c.Publication.State)
	}
}
