package main

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"shenzhong/cmd/shenzhong/rehearsal"
	"shenzhong/events"
	"shenzhong/services/disclose/publiclog"
	"shenzhong/services/kit/clock"
	limits "shenzhong/services/kit/deadline"
	"shenzhong/services/kit/identity"
	"shenzhong/services/kit/store"
	"shenzhong/services/kit/view"
	"shenzhong/services/kit/workday"
)

// library is a small set of books: a clue that became a case, whose decision was
// published, and a draw. Each test spoils one thing in it.
type library struct {
	t     *testing.T
	log   *crooked
	clock *clock.Fake
	count limits.Counter
	view  *view.View[[]string]
	said  int
	books rehearsal.Books
}

// crooked is a store somebody has been at: it shows its commits otherwise than
// they were written.
type crooked struct {
	*store.Memory
	bend func([]store.Commit) []store.Commit
}

// Scan shows what was made of the commits.
func (c *crooked) Scan(ctx context.Context, subject string, version int64, n int) ([]store.Commit, error) {
	commits, err := c.Memory.Scan(ctx, subject, version, n)
	if c.bend == nil || err != nil {
		return commits, err
	}
	return c.bend(commits), nil
}

const (
	aClue, aCase, aRecord = "500156-XS-2026-000001", "500156-AJ-2026-000001", "500156-GS-2026-000001"
	aDraw                 = "500156-2026-0001"
)

func newLibrary(t *testing.T) *library {
	t.Helper()
	pack, calendar, err := loadLaw()
	if err != nil {
		t.Fatal(err)
	}
	l := &library{t: t, log: &crooked{Memory: store.NewMemory()}, clock: clock.NewFake(time.Date(2026, 9, 30, 2, 0, 0, 0, time.UTC))}
	l.count = limits.Counter{Law: pack, Calendar: calendar}
	l.view, err = view.New(t.Context(), view.NewMemory(), view.Spec[[]string]{
		Name: "clues", Kinds: []string{events.ClueReceived{}.Kind(), events.ClueRouted{}.Kind(), events.ClueConcluded{}.Kind()},
		Fold: func(row *[]string, e events.Envelope) error { *row = append(*row, e.Type); return nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	l.books = rehearsal.Books{
		Logs: map[string]store.Log{"clue": l.log}, Views: []view.Folding{l.view}, Counter: l.count,
		Today: workday.DateOf(l.clock.Now()), Bundles: [][]byte{bundleJSON(t, heldDraw(t))},
	}
	return l
}

// say commits a fact about an entity.
func (l *library) say(entity, id string, fact events.Event) {
	l.t.Helper()
	l.said++
	by := store.Cause{ID: strings.Repeat("x", l.said), Actor: identity.Service("clue")}
	entities := store.NewCollection[struct{}](entity, l.log.Memory, l.clock)
	if err := entities.Put(l.t.Context(), by, id, func(*struct{}) (events.Event, error) { return fact, nil }); err != nil {
		l.t.Fatal(err)
	}
}

// limit starts a limit of the law today.
func (l *library) limit(rule, subject string) events.Deadline {
	l.t.Helper()
	d, err := l.count.Start(rule, subject, "scjgj", "期限", l.clock.Now())
	if err != nil {
		l.t.Fatal(err)
	}
	return d
}

// tell says the story in which everything is right, but for what is left out.
func (l *library) tell(without ...string) {
	l.t.Helper()
	tells := func(what string) bool { return !slices.Contains(without, what) }
	verify := l.limit("clue.verify", "clue/"+aClue)
	if tells("limit of the clue") {
		l.say("clue", aClue, events.ClueReceived{Clue: aClue, Deadlines: []events.Deadline{verify}})
	} else {
		l.say("clue", aClue, events.ClueReceived{Clue: aClue})
	}
	publish := l.limit("pub.penalty.portal", "case/"+aCase)
	if tells("decision") {
		l.say("case", aCase, events.CaseDecided{Decision: events.Decision{Case: aCase}, Deadlines: []events.Deadline{publish}})
	}
	if tells("publication") {
		l.say("record", aRecord, events.RecordPublished{Record: events.Record{ID: aRecord, Sort: "penalty", Source: "case/" + aCase}, Settled: []string{publish.ID}})
	}
	if tells("publication") && tells("entry") {
		leaf := publiclog.Record(strings.Repeat("ab", 16), 1, [32]byte{7}, "document")
		l.say("log", "500156-RZ-1", events.LeafLogged{Leaf: leaf, About: "record/" + aRecord})
		l.books.Public = signedLog(l.t, leaf)
	}
	l.say("draw", aDraw, events.DrawCompleted{Draw: aDraw})
	l.fold()
}

// signedLog is what the site shows of a log with one entry.
func signedLog(t *testing.T, leaf string) rehearsal.PublicLog {
	t.Helper()
	text, err := publiclog.Generate("example.invalid/fdlog-500156-1")
	if err != nil {
		t.Fatal(err)
	}
	keys, err := publiclog.ParseKeys(text)
	if err != nil {
		t.Fatal(err)
	}
	var tree publiclog.Tree
	if err := tree.Add(leaf); err != nil {
		t.Fatal(err)
	}
	point, err := (&publiclog.Notary{Keys: keys, Memory: onceKept{}}).Sign(&tree)
	if err != nil {
		t.Fatal(err)
	}
	return rehearsal.PublicLog{Checkpoint: point, Keys: keys.Public()}
}

// fold brings the view up to date.
func (l *library) fold() {
	l.t.Helper()
	err := store.Each(l.t.Context(), l.log.Memory, func(c store.Commit) error {
		if !l.view.Reaction().Hears(c.Kind) {
			return nil
		}
		return view.Apply(l.t.Context(), l.view, c.Envelope())
	})
	if err != nil {
		l.t.Fatal(err)
	}
}

// broken are the names of the invariants that do not hold.
func (l *library) broken() []string {
	l.t.Helper()
	all, err := rehearsal.Check(l.t.Context(), l.books)
	if err != nil {
		l.t.Fatal(err)
	}
	var out []string
	for _, i := range all {
		if !i.Holds {
			out = append(out, i.Name)
		}
	}
	return out
}

// TestEveryInvariantCanFail spoils the books in one way for each invariant, and
// sees that this one is reported and no other.
func TestEveryInvariantCanFail(t *testing.T) {
	later := workday.DateOf(time.Date(2026, 12, 1, 2, 0, 0, 0, time.UTC))
	for _, tt := range []struct {
		want  string // empty = all hold
		spoil func(*library)
	}{
		{"", func(l *library) { l.tell() }},
		{"每条公示记录都有其决定", func(l *library) { l.tell("decision") }},
		{"每个到期的决定都已公示，或者已列为逾期并上报", func(l *library) { l.tell("publication"); l.books.Today = later }},
		{"每个到期的决定都已公示，或者已列为逾期并上报", func(l *library) {
			l.tell("publication")
			l.books.Today = later
			l.say("limit", "500156-QX-1", events.Overdue{Deadline: l.limit("pub.penalty.portal", "case/"+aCase)}) // and nobody was told
		}},
		{"每条线索都有结果，或者有责任单位和期限", func(l *library) { l.tell("limit of the clue") }},
		{"每个预警都已处置或者解除，或者有主办单位和期限", func(l *library) {
			l.tell()
			l.say("alert", "500156-YJ-2026-000001", events.AlertRaised{Alert: "500156-YJ-2026-000001"}) // without a limit
		}},
		{"没有一件事实被办理两次", func(l *library) {
			l.tell()
			l.say("case", "500156-AJ-2026-000002", events.CaseFiled{Case: "500156-AJ-2026-000002"})
			l.said-- // the same cause opens another one
			l.say("case", "500156-AJ-2026-000003", events.CaseFiled{Case: "500156-AJ-2026-000003"})
		}},
		{"每条公示、更正、撤回和期满都在公开日志中，检查点的签名和根成立", func(l *library) { l.tell("entry") }},
		{"每条公示、更正、撤回和期满都在公开日志中，检查点的签名和根成立", func(l *library) {
			l.tell()
			l.books.Public = signedLog(t, publiclog.Record(strings.Repeat("cd", 16), 1, [32]byte{7}, "document")) // of another log
		}},
		{"没有搁置的消息", func(l *library) { l.tell(); l.books.Parked = 1 }},
		{"每条记录链都完整", func(l *library) {
			l.tell()
			l.log.bend = func(commits []store.Commit) []store.Commit {
				commits[0].Actor = "somebody else"
				return commits
			}
		}},
		{"每个视图都与从头折叠的结果相同", func(l *library) {
			l.tell()
			l.replace(view.Row{Key: aClue, Version: 1, Body: json.RawMessage(`["clue.merged.v1"]`)})
		}},
		{"每个视图都与从头折叠的结果相同", func(l *library) {
			l.tell()
			if err := l.view.Table().Put(t.Context(), view.Row{Key: "500156-XS-2026-000009", Version: 1, Body: json.RawMessage(`[]`)}); err != nil {
				t.Fatal(err)
			}
		}},
		{"每个期限重新计算都得到同一天", func(l *library) {
			l.tell()
			d := l.limit("case.decide", "case/"+aCase)
			d.DueDate = "2027-01-01"
			l.say("case", "500156-AJ-2026-000009", events.CaseFiled{Case: "500156-AJ-2026-000009", Deadlines: []events.Deadline{d}})
		}},
		{"抽取的对象和人员可由公开文件重新算出", func(l *library) { l.tell(); l.books.Bundles = nil }},
		{"抽取的对象和人员可由公开文件重新算出", func(l *library) { l.tell(); l.books.Bundles[0] = l.books.Bundles[0][:100] }},
		{"抽取的对象和人员可由公开文件重新算出", func(l *library) {
			l.tell()
			l.books.Bundles[0] = bundleJSON(t, tampered(t)) // another officer
		}},
	} {
		l := newLibrary(t)
		tt.spoil(l)
		got := l.broken()
		if tt.want == "" && len(got) > 0 || tt.want != "" && !slices.Equal(got, []string{tt.want}) {
			t.Errorf("spoiled for %q, reported %q", tt.want, got)
		}
	}
}

// replace puts another row in the place of the one that was folded.
func (l *library) replace(row view.Row) {
	l.t.Helper()
	if err := l.view.Table().Clear(l.t.Context()); err != nil {
		l.t.Fatal(err)
	}
	if err := l.view.Table().Put(l.t.Context(), row); err != nil {
		l.t.Fatal(err)
	}
}
