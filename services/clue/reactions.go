package clue

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"shenzhong/events"
	"shenzhong/services/kit/bus"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/law"
	"shenzhong/services/kit/store"
	"shenzhong/services/kit/workday"
)

// Reactions is everything clue does when another, or clue itself, speaks.
func (s *Service) Reactions() []bus.Reaction {
	reactions := []bus.Reaction{
		bus.On("clue-takes-findings", s.onVisitRecorded),
		bus.On("clue-takes-alerts", s.onAlertConcluded),
		bus.On("clue-routes-by-matrix", s.onReceived),
		bus.On("clue-follows-rulings", s.onRuled),
		bus.On("clue-absorbs-merged", s.onMerged),
		bus.On("clue-answers-senders", s.onConcluded),
		bus.On("clue-answers-absorbed", s.onAbsorbed),
	}
	for _, v := range s.views.all() {
		reactions = append(reactions, v.Reaction())
	}
	return reactions
}

// onReceived routes a clue whose offence is known. One that somebody routed by
// hand or merged meanwhile stays where it is.
func (s *Service) onReceived(ctx context.Context, h bus.Heard[events.ClueReceived]) error {
	f := h.Fact
	if f.Offence == "" {
		return nil
	}
	day, err := workday.ParseDate(f.Day)
	if err != nil {
		return err
	}
	at, err := s.where(ctx, f.Facility, f.Town)
	if err != nil {
		return err
	}
	route, err := s.matrix(f.Offence, at, day)
	if err != nil {
		return err
	}
	fresh, err := s.limit(ruleAccept, Clue{ID: f.Clue, Offence: f.Offence}, route.Lead, h.Envelope.Time)
	if err != nil {
		return err
	}
	sign, err := s.limit(ruleSign, Clue{ID: f.Clue, Offence: f.Offence}, route.Lead, h.Envelope.Time)
	if err != nil {
		return err
	}
	return s.clues.Change(ctx, h.Cause("clue"), f.Clue, func(c *Clue) (events.Event, error) {
		if c.State != Received {
			return nil, store.Unchanged
		}
		return c.Route(route, fresh, sign)
	})
}

func (s *Service) onRuled(ctx context.Context, h bus.Heard[events.ClueRuled]) error {
	route := h.Fact.Route
	sign, err := s.limit(ruleSign, Clue{ID: h.Fact.Clue, Offence: route.Offence}, route.Lead, h.Envelope.Time)
	if err != nil {
		return err
	}
	return s.clues.Change(ctx, h.Cause("clue"), h.Fact.Clue, func(c *Clue) (events.Event, error) { return c.Follow(sign) })
}

// onMerged makes the clue that goes on take the merged one in. If that one was
// itself merged meanwhile, it is the one at the end of the chain; a chain goes
// to ever earlier clues, so it has an end.
func (s *Service) onMerged(ctx context.Context, h bus.Heard[events.ClueMerged]) error {
	merged, _, err := s.clues.Load(ctx, h.Fact.Clue)
	if err != nil {
		return err
	}
	into := merged
	for into.Into != "" {
		if into, _, err = s.clues.Load(ctx, into.Into); err != nil {
			return err
		}
	}
	err = s.clues.Change(ctx, h.Cause("clue"), into.ID, func(c *Clue) (events.Event, error) { return c.Absorb(merged) })
	if fault.Is(err, fault.Conflict) { // it was merged between the look and the change
		return fault.New(fault.Early, "clue %s was merged meanwhile: %w", into.ID, err)
	}
	return err
}

// onConcluded answers every sender: that of the clue and of each that was merged
// into it.
func (s *Service) onConcluded(ctx context.Context, h bus.Heard[events.ClueConcluded]) error {
	for _, id := range append([]string{h.Fact.Clue}, h.Fact.Merged...) {
		if err := s.tell(ctx, h.Cause("clue"), id, h.Fact, workday.DateOf(h.Envelope.Time)); err != nil {
			return err
		}
	}
	return nil
}

// onAbsorbed answers the sender of a clue that came in when the matter was
// already concluded.
func (s *Service) onAbsorbed(ctx context.Context, h bus.Heard[events.ClueAbsorbed]) error {
	into, _, err := s.clues.Load(ctx, h.Fact.Clue)
	if err != nil || into.Conclusion == nil {
		return err
	}
	from, _, err := s.clues.Load(ctx, h.Fact.From)
	if err != nil {
		return err
	}
	for _, id := range append([]string{from.ID}, from.Merged...) {
		if err := s.tell(ctx, h.Cause("clue"), id, *into.Conclusion, workday.DateOf(h.Envelope.Time)); err != nil {
			return err
		}
	}
	return nil
}

// tell answers the sender of one clue.
func (s *Service) tell(ctx context.Context, cause store.Cause, id string, came events.ClueConcluded, day workday.Date) error {
	text := s.answer(came, day)
	return s.clues.Change(ctx, cause, id, func(c *Clue) (events.Event, error) { return c.Answer(text) })
}

// answer is what a sender reads: the matter, the unit and the outcome. What the
// officer wrote and what the sender called the facility stay out of it, because
// both may name people.
func (s *Service) answer(came events.ClueConcluded, day workday.Date) string {
	matter := "问题"
	if r, err := s.cfg.Law.Law().Route(came.Offence, day); err == nil {
		matter = "“" + r.Name + "”问题"
	}
	words := ""
	for _, o := range outcomes {
		if o.code == came.Outcome {
			words = o.words
		}
	}
	return "您好！您反映的" + matter + "，" + s.unitName(came.Unit, day) + "已经核查办结。" + words + "。感谢您的关心和监督。"
}

// onVisitRecorded opens a clue for every finding that is to be dealt with
// further, and one for a facility that could not be found where it is
// registered. Each has a cause of its own, so none is opened twice.
func (s *Service) onVisitRecorded(ctx context.Context, h bus.Heard[events.VisitRecorded]) error {
	v := h.Fact.Visit
	day := workday.DateOf(h.Envelope.Time)
	at, err := s.where(ctx, v.Facility, "")
	if err != nil {
		return err
	}
	come := Clue{Source: "inspection", Origin: v.ID, Facility: v.Facility, Name: v.Name, Town: at.town}
	absent := false
	for _, section := range v.Sections {
		for _, code := range section.Results {
			c, err := s.cfg.Law.Law().ResultCategory(code, day)
			if err != nil {
				return err
			}
			absent = absent || c.Needs == "abnormal" && concerns(c, v.SubjectKind)
		}
		for _, f := range section.Findings {
			c, err := s.cfg.Law.Law().ResultCategory(f.Result, day)
			if err != nil {
				return err
			}
			if c.Needs != "case" || f.Offence == "" || !concerns(c, v.SubjectKind) {
				continue
			}
			come := come
			come.Text = fmt.Sprintf("联合检查 %s 中%s发现：%s", v.ID, s.unitName(section.Unit, day), f.Text)
			if f.Evidence != "" {
				come.Text += "。证据：" + f.Evidence
			}
			come.Offence = s.offence(f.Offence, day)
			if _, _, err := s.open(ctx, h.Cause("clue", section.Unit, strconv.Itoa(f.No)), come, false, h.Envelope.Time); err != nil {
				return err
			}
		}
	}
	if !absent {
		return nil
	}
	come.Offence = s.offence(offenceAbsent, day)
	come.Text = fmt.Sprintf("联合检查 %s：通过登记的住所（经营场所）无法联系。请登记机关核实，依法决定是否列入%s。", v.ID, s.abnormalList(v.SubjectKind, day))
	_, _, err = s.open(ctx, h.Cause("clue", "absent"), come, false, h.Envelope.Time)
	return err
}

// onAlertConcluded opens the clue that an alert has become (预警转为线索). The
// clues that raised the alert stay what they are: this one is about all of it.
func (s *Service) onAlertConcluded(ctx context.Context, h bus.Heard[events.AlertConcluded]) error {
	f := h.Fact
	if f.Outcome != "clue" {
		return nil
	}
	come := Clue{
		Source: "alert", Origin: f.Alert, Facility: f.Facility, Name: f.Name, Town: f.Town,
		Offence: s.offence(f.Matter, workday.DateOf(h.Envelope.Time)), Text: "监测预警 " + f.Alert + " 处置情况：" + f.Text,
	}
	_, _, err := s.open(ctx, h.Cause("clue"), come, false, h.Envelope.Time)
	return err
}

// offenceAbsent is the line of the routing matrix for a facility that cannot be
// found where it is registered (经营异常).
const offenceAbsent = "abnormal_operation"

// offence is the violation type if the pack routes it on that day, else empty:
// then a person routes the clue.
func (s *Service) offence(code string, day workday.Date) string {
	if _, err := s.cfg.Law.Law().Route(code, day); err != nil {
		return ""
	}
	return code
}

// abnormalList is the register of abnormal operation for that kind of subject.
func (s *Service) abnormalList(subjectKind string, day workday.Date) string {
	k, err := s.cfg.Law.Law().SubjectKind(subjectKind, day)
	if err != nil || k.Abnormal == "" {
		return "经营异常名录"
	}
	return k.Abnormal
}

// concerns reports whether the result has its consequence for that kind of
// subject.
func concerns(c law.ResultCategory, subjectKind string) bool {
	return len(c.Subjects) == 0 || slices.Contains(c.Subjects, subjectKind)
}
