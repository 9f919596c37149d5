package law

import (
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/workday"
)

// Difference is one rule that two packs do not state alike, in words that a
// lawyer reads.
type Difference struct {
	Table string       // Chinese name of the table
	Key   string       // of the line
	Name  string       // of what the line is about, empty where it has none
	From  workday.Date // first day of the line, in the pack that has it
	Sort  string       // added, removed, changed
	Says  []string     // Chinese, one point each; of an added or removed line what it says
}

// String is the difference in one Chinese paragraph.
func (d Difference) String() string {
	verb := map[string]string{"added": "新增", "removed": "删去", "changed": "修改"}[d.Sort]
	name := ""
	if d.Name != "" && d.Name != d.Key {
		name = "，" + d.Name
	}
	return fmt.Sprintf("%s %s“%s”%s（自%s施行）：%s。", verb, d.Table, d.Key, name, d.From, strings.TrimSuffix(strings.Join(d.Says, "；"), "。"))
}

// Compare returns what changes when b takes the place of a, table by table in
// the order of the packs. Lines are the same if they have one key and begin on
// one day; of a key with one line on each side, those two are compared whenever
// they begin.
func Compare(a, b *Pack) ([]Difference, error) {
	before, err := a.lines()
	if err != nil {
		return nil, err
	}
	after, err := b.lines()
	if err != nil {
		return nil, err
	}
	var found []Difference
	for _, old := range before {
		now, ok := counterpart(old, before, after)
		switch {
		case !ok:
			found = append(found, old.difference("removed", old.tell(a)))
		default:
			if says := changes(old, now, a, b); len(says) > 0 {
				found = append(found, now.difference("changed", says))
			}
		}
	}
	for _, now := range after {
		if _, ok := counterpart(now, after, before); !ok {
			found = append(found, now.difference("added", now.tell(b)))
		}
	}
	return found, nil
}

// counterpart finds in theirs the line that l, one of ours, stands for.
func counterpart(l written, ours, theirs []written) (written, bool) {
	same := func(o written) bool { return o.table == l.table && o.key == l.key }
	var alike []written
	for _, o := range theirs {
		if same(o) {
			if o.from == l.from {
				return o, true
			}
			alike = append(alike, o)
		}
	}
	one := func(list []written) bool {
		n := 0
		for _, o := range list {
			if same(o) {
				n++
			}
		}
		return n == 1
	}
	if len(alike) == 1 && one(ours) {
		return alike[0], true
	}
	return written{}, false
}

// written is a line of any table as it stands in the files: keys and values.
type written struct {
	table, key, name string
	from             workday.Date
	fields           map[string]any
	order            []string // the keys of fields, in the order of the type
}

func (w written) difference(sort string, says []string) Difference {
	return Difference{Table: w.table, Key: w.key, Name: w.name, From: w.from, Sort: sort, Says: says}
}

// silent are the keys that difference has already told.
var silent = []string{"valid_from", "name", "id", "code", "violation", "class"}

// tell says what a line says, but for what is empty.
func (w written) tell(p *Pack) []string {
	var says []string
	for _, k := range w.order {
		if v := p.word(w.table, k, w.fields[k]); v != "" && !slices.Contains(silent, k) {
			v = strings.TrimSuffix(v, "。")
			says = append(says, label(k)+"："+v)
		}
	}
	return says
}

// changes says where two lines part.
func changes(old, now written, a, b *Pack) []string {
	var says []string
	for _, k := range now.order {
		was, is := a.word(old.table, k, old.fields[k]), b.word(now.table, k, now.fields[k])
		switch {
		case was == is:
		case was == "":
			says = append(says, label(k)+"增加“"+is+"”")
		case is == "":
			says = append(says, label(k)+"删去“"+was+"”")
		default:
			says = append(says, label(k)+"由“"+was+"”改为“"+is+"”")
		}
	}
	return says
}

// lines returns every line of every table as it is written.
func (p *Pack) lines() ([]written, error) {
	var all []written
	for _, gather := range []func() ([]written, error){
		func() ([]written, error) { return write(p.instruments) },
		func() ([]written, error) { return write(p.units) },
		func() ([]written, error) { return write(p.areas) },
		func() ([]written, error) { return write(p.subjects) },
		func() ([]written, error) { return write(p.facilities) },
		func() ([]written, error) { return write(p.items) },
		func() ([]written, error) { return write(p.routes) },
		func() ([]written, error) { return write(p.deadlines) },
		func() ([]written, error) { return write(p.rates) },
		func() ([]written, error) { return write(p.sampling) },
		func() ([]written, error) { return write(p.severities) },
		func() ([]written, error) { return write(p.penalties) },
		func() ([]written, error) { return write(p.channels) },
		func() ([]written, error) { return write(p.grounds) },
		func() ([]written, error) { return write(p.results) },
		func() ([]written, error) { return write(p.gates) },
		func() ([]written, error) { return write(p.hearings) },
		func() ([]written, error) { return write(p.fines) },
		func() ([]written, error) { return write(p.limits) },
		func() ([]written, error) { return write(p.schemes) },
		func() ([]written, error) { return write(p.grades) },
		func() ([]written, error) { return write(p.points) },
		func() ([]written, error) { return write(p.conflicts) },
		func() ([]written, error) { return write(p.texts) },
		func() ([]written, error) { return write(p.clauses) },
		func() ([]written, error) { return write(p.indicators) },
		func() ([]written, error) { return write(p.prices) },
		func() ([]written, error) { return write(p.measures) },
		func() ([]written, error) { return write(p.watches) },
	} {
		lines, err := gather()
		if err != nil {
			return nil, err
		}
		all = append(all, lines...)
	}
	return all, nil
}

// write takes the lines of a table apart into the keys of the files.
func write[L entry](t table[L]) ([]written, error) {
	lines := make([]written, 0, len(t.lines))
	for _, l := range t.lines {
		var node yaml.Node
		if err := node.Encode(l); err != nil {
			return nil, fault.New(fault.Internal, "%s“%s”无法比较：%w", t.what, l.key(), err)
		}
		w := written{table: t.what, key: l.key(), from: l.base().ValidFrom, fields: make(map[string]any)}
		for i := 0; i+1 < len(node.Content); i += 2 {
			key := node.Content[i].Value
			var v any
			if err := node.Content[i+1].Decode(&v); err != nil {
				return nil, fault.New(fault.Internal, "%s“%s”无法比较：%w", t.what, l.key(), err)
			}
			w.fields[key], w.order = v, append(w.order, key)
		}
		for _, key := range []string{"name", "title", "task"} {
			if s, ok := w.fields[key].(string); ok && s != "" {
				w.name = s
				break
			}
		}
		lines = append(lines, w)
	}
	return lines, nil
}
