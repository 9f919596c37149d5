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
		gather(p.points), gather(p.conflicts), gather(p.texts), gather(p.indicators), gather(p.prices), gather(p.measures), gather(p.watches),
	)
}

// Lint returns what a lawyer should look at before the pack is published: a
// rule whose basis was not in force on its first day or has ended since, a gap
// between two versions of a rule, an item that no law founds or whose offense
// nobody had to deal with, a watch rule for such an offense, an offense that two
// units are competent for. An empty
// result does not make the rules right. What Load refuses, such as a limit
// without trigger, is not repeated here.
func (p *Pack) Lint() []Finding {
	var found []Finding
	rules := p.rules()
	for _, r := range rules {
		found = append(found, p.lintBasis(r)...)
	}
	found = append(found, lintGaps(rules)...)
	found = append(found, p.lintCompetence()...)
	for _, i := range p.items.lines {
		if i.Verified != Unchecked && !p.founded(i.Line) {
			found = append(found, Finding{p.items.what, i.Code, i.ValidFrom, "没有法律、法规或者规章作依据，只凭文件或者本地设置不得检查（国办发〔2015〕58号）；确未查明的应当标为未核对（verified: false）。"})
		}
		for _, v := range i.Violations {
			if _, err := p.routes.pick(v, p.first(i.Line)); err != nil {
				found = append(found, Finding{p.items.what, i.Code, i.ValidFrom, err.Error()})
			}
		}
	}
	for _, r := range p.watches.lines {
		for _, m := range r.Matters {
			if _, err := p.routes.pick(m, p.first(r.Line)); err != nil {
				found = append(found, Finding{p.watches.what, r.ID, r.ValidFrom, err.Error()})
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

// Lost returns the lines of a pack for whose first day the one that takes its
// place has nothing under the same key. Something under way may still have to be
// judged by them: a rule that ends gets its last day, it does not vanish.
func Lost(old, now *Pack) []Finding {
	has := make(map[[2]string][]Line)
	for _, l := range now.standing() {
		k := [2]string{l.table, l.key}
		has[k] = append(has[k], l.Line)
	}
	var lost []Finding
	for _, l := range old.standing() {
		if !slices.ContainsFunc(has[[2]string{l.table, l.key}], func(n Line) bool { return n.On(l.ValidFrom) }) {
			lost = append(lost, Finding{l.table, l.key, l.ValidFrom, "新规则包中没有这一天的规则。"})
		}
	}
	return lost
}

// standing is every line that something under way may refer to.
func (p *Pack) standing() []named {
	return slices.Concat(p.rules(), gather(p.units), gather(p.areas), gather(p.subjects), gather(p.facilities))
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

// founded reports whether a line cites a law, a regulation or a rule.
func (p *Pack) founded(l Line) bool {
	return slices.ContainsFunc(l.Basis, func(c Cite) bool {
		in, err := p.Instrument(c.Instrument)
		return err == nil && slices.Contains([]string{"law", "regulation", "rule"}, in.Level)
	})
}

// lintCompetence finds what two units are competent for at once: one offense
// under two codes with different leads, and an item that a unit inspects although
// it neither leads nor assists with what it may find.
func (p *Pack) lintCompetence() []Finding {
	var found []Finding
	for n, r := range p.routes.lines {
		for _, o := range p.routes.lines[:n] {
			if o.Violation != r.Violation && o.Name == r.Name && o.Lead != r.Lead && overlap(o.Line, r.Line) {
				found = append(found, Finding{p.routes.what, r.Violation, r.ValidFrom, fmt.Sprintf("与“%s”名称相同，却由%s和%s分别主办。", o.Violation, p.named(o.Lead), p.named(r.Lead))})
			}
		}
	}
	for _, i := range p.items.lines {
		for _, v := range i.Violations {
			r, err := p.routes.pick(v, p.first(i.Line))
			if err != nil || r.Lead == i.Unit || slices.Contains(r.Assist, i.Unit) {
				continue
			}
			found = append(found, Finding{p.items.what, i.Code, i.ValidFrom, fmt.Sprintf("由%s检查，“%s”却由%s主办，%s既不主办也不协办。", p.named(i.Unit), r.Name, p.named(r.Lead), p.named(i.Unit))})
		}
	}
	return found
}

// named is the name of a unit, or its code where it has none.
func (p *Pack) named(code string) string {
	if at := p.units.index[code]; len(at) > 0 {
		return p.units.lines[at[0]].Short
	}
	return code
}
