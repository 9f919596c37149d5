package disclose

import (
	"context"
	"strings"

	"shenzhong/events"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/identity"
	"shenzhong/services/kit/view"
	"shenzhong/services/kit/workday"
)

// Record returns a record as it is now to those who deal with it: its unit, the
// coordinating office and the auditor.
func (s *Service) Record(ctx context.Context, by identity.Actor, id string) (Record, error) {
	if err := permits.Check(by, "record.read"); err != nil {
		return Record{}, err
	}
	r, _, err := s.records.Load(ctx, id)
	if err != nil {
		return Record{}, err
	}
	return r, reads(by, r.Unit)
}

// reads refuses an actor to whom the records of a unit are not shown.
func reads(by identity.Actor, unit string) error {
	if by.Has(identity.Office) || by.Has(identity.Auditor) {
		return nil
	}
	return by.OfUnit(unit)
}

// Filter selects records. Empty fields select all; an empty unit is that of the
// actor, unless all units are shown to the actor.
type Filter struct {
	Unit, Sort string
	State      State
	After      string // id of the last one seen
	Limit      int    // at most 1000; 0 = 100
}

// Records lists the records of a unit by id.
func (s *Service) Records(ctx context.Context, by identity.Actor, f Filter) ([]Row, error) {
	if err := permits.Check(by, "record.read"); err != nil {
		return nil, err
	}
	all := by.Has(identity.Office) || by.Has(identity.Auditor)
	if f.Unit == "" && !all {
		f.Unit = by.Unit
	}
	if !all {
		if err := by.OfUnit(f.Unit); err != nil {
			return nil, err
		}
	}
	equal := map[string]any{}
	for column, value := range map[string]string{"unit": f.Unit, "sort": f.Sort, "state": string(f.State)} {
		if value != "" {
			equal[column] = value
		}
	}
	return s.board.List(ctx, view.Query{Equal: equal, After: f.After, Limit: f.Limit})
}

// Limit is a limit for publishing a record, how its last day was counted and
// whether it was kept.
type Limit struct {
	Channel string            `json:"channel" doc:"公示渠道代码，不分渠道的为空"`
	Place   string            `json:"place" doc:"公示渠道"`
	Rule    string            `json:"rule" doc:"期限规则"`
	Name    string            `json:"name" doc:"应当办理的事项"`
	Trigger string            `json:"trigger" doc:"起算的事由"`
	Basis   string            `json:"basis" doc:"依据"`
	DayZero string            `json:"day_zero" doc:"起算日，当日不计入"`
	Due     string            `json:"due" doc:"最后一日"`
	Pending bool              `json:"provisional" doc:"放假安排尚未公布，届时重新计算"`
	Days    []workday.Counted `json:"days" doc:"逐日计算"`
	DoneOn  string            `json:"done_on" doc:"实际公示日，尚未公示的为空"`
	Kept    bool              `json:"kept" doc:"在期限内公示"`
}

// Limits says of a record by when it had to be published, counted day by day
// from the day of what it publishes.
func (s *Service) Limits(r events.Record, channels []events.Channel) ([]Limit, error) {
	if r.On == "" { // of what was erased nothing is counted any more
		return []Limit{}, nil
	}
	on, err := workday.ParseDate(r.On)
	if err != nil {
		return nil, err
	}
	switch r.Sort {
	case "check":
		done := ""
		if len(channels) > 0 {
			done = channels[0].On
		}
		l, err := s.limit("pub.check.result", r, on, done)
		return []Limit{l}, err
	case "penalty":
		return s.channelLimits(r, on, channels)
	}
	return []Limit{}, nil
}

// channelLimits are the limits of the channels that every decision goes to and
// of those that this one went to.
func (s *Service) channelLimits(r events.Record, on workday.Date, channels []events.Channel) ([]Limit, error) {
	done := map[string]string{}
	for _, c := range channels {
		done[c.Name] = c.On
	}
	out := []Limit{}
	for _, c := range s.channels(on) {
		if _, went := done[c.Code]; len(c.Subjects) > 0 && !went || c.Rule == "" {
			continue
		}
		l, err := s.limit(c.Rule, r, on, done[c.Code])
		if err != nil {
			return nil, err
		}
		l.Channel, l.Place = c.Code, c.Name
		out = append(out, l)
	}
	return out, nil
}

func (s *Service) limit(rule string, r events.Record, on workday.Date, done string) (Limit, error) {
	law, err := s.cfg.Law.Law().Deadline(rule, on)
	if err != nil {
		return Limit{}, err
	}
	d, err := s.counter.Start(rule, r.Source, r.Unit, "", on.Start())
	if err != nil {
		return Limit{}, err
	}
	how, err := s.counter.Explain(d)
	if err != nil {
		return Limit{}, err
	}
	return Limit{
		Rule: rule, Name: law.Name, Trigger: law.Trigger, Basis: law.Citation(), DayZero: d.DayZero, Due: d.DueDate,
		Pending: d.Provisional, Days: how.Counted, DoneOn: done, Kept: done != "" && done <= d.DueDate,
	}, nil
}

// Search selects what the public sees.
type Search struct {
	Words string   // part of a name or a title, or a whole unified social credit code
	Sorts []string // empty = all
	From  string   // Next of the page before
	Limit int      // 0 = 20
}

// Found is one page of what the public sees. Next begins the page behind it,
// empty on the last one.
type Found struct {
	Rows []Row
	Next string
}

// scanned is how many records one search by words looks through: a page of the
// site must not cost more the more there is. The search goes on at Next.
const scanned = 2000

// Find lists what the public sees, the newest first. Of a record that is no
// longer public only the tombstone is left, which no name or code finds.
func (s *Service) Find(ctx context.Context, q Search) (Found, error) {
	if q.Limit <= 0 {
		q.Limit = 20
	}
	words := strings.ToLower(strings.TrimSpace(q.Words))
	found := Found{Rows: []Row{}}
	next := q.From
	for seen := 0; seen < scanned; {
		// By the rank alone, so that its index gives a page and nothing is sorted: what
		// was never published has no day and comes last.
		query := view.Query{Order: "rank", Desc: true, Limit: 200}
		if words == "" && len(q.Sorts) == 0 { // every row is wanted: no more than one page, and where the next begins
			query.Limit = q.Limit + 2
		}
		if next != "" {
			query.AtMost = map[string]any{"rank": next}
		}
		rows, err := s.board.List(ctx, query)
		if err != nil {
			return found, err
		}
		for i, row := range rows {
			if i == query.Limit-1 { // it begins the next look
				break
			}
			if visible, _ := row.Public(); !visible {
				return found, nil
			}
			row = row.bury()
			if !row.matches(words, q.Sorts) {
				continue
			}
			if len(found.Rows) == q.Limit {
				found.Next = rank(row)
				return found, nil
			}
			found.Rows = append(found.Rows, row)
		}
		if len(rows) < query.Limit {
			return found, nil
		}
		next = rank(rows[len(rows)-1])
		seen += len(rows)
	}
	found.Next = next
	return found, nil
}

// rank orders what the public sees by the day of publication, and by number
// within a day.
func rank(r Row) string { return r.PublishedOn + " " + r.Record.ID }

func (r Row) matches(words string, sorts []string) bool {
	listed := len(sorts) == 0
	for _, sort := range sorts {
		listed = listed || sort == r.Record.Sort
	}
	if !listed || words == "" {
		return listed
	}
	return strings.Contains(strings.ToLower(r.Record.Name), words) || strings.Contains(strings.ToLower(r.Record.Title), words) ||
		strings.ToLower(r.Record.USCC) == words
}

// ShownRecord returns one record as the public sees it, or fault.NotFound.
func (s *Service) ShownRecord(ctx context.Context, id string) (Row, error) {
	row, err := s.board.Get(ctx, id)
	if err != nil {
		return row, err
	}
	if visible, _ := row.Public(); !visible {
		return Row{}, fault.New(fault.NotFound, "没有编号为 %s 的公示信息，请核对编号", id)
	}
	return row.bury(), nil
}

// bury leaves of a record that is no longer public its number, who published
// it, when it ended and why.
func (r Row) bury() Row {
	r.Draft = nil
	if _, tombstone := r.Public(); !tombstone {
		return r
	}
	return Row{
		Record: events.Record{ID: r.Record.ID, Sort: r.Record.Sort, Unit: r.Record.Unit, UnitName: r.Record.UnitName},
		State:  r.State, Reason: r.Reason, EndedOn: r.EndedOn, Repair: r.Repair, PublishedOn: r.PublishedOn,
	}
}
