package casefile

import (
	"slices"

	"shenzhong/events"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/identity"
	"shenzhong/services/kit/workday"
)

// Report is what the investigation came to (调查终结报告).
type Report struct {
	Facts    string   `json:"facts"`
	Proposal string   `json:"proposal"` // penalty, no_penalty, unfounded
	Ground   string   `json:"ground"`   // of the law pack, for no_penalty
	Complex  bool     `json:"complex"`  // 情节复杂
	Major    bool     `json:"major"`    // 重大违法行为
	Why      string   `json:"why"`      // complex or major
	Crime    bool     `json:"crime"`    // a crime is suspected (涉嫌犯罪): no notice, the case is transferred
	Timely   string   `json:"timely"`   // why the act was found out in time, where the case was filed later than that
	Choice   Choice   `json:"choice"`
	Officers []string `json:"officers"`
	By       string   `json:"by"` // account that handed it in
	On       string   `json:"on"`
	SHA256   string   `json:"sha256"`
}

// Choice is which law the case is judged by (行政处罚法 art. 37): that of the
// day of the act, unless a later one is lighter.
type Choice struct {
	Which   string `json:"which"` // then, now
	Why     string `json:"why"`
	Then    string `json:"then"` // instruments in force on the day of the act
	Now     string `json:"now"`  // and on the day of the choice, empty where none calls it unlawful
	Changed bool   `json:"changed"`

	// What each of the two allows, as the law pack had it when the choice was made.
	// The case is judged by it, whatever becomes of the pack.
	ThenAllows *Scale `json:"then_allows,omitempty"`
	NowAllows  *Scale `json:"now_allows,omitempty"`
}

// scale is what the chosen law allows, nil where nobody kept it.
func (c Choice) scale() *Scale {
	if c.Which == Now {
		return c.NowAllows
	}
	return c.ThenAllows
}

// The laws a case may be judged by.
const (
	Then = "then" // of the day of the act
	Now  = "now"  // of the day of the choice, because it is lighter
)

// The proposals of a report.
const (
	Punish    = "penalty"
	NoPenalty = "no_penalty"
	Unfounded = "unfounded"
)

// choose refuses a choice of law that was not made where one was needed.
func choose(c Choice) (Choice, error) {
	if !c.Changed {
		if c.Which == Now {
			return c, fault.About("choice", fault.Invalid, "行为之后依据没有变化，适用行为发生时的规定")
		}
		c.Which, c.Why = Then, "适用违法行为发生时的规定，行为之后依据没有变化（行政处罚法第三十七条）"
		return c, nil
	}
	if c.Which != Then && c.Which != Now || c.Why == "" {
		return c, fault.About("choice", fault.Invalid,
			"行为发生时的依据（%s%s）与现行依据（%s%s）不同，请选择适用行为时（then）还是现行（now）规定并写明理由：新规定处罚较轻或者不认为违法的，适用新规定（行政处罚法第三十七条）",
			c.Then, c.ThenAllows.words(), orNone(c.Now), c.NowAllows.words())
	}
	return c, nil
}

func orNone(text string) string {
	if text == "" {
		return "已无"
	}
	return text
}

// Conclude hands in the report: what was found, by which law it is judged, and
// what is proposed.
//
// Refer is the limit for deciding whether a suspected crime goes to the police.
func (c *Case) Conclude(by identity.Actor, r Report, refer *events.Deadline, least int) (events.Event, error) {
	if err := by.OfUnit(c.Unit); err != nil {
		return nil, err
	}
	if err := c.stands(Investigating); err != nil {
		return nil, err
	}
	signed, err := c.signers(r.Officers, least)
	if err != nil {
		return nil, err
	}
	if r.Choice, err = choose(r.Choice); err != nil {
		return nil, err
	}
	switch {
	case r.Proposal != Punish && r.Proposal != NoPenalty && r.Proposal != Unfounded:
		return nil, fault.About("proposal", fault.Invalid, "请选择处理建议：给予处罚、不予处罚或者违法事实不能成立")
	case (r.Proposal == NoPenalty) != (r.Ground != ""):
		return nil, fault.About("ground", fault.Invalid, "建议不予处罚的须选择法定情形，其他建议不填写")
	case len(c.Evidence) == 0 && r.Proposal != Unfounded:
		return nil, fault.New(fault.Conflict, "没有证据不得认定违法事实，请先登记证据（行政处罚法第四十条）")
	case r.Proposal == Punish && r.Choice.Which == Now && r.Choice.Now == "":
		return nil, fault.About("proposal", fault.Invalid, "现行规定不认为是违法的，不得给予处罚（行政处罚法第三十七条）")
	case r.Proposal == Punish && c.Limitation != "" && c.FiledOn > c.Limitation && r.Timely == "":
		return nil, fault.About("timely", fault.Invalid, "追责时效于 %s 届满，立案日为 %s；在时效之内被发现、违法行为有连续或者继续状态、或者依法适用五年的，请写明，否则不再给予处罚（行政处罚法第三十六条）", c.Limitation, c.FiledOn)
	case (r.Complex || r.Major) && r.Why == "":
		return nil, fault.About("why", fault.Invalid, "认定情节复杂或者重大违法行为，请写明理由")
	}
	if err := c.move(Reported); err != nil {
		return nil, err
	}
	r.Officers, r.By = signed, by.ID
	c.Report = &r
	c.took(by)
	c.pass("evidence", r.On)
	if !r.Crime {
		c.pass("referral", r.On)
		return c.step("report", signed, r.Choice.Why, r.SHA256, nil), nil
	}
	var starts []events.Deadline
	if refer != nil {
		starts = append(starts, *refer)
	}
	return c.step("report", signed, r.Choice.Why, r.SHA256, starts), nil
}

// Return sends the case back for further investigation. What was told to the
// party and reviewed before counts no more; what the party pleaded does.
func (c *Case) Return(by identity.Actor, reason string) (events.Event, error) {
	if err := by.OfUnit(c.Unit); err != nil {
		return nil, err
	}
	if err := c.stands(Reported, Heard, Reviewed, Discussed); err != nil {
		return nil, err
	}
	return c.back("returned", by, reason)
}

func (c *Case) back(step string, by identity.Actor, reason string) (events.Event, error) {
	if err := c.move(Investigating); err != nil {
		return nil, err
	}
	c.Referral = nil
	c.Report, c.Notice, c.Statement, c.Hearing, c.Review, c.Discussion = nil, nil, nil, nil, nil, nil
	c.reopen("evidence", "referral", "notice", "statement", "hearing", "review", "discussion")
	return c.step(step, []string{by.ID}, reason, "", nil, c.limit("police.decide"), c.limit("police.send")), nil
}

// Notice is what the party was told before the decision (告知, 行政处罚法 art.
// 44): facts, grounds, basis, intended penalty and its rights.
type Notice struct {
	Facts   string         `json:"facts"`
	Grounds string         `json:"grounds"`
	Basis   string         `json:"basis"`
	Cite    string         `json:"cite"` // article and range of the amount, where the law pack has none that is verified
	Penalty events.Penalty `json:"penalty"`
	Hearing bool           `json:"hearing"` // the right to a hearing was told
	Why     string         `json:"why"`     // it was
	Rights  string         `json:"rights"`
	Caution string         `json:"caution"` // what nobody has verified
	On      string         `json:"on"`
	SHA256  string         `json:"sha256"`
}

// Plea is what bounds a later notice: nobody is punished more heavily for
// having pleaded (行政处罚法 art. 45).
type Plea struct {
	Penalty  events.Penalty `json:"penalty"`  // the lightest that was told when the party pleaded
	Evidence int            `json:"evidence"` // how much evidence there was then
}

// Tell gives the party notice. Request is the limit for asking for a hearing,
// nil where there is no right to one.
func (c *Case) Tell(by identity.Actor, n Notice, request *events.Deadline) (events.Event, error) {
	if err := by.OfUnit(c.Unit); err != nil {
		return nil, err
	}
	if err := c.tellable(); err != nil {
		return nil, err
	}
	if c.Plea != nil && len(c.Evidence) <= c.Plea.Evidence {
		if how := heavier(n.Penalty, c.Plea.Penalty); how != "" {
			return nil, fault.About("penalty", fault.Invalid, "不得因当事人陈述、申辩而给予更重的处罚：%s，且没有新的证据（行政处罚法第四十五条）", how)
		}
	}
	if err := c.move(Noticed); err != nil {
		return nil, err
	}
	n.Hearing = request != nil
	c.Notice, c.Statement, c.Hearing = &n, nil, nil
	c.pass("notice", n.On)
	var starts []events.Deadline
	if request != nil {
		c.Hearing = &Hearing{Until: request.DueDate, Due: request.Due}
		starts = append(starts, *request)
	}
	return c.step("notice", []string{by.ID}, "告知拟处罚的事实、理由、依据、内容和权利", n.SHA256, starts), nil
}

// tellable refuses a notice that the report does not call for, or that would go
// to nobody.
func (c *Case) tellable() error {
	if err := c.stands(Reported); err != nil {
		return err
	}
	switch {
	case c.Report.Proposal != Punish:
		return fault.New(fault.Conflict, "调查报告没有建议给予处罚，不能作处罚告知")
	case c.Report.Crime:
		return fault.New(fault.Conflict, "涉嫌犯罪的应当移送司法机关，不得以罚代移（行政处罚法第二十七条）")
	case c.Respondent.Name == "" || c.Respondent.Type == "":
		return fault.New(fault.Conflict, "当事人尚未确认，请先确认当事人")
	}
	return nil
}

// inTime refuses a day behind the present one.
func inTime(field string, day, today workday.Date) error {
	if day.After(today) {
		return fault.About(field, fault.Invalid, "日期 %s 晚于今天，请核对", day)
	}
	return nil
}

// distinct returns the names without repetition, in order.
func distinct(names []string) []string { return slices.Compact(slices.Sorted(slices.Values(names))) }
