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
}

func fold(r *Row, e events.Envelope) error {
	r.ID = events.EntityID(e.Subject)
	switch e.Type {
	case events.DrawAnnounced{}.Kind():
		f, err := events.Open[events.DrawAnnounced](e)
		r.Batch, r.Round, r.State = f.Batch, f.Round, Announced
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
		r.State = Sealed
	case events.DrawOpened{}.Kind():
		r.State = Opened
	case events.DrawVoided{}.Kind():
		r.State = Voided
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
	Commits []Handed     `json:"commits"`
	Files   fdraw.Bundle `json:"files"` // those that are public now
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
		Hash: a.Hash.String(), Attempt: a.Attempt, Commits: make([]Handed, len(d.Commits)),
	}
	for i, c := range d.Commits {
		p.Commits[i] = Handed{Party: c.Party, Digest: c.Digest.String(), Opened: c.Opened}
	}
	p.Files = d.bindings()
	return p, nil
}

// Bundle returns everything of an opened draw for anybody who wants to
// recompute it, and of a voided one what there was of it. Before that it is
// refused.
func (s *Service) Bundle(ctx context.Context, id string) (*fdraw.Bundle, error) {
	d, _, err := s.draws.Load(ctx, id)
	if err != nil {
		return nil, err
	}
	if d.State != Opened && d.State != Voided {
		return nil, fault.New(fault.Conflict, "抽取 %s 尚未启封，启封之后可以下载核验", id)
	}
	return &d.Files, nil
}
