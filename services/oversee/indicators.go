package oversee

import (
	"context"

	"shenzhong/services/kit/law"
	"shenzhong/services/kit/workday"
)

// Measured is one figure by which the plan measures itself, with its numerator
// and denominator. What no fact says is said to be missing, and never guessed.
type Measured struct {
	Code        string `json:"code"`
	Name        string `json:"name"`
	Numerator   string `json:"numerator"`
	Denominator string `json:"denominator"`
	Measurable  bool   `json:"measurable"`
	Missing     string `json:"missing"` // which fact there is none of, where it is not measurable
	Done        int64  `json:"done"`    // numerator
	Of          int64  `json:"of"`      // denominator
	Few         bool   `json:"few"`     // the denominator is too small to judge by
	TargetPPM   int64  `json:"target_ppm"`
	Basis       string `json:"basis"`
	Note        string `json:"note"`
}

// Indicators returns the figures of the plan (三、工作目标) and of timeliness, in
// the order of the law pack, over all facts since the system was started.
func (s *Service) Indicators(ctx context.Context) ([]Measured, error) {
	out := []Measured{}
	for _, i := range s.cfg.Law.Law().Indicators(workday.DateOf(s.cfg.Clock.Now())) {
		m := Measured{
			Code: i.Code, Name: i.Name, Numerator: i.Numerator, Denominator: i.Denominator, Missing: i.Missing,
			TargetPPM: i.TargetPPM, Basis: i.Citation(), Note: i.Note,
		}
		var err error
		switch {
		case i.Missing != "":
			out = append(out, m)
			continue
		case i.Rule != "":
			m.Done, m.Of, err = s.kept(ctx, i)
		case len(i.Violations) > 0:
			m.Done, m.Of, err = s.tally.dealtWith(ctx, i.Violations)
		case len(i.Items) > 0:
			m.Done, m.Of, err = s.tally.compliant(ctx)
		default:
			m.Missing = "规则包没有写明按哪些事实计量"
			out = append(out, m)
			continue
		}
		if err != nil {
			return nil, err
		}
		m.Measurable, m.Few = true, m.Of < int64(i.SmallBelow)
		out = append(out, m)
	}
	return out, nil
}

// kept is how many limits of a rule were kept, or met at all where being late
// does not matter, among those that have ended or passed.
func (s *Service) kept(ctx context.Context, i law.Indicator) (done, of int64, err error) {
	f, err := s.count(ctx, "rule", i.Rule)
	if i.Late {
		return f.Ended, f.Ended + f.Overdue, err
	}
	return f.OnTime, f.Ended + f.Overdue, err
}

// dealtWith is how many matters of those violations were put right or brought to
// the end of a case, among all that were found true. A case that was filed
// wrongly (撤销立案) is none.
func (t tally) dealtWith(ctx context.Context, violations []string) (done, of int64, err error) {
	for _, offence := range violations {
		corrected, err := countOf(ctx, t.clues, map[string]any{"offence": offence, "outcome": "corrected"})
		if err != nil {
			return 0, 0, err
		}
		done, of = done+corrected, of+corrected
		for _, q := range []struct {
			equal map[string]any
			done  int64
			of    int64
		}{
			{map[string]any{"offence": offence, "state": "open"}, 0, 1},
			{map[string]any{"offence": offence, "state": "closed"}, 1, 1},
			{map[string]any{"offence": offence, "state": "closed", "outcome": "withdrawn"}, -1, -1},
		} {
			n, err := countOf(ctx, t.cases.Table(), q.equal)
			if err != nil {
				return 0, 0, err
			}
			done, of = done+n*q.done, of+n*q.of
		}
	}
	return done, of, nil
}

// compliant is in how many facility years nothing was found about charges,
// among those in which they were inspected.
func (t tally) compliant(ctx context.Context) (done, of int64, err error) {
	if done, err = countOf(ctx, t.checked, map[string]any{"problem": "no"}); err != nil {
		return 0, 0, err
	}
	problems, err := countOf(ctx, t.checked, map[string]any{"problem": "yes"})
	return done, done + problems, err
}

// Outcome is how many clues ended in one way. The ways are kept apart: only what
// was put right counts as solved.
type Outcome struct {
	Code   string `json:"code"`
	Name   string `json:"name"`
	Count  int64  `json:"count"`
	Of     int64  `json:"of"` // clues that have ended
	Solved bool   `json:"solved"`
	Few    bool   `json:"few"`
}

// outcomes are the ways in which a clue ends.
var outcomes = []Outcome{
	{Code: "corrected", Name: "已纠正", Solved: true},
	{Code: "case", Name: "已立案"},
	{Code: "unfounded", Name: "查无实据"},
	{Code: "not_ours", Name: "非本机关职责（已转）"},
	{Code: "unverifiable", Name: "无法核实"},
	{Code: "merged", Name: "并案"},
}

// Outcomes returns how clues ended.
func (s *Service) Outcomes(ctx context.Context) ([]Outcome, error) {
	out := make([]Outcome, len(outcomes))
	copy(out, outcomes)
	var of int64
	for i := range out {
		n, err := countOf(ctx, s.tally.clues, map[string]any{"outcome": out[i].Code})
		if err != nil {
			return nil, err
		}
		out[i].Count = n
		of += n
	}
	for i := range out {
		out[i].Of, out[i].Few = of, of < few
	}
	return out, nil
}
