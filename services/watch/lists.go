package watch

import (
	"context"
	"slices"

	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/identity"
	"shenzhong/services/kit/view"
)

// Rule is a watch rule as people read it.
type Rule struct {
	ID        string   `json:"id"`
	Name      string   `json:"name"`
	Matters   []Choice `json:"matters"`
	Signals   []string `json:"signals"` // sorts that count
	Place     string   `json:"place"`   // town, facility, district
	Threshold int      `json:"threshold"`
	Within    int      `json:"within"`
	Unit      string   `json:"unit"` // day, month
	Urgent    bool     `json:"urgent"`
	Basis     string   `json:"basis"`
	Caution   string   `json:"caution"` // what a reader must know of a setting that is no law
	Note      string   `json:"note"`
}

// Rules returns the watch rules in force today, and how a unit can see something.
func (s *Service) Rules(by identity.Actor) ([]Rule, []Choice, error) {
	if err := permits.Check(by, "watch.read"); err != nil {
		return nil, nil, err
	}
	on := s.today()
	out := []Rule{}
	for _, r := range s.cfg.Law.Law().WatchRules(on) {
		line := Rule{
			ID: r.ID, Name: r.Name, Signals: r.Signals, Place: r.Place, Threshold: r.Threshold, Within: r.Within, Unit: string(r.Unit),
			Urgent: r.Urgent, Basis: r.Citation(), Caution: r.Caution(), Note: r.Note,
		}
		for _, m := range r.Matters {
			if route, err := s.cfg.Law.Law().Route(m, on); err == nil {
				line.Matters = append(line.Matters, Choice{Code: m, Name: route.Name})
			}
		}
		out = append(out, line)
	}
	return out, seen, nil
}

// SignalFilter selects signals. Empty fields select all.
type SignalFilter struct {
	Sort, Matter, Facility, Town, State string
	Limit                               int
}

// Signals returns the signals that the filter selects, the newest first.
func (s *Service) Signals(ctx context.Context, by identity.Actor, f SignalFilter) ([]SignalRow, error) {
	if err := permits.Check(by, "watch.read"); err != nil {
		return nil, err
	}
	if f.Town != "" {
		if u, err := s.cfg.Law.Law().Town(f.Town, s.today()); err == nil {
			f.Town = u.Code
		}
	}
	return s.views.signals.List(ctx, view.Query{Order: "seen_on", Desc: true, Limit: f.Limit, Equal: given(map[string]string{
		"sort": f.Sort, "matter": f.Matter, "facility": f.Facility, "town": f.Town, "state": f.State,
	})})
}

// given are the conditions that were given.
func given(all map[string]string) map[string]any {
	out := map[string]any{}
	for column, value := range all {
		if value != "" {
			out[column] = value
		}
	}
	return out
}

// Signal returns one signal.
func (s *Service) Signal(ctx context.Context, by identity.Actor, id string) (SignalRow, error) {
	if err := permits.Check(by, "watch.read"); err != nil {
		return SignalRow{}, err
	}
	x, _, err := s.signals.Load(ctx, id)
	row := SignalRow{Signal: x.Signal, State: x.State, Seen: x.Seen, Unit: x.Unit, Text: x.Text, Evidence: x.Evidence}
	if x.State == Out {
		row.Reason = x.why()
	}
	return row, err
}

// Standing is a gauge as it stands today.
type Standing struct {
	GaugeRow
	Name  string `json:"name"`  // of the rule
	From  string `json:"from"`  // first day of the window that ends today, empty if the rule is not in force today
	Today int    `json:"today"` // signals within it
}

// GaugeFilter selects gauges. Empty fields select all.
type GaugeFilter struct {
	Rule, Place, State string
	After              string // id of the last gauge seen
	Limit              int
}

// Gauges returns the gauges that the filter selects, by id, each with how many
// signals lie within the window that ends today.
func (s *Service) Gauges(ctx context.Context, by identity.Actor, f GaugeFilter) ([]Standing, error) {
	if err := permits.Check(by, "watch.read"); err != nil {
		return nil, err
	}
	rows, err := s.views.gauges.List(ctx, view.Query{
		Equal: given(map[string]string{"rule": f.Rule, "place": f.Place, "state": f.State}), After: f.After, Limit: f.Limit,
	})
	out := make([]Standing, len(rows))
	for i, row := range rows {
		out[i] = s.standing(row)
	}
	return out, err
}

func (s *Service) standing(row GaugeRow) Standing {
	on := s.today()
	out := Standing{GaugeRow: row, Name: row.Rule}
	r, ok := s.rule(row.Rule)(on)
	if !ok {
		return out
	}
	out.Name, out.From, out.Threshold = r.Name, r.Opens(on).String(), r.Threshold
	for _, x := range row.Signals {
		if x.Day >= out.From {
			out.Today++
		}
	}
	return out
}

// AlertFilter selects alerts. Empty fields select all.
type AlertFilter struct {
	State State
	Unit  string // that leads or assists
	Rule  string
	Limit int
}

// mostAlerts is how many alerts a list looks through.
const mostAlerts = 1000

// Alerts returns the alerts that the actor may see and the filter selects, the
// nearest due first.
func (s *Service) Alerts(ctx context.Context, by identity.Actor, f AlertFilter) ([]Alert, error) {
	if err := permits.Check(by, "watch.read"); err != nil {
		return nil, err
	}
	rows, err := s.views.alerts.List(ctx, view.Query{
		Equal: given(map[string]string{"state": string(f.State), "rule": f.Rule}), Order: "due", Limit: mostAlerts,
	})
	rows = slices.DeleteFunc(rows, func(a Alert) bool {
		return !sees(by, a) || f.Unit != "" && !slices.Contains(a.units(), f.Unit)
	})
	if f.Limit > 0 && len(rows) > f.Limit {
		rows = rows[:f.Limit]
	}
	return rows, err
}

// Alert returns one alert to those who may see it.
func (s *Service) Alert(ctx context.Context, by identity.Actor, id string) (Alert, error) {
	if err := permits.Check(by, "watch.read"); err != nil {
		return Alert{}, err
	}
	a, _, err := s.alerts.Load(ctx, id)
	if err != nil {
		return Alert{}, err
	}
	if !sees(by, a) {
		return Alert{}, fault.New(fault.Denied, "该预警由其他单位主办和协办，您所在单位无权查看")
	}
	return a, nil
}

// sees reports whether somebody may see an alert: of the units that it names,
// everybody if life may be in danger, and the roles that see all.
func sees(by identity.Actor, a Alert) bool {
	return a.Urgent || slices.Contains(a.units(), by.Unit) || slices.ContainsFunc(everywhere, by.Has)
}
