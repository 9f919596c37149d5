package watch

import (
	"cmp"
	"slices"
	"time"

	"shenzhong/events"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/law"
	"shenzhong/services/kit/store"
	"shenzhong/services/kit/workday"
)

// GaugeState is whether a gauge stands at a warning.
type GaugeState string

// The states.
const (
	Quiet    GaugeState = "quiet"    // 监测中
	Alarming GaugeState = "alarming" // 预警中: an alert is open
)

// nextGauge is the whole of the workflow: from each state, where a gauge may go.
var nextGauge = map[GaugeState][]GaugeState{
	"":       {Quiet, Alarming},
	Quiet:    {Quiet, Alarming},
	Alarming: {Alarming, Quiet},
}

// gaugeTitles are the names of the states for people.
var gaugeTitles = map[GaugeState]string{"": "尚未监测", Quiet: "监测中", Alarming: "预警中"}

// GaugeTitle is the name of a state for people.
func GaugeTitle(s GaugeState) string { return gaugeTitles[s] }

// Gauge is where the signals of one rule at one place are counted (监测点).
// Whether it stands at a warning follows from the signals that it holds and from
// what was dealt with, in whatever order they came.
type Gauge struct {
	ID      string       `json:"id"`
	Rule    string       `json:"rule"`
	Place   events.Place `json:"place"`
	State   GaugeState   `json:"state"`
	Entries []Entry      `json:"entries"` // by instant, then id
	Cut     time.Time    `json:"cut"`     // what was noted until then was dealt with
	Raised  int64        `json:"raised"`  // version that raised the alert that is open, 0 = none
	Over    bool         `json:"over"`    // more have come since than it keeps
	Moves   int64        `json:"moves"`   // how often it has moved: its version
}

// Entry is what a gauge knows of one signal.
type Entry struct {
	events.Signal
	Version int64 `json:"version"` // of the signal
	Out     bool  `json:"out"`     // it does not count here
}

// mostEntries is how many signals a gauge keeps while its alert is open: a flood of
// letters about one matter is one warning, and no more is written about it. An
// alert about more than these is not lifted by itself, because what was taken
// back is not all there was. A setting of this program, not of any law.
const mostEntries = 50

// ruling gives the watch rule of a gauge in force on a day, or false.
type ruling func(workday.Date) (law.WatchRule, bool)

// What has moved a gauge.
const (
	changeCounted   = "counted"
	changeWithdrawn = "withdrawn"
	changeEnded     = "ended"
)

// What a move means for the warning.
const (
	crossRaised = "raised"
	crossLifted = "lifted"
)

// Take takes in what a signal says of itself now. An older word about it, and a
// signal that was noted before the last alert was dealt with, change nothing.
func (g *Gauge) Take(e Entry, rule ruling) (events.Event, error) {
	i := slices.IndexFunc(g.Entries, func(o Entry) bool { return o.ID == e.ID })
	switch {
	case i >= 0 && (e.Version <= g.Entries[i].Version || e.Out == g.Entries[i].Out && sameSignal(e.Signal, g.Entries[i].Signal)):
		return nil, store.Unchanged
	case i >= 0:
		g.Entries[i] = e
	case !e.At.After(g.Cut) || e.Out && g.Over:
		return nil, store.Unchanged
	case g.Raised != 0 && len(g.Entries) >= mostEntries:
		if g.Over {
			return nil, store.Unchanged
		}
		g.Over = true
	default:
		g.Entries = append(g.Entries, e)
		if e.Out && dayOf(e).Before(g.oldest(rule)) {
			return nil, store.Unchanged // it was forgotten long ago
		}
	}
	change := changeCounted
	if e.Out {
		change = changeWithdrawn
	}
	return g.settle(change, e.ID, rule)
}

// End is that the alert raised at that version was dealt with: the gauge begins
// anew with what was noted since.
func (g *Gauge) End(raised int64, at time.Time, rule ruling) (events.Event, error) {
	if raised != g.Raised && !at.After(g.Cut) {
		return nil, store.Unchanged
	}
	if at.After(g.Cut) {
		g.Cut = at
	}
	if raised == g.Raised {
		g.Raised, g.Over = 0, false
		if err := g.move(Quiet); err != nil {
			return nil, err
		}
	}
	return g.settle(changeEnded, "", rule)
}

// settle counts, and says what has come of a change. Of a gauge that stands at no
// warning then what lies too far back is forgotten.
func (g *Gauge) settle(change, signal string, rule ruling) (events.Event, error) {
	g.Entries = slices.DeleteFunc(g.Entries, func(e Entry) bool { return !e.At.After(g.Cut) })
	slices.SortFunc(g.Entries, func(a, b Entry) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.ID, b.ID)) })
	full := g.fullest(rule)
	if g.Raised == 0 && !full.reached {
		oldest := g.oldest(rule)
		g.Entries = slices.DeleteFunc(g.Entries, func(e Entry) bool { return dayOf(e).Before(oldest) })
		full = g.fullest(rule)
	}
	g.Moves++
	says := events.GaugeMoved{
		Gauge: g.ID, Rule: g.Rule, Place: g.Place, Change: change, Signal: signal, Count: len(full.ids), Threshold: full.threshold,
		Raised: g.Raised, Signals: g.counting(), Window: full.ids, Over: g.Over, Cut: g.Cut,
	}
	to := g.State
	switch {
	case full.reached && g.Raised == 0:
		g.Raised, says.Raised, says.Crossing, to = g.Moves, g.Moves, crossRaised, Alarming
	case !full.reached && g.Raised != 0 && !g.Over:
		g.Raised, says.Crossing, to = 0, crossLifted, Quiet
	case to == "":
		to = Quiet
	}
	return says, g.move(to)
}

// move is the only assignment to State.
func (g *Gauge) move(to GaugeState) error {
	if !slices.Contains(nextGauge[g.State], to) {
		return fault.New(fault.Conflict, "监测点 %s 目前为“%s”，不能变为“%s”", g.ID, GaugeTitle(g.State), GaugeTitle(to))
	}
	g.State = to
	return nil
}

// oldest is the first day that a quiet gauge still remembers: two windows back
// from the newest signal. A fact that comes later than that is not counted
// together with older ones.
func (g *Gauge) oldest(rule ruling) workday.Date {
	if len(g.Entries) == 0 {
		return workday.Date{}
	}
	newest := dayOf(slices.MaxFunc(g.Entries, func(a, b Entry) int { return dayOf(a).Compare(dayOf(b)) }))
	r, ok := rule(newest)
	if !ok {
		return workday.Date{}
	}
	return r.Opens(r.Opens(newest))
}

// counting are the signals that count.
func (g *Gauge) counting() []events.Signal {
	out := []events.Signal{}
	for _, e := range g.Entries {
		if !e.Out {
			out = append(out, e.Signal)
		}
	}
	return out
}

// window is a window and what lies in it.
type window struct {
	ids       []string
	threshold int
	reached   bool // there are as many as the rule says
}

// fullest is the first window, by its last day, that holds as many signals as
// the rule of that day says; if there is none, the one that holds the most.
func (g *Gauge) fullest(rule ruling) window { return fullest(g.counting(), rule) }

func fullest(signals []events.Signal, rule ruling) window {
	signals = slices.Clone(signals)
	slices.SortStableFunc(signals, func(a, b events.Signal) int { return cmp.Compare(a.Day, b.Day) })
	best := window{ids: []string{}}
	for _, last := range signals {
		r, ok := rule(day(last.Day))
		if !ok {
			continue
		}
		opens := r.Opens(day(last.Day)).String()
		in := window{threshold: r.Threshold}
		for _, s := range signals {
			if s.Day >= opens && s.Day <= last.Day {
				in.ids = append(in.ids, s.ID)
			}
		}
		if in.reached = len(in.ids) >= r.Threshold; in.reached {
			return in
		}
		if len(in.ids) >= len(best.ids) {
			best = in
		}
	}
	return best
}

func dayOf(e Entry) workday.Date { return day(e.Day) }

// day reads a day that was checked before it was kept.
func day(s string) workday.Date {
	d, err := workday.ParseDate(s)
	if err != nil {
		return workday.Date{}
	}
	return d
}
