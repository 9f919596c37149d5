package clue

import (
	"context"
	"slices"
	"strings"

	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/identity"
	"shenzhong/services/kit/view"
	"shenzhong/services/kit/workday"
)

// Filter selects clues of the board. Empty fields select all.
type Filter struct {
	Unit     string
	State    State
	Facility string
	Offence  string
	// Assisting selects, in place of the clues in which Unit leads, those still
	// under a limit in which it assists.
	Assisting bool
	Limit     int
}

// Board returns the clues that the actor may see and the filter selects, the
// nearest due first. What the senders wrote is left out of a list.
func (s *Service) Board(ctx context.Context, by identity.Actor, f Filter) ([]Row, error) {
	if err := permits.Check(by, "clue.list"); err != nil {
		return nil, err
	}
	if !seesAll(by) {
		if f.Unit != "" {
			if err := by.OfUnit(f.Unit); err != nil {
				return nil, err
			}
		}
		f.Unit = by.Unit
	}
	lead := f.Unit
	if f.Assisting {
		lead = ""
	}
	q := view.Query{Equal: map[string]any{}, Order: "due", Limit: f.Limit}
	for column, value := range map[string]string{"lead": lead, "state": string(f.State), "facility": f.Facility, "offence": f.Offence} {
		if value != "" {
			q.Equal[column] = value
		}
	}
	if f.Assisting { // few enough to look through
		q.AtMost, q.Limit = map[string]any{"due": int64(never - 1)}, 0
	}
	rows, err := s.views.board.List(ctx, q)
	if f.Assisting {
		rows = slices.DeleteFunc(rows, func(r Row) bool { return !slices.Contains(r.To.Assists, f.Unit) })
		if f.Limit > 0 && len(rows) > f.Limit {
			rows = rows[:f.Limit]
		}
	}
	for i := range rows {
		rows[i].Text, rows[i].Receipt = "", ""
	}
	return rows, err
}

// Show returns one clue to those who handle it: its lead and those who assist,
// the unit that a return suggests, which may object, and the roles that see all.
func (s *Service) Show(ctx context.Context, by identity.Actor, id string) (Row, error) {
	if err := permits.Check(by, "clue.read"); err != nil {
		return Row{}, err
	}
	if err := s.catchUp(ctx, id); err != nil {
		return Row{}, err
	}
	row, err := s.views.board.Get(ctx, id)
	if err != nil {
		return Row{}, err
	}
	row.Receipt = ""
	if seesAll(by) || slices.Contains(row.To.Assists, by.Unit) || row.suggests(by.Unit) {
		return row, nil
	}
	return row, by.OfUnit(row.To.Lead)
}

// suggests reports whether the clue was given back with that unit named as the
// one that should have it, and nobody has it yet.
func (r Row) suggests(unit string) bool {
	n := len(r.Refusals)
	return n > 0 && slices.Contains([]State{Returned, Disputed, Ruled}, r.State) && r.Refusals[n-1].Suggested == unit
}

// catchUp folds what was said of a clue and has not traveled yet, so that who
// acted sees it. The listener of the view folds it too; whoever is first, it
// counts once.
func (s *Service) catchUp(ctx context.Context, id string) error {
	row, _, err := s.views.board.Table().Get(ctx, id)
	if err != nil {
		return err
	}
	subject := s.clues.Subject(id)
	commits, err := s.cfg.Log.Scan(ctx, subject, row.Version, atOnce)
	if err != nil {
		return err
	}
	for _, c := range commits {
		if c.Subject != subject {
			break
		}
		err := view.Apply(ctx, s.views.board, c.Envelope())
		if err != nil && !fault.Is(err, fault.Conflict) && !fault.Is(err, fault.Early) {
			return err
		}
	}
	return nil
}

// atOnce is how many facts catchUp folds: more never wait.
const atOnce = 64

func seesAll(by identity.Actor) bool { return slices.ContainsFunc(everywhere, by.Has) }

// similarWithin is how many days before a clue another one may lie to be
// suggested as the same matter. A setting of this program, not of any law.
const similarWithin = 90

// Similar suggests the clues that may be the same matter as that one (疑似重复):
// the same offence at the same facility within a period, the earliest first.
// Whether they are is for a person to say.
func (s *Service) Similar(ctx context.Context, by identity.Actor, id string) ([]Row, error) {
	row, err := s.Show(ctx, by, id)
	if err != nil || row.Facility == "" || row.Offence == "" {
		return nil, err
	}
	day, err := workday.ParseDate(row.Day)
	if err != nil {
		return nil, err
	}
	rows, err := s.views.board.List(ctx, view.Query{
		Equal:   map[string]any{"facility": row.Facility, "offence": row.Offence},
		AtLeast: map[string]any{"received": day.AddDays(-similarWithin).Number()},
		AtMost:  map[string]any{"received": workday.NumberOf(row.Day)},
		Order:   "received",
	})
	rows = slices.DeleteFunc(rows, func(r Row) bool { return r.ID >= id || r.Into != "" || r.Outcome != "" })
	for i := range rows {
		rows[i].Text, rows[i].Receipt = "", ""
	}
	return rows, err
}

// Precedents returns how disputes about an offence were ruled before (裁定先例),
// the newest first. An offence that there is not is fault.NotFound.
func (s *Service) Precedents(ctx context.Context, by identity.Actor, offence string) ([]Row, error) {
	if err := permits.Check(by, "clue.list"); err != nil {
		return nil, err
	}
	if !slices.ContainsFunc(s.Offenses(), func(o Offence) bool { return o.Code == offence }) {
		return nil, fault.About("offence", fault.NotFound, "没有这一违法行为类型，请从列表中选择")
	}
	rows, err := s.views.board.List(ctx, view.Query{
		Equal: map[string]any{"offence": offence, "ruled": "yes"}, Order: "received", Desc: true, Limit: 20,
	})
	for i := range rows {
		rows[i] = Row{ID: rows[i].ID, Offence: rows[i].Offence, Day: rows[i].Day, State: rows[i].State, Ruling: rows[i].Ruling, Refusals: rows[i].Refusals, Dispute: rows[i].Dispute}
	}
	return rows, err
}

// Offence is a violation type as a sender chooses it.
type Offence struct {
	Code  string `json:"code"`
	Name  string `json:"name"`
	Plain string `json:"plain"` // in the words of a citizen
	Lead  string `json:"lead"`  // name of the unit that would deal with it
}

// Offenses lists the violation types that the matrix routes today.
func (s *Service) Offenses() []Offence {
	day := s.today()
	routes := s.cfg.Law.Law().Routes(day)
	out := make([]Offence, len(routes))
	for i, r := range routes {
		out[i] = Offence{Code: r.Violation, Name: r.Name, Plain: r.Plain, Lead: s.unitName(r.Lead, day)}
	}
	return out
}

// Facilities lists the facilities that a sender can choose from, in one town or
// in all of them.
func (s *Service) Facilities(ctx context.Context, town string) ([]FacilityRow, error) {
	equal := map[string]any{}
	if town = strings.TrimSpace(town); town != "" {
		equal["town"] = town
	}
	return s.views.facilities.List(ctx, view.Query{Equal: equal, Limit: 1000})
}
