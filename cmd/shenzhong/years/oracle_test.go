package years

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"sort"
	"strings"
	"time"

	"shenzhong/events"
	"shenzhong/services/kit/store"
	"shenzhong/services/kit/workday"
)

// start is that a fact starts, lengthens or hands on a limit.
type start struct {
	fact    string
	version int64
	from    time.Time
	last    time.Time // the beginning of the last day
	due     time.Time // the first instant that is too late
}

// end is that a fact ends a limit.
type end struct {
	fact    string
	version int64 // of the subject of the limit, 0 where another subject ends it
	at      time.Time
}

// limit is what the oracle knows of one limit.
type limit struct {
	id, rule string
	starts   []start
	ends     []end
}

// saying is one thing that must be said about a limit, and when.
type saying struct {
	limit, stage string
	at           time.Time
}

// matter is a clue as the oracle follows it.
type matter struct {
	received time.Time
	contact  bool
	runs     map[string]start // rule to the limit that runs
	kept     map[string]start // those that ran when it was merged
	routed   bool
}

// oracle reads facts, never what they say about limits, and works out by the
// rules of the catalogue which limits there are and what is to be said when.
type oracle struct {
	w       *world
	limits  map[string]*limit
	clues   map[string]*matter
	cases   map[string]*matter
	records map[string]string // record to case
	heavy   map[string]bool
	kind    map[string]string // case to kind of subject
	claimed map[string]time.Time
	at      map[string]time.Time // of what inspect said, by fact or by subject
}

func newOracle(w *world, heavy map[string]bool) *oracle {
	return &oracle{
		w: w, heavy: heavy, limits: map[string]*limit{}, clues: map[string]*matter{}, cases: map[string]*matter{},
		records: map[string]string{}, kind: map[string]string{}, claimed: map[string]time.Time{}, at: map[string]time.Time{},
	}
}

// read takes all facts of the contexts in, in the order of their time.
func (o *oracle) read() {
	var facts []store.Commit
	for _, n := range o.w.nodes {
		if n.name != "oversee" {
			facts = append(facts, n.commits...)
		}
	}
	slices.SortStableFunc(facts, func(a, b store.Commit) int { return a.At.Compare(b.At) })
	for _, c := range facts {
		switch events.Context(c.Kind) {
		case "clue":
			o.ofClue(c)
		case "casefile":
			o.ofCase(c)
		case "inspect":
			o.ofVisit(c)
		case "disclose":
			o.ofRecord(c)
		case "watch":
			o.ofAlert(c)
		}
	}
}

func open[E events.Event](o *oracle, c store.Commit) E {
	fact, err := events.Open[E](c.Envelope())
	if err != nil {
		o.w.t.Fatal(err)
	}
	return fact
}

// begins notes that a fact starts the limit under a rule.
func (o *oracle) begins(m *matter, subject, rule string, c store.Commit, from time.Time, longer int) {
	t := terms[rule]
	t.n += longer
	m.runs[rule] = start{from: from, last: t.last(from), due: t.due(from)}
	o.again(m, subject, rule, c)
}

// again notes that a fact says once more that a limit runs.
func (o *oracle) again(m *matter, subject, rule string, c store.Commit) {
	s := m.runs[rule]
	s.fact, s.version = c.ID(), c.Version
	m.runs[rule] = s
	id := subject + "#" + rule
	if o.limits[id] == nil {
		o.limits[id] = &limit{id: id, rule: rule}
	}
	o.limits[id].starts = append(o.limits[id].starts, s)
}

// ends notes that a fact ends what runs under those rules.
func (o *oracle) ends(m *matter, subject string, c store.Commit, rules ...string) {
	for _, rule := range rules {
		if _, runs := m.runs[rule]; !runs {
			continue
		}
		delete(m.runs, rule)
		id := subject + "#" + rule
		e := end{fact: c.ID(), at: c.At}
		if c.Subject == subject {
			e.version = c.Version
		}
		o.limits[id].ends = append(o.limits[id].ends, e)
	}
}

func (m *matter) all() []string { return slices.Sorted(maps.Keys(m.runs)) }

func (o *oracle) ofClue(c store.Commit) {
	m := o.clues[c.Subject]
	switch c.Kind {
	case "clue.received.v1":
		f := open[events.ClueReceived](o, c)
		m = &matter{received: c.At, contact: f.Contact, runs: map[string]start{}}
		o.clues[c.Subject] = m
		if f.Source == "citizen" || f.Source == "hotline" {
			o.begins(m, c.Subject, "complaint.accept", c, c.At, 0)
		}
		begun := c.At
		if f.Source == "alert" { // the alert was transferred then, however long that took to be heard
			begun = o.at[c.Cause]
		}
		o.begins(m, c.Subject, "clue.verify", c, begun, 0)
	case "clue.routed.v1":
		f := open[events.ClueRouted](o, c)
		if _, complaint := m.runs["complaint.accept"]; !complaint && !m.routed {
			o.begins(m, c.Subject, "clue.accept", c, o.sentAt(m, f, c), 0)
		}
		m.routed = true
		for _, rule := range m.all() {
			if m.runs[rule].fact != c.ID() {
				o.again(m, c.Subject, rule, c)
			}
		}
	case "clue.disputed.v1":
		o.begins(m, c.Subject, "clue.ruling", c, c.At, 0)
	case "clue.ruled.v1":
		o.claimed[c.Subject] = c.At
		o.ends(m, c.Subject, c, "clue.ruling")
	case "clue.accepted.v1":
		o.ends(m, c.Subject, c, "complaint.accept", "clue.accept")
	case "clue.extended.v1":
		o.begins(m, c.Subject, "clue.verify", c, m.runs["clue.verify"].from, 15)
	case "clue.merged.v1":
		m.kept = maps.Clone(m.runs)
		o.ends(m, c.Subject, c, m.all()...)
	case "clue.absorbed.v1":
		for rule, theirs := range o.clues["clue/"+open[events.ClueAbsorbed](o, c).From].kept {
			if ours, runs := m.runs[rule]; runs && theirs.last.Before(ours.last) {
				m.runs[rule] = theirs
				o.again(m, c.Subject, rule, c)
			}
		}
	case "clue.concluded.v1":
		o.ends(m, c.Subject, c, m.all()...)
		if m.contact {
			o.begins(m, c.Subject, "report.notify", c, c.At, 0)
		}
	case "clue.answered.v1":
		o.ends(m, c.Subject, c, m.all()...)
	}
}

// sentAt is when a clue was sent to its unit: by the matrix with its receipt,
// by hand or by a ruling when that was done.
func (o *oracle) sentAt(m *matter, f events.ClueRouted, c store.Commit) time.Time {
	switch f.Route.By {
	case "matrix":
		return m.received
	case "ruling":
		return o.claimed[c.Subject]
	}
	return c.At
}

func (o *oracle) ofCase(c store.Commit) {
	m := o.cases[c.Subject]
	switch c.Kind {
	case "casefile.filed.v1":
		f := open[events.CaseFiled](o, c)
		m = &matter{runs: map[string]start{}}
		o.cases[c.Subject] = m
		o.kind[c.Subject] = kindOf(f.Respondent.Facility)
		o.begins(m, c.Subject, "case.decide", c, o.concluded("clue/"+f.Clue), 0)
	case "casefile.stepped.v1":
		o.ofStep(m, open[events.CaseStepped](o, c), c)
	case "casefile.decided.v1":
		o.ends(m, c.Subject, c, "case.decide")
		rules := []string{"case.serve", "pub.penalty.portal", "pub.penalty.credit"}
		if o.kind[c.Subject] == "enterprise" {
			rules = append(rules, "pub.penalty.gsxt")
		}
		for _, rule := range rules {
			o.begins(m, c.Subject, rule, c, c.At, 0)
		}
	case "casefile.served.v1":
		o.ends(m, c.Subject, c, "case.serve")
		o.begins(m, c.Subject, "fine.pay", c, c.At, 0)
	case "casefile.decision_revoked.v1":
		o.ends(m, c.Subject, c, m.all()...)
		// Whether there is something to withdraw is for the case to know; which
		// day it must be gone by is not.
		if len(open[events.DecisionRevoked](o, c).Deadlines) > 0 {
			o.begins(m, c.Subject, "pub.withdraw", c, c.At, 0)
		}
	case "casefile.closed.v1":
		o.ends(m, c.Subject, c, m.all()...)
	}
}

func (o *oracle) ofStep(m *matter, f events.CaseStepped, c store.Commit) {
	switch f.Step {
	case "notice":
		if o.heavy[f.Case] {
			o.begins(m, c.Subject, "case.hearing.request", c, c.At, 0)
		}
	case "hearing_asked", "hearing_waived", "hearing_lapsed":
		o.ends(m, c.Subject, c, "case.hearing.request")
	case "no_penalty":
		o.ends(m, c.Subject, c, "case.decide")
	case "publication": // it repeats what the fact about the record ended
		for _, rule := range places {
			if l := o.limits[c.Subject+"#"+rule]; l != nil && slices.ContainsFunc(l.ends, func(e end) bool { return e.fact == c.Cause }) {
				l.ends = append(l.ends, end{fact: c.ID(), version: c.Version, at: c.At})
			}
		}
	case "paid":
		if f.Note == "全部缴清" {
			o.ends(m, c.Subject, c, "fine.pay")
		}
	}
}

// concluded is when a clue became a case.
func (o *oracle) concluded(subject string) time.Time {
	for _, c := range o.w.the("clue").commits {
		if c.Subject == subject && c.Kind == "clue.concluded.v1" {
			return c.At
		}
	}
	o.w.t.Fatalf("%s was never concluded", subject)
	return time.Time{}
}

// places are the rules under which each place of publication has its clock.
var places = map[string]string{"portal": "pub.penalty.portal", "credit_china": "pub.penalty.credit", "gsxt": "pub.penalty.gsxt"}

func (o *oracle) ofRecord(c store.Commit) {
	subject := o.records[c.Subject]
	if strings.HasPrefix(subject, "visit/") {
		o.ofCheck(subject, c)
		return
	}
	switch c.Kind {
	case "disclose.prepared.v1":
		o.records[c.Subject] = open[events.RecordPrepared](o, c).Record.Source
	case "disclose.published.v1":
		for _, channel := range open[events.RecordPublished](o, c).Channels {
			o.ends(o.cases[subject], subject, c, places[channel.Name])
		}
	case "disclose.channel_added.v1":
		o.ends(o.cases[subject], subject, c, places[open[events.ChannelAdded](o, c).Channel.Name])
	case "disclose.withheld.v1":
		o.ends(o.cases[subject], subject, c, "pub.penalty.portal", "pub.penalty.credit", "pub.penalty.gsxt")
	case "disclose.withdrawn.v1":
		o.ends(o.cases[subject], subject, c, "pub.withdraw")
	}
}

// taking is that oversee took a start or an end in.
type taking struct {
	order int
	start *start
	end   *end
}

// takings are what oversee took in about a limit, in the order in which it did.
func (o *oracle) takings(l *limit) []taking {
	var all []taking
	for i := range l.starts {
		all = append(all, taking{order: o.w.heard[heard{l.id, l.starts[i].fact}], start: &l.starts[i]})
	}
	for i := range l.ends {
		all = append(all, taking{order: o.w.heard[heard{l.id, l.ends[i].fact}], end: &l.ends[i]})
	}
	slices.SortFunc(all, func(a, b taking) int { return cmp.Compare(a.order, b.order) })
	return all
}

// expect is everything that must be said about a limit, and how it stands in
// the end.
func (o *oracle) expect(l *limit) (said []saying, state string) {
	var now *start
	var over []*end // that no start has taken back
	var left []saying
	passed := false // since it began, or began anew
	all := o.takings(l)
	for i, taken := range all {
		switch {
		case taken.order == 0:
			o.w.t.Fatalf("oversee never took in what a fact says about %s", l.id)
		case taken.end != nil:
			if e := taken.end; e.version > 0 && now != nil && e.version < now.version {
				break // it was started again since
			}
			over, left = append(over, taken.end), nil
		case now == nil || taken.start.version > now.version:
			ended := len(over) > 0
			over = slices.DeleteFunc(over, func(e *end) bool { return e.version > 0 && e.version < taken.start.version })
			moved := now == nil || ended || !now.last.Equal(taken.start.last)
			if now = taken.start; moved && len(over) == 0 {
				left, passed = o.stages(l, *now), false
			}
		}
		until := int(^uint(0) >> 1)
		if i+1 < len(all) {
			until = all[i+1].order
		}
		var more []saying
		more, left = o.look(left, taken.order, until)
		said = append(said, more...)
		passed = passed || slices.ContainsFunc(more, func(s saying) bool { return s.stage == "overdue" })
	}
	due := now.due
	switch {
	case slices.ContainsFunc(over, func(e *end) bool { return e.at.Before(due) }):
		return said, "met"
	case len(over) > 0:
		return said, "met_late"
	case passed:
		return said, "overdue"
	}
	return said, "armed"
}

// stages are the reminders, the passing and the escalations of a limit. How
// many workdays before and behind is a setting of the district; which days
// those are is worked out here.
func (o *oracle) stages(l *limit, s start) []saying {
	rule, err := o.w.ground.Law.Deadline(l.rule, workday.DateOf(s.from))
	if err != nil {
		o.w.t.Fatal(err)
	}
	due := s.due
	var all []saying
	for _, n := range rule.Remind {
		if at := workdays(s.last, -n); at.After(s.from) {
			all = append(all, saying{l.id, "T-" + string(rune('0'+n/10)) + string(rune('0'+n%10)), at})
		}
	}
	all = append(all, saying{l.id, "overdue", due})
	for i, e := range rule.Escalate {
		at := due
		if e.After > 0 {
			at = workdays(s.last, e.After).AddDate(0, 0, 1)
		}
		all = append(all, saying{l.id, "escalate-" + string(rune('1'+i)), at})
	}
	sort.SliceStable(all, func(i, j int) bool { return all[i].at.Before(all[j].at) })
	return all
}

// look says what falls due at the looks between two takings. A reminder gives
// way to whatever is due after it.
func (o *oracle) look(left []saying, from, until int) (said, rest []saying) {
	passes := o.w.passes
	i := sort.Search(len(passes), func(i int) bool { return passes[i].order > from })
	for len(left) > 0 && i < len(passes) {
		i += sort.Search(len(passes)-i, func(k int) bool { return !passes[i+k].at.Before(left[0].at) })
		if i == len(passes) || passes[i].order > until {
			break
		}
		at := passes[i].at
		for len(left) > 0 && !left[0].at.After(at) {
			if reminder := left[0].stage[0] == 'T'; !reminder || len(left) == 1 || left[1].at.After(at) {
				said = append(said, saying{left[0].limit, left[0].stage, at})
			}
			left = left[1:]
		}
		i++
	}
	return said, left
}

// story is all that is known of a limit, for a report.
func (o *oracle) story(id string) string {
	var b strings.Builder
	for _, t := range o.takings(o.limits[id]) {
		if t.start != nil {
			fmt.Fprintf(&b, "\n  %d: starts by %s, last day %s", t.order, t.start.fact, t.start.last.Format(time.DateOnly))
		} else {
			fmt.Fprintf(&b, "\n  %d: ends by %s of %s", t.order, t.end.fact, t.end.at.In(beijing))
		}
	}
	for _, c := range o.w.the("oversee").commits {
		if strings.Contains(string(c.Data), `"`+id+`"`) {
			fmt.Fprintf(&b, "\n  %s %s by %s: %s", c.At.In(beijing), c.Kind, c.Cause, c.Data)
		}
	}
	return b.String()
}
