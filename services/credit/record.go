// Package credit keeps the record of every subject (信用记录): each entry with
// its source, its weight and its reason, and the grade that follows. It must
// never invent a list or a sanction, and a grade never does more than steer how
// often a subject is inspected.
package credit

import (
	"fmt"
	"slices"
	"strings"

	"shenzhong/events"
	"shenzhong/services/kit/law"
	"shenzhong/services/kit/store"
)

// Record is what is known of one subject, by its unified social credit code
// (统一社会信用代码) or, where it has none, by its place in the register.
type Record struct {
	ID       string         `json:"id"` // "500156-XY-..."
	Facility string         `json:"facility"`
	Name     string         `json:"name"`
	USCC     string         `json:"uscc"`
	Points   []events.Point `json:"points"`
	Scheme   string         `json:"scheme"`
	Grade    string         `json:"grade"`
	Score    int            `json:"score"`
	AsOf     string         `json:"as_of"`
}

// Subject is of whom an entry speaks.
type Subject struct {
	ID       string
	Facility string
	Name     string
	USCC     string
}

// Enter adds an entry and grades anew. A source that has an entry already
// changes nothing.
func (r *Record) Enter(subject Subject, p events.Point, ledger law.Ledger, asOf string) (events.Event, error) {
	r.ID, r.Facility, r.Name, r.USCC = subject.ID, subject.Facility, subject.Name, subject.USCC
	if slices.ContainsFunc(r.Points, func(q events.Point) bool { return q.Source == p.Source && q.Rule == p.Rule }) {
		return nil, store.Unchanged
	}
	r.Points = append(r.Points, p)
	return r.grade(ledger, asOf), nil
}

// Remove takes back every entry of a source that no longer stands and grades
// anew.
func (r *Record) Remove(source string, ledger law.Ledger, asOf string) (events.Event, error) {
	before := len(r.Points)
	r.Points = slices.DeleteFunc(r.Points, func(p events.Point) bool { return p.Source == source })
	if len(r.Points) == before {
		return nil, store.Unchanged
	}
	return r.grade(ledger, asOf), nil
}

// Repair keeps an entry from counting from that day on, because its repair was
// granted, and grades anew. The entry stays, with the day.
func (r *Record) Repair(source, rule string, ledger law.Ledger, on string) (events.Event, error) {
	i := slices.IndexFunc(r.Points, func(p events.Point) bool { return p.Source == source && p.Rule == rule })
	if i < 0 || r.Points[i].Repaired != "" {
		return nil, store.Unchanged
	}
	r.Points = slices.Clone(r.Points)
	r.Points[i].Repaired = on
	return r.grade(ledger, on), nil
}

// Strike takes out one entry that was rightly objected to and grades anew.
func (r *Record) Strike(source, rule string, ledger law.Ledger, on string) (events.Event, error) {
	before := len(r.Points)
	r.Points = slices.DeleteFunc(slices.Clone(r.Points), func(p events.Point) bool { return p.Source == source && p.Rule == rule })
	if len(r.Points) == before {
		return nil, store.Unchanged
	}
	return r.grade(ledger, on), nil
}

// Regrade grades anew because time has passed: an entry whose time is over no
// longer counts. It says nothing if no entry has ended since it last graded.
func (r *Record) Regrade(ledger law.Ledger, asOf string) (events.Event, error) {
	ended := func(p events.Point) bool {
		return p.Repaired == "" && p.Until != "" && p.Until >= r.AsOf && p.Until < asOf
	}
	if !slices.ContainsFunc(r.Points, ended) {
		return nil, store.Unchanged
	}
	return r.grade(ledger, asOf), nil
}

// grade counts the entries that stand on that day and says how.
func (r *Record) grade(ledger law.Ledger, asOf string) events.Event {
	was := r.Grade
	r.AsOf = asOf
	sum := r.sum(ledger)
	r.Score = min(max(sum, ledger.Least), ledger.Most)
	r.Scheme, r.Grade = ledger.Code, ledger.Grade(r.Score).Code
	return events.CreditGraded{
		Record: r.ID, Facility: r.Facility, USCC: r.USCC, Scheme: r.Scheme, Grade: r.Grade, Was: was, Score: r.Score,
		Points: slices.Clone(r.Points), Formula: r.formula(ledger), AsOf: asOf,
	}
}

// counts says whether an entry was not repaired and its time is not over.
func (r *Record) counts(p events.Point) bool {
	return p.Repaired == "" && (p.Until == "" || p.Until >= r.AsOf)
}

// sum is the start and every entry that counts.
func (r *Record) sum(ledger law.Ledger) int {
	sum := ledger.Start
	for _, p := range r.Points {
		if r.counts(p) {
			sum += p.Points
		}
	}
	return sum
}

// formula says in Chinese how the score and the grade follow.
func (r *Record) formula(ledger law.Ledger) string {
	var terms []string
	for _, p := range r.Points {
		if r.counts(p) {
			terms = append(terms, fmt.Sprintf("%+d（%s）", p.Points, p.Why))
		}
	}
	formula := fmt.Sprintf("基础分 %d", ledger.Start)
	if len(terms) > 0 {
		formula += "，" + strings.Join(terms, "，")
	}
	formula += fmt.Sprintf("，合计 %d 分", r.Score)
	if sum := r.sum(ledger); sum != r.Score {
		formula += fmt.Sprintf("（计分上下限为 %d 至 %d）", ledger.Least, ledger.Most)
	}
	grade := ledger.Grade(r.Score)
	return formula + fmt.Sprintf("；%d 分及以上为 %s 级（%s）", grade.AtLeast, grade.Code, grade.Name)
}

// Outlook says what the grade would be without one entry: what would change it.
func (r Record) Outlook(without events.Point, ledger law.Ledger) (score int, grade string) {
	sum := r.sum(ledger)
	if r.counts(without) {
		sum -= without.Points
	}
	score = min(max(sum, ledger.Least), ledger.Most)
	return score, ledger.Grade(score).Code
}
