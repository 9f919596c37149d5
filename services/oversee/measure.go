package oversee

import (
	"slices"
	"strings"

	"shenzhong/events"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/identity"
)

// Measure is a supervision order (督办单), an interview (约谈) or a circular
// (通报) and how far it is.
type Measure struct {
	events.Measure
	State    MeasureState     `json:"state"`
	Meets    bool             `json:"meets"` // it is a meeting
	IssuedBy string           `json:"issued_by"`
	HeldOn   string           `json:"held_on"`
	Present  []string         `json:"present"`
	Answers  []MeasureAnswer  `json:"answers"`
	Running  *events.Deadline `json:"running"` // limit that runs
	Note     string           `json:"note"`    // why it ended
}

// MeasureAnswer is one answer of the unit, and why it was not enough.
type MeasureAnswer struct {
	By       string `json:"by"`
	Text     string `json:"text"`
	Link     string `json:"link"`
	Returned string `json:"returned"`
}

// MeasureState is how far a measure is.
type MeasureState string

// The states. Each says who acts next.
const (
	MeasureDrafted  MeasureState = "drafted"  // 已拟稿: a second person issues it or drops it
	MeasureIssued   MeasureState = "issued"   // 已发出: the meeting is held, or the unit answers
	MeasureHeld     MeasureState = "held"     // 已约谈: the unit answers
	MeasureAnswered MeasureState = "answered" // 已反馈: whoever issued it looks at the answer
	MeasureReturned MeasureState = "returned" // 反馈退回: the unit answers again
	MeasureClosed   MeasureState = "closed"   // 已办结
	MeasureDropped  MeasureState = "dropped"  // 不予发出
	MeasureRevoked  MeasureState = "revoked"  // 已撤销
)

// measureNext is the whole of the workflow of a measure.
var measureNext = map[MeasureState][]MeasureState{
	"":              {MeasureDrafted},
	MeasureDrafted:  {MeasureIssued, MeasureDropped},
	MeasureIssued:   {MeasureHeld, MeasureAnswered, MeasureRevoked},
	MeasureHeld:     {MeasureAnswered, MeasureRevoked},
	MeasureAnswered: {MeasureReturned, MeasureClosed},
	MeasureReturned: {MeasureAnswered, MeasureRevoked},
	MeasureClosed:   {},
	MeasureDropped:  {},
	MeasureRevoked:  {},
}

var measureTitles = map[MeasureState]string{
	"": "尚未拟稿", MeasureDrafted: "已拟稿", MeasureIssued: "已发出", MeasureHeld: "已约谈", MeasureAnswered: "已反馈",
	MeasureReturned: "反馈退回", MeasureClosed: "已办结", MeasureDropped: "不予发出", MeasureRevoked: "已撤销",
}

// MeasureTitle is the name of a state for people.
func MeasureTitle(s MeasureState) string { return measureTitles[s] }

// move is the only assignment to State.
func (m *Measure) move(to MeasureState) error {
	if !slices.Contains(measureNext[m.State], to) {
		return fault.New(fault.Conflict, "该督查措施目前为“%s”，不能变为“%s”", MeasureTitle(m.State), MeasureTitle(to))
	}
	m.State = to
	return nil
}

// need refuses words that are missing.
func need(field, title string, text *string) error {
	if *text = strings.TrimSpace(*text); *text == "" {
		return fault.About(field, fault.Invalid, "请填写%s", title)
	}
	return nil
}

// Draft proposes a measure. Meets says that it is a meeting.
func (m *Measure) Draft(of events.Measure, meets bool) (events.Event, error) {
	if err := m.move(MeasureDrafted); err != nil {
		return nil, err
	}
	m.Measure, m.Meets = of, meets
	return events.MeasureDrafted{Measure: of}, nil
}

// Issue sends the measure. Whoever drafted it cannot: it takes two. Limit is that
// for meeting or answering.
func (m *Measure) Issue(by identity.Actor, limit events.Deadline) (events.Event, error) {
	if err := by.OfUnit(m.From); err != nil {
		return nil, err
	}
	if m.State == MeasureDrafted && by.ID == m.Drafted {
		return nil, fault.New(fault.Denied, "拟稿和签发须由两个人分别办理，请由另一名人员签发")
	}
	if err := m.move(MeasureIssued); err != nil {
		return nil, err
	}
	m.IssuedBy, m.Running = by.ID, &limit
	return events.MeasureIssued{Measure: m.Measure, By: by.ID, Deadlines: []events.Deadline{limit}}, nil
}

// Drop gives a draft up.
func (m *Measure) Drop(by identity.Actor, reason string) (events.Event, error) {
	if err := by.OfUnit(m.From); err != nil {
		return nil, err
	}
	if err := need("reason", "不予发出的理由", &reason); err != nil {
		return nil, err
	}
	if err := m.move(MeasureDropped); err != nil {
		return nil, err
	}
	m.Note = reason
	return events.MeasureDropped{Measure: m.ID, By: by.ID, Reason: reason}, nil
}

// Hold notes that the interview took place.
func (m *Measure) Hold(by identity.Actor, held events.InterviewHeld, answer events.Deadline) (events.Event, error) {
	if err := by.OfUnit(m.From); err != nil {
		return nil, err
	}
	if err := need("minutes", "约谈的内容", &held.Minutes); err != nil {
		return nil, err
	}
	switch {
	case !m.Meets:
		return nil, fault.New(fault.Conflict, "只有约谈需要登记举行情况")
	case len(held.Present) < 2:
		return nil, fault.About("present", fault.Invalid, "请逐一填写约谈人和被约谈人，至少两人")
	}
	if err := m.move(MeasureHeld); err != nil {
		return nil, err
	}
	held.Measure, held.Settled, held.Deadlines = m.ID, m.end(), []events.Deadline{answer}
	m.HeldOn, m.Present, m.Running = held.On, held.Present, &answer
	return held, nil
}

// Answer is what the unit has done about it (反馈).
func (m *Measure) Answer(by identity.Actor, text, link string) (events.Event, error) {
	if err := by.OfUnit(m.Unit); err != nil {
		return nil, err
	}
	if err := need("text", "落实情况", &text); err != nil {
		return nil, err
	}
	if m.State == MeasureIssued && m.Meets {
		return nil, fault.New(fault.Conflict, "约谈尚未举行，举行以后再反馈落实情况")
	}
	if err := m.move(MeasureAnswered); err != nil {
		return nil, err
	}
	m.Answers = append(m.Answers, MeasureAnswer{By: by.ID, Text: text, Link: link})
	return events.MeasureAnswered{Measure: m.ID, Unit: m.Unit, By: by.ID, Text: text, Link: link, Settled: m.end()}, nil
}

// Return gives an answer back that is not enough.
func (m *Measure) Return(by identity.Actor, reason string, answer events.Deadline) (events.Event, error) {
	if err := by.OfUnit(m.From); err != nil {
		return nil, err
	}
	if err := need("reason", "退回的理由", &reason); err != nil {
		return nil, err
	}
	if err := m.move(MeasureReturned); err != nil {
		return nil, err
	}
	m.Answers[len(m.Answers)-1].Returned, m.Running = reason, &answer
	return events.MeasureReturned{Measure: m.ID, By: by.ID, Reason: reason, Deadlines: []events.Deadline{answer}}, nil
}

// Close says that what was demanded is done.
func (m *Measure) Close(by identity.Actor, note string) (events.Event, error) {
	if err := by.OfUnit(m.From); err != nil {
		return nil, err
	}
	if err := need("note", "办结的说明", &note); err != nil {
		return nil, err
	}
	if err := m.move(MeasureClosed); err != nil {
		return nil, err
	}
	m.Note = note
	return events.MeasureClosed{Measure: m.ID, By: by.ID, Note: note}, nil
}

// Revoke takes a measure back.
func (m *Measure) Revoke(by identity.Actor, reason string) (events.Event, error) {
	if err := by.OfUnit(m.From); err != nil {
		return nil, err
	}
	if err := need("reason", "撤销的理由", &reason); err != nil {
		return nil, err
	}
	if err := m.move(MeasureRevoked); err != nil {
		return nil, err
	}
	m.Note = reason
	return events.MeasureRevoked{Measure: m.ID, By: by.ID, Reason: reason, Settled: m.end()}, nil
}

// end is the limit that runs, which runs no more.
func (m *Measure) end() []string {
	if m.Running == nil {
		return []string{}
	}
	id := m.Running.ID
	m.Running = nil
	return []string{id}
}
