package register

import (
	"regexp"
	"slices"
	"strings"

	"shenzhong/events"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/identity"
	"shenzhong/services/kit/law"
	"shenzhong/services/kit/store"
	"shenzhong/services/kit/workday"
)

// Officer is an entry in the register of officers with powers of enforcement
// (执法检查人员名录库).
type Officer struct{ events.Officer }

// OfficerDraft is what a person fills in about an officer.
type OfficerDraft struct {
	Name      string
	Unit      string   // code of the law pack
	CertNo    string   // 执法证号
	CertUntil string   // last day on which it is valid
	Skills    []string // what the officer knows about (业务专长)
	Max       int      // most visits in one draw
	Interests []events.Interest
	Declared  string // day of the declaration that the draft comes with; set by review
}

// certShape is what the number of a certificate may look like.
var certShape = regexp.MustCompile(`^[0-9A-Za-z-]{6,30}$`)

// visitsMost is how many visits of one draw an officer may be given at most: a
// bound against typing errors, not of any law.
const visitsMost = 50

// review returns the draft as it would be entered and everything that is wrong
// with it.
func (d OfficerDraft) review(pack *law.Pack, today workday.Date) (OfficerDraft, []error) {
	var errs []error
	note := func(err error) {
		if err != nil {
			errs = append(errs, err)
		}
	}
	var err error
	d.Name, err = line("name", "姓名", d.Name, nameMost)
	note(err)
	if err := pack.MayInspect(d.Unit, today); fault.Is(err, fault.NotFound) {
		note(fault.About("unit", fault.Invalid, "规则包中没有代码为“%s”的单位，请核对", clip(d.Unit)))
	} else if err != nil {
		note(fault.About("unit", fault.Invalid, "%w", err))
	}
	if d.CertNo = strings.TrimSpace(d.CertNo); !certShape.MatchString(d.CertNo) {
		note(fault.About("cert_no", fault.Invalid, "执法证号应为 6 至 30 位数字、字母或连字符；没有执法证的人员不得登记"))
	}
	until, err := date("cert_until", "证件有效期", d.CertUntil)
	note(err)
	d.CertUntil = until.String()
	d.Skills, err = several("skills", "业务专长", d.Skills, 10, numberMost)
	note(err)
	if d.Max < 1 || d.Max > visitsMost {
		note(fault.About("max", fault.Invalid, "单次抽取最多检查数应为 1 至 %d 的整数", visitsMost))
	}
	interests := []events.Interest{}
	for _, in := range d.Interests {
		in.Reason, err = line("interests", "回避事由", in.Reason, textMost)
		note(err)
		in.Since = today.String()
		interests = append(interests, in)
	}
	d.Interests, d.Declared = interests, today.String()
	return d, errs
}

// Enter enters an officer (登记), with the interests that he declares: that is his
// declaration of the year. The draft must have been reviewed.
func (o *Officer) Enter(by identity.Actor, id string, d OfficerDraft) (events.Event, error) {
	if err := permits.Check(by, "officer.enter"); err != nil {
		return nil, err
	}
	if err := o.move(Active); err != nil {
		return nil, err
	}
	o.ID, o.Interests, o.Declared = id, d.Interests, d.Declared
	o.take(d)
	return o.changed("entered", ""), nil
}

// Correct corrects what was entered (更正), a renewed certificate among it. The
// declared interests stay.
func (o *Officer) Correct(by identity.Actor, d OfficerDraft, reason string) (events.Event, error) {
	if err := permits.Check(by, "officer.correct"); err != nil {
		return nil, err
	}
	reason, err := line("reason", "更正原因", reason, textMost)
	if err != nil {
		return nil, err
	}
	if err := o.active(); err != nil {
		return nil, err
	}
	if o.same(d) {
		return nil, store.Unchanged
	}
	o.take(d)
	return o.changed("corrected", reason), nil
}

// Declare declares an interest (申报回避事由) in a facility: the officer is never
// sent there. 行政处罚法 art. 43.
func (o *Officer) Declare(by identity.Actor, in events.Interest) (events.Event, error) {
	if err := permits.Check(by, "officer.declare"); err != nil {
		return nil, err
	}
	if !by.Has(identity.Registrar) && by.ID != o.ID {
		return nil, fault.New(fault.Denied, "只能申报本人的回避事由；他人的由名录管理人员办理")
	}
	var err error
	if in.Reason, err = line("reason", "回避事由", in.Reason, textMost); err != nil {
		return nil, err
	}
	if err := o.active(); err != nil {
		return nil, err
	}
	if slices.ContainsFunc(o.Interests, func(x events.Interest) bool { return x.Facility == in.Facility }) {
		return nil, fault.New(fault.Conflict, "该人员已申报对 %s 的回避，无需重复申报", in.Facility)
	}
	o.Interests = append(slices.Clone(o.Interests), in)
	return o.changed("interest_declared", in.Reason), nil
}

// DeclareYear is the yearly declaration of interests (年度回避申报): those that are
// new, and by its day that there are no others. Made again it changes nothing.
func (o *Officer) DeclareYear(by identity.Actor, more []events.Interest, on string) (events.Event, error) {
	if err := permits.Check(by, "officer.declare"); err != nil {
		return nil, err
	}
	if !by.Has(identity.Registrar) && by.ID != o.ID {
		return nil, fault.New(fault.Denied, "只能申报本人的回避事由；他人的由名录管理人员办理")
	}
	if err := o.active(); err != nil {
		return nil, err
	}
	all := slices.Clone(o.Interests)
	for _, in := range more {
		var err error
		if in.Reason, err = line("reason", "回避事由", in.Reason, textMost); err != nil {
			return nil, err
		}
		if !slices.ContainsFunc(all, func(x events.Interest) bool { return x.Facility == in.Facility }) {
			all = append(all, in)
		}
	}
	if o.Declared == on && len(all) == len(o.Interests) {
		return nil, store.Unchanged
	}
	o.Interests, o.Declared = all, on
	return o.changed("declared", ""), nil
}

// Withdraw takes back (撤回) a declared interest that there is no more. The
// officer alone may not: who may be sent where is not for him to arrange.
func (o *Officer) Withdraw(by identity.Actor, facility, reason string) (events.Event, error) {
	if err := permits.Check(by, "officer.withdraw"); err != nil {
		return nil, err
	}
	reason, err := line("reason", "撤回回避事由的原因", reason, textMost)
	if err != nil {
		return nil, err
	}
	if err := o.active(); err != nil {
		return nil, err
	}
	left := slices.DeleteFunc(slices.Clone(o.Interests), func(x events.Interest) bool { return x.Facility == facility })
	if len(left) == len(o.Interests) {
		return nil, fault.New(fault.Conflict, "该人员没有申报对 %s 的回避，无需撤回", clip(facility))
	}
	o.Interests = left
	return o.changed("interest_withdrawn", reason), nil
}

// shown refuses an account that may not read the entry with that id. An officer
// may read his own.
func (o *Officer) shown(by identity.Actor, id string) error {
	if by.ID == id && by.Has(identity.Officer) {
		return nil
	}
	return permits.Check(by, "officer.read")
}

// Leave notes that an officer does not enforce any more (离岗).
func (o *Officer) Leave(by identity.Actor, reason string) (events.Event, error) {
	if err := permits.Check(by, "officer.leave"); err != nil {
		return nil, err
	}
	reason, err := line("reason", "离岗原因", reason, textMost)
	if err != nil {
		return nil, err
	}
	if err := o.move(Left); err != nil {
		return nil, err
	}
	return o.changed("left", reason), nil
}

// Drawable reports whether the officer may be drawn for an inspection on that
// day, and if not, why not, in Chinese. 国办发〔2024〕54号: nobody without a
// certificate inspects.
func (o Officer) Drawable(on workday.Date) (ok bool, why string) {
	until, err := workday.ParseDate(o.CertUntil)
	switch {
	case State(o.Status) != Active:
		return false, "已离岗"
	case err != nil || until.Before(on):
		return false, "执法证已于 " + o.CertUntil + " 到期，换证后方可抽取"
	}
	return true, ""
}

func (o *Officer) take(d OfficerDraft) {
	o.Name, o.Unit, o.CertNo, o.CertUntil = d.Name, d.Unit, d.CertNo, d.CertUntil
	o.Skills, o.Max = d.Skills, d.Max
}

// same reports whether a reviewed draft would change nothing.
func (o *Officer) same(d OfficerDraft) bool {
	return o.Name == d.Name && o.Unit == d.Unit && o.CertNo == d.CertNo && o.CertUntil == d.CertUntil &&
		o.Max == d.Max && slices.Equal(o.Skills, d.Skills)
}

// active refuses an act on an officer who is not active.
func (o *Officer) active() error {
	if State(o.Status) == Active {
		return nil
	}
	return stands("执法人员", State(o.Status))
}

// move is the only assignment to Status.
func (o *Officer) move(to State) error {
	next, err := officerMoves.to("执法人员", State(o.Status), to)
	o.Status = string(next)
	return err
}

func (o *Officer) changed(change, reason string) events.Event {
	return events.OfficerChanged{Change: change, Reason: reason, Officer: o.Officer}
}
