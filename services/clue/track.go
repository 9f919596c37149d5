package clue

import (
	"context"

	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/identity"
	"shenzhong/services/kit/view"
	"shenzhong/services/kit/workday"
)

// Progress is what the holder of a receipt code sees of a clue, and all of it:
// neither its number, nor the facility, nor a word that anybody wrote freely but
// the answer.
type Progress struct {
	State    string    `json:"state"` // in Chinese
	Received string    `json:"received"`
	Lead     string    `json:"lead"` // names of units
	Assists  []string  `json:"assists"`
	Basis    string    `json:"basis"`   // clause by which the lead is competent
	DueDate  string    `json:"dueDate"` // last day of the limit that runs out next, empty if none runs
	Overdue  bool      `json:"overdue"`
	Refusals []Refusal `json:"refusals"`
	Steps    []Passage `json:"steps"`
	Answers  []Told    `json:"answers"`
}

// Refusal is who gave the clue back and why.
type Refusal struct {
	On        string `json:"on"`
	Unit      string `json:"unit"`
	Reason    string `json:"reason"`
	Basis     string `json:"basis"`
	Suggested string `json:"suggested"`
}

// Passage is one state that the clue came to.
type Passage struct {
	On    string `json:"on"`
	State string `json:"state"`
	Unit  string `json:"unit"`
}

// Track returns how far the clue with that receipt code is. A clue that was
// merged shows where the matter stands, and its own answer.
func (s *Service) Track(ctx context.Context, code string) (Progress, error) {
	own, err := s.byCode(ctx, code)
	if err != nil {
		return Progress{}, err
	}
	lead := own
	for lead.Into != "" {
		if lead, err = s.views.board.Get(ctx, lead.Into); err != nil {
			return Progress{}, err
		}
	}
	return s.progress(own, lead), nil
}

// byCode is the clue with that receipt code.
func (s *Service) byCode(ctx context.Context, code string) (Row, error) {
	mark, err := s.vault.mark(code)
	if err != nil {
		return Row{}, err
	}
	rows, err := s.views.board.List(ctx, view.Query{Equal: map[string]any{"receipt": mark}, Limit: 1})
	if err != nil {
		return Row{}, err
	}
	if len(rows) == 0 {
		return Row{}, fault.New(fault.NotFound, "没有查到这个查询码，请核对后重新输入；刚刚提交的，请稍后再查")
	}
	return rows[0], nil
}

// progress shows own, whose matter is carried by lead.
func (s *Service) progress(own, lead Row) Progress {
	day := s.today()
	p := Progress{
		State: Title(own.State), Received: own.Day, Basis: lead.To.Basis, Assists: []string{}, Refusals: []Refusal{},
		Steps: []Passage{}, Answers: own.Answers,
	}
	if own.State == Merged {
		p.State += "，同一事项" + Title(lead.State)
	}
	if lead.To.Lead != "" {
		p.Lead = s.unitName(lead.To.Lead, day)
	}
	for _, u := range lead.To.Assists {
		p.Assists = append(p.Assists, s.unitName(u, day))
	}
	if p.Answers == nil {
		p.Answers = []Told{}
	}
	now := s.cfg.Clock.Now()
	for _, d := range lead.Limits {
		p.Overdue = p.Overdue || !now.Before(d.Due)
		if p.DueDate == "" || d.DueDate < p.DueDate {
			p.DueDate = d.DueDate
		}
	}
	for _, r := range lead.Refusals {
		p.Refusals = append(p.Refusals, Refusal{
			On: r.On, Unit: s.unitName(r.Unit, day), Reason: r.Reason, Basis: r.Basis, Suggested: s.unitName(r.Suggested, day),
		})
	}
	for _, step := range own.Steps {
		unit := ""
		if step.Unit != "" {
			unit = s.unitName(step.Unit, day)
		}
		p.Steps = append(p.Steps, Passage{On: step.On, State: Title(step.State), Unit: unit})
	}
	return p
}

// Explain returns how the running limits of a clue were counted, day by day,
// and until when it is signed for.
func (s *Service) Explain(ctx context.Context, by identity.Actor, id string) ([]workday.Reckoning, error) {
	row, err := s.Show(ctx, by, id)
	if err != nil {
		return nil, err
	}
	if row.SignBy != nil {
		row.Limits = append(row.Limits, *row.SignBy)
	}
	out := make([]workday.Reckoning, len(row.Limits))
	for i, d := range row.Limits {
		if out[i], err = s.counter.Explain(d); err != nil {
			return nil, err
		}
	}
	return out, nil
}
