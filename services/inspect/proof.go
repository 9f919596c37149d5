package inspect

import (
	"context"
	"encoding/json"
	"fmt"

	"shenzhong/events"
	"shenzhong/services/kit/view"
)

// ProofRow is what the facilities of one draw can hold against its sealed file.
type ProofRow struct {
	Batch   string                        `json:"batch"`
	Draw    string                        `json:"draw"`
	Sealed  string                        `json:"sealed"`
	Notices map[string]events.ProvenEntry `json:"notices"` // by facility
}

func foldProofs(r *ProofRow, e events.Envelope) error {
	fact, err := into[events.DrawCompleted](e)
	r.Batch, r.Draw, r.Sealed, r.Notices = fact.Batch, fact.Draw, fact.Sealed, map[string]events.ProvenEntry{}
	for _, n := range fact.Notices {
		r.Notices[n.Facility] = n
	}
	return err
}

// DrawnProof shows that a visit was drawn and not chosen: with it and the sealed
// file, which everybody can read, the facility can tell at once.
type DrawnProof struct {
	Draw    string `json:"draw"`
	Sealed  string `json:"sealed"`  // the sealed file
	Receipt string `json:"receipt"` // what the QR code carries: see receipt
}

// receipt is the form of the QR code; shenzhong verify notice reads it.
type receipt struct {
	Format string   `json:"format"` // "fdraw/v1 receipt"
	Notice string   `json:"notice"`
	Index  int      `json:"index"`
	Size   int      `json:"size"`
	Path   []string `json:"path"`
}

// proof is what the facility of a visit can hold against the sealed file; nil for
// a visit that was not drawn.
func (s *Service) proof(ctx context.Context, v Visit) (*DrawnProof, error) {
	rows, err := s.views.proofs.List(ctx, view.Query{Equal: map[string]any{"batch": v.Batch}, Limit: 1000})
	if err != nil {
		return nil, err
	}
	for _, row := range rows {
		n, ok := row.Notices[v.Facility]
		if !ok {
			continue
		}
		raw, err := json.Marshal(receipt{Format: "fdraw/v1 receipt", Notice: n.Text, Index: n.Index, Size: n.Size, Path: n.Path})
		if err != nil {
			return nil, fmt.Errorf("write the receipt of %s: %w", v.ID, err)
		}
		return &DrawnProof{Draw: row.Draw, Sealed: row.Sealed, Receipt: string(raw)}, nil
	}
	return nil, nil
}
