package casefile

import (
	"time"

	"shenzhong/events"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/identity"
	"shenzhong/services/kit/store"
)

// Opinion is the outcome of the legal review (法制审核).
type Opinion struct {
	By     string `json:"by"`
	Text   string `json:"text"`
	On     string `json:"on"`
	SHA256 string `json:"sha256"`
}

// Discussion is what the heads of the unit came to together (集体讨论).
type Discussion struct {
	Present []string `json:"present"`
	Text    string   `json:"text"`
	On      string   `json:"on"`
	SHA256  string   `json:"sha256"` // of the minutes
}

// Decision is the decision and what it rests on besides its contents.
type Decision struct {
	events.Decision
	At     time.Time `json:"at"`
	By     string    `json:"by"`
	Cite   string    `json:"cite"`
	Choice Choice    `json:"choice"`
	SHA256 string    `json:"sha256"` // of the sealed document
}

// Spare is the decision to impose no penalty (不予处罚, 行政处罚法 arts. 33, 57).
type Spare struct {
	Proposal  string `json:"proposal"` // no_penalty, unfounded
	Ground    string `json:"ground"`
	Reason    string `json:"reason"`
	Education string `json:"education"` // how the party was educated (教育)
	By        string `json:"by"`
	On        string `json:"on"`
}

// Examine is the legal review by somebody who did not investigate (行政处罚法
// art. 58). What does not pass goes back to the investigation.
func (c *Case) Examine(by identity.Actor, passed bool, o Opinion) (events.Event, error) {
	if err := by.OfUnit(c.Unit); err != nil {
		return nil, err
	}
	if err := c.stands(Heard); err != nil {
		return nil, err
	}
	if err := c.apart(by, "办理法制审核"); err != nil {
		return nil, err
	}
	if !passed {
		return c.back("review_returned", by, o.Text)
	}
	if err := c.move(Reviewed); err != nil {
		return nil, err
	}
	o.By = by.ID
	c.Review = &o
	c.pass("review", o.On)
	return c.step("review", []string{by.ID}, "法制审核通过", o.SHA256, nil), nil
}

// Discuss notes the collective discussion of the heads of the unit
// (行政处罚法 art. 57). It comes after the legal review where there must be one.
func (c *Case) Discuss(by identity.Actor, d Discussion) (events.Event, error) {
	if err := by.OfUnit(c.Unit); err != nil {
		return nil, err
	}
	if err := c.stands(Reviewed, Heard); err != nil {
		return nil, err
	}
	for _, g := range c.Open() {
		if g.Code == "review" {
			return nil, fault.New(fault.Conflict, "集体讨论之前须先通过法制审核（%s）", g.Basis)
		}
	}
	d.Present = distinct(d.Present)
	if len(d.Present) < 2 {
		return nil, fault.About("present", fault.Invalid, "集体讨论须有两名以上单位负责人参加，请逐一填写")
	}
	if err := c.move(Discussed); err != nil {
		return nil, err
	}
	c.Discussion = &d
	c.pass("discussion", d.On)
	return c.step("discussion", d.Present, "单位负责人集体讨论", d.SHA256, nil), nil
}

// Ready refuses unless the decision d may be made now: every gate passed, the
// six contents complete, and nothing heavier than what the party was told.
// Pressing the seal is what makes it final.
func (c *Case) Ready(by identity.Actor, d events.Decision, choice Choice) error {
	if err := by.OfUnit(c.Unit); err != nil {
		return err
	}
	if err := c.stands(Discussed, Reviewed, Heard); err != nil {
		return err
	}
	if err := c.cleared(); err != nil {
		return err
	}
	if choice.Changed && c.Report.Choice.Now != choice.Now {
		return fault.New(fault.Conflict, "调查终结之后法律依据发生变化，请退回补充调查并重新选择适用的规定（行政处罚法第三十七条）")
	}
	for _, e := range c.Evidence {
		if e.Held && e.Disposed == "" {
			return fault.New(fault.Conflict, "第 %d 号证据先行登记保存后尚未处理，请先作出处理决定（行政处罚法第五十六条）", e.No)
		}
	}
	if how := heavier(d.Penalty, c.Notice.Penalty); how != "" {
		return fault.About("penalty", fault.Invalid, "处罚不得重于告知的内容（%s）；确需加重的，须有新的证据并重新告知（行政处罚法第四十四条、第四十五条）", how)
	}
	return sixContents(d)
}

// sixContents refuses a decision that lacks one of what 行政处罚法 art. 59
// demands, one by one.
func sixContents(d events.Decision) error {
	missing := func(field, what string) error {
		return fault.About(field, fault.Invalid, "处罚决定书缺少法定内容：%s（行政处罚法第五十九条）", what)
	}
	switch {
	case d.Respondent.Name == "" || d.Respondent.Address == "":
		return missing("respondent", "当事人的姓名或者名称、地址")
	case d.Facts == "":
		return missing("facts", "违反法律、法规、规章的事实和证据")
	case len(d.Penalty.Kinds) == 0 || d.Penalty.Text == "" || d.Basis == "":
		return missing("basis", "行政处罚的种类和依据")
	case d.Perform == "":
		return missing("perform", "行政处罚的履行方式和期限")
	case d.Remedies == "":
		return missing("remedies", "申请行政复议、提起行政诉讼的途径和期限")
	case d.UnitName == "" || d.On == "":
		return missing("unit", "作出决定的行政机关名称和日期")
	}
	return nil
}

// Decide makes the decision (处罚决定). Limits are those for serving it and for
// publishing it on each channel.
func (c *Case) Decide(by identity.Actor, d Decision, limits []events.Deadline) (events.Event, error) {
	if err := c.Ready(by, d.Decision, d.Choice); err != nil {
		return nil, err
	}
	switch {
	case d.No == "":
		return nil, fault.About("no", fault.Invalid, "处罚决定书没有文号")
	case d.SHA256 == "":
		return nil, fault.About("sha256", fault.Invalid, "决定书须加盖本机关印章，请提交盖章文本的 SHA-256 值（行政处罚法第五十九条）")
	case d.SeverityBy == "":
		return nil, fault.About("severity_by", fault.Invalid, "请写明认定失信严重程度的理由")
	}
	if err := c.move(Decided); err != nil {
		return nil, err
	}
	d.By, d.Choice = by.ID, c.Report.Choice
	c.Decision = &d
	c.pass("decision", d.On)
	return events.CaseDecided{Decision: d.Decision, At: d.At, Deadlines: c.begin(limits), Settled: c.end(c.limit("case.decide"))}, nil
}

// LetOff decides that no penalty is imposed (行政处罚法 arts. 33, 57). It takes a
// second person besides the one who proposed it.
func (c *Case) LetOff(by identity.Actor, s Spare) (events.Event, error) {
	if err := by.OfUnit(c.Unit); err != nil {
		return nil, err
	}
	if err := c.stands(Reported); err != nil {
		return nil, err
	}
	switch {
	case c.Report.Proposal == Punish:
		return nil, fault.New(fault.Conflict, "调查报告建议给予处罚；认为不应处罚的，请退回补充调查")
	case c.Report.Crime:
		return nil, fault.New(fault.Conflict, "涉嫌犯罪的应当移送司法机关，不能以不予处罚结案（行政处罚法第二十七条）")
	case c.Report.By == by.ID:
		return nil, fault.New(fault.Denied, "不予处罚须由提出建议以外的负责人决定")
	case c.Report.Proposal == NoPenalty && s.Education == "":
		return nil, fault.About("education", fault.Invalid, "不予处罚的应当对当事人进行教育，请记录教育的方式和内容（行政处罚法第三十三条）")
	}
	if err := c.move(Spared); err != nil {
		return nil, err
	}
	s.Proposal, s.Ground, s.By = c.Report.Proposal, c.Report.Ground, by.ID
	c.Spare = &s
	return c.step("no_penalty", []string{by.ID}, s.Reason, "", nil, c.limit("case.decide")), nil
}

// Number is the register of decision numbers (文号) of one unit in one year. A
// number belongs to its case for ever, so that asking twice gives the same and
// no number is left out.
type Number struct {
	Unit string         `json:"unit"`
	Year int            `json:"year"`
	Last int            `json:"last"`
	Of   map[string]int `json:"of"` // case to number
}

// Take gives a case the next number.
func (n *Number) Take(id string) (events.Event, error) {
	if n.Of[id] != 0 {
		return nil, store.Unchanged
	}
	if n.Of == nil {
		n.Of = map[string]int{}
	}
	n.Last++
	n.Of[id] = n.Last
	return events.DecisionNumbered{Unit: n.Unit, Year: n.Year, N: n.Last, Case: id}, nil
}
