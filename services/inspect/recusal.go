package inspect

import (
	"slices"
	"strings"

	"shenzhong/events"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/identity"
)

// Recusal is the request of a facility that an officer stay away (申请回避,
// 行政处罚法 art. 43). The head of the officer's unit decides; until then the
// inspection goes on, as the law says.
type Recusal struct {
	events.RecusalRequested
	State   State  `json:"state"`
	Grounds string `json:"grounds"` // of the decision
	By      string `json:"by"`      // who decided
}

// reasons are those that a facility can name.
var reasons = []string{"kin", "interest", "dispute", "other"}

// Request notes it.
func (r *Recusal) Request(q events.RecusalRequested) (events.Event, error) {
	state, err := move(nextRecusal, "回避申请", r.State, Asked)
	if err != nil {
		return nil, err
	}
	switch {
	case !slices.Contains(reasons, q.Reason):
		return nil, fault.About("reason", fault.Invalid, "请选择申请回避的理由")
	case q.Reason == "other" && strings.TrimSpace(q.Note) == "":
		return nil, fault.About("note", fault.Invalid, "请写明申请回避的理由")
	}
	r.RecusalRequested, r.State = q, state
	return q, nil
}

// Decide grants it or refuses it, with grounds. Reseat says that the seat can
// still change hands.
func (r *Recusal) Decide(by identity.Actor, granted bool, grounds string, reseat bool) (events.Event, error) {
	if err := by.OfUnit(r.Unit); err != nil {
		return nil, err
	}
	to := Refused
	if granted {
		to = Granted
	}
	state, err := move(nextRecusal, "回避申请", r.State, to)
	if err != nil {
		return nil, err
	}
	if strings.TrimSpace(grounds) == "" {
		return nil, fault.About("grounds", fault.Invalid, "请写明决定的理由")
	}
	r.State, r.Grounds, r.By = state, strings.TrimSpace(grounds), by.ID
	return events.RecusalDecided{
		Recusal: r.Recusal, Visit: r.Visit, Batch: r.Batch, Facility: r.Facility, Unit: r.Unit, Officer: r.Officer,
		Granted: granted, Reseat: granted && reseat, Grounds: r.Grounds, By: by.ID,
	}, nil
}
