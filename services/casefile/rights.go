package casefile

import (
	"time"

	"shenzhong/events"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/identity"
	"shenzhong/services/kit/workday"
)

// Statement is what the party stated and pleaded, or that it waived (陈述申辩).
type Statement struct {
	Waived bool   `json:"waived"`
	Text   string `json:"text"`  // what it said, or the waiver
	Reply  string `json:"reply"` // what the authority made of it on checking
	On     string `json:"on"`
	SHA256 string `json:"sha256"`
}

// Hearing is the party's right to a hearing (听证) and what it did with it.
type Hearing struct {
	Until  string    `json:"until"` // last day for asking
	Due    time.Time `json:"due"`   // the first instant that is too late
	Asked  string    `json:"asked"` // day on which it was asked for
	Ended  string    `json:"ended"` // waived, lapsed, held; empty = open
	Note   string    `json:"note"`
	Told   string    `json:"told"` // day on which time and place were notified
	Day    string    `json:"day"`
	Place  string    `json:"place"`
	Host   string    `json:"host"` // account that presides
	Result string    `json:"result"`
	SHA256 string    `json:"sha256"` // of the record (听证笔录)
}

// The ends of the right to a hearing.
const (
	Waived = "waived" // 书面放弃
	Lapsed = "lapsed" // 逾期未要求
	Held   = "held"   // 已举行
)

// exercise refuses an act about the party's rights when they are not open.
func (c *Case) exercise(by identity.Actor) error {
	if err := by.OfUnit(c.Unit); err != nil {
		return err
	}
	return c.stands(Noticed)
}

// right is exercise for the right to a hearing.
func (c *Case) right(by identity.Actor) error {
	if err := c.exercise(by); err != nil {
		return err
	}
	if c.Hearing == nil {
		return fault.New(fault.Conflict, "本案未达到听证标准，没有告知听证权利")
	}
	if c.Hearing.Ended != "" {
		return fault.New(fault.Conflict, "本案的听证程序已经终结")
	}
	return nil
}

// Listen notes what the party had to say, and what the authority made of it, or
// that the party waived (行政处罚法 art. 45).
func (c *Case) Listen(by identity.Actor, s Statement) (events.Event, error) {
	if err := c.exercise(by); err != nil {
		return nil, err
	}
	if c.Statement != nil {
		return nil, fault.New(fault.Conflict, "本次告知的陈述申辩已经记录")
	}
	if !s.Waived && s.Reply == "" {
		return nil, fault.About("reply", fault.Invalid, "当事人提出的事实、理由和证据应当复核，请写明复核意见（行政处罚法第四十五条）")
	}
	c.Statement = &s
	if !s.Waived {
		c.pleaded()
	}
	c.pass("statement", s.On)
	note := "当事人陈述、申辩，已复核"
	if s.Waived {
		note = "当事人放弃陈述、申辩"
	}
	return c.heard("statement", by, note, s.SHA256)
}

// pleaded keeps what bounds any later notice.
func (c *Case) pleaded() {
	if c.Plea == nil || heavier(c.Notice.Penalty, c.Plea.Penalty) == "" || len(c.Evidence) > c.Plea.Evidence {
		c.Plea = &Plea{Penalty: c.Notice.Penalty, Evidence: len(c.Evidence)}
	}
}

// heard moves on once the party has stated its case and the right to a hearing
// has ended.
func (c *Case) heard(step string, by identity.Actor, note, sha256 string, settles ...string) (events.Event, error) {
	if c.Statement != nil && (c.Hearing == nil || c.Hearing.Ended != "") {
		if err := c.move(Heard); err != nil {
			return nil, err
		}
	}
	return c.step(step, []string{by.ID}, note, sha256, nil, settles...), nil
}

// AskHearing notes that the party asked for a hearing, on a day within the limit
// (行政处罚法 art. 64 no. 1).
func (c *Case) AskHearing(by identity.Actor, on workday.Date) (events.Event, error) {
	if err := c.right(by); err != nil {
		return nil, err
	}
	switch {
	case c.Hearing.Asked != "":
		return nil, fault.New(fault.Conflict, "当事人已经要求听证")
	case on.String() > c.Hearing.Until:
		return nil, fault.About("on", fault.Invalid, "要求听证的期限到 %s 为止，已经届满", c.Hearing.Until)
	case on.String() < c.Notice.On:
		return nil, fault.About("on", fault.Invalid, "要求听证的日期早于告知日 %s，请核对", c.Notice.On)
	}
	c.Hearing.Asked = on.String()
	return c.step("hearing_asked", []string{by.ID}, "当事人要求听证", "", nil, c.limit("case.hearing.request")), nil
}

// WaiveHearing notes that the party waived the hearing in so many words.
func (c *Case) WaiveHearing(by identity.Actor, note, sha256, on string) (events.Event, error) {
	if err := c.right(by); err != nil {
		return nil, err
	}
	c.Hearing.Ended, c.Hearing.Note, c.Hearing.SHA256 = Waived, note, sha256
	c.pass("hearing", on)
	return c.heard("hearing_waived", by, "当事人书面放弃听证", sha256, c.limit("case.hearing.request"))
}

// LapseHearing notes that the limit passed without the party asking.
func (c *Case) LapseHearing(by identity.Actor, at time.Time, on string) (events.Event, error) {
	if err := c.right(by); err != nil {
		return nil, err
	}
	switch {
	case c.Hearing.Asked != "":
		return nil, fault.New(fault.Conflict, "当事人已经要求听证，应当组织听证")
	case at.Before(c.Hearing.Due):
		return nil, fault.New(fault.Conflict, "要求听证的期限到 %s 为止，尚未届满；当事人书面放弃的，请办理放弃听证", c.Hearing.Until)
	}
	c.Hearing.Ended = Lapsed
	c.pass("hearing", on)
	return c.heard("hearing_lapsed", by, "当事人逾期未要求听证", "", c.limit("case.hearing.request"))
}

// Convene sets day, place and chair of the hearing and notes that the party was
// notified. Latest is the last day on which that is in time
// (行政处罚法 art. 64 no. 2).
func (c *Case) Convene(by identity.Actor, day workday.Date, place, host string, latest, today workday.Date) (events.Event, error) {
	if err := c.right(by); err != nil {
		return nil, err
	}
	switch {
	case c.Hearing.Asked == "":
		return nil, fault.New(fault.Conflict, "当事人没有要求听证")
	case today.After(latest):
		return nil, fault.About("day", fault.Invalid, "%s 举行听证的，最迟应当在 %s 通知当事人，请改期（行政处罚法第六十四条）", day, latest)
	}
	if err := c.apart(identity.Actor{ID: host}, "主持听证"); err != nil {
		return nil, err
	}
	c.Hearing.Told, c.Hearing.Day, c.Hearing.Place, c.Hearing.Host = today.String(), day.String(), place, host
	return c.step("hearing_convened", []string{host}, "通知当事人于 "+day.String()+" 听证", "", nil), nil
}

// HoldHearing notes the hearing. Only whoever presides over it can, and that is
// nobody who investigated.
func (c *Case) HoldHearing(by identity.Actor, result, sha256 string, today workday.Date) (events.Event, error) {
	if err := c.right(by); err != nil {
		return nil, err
	}
	if c.Hearing.Day == "" {
		return nil, fault.New(fault.Conflict, "尚未通知听证的时间、地点")
	}
	if err := c.apart(by, "主持听证"); err != nil {
		return nil, err
	}
	switch {
	case by.ID != c.Hearing.Host:
		return nil, fault.New(fault.Denied, "听证由通知的主持人办理")
	case today.String() < c.Hearing.Day:
		return nil, fault.New(fault.Conflict, "听证定于 %s 举行，尚未到期", c.Hearing.Day)
	}
	c.Hearing.Ended, c.Hearing.Result, c.Hearing.SHA256 = Held, result, sha256
	c.pleaded()
	c.pass("hearing", today.String())
	return c.heard("hearing_held", by, "听证已举行并制作笔录", sha256)
}
