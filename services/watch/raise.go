package watch

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"shenzhong/events"
	"shenzhong/services/kit/bus"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/law"
	"shenzhong/services/kit/workday"
)

// raise makes the alert that a gauge has called for. The fact of the gauge is its
// cause, so there is one, however often the fact comes.
func (s *Service) raise(ctx context.Context, h bus.Heard[events.GaugeMoved]) error {
	on := workday.DateOf(h.Envelope.Time)
	says, err := s.warning(h.Fact, on)
	if err != nil {
		return err
	}
	rule := ruleHandle
	if says.Urgent {
		rule = ruleUrgent
	}
	line, err := s.cfg.Law.Law().Deadline(rule, on)
	if err != nil {
		return err
	}
	series := fmt.Sprintf("%s-YJ-%04d-000000", s.cfg.District, on.Year())
	_, _, err = s.alerts.Make(ctx, h.Cause("watch"), series, func(id string, a *Alert) (events.Event, error) {
		says := says
		says.Alert = id
		limit, err := s.counter.Start(rule, Subject(id), says.Route.Lead, line.Name+"（预警 "+id+"："+says.Name+"）", h.Envelope.Time)
		if err != nil {
			return nil, err
		}
		says.Deadlines = []events.Deadline{limit}
		return a.Raise(says)
	})
	return err
}

// warning is what an alert says, but for its number and its limit.
func (s *Service) warning(f events.GaugeMoved, on workday.Date) (events.AlertRaised, error) {
	signals := bearing(f)
	if len(signals) == 0 {
		return events.AlertRaised{}, fault.New(fault.Invalid, "gauge %s has raised an alert without a signal", f.Gauge)
	}
	newest := day(slices.MaxFunc(signals, func(a, b events.Signal) int { return cmp.Compare(a.Day, b.Day) }).Day)
	r, err := s.cfg.Law.Law().WatchRule(f.Rule, newest)
	if err != nil {
		return events.AlertRaised{}, err
	}
	says := events.AlertRaised{
		Gauge: f.Gauge, Raised: f.Raised, Rule: r.ID, Name: r.Name, Urgent: r.Urgent, Matters: matters(r, signals), Place: f.Place,
		Facility: common(signals, func(x events.Signal) string { return x.Facility }),
		Town:     common(signals, func(x events.Signal) string { return x.Town }),
		Signals:  signals, Threshold: f.Threshold, Day: on.String(),
	}
	if says.Route, err = s.route(says.Matters, says.Town, on, newest); err != nil {
		return events.AlertRaised{}, err
	}
	says.Reason = s.reason(r, says, on)
	return says, nil
}

// matters are those of the signals, the one with the most of them first; of as
// many, in the order of the rule.
func matters(r law.WatchRule, signals []events.Signal) []string {
	count := map[string]int{}
	for _, x := range signals {
		count[x.Matter]++
	}
	out := slices.DeleteFunc(slices.Clone(r.Matters), func(m string) bool { return count[m] == 0 })
	slices.SortStableFunc(out, func(a, b string) int { return cmp.Compare(count[b], count[a]) })
	return out
}

// common is what all signals say alike, or "".
func common(signals []events.Signal, of func(events.Signal) string) string {
	first := of(signals[0])
	if slices.ContainsFunc(signals, func(x events.Signal) bool { return of(x) != first }) {
		return ""
	}
	return first
}

// route is who handles matters at a place: the lead for the first of them, by
// the routing matrix of today; those who assist with it, and the leads for the
// others, assist. A matter that the matrix has lost since goes by the day of the
// newest signal.
func (s *Service) route(all []string, town string, on, newest workday.Date) (events.Route, error) {
	var out events.Route
	for i, matter := range all {
		r, err := s.cfg.Law.Law().Route(matter, on)
		if err != nil {
			if r, err = s.cfg.Law.Law().Route(matter, newest); err != nil {
				return out, err
			}
		}
		helpers := []string{r.Lead}
		if i == 0 {
			out = events.Route{Lead: r.Lead, Assists: []string{}, Offence: matter, Basis: r.Citation(), Reason: r.Reason, By: "matrix"}
			helpers = s.cfg.Law.Law().Assisting(r, town, on)
		}
		for _, unit := range helpers {
			if unit != out.Lead && !slices.Contains(out.Assists, unit) {
				out.Assists = append(out.Assists, unit)
			}
		}
	}
	return out, nil
}

// sorts are the sorts of signals for people.
var sorts = []struct{ code, words string }{
	{law.SignalClue, "问题线索"}, {law.SignalReport, "巡查、比对等报告"}, {law.SignalDecision, "处罚决定"},
}

// reason says in words why there is a warning and who handles it.
func (s *Service) reason(r law.WatchRule, a events.AlertRaised, on workday.Date) string {
	var counted []string
	for _, sort := range sorts {
		n := 0
		for _, x := range a.Signals {
			if x.Sort == sort.code {
				n++
			}
		}
		if n > 0 {
			counted = append(counted, fmt.Sprintf("%s %d 件", sort.words, n))
		}
	}
	first, last := a.Signals[0].Day, a.Signals[0].Day
	for _, x := range a.Signals {
		first, last = min(first, x.Day), max(last, x.Day)
	}
	when := first + " 至 " + last
	if first == last {
		when = first
	}
	names := make([]string, len(a.Route.Assists))
	for i, unit := range a.Route.Assists {
		names[i] = s.unitName(unit, on)
	}
	who := s.unitName(a.Route.Lead, on) + "主办"
	if len(names) > 0 {
		who += "，" + strings.Join(names, "、") + "协办"
	}
	return fmt.Sprintf("监测规则“%s”：%s在 %s 有%s，达到 %d%s内 %d 件的预警条件（%s。%s）。%s（%s；%s）。",
		r.Name, a.Place.Name, when, strings.Join(counted, "、"), r.Within, r.Unit, r.Threshold, r.Citation(), strings.TrimRight(r.Caution(), "。"),
		who, strings.TrimRight(a.Route.Reason, "。"), a.Route.Basis)
}
