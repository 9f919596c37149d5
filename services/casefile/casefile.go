// Package casefile carries a case of administrative penalty (行政处罚案件) from
// filing to the end, through every gate that the law sets (法定关口). It must
// never let a gate be skipped or switched off, never let one person both
// investigate and review, and never hold an amount as anything but fen.
package casefile

import (
	"slices"

	"shenzhong/events"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/identity"
)

// Case is one case and everything that was done in it.
type Case struct {
	ID          string            `json:"id"`   // "500156-AJ-2026-000003"
	Clue        string            `json:"clue"` // clue it comes from, empty if filed by hand
	Unit        string            `json:"unit"`
	UnitName    string            `json:"unit_name"`
	State       State             `json:"state"`
	Respondent  events.Respondent `json:"respondent"`
	SubjectKind string            `json:"subject_kind"` // of the law pack; decides where the decision is published
	Offence     string            `json:"offence"`      // violation type of the law pack
	OffenceName string            `json:"offence_name"`
	Act         string            `json:"act"`  // day of the act (行为发生日)
	Law         string            `json:"law"`  // instrument that applies and why
	Pack        string            `json:"pack"` // version of the law pack it was filed under
	FiledOn     string            `json:"filed_on"`
	Limit       events.Deadline   `json:"limit"`      // for deciding, as it is counted now
	Limitation  string            `json:"limitation"` // last day on which the act may be found out (追责时效, 行政处罚法 art. 36), empty = not known
	Pauses      []Pause           `json:"pauses"`     // of Limit, approved
	Asked       *Pause            `json:"asked,omitempty"`
	Leads       []string          `json:"leads"` // materials that came with the clue
	Gates       []Gate            `json:"gates"`

	Officers      []string   `json:"officers"`      // two or more, 行政处罚法 art. 42
	Investigators []string   `json:"investigators"` // accounts that took part in the investigation
	Evidence      []Evidence `json:"evidence"`

	Report     *Report     `json:"report,omitempty"`
	Referral   *Referral   `json:"referral,omitempty"`
	Notice     *Notice     `json:"notice,omitempty"`
	Statement  *Statement  `json:"statement,omitempty"`
	Hearing    *Hearing    `json:"hearing,omitempty"`
	Review     *Opinion    `json:"review,omitempty"`
	Discussion *Discussion `json:"discussion,omitempty"`
	Plea       *Plea       `json:"plea,omitempty"` // bounds every later notice

	Decision    *Decision    `json:"decision,omitempty"`
	Spare       *Spare       `json:"spare,omitempty"`
	Service     *Delivery    `json:"service,omitempty"`
	Payments    []Payment    `json:"payments"`
	Revocation  *Revocation  `json:"revocation,omitempty"`
	Publication *Publication `json:"publication,omitempty"`
	Outcome     string       `json:"outcome"`
	Running     []string     `json:"running"` // ids of the limits that run
}

// Subject is the subject of a case, under which its limits run.
func Subject(id string) string { return "case/" + id }

// step notes what was done as the fact that says so, and keeps the list of
// running limits.
func (c *Case) step(name string, by []string, note, sha256 string, starts []events.Deadline, settles ...string) events.CaseStepped {
	return events.CaseStepped{
		Case: c.ID, Step: name, State: string(c.State), Unit: c.Unit, By: by, Note: note, SHA256: sha256,
		Deadlines: c.begin(starts), Settled: c.end(settles...),
	}
}

// begin notes limits that begin to run.
func (c *Case) begin(limits []events.Deadline) []events.Deadline {
	for _, d := range limits {
		if !slices.Contains(c.Running, d.ID) {
			c.Running = append(c.Running, d.ID)
		}
	}
	return limits
}

// end returns those of the limits that ran, and notes that they run no more: a
// limit that never began cannot be ended.
func (c *Case) end(ids ...string) []string {
	ended := []string{}
	c.Running = slices.DeleteFunc(c.Running, func(id string) bool {
		gone := slices.Contains(ids, id)
		if gone {
			ended = append(ended, id)
		}
		return gone
	})
	return ended
}

// limit is the id of the case's limit under that rule.
func (c *Case) limit(rule string) string { return events.DeadlineID(Subject(c.ID), rule) }

// took notes that an account took part in the investigation.
func (c *Case) took(by identity.Actor) {
	if !slices.Contains(c.Investigators, by.ID) {
		c.Investigators = append(c.Investigators, by.ID)
	}
}

// apart refuses an account that investigated: who reviews a case or presides
// over its hearing is someone else (行政处罚法 arts. 58, 64).
func (c *Case) apart(by identity.Actor, what string) error {
	if slices.Contains(c.Officers, by.ID) || slices.Contains(c.Investigators, by.ID) {
		return fault.New(fault.Denied, "您参与了本案调查，不能%s，请由未参与调查的人员办理", what)
	}
	return nil
}

// signers refuses unless the named officers are enough of those assigned. None
// named means all of them.
func (c *Case) signers(named []string, least int) ([]string, error) {
	if len(named) == 0 {
		named = c.Officers
	}
	for i, o := range named {
		if !slices.Contains(c.Officers, o) || slices.Contains(named[:i], o) {
			return nil, fault.About("officers", fault.Invalid, "签名的执法人员须为本案承办人员，且不能重复")
		}
	}
	if len(named) < least {
		return nil, fault.About("officers", fault.Invalid, "须由 %d 名以上承办人员签名（行政处罚法第四十二条）", least)
	}
	return slices.Clone(named), nil
}

// Filing is what a case is filed with.
type Filing struct{ Case }

// File files the case (立案, 行政处罚法 art. 54).
func (c *Case) File(f Filing) (events.Event, error) {
	if c.State != "" {
		return nil, fault.New(fault.Conflict, "案件已经立案，目前为“%s”", Title(c.State))
	}
	*c = f.Case
	c.State = ""
	if err := c.move(Filed); err != nil {
		return nil, err
	}
	c.pass("filing", c.FiledOn)
	return events.CaseFiled{
		Case: c.ID, Clue: c.Clue, Unit: c.Unit, Respondent: c.Respondent, Offence: c.Offence, Act: c.Act, Law: c.Law, On: c.FiledOn,
		Deadlines: c.begin([]events.Deadline{f.Limit}),
	}, nil
}

// Identify names the respondent where it was not known when the case was filed,
// or corrects its particulars before anything was told to it.
func (c *Case) Identify(by identity.Actor, who events.Respondent, subjectKind string) (events.Event, error) {
	if err := by.OfUnit(c.Unit); err != nil {
		return nil, err
	}
	if err := c.stands(Investigating, Filed); err != nil {
		return nil, err
	}
	c.Respondent, c.SubjectKind = who, subjectKind
	return c.step("respondent", []string{by.ID}, "确认当事人", "", nil), nil
}

// Assign gives the case to its officers, whose certificates and interests were
// found in order that day (行政处罚法 arts. 42, 43). It may be done again while
// the case is under investigation.
func (c *Case) Assign(by identity.Actor, officers []string, on string) (events.Event, error) {
	if err := by.OfUnit(c.Unit); err != nil {
		return nil, err
	}
	if err := c.stands(Filed, Investigating); err != nil {
		return nil, err
	}
	if c.State == Filed {
		if err := c.move(Investigating); err != nil {
			return nil, err
		}
	}
	c.Officers = officers
	c.pass("officers", on)
	c.pass("recusal", on)
	return c.step("officers", officers, "指派承办人员，执法证件有效且无回避事由", "", nil), nil
}
