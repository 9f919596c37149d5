package years

import (
	"context"
	"encoding/json"
	"time"

	"shenzhong/events"
	"shenzhong/services/kit/store"
	"shenzhong/services/oversee"
)

// days puts on the agenda what happens every day: oversee looks at the clock
// when the day begins, disclose ends what has expired, and now and then a
// context is restarted or the clock is set wrong.
func (w *world) days(begin, end time.Time) {
	for day := begin.AddDate(0, 0, 1); day.Before(end); day = day.AddDate(0, 0, 1) {
		w.at(day, "oversee looks", true, w.look)
		w.at(day.Add(time.Minute), "disclose looks", true, func() error {
			_, err := w.disclose.Sweep(context.Background())
			return err
		})
		if w.rng.IntN(15) == 0 {
			n := w.nodes[w.rng.IntN(len(w.nodes))]
			w.at(day.Add(w.upTo(18*time.Hour)), "restart", true, func() error { w.restart(n, w.upTo(5*time.Hour)); return nil })
		}
		if w.rng.IntN(60) == 0 { // over midnight: what falls due then is said when it is back
			w.at(day.Add(-time.Hour), "down over midnight", true, func() error { w.restart(w.the("oversee"), 2*time.Hour+w.upTo(8*time.Hour)); return nil })
		}
		if w.rng.IntN(40) == 0 {
			w.at(day.Add(12*time.Hour), "the clock leaps", true, w.leap)
		}
	}
}

// look has every replica of oversee look at the clock, until none has anything
// left to say.
func (w *world) look() error {
	n := w.the("oversee")
	now := w.ground.Clock.Now()
	if now.Before(n.until) {
		return errDown
	}
	w.settle(n)
	w.order++
	w.passes = append(w.passes, pass{w.order, now.In(beijing)})
	for quiet := false; !quiet; {
		quiet = true
		for _, s := range w.oversee {
			said, err := s.Sweep(context.Background())
			if err != nil {
				w.counts["tried again"]++
			}
			quiet = quiet && said == 0 && err == nil
		}
		w.settle(n)
	}
	w.counts["looks of oversee"]++
	return nil
}

// leap sets the clock of the machine two days ahead and then, right again, some
// hours back: neither may make anybody say anything.
func (w *world) leap() error {
	n := w.the("oversee")
	now := w.ground.Clock.Now()
	if now.Before(n.until) {
		return errDown
	}
	if err := w.look(); err != nil {
		return err
	}
	before := len(n.commits)
	for _, by := range []time.Duration{48 * time.Hour, -5 * time.Hour} {
		w.ground.Clock.Set(now.Add(by))
		w.leapt = by
		for _, s := range w.oversee {
			// A store that fails says nothing either.
			if said, _ := s.Sweep(context.Background()); said != 0 {
				w.t.Errorf("said %d things at %s when the clock was set by %s", said, now, by)
			}
		}
	}
	w.leapt = 0
	w.ground.Clock.Set(now)
	if len(n.commits) != before {
		w.t.Errorf("%d facts at %s when the clock was set", len(n.commits)-before, now)
	}
	w.counts["leaps of the clock"]++
	return nil
}

// lapseAt has clue look at the clock when a clue counts as signed for.
func (p *people) lapseAt(f events.ClueRouted, c store.Commit) {
	from := c.At
	if f.Route.By == "matrix" {
		from = p.receivedAt(c.Subject)
	}
	at := signBy(from.In(beijing))
	if !at.After(c.At) {
		at = c.At.Add(time.Second)
	}
	for _, when := range []time.Time{at.Add(-time.Second), at} {
		if when.After(c.At) {
			p.at(when, "clue looks", true, p.lookOfClue)
		}
	}
}

func (p *people) receivedAt(subject string) time.Time {
	commits := p.the("clue").commits
	for i := len(commits) - 1; i >= 0; i-- {
		if commits[i].Subject == subject && commits[i].Version == 1 {
			return commits[i].At
		}
	}
	p.t.Fatalf("%s was never received", subject)
	return time.Time{}
}

// lookOfClue is one look of clue at the clock.
func (w *world) lookOfClue() error {
	n := w.the("clue")
	now := w.ground.Clock.Now()
	if now.Before(n.until) {
		return errDown
	}
	w.settle(n)
	for {
		if _, err := w.clue.Sweep(context.Background()); err == nil {
			break
		}
		w.counts["tried again"]++
	}
	w.lapses = append(w.lapses, now)
	return nil
}

// lapsesFrom is the first look of clue that is not before due and behind since.
func (w *world) lapsesFrom(due, since time.Time) time.Time {
	lo, hi := 0, len(w.lapses)
	for lo < hi {
		if mid := (lo + hi) / 2; w.lapses[mid].Before(due) || !w.lapses[mid].After(since) {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	if lo == len(w.lapses) {
		return time.Time{}
	}
	return w.lapses[lo]
}

// board is every limit as the board of oversee shows it.
func (w *world) board() map[string]oversee.Row {
	out := map[string]oversee.Row{}
	for _, row := range all(w.t, w.oversee[0].Views()[0].Table()) {
		var r oversee.Row
		if err := json.Unmarshal(row.Body, &r); err != nil {
			w.t.Fatal(err)
		}
		out[r.Deadline.ID] = r
	}
	return out
}
