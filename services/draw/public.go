package draw

import (
	"context"

	"shenzhong/events"
	"shenzhong/services/draw/fdraw"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/view"
)

// Row is a draw as lists show it: nothing that is sealed.
type Row struct {
	ID    string `json:"id"`
	Batch string `json:"batch"`
	Round int    `json:"round"` // of the batch
	State State  `json:"state"`
	Tries []Try  `json:"tries"` // the attempts, the first one first
}

// Try is one attempt at a draw and how it ended.
type Try struct {
	Attempt int              `json:"attempt"`
	Ended   fdraw.AttemptEnd `json:"ended"`            // announced, sealed, open, void
	Reason  string           `json:"reason,omitempty"` // why it was given up
}

// last is the attempt under way.
func (r *Row) last() *Try {
	if len(r.Tries) == 0 {
		return &Try{} // of no use to anybody: nothing was announced
	}
	return &r.Tries[len(r.Tries)-1]
}

func fold(r *Row, e events.Envelope) error {
	r.ID = events.EntityID(e.Subject)
	switch e.Type {
	case events.DrawAnnounced{}.Kind():
		f, err := events.Open[events.DrawAnnounced](e)
		r.Batch, r.Round, r.State = f.Batch, f.Round, Announced
		r.Tries = append(r.Tries, Try{Attempt: f.Attempt, Ended: fdraw.Announced})
		return err
	case events.DrawFrozen{}.Kind():
		r.State = Frozen
	case events.DrawClosed{}.Kind():
		r.State = Revealed
	case events.BeaconTyped{}.Kind():
		f, err := events.Open[events.BeaconTyped](e)
		if f.Agreed {
			r.State = Numbered
		}
		return err
	case events.DrawSealed{}.Kind():
		r.State, r.last().Ended = Sealed, fdraw.SealedUp
	case events.DrawOpened{}.Kind():
		r.State, r.last().Ended = Opened, fdraw.Opened
	case events.DrawVoided{}.Kind():
		f, err := events.Open[events.DrawVoided](e)
		r.State, r.last().Ended, r.last().Reason = Voided, fdraw.Voided, f.Reason
		return err
	}
	return nil
}

// Draws returns how far the draws are, the newest first; of one batch if it is
// named.
func (s *Service) Draws(ctx context.Context, batch string, limit int) ([]Row, error) {
	equal := map[string]any{}
	if batch != "" {
		equal["batch"] = batch
	}
	return s.board.List(ctx, view.Query{Equal: equal, Desc: true, Limit: limit})
}

// Public is what everybody may know of a draw that is not open yet: how it is
// held and the digests that bind it, but neither a list, nor a secret, nor what
// was drawn.
type Public struct {
	ID      string       `json:"id"`
	Batch   string       `json:"batch"`
	Title   string       `json:"title"`
	Lead    string       `json:"lead"`
	State   State        `json:"state"`
	Parties []string     `json:"parties"`
	Quorum  int          `json:"quorum"`
	Hash    string       `json:"hash"` // sm3 or sha256
	Attempt int          `json:"attempt"`
	Tries   []Try        `json:"tries"` // all attempts, this one the last
	Commits []Handed     `json:"commits"`
	Signed  []Signed     `json:"signed"` // parties that have recomputed the sealed draw, and whether they agree
	Files   fdraw.Bundle `json:"files"`  // those that are public now
}

// Handed is whose commitment is there.
type Handed struct {
	Party  string `json:"party"`
	Digest string `json:"digest"`
	Opened bool   `json:"opened"`
}

// Show returns what everybody may know of a draw.
func (s *Service) Show(ctx context.Context, id string) (Public, error) {
	d, _, err := s.draws.Load(ctx, id)
	if err != nil {
		return Public{}, err
	}
	a, err := d.announced()
	if err != nil {
		return Public{}, err
	}
	p := Public{
		ID: d.ID, Batch: d.Batch, Title: d.Title, Lead: d.Lead, State: d.State, Parties: d.Parties, Quorum: d.Quorum,
		Hash: a.Hash.String(), Attempt: a.Attempt, Tries: d.tries(), Commits: make([]Handed, len(d.Commits)),
	}
	for i, c := range d.Commits {
		p.Commits[i] = Handed{Party: c.Party, Digest: c.Digest.String(), Opened: c.Opened}
	}
	p.Signed = append([]Signed{}, d.Signed...)
	p.Files = d.bindings()
	return p, nil
}

// tries are the attempts, from the files that they left.
func (d *Draw) tries() []Try {
	out := make([]Try, 0, d.attempts())
	for i, past := range d.Past {
		out = append(out, Try{Attempt: i + 1, Ended: fdraw.Voided, Reason: voidReason(past.Void)})
	}
	now := Try{Attempt: d.attempts(), Ended: fdraw.Announced}
	switch d.State {
	case Sealed:
		now.Ended = fdraw.SealedUp
	case Opened:
		now.Ended = fdraw.Opened
	case Voided:
		now.Ended, now.Reason = fdraw.Voided, voidReason(d.Files.Void)
	case Announced, Frozen, Revealed, Numbered:
	}
	return append(out, now)
}

func voidReason(file string) string {
	if v, err := fdraw.ParseVoid(file); err == nil {
		return v.Reason.Title()
	}
	return ""
}

// Bundle returns everything of an attempt at a draw that was opened, for anybody
// who wants to recompute it, and of one that was given up what there was of it.
// Before that it is refused. attempt 0 is the last one.
func (s *Service) Bundle(ctx context.Context, id string, attempt int) (*fdraw.Bundle, error) {
	d, files, err := s.attempt(ctx, id, attempt)
	if err != nil {
		return nil, err
	}
	if files == &d.Files && d.State != Opened && d.State != Voided {
		return nil, fault.New(fault.Conflict, "抽取 %s 尚未启封，启封之后可以下载核验", id)
	}
	out := *files
	numbers, err := s.numbers(ctx, d)
	if err != nil {
		return nil, err
	}
	out.Numbers = numbers.Text()
	return &out, nil
}

// numbers lists every attempt at every draw of the year of d, as they stand now.
func (s *Service) numbers(ctx context.Context, d *Draw) (*fdraw.Numbers, error) {
	own, err := fdraw.ParseNumber(d.ID)
	if err != nil {
		return nil, err
	}
	n := &fdraw.Numbers{}
	for serial := 1; ; serial++ {
		id := fdraw.Number{District: own.District, Year: own.Year, Serial: serial}.String()
		tries := d.tries()
		if id != d.ID {
			row, err := s.board.Get(ctx, id)
			if fault.Is(err, fault.NotFound) && serial > own.Serial {
				return n, nil
			}
			if err != nil {
				return nil, err
			}
			tries = row.Tries
		}
		for _, t := range tries {
			n.Draws = append(n.Draws, fdraw.Attempt{Head: fdraw.Head{Draw: id, Attempt: t.Attempt}, Ended: t.Ended})
		}
	}
}

// attempt loads a draw and the files of one attempt at it, 0 for the last one.
func (s *Service) attempt(ctx context.Context, id string, attempt int) (*Draw, *fdraw.Bundle, error) {
	d, _, err := s.draws.Load(ctx, id)
	if err != nil {
		return nil, nil, err
	}
	if attempt == 0 {
		return &d, &d.Files, nil
	}
	files := d.of(attempt)
	if files == nil {
		return nil, nil, fault.About("attempt", fault.NotFound, "抽取 %s 没有第 %d 次，一共进行了 %d 次", id, attempt, d.attempts())
	}
	return &d, files, nil
}
