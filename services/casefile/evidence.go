package casefile

import (
	"fmt"
	"slices"
	"time"

	"shenzhong/events"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/identity"
)

// Evidence is one piece of evidence, what proves that it is unaltered, and
// everybody who has held it.
type Evidence struct {
	No          int       `json:"no"`
	Kind        string    `json:"kind"` // of 行政处罚法 art. 46
	Name        string    `json:"name"`
	Proves      string    `json:"proves"`
	SHA256      string    `json:"sha256"` // of the file, or of the photographs of the object
	CollectedOn string    `json:"collected_on"`
	Officers    []string  `json:"officers"`
	Held        bool      `json:"held"`     // registered and held in advance (先行登记保存)
	Disposed    string    `json:"disposed"` // what became of it then, empty = not yet
	Custody     []Custody `json:"custody"`
}

// Custody is one hand-over.
type Custody struct {
	At    time.Time `json:"at"`
	By    string    `json:"by"` // account that noted it
	To    string    `json:"to"` // who holds it from now on
	Place string    `json:"place"`
	Note  string    `json:"note"`
}

// evidenceKinds are the kinds of evidence of 行政处罚法 art. 46.
var evidenceKinds = map[string]string{
	"documentary": "书证", "physical": "物证", "audiovisual": "视听资料", "electronic": "电子数据", "testimony": "证人证言",
	"party": "当事人的陈述", "expert": "鉴定意见", "record": "勘验笔录、现场笔录",
}

// Collect enters a piece of evidence. Where it is held in advance, hold is the
// limit for deciding what becomes of it (行政处罚法 art. 56); its id is filled in.
func (c *Case) Collect(by identity.Actor, e Evidence, hold *events.Deadline, least int) (events.Event, error) {
	if err := by.OfUnit(c.Unit); err != nil {
		return nil, err
	}
	if err := c.stands(Investigating); err != nil {
		return nil, err
	}
	if evidenceKinds[e.Kind] == "" {
		return nil, fault.About("kind", fault.Invalid, "请选择证据种类（行政处罚法第四十六条）")
	}
	signed, err := c.signers(e.Officers, least)
	if err != nil {
		return nil, err
	}
	if slices.ContainsFunc(c.Evidence, func(o Evidence) bool { return o.SHA256 == e.SHA256 }) {
		return nil, fault.About("sha256", fault.Conflict, "相同内容的证据已经登记")
	}
	e.No, e.Officers, e.Held, e.Disposed = len(c.Evidence)+1, signed, hold != nil, ""
	c.Evidence = append(c.Evidence, e)
	c.took(by)
	var starts []events.Deadline
	if hold != nil {
		d := *hold
		d.ID = c.hold(e.No)
		starts = append(starts, d)
	}
	return c.step("evidence", signed, fmt.Sprintf("证据%d：%s", e.No, evidenceKinds[e.Kind]), e.SHA256, starts), nil
}

// hold is the id of the limit of a piece of evidence held in advance. Each has
// its own.
func (c *Case) hold(no int) string {
	return events.DeadlineID(fmt.Sprintf("%s.%d", Subject(c.ID), no), "case.evidence.hold")
}

// HandOver notes that somebody else holds a piece of evidence from now on.
func (c *Case) HandOver(by identity.Actor, no int, custody Custody) (events.Event, error) {
	e, err := c.piece(by, no)
	if err != nil {
		return nil, err
	}
	custody.By = by.ID
	if len(e.Custody) > 0 && custody.At.Before(e.Custody[len(e.Custody)-1].At) {
		return nil, fault.New(fault.Conflict, "交接时间早于上一次交接，请核对")
	}
	e.Custody = append(e.Custody, custody)
	return c.step("custody", []string{by.ID}, fmt.Sprintf("证据%d交接保管", no), e.SHA256, nil), nil
}

// Dispose decides what becomes of a piece of evidence that was held in advance.
func (c *Case) Dispose(by identity.Actor, no int, how string) (events.Event, error) {
	e, err := c.piece(by, no)
	if err != nil {
		return nil, err
	}
	if !e.Held || e.Disposed != "" {
		return nil, fault.New(fault.Conflict, "该证据没有待处理的先行登记保存")
	}
	e.Disposed = how
	return c.step("disposed", []string{by.ID}, fmt.Sprintf("证据%d的先行登记保存已处理", no), e.SHA256, nil, c.hold(no)), nil
}

// piece is a piece of evidence of a case that is still open.
func (c *Case) piece(by identity.Actor, no int) (*Evidence, error) {
	if err := by.OfUnit(c.Unit); err != nil {
		return nil, err
	}
	if err := c.stands(Investigating, Reported, Noticed, Heard, Reviewed, Discussed, Decided, Served, Spared, Revoked); err != nil {
		return nil, err
	}
	if no < 1 || no > len(c.Evidence) {
		return nil, fault.About("no", fault.NotFound, "本案没有第 %d 号证据", no)
	}
	return &c.Evidence[no-1], nil
}
