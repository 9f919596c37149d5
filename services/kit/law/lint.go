package law

import (
	"fmt"
	"slices"

	"shenzhong/services/kit/workday"
)

// Finding is something in a pack that loads but that a lawyer should look at.
type Finding struct {
	Table string       // Chinese name of the table
	Key   string       // of the line
	On    workday.Date // the first day of the line
	Says  string       // Chinese
}

// String is the finding in one Chinese sentence.
func (f Finding) String() string {
	return fmt.Sprintf("%s“%s”（自%s）：%s", f.Table, f.Key, f.On, f.Says)
}

// named is a line of any table.
type named struct {
	table, key string
	Line
}

func gather[L entry](t table[L]) []named {
	all := make([]named, 0, len(t.lines))
	for _, l := range t.lines {
		all = append(all, named{t.what, l.key(), l.base()})
	}
	return all
}

// rules returns every line that states a rule. Lists of what exists, as units
// and categories, are no rules: they may be older than the plan that names them.
func (p *Pack) rules() []named {
	return slices.Concat(
		gather(p.items), gather(p.routes), gather(p.deadlines), gather(p.rates), gather(p.sampling),
		gather(p.severities), gather(p.penalties), gather(p.channels), gather(p.grounds), gather(p.results),
		gather(p.gates), gather(p.hearings), gather(p.fines), gather(p.limits), gather(p.schemes), gather(p.grades),
		gather(p.points), gather(p.conflicts), gather(p.texts), gather(p.indicators), gather(p.prices),
	)
}

// Lint returns what a lawyer should look at before the pack is published: a
// rule whose basis was not in force on its first day or has ended since, a gap
// between two versions of a rule, an item whose offense nobody had to deal
// with. An empty result does not make the rules right.
func (p *Pack) Lint() []Finding {
	var found []Finding
	rules := p.rules()
	for _, r := range rules {
		found = append(found, p.lintBasis(r)...)
	}
	found = append(found, lintGaps(rules)...)
	for _, i := range p.items.lines {
		for _, v := range i.Violations {
			if _, err := p.routes.pick(v, i.ValidFrom); err != nil {
				found = append(found, Finding{p.items.what, i.Code, i.ValidFrom, err.Error()})
			}
		}
	}
	return found
}

func (p *Pack) lintBasis(r named) []Finding {
	var found []Finding
	for _, c := range r.Basis {
		in, err := p.Instrument(c.Instrument)
		if err != nil {
			continue // Load has refused it
		}
		switch {
		case r.ValidFrom.Before(in.ValidFrom):
			found = append(found, Finding{r.table, r.key, r.ValidFrom, fmt.Sprintf("依据%s自%s才施行。", in.Cited(), in.ValidFrom)})
		case !in.ValidTo.IsZero() && (r.ValidTo.IsZero() || r.ValidTo.After(in.ValidTo)):
			found = append(found, Finding{r.table, r.key, r.ValidFrom, fmt.Sprintf("依据%s自%s之后失效，规则仍然有效。", in.Cited(), in.ValidTo)})
		}
	}
	return found
}

// lintGaps finds rules that lapse and come back.
func lintGaps(rules []named) []Finding {
	byKey := make(map[[2]string][]named)
	var order [][2]string
	for _, r := range rules {
		k := [2]string{r.table, r.key}
		if byKey[k] == nil {
			order = append(order, k)
		}
		byKey[k] = append(byKey[k], r)
	}
	var found []Finding
	for _, k := range order {
		versions := byKey[k]
		slices.SortFunc(versions, func(a, b named) int { return a.ValidFrom.Compare(b.ValidFrom) })
		for i := 1; i < len(versions); i++ {
			if end := versions[i-1].ValidTo; end.AddDays(1) != versions[i].ValidFrom {
				found = append(found, Finding{k[0], k[1], versions[i].ValidFrom, fmt.Sprintf("上一条规则到%s为止，中间有空档。", end)})
			}
		}
	}
	return found
}

// Open returns the rules in force on the day that nobody has checked against
// their source, for the list that a lawyer works off.
func (p *Pack) Open(on workday.Date) []Finding {
	var open []Finding
	for _, r := range p.rules() {
		if r.Verified == Unchecked && r.On(on) {
			says := r.Note
			if says == "" {
				says = r.Caution()
			}
			open = append(open, Finding{r.table, r.key, r.ValidFrom, says})
		}
	}
	return open
}
