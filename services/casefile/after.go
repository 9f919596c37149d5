package casefile

import (
	"slices"
	"strings"

	"shenzhong/events"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/identity"
	"shenzhong/services/kit/store"
)

// Delivery is how the decision reached the party (送达).
type Delivery struct {
	On           string `json:"on"`
	Manner       string `json:"manner"`
	Receipt      string `json:"receipt"` // 送达回证
	Consent      string `json:"consent"` // to electronic service (送达地址确认书)
	RepairNotice bool   `json:"repair_notice"`
	ReviewUntil  string `json:"review_until"` // last day for asking for a reconsideration (行政复议法 art. 20)
}

// manners are the ways of service (行政处罚法 art. 61, 民事诉讼法).
var manners = map[string]string{
	"direct": "直接送达", "left": "留置送达", "mail": "邮寄送达", "entrusted": "委托送达", "electronic": "电子送达", "public": "公告送达",
}

// Payment is money that came in.
type Payment struct {
	Fen     int64  `json:"fen"`
	On      string `json:"on"`
	Receipt string `json:"receipt"`
}

// Revocation is how a decision was changed, revoked or found unlawful.
type Revocation struct {
	Manner   string `json:"manner"` // changed, revoked, illegal, void
	By       string `json:"by"`     // who decided so
	Document string `json:"document"`
	Reason   string `json:"reason"` // public
	On       string `json:"on"`
}

// revocations are the ways in which a decision may fall (行政处罚法 art. 48).
var revocations = map[string]string{"changed": "变更", "revoked": "撤销", "illegal": "确认违法", "void": "确认无效"}

// Publication is what became of the publication of the decision.
type Publication struct {
	Record string `json:"record"`
	State  string `json:"state"` // prepared, published, withheld, expired, withdrawn
}

// The states of a publication, each behind the ones before it.
var publications = []string{"prepared", "published", "withheld", "expired", "withdrawn"}

// publicationWords are those states for people.
var publicationWords = map[string]string{
	"prepared": "已生成，待审核", "published": "已公示", "withheld": "依法不予公示", "expired": "公示期满", "withdrawn": "已撤回",
}

// Serve notes that the decision reached the party. Together says that the notice
// on credit repair must go with it (两书同达). Pay is the limit for paying.
func (c *Case) Serve(by identity.Actor, d Delivery, together bool, pay *events.Deadline) (events.Event, error) {
	if err := by.OfUnit(c.Unit); err != nil {
		return nil, err
	}
	if err := c.stands(Decided); err != nil {
		return nil, err
	}
	switch {
	case manners[d.Manner] == "":
		return nil, fault.About("manner", fault.Invalid, "请选择送达方式")
	case d.On < c.Decision.On:
		return nil, fault.About("on", fault.Invalid, "送达日期早于决定日 %s，请核对", c.Decision.On)
	case d.Manner == "electronic" && d.Consent == "":
		return nil, fault.About("consent", fault.Invalid, "电子送达须经当事人同意并签订确认书，请填写确认书编号（行政处罚法第六十一条）")
	case together && !d.RepairNotice:
		return nil, fault.About("repair_notice", fault.Invalid, "送达处罚决定书时须一并送达信用修复告知书")
	}
	if err := c.move(Served); err != nil {
		return nil, err
	}
	c.Service = &d
	c.pass("served", d.On)
	if d.RepairNotice {
		c.pass("repair_notice", d.On)
	}
	var starts []events.Deadline
	if pay != nil && c.Decision.Penalty.FineFen > 0 {
		starts = append(starts, *pay)
	}
	return events.CaseServed{
		Case: c.ID, On: d.On, Manner: d.Manner, Receipt: d.Receipt, RepairNotice: d.RepairNotice,
		Deadlines: c.begin(starts), Settled: c.end(c.limit("case.serve")),
	}, nil
}

// Owed is what of the fine and the forfeiture has not come in, in fen.
func (c *Case) Owed() int64 {
	if c.Decision == nil {
		return 0
	}
	owed := c.Decision.Penalty.FineFen + c.Decision.Penalty.ForfeitFen
	for _, p := range c.Payments {
		owed -= p.Fen
	}
	return owed
}

// Pay notes money that came in. The limit ends when everything has.
func (c *Case) Pay(by identity.Actor, p Payment) (events.Event, error) {
	if err := by.OfUnit(c.Unit); err != nil {
		return nil, err
	}
	if err := c.stands(Served); err != nil {
		return nil, err
	}
	switch {
	case p.Fen <= 0:
		return nil, fault.About("fen", fault.Invalid, "请填写缴款金额，以分为单位")
	case p.Fen > c.Owed():
		return nil, fault.About("fen", fault.Invalid, "缴款金额超过应缴余额 %s 元，请核对", yuan(c.Owed()))
	}
	c.Payments = append(c.Payments, p)
	if c.Owed() > 0 {
		return c.step("paid", []string{by.ID}, "部分缴纳 "+yuan(p.Fen)+" 元", "", nil), nil
	}
	return c.step("paid", []string{by.ID}, "全部缴清", "", nil, c.limit("fine.pay")), nil
}

// gone are the states of a publication that is public no more, or never was.
var gone = []string{"withheld", "withdrawn", "expired"}

// Note keeps what became of the publication of the decision. News that is older
// than what is known changes nothing but the limits.
func (c *Case) Note(record, state string, settled []string) (events.Event, error) {
	if c.Decision == nil {
		return nil, fault.New(fault.Conflict, "案件尚未作出处罚决定，没有公示信息")
	}
	now := Publication{Record: record, State: state}
	if c.Publication != nil && slices.Index(publications, c.Publication.State) > slices.Index(publications, state) {
		now = *c.Publication
	}
	if c.Revocation != nil && slices.Contains(gone, state) { // nothing is left to withdraw
		settled = append(slices.Clone(settled), c.limit("pub.withdraw"))
	}
	ended := c.end(settled...)
	if c.Publication != nil && now == *c.Publication && len(ended) == 0 {
		return nil, store.Unchanged
	}
	c.Publication = &now
	fact := c.step("publication", []string{}, "公示信息 "+record+"："+publicationWords[state], "", nil)
	fact.Settled = ended
	return fact, nil
}

// unresolved says what is left to be done about the publication, or "": a
// decision is public on every channel that has a clock for it, or lawfully is
// not and, where it fell, is public no more.
func (c *Case) unresolved() string {
	switch {
	case c.Decision == nil || c.Publication != nil && slices.Contains(gone, c.Publication.State):
		return ""
	case c.Publication == nil || c.Publication.State != "published" || c.Revocation != nil:
		return "处罚决定的公示尚未办结（公示、依法不予公示或者撤回），不能结案"
	case slices.ContainsFunc(c.Running, func(id string) bool { return strings.Contains(id, "#pub.") }):
		return "处罚决定尚未在全部渠道公示（门户网站、信用中国、公示系统分别计算期限），不能结案"
	}
	return ""
}

// Revoke notes that the decision was changed, revoked or found unlawful. What
// was, or was going to be, published of it must be withdrawn within the limit
// (行政处罚法 art. 48), unless it already is not public any more.
func (c *Case) Revoke(by identity.Actor, r Revocation, withdraw events.Deadline) (events.Event, error) {
	if err := by.OfUnit(c.Unit); err != nil {
		return nil, err
	}
	if err := c.stands(Decided, Served, Closed); err != nil {
		return nil, err
	}
	switch {
	case c.Decision == nil:
		return nil, fault.New(fault.Conflict, "本案没有处罚决定，不存在变更或者撤销")
	case c.Revocation != nil:
		return nil, fault.New(fault.Conflict, "处罚决定已经变更或者撤销")
	case revocations[r.Manner] == "":
		return nil, fault.About("manner", fault.Invalid, "请选择变更、撤销、确认违法或者确认无效")
	case r.On < c.Decision.On:
		return nil, fault.About("on", fault.Invalid, "日期早于决定日 %s，请核对", c.Decision.On)
	}
	if err := c.move(Revoked); err != nil {
		return nil, err
	}
	var starts []events.Deadline
	if c.Publication == nil || !slices.Contains(gone, c.Publication.State) {
		starts = append(starts, withdraw)
	}
	c.Revocation = &r
	settled := c.end(slices.Clone(c.Running)...)
	return events.DecisionRevoked{
		Case: c.ID, No: c.Decision.No, Manner: r.Manner, By: r.By, Document: r.Document, Reason: r.Reason, On: r.On,
		Deadlines: c.begin(starts), Settled: settled,
	}, nil
}

// The outcomes of a case.
const (
	Performed = "performed"  // 履行完毕
	Unpunish  = "no_penalty" // 不予处罚
	Withdrawn = "withdrawn"  // 撤销立案
	Referred  = "referred"   // 移送司法机关
	Overruled = "revoked"    // 决定被变更或撤销
)

// Close is the end of the case (结案). It comes when everything was performed
// and the publication is settled.
func (c *Case) Close(by identity.Actor, note string) (events.Event, error) {
	if err := by.OfUnit(c.Unit); err != nil {
		return nil, err
	}
	if err := c.stands(Served, Spared, Revoked); err != nil {
		return nil, err
	}
	outcome := map[State]string{Served: Performed, Spared: Unpunish, Revoked: Overruled}[c.State]
	if open := c.unresolved(); open != "" {
		return nil, fault.New(fault.Conflict, "%s", open)
	}
	if c.State == Served && c.Owed() > 0 {
		return nil, fault.New(fault.Conflict, "罚没款尚有 %s 元未缴清，不能结案", yuan(c.Owed()))
	}
	for _, e := range c.Evidence {
		if e.Held && e.Disposed == "" {
			return nil, fault.New(fault.Conflict, "第 %d 号证据先行登记保存后尚未处理，不能结案", e.No)
		}
	}
	if err := c.move(Closed); err != nil {
		return nil, err
	}
	return c.closed(outcome, note), nil
}

// Drop ends a case before notice: the filing is withdrawn (撤销立案), or the case
// is transferred because a crime is suspected (行政处罚法 art. 27).
func (c *Case) Drop(by identity.Actor, outcome, note string) (events.Event, error) {
	if err := by.OfUnit(c.Unit); err != nil {
		return nil, err
	}
	if err := c.stands(Filed, Investigating, Reported); err != nil {
		return nil, err
	}
	crime := c.Report != nil && c.Report.Crime
	switch {
	case outcome != Withdrawn && outcome != Referred:
		return nil, fault.About("outcome", fault.Invalid, "请选择撤销立案或者移送司法机关")
	case outcome == Referred && crime && c.Referral == nil:
		return nil, fault.New(fault.Conflict, "移送司法机关须先由单位正职负责人决定，请先办理移送审批（国务院令第310号第五条）")
	case outcome == Withdrawn && crime:
		return nil, fault.New(fault.Conflict, "涉嫌犯罪的应当移送司法机关，不能撤销立案（行政处罚法第二十七条）")
	}
	if err := c.move(Closed); err != nil {
		return nil, err
	}
	return c.closed(outcome, note), nil
}

// closed says that the case is at its end, and that nothing of it runs any more.
func (c *Case) closed(outcome, note string) events.CaseClosed {
	c.Outcome = outcome
	return events.CaseClosed{Case: c.ID, Outcome: outcome, Note: note, Settled: c.end(slices.Clone(c.Running)...)}
}
