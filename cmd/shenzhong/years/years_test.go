package years

import (
	"context"
	"flag"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"shenzhong/events"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/store"
	"shenzhong/services/kit/view"
	"shenzhong/services/oversee"
)

var seed = flag.Uint64("seed", usual, "seed of the five years")

const usual = 20240108

// most is how many clues come in: SHENZHONG_YEARS_CLUES, which `make years` sets
// to the full 10,000. The default is for the race detector.
func most(t *testing.T) int {
	t.Helper()
	text := os.Getenv("SHENZHONG_YEARS_CLUES")
	if text == "" {
		return 300
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 100 {
		t.Fatalf("SHENZHONG_YEARS_CLUES=%q is no number of clues", text)
	}
	return n
}

// TestFiveYears is 2022 to 2026 in a district.
func TestFiveYears(t *testing.T) {
	clues := most(t)
	was := slog.Default()
	slog.SetDefault(slog.New(slog.DiscardHandler)) // every leap of the clock is an alarm
	defer slog.SetDefault(was)
	t.Logf("seed %d, %d clues", *seed, clues)
	begin, end := time.Date(2022, 1, 1, 0, 0, 0, 0, beijing), time.Date(2027, 1, 1, 0, 0, 0, 0, beijing)
	w := newWorld(t, *seed, begin)
	p := newPeople(w)
	w.run(begin.Add(9 * time.Hour))
	for range clues {
		p.tell(begin.Add(24*time.Hour + w.upTo(end.Sub(begin)-72*time.Hour)))
	}
	p.campaigns(1 + clues/2000)
	for range 6 + clues/50 {
		p.patrol(begin.Add(24*time.Hour + w.upTo(end.Sub(begin)-72*time.Hour)))
	}
	w.days(begin, end)
	w.run(end.Add(-12 * time.Hour))
	w.faults.off = true
	w.agenda = slices.DeleteFunc(w.agenda, func(x *task) bool { return x.minds && x.what[:min(8, len(x.what))] != "deliver " })
	w.run(end)
	if err := w.look(); err != nil {
		t.Fatal(err)
	}
	o := newOracle(w, p.heavy)
	o.read()
	compare(t, o)
	lapsed(t, o)
	alarmed(t, w)
	kept(t, w)
	figures(t, w)
	for _, what := range slices.Sorted(maps.Keys(w.counts)) {
		t.Logf("%-24s %d", what, w.counts[what])
	}
	for _, what := range slices.Sorted(maps.Keys(w.faults.count)) {
		t.Logf("fault: %-24s %d", what, w.faults.count[what])
	}
}

// compare holds every limit and everything said about it against the oracle.
func compare(t *testing.T, o *oracle) {
	t.Helper()
	want, got, days, states := map[saying]int{}, map[saying]int{}, map[string]string{}, map[string]string{}
	for _, l := range o.limits {
		said, state := o.expect(l)
		for _, s := range said {
			want[s]++
		}
		states[l.id] = state
		o.w.counts["limits of "+l.rule]++
		newest := slices.MaxFunc(l.starts, func(a, b start) int { return int(a.version - b.version) })
		days[l.id] = newest.last.Format(time.DateOnly)
	}
	for rule := range terms { // a small district of another seed may miss one
		if o.w.counts["limits of "+rule] == 0 && (*seed == usual || len(o.limits) > 5000) {
			t.Errorf("no limit of %s was met with", rule)
		}
	}
	late := 0
	for _, c := range o.w.the("oversee").commits {
		d, stage := heardOf(t, c)
		if stage == "" {
			continue
		}
		got[saying{d.ID, stage, c.At.In(beijing)}]++
		o.w.counts["said: "+c.Kind]++
		if stage == "overdue" && !midnight(c.At).Equal(midnight(d.Due)) {
			late++ // its beginning came late itself
		}
	}
	o.w.counts["limits"], o.w.counts["said behind their day"] = len(o.limits), late
	wrong := 0
	for s, n := range want {
		if got[s] != n {
			wrong++
			report(t, wrong, "%s %s at %s: said %d times, want %d%s", s.limit, s.stage, s.at, got[s], n, o.story(s.limit))
		}
	}
	for s, n := range got {
		if want[s] == 0 {
			wrong++
			report(t, wrong, "%s %s at %s: said %d times, want none", s.limit, s.stage, s.at, n)
		}
	}
	stands(t, o, days, states)
}

// report says the first few of many.
func report(t *testing.T, n int, format string, args ...any) {
	t.Helper()
	if n <= 20 {
		t.Errorf(format, args...)
	}
	t.Fail()
}

// heardOf is what a commit of oversee says about a limit, stage "" for nothing.
func heardOf(t *testing.T, c store.Commit) (events.Deadline, string) {
	t.Helper()
	e := c.Envelope()
	switch c.Kind {
	case events.Reminded{}.Kind():
		f, err := events.Open[events.Reminded](e)
		if err != nil {
			t.Fatal(err)
		}
		n, err := strconv.Atoi(f.Stage[2:])
		if err != nil {
			t.Fatal(err)
		}
		return f.Deadline, fmt.Sprintf("T-%02d", n)
	case events.Overdue{}.Kind():
		f, err := events.Open[events.Overdue](e)
		if err != nil {
			t.Fatal(err)
		}
		return f.Deadline, "overdue"
	case events.Escalated{}.Kind():
		f, err := events.Open[events.Escalated](e)
		if err != nil {
			t.Fatal(err)
		}
		return f.Deadline, f.Stage
	}
	return events.Deadline{}, ""
}

// stands compares the last day and the end of every limit with how the board
// shows it.
func stands(t *testing.T, o *oracle, days, states map[string]string) {
	t.Helper()
	board := o.w.board()
	wrong := 0
	for id, day := range days {
		row, known := board[id]
		if !known || row.Deadline.DueDate != day || string(row.State) != states[id] {
			wrong++
			report(t, wrong, "%s is due on %s and stands at %q; want %s, %s%s", id, row.Deadline.DueDate, row.State, day, states[id], o.story(id))
		}
		o.w.counts["limits "+states[id]]++
	}
	for id := range board {
		if days[id] == "" {
			wrong++
			report(t, wrong, "%s is kept, and no fact started it", id)
		}
	}
}

// lapsed compares which clues counted as signed for, and when.
func lapsed(t *testing.T, o *oracle) {
	t.Helper()
	sent := map[string]time.Time{} // until when each is signed for
	since := map[string]time.Time{}
	wrong := 0
	for _, c := range o.w.the("clue").commits {
		switch c.Kind {
		case "clue.routed.v1":
			sent[c.Subject], since[c.Subject] = signBy(o.sentAt(o.clues[c.Subject], open[events.ClueRouted](o, c), c).In(beijing)), c.At
			continue
		case "clue.signed.v1", "clue.accepted.v1", "clue.returned.v1", "clue.merged.v1":
		default:
			continue
		}
		due, waits := sent[c.Subject]
		if !waits {
			continue
		}
		delete(sent, c.Subject)
		first := o.w.lapsesFrom(due, since[c.Subject])
		if c.Kind == "clue.signed.v1" && open[events.ClueSigned](o, c).Lapsed {
			o.w.counts["signed by lapse"]++
			if !c.At.Equal(first) {
				wrong++
				report(t, wrong, "%s counts as signed for at %s, want %s", c.Subject, c.At, first)
			}
		} else if !first.IsZero() && first.Before(c.At) {
			wrong++
			report(t, wrong, "%s still waited for a signature at %s, want none since %s", c.Subject, c.At, first)
		}
	}
	for subject, due := range sent {
		if first := o.w.lapsesFrom(due, since[subject]); !first.IsZero() && first.Before(o.w.lapses[len(o.w.lapses)-1]) {
			wrong++
			report(t, wrong, "%s waits for a signature, want none since %s", subject, first)
		}
	}
}

// kept checks the books: chains of commits, and views equal to a fold from
// scratch.
func kept(t *testing.T, w *world) {
	t.Helper()
	for _, n := range w.nodes {
		newest := map[string]store.Commit{}
		for _, c := range n.commits {
			was := newest[c.Subject]
			if c.Version != was.Version+1 || c.Prev != was.Hash || c.Hash != c.Sum() || c.At.Before(was.At) {
				t.Errorf("%s does not follow %s", c.ID(), was.ID())
			}
			newest[c.Subject] = c
		}
		w.counts["facts of "+n.name] = len(n.commits)
	}
	fresh, err := oversee.New(context.Background(), oversee.Config{District: "500156", Log: store.NewMemory(), Tables: view.NewMemory(), Clock: w.ground.Clock, Law: w.ground.Law, Calendar: w.ground.Calendar})
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range w.nodes {
		for _, c := range n.commits {
			for _, v := range fresh.Views() {
				if v.Reaction().Hears(c.Kind) {
					if err := view.Apply(context.Background(), v, c.Envelope()); err != nil {
						t.Fatal(err)
					}
				}
			}
		}
	}
	for i, v := range fresh.Views() {
		for _, shown := range all(t, w.oversee[0].Views()[i].Table()) {
			again, ok, err := v.Table().Get(context.Background(), shown.Key)
			if err != nil || !ok || string(again.Body) != string(shown.Body) {
				t.Errorf("%s of %s shows %s, folds to %s, %v", shown.Key, v.Name(), shown.Body, again.Body, err)
			}
		}
	}
	for fact, limits := range map[string]string{"cases": "casefile.filed.v1", "decisions": "casefile.decided.v1", "clues": "clue.received.v1"} {
		for _, n := range w.nodes {
			for _, c := range n.commits {
				if c.Kind == limits {
					w.counts[fact]++
				}
			}
		}
	}
	if w.counts["cases"]*7 < w.counts["clues"] {
		t.Errorf("only %d cases came of %d clues: the people of this test have lost their way", w.counts["cases"], w.counts["clues"])
	}
}

// figures holds how clues ended, as oversee counts it, against the facts.
func figures(t *testing.T, w *world) {
	t.Helper()
	want := map[string]int64{}
	for _, c := range w.the("clue").commits {
		switch c.Kind {
		case events.ClueConcluded{}.Kind():
			f, err := events.Open[events.ClueConcluded](c.Envelope())
			if err != nil {
				t.Fatal(err)
			}
			want[f.Outcome]++
		case events.ClueMerged{}.Kind():
			want["merged"]++
		}
	}
	got, err := w.oversee[1].Outcomes(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range got {
		if o.Count != want[o.Code] || o.Count == 0 && w.counts["clues"] >= 1000 {
			t.Errorf("%d clues ended as %s, want %d, and some of many", o.Count, o.Code, want[o.Code])
		}
		w.counts["clues "+o.Code] = int(o.Count)
	}
}

// all lists a table page by page.
func all(t *testing.T, table view.Table) []view.Row {
	t.Helper()
	var out []view.Row
	for after := ""; ; {
		rows, err := table.List(context.Background(), view.Query{After: after, Limit: 1000})
		if err != nil && !fault.Is(err, fault.Unavailable) {
			t.Fatal(err)
		}
		out = append(out, rows...)
		if len(rows) == 0 {
			return out
		}
		after = rows[len(rows)-1].Key
	}
}
