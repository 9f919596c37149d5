package disclose

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"shenzhong/events"
	"shenzhong/services/disclose/publiclog"
	"shenzhong/services/kit/bus"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/identity"
	"shenzhong/services/kit/store"
	"shenzhong/services/kit/view"
	"shenzhong/services/kit/workday"
)

// Evidence is what an opened draw still needs of the public log.
type Evidence struct {
	Held []events.Held `json:"held"`
	Size int64         `json:"size"` // of the checkpoint that it was handed over with, 0 until it is
	// Whole says that nothing is to come: the result of every visit was published,
	// or its time is over.
	Whole bool `json:"whole"`
}

// dueEvidence notes that a draw was opened.
func (s *Service) dueEvidence(ctx context.Context, h bus.Heard[events.DrawOpened]) error {
	attempt, err := publiclog.Attempt(h.Fact.Bundle["result"])
	if err != nil {
		return err
	}
	return s.evidences.Put(ctx, h.Cause("disclose"), evidenceID(h.Fact.Draw, attempt), func(e *Evidence) (events.Event, error) {
		e.Held = h.Fact.Held
		return events.EvidenceDue{Draw: h.Fact.Draw, Attempt: attempt, Held: e.Held}, nil
	})
}

// dueVoidEvidence notes that an attempt was given up. Its package says what the
// log holds of it, as that of an opened draw does.
func (s *Service) dueVoidEvidence(ctx context.Context, h bus.Heard[events.DrawVoided]) error {
	return s.evidences.Put(ctx, h.Cause("disclose"), evidenceID(h.Fact.Draw, h.Fact.Attempt), func(*Evidence) (events.Event, error) {
		return events.EvidenceDue{Draw: h.Fact.Draw, Attempt: h.Fact.Attempt}, nil
	})
}

func evidenceID(draw string, attempt int) string { return fmt.Sprintf("%s-%d", draw, attempt) }

// evidence hands over what the log says of each opened draw, once a checkpoint
// covers the opening that its witnesses have seen, or any where there are none;
// and once more when the results of all its visits are published and covered.
func (s *Service) evidence(ctx context.Context) (int, error) {
	told := 0
	for _, step := range s.public.unproven() {
		handed, err := s.prove(ctx, step)
		if err != nil {
			return told, err
		}
		told += handed
	}
	return told, nil
}

// prove hands over what the log says of one draw, and returns how often it did:
// once or not at all.
func (s *Service) prove(ctx context.Context, step placed) (told int, err error) {
	l, id := s.public, evidenceID(step.Draw, step.Attempt)
	e, _, err := s.evidences.Load(ctx, id)
	if fault.Is(err, fault.NotFound) {
		return 0, nil // the news that it was opened is on its way
	}
	if err != nil {
		return 0, err
	}
	ledger, err := s.kept(ctx, step, e.Held)
	if err != nil {
		return 0, err
	}
	whole := l.coversAll(ledger, s.cfg.Clock.Now())
	if e.Size == 0 || whole && !e.Whole {
		extract, size, err := l.extract(ctx, step, ledger)
		if err != nil {
			return 0, err
		}
		by := store.Cause{ID: "log/evidence", Actor: identity.Service("disclose")}
		if e.Size > 0 {
			by.ID = "log/evidence/whole"
		}
		text := ""
		if ledger != nil {
			text = ledger.Text()
		}
		err = s.evidences.Put(ctx, by, id, func(e *Evidence) (events.Event, error) {
			e.Size, e.Whole, told = size, whole, 1
			return events.DrawEvidenced{Draw: step.Draw, Attempt: step.Attempt, Log: extract, Ledger: text}, nil
		})
		if err != nil {
			return 0, err
		}
	}
	if whole || e.Whole {
		l.mu.Lock()
		l.proven[step.StepSeen] = true
		l.mu.Unlock()
	}
	return told, nil
}

// coversAll reports whether nothing about the visits of a draw is to come: each
// result is published and covered by the checkpoint that evidence rests on, or the
// time for it is over. A draw without a ledger has none to come.
func (l *ledger) coversAll(kept *publiclog.Ledger, now time.Time) bool {
	if kept == nil {
		return true
	}
	l.mu.RLock()
	defer l.mu.RUnlock()
	_, size := l.covering()
	return !slices.ContainsFunc(kept.Visits, func(k publiclog.Kept) bool {
		if k.Record == "" {
			return now.Before(k.Due)
		}
		places := l.places[publiclog.AboutRecord(k.Record)]
		return len(places) == 0 || places[0] >= size
	})
}

// covering is the checkpoint that evidence about an opening rests on; l.mu is
// held.
func (l *ledger) covering() (text string, size int64) {
	if l.watched() {
		return l.newest.text, l.newest.size
	}
	size, err := publiclog.SizeOf(l.point)
	if err != nil {
		return "", 0
	}
	return l.point, size
}

// unproven are the openings and the attempts given up that nothing was handed over about yet and that can
// be proven.
func (l *ledger) unproven() []placed {
	l.mu.RLock()
	defer l.mu.RUnlock()
	_, size := l.covering()
	var out []placed
	for _, step := range l.steps {
		if (step.Stage == publiclog.Open || step.Stage == publiclog.Void) && step.index < size && !l.proven[step.StepSeen] && l.halt == nil {
			out = append(out, step)
		}
	}
	return out
}

// extract is the part of the log about a draw: its entries, and the first
// checkpoints that a quorum saw after the reveals and after the sealing; and the
// entries of the results of its visits.
func (l *ledger) extract(ctx context.Context, open placed, kept *publiclog.Ledger) (string, int64, error) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	last, size := l.covering()
	out := publiclog.Extract{WitnessPolicy: l.policy.Text}
	sizes := []int64{}
	add := func(text string, size int64) {
		if text != "" && !slices.Contains(sizes, size) {
			out.Checkpoints, sizes = append(out.Checkpoints, text), append(sizes, size)
		}
	}
	for _, stage := range []string{publiclog.Reveals, publiclog.Sealed, publiclog.Void} {
		first := l.first[events.StepSeen{Draw: open.Draw, Attempt: open.Attempt, Stage: stage}]
		add(first.text, first.size)
	}
	add(last, size)
	places := slices.Clone(l.places[publiclog.AboutDraw(open.Draw, open.Attempt)])
	if kept != nil {
		for _, k := range kept.Visits {
			if of := l.places[publiclog.AboutRecord(k.Record)]; k.Record != "" && len(of) > 0 {
				places = append(places, of[0]) // the first version: later entries are not about when
			}
		}
	}
	for _, index := range places {
		leaf, err := l.leaf(ctx, index)
		if err != nil {
			return "", 0, err
		}
		entry := publiclog.Entry{Text: leaf, Proofs: []publiclog.Inclusion{}}
		for _, n := range sizes {
			if index >= n {
				continue
			}
			path, err := l.tree.Include(index, n)
			if err != nil {
				return "", 0, err
			}
			entry.Proofs = append(entry.Proofs, publiclog.Inclusion{Index: index, Size: n, Path: path})
		}
		if len(entry.Proofs) > 0 {
			out.Leaves = append(out.Leaves, entry)
		}
	}
	var text strings.Builder
	if err := json.NewEncoder(&text).Encode(out); err != nil {
		return "", 0, fmt.Errorf("write the extract of %s: %w", open.Draw, err)
	}
	return text.String(), size, nil
}

// leaf reads one entry from the store.
func (l *ledger) leaf(ctx context.Context, index int64) (string, error) {
	leaves, err := l.leaves(ctx, index, 1)
	if err != nil {
		return "", err
	}
	return leaves[0], nil
}

// kept is the ledger file of a draw: when each facility was visited, and when and
// under which number of the log its result was published. It is nil while there
// are visits to come.
func (s *Service) kept(ctx context.Context, step placed, held []events.Held) (*publiclog.Ledger, error) {
	if len(held) == 0 {
		return nil, nil
	}
	l := publiclog.NewLedger(step.Draw, step.Attempt, s.cfg.Clock.Now().In(workday.Zone), held[0].Rule)
	for _, h := range held {
		k := publiclog.Kept{Facility: h.Facility, How: publiclog.Inspected, Visited: h.At.In(workday.Zone), Due: h.Due.In(workday.Zone)}
		rows, err := s.board.List(ctx, view.Query{Equal: map[string]any{"source": "visit/" + h.Visit, "sort": "check"}, Limit: 1})
		if err != nil {
			return nil, err
		}
		if len(rows) > 0 && rows[0].PublishedOn != "" {
			at, err := s.publishedAt(ctx, rows[0].Record.ID)
			if err != nil {
				return nil, err
			}
			k.Published, k.Record = at.In(workday.Zone), s.public.name(rows[0].Record.ID)
		}
		l.Visits = append(l.Visits, k)
	}
	return l, nil
}

// publishedAt is when a record was published.
func (s *Service) publishedAt(ctx context.Context, record string) (time.Time, error) {
	const most = 1000 // of one record's commits; it has a handful
	commits, err := s.cfg.Log.Scan(ctx, s.records.Subject(record), 0, most)
	if err != nil {
		return time.Time{}, err
	}
	for _, c := range commits {
		if c.Subject == s.records.Subject(record) && c.Kind == (events.RecordPublished{}).Kind() {
			return c.At, nil
		}
	}
	return time.Time{}, fault.New(fault.NotFound, "没有编号为 %s 的公示信息，请核对编号", record)
}
