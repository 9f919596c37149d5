package law

import (
	"slices"

	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/workday"
)

// cited is a line that can be given its citation.
type cited[L any] interface {
	*L
	cite(map[string]Instrument) error
}

// tabulate resolves the citations of the lines and makes their table. After
// the first fault it does nothing.
func tabulate[L entry, P cited[L]](b *builder, into *table[L], name, what string, lines []L) {
	if b.err != nil {
		return
	}
	for i := range lines {
		if err := P(&lines[i]).cite(b.byID); err != nil {
			b.err = fault.New(fault.Invalid, "%s：%s“%s”%w", b.at.of(name, i), what, lines[i].key(), err)
			return
		}
	}
	*into, b.err = newTable(what, lines, func(i int) string { return b.at.of(name, i) })
}

// builder makes a pack and remembers the first fault.
type builder struct {
	*Pack
	byID map[string]Instrument
	at   *places
	err  error
}

// build makes the tables and checks what they say of each other.
func (d *document) build() (*Pack, error) {
	b := &builder{Pack: &Pack{manifest: *d.Pack}, byID: make(map[string]Instrument), at: &d.at}
	for _, in := range d.Instruments {
		b.byID[in.ID] = in
	}
	b.instruments, b.err = newTable("文件", d.Instruments, func(i int) string { return d.at.of("instruments", i) })
	tabulate(b, &b.units, "units", "单位", d.Units)
	tabulate(b, &b.areas, "areas", "监管类别", d.Areas)
	tabulate(b, &b.subjects, "subjects", "主体类型", d.Subjects)
	tabulate(b, &b.facilities, "facilities", "对象类别", d.Facilities)
	tabulate(b, &b.items, "items", "检查事项", d.Items)
	tabulate(b, &b.routes, "routes", "违法行为", d.Routes)
	tabulate(b, &b.deadlines, "deadlines", "期限", d.Deadlines)
	tabulate(b, &b.rates, "rates", "抽查比例", d.Rates)
	tabulate(b, &b.sampling, "sampling", "抽查规则", d.Sampling)
	tabulate(b, &b.severities, "severities", "公示分类", d.Severities)
	tabulate(b, &b.penalties, "penalties", "处罚种类", d.Penalties)
	tabulate(b, &b.channels, "channels", "公示渠道", d.Channels)
	tabulate(b, &b.grounds, "grounds", "法定情形", d.Grounds)
	tabulate(b, &b.results, "results", "抽查结果", d.Results)
	tabulate(b, &b.gates, "gates", "法定关口", d.Gates)
	tabulate(b, &b.hearings, "hearings", "听证数额", d.Hearings)
	tabulate(b, &b.fines, "fines", "罚则", d.Fines)
	tabulate(b, &b.limits, "limits", "限值", d.Limits)
	tabulate(b, &b.schemes, "schemes", "信用评价办法", d.Schemes)
	tabulate(b, &b.grades, "grades", "信用等级", d.Grades)
	tabulate(b, &b.points, "points", "信用计分", d.Points)
	tabulate(b, &b.conflicts, "conflicts", "规则冲突", d.Conflicts)
	tabulate(b, &b.texts, "texts", "文书用语", d.Texts)
	tabulate(b, &b.clauses, "clauses", "方案任务", d.Clauses)
	tabulate(b, &b.indicators, "indicators", "指标", d.Indicators)
	tabulate(b, &b.prices, "prices", "服务项目", d.Prices)
	tabulate(b, &b.measures, "measures", "督查措施", d.Measures)
	tabulate(b, &b.watches, "watches", "监测规则", d.Watches)
	if b.err != nil {
		return nil, b.err
	}
	if err := b.Pack.check(); err != nil {
		return nil, err
	}
	return b.Pack, nil
}

// each calls check on every line until one is at fault.
func each[L entry](t table[L], check func(L) error) error {
	for i, l := range t.lines {
		if err := check(l); err != nil {
			return fault.New(fault.Invalid, "%s：%w", t.at(i), err)
		}
	}
	return nil
}

// first is the day on which what a line names must exist: its own first day, or
// the one day that an extract speaks of.
func (p *Pack) first(l Line) workday.Date {
	if !p.manifest.AsOf.IsZero() {
		return p.manifest.AsOf
	}
	return l.ValidFrom
}

// check refuses a pack whose parts do not fit each other.
func (p *Pack) check() error {
	for _, err := range []error{
		each(p.instruments, p.checkInstrument),
		each(p.units, p.checkUnit),
		each(p.areas, p.checkArea),
		each(p.facilities, p.checkFacility),
		each(p.subjects, SubjectKind.check),
		each(p.items, func(i Item) error { return i.check(p) }),
		each(p.routes, func(r Route) error { return r.check(p) }),
		each(p.deadlines, func(d DeadlineRule) error { return d.check(p) }),
		each(p.rates, func(r Rate) error { return r.check(p) }),
		each(p.sampling, Sampling.check),
		each(p.severities, func(s Severity) error { return s.check(p) }),
		each(p.penalties, PenaltyKind.check),
		each(p.channels, p.checkChannel),
		each(p.grounds, Ground.check),
		each(p.results, ResultCategory.check),
		each(p.gates, Gate.check),
		each(p.hearings, func(h Hearing) error { return h.check(p) }),
		each(p.fines, func(f Fine) error { return f.check(p) }),
		each(p.limits, Limit.check),
		each(p.clauses, p.checkClause),
		each(p.measures, func(m Measure) error { return m.check(p) }),
		each(p.watches, func(r WatchRule) error { return r.check(p) }),
		each(p.indicators, func(i Indicator) error { return i.check(p) }),
	} {
		if err != nil {
			return err
		}
	}
	return nil
}

func (p *Pack) checkInstrument(in Instrument) error {
	if in.Title == "" || !slices.Contains([]string{"law", "regulation", "rule", "document", "local"}, in.Level) {
		return fault.New(fault.Invalid, "文件“%s”没有写明名称或者效力级别。", in.ID)
	}
	if in.ReplacedBy != "" && (!p.instruments.has(in.ReplacedBy) || in.ValidTo.IsZero()) {
		return fault.New(fault.Invalid, "文件“%s”写了被“%s”替代，但后者不存在或者没有写失效日期。", in.ID, in.ReplacedBy)
	}
	return nil
}

func (p *Pack) checkUnit(u Unit) error {
	switch {
	case u.Name == "" || u.Short == "" || !validUnitKind(u.Kind):
		return fault.New(fault.Invalid, "单位“%s”没有写明名称、简称或者类别。", u.Code)
	case u.Enforces && (u.Kind == Coordinating || u.Group):
		return fault.New(fault.Invalid, "%s是议事协调机构或者单位组，不能是执法主体。", u.Name)
	case u.Parent == "":
		return nil
	}
	parent, err := p.units.pick(u.Parent, p.first(u.Line))
	if err != nil || !parent.Group {
		return fault.New(fault.Invalid, "单位“%s”的上级组“%s”不存在。", u.Code, u.Parent)
	}
	return nil
}

func (p *Pack) checkArea(a Area) error {
	if a.Name == "" || len(a.Contents) == 0 {
		return fault.New(fault.Invalid, "监管类别“%s”没有写明名称或者内容。", a.Code)
	}
	for _, u := range append([]string{a.Lead}, a.Assist...) {
		if !p.units.has(u) {
			return fault.New(fault.Invalid, "监管类别“%s”的单位“%s”不存在。", a.Code, u)
		}
	}
	return nil
}

func (k SubjectKind) check() error {
	if !slices.Contains([]string{"mandatory", "reference", "courtesy"}, k.Gates) ||
		!slices.Contains([]string{"legal", "individual_business", "natural"}, k.Respondent) {
		return fault.New(fault.Invalid, "主体类型“%s”不完整。", k.Code)
	}
	return nil
}

func (p *Pack) checkFacility(k FacilityKind) error {
	for _, s := range k.Subjects {
		if !p.subjects.has(s) {
			return fault.New(fault.Invalid, "对象类别“%s”的主体类型“%s”不存在。", k.Code, s)
		}
	}
	return nil
}

func (p *Pack) checkChannel(c Channel) error {
	for _, s := range c.Subjects {
		if !p.subjects.has(s) {
			return fault.New(fault.Invalid, "公示渠道“%s”的主体类型“%s”不存在。", c.Code, s)
		}
	}
	if _, err := p.deadlines.pick(c.Rule, p.first(c.Line)); err != nil {
		return fault.New(fault.Invalid, "公示渠道“%s”：%w", c.Code, err)
	}
	return nil
}

func (p *Pack) checkClause(c Clause) error {
	for _, u := range c.Owners {
		if !p.units.has(u) {
			return fault.New(fault.Invalid, "方案任务“%s”的责任单位“%s”不存在。", c.ID, u)
		}
	}
	if c.Task == "" || len(c.Owners) == 0 {
		return fault.New(fault.Invalid, "方案任务“%s”没有写明内容或者责任单位。", c.ID)
	}
	return nil
}
